#include "viewer/plot/time_plot.hpp"

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <sstream>

#include "screen.hpp"
#include "viewer/plot/columns.hpp"

namespace evtwin::viewer::plot {
namespace {

using kernel::day_ns;
using kernel::hour_ns;
using kernel::minute_ns;
using kernel::second_ns;
using model::Series;

Stroke stroke(ImU32 colour, bool dashed = false, double fill = 0.0) { return {colour, 2.0F, dashed, fill, true}; }

constexpr ImU32 red = IM_COL32(255, 1, 1, 255), blue = IM_COL32(1, 1, 255, 255), green = IM_COL32(1, 255, 1, 255);

/// Everything lies inside the rectangle, or is clipped to what does; glyphs have a pixel or two of margin of their own.
void expect_inside(ImVec2 min, ImVec2 max) {
  for (const Screen::Vertex& vertex : Screen::vertices()) {
    ASSERT_TRUE(std::isfinite(vertex.at.x) && std::isfinite(vertex.at.y));
    const bool clipped = vertex.clip.x >= min.x - 1 && vertex.clip.y >= min.y - 1 && vertex.clip.z <= max.x + 1 &&
                         vertex.clip.w <= max.y + 1;
    const bool inside =
        vertex.at.x >= min.x - 2 && vertex.at.y >= min.y - 2 && vertex.at.x <= max.x + 2 && vertex.at.y <= max.y + 2;
    ASSERT_TRUE(clipped || inside) << vertex.at.x << ' ' << vertex.at.y << " not in " << max.x << ' ' << max.y;
  }
}

std::string csv_of(Screen& screen, const std::function<void(TimePlot&)>& fill, std::size_t max_rows = 100000) {
  std::ostringstream out;
  screen.frame([&] {
    TimePlot plot("p", screen.canvas, {300, 200}, {"kW"});
    fill(plot);
    plot.write_csv(out, max_rows);
    plot.draw_plot();
  });
  return out.str();
}

class PlotInput : public ::testing::Test {
 protected:
  void draw() {
    reply = {};
    screen.frame([this] {
      TimePlot plot("p", screen.canvas, {600, 200}, {"kW"}, {"EUR"});
      plot.add_line("one", one, stroke(red));
      plot.add_line("two", two, stroke(blue), Side::right);
      reply = plot.draw_plot();
    });
  }
  void SetUp() override {
    screen.canvas.on_item = [this](const std::string& name, ImVec2 min, ImVec2 max) {
      items[name] = {(min.x + max.x) / 2, (min.y + max.y) / 2};
    };
    for (int i = 0; i < 3; ++i) draw();
  }
  ImVec2 place(double part, double height = 0.5) const {
    return {reply.min.x + static_cast<float>(part) * (reply.max.x - reply.min.x),
            reply.min.y + static_cast<float>(height) * (reply.max.y - reply.min.y)};
  }
  void move(ImVec2 at) {
    Screen::mouse(at);
    draw();
  }
  void press(int which = 0) {
    Screen::button(which, true);
    draw();
  }
  PlotReply release(int which = 0) {
    Screen::button(which, false);
    draw();
    const PlotReply last = reply;
    draw();
    return last;
  }
  bool drawn(ImU32 colour) const {
    const auto vertices = Screen::vertices();
    return std::any_of(vertices.begin(), vertices.end(), [&](const auto& vertex) {
      return vertex.colour == colour && vertex.at.y > reply.min.y;  // below the legend
    });
  }

  Screen screen;
  Series one = stairs({1, 5, 2, 8}, 6 * hour_ns), two = stairs({100, 300}, 12 * hour_ns);
  PlotReply reply;
  std::map<std::string, ImVec2> items;
};

TEST_F(PlotInput, AClickSeeksToTheInstantUnderTheMouse) {
  move(place(0.25));
  EXPECT_TRUE(reply.hovered);
  press();
  const PlotReply released = release();
  EXPECT_TRUE(released.clicked);
  EXPECT_NEAR(static_cast<double>(screen.time.cursor_ns() - test_day) / hour_ns, 6.0, 0.05);
  EXPECT_EQ(screen.time.cursor_ns(), released.time_ns);
}

TEST_F(PlotInput, TheWheelZoomsAndKeepsTheInstantUnderTheMouse) {
  move(place(0.75));
  const TimeNs before = reply.time_ns;
  Screen::wheel(2.0F);
  draw();
  Screen::wheel(0.0F);
  draw();
  EXPECT_NEAR(static_cast<double>(screen.time.to_ns() - screen.time.from_ns()), day_ns / 1.5625, 10.0);
  EXPECT_NEAR(static_cast<double>(reply.time_ns - before) / static_cast<double>(second_ns), 0.0, 1.0);
}

TEST_F(PlotInput, ADragPansAndDoesNotSeek) {
  screen.time.show_window(test_day + 6 * hour_ns, test_day + 12 * hour_ns);
  const TimeNs cursor = screen.time.cursor_ns();
  move(place(0.5));
  press();
  const TimeNs held = reply.time_ns;
  move(place(0.25));
  draw();  // the frame that moves the axis answers by where it was
  EXPECT_NEAR(static_cast<double>(reply.time_ns - held) / static_cast<double>(minute_ns), 0.0, 0.01);
  const PlotReply released = release();
  EXPECT_FALSE(released.clicked);
  EXPECT_EQ(screen.time.cursor_ns(), cursor);
  EXPECT_NEAR(static_cast<double>(screen.time.from_ns() - test_day) / hour_ns, 7.5, 0.02);
  EXPECT_EQ(screen.time.to_ns() - screen.time.from_ns(), 6 * hour_ns);
  EXPECT_EQ(screen.canvas.drag.plot, 0U);
}

TEST_F(PlotInput, AHandThatShakesALittleStillClicks) {
  move(place(0.5));
  press();
  Screen::mouse({place(0.5).x + 3.0F, place(0.5).y});
  draw();
  EXPECT_TRUE(release().clicked);
}

TEST_F(PlotInput, ARightDragZoomsToTheBoxAndARightClickAsksForAMenu) {
  move(place(0.25));
  press(1);
  move(place(0.5));
  EXPECT_FALSE(release(1).menu);
  EXPECT_NEAR(static_cast<double>(screen.time.from_ns() - test_day) / hour_ns, 6.0, 0.1);
  EXPECT_NEAR(static_cast<double>(screen.time.to_ns() - test_day) / hour_ns, 12.0, 0.1);
  press(1);
  EXPECT_TRUE(release(1).menu);
}

TEST_F(PlotInput, ADoubleClickShowsEverything) {
  screen.time.show_window(test_day + 6 * hour_ns, test_day + 12 * hour_ns);
  move(place(0.5));
  press();
  release();
  press();
  release();
  EXPECT_EQ(screen.time.from_ns(), test_day);
  EXPECT_EQ(screen.time.to_ns(), test_day + day_ns);
}

TEST_F(PlotInput, NothingHappensBelowAPopup) {
  move(place(0.25));
  const TimeNs cursor = screen.time.cursor_ns();
  const auto with_popup = [this] {
    screen.frame([this] {
      TimePlot plot("p", screen.canvas, {600, 200}, {"kW"});
      plot.add_line("one", one, stroke(red));
      reply = plot.draw_plot();
      ImGui::OpenPopup("popup");
      ImGui::SetNextWindowPos({0, 0});
      if (ImGui::BeginPopupModal("popup")) {
        ImGui::TextUnformatted("?");
        ImGui::EndPopup();
      }
    });
  };
  with_popup();
  with_popup();
  EXPECT_FALSE(reply.hovered);
  Screen::wheel(3.0F);
  Screen::button(0, true);
  with_popup();
  Screen::wheel(0.0F);
  Screen::button(0, false);
  with_popup();
  EXPECT_EQ(screen.time.cursor_ns(), cursor);
  EXPECT_EQ(screen.time.to_ns() - screen.time.from_ns(), day_ns);
}

TEST_F(PlotInput, AllPlotsLearnWhereTheMouseIs) {
  EXPECT_EQ(screen.canvas.hover_ns, -kernel::time_never);
  move(place(0.5));
  draw();
  EXPECT_EQ(screen.canvas.hover_ns, reply.time_ns);
  move({-100, -100});
  draw();
  EXPECT_EQ(screen.canvas.hover_ns, -kernel::time_never);
}

TEST_F(PlotInput, AClickInTheLegendHidesAndShows) {
  ASSERT_TRUE(items.contains("p.legend.one"));
  EXPECT_TRUE(drawn(red));
  move(items["p.legend.one"]);
  press();
  release();
  EXPECT_FALSE(drawn(red));
  EXPECT_TRUE(drawn(blue));
  press();
  release();
  EXPECT_TRUE(drawn(red));
  EXPECT_EQ(screen.time.cursor_ns(), test_day);
}

TEST_F(PlotInput, CtrlClickInTheLegendShowsOneAloneAndThenAllAgain) {
  ImGui::GetIO().KeyCtrl = true;
  move(items["p.legend.two"]);
  press();
  release();
  EXPECT_FALSE(drawn(red));
  EXPECT_TRUE(drawn(blue));
  press();
  release();
  EXPECT_TRUE(drawn(red));
  EXPECT_TRUE(drawn(blue));
}

TEST_F(PlotInput, PlotsOfAColumnHaveTheSameMarginsAfterAFrame) {
  const Series wide = stairs({1e6, 9e6}, 12 * hour_ns);
  PlotReply first, second;
  screen.frames([&] {
    TimePlot small("a", screen.canvas, {600, 100}, {"kW"});
    small.add_line("one", one, stroke(red));
    first = small.draw_plot();
    TimePlot big("b", screen.canvas, {600, 100}, {"KRW"});
    big.add_line("wide", wide, stroke(red));
    second = big.draw_plot();
  });
  EXPECT_EQ(first.min.x, second.min.x);
  EXPECT_EQ(first.max.x, second.max.x);
}

TEST(TimePlot, StackedAreasAddUpToTheTotal) {
  Screen screen;
  // Changes within a pixel column, too.
  std::vector<double> a, b, total;
  for (int i = 0; i < 2000; ++i) {
    a.push_back(i % 7);
    b.push_back(i % 11 == 0 ? model::none : i % 5);
    total.push_back(i % 7 + (i % 11 == 0 ? 0 : i % 5));
  }
  const TimeNs step = day_ns / 2000;
  const Series one = stairs(a, step), two = stairs(b, step), all = stairs(total, step);
  PlotReply reply;
  screen.frames([&] {
    TimePlot plot("p", screen.canvas, {400, 300}, {"kW", true, false, 0.0, 12.0});
    plot.add_stack("one", one, red);
    plot.add_stack("two", two, blue);
    reply = plot.draw_plot();
  });
  const TimeScale time{screen.time.from_ns(), screen.time.to_ns(), reply.min.x,
                       static_cast<std::size_t>(reply.max.x - reply.min.x)};
  const Columns columns = columns_of(all, time);
  const double height = static_cast<double>(reply.max.y - reply.min.y);
  // Of each column, the top of the upper area's rectangle that covers its middle.
  const std::vector<Screen::Vertex> vertices = Screen::vertices();
  std::size_t seen = 0;
  for (std::size_t i = 0; i + 5 < vertices.size();) {
    if (vertices[i].colour != blue || vertices[i].at.y < reply.min.y) {
      ++i;
      continue;
    }
    const ImVec2 min = vertices[i].at, max = vertices[i + 2].at;
    i += 6;
    for (std::size_t c = 0; c < columns.size(); ++c) {
      const float middle = (columns.left_edge(time, c) + columns.right_edge(time, c)) / 2.0F;
      if (middle < min.x || middle >= max.x) continue;
      const double mean = columns.extents[c].integral_h / columns.length_h();
      EXPECT_NEAR(static_cast<double>(min.y), static_cast<double>(reply.max.y) - mean / 12.0 * height, 0.01) << c;
      ++seen;
    }
  }
  EXPECT_GT(seen, 250U);
}

TEST(TimePlot, ADifferenceIsShadedByItsSign) {
  Screen screen;
  const Series a = stairs({5, 5}, 12 * hour_ns), b = stairs({8, 1}, 12 * hour_ns);
  PlotReply reply;
  screen.frames([&] {
    TimePlot plot("p", screen.canvas, {400, 300}, {"kW"});
    plot.add_difference("b - a", a, b);
    reply = plot.draw_plot();
  });
  const float middle = (reply.min.x + reply.max.x) / 2;
  std::size_t above = 0, below = 0;
  for (const Screen::Vertex& vertex : Screen::vertices()) {
    if (vertex.at.y <= reply.min.y) continue;
    if (vertex.colour == with_alpha(diverging_colour(1.0), 0.45)) {
      EXPECT_LE(vertex.at.x, middle + 1);
      ++above;
    }
    if (vertex.colour == with_alpha(diverging_colour(-1.0), 0.45)) {
      EXPECT_GE(vertex.at.x, middle - 1);
      ++below;
    }
  }
  EXPECT_GT(above, 0U);
  EXPECT_GT(below, 0U);
}

TEST(TimePlot, NothingIsDrawnOutsideHoweverSmallOrOddItIs) {
  const Series empty, gaps = stairs({model::none, model::none}, hour_ns), huge = stairs({1e300, -1e300, 3}, hour_ns),
                      fine = stairs({1, 2, 3}, hour_ns);
  const std::vector<const Series*> all{&empty, &gaps, &huge, &fine};
  for (const ImVec2 size :
       {ImVec2(1, 1), ImVec2(4, 200), ImVec2(200, 4), ImVec2(30, 30), ImVec2(90, 60), ImVec2(900, 300)}) {
    for (const bool log : {false, true}) {
      for (const float scale : {1.0F, 2.0F}) {
        Screen screen;
        screen.canvas.style = dark_style(scale);
        screen.time.marker_a = test_day + hour_ns;
        screen.time.marker_b = test_day + 23 * hour_ns;
        screen.frames([&] {
          ImGui::SetCursorScreenPos({0, 0});
          Axis axis{"kW", !log, log};
          TimePlot plot("p", screen.canvas, size, axis, {"KRW"});
          plot.set_title("A title that is far too long for a small plot, and more");
          for (const Series* series : all) {
            plot.add_line("a line with a long name " + std::to_string(series->size()), *series, stroke(red, true, 0.2));
            plot.add_stack("stack " + std::to_string(series->size()), *series, blue);
          }
          plot.add_line("right", fine, stroke(green), Side::right);
          plot.add_level("limit", 1e300, stroke(green, true));
          plot.add_level("none", model::none, stroke(green, true));
          plot.add_spans("bands", {{-kernel::time_never, kernel::time_never, green, "all the time"}});
          plot.add_marks("marks", {{test_day + hour_ns, model::none, Shape::diamond, red, "x"}});
          plot.draw_plot();
        });
        expect_inside({0, 0}, size);
      }
    }
  }
}

RC_GTEST_PROP(TimePlotProperty, AnyWindowOfAnySeriesIsDrawnInside, ()) {
  static Screen screen;
  screen.time = {};
  screen.time.set_bounds(test_day, test_day + *rc::gen::inRange<TimeNs>(hour_ns, 30 * 365 * day_ns));
  const TimeNs length = screen.time.end_ns() - test_day;
  screen.time.show_window(test_day + *rc::gen::inRange<TimeNs>(0, length),
                          test_day + *rc::gen::inRange<TimeNs>(0, length));
  Series series;
  TimeNs t = test_day;
  const std::size_t size = *rc::gen::inRange<std::size_t>(0, 300);
  for (std::size_t i = 0; i < size; ++i) {
    const int kind = *rc::gen::inRange(0, 8);
    const double value =
        kind == 0 ? model::none
                  : static_cast<double>(*rc::gen::inRange(-100, 100)) * std::pow(10.0, *rc::gen::inRange(-3, 6));
    series.add_piece({t, value, kind == 1 ? 50.0 : 0.0, kind == 1 ? -3.0 : 0.0});
    t += 1 + *rc::gen::inRange<TimeNs>(0, length / 100);
  }
  series.finish_at(t);
  const ImVec2 outer{static_cast<float>(*rc::gen::inRange(1, 900)), static_cast<float>(*rc::gen::inRange(1, 300))};
  const bool dashed = *rc::gen::arbitrary<bool>(), right = *rc::gen::arbitrary<bool>();
  screen.frames(
      [&] {
        ImGui::SetCursorScreenPos({0, 0});
        TimePlot plot("p", screen.canvas, outer, {"kW"}, {"KRW"});
        plot.set_title("Power");
        plot.add_line("line", series, stroke(red, dashed, 0.3), right ? Side::right : Side::left);
        plot.draw_plot();
      },
      2);
  expect_inside({0, 0}, outer);
}

TEST(PlotCsv, HasARowPerChangeWithUnitsInTheHead) {
  Screen screen;
  const Series load = stairs({1, 2.5}, 12 * hour_ns), pv = stairs({model::none, 7, 8}, 8 * hour_ns);
  EXPECT_EQ(csv_of(screen,
                   [&](TimePlot& plot) {
                     plot.add_line("Load, all", load, stroke(red));
                     plot.add_line("=PV", pv, stroke(blue));
                     plot.add_level("Limit", 50.0, stroke(green));
                   }),
            "time,\"Load, all [kW]\",'=PV [kW],Limit [kW]\n"
            "2026-03-14T00:00:00+00:00,1,,50\n"
            "2026-03-14T08:00:00+00:00,1,7,50\n"
            "2026-03-14T12:00:00+00:00,2.5,7,50\n"
            "2026-03-14T16:00:00+00:00,2.5,8,50\n");
}

TEST(PlotCsv, HasTheVisibleRangeAndTheVisibleSeriesOnly) {
  Screen screen;
  screen.time.show_window(test_day + 10 * hour_ns, test_day + 14 * hour_ns);
  screen.canvas.hidden["p"] = {"two"};
  const Series one = stairs({1, 2}, 12 * hour_ns);
  EXPECT_EQ(csv_of(screen,
                   [&](TimePlot& plot) {
                     plot.add_line("one", one, stroke(red));
                     plot.add_line("two", one, stroke(blue));
                   }),
            "time,one [kW]\n2026-03-14T10:00:00+00:00,1\n2026-03-14T12:00:00+00:00,2\n");
}

TEST(PlotCsv, HasMeanMinAndMaxPerPixelColumnWhereChangesAreTooMany) {
  Screen screen;
  std::vector<double> values;
  for (int i = 0; i < 14400; ++i) values.push_back(i % 2 == 0 ? 1.0 : 3.0);
  const Series fine = stairs(values, 6 * second_ns);
  const std::string text = csv_of(
      screen, [&](TimePlot& plot) { plot.add_line("x", fine, stroke(red)); }, 1000);
  std::istringstream lines(text);
  std::string line;
  std::getline(lines, line);
  EXPECT_EQ(line, "time,x mean [kW],x min [kW],x max [kW]");
  int rows = 0;
  while (std::getline(lines, line)) {
    EXPECT_TRUE(line.ends_with(",1,3")) << line;
    ++rows;
  }
  EXPECT_GT(rows, 100);
  EXPECT_LE(rows, 300);
}

TEST(PlotCsv, SamplesATaperBetweenItsEnds) {
  Screen screen;
  Series taper;
  taper.add_piece({test_day, 10.0, -10.0, -1.0});
  taper.finish_at(test_day + day_ns);
  const std::string text = csv_of(screen, [&](TimePlot& plot) { plot.add_line("x", taper, stroke(red)); });
  EXPECT_GT(std::count(text.begin(), text.end(), '\n'), 100);
}

}  // namespace
}  // namespace evtwin::viewer::plot
