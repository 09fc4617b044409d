// Several strategies on the worlds of several seeds: what the seeds together say of them.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/comparison.hpp"
#include "analysis/paired.hpp"

namespace evtwin::analysis {

/// The contest on the world of one seed.
struct SeedRuns : RoundRuns {
  std::uint64_t seed = 0;
};

struct StrategySummary {
  std::string strategy;
  std::vector<std::uint64_t> failed;       ///< seeds
  std::vector<std::uint64_t> serves_less;  ///< seeds in which it may not compete for cost (who_competes)
  bool compared = false;                   ///< it finished and competes in every seed that is not lost
  bool among_best = false;      ///< of those compared: the lowest mean objective, or not to be told apart from it
  PairedDifference difference;  ///< objective minus that of the reference on the same seed
  std::vector<std::uint64_t> cheaper;  ///< seeds in which its objective is below the reference's, and it competes
};

struct SeedComparison {
  std::size_t reference = 0;  ///< the first strategy
  /// Some strategy's figures differ between seeds. Else the seeds are one run written several times, and nothing is
  /// said of differences.
  bool seeds_matter = true;
  std::vector<std::uint64_t> lost;  ///< seeds with which all failed: the comparison is one of the others
  std::vector<StrategySummary> strategies;
};

/// A figure of one strategy by seed; NaN where it failed or does not apply.
std::vector<double> figures_by_seed(std::span<const SeedRuns> rounds, std::size_t strategy, std::string_view kpi);

/// @param rounds  at least one
SeedComparison compare_seeds(std::span<const SeedRuns> rounds);

}  // namespace evtwin::analysis
