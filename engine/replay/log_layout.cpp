#include "replay/log_layout.hpp"

#include <fmt/format.h>

#include "kernel/csv_cell.hpp"
#include "kernel/hash.hpp"
#include "market/calendar.hpp"

namespace evtwin::replay {
namespace {

struct ClockReading {
  market::LocalDate date;
  int hour, minute, second, millisecond;
};

ClockReading reading_of(TimeNs t) {
  const TimeNs in_day = ((t % kernel::day_ns) + kernel::day_ns) % kernel::day_ns;
  const auto part = [&](TimeNs unit, int range) { return static_cast<int>(in_day / unit % range); };
  return {market::date_of_days((t - in_day) / kernel::day_ns), part(kernel::hour_ns, 24), part(kernel::minute_ns, 60),
          part(kernel::second_ns, 60), part(kernel::millisecond_ns, 1000)};
}

// As Java's and Python's loggers have it: "2026-06-01 08:00:00,123".
std::string comma_time(TimeNs t) {
  const ClockReading c = reading_of(t);
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02},{:03}", c.date.year, c.date.month, c.date.day, c.hour,
                     c.minute, c.second, c.millisecond);
}

// SteVe names the WebSocket session by a UUID; ours follows from the station.
std::string uuid_of(std::string_view station) {
  const std::uint64_t high = kernel::digest64(station), low = kernel::mix_bits(high);
  return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", high >> 32, high >> 16 & 0xffff, high & 0xffff, low >> 48,
                     low & 0xffffffffffff);
}

}  // namespace

std::string utc_text(TimeNs t) {
  const ClockReading c = reading_of(t);
  const std::string seconds = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", c.date.year, c.date.month, c.date.day,
                                          c.hour, c.minute, c.second);
  return c.millisecond == 0 ? seconds + "Z" : fmt::format("{}.{:03}Z", seconds, c.millisecond);
}

std::string log_line(LogLayout layout, const LogLineFacts& facts, std::string_view frame) {
  switch (layout) {
    case LogLayout::python:
      return fmt::format("{} - ocpp - INFO - {}: {} {}", comma_time(facts.time_ns + facts.clock_offset_ns),
                         facts.station, facts.from_station ? "receive message" : "send", frame);
    case LogLayout::steve:
      return fmt::format(
          "[INFO ] {} de.rwth.idsg.steve.ocpp.ws.WebSocketLogger (main) - [chargeBoxId={}, sessionId={}] {}: {}",
          comma_time(facts.time_ns + facts.clock_offset_ns), facts.station, uuid_of(facts.station),
          facts.from_station ? "Received" : "Sending", frame);
    case LogLayout::frames:
      return std::string(frame);
    case LogLayout::csv:
      return fmt::format("{},{},{},{}", utc_text(facts.time_ns), facts.station, facts.action, kernel::csv_cell(frame));
  }
  return {};
}

std::string log_head(LogLayout layout, std::string_view made_by) {
  return fmt::format("# {}\n{}", made_by, layout == LogLayout::csv ? "timestamp,id,action,msg\n" : "");
}

}  // namespace evtwin::replay
