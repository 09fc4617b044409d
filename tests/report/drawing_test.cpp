// What is drawn is what was recorded: energies in cells, bands that keep every extreme, values that can be read back.
#include "report/drawing.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <regex>

#include "replay/score_table.hpp"
#include "report/axis.hpp"
#include "report/certificate.hpp"
#include "report/figure.hpp"
#include "report/table.hpp"
#include "report/tables_of_run.hpp"

namespace evtwin::report::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

Grid hour_cells(std::size_t rows, std::size_t columns) {
  Grid grid;
  grid.bucket_s = 3600;
  grid.span_s = static_cast<std::int64_t>(columns) * 3600;
  grid.columns = columns;
  grid.kwh.assign(rows * columns, 0.0);
  return grid;
}

// 6 kW from 00:30 to 02:15: 3, 6 and 1.5 kWh.
TEST(Cells, ShareTheEnergyOfAConstantPower) {
  Grid grid = hour_cells(2, 4);
  add_energy(grid, 1, 1800, 8100, 6.0, 0.0);
  EXPECT_DOUBLE_EQ(grid.kwh[4], 3.0);
  EXPECT_DOUBLE_EQ(grid.kwh[5], 6.0);
  EXPECT_DOUBLE_EQ(grid.kwh[6], 1.5);
  EXPECT_DOUBLE_EQ(grid.kwh[7], 0.0);
  EXPECT_DOUBLE_EQ(grid.kwh[0], 0.0);
}

// A taper of 8 kW that halves every hour: 8 / ln 2 x (1 - 1/2) = 5.7708 kWh in the first hour, half of it in the next.
TEST(Cells, ShareTheEnergyOfATaperAsItsClosedFormSays) {
  Grid grid = hour_cells(1, 3);
  add_energy(grid, 0, 0, 7200, 8.0, -std::log(2.0));
  EXPECT_NEAR(grid.kwh[0], 4.0 / std::log(2.0), 1e-12);
  EXPECT_NEAR(grid.kwh[1], 2.0 / std::log(2.0), 1e-12);
}

TEST(Cells, LeaveOutWhatLiesOutsideTheRun) {
  Grid grid = hour_cells(1, 2);
  add_energy(grid, 0, -3600, 1800, 4.0, 0.0);
  add_energy(grid, 0, 5400, 1e12, 4.0, 0.0);
  EXPECT_DOUBLE_EQ(grid.kwh[0], 2.0);
  EXPECT_DOUBLE_EQ(grid.kwh[1], 2.0);
}

// The last cell of a run of 90 minutes is half an hour long: 3 kWh in it are 6 kW.
TEST(Cells, MeanPowerIsOfTheTimeThatThereWas) {
  Grid grid = hour_cells(1, 2);
  grid.span_s = 5400;
  grid.kwh = {3.0, 3.0};
  EXPECT_DOUBLE_EQ(cell_kw(grid, 0, 0), 3.0);
  EXPECT_DOUBLE_EQ(cell_kw(grid, 0, 1), 6.0);
}

TEST(Bands, KeepEveryExtremeAndTheMean) {
  Samples steps;
  for (std::int64_t i = 0; i < 4 * 24 * 40; ++i) steps.push_back({i * 900, (i + 1) * 900, 10.0, unknown, unknown});
  steps[1234].value = 95.0;
  steps[2345].value = -20.0;
  const std::int64_t span_s = 40 * 86'400;
  const Samples drawn = thin_out(steps, span_s, 500);
  ASSERT_LE(drawn.size(), 500U);
  double high = 0.0, low = 0.0, energy = 0.0, drawn_energy = 0.0;
  for (const Sample& sample : drawn) {
    high = std::max(high, sample.high), low = std::min(low, sample.low);
    EXPECT_LE(sample.low, sample.value);
    EXPECT_GE(sample.high, sample.value);
    drawn_energy += sample.value * static_cast<double>(sample.end_s - sample.start_s);
  }
  for (const Sample& step : steps) energy += step.value * static_cast<double>(step.end_s - step.start_s);
  EXPECT_EQ(high, 95.0);
  EXPECT_EQ(low, -20.0);
  EXPECT_NEAR(drawn_energy, energy, 1e-6 * energy);
  EXPECT_EQ(drawn.back().end_s, span_s);
  EXPECT_EQ(thin_out(steps, span_s, steps.size()).size(), steps.size()) << "what can be drawn as it is, is";
}

// From 20 % at 0 to 80 % at 2 h, then level: means of the hours 35, 65, 80.
TEST(Bands, OfALineAreItsMeansAndEnds) {
  const Samples samples = sample_corners({{0, 0.2}, {7200, 0.8}}, 3 * 3600, 3600);
  ASSERT_EQ(samples.size(), 3U);
  EXPECT_NEAR(samples[0].value, 0.35, 1e-12);
  EXPECT_NEAR(samples[0].low, 0.2, 1e-12);
  EXPECT_NEAR(samples[0].high, 0.5, 1e-12);
  EXPECT_NEAR(samples[1].value, 0.65, 1e-12);
  EXPECT_NEAR(samples[2].value, 0.8, 1e-12);
}

Series series_of(Samples samples) {
  Series series;
  series.samples = std::move(samples);
  return series;
}

// On an axis from 0 to 10, 100 high: 2 is at 80, 5 at 50. Equal neighbours are one stretch, a gap is a new start.
TEST(Paths, AreStepsWithGaps) {
  const Axis axis{0.0, 10.0, {}};
  const Placing placing{0.0, 0.0, 1.0, 100.0, 0};
  EXPECT_EQ(line_path(series_of({{0, 5, 2, unknown, unknown},
                                 {5, 10, 2, unknown, unknown},
                                 {10, 20, 5, unknown, unknown},
                                 {20, 30, unknown, unknown, unknown},
                                 {30, 40, 5, unknown, unknown}}),
                      axis, placing),
            "M0 80h10v-30h10M30 50h10");
}

TEST(Paths, OfABandGoThereAtTheTopAndBackAtTheBottom) {
  const Axis axis{0.0, 10.0, {}};
  const Placing placing{0.0, 0.0, 1.0, 100.0, 0};
  EXPECT_EQ(band_path(series_of({{0, 10, 4, 2, 6}, {10, 20, 5, 5, 5}}), axis, placing), "M0 40h10v10h10h-10v30h-10z");
  EXPECT_EQ(band_path(series_of({{0, 10, 4, unknown, unknown}}), axis, placing), "");
}

TEST(Heat, ColoursByTheShareOfWhatTheEvseCanGive) {
  Grid grid = hour_cells(2, 3);
  grid.kwh = {11.0, 11.0, 0.0, 25.0, -50.0, 0.0};
  const std::vector<HeatStroke> strokes = heat_strokes(grid, {22.0, 50.0}, {0.0, 0.0, 1.0, 1.0, 0});
  ASSERT_EQ(strokes.size(), 2U);
  EXPECT_EQ(strokes[0].level, -heat_levels);
  EXPECT_EQ(strokes[0].path, "M1 1h1");
  EXPECT_EQ(strokes[1].level, heat_levels / 2) << "half of 22 kW and half of 50 kW are the same colour";
  EXPECT_EQ(strokes[1].path, "M0 0h2M0 1h1");
}

// A quarter of what both EVSEs can give, drawn where a quarter has the full colour.
TEST(Heat, OfPaleCellsHasItsFullColourLower) {
  Grid grid = hour_cells(2, 1);
  grid.kwh = {5.5, -12.5};
  EXPECT_DOUBLE_EQ(highest_share(grid, {22.0, 50.0}), 0.25);
  const std::vector<HeatStroke> strokes = heat_strokes(grid, {22.0, 50.0}, {0.0, 0.0, 1.0, 1.0, 0}, 0.25);
  ASSERT_EQ(strokes.size(), 2U);
  EXPECT_EQ(strokes[0].level, -heat_levels);
  EXPECT_EQ(strokes[1].level, heat_levels);
  Heat heat;
  heat.full_share = 0.25;
  EXPECT_EQ(full_colour_text(heat).en, "25 % of what the EVSE can give");
}

// A battery at 80 % is drawn of 100.
TEST(Axes, OfSharesReachTheWhole) {
  Figure figure;
  figure.unit = "%";
  figure.series.push_back(series_of({{0, 5, 20, unknown, 80}}));
  EXPECT_EQ(value_axis(figure).high, 100.0);
  figure.unit = "kW";
  EXPECT_EQ(value_axis(figure).high, 80.0);
}

// 32768, 65535 and 1 in little-endian bytes: 00 80 FF FF 01 00.
TEST(Heat, PacksCellsSoThatTheScriptReadsThemBack) {
  Grid grid = hour_cells(1, 3);
  grid.kwh = {0.0, 22.0, -22.0};
  EXPECT_EQ(packed_cells(grid, {22.0}), "AID//wEA");
  grid = hour_cells(1, 1);
  EXPECT_EQ(packed_cells(grid, {22.0}), "AIA=");
}

TEST(Axes, AreRoundAndHoldEverything) {
  // Steps of 20: below 0 a tenth of one under the lowest value, and no tick there.
  const Axis axis = axis_for(-3.0, 97.0);
  EXPECT_EQ(axis.low, -5.0);
  EXPECT_EQ(axis.high, 100.0);
  EXPECT_EQ(axis.ticks.front().text, "0");
  EXPECT_DOUBLE_EQ(axis.ticks.front().at, 5.0 / 105.0);
  EXPECT_EQ(axis.ticks.back().text, "100");
  EXPECT_EQ(axis.ticks.back().at, 1.0);
  // Steps of 50: -48 with its margin of 5 would pass the tick at -50.
  EXPECT_EQ(axis_for(-48.0, 97.0).low, -50.0);
  EXPECT_EQ(axis_for(-48.0, 97.0).ticks.front().text, "-50");
  EXPECT_EQ(axis_for(-50.0, -10.0).high, 0.0);
  EXPECT_EQ(axis_for(0.0, 0.0).high, 1.0);
  EXPECT_EQ(axis_for(0.0, 0.123).ticks[1].text, "0.05");
}

// Seoul is 9 h ahead: a run from 15:00Z has its midnights at whole days. Amsterdam leaves summer time in the second
// one.
TEST(Axes, OfTimeFollowTheLocalClock) {
  const TimeFrame seoul{1'748'790'000, 2 * 86'400, {{0, 9 * 3600}}};
  EXPECT_EQ(local_time(seoul, 0), "2025-06-02 00:00");
  const std::vector<Tick> ticks = time_ticks(seoul);
  EXPECT_EQ(ticks.front().text, "06-02");
  EXPECT_EQ(ticks[1].text, "06:00");
  const TimeFrame amsterdam{1'761'343'200, 49 * 3600, {{0, 7200}, {27 * 3600, 3600}}};
  EXPECT_EQ(local_time(amsterdam, 0), "2025-10-25 00:00");
  EXPECT_EQ(local_time(amsterdam, 49 * 3600), "2025-10-27 00:00");
  EXPECT_EQ(time_ticks(amsterdam).back().text, "10-27");
}

TEST(Words, OfStrangersStayWords) {
  EXPECT_EQ(escape_html("</script><img src=x onerror='a()'>&\"\x1b"),
            "&lt;/script&gt;&lt;img src=x onerror=&#39;a()&#39;&gt;&amp;&quot;\\x1B");
  EXPECT_EQ(json_string("</script>\"\xFF"), "\"\\u003c/script\\u003e\\\"\\\\xFF\"");
  EXPECT_EQ(html_of({"a<b", "a<b"}), "a&lt;b");
  EXPECT_THAT(html_of({"<i>", "<b>"}), Not(HasSubstr("<i>")));
}

// A slide ends at its edge: the words of a point far to the right stand on its left.
TEST(SlideOfPoints, HasItsWordsInsideTheFrame) {
  Figure figure;
  figure.kind = FigureKind::points;
  figure.points = {{"lp", "asap"}, "total_cost", "peak_kw", {441'530.6, 522'412.0}, {56.5, 94.1}};
  const std::string file = svg_file(figure, {0, 86'400, {{0, 0}}}, false);
  EXPECT_THAT(file, HasSubstr("<circle cx=\"238.0\" cy=\"482.4\""));
  EXPECT_THAT(file, HasSubstr("<text x=\"252.0\" y=\"488.4\" font-size=\"18\" text-anchor=\"start\" >lp ("));
  EXPECT_THAT(file, HasSubstr("<circle cx=\"1162.0\" cy=\"129.6\""));
  EXPECT_THAT(file, HasSubstr("<text x=\"1148.0\" y=\"135.6\" font-size=\"18\" text-anchor=\"end\" >asap ("));
}

TEST(SlideOfPoints, KeepsWordsOfClosePointsApart) {
  Figure figure;
  figure.kind = FigureKind::points;
  figure.points = {
      {"alap", "price-threshold", "lp"}, "total_cost", "peak_kw", {466.0, 465.0, 441.0}, {45.0, 45.0, 94.0}};
  const std::string file = svg_file(figure, {0, 86'400, {{0, 0}}}, false);
  std::vector<double> lines;
  const std::regex words("<text x=\"[0-9.]+\" y=\"([0-9.]+)\"[^>]*>(alap|price-threshold) ");
  for (auto at = std::sregex_iterator(file.begin(), file.end(), words); at != std::sregex_iterator(); ++at)
    lines.push_back(std::stod((*at)[1]));
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_GE(std::abs(lines[0] - lines[1]), 22.0);
}

// Five runs have more names than go beside each other: they go on below, and the drawing makes room.
TEST(SlideOfLines, HasAllItsNamesInsideTheFrame) {
  Figure figure;
  for (const char* name : {"asap", "edf", "lp", "alap", "price-threshold"}) {
    Series series;
    series.name = same_text(std::string(name) + ": net import");
    series.samples = {{0, 86'400, 10.0, unknown, unknown}};
    figure.series.push_back(series);
  }
  const std::string file = svg_file(figure, {0, 86'400, {{0, 0}}}, false);
  const std::regex words("<text x=\"([0-9.]+)\" y=\"([0-9.]+)\"[^>]*>([a-z-]+: net import)<");
  std::vector<double> ends, lines;
  for (auto at = std::sregex_iterator(file.begin(), file.end(), words); at != std::sregex_iterator(); ++at) {
    ends.push_back(std::stod((*at)[1]) + 9.5 * static_cast<double>((*at)[3].length()));
    lines.push_back(std::stod((*at)[2]));
  }
  ASSERT_EQ(ends.size(), 5U);
  EXPECT_LE(*std::max_element(ends.begin(), ends.end()), 1250.0);
  EXPECT_EQ(lines.front(), 76.0);
  EXPECT_EQ(lines.back(), 102.0);
  EXPECT_THAT(file, HasSubstr("<g transform=\"translate(0 26)\">"));
}

TEST(Csv, KeepsEveryDigitAndNoFormula) {
  Table table;
  table.heads = {same_text("name"), same_text("kWh")};
  table.rows.push_back({"", same_text("=HYPERLINK(\"x\")"), {}, {cell_of_number(1.0 / 3.0, 1)}});
  table.rows.push_back({"", same_text("a,b"), {}, {cell_of_words(same_text("-"))}});
  table.rows.push_back({"", same_text("-2+3"), {}, {cell_of_words(same_text("@SUM"))}});
  EXPECT_EQ(csv_table(table), "name,kWh\n\"'=HYPERLINK(\"\"x\"\")\",0.33333333333333331\n\"a,b\",-\n'-2+3,'@SUM\n");
}

}  // namespace
}  // namespace evtwin::report::test
