// Scores of forecasts by hand and by second formulas; trials that show what had been, and no more.
#include "analysis/forecast_score.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <vector>

#include "analysis/forecast_trial.hpp"
#include "control/function_model.hpp"
#include "control/strategy.hpp"

namespace evtwin::analysis {
namespace {

using kernel::hour_ns;

/// WIS from its intervals, as Bracher et al. write it: levels 0.1 and 0.9 are the interval that 20 % lie outside of.
double wis_by_intervals(const std::array<double, 9>& q, double y) {
  double sum = 0.5 * std::abs(y - q[4]);
  for (std::size_t k = 0; k < 4; ++k) {
    const double outside = 0.2 * static_cast<double>(k + 1), low = q[k], high = q[8 - k];
    const double beyond = y < low ? low - y : y > high ? y - high : 0.0;
    sum += outside / 2.0 * ((high - low) + 2.0 / outside * beyond);
  }
  return sum / 4.5;
}

TEST(ForecastScore, IsTheWeightedIntervalScore) {
  const std::array<double, 9> q{1.0, 2.0, 2.5, 3.0, 4.0, 4.5, 6.0, 7.0, 9.0};
  double sum = 0.0;
  ForecastDay day;
  for (const double truth : {0.0, 2.2, 4.0, 5.5, 11.0}) {
    add_step(day, 4.0, q, truth);
    sum += wis_by_intervals(q, truth);
  }
  const ForecastScore s = score_forecast(std::vector{day}, std::vector{day}, 2.0);
  EXPECT_NEAR(s.wis, sum / 5.0, 1e-12);
  // |4-0| + |4-2.2| + 0 + |4-5.5| + |4-11| = 14.3 over 5; 20 - 22.7 over 5.
  EXPECT_NEAR(s.mae, 14.3 / 5.0, 1e-12);
  EXPECT_NEAR(s.bias, -2.7 / 5.0, 1e-12);
  EXPECT_NEAR(s.mase, 14.3 / 10.0, 1e-12);
  EXPECT_NEAR(s.coverage_80, 3.0 / 5.0, 1e-12);
  EXPECT_NEAR(s.skill.value, 0.0, 1e-12);
}

TEST(ForecastScore, OfAPointForecastIsItsAbsoluteError) {
  ForecastDay day;
  add_step(day, 5.0, {}, 8.0);
  add_step(day, 5.0, {}, 4.0);
  add_step(day, 5.0, {}, std::nan(""));  // not known: not counted
  const ForecastScore s = score_forecast(std::vector{day}, std::vector{day}, 0.0);
  EXPECT_EQ(s.steps, 2U);
  EXPECT_NEAR(s.wis, 2.0, 1e-12);
  EXPECT_NEAR(s.wis, s.mae, 1e-12);
  EXPECT_TRUE(std::isnan(s.mase));
}

TEST(ForecastScore, CoverageLeavesOutWhatIsOneValueAndComesSo) {
  ForecastDay day;
  const std::array<double, 9> night{}, noon{1, 2, 3, 4, 5, 6, 7, 8, 9};
  for (int k = 0; k < 5; ++k) add_step(day, 0.0, night, 0.0);
  add_step(day, 5.0, noon, 5.0);
  add_step(day, 5.0, noon, 9.5);
  add_step(day, 0.0, night, 0.5);  // foreseen as one value, and not so
  const ForecastScore s = score_forecast(std::vector{day}, std::vector{day}, 0.0);
  EXPECT_EQ(s.steps, 8U);
  EXPECT_NEAR(s.coverage_80, 1.0 / 3.0, 1e-12);
}

TEST(ForecastScore, RatioOfSumsHasNoSpreadWhereDaysAgreeAndSomeWhereTheyDoNot) {
  const std::vector<double> bottom{1.0, 2.0, 3.0, 4.0, 5.0, 6.0};
  std::vector<double> top;
  for (const double b : bottom) top.push_back(0.25 * b);
  const Interval same = ratio_of_sums(top, bottom, 2);
  EXPECT_NEAR(same.value, 0.25, 1e-12);
  EXPECT_NEAR(same.low, 0.25, 1e-12);
  EXPECT_NEAR(same.high, 0.25, 1e-12);
  top[0] = 5.0;
  const Interval other = ratio_of_sums(top, bottom, 2);
  EXPECT_NEAR(other.value, (0.25 * 20.0 + 5.0) / 21.0, 1e-12);
  EXPECT_LT(other.low, other.value);
  EXPECT_GT(other.high, other.value);
  EXPECT_TRUE(std::isnan(ratio_of_sums(top, bottom, 6).low));  // one block tells no spread
  EXPECT_TRUE(std::isnan(ratio_of_sums(top, std::vector<double>(6, 0.0), 1).value));
}

/// Ten days whose load is the number of the day and whose PV is that of the hour.
twin::World ten_days() {
  twin::World world;
  world.calendar = market::Calendar("Asia/Seoul");
  world.start_ns = world.calendar.start_of({2025, 6, 2});
  world.end_ns = world.start_ns + 240 * hour_ns;
  world.days = 10;
  std::vector<kernel::TimeNs> times;
  std::vector<double> load, pv;
  for (int h = 0; h < 240; ++h) {
    times.push_back(world.start_ns + h * hour_ns);
    load.push_back(h / 24);
    pv.push_back(h % 24);
  }
  twin::Site& site = world.sites.emplace_back();
  site.tariff = market::free_energy();
  site.load_kw = market::Series(times, load, world.end_ns);
  site.pv_kw = market::Series(times, pv, world.end_ns);
  twin::compile_clocks(world);
  return world;
}

TEST(ForecastTrials, ShowWhatHadBeenAndCountErrorsByHand) {
  const twin::World world = ten_days();
  TrialRules rules;
  rules.days = 2;
  rules.history_days = 0;
  const ForecastTrials trials(world, 0, rules);
  EXPECT_EQ(trials.judged_days(), 2U);
  EXPECT_TRUE(trials.quantity_varies(EVTWIN_QUANTITY_LOAD_KW));
  EXPECT_FALSE(trials.quantity_varies(EVTWIN_QUANTITY_ARRIVALS));
  EXPECT_EQ(trials.mase_scale(EVTWIN_QUANTITY_LOAD_KW), 1.0);
  EXPECT_EQ(trials.mase_scale(EVTWIN_QUANTITY_PV_KW), 0.0);

  // What holds now goes on, and 2 kW more. Asked at 0, 6, 12, 18 h of days 8 and 9 of the load 0 1 2 ...: on day 8 the
  // last known is 7 at 0 h and 8 later.
  std::size_t asked = 0;
  const auto two_more = evtwin::testing::foreseen_by(
      [&](const evtwin_history& past, const evtwin_question& ask, const evtwin_answer& answer) {
        ++asked;
        EXPECT_EQ(past.steps.start_ns[past.steps.n], ask.issued_ns);
        EXPECT_EQ(past.steps.start_ns[0], world.start_ns);
        const double last = past.values[EVTWIN_QUANTITY_LOAD_KW][past.steps.n - 1];
        for (std::uint32_t k = 0; k < ask.steps.n; ++k) answer.mean[k] = last + 2.0;
      });
  const Trial trial = trials(*two_more.source, EVTWIN_QUANTITY_LOAD_KW);
  EXPECT_EQ(asked, 8U);
  EXPECT_EQ(trial.calls, 8U);
  EXPECT_FALSE(trial.has_spread);
  ASSERT_EQ(trial.days.size(), 2U);
  // Day 8: asked at 0 h, 9 for 24 hours of 8; at 6, 12, 18 h, 10 for 18, 12, 6 hours of 8 and 6, 12, 18 of 9.
  EXPECT_EQ(trial.days[0].steps, 96U);
  EXPECT_NEAR(trial.days[0].error, 24.0 + 2.0 * 36 + 1.0 * 36, 1e-9);
  // Day 9: asked at 0 h, 10 for 24 hours of 9; then 11 for 18, 12, 6 hours of 9. The run ends.
  EXPECT_EQ(trial.days[1].steps, 24U + 36U);
  EXPECT_NEAR(trial.days[1].error, 24.0 + 2.0 * 36, 1e-9);
}

TEST(ForecastTrials, RefuseAnAnswerThatIsNone) {
  const twin::World world = ten_days();
  const ForecastTrials trials(world, 0, {});
  const auto nothing =
      evtwin::testing::foreseen_by([](const evtwin_history&, const evtwin_question&, const evtwin_answer&) {});
  EXPECT_THROW(trials(*nothing.source, EVTWIN_QUANTITY_PV_KW), control::StrategyError);
}

}  // namespace
}  // namespace evtwin::analysis
