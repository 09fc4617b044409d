#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>

#include "screen.hpp"
#include "viewer/plot/heat_map.hpp"

namespace evtwin::viewer::plot {
namespace {

using kernel::day_ns;
using kernel::hour_ns;
using kernel::second_ns;

constexpr ImU32 gantt_red = IM_COL32(255, 1, 1, 255), gantt_blue = IM_COL32(1, 1, 255, 255),
                gantt_green = IM_COL32(1, 255, 1, 255);

struct Box {
  float left = 1e9F, right = -1e9F, top = 1e9F, bottom = -1e9F;
  std::size_t vertices = 0;
};
Box box_of(ImU32 colour) {
  Box box;
  for (const Screen::Vertex& vertex : Screen::vertices()) {
    if (vertex.colour != colour) continue;
    box.left = std::min(box.left, vertex.at.x);
    box.right = std::max(box.right, vertex.at.x);
    box.top = std::min(box.top, vertex.at.y);
    box.bottom = std::max(box.bottom, vertex.at.y);
    ++box.vertices;
  }
  return box;
}

class Gantt : public ::testing::Test {
 protected:
  void draw(int count = 1) {
    screen.frames([this] { reply = draw_gantt("g", screen.canvas, size, names, bars, selected); }, count);
  }
  float x_of(TimeNs t) const {
    const double part = static_cast<double>(t - screen.time.from_ns()) /
                        static_cast<double>(screen.time.to_ns() - screen.time.from_ns());
    return reply.min.x + static_cast<float>(part) * (reply.max.x - reply.min.x);
  }

  Screen screen;
  ImVec2 size{600, 200};
  std::vector<std::string> names{"A-1", "A-2", "A-3"};
  std::vector<Bar> bars;
  std::uint32_t selected = model::no_row;
  GanttReply reply;
};

TEST_F(Gantt, ABarReachesFromItsStartToItsEndOnItsRow) {
  bars = {{0, test_day + 6 * hour_ns, test_day + 12 * hour_ns, gantt_red, 1.0, false, 7},
          {2, test_day + 3 * hour_ns, test_day + 4 * hour_ns, gantt_blue, 0.5, false, 8}};
  draw(3);
  const Box first = box_of(gantt_red), third = box_of(gantt_blue);
  EXPECT_NEAR(first.left, x_of(test_day + 6 * hour_ns), 0.01F);
  EXPECT_NEAR(first.right, x_of(test_day + 12 * hour_ns), 0.01F);
  EXPECT_NEAR((third.bottom - third.top) * 2.0F, first.bottom - first.top, 0.01F);
  EXPECT_GT(third.top, first.bottom);
  EXPECT_NEAR(third.bottom - first.bottom, 2.0F * 28.0F, 0.01F);
}

TEST_F(Gantt, TheBarUnderTheMouseIsHandedBackTheLastOneOnTop) {
  bars = {{1, test_day, test_day + 12 * hour_ns, gantt_red, 1.0, false, 7},
          {1, test_day + 6 * hour_ns, test_day + 8 * hour_ns, gantt_blue, 1.0, false, 8},
          {1, test_day + 7 * hour_ns, test_day + 8 * hour_ns, gantt_blue, 1.0, true, model::no_row}};
  draw(3);
  const auto at = [&](TimeNs t, float row) {
    Screen::mouse({x_of(t), reply.min.y + 28.0F * row});
    draw(2);
    return std::pair(reply.row, reply.id);
  };
  EXPECT_EQ(at(test_day + 2 * hour_ns, 1.5F), std::pair(1U, 7U));
  EXPECT_EQ(at(test_day + 7 * hour_ns + second_ns, 1.5F), std::pair(1U, 8U));
  EXPECT_EQ(at(test_day + 20 * hour_ns, 1.5F), std::pair(1U, model::no_row));
  EXPECT_EQ(at(test_day + 2 * hour_ns, 2.5F), std::pair(2U, model::no_row));
  EXPECT_EQ(at(test_day + 2 * hour_ns, 4.5F), std::pair(model::no_row, model::no_row));
}

TEST_F(Gantt, BarsOfLessThanAPixelMergeIntoOne) {
  for (int i = 0; i < 100000; ++i) {
    const TimeNs from = test_day + i * day_ns / 100000;
    bars.push_back({0, from, from + day_ns / 200000, gantt_red, 1.0, false, static_cast<std::uint32_t>(i)});
  }
  draw(3);
  EXPECT_LE(box_of(gantt_red).vertices, 6U * 620U);
  EXPECT_GE(box_of(gantt_red).vertices, 6U * 400U);
}

TEST_F(Gantt, AHollowBarIsAnOutline) {
  bars = {{0, test_day + 6 * hour_ns, test_day + 12 * hour_ns, gantt_green, 1.0, true, 1}};
  draw(3);
  EXPECT_EQ(box_of(gantt_green).vertices, 4U * 6U);
}

TEST_F(Gantt, RowsThatHaveNoRoomAreScrolledToWhenSelected) {
  names.clear();
  for (int i = 0; i < 100; ++i) names.push_back("A-" + std::to_string(i));
  bars = {{0, test_day, test_day + day_ns, gantt_red, 1.0, false, 1},
          {90, test_day, test_day + day_ns, gantt_blue, 1.0, false, 2}};
  draw(3);
  EXPECT_GT(box_of(gantt_red).vertices, 0U);
  EXPECT_EQ(box_of(gantt_blue).vertices, 0U);
  selected = 90;
  draw(3);
  EXPECT_EQ(box_of(gantt_red).vertices, 0U);
  EXPECT_GT(box_of(gantt_blue).vertices, 0U);
}

TEST_F(Gantt, ShiftAndWheelScrollAndDoNotZoom) {
  names.assign(100, "A");
  bars = {{0, test_day, test_day + day_ns, gantt_red, 1.0, false, 1}};
  draw(3);
  Screen::mouse({(reply.min.x + reply.max.x) / 2, (reply.min.y + reply.max.y) / 2});
  draw(2);
  ImGui::GetIO().KeyShift = true;
  Screen::wheel(-2.0F);
  draw();
  Screen::wheel(0.0F);
  draw();
  EXPECT_EQ(box_of(gantt_red).vertices, 0U);
  EXPECT_EQ(screen.time.to_ns() - screen.time.from_ns(), day_ns);
}

TEST_F(Gantt, NoRowsAreNoTrouble) {
  names.clear();
  draw(3);
  EXPECT_EQ(reply.row, model::no_row);
}

RC_GTEST_PROP(GanttProperty, AnyBarsInAnyWindowStayInsideTheirFrame, ()) {
  static Screen screen;
  screen.time = {};
  screen.time.set_bounds(test_day, test_day + 10 * day_ns);
  screen.time.show_window(test_day + *rc::gen::inRange<TimeNs>(0, 10 * day_ns),
                          test_day + *rc::gen::inRange<TimeNs>(0, 10 * day_ns));
  const auto rows = *rc::gen::inRange<std::uint32_t>(1, 40);
  std::vector<std::string> names(rows, "a long name of an EVSE that must be cut");
  std::vector<Bar> bars(*rc::gen::inRange<std::size_t>(0, 200));
  for (Bar& bar : bars) {
    bar.row = *rc::gen::inRange<std::uint32_t>(0, rows);
    bar.from_ns = test_day + *rc::gen::inRange<TimeNs>(-day_ns, 11 * day_ns);
    bar.to_ns = *rc::gen::inRange(0, 5) == 0 ? kernel::time_never : bar.from_ns + *rc::gen::inRange<TimeNs>(0, day_ns);
    bar.colour = gantt_red;
    bar.height = *rc::gen::element(0.0, 0.5, 1.0, 7.0);
    bar.hollow = *rc::gen::arbitrary<bool>();
  }
  std::stable_sort(bars.begin(), bars.end(), [](const Bar& a, const Bar& b) {
    return std::pair(a.row, a.from_ns) < std::pair(b.row, b.from_ns);
  });
  const ImVec2 size{static_cast<float>(*rc::gen::inRange(1, 800)), static_cast<float>(*rc::gen::inRange(1, 280))};
  screen.frames(
      [&] {
        ImGui::SetCursorScreenPos({0, 0});
        draw_gantt("g", screen.canvas, size, names, bars, 3);
      },
      2);
  for (const Screen::Vertex& vertex : Screen::vertices()) {
    RC_ASSERT(std::isfinite(vertex.at.x) && std::isfinite(vertex.at.y));
    const bool clipped = vertex.clip.z <= size.x + 1 && vertex.clip.w <= size.y + 1;
    RC_ASSERT(clipped ||
              (vertex.at.x <= size.x + 2 && vertex.at.y <= size.y + 2 && vertex.at.x >= -2 && vertex.at.y >= -2));
  }
}

}  // namespace
}  // namespace evtwin::viewer::plot
