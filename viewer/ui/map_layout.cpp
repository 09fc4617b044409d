#include "viewer/ui/map_layout.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace evtwin::viewer::ui {
namespace {

/// Fills the boxes line by line. @param shape width to height that a box should have. @returns layout.height
float pack(MapLayout& layout, std::span<const MapGroup> groups, float width, float least_width, float shape) {
  const float gap = layout.padding;
  const float room = std::max(1.0F, width - layout.padding * 2.0F);
  const auto most_columns =
      static_cast<std::uint32_t>(std::max(1.0F, std::floor(room / std::max(1.0F, layout.cell_width))));
  layout.boxes.resize(groups.size());

  float x = 0.0F, y = 0.0F, line = 0.0F;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const MapGroup& group = groups[i];
    MapBox& box = layout.boxes[i];
    // c columns of n cells have width / height = c^2 x cell_width / (n x cell_height), which is to be `shape`.
    const float square = static_cast<float>(group.cells) * shape * layout.cell_height / layout.cell_width;
    const float under_header = group.headed ? std::floor(std::min(least_width, room) / layout.cell_width) : 1.0F;
    const float columns = std::max({std::ceil(std::sqrt(square)), under_header, 1.0F});
    box.columns = std::min({static_cast<std::uint32_t>(columns), most_columns, std::max(group.cells, 1U)});
    const std::uint32_t rows = (group.cells + box.columns - 1) / box.columns;
    const float needed = static_cast<float>(box.columns) * layout.cell_width;
    box.width = std::max(needed, group.headed ? std::min(least_width, room) : 0.0F) + layout.padding * 2.0F;
    box.height =
        (group.headed ? layout.header : 0.0F) + static_cast<float>(rows) * layout.cell_height + layout.padding * 2.0F;

    if (x > 0.0F && x + box.width > width) {
      x = 0.0F;
      y += line + gap;
      line = 0.0F;
    }

    box.x = x;
    box.y = y;
    x += box.width + gap;
    line = std::max(line, box.height);
  }
  layout.height = y + line;
  return layout.height;
}

}  // namespace

MapLayout::Rect MapLayout::cell_rect(std::size_t group, std::uint32_t index, bool headed) const {
  const MapBox& box = boxes[group];
  const std::uint32_t row = index / box.columns;
  const std::uint32_t column = index % box.columns;
  return {box.x + padding + static_cast<float>(column) * cell_width,
          box.y + padding + (headed ? header : 0.0F) + static_cast<float>(row) * cell_height};
}

MapLayout map_layout(std::span<const MapGroup> groups, float width, float height, float em) {
  MapLayout layout;
  const auto fits = [&](CellDetail detail, float cell_width, float cell_height, float padding) {
    layout.detail = detail;
    layout.cell_width = cell_width * em;
    layout.cell_height = cell_height * em;
    layout.padding = padding * em;
    layout.header = detail == CellDetail::mark ? em * 1.1F : em * 1.2F;
    constexpr std::array<float, 4> shapes{1.8F, 4.0F, 20.0F, 0.5F};
    return std::any_of(shapes.begin(), shapes.end(),
                       [&](float shape) { return pack(layout, groups, width, em * 4.5F, shape) <= height; });
  };
  if (fits(CellDetail::full, 7.2F, 3.7F, 0.25F)) return layout;
  if (fits(CellDetail::short_, 3.0F, 2.1F, 0.2F)) return layout;
  for (float size = 1.6F; size > 0.55F; size -= 0.1F) {
    if (fits(CellDetail::mark, size, size, 0.15F)) return layout;
  }
  pack(layout, groups, width, em * 4.5F, 1.8F);
  return layout;
}

}  // namespace evtwin::viewer::ui
