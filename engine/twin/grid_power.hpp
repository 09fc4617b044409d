// Net power at the grid connection between two instants, and where it, or a limit below it, changes sides.
#pragma once
#include <span>
#include <vector>

#include "physics/limits.hpp"
#include "twin/power.hpp"
#include "twin/power_limits.hpp"
#include "twin/signal_values.hpp"
#include "twin/world.hpp"

namespace evtwin::twin {

/// Energies tell import, export and overload exactly only while nothing changes sides: import and export, the limits of
/// the connection, of feeders and of rows, a feeder's direction. While cars taper, an interval is cut where that
/// happens.
class GridPower {
 public:
  GridPower(const Site& site, const physics::FeederTree& tree);

  void set_bounds(std::span<const double> bounds) { limits_.set_bounds(site_, bounds); }

  /// Import (> 0) or export at `t` under the laws in force, kW.
  double kw_at(const Power& power, const SignalValues& now, TimeNs t);

  /// The end of the longest stretch [from, end) within [from, to) in which nothing changes sides; after `from`.
  TimeNs next_cut(const Power& power, const SignalValues& now, TimeNs from, TimeNs to);

 private:
  void find_sides(const Power& power, TimeNs t);
  bool is_smooth(const Power& power, const SignalValues& now, TimeNs from, TimeNs to);

  const Site& site_;
  const physics::FeederTree& tree_;
  PowerLimits limits_;
  std::vector<double> feeder_kw_, into_kw_, into_before_kw_;  // [feeders] scratch
  std::vector<int> sides_, sides_before_;                     // [power limits] scratch
};

}  // namespace evtwin::twin
