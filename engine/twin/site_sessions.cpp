// Vehicles come, wait, plug in and leave.
#include <algorithm>
#include <cmath>

#include "twin/site_run.hpp"

namespace evtwin::twin {

using demand::Visit;
using kernel::Phase;

void SiteRun::next_arrival(std::uint32_t law) {
  if (streams_[law].next(next_visit_[law]))
    schedule(EventKind::arrival, Phase::plug_in, next_visit_[law].arrival_ns, law);
}

void SiteRun::arrive(std::uint32_t law, TimeNs t) {
  Visit visit = std::move(next_visit_[law]);
  next_arrival(law);
  const std::int32_t reserved_evse = end_reservation(law, visit);
  admit(std::move(visit), reserved_evse, t);
  // What was reserved and can not be used is free for others.
  if (reserved_evse >= 0 && !waiting_.empty()) admit_waiting(t);
}

bool SiteRun::fits(std::uint32_t evse, const Visit& visit) const {
  const physics::Vehicle& vehicle = context_.world.vehicles[visit.vehicle];
  return site_.evses[evse].phases == 0 ? vehicle.has_dc : vehicle.max_ac_kw > 0.0;
}

/// The first free EVSE in service that fits and is not held for another, in declared order; -1 when there is none. One
/// that is reserved for part of the stay is given only where there is no other.
std::int32_t SiteRun::free_evse_for(const Visit& visit, TimeNs t) const {
  std::int32_t reserved_later = -1;
  if (free_evses_ == 0) return -1;
  for (std::uint32_t i = 0; i < evse_count(); ++i) {
    if (sessions_[i].number != 0 || guard_.outage[i] != 0.0 || !fits(i, visit) || held(i, t)) continue;
    if (!reserved_before(i, visit.claimed_departure_ns)) return static_cast<std::int32_t>(i);
    if (reserved_later < 0) reserved_later = static_cast<std::int32_t>(i);
  }
  return reserved_later;
}

/// @param reserved_evse  the EVSE it had reserved, -1 without a reservation that still holds.
void SiteRun::admit(Visit visit, std::int32_t reserved_evse, TimeNs t) {
  if (reserved_evse >= 0) {
    const auto evse = static_cast<std::uint32_t>(reserved_evse);
    // Whoever names an EVSE takes it even while it is out of service, as without a reservation.
    const bool usable = guard_.outage[evse] == 0.0 || visit.evse == reserved_evse;
    if (sessions_[evse].number == 0 && usable && fits(evse, visit)) {
      plug_in(evse, std::move(visit), t);
      return;
    }
    report_event("reservation_not_kept", site_.evses[evse].id + ": " + visit.id, t);
  }
  if (visit.evse != demand::any_evse) {
    const auto evse = static_cast<std::uint32_t>(visit.evse);
    const bool held_for_another = reserved_evse < 0 && held(evse, t);
    if (sessions_[evse].number != 0 || !fits(evse, visit) || held_for_another) {
      turn_away(visit, t, fits(evse, visit) ? SessionEnd::turned_away : SessionEnd::no_compatible_evse);
    } else {
      plug_in(evse, std::move(visit), t);
    }
    return;
  }
  if (const std::int32_t evse = free_evse_for(visit, t); evse >= 0) {
    plug_in(static_cast<std::uint32_t>(evse), std::move(visit), t);
    return;
  }
  bool any_fits = false;
  for (std::uint32_t i = 0; i < evse_count() && !any_fits; ++i) any_fits = fits(i, visit);
  if (!any_fits || waiting_.size() >= site_.waiting_room.places) {
    turn_away(visit, t, any_fits ? SessionEnd::turned_away : SessionEnd::no_compatible_evse);
    return;
  }
  TimeNs gives_up = kernel::after_hours_rounded_up(t, site_.waiting_room.patience_h);
  if (!visit.stay_counts_from_plug_in) gives_up = std::min(gives_up, visit.departure_ns);
  waiting_.push_back({std::move(visit), gives_up});
  lose_patience(t);
}

/// Those whose patience has ended leave the queue; the timer is set for the next one.
void SiteRun::lose_patience(TimeNs t) {
  TimeNs next = kernel::time_never;
  for (auto it = waiting_.begin(); it != waiting_.end();) {
    if (it->gives_up_ns <= t) {
      turn_away(it->visit, t, SessionEnd::reneged);
      it = waiting_.erase(it);
    } else {
      next = std::min(next, it->gives_up_ns);
      ++it;
    }
  }
  schedule(EventKind::lose_patience, Phase::plug_out, next);
}

void SiteRun::admit_waiting(TimeNs t) {
  for (auto it = waiting_.begin(); it != waiting_.end() && free_evses_ > 0;) {
    const std::int32_t evse = free_evse_for(it->visit, t);
    if (evse < 0) {
      ++it;
      continue;
    }
    Visit visit = std::move(it->visit);
    it = waiting_.erase(it);
    plug_in(static_cast<std::uint32_t>(evse), std::move(visit), t);
  }
  lose_patience(t);
}

void SiteRun::plug_in(std::uint32_t evse, Visit visit, TimeNs t) {
  const physics::Vehicle& vehicle = context_.world.vehicles[visit.vehicle];
  const TimeNs waited_ns = t - visit.arrival_ns;
  if (visit.stay_counts_from_plug_in) {
    visit.departure_ns += waited_ns;
    visit.claimed_departure_ns += waited_ns;
  }
  if (waited_ns > 0) {
    result_.waited += 1;
    result_.waiting_h += kernel::hours_between(0, waited_ns);
  }

  Session& s = sessions_[evse];
  s = Session{};
  s.number = ++session_number_;
  s.vehicle = &vehicle;
  s.arrived_ns = visit.arrival_ns;
  s.plugged_in_ns = t;
  const double wanted = std::isnan(visit.taken_kwh) ? visit.requested_kwh : visit.taken_kwh;
  s.soc_start = std::isnan(visit.soc_start) ? demand::soc_for(vehicle.battery, wanted, 0.8) : visit.soc_start;
  stored_kwh_[evse] = vehicle.battery.capacity_kwh == infinite ? 0.0 : s.soc_start * vehicle.battery.capacity_kwh;
  got_kwh_[evse] = 0.0;
  use_[evse] = {};
  couplings_[evse] = physics::couple(site_.evses[evse], vehicle, visit.v2g);
  s.visit = std::move(visit);
  show_session(evse);
  guard_.members[evse] = {};
  motions_[evse] = {};
  noted_reason_[evse] = Correction::none;
  if (vehicle.acceptance_hold) {
    ++holding_;
    hold_acceptance(evse);
  }
  insert_active(evse);
  --free_evses_;
  result_.sessions += 1;
  schedule(EventKind::plug_out, Phase::plug_out, std::max(s.visit.departure_ns, t), evse);
  guard_due_ = true;
  request_decision(EVTWIN_WHY_ARRIVAL, t);
}

/// What a view shows of a vehicle for as long as it stays.
void SiteRun::show_session(std::uint32_t evse) {
  const Session& s = sessions_[evse];
  columns_.plug_in(evse, couplings_[evse]);
  if (!evse_available(evse)) columns_.car_max_kw[evse] = 0.0;  // a visit that names its EVSE comes all the same
  columns_.session[evse] = s.number;
  columns_.arrived_ns[evse] = s.plugged_in_ns;
  columns_.claimed_departs_ns[evse] = s.visit.claimed_departure_ns;
  columns_.requested_kwh[evse] = s.visit.requested_kwh;
  columns_.priority[evse] = s.visit.priority;
  if (s.vehicle->soc_known) columns_.know_battery(evse, *s.vehicle);
}

void SiteRun::plug_out(std::uint32_t evse, TimeNs t) {
  end_session(evse, t, SessionEnd::departed);
  if (sessions_[evse].vehicle->acceptance_hold) --holding_;
  columns_.plug_out(evse);
  guard_.members[evse] = {};
  sessions_[evse].number = 0;
  couplings_[evse] = {};
  remove_active(evse);
  ++free_evses_;
  guard_due_ = true;
  request_decision(EVTWIN_WHY_DEPARTURE, t);
}

void SiteRun::end_session(std::uint32_t evse, TimeNs t, SessionEnd how) {
  end_motion(evse, t);
  book_evse_day(evse);
  plan_history_.end_member(evse, t);
  report_settled_plans();
  context_.queue.cancel(timer(EventKind::crossing, evse));
  const Session& s = sessions_[evse];
  const bool taken_known = !std::isnan(s.visit.taken_kwh);
  SessionRecord record;
  record.number = s.number;
  record.site = number_;
  record.evse = static_cast<std::int32_t>(evse);
  record.id = s.visit.id;
  record.vehicle = s.vehicle->name;
  record.vehicle_row = s.visit.vehicle;
  record.v2g = s.visit.v2g;
  record.arrived_ns = s.arrived_ns;
  record.plugged_in_ns = s.plugged_in_ns;
  record.departed_ns = t;
  record.claimed_departure_ns = s.visit.claimed_departure_ns;
  record.requested_kwh = s.visit.requested_kwh;
  record.wanted_kwh = taken_known ? s.visit.taken_kwh : s.visit.requested_kwh;
  record.taken_kwh = s.visit.taken_kwh;
  record.got_kwh = got_kwh_[evse];
  record.discharged_kwh = s.sums.discharged_kwh;
  record.unmet_kwh = std::max(0.0, record.wanted_kwh - record.got_kwh);
  record.cost = s.sums.cost;
  record.driver_revenue = s.sums.driver_revenue;
  record.v2g_payment = s.sums.v2g_payment;
  record.wear_cost = s.sums.discharged_kwh * site_.wear_price_per_kwh;
  const bool battery_known = s.vehicle->battery.capacity_kwh < infinite;
  record.soc_start = battery_known ? s.soc_start : physics::unknown;
  record.soc_end = battery_known ? stored_kwh_[evse] / s.vehicle->battery.capacity_kwh : physics::unknown;
  record.waited_h = kernel::hours_between(s.arrived_ns, s.plugged_in_ns);
  record.end = how;
  if (battery_known) {
    const physics::AgeingUse use =
        use_[evse].use(s.vehicle->battery.capacity_kwh, stored_kwh_[evse], kernel::hours_between(s.plugged_in_ns, t));
    const physics::Ageing& ageing = vehicle_ageing_[s.visit.vehicle];
    total_.ev_wear_calendar += record.wear_calendar = ageing.calendar_loss(use);
    total_.ev_wear_cyclic += record.wear_cyclic = ageing.cyclic_loss(use);
    result_.sessions_aged += 1;
  }

  result_.vehicle_losses_kwh += s.losses_kwh;
  if (how == SessionEnd::departed) {
    result_.sessions_ended += 1;
    result_.energy_wanted_kwh += record.wanted_kwh;
    result_.energy_got_kwh += std::min(record.got_kwh, record.wanted_kwh);
    note_satisfaction(record);
    total_.unmet_kwh += record.unmet_kwh;
  } else {
    result_.sessions_open += 1;
    result_.unmet_open_kwh += record.unmet_kwh;
  }
  if (context_.observer != nullptr) context_.observer->on_session(record);
}

/// What the session got of what was wanted, and of what its EVSE could have given it in its stay: full power from
/// plug-in to plug-out, no limit beyond its own.
void SiteRun::note_satisfaction(const SessionRecord& record) {
  const double got_kwh = std::max(0.0, record.got_kwh);
  if (got_kwh >= record.wanted_kwh) return;
  const auto evse = static_cast<std::uint32_t>(record.evse);
  const physics::BatterySpec& battery = sessions_[evse].vehicle->battery;
  const double start_kwh = battery.capacity_kwh < infinite ? sessions_[evse].soc_start * battery.capacity_kwh : 0.0;
  const double hours = kernel::hours_between(record.plugged_in_ns, record.departed_ns);
  const double possible_kwh =
      physics::run_for(battery, start_kwh, couplings_[evse].max_kw, hours, record.wanted_kwh).metered_kwh;
  result_.satisfaction.add(1.0 - got_kwh / record.wanted_kwh,
                           possible_kwh > got_kwh ? 1.0 - got_kwh / possible_kwh : 0.0);
}

void SiteRun::turn_away(const Visit& visit, TimeNs t, SessionEnd how) {
  result_.turned_away += 1;
  SessionRecord record;
  record.site = number_;
  record.evse = visit.evse;
  record.id = visit.id;
  record.vehicle = context_.world.vehicles[visit.vehicle].name;
  record.vehicle_row = visit.vehicle;
  record.v2g = visit.v2g;
  record.arrived_ns = visit.arrival_ns;
  record.plugged_in_ns = record.departed_ns = t;
  record.claimed_departure_ns = visit.claimed_departure_ns;
  record.requested_kwh = visit.requested_kwh;
  record.wanted_kwh = std::isnan(visit.taken_kwh) ? visit.requested_kwh : visit.taken_kwh;
  record.taken_kwh = visit.taken_kwh;
  record.unmet_kwh = record.wanted_kwh;
  record.soc_start = record.soc_end = physics::unknown;
  record.waited_h = kernel::hours_between(visit.arrival_ns, t);
  record.end = how;
  result_.waiting_h += record.waited_h;
  if (context_.observer != nullptr) context_.observer->on_session(record);
}

double SiteRun::metered_left(std::uint32_t evse) const {
  const double taken = sessions_[evse].visit.taken_kwh;
  return std::isnan(taken) ? infinite : taken - got_kwh_[evse];
}

}  // namespace evtwin::twin
