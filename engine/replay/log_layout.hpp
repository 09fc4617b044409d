// Lines of logs as well-known systems write them, around a frame of OCPP-J.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "kernel/time.hpp"

namespace evtwin::replay {

using kernel::TimeNs;

enum class LogLayout : std::uint8_t {
  python,  ///< logging of the Python package `ocpp` with a time in front, as a CSMS writes it
  steve,   ///< WebSocketLogger of SteVe, a CSMS in Java
  frames,  ///< bare frames, one a line: names no station and no time, so a file per station
  csv      ///< timestamp,id,action,msg
};

struct LogLineFacts {
  std::string_view station;
  TimeNs time_ns = 0;          ///< UTC; written to the millisecond below
  TimeNs clock_offset_ns = 0;  ///< python, steve: the log's clock = UTC + this; csv says Z
  bool from_station = true;
  std::string_view action;  ///< of a call; empty for an answer
};

/// Without the line feed.
std::string log_line(LogLayout layout, const LogLineFacts& facts, std::string_view frame);

/// Text above the lines: `made_by` as a comment, and the column names of csv.
std::string log_head(LogLayout layout, std::string_view made_by);

/// "2026-06-01T08:00:00Z", with milliseconds where they are not zero.
std::string utc_text(TimeNs t);

}  // namespace evtwin::replay
