// Troubles of real sites, put into a log on purpose: readers can be tried where the truth is known.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "market/calendar.hpp"
#include "replay/recorded_run.hpp"

namespace evtwin::replay {

struct LogFaults {
  /// Messages of transactions come after the connection is back, with the times at which they happened; all others are
  /// lost, and so are commands to the station.
  struct Offline {
    std::string station;
    TimeNs from_ns = 0, to_ns = 0;
  };
  /// Its payloads carry times that are wrong by this much, from the first message to the last.
  struct Clock {
    std::string station;
    TimeNs error_ns = 0;
  };
  /// Somebody holds a card before the reader that the CSMS does not accept, and leaves a minute later.
  struct Refused {
    std::string evse;  ///< of the run: "A-1"; free for that minute
    TimeNs time_ns = 0;
    std::string id_tag;
  };
  std::vector<Offline> offline;
  std::vector<Clock> clocks;
  std::vector<Refused> refused;
  std::vector<std::string> lost_stops;  ///< names of sessions whose end is in no message

  bool any() const { return !offline.empty() || !clocks.empty() || !refused.empty() || !lost_stops.empty(); }
};

/// Reads "offline=STATION,FROM,TO", "clock=STATION,SECONDS", "lost-stop=SESSION", "refused=EVSE,TIME,TAG"; times are
/// local ones of the run. Stations, sessions and EVSEs must be those of the run.
/// @throws std::invalid_argument naming the text and what would be right.
LogFaults log_faults(std::span<const std::string> texts, const RecordedRun& run);

}  // namespace evtwin::replay
