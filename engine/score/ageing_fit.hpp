// A law of ageing fitted to capacities: by time and by cycling, with what it misses.
#pragma once
#include <string>
#include <vector>

#include "score/cycling.hpp"

namespace evtwin::score {

/// capacity = fresh x (1 - calendar x days^0.75 - cyclic x cycles^power), Schmalstieg 2014 with power 0.5.
struct AgeingFit {
  std::vector<double> fresh;  ///< by cell, in the file's unit
  double calendar = unknown;  ///< per day^0.75; unknown where the file has no days
  double cyclic = 0.0;        ///< per cycle^power
  double power = 0.5;
  double rmse = 0.0;   ///< as a fraction of the fresh capacity
  double worst = 0.0;  ///< largest |residual|, likewise
  std::size_t points = 0;

  double health_after(double cycles, double days) const;
  /// Cycles until the health is `at` without regard to days; unknown where cycling takes nothing.
  double cycles_until(double at) const;
};

/// The same form fitted on the first part of each cell's points, foretelling the rest.
struct Foretold {
  double rmse = unknown;  ///< of the points that it did not see, fraction of the fresh capacity
  double bias = unknown;  ///< mean of metered less foretold
  std::size_t points = 0;
};

/// A fitted form, and how well it foretells.
struct JudgedFit {
  AgeingFit fit;
  Foretold later;
};

struct CyclingFit {
  JudgedFit root;                ///< power 0.5
  JudgedFit free;                ///< power from 0.2 to 3 that misses least
  std::vector<JudgedFit> cells;  ///< by cell, of the free form
};
/// Whether cycling takes anything, and by a power that would not rather be outside of what is looked through.
bool is_power_told(const CyclingFit& fit);
/// Which of the two laws of all cells a scenario is to have: the one that foretells better what it has not seen; where
/// that can not be judged, the one that misses less. The square root where the data do not tell the power.
const JudgedFit& recommended_law(const CyclingFit& fit);
/// Of each cell's points, this share is fitted, the later ones are foretold.
inline constexpr double fitted_share = 0.7;

/// Least squares over all cells: a fresh capacity of each, the rest common; no parameter below 0.
/// @throws std::runtime_error where a cell has fewer than 4 points
AgeingFit fit_ageing(const std::vector<AgedCell>& cells, bool has_days, double power);
inline constexpr double least_power = 0.2, most_power = 3.0;
AgeingFit fit_free_power(const std::vector<AgedCell>& cells, bool has_days);
CyclingFit fit_cycling(const CyclingFile& file);

/// metered / fresh - health, for each point of a cell.
std::vector<double> residuals_of(const AgeingFit& fit, const AgedCell& cell, std::size_t index);

/// The first cycle at which a cell's capacity is below `at` of its fitted fresh one; unknown: it never is.
double metered_cycles_until(const AgeingFit& fit, const AgedCell& cell, std::size_t index, double at);

}  // namespace evtwin::score
