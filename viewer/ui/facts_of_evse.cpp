// An EVSE, the session at it, and a storage.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "viewer/ui/facts.hpp"
#include "viewer/ui/figures.hpp"
#include "viewer/ui/planned.hpp"
#include "viewer/ui/status_look.hpp"

namespace evtwin::viewer::ui {
namespace {

using model::Run;
using model::Session;

/// How many messages of the log are listed.
constexpr std::size_t most_messages = 5;

/// Adds facts of one session to its group.
struct SessionFacts {
  const Ui& ui;
  const Run& run;
  FactGroup& group;
  void text(Word label, std::string value) const { group.facts.push_back(text_fact(ui, label, std::move(value))); }
  void number(Word label, double value, Unit unit) const {
    group.facts.push_back(number_fact(ui, run, label, value, unit));
  }
};

/// Whose session it is and when it came and goes; times that are one and the same are told once.
void add_stay(const SessionFacts& out, const Session& session) {
  const model::Clock& clock = out.run.clock;
  out.text(Word::vehicle, session.vehicle);
  out.text(Word::session, session.name);
  out.text(Word::arrived, clock.date_time_text(session.arrived_ns));
  if (session.plugged_in_ns != kernel::time_never && session.plugged_in_ns != session.arrived_ns)
    out.text(Word::plugged_in, clock.date_time_text(session.plugged_in_ns));
  out.text(Word::leaves, clock.date_time_text(session.departed_ns));
  if (session.claimed_departure_ns != session.departed_ns)
    out.text(Word::leaves_as_told, clock.date_time_text(session.claimed_departure_ns));
}

/// Plugged in: figures so far. Over: as it ended. Yet to come: neither.
void add_energy_and_money(const SessionFacts& out, const Session& session, const model::EvseState* now, TimeNs t) {
  out.number(Word::requested, session.requested_kwh, Unit::kwh);
  out.number(Word::wanted, session.wanted_kwh, Unit::kwh);
  out.number(Word::soc_at_start, session.soc_start, Unit::fraction);
  if (now != nullptr) {
    out.number(Word::got_so_far, now->session_kwh, Unit::kwh);
    out.number(Word::still_wanted, std::max(0.0, session.wanted_kwh - now->session_kwh), Unit::kwh);
    out.number(Word::soc_now, now->soc, Unit::fraction);
    out.number(Word::driver_pays_so_far, now->driver_pays, Unit::money);
    out.number(Word::energy_cost_so_far, now->session_cost, Unit::money);
  } else if (t >= session.departed_ns || session.plugged_in_ns == kernel::time_never) {
    out.number(Word::got, session.got_kwh, Unit::kwh);
    out.number(Word::missed, session.unmet_kwh, Unit::kwh);
    out.number(Word::soc_at_end, session.soc_end, Unit::fraction);
    out.number(Word::driver_paid, session.paid, Unit::money);
    out.number(Word::energy_cost, session.cost, Unit::money);
    if (session.discharged_kwh > 0.0) {
      out.number(Word::discharged, session.discharged_kwh, Unit::kwh);
      out.number(Word::v2g_payment, session.v2g_payment, Unit::money);
      out.number(Word::battery_wear, session.wear_cost, Unit::money);
    }
  }
}

/// The first plan, and the energy and money that came of it.
void add_first_plan(const Ui& ui, const Run& run, std::uint32_t row, const model::EvseState* now, TimeNs t,
                    Facts& out) {
  const Session& session = run.sessions[row];
  if (session.evse == no_row || session.plugged_in_ns > t) return;
  const FirstPlan& first = first_plan_of(ui, run, row);
  if (first.decision == no_row || run.decisions[first.decision].time_ns > t) return;
  FactGroup plan{Word::plan_and_outcome, {}, {}};
  const SessionFacts add{ui, run, plan};

  const bool over = now == nullptr;
  add.number(Word::first_plan_kwh, first.kwh, Unit::kwh);
  add.number(Word::first_plan_cost, first.cost, Unit::money);
  const double stood =
      plan_of(ui, run, session.evse).extent_of(session.plugged_in_ns, std::min(t, session.departed_ns)).integral_h;
  add.number(over ? Word::plan_stood_kwh : Word::plan_stood_so_far, stood, Unit::kwh);
  add.number(over ? Word::got : Word::got_so_far, over ? session.got_kwh : now->session_kwh, Unit::kwh);
  add.number(over ? Word::came_to : Word::came_to_so_far, over ? session.cost : now->session_cost, Unit::money);

  if (over) {
    const double error = plan_error(first, session.cost);
    plan.facts.push_back({ui.tr(Word::plan_error), signed_figure(error * 100.0, "%", 1), error, Unit::fraction});
  }
  out.push_back(std::move(plan));
}

/// One session: its stay, its energy and money, and the first plan made for it.
/// @param now  null: it is not plugged in at t
void add_session(const Ui& ui, const Run& run, std::uint32_t row, const model::EvseState* now, TimeNs t, Facts& out) {
  const Session& session = run.sessions[row];
  FactGroup group{Word::session, {}, {}};
  const SessionFacts add{ui, run, group};
  add_stay(add, session);
  add_energy_and_money(add, session, now, t);

  if (session.plugged_in_ns != kernel::time_never && session.plugged_in_ns <= t) {
    add.number(Word::peak_power, model::session_peak_kw(run, row, t), Unit::kw);
    add.number(Word::workload, model::session_workload(run, row, t), Unit::fraction);
    const TimeNs last = now == nullptr ? model::last_charged_ns(run, row) : kernel::time_never;
    if (last != kernel::time_never) add.text(Word::last_power, run.clock.date_time_text(last));
  }
  out.push_back(std::move(group));
  add_first_plan(ui, run, row, now, t, out);
}

/// "KONA left at 17:20: got 12.10 kWh, missed 1.90 kWh, paid 3,020 KRW."
std::string end_message(const Ui& ui, const Run& run, const Session& session) {
  const std::string left =
      fmt::format(fmt::runtime(ui.tr(Word::left_at)), session.vehicle, run.clock.date_time_text(session.departed_ns));
  std::string text = fmt::format("{} {} {}", left, ui.tr(Word::got), kwh_text(session.got_kwh));
  if (session.unmet_kwh >= 0.005)
    text += fmt::format(", {} {}", ui.tr(Word::missed), kwh_text(session.unmet_kwh));
  else
    text += fmt::format(", {}", ui.tr(Word::target_met));
  return text + fmt::format(", {} {}", ui.tr(Word::driver_paid), money_text(ui, run, session.paid));
}

void add_last_session(const Ui& ui, const Run& run, const model::Evse& evse, TimeNs t, Facts& out) {
  const auto after = std::upper_bound(evse.sessions.begin(), evse.sessions.end(), t, [&](TimeNs time, std::uint32_t s) {
    return time < run.sessions[s].plugged_in_ns;
  });
  if (after == evse.sessions.begin()) return;
  const Session& last = run.sessions[*(after - 1)];
  if (last.departed_ns > t) return;
  out.push_back({Word::last_session, {}, end_message(ui, run, last)});
}

// The last temperature, signal and state of the network that a replayed log told before `t`.
std::string health_text(const Ui& ui, const Run& run, const std::vector<std::uint32_t>& messages, TimeNs t) {
  std::string text;
  for (const std::string_view kind : {" temperature: ", " signal: ", " network: "}) {
    for (auto at = messages.rbegin(); at != messages.rend(); ++at) {
      const model::Event& message = run.events[*at];
      const std::size_t found = message.time_ns <= t ? message.text.find(kind) : std::string::npos;
      if (found == std::string::npos) continue;
      if (!text.empty()) text += ", ";
      text += message.text.substr(found + kind.size());
      break;
    }
  }
  return text.empty() ? std::string(ui.tr(Word::not_recorded)) : text;
}

void add_health(const Ui& ui, const Run& run, std::uint32_t row, TimeNs t, Facts& out) {
  const model::Evse& evse = run.evses[row];
  const model::Clock& clock = run.clock;
  FactGroup group{Word::health, {}, {}};
  std::size_t outages = 0;
  const model::Outage* last = nullptr;
  for (const std::uint32_t at : evse.outages) {
    if (run.outages[at].from_ns > t) break;
    outages += 1;
    last = &run.outages[at];
  }

  group.facts.push_back(text_fact(ui, Word::outages_so_far, fmt::format("{}", outages)));
  if (last != nullptr) {
    const bool over = last->to_ns <= t;
    group.facts.push_back(text_fact(ui, over ? Word::last_outage : Word::out_of_service_since,
                                    fmt::format("{}{}", clock.date_time_text(last->from_ns),
                                                over ? " - " + clock.date_time_text(last->to_ns) : std::string())));
  }

  // Messages of a log that was replayed: states, error codes, starts and stops.
  const std::vector<std::uint32_t>& messages = panel_state(ui).messages.at(kept_of(ui, run)).get_or_make(run, row, [&] {
    std::vector<std::uint32_t> rows;
    // Those of the station as a whole are of each of its EVSEs.
    const std::string station = run.evses[row].name.substr(0, run.evses[row].name.rfind('-')) + " ";
    for (std::uint32_t i = 0; i < run.events.size(); ++i) {
      const model::Event& event = run.events[i];
      if (event.kind != model::EventKind::message) continue;
      if (event.evse == row || (event.evse == no_row && event.text.starts_with(station))) rows.push_back(i);
    }
    return rows;
  });
  auto at = std::upper_bound(messages.begin(), messages.end(), t,
                             [&](TimeNs time, std::uint32_t i) { return time < run.events[i].time_ns; });
  for (std::size_t n = 0; at != messages.begin() && n < most_messages; ++n) {
    --at;
    const model::Event& message = run.events[*at];
    group.facts.push_back({clock.date_time_text(message.time_ns), model::event_text(run, message)});
  }
  if (messages.empty()) group.facts.push_back(text_fact(ui, Word::messages, ui.tr(Word::not_recorded)));
  group.facts.push_back(text_fact(ui, Word::temperature_signal, health_text(ui, run, messages, t)));
  out.push_back(std::move(group));
}

}  // namespace

Facts evse_facts(const Ui& ui, const Run& run, std::uint32_t row, TimeNs t) {
  Facts out;
  const model::Evse& evse = run.evses[row];
  const model::EvseState& now = state_of(ui, run, row, t);
  FactGroup state{Word::state, {}, {}};
  state.facts.push_back(text_fact(ui, Word::evse, evse.name));
  state.facts.push_back(text_fact(ui, Word::status, ui.tr(look_of(now.status).word)));
  state.facts.push_back(number_fact(ui, run, Word::power, now.kw, Unit::kw));
  state.facts.push_back(text_fact(ui, Word::control_pilot, analysis::text_of(model::evse_pilot(run, row, t))));
  const std::string kind = evse.kind == "dc" ? "DC" : fmt::format("AC, {} x {:.0f} V", evse.phases, evse.voltage_v);
  state.facts.push_back(text_fact(
      ui, Word::rating, fmt::format("{}, {}{}", kw_text(evse.max_kw), kind, evse.bidirectional ? ", V2G" : "")));
  if (evse.feeder != no_row) state.facts.push_back(text_fact(ui, Word::feeder, run.feeders[evse.feeder].name));
  out.push_back(std::move(state));

  if (now.session == no_row) add_last_session(ui, run, evse, t, out);
  add_why(ui, run, model::why_evse(run, row, t), now.kw, t, out);
  if (now.session != no_row) add_session(ui, run, now.session, &now, t, out);
  add_health(ui, run, row, t, out);
  return out;
}

Facts session_facts(const Ui& ui, const Run& run, std::uint32_t row, TimeNs t) {
  const Session& session = run.sessions[row];
  const bool there = session.evse != no_row && session.plugged_in_ns <= t && t < session.departed_ns;
  if (there) return evse_facts(ui, run, session.evse, t);
  Facts out;
  if (t >= session.departed_ns && session.evse != no_row)
    out.push_back({Word::state, {}, end_message(ui, run, session)});
  else if (session.evse == no_row)
    out.push_back({Word::state, {}, ui.tr(Word::never_plugged_in)});
  else
    out.push_back({Word::state, {}, ui.tr(Word::not_there_yet)});
  add_session(ui, run, row, nullptr, t, out);
  return out;
}

Facts storage_facts(const Ui& ui, const Run& run, std::uint32_t row, TimeNs t) {
  Facts out;
  const model::Storage& storage = run.storages[row];
  const double kw = storage.kw.value_at(t);
  FactGroup state{Word::state, {}, {}};
  state.facts.push_back(text_fact(ui, Word::storage, storage.name));
  const Word doing = !(kw > 0.0 || kw < 0.0) ? Word::storage_idle
                     : kw > 0.0              ? Word::status_charging
                                             : Word::status_discharging;
  state.facts.push_back(text_fact(ui, Word::status, ui.tr(doing)));
  state.facts.push_back(number_fact(ui, run, Word::power, kw, Unit::kw));
  const double soc = storage.soc.value_at(t);
  state.facts.push_back(number_fact(ui, run, Word::soc_now, soc, Unit::fraction));
  state.facts.push_back(number_fact(ui, run, Word::stored, soc * storage.capacity_kwh, Unit::kwh));
  state.facts.push_back(number_fact(ui, run, Word::capacity, storage.capacity_kwh, Unit::kwh));
  state.facts.push_back(text_fact(
      ui, Word::soc_range, fmt::format("{} - {}", percent_text(storage.soc_min), percent_text(storage.soc_max))));
  state.facts.push_back(number_fact(ui, run, Word::most_charging, storage.max_charge_kw, Unit::kw));
  state.facts.push_back(number_fact(ui, run, Word::most_discharging, storage.max_discharge_kw, Unit::kw));
  out.push_back(std::move(state));
  add_why(ui, run, model::why_storage(run, row, t), kw, t, out);
  return out;
}

}  // namespace evtwin::viewer::ui
