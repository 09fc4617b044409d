#include "viewer/ui/stations.hpp"

#include <unordered_map>

namespace evtwin::viewer::ui {

std::vector<StationRow> stations_of(const model::Run& run, const std::vector<std::uint32_t>& order) {
  std::vector<StationRow> stations;
  std::unordered_map<std::string, std::size_t> known;  // "site station"
  for (const std::uint32_t row : order) {
    const model::Evse& evse = run.evses[row];
    const auto [it, is_new] = known.try_emplace(std::to_string(evse.site) + " " + evse.station, stations.size());
    if (is_new) stations.push_back({evse.station, evse.site, {}, false});
    StationRow& station = stations[it->second];
    station.evses.push_back(row);
    station.used = station.used || !evse.sessions.empty();
  }
  return stations;
}

}  // namespace evtwin::viewer::ui
