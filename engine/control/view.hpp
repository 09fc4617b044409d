// The columns behind evtwin_view and evtwin_decision: owned here, refreshed in place, shown to strategies.
#pragma once
#include <evtwin/strategy.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "control/forecast.hpp"
#include "control/guard.hpp"
#include "physics/equipment.hpp"

namespace evtwin::control {

class ViewColumns {
 public:
  ViewColumns(std::span<const physics::Evse> evses, std::span<const physics::Storage> storages, const Guard& guard);
  ViewColumns(const ViewColumns&) = delete;
  ViewColumns& operator=(const ViewColumns&) = delete;

  /// The view with every pointer set but connected_evse. That, its length and the scalars are the caller's to fill.
  evtwin_view view{};

  // Columns by EVSE, in the order of the view's fields.
  std::vector<double> max_kw, max_discharge_kw;
  std::vector<std::uint64_t> session;
  std::vector<std::uint8_t> draws;
  std::vector<double> setpoint_kw, power_kw;
  std::vector<std::int64_t> arrived_ns, departs_ns, claimed_departs_ns;
  std::vector<double> requested_kwh, got_kwh, remaining_kwh;
  std::vector<double> car_min_kw, car_max_kw, car_max_discharge_kw, kw_per_a;
  std::vector<double> soc, battery_kwh, soc_floor, priority;
  std::vector<double> rate_kw;
  std::vector<std::uint32_t> rate_start;
  // Columns by storage.
  std::vector<double> storage_soc, storage_power_kw;
  Horizon horizon;
  evtwin_ledger since_last{};

  /// A vehicle takes the row: what stays for its whole session. An empty coupling clears the row.
  void plug_in(std::uint32_t evse, const physics::Coupling& coupling);
  void plug_out(std::uint32_t evse);
  void show_limits(const Guard& guard);  ///< bounds and bases that may have changed
  void show_horizon();                   ///< points the view at the horizon's columns

  /// Decision columns with NaN in every cell and a canary after the last.
  evtwin_decision& blank_decision();
  /// Whether the decision wrote a row that was not connected when it was blanked. Wipes the connected rows: what then
  /// stands in the column was written to others. To be asked once a decision, after the answers are read.
  bool strayed();
  std::span<const double> decided_evse_kw() const { return {decided_evse_kw_.data(), evse_count_}; }
  std::span<const double> decided_storage_kw() const { return {decided_storage_kw_.data(), storage_count_}; }
  bool canaries_alive() const;

 private:
  std::size_t evse_count_, storage_count_;
  std::vector<const char*> id_;
  std::vector<std::uint8_t> phases_;
  std::vector<double> voltage_v_, phase_angle_deg_, efficiency_;
  std::vector<double> storage_kwh_, storage_soc_min_, storage_soc_max_, storage_max_charge_kw_,
      storage_max_discharge_kw_, storage_charge_efficiency_, storage_discharge_efficiency_;
  std::vector<const char*> limit_name_;
  std::vector<std::uint32_t> limit_kind_, limit_start_, limit_member_;
  std::vector<double> limit_lower_, limit_upper_, limit_base_, limit_coefficient_, limit_angle_deg_;
  std::vector<double> decided_evse_kw_, decided_storage_kw_;
  std::vector<std::uint32_t> asked_;  // rows connected at the last blanking: where answers are expected
  std::vector<double> blank_;         // NaN, what an unwritten column looks like
  bool wiped_ = false;                // the column is blank again
  evtwin_decision decision_{};
};

}  // namespace evtwin::control
