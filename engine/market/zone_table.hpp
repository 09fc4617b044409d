// The offsets of one time zone as a table, read once from the tz database. Internal to this room: what calendar.cpp
// walks over, so that nothing after construction asks the tz library.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "market/calendar.hpp"

namespace evtwin::market {

struct ZoneTable {
  std::string name;
  std::vector<OffsetInterval> intervals;  ///< ascending, seamless, from INT64_MIN to time_never; neighbours differ
};

/// The table of a zone, built at the first call and kept for the program's life. Thread-safe.
/// @throws UnknownZoneError.
const ZoneTable& zone_table(std::string_view name);

/// The text as an error message may show it: quoted, control characters escaped, cut after 60 bytes.
std::string quote_text(std::string_view text);

}  // namespace evtwin::market
