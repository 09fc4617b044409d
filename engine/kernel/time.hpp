// Simulated time: integer nanoseconds, UTC. Local time exists only in market/.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

namespace evtwin::kernel {

/// Nanoseconds since 1970-01-01T00:00Z without leap seconds (POSIX); covers the years 1677 to 2262.
/// Integers, so that equal times are equal: no comparison of times ever needs an epsilon.
using TimeNs = std::int64_t;

inline constexpr TimeNs nanosecond_ns = 1;
inline constexpr TimeNs microsecond_ns = 1'000;
inline constexpr TimeNs millisecond_ns = 1'000'000;
inline constexpr TimeNs second_ns = 1'000'000'000;
inline constexpr TimeNs minute_ns = 60 * second_ns;
inline constexpr TimeNs hour_ns = 60 * minute_ns;
inline constexpr TimeNs day_ns = 24 * hour_ns;
static_assert(hour_ns == 3'600'000'000'000 && day_ns == 86'400'000'000'000);

/// "Does not happen": later than every time that does.
inline constexpr TimeNs time_never = std::numeric_limits<TimeNs>::max();
static_assert(time_never / day_ns == 106'751, "days on either side of 1970-01-01: 1677-09-21 to 2262-04-11");
static_assert((std::int64_t{1} << 53) / day_ns == 104, "hours_between is correctly rounded that far");

/// Hours from `from` to `to`, negative when `to` is the earlier one; +infinity when `to` is time_never.
/// Correctly rounded while the two are less than 2^53 ns (104 days) apart, then within 1 ulp or so.
/// The distance must fit TimeNs, which it does for times of the years 1824 to 2116.
inline double hours_between(TimeNs from, TimeNs to) {
  if (to == time_never) return std::numeric_limits<double>::infinity();
  return static_cast<double>(to - from) / static_cast<double>(hour_ns);
}

/// The first ns at or after `from` + `hours`, the product taken exactly, so that a threshold reached after `hours`
/// has been reached at the returned time and one ns earlier it had not.
/// @param hours  > 0: at least 1 ns later than `from`; <= 0: `from` itself (a threshold already reached is due now).
/// @returns time_never for +infinity, NaN (no crossing) and whatever lies beyond TimeNs.
inline TimeNs after_hours_rounded_up(TimeNs from, double hours) {
  constexpr double ns_per_hour = static_cast<double>(hour_ns);
  constexpr double too_long_ns = 9223372036854775808.0;  // 2^63
  static_assert(too_long_ns == 2.0 * static_cast<double>(std::int64_t{1} << 62));
  static_assert(static_cast<TimeNs>(ns_per_hour) == hour_ns, "a double holds it exactly");
  if (hours <= 0) return from;

  const double product = hours * ns_per_hour;
  if (!(product < too_long_ns)) return time_never;  // also NaN

  // Whole numbers are doubles, so a product rounded to a fraction has the true one's ceiling. One rounded to a whole
  // number may not: what the rounding took away or added, which fma gives exactly, has the last word.
  const double ns = std::ceil(product);
  const double rounded_off = ns == product ? std::ceil(std::fma(hours, ns_per_hour, -product)) : 0.0;
  const TimeNs wait = std::max<TimeNs>(1, static_cast<TimeNs>(ns) + static_cast<TimeNs>(rounded_off));
  return from > time_never - wait ? time_never : from + wait;
}

}  // namespace evtwin::kernel
