// Flows at one site while no power begins or ends and no signal changes: every meter's power as an exact sum of tapers,
// split where a sum passes a level that matters.
#pragma once

#include <vector>

#include "audit/power_sum.hpp"
#include "audit/recorded.hpp"

namespace evtwin::audit {

/// Energies of a piece of time at the grid connection and within the site, kWh.
struct Flows {
  double import_kwh = 0.0, export_kwh = 0.0;
  double pv_exported_kwh = 0.0;  ///< of the export, what the sun gave at that moment
  double evse_losses_kwh = 0.0, feeder_losses_kwh = 0.0;
  double contract_excess_h = 0.0;
  double overload_kwh = 0.0, export_overload_kwh = 0.0, feeder_overload_kwh = 0.0;
  double peak_kw = 0.0;  ///< highest import
};

/// Levels that hold during the piece.
struct Levels {
  double base_kw = 0.0;  ///< load and standby less PV
  double pv_kw = 0.0;
  double contract_kw = infinite, uncut_contract_kw = infinite, export_limit_kw = infinite;
};

/// Power at the meter of an EVSE or storage, hours from the piece's start.
struct UnitPower {
  int unit = 0;
  Taper taper;
};

/// Power at the grid connection in [from, to], hours from the piece's start; import positive.
struct GridPower {
  double from = 0.0, to = 0.0;
  PowerSum net;
};

class FlowCounter {
 public:
  explicit FlowCounter(const Site& site);

  /// A bound that is another one from here on.
  void set_bound(const LimitStep& step);
  /// From here on the power at the grid connection of each piece is kept, for limits over several sites.
  void keep_grid_power() { keeps_grid_power_ = true; }
  /// Of the last piece, in order of time.
  const std::vector<GridPower>& grid_power() const { return grid_power_; }

  /// Everything that flows in a piece of `hours` under these powers.
  Flows count_flows(const std::vector<UnitPower>& powers, const Levels& levels, double hours);

 private:
  void count_between(double from, double to, const Levels& levels, std::size_t feeders_settled, Flows& flows);
  void count_grid(double from, double to, const Levels& levels, Flows& flows);
  void count_rows(const std::vector<UnitPower>& powers, double hours, Flows& flows);

  const Site& site_;
  std::vector<Feeder> feeders_;            ///< with the bounds in force
  std::vector<PowerRow> rows_;             ///< likewise
  std::vector<std::size_t> leaves_first_;  ///< feeders, each before its parent
  std::vector<double> coefficient_;        ///< [EVSEs] of the row being counted
  PowerSum direct_;                        ///< at the grid connection itself
  std::vector<PowerSum> own_, into_;       ///< [feeders] drawn at the node itself, and entering it from above
  PowerSum net_, sum_;
  bool keeps_grid_power_ = false;
  std::vector<GridPower> grid_power_;
};

}  // namespace evtwin::audit
