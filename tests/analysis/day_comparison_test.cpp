// Strategies on single days: sums, shares of the possible saving and intervals by hand.
#include "analysis/day_comparison.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "analysis/day_report.hpp"

namespace evtwin::analysis {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

struct Played {
  double objective, served_kwh = 100.0, unmet_kwh = 0.0, peak_kw = 10.0;
};

Contender contender_of(const std::string& strategy, const Played& played, double bound) {
  Contender one;
  one.strategy = strategy;
  one.kpis = {{"objective", -1, played.objective, "", "", ""},
              {"regret", -1, played.objective - bound, "", "", ""},
              {"energy_served_kwh", -1, played.served_kwh, "", "", ""},
              {"unmet_kwh", -1, played.unmet_kwh, "", "", ""},
              {"open_kwh", -1, 0.0, "", "", ""},
              {"turned_away_kwh", -1, 0.0, "", "", ""},
              {"peak_kw", -1, played.peak_kw, "", "", ""},
              {"storage_cycles", -1, std::nan(""), "", "", ""}};
  return one;
}

DayRuns day_of(const std::string& date, double asap, double bound, const std::vector<Played>& played) {
  DayRuns day;
  day.date = date;
  day.reference = asap;
  day.bound = bound;
  for (std::size_t c = 0; c < played.size(); ++c)
    day.contenders.push_back(contender_of(fmt::format("s{}", c), played[c], bound));
  return day;
}

std::vector<DayRow> one_each(std::size_t count) {
  std::vector<DayRow> rows;
  for (std::size_t c = 0; c < count; ++c) rows.push_back({fmt::format("s{}", c), {c}});
  return rows;
}

// The mean of the days' shares would be (90 + 10) / 2 % = 50 %; of the money it is 92 of 120.
TEST(DayComparison, TheShareOfTheSavingIsOneOfSums) {
  const std::vector<DayRuns> days{day_of("2026-06-01", 200, 100, {{110}, {200}}),
                                  day_of("2026-06-02", 60, 40, {{58}, {60}})};
  const DayComparison comparison = compare_days(days, one_each(2), 1);
  EXPECT_DOUBLE_EQ(comparison.rows[0].objective, 168.0);
  EXPECT_DOUBLE_EQ(comparison.rows[0].saving_share.value, 92.0 / 120.0);
  EXPECT_DOUBLE_EQ(comparison.rows[1].saving_share.value, 0.0);
  EXPECT_DOUBLE_EQ(comparison.rows[1].difference.value, (90.0 + 2.0) / 2.0);
  EXPECT_DOUBLE_EQ(comparison.bound, 140.0);
  EXPECT_DOUBLE_EQ(comparison.asap_objective, 260.0);
  // Two days drawn anew: both the first (1 in 4), both the second (1 in 4), or one each.
  EXPECT_DOUBLE_EQ(comparison.rows[0].saving_share.low, 2.0 / 20.0);
  EXPECT_DOUBLE_EQ(comparison.rows[0].saving_share.high, 90.0 / 100.0);
  EXPECT_DOUBLE_EQ(comparison.rows[1].difference.low, 2.0);
  EXPECT_DOUBLE_EQ(comparison.rows[1].difference.high, 90.0);
}

// Differences of 40 days that are +1 and -1 by turns: their mean has a deviation of 1/sqrt(40), so that of the normal
// the interval is -+ 1.96 x 0.158 = 0.31. The runs themselves vary a hundred times as much: pairs are kept.
TEST(DayComparison, DifferencesArePaired) {
  std::vector<DayRuns> days;
  for (int d = 0; d < 40; ++d) {
    const double cost = 100.0 * (d % 7);
    days.push_back(day_of(fmt::format("day {}", d), 1000, 0, {{cost}, {cost + (d % 2 == 0 ? 1.0 : -1.0)}}));
  }
  const Ranged difference = compare_days(days, one_each(2), 3).rows[1].difference;
  EXPECT_NEAR(difference.value, 0.0, 1e-9);
  EXPECT_NEAR(difference.low, -0.31, 0.06);
  EXPECT_NEAR(difference.high, 0.31, 0.06);
}

TEST(DayComparison, SeveralPoliciesAreTheirMeanAndVary) {
  const std::vector<DayRuns> days{day_of("2026-06-01", 100, 0, {{20}, {40}, {100}}),
                                  day_of("2026-06-02", 100, 0, {{20}, {40}, {100}})};
  const DayComparison comparison =
      compare_days(days, std::vector<DayRow>{{"both", {0, 1}}, {"s0", {0}}, {"asap", {2}}}, 1);
  EXPECT_DOUBLE_EQ(comparison.rows[0].objective, 60.0);
  EXPECT_DOUBLE_EQ(comparison.rows[0].saving_share.value, 0.7);
  // Days are alike: what varies are the policies.
  EXPECT_DOUBLE_EQ(comparison.rows[0].saving_share.low, 0.6);
  EXPECT_DOUBLE_EQ(comparison.rows[0].saving_share.high, 0.8);
  EXPECT_DOUBLE_EQ(comparison.rows[1].saving_share.low, 0.8);
  EXPECT_DOUBLE_EQ(comparison.rows[1].saving_share.high, 0.8);
}

TEST(DayComparison, WhoServesLessIsNotTheBest) {
  const std::vector<DayRuns> days{day_of("2026-06-01", 200, 10, {{200}, {20, 99.0, 1.0}, {190, 99.8, 0.2}}),
                                  day_of("2026-06-02", 200, 10, {{200}, {20, 100.0, 0.0}, {190}})};
  const DayComparison comparison = compare_days(days, one_each(3), 1);
  EXPECT_TRUE(comparison.rows[0].compared);
  EXPECT_TRUE(comparison.rows[1].compared) << "199 of 200 kWh is within 0.5 %";
  std::vector<DayRuns> worse = days;
  worse[1].contenders[1] = contender_of("s1", {20, 99.9, 0.1}, 10);
  const DayComparison less = compare_days(worse, one_each(3), 1);
  EXPECT_FALSE(less.rows[1].compared);
  EXPECT_DOUBLE_EQ(less.rows[1].served_fraction, 198.9 / 200.0);
  const std::string text = day_comparison_text(worse, one_each(3), "KRW", 1, Language::english);
  EXPECT_THAT(text, HasSubstr("Not compared (*): s1, serving over 0.5 % less."));
  EXPECT_THAT(text, HasSubstr("380*"));
  EXPECT_THAT(text, Not(HasSubstr("40*")));
}

TEST(DayComparison, ADayOnWhichOneFailedIsOutForAll) {
  std::vector<DayRuns> days{day_of("2026-06-01", 100, 0, {{50}, {100}}), day_of("2026-06-02", 100, 0, {{10}, {100}})};
  days[1].contenders[1].error = "it broke";
  const DayComparison one = compare_days(days, one_each(2), 1);
  EXPECT_THAT(one.counted, ElementsAre("2026-06-01"));
  EXPECT_THAT(one.left_out, ElementsAre("2026-06-02"));
  EXPECT_DOUBLE_EQ(one.rows[0].objective, 50.0);
  EXPECT_TRUE(std::isnan(one.rows[0].saving_share.low)) << "one day has no interval";
  // Who failed everywhere takes no day from the others.
  days[0].contenders[1].error = "it broke";
  const DayComparison all = compare_days(days, one_each(2), 1);
  EXPECT_THAT(all.left_out, IsEmpty());
  EXPECT_THAT(all.failed, ElementsAre(1U));
  EXPECT_DOUBLE_EQ(all.rows[0].objective, 60.0);
  EXPECT_TRUE(std::isnan(all.rows[1].objective));
  EXPECT_FALSE(all.rows[1].compared);
}

TEST(DayComparison, ADayWithoutBoundIsInTheSumsAndNotInTheShare) {
  std::vector<DayRuns> days{day_of("2026-06-01", 100, 0, {{50}}), day_of("2026-06-02", 100, 0, {{10}})};
  days[1].bound = days[1].reference = std::nan("");
  days[1].bound_error = "no solver";
  const DayComparison comparison = compare_days(days, one_each(1), 1);
  EXPECT_DOUBLE_EQ(comparison.rows[0].objective, 60.0);
  EXPECT_DOUBLE_EQ(comparison.rows[0].saving_share.value, 0.5);
  EXPECT_THAT(comparison.unbounded, ElementsAre("2026-06-02"));
  const std::string text = day_comparison_text(days, one_each(1), "KRW", 1, Language::english);
  EXPECT_THAT(text, HasSubstr("Of saving is without 2026-06-02"));
  EXPECT_THAT(text, Not(HasSubstr("bound: no strategy can be lower")));
}

TEST(DayComparison, JsonHasTheSameFigures) {
  const std::vector<DayRuns> days{day_of("2026-06-01", 200, 100, {{110}, {200}}),
                                  day_of("2026-06-02", 60, 40, {{58}, {60}})};
  const auto json = day_comparison_json(days, one_each(2), "KRW", 1);
  EXPECT_EQ(json["days"].size(), 2U);
  EXPECT_EQ(json["runs"].size(), 4U);
  EXPECT_EQ(json["runs"][0]["date"], "2026-06-01");
  EXPECT_DOUBLE_EQ(json["summary"][0]["saving_share"]["value"].get<double>(), 92.0 / 120.0);
  EXPECT_TRUE(json["summary"][0]["difference"].is_null());
  EXPECT_DOUBLE_EQ(json["summary"][1]["difference"]["mean_per_day"].get<double>(), 46.0);
  EXPECT_TRUE(json["summary"][0]["storage_cycles"].is_null());
}

}  // namespace
}  // namespace evtwin::analysis
