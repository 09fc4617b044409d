#include "market/refill_cost.hpp"

#include <algorithm>
#include <limits>
#include <tuple>

namespace evtwin::market {

RefillCost::RefillCost(TariffClock tariff, TimeNs from_ns, TimeNs to_ns, double max_kw, double most_kwh) {
  const auto each_slot = [&](auto&& take) {
    for (TimeNs t = from_ns; t < to_ns;) {
      const PriceNow now = tariff.at(t);
      const TimeNs until_ns = std::min(now.until_ns, to_ns);
      take(now.buy_per_kwh, kernel::hours_between(t, until_ns));
      t = until_ns;
    }
  };
  // Counted first: memory is asked for once, however long the run.
  std::size_t slots = 0;
  each_slot([&](double, double) { ++slots; });
  if (slots == 0) return;
  blocks_.reserve(slots + 1);
  each_slot([&](double price_per_kwh, double h) { blocks_.push_back({max_kw * h, price_per_kwh}); });
  std::sort(blocks_.begin(), blocks_.end(), [](const Block& a, const Block& b) {
    return std::tie(a.price_per_kwh, a.kwh) < std::tie(b.price_per_kwh, b.kwh);
  });
  lowest_per_kwh_ = blocks_.front().price_per_kwh;
  const double highest_per_kwh = std::max(0.0, blocks_.back().price_per_kwh);

  // Equal prices joined, and none beyond what may lack.
  std::size_t used = 0;
  double fits_kwh = 0.0;
  for (std::size_t i = 0; i < slots && fits_kwh < most_kwh; ++i) {
    const Block block{blocks_[i].kwh, std::max(0.0, blocks_[i].price_per_kwh)};
    fits_kwh += block.kwh;
    if (used > 0 && blocks_[used - 1].price_per_kwh == block.price_per_kwh) {
      blocks_[used - 1].kwh += block.kwh;
    } else {
      blocks_[used++] = block;
    }
  }
  blocks_.resize(used);
  blocks_.push_back({std::numeric_limits<double>::infinity(), highest_per_kwh});
}

double RefillCost::value(double more_kwh) const {
  if (more_kwh >= 0.0) return more_kwh * lowest_per_kwh_;
  double left_kwh = -more_kwh, cost = 0.0;
  for (const Block& block : blocks_) {
    const double kwh = std::min(left_kwh, block.kwh);
    cost += kwh * block.price_per_kwh;
    left_kwh -= kwh;
    if (left_kwh <= 0.0) break;
  }
  return -cost;
}

}  // namespace evtwin::market
