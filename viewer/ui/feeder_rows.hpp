// A site as a tree: what hangs on the grid connection, on each feeder, and so on down to the stations. No ImGui.
#pragma once
#include <cstdint>
#include <vector>

#include "viewer/ui/stations.hpp"

namespace evtwin::viewer::ui {

struct FeederRow {
  enum class Kind : std::uint8_t { connection, pv, load, storage, feeder, station };
  Kind kind = Kind::connection;
  std::uint32_t depth = 0;
  std::uint32_t parent = model::no_row;  ///< row of the result
  std::uint32_t row = 0;                 ///< connection, pv, load: the site; station: of `stations`
};

struct FeederTree {
  std::vector<FeederRow> rows;       ///< each after its parent, what hangs on it right below
  std::vector<StationRow> stations;  ///< a station whose EVSEs hang on two feeders is there twice
};
/// @param site no_row: all of them
FeederTree feeder_tree(const model::Run& run, std::uint32_t site);

/// Power, kW, of the tree's widest line: all that the EVSEs of the site can draw together; of all sites the largest's.
/// Never 0.
double full_power_kw(const model::Run& run, std::uint32_t site);

}  // namespace evtwin::viewer::ui
