// Limits whose members are nested or disjoint: a forest, as that of fuses and feeders is.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "optimise/plan_problem.hpp"

namespace evtwin::optimise {

inline constexpr std::uint32_t no_limit = 0xffffffff;

struct LimitForest {
  std::vector<std::uint32_t> parent;   ///< [limits] the smallest limit around it, or no_limit
  std::vector<std::uint32_t> of_evse;  ///< [EVSEs] the smallest limit it is in, or no_limit; EVSEs beyond are in none
  std::uint32_t smallest_around(std::uint32_t evse) const { return evse < of_evse.size() ? of_evse[evse] : no_limit; }
};

/// Nothing where two limits share some of their members only. Storages are left out.
std::optional<LimitForest> limit_forest(const std::vector<PlanLimit>& limits);

}  // namespace evtwin::optimise
