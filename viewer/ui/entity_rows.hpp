// Rows of the entity list, and their order. No ImGui.
#pragma once
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "viewer/model/heat.hpp"
#include "viewer/model/run.hpp"
#include "viewer/ui/stations.hpp"

namespace evtwin::viewer::ui {

struct EntityRow {
  enum class Kind : std::uint8_t { site, station, evse, storage, feeder, session, more };
  Kind kind = Kind::site;
  std::uint8_t depth = 0;
  std::uint32_t row = 0;  ///< of the run; station: of EntityRows::stations; more: how many are not listed
};

struct EntityQuery {
  std::uint32_t site = model::no_row;  ///< no_row: all
  std::string station;                 ///< empty: all
  std::string search;                  ///< in names of EVSEs, storages, feeders, sessions and vehicles; empty: all
  model::EvseOrder order = model::EvseOrder::file;
  std::set<std::string> closed;  ///< stations whose EVSEs are not listed
  bool operator==(const EntityQuery&) const = default;
};

struct EntityRows {
  std::vector<StationRow> stations;
  std::vector<EntityRow> rows;
  std::vector<std::uint32_t> evses;  ///< all that the query selects, also those of closed stations, in its order
};
/// Sites, then stations with their EVSEs, storages, feeders; a flat list where something is searched for or EVSEs are
/// ordered by what they did. At most `most_sessions` sessions.
EntityRows entity_rows(const model::Run& run, const EntityQuery& query);
inline constexpr std::size_t most_sessions = 200;

/// ASCII letters alike, everything else byte by byte. An empty needle is in everything.
bool contains_alike(std::string_view text, std::string_view needle);

/// Starts of the local days in which a vehicle was plugged in (at `station`; empty: anywhere), ascending.
std::vector<model::TimeNs> days_with_sessions(const model::Run& run, std::uint32_t site, std::string_view station);

}  // namespace evtwin::viewer::ui
