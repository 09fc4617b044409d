#include "twin/occupancy.hpp"

#include <algorithm>
#include <cmath>

#include "twin/arrival_streams.hpp"

namespace evtwin::twin {

using demand::Visit;
using kernel::Phase;

Occupancy::Occupancy(const SiteContext& context)
    : context_(context),
      sessions_(context.site.evses.size()),
      numbers_(context.site.evses.size(), 0),
      couplings_(context.site.evses.size() + context.site.storages.size()),
      next_visit_(context.site.arrivals.size()),
      free_evses_(context.site.evses.size()) {
  streams_.reserve(context.site.arrivals.size());
  if (context.site.temperature_c) {
    temperature_ = std::make_unique<market::SignalClock>(*context.site.temperature_c, context.world.calendar);
    at_temperature_.resize(context.site.evses.size());
  }
  plugged_in_.reserve(context.site.evses.size());
}

void Occupancy::begin() {
  for (Session& session : sessions_) session.number = 0;
  std::fill(numbers_.begin(), numbers_.end(), 0);
  std::fill(couplings_.begin(), couplings_.end(), physics::Coupling{});
  waiting_.clear();
  plugged_in_.clear();
  departed_ = context_.site.history;
  first_claim_ns_ = kernel::time_never;
  turned_away_at_decision_ = 0;
  free_evses_ = sessions_.size();
  last_number_ = 0;
  counts_ = {};
  begin_arrivals(context_.world, context_.number, context_.episode, streams_);
}

void Occupancy::start_arrivals() {
  for (std::uint32_t law = 0; law < streams_.size(); ++law) wait_for_next(law);
}

void Occupancy::wait_for_next(std::uint32_t law) {
  if (streams_[law].next_visit(next_visit_[law]))
    context_.timers.schedule_timer(EventKind::arrival, Phase::plug_in, next_visit_[law].arrival_ns, law);
}

Visit Occupancy::take_arrival(std::uint32_t law) {
  Visit visit = std::move(next_visit_[law]);
  wait_for_next(law);
  return visit;
}

bool Occupancy::fits_evse(std::uint32_t evse, const Visit& visit) const {
  return physics::fits_inlet(context_.site.evses[evse], context_.world.vehicles[visit.vehicle]);
}

bool Occupancy::fits_any(const Visit& visit) const {
  return std::any_of(context_.site.evses.begin(), context_.site.evses.end(), [&](const physics::Evse& evse) {
    return physics::fits_inlet(evse, context_.world.vehicles[visit.vehicle]);
  });
}

/// The first free EVSE in service that fits and is not held for another, in declared order; -1 when there is none. One
/// that is reserved for part of the stay is given only where there is no other.
std::int32_t Occupancy::free_evse_for(const Visit& visit, const Access& access, TimeNs t) const {
  std::int32_t reserved_later = -1;
  if (free_evses_ == 0) return -1;
  for (std::uint32_t i = 0; i < sessions_.size(); ++i) {
    if (numbers_[i] != 0 || access.outage[i] != 0.0 || !fits_evse(i, visit)) continue;
    if (access.holds.empty()) return static_cast<std::int32_t>(i);
    const Hold& hold = access.holds[i];
    if (hold.held_from_ns <= t) continue;
    const bool reserved_before = hold.until_ns != 0 && hold.from_ns < visit.claimed_departure_ns;
    if (!reserved_before) return static_cast<std::int32_t>(i);
    if (reserved_later < 0) reserved_later = static_cast<std::int32_t>(i);
  }
  return reserved_later;
}

void Occupancy::admit(Visit visit, std::int32_t reserved_evse, const Access& access, TimeNs t) {
  if (reserved_evse >= 0) {
    const auto evse = static_cast<std::uint32_t>(reserved_evse);
    // Whoever names an EVSE takes it even while it is out of service, as without a reservation.
    const bool usable = access.outage[evse] == 0.0 || visit.evse == reserved_evse;
    if (numbers_[evse] == 0 && usable && fits_evse(evse, visit)) {
      plug_in(evse, std::move(visit), t);
      return;
    }
    if (context_.observer != nullptr) {
      const std::string text = context_.site.evses[evse].id + ": " + visit.id;
      context_.observer->on_event({context_.number, t, "reservation_not_kept", text});
    }
  }

  // A vehicle that names its EVSE takes no other, and does not wait for it.
  if (visit.evse != demand::any_evse) {
    const auto evse = static_cast<std::uint32_t>(visit.evse);
    const bool held = !access.holds.empty() && access.holds[evse].held_from_ns <= t;
    const bool held_for_another = reserved_evse < 0 && held;
    if (numbers_[evse] != 0 || !fits_evse(evse, visit) || held_for_another) {
      turn_away(visit, t, fits_evse(evse, visit) ? SessionEnd::turned_away : SessionEnd::no_compatible_evse);
    } else {
      plug_in(evse, std::move(visit), t);
    }
    return;
  }

  if (const std::int32_t evse = free_evse_for(visit, access, t); evse >= 0) {
    plug_in(static_cast<std::uint32_t>(evse), std::move(visit), t);
    return;
  }

  if (!fits_any(visit)) {
    turn_away(visit, t, SessionEnd::no_compatible_evse);
    return;
  }
  if (waiting_.size() >= context_.site.waiting_room.places) {
    turn_away(visit, t, SessionEnd::turned_away);
    return;
  }

  // A stay that counts from the arrival runs out in the queue, too.
  TimeNs gives_up_ns = kernel::after_hours_rounded_up(t, context_.site.waiting_room.patience_h);
  if (!visit.stay_counts_from_plug_in) gives_up_ns = std::min(gives_up_ns, visit.departure_ns);
  waiting_.push_back({std::move(visit), gives_up_ns});
  end_expired_waits(t);
}

void Occupancy::end_expired_waits(TimeNs t) {
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
  context_.timers.schedule_timer(EventKind::lose_patience, Phase::plug_out, next);
}

void Occupancy::admit_waiting(const Access& access, TimeNs t) {
  if (waiting_.empty()) return;
  for (auto it = waiting_.begin(); it != waiting_.end() && free_evses_ > 0;) {
    const std::int32_t evse = free_evse_for(it->visit, access, t);
    if (evse < 0) {
      ++it;
      continue;
    }
    Visit visit = std::move(it->visit);
    it = waiting_.erase(it);
    plug_in(static_cast<std::uint32_t>(evse), std::move(visit), t);
  }
  end_expired_waits(t);
}

void Occupancy::plug_in(std::uint32_t evse, Visit visit, TimeNs t) {
  const physics::Vehicle& vehicle = vehicle_at_plug_in(evse, visit.vehicle, t);
  const TimeNs waited_ns = t - visit.arrival_ns;

  // A stay that counts from the plug-in is as long as announced, however long the wait.
  if (visit.stay_counts_from_plug_in) {
    visit.departure_ns += waited_ns;
    visit.claimed_departure_ns += waited_ns;
  }
  if (waited_ns > 0) {
    counts_.waited += 1;
    counts_.waiting_h += kernel::hours_between(0, waited_ns);
  }

  Session& s = sessions_[evse];
  s.number = numbers_[evse] = ++last_number_;
  s.vehicle = &vehicle;
  s.arrived_ns = visit.arrival_ns;
  s.plugged_in_ns = t;
  s.soc_start =
      std::isnan(visit.soc_start) ? demand::soc_for(vehicle.battery, wanted_kwh(visit), 0.8) : visit.soc_start;
  s.visit = std::move(visit);
  couplings_[evse] = physics::couple_vehicle(context_.site.evses[evse], vehicle, s.visit.v2g);

  --free_evses_;
  counts_.sessions += 1;
  first_claim_ns_ = std::min(first_claim_ns_, s.visit.claimed_departure_ns);
  plugged_in_.push_back(evse);
  context_.timers.schedule_timer(EventKind::plug_out, Phase::plug_out, std::max(s.visit.departure_ns, t), evse);
}

const physics::Vehicle& Occupancy::vehicle_at_plug_in(std::uint32_t evse, std::uint32_t vehicle, TimeNs plugged_in_ns) {
  const physics::Vehicle& model = context_.world.vehicles[vehicle];
  if (temperature_ == nullptr || model.power_by_temperature.empty()) return model;
  // A copy per EVSE, as long as the stay: laws of power, view and energy owed read the battery through it.
  at_temperature_[evse] = model;
  at_temperature_[evse].battery = physics::battery_at(model, temperature_->sample_at(plugged_in_ns).value);
  return at_temperature_[evse];
}

void Occupancy::took_no_more(std::uint32_t evse, TimeNs t) {
  Session& s = sessions_[evse];
  if (std::isnan(s.visit.leaves_h_after_full)) return;
  // Not at this very instant, which has been lived.
  const TimeNs leaves_ns = std::max(kernel::after_hours_rounded_up(t, s.visit.leaves_h_after_full), t + 1);
  s.visit.leaves_h_after_full = physics::unknown;
  if (leaves_ns >= s.visit.departure_ns) return;
  s.visit.departure_ns = leaves_ns;
  context_.timers.schedule_timer(EventKind::plug_out, Phase::plug_out, leaves_ns, evse);
}

void Occupancy::plug_out(std::uint32_t evse) {
  sessions_[evse].number = numbers_[evse] = 0;
  look_up_first_claim();
  couplings_[evse] = {};
  ++free_evses_;
}

void Occupancy::look_up_first_claim() {
  first_claim_ns_ = kernel::time_never;
  for (const Session& s : sessions_) {
    if (s.number != 0) first_claim_ns_ = std::min(first_claim_ns_, s.visit.claimed_departure_ns);
  }
}

void Occupancy::turn_away(const Visit& visit, TimeNs t, SessionEnd how) {
  counts_.turned_away += 1;
  counts_.turned_away_kwh += wanted_kwh(visit);
  counts_.waiting_h += kernel::hours_between(visit.arrival_ns, t);
  tell_not_plugged_in(visit, t, how);
}

void Occupancy::tell_who_waits(TimeNs t) const {
  for (const Waiting& waiting : waiting_) tell_not_plugged_in(waiting.visit, t, SessionEnd::waiting_at_end);
}

void Occupancy::tell_not_plugged_in(const Visit& visit, TimeNs t, SessionEnd how) const {
  if (context_.observer == nullptr) return;
  SessionRecord record;
  record.site = context_.number;
  record.evse = visit.evse;
  record.id = visit.id;
  record.vehicle = context_.world.vehicles[visit.vehicle].name;
  record.vehicle_row = visit.vehicle;
  record.v2g = visit.v2g;
  record.arrived_ns = visit.arrival_ns;
  record.plugged_in_ns = record.departed_ns = t;
  record.claimed_departure_ns = visit.claimed_departure_ns;
  record.v2g_min_price_per_kwh = visit.v2g_min_price_per_kwh;
  record.requested_kwh = visit.requested_kwh;
  record.wanted_kwh = wanted_kwh(visit);
  record.taken_kwh = visit.taken_kwh;
  record.unmet_kwh = record.wanted_kwh;
  record.soc_start = record.soc_end = physics::unknown;
  record.waited_h = kernel::hours_between(visit.arrival_ns, t);
  record.end = how;
  context_.observer->on_session(record);
}

double Occupancy::wanted_kwh(const Visit& visit) {
  return std::isnan(visit.taken_kwh) ? visit.requested_kwh : visit.taken_kwh;
}

SessionRecord Occupancy::record_of(std::uint32_t evse, TimeNs t, SessionEnd how) const {
  const Session& s = sessions_[evse];
  SessionRecord record;
  record.number = s.number;
  record.site = context_.number;
  record.evse = static_cast<std::int32_t>(evse);
  record.id = s.visit.id;
  record.vehicle = s.vehicle->name;
  record.vehicle_row = s.visit.vehicle;
  record.v2g = s.visit.v2g;
  record.arrived_ns = s.arrived_ns;
  record.plugged_in_ns = s.plugged_in_ns;
  record.departed_ns = how == SessionEnd::open_at_end ? std::max(s.visit.departure_ns, t) : t;
  record.claimed_departure_ns = s.visit.claimed_departure_ns;
  record.max_kw = couplings_[evse].max_kw;
  record.v2g_min_price_per_kwh = s.visit.v2g_min_price_per_kwh;
  record.requested_kwh = s.visit.requested_kwh;
  record.wanted_kwh = wanted_kwh(s.visit);
  record.taken_kwh = s.visit.taken_kwh;
  record.waited_h = kernel::hours_between(s.arrived_ns, s.plugged_in_ns);
  record.end = how;
  return record;
}

void Occupancy::count_session(const SessionRecord& record, double counted_kwh, bool draws) {
  // Open at the end: counted apart, since it may still get what it lacks.
  if (record.end != SessionEnd::departed) {
    counts_.sessions_open += 1;
    counts_.open_kwh += record.unmet_kwh;
    counts_.open_got_kwh += std::min(counted_kwh, record.wanted_kwh);
    counts_.open_cost += record.open_cost;
    counts_.open_to_come_kwh += record.open_to_come_kwh;
    return;
  }

  // Strategies hear of a departure at their next decision.
  control::Departure gone;
  gone.evse = static_cast<std::uint32_t>(record.evse);
  gone.session = record.number;
  gone.at_ns = record.departed_ns;
  gone.got_kwh = record.got_kwh;
  gone.requested_kwh = record.requested_kwh;
  gone.arrived_ns = record.plugged_in_ns;
  gone.claimed_ns = record.claimed_departure_ns;
  gone.max_kw = record.max_kw;
  gone.draws = draws ? 1 : 0;
  departed_.push_back(gone);

  counts_.sessions_ended += 1;
  counts_.energy_wanted_kwh += record.wanted_kwh;
  counts_.energy_got_kwh += std::min(counted_kwh, record.wanted_kwh);
  note_satisfaction(record, counted_kwh);
}

/// State of charge at departure, as a part of the one that the wanted energy would have made, 1 at most.
void Occupancy::note_soc(const SessionRecord& record) {
  if (std::isnan(record.soc_end)) return;
  const physics::BatterySpec& battery = context_.world.vehicles[record.vehicle_row].battery;
  const double wanted =
      std::min(1.0, record.soc_start + record.wanted_kwh * battery.charge_efficiency / battery.capacity_kwh);
  counts_.satisfaction.soc_sessions += 1;
  if (record.soc_end < wanted) counts_.satisfaction.missing_of_soc += 1.0 - record.soc_end / wanted;
}

/// Energy that the session got, against the wanted and against the most that its EVSE could have given it in its stay:
/// full power from plug-in to plug-out, no limit beyond its own.
void Occupancy::note_satisfaction(const SessionRecord& record, double counted_kwh) {
  note_soc(record);
  const double got_kwh = std::max(0.0, counted_kwh);
  if (got_kwh >= record.wanted_kwh) return;
  const auto evse = static_cast<std::uint32_t>(record.evse);
  // Of a pack that takes its whole curve: what cold keeps from a car is missing, too.
  const physics::BatterySpec& battery = context_.world.vehicles[record.vehicle_row].battery;
  const double start_kwh = battery.capacity_kwh < infinite ? sessions_[evse].soc_start * battery.capacity_kwh : 0.0;
  const double hours = kernel::hours_between(record.plugged_in_ns, record.departed_ns);
  const double possible_kwh =
      physics::run_for(battery, start_kwh, couplings_[evse].max_kw, hours, record.wanted_kwh).metered_kwh;
  counts_.satisfaction.add_session(1.0 - got_kwh / record.wanted_kwh,
                                   possible_kwh > got_kwh ? 1.0 - got_kwh / possible_kwh : 0.0);
}

void Occupancy::add_to_result(SiteResult& result, TimeNs t) const {
  result.energy_wanted_kwh = counts_.energy_wanted_kwh;
  result.energy_got_kwh = counts_.energy_got_kwh;
  result.satisfaction = counts_.satisfaction;
  result.sessions = counts_.sessions;
  result.sessions_ended = counts_.sessions_ended;
  result.sessions_open = counts_.sessions_open + waiting_.size();
  result.turned_away = counts_.turned_away;
  result.waited = counts_.waited;
  result.waiting_h = counts_.waiting_h;
  result.open_kwh = counts_.open_kwh;
  result.open_got_kwh = counts_.open_got_kwh;
  result.open_cost = counts_.open_cost;
  result.open_to_come_kwh = counts_.open_to_come_kwh;
  result.turned_away_kwh = counts_.turned_away_kwh;
  result.waiting_at_end = waiting_.size();
  for (const Waiting& waiting : waiting_) {
    result.turned_away_kwh += wanted_kwh(waiting.visit);
    result.waiting_h += kernel::hours_between(waiting.visit.arrival_ns, t);
  }
}

void Occupancy::mark_decision() {
  departed_.clear();
  turned_away_at_decision_ = counts_.turned_away;
}

void Occupancy::show_session(control::ViewColumns& columns, std::uint32_t evse, bool available) const {
  const Session& s = sessions_[evse];
  columns.plug_in(evse, couplings_[evse]);
  if (!available) columns.car_max_kw[evse] = 0.0;  // a visit that names its EVSE comes all the same
  columns.session[evse] = s.number;
  columns.arrived_ns[evse] = s.plugged_in_ns;
  columns.claimed_departs_ns[evse] = columns.departs_ns[evse] = s.visit.claimed_departure_ns;
  columns.requested_kwh[evse] = s.visit.requested_kwh;
  columns.priority[evse] = s.visit.priority;
  columns.name_session(evse, s.visit.id);
  if (!s.vehicle->soc_known) return;
  columns.know_battery(evse, *s.vehicle);
  columns.vehicle[evse] = s.visit.vehicle;
}

void Occupancy::show_in_view(control::ViewColumns& columns, std::span<const std::uint32_t> connected, TimeNs t,
                             TimeNs next_tick_ns) const {
  // A claim that lies ahead is shown since plug-in.
  if (first_claim_ns_ <= t) {
    for (const std::uint32_t i : connected)
      columns.departs_ns[i] = control::departs_ns(columns.claimed_departs_ns[i], t, next_tick_ns);
  }
  columns.clear_departures();
  for (const control::Departure& gone : departed_) columns.add_departure(gone);

  evtwin_view& view = columns.view;
  view.n_waiting = static_cast<std::uint32_t>(waiting_.size());
  view.waiting_kwh = 0.0;
  for (const Waiting& waiting : waiting_) view.waiting_kwh += waiting.visit.requested_kwh;
  view.waiting_since_ns = waiting_.empty() ? 0 : waiting_.front().visit.arrival_ns;
  view.turned_away = counts_.turned_away - turned_away_at_decision_;
}

/// Rebuilds all that follows from the sessions that were loaded.
void Occupancy::restore_sessions() {
  free_evses_ = 0;
  for (std::uint32_t i = 0; i < sessions_.size(); ++i) {
    Session& s = sessions_[i];
    numbers_[i] = s.number;
    if (s.number == 0) {
      ++free_evses_;
      continue;
    }
    s.vehicle = &vehicle_at_plug_in(i, s.visit.vehicle, s.plugged_in_ns);
    couplings_[i] = physics::couple_vehicle(context_.site.evses[i], *s.vehicle, s.visit.v2g);
  }
  look_up_first_claim();
}

}  // namespace evtwin::twin
