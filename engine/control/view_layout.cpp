#include "control/view_layout.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include "kernel/static_checks.hpp"

namespace evtwin::control {

namespace {

#define EVTWIN_PLACE(field, cell, length, constant) \
  ColumnPlace { #field, offsetof(evtwin_view, field), Cell::cell, Length::length, constant }
#define EVTWIN_COLUMN(field, cell, length) EVTWIN_PLACE(field, cell, length, false)
#define EVTWIN_CONSTANT(field, cell, length) EVTWIN_PLACE(field, cell, length, true)

constexpr std::array columns{
    EVTWIN_COLUMN(connected_evse, u32, connected),
    EVTWIN_CONSTANT(evse_id, text, evses),
    EVTWIN_CONSTANT(evse_phases, u8, evses),
    EVTWIN_CONSTANT(evse_voltage_v, f64, evses),
    EVTWIN_CONSTANT(evse_phase_angle_deg, f64, evses),
    EVTWIN_COLUMN(evse_max_kw, f64, evses),
    EVTWIN_COLUMN(evse_max_discharge_kw, f64, evses),
    EVTWIN_CONSTANT(evse_efficiency, f64, evses),
    EVTWIN_COLUMN(evse_session, u64, evses),
    EVTWIN_COLUMN(evse_session_id, text, evses),
    EVTWIN_COLUMN(evse_driver, u64, evses),
    EVTWIN_COLUMN(evse_vehicle, u32, evses),
    EVTWIN_COLUMN(evse_draws, u8, evses),
    EVTWIN_COLUMN(evse_setpoint_kw, f64, evses),
    EVTWIN_COLUMN(evse_asked_kw, f64, evses),
    EVTWIN_COLUMN(evse_reason, u32, evses),
    EVTWIN_COLUMN(evse_limit_row, i32, evses),
    EVTWIN_COLUMN(evse_power_kw, f64, evses),
    EVTWIN_COLUMN(evse_arrived_ns, i64, evses),
    EVTWIN_COLUMN(evse_claimed_departs_ns, i64, evses),
    EVTWIN_COLUMN(evse_departs_ns, i64, evses),
    EVTWIN_COLUMN(evse_requested_kwh, f64, evses),
    EVTWIN_COLUMN(evse_got_kwh, f64, evses),
    EVTWIN_COLUMN(evse_remaining_kwh, f64, evses),
    EVTWIN_COLUMN(evse_car_min_kw, f64, evses),
    EVTWIN_COLUMN(evse_car_max_kw, f64, evses),
    EVTWIN_COLUMN(evse_car_max_discharge_kw, f64, evses),
    EVTWIN_COLUMN(evse_kw_per_a, f64, evses),
    EVTWIN_COLUMN(evse_priority, f64, evses),
    EVTWIN_COLUMN(evse_soc, f64, evses),
    EVTWIN_COLUMN(evse_battery_kwh, f64, evses),
    EVTWIN_COLUMN(evse_soc_floor, f64, evses),
    EVTWIN_COLUMN(evse_car_charge_efficiency, f64, evses),
    EVTWIN_COLUMN(evse_car_discharge_efficiency, f64, evses),
    EVTWIN_CONSTANT(evse_curve_start, u32, evses),
    EVTWIN_COLUMN(evse_curve_points, u32, evses),
    EVTWIN_COLUMN(curve_soc, f64, curve_points),
    EVTWIN_COLUMN(curve_kw, f64, curve_points),
    EVTWIN_CONSTANT(evse_rate_start, u32, evses_and_one),
    EVTWIN_COLUMN(rate_kw, f64, rates),
    EVTWIN_COLUMN(evse_reserved_from_ns, i64, evses),
    EVTWIN_COLUMN(evse_reserved_until_ns, i64, evses),
    EVTWIN_COLUMN(evse_reserved_kwh, f64, evses),
    EVTWIN_CONSTANT(storage_kwh, f64, storages),
    EVTWIN_COLUMN(storage_soc, f64, storages),
    EVTWIN_CONSTANT(storage_soc_min, f64, storages),
    EVTWIN_CONSTANT(storage_soc_max, f64, storages),
    EVTWIN_CONSTANT(storage_max_charge_kw, f64, storages),
    EVTWIN_CONSTANT(storage_max_discharge_kw, f64, storages),
    EVTWIN_CONSTANT(storage_charge_efficiency, f64, storages),
    EVTWIN_CONSTANT(storage_discharge_efficiency, f64, storages),
    EVTWIN_COLUMN(storage_power_kw, f64, storages),
    EVTWIN_COLUMN(storage_setpoint_kw, f64, storages),
    EVTWIN_COLUMN(storage_asked_kw, f64, storages),
    EVTWIN_COLUMN(storage_reason, u32, storages),
    EVTWIN_COLUMN(storage_limit_row, i32, storages),
    EVTWIN_COLUMN(departed_evse, u32, departed),
    EVTWIN_COLUMN(departed_session, u64, departed),
    EVTWIN_COLUMN(departed_ns, i64, departed),
    EVTWIN_COLUMN(departed_got_kwh, f64, departed),
    EVTWIN_COLUMN(departed_requested_kwh, f64, departed),
    EVTWIN_CONSTANT(limit_name, text, limits),
    EVTWIN_CONSTANT(limit_kind, u32, limits),
    EVTWIN_COLUMN(limit_lower, f64, limits),
    EVTWIN_COLUMN(limit_upper, f64, limits),
    EVTWIN_COLUMN(limit_base, f64, limits),
    EVTWIN_CONSTANT(limit_start, u32, limits_and_one),
    EVTWIN_CONSTANT(limit_member, u32, limit_members),
    EVTWIN_CONSTANT(limit_coefficient, f64, limit_members),
    EVTWIN_CONSTANT(limit_angle_deg, f64, limit_members),
    EVTWIN_COLUMN(horizon_start_ns, i64, steps_and_one),
    EVTWIN_COLUMN(horizon_pv_kw, f64, steps),
    EVTWIN_COLUMN(horizon_load_kw, f64, steps),
    EVTWIN_COLUMN(horizon_buy_per_kwh, f64, steps),
    EVTWIN_COLUMN(horizon_sell_per_kwh, f64, steps),
    EVTWIN_COLUMN(horizon_co2_kg_per_kwh, f64, steps),
    EVTWIN_COLUMN(horizon_contract_kw, f64, steps),
    EVTWIN_COLUMN(horizon_power_setpoint_kw, f64, steps),
    EVTWIN_COLUMN(horizon_arrivals, f64, steps),
    EVTWIN_COLUMN(horizon_arrivals_kwh, f64, steps),
    EVTWIN_COLUMN(level, f64, levels),
    EVTWIN_COLUMN(level_pv_kw, f64, level_steps),
    EVTWIN_COLUMN(level_load_kw, f64, level_steps),
    EVTWIN_COLUMN(level_buy_per_kwh, f64, level_steps),
    EVTWIN_COLUMN(level_arrivals, f64, level_steps),
    EVTWIN_COLUMN(level_arrivals_kwh, f64, level_steps),
    EVTWIN_COLUMN(since_last, ledger, one),
    EVTWIN_COLUMN(so_far, ledger, one),
    EVTWIN_COLUMN(evse_v2g_price_per_kwh, f64, evses),
    EVTWIN_COLUMN(departed_arrived_ns, i64, departed),
    EVTWIN_COLUMN(departed_claimed_ns, i64, departed),
    EVTWIN_COLUMN(departed_driver, u64, departed),
    EVTWIN_COLUMN(departed_max_kw, f64, departed),
    EVTWIN_COLUMN(departed_draws, u8, departed),
    EVTWIN_COLUMN(horizon_window_end_ns, i64, steps),
    EVTWIN_COLUMN(horizon_limit_lower, f64, limit_steps),
    EVTWIN_COLUMN(horizon_limit_upper, f64, limit_steps),
};
static_assert(kernel::is_ascending(columns, &ColumnPlace::offset), "in the order of the struct, each once");

#undef EVTWIN_CONSTANT
#undef EVTWIN_COLUMN
#undef EVTWIN_PLACE

}  // namespace

std::span<const ColumnPlace> view_columns() { return columns; }

std::size_t size_of(Cell cell) {
  switch (cell) {
    case Cell::u8:
      return 1;
    case Cell::u32:
    case Cell::i32:
      return 4;
    case Cell::ledger:
      return sizeof(evtwin_ledger);
    case Cell::text:
    case Cell::u64:
    case Cell::i64:
    case Cell::f64:
      break;
  }
  return 8;
}

std::size_t length_of(const ColumnPlace& column, const evtwin_view& view) {
  switch (column.length) {
    case Length::evses:
      return view.n_evses;
    case Length::evses_and_one:
      return view.n_evses + std::size_t{1};
    case Length::connected:
      return view.n_connected;
    case Length::storages:
      return view.n_storages;
    case Length::limits:
      return view.n_limits;
    case Length::limits_and_one:
      return view.n_limits + std::size_t{1};
    case Length::steps:
      return view.horizon_steps;
    case Length::steps_and_one:
      return view.horizon_steps == 0 ? 0 : view.horizon_steps + std::size_t{1};
    case Length::rates:
      return view.evse_rate_start[view.n_evses];
    case Length::curve_points: {
      // Each EVSE's curve has a fixed place with room behind it: the end of the last one counts.
      std::size_t end = 0;
      for (std::uint32_t i = 0; i < view.n_evses; ++i) {
        if (view.evse_curve_points[i] > 0)
          end = std::max<std::size_t>(end, view.evse_curve_start[i] + view.evse_curve_points[i]);
      }
      return end;
    }
    case Length::departed:
      return view.n_departed;
    case Length::levels:
      return view.n_levels;
    case Length::level_steps:
      return std::size_t{view.n_levels} * view.horizon_steps;
    case Length::limit_steps:
      return std::size_t{view.n_limits_ahead} * view.horizon_steps;
    case Length::limit_members:
      return view.limit_start[view.n_limits];
    case Length::one:
      return 1;
  }
  return 0;
}

const void* column_of(const ColumnPlace& column, const evtwin_view& view) {
  const void* cells = nullptr;
  std::memcpy(static_cast<void*>(&cells), reinterpret_cast<const std::byte*>(&view) + column.offset, sizeof cells);
  return cells;
}

void set_column(const ColumnPlace& column, evtwin_view& view, const void* cells) {
  std::memcpy(reinterpret_cast<std::byte*>(&view) + column.offset, static_cast<const void*>(&cells), sizeof cells);
}

std::string_view column_at(const evtwin_view& view, const void* address) {
  const auto at = reinterpret_cast<std::uintptr_t>(address);
  const auto within = [at](const void* begin, std::size_t bytes) {
    const auto from = reinterpret_cast<std::uintptr_t>(begin);
    return at >= from && at < from + bytes;
  };
  if (within(&view, sizeof view)) return "evtwin_view";
  for (const ColumnPlace& column : columns) {
    if (within(column_of(column, view), length_of(column, view) * size_of(column.cell))) return column.name;
  }
  return {};
}

}  // namespace evtwin::control
