#include "control/view.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

namespace evtwin::control {

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
/// Room for every column of a site: by EVSE, storage, limit row and member, generously rounded up.
std::size_t arena_bytes(std::span<const physics::Evse> evses, std::span<const physics::Storage> storages,
                        const Guard& guard, std::size_t curve_points) {
  constexpr std::size_t columns = 80, cell = sizeof(double);
  std::size_t cells = evses.size() * (40 + 2 * curve_points) + storages.size() * 12 + guard.rows().size() * 8;
  std::size_t text = 0;
  for (const physics::Evse& evse : evses) {
    cells += evse.rates_a.size();
    text += evse.id.size() + 1;
  }
  for (const GuardRow& row : guard.rows()) {
    cells += 3 * row.members.size();
    text += row.name.size() + 1;
  }
  const std::size_t names = evses.size() + guard.rows().size();
  return Arena::bytes_for<evtwin_view>(1) + 2 * Arena::bytes_for<evtwin_ledger>(1) + cells * cell +
         columns * Arena::bytes_for<double>(1) + text + names * Arena::bytes_for<char>(1);
}

}  // namespace

std::size_t most_curve_points(std::span<const physics::Vehicle> vehicles) {
  std::size_t most = 0;
  for (const physics::Vehicle& vehicle : vehicles) most = std::max(most, vehicle.battery.charge.knots.size());
  return most;
}

ViewColumns::ViewColumns(std::span<const physics::Evse> evses, std::span<const physics::Storage> storages,
                         const Guard& guard, std::size_t most_curve_points)
    : evse_count_(evses.size()),
      storage_count_(storages.size()),
      curve_points_(most_curve_points),
      arena_(arena_bytes(evses, storages, guard, most_curve_points)),
      view(arena_.column<evtwin_view>(1)[0]),
      shown(view),
      since_last(arena_.column<evtwin_ledger>(1)[0]),
      so_far(arena_.column<evtwin_ledger>(1)[0]),
      evse_cells_(evses.size(), nan),
      storage_cells_(storages.size(), nan) {
  view.struct_size = sizeof(evtwin_view);
  view.power_setpoint_kw = nan;
  since_last.struct_size = so_far.struct_size = sizeof(evtwin_ledger);
  view.since_last = &since_last;
  view.so_far = &so_far;
  lay_out_evses(evses);
  lay_out_storages(storages);
  lay_out_limits(guard);
  asked_.reserve(evse_count_);
  blank_.assign(evse_count_, nan);
}

const char* ViewColumns::text(const std::string& words) {
  Column<char> cells = arena_.column<char>(words.size() + 1);
  std::copy(words.begin(), words.end(), cells.begin());
  return cells.data();
}

void ViewColumns::lay_out_evses(std::span<const physics::Evse> evses) {
  const std::size_t n = evses.size();
  view.n_evses = static_cast<std::uint32_t>(n);
  const auto make = [&]<class T>(const T* evtwin_view::*field, Column<T>& column, std::size_t count) {
    column = arena_.column<T>(count);
    view.*field = column.data();
  };
  const auto constant = [&]<class T, class F>(const T* evtwin_view::*field, F&& value_of) {
    Column<T> column;
    make(field, column, n);
    for (std::size_t i = 0; i < n; ++i) column[i] = value_of(evses[i]);
  };
  using physics::Evse;
  constant(&evtwin_view::evse_id, [&](const Evse& e) { return text(e.id); });
  constant(&evtwin_view::evse_phases, [](const Evse& e) { return e.phases; });
  constant(&evtwin_view::evse_voltage_v, [](const Evse& e) { return e.phases == 0 ? 0.0 : e.voltage_v; });
  constant(&evtwin_view::evse_phase_angle_deg, [](const Evse& e) { return e.phase_angle_deg; });
  constant(&evtwin_view::evse_efficiency, [](const Evse& e) { return e.efficiency; });

  make(&evtwin_view::connected_evse, connected_evse, n);
  make(&evtwin_view::evse_max_kw, max_kw, n);
  make(&evtwin_view::evse_max_discharge_kw, max_discharge_kw, n);
  make(&evtwin_view::evse_session, session, n);
  make(&evtwin_view::evse_draws, draws, n);
  make(&evtwin_view::evse_setpoint_kw, setpoint_kw, n);
  make(&evtwin_view::evse_power_kw, power_kw, n);
  make(&evtwin_view::evse_arrived_ns, arrived_ns, n);
  make(&evtwin_view::evse_claimed_departs_ns, claimed_departs_ns, n);
  make(&evtwin_view::evse_departs_ns, departs_ns, n);
  make(&evtwin_view::evse_requested_kwh, requested_kwh, n);
  make(&evtwin_view::evse_got_kwh, got_kwh, n);
  make(&evtwin_view::evse_remaining_kwh, remaining_kwh, n);
  make(&evtwin_view::evse_car_min_kw, car_min_kw, n);
  make(&evtwin_view::evse_car_max_kw, car_max_kw, n);
  make(&evtwin_view::evse_car_max_discharge_kw, car_max_discharge_kw, n);
  make(&evtwin_view::evse_kw_per_a, kw_per_a, n);
  make(&evtwin_view::evse_priority, priority, n);
  make(&evtwin_view::evse_soc, soc, n);
  make(&evtwin_view::evse_battery_kwh, battery_kwh, n);
  make(&evtwin_view::evse_soc_floor, soc_floor, n);
  make(&evtwin_view::evse_car_charge_efficiency, car_charge_efficiency, n);
  make(&evtwin_view::evse_car_discharge_efficiency, car_discharge_efficiency, n);
  make(&evtwin_view::evse_curve_start, curve_start, n);
  make(&evtwin_view::evse_curve_points, curve_points, n);
  make(&evtwin_view::curve_soc, curve_soc, n * curve_points_);
  make(&evtwin_view::curve_kw, curve_kw, n * curve_points_);
  make(&evtwin_view::evse_reserved_from_ns, reserved_from_ns, n);
  make(&evtwin_view::evse_reserved_until_ns, reserved_until_ns, n);
  make(&evtwin_view::evse_reserved_kwh, reserved_kwh, n);
  make(&evtwin_view::evse_v2g_price_per_kwh, v2g_price_per_kwh, n);

  std::size_t rates = 0;
  for (const Evse& evse : evses) rates += evse.rates_a.size();
  make(&evtwin_view::evse_rate_start, rate_start, n + 1);
  make(&evtwin_view::rate_kw, rate_kw, rates);
  rates = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const Evse& evse = evses[i];
    max_kw[i] = physics::rated_kw(evse);
    const double discharge_kw =
        evse.phases == 0 ? evse.max_discharge_kw : evse.phases * evse.voltage_v * evse.max_discharge_a / 1000.0;
    max_discharge_kw[i] = evse.bidirectional ? discharge_kw : 0.0;
    curve_start[i] = static_cast<std::uint32_t>(i * curve_points_);
    for (const double a : evse.rates_a) {
      own_rate_kw_.push_back(a * evse.phases * evse.voltage_v / 1000.0);
      rate_kw[rates++] = own_rate_kw_.back();
    }
    rate_start[i + 1] = static_cast<std::uint32_t>(rates);
    plug_out(static_cast<std::uint32_t>(i));
  }
}

void ViewColumns::lay_out_storages(std::span<const physics::Storage> storages) {
  view.n_storages = static_cast<std::uint32_t>(storages.size());
  const auto column = [&](const double* evtwin_view::*field, auto&& value_of) {
    Column<double> cells = arena_.column<double>(storages.size());
    for (std::size_t s = 0; s < storages.size(); ++s) cells[s] = value_of(storages[s]);
    view.*field = cells.data();
    return cells;
  };
  using physics::Storage;
  column(&evtwin_view::storage_kwh, [](const Storage& s) { return s.capacity_kwh; });
  column(&evtwin_view::storage_soc_min, [](const Storage& s) { return s.soc_min; });
  column(&evtwin_view::storage_soc_max, [](const Storage& s) { return s.soc_max; });
  column(&evtwin_view::storage_max_charge_kw, [](const Storage& s) { return s.max_charge_kw; });
  column(&evtwin_view::storage_max_discharge_kw, [](const Storage& s) { return s.max_discharge_kw; });
  column(&evtwin_view::storage_charge_efficiency, [](const Storage& s) { return s.charge_efficiency; });
  column(&evtwin_view::storage_discharge_efficiency, [](const Storage& s) { return s.discharge_efficiency; });
  storage_soc = column(&evtwin_view::storage_soc, [](const Storage& s) { return s.soc_start; });
  storage_power_kw = column(&evtwin_view::storage_power_kw, [](const Storage&) { return 0.0; });
}

void ViewColumns::lay_out_limits(const Guard& guard) {
  const std::size_t rows = guard.rows().size();
  std::size_t members = 0;
  for (const GuardRow& row : guard.rows()) members += row.members.size();
  view.n_limits = static_cast<std::uint32_t>(rows);
  const auto make = [&]<class T>(const T* evtwin_view::*field, std::size_t count) {
    Column<T> column = arena_.column<T>(count);
    view.*field = column.data();
    return column;
  };
  auto names = make(&evtwin_view::limit_name, rows);
  auto kinds = make(&evtwin_view::limit_kind, rows);
  limit_lower_ = make(&evtwin_view::limit_lower, rows);
  limit_upper_ = make(&evtwin_view::limit_upper, rows);
  limit_base_ = make(&evtwin_view::limit_base, rows);
  auto start = make(&evtwin_view::limit_start, rows + 1);
  auto member = make(&evtwin_view::limit_member, members);
  auto coefficient = make(&evtwin_view::limit_coefficient, members);
  auto angle_deg = make(&evtwin_view::limit_angle_deg, members);
  std::uint32_t at = 0;
  for (std::size_t r = 0; r < rows; ++r) {
    const GuardRow& row = guard.rows()[r];
    names[r] = text(row.name);
    kinds[r] = static_cast<std::uint32_t>(row.kind);
    for (std::size_t m = 0; m < row.members.size(); ++m, ++at) {
      member[at] = row.members[m];
      coefficient[at] = row.coefficients[m];
      angle_deg[at] = row.angles_deg[m];
    }
    start[r + 1] = at;
  }
  show_limits(guard);
}

void ViewColumns::plug_in(std::uint32_t evse, const physics::Coupling& coupling) {
  car_min_kw[evse] = coupling.min_kw;
  car_max_kw[evse] = coupling.max_kw;
  car_max_discharge_kw[evse] = coupling.max_discharge_kw;
  kw_per_a[evse] = coupling.kw_per_a;
  std::copy(coupling.rates_kw.begin(), coupling.rates_kw.end(), rate_kw.begin() + rate_start[evse]);
}

void ViewColumns::know_battery(std::uint32_t evse, const physics::Vehicle& vehicle) {
  battery_kwh[evse] = vehicle.battery.capacity_kwh;
  soc_floor[evse] = vehicle.soc_floor;
  car_charge_efficiency[evse] = vehicle.battery.charge_efficiency;
  car_discharge_efficiency[evse] = vehicle.battery.discharge_efficiency;
  const auto& knots = vehicle.battery.charge.knots;
  for (std::size_t k = 0; k < knots.size(); ++k) {
    curve_soc[curve_start[evse] + k] = knots[k].soc;
    curve_kw[curve_start[evse] + k] = knots[k].kw;
  }
  curve_points[evse] = static_cast<std::uint32_t>(knots.size());
}

void ViewColumns::plug_out(std::uint32_t evse) {
  session[evse] = 0;
  draws[evse] = 0;
  curve_points[evse] = 0;
  arrived_ns[evse] = departs_ns[evse] = claimed_departs_ns[evse] = 0;
  for (auto* column : {&setpoint_kw, &power_kw, &requested_kwh, &got_kwh, &remaining_kwh, &car_min_kw, &car_max_kw,
                       &car_max_discharge_kw, &kw_per_a, &priority, &v2g_price_per_kwh}) {
    (*column)[evse] = 0.0;
  }
  for (auto* column : {&soc, &battery_kwh, &soc_floor, &car_charge_efficiency, &car_discharge_efficiency})
    (*column)[evse] = nan;
}

void ViewColumns::clear_session(std::uint32_t evse) {
  plug_out(evse);
  reserved_from_ns[evse] = reserved_until_ns[evse] = 0;
  reserved_kwh[evse] = 0.0;
  for (std::uint32_t p = rate_start[evse]; p < rate_start[evse + 1]; ++p) rate_kw[p] = own_rate_kw_[p];
}

void ViewColumns::show_limits(const Guard& guard) {
  for (std::size_t r = 0; r < guard.rows().size(); ++r) {
    limit_lower_[r] = guard.rows()[r].lower;
    limit_upper_[r] = guard.rows()[r].upper;
    limit_base_[r] = guard.rows()[r].base;
  }
}

void ViewColumns::show_horizon() {
  const std::size_t steps = horizon.pv_kw.size();
  if (horizon_arena_ == nullptr) {
    horizon_arena_ = std::make_unique<Arena>(Arena::bytes_for<std::int64_t>(steps + 1) +
                                             horizon_columns_.size() * Arena::bytes_for<double>(steps));
    horizon_start_ns_ = horizon_arena_->column<std::int64_t>(steps + 1);
    view.horizon_start_ns = horizon_start_ns_.data();
    std::size_t next = 0;
    for (auto field : {&evtwin_view::horizon_pv_kw, &evtwin_view::horizon_load_kw, &evtwin_view::horizon_buy_per_kwh,
                       &evtwin_view::horizon_sell_per_kwh, &evtwin_view::horizon_co2_kg_per_kwh,
                       &evtwin_view::horizon_contract_kw, &evtwin_view::horizon_power_setpoint_kw,
                       &evtwin_view::horizon_arrivals, &evtwin_view::horizon_arrivals_kwh}) {
      Column<double>& column = horizon_columns_[next++];
      column = horizon_arena_->column<double>(steps);
      view.*field = column.data();
    }
  }
  view.horizon_steps = static_cast<std::uint32_t>(steps);
  view.horizon_issued_ns = horizon.issued_ns;
  std::copy(horizon.start_ns.begin(), horizon.start_ns.end(), horizon_start_ns_.begin());
  std::size_t next = 0;
  for (const auto* values :
       {&horizon.pv_kw, &horizon.load_kw, &horizon.buy_per_kwh, &horizon.sell_per_kwh, &horizon.co2_kg_per_kwh,
        &horizon.contract_kw, &horizon.power_setpoint_kw, &horizon.arrivals, &horizon.arrivals_kwh}) {
    std::copy(values->begin(), values->end(), horizon_columns_[next++].begin());
  }
}

evtwin_decision& ViewColumns::blank_decision() {
  if (!wiped_) std::fill(evse_cells_.begin(), evse_cells_.end(), nan);
  wiped_ = false;
  std::fill(storage_cells_.begin(), storage_cells_.end(), nan);
  std::fill(plan_cells_.begin(), plan_cells_.end(), nan);
  asked_.assign(view.connected_evse, view.connected_evse + view.n_connected);
  decision_ = {sizeof(evtwin_decision),
               0,
               evse_cells_.data(),
               storage_cells_.data(),
               0,
               nan,
               plan_cells_.empty() ? nullptr : plan_cells_.data(),
               plan_steps_,
               0};
  return decision_;
}

void ViewColumns::make_plan(std::uint32_t steps) {
  plan_steps_ = steps;
  plan_cells_.assign((evse_count_ + storage_count_) * steps, nan);
}

bool ViewColumns::strayed() {
  for (const std::uint32_t i : asked_) evse_cells_[i] = nan;
  // A site may have storage and no EVSE; memcmp wants to point somewhere even for nothing.
  wiped_ = evse_cells_.empty() || std::memcmp(evse_cells_.data(), blank_.data(), evse_count_ * sizeof(double)) == 0;
  return !wiped_;
}

}  // namespace evtwin::control
