// What is varied, and the points that come of it.
#include "sweep/design.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <stdexcept>

#include "sweep/plan.hpp"

namespace evtwin::sweep {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

TEST(Design, ARangeHasBothEndsAndTheDecimalsItIsWrittenWith) {
  EXPECT_THAT(parse_factor("contract_kw=40:160:15").values,
              ElementsAre("40", "55", "70", "85", "100", "115", "130", "145", "160"));
  EXPECT_THAT(parse_factor("share=0:0.5:0.1").values, ElementsAre("0", "0.1", "0.2", "0.3", "0.4", "0.5"));
  EXPECT_THAT(parse_factor("share=0:1:0.3").values, ElementsAre("0", "0.3", "0.6", "0.9"));
  EXPECT_THAT(parse_factor("kw=10:-10:-10").values, ElementsAre("10", "0", "-10"));
}

TEST(Design, AListKeepsItsTextsAndColonsInThem) {
  EXPECT_THAT(parse_factor("pv_kw=0,50").values, ElementsAre("0", "50"));
  EXPECT_THAT(parse_factor("forecast=perfect,seasonal-naive:days=7").values,
              ElementsAre("perfect", "seasonal-naive:days=7"));
  EXPECT_TRUE(parse_factor("pv_kw=0:50").span);
}

TEST(Design, WhatIsNoFactorIsRefusedWithWhatWouldBeRight) {
  const auto why = [](const char* text) {
    try {
      parse_factor(text);
    } catch (const std::invalid_argument& wrong) {
      return std::string(wrong.what());
    }
    return std::string("accepted");
  };
  EXPECT_THAT(why("contract_kw"), HasSubstr("write NAME=LOW:HIGH:STEP"));
  EXPECT_THAT(why("=1,2"), HasSubstr("write NAME="));
  EXPECT_THAT(why("a=1,,2"), HasSubstr("beside a comma is missing"));
  EXPECT_THAT(why("a=1,2,1"), HasSubstr("1 is named twice"));
  EXPECT_THAT(why("a=1:10:-1"), HasSubstr("does not lead from 1 to 10"));
  EXPECT_THAT(why("a=1:10:0"), HasSubstr("does not lead"));
  EXPECT_THAT(why("a=0:1e9:1"), HasSubstr("more than 10,000 values"));
  EXPECT_THAT(why("a=5:5"), HasSubstr("is not below"));
}

TEST(Design, AGridHasEveryCombinationTheLastFactorFastest) {
  const std::vector<Factor> factors{parse_factor("a=1,2"), parse_factor("b=x,y,z")};
  const std::vector<Point> points = grid_points(factors);
  ASSERT_THAT(points, SizeIs(6));
  EXPECT_THAT(points[0], ElementsAre("1", "x"));
  EXPECT_THAT(points[1], ElementsAre("1", "y"));
  EXPECT_THAT(points[5], ElementsAre("2", "z"));
  EXPECT_THAT(grid_points({}), ElementsAre(Point{}));
  const std::vector<Factor> spans{parse_factor("a=1:2")};
  EXPECT_THROW(grid_points(spans), std::invalid_argument);
}

// Each of the n equal parts of every span is hit once: what makes it a Latin hypercube.
TEST(Design, AHypercubeHitsEveryPartOfEverySpanOnce) {
  const std::vector<Factor> factors{parse_factor("a=10:20"), parse_factor("b=-1:1"), parse_factor("c=x,y")};
  constexpr std::size_t n = 40;
  const std::vector<Point> points = latin_hypercube(factors, n, 3);
  ASSERT_THAT(points, SizeIs(n));
  const double low[] = {10.0, -1.0}, length[] = {10.0, 2.0};
  for (std::size_t f = 0; f < 2; ++f) {
    std::set<int> parts;
    for (const Point& point : points)
      parts.insert(static_cast<int>(std::floor((*number_of(point[f]) - low[f]) / length[f] * n)));
    EXPECT_THAT(parts, SizeIs(n)) << factors[f].name;
    EXPECT_EQ(*parts.begin(), 0);
    EXPECT_EQ(*parts.rbegin(), static_cast<int>(n) - 1);
  }
  EXPECT_EQ(std::count_if(points.begin(), points.end(), [](const Point& point) { return point[2] == "x"; }), n / 2);
  // The factors are drawn apart: not the same order in two of them.
  double sum = 0.0;
  for (const Point& point : points) sum += (*number_of(point[0]) - 15.0) * *number_of(point[1]);
  EXPECT_LT(std::abs(sum / n), 1.0) << "as good as uncorrelated: the limit is +-1.7 for the same order";
  EXPECT_EQ(points, latin_hypercube(factors, n, 3));
  EXPECT_NE(points, latin_hypercube(factors, n, 4));
}

TEST(SweepPlan, IsReadAsItWasWritten) {
  Plan plan;
  plan.scenario = "a b.lua";
  plan.set = {{"x", "1"}};
  plan.changes = {{"contract_kw", "60"}};
  plan.days = 2;
  plan.vary = {"a=1,2"};
  plan.seeds = {1, 9223372036854775807U};
  plan.strategies = {"asap", "lp:margin_min=2"};
  plan.bound = true;
  EXPECT_EQ(read_plan(plan_text(plan), "plan.json"), plan);
  EXPECT_THROW(read_plan("{}", "plan.json"), SweepError);
  EXPECT_THROW(read_plan("{\"format\": \"evtwin sweep plan/9\"}", "plan.json"), SweepError);
  EXPECT_EQ(layout_of(plan).run_count(), 8U);
  plan.vary = {"a=1,2", "a=3,4"};
  EXPECT_THROW(layout_of(plan), std::invalid_argument);
  plan.vary = {"x=1,2"};
  EXPECT_THROW(layout_of(plan), std::invalid_argument) << "x has a value of its own";
}

TEST(SweepPlan, ShardsHaveEveryWorldOnce) {
  for (std::size_t world = 0; world < 100; ++world) {
    int owners = 0;
    for (const char* text : {"1/3", "2/3", "3/3"}) owners += parse_shard(text).has_world(world) ? 1 : 0;
    EXPECT_EQ(owners, 1);
  }
  for (const char* wrong : {"0/3", "4/3", "1", "1/0", "a/b", "1/3x", "-1/3", ""})
    EXPECT_THROW(parse_shard(wrong), std::invalid_argument) << wrong;
}

}  // namespace
}  // namespace evtwin::sweep
