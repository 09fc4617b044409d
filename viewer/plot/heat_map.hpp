// Rows x time as colours, and rows x time as bars.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "viewer/model/heat.hpp"
#include "viewer/plot/time_plot.hpp"

namespace evtwin::viewer::plot {

/// Contents of a heat-map.
struct HeatSource {
  model::RunPtr run;
  model::RunPtr minus;   ///< not null: run - minus, diverging colours (rows by the EVSE's name)
  model::RunPtr beside;  ///< not null: a run in a picture of its own beside this one; both have one scale
  model::HeatMetric metric = model::HeatMetric::power_kw;
  std::vector<std::uint32_t> evses;  ///< rows, from the top
  std::string label{};               ///< above the map: whose it is; empty: there is only one
};

struct HeatReply : PlotReply {
  bool filling = false;                ///< not all is computed yet: another frame should follow
  std::uint32_t evse = model::no_row;  ///< under the mouse
  double value = model::none;
};

/// Keeps its pictures between frames: panning and zooming reuse tiles, and at most a few milliseconds a frame go into
/// new ones (a coarser picture stands there until then).
class HeatMap {
 public:
  explicit HeatMap(Textures& textures);
  ~HeatMap();
  HeatMap(const HeatMap&) = delete;
  HeatMap& operator=(const HeatMap&) = delete;

  /// @param complete everything is computed now, however long it takes: for pictures and tests
  HeatReply draw_map(const std::string& id, Canvas& canvas, ImVec2 size, const HeatSource& source,
                     std::uint32_t selected_evse, bool complete);
  /// The visible range: EVSE, time, value.
  void write_csv(std::ostream& out, const Canvas& canvas, const HeatSource& source) const;

 private:
  struct Cache;
  std::unique_ptr<Cache> cache_;
};

/// A bar of a Gantt chart. Rows count from the top.
struct Bar {
  std::uint32_t row = 0;
  TimeNs from_ns = 0, to_ns = 0;
  ImU32 colour = 0;
  double height = 1.0;               ///< of the row, 0..1, from its bottom
  bool hollow = false;               ///< outline only
  std::uint32_t id = model::no_row;  ///< handed back when hovered or clicked
};
struct GanttReply : PlotReply {
  std::uint32_t id = model::no_row;
  std::uint32_t row = model::no_row;
};
/// Only what is visible is drawn; bars of less than a pixel merge into one; later bars of a row lie over earlier ones.
/// Rows that have no room are scrolled to: by the bar at the right, shift and wheel, or by being selected. A frame
/// costs what the bars of the visible rows cost.
/// @param rows names, as many as there are rows
/// @param bars sorted by row, then from_ns
GanttReply draw_gantt(const std::string& id, Canvas& canvas, ImVec2 size, std::span<const std::string> rows,
                      std::span<const Bar> bars, std::uint32_t selected_row);

}  // namespace evtwin::viewer::plot
