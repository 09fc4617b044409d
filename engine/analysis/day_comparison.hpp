// Several strategies on single days, each lived by itself: what the days together say of them.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "analysis/comparison.hpp"

namespace evtwin::analysis {

/// The contest on one day.
struct DayRuns : RoundRuns {
  std::string date;
};

/// Contenders that are told as one: a strategy, or policies that were trained alike with different seeds.
struct DayRow {
  std::string name;
  std::vector<std::size_t> members;  ///< indices of contenders
};

/// A figure with its 95 % interval.
struct Ranged {
  double value = std::numeric_limits<double>::quiet_NaN();
  double low = std::numeric_limits<double>::quiet_NaN();  ///< NaN of one day and fewer than 5 members
  double high = std::numeric_limits<double>::quiet_NaN();
};

/// Over the days that count. Of several members each figure is the mean of theirs.
struct DaySummary {
  std::string name;
  std::size_t members = 1;
  double objective = std::numeric_limits<double>::quiet_NaN();        ///< sum
  Ranged saving_share;                                                ///< sum of what was saved / sum of what could be
  Ranged difference;                                                  ///< mean of a day, objective minus reference's
  double served_fraction = std::numeric_limits<double>::quiet_NaN();  ///< of what all wanted, turned away or not
  double energy_served_kwh = std::numeric_limits<double>::quiet_NaN();  ///< sum
  double service_kwh = std::numeric_limits<double>::quiet_NaN();        ///< sum: analysis::service_kwh
  double unmet_kwh = std::numeric_limits<double>::quiet_NaN();          ///< sum of unmet, open and turned away
  double mean_peak_kw = std::numeric_limits<double>::quiet_NaN();       ///< of the days
  double highest_peak_kw = std::numeric_limits<double>::quiet_NaN();
  double storage_cycles = std::numeric_limits<double>::quiet_NaN();  ///< sum
  bool compared = false;  ///< it finished, and serves within 0.5 % of who serves most (serves_alike)
};

struct DayComparison {
  std::size_t reference = 0;           ///< row
  std::vector<std::string> counted;    ///< days on which all finished who finished any
  std::vector<std::string> left_out;   ///< the others
  std::vector<std::string> unbounded;  ///< of those that count: without a bound, or a price of unmet energy
  std::vector<std::size_t> failed;     ///< rows of which a member finished no day
  double bound = std::numeric_limits<double>::quiet_NaN();  ///< sums over the days that count and have one
  double asap_objective = std::numeric_limits<double>::quiet_NaN();
  std::vector<DaySummary> rows;
};

/// Days, and members of a row, are drawn anew with putting back this often; the interval reaches from the 2.5th to the
/// 97.5th percentile of the figure (Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13). All rows
/// are drawn on the same days, so that differences are paired.
inline constexpr std::size_t resamples = 10'000;

/// @param days  at least one. @param rows  at least one, the first of them the reference; members may stand in several
/// @param seed  of the resamples
DayComparison compare_days(std::span<const DayRuns> days, std::span<const DayRow> rows, std::uint64_t seed);

}  // namespace evtwin::analysis
