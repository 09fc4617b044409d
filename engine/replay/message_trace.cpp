#include "replay/message_trace.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>
#include <vector>

#include "kernel/csv_cell.hpp"
#include "market/calendar.hpp"
#include "replay/ocpi_writer.hpp"
#include "replay/session_meter.hpp"

namespace evtwin::replay {
namespace {

constexpr double most_leg_s = 86'400.0;

/// What a charger says, and what the roaming side makes of it (OCPI 2.2.1: push of Locations, Sessions and CDRs).
struct TracedMessage {
  const char* ocpp;
  const char* ocpi;
};
constexpr TracedMessage plugged{"StatusNotification(Preparing)", "PATCH locations/evse"};
constexpr TracedMessage authorized{"Authorize", "POST tokens/authorize"};
constexpr TracedMessage started{"StartTransaction", "PUT sessions"};
constexpr TracedMessage metered{"MeterValues", "PATCH sessions"};
constexpr TracedMessage stopped{"StopTransaction", "POST cdrs"};
constexpr TracedMessage unplugged{"StatusNotification(Available)", "PATCH locations/evse"};

class TraceWriter {
 public:
  TraceWriter(const RecordedRun& run, const TraceOptions& options, const std::function<void(std::string_view)>& sink)
      : run_(run), options_(options), sink_(sink), calendar_(run.timezone), ids_(session_ids(run, options.anonymise)) {
    for (const double leg_s : options.leg_s) {
      legs_ns_.push_back(static_cast<TimeNs>(std::llround(leg_s * 1e9)));
      summary_.way_s += leg_s;
    }
  }

  TraceSummary write() {
    sink_("session,evse,message,carried_as,from,to,sent,received,kwh\n");
    for (std::size_t i = 0; i < run_.sessions.size(); ++i) trace_session(i);
    return summary_;
  }

 private:
  void trace_session(std::size_t i) {
    const RecordedSession& s = run_.sessions[i];
    MeterRegister counter;
    SessionMeter meter(s, run_.evses[s.evse], counter);
    const auto tell = [&](const TracedMessage& message, TimeNs t) {
      tell_message(i, message, t, counter.import_wh / 1e3);
    };
    tell(plugged, s.plugged_in_ns);
    tell(authorized, s.plugged_in_ns);
    tell(started, s.plugged_in_ns);
    const TimeNs step_ns = std::max<TimeNs>(1, std::llround(options_.sample_s * 1e9));
    for (TimeNs t = s.plugged_in_ns + step_ns; t < s.departed_ns; t += step_ns) {
      meter.move_to(t);
      tell(metered, t);
    }
    if (s.open) return;  // it has no stop yet
    meter.move_to(s.departed_ns);
    tell(stopped, s.departed_ns);
    tell(unplugged, s.departed_ns);
  }

  void tell_message(std::size_t i, const TracedMessage& message, TimeNs t, double kwh) {
    ++summary_.messages;
    const std::string head = kernel::csv_cell(ids_[i]) + "," +
                             kernel::csv_cell(run_.evses[run_.sessions[i].evse].name) + "," + message.ocpp + ",";
    for (std::size_t leg = 0; leg < legs_ns_.size(); ++leg) {
      // The words of OCPI begin where its server has it.
      const char* words = leg + 1 < legs_ns_.size() ? message.ocpp : message.ocpi;
      const TimeNs there = t + legs_ns_[leg];
      sink_(fmt::format("{}{},{},{},{},{},{:.4f}\n", head, words, trace_actors[leg], trace_actors[leg + 1],
                        time_text(t), time_text(there), kwh));
      t = there;
      ++summary_.rows;
    }
  }

  /// To the millisecond: "2026-06-01T08:00:00.350+09:00".
  std::string time_text(TimeNs t) const {
    const TimeNs ms = (t / 1'000'000) % 1000;
    std::string text = calendar_.format_iso(t / kernel::second_ns * kernel::second_ns);
    const std::size_t seconds_end = std::min(text.size(), std::size_t{19});
    return text.insert(seconds_end, fmt::format(".{:03}", ms));
  }

  const RecordedRun& run_;
  const TraceOptions& options_;
  const std::function<void(std::string_view)>& sink_;
  market::Calendar calendar_;
  std::vector<std::string> ids_;
  std::vector<TimeNs> legs_ns_;
  TraceSummary summary_;
};

}  // namespace

std::array<double, trace_actors.size() - 1> trace_legs(const std::string& text) {
  std::array<double, trace_actors.size() - 1> legs{};
  std::size_t at = 0;
  bool sound = true;
  for (double& leg_s : legs) {
    if (at > text.size()) sound = false;  // too few
    if (!sound) break;
    const std::size_t end = std::min(text.find(',', at), text.size());
    std::size_t read = 0;
    try {
      leg_s = std::stod(text.substr(at, end - at), &read);
    } catch (const std::logic_error&) {
      sound = false;
    }
    sound = sound && read == end - at && leg_s >= 0.0 && leg_s <= most_leg_s;
    at = end + 1;
  }
  if (!sound || at != text.size() + 1)
    throw std::invalid_argument(
        "four numbers of seconds, 0 to 86400, are due: charger to CSMS, to CPMS DB, to OCPI, to eMSP app, as in "
        "0.3,0.05,0.5,1");
  return legs;
}

TraceSummary write_message_trace(const RecordedRun& run, const TraceOptions& options,
                                 const std::function<void(std::string_view)>& sink) {
  return TraceWriter(run, options, sink).write();
}

}  // namespace evtwin::replay
