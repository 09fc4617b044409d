// The columns behind evtwin_view and evtwin_decision: owned here, refreshed in place, shown to strategies.
#pragma once
#include <evtwin/strategy.h>

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "control/arena.hpp"
#include "control/departure.hpp"
#include "control/forecast.hpp"
#include "control/guard.hpp"
#include "physics/equipment.hpp"

namespace evtwin::control {

/// Bytes of a session's name in a view, its NUL included.
inline constexpr std::size_t session_id_bytes = 64;
static_assert(session_id_bytes % sizeof(double) == 0, "arena_bytes() counts it in cells of a double");

/// Departure that a strategy is to plan with: the driver's claim while that lies ahead, else the next tick.
inline std::int64_t departs_ns(std::int64_t claimed_ns, std::int64_t now_ns, std::int64_t next_tick_ns) {
  return claimed_ns > now_ns ? claimed_ns : next_tick_ns;
}

/// Points of the longest acceptance curve among these vehicles: the room that a row of the view needs.
std::size_t most_curve_points(std::span<const physics::Vehicle> vehicles);

class ViewColumns {
 public:
  /// @param curve_points most points that an acceptance curve of a vehicle that may come has
  ViewColumns(std::span<const physics::Evse> evses, std::span<const physics::Storage> storages, const Guard& guard,
              std::size_t curve_points = 0);
  ViewColumns(const ViewColumns&) = delete;
  ViewColumns& operator=(const ViewColumns&) = delete;

 private:
  std::size_t evse_count_, storage_count_, curve_points_;
  Arena arena_;

 public:
  /// The view with every pointer set; its scalars and the length of connected_evse are the caller's to fill.
  evtwin_view& view;
  /// The same view as strategies get it.
  const evtwin_view& shown;

  // Columns by EVSE, in the order of the view's fields.
  Column<std::uint32_t> connected_evse;
  Column<double> max_kw, max_discharge_kw;
  Column<std::uint64_t> session, driver;
  Column<std::uint32_t> vehicle;
  Column<std::uint8_t> draws;
  Column<double> setpoint_kw, asked_kw;
  Column<std::uint32_t> reason;
  Column<std::int32_t> limit_row;
  Column<double> power_kw;
  Column<std::int64_t> arrived_ns, claimed_departs_ns, departs_ns;
  Column<double> requested_kwh, got_kwh, remaining_kwh;
  Column<double> car_min_kw, car_max_kw, car_max_discharge_kw, kw_per_a, priority;
  Column<double> soc, battery_kwh, soc_floor, car_charge_efficiency, car_discharge_efficiency;
  Column<std::uint32_t> curve_start, curve_points;
  Column<double> curve_soc, curve_kw;
  Column<std::uint32_t> rate_start;
  Column<double> rate_kw;
  Column<std::int64_t> reserved_from_ns, reserved_until_ns;
  Column<double> reserved_kwh;
  Column<double> v2g_price_per_kwh;
  // Columns by storage.
  Column<double> storage_soc, storage_power_kw, storage_setpoint_kw, storage_asked_kw;
  Column<std::uint32_t> storage_reason;
  Column<std::int32_t> storage_limit_row;
  Horizon horizon;
  evtwin_ledger& since_last;
  evtwin_ledger& so_far;

  /// A vehicle takes the row: what stays for its whole session. An empty coupling clears the row.
  void plug_in(std::uint32_t evse, const physics::Coupling& coupling);
  void plug_out(std::uint32_t evse);
  /// As at the start: nobody has ever been on the row.
  void clear_session(std::uint32_t evse);
  /// The stay on this row as the site names it, cut to what the view has room for; "" for none.
  void name_session(std::uint32_t evse, std::string_view id);
  /// Shows what a charger that speaks with the car learns of its battery (ISO 15118). SoC itself is the caller's to
  /// fill.
  void know_battery(std::uint32_t evse, const physics::Vehicle& car);
  void show_limits(const Guard& guard);  ///< bounds and bases that may have changed
  /// Copies the horizon to where strategies see it; neither its length nor the number of levels ever grows.
  /// @returns whether a step that lay wholly ahead at the last call and does so now is foreseen otherwise
  ///          (EVTWIN_CHANGED_HORIZON); true at the first call.
  bool show_horizon();

  /// Vehicles that left since the last decision, in the order of these calls. Memory is taken where more leave than
  /// ever before.
  void clear_departures() { view.n_departed = 0; }
  void add_departure(const Departure& departure);

  /// From now on decisions have a column for a plan of so many steps.
  void make_plan(std::uint32_t steps);
  /// Decision columns with NaN in every cell.
  evtwin_decision& blank_decision();
  /// Whether the decision wrote a row that was not connected when it was blanked. Wipes the connected rows: what then
  /// stands in the column was written to others. To be asked once a decision, after the answers are read.
  bool strayed();
  std::span<const double> decided_evse_kw() const { return evse_cells_; }
  std::span<const double> decided_storage_kw() const { return storage_cells_; }
  /// Member by member, plan_steps cells each; empty where no plan was asked for.
  std::span<const double> decided_plan_kw() const { return plan_cells_; }
  std::uint32_t plan_steps() const { return plan_steps_; }

 private:
  template <class T>
  void make_column(const T* evtwin_view::*field, Column<T>& column, std::size_t count);
  void lay_out_evses(std::span<const physics::Evse> evses);
  void lay_out_evse_constants(std::span<const physics::Evse> evses);
  void lay_out_stays();
  void lay_out_cars();
  void lay_out_rates(std::span<const physics::Evse> evses);
  void lay_out_storages(std::span<const physics::Storage> storages);
  void lay_out_limits(const Guard& guard);
  void make_room_for_departures(std::size_t count);
  void make_room_for_horizon();
  void make_room_for_limits_ahead();
  const char* keep_text(const std::string& words);

  Column<double> limit_lower_, limit_upper_, limit_base_;
  std::unique_ptr<Arena> horizon_arena_;  // made when the first horizon is shown: its length is the strategy's choice
  Column<std::int64_t> horizon_start_ns_, horizon_window_end_ns_;
  std::array<Column<double>, 9> horizon_columns_;
  std::vector<double> evse_cells_, storage_cells_, plan_cells_;  // of the decision
  Column<double> level_;
  std::array<Column<double>, 5> level_columns_;
  std::unique_ptr<Arena> limits_ahead_arena_;    // made when the first of them are shown
  std::array<Column<double>, 2> limit_columns_;  // lower, upper; by limit row and step of the horizon
  Column<char> session_id_;                      // session_id_bytes each
  Column<const char*> session_ids_;
  std::unique_ptr<Arena> departed_arena_;  // as long as the most departures between two decisions
  std::size_t departed_room_ = 0;
  Column<std::uint32_t> departed_evse_;
  Column<std::uint64_t> departed_session_;
  Column<std::int64_t> departed_ns_;
  Column<double> departed_got_kwh_, departed_requested_kwh_;
  Column<std::int64_t> departed_arrived_ns_, departed_claimed_ns_;
  Column<std::uint64_t> departed_driver_;
  Column<double> departed_max_kw_;
  Column<std::uint8_t> departed_draws_;
  std::uint32_t plan_steps_ = 0;
  std::vector<double> own_rate_kw_;   // rate_kw of rows where nobody has been
  std::vector<std::uint32_t> asked_;  // rows connected at the last blanking: where answers are expected
  std::vector<double> blank_;         // NaN, what an unwritten column looks like
  bool wiped_ = false;                // the column is blank again
  evtwin_decision decision_{};
};

}  // namespace evtwin::control
