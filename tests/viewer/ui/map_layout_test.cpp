#include "viewer/ui/map_layout.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

namespace evtwin::viewer::ui {
namespace {

struct Corner {
  float left, top, right, bottom;
};

std::vector<Corner> cells_of(const MapLayout& layout, const std::vector<MapGroup>& groups) {
  std::vector<Corner> cells;
  for (std::size_t g = 0; g < groups.size(); ++g) {
    for (std::uint32_t i = 0; i < groups[g].cells; ++i) {
      const MapLayout::Rect at = layout.cell_rect(g, i, groups[g].headed);
      cells.push_back({at.x, at.y, at.x + layout.cell_width, at.y + layout.cell_height});
    }
  }
  return cells;
}

bool overlap(float a_from, float a_to, float b_from, float b_to) {
  constexpr float rounding = 0.01F;  // pixels
  return a_from < b_to - rounding && b_from < a_to - rounding;
}

RC_GTEST_PROP(MapLayout, BoxesAndCellsStandBesideEachOtherWithinTheWidth, ()) {
  const auto sizes = *rc::gen::nonEmpty(rc::gen::container<std::vector<int>>(rc::gen::inRange(1, 40)));
  const auto width = static_cast<float>(*rc::gen::inRange(180, 1400));
  const auto height = static_cast<float>(*rc::gen::inRange(40, 900));
  std::vector<MapGroup> groups;
  for (const int size : sizes) groups.push_back({static_cast<std::uint32_t>(size), size > 1});
  const MapLayout layout = map_layout(groups, width, height, 15.0F);

  for (std::size_t a = 0; a < groups.size(); ++a) {
    const MapBox& one = layout.boxes[a];
    RC_ASSERT(one.x >= 0.0F && one.x + one.width <= width + 0.01F);
    RC_ASSERT(one.y + one.height <= layout.height + 0.01F);
    for (std::size_t b = a + 1; b < groups.size(); ++b) {
      const MapBox& other = layout.boxes[b];
      RC_ASSERT(!(overlap(one.x, one.x + one.width, other.x, other.x + other.width) &&
                  overlap(one.y, one.y + one.height, other.y, other.y + other.height)));
    }
    for (std::uint32_t i = 0; i < groups[a].cells; ++i) {
      const MapLayout::Rect at = layout.cell_rect(a, i, groups[a].headed);
      RC_ASSERT(at.x >= one.x && at.x + layout.cell_width <= one.x + one.width + 0.01F);
      RC_ASSERT(at.y >= one.y && at.y + layout.cell_height <= one.y + one.height + 0.01F);
    }
  }
}

TEST(MapLayout, OneEvseIsShownInFull) {
  const std::vector<MapGroup> groups{{1, false}};
  const MapLayout layout = map_layout(groups, 230.0F, 150.0F, 15.0F);
  EXPECT_EQ(layout.detail, CellDetail::full);
  EXPECT_LE(layout.height, 150.0F);
}

TEST(MapLayout, AThousandEvsesFitAsMarks) {
  const std::vector<MapGroup> groups(50, MapGroup{20, true});
  const MapLayout layout = map_layout(groups, 640.0F, 400.0F, 15.0F);
  EXPECT_EQ(layout.detail, CellDetail::mark);
  EXPECT_LE(layout.height, 400.0F);
  EXPECT_EQ(cells_of(layout, groups).size(), 1000U);
}

TEST(MapLayout, LessRoomNeverShowsMore) {
  const std::vector<MapGroup> groups(6, MapGroup{4, true});
  auto last = CellDetail::mark;
  for (float height = 60.0F; height <= 1000.0F; height += 10.0F) {
    const CellDetail detail = map_layout(groups, 400.0F, height, 15.0F).detail;
    EXPECT_GE(detail, last) << height;
    last = detail;
  }
  EXPECT_EQ(last, CellDetail::full);
}

TEST(MapLayout, WhatFitsNowhereIsScrolled) {
  const std::vector<MapGroup> groups(1000, MapGroup{1, false});
  const MapLayout layout = map_layout(groups, 200.0F, 50.0F, 15.0F);
  EXPECT_EQ(layout.detail, CellDetail::mark);
  EXPECT_GT(layout.height, 50.0F);
}

}  // namespace
}  // namespace evtwin::viewer::ui
