#include "viewer/ui/why_sentence.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "viewer/ui/figures.hpp"
#include "viewer/ui/panel_state.hpp"
#include "viewer/ui/status_look.hpp"

namespace evtwin::viewer::ui {
namespace {

template <class... Args>
std::string said(const Ui& ui, Word word, const Args&... args) {
  return fmt::format(fmt::runtime(ui.tr(word)), args...);
}

/// "22:00", with its day where that is another than t's.
std::string clock_text(const model::Run& run, TimeNs then, TimeNs t) {
  const bool same_day = run.clock.day_start(then) == run.clock.day_start(t);
  const std::string text = same_day ? run.clock.time_text(then) : run.clock.date_time_text(then);
  return text.size() > 5 && same_day ? text.substr(0, 5) : text;
}

/// When power is to flow next, before the car leaves: by the plan in force, else as it came; time_never: not again.
TimeNs next_power(const model::Run& run, const model::Why& why, const model::Evse& evse, TimeNs t, TimeNs leaves) {
  for (const std::uint32_t row : why.plan) {
    const model::Plan& piece = run.plans[row];
    if (piece.start_ns > t && piece.start_ns < leaves && piece.kw > 0.0) return piece.start_ns;
  }
  for (TimeNs next = evse.kw.next_change(t); next < leaves; next = evse.kw.next_change(next)) {
    if (evse.kw.value_at(next) > 0.0) return next;
  }
  return kernel::time_never;
}

/// "energy costs 40 % less then"; empty where the price is as it is now.
std::string price_reason(const Ui& ui, const model::Site& site, TimeNs now, TimeNs then) {
  const double here = site.buy_price.value_at(now), there = site.buy_price.value_at(then);
  if (std::isnan(here) || std::isnan(there) || !(here > 0.0)) return {};
  const double percent = 100.0 * (here - there) / here;
  if (percent < 0.5) return {};
  return said(ui, Word::why_cheaper_then, figure_text(percent, "%", 0));
}

/// Whether energy gets cheaper before the car leaves.
bool is_dear_now(const model::Site& site, TimeNs now, TimeNs leaves) {
  const double here = site.buy_price.value_at(now);
  for (TimeNs next = site.buy_price.next_change(now); next < leaves; next = site.buy_price.next_change(next)) {
    if (site.buy_price.value_at(next) < here) return true;
  }
  return false;
}

/// "Held back by: contract power"; empty: the guard does not bind.
std::string guard_reason(const Ui& ui, const model::Run& run, const model::Why& why) {
  if (why.correction == no_row) return {};
  const model::Correction& correction = run.corrections[why.correction];
  const Word* reason = reason_word(correction.reason);
  std::string text = reason != nullptr ? ui.tr(*reason) : correction.reason;
  if (!correction.limit_name.empty()) text += ": " + correction.limit_name;
  return text;
}

std::string waiting_sentence(const Ui& ui, const model::Run& run, std::uint32_t evse, const model::Session& session,
                             TimeNs t) {
  const model::Evse& e = run.evses[evse];
  const model::Why why = model::why_evse(run, evse, t);
  const std::string guard = guard_reason(ui, run, why);
  if (!guard.empty() && run.corrections[why.correction].reason == "min_current")
    return ui.tr(Word::why_waits_below_least);
  if (!guard.empty()) return said(ui, Word::why_waits_for_guard, guard);
  const TimeNs next = next_power(run, why, e, t, session.departed_ns);
  if (next == kernel::time_never) return ui.tr(Word::why_gets_no_more);
  const std::string reason = price_reason(ui, run.sites[e.site], t, next);
  const std::string when = clock_text(run, next, t);
  return reason.empty() ? said(ui, Word::why_waits_its_turn, when) : said(ui, Word::why_waits_until, when, reason);
}

std::string charging_sentence(const Ui& ui, const model::Run& run, std::uint32_t evse, const model::Session& session,
                              double kw, TimeNs t) {
  const model::Evse& e = run.evses[evse];
  const model::Why why = model::why_evse(run, evse, t);
  constexpr double near = 0.02;
  if (kw >= e.max_kw * (1.0 - near)) return said(ui, Word::why_full_power, kw_text(kw));
  // Of a three-phase car on one phase, or one with a smaller charger.
  if (kw >= session.max_kw * (1.0 - near)) return said(ui, Word::why_car_at_most, kw_text(kw), kw_text(e.max_kw));
  if (const std::string guard = guard_reason(ui, run, why); !guard.empty())
    return said(ui, Word::why_held_back, kw_text(kw), kw_text(e.max_kw), guard);
  // Below what was asked for without a correction: the car takes no more.
  if (!std::isnan(why.asked_kw) && kw < why.asked_kw * (1.0 - near)) return said(ui, Word::why_car_takes, kw_text(kw));
  return said(ui, Word::why_as_planned, kw_text(kw), kw_text(e.max_kw));
}

/// Last remark up to `t` that names this EVSE, or the vehicle or session there; empty: none during the session.
std::string remark_on(const Ui& ui, const model::Run& run, std::uint32_t evse, const model::Session& session,
                      TimeNs t) {
  const std::vector<std::uint32_t>& remarks = panel_state(ui).remarks.at(kept_of(ui, run)).get_or_make(run, 0, [&] {
    std::vector<std::uint32_t> rows;
    for (std::uint32_t row = 0; row < run.events.size(); ++row) {
      if (run.events[row].kind == model::EventKind::strategy && !run.events[row].text.empty()) rows.push_back(row);
    }
    return rows;
  });
  auto it = std::upper_bound(remarks.begin(), remarks.end(), t,
                             [&](TimeNs time, std::uint32_t row) { return time < run.events[row].time_ns; });
  const auto is_named = [](const std::string& text, const std::string& name) {
    if (name.empty()) return false;
    const auto is_word = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; };
    // "A-11" names no "A-1"; a remark may name both.
    for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name, at + 1)) {
      const std::size_t end = at + name.size();
      if ((at == 0 || !is_word(text[at - 1])) && (end == text.size() || !is_word(text[end]))) return true;
    }
    return false;
  };
  while (it != remarks.begin() && run.events[*(it - 1)].time_ns >= session.plugged_in_ns) {
    const std::string& text = run.events[*--it].text;
    if (is_named(text, run.evses[evse].name) || is_named(text, session.vehicle) || is_named(text, session.name))
      return text;
  }
  return {};
}

}  // namespace

std::string why_sentence(const Ui& ui, const model::Run& run, std::uint32_t evse, TimeNs t) {
  t = std::clamp(t, run.start_ns, std::max(run.start_ns, run.known_until_ns - 1));
  const model::EvseState& state = state_of(ui, run, evse, t);
  if (state.status == model::EvseStatus::fault) return ui.tr(Word::why_fault);
  if (state.status == model::EvseStatus::left_out) return ui.tr(Word::why_left_out);
  if (state.status == model::EvseStatus::unknown) return ui.tr(Word::why_unknown);
  if (state.session == no_row) return ui.tr(Word::why_free);
  const model::Session& session = run.sessions[state.session];
  std::string text;

  switch (state.status) {
    case model::EvseStatus::charging:
      text = charging_sentence(ui, run, evse, session, state.kw, t);
      break;
    case model::EvseStatus::discharging:
      text = said(ui,
                  is_dear_now(run.sites[run.evses[evse].site], t, session.departed_ns) ? Word::why_gives_back
                                                                                       : Word::why_gives_as_asked,
                  kw_text(-state.kw));
      break;
    case model::EvseStatus::waiting:
      text = waiting_sentence(ui, run, evse, session, t);
      break;
    case model::EvseStatus::finished:
      text = ui.tr(Word::why_finished);
      break;
    // Told above.
    case model::EvseStatus::available:
    case model::EvseStatus::fault:
    case model::EvseStatus::left_out:
    case model::EvseStatus::unknown:
      break;
  }

  text += " " + said(ui, Word::why_leaves, clock_text(run, session.departed_ns, t));
  if (const std::string remark = remark_on(ui, run, evse, session, t); !remark.empty())
    text += " " + said(ui, Word::why_strategy_says, remark);
  return text;
}

}  // namespace evtwin::viewer::ui
