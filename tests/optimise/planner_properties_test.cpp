// What holds for every plan, over random problems.
#include <gmock/gmock.h>

#include <algorithm>
#include <limits>

#include "optimise/plan_facts.hpp"
#include "optimise/planner.hpp"
#include "optimise/problems.hpp"
#include "support/sweep.hpp"

namespace evtwin::optimise::test {
namespace {

constexpr std::uint64_t problems = 60;

Features some_features(std::uint64_t seed) {
  Draws draw(seed * 77 + 5);
  Features with;
  for (bool* feature : {&with.discharge, &with.pv, &with.storage, &with.demand, &with.limits, &with.magnitudes,
                        &with.odd_prices, &with.wishes, &with.battery_need, &with.over_limit})
    *feature = draw.chance(0.5);
  return with;
}

PlannerOptions with_method(Method method, TieBreak tie_break = TieBreak::steady) {
  PlannerOptions options;
  options.method = method;
  options.tie_break = tie_break;
  options.milp.relative_gap = 0.0;
  options.most_searched_directions = std::numeric_limits<std::size_t>::max();
  return options;
}

/// To the optimum, also where opposite powers at once need binaries.
Planner exact() { return Planner(with_method(Method::lp)); }

double slack(double money) { return 1e-6 * std::max(1.0, std::abs(money)); }

TEST(PlannerProperties, EveryProblemHasAPlanThatPassesItsCheck) {
  for (std::uint64_t seed = 0; seed < problems; ++seed) {
    const PlanProblem problem = random_problem(seed, some_features(seed));
    ASSERT_EQ(check_problem(problem), "") << seed;
    const Plan plan = exact().make_plan(problem);
    ASSERT_TRUE(plan.is_usable()) << seed << " " << name_of(plan.outcome);
    EXPECT_EQ(check_plan(problem, plan), "") << seed;
  }
}

/// A greedy that does not fit is `lp` in all that it does: directions by branching, no rounding beyond the first.
TEST(PlannerProperties, AGreedyThatDoesNotFitPlansAsLpDoes) {
  std::uint64_t searched = 0, improved = 0;
  for (const std::size_t most : {std::size_t{12}, std::size_t{0}}) {
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
      Features with = some_features(seed);
      with.odd_prices = with.storage = true;
      const PlanProblem problem = random_problem(seed, with);
      PlannerOptions options;
      options.most_searched_directions = most;
      const Plan linear = Planner(options).make_plan(problem);
      options.method = Method::greedy;
      const Plan plan = Planner(options).make_plan(problem);
      ASSERT_EQ(plan.method, Method::lp) << seed;
      EXPECT_EQ(plan.objective, linear.objective) << seed;
      EXPECT_EQ(plan.bound, linear.bound) << seed;
      EXPECT_EQ(plan.iterations, linear.iterations) << seed;
      EXPECT_EQ(plan.nodes, linear.nodes) << seed;
      searched += linear.nodes;
      improved += most == 0 && plan.objective > plan.bound;
    }
  }
  // Else no direction was ever at stake.
  EXPECT_GT(searched, 100U);
  EXPECT_GT(improved, 5U);
}

/// Where many directions are at stake the planner does not search: a plan is sound all the same, and hardly dearer.
TEST(PlannerProperties, DirectionsThatAreNotSearchedAreNearlyTheBest) {
  PlannerOptions unsearched = with_method(Method::lp);
  unsearched.most_searched_directions = 0;
  int judged = 0, dearer = 0;
  double lost = 0.0, worst = 0.0;
  for (std::uint64_t seed = 0; seed < 150; ++seed) {
    // The whole search of this one takes as long as all others together thirty times, sanitized five minutes.
    if (seed == 72 && sweep(false, true)) continue;
    Features with = some_features(seed);
    with.odd_prices = with.storage = true;
    const PlanProblem problem = random_problem(seed, with);
    const Plan best = exact().make_plan(problem), plan = Planner(unsearched).make_plan(problem);
    ASSERT_TRUE(best.is_usable()) << seed << best.why;
    ASSERT_TRUE(plan.is_usable()) << seed << plan.why;
    ++judged;
    ASSERT_EQ(check_plan(problem, plan), "") << seed;
    EXPECT_GE(plan.objective, best.objective - slack(best.objective)) << seed;
    const double more = (plan.objective - best.objective) / std::max(1.0, std::abs(best.objective));
    if (more > 1e-6) ++dearer;
    lost += more;
    worst = std::max(worst, more);
  }
  EXPECT_GT(dearer, 0);  // else this test tells nothing
  EXPECT_LT(lost / judged, 0.001);
  EXPECT_LT(worst, 0.05);
}

/// The bound is one of work, not of the answer's soundness: less work, a sound plan, its gap told.
TEST(PlannerProperties, FewerIterationsForDirectionsAreLessWorkAndAPlanAllTheSame) {
  PlannerOptions little = with_method(Method::lp), much = little;
  little.most_searched_directions = much.most_searched_directions = 0;
  little.most_direction_iterations = 0;
  much.most_direction_iterations = std::numeric_limits<std::uint64_t>::max() / 2;
  std::uint64_t few = 0, many = 0;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    Features with = some_features(seed);
    with.odd_prices = true;
    const PlanProblem problem = random_problem(seed, with);
    const Plan first = Planner(little).make_plan(problem), best = Planner(much).make_plan(problem);
    if (!first.is_usable() || !best.is_usable()) continue;
    EXPECT_EQ(check_plan(problem, first), "") << seed;
    if (first.outcome == Outcome::limit) {
      EXPECT_GT(first.relative_gap(), 0.0) << seed;
    }
    few += first.iterations;
    many += best.iterations;
  }
  EXPECT_LT(few, many);  // a better start can also spare a round, so in all
}

TEST(PlannerProperties, WholeNumbersNeverCostLessAndKeepTheirRules) {
  std::size_t dearer = 0;
  for (std::uint64_t seed = 0; seed < problems; ++seed) {
    Features with = some_features(seed);
    with.whole_numbers = true;
    const PlanProblem problem = random_problem(seed, with);
    const Plan lp = Planner(with_method(Method::lp)).make_plan(problem);
    const Plan milp = Planner(with_method(Method::milp)).make_plan(problem);
    ASSERT_TRUE(lp.is_usable() && milp.is_usable()) << seed << lp.why << milp.why;
    EXPECT_EQ(milp.method, Method::milp) << seed;
    EXPECT_EQ(check_plan(problem, milp), "") << seed;
    EXPECT_GE(milp.objective, lp.objective - slack(lp.objective)) << seed;
    if (milp.objective > lp.objective + slack(lp.objective)) ++dearer;
  }
  // The rules are not vacuous.
  EXPECT_GT(dearer, problems / 4);
}

TEST(PlannerProperties, ABoundIsNeverAboveAPlan) {
  for (std::uint64_t seed = 0; seed < problems; ++seed) {
    PlanProblem problem = random_problem(seed, some_features(seed));
    const Plan plan = exact().make_plan(problem);
    problem.linearisation = Linearisation::outer;
    const Plan bound = exact().make_plan(problem);
    ASSERT_TRUE(bound.is_usable()) << seed << bound.why;
    EXPECT_LE(bound.objective, plan.objective + slack(plan.objective)) << seed;
  }
}

TEST(PlannerProperties, MoreFreedomNeverCostsMore) {
  for (std::uint64_t seed = 0; seed < problems; ++seed) {
    // A limit that is broken at rest is soft, and hard when it is a little higher: not here.
    Features with = some_features(seed);
    with.over_limit = false;
    PlanProblem problem = random_problem(seed, with);
    const double before = exact().make_plan(problem).objective;
    for (double& limit : problem.import_limit_kw) limit += 10.0;
    for (PlanVehicle& vehicle : problem.vehicles) vehicle.max_kw += 3.0;
    for (PlanLimit& limit : problem.limits)
      for (double& upper : limit.upper) upper += 5.0;
    // The pressure is counted from a share of the limit: a higher limit is less pressure.
    EXPECT_LE(exact().make_plan(problem).objective, before + slack(before)) << seed;
  }
}

TEST(PlannerProperties, ATieBreakChangesNoCost) {
  for (std::uint64_t seed = 0; seed < problems; ++seed) {
    const PlanProblem problem = random_problem(seed, some_features(seed));
    const double none = Planner(with_method(Method::lp, TieBreak::none)).make_plan(problem).objective;
    EXPECT_NEAR(Planner(with_method(Method::lp, TieBreak::earliest)).make_plan(problem).objective, none, slack(none))
        << seed;
  }
}

TEST(PlannerProperties, TheOrderOfVehiclesChangesNoCost) {
  for (std::uint64_t seed = 0; seed < problems; ++seed) {
    PlanProblem problem = random_problem(seed, some_features(seed));
    const double before = exact().make_plan(problem).objective;
    std::reverse(problem.vehicles.begin(), problem.vehicles.end());
    EXPECT_NEAR(exact().make_plan(problem).objective, before, slack(before)) << seed;
  }
}

/// The problem one step on, after `plan`'s first step: who is still there wants what is left.
PlanProblem moved_on(PlanProblem problem, const Plan& plan) {
  for (std::size_t v = 0; v < problem.vehicles.size(); ++v) {
    PlanVehicle& vehicle = problem.vehicles[v];
    if (vehicle.first_step > 0) {
      --vehicle.first_step;
      --vehicle.end_step;
      continue;
    }
    if (vehicle.end_step == 0) continue;
    const double kwh = problem.hours[0] * plan.vehicles[v].kw_in_step(0);
    const double stored = problem.hours[0] * (vehicle.charge_efficiency * plan.vehicles[v].charge_kw[0] -
                                              plan.vehicles[v].discharge_kw[0] / vehicle.discharge_efficiency);
    const double got = vehicle.need_at == NeedAt::battery ? stored : kwh;
    vehicle.wanted_kwh = std::max(0.0, vehicle.wanted_kwh - got);
    vehicle.most_kwh = std::max(0.0, vehicle.most_kwh - got);
    vehicle.room_kwh = std::max(0.0, vehicle.room_kwh - stored);
    vehicle.dischargeable_kwh = std::max(0.0, vehicle.dischargeable_kwh + stored);
    vehicle.first_share = 1.0;
    for (auto* per_step : {&vehicle.step_max_kw, &vehicle.step_charge_price_per_kwh})
      if (!per_step->empty()) per_step->erase(per_step->begin());
    --vehicle.end_step;
  }
  std::erase_if(problem.vehicles, [](const PlanVehicle& vehicle) { return vehicle.end_step == 0; });
  for (std::size_t s = 0; s < problem.storages.size(); ++s)
    problem.storages[s].stored_kwh = plan.storages[s].stored_kwh[0];
  for (auto* series : {&problem.hours, &problem.buy_per_kwh, &problem.sell_per_kwh, &problem.load_kw, &problem.pv_kw,
                       &problem.import_limit_kw, &problem.export_limit_kw})
    series->erase(series->begin());
  for (MeterWindow& window : problem.windows) {
    window.first_step = std::max(window.first_step, 1u) - 1;
    window.end_step = std::max(window.end_step, 1u) - 1;
  }
  ++problem.first_step_number;
  return problem;
}

TEST(PlannerProperties, AWarmPlanCostsWhatAColdOneDoes) {
  for (std::uint64_t seed = 0; seed < problems; ++seed) {
    PlanProblem problem = random_problem(seed, some_features(seed));
    Planner warm = exact();
    Plan plan = warm.make_plan(problem);
    for (int step = 0; step < 3 && problem.steps() > 1; ++step) {
      problem = moved_on(problem, plan);
      if (step == 1) problem.vehicles.push_back(car(900, 0, 1, 7.0, 1.0));  // and somebody arrives
      ASSERT_EQ(check_problem(problem), "") << seed;
      plan = warm.make_plan(problem);
      ASSERT_TRUE(plan.is_usable()) << seed;
      const double cold = exact().make_plan(problem).objective;
      EXPECT_NEAR(plan.objective, cold, slack(cold)) << seed << " step " << step;
    }
  }
}

TEST(PlannerProperties, ALoadedPlannerAnswersAsTheOneThatSaved) {
  for (std::uint64_t seed = 0; seed < problems; seed += 3) {
    for (const Method method : {Method::lp, Method::milp}) {
      Features with = some_features(seed);
      with.whole_numbers = method == Method::milp;
      PlanProblem problem = random_problem(seed, with);
      Planner first(with_method(method));
      const Plan before = first.make_plan(problem);
      if (problem.steps() < 2) continue;
      Planner second(with_method(method));
      second.load(first.save());
      EXPECT_EQ(second.save(), first.save());
      problem = moved_on(problem, before);
      const Plan a = first.make_plan(problem), b = second.make_plan(problem);
      EXPECT_EQ(first.save(), second.save()) << seed;
      EXPECT_EQ(a.objective, b.objective) << seed;
      for (std::size_t v = 0; v < a.vehicles.size(); ++v) {
        EXPECT_EQ(a.vehicles[v].charge_kw, b.vehicles[v].charge_kw) << seed;
        EXPECT_EQ(a.vehicles[v].discharge_kw, b.vehicles[v].discharge_kw) << seed;
      }
    }
  }
}

TEST(PlannerProperties, FuturesShareTheirFirstStepAndCostNoLessThanEachAlone) {
  for (std::uint64_t seed = 0; seed < problems; seed += sweep(2U, 6U)) {
    // Two futures of one moment: prices, sun and one arrival differ.
    Features with = some_features(seed);
    with.odd_prices = with.over_limit = false;
    std::vector<PlanProblem> futures(2, random_problem(seed, with));
    for (double& buy : futures[1].buy_per_kwh) buy += 15.0;
    for (double& pv : futures[1].pv_kw) pv *= 0.5;
    futures[1].vehicles.push_back(car(800, 0, 1, 7.0, 3.0));
    const double weights[] = {1.0, 3.0};
    const std::vector<Plan> plans = exact().make_plan(futures, weights);
    ASSERT_TRUE(plans[0].is_usable() && plans[1].is_usable()) << seed << plans[0].why;
    for (std::size_t v = 0; v < futures[0].vehicles.size(); ++v)
      EXPECT_NEAR(plans[0].vehicles[v].kw_in_step(0), plans[1].vehicles[v].kw_in_step(0), 1e-6) << seed;
    for (std::size_t s = 0; s < futures[0].storages.size(); ++s)
      EXPECT_NEAR(plans[0].storages[s].charge_kw[0] - plans[0].storages[s].discharge_kw[0],
                  plans[1].storages[s].charge_kw[0] - plans[1].storages[s].discharge_kw[0], 1e-6)
          << seed;
    const double alone =
        0.25 * exact().make_plan(futures[0]).objective + 0.75 * exact().make_plan(futures[1]).objective;
    EXPECT_GE(0.25 * plans[0].objective + 0.75 * plans[1].objective, alone - slack(alone)) << seed;
    // The same future twice is that future.
    const PlanProblem twice[] = {futures[0], futures[0]};
    const double once = exact().make_plan(futures[0]).objective;
    EXPECT_NEAR(exact().make_plan(twice, weights)[0].objective, once, slack(once)) << seed;
  }
}

TEST(PlannerProperties, MaxMinLeavesNobodyWithASmallerShareThanMoneyWould) {
  for (std::uint64_t seed = 0; seed < problems; ++seed) {
    Features with = some_features(seed);
    with.over_limit = false;
    PlanProblem problem = random_problem(seed, with);
    for (PlanVehicle& vehicle : problem.vehicles) {
      vehicle.most_kwh = vehicle.room_kwh = infinite;
      vehicle.max_discharge_kw = 0.0;
    }
    const auto worst_share = [&](const Plan& plan) {
      double worst = 1.0;
      for (std::size_t v = 0; v < problem.vehicles.size(); ++v) {
        const PlanVehicle& vehicle = problem.vehicles[v];
        double could = 0.0;
        for (std::uint32_t t = vehicle.first_step; t < vehicle.end_step; ++t)
          could += problem.hours[t] * most_charge_kw(vehicle, t) *
                   (vehicle.need_at == NeedAt::battery ? vehicle.charge_efficiency : 1.0);
        could = std::min(could, vehicle.wanted_kwh);
        if (could > 1e-9) worst = std::min(worst, (vehicle.wanted_kwh - plan.vehicles[v].unmet_kwh) / could);
      }
      return worst;
    };
    const Plan cheap = exact().make_plan(problem);
    problem.fairness = Fairness::max_min;
    const Plan fair = exact().make_plan(problem);
    ASSERT_TRUE(fair.is_usable()) << seed << fair.why;
    EXPECT_GE(worst_share(fair), worst_share(cheap) - 1e-6) << seed;
    EXPECT_GE(fair.objective, cheap.objective - slack(cheap.objective)) << seed;
  }
}

TEST(PlannerProperties, BytesThatWereNotSavedAreRefused) {
  Planner planner;
  planner.make_plan(random_problem(1, all_features()));
  std::vector<std::byte> bytes = planner.save();
  for (const std::size_t size : {std::size_t{0}, std::size_t{5}, bytes.size() / 2, bytes.size() - 1})
    EXPECT_THROW(planner.load(std::span(bytes).first(size)), std::invalid_argument) << size;
  bytes.push_back(std::byte{0});
  EXPECT_THROW(planner.load(bytes), std::invalid_argument);
}

}  // namespace
}  // namespace evtwin::optimise::test
