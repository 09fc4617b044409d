// Forecasts held against the visits that came: every morning of the records, each from what was known by then.
#pragma once
#include <array>
#include <cstddef>
#include <string_view>
#include <vector>

#include "drivers/next_charge.hpp"

namespace evtwin::drivers {

/// Ways to say when a driver comes next. The plain ones: the last visit plus the last gap, the mean gap, the median gap
/// (now, where that has passed), or the next weekday and hour of the last visit.
enum class Method : std::uint8_t { survival, last_gap, mean_gap, median_gap, last_weekday };
inline constexpr std::array all_methods{Method::survival, Method::last_gap, Method::mean_gap, Method::median_gap,
                                        Method::last_weekday};
template <class T>
using ByMethod = std::array<T, all_methods.size()>;

/// A mean, and 95 % of those over drivers drawn again (block bootstrap: a driver's mornings stay together).
struct Estimate {
  double value = kernel::unknown, low = kernel::unknown, high = kernel::unknown;
};

/// Errors in days over some mornings.
struct TimingScore {
  std::size_t mornings = 0;
  ByMethod<Estimate> error_days;
  ByMethod<Estimate> survival_less;   ///< error of the survival law minus that of each; below 0: it is better
  Estimate covered_half, covered_90;  ///< shares of the arrivals inside the intervals
};

struct BackTest {
  std::size_t drivers = 0;
  int least_visits = 0, horizon_days = 0;
  TimeNs first_ns = 0, last_ns = 0;  ///< first and last morning
  /// Each time counts as the horizon where it is later. `came`: mornings whose driver came within the horizon, which no
  /// forecast could know.
  TimingScore all, came;
  Estimate brier, brier_of_base_rate;  ///< of the chance to come within 7 days; base rate: of all mornings judged
  Estimate chance_told, share_came;    ///< mean of the chances told, and how often they came
  // Once a visit, on its morning:
  std::size_t visits = 0;
  Estimate kwh_error, kwh_error_of_last,
      kwh_error_of_site;  ///< of the median; of the last energy; of everybody's median
  Estimate kwh_covered_half, kwh_covered_90;
  Estimate place_hit, place_hit_of_last;  ///< the likeliest EVSE was the one; that of the last visit was
};

struct BackTestRequest {
  std::size_t least_visits = 5;  ///< before the morning
  int horizon_days = 28;         ///< also the days at the start from which nothing is told; shorter for short records
  std::size_t draws = 1000;
};

/// Mornings without a driver of so many visits have no forecast; `drivers` is 0 where there is none at all.
BackTest back_test(const Histories& histories, const BackTestRequest& request = {});

/// A forecast of a morning and what came of it.
struct Morning {
  std::size_t driver = 0;
  TimeNs now_ns = 0;
  NextCharge told;
  ByMethod<TimeNs> about_ns{};          ///< time_never: later than a year
  TimeNs came_ns = kernel::time_never;  ///< the next arrival; time_never: none in the records
};
/// In order of time, then driver. Nothing after a morning's now_ns enters its forecasts.
std::vector<Morning> mornings_of(const Histories& histories, const BackTestRequest& request);

}  // namespace evtwin::drivers
