// Where the time of the day that an instant shows was before: "yesterday" by the local clock, on days of 23 and 25 h
// too.
#pragma once
#include <algorithm>

#include "market/calendar.hpp"

namespace evtwin::control {

/// The latest day on which an instant's reading of the local clock has been by now.
class DaysBefore {
 public:
  explicit DaysBefore(const market::Calendar& calendar) : then_(calendar), past_(calendar) {}

  struct Back {
    kernel::TimeNs by_ns = 0;     ///< t - by_ns is before now, and shows what t shows, some days before
    kernel::TimeNs until_ns = 0;  ///< > t: until then the same `by_ns` holds
  };
  /// A reading that does not exist on that day is taken where the clock had come to as long after midnight; of one that
  /// exists twice, that of the same offset. Precondition: t >= now.
  Back look_back(kernel::TimeNs now_ns, kernel::TimeNs t) {
    const market::OffsetInterval& then = then_.offset_at(t);
    // A change of the clock can put the reading behind now, so that one day more is needed.
    for (kernel::TimeNs days_ns = std::max<kernel::TimeNs>(1, (t - now_ns) / kernel::day_ns) * kernel::day_ns;;
         days_ns += kernel::day_ns) {
      const market::OffsetInterval& past = past_.offset_at(t - days_ns);
      const kernel::TimeNs by_ns = days_ns - (then.offset_ns - past.offset_ns);
      if (t - by_ns >= now_ns) continue;
      const kernel::TimeNs past_end_ns =
          past.end_ns >= kernel::time_never - days_ns ? kernel::time_never : past.end_ns + days_ns;
      return {by_ns, std::min({then.end_ns, past_end_ns, now_ns + by_ns})};
    }
  }

 private:
  market::LocalClock then_, past_;
};

}  // namespace evtwin::control
