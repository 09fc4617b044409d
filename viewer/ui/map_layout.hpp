// Where stations and their EVSEs stand on the map: boxes of cells, as large as the room allows. No ImGui.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

namespace evtwin::viewer::ui {

/// Detail that a cell has room for.
enum class CellDetail : std::uint8_t {
  mark,    ///< the shape of its state
  short_,  ///< shape, number, SoC
  full,    ///< shape, name, vehicle, SoC, kW
};

struct MapGroup {
  std::uint32_t cells = 0;
  bool headed = true;  ///< its name stands above its cells
};

struct MapBox {
  float x = 0.0F, y = 0.0F, width = 0.0F, height = 0.0F;
  std::uint32_t columns = 1;
};

struct MapLayout {
  CellDetail detail = CellDetail::full;
  float cell_width = 0.0F, cell_height = 0.0F, header = 0.0F, padding = 0.0F;
  float height = 0.0F;        ///< of everything; more than the room: to be scrolled
  std::vector<MapBox> boxes;  ///< [groups]

  struct Rect {
    float x = 0.0F, y = 0.0F;
  };
  /// Upper left corner of a cell.
  Rect cell_rect(std::size_t group, std::uint32_t index, bool headed) const;
};

/// The most detailed layout that fits into width x height; the least detailed and smallest where none does.
/// @param em  height of a line of text: everything is in proportion to it
MapLayout map_layout(std::span<const MapGroup> groups, float width, float height, float em);

}  // namespace evtwin::viewer::ui
