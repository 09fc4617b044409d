#include "viewer/model/state.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace evtwin::viewer::model {
namespace {

// The end of a run belongs to its last instant.
TimeNs inside(const Run& run, TimeNs t) { return std::min(t, run.known_until_ns - 1); }

// Last of `rows` (in the order of time) whose time is at or before t; no_row: none.
template <class Time>
std::uint32_t last_until(std::span<const std::uint32_t> rows, TimeNs t, Time time) {
  const auto after = std::ranges::upper_bound(rows, t, {}, time);
  return after == rows.begin() ? no_row : *std::prev(after);
}

bool is_out(const Run& run, const Evse& evse, TimeNs t) {
  const std::uint32_t last = last_until(evse.outages, t, [&](std::uint32_t row) { return run.outages[row].from_ns; });
  return last != no_row && t < run.outages[last].to_ns;
}

/// Whether the log has a transaction there that was not replayed.
bool is_left_out(const Evse& evse, TimeNs t) {
  return std::ranges::any_of(evse.left_out, [&](const auto& stay) { return stay.first <= t && t < stay.second; });
}

/// Of a run that was cut: a session is recorded when its car leaves, so after the last one a car may be there.
bool is_unrecorded(const Run& run, const Evse& evse, TimeNs t) {
  if (!run.is_cut()) return false;
  return std::none_of(evse.sessions.begin(), evse.sessions.end(),
                      [&](std::uint32_t row) { return run.sessions[row].plugged_in_ns > t; });
}

// Calls function(piece, from, to) for each recorded power of [from, to).
template <class Function>
void each_piece(const Series& kw, TimeNs from, TimeNs to, Function function) {
  from = std::max(from, kw.start_ns());
  to = std::min(to, kw.end_ns());
  if (kw.empty() || from >= to) return;
  for (std::size_t i = kw.piece_at(from); i < kw.size() && kw.pieces()[i].start_ns < to; ++i) {
    const Piece& piece = kw.pieces()[i];
    if (std::isnan(piece.value) || (piece.value == 0.0 && piece.rate_per_h == 0.0)) continue;
    function(piece, std::max(from, piece.start_ns), std::min(to, kw.end_of(i)));
  }
}

struct Energy {
  double charged_kwh = 0.0, discharged_kwh = 0.0;  // at the EVSE's meter, >= 0
};

Energy energy_between(const Series& kw, TimeNs from, TimeNs to) {
  Energy energy;
  each_piece(kw, from, to, [&](const Piece& piece, TimeNs a, TimeNs b) {
    const double kwh = integral_in(piece, a, b);
    (piece.value > 0.0 ? energy.charged_kwh : energy.discharged_kwh) += std::abs(kwh);
  });
  return energy;
}

// Power at the AC side of an EVSE whose outlet meters `kw`.
double through(double kw, double efficiency) { return kw >= 0.0 ? kw / efficiency : kw * efficiency; }

// Energy at the AC side times the price in force.
double cost_between(const Evse& evse, const Series& price, TimeNs from, TimeNs to) {
  double cost = 0.0;
  each_piece(evse.kw, from, to, [&](const Piece& piece, TimeNs a, TimeNs b) {
    while (a < b) {
      const TimeNs until = std::min(b, price.next_change(a));
      const double per_kwh = price.value_at(a);
      if (!std::isnan(per_kwh)) cost += through(integral_in(piece, a, until), evse.efficiency) * per_kwh;
      a = until;
    }
  });
  return cost;
}

bool knows_battery(const Session& session) {
  return std::isfinite(session.battery_kwh) && session.battery_kwh > 0.0 && !std::isnan(session.soc_start);
}

bool is_full(const Session& session, const Energy& energy) {
  if (!knows_battery(session)) return false;
  const double stored =
      energy.charged_kwh * session.charge_efficiency - energy.discharged_kwh / session.discharge_efficiency;
  return session.soc_start + stored / session.battery_kwh >= 1.0 - 1e-9;
}

EvseStatus status_of(const Run& run, const Evse& evse, std::uint32_t session, double kw, TimeNs t) {
  if (is_out(run, evse, t)) return EvseStatus::fault;
  if (kw > 0.0) return EvseStatus::charging;
  if (kw < 0.0) return EvseStatus::discharging;
  if (session == no_row) {
    if (is_unrecorded(run, evse, t)) return EvseStatus::unknown;
    return is_left_out(evse, t) ? EvseStatus::left_out : EvseStatus::available;
  }
  const Session& s = run.sessions[session];
  const double got_kwh = evse.kw.extent_of(s.plugged_in_ns, t).integral_h;
  if (got_kwh >= s.wanted_kwh - least_missed_kwh) return EvseStatus::finished;
  return is_full(s, energy_between(evse.kw, s.plugged_in_ns, t)) ? EvseStatus::finished : EvseStatus::waiting;
}

std::uint32_t last_decision(const Run& run, std::uint32_t site, TimeNs t) {
  return last_until(run.sites[site].decisions, t, [&](std::uint32_t row) { return run.decisions[row].time_ns; });
}

// Of a subject with these rows. @param since begin of what is looked at: a session's plug-in
Why why_of(const Run& run, std::uint32_t site, const Series& power, std::span<const std::uint32_t> setpoints,
           std::span<const std::uint32_t> corrections, std::span<const std::uint32_t> plans, TimeNs since, TimeNs t) {
  Why why;
  const auto asked_ns = [&](std::uint32_t row) { return run.decisions[run.setpoints[row].decision].time_ns; };
  const auto corrected_ns = [&](std::uint32_t row) { return run.corrections[row].time_ns; };
  const double kw = power.value_at(t);
  why.decision = last_decision(run, site, t);
  why.setpoint = last_until(setpoints, t, asked_ns);
  const TimeNs setpoint_ns = why.setpoint == no_row ? since : asked_ns(why.setpoint);

  // The guard tells when it begins to bind, not when it ends: more power than it gave says that it has.
  const std::uint32_t correction = last_until(corrections, t, corrected_ns);
  if (correction != no_row && corrected_ns(correction) >= std::max(since, setpoint_ns)) {
    const double given = run.corrections[correction].given_kw;
    const bool over = !std::isnan(given) && std::abs(kw) > std::abs(given) * (1.0 + 1e-9) + 1e-9;
    if (!over) why.correction = correction;
  }

  // A setpoint has a row where it differs from the one before, that of an earlier session included: this session was
  // asked for the same where it got something, or was corrected.
  if (why.setpoint != no_row) {
    const bool of_this = setpoint_ns >= since || (!std::isnan(kw) && kw != 0.0) || why.correction != no_row;
    if (of_this) why.asked_kw = run.setpoints[why.setpoint].kw;
  }

  if (why.decision == no_row) return why;
  const std::uint64_t number = run.decisions[why.decision].number;
  const auto until =
      std::ranges::upper_bound(plans, number, {}, [&](std::uint32_t row) { return run.plans[row].decision; });
  for (auto it = plans.begin(); it != until; ++it) {
    const Plan& plan = run.plans[*it];
    if (plan.end_ns > t && plan.replaced_ns > t) why.plan.push_back(*it);
  }
  std::ranges::sort(why.plan, {}, [&](std::uint32_t row) { return run.plans[row].start_ns; });
  return why;
}

TimeNs session_end(const Run& run, const Session& session) { return std::min(session.departed_ns, run.known_until_ns); }

// An integral of the session's power, `per_kwh` of it counted: what was charged, what was given back.
Series integral_over_stay(const Run& run, const Session& session, double start, double charged_per_kwh,
                          double discharged_per_kwh) {
  Series series;
  const TimeNs end = session_end(run, session);
  double value = start;
  TimeNs until = session.plugged_in_ns;
  each_piece(run.evses[session.evse].kw, session.plugged_in_ns, end, [&](const Piece& piece, TimeNs a, TimeNs b) {
    if (a > until) series.add_piece(until, value);
    const double share = piece.value > 0.0 ? charged_per_kwh : discharged_per_kwh;
    const double kw = value_in(piece, a);
    series.add_piece({a, value, kw * share, piece.slope_per_h});
    value += integral_in(piece, a, b) * share;
    until = b;
  });
  if (until < end) series.add_piece(until, value);
  series.finish_at(end);
  return series;
}

}  // namespace

bool is_unrecorded(const Run& run, TimeNs t) {
  // Without any record not even the first instant is one.
  return run.is_cut() && (t > run.known_until_ns || run.known_until_ns <= run.start_ns);
}

std::uint32_t session_at(const Run& run, std::uint32_t evse, TimeNs t) {
  const std::uint32_t last =
      last_until(run.evses[evse].sessions, t, [&](std::uint32_t row) { return run.sessions[row].plugged_in_ns; });
  return last != no_row && t < run.sessions[last].departed_ns ? last : no_row;
}

EvseStatus evse_status(const Run& run, std::uint32_t evse, TimeNs t) {
  t = inside(run, t);
  return status_of(run, run.evses[evse], session_at(run, evse, t), run.evses[evse].kw.value_at(t), t);
}

EvseState evse_state(const Run& run, std::uint32_t evse, TimeNs t) {
  t = inside(run, t);
  const Evse& e = run.evses[evse];
  EvseState state;
  state.kw = e.kw.value_at(t);
  state.session = session_at(run, evse, t);
  state.status = status_of(run, e, state.session, state.kw, t);
  if (state.session == no_row) return state;

  const Session& session = run.sessions[state.session];
  // Integrals of the power since plug-in are exact, so the SoC at any instant is the run's own.
  const Energy energy = energy_between(e.kw, session.plugged_in_ns, t);
  state.session_kwh = energy.charged_kwh - energy.discharged_kwh;
  if (knows_battery(session)) {
    state.soc = session.soc_start + (energy.charged_kwh * session.charge_efficiency -
                                     energy.discharged_kwh / session.discharge_efficiency) /
                                        session.battery_kwh;
  }

  // Money so far goes by the session's mean price per kWh; prices that changed on the way are not told apart.
  state.session_cost = cost_between(e, run.sites[e.site].buy_price, session.plugged_in_ns, t);
  const double charged_kwh = session.got_kwh + session.discharged_kwh;
  if (charged_kwh > 0.0) state.driver_pays += energy.charged_kwh * (session.driver_revenue / charged_kwh);
  if (session.discharged_kwh > 0.0) {
    state.driver_pays -= energy.discharged_kwh * (session.v2g_payment / session.discharged_kwh);
  }
  return state;
}

analysis::PilotReading evse_pilot(const Run& run, std::uint32_t row, TimeNs t) {
  t = inside(run, t);
  const Evse& evse = run.evses[row];
  analysis::EvseFacts facts;
  facts.in_service = !is_out(run, evse, t);
  facts.connected = session_at(run, row, t) != no_row;
  facts.dc = evse.kind == "dc";
  facts.phases = evse.phases;
  facts.voltage_v = evse.voltage_v;
  facts.max_kw = evse.max_kw;
  facts.kw = evse.kw.value_at(t);
  if (facts.connected && !kernel::is_known(facts.kw)) return {};
  if (!facts.connected && is_left_out(evse, t)) return {};

  // A correction at the instant of its set-point is the later word.
  const auto asked_ns = [&](std::uint32_t i) { return run.decisions[run.setpoints[i].decision].time_ns; };
  const std::uint32_t asked = last_until(evse.setpoints, t, asked_ns);
  if (asked != no_row) facts.setpoint_kw = run.setpoints[asked].kw;
  const auto corrected_ns = [&](std::uint32_t i) { return run.corrections[i].time_ns; };
  const std::uint32_t corrected = last_until(evse.corrections, t, corrected_ns);
  if (corrected != no_row && kernel::is_known(run.corrections[corrected].given_kw) &&
      (asked == no_row || corrected_ns(corrected) >= asked_ns(asked)))
    facts.setpoint_kw = run.corrections[corrected].given_kw;
  return analysis::pilot_of(facts);
}

SiteState site_state(const Run& run, std::uint32_t site, TimeNs t) {
  t = inside(run, t);
  const Site& s = run.sites[site];
  SiteState state;
  state.grid_kw = s.grid_kw.value_at(t);
  state.ev_kw = s.ev_kw.value_at(t);
  state.pv_kw = s.pv_kw.value_at(t);
  state.load_kw = s.load_kw.value_at(t);
  state.storage_kw = s.storage_kw.value_at(t);
  state.contract_kw = s.contract_kw.value_at(t);
  state.buy_price = s.buy_price.value_at(t);

  // Nothing has been metered yet.
  const double cost = s.cost.value_at(t);
  state.cost = std::isnan(cost) ? 0.0 : cost;

  for (const std::uint32_t row : s.evses) {
    const std::uint32_t session = session_at(run, row, t);
    if (session != no_row) ++state.vehicles;

    switch (status_of(run, run.evses[row], session, run.evses[row].kw.value_at(t), t)) {
      case EvseStatus::available:
        break;
      case EvseStatus::charging:
        ++state.charging;
        break;
      case EvseStatus::discharging:
        ++state.discharging;
        break;

      case EvseStatus::waiting:
        ++state.waiting;
        break;
      case EvseStatus::finished:
        ++state.finished;
        break;
      case EvseStatus::fault:
        ++state.fault;
        break;
      case EvseStatus::left_out:
        ++state.left_out;
        break;
      case EvseStatus::unknown:
        ++state.unknown;
        break;
    }
  }
  return state;
}

std::vector<double> feeder_kw(const Run& run, TimeNs t) {
  t = inside(run, t);
  std::vector<double> into(run.feeders.size(), 0.0);
  for (const Evse& evse : run.evses) {
    if (evse.feeder == no_row) continue;
    const double kw = evse.kw.value_at(t);
    into[evse.feeder] += through(kw, evse.efficiency);
  }
  // Leaves first: read_header() has put every feeder after the one above it.
  for (std::size_t i = run.feeders.size(); i-- > 0;) {
    into[i] = through(into[i], run.feeders[i].efficiency);
    if (run.feeders[i].parent != no_row) into[run.feeders[i].parent] += into[i];
  }
  return into;
}

Why why_evse(const Run& run, std::uint32_t evse, TimeNs t) {
  t = inside(run, t);
  const Evse& e = run.evses[evse];
  const std::uint32_t session = session_at(run, evse, t);
  const TimeNs since = session == no_row ? run.start_ns : run.sessions[session].plugged_in_ns;
  return why_of(run, e.site, e.kw, e.setpoints, e.corrections, e.plans, since, t);
}

Why why_storage(const Run& run, std::uint32_t storage, TimeNs t) {
  t = inside(run, t);
  const Storage& s = run.storages[storage];
  return why_of(run, s.site, s.kw, s.setpoints, s.corrections, s.plans, run.start_ns, t);
}

Series session_soc(const Run& run, std::uint32_t session) {
  const Session& s = run.sessions[session];
  if (!knows_battery(s) || s.plugged_in_ns == kernel::time_never) return {};
  return integral_over_stay(run, s, s.soc_start, s.charge_efficiency / s.battery_kwh,
                            1.0 / s.discharge_efficiency / s.battery_kwh);
}

Series session_energy(const Run& run, std::uint32_t session) {
  const Session& s = run.sessions[session];
  if (s.plugged_in_ns == kernel::time_never) return {};
  return integral_over_stay(run, s, 0.0, 1.0, 1.0);
}

TimeNs last_charged_ns(const Run& run, std::uint32_t session, TimeNs t) {
  const Session& s = run.sessions[session];
  if (s.plugged_in_ns == kernel::time_never) return kernel::time_never;
  TimeNs last = kernel::time_never;
  each_piece(run.evses[s.evse].kw, s.plugged_in_ns, std::min(t, session_end(run, s)),
             [&](const Piece& piece, TimeNs, TimeNs to) {
               if (piece.value > 0.0) last = to;
             });
  return last;
}

double session_peak_kw(const Run& run, std::uint32_t session, TimeNs t) {
  const Session& s = run.sessions[session];
  double peak_kw = 0.0;
  if (s.plugged_in_ns == kernel::time_never) return peak_kw;
  each_piece(run.evses[s.evse].kw, s.plugged_in_ns, std::min(t, session_end(run, s)),
             [&](const Piece& piece, TimeNs from, TimeNs to) {
               peak_kw = std::max({peak_kw, value_in(piece, from), value_in(piece, to)});
             });
  return peak_kw;
}

double session_workload(const Run& run, std::uint32_t session, TimeNs t) {
  const Session& s = run.sessions[session];
  if (!knows_battery(s) || s.plugged_in_ns == kernel::time_never) return none;
  const Energy energy = energy_between(run.evses[s.evse].kw, s.plugged_in_ns, std::min(t, session_end(run, s)));
  return energy.charged_kwh * s.charge_efficiency / s.battery_kwh;
}

HoursToReady hours_to_ready(const Run& run, std::uint32_t site) {
  HoursToReady out;
  double hours = 0.0;
  for (std::uint32_t row = 0; row < run.sessions.size(); ++row) {
    const Session& session = run.sessions[row];
    if (site != no_row && session.site != site) continue;
    out.charged += session.plugged_in_ns != kernel::time_never ? 1U : 0U;
    // Who is still there at the end has what it wanted, too, where nothing is missing.
    const bool there = session.ended == "open_at_end" && session.got_kwh >= session.wanted_kwh - least_missed_kwh;
    if (!there && (session.ended != "departed" || misses_energy(session))) continue;
    const TimeNs ready = last_charged_ns(run, row);
    if (ready == kernel::time_never) continue;
    hours += kernel::hours_between(session.plugged_in_ns, ready);
    ++out.ready;
  }
  if (out.ready > 0) out.mean_h = hours / static_cast<double>(out.ready);
  return out;
}

PartyMoney party_money(const Run& run, std::uint32_t site, TimeNs from, TimeNs to) {
  if (site >= run.sites.size()) return {none, none, none, none, none, none, none, none, none};
  const Site& s = run.sites[site];
  PartyMoney money;
  auto window = std::ranges::lower_bound(s.meter, from, {}, &Meter::end_ns);
  for (; window != s.meter.end() && window->start_ns < to; ++window) {
    // What the meter counts in a window that is not over, or begun before, is taken as evenly spread: the file has no
    // finer figure of money.
    const double share = static_cast<double>(std::min(to, window->end_ns) - std::max(from, window->start_ns)) /
                         static_cast<double>(window->end_ns - window->start_ns);
    if (!(share > 0.0)) continue;
    money.driver_revenue += share * window->driver_revenue;
    money.v2g_payment += share * window->v2g_payment;
    money.energy_cost += share * window->energy_cost;
    money.demand_charge += share * window->demand_charge;
    money.wear_vehicles += share * window->ev_discharge_kwh * s.wear_price_per_kwh;
    money.wear_storage += share * window->storage_discharge_kwh * s.wear_price_per_kwh;
  }
  money.grid = money.energy_cost + money.demand_charge;
  money.drivers = money.v2g_payment - money.driver_revenue - money.wear_vehicles;
  money.site = money.driver_revenue - money.v2g_payment - money.grid - money.wear_storage;
  return money;
}

PartyMoney party_money(const Run& run, TimeNs from, TimeNs to) {
  PartyMoney all;
  for (std::uint32_t site = 0; site < run.sites.size(); ++site) {
    const PartyMoney one = party_money(run, site, from, to);
    for (double PartyMoney::*sum : {&PartyMoney::drivers, &PartyMoney::site, &PartyMoney::grid,
                                    &PartyMoney::wear_vehicles, &PartyMoney::wear_storage, &PartyMoney::driver_revenue,
                                    &PartyMoney::v2g_payment, &PartyMoney::energy_cost, &PartyMoney::demand_charge}) {
      all.*sum += one.*sum;
    }
  }
  return all;
}

}  // namespace evtwin::viewer::model
