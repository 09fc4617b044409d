// A log of each room's work for those who ask for it: each room has a level of its own, and a line goes to stderr or to
// the end of a file, whole whatever other threads and processes write. Nobody's results depend on it.
//
// The settings are the environment's, so that plugins, which have a copy of this code of their own, and children go by
// them too:
//   EVTWIN_LOG       "debug", "control=debug,optimise=info", "warning,control=trace"; unset or empty: nothing
//   EVTWIN_LOG_FILE  lines go to the end of this file instead of stderr
//   EVTWIN_LOG_START nanoseconds of the steady clock from which lines count; set by start_log
#pragma once
#include <fmt/core.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "kernel/static_checks.hpp"

namespace evtwin::kernel {

enum class LogLevel : std::uint8_t {
  off,
  error,    ///< a plugin failed
  warning,  ///< something was left out, retried or given up
  info,     ///< a file, a run, a bound
  debug,    ///< a decision, a solve, a batch
  trace,    ///< an event
};
inline constexpr std::array<std::string_view, 6> log_level_names{"off", "error", "warning", "info", "debug", "trace"};
static_assert(names_each<LogLevel>(log_level_names));

/// Rooms of the engine that have something to tell.
enum class LogRoom : std::uint8_t {
  lua,
  scenario,
  sessions,
  ocpp,
  replay,
  control,
  twin,
  optimise,
  record,
  analysis,
  audit,
};
inline constexpr std::array<std::string_view, 11> log_room_names{
    "lua", "scenario", "sessions", "ocpp", "replay", "control", "twin", "optimise", "record", "analysis", "audit"};
static_assert(names_each<LogRoom>(log_room_names));

using LogLevels = std::array<LogLevel, log_room_names.size()>;

/// LEVEL for all rooms, ROOM=LEVEL for one, several with commas, in any order and in capitals or not.
/// @throws std::invalid_argument  one line: which word is not known, what there is, what was probably meant
LogLevels parse_log_levels(std::string_view text);

/// Sets levels and file of this process and of all that it starts; time counts from now. Before any other thread.
/// @param file  absolute; empty: stderr. @throws std::invalid_argument, as parse_log_levels
void start_log(const std::string& levels, const std::string& file);

namespace log_parts {

inline constexpr std::uint8_t unread = 255;
static_assert(unread >= log_level_names.size(), "no level has this number");
/// The level that a room is told at, `unread` until the first question.
struct Most {
  std::atomic<std::uint8_t> level{unread};
};
extern std::array<Most, log_room_names.size()> most_told;
/// Reads EVTWIN_LOG. A text that is wrong is told on stderr, and nothing else.
bool read_and_ask(LogRoom room, LogLevel level) noexcept;
/// Text with control characters is made printable, and cut where it is long.
void write(LogRoom room, LogLevel level, fmt::string_view text, fmt::format_args values) noexcept;

}  // namespace log_parts

/// Whether a line would be written: one relaxed load. Ask first where the values of a line have to be made.
inline bool logs_at(LogRoom room, LogLevel level) noexcept {
  const std::uint8_t most = log_parts::most_told[static_cast<std::size_t>(room)].level.load(std::memory_order_relaxed);
  if (static_cast<std::uint8_t>(level) > most) [[likely]]
    return false;
  return most != log_parts::unread || log_parts::read_and_ask(room, level);
}

/// Writes "   12.345 info    control  TEXT": milliseconds since the start, level, room, text.
template <class... Values>
void log_line(LogRoom room, LogLevel level, fmt::format_string<Values...> text, Values&&... values) noexcept {
  if (logs_at(room, level)) log_parts::write(room, level, text, fmt::make_format_args(values...));
}

/// How long something took, for a line about it.
class Stopwatch {
 public:
  double elapsed_ms() const { return std::chrono::duration<double, std::milli>(Clock::now() - begun_).count(); }

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point begun_ = Clock::now();
};

}  // namespace evtwin::kernel
