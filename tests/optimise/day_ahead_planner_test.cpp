// The reference objectives of a published day-ahead planner, through our planner.
#include <gmock/gmock.h>

#include <algorithm>

#include "day_ahead_demand.hpp"
#include "optimise/planner.hpp"

namespace evtwin::optimise {
namespace {

constexpr MilpLimits to_the_end{.relative_gap = 1e-9, .nodes = 200'000};

Plan solve_day(const PlanProblem& problem, Method method) {
  Planner planner({.method = method, .tie_break = TieBreak::none, .milp = to_the_end});
  return planner.make_plan(problem);
}

double drawn_kwh(const PlanProblem& problem, const Plan& plan) {
  double kwh = 0.0;
  for (std::size_t t = 0; t < problem.steps(); ++t) kwh += plan.import_kw[t] * problem.hours[t];
  return kwh;
}

double unmet_kwh(const Plan& plan) {
  double kwh = 0.0;
  for (const VehiclePlan& vehicle : plan.vehicles) kwh += vehicle.unmet_kwh;
  return kwh;
}

auto cars_short(const Plan& plan) {
  return std::ranges::count_if(plan.vehicles, [](const VehiclePlan& vehicle) { return vehicle.unmet_kwh > 1e-6; });
}

// ---- Where the demand comes from. ----

TEST(DayAheadDemand, TheDrawsAreNumpys) {
  NumpyRandom random(5489);  // the standard's own check: the 10,000th number of a std::mt19937 of the default seed
  std::mt19937 core(5489);
  core.discard(9999);
  EXPECT_EQ(core(), 4123659995U);
  // numpy.random.seed(0): rand(3), and randint(0, 10, 5), choice([6, 7, 11, 22], 4) as numpy 1.24 gives them.
  NumpyRandom fractions(0);
  EXPECT_EQ(fractions.fraction(), 0.5488135039273248);
  EXPECT_EQ(fractions.fraction(), 0.7151893663724195);
  EXPECT_EQ(fractions.fraction(), 0.6027633760716439);
  NumpyRandom wholes(0);
  std::vector<std::int64_t> drawn(5);
  for (std::int64_t& number : drawn) number = wholes.whole(0, 10);
  EXPECT_THAT(drawn, testing::ElementsAre(5, 0, 3, 3, 7));
}

// ---- LP and MILP, 40 cars, 96 steps. ----

struct Reference {
  std::uint32_t seed;
  double capacity_kw, objective, drawn_kwh, planned_kwh, unmet_kwh;
  int cars_short;
};

class DayAheadReference : public testing::TestWithParam<Reference> {};

TEST_P(DayAheadReference, LpAndMilpHaveTheirObjective) {
  const Reference& reference = GetParam();
  const auto demand = synthetic_demand(40, reference.seed);
  const PlanProblem problem = day_ahead_problem(demand, {.capacity_kw = reference.capacity_kw});
  double planned_kwh = 0.0;
  for (const DayAheadCar& car : demand) planned_kwh += car.required_kwh;
  EXPECT_NEAR(planned_kwh, reference.planned_kwh, 0.005);
  for (const Method method : {Method::lp, Method::milp}) {
    SCOPED_TRACE(name_of(method));
    const Plan plan = solve_day(problem, method);
    ASSERT_EQ(plan.outcome, Outcome::optimal);
    EXPECT_NEAR(plan.objective, reference.objective, 1e-8);
    EXPECT_NEAR(drawn_kwh(problem, plan), reference.drawn_kwh, 0.005);
    EXPECT_NEAR(unmet_kwh(plan), reference.unmet_kwh, 0.005);
    EXPECT_EQ(cars_short(plan), reference.cars_short);
    EXPECT_LE(*std::ranges::max_element(plan.import_kw), reference.capacity_kw + 1e-6);
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, DayAheadReference,
                         testing::Values(Reference{0, 100, 199.7199341386, 939.08, 897.61, 52.44, 23},
                                         Reference{0, 200, 199.7199341386, 939.08, 897.61, 52.44, 23},
                                         Reference{1, 100, 197.2609571568, 849.77, 816.08, 51.28, 22},
                                         Reference{1, 200, 197.2609571568, 849.77, 816.08, 51.28, 22},
                                         Reference{2, 100, 251.6918506978, 970.56, 978.74, 105.23, 21},
                                         Reference{2, 200, 200.4144302454, 1037.16, 978.74, 45.30, 20}),
                         [](const auto& reference) {
                           return "Seed" + std::to_string(reference.param.seed) + "Capacity" +
                                  std::to_string(static_cast<int>(reference.param.capacity_kw));
                         });

TEST(DayAheadPlanner, TheFiveCarsOfItsReadme) {
  const PlanProblem wide = day_ahead_problem(readme_demand(), {.capacity_kw = 100});
  const PlanProblem narrow = day_ahead_problem(readme_demand(), {.capacity_kw = 20});
  for (const Method method : {Method::lp, Method::milp}) {
    SCOPED_TRACE(name_of(method));
    const Plan plan = solve_day(wide, method);
    EXPECT_NEAR(plan.objective, 37.20289, 5e-6);
    EXPECT_NEAR(drawn_kwh(wide, plan), 141.64, 0.005);
    const double unmet[] = {0, 1.921, 3.740, 3.166, 1.405};
    for (std::size_t v = 0; v < 5; ++v) EXPECT_NEAR(plan.vehicles[v].unmet_kwh, unmet[v], 5e-4) << v;
    const Plan scarce = solve_day(narrow, method);
    EXPECT_NEAR(scarce.objective, 38.98835, 5e-6);
    EXPECT_NEAR(unmet_kwh(scarce), 12.03, 0.005);
  }
}

// ---- What makes it a MILP: minimum powers. ----

struct MinimumPower {
  std::uint32_t seed;
  double capacity_kw, relaxed, whole;
};

class DayAheadMinimumPower : public testing::TestWithParam<MinimumPower> {};

TEST_P(DayAheadMinimumPower, CostsWhatItCostsThem) {
  const MinimumPower& reference = GetParam();
  const PlanProblem problem = day_ahead_problem(synthetic_demand(40, reference.seed),
                                                {.capacity_kw = reference.capacity_kw, .minimum_powers = true});
  EXPECT_NEAR(solve_day(problem, Method::lp).objective, reference.relaxed, 1e-7);
  const Plan whole = solve_day(problem, Method::milp);
  ASSERT_EQ(whole.outcome, Outcome::optimal);
  EXPECT_NEAR(whole.objective, reference.whole, 1e-6 * reference.whole);
  for (std::size_t v = 0; v < problem.vehicles.size(); ++v) {
    for (const double kw : whole.vehicles[v].charge_kw)
      EXPECT_TRUE(kw < 1e-6 || kw > problem.vehicles[v].min_kw - 1e-6) << v << ": " << kw;
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, DayAheadMinimumPower,
                         testing::Values(MinimumPower{0, 100, 199.7199341386, 199.7199341386},
                                         MinimumPower{0, 60, 365.2017539704, 365.2017539704},
                                         MinimumPower{0, 40, 527.2282515565, 527.2282515565},
                                         MinimumPower{1, 100, 197.2609571568, 197.2609571568},
                                         MinimumPower{1, 60, 289.1302454117, 289.1302454117},
                                         MinimumPower{1, 40, 444.9374209230, 444.9374209230},
                                         MinimumPower{2, 100, 251.6918506978, 253.8294990037},
                                         MinimumPower{2, 60, 498.4655107704, 500.7430681672},
                                         MinimumPower{2, 40, 680.8394869883, 682.1532737853}),
                         [](const auto& reference) {
                           return "Seed" + std::to_string(reference.param.seed) + "Capacity" +
                                  std::to_string(static_cast<int>(reference.param.capacity_kw));
                         });

// ---- A capacity that changes. ----

TEST(DayAheadPlanner, FiftyCarsUnderACapacityThatDropsForAWhile) {
  PlanProblem problem = day_ahead_problem(synthetic_demand(50, 0), {80, 0.85, 3000, 6e5});
  std::fill(problem.import_limit_kw.begin() + 40, problem.import_limit_kw.begin() + 57, 60.0);
  const Plan plan = solve_day(problem, Method::lp);
  EXPECT_NEAR(drawn_kwh(problem, plan), 981.53, 0.005);
  EXPECT_NEAR(plan.objective, 6'088'111.6758888, 1e-4);
}

TEST(DayAheadPlanner, SixtyCarsAndTheCapacityIsLoweredWithoutStartingAnew) {
  const auto demand = synthetic_demand(60, 0);
  const PlanProblem before = day_ahead_problem(demand, {40, 0.85});
  const PlanProblem after = day_ahead_problem(demand, {30, 0.85});
  Planner planner({.method = Method::lp, .tie_break = TieBreak::none, .milp = to_the_end});
  EXPECT_NEAR(drawn_kwh(before, planner.make_plan(before)), 570.20, 0.005);
  const Plan warm = planner.make_plan(after);
  EXPECT_NEAR(drawn_kwh(after, warm), 437.70, 0.005);
  const Plan cold = solve_day(after, Method::lp);
  EXPECT_NEAR(warm.objective, 1169.5567654642, 1e-7);
  EXPECT_NEAR(cold.objective, 1169.5567654642, 1e-7);
  EXPECT_LT(warm.iterations, cold.iterations);
}

// ---- What a flat price can and can not save. ----

TEST(DayAheadPlanner, WithAFlatPriceItDrawsAsMuchAsUncontrolledChargingAndOnlyThePeakIsLess) {
  const auto demand = synthetic_demand(40, 2);
  const PlanProblem problem = day_ahead_problem(demand, {.capacity_kw = 200});
  double at_once_kwh = 0.0;
  for (std::size_t v = 0; v < demand.size(); ++v) {
    const PlanVehicle& car = problem.vehicles[v];
    at_once_kwh += std::min(car.wanted_kwh / 0.9, car.max_kw * 0.25 * (car.end_step - car.first_step));
  }
  EXPECT_NEAR(drawn_kwh(problem, solve_day(problem, Method::lp)), at_once_kwh, 1e-6);
  EXPECT_NEAR(at_once_kwh, 1037.16, 0.005);
}

}  // namespace
}  // namespace evtwin::optimise
