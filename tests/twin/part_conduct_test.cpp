// What a strategy says, how much of it is recorded, and whom its NaN leaves standing.
#include <gtest/gtest.h>

#include <cstdlib>
#include <limits>

#include "twin/conduct.hpp"
#include "twin/one_part.hpp"

namespace evtwin::twin {
namespace {

using testing::at_h;
using testing::Bench;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

std::vector<control::Strategy::Remark> remarks(std::size_t count, std::uint32_t severity = EVTWIN_INFO) {
  return std::vector<control::Strategy::Remark>(count, {severity, "so it is"});
}

TEST(PartConduct, AHundredRemarksOfADecisionAreRecordedAndTheRestIsCounted) {
  Bench bench(testing::small_world());
  Conduct conduct(bench.context);
  conduct.begin();
  conduct.hear_remarks(remarks(130), at_h(1));
  conduct.hear_remarks(remarks(20), at_h(2));
  conduct.leave_out_remarks(5);  // that never came here
  EXPECT_EQ(bench.seen.events.size(), 120U);
  SiteResult result;
  conduct.add_to_result(result, at_h(3));
  EXPECT_EQ(result.remarks_left_out, 35U);
  ASSERT_EQ(bench.seen.events.size(), 121U);
  EXPECT_NE(bench.seen.events.back().find("35 more remarks"), std::string::npos);
}

TEST(PartConduct, TenThousandOfARunAreRecordedAndWarningsAreCountedAllTheSame) {
  Bench bench(testing::small_world());
  Conduct conduct(bench.context);
  conduct.begin();
  for (int decision = 0; decision < 150; ++decision) conduct.hear_remarks(remarks(100, EVTWIN_WARNING), at_h(1));
  EXPECT_EQ(bench.seen.events.size(), Conduct::most_of_a_run);
  SiteResult result;
  conduct.add_to_result(result, at_h(2));
  EXPECT_EQ(result.strategy_warnings, 15'000U);
  EXPECT_EQ(result.remarks_left_out, 5'000U);
  conduct.begin();
  SiteResult again;
  conduct.add_to_result(again, at_h(3));
  EXPECT_EQ(again.strategy_warnings + again.remarks_left_out, 0U);
}

TEST(PartConduct, WarningsOfForecastersAreEventsInTheSameBoundsAndNotTheStrategys) {
  Bench bench(testing::small_world());
  Conduct conduct(bench.context);
  conduct.begin();
  conduct.hear_remarks(remarks(101, EVTWIN_WARNING), at_h(1), Conduct::Speaker::forecaster);
  conduct.hear_remarks(remarks(1), at_h(1), Conduct::Speaker::forecaster);
  ASSERT_EQ(bench.seen.events.size(), 101U);
  EXPECT_EQ(bench.seen.events.front(), "forecast_warning: so it is");
  EXPECT_EQ(bench.seen.events.back(), "forecast_remark: so it is");
  SiteResult result;
  conduct.add_to_result(result, at_h(2));
  EXPECT_EQ(result.strategy_warnings, 0U);
  EXPECT_EQ(result.first_strategy_warning, "");
  EXPECT_EQ(result.remarks_left_out, 1U);
}

TEST(PartConduct, ASessionIsLeftStandingWhereItGotNothingAndAnAnswerWasNaN) {
  Bench bench(testing::small_world(3));
  Conduct conduct(bench.context);
  conduct.begin();
  for (const std::uint32_t evse : {0U, 1U}) {
    conduct.plug_in(evse);
    conduct.leave_standing(evse);
    conduct.leave_standing(evse);
  }
  conduct.plug_in(2);
  conduct.end_session(0, 0.0);
  conduct.end_session(1, 3.0);  // it was served after all
  conduct.end_session(2, 0.0);  // it was told to wait
  conduct.plug_in(0);
  conduct.end_session(0, 0.0);  // the next one on that EVSE
  SiteResult result;
  conduct.add_to_result(result, at_h(1));
  EXPECT_EQ(result.left_standing, 4U);
  EXPECT_EQ(result.sessions_left_standing, 1U);
}

// In a run: one car is never named, one is told 0 kW, one gets power, one is full when it comes.
TEST(Conduct, NaNForACarThatDrawsAtZeroIsCountedInARun) {
  World world = testing::small_world(4);
  testing::add_visits(world, {testing::visit(1, 5, 10, 0), testing::visit(1, 5, 10, 1), testing::visit(1, 5, 10, 2),
                              testing::visit(1, 5, 0, 3)});
  const auto outcome =
      testing::run_world(world, testing::strategy([&](const evtwin_view& view, evtwin_decision& decision) {
                           for (std::uint32_t k = 0; k < view.n_connected; ++k) {
                             const std::uint32_t i = view.connected_evse[k];
                             decision.evse_kw[i] = i == 1 ? 0.0 : i == 2 ? 5.0 : nan;
                           }
                         }));
  EXPECT_EQ(outcome.site().sessions_left_standing, 1U);
  // The first EVSE's: asked at the ticks from 01:00 to 04:45.
  EXPECT_EQ(outcome.site().left_standing, 16U);
}

// A decision every 100 ms: more than two million in three days.
TEST(Conduct, TwoMillionDecisionsAreRecordedAndTheRestIsCounted) {
  if (std::getenv("EVTWIN_LONG") == nullptr) GTEST_SKIP() << "long: scripts/test --long";
  const World world = testing::small_world(1, 3);
  struct Counting : Observer {
    void on_decision(const DecisionRecord&) override { ++decisions; }
    std::uint64_t decisions = 0;
  } seen;
  RunOptions options;
  options.observer = &seen;
  const Result result = simulate(world, testing::strategy([](const evtwin_view& view, evtwin_decision& decision) {
                                   decision.wake_ns = view.now_ns + kernel::second_ns / 10;
                                 }),
                                 options);
  EXPECT_EQ(seen.decisions, Conduct::most_decisions);
  EXPECT_GT(result.sites[0].decisions, Conduct::most_decisions);
}

}  // namespace
}  // namespace evtwin::twin
