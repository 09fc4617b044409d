// Transactions and twin sessions made by hand, for tests whose figures are worked out on paper.
#pragma once
#include <string>
#include <vector>

#include "ocpp/site_log.hpp"
#include "replay/replayed_session.hpp"
#include "replay/scores.hpp"

namespace evtwin::replay::test {

using kernel::minute_ns;
using kernel::second_ns;
using kernel::TimeNs;

inline constexpr TimeNs t0 = 1'748'822'400 * second_ns;  // 2025-06-02T00:00Z

/// Complete, on EVSE "A-1"; its energy is stop - start of the register.
inline ocpp::Transaction transaction(TimeNs from, TimeNs to, double start_kwh, double stop_kwh) {
  ocpp::Transaction made;
  made.station = "A";
  made.evse = 1;
  made.id = "1";
  made.start_seen = made.stop_seen = true;
  made.start_ns = made.plugged_in_ns = from;
  made.stop_ns = made.plugged_out_ns = to;
  made.meter_start_kwh = start_kwh;
  made.meter_stop_kwh = stop_kwh;
  made.energy_kwh = stop_kwh - start_kwh;
  return made;
}

inline void add_reading(ocpp::Transaction& made, TimeNs at, double register_kwh, double power_kw = kernel::unknown) {
  ocpp::Sample sample;
  sample.time_ns = at;
  sample.register_kwh = register_kwh;
  sample.power_kw = power_kw;
  made.samples.push_back(sample);
}

/// Constant powers, one after the other from `from` on, each for `step`; readings of register (and power) at every
/// edge.
inline ocpp::Transaction metered_at(TimeNs from, TimeNs step, const std::vector<double>& kw, bool with_power) {
  const double hours = kernel::hours_between(0, step);
  double sum = 0.0;
  for (const double power : kw) sum += power * hours;
  const TimeNs to = from + step * static_cast<TimeNs>(kw.size());
  ocpp::Transaction made = transaction(from, to, 100.0, 100.0 + sum);
  double counted = 100.0;
  for (std::size_t i = 0; i <= kw.size(); ++i) {
    add_reading(made, from + step * static_cast<TimeNs>(i), counted,
                with_power ? kw[std::min(i, kw.size() - 1)] : kernel::unknown);
    if (i < kw.size()) counted += kw[i] * hours;
  }
  return made;
}

inline twin::PowerSegment segment(TimeNs from, TimeNs to, double kw) {
  twin::PowerSegment made;
  made.start_ns = from;
  made.end_ns = to;
  made.kw = kw;
  made.energy_kwh = kw * kernel::hours_between(from, to);
  return made;
}

/// The twin's session of a transaction, at these powers.
inline ReplayedSession twin_of(std::size_t index, const ocpp::Transaction& logged,
                               std::vector<twin::PowerSegment> power) {
  ReplayedSession made;
  made.transaction = index;
  made.id = logged.id;
  made.evse = logged.station + "-" + std::to_string(logged.evse);
  made.plugged_in_ns = logged.plugged_in_ns;
  made.departed_ns = logged.plugged_out_ns;
  for (const auto& piece : power) made.got_kwh += piece.energy_kwh;
  made.power = std::move(power);
  return made;
}

/// What sessions held out say where all of them were foretold to a percent.
inline HeldOut foretold_well() {
  HeldOut made;
  made.fitted = 21;
  made.judged = 9;
  made.from_ns = t0;
  made.tested_share = 1.0;
  for (std::size_t line = 0; line < power_lines.size(); ++line) made.figure_of(Way::foretold, line) = {0.01, 9};
  return made;
}

}  // namespace evtwin::replay::test
