// Pictures of a sweep: each point stands where its figures say, and who is dominated is grey.
#include "sweep/chart.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>

#include "sweep/summary.hpp"

namespace evtwin::sweep {
namespace {

using ::testing::HasSubstr;

bool same(const Color& a, const Color& b) { return a.red == b.red && a.green == b.green && a.blue == b.blue; }
bool is_grey(const Color& color) { return color.red == color.green && color.green == color.blue; }

/// Contracts of 40, 60 and 80 kW under lp, two seeds, objective and peak:
///   40: 300 +- 10, 40      60: 200 +- 10, 60      80: 250 +- 10, 80 (dominated by 60)
Table contracts() {
  Table table;
  Plan plan;
  plan.scenario = "s.lua";
  plan.vary = {"contract_kw=40:80:20"};
  plan.seeds = {1, 2};
  plan.strategies = {"lp"};
  table.layout = layout_of(plan);
  table.seeds = plan.seeds;
  table.strategies = plan.strategies;
  table.figures = {"objective", "peak_kw"};
  table.currency = "EUR";
  table.scenario = "Sample";
  std::uint64_t hash = 0;
  for (const auto& [objective, peak] : {std::pair{300.0, 40.0}, {200.0, 60.0}, {250.0, 80.0}}) {
    for (const double off : {-10.0, 10.0}) {
      Row row;
      row.event_hash = ++hash;
      row.figures = {objective + off, peak};
      table.rows.push_back(row);
    }
  }
  return table;
}

// The places of two points and what they stand for give the scale; the third must be where that scale says.
TEST(Chart, PointsStandWhereTheirFiguresSay) {
  const Chart chart = figure_chart(contracts(), {"objective", "", {}, false});
  const auto& discs = chart.drawing.discs;
  ASSERT_EQ(discs.size(), 3U);
  EXPECT_LT(discs[0].x, discs[1].x);
  EXPECT_NEAR(discs[1].x - discs[0].x, discs[2].x - discs[1].x, 1e-9) << "40, 60, 80";
  EXPECT_GT(discs[1].y, discs[0].y) << "less is lower, and y grows downwards";
  const double per_eur = (discs[1].y - discs[0].y) / 100.0;
  EXPECT_NEAR(discs[2].y, discs[1].y - 50.0 * per_eur, 1e-9);

  // 290 and 310: mean 300, deviation sqrt(200), t of one degree 12.7062; the bar reaches 127.062 to either side.
  const auto upright = std::find_if(chart.drawing.lines.begin(), chart.drawing.lines.end(), [&](const auto& line) {
    return line.x1 == discs[0].x && line.x2 == discs[0].x && same(line.color, discs[0].color);
  });
  ASSERT_NE(upright, chart.drawing.lines.end());
  EXPECT_NEAR(std::abs(upright->y1 - upright->y2) / per_eur, 2.0 * 127.0620, 1e-3);
}

// Least cost under a contract power of each size is the epsilon-constraint form of cost against peak.
TEST(Chart, DominatedPointsOfAFrontAreGrey) {
  const Table table = contracts();
  const Chart chart = front_chart(table, {"objective", "peak_kw"}, false);
  const auto& discs = chart.drawing.discs;
  ASSERT_EQ(discs.size(), 3U);
  EXPECT_TRUE(is_grey(discs[0].color)) << "80 kW costs more than 60 kW and draws more";
  EXPECT_FALSE(is_grey(discs[1].color));
  EXPECT_FALSE(is_grey(discs[2].color));
  const std::string svg = svg_of(chart.drawing);
  EXPECT_THAT(svg, HasSubstr("#bbbbbb"));
  EXPECT_THAT(page_of(chart.drawing, chart.notes, "en"), HasSubstr("grey: dominated"));
  EXPECT_EQ(front_csv(table, {"objective", "peak_kw"}),
            "point,contract_kw,strategy,objective,peak_kw,standing\n1,40,lp,300,40,on_front\n2,60,lp,200,60,on_front\n"
            "3,80,lp,250,80,dominated\n");
}

TEST(Chart, PicturesOfEveryKindAreWhole) {
  const Chart chart = figure_chart(contracts(), {"objective", "contract_kw", {}, true});
  const std::string svg = svg_of(chart.drawing);
  EXPECT_TRUE(svg.starts_with("<svg") || svg.starts_with("<?xml")) << svg.substr(0, 40);
  EXPECT_THAT(svg, HasSubstr("</svg>"));
  EXPECT_THAT(page_of(chart.drawing, chart.notes, "ko"), HasSubstr("</html>"));
}

TEST(Chart, WhatCanNotBeDrawnIsSaid) {
  const auto why = [](const auto& draw) -> std::string {
    try {
      draw();
    } catch (const SweepError& error) {
      return error.what();
    }
    return "accepted";
  };
  EXPECT_THAT(why([] {
                figure_chart(contracts(), {"objectiv", "", {}, false});
              }),
              HasSubstr("did you mean objective?"));
  EXPECT_THAT(why([] { figure_chart(contracts(), {"objective", "contract", {}, false}); }), HasSubstr("is not varied"));
  EXPECT_THAT(why([] {
                figure_chart(contracts(), {"objective", "", {{"contract_kw", "41"}}, false});
              }),
              HasSubstr("no point has these values"));
  EXPECT_THAT(why([] { front_chart(contracts(), {"objective"}, false); }), HasSubstr("two figures or more"));
}

}  // namespace
}  // namespace evtwin::sweep
