// The steps of a bound, and what holds in each of them.
#pragma once
#include <cstdint>
#include <vector>

#include "analysis/foresight.hpp"
#include "twin/world.hpp"

namespace evtwin::analysis {

enum class GridKind : std::uint8_t {
  exact,   ///< cut wherever something that no strategy decides changes, to the second (where sells_dearer, to the
           ///< nanosecond): within a step it is constant
  windows  ///< cut at the metering windows and prices only; presence, PV, load and limits are means of the step: a
           ///< further relaxation, of what must hold at every moment only the mean need hold. Not where sells_dearer
};

/// Steps from start to end of the run.
struct BoundGrid {
  GridKind kind = GridKind::exact;
  std::vector<TimeNs> edges_ns;  ///< [steps + 1]

  std::size_t steps() const { return edges_ns.size() - 1; }
  double hours_of_step(std::size_t step) const { return kernel::hours_between(edges_ns[step], edges_ns[step + 1]); }
  /// The step that holds `t`; steps() from the end on.
  std::uint32_t step_at(TimeNs t) const;
  /// The first step that begins at or after `t`.
  std::uint32_t step_from(TimeNs t) const;
  /// Part of a step that lies in [from, to), 0..1.
  double share_of_step(std::size_t step, TimeNs from, TimeNs to) const;
};

/// Whether selling ever pays more than buying costs. Then it matters in which moments of a step the site imports and in
/// which it exports, and means no longer bound what happens: only an exact grid is a relaxation.
bool sells_dearer(const SiteForesight& site);

/// Starts of the metering windows from start to end of the run, and the end.
std::vector<TimeNs> metering_edges(const twin::World& world, const twin::Site& site);

BoundGrid bound_grid(const twin::World& world, const twin::Site& site, const SiteForesight& foresight, GridKind kind);

/// Pairs of a stay and a step it takes part in: the size of what is to be solved.
std::size_t stay_steps(const SiteForesight& site, const BoundGrid& grid);

/// Mean over each step of what `value(piece)` says of its signals.
template <class Value>
std::vector<double> step_means(const SiteForesight& site, const BoundGrid& grid, Value value) {
  std::vector<double> means(grid.steps());
  std::size_t p = 0;
  for (std::size_t k = 0; k < grid.steps(); ++k) {
    const TimeNs from = grid.edges_ns[k], to = grid.edges_ns[k + 1];
    while (p + 1 < site.signals.size() && site.signals[p + 1].from_ns <= from) ++p;
    // One piece throughout is the rule, and then nothing is rounded.
    if (p + 1 == site.signals.size() || site.signals[p + 1].from_ns >= to) {
      means[k] = value(site.signals[p]);
      continue;
    }
    double sum = 0.0;
    for (std::size_t q = p; q < site.signals.size() && site.signals[q].from_ns < to; ++q) {
      const TimeNs begin = q == p ? from : site.signals[q].from_ns;
      const TimeNs end = q + 1 < site.signals.size() ? std::min(to, site.signals[q + 1].from_ns) : to;
      sum += value(site.signals[q]) * kernel::hours_between(begin, end);
    }
    means[k] = sum / grid.hours_of_step(k);
  }
  return means;
}

}  // namespace evtwin::analysis
