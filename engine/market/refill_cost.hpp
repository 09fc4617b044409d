// Worth of a storage that ends a run with more or less than it began with: hoarding never pays, emptying is never free.
// One function for key figures and bound; planners order what they know of a run's prices by the same rule.
#pragma once

#include <vector>

#include "market/refill_blocks.hpp"
#include "market/tariff.hpp"

namespace evtwin::market {

/// Prices of a run by how much can be charged at them, the cheapest first.
class RefillCost {
 public:
  using Block = RefillBlock;

  /// @param max_kw  most charging power. @param most_kwh  at the terminals: blocks beyond it are left out
  RefillCost(TariffClock tariff, TimeNs from_ns, TimeNs to_ns, double max_kw, double most_kwh);

  /// Lowest buy price of the run; may be negative.
  double lowest_per_kwh() const { return lowest_per_kwh_; }
  /// The slots of the run, equal prices joined; what fits in none of them costs the highest price.
  const std::vector<Block>& price_blocks() const { return blocks_; }

  /// Of what charging it takes, kWh at the terminals. More than at the start is worth the lowest price: nobody has
  /// stored it for less. Less is owed: refilling it alone at full power in the cheapest slots of the run. Concave.
  double value_of(double more_kwh) const;

 private:
  std::vector<Block> blocks_;
  double lowest_per_kwh_ = 0.0;
};

}  // namespace evtwin::market
