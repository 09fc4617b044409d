// The merit order of refilling a storage, for key figures, bound and planners alike.
#pragma once

#include <algorithm>
#include <limits>
#include <tuple>
#include <vector>

namespace evtwin::market {

/// As much as can be charged at one price.
struct RefillBlock {
  double kwh = 0.0;            ///< at the terminals, at full power; infinite: the last
  double price_per_kwh = 0.0;  ///< in order: >= 0, since emptying is never paid for
};

/// Orders a run's slots, each with all that full power charges in it and its buy price, by price: the cheapest first,
/// equal prices joined, none beyond most_kwh, and one without end at the highest price. Empty stays empty.
/// @return the lowest price, which may be negative; 0 where there are no slots
inline double order_refill(std::vector<RefillBlock>& slots, double most_kwh) {
  if (slots.empty()) return 0.0;
  std::sort(slots.begin(), slots.end(), [](const RefillBlock& a, const RefillBlock& b) {
    return std::tie(a.price_per_kwh, a.kwh) < std::tie(b.price_per_kwh, b.kwh);
  });
  const double lowest_per_kwh = slots.front().price_per_kwh;
  const double highest_per_kwh = std::max(0.0, slots.back().price_per_kwh);

  std::size_t used = 0;
  double fits_kwh = 0.0;
  for (std::size_t i = 0; i < slots.size() && fits_kwh < most_kwh; ++i) {
    const RefillBlock block{slots[i].kwh, std::max(0.0, slots[i].price_per_kwh)};
    fits_kwh += block.kwh;
    if (used > 0 && slots[used - 1].price_per_kwh == block.price_per_kwh) {
      slots[used - 1].kwh += block.kwh;
    } else {
      slots[used++] = block;
    }
  }
  slots.resize(used);
  slots.push_back({std::numeric_limits<double>::infinity(), highest_per_kwh});
  return lowest_per_kwh;
}

}  // namespace evtwin::market
