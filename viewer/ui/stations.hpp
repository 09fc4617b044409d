// EVSEs by their stations. No ImGui.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "viewer/model/run.hpp"

namespace evtwin::viewer::ui {

/// EVSEs whose names begin alike ("A-1", "A-2"): a station.
struct StationRow {
  std::string name;
  std::uint32_t site = 0;
  std::vector<std::uint32_t> evses;  ///< rows of the run
  bool used = false;                 ///< a session was there
  /// One EVSE that is the station: needs no node of its own.
  bool is_single(const model::Run& run) const { return evses.size() == 1 && run.evses[evses.front()].name == name; }
};
/// In the order in which their first EVSE comes in `order`.
std::vector<StationRow> stations_of(const model::Run& run, const std::vector<std::uint32_t>& order);

}  // namespace evtwin::viewer::ui
