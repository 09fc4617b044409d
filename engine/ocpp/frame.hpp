// A frame of OCPP-J (OCPP 1.6-J chapter 4, 2.0.1 part 4 chapter 4) as it was found in a log, with what the log says
// around it. Views are valid during the call that hands them over.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "kernel/time.hpp"

namespace simdjson::dom {
class element;
}

namespace evtwin::ocpp {

using kernel::TimeNs;

/// The first element of a frame. 5 and 6 exist in OCPP 2.1 only.
enum class FrameType : std::uint8_t { call = 2, result = 3, error = 4, result_error = 5, send = 6 };
static_assert(static_cast<int>(FrameType::call) == 2 && static_cast<int>(FrameType::send) == 6,
              "MessageTypeId of OCPP-J, as frames begin with it");

/// Side that sent a frame. Station: the charging station; csms: the system that manages it.
enum class Sender : std::uint8_t { unknown, station, csms };

/// Where something stands in the logs.
struct Place {
  std::uint32_t file = 0;  ///< index into LogReport::files
  std::uint64_t line = 0;  ///< from 1, of its first byte
};

/// Time that the clock of the log's writer showed. A log that gives no zone is read as if it were UTC; the reader
/// infers the zone afterwards (LogReport::zones).
struct LogTime {
  TimeNs ns = kernel::time_never;  ///< time_never: the log does not say
  bool zoned = false;              ///< it gave an offset or Z
  bool is_known() const { return ns != kernel::time_never; }
};

struct Frame {
  FrameType type = FrameType::call;
  Sender sender = Sender::unknown;
  std::string_view
      station;  ///< as the log names it; where it does not, that of its file without folder, endings and date
  bool station_given = false;
  std::string_view id;
  std::string_view action;  ///< of a call or send; of an answer: of the call it answers, if that is known
  const simdjson::dom::element* payload = nullptr;  ///< an object; of an error: its details. Never null
  std::string_view error_code, error_description;   ///< of errors
  LogTime time;
  Place place;
  std::uint64_t number = 0;       ///< of the frame, from 1, in the order of the log
  std::uint64_t call_number = 0;  ///< of an answer: number of the call it answers; 0: that is not in the log
  bool blocked = false;           ///< a proxy says that it never reached the other side: counted, not to be used
};

/// A connection of a station that came or went, as a log tells it beside frames ("Connection is established", "is
/// Disconnected!").
struct LinkChange {
  std::string_view station;
  bool connected = false;
  LogTime time;
  Place place;
};

/// Listener of a reader: it gets everything of all files, in the order in which it happened as far as a file's own
/// order (ascending or descending) says.
class FrameSink {
 public:
  virtual ~FrameSink() = default;
  virtual void on_frame(const Frame& frame) = 0;
  virtual void on_link(const LinkChange&) {}
};

}  // namespace evtwin::ocpp
