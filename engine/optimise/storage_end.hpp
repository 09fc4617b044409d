// Worth of a storage at the end of a run, as key figures have it, put into a planning problem.
#pragma once
#include <algorithm>
#include <vector>

#include "market/refill_blocks.hpp"
#include "optimise/plan_problem.hpp"

namespace evtwin::optimise {

/// Energy beyond the reference is worth the lowest price, at a lowest price below 0 it is to be paid for. A lack is
/// refilled in the cheapest slots and costs, beside end_value_per_kwh, what those cost above the cheapest; it is never
/// a gain.
/// @param refill  the run's prices in order (market::order_refill), at the storage's own charging power
inline void price_end(PlanStorage& storage, double lowest_per_kwh, const std::vector<market::RefillBlock>& refill) {
  storage.end_value_per_kwh = std::max(0.0, lowest_per_kwh) / storage.charge_efficiency;
  storage.end_excess_price_per_kwh = std::max(0.0, -lowest_per_kwh) / storage.charge_efficiency;
  storage.end_lacks.clear();
  for (const market::RefillBlock& block : refill)
    storage.end_lacks.push_back({block.kwh * storage.charge_efficiency,
                                 block.price_per_kwh / storage.charge_efficiency - storage.end_value_per_kwh});
}

}  // namespace evtwin::optimise
