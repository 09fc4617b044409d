#include "viewer/ui/status_look.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "kernel/static_checks.hpp"

namespace evtwin::viewer::ui {
namespace {

using plot::Category;
using plot::Shape;

constexpr std::array<Look, model::evse_statuses> statuses{{
    {"available", Word::status_available, Shape::ring, Category::black, true},
    {"charging", Word::status_charging, Shape::square, Category::blue},
    {"discharging", Word::status_discharging, Shape::diamond, Category::orange},
    {"waiting", Word::status_waiting, Shape::hourglass, Category::purple},
    {"finished", Word::status_finished, Shape::circle, Category::green},
    {"fault", Word::status_fault, Shape::triangle, Category::vermillion},
    {"left_out", Word::status_left_out, Shape::cross, Category::black},
    {"unknown", Word::status_unknown, Shape::diamond, Category::black, true},
}};
static_assert(kernel::has_unique_keys(statuses, &Look::word));

constexpr std::array<Look, model::event_kinds> events{{
    {"arrival", Word::event_arrival, Shape::circle, Category::sky_blue},
    {"plug_in", Word::event_plug_in, Shape::square, Category::blue},
    {"departure", Word::event_departure, Shape::ring, Category::green},
    {"missed_target", Word::event_missed_target, Shape::triangle, Category::vermillion},
    {"turned_away", Word::event_turned_away, Shape::cross, Category::vermillion},
    {"correction", Word::event_correction, Shape::diamond, Category::orange},
    {"limit_change", Word::event_limit_change, Shape::hourglass, Category::purple},
    {"price_change", Word::event_price_change, Shape::diamond, Category::green},
    {"outage", Word::event_outage, Shape::triangle, Category::orange},
    {"scripted", Word::event_scripted, Shape::circle, Category::purple},
    {"reservation", Word::event_reservation, Shape::square, Category::sky_blue},
    {"dispatch", Word::event_dispatch, Shape::diamond, Category::purple},
    {"strategy", Word::event_strategy, Shape::circle, Category::blue},
    {"message", Word::event_message, Shape::ring, Category::blue},
    {"overload", Word::event_overload, Shape::cross, Category::orange},
    {"other", Word::event_other, Shape::ring, Category::black, true},
}};
static_assert(kernel::has_unique_keys(events, &Look::word));
static_assert(events[static_cast<std::size_t>(model::EventKind::arrival)].word == Word::event_arrival &&
                  events[static_cast<std::size_t>(model::EventKind::outage)].word == Word::event_outage &&
                  events[static_cast<std::size_t>(model::EventKind::other)].word == Word::event_other,
              "in the order of the enum");

struct Named {
  std::string_view name;
  Word word;
};
// Names: control/correction.hpp.
constexpr std::array<Named, 11> reasons{{
    {"evse_rating", Word::reason_evse_rating},
    {"min_current", Word::reason_min_current},
    {"finite_rate", Word::reason_finite_rate},
    {"limit", Word::reason_limit},
    {"not_plugged_in", Word::reason_not_plugged_in},
    {"no_v2g", Word::reason_no_v2g},
    {"soc_window", Word::reason_soc_window},
    {"storage_rating", Word::reason_storage_rating},
    {"outage", Word::reason_outage},
    {"not_finite", Word::reason_not_finite},
    {"unavoidable", Word::reason_unavoidable},
}};
static_assert(kernel::has_unique_keys(reasons, &Named::name) && kernel::has_unique_keys(reasons, &Named::word));
// Names: session.ended of the run file.
constexpr std::array<Named, 4> endings{{
    {"turned_away", Word::ended_turned_away},
    {"reneged", Word::ended_reneged},
    {"no_compatible_evse", Word::ended_no_compatible_evse},
    {"open_at_end", Word::ended_open_at_end},
}};
static_assert(kernel::has_unique_keys(endings, &Named::name) && kernel::has_unique_keys(endings, &Named::word));

template <class Table>
const Word* find_word(const Table& table, std::string_view name) {
  const auto found = std::find_if(table.begin(), table.end(), [&](const Named& row) { return row.name == name; });
  return found == table.end() ? nullptr : &found->word;
}

}  // namespace

const Look& look_of(model::EvseStatus status) { return statuses.at(static_cast<std::size_t>(status)); }

const Look& look_of(model::EventKind kind) { return events.at(static_cast<std::size_t>(kind)); }

ImU32 colour_of(const plot::Style& style, const Look& look) {
  return look.weak ? style.text_weak : plot::colour_of(style, look.category);
}

const Word* reason_word(std::string_view reason) { return find_word(reasons, reason); }

const Word* ended_word(std::string_view ended) { return find_word(endings, ended); }

}  // namespace evtwin::viewer::ui
