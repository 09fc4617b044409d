#include "horizon.hpp"

#include <algorithm>

#include "car.hpp"

namespace evtwin::baseline {
namespace {

double step_hours(const evtwin_view& view, std::uint32_t k) {
  return hours(view.horizon_start_ns[k + 1] - view.horizon_start_ns[k]);
}

template <class Predicate>
double hours_where(const evtwin_view& view, Predicate&& holds) {
  double sum_h = 0.0;
  for (std::uint32_t k = 0; k < view.horizon_steps; ++k) {
    if (holds(view.horizon_buy_per_kwh[k])) sum_h += step_hours(view, k);
  }
  return sum_h;
}

}  // namespace

std::uint32_t steps_of_a_day(const evtwin_view& view) {
  constexpr std::int64_t day_ns = 86'400'000'000'000;
  static_assert(static_cast<double>(day_ns) == 24.0 * ns_per_hour);
  const std::int64_t tick_ns = std::max<std::int64_t>(1, view.tick_ns);
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>((day_ns + tick_ns - 1) / tick_ns, 1, 86'400));
}

double mean_buy_per_kwh(const evtwin_view& view, std::uint32_t steps) {
  double weighted = 0.0;
  double sum_h = 0.0;
  for (std::uint32_t k = 0; k < std::min(steps, view.horizon_steps); ++k) {
    weighted += view.horizon_buy_per_kwh[k] * step_hours(view, k);
    sum_h += step_hours(view, k);
  }
  return sum_h > 0.0 ? weighted / sum_h : view.buy_per_kwh;
}

PriceRange buy_range(const evtwin_view& view) {
  PriceRange range{view.buy_per_kwh, view.buy_per_kwh};
  for (std::uint32_t k = 0; k < view.horizon_steps; ++k) {
    range.low = std::min(range.low, view.horizon_buy_per_kwh[k]);
    range.high = std::max(range.high, view.horizon_buy_per_kwh[k]);
  }
  return range;
}

double hours_cheaper(const evtwin_view& view) {
  return hours_where(view, [&](double price) { return price < view.buy_per_kwh - same_price; });
}

double hours_dearer(const evtwin_view& view) {
  return hours_where(view, [&](double price) { return price > view.buy_per_kwh + same_price; });
}

CheapTime cheap_time(const evtwin_view& view, std::int64_t from_ns, std::int64_t until_ns, double price) {
  CheapTime cheap;
  double weighted = 0.0;
  for (std::uint32_t k = 0; k < view.horizon_steps; ++k) {
    if (view.horizon_buy_per_kwh[k] > price + same_price) continue;
    const std::int64_t begin = std::max(from_ns, view.horizon_start_ns[k]);
    const std::int64_t end = std::min(until_ns, view.horizon_start_ns[k + 1]);
    if (end <= begin) continue;
    cheap.hours += hours(end - begin);
    weighted += view.horizon_buy_per_kwh[k] * hours(end - begin);
  }
  if (cheap.hours > 0.0) cheap.mean_per_kwh = weighted / cheap.hours;
  return cheap;
}

}  // namespace evtwin::baseline
