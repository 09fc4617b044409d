// Limits in kW below the grid connection: those of feeders and the scenario's rows over powers. The sum under a limit
// is told in kW from powers, and in kWh from the energies of a stretch of time in which no feeder turns round.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "twin/world.hpp"

namespace evtwin::twin {

/// Limits over currents (feeders' `max_a`, rows in A, phasors) bound A, which no energy is above of.
class PowerLimits {
 public:
  struct Limit {
    double lower_kw, upper_kw;
    std::int32_t feeder;                     ///< -1: a row
    const physics::LimitRow* row = nullptr;  ///< of a row
  };

  explicit PowerLimits(const Site& site) {
    for (std::size_t f = 0; f < site.feeders.size(); ++f) {
      const physics::Feeder& feeder = site.feeders[f];
      if (feeder.max_kw < physics::infinite || feeder.max_export_kw < physics::infinite)
        limits_.push_back({-feeder.max_export_kw, feeder.max_kw, static_cast<std::int32_t>(f), nullptr});
    }
    for (const physics::LimitRow& row : site.rows) {
      if (row.kind != physics::LimitKind::power_kw) continue;
      limits_.push_back({row.lower, row.upper, -1, &row});
      for (const physics::LimitMember& member : row.members) any_relief_ = any_relief_ || member.coefficient < 0.0;
    }
  }

  /// Bounds of Site::limit_series in force from now on.
  void set_bounds(const Site& site, std::span<const double> bounds) {
    for (std::size_t k = 0; k < bounds.size(); ++k) set_bound(site, site.limit_series[k], bounds[k]);
  }

  std::span<const Limit> all_limits() const { return limits_; }
  /// Whether more draw of some EVSE lowers some row, so that powers that all fall can make it rise.
  bool any_relief() const { return any_relief_; }

  /// @param into_feeders  [feeders] kW or kWh into each
  /// @param of_evse       kW or kWh at an EVSE's meter
  template <class OfEvse>
  static double value_of(const Limit& limit, std::span<const double> into_feeders, OfEvse&& of_evse) {
    if (limit.feeder >= 0) return into_feeders[static_cast<std::size_t>(limit.feeder)];
    double sum = 0.0;
    for (const physics::LimitMember& member : limit.row->members) sum += member.coefficient * of_evse(member.evse);
    return sum;
  }

 private:
  void set_bound(const Site& site, const LimitSeries& series, double value) {
    const bool of_row = series.of == LimitSeries::Of::row_upper || series.of == LimitSeries::Of::row_lower;
    for (Limit& limit : limits_) {
      const bool is_it = of_row ? limit.row == &site.rows[series.index]
                                : limit.feeder == static_cast<std::int32_t>(series.index);
      if (!is_it) continue;
      if (series.of == LimitSeries::Of::feeder_kw || series.of == LimitSeries::Of::row_upper) limit.upper_kw = value;
      if (series.of == LimitSeries::Of::row_lower) limit.lower_kw = value;
      if (series.of == LimitSeries::Of::feeder_export_kw) limit.lower_kw = -value;
    }
  }

  std::vector<Limit> limits_;
  bool any_relief_ = false;
};

}  // namespace evtwin::twin
