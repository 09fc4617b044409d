// Time stamps as logs write them.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "ocpp/frame.hpp"

namespace evtwin::ocpp {

/// Meaning of 03/10/2026.
enum class DayOrder : std::uint8_t { unknown, month_first, day_first };

struct LogStamp {
  enum class Kind : std::uint8_t {
    full,  ///< date and time
    date,  ///< a date alone
    time   ///< a time of day alone: `ns` is that since midnight
  };
  Kind kind = Kind::full;
  TimeNs ns = 0;
  bool zoned = false;
  bool either_order = false;           ///< written with slashes, and both could be a month
  DayOrder shows = DayOrder::unknown;  ///< the order that the figures of a date with slashes prove
  TimeNs other_ns = 0;                 ///< either_order: read day first; `ns` is month first
  std::size_t begin = 0, end = 0;      ///< where it stands
};

/// Finds time stamps; remembers where the last one stood, since the next is likely to stand there too.
class StampReader {
 public:
  /// @param order  unknown: month first
  explicit StampReader(DayOrder order = DayOrder::unknown) : order_(order) {}

  /// The first full stamp within the first 400 bytes of `text`, else the first date or time of day.
  std::optional<LogStamp> find_stamp(std::string_view text);

 private:
  DayOrder order_;
  std::size_t last_at_ = 0;
};

/// The stamp that begins exactly at `at`, if one does. Epoch numbers count where `at` is 0.
std::optional<LogStamp> stamp_at(std::string_view text, std::size_t at, DayOrder order);

/// A number of seconds, ms, us or ns since 1970, by its size: 2001 to 2199. @returns time_never for others.
TimeNs epoch_ns(double number);

}  // namespace evtwin::ocpp
