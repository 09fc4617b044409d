// Memory of a planner from one plan to the next.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "optimise/keyed_basis.hpp"

namespace evtwin::optimise {

/// Powers of the last plan, by owner.
struct RememberedPowers {
  std::uint64_t owner = 0;
  bool storage = false;
  std::int64_t first_number = 0;  ///< lasting number of the first step
  std::vector<double> charge_kw, discharge_kw;
};

/// A polygon side that an earlier plan needed, by lasting step number.
struct RememberedSide {
  std::uint32_t future = 0, magnitude = 0, side = 0;
  std::int64_t number = 0;
};

struct PlannerMemory {
  KeyedBasis basis;
  std::vector<RememberedPowers> powers;  ///< ascending by (storage, owner)
  std::vector<RememberedSide> sides;

  /// kW; NaN where the last plan said nothing. @param charge else discharge
  double last_kw(bool storage, bool charge, std::uint64_t owner, std::int64_t number) const;
  void remember_powers(const PlanProblem& problem, const Plan& plan);
};

std::vector<std::byte> bytes_of(const PlannerMemory& memory);
/// @throws std::invalid_argument for bytes that bytes_of did not write
PlannerMemory memory_from(std::span<const std::byte> bytes);

}  // namespace evtwin::optimise
