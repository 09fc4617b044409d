#include "market/refill_cost.hpp"

#include <algorithm>

namespace evtwin::market {

RefillCost::RefillCost(TariffClock tariff, TimeNs from_ns, TimeNs to_ns, double max_kw, double most_kwh) {
  const auto each_slot = [&](auto&& take) {
    for (TimeNs t = from_ns; t < to_ns;) {
      const PriceNow now = tariff.price_at(t);
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
  lowest_per_kwh_ = order_refill(blocks_, most_kwh);
}

double RefillCost::value_of(double more_kwh) const {
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
