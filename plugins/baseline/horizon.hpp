// Facts of the horizon's buy prices: their mean, and how many hours are cheaper or dearer than now.
#pragma once
#include <evtwin/strategy.h>

#include <cstdint>

namespace evtwin::baseline {

/// Prices closer than this are the same; the mean of equal prices is not always equal to them in the last digit.
inline constexpr double same_price = 1e-9;

/// Steps that cover 24 h of ticks.
std::uint32_t steps_of_a_day(const evtwin_view& view);

/// Mean buy price over the horizon's first `steps`, weighted by time; the price now where there is no horizon.
double mean_buy_per_kwh(const evtwin_view& view, std::uint32_t steps);

struct PriceRange {
  double low = 0.0, high = 0.0;
};
/// Lowest and highest buy price of the horizon and of now.
PriceRange buy_range(const evtwin_view& view);

/// Hours of the horizon that are cheaper (dearer) than now.
double hours_cheaper(const evtwin_view& view);
double hours_dearer(const evtwin_view& view);

/// Time after `from_ns` and before `until_ns` with a buy price of at most `price`, and the mean price there.
struct CheapTime {
  double hours = 0.0;
  double mean_per_kwh = 0.0;
};
CheapTime cheap_time(const evtwin_view& view, std::int64_t from_ns, std::int64_t until_ns, double price);

}  // namespace evtwin::baseline
