#include "replay/log_faults.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace evtwin::replay {
namespace {

constexpr const char* forms =
    "offline=STATION,FROM,TO, clock=STATION,SECONDS, lost-stop=SESSION or refused=EVSE,TIME,TAG";

std::vector<std::string> parts_of(const std::string& text) {
  std::vector<std::string> parts;
  std::size_t from = 0;
  while (true) {
    const std::size_t comma = std::min(text.find(',', from), text.size());
    parts.push_back(text.substr(from, comma - from));
    if (comma == text.size()) return parts;
    from = comma + 1;
  }
}

TimeNs seconds_of(const std::string& text) {
  int seconds = 0;
  const auto [rest, wrong] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (wrong != std::errc() || rest != text.data() + text.size())
    throw std::invalid_argument(fmt::format("'{}' is no whole number of seconds", text));
  return TimeNs{seconds} * kernel::second_ns;
}

bool is_free(const RecordedRun& run, std::size_t evse, TimeNs from, TimeNs to) {
  return std::none_of(run.sessions.begin(), run.sessions.end(), [&](const RecordedSession& s) {
    return s.evse == evse && s.plugged_in_ns <= to && s.departed_ns >= from;
  });
}

void add_fault(LogFaults& faults, const std::string& kind, const std::string& rest, const RecordedRun& run) {
  const market::Calendar calendar(run.timezone);
  const std::vector<std::string> parts = parts_of(rest);
  const auto station = [&] {
    if (std::find(run.stations.begin(), run.stations.end(), parts[0]) == run.stations.end())
      throw std::invalid_argument(fmt::format("the run has no station '{}'", parts[0]));
    return parts[0];
  };

  if (kind == "offline" && parts.size() == 3) {
    const LogFaults::Offline offline{station(), market::parse_instant(parts[1], calendar),
                                     market::parse_instant(parts[2], calendar)};
    if (offline.from_ns >= offline.to_ns) throw std::invalid_argument("it must end after it begins");
    for (const LogFaults::Offline& other : faults.offline) {
      if (other.station == offline.station && other.from_ns <= offline.to_ns && offline.from_ns <= other.to_ns)
        throw std::invalid_argument("the station is offline twice at that time");
    }
    faults.offline.push_back(offline);
  } else if (kind == "clock" && parts.size() == 2) {
    faults.clocks.push_back({station(), seconds_of(parts[1])});
  } else if (kind == "lost-stop" && !rest.empty()) {
    // A session that is open at the run's end has no stop to lose.
    const bool is_there = std::any_of(run.sessions.begin(), run.sessions.end(),
                                      [&](const RecordedSession& s) { return s.name == rest && !s.open; });
    if (!is_there) throw std::invalid_argument(fmt::format("the run has no session '{}' that ended", rest));
    faults.lost_stops.push_back(rest);
  } else if (kind == "refused" && parts.size() == 3 && !parts[2].empty() && parts[2].size() <= 20) {
    const auto evse =
        std::find_if(run.evses.begin(), run.evses.end(), [&](const RecordedEvse& e) { return e.name == parts[0]; });
    if (evse == run.evses.end()) throw std::invalid_argument(fmt::format("the run has no EVSE '{}'", parts[0]));
    const LogFaults::Refused refused{parts[0], market::parse_instant(parts[1], calendar), parts[2]};
    // The refused car stands on the EVSE for a minute.
    if (!is_free(run, static_cast<std::size_t>(evse - run.evses.begin()), refused.time_ns,
                 refused.time_ns + kernel::minute_ns))
      throw std::invalid_argument("a car is plugged in there at that time");
    faults.refused.push_back(refused);
  } else {
    throw std::invalid_argument(fmt::format("write {}", forms));
  }
}

}  // namespace

LogFaults log_faults(std::span<const std::string> texts, const RecordedRun& run) {
  LogFaults faults;
  for (const std::string& text : texts) {
    const std::size_t equals = std::min(text.find('='), text.size());
    try {
      add_fault(faults, text.substr(0, equals), equals < text.size() ? text.substr(equals + 1) : "", run);
    } catch (const std::exception& wrong) {
      throw std::invalid_argument(fmt::format("--fault {}: {}", text, wrong.what()));
    }
  }
  std::sort(faults.refused.begin(), faults.refused.end(),
            [](const auto& a, const auto& b) { return a.time_ns < b.time_ns; });
  return faults;
}

}  // namespace evtwin::replay
