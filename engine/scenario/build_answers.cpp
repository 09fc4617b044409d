// sessions { ..., answers = { accept = 0.6, ... } }: the rows are offers, and drivers answer them.
#include <algorithm>
#include <iterator>

#include "kernel/nearest.hpp"
#include "kernel/random.hpp"
#include "scenario/build.hpp"

namespace evtwin::scenario {
namespace {

/// How likely drivers answer how.
struct AnswerLaw {
  double accept = 0.0, other_time = 0.0, other_place = 0.0;  ///< the rest: none, they do not charge
  double keep = 1.0;
  TimeNs move_ns = 0;
  std::string elsewhere;
};

enum class Reply : std::uint8_t { accept, other_time, other_place, none };

AnswerLaw answer_law(const Fields& f) {
  AnswerLaw law{f.read_number("accept"),
                f.read_number("other_time"),
                f.read_number("other_place"),
                f.read_number("keep"),
                static_cast<TimeNs>(f.read_number("move_h") * static_cast<double>(kernel::hour_ns)),
                f.text("elsewhere")};
  const double sum = law.accept + law.other_time + law.other_place;
  if (sum > 1.0 + 1e-9)
    throw_at(f.where("accept"),
             "+ other_time + other_place = " + show_number(sum) + "; chances are 1 at most together");
  return law;
}

Reply reply_at(const AnswerLaw& law, double u) {
  if (u < law.accept) return Reply::accept;
  if (u < law.accept + law.other_time) return Reply::other_time;
  return u < law.accept + law.other_time + law.other_place ? Reply::other_place : Reply::none;
}

void move_stay(demand::Visit& visit, TimeNs by) {
  visit.arrival_ns += by;
  visit.departure_ns += by;
  visit.claimed_departure_ns += by;
  visit.evse = demand::any_evse;  // what stands free then
}

/// By how much an offer is moved: within its window where it has one, else by the law's distance at most.
/// @param window  null: it has none
TimeNs shift_of(const AnswerLaw& law, const demand::Visit& visit, const demand::MoveWindow* window, double u) {
  TimeNs least = -law.move_ns, most = law.move_ns;
  if (window != nullptr) {
    least = std::max(least, window->from_ns - visit.arrival_ns);
    most = std::min(most, window->to_ns - visit.departure_ns);
  }
  if (most < least) return 0;
  return least + static_cast<TimeNs>(u * static_cast<double>(most - least));
}

}  // namespace

void answer_offers(Build& build, const Fields& sessions, demand::Recorded& offers, twin::OfferAnswers& counts) {
  const Value* value = sessions.find_value("answers");
  if (value == nullptr) return;
  const AnswerLaw law = answer_law(Fields(*value, find_section("answers"), sessions.where("answers")));
  const auto draw = [&](std::string_view purpose, std::size_t i) {
    return kernel::draw_unit(build.world.seed, build.laws, kernel::purpose_of(purpose), i);
  };

  std::vector<demand::Visit> come;
  for (std::size_t i = 0; i < offers.visits.size(); ++i) {
    demand::Visit visit = std::move(offers.visits[i]);
    const bool has_window = i < offers.windows.size() && offers.windows[i].has_value();
    const demand::MoveWindow* window = has_window ? &*offers.windows[i] : nullptr;
    const Reply reply = reply_at(law, draw("answers.reply", i));
    counts.made += 1;
    counts.accepted += reply == Reply::accept ? 1 : 0;
    counts.moved += reply == Reply::other_time ? 1 : 0;
    counts.elsewhere += reply == Reply::other_place ? 1 : 0;
    counts.none += reply == Reply::none ? 1 : 0;
    if (reply == Reply::none) continue;
    if (reply == Reply::other_place) {
      visit.evse = demand::any_evse;
      if (!law.elsewhere.empty()) build.sent.push_back({law.elsewhere, sessions.where("answers") / "elsewhere", visit});
      continue;
    }
    if (reply == Reply::other_time) {
      const TimeNs by = shift_of(law, visit, window, draw("answers.shift", i));
      move_stay(visit, by);
      visit.reserved_from_ns += by;
      visit.reserved_until_ns += by;
    }

    // Who overrides what he promised comes all the same, when it suits him; the reservation does not know.
    const bool keeps = draw("answers.keep", i) < law.keep;
    (keeps ? counts.kept : counts.overridden) += 1;
    if (!keeps) move_stay(visit, shift_of(law, visit, nullptr, draw("answers.override", i)));
    if (visit.arrival_ns < build.world.start_ns || visit.arrival_ns >= build.world.end_ns) {
      counts.outside += 1;
      continue;
    }
    come.push_back(std::move(visit));
  }

  std::stable_sort(come.begin(), come.end(), [](const auto& a, const auto& b) { return a.arrival_ns < b.arrival_ns; });
  for (std::size_t k = 0; k < come.size(); ++k) come[k].number = k;
  offers.visits = std::move(come);
  offers.windows.clear();  // what was answered is fixed
}

void send_elsewhere(Build& build) {
  std::vector<std::vector<demand::Visit>> by_site(build.world.sites.size());
  for (SentVisit& sent : build.sent) {
    std::vector<std::string_view> known;
    for (const twin::Site& site : build.world.sites) known.push_back(site.name);
    const auto at = std::find(known.begin(), known.end(), sent.site);
    if (at == known.end())
      throw_at(sent.where,
               "= \"" + sent.site + "\": the scenario has no such site" + kernel::did_you_mean(sent.site, known));
    by_site[static_cast<std::size_t>(at - known.begin())].push_back(std::move(sent.visit));
  }
  for (std::size_t i = 0; i < by_site.size(); ++i) {
    std::vector<demand::Visit>& visits = by_site[i];
    if (visits.empty()) continue;
    std::stable_sort(visits.begin(), visits.end(),
                     [](const auto& a, const auto& b) { return a.arrival_ns < b.arrival_ns; });
    for (std::size_t k = 0; k < visits.size(); ++k) visits[k].number = k;
    ++build.laws;
    build.world.sites[i].arrivals.push_back(
        std::make_shared<const demand::ArrivalLaw>(demand::Recorded{std::move(visits)}));
  }
}

}  // namespace evtwin::scenario
