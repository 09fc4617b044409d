#include "ocpp/reading_step.hpp"

#include <algorithm>
#include <array>

namespace evtwin::ocpp {
namespace {

using kernel::TimeNs;

constexpr std::array steps{kernel::hour_ns,        30 * kernel::minute_ns, 15 * kernel::minute_ns,
                           10 * kernel::minute_ns, 5 * kernel::minute_ns,  kernel::minute_ns};
constexpr std::size_t least_readings = 8;
constexpr std::size_t few = 50;  // one in so many may be another's

}  // namespace

TimeNs ReadingTimes::step_ns() const {
  if (seen_.size() < least_readings) return 0;
  const auto divides = [&](TimeNs step) {
    const auto odd =
        std::count_if(seen_.begin(), seen_.end(), [&](const Seen& one) { return one.told_ns % step != 0; });
    return static_cast<std::size_t>(odd) * few <= seen_.size();
  };
  const auto step = std::find_if(steps.begin(), steps.end(), divides);
  if (step == steps.end()) return 0;

  // Of the middle nine tenths: a few messages may have been queued.
  std::vector<TimeNs> delays;
  for (const Seen& one : seen_) delays.push_back(one.delay_ns);
  std::sort(delays.begin(), delays.end());
  const std::size_t cut = delays.size() / 20;
  const TimeNs spread = delays[delays.size() - 1 - cut] - delays[cut];
  return 4 * spread >= *step && spread <= 2 * *step ? *step : 0;
}

}  // namespace evtwin::ocpp
