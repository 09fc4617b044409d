// Visits by driver, as records tell them.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "kernel/time.hpp"
#include "kernel/unknown.hpp"
#include "market/calendar.hpp"

namespace evtwin::calibrate {
struct Records;
}

namespace evtwin::drivers {

using kernel::TimeNs;

struct DriverVisit {
  TimeNs arrival_ns = 0;
  TimeNs local_ns = 0;  ///< the same on the local clock, ns since 1970-01-01T00:00 local
  double stay_h = kernel::unknown, kwh = kernel::unknown;
  std::uint32_t evse = 0;  ///< row of Histories::evse_ids
};

struct Driver {
  std::string token, token_type;  ///< as the records have it
  std::vector<DriverVisit> visits;
};

struct Histories {
  std::vector<Driver> drivers;  ///< most visits first, then in order of appearance
  std::vector<std::string> evse_ids;
  std::size_t without_token = 0;     ///< sessions that name no driver
  TimeNs first_ns = 0, last_ns = 0;  ///< first arrival; the last thing that the records tell
  market::Calendar calendar;
};

/// Transactions whose start is known, from plug-in to plug-out. Stay and energy of one that goes on are not known.
/// @throws std::runtime_error where no session names a driver
Histories histories_of(const calibrate::Records& records, const market::Calendar& calendar);

/// Visits that had begun before `now_ns`.
std::span<const DriverVisit> visits_before(const Driver& driver, TimeNs now_ns);

/// Whether a visit was over by then: its stay and energy are known only from there on.
inline bool is_over(const DriverVisit& visit, TimeNs now_ns) {
  return kernel::hours_between(visit.arrival_ns, now_ns) >= visit.stay_h;
}

/// Readings of a local clock: days since 1970-01-01, and the part of the day, 0..1.
inline constexpr std::int64_t local_day(TimeNs local_ns) {
  return local_ns / kernel::day_ns - (local_ns % kernel::day_ns < 0 ? 1 : 0);
}
inline constexpr double part_of_day(TimeNs local_ns) {
  return static_cast<double>(local_ns - local_day(local_ns) * kernel::day_ns) / static_cast<double>(kernel::day_ns);
}
/// 0 is Monday; 1970-01-01 was a Thursday.
inline constexpr std::size_t weekday_of_day(std::int64_t day) {
  return static_cast<std::size_t>(((day + 3) % 7 + 7) % 7);
}
static_assert(weekday_of_day(0) == 3 && weekday_of_day(-4) == 6);

/// The instant at which the local clock shows that reading; one that is jumped over is the end of the gap.
TimeNs instant_of_local(const market::Calendar& calendar, TimeNs local_ns);

/// Middle of the values that are known; NaN for none.
double median_of(std::vector<double> values);

}  // namespace evtwin::drivers
