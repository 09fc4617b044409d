#include "control/view.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>

namespace evtwin::control {

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
/// A NaN with a payload no arithmetic makes: a plugin that writes past its column wipes it out.
constexpr std::uint64_t canary_bits = 0x7ff8c0dec0dec0deU;
constexpr std::size_t canaries = 4;

bool alive(const std::vector<double>& column) {
  return std::all_of(column.end() - canaries, column.end(),
                     [](double x) { return std::bit_cast<std::uint64_t>(x) == canary_bits; });
}

void blank(std::vector<double>& column) {
  std::fill(column.begin(), column.end() - canaries, nan);
  std::fill(column.end() - canaries, column.end(), std::bit_cast<double>(canary_bits));
}

}  // namespace

ViewColumns::ViewColumns(std::span<const physics::Evse> evses, std::span<const physics::Storage> storages,
                         const Guard& guard)
    : evse_count_(evses.size()), storage_count_(storages.size()) {
  const std::size_t n = evse_count_;
  for (auto* column : {&setpoint_kw, &power_kw, &requested_kwh, &got_kwh, &remaining_kwh, &car_min_kw, &car_max_kw,
                       &car_max_discharge_kw, &kw_per_a, &priority}) {
    column->assign(n, 0.0);
  }
  for (auto* column : {&soc, &battery_kwh, &soc_floor}) column->assign(n, nan);
  session.assign(n, 0);
  draws.assign(n, 0);
  arrived_ns.assign(n, 0);
  departs_ns.assign(n, 0);
  claimed_departs_ns.assign(n, 0);

  rate_start.push_back(0);
  for (const physics::Evse& evse : evses) {
    id_.push_back(evse.id.c_str());
    phases_.push_back(evse.phases);
    voltage_v_.push_back(evse.phases == 0 ? 0.0 : evse.voltage_v);
    phase_angle_deg_.push_back(evse.phase_angle_deg);
    efficiency_.push_back(evse.efficiency);
    max_kw.push_back(physics::rated_kw(evse));
    const double discharge_kw =
        evse.phases == 0 ? evse.max_discharge_kw : evse.phases * evse.voltage_v * evse.max_discharge_a / 1000.0;
    max_discharge_kw.push_back(evse.bidirectional ? discharge_kw : 0.0);
    for (const double a : evse.rates_a) rate_kw.push_back(a * evse.phases * evse.voltage_v / 1000.0);
    rate_start.push_back(static_cast<std::uint32_t>(rate_kw.size()));
  }
  for (const physics::Storage& s : storages) {
    storage_kwh_.push_back(s.capacity_kwh);
    storage_soc_min_.push_back(s.soc_min);
    storage_soc_max_.push_back(s.soc_max);
    storage_max_charge_kw_.push_back(s.max_charge_kw);
    storage_max_discharge_kw_.push_back(s.max_discharge_kw);
    storage_charge_efficiency_.push_back(s.charge_efficiency);
    storage_discharge_efficiency_.push_back(s.discharge_efficiency);
    storage_soc.push_back(s.soc_start);
    storage_power_kw.push_back(0.0);
  }
  limit_start_.push_back(0);
  for (const GuardRow& row : guard.rows()) {
    limit_name_.push_back(row.name.c_str());
    limit_kind_.push_back(static_cast<std::uint32_t>(row.kind));
    limit_member_.insert(limit_member_.end(), row.members.begin(), row.members.end());
    limit_coefficient_.insert(limit_coefficient_.end(), row.coefficients.begin(), row.coefficients.end());
    limit_angle_deg_.insert(limit_angle_deg_.end(), row.angles_deg.begin(), row.angles_deg.end());
    limit_start_.push_back(static_cast<std::uint32_t>(limit_member_.size()));
  }
  limit_lower_.resize(guard.rows().size());
  limit_upper_.resize(guard.rows().size());
  limit_base_.resize(guard.rows().size());
  show_limits(guard);
  decided_evse_kw_.resize(n + canaries);
  decided_storage_kw_.resize(storage_count_ + canaries);
  asked_.reserve(n);
  blank_.assign(n + canaries, nan);

  view.struct_size = sizeof(evtwin_view);
  view.power_setpoint_kw = nan;
  view.n_evses = static_cast<std::uint32_t>(n);
  view.evse_id = id_.data();
  view.evse_phases = phases_.data();
  view.evse_voltage_v = voltage_v_.data();
  view.evse_phase_angle_deg = phase_angle_deg_.data();
  view.evse_max_kw = max_kw.data();
  view.evse_max_discharge_kw = max_discharge_kw.data();
  view.evse_efficiency = efficiency_.data();
  view.evse_session = session.data();
  view.evse_draws = draws.data();
  view.evse_setpoint_kw = setpoint_kw.data();
  view.evse_power_kw = power_kw.data();
  view.evse_arrived_ns = arrived_ns.data();
  view.evse_departs_ns = departs_ns.data();
  view.evse_claimed_departs_ns = claimed_departs_ns.data();
  view.evse_requested_kwh = requested_kwh.data();
  view.evse_got_kwh = got_kwh.data();
  view.evse_remaining_kwh = remaining_kwh.data();
  view.evse_car_min_kw = car_min_kw.data();
  view.evse_car_max_kw = car_max_kw.data();
  view.evse_car_max_discharge_kw = car_max_discharge_kw.data();
  view.evse_kw_per_a = kw_per_a.data();
  view.evse_soc = soc.data();
  view.evse_battery_kwh = battery_kwh.data();
  view.evse_soc_floor = soc_floor.data();
  view.evse_priority = priority.data();
  view.evse_rate_start = rate_start.data();
  view.evse_rate_kw = rate_kw.data();
  view.n_storages = static_cast<std::uint32_t>(storage_count_);
  view.storage_kwh = storage_kwh_.data();
  view.storage_soc = storage_soc.data();
  view.storage_soc_min = storage_soc_min_.data();
  view.storage_soc_max = storage_soc_max_.data();
  view.storage_max_charge_kw = storage_max_charge_kw_.data();
  view.storage_max_discharge_kw = storage_max_discharge_kw_.data();
  view.storage_charge_efficiency = storage_charge_efficiency_.data();
  view.storage_discharge_efficiency = storage_discharge_efficiency_.data();
  view.storage_power_kw = storage_power_kw.data();
  view.n_limits = static_cast<std::uint32_t>(limit_name_.size());
  view.limit_name = limit_name_.data();
  view.limit_kind = limit_kind_.data();
  view.limit_lower = limit_lower_.data();
  view.limit_upper = limit_upper_.data();
  view.limit_base = limit_base_.data();
  view.limit_start = limit_start_.data();
  view.limit_member = limit_member_.data();
  view.limit_coefficient = limit_coefficient_.data();
  view.limit_angle_deg = limit_angle_deg_.data();
  since_last.struct_size = sizeof(evtwin_ledger);
  view.since_last = &since_last;
}

void ViewColumns::plug_in(std::uint32_t evse, const physics::Coupling& coupling) {
  car_min_kw[evse] = coupling.min_kw;
  car_max_kw[evse] = coupling.max_kw;
  car_max_discharge_kw[evse] = coupling.max_discharge_kw;
  kw_per_a[evse] = coupling.kw_per_a;
  std::copy(coupling.rates_kw.begin(), coupling.rates_kw.end(), rate_kw.begin() + rate_start[evse]);
}

void ViewColumns::plug_out(std::uint32_t evse) {
  session[evse] = 0;
  draws[evse] = 0;
  arrived_ns[evse] = departs_ns[evse] = claimed_departs_ns[evse] = 0;
  for (auto* column : {&setpoint_kw, &power_kw, &requested_kwh, &got_kwh, &remaining_kwh, &car_min_kw, &car_max_kw,
                       &car_max_discharge_kw, &kw_per_a, &priority}) {
    (*column)[evse] = 0.0;
  }
  soc[evse] = battery_kwh[evse] = soc_floor[evse] = nan;
}

void ViewColumns::show_limits(const Guard& guard) {
  for (std::size_t r = 0; r < guard.rows().size(); ++r) {
    limit_lower_[r] = guard.rows()[r].lower;
    limit_upper_[r] = guard.rows()[r].upper;
    limit_base_[r] = guard.rows()[r].base;
  }
}

void ViewColumns::show_horizon() {
  view.horizon_steps = static_cast<std::uint32_t>(horizon.pv_kw.size());
  view.horizon_issued_ns = horizon.issued_ns;
  view.horizon_start_ns = horizon.start_ns.data();
  view.horizon_pv_kw = horizon.pv_kw.data();
  view.horizon_load_kw = horizon.load_kw.data();
  view.horizon_buy_per_kwh = horizon.buy_per_kwh.data();
  view.horizon_sell_per_kwh = horizon.sell_per_kwh.data();
  view.horizon_co2_kg_per_kwh = horizon.co2_kg_per_kwh.data();
  view.horizon_contract_kw = horizon.contract_kw.data();
  view.horizon_power_setpoint_kw = horizon.power_setpoint_kw.data();
}

evtwin_decision& ViewColumns::blank_decision() {
  if (!wiped_ || !canaries_alive()) blank(decided_evse_kw_);
  wiped_ = false;
  blank(decided_storage_kw_);
  asked_.assign(view.connected_evse, view.connected_evse + view.n_connected);
  decision_ = {sizeof(evtwin_decision), 0, decided_evse_kw_.data(), decided_storage_kw_.data(), 0, nan};
  return decision_;
}

bool ViewColumns::strayed() {
  for (const std::uint32_t i : asked_) decided_evse_kw_[i] = nan;
  wiped_ = std::memcmp(decided_evse_kw_.data(), blank_.data(), evse_count_ * sizeof(double)) == 0;
  return !wiped_;
}

bool ViewColumns::canaries_alive() const { return alive(decided_evse_kw_) && alive(decided_storage_kw_); }

}  // namespace evtwin::control
