#include "ocpp/station_clock.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>

#include "market/calendar.hpp"
#include "ocpp/payload_time.hpp"

namespace evtwin::ocpp {
namespace {

// Messages that agree: within 10 s, and not of one burst.
constexpr TimeNs agree_ns = 10 * kernel::second_ns;
constexpr TimeNs burst_ns = 30 * kernel::second_ns;
constexpr TimeNs longest_stretch_ns = kernel::hour_ns;
static_assert(agree_ns < burst_ns && burst_ns < clock_tolerance_ns && clock_tolerance_ns < longest_stretch_ns);
// OCPP over WebSockets is of 2013; what shows 1970 or 2000 was never set.
constexpr TimeNs first_charger_ns = 14'610 * kernel::day_ns;  // 2010-01-01
static_assert(std::chrono::sys_days(std::chrono::year(2010) / 1 / 1).time_since_epoch() == std::chrono::days(14'610));
static_assert(first_charger_ns > earliest_usable_ns && first_charger_ns < latest_usable_ns);
// A log without a zone is at most this far from UTC.
constexpr TimeNs widest_zone_ns = 14 * kernel::hour_ns;

TimeNs distance(TimeNs a, TimeNs b) { return a > b ? a - b : b - a; }

std::string duration_text(TimeNs ns) {
  const TimeNs s = (ns + kernel::second_ns / 2) / kernel::second_ns;
  if (s < 7200) return fmt::format("{} s", s);
  if (s < 2 * 86400) return fmt::format("{:.1f} h", static_cast<double>(s) / 3600.0);
  return fmt::format("{:.1f} days", static_cast<double>(s) / 86400.0);
}

// Clocks set to local time are wrong by whole quarters of an hour; latency is taken off then.
TimeNs rounded_error(TimeNs least_ns) {
  constexpr TimeNs quarter = 15 * kernel::minute_ns;
  const TimeNs whole = (least_ns >= 0 ? least_ns + quarter / 2 : least_ns - quarter / 2) / quarter * quarter;
  return whole != 0 && distance(whole, least_ns) <= 5 * kernel::second_ns ? whole : least_ns;
}

bool is_zone_offset(TimeNs late_ns) {
  return late_ns <= widest_zone_ns + clock_tolerance_ns && rounded_error(late_ns) % (15 * kernel::minute_ns) == 0;
}

}  // namespace

void StationClock::observe_stamp(const Stamp& stamp) {
  if (stamp.payload_ns == kernel::time_never) return;
  if (!stamp.log.is_known()) {
    if (stamp.payload_ns < first_charger_ns && lost_++ == 0) first_lost_ = stamp;
    return;
  }

  const TimeNs delay = stamp.log.ns - stamp.payload_ns;
  // More than any zone of the log explains: the clock was never set, or the log is of another year.
  if (distance(delay, 0) > clock_lost_ns + widest_zone_ns) {
    if (lost_++ == 0) first_lost_ = stamp;
    return;
  }

  // The least delay of a stretch is the clock's error: a message can be late, not early.
  if (!cut_ && !stretches_.empty() && !has_jumped(stamp, delay)) {
    Stretch& last = stretches_.back();
    const bool agrees = distance(delay, last.least_ns) <= agree_ns;
    if (agrees && distance(stamp.log.ns, last.least_log_ns) >= burst_ns) last.agreed = true;
    if (delay < last.least_ns) {
      if (!agrees) last.agreed = false;
      last.least_ns = delay;
      last.least_log_ns = stamp.log.ns;
      last.by_readings = of_readings_;
    }
    return;
  }

  cut_ = false;
  stretches_.push_back({stamp.number, stamp.place, stamp.log, delay, stamp.log.ns, false, of_readings_, 0});
}

// A delay far below the least so far: the clock went forward, or what came before was late. Back at the level before
// that: it was set back.
bool StationClock::has_jumped(const Stamp& stamp, TimeNs delay) const {
  const Stretch& last = stretches_.back();
  if (last.place.file != stamp.place.file || distance(stamp.log.ns, last.log.ns) >= longest_stretch_ns) return true;
  if (delay < last.least_ns - clock_tolerance_ns) return true;
  return stretches_.size() > 1 && delay > last.least_ns + clock_tolerance_ns &&
         distance(delay, stretches_[stretches_.size() - 2].least_ns) <= agree_ns;
}

void StationClock::settle_stretches(const LogReport& report, std::string_view station, FlagList& flags) {
  for (Stretch& s : stretches_) s.least_ns += utc_of(report, s.place, s.log, s.number) - s.log.ns;
  // Rounding is no error of the clock.
  for (Stretch& s : stretches_)
    if (reading_step_ns_ > 0 && s.by_readings && distance(s.least_ns, 0) <= reading_step_ns_ + clock_tolerance_ns)
      s.least_ns = 0;

  // Decided: right, ahead (no message can be early), or late by what another message or stretch confirms.
  const auto decided = [&](std::size_t i) {
    const Stretch& s = stretches_[i];
    if (s.least_ns <= clock_tolerance_ns || s.agreed) return true;
    const auto like = [&](const Stretch& other) {
      return distance(other.least_ns, s.least_ns) <= agree_ns && distance(other.log.ns, s.log.ns) >= burst_ns;
    };
    return (i > 0 && like(stretches_[i - 1])) || (i + 1 < stretches_.size() && like(stretches_[i + 1]));
  };

  std::vector<std::optional<TimeNs>> error(stretches_.size());
  for (std::size_t i = 0; i < stretches_.size(); ++i) {
    if (!decided(i)) continue;
    const TimeNs least = stretches_[i].least_ns;
    error[i] = distance(least, 0) <= clock_tolerance_ns ? 0 : rounded_error(least);
  }

  // The others take their neighbour's error where it leaves a delay and not a message before its time.
  std::vector<std::optional<TimeNs>> next(stretches_.size());
  for (std::size_t i = stretches_.size(); i-- > 0;)
    next[i] = error[i] ? error[i] : i + 1 < stretches_.size() ? next[i + 1] : std::nullopt;
  std::optional<TimeNs> previous;

  // Nothing is decided where a log holds no more of a station than its queue: each message is late by another delay.
  // Its times stand as told; an offset of a zone, from a clock that nobody set, is the one error that shows in a single
  // message.
  const bool queue_alone = next.empty() || !next.front();
  const bool zone_alone =
      queue_alone && !synced_ && stretches_.size() == 1 && is_zone_offset(stretches_.front().least_ns);

  for (std::size_t i = 0; i < stretches_.size(); ++i) {
    Stretch& s = stretches_[i];
    const auto fits = [&](const std::optional<TimeNs>& e) { return e && s.least_ns >= *e - clock_tolerance_ns; };
    if (error[i]) {
      s.error_ns = *error[i];
    } else {
      s.error_ns = fits(previous)  ? *previous
                   : fits(next[i]) ? *next[i]
                   : !queue_alone  ? s.least_ns
                   : zone_alone    ? rounded_error(s.least_ns)
                                   : 0;
    }
    if (error[i]) previous = error[i];

    const TimeNs before = i > 0 ? stretches_[i - 1].error_ns : 0;
    if (distance(s.error_ns, before) > agree_ns && s.error_ns != 0 && flags.would_keep("clock_off")) {
      flags.add_flag("clock_off", station,
                     fmt::format("the clock of {} is {} {} the log's: its times are shifted", quoted_text(station),
                                 duration_text(distance(s.error_ns, 0)), s.error_ns > 0 ? "behind" : "ahead of"),
                     s.place);
    }
  }

  if (lost_ > 0) {
    const market::Calendar utc;
    flags.add_flag(
        "clock_lost", station,
        fmt::format("the clock of {} shows {} in {} message{}, {}", quoted_text(station),
                    utc.format_iso(first_lost_.payload_ns), lost_, lost_ == 1 ? "" : "s",
                    first_lost_.log.is_known() ? "more than 30 days from the log's: the log's clock is used"
                                               : "and the log has no clock: only distances in time are true"),
        first_lost_.place);
  }
}

TimeNs StationClock::error_at(std::uint64_t number) const {
  const auto after = std::upper_bound(stretches_.begin(), stretches_.end(), number,
                                      [](std::uint64_t n, const Stretch& s) { return n < s.number; });
  if (after != stretches_.begin()) return std::prev(after)->error_ns;
  return after != stretches_.end() ? after->error_ns : 0;
}

StationClock::Instant StationClock::instant_of(const Stamp& stamp, const LogReport& report) const {
  const TimeNs error = error_at(stamp.number);
  const TimeNs log_ns =
      stamp.log.is_known() ? utc_of(report, stamp.place, stamp.log, stamp.number) : kernel::time_never;
  if (stamp.payload_ns == kernel::time_never) {
    if (log_ns != kernel::time_never) return {log_ns, Source::log, false};
    if (stamp.near_ns != kernel::time_never) return {stamp.near_ns + error, Source::neighbour, false};
    return {};
  }
  const TimeNs mended = stamp.payload_ns + error;
  const Source source = error == 0 ? Source::payload : Source::mended;
  if (log_ns == kernel::time_never) return {mended, source, false};
  const TimeNs late = log_ns - mended;
  if (late < -clock_tolerance_ns || late > clock_lost_ns) return {log_ns, Source::log, false, true};
  return {mended, source, late > clock_tolerance_ns};
}

TimeNs StationClock::at_inner(const Stamp& stamp, TimeNs payload_ns, const LogReport& report) const {
  const Instant outer = instant_of(stamp, report);
  if (payload_ns == kernel::time_never) return outer.ns;
  if (outer.source != Source::log || stamp.payload_ns == kernel::time_never) {
    Stamp inner = stamp;
    inner.payload_ns = payload_ns;
    return instant_of(inner, report).ns;
  }
  const TimeNs before = stamp.payload_ns - payload_ns;
  return before >= 0 && before <= 7 * kernel::day_ns ? outer.ns - before : outer.ns;
}

}  // namespace evtwin::ocpp
