// What a site decides: the strategy is asked, the guard answers for it, powers get their laws until the next crossing.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "control/answer.hpp"
#include "twin/site_run.hpp"

namespace evtwin::twin {

using kernel::Phase;

void SiteRun::insert_active(std::uint32_t member) {
  active_.insert(std::lower_bound(active_.begin(), active_.end(), member), member);
}

void SiteRun::remove_active(std::uint32_t member) {
  active_.erase(std::lower_bound(active_.begin(), active_.end(), member));
}

void SiteRun::request_decision(std::uint32_t why, TimeNs t) {
  if (strategy_ != nullptr && (strategy_->subscribes & why) == 0) return;
  why_ |= why;
  asked_for_ns_ = t;
  schedule_decision();
}

void SiteRun::schedule_decision() {
  schedule(EventKind::decision, Phase::decision, std::min({next_tick_ns_, wake_ns_, asked_for_ns_}));
}

namespace {

/// The books as strategies see them.
void show_ledger(const control::Ledger& from, evtwin_ledger& to) {
  to = {sizeof(evtwin_ledger),
        0,
        from.import_kwh,
        from.export_kwh,
        from.pv_kwh,
        from.load_kwh,
        from.ev_charge_kwh,
        from.ev_discharge_kwh,
        from.storage_charge_kwh,
        from.storage_discharge_kwh,
        from.losses_kwh,
        from.energy_cost,
        from.demand_charge,
        from.driver_revenue,
        from.v2g_payment,
        from.wear_cost,
        from.co2_kg,
        from.unmet_kwh,
        from.overload_kwh + from.export_overload_kwh};
}

}  // namespace

/// Brings the columns of connected vehicles and storages, and the site's scalars, up to `t`.
void SiteRun::refresh_view(TimeNs t) {
  evtwin_view& view = columns_.view;
  refresh_ranges();
  view.n_connected = static_cast<std::uint32_t>(active_.size() - site_.storages.size());
  std::copy_n(active_.begin(), view.n_connected, columns_.connected_evse.begin());
  for (const std::uint32_t i : active_) {
    const Motion& m = motions_[i];
    if (i >= evse_count()) {
      const std::size_t s = i - evse_count();
      columns_.storage_soc[s] = stored_kwh_[i] / site_.storages[s].capacity_kwh;
      columns_.storage_power_kw[s] = m.law.kw;
      continue;
    }
    const Session& session = sessions_[i];
    columns_.v2g_price_per_kwh[i] = paid_per_kwh(session);
    columns_.departs_ns[i] = std::max(session.visit.claimed_departure_ns, next_tick_ns_);
    columns_.got_kwh[i] = got_kwh_[i];
    columns_.remaining_kwh[i] = std::max(0.0, session.visit.requested_kwh - got_kwh_[i]);
    columns_.draws[i] = guard_.members[i].charge.now_kw > 0.0 ? 1 : 0;
    columns_.setpoint_kw[i] = guard_.members[i].given_kw;
    columns_.power_kw[i] = m.law.kw == 0.0 ? 0.0 : m.law.kw_at(kernel::hours_between(m.since_ns, t));
    if (session.vehicle->soc_known) columns_.soc[i] = stored_kwh_[i] / session.vehicle->battery.capacity_kwh;
  }
  view.why = why_;
  view.now_ns = t;
  view.next_tick_ns = next_tick_ns_;
  view.utc_offset_ns = clock_.offset_at(t).offset_ns;
  view.decision_number = result_.decisions;
  view.pv_kw = pv_kw_;
  view.load_kw = load_kw_ + standby_kw_;
  view.contract_kw = contract_kw_;
  view.power_setpoint_kw = setpoint_kw_;
  view.export_limit_kw = export_limit_kw_;
  view.buy_per_kwh = price_.buy_per_kwh;
  view.sell_per_kwh = price_.sell_per_kwh;
  view.driver_price_per_kwh = driver_price_per_kwh;
  view.v2g_price_per_kwh = v2g_price_per_kwh;
  view.demand_price_per_kw = tariff_.tariff().demand.basis == market::DemandBasis::peak ? meter_.price_per_kw() : 0.0;
  view.demand_fraction = meter_.fraction();
  view.billed_peak_kw = meter_.billed_kw();
  view.month_peak_kw = meter_.month_peak_kw();
  view.month_end_ns = meter_.month_end_ns();
  view.window_import_kwh = window_import_kwh_;
  view.window_end_ns = meter_.window_end_ns();
  guard_.set_base_kw(load_kw_ + standby_kw_ - pv_kw_);
  columns_.show_limits(guard_);

  show_ledger(total_ - at_last_decision_, columns_.since_last);
  show_ledger(total_, columns_.so_far);
  at_last_decision_ = total_;

  if (strategy_ != nullptr && strategy_->horizon_steps > 0) {
    forecaster_->fill(t, strategy_->horizon_steps, pv_kw_, load_kw_ + standby_kw_, columns_.horizon);
    arrival_forecaster_->fill(t, columns_.horizon);
    show_limits_ahead(t);
    columns_.show_horizon();
  }
}

void SiteRun::show_limits_ahead(TimeNs t) {
  control::Horizon& horizon = columns_.horizon;
  horizon.power_setpoint_kw.resize(horizon.pv_kw.size(), physics::unknown);
  for (std::size_t k = 0; setpoint_ahead_ && k < horizon.power_setpoint_kw.size(); ++k) {
    horizon.power_setpoint_kw[k] = setpoint_ahead_->at(horizon.start_ns[k]).value;
  }
  horizon.contract_kw.assign(horizon.pv_kw.size(), given_contract_kw_);
  for (std::size_t k = 0; !site_.cuts.empty() && k < horizon.contract_kw.size(); ++k) {
    horizon.contract_kw[k] =
        control::lowest_known_limit(site_.cuts, given_contract_kw_, t, horizon.start_ns[k], horizon.start_ns[k + 1]);
  }
}

/// What the strategy wrote, checked and made the members' wishes. NaN leaves the last one standing.
void SiteRun::take_answer(const control::Answered& answered, TimeNs t) {
  control::check_answer(answered);
  const TimeNs wake_ns = answered.decision.wake_ns;
  if (wake_ns != 0) wake_ns_ = std::max(wake_ns, earliest_wake_ns(t));
  // What is left as it is keeps the last wish.
  Plan* const plan = site_.commands.is_instant() ? nullptr : &begin_plan(t);
  control::each_wish(answered, [&](std::size_t member, double kw) {
    (plan == nullptr ? guard_.members[member].wish_kw : plan->wish_kw[member]) = kw;
  });
  if (plan != nullptr) move_plans(t);
  for (const control::Strategy::Remark& remark : strategy_->remarks) {
    const bool warning = remark.severity == EVTWIN_WARNING;
    if (warning && result_.strategy_warnings++ == 0) result_.first_strategy_warning = remark.text;
    if (context_.observer != nullptr)
      context_.observer->on_event({number_, t, warning ? "strategy_warning" : "strategy_remark", remark.text});
  }
  strategy_->remarks.clear();
}

void SiteRun::ask_strategy(TimeNs t) {
  evtwin_decision& decision = columns_.blank_decision();
  strategy_->decide(columns_.shown, decision);
  const control::Answered answered{
      *strategy_, columns_, decision, active_, site_.evses, site_.storages, context_.world.calendar};
  take_answer(answered, t);
  result_.decisions += 1;
  for (std::size_t k = 0; holding_ > 0 && k < active_.size(); ++k) {
    const std::uint32_t i = active_[k];
    if (i < evse_count() && sessions_[i].vehicle->acceptance_hold) hold_acceptance(i);
  }

  const std::size_t plan_steps = columns_.plan_steps();
  const bool planned =
      plan_steps > 0 && plan_history_.take(t, result_.decisions, {columns_.view.horizon_start_ns, plan_steps + 1},
                                           columns_.decided_plan_kw());
  const auto evse_kw = columns_.decided_evse_kw();
  if (context_.observer != nullptr) {
    const auto storage_kw = columns_.decided_storage_kw();
    std::copy(evse_kw.begin(), evse_kw.end(), wished_kw_.begin());
    std::copy(storage_kw.begin(), storage_kw.end(), wished_kw_.begin() + static_cast<std::ptrdiff_t>(evse_count()));
    context_.observer->on_decision({number_, result_.decisions, t, why_, decision.expected_cost, wished_kw_, planned});
  }
  report_settled_plans();
  if (!columns_.strayed()) return;
  for (std::uint32_t i = 0; i < evse_count(); ++i) {
    if (std::isnan(evse_kw[i]) || sessions_[i].number != 0) continue;
    if (std::isinf(evse_kw[i])) control::refuse_infinite(answered, i, evse_kw[i]);
    if (evse_kw[i] != 0.0) {
      note_correction(i, evse_kw[i], 0.0, Correction::not_plugged_in, -1, t);
    } else {
      noted_reason_[i] = Correction::none;
    }
  }
}

/// What has become of plans goes to the observer.
void SiteRun::report_settled_plans() {
  for (const control::SettledPiece& piece : plan_history_.settled()) {
    if (context_.observer == nullptr) break;
    const bool evse = piece.member < evse_count();
    context_.observer->on_plan({number_, evse ? Subject::evse : Subject::storage,
                                static_cast<std::uint32_t>(evse ? piece.member : piece.member - evse_count()),
                                piece.planned.decision, piece.planned.start_ns, piece.planned.end_ns, piece.planned.kw,
                                piece.replaced_ns});
  }
  plan_history_.settled().clear();
}

void SiteRun::decide(TimeNs t) {
  if (t >= next_tick_ns_) {
    why_ |= EVTWIN_WHY_TICK;
    next_tick_ns_ = clock_.next_tick(t, context_.world.tick_ns);
  }
  if (t >= wake_ns_) why_ |= EVTWIN_WHY_WAKE;
  wake_ns_ = asked_for_ns_ = kernel::time_never;
  refresh_view(t);

  const std::uint64_t number = result_.decisions + 1;
  try {
    ask_strategy(t);
  } catch (const control::StrategyError& error) {
    throw control::StrategyError(
        fmt::format("{} (decision {} at {})", error.what(), number, context_.world.calendar.format_local(t)));
  }
  guard_due_ = true;
  why_ = 0;
  schedule_decision();
}

void SiteRun::note_correction(std::uint32_t member, double asked_kw, double given_kw, Correction reason,
                              std::int32_t limit, TimeNs t) {
  if (reason == noted_reason_[member] && given_kw == noted_given_kw_[member]) return;
  noted_reason_[member] = reason;
  noted_given_kw_[member] = given_kw;
  if (reason == Correction::none) return;
  result_.corrections[static_cast<std::size_t>(reason)] += 1;
  if (context_.observer == nullptr) return;
  const bool evse = member < evse_count();
  CorrectionRecord record{number_,
                          evse ? Subject::evse : Subject::storage,
                          static_cast<std::int32_t>(evse ? member : member - evse_count()),
                          t,
                          reason,
                          asked_kw,
                          given_kw,
                          {}};
  if (limit >= 0) record.limit_name = guard_.rows()[static_cast<std::size_t>(limit)].name;
  context_.observer->on_correction(record);
}

/// Rows that stay exceeded: unavoidable under enforce, an overload under record. Said once until they hold again.
void SiteRun::note_exceeded(std::span<const std::uint32_t> rows, TimeNs t) {
  row_excess_kw_ = 0.0;
  if (rows.empty() && !any_row_noted_) return;
  any_row_noted_ = !rows.empty();
  for (char& noted : row_noted_) noted = static_cast<char>(noted & 1);  // bit 0: noted before, bit 1: exceeded now
  for (const std::uint32_t r : rows) {
    const control::GuardRow& row = guard_.rows()[r];
    const double high = guard_.value(row, control::Side::upper, couplings_);
    const double value = high > row.upper ? high : guard_.value(row, control::Side::lower, couplings_);
    if (r > 0 && row.kind == physics::LimitKind::power_kw) {
      row_excess_kw_ += value > row.upper ? value - row.upper : row.lower - value;
    }
    row_noted_[r] = static_cast<char>(row_noted_[r] | 2);
    if ((row_noted_[r] & 1) != 0) continue;
    const bool enforced = site_.limits == LimitMode::enforce;
    if (enforced) result_.corrections[static_cast<std::size_t>(Correction::unavoidable)] += 1;
    if (context_.observer == nullptr) continue;
    if (enforced) {
      context_.observer->on_correction(
          {number_, Subject::evse, -1, t, Correction::unavoidable, value, row.upper, row.name});
    } else {
      context_.observer->on_event(
          {number_, t, "overload",
           fmt::format("{}: {:.6g}, limits {:.6g} to {:.6g}", row.name, value, row.lower, row.upper)});
    }
  }
  for (char& noted : row_noted_) noted = (noted & 2) != 0 ? 1 : 0;
}

namespace {

/// Whether the signed power sinks, or climbs, while the law lasts.
bool sinks(const physics::Law& law) { return law.rate_per_h != 0.0 && (law.kw > 0.0) == (law.rate_per_h < 0.0); }
bool climbs(const physics::Law& law) { return law.rate_per_h != 0.0 && (law.kw > 0.0) != (law.rate_per_h < 0.0); }

}  // namespace

/// Ends a member's law at `t`: its segment is recorded, its state is what flowed.
void SiteRun::end_motion(std::uint32_t member, TimeNs t) {
  Motion& m = motions_[member];
  if (m.law.kw != 0.0) {
    const bool evse = member < evse_count();
    meter_use(member, t);
    if (context_.observer != nullptr && t > m.since_ns) {
      context_.observer->on_power({evse ? Subject::evse : Subject::storage, number_,
                                   static_cast<std::uint32_t>(evse ? member : member - evse_count()),
                                   evse ? sessions_[member].number : 0, m.since_ns, t, m.law.kw, m.law.rate_per_h,
                                   m.metered});
    }
  }
  falling_ -= sinks(m.law) ? 1U : 0U;
  rising_ -= climbs(m.law) ? 1U : 0U;
  m.law = {};
  m.crossing_ns = kernel::time_never;
  m.metered = 0.0;
  m.stale = true;
}

/// A law has run its course: the state is set to the threshold itself.
void SiteRun::cross(std::uint32_t member, TimeNs t) {
  const physics::Law law = motions_[member].law;
  end_motion(member, t);
  const bool evse = member < evse_count();
  const bool battery_known = !evse || sessions_[member].vehicle->battery.capacity_kwh < infinite;
  if (battery_known) stored_kwh_[member] = law.end_stored_kwh;
  if (evse && law.end == physics::LawEnd::metered) got_kwh_[member] = sessions_[member].visit.taken_kwh;
  // What a finished battery no longer takes, others may have; a curve that starts to bind only means less to count on.
  (law.end == physics::LawEnd::curve ? limits_due_ : guard_due_) = true;
}

/// A new law from `t` on for the setpoint in force.
void SiteRun::renew_motion(std::uint32_t member, TimeNs t) {
  end_motion(member, t);
  Motion& m = motions_[member];
  const double setpoint = guard_.members[member].given_kw;
  m.setpoint_kw = setpoint;
  m.since_ns = t;
  m.stale = false;
  if (member >= evse_count()) {
    const physics::Storage& storage = site_.storages[member - evse_count()];
    m.law = physics::law_at(storage_batteries_[member - evse_count()], stored_kwh_[member], setpoint, infinite,
                            storage.soc_min * storage.capacity_kwh);
  } else {
    const Session& s = sessions_[member];
    const physics::BatterySpec& battery = s.vehicle->battery;
    const double floor_kwh = battery.capacity_kwh < infinite ? s.vehicle->soc_floor * battery.capacity_kwh : 0.0;
    if (s.vehicle->acceptance_hold && battery.capacity_kwh < infinite && setpoint > 0.0) {
      m.law = physics::held_law(battery, stored_kwh_[member], std::min(setpoint, s.held_acceptance_kw),
                                metered_left(member), floor_kwh);
    } else {
      m.law = physics::law_at(battery, stored_kwh_[member], setpoint, metered_left(member), floor_kwh);
    }
  }
  falling_ += sinks(m.law) ? 1U : 0U;
  rising_ += climbs(m.law) ? 1U : 0U;
  m.stored_at_start = stored_kwh_[member];
  m.metered_at_start = member < evse_count() ? got_kwh_[member] : 0.0;
  m.crossing_ns = m.law.kw == 0.0 ? kernel::time_never : kernel::after_hours_rounded_up(t, m.law.hours);
  schedule(EventKind::crossing, Phase::crossing, m.crossing_ns, member);
}

/// What stepped tools do: the acceptance of this moment holds until the next decision.
void SiteRun::hold_acceptance(std::uint32_t evse) {
  const physics::BatterySpec& battery = sessions_[evse].vehicle->battery;
  if (battery.capacity_kwh == infinite) return;
  sessions_[evse].held_acceptance_kw = battery.charge.at(stored_kwh_[evse] / battery.capacity_kwh);
  ranges_fresh_ = false;
  motions_[evse].stale = true;
}

physics::PowerRange SiteRun::charge_range(std::uint32_t evse) const {
  if (metered_left(evse) <= 0.0) return {};
  const Session& s = sessions_[evse];
  physics::PowerRange range = physics::charge_range(s.vehicle->battery, stored_kwh_[evse]);
  if (s.vehicle->acceptance_hold && range.now_kw > 0.0) range = {s.held_acceptance_kw, s.held_acceptance_kw, false};
  return range;
}

physics::PowerRange SiteRun::discharge_range(std::uint32_t evse) const {
  const physics::Vehicle& vehicle = *sessions_[evse].vehicle;
  const double floor_kwh =
      vehicle.battery.capacity_kwh < infinite ? vehicle.soc_floor * vehicle.battery.capacity_kwh : 0.0;
  return physics::discharge_range(vehicle.battery, stored_kwh_[evse], floor_kwh);
}

/// What the batteries can take and give at this moment, for view and guard alike.
void SiteRun::refresh_ranges() {
  if (ranges_fresh_) return;
  ranges_fresh_ = true;
  for (const std::uint32_t i : active_) {
    if (i >= evse_count()) {
      guard_.stored_kwh[i - evse_count()] = stored_kwh_[i];
      continue;
    }
    control::GuardMember& g = guard_.members[i];
    g.charge = charge_range(i);
    if (couplings_[i].max_discharge_kw > 0.0) g.discharge = discharge_range(i);
    // Rounding may reach a threshold a nanosecond before its crossing does: what can flow no more does not flow.
    const double kw = motions_[i].law.kw;
    if ((kw > 0.0 && g.charge.now_kw == 0.0) || (kw < 0.0 && g.discharge.now_kw == 0.0)) motions_[i].stale = true;
  }
}

/// The guard's answer to what changed at this instant.
void SiteRun::ask_guard(TimeNs t) {
  guard_.set_base_kw(load_kw_ + standby_kw_ - pv_kw_);
  refresh_ranges();
  const bool enforce = site_.limits == LimitMode::enforce;
  const auto exceeded =
      guard_due_ ? guard_.apply(active_, couplings_, enforce) : guard_.hold(active_, couplings_, enforce);
  note_exceeded(exceeded, t);
}

void SiteRun::settle(TimeNs t) {
  touched = false;
  if (!guard_due_ && !limits_due_) return;
  ask_guard(t);
  guard_due_ = limits_due_ = false;
  for (const std::uint32_t i : active_) {
    const control::GuardMember& g = guard_.members[i];
    if (g.reason != noted_reason_[i] || g.given_kw != noted_given_kw_[i])
      note_correction(i, g.wish_kw, g.given_kw, g.reason, g.limit, t);
    if (!motions_[i].stale && motions_[i].setpoint_kw == g.given_kw) continue;
    context_.hash.mix(i);
    context_.hash.mix(g.given_kw);
    renew_motion(i, t);
  }
}

}  // namespace evtwin::twin
