// What plots look like, pixel by pixel: drawn by the CPU, compared with pictures that somebody looked at.
#include "viewer/support/golden.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "screen.hpp"
#include "viewer/plot/heat_map.hpp"
#include "viewer/shell_headless/rasteriser.hpp"
#include "viewer/ui/fonts.hpp"

namespace evtwin::viewer::plot {
namespace {

using kernel::day_ns;
using kernel::hour_ns;
using kernel::minute_ns;
using model::Series;

class PlotGolden : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!viewer::testing::has_golden_font())
      GTEST_SKIP() << "the pictures were drawn with another NanumGothic.ttf, or none";
    fonts_.need_characters("전력차이충전기");
    fonts_.need_characters(axis_characters());
    screen.time.set_bounds(test_day, test_day + 2 * day_ns);
    screen.time.seek_time(test_day + 20 * hour_ns);
    screen.canvas.textures = &raster;
    look(false, 1.0F);
  }
  void look(bool dark, float scale) {
    fonts_.update_atlas(scale);
    raster.upload_fonts();
    screen.canvas.style = dark ? dark_style(scale) : light_style(scale);
    screen.canvas.small = fonts_.small;
  }
  Stroke stroke(Category category, bool dashed = false, double fill = 0.0) const {
    return {colour_of(screen.canvas.style, category), 1.5F * screen.canvas.style.scale, dashed, fill, true};
  }
  void expect(const std::string& name, const std::function<void()>& draw) {
    screen.frames(draw);
    const ImU32 behind = screen.canvas.style.dark ? IM_COL32(32, 35, 40, 255) : IM_COL32(245, 246, 248, 255);
    viewer::testing::expect_golden(raster.draw_image(*ImGui::GetDrawData(), behind), name);
  }
  /// A value for each step of the two days. No sine: its last digit is the library's.
  static Series made(TimeNs step, double base, double height, std::uint64_t seed) {
    std::vector<double> values;
    for (TimeNs t = 0; t < 2 * day_ns; t += step) {
      const double hour = static_cast<double>(t % day_ns) / static_cast<double>(hour_ns);
      const double hill = std::max(0.0, 1.0 - (hour - 13.0) * (hour - 13.0) / 49.0);
      seed = seed * 6364136223846793005U + 1442695040888963407U;
      values.push_back(base + height * hill + height * 0.25 * static_cast<double>(seed >> 56) / 256.0);
    }
    return stairs(values, step);
  }

  Screen screen{{480, 240}};
  shell::Rasteriser raster;
  const ImVec2 whole{480, 240};

 private:
  ui::Fonts fonts_;
};

TEST_F(PlotGolden, PowerWithTariffLimitMarkersAndADenseSeries) {
  const Series grid = made(15 * minute_ns, 20, 60, 1), load = made(kernel::second_ns, 8, 20, 2);
  const Series limit = stairs({100, 80}, day_ns), gap = stairs({30, model::none, 50, 20}, 12 * hour_ns);
  screen.time.marker_a = test_day + 8 * hour_ns;
  screen.time.marker_b = test_day + 44 * hour_ns;
  expect("plot_power", [&] {
    TimePlot plot("p", screen.canvas, whole, {"kW"});
    plot.set_title("Power");
    plot.add_spans("Tariff", {{test_day + 10 * hour_ns, test_day + 17 * hour_ns,
                               with_alpha(colour_of(screen.canvas.style, Category::orange), 0.15), "peak"}});
    plot.add_line("Grid", grid, stroke(Category::blue));
    plot.add_line("Load", load, stroke(Category::purple));
    plot.add_line("Vehicles", gap, stroke(Category::sky_blue, false, 0.2));
    plot.add_line("Contract", limit, stroke(Category::vermillion, true));
    plot.add_marks("Arrivals", {{test_day + 30 * hour_ns, model::none, Shape::triangle,
                                 colour_of(screen.canvas.style, Category::green), "A-1"}});
    plot.draw_plot();
  });
}

TEST_F(PlotGolden, StackedAreasAndASecondAxisInTheDarkAndInKorean) {
  look(true, 1.0F);
  screen.canvas.words = Words::korean;
  const Series one = made(hour_ns, 5, 20, 3), two = made(30 * minute_ns, 2, 10, 4),
               cost = stairs({1e5, 3e5, 6e5, 9e5}, 12 * hour_ns);
  expect("plot_stack", [&] {
    TimePlot plot("p", screen.canvas, whole, {"kW"}, {"KRW"});
    plot.set_title("전력");
    plot.add_stack("충전기 A-1", one, colour_of(screen.canvas.style, Category::blue));
    plot.add_stack("충전기 A-2", two, colour_of(screen.canvas.style, Category::orange));
    plot.add_line("B", cost, stroke(Category::green, true), Side::right);
    plot.draw_plot();
  });
}

TEST_F(PlotGolden, ADifferenceAndALogarithmicAxisAtTwiceTheSize) {
  look(false, 2.0F);
  const Series a = made(hour_ns, 30, 10, 5), b = made(hour_ns, 20, 30, 6),
               wide = stairs({0.5, 20, 700, 3}, 12 * hour_ns);
  expect("plot_difference", [&] {
    TimePlot difference("d", screen.canvas, {480, 116}, {"kW"});
    difference.set_title("B - A");
    difference.add_difference("Grid", a, b);
    difference.draw_plot();
    TimePlot log("l", screen.canvas, {480, 116}, {"kW", false, true});
    log.set_title("Log");
    log.add_line("wide", wide, stroke(Category::blue));
    log.draw_plot();
  });
}

TEST_F(PlotGolden, HeatMapAndGanttChart) {
  auto run = std::make_shared<model::Run>();
  run->start_ns = test_day;
  run->end_ns = run->known_until_ns = test_day + 2 * day_ns;
  HeatSource source;
  std::vector<std::string> names;
  std::vector<Bar> bars;
  for (std::uint32_t row = 0; row < 6; ++row) {
    model::Evse evse;
    evse.name = "A-" + std::to_string(row + 1);
    evse.max_kw = 11.0;
    evse.kw = made(hour_ns, row, 8, row + 10);
    for (TimeNs day = 0; day < 2; ++day) {
      model::Session session;
      session.evse = row;
      session.plugged_in_ns = session.arrived_ns = test_day + day * day_ns + (6 + row) * hour_ns;
      session.departed_ns = session.plugged_in_ns + 9 * hour_ns;
      const ImU32 blue = colour_of(screen.canvas.style, Category::blue);
      bars.push_back({row, session.plugged_in_ns, session.departed_ns, with_alpha(blue, 0.25), 1.0, false, 1});
      bars.push_back({row, session.plugged_in_ns, session.departed_ns, blue, 1.0, true, 1});
      bars.push_back({row, session.plugged_in_ns + hour_ns, session.departed_ns - hour_ns, blue, 0.6, false, 1});
      evse.sessions.push_back(static_cast<std::uint32_t>(run->sessions.size()));
      run->sessions.push_back(session);
    }
    names.push_back(evse.name);
    source.evses.push_back(row);
    run->evses.push_back(std::move(evse));
  }
  source.run = run;
  std::stable_sort(bars.begin(), bars.end(), [](const Bar& a, const Bar& b) {
    return std::pair(a.row, a.from_ns) < std::pair(b.row, b.from_ns);
  });
  HeatMap heat(raster);
  expect("plot_heat_gantt", [&] {
    heat.draw_map("h", screen.canvas, {480, 116}, source, 2, true);
    draw_gantt("g", screen.canvas, {480, 116}, names, bars, 1);
  });
}

}  // namespace
}  // namespace evtwin::viewer::plot
