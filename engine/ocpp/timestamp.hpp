// Date-times as they stand in messages and documents: RFC 3339 and what is near to it.
#pragma once
#include <optional>
#include <string_view>

#include "kernel/time.hpp"

namespace evtwin::ocpp {

struct Timestamp {
  kernel::TimeNs ns = 0;  ///< UTC; without an offset read as if it were UTC
  bool zoned = false;     ///< it gave an offset or Z
  bool clamped =
      false;  ///< before 1678 or after 2261, which ns in 64 bits hardly count: market::earliest_ns, latest_ns
};

/// Reads "2024-01-17T18:04:00.000Z": T, t or a blank between date and time, seconds and any number of decimals (after
/// a dot or comma) optional, then nothing, Z or an offset as +09:00, +0900 or +09. A leap second is the second after.
/// Years 0000 to 9999: "9999-12-31T23:59:59Z" means for ever, and is `clamped`.
/// @returns nothing for any other text, and for dates and times that do not exist.
std::optional<Timestamp> timestamp_of(std::string_view text);

}  // namespace evtwin::ocpp
