#include "twin/power.hpp"

#include <algorithm>
#include <cmath>

namespace evtwin::twin {

using kernel::Phase;

namespace {

/// Whether the signed power sinks, or climbs, while the law lasts.
bool sinks(const physics::Law& law) { return law.rate_per_h != 0.0 && (law.kw > 0.0) == (law.rate_per_h < 0.0); }
bool climbs(const physics::Law& law) { return law.rate_per_h != 0.0 && (law.kw > 0.0) != (law.rate_per_h < 0.0); }

double floor_kwh(const physics::Vehicle& vehicle) {
  const double capacity_kwh = vehicle.battery.capacity_kwh;
  return capacity_kwh < infinite ? vehicle.soc_floor * capacity_kwh : 0.0;
}

}  // namespace

Power::Power(const SiteContext& context)
    : context_(context),
      cars_(context.site.evses.size()),
      motions_(context.site.evses.size() + context.site.storages.size()),
      stored_kwh_(motions_.size(), 0.0),
      got_kwh_(context.site.evses.size(), 0.0),
      counted_kwh_(context.site.evses.size(), 0.0),
      use_(motions_.size()),
      held_acceptance_kw_(context.site.evses.size(), infinite),
      draws_(context.site.evses.size(), 0),
      shown_(context.site.evses.size(), 0) {
  active_.reserve(motions_.size());
  moving_.reserve(motions_.size());
  tapering_.reserve(motions_.size());
  flows_.reserve(motions_.size());
  for (const physics::Storage& storage : context.site.storages) batteries_.push_back(physics::storage_battery(storage));
}

void Power::begin() {
  std::fill(cars_.begin(), cars_.end(), PluggedCar{});
  std::fill(motions_.begin(), motions_.end(), Motion{});
  std::fill(stored_kwh_.begin(), stored_kwh_.end(), 0.0);
  std::fill(got_kwh_.begin(), got_kwh_.end(), 0.0);
  std::fill(counted_kwh_.begin(), counted_kwh_.end(), 0.0);
  std::fill(use_.begin(), use_.end(), physics::AgeingMeter{});
  std::fill(held_acceptance_kw_.begin(), held_acceptance_kw_.end(), infinite);
  std::fill(draws_.begin(), draws_.end(), std::uint8_t{0});
  std::fill(shown_.begin(), shown_.end(), std::uint8_t{0});
  moving_.clear();
  falling_ = rising_ = holding_ = 0;
  for (std::size_t s = 0; s < batteries_.size(); ++s) {
    const physics::Storage& storage = context_.site.storages[s];
    stored_kwh_[evse_count() + s] = storage.soc_start * storage.capacity_kwh;
  }
  restore_storages();
}

// ---- Who is there

void Power::insert_active(std::uint32_t member) {
  active_.insert(std::lower_bound(active_.begin(), active_.end(), member), member);
}

void Power::plug_in(std::uint32_t evse, const PluggedCar& car, double soc_start) {
  const physics::BatterySpec& battery = car.vehicle->battery;
  cars_[evse] = car;
  stored_kwh_[evse] = battery.capacity_kwh == infinite ? 0.0 : soc_start * battery.capacity_kwh;
  got_kwh_[evse] = counted_kwh_[evse] = 0.0;
  use_[evse] = {};
  motions_[evse] = {};
  held_acceptance_kw_[evse] = infinite;
  if (car.vehicle->acceptance_hold) {
    ++holding_;
    hold_acceptance(evse);
  }
  insert_active(evse);
  look_whether_it_draws(evse);
}

void Power::look_whether_it_draws(std::uint32_t evse) {
  draws_[evse] = charge_range(evse).now_kw > 0.0 ? 1 : 0;
  shown_[evse] = 0;
}

void Power::plug_out(std::uint32_t evse) {
  if (cars_[evse].vehicle->acceptance_hold) --holding_;
  cars_[evse] = {};
  active_.erase(std::lower_bound(active_.begin(), active_.end(), evse));
}

void Power::restore_member(std::uint32_t evse, const PluggedCar& car) {
  cars_[evse] = car;
  holding_ += car.vehicle->acceptance_hold ? 1U : 0U;
  insert_active(evse);
}

void Power::restore_storages() {
  active_.clear();
  moving_.clear();
  for (std::uint32_t i = 0; i < motions_.size(); ++i) {
    if (motions_[i].law.kw != 0.0) moving_.push_back(i);
  }
  for (std::size_t s = 0; s < context_.site.storages.size(); ++s)
    active_.push_back(static_cast<std::uint32_t>(evse_count() + s));
}

// ---- Time passes

double Power::kw_at(std::uint32_t member, TimeNs t) const {
  const Motion& m = motions_[member];
  if (m.law.kw == 0.0 || t > m.crossing_ns) return 0.0;
  return m.law.kw_at(std::min(kernel::hours_between(m.since_ns, t), m.law.hours));
}

/// The state that what was metered in the law has led to.
inline void Power::follow_law(std::uint32_t i) {
  const Motion& m = motions_[i];
  if (i >= evse_count()) {
    const physics::Storage& s = context_.site.storages[i - evse_count()];
    stored_kwh_[i] =
        m.stored_at_start + (m.metered > 0.0 ? m.metered * s.charge_efficiency : m.metered / s.discharge_efficiency);
    return;
  }
  got_kwh_[i] = m.metered_at_start + m.metered;
  const physics::BatterySpec& battery = cars_[i].vehicle->battery;
  counted_kwh_[i] =
      m.counted_at_start +
      (m.metered > 0.0 ? m.metered : m.metered / (battery.charge_efficiency * battery.discharge_efficiency));
  if (battery.capacity_kwh < infinite) {
    stored_kwh_[i] = m.stored_at_start + (m.metered > 0.0 ? m.metered * battery.charge_efficiency
                                                          : m.metered / battery.discharge_efficiency);
  }
}

Flow Power::flow_until(TimeNs t) {
  flows_.clear();
  bool tapers = false;
  for (const std::uint32_t i : moving_) {
    Motion& m = motions_[i];
    const double metered =
        t >= m.crossing_ns ? m.law.metered_kwh : m.law.metered_after(kernel::hours_between(m.since_ns, t));
    flows_.push_back({i, m.law.kw, metered - m.metered});
    m.metered = metered;
    tapers = tapers || m.law.rate_per_h != 0.0;
    follow_law(i);
  }
  return {flows_, tapers};
}

// ---- Laws

/// Adds the use that a law which ends at `t` made of a battery of known size.
void Power::count_use(std::uint32_t i, TimeNs t) {
  const Motion& m = motions_[i];
  const bool evse = i < evse_count();
  if (m.metered == 0.0 || (evse && cars_[i].vehicle->battery.capacity_kwh == infinite)) return;
  const TimeNs begin_ns = evse ? cars_[i].plugged_in_ns : context_.episode.from_ns;
  const double change_kwh = stored_kwh_[i] - m.stored_at_start;
  if (m.law.rate_per_h == 0.0) {
    use_[i].add_constant(m.stored_at_start, change_kwh,
                         kernel::hours_between(begin_ns, m.since_ns + (t - m.since_ns) / 2));
  } else {
    use_[i].add_power(m.stored_at_start, change_kwh, m.law, m.metered, kernel::hours_between(begin_ns, m.since_ns),
                      kernel::hours_between(m.since_ns, t));
  }
}

physics::AgeingUse Power::use_until(std::uint32_t member, TimeNs t) const {
  const bool evse = member < evse_count();
  const double capacity_kwh =
      evse ? cars_[member].vehicle->battery.capacity_kwh : context_.site.storages[member - evse_count()].capacity_kwh;
  const TimeNs begin_ns = evse ? cars_[member].plugged_in_ns : context_.episode.from_ns;
  return use_[member].use_until(capacity_kwh, stored_kwh_[member], kernel::hours_between(begin_ns, t));
}

void Power::end(std::uint32_t member, TimeNs t) {
  Motion& m = motions_[member];
  if (m.law.kw != 0.0) {
    count_use(member, t);
    if (context_.observer != nullptr && t > m.since_ns) {
      const bool evse = member < evse_count();
      context_.observer->on_power({evse ? Subject::evse : Subject::storage, context_.number,
                                   static_cast<std::uint32_t>(evse ? member : member - evse_count()),
                                   evse ? cars_[member].session : 0, m.since_ns, t, m.law.kw, m.law.rate_per_h,
                                   m.metered});
    }
  }
  // A vehicle that gave energy back takes it again.
  if (m.law.kw < 0.0 && member < evse_count()) look_whether_it_draws(member);
  if (member < evse_count()) shown_[member] = 0;
  if (m.law.kw != 0.0) moving_.erase(std::lower_bound(moving_.begin(), moving_.end(), member));
  falling_ -= sinks(m.law) ? 1U : 0U;
  rising_ -= climbs(m.law) ? 1U : 0U;
  m.law = {};
  m.crossing_ns = kernel::time_never;
  m.metered = 0.0;
  m.stale = true;
}

physics::LawEnd Power::cross_threshold(std::uint32_t member, TimeNs t) {
  const physics::Law law = motions_[member].law;
  const double lent_kwh = motions_[member].metered_at_start - motions_[member].counted_at_start;
  end(member, t);
  const bool evse = member < evse_count();
  const bool battery_known = !evse || cars_[member].vehicle->battery.capacity_kwh < infinite;
  if (battery_known) stored_kwh_[member] = law.end_stored_kwh;
  if (evse && law.end == physics::LawEnd::metered) {
    counted_kwh_[member] = cars_[member].taken_kwh;
    got_kwh_[member] = cars_[member].taken_kwh + lent_kwh;
  }
  if (evse) look_whether_it_draws(member);
  return law.end;
}

void Power::renew_law(std::uint32_t member, double setpoint_kw, TimeNs t) {
  end(member, t);
  Motion& m = motions_[member];
  m.setpoint_kw = setpoint_kw;
  m.since_ns = t;
  m.stale = false;

  // A storage has no energy to reach; its window bounds it.
  if (member >= evse_count()) {
    const physics::Storage& storage = context_.site.storages[member - evse_count()];
    m.law = physics::law_at(batteries_[member - evse_count()], stored_kwh_[member], setpoint_kw, infinite,
                            storage.soc_min * storage.capacity_kwh);
  } else {
    const physics::Vehicle& vehicle = *cars_[member].vehicle;
    const physics::BatterySpec& battery = vehicle.battery;
    // Stepped tools keep the acceptance of a step's begin, whatever the state of charge does during the step.
    if (vehicle.acceptance_hold && battery.capacity_kwh < infinite && setpoint_kw > 0.0) {
      m.law = physics::held_law(battery, stored_kwh_[member], std::min(setpoint_kw, held_acceptance_kw_[member]),
                                metered_left(member), floor_kwh(vehicle));
    } else {
      m.law = physics::law_at(battery, stored_kwh_[member], setpoint_kw, metered_left(member), floor_kwh(vehicle));
    }
  }

  // A set-point at the very instant at which a vehicle is done comes before its crossing, which is then gone.
  if (m.law.kw == 0.0 && setpoint_kw > 0.0 && member < evse_count()) look_whether_it_draws(member);
  if (m.law.kw != 0.0) moving_.insert(std::lower_bound(moving_.begin(), moving_.end(), member), member);
  falling_ += sinks(m.law) ? 1U : 0U;
  rising_ += climbs(m.law) ? 1U : 0U;

  // Energies at the begin of the law, from which those of every later instant follow.
  m.stored_at_start = stored_kwh_[member];
  m.metered_at_start = member < evse_count() ? got_kwh_[member] : 0.0;
  m.counted_at_start = member < evse_count() ? counted_kwh_[member] : 0.0;
  m.crossing_ns = m.law.kw == 0.0 ? kernel::time_never : kernel::after_hours_rounded_up(t, m.law.hours);
  context_.timers.schedule_timer(EventKind::crossing, Phase::crossing, m.crossing_ns, member);
}

bool Power::hold_acceptances() {
  if (holding_ == 0) return false;
  for (const std::uint32_t i : connected_evses()) {
    if (cars_[i].vehicle->acceptance_hold) hold_acceptance(i);
  }
  return true;
}

void Power::hold_acceptance(std::uint32_t evse) {
  const physics::BatterySpec& battery = cars_[evse].vehicle->battery;
  if (battery.capacity_kwh == infinite) return;
  held_acceptance_kw_[evse] = battery.charge.kw_at(stored_kwh_[evse] / battery.capacity_kwh);
  motions_[evse].stale = true;
}

// ---- What batteries can take and give

double Power::metered_left(std::uint32_t evse) const {
  const double taken_kwh = cars_[evse].taken_kwh;
  return std::isnan(taken_kwh) ? infinite : taken_kwh - counted_kwh_[evse];
}

physics::PowerRange Power::charge_range(std::uint32_t evse) const {
  if (metered_left(evse) <= 0.0) return {};
  const physics::Vehicle& vehicle = *cars_[evse].vehicle;
  physics::PowerRange range = physics::charge_range(vehicle.battery, stored_kwh_[evse]);
  if (vehicle.acceptance_hold && range.now_kw > 0.0)
    range = {held_acceptance_kw_[evse], held_acceptance_kw_[evse], false};
  return range;
}

physics::PowerRange Power::discharge_range(std::uint32_t evse) const {
  const physics::Vehicle& vehicle = *cars_[evse].vehicle;
  return physics::discharge_range(vehicle.battery, stored_kwh_[evse], floor_kwh(vehicle));
}

bool Power::stop_where_nothing_flows(std::uint32_t evse, bool can_charge, bool can_discharge) {
  const double kw = motions_[evse].law.kw;
  if ((kw > 0.0 && !can_charge) || (kw < 0.0 && !can_discharge)) motions_[evse].stale = true;
  return motions_[evse].stale;
}

std::span<const std::uint32_t> Power::tapering_members() {
  tapering_.clear();
  for (const std::uint32_t i : moving_) {
    if (motions_[i].law.rate_per_h != 0.0) tapering_.push_back(i);
  }
  return tapering_;
}

void Power::show_in_view(control::ViewColumns& columns, TimeNs t) {
  columns.view.n_connected = connected_count();
  std::copy_n(active_.begin(), connected_count(), columns.connected_evse.begin());
  for (std::size_t s = 0; s < batteries_.size(); ++s) {
    const std::size_t i = evse_count() + s;
    columns.storage_soc[s] = stored_kwh_[i] / context_.site.storages[s].capacity_kwh;
    columns.storage_power_kw[s] = motions_[i].law.kw;
  }
  for (const std::uint32_t i : connected_evses()) {
    if (shown_[i] != 0) continue;
    const Motion& m = motions_[i];
    columns.got_kwh[i] = got_kwh_[i];
    columns.remaining_kwh[i] = std::max(0.0, cars_[i].requested_kwh - counted_kwh_[i]);
    columns.power_kw[i] = m.law.rate_per_h == 0.0 ? m.law.kw : m.law.kw_at(kernel::hours_between(m.since_ns, t));
    const physics::Vehicle& vehicle = *cars_[i].vehicle;
    if (vehicle.soc_known) columns.soc[i] = stored_kwh_[i] / vehicle.battery.capacity_kwh;
    columns.draws[i] = would_draw(i) ? 1 : 0;
    shown_[i] = m.law.kw == 0.0 ? 1 : 0;
  }
}

}  // namespace evtwin::twin
