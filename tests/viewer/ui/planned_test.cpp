#include "viewer/ui/planned.hpp"

#include <gtest/gtest.h>

namespace evtwin::viewer::ui {
namespace {

using kernel::hour_ns;
using model::TimeNs;

constexpr TimeNs never = kernel::time_never;

model::Plan piece(std::uint64_t decision, TimeNs from_h, TimeNs to_h, double kw, TimeNs replaced_ns = never) {
  model::Plan plan;
  plan.evse = 0;
  plan.decision = decision;
  plan.start_ns = from_h * hour_ns;
  plan.end_ns = to_h * hour_ns;
  plan.kw = kw;
  plan.replaced_ns = replaced_ns;
  return plan;
}

/// A session from 1 h to 6 h at the only EVSE; energy costs 100 a kWh until 3 h, then 200.
model::Run run_with_plans(std::vector<model::Plan> plans, std::vector<model::Decision> decisions) {
  model::Run run;
  run.end_ns = 10 * hour_ns;
  run.sites.resize(1);
  run.sites[0].buy_price.add_piece(0, 100.0);
  run.sites[0].buy_price.add_piece(3 * hour_ns, 200.0);
  run.sites[0].buy_price.finish_at(run.end_ns);
  run.evses.resize(1);
  run.sessions.resize(1);
  run.sessions[0].evse = 0;
  run.sessions[0].plugged_in_ns = 1 * hour_ns;
  run.sessions[0].departed_ns = 6 * hour_ns;
  for (std::uint32_t i = 0; i < plans.size(); ++i) run.evses[0].plans.push_back(i);
  run.plans = std::move(plans);
  for (std::uint32_t i = 0; i < decisions.size(); ++i) run.sites[0].decisions.push_back(i);
  run.decisions = std::move(decisions);
  return run;
}

model::Decision decision(std::uint64_t number, TimeNs hour) {
  model::Decision d;
  d.number = number;
  d.time_ns = hour * hour_ns;
  return d;
}

TEST(StandingPlan, IsWhatWasNotTakenBackAndZeroBetween) {
  const model::Run run = run_with_plans({piece(1, 1, 2, 4.0), piece(1, 2, 4, 6.0, 2 * hour_ns), piece(2, 3, 4, 7.0)},
                                        {decision(1, 1), decision(2, 2)});
  const model::Series plan = standing_plan(run, 0);
  EXPECT_EQ(plan.value_at(hour_ns / 2), 0.0);
  EXPECT_EQ(plan.value_at(hour_ns), 4.0);
  EXPECT_EQ(plan.value_at(2 * hour_ns), 0.0);
  EXPECT_EQ(plan.value_at(3 * hour_ns), 7.0);
  EXPECT_EQ(plan.value_at(5 * hour_ns), 0.0);
  EXPECT_EQ(plan.extent_of(0, 10 * hour_ns).integral_h, 11.0);
}

TEST(StandingPlan, IsEmptyWhereNothingWasPlanned) { EXPECT_TRUE(standing_plan(run_with_plans({}, {}), 0).empty()); }

TEST(FirstPlan, CostsItsEnergyAtThePriceOfItsTime) {
  const model::Run run = run_with_plans({piece(1, 2, 4, 5.0)}, {decision(1, 1)});
  const FirstPlan first = first_plan(run, 0);
  EXPECT_EQ(first.decision, 0U);
  EXPECT_EQ(first.kwh, 10.0);
  EXPECT_EQ(first.cost, 5.0 * 100.0 + 5.0 * 200.0);
}

TEST(FirstPlan, CountsWhatALaterDecisionTookBackAndNotWhatItPlanned) {
  const model::Run run =
      run_with_plans({piece(1, 2, 4, 5.0, 2 * hour_ns), piece(2, 4, 5, 8.0)}, {decision(1, 1), decision(2, 2)});
  EXPECT_EQ(first_plan(run, 0).kwh, 10.0);
}

TEST(FirstPlan, IsThatOfTheFirstDecisionThatPlansForTheVehicle) {
  // Decision 1 is before the vehicle came; 2 at its arrival plans nothing for it; 3 does, until after it has left.
  const model::Run run = run_with_plans({piece(3, 2, 8, 1.0)}, {decision(1, 0), decision(2, 1), decision(3, 2)});
  const FirstPlan first = first_plan(run, 0);
  EXPECT_EQ(first.decision, 2U);
  EXPECT_EQ(first.kwh, 4.0);  // from 2 h to the departure at 6 h
}

TEST(FirstPlan, IsNoneWhereTheStrategyPlansNothing) {
  EXPECT_EQ(first_plan(run_with_plans({}, {decision(1, 1)}), 0).decision, model::no_row);
}

}  // namespace
}  // namespace evtwin::viewer::ui
