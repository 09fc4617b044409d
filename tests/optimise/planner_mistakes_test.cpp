// Mistakes found in planners that users had before, each as a case that would show it here: the day-ahead planner of
// github.com/ngo-lap/smartcharging, and EnerV2Gize (github.com/pnucse-capstone-2024/Capstone-2024-team-39).
#include <gmock/gmock.h>

#include <algorithm>

#include "day_ahead_demand.hpp"
#include "optimise/planner.hpp"

namespace evtwin::optimise {
namespace {

Plan solve_problem(const PlanProblem& problem, Method method = Method::lp) {
  Planner planner({.method = method, .tie_break = TieBreak::none, .milp = {.relative_gap = 1e-9, .nodes = 200'000}});
  return planner.make_plan(problem);
}

double charged_kwh(const PlanProblem& problem, const Plan& plan, std::size_t v) {
  double kwh = 0.0;
  for (std::size_t t = 0; t < problem.steps(); ++t)
    kwh += problem.hours[t] * plan.vehicles[v].kw_in_step(static_cast<std::uint32_t>(t));
  return kwh;
}

/// One car of 11 kW and 50 kWh that is there in [first, end) of `steps` steps of 15 min.
PlanProblem one_car(std::uint32_t first, std::uint32_t end, double wanted_kwh, std::size_t steps = 96) {
  const double step_h = 24.0 / static_cast<double>(steps);
  return day_ahead_problem({{11, wanted_kwh, 50, first * step_h, end * step_h, 0}}, {.step_h = step_h});
}

// ---- The day-ahead planner. ----

// It divided the energy drawn from the grid by the energy wanted in the battery: 111 % where 90 % of it arrive.
TEST(PlannerMistakes, WorkloadAbove100Percent) {
  const auto demand = synthetic_demand(40, 2);
  const PlanProblem problem = day_ahead_problem(demand, {.capacity_kw = 200});
  const Plan plan = solve_problem(problem);
  int drawn_more_than_wanted = 0;
  for (std::size_t v = 0; v < demand.size(); ++v) {
    const double drawn_kwh = charged_kwh(problem, plan, v), stored_kwh = 0.9 * drawn_kwh;
    EXPECT_LE(stored_kwh, demand[v].required_kwh + 1e-6) << v;
    EXPECT_NEAR(stored_kwh + plan.vehicles[v].unmet_kwh, demand[v].required_kwh, 1e-6) << v;
    if (drawn_kwh > demand[v].required_kwh * 1.0001) ++drawn_more_than_wanted;
  }
  EXPECT_GT(drawn_more_than_wanted, 10);  // what they would have shown above 100 %
}

// Its MILP had a binary per car and step and no rule that needed one: the same optimum as the LP, 3,840 whole numbers
// later. Here whole numbers appear where there is a rule, and then the answer differs.
TEST(PlannerMistakes, VacuousBinaries) {
  const auto demand = synthetic_demand(40, 2);
  const Plan free = solve_problem(day_ahead_problem(demand, {}), Method::milp);
  EXPECT_EQ(free.nodes, 0U);
  EXPECT_NEAR(free.objective, solve_problem(day_ahead_problem(demand, {}), Method::lp).objective, 1e-8);
  const PlanProblem bound = day_ahead_problem(demand, {.minimum_powers = true});
  EXPECT_GT(solve_problem(bound, Method::milp).objective, solve_problem(bound, Method::lp).objective + 2.0);
}

// The rows of its battery ended two steps early, so that the last state was free: a car full without charging.
TEST(PlannerMistakes, LastTwoStepsNotBoundByTheBattery) {
  const PlanProblem problem = one_car(94, 96, 30.0);
  const Plan plan = solve_problem(problem);
  EXPECT_NEAR(charged_kwh(problem, plan, 0), 5.5, 1e-9);  // 2 x 15 min x 11 kW
  EXPECT_NEAR(plan.vehicles[0].unmet_kwh, 30.0 - 0.9 * 5.5, 1e-9);
  EXPECT_NEAR(plan.objective, 0.13 * 5.5 + 2.0 * (30.0 - 0.9 * 5.5), 1e-9);
}

// One slack for the whole day: a base load above the capacity at noon allowed the cars the same excess all day, and its
// price was paid once. Here what is over a limit counts step by step, only where nothing else is possible.
TEST(PlannerMistakes, OneScalarSlackForTheDay) {
  PlanProblem problem = day_ahead_problem({{50, 90, 100, 0, 24, 0}}, {.capacity_kw = 20, .efficiency = 1});
  problem.over_limit_price_per_kwh = 1e6;
  problem.load_kw[40] = 50.0;  // 30 kW over
  problem.load_kw[60] = 24.0;  // 4 kW over
  const Plan plan = solve_problem(problem);
  ASSERT_EQ(plan.outcome, Outcome::optimal);
  EXPECT_NEAR(plan.over_limit_kwh, (30.0 + 4.0) * 0.25, 1e-9);
  EXPECT_NEAR(plan.vehicles[0].unmet_kwh, 0.0, 1e-9);
  for (std::uint32_t t = 0; t < 96; ++t) {
    if (t == 40 || t == 60) {
      EXPECT_NEAR(plan.vehicles[0].kw_in_step(t), 0.0, 1e-9) << t;
    } else {
      EXPECT_LE(plan.import_kw[t], 20.0 + 1e-6) << t;
    }
  }
}

// `if algorithm == "milp" or "lp"` is always true: whatever was asked for, one formulation answered.
TEST(PlannerMistakes, TheMethodAskedForIsNotTheOneThatAnswers) {
  const PlanProblem problem = day_ahead_problem(synthetic_demand(40, 2), {.minimum_powers = true});
  const Plan lp = solve_problem(problem, Method::lp), milp = solve_problem(problem, Method::milp);
  EXPECT_EQ(lp.method, Method::lp);
  EXPECT_EQ(milp.method, Method::milp);
  EXPECT_GT(milp.objective, lp.objective + 1.0);
}

// Steps of 900 s, whatever was asked for. The same stay, need and price on steps of 5, 10, 15 and 60 min.
TEST(PlannerMistakes, AlwaysStepsOf900Seconds) {
  for (const std::size_t steps : {288U, 144U, 96U, 24U}) {
    const auto per_hour = static_cast<std::uint32_t>(steps / 24);
    const PlanProblem problem = one_car(9 * per_hour, 11 * per_hour, 30.0, steps);
    const Plan plan = solve_problem(problem);
    EXPECT_NEAR(charged_kwh(problem, plan, 0), 22.0, 1e-9) << steps;  // 2 h x 11 kW
    EXPECT_NEAR(plan.objective, 0.13 * 22.0 + 2.0 * (30.0 - 0.9 * 22.0), 1e-9) << steps;
  }
}

// `assert required <= capacity` compares two Python lists by their first elements: a car that asks for 53.38 kWh of a
// battery of 30 kWh passed. It is asked of every car here, and by what its battery has room for.
TEST(PlannerMistakes, EnergyAboveTheBatterysCapacity) {
  for (const bool first : {true, false}) {
    std::vector<DayAheadCar> demand{{22, 53.38, 30, 8, 20, 0}, {22, 10, 52, 8, 20, 0}};
    if (!first) std::swap(demand[0], demand[1]);
    const PlanProblem problem = day_ahead_problem(demand, {});
    const Plan plan = solve_problem(problem);
    const std::size_t v = first ? 0 : 1;
    EXPECT_NEAR(0.9 * charged_kwh(problem, plan, v), 30.0, 1e-9);
    EXPECT_NEAR(plan.vehicles[v].unmet_kwh, 23.38, 1e-9);
    EXPECT_NEAR(plan.vehicles[1 - v].unmet_kwh, 0.0, 1e-9);
  }
}

// ---- EnerV2Gize. ----

/// A battery of 50 kWh, half full, there for four hours of which two are cheap and two are dear, wanting nothing.
PlanProblem cheap_then_dear(double wear_per_kwh = 0.0) {
  PlanProblem problem;
  problem.hours.assign(4, 1.0);
  problem.buy_per_kwh = {0.10, 0.10, 0.30, 0.30};
  problem.sell_per_kwh = problem.buy_per_kwh;
  problem.load_kw.assign(4, 20.0);
  problem.pv_kw.assign(4, 0.0);
  problem.import_limit_kw.assign(4, 100.0);
  problem.export_limit_kw.assign(4, 0.0);
  PlanVehicle car;
  car.key = 1;
  car.end_step = 4;
  car.max_kw = car.max_discharge_kw = 10.0;
  car.charge_efficiency = car.discharge_efficiency = 0.9;
  car.need_at = NeedAt::battery;
  car.room_kwh = 25.0;
  car.dischargeable_kwh = 15.0;
  car.unmet_price_per_kwh = 10.0;  // what was there at arrival is there at departure
  car.discharge_price_per_kwh = wear_per_kwh;
  problem.vehicles.push_back(car);
  return problem;
}

// Its prices were negative when paid and the comparison was not turned: it charged above the mean and discharged below.
TEST(PlannerMistakes, InvertedPriceSign) {
  const PlanProblem problem = cheap_then_dear();
  const Plan plan = solve_problem(problem);
  for (std::uint32_t t = 0; t < 4; ++t) {
    const double kw = plan.vehicles[0].kw_in_step(t);
    EXPECT_TRUE(t < 2 ? kw >= -1e-9 : kw <= 1e-9) << t << ": " << kw;
  }
  // 20 kWh bought at 0.10, of which 0.81 come back at 0.30; the load of 20 kW goes on.
  EXPECT_NEAR(plan.objective, 20 * (0.1 + 0.1 + 0.3 + 0.3) + 20 * 0.10 - 16.2 * 0.30, 1e-9);
}

// Its provider's reward was -1000 x a cash flow that is negative when money is spent: spending was rewarded. Here a
// dearer day never costs less, and energy that nobody wants is not bought.
TEST(PlannerMistakes, SpendingRewarded) {
  const auto demand = synthetic_demand(40, 0);
  double last = 0.0;
  for (const double price : {0.0, 0.05, 0.13, 0.26, 1.0}) {
    const Plan plan = solve_problem(day_ahead_problem(demand, {.price_per_kwh = price}));
    EXPECT_GT(plan.objective, last);
    last = plan.objective;
  }
  PlanProblem nothing_wanted = one_car(0, 96, 0.0);
  const Plan plan = solve_problem(nothing_wanted);
  EXPECT_EQ(charged_kwh(nothing_wanted, plan, 0), 0.0);
  EXPECT_EQ(plan.objective, 0.0);
}

// Its profit was counted per fraction of a battery: half of a small battery was worth as much as half of a large one.
TEST(PlannerMistakes, ProfitPerFractionOfABattery) {
  PlanProblem small = cheap_then_dear();
  small.vehicles[0].max_discharge_kw = 100.0;
  small.vehicles[0].max_kw = 100.0;
  small.load_kw.assign(4, 200.0);
  small.import_limit_kw.assign(4, 1000.0);
  PlanProblem large = small;
  large.vehicles[0].room_kwh *= 2.0;
  large.vehicles[0].dischargeable_kwh *= 2.0;
  const double idle = 200.0 * (0.1 + 0.1 + 0.3 + 0.3);
  const double gain_small = idle - solve_problem(small).objective, gain_large = idle - solve_problem(large).objective;
  EXPECT_NEAR(gain_small, 25.0 * (0.9 * 0.30 - 0.10 / 0.9), 1e-9);  // 25 kWh stored and given back
  EXPECT_NEAR(gain_large, 2.0 * gain_small, 1e-9);
}

// Its state was cut after 100 numbers: 6 of 20 cars. Each of 20 cars that must share 44 kW has its own part of the
// plan.
TEST(PlannerMistakes, StateCutAtSixOfTwentyCars) {
  const std::vector<DayAheadCar> demand(20, {22, 6.6, 50, 8, 11, 0});
  const Plan plan = solve_problem(day_ahead_problem(demand, {.capacity_kw = 20 * 6.6 / 0.9 / 3.0}));
  for (std::size_t v = 0; v < 20; ++v) EXPECT_NEAR(plan.vehicles[v].unmet_kwh, 0.0, 1e-9) << v;
}

}  // namespace
}  // namespace evtwin::optimise
