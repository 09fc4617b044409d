// A station's clock against the log's: which of its times can be taken as they stand, which are shifted, which are
// none.
#pragma once
#include <string_view>
#include <vector>

#include "ocpp/event.hpp"
#include "ocpp/flag_list.hpp"

namespace evtwin::ocpp {

/// A message that is late by more than this was queued; a clock wrong by more than this is mended.
inline constexpr TimeNs clock_tolerance_ns = kernel::minute_ns;
/// A payload time further than this from the log's is no time at all (a clock never set, a log replayed a year later).
inline constexpr TimeNs clock_lost_ns = 30 * kernel::day_ns;
static_assert(clock_tolerance_ns < clock_lost_ns, "a clock is late, then wrong, then no clock at all");

/// Keeps, per stretch between two answers that set the clock (and at most an hour of log), the least delay seen from
/// payload to log. A message can be late but not early: the least delay is the clock's error, once two messages or
/// stretches agree on it; otherwise it may be one queued message, and the neighbours decide. Where none agrees, all
/// were queued, and none is shifted.
class StationClock {
 public:
  /// A message that the station stamped when it sent it.
  void observe_stamp(const Stamp& stamp);
  /// The same of a message of readings, whose times may be rounded.
  void observe_reading_stamp(const Stamp& stamp) {
    of_readings_ = true;
    observe_stamp(stamp);
    of_readings_ = false;
  }
  /// ... to so much: within it they say nothing of the clock.
  void note_reading_step(TimeNs step_ns) { reading_step_ns_ = step_ns; }
  /// The CSMS told the station the time.
  void note_sync() { cut_ = synced_ = true; }

  /// Once the log is read; flags clocks that are wrong.
  void settle_stretches(const LogReport& report, std::string_view station, FlagList& flags);

  enum class Source : std::uint8_t { payload, mended, log, neighbour, none };
  struct Instant {
    TimeNs ns = kernel::time_never;  ///< UTC
    Source source = Source::none;
    bool late = false;     ///< told more than clock_tolerance_ns after it happened
    bool refused = false;  ///< the message gave a time that can not be
  };
  /// Time of a message, after settle: its payload time, mended where the clock was wrong; where that can not be, the
  /// log's; else the payload time that the station gave last.
  Instant instant_of(const Stamp& stamp, const LogReport& report) const;
  /// Time of a reading inside a message. Where the clock is lost, it lies as long before the log's time as before the
  /// message's stamp.
  TimeNs at_inner(const Stamp& stamp, TimeNs payload_ns, const LogReport& report) const;

 private:
  struct Stretch {
    std::uint64_t number = 0;  // of its first frame
    Place place;
    LogTime log;
    TimeNs least_ns = 0, least_log_ns = 0;  // raw: without the log's zone
    bool agreed = false;                    // by another message
    bool by_readings = false;               // the least is that of a message of readings
    TimeNs error_ns = 0;                    // settled: UTC = payload + error
  };
  bool has_jumped(const Stamp& stamp, TimeNs delay) const;
  TimeNs error_at(std::uint64_t number) const;

  std::vector<Stretch> stretches_;
  bool cut_ = true, synced_ = false;
  bool of_readings_ = false;
  TimeNs reading_step_ns_ = 0;
  std::uint64_t lost_ = 0;
  Stamp first_lost_;
};

}  // namespace evtwin::ocpp
