// The agenda alone: when a strategy is asked, why, and what it planned.
#include <gtest/gtest.h>

#include "control/guard.hpp"
#include "control/strategy.hpp"
#include "twin/agenda.hpp"
#include "twin/one_part.hpp"

namespace evtwin::twin {
namespace {

using testing::at_h;
using testing::Bench;

TimeNs at_minute(double minutes) { return at_h(minutes / 60.0); }

/// Ticks every 15 min in a metering window of a day.
struct Diary {
  explicit Diary(Interest interest = {})
      : bench(testing::small_world(2)),
        clocks(market::clocks_for(nullptr, bench.site.signals(), bench.world.calendar, bench.world.start_ns)),
        agenda(bench.context, 2) {
    agenda.set_interest(interest);
    agenda.begin(*clocks, {});
    agenda.start_ticks(at_h(0), kernel::day_ns, at_h(24));
  }
  /// The next instant at which a decision is due is that one, for that reason; nothing else is asked for.
  void expect_asked(double minute, std::uint32_t why, TimeNs quiet_until_ns = 0) {
    const TimeNs t = bench.queue.pop().time;
    EXPECT_EQ(t, at_minute(minute));
    ASSERT_TRUE(agenda.is_due(t)) << minute;
    agenda.open_decision(t);
    EXPECT_EQ(agenda.why(), why) << minute;
    agenda.close_decision(t, quiet_until_ns);
  }
  Bench bench;
  std::shared_ptr<const market::SiteClocks> clocks;
  Agenda agenda;
};

TEST(PartAgenda, TicksFromTheStartAndCountsDecisions) {
  Diary diary;
  EXPECT_EQ(diary.agenda.last_decision_ns(), at_h(0));
  for (const double minute : {0.0, 15.0, 30.0, 45.0}) diary.expect_asked(minute, EVTWIN_WHY_TICK);
  EXPECT_EQ(diary.agenda.decision_count(), 4U);
  EXPECT_EQ(diary.agenda.last_decision_ns(), at_minute(45));
  evtwin_view view{};
  diary.agenda.show_in_view(view, at_minute(50));
  EXPECT_EQ(view.now_ns, at_minute(50));
  EXPECT_EQ(view.next_tick_ns, at_minute(60));
  EXPECT_EQ(view.decision_number, 4U);
  EXPECT_EQ(view.utc_offset_ns, 9 * kernel::hour_ns);  // Seoul
  EXPECT_EQ(view.end_ns, at_h(24));
  EXPECT_EQ(view.why, 0U);
}

TEST(PartAgenda, AWakeUpComesOnceAndATickAtTheSameInstantIsOneDecision) {
  Diary diary;
  const TimeNs t = diary.bench.queue.pop().time;
  diary.agenda.open_decision(t);
  diary.agenda.wake_at(at_minute(7), t);
  diary.agenda.close_decision(t, 0);
  diary.expect_asked(7, EVTWIN_WHY_WAKE);
  diary.agenda.wake_at(at_minute(15), at_minute(7));
  diary.agenda.schedule_next();
  diary.expect_asked(15, EVTWIN_WHY_TICK | EVTWIN_WHY_WAKE);
  diary.expect_asked(30, EVTWIN_WHY_TICK);
}

TEST(PartAgenda, OnlyWhatIsSubscribedToAsks) {
  Diary diary({.subscribes = EVTWIN_WHY_ARRIVAL | EVTWIN_WHY_PRICE});
  EXPECT_EQ(diary.bench.queue.next_time(), at_h(24));  // no ticks: the metering window alone is waited for
  EXPECT_EQ(diary.agenda.next_tick_ns(), at_minute(15));
  diary.agenda.request_decision(EVTWIN_WHY_DEPARTURE, at_minute(3));
  EXPECT_FALSE(diary.agenda.is_due(at_minute(3)));
  diary.agenda.request_decision(EVTWIN_WHY_ARRIVAL, at_minute(4));
  diary.agenda.request_decision(EVTWIN_WHY_PRICE, at_minute(4));
  diary.expect_asked(4, EVTWIN_WHY_ARRIVAL | EVTWIN_WHY_PRICE);
  EXPECT_EQ(diary.bench.queue.next_time(), at_h(24));
  EXPECT_EQ(diary.agenda.why(), 0U);
}

TEST(PartAgenda, TicksInTheQuietAreNotAskedAboutEventsAre) {
  Diary diary({.subscribes = EVTWIN_WHY_TICK | EVTWIN_WHY_ARRIVAL});
  diary.expect_asked(0, EVTWIN_WHY_TICK, at_minute(40));
  EXPECT_EQ(diary.bench.queue.next_time(), at_minute(45));  // not 15, not 30
  EXPECT_EQ(diary.agenda.next_tick_ns(), at_minute(15));
  diary.agenda.request_decision(EVTWIN_WHY_ARRIVAL, at_minute(20));
  diary.expect_asked(20, EVTWIN_WHY_ARRIVAL, at_minute(60));  // a tick at its very end is asked
  diary.expect_asked(60, EVTWIN_WHY_TICK);
  diary.expect_asked(75, EVTWIN_WHY_TICK);
}

TEST(PartAgenda, TheEndOfAMeteringWindowComesAndAsksNobody) {
  Diary diary({.subscribes = EVTWIN_WHY_ARRIVAL});
  diary.agenda.open_window(at_minute(10));
  diary.agenda.schedule_next();
  const TimeNs t = diary.bench.queue.pop().time;
  EXPECT_EQ(t, at_minute(10));
  EXPECT_TRUE(diary.agenda.window_ends(t));
  EXPECT_FALSE(diary.agenda.is_due(t));
}

TEST(PartAgenda, AThousandWakeUpsASecondAreTheMost) {
  Diary diary({.who = "sleepless"});
  TimeNs t = at_h(1);
  for (int i = 0; i < 1000; ++i, ++t) ASSERT_NO_THROW(diary.agenda.wake_at(t + 1, t)) << i;
  try {
    diary.agenda.wake_at(t + 7, t);
    FAIL() << "no error";
  } catch (const control::StrategyError& error) {
    const std::string text = error.what();
    EXPECT_NE(text.find("sleepless"), std::string::npos) << text;
    EXPECT_NE(text.find("1001 times"), std::string::npos) << text;
    EXPECT_NE(text.find("7 ns later"), std::string::npos) << text;
  }
  t = at_h(1) + kernel::second_ns;  // another second
  EXPECT_NO_THROW(diary.agenda.wake_at(t + 1, t));
}

TEST(PartAgenda, AnotherStrategyIsNotAskedWhatTheOneBeforeAskedFor) {
  Diary diary;
  diary.expect_asked(0, EVTWIN_WHY_TICK, at_minute(50));
  diary.agenda.wake_at(at_minute(7), at_minute(5));
  diary.agenda.change_strategy(at_minute(5));
  diary.expect_asked(15, EVTWIN_WHY_TICK);
}

// Two steps of a plan for two members: [0, 15) and [15, 30) min. At 15 the next decision keeps 4 kW for the second step
// of member 0 and takes back the 6 kW of member 1; then member 0 leaves at 20.
TEST(PartAgenda, PlansAreToldWhenTheirFateIsKnown) {
  Diary diary({.horizon_steps = 2, .plan_steps = 2});
  const control::Guard guard(diary.bench.site.evses, {}, {}, {}, physics::infinite, physics::infinite);
  control::ViewColumns columns(diary.bench.site.evses, {}, guard);
  columns.make_plan(2);
  const auto decide = [&](double minute, std::vector<double> plan_kw) {
    const TimeNs t = diary.bench.queue.pop().time;
    EXPECT_EQ(t, at_minute(minute));
    diary.agenda.open_decision(t);
    diary.agenda.show_in_view(columns.view, t);
    diary.agenda.fill_forecast(columns.horizon, {}, t);
    columns.horizon.contract_kw.assign(2, physics::infinite);
    columns.horizon.power_setpoint_kw.assign(2, physics::unknown);
    columns.show_horizon();
    std::copy(plan_kw.begin(), plan_kw.end(), columns.blank_decision().plan_kw);
    const bool anew = diary.agenda.take_plan(columns, t);
    diary.agenda.tell_settled_plans();
    diary.agenda.close_decision(t, 0);
    return anew;
  };
  EXPECT_TRUE(decide(0, {2.0, 4.0, 5.0, 6.0}));
  EXPECT_TRUE(decide(15, {4.0, 4.0, 1.0, 6.0}));
  diary.agenda.end_plan(0, at_minute(20));
  struct Row {
    std::uint32_t member;
    std::uint64_t decision;
    double from_min, to_min, kw, replaced_min;  // replaced -1: it stood
  };
  const auto expect_told = [&](std::initializer_list<Row> rows) {
    ASSERT_EQ(diary.bench.seen.plans.size(), rows.size());
    std::size_t i = 0;
    for (const Row& row : rows) {
      const PlanRecord& told = diary.bench.seen.plans[i++];
      EXPECT_EQ(told.row, row.member) << i;
      EXPECT_EQ(told.decision, row.decision) << i;
      EXPECT_EQ(told.start_ns, at_minute(row.from_min)) << i;
      EXPECT_EQ(told.end_ns, at_minute(row.to_min)) << i;
      EXPECT_EQ(told.kw, row.kw) << i;
      EXPECT_EQ(told.replaced_ns, row.replaced_min < 0.0 ? 0 : at_minute(row.replaced_min)) << i;
    }
  };
  expect_told({{0, 1, 0, 15, 2.0, -1},
               {1, 1, 0, 15, 5.0, -1},
               {1, 1, 15, 30, 6.0, 15},
               {0, 1, 15, 20, 4.0, -1},
               {0, 1, 20, 30, 4.0, 20},
               {0, 2, 30, 45, 4.0, 20}});
}

TEST(PartAgenda, ASecondBeginIsLikeTheFirst) {
  Diary diary;
  diary.expect_asked(0, EVTWIN_WHY_TICK, at_minute(50));
  diary.agenda.wake_at(at_minute(52), at_minute(50));
  diary.bench.queue.clear();
  diary.agenda.begin(*diary.clocks, {});
  diary.agenda.start_ticks(at_h(0), kernel::day_ns, at_h(24));
  EXPECT_EQ(diary.agenda.decision_count(), 0U);
  diary.expect_asked(0, EVTWIN_WHY_TICK);
  diary.expect_asked(15, EVTWIN_WHY_TICK);
}

}  // namespace
}  // namespace evtwin::twin
