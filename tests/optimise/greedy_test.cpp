// The greedy on days done by hand, against a linear program written down here, and where it must say no.
#include "optimise/greedy.hpp"

#include <gmock/gmock.h>

#include <functional>

#include "optimise/laminar.hpp"
#include "optimise/plan_facts.hpp"
#include "optimise/random_problems.hpp"

namespace evtwin::optimise {
namespace {

using testing::ElementsAre;

/// Hours at 100 and 200 by turns, one car of 7 kW.
PlanProblem two_price_day(double wanted_kwh) {
  PlanProblem day = empty_day(24, infinite);
  for (std::size_t t = 0; t < 24; ++t) day.buy_per_kwh[t] = t % 2 == 0 ? 200 : 100;
  PlanVehicle car;
  car.first_step = 2;
  car.end_step = 6;
  car.max_kw = 7;
  car.wanted_kwh = wanted_kwh;
  car.unmet_price_per_kwh = 1000;
  day.vehicles = {car};
  return day;
}

TEST(Greedy, OneCarTwoPricesByHand) {
  // Hours 2..5 cost 200, 100, 200, 100: 14 kWh fit into the cheap ones, the other 3 into the first dear one.
  const Plan plan = greedy_plan(two_price_day(17));
  EXPECT_THAT(plan.vehicles[0].charge_kw, ElementsAre(3, 7, 0, 7));
  EXPECT_DOUBLE_EQ(plan.objective, 14 * 100 + 3 * 200);
  EXPECT_DOUBLE_EQ(plan.vehicles[0].unmet_kwh, 0.0);
  // 28 kWh at most: 2 are missing.
  EXPECT_DOUBLE_EQ(greedy_plan(two_price_day(30)).objective, 14 * 100 + 14 * 200 + 2 * 1000);
}

TEST(Greedy, LeavesUnmetWhatCostsMoreThanItsWorth) {
  PlanProblem day = two_price_day(17);
  day.vehicles[0].unmet_price_per_kwh = 150;
  const Plan plan = greedy_plan(day);
  EXPECT_DOUBLE_EQ(plan.vehicles[0].unmet_kwh, 3.0);
  EXPECT_DOUBLE_EQ(plan.objective, 14 * 100 + 3 * 150);
}

TEST(Greedy, MovesEnergyBetweenSlotsThatKeepTheirTotals) {
  // Two cars, 5 kW of contract. Hour 0 costs 1, hour 1 costs 2. Car 0 may use both, car 1 hour 0 only: filling hour 0
  // with car 0 first must be undone.
  PlanProblem day = empty_day(24, 5);
  day.buy_per_kwh[0] = 1;
  day.buy_per_kwh[1] = 2;
  PlanVehicle car;
  car.max_kw = 10;
  car.wanted_kwh = 5;
  car.unmet_price_per_kwh = 100;
  car.end_step = 2;
  day.vehicles = {car, car};
  day.vehicles[1].key = 1;
  day.vehicles[1].end_step = 1;
  const Plan plan = greedy_plan(day);
  EXPECT_THAT(plan.vehicles[0].charge_kw, ElementsAre(0, 5));
  EXPECT_THAT(plan.vehicles[1].charge_kw, ElementsAre(5));
  EXPECT_DOUBLE_EQ(plan.objective, 15.0);
}

TEST(Greedy, TakesCurtailedPvFirstThenSoldThenBought) {
  PlanProblem day = empty_day(24, 20);
  day.pv_kw[3] = 12;
  day.load_kw[3] = 2;
  day.export_limit_kw.assign(24, 4);
  day.sell_per_kwh.assign(24, 50);
  day.buy_per_kwh.assign(24, 100);
  PlanVehicle car;
  car.first_step = 3;
  car.end_step = 4;
  car.max_kw = 30;
  car.unmet_price_per_kwh = 1000;
  const auto objective = [&](double wanted_kwh) {
    car.wanted_kwh = wanted_kwh;
    day.vehicles = {car};
    return greedy_plan(day).objective;
  };
  // 10 kW are left, 4 of them sold.
  EXPECT_DOUBLE_EQ(objective(0), -200);
  EXPECT_DOUBLE_EQ(objective(6), -200);
  EXPECT_DOUBLE_EQ(objective(8), -100);
  EXPECT_DOUBLE_EQ(objective(10), 0);
  EXPECT_DOUBLE_EQ(objective(13), 300);
  EXPECT_DOUBLE_EQ(objective(31), 20 * 100 + 1000);  // 30 kW is all it can take
}

/// The plan as a transport program: a column per vehicle and step, PV as pieces of import; no planner involved.
LinearModel transport_model(const PlanProblem& problem) {
  LinearModel model;
  std::vector<std::uint32_t> balance;
  for (std::size_t t = 0; t < problem.steps(); ++t) {
    const double h = problem.hours[t];
    balance.push_back(model.add_row(problem.load_kw[t], problem.load_kw[t]));
    model.add_entry(balance[t], model.add_column(0, problem.import_limit_kw[t], h * problem.buy_per_kwh[t]), 1);
    model.add_entry(balance[t], model.add_column(0, problem.export_limit_kw[t], -h * problem.sell_per_kwh[t]), -1);
    model.add_entry(balance[t], model.add_column(0, problem.pv_kw[t], 0), 1);
  }
  std::vector<std::vector<std::uint32_t>> limits(problem.limits.size());
  for (std::size_t l = 0; l < limits.size(); ++l) {
    for (std::size_t t = 0; t < problem.steps(); ++t)
      limits[l].push_back(model.add_row(-infinite, value_at_step(problem.limits[l].upper, t)));
  }
  for (const PlanVehicle& v : problem.vehicles) {
    const double counted = v.need_at == NeedAt::battery ? v.charge_efficiency : 1.0;
    const auto need = model.add_row(v.wanted_kwh, infinite);
    const auto most = model.add_row(-infinite, std::min(v.most_kwh, v.room_kwh * counted / v.charge_efficiency));
    model.add_entry(need, model.add_column(0, infinite, v.unmet_price_per_kwh), 1);
    for (std::uint32_t t = v.first_step; t < v.end_step; ++t) {
      const auto kw = model.add_column(0, most_charge_kw(v, t), v.charge_price_per_kwh * problem.hours[t]);
      model.add_entry(need, kw, counted * problem.hours[t]);
      model.add_entry(most, kw, counted * problem.hours[t]);
      model.add_entry(balance[t], kw, -v.grid_kw_per_charge_kw);
      for (std::size_t l = 0; l < limits.size(); ++l) {
        for (const auto& member : problem.limits[l].members) {
          if (member.index == v.evse) model.add_entry(limits[l][t], kw, member.coefficient);
        }
      }
    }
  }
  return model;
}

/// Tight or loose, by meter or battery, with PV, outages, shares, a tree of limits, cheap and dear energy.
PlanProblem random_day_that_fits(std::uint64_t seed) {
  Dice dice(seed ^ 0x5eed);
  const std::uint32_t steps = 24U << dice.below(3), vehicles = 1 + dice.below(30);
  PlanProblem day = planners_day(
      seed, {vehicles, dice.between(2, 8) * vehicles, steps, dice.chance(0.3) ? dice.between(100, 300) : 1000});
  const bool metered = dice.chance(0.5), many_prices = dice.chance(0.5), pv = dice.chance(0.5);
  const double per_kw = dice.chance(0.5) ? 1.0 : 1.08, paid = dice.chance(0.5) ? 0.0 : dice.between(-60, 60);
  for (std::size_t t = 0; t < steps; ++t) {
    if (many_prices) day.buy_per_kwh[t] = dice.between(70, 300);
    day.load_kw[t] = dice.between(0, 1) * vehicles;
    if (pv) day.pv_kw[t] = dice.between(0, 8) * vehicles;
    day.sell_per_kwh[t] = day.buy_per_kwh[t] * dice.between(0, 1);
    day.export_limit_kw[t] = dice.between(0, 3) * vehicles;
  }
  for (PlanVehicle& v : day.vehicles) {
    if (metered) v.need_at = NeedAt::meter;
    v.grid_kw_per_charge_kw = per_kw;
    v.charge_price_per_kwh = paid;
    v.most_kwh = dice.chance(0.2) || paid < 0.0 ? v.wanted_kwh * dice.between(0.5, 1.0) : infinite;
    if (dice.chance(0.3)) v.first_share = dice.unit();
    if (dice.chance(0.3)) v.last_share = dice.unit();
    if (dice.chance(0.1)) v.step_max_kw.assign(v.end_step - v.first_step, dice.between(0, 10));
  }
  // A fuse per four EVSEs, a feeder per two fuses.
  const bool fuses = dice.chance(0.5), feeders = dice.chance(0.5);
  for (std::uint32_t first = 0; first < vehicles && (fuses || feeders); first += 8) {
    PlanLimit feeder{"feeder", {}, {-infinite}, {dice.between(5, 60)}, {}};
    for (std::uint32_t half = first; half < first + 8; half += 4) {
      PlanLimit fuse{"fuse", {}, {-infinite}, {}, {}};
      for (std::size_t t = 0; t < steps; ++t) fuse.upper.push_back(dice.between(0, 60));
      for (std::uint32_t e = half; e < std::min(vehicles, half + 4); ++e) {
        fuse.members.push_back({e, false, 2.0});
        feeder.members.push_back({e, false, 1.0});
      }
      if (fuses) day.limits.push_back(fuse);
    }
    if (feeders) day.limits.insert(day.limits.begin(), feeder);
  }
  return day;
}

TEST(Greedy, AgreesWithALinearProgramOnHundredsOfDays) {
  int tight = 0;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    const PlanProblem day = random_day_that_fits(seed);
    std::string why;
    ASSERT_TRUE(fits_greedy(day, &why)) << seed << ": " << why;
    const Plan plan = greedy_plan(day);
    EXPECT_EQ(check_plan(day, plan), "") << seed;
    LpSolver lp;
    lp.load_model(transport_model(day));
    const Solution solution = lp.solve_model();
    ASSERT_EQ(solution.outcome, Outcome::optimal) << seed;
    EXPECT_NEAR(plan.objective, solution.objective, 1e-7 * std::max(1.0, std::abs(solution.objective))) << seed;
    for (const VehiclePlan& made : plan.vehicles) tight += made.unmet_kwh > 0.01 ? 1 : 0;
  }
  EXPECT_GT(tight, 500);  // days on which there is always enough for all would show little
}

TEST(Greedy, AgreesWithWholeNumbersWhereTheyAreWhole) {
  // Energy in whole kWh, hours, powers whole: the program is totally unimodular and CBC must find the same optimum.
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    PlanProblem day = planners_day(seed, {.vehicles = 8, .import_limit_kw = 20, .steps = 24});
    for (PlanVehicle& v : day.vehicles) {
      v.need_at = NeedAt::meter;
      v.wanted_kwh = std::round(v.wanted_kwh);
      v.room_kwh = infinite;
    }
    LinearModel model = transport_model(day);
    model.integer.assign(model.columns(), 1);
    const Solution solution = solve_milp(model, {.relative_gap = 0.0});
    EXPECT_NEAR(solution.objective, greedy_plan(day).objective, 1e-7 * solution.objective) << seed;
  }
}

TEST(Greedy, SaysNoWhereItIsNotExact) {
  const auto why = [](const std::function<void(PlanProblem&)>& change) {
    PlanProblem day = planners_day(1, {.vehicles = 4});
    day.limits = {{"fuse", {{0, false, 1}, {1, false, 1}}, {-infinite}, {10}, {}}};
    change(day);
    std::string text;
    const bool fits = fits_greedy(day, &text);
    EXPECT_EQ(fits, text.empty());
    return text;
  };
  using testing::HasSubstr;
  EXPECT_EQ(why([](PlanProblem&) {}), "");
  EXPECT_THAT(why([](PlanProblem& d) { d.vehicles[2].max_discharge_kw = 1; }), HasSubstr("discharge"));
  EXPECT_THAT(why([](PlanProblem& d) { d.vehicles[2].end_value_per_kwh = 1; }), HasSubstr("end value"));
  EXPECT_THAT(why([](PlanProblem& d) { d.vehicles[2].unmet_price_per_kwh = 900; }), HasSubstr("key 3"));
  EXPECT_THAT(why([](PlanProblem& d) { d.vehicles[2].charge_efficiency = 0.8; }), HasSubstr("values a kWh otherwise"));
  EXPECT_THAT(why([](PlanProblem& d) { d.vehicles[2].charge_price_per_kwh = -1; }), HasSubstr("paid for what"));
  EXPECT_THAT(why([](PlanProblem& d) { d.vehicles[2].grid_kw_per_charge_kw = 1.1; }), HasSubstr("losses"));
  EXPECT_THAT(why([](PlanProblem& d) { d.buy_per_kwh[5] = -1; }), HasSubstr("paid for what"));
  EXPECT_THAT(why([](PlanProblem& d) { d.storages = {{.max_charge_kw = 1}}; }), HasSubstr("storage"));
  EXPECT_THAT(why([](PlanProblem& d) {
                d.periods = {{1.0, 0.0, {}}};
                d.windows = {{0, 1}};
              }),
              HasSubstr("demand charge"));
  EXPECT_THAT(why([](PlanProblem& d) { d.grid.ramp_price_per_kw = 1; }), HasSubstr("wishes"));
  EXPECT_THAT(why([](PlanProblem& d) { d.fairness = Fairness::max_min; }), HasSubstr("fair"));
  EXPECT_THAT(why([](PlanProblem& d) { d.magnitudes.push_back({"L1", {{0, 1, 0}}, {10}}); }), HasSubstr("magnitude"));
  EXPECT_THAT(why([](PlanProblem& d) { d.load_kw[7] = 101; }), HasSubstr("step 7"));
  EXPECT_THAT(why([](PlanProblem& d) {
                d.pv_kw[7] = 5;
                d.sell_per_kwh[7] = 999;
              }),
              HasSubstr("step 7"));
  EXPECT_THAT(why([](PlanProblem& d) { d.limits[0].members[0].coefficient = 2; }), HasSubstr("unlike"));
  EXPECT_THAT(why([](PlanProblem& d) { d.limits[0].members[0].coefficient = -1; }), HasSubstr("negative"));
  EXPECT_THAT(why([](PlanProblem& d) { d.limits[0].members[0].index = 1; }), HasSubstr("twice"));
  EXPECT_THAT(why([](PlanProblem& d) { d.limits[0].base = {11}; }), HasSubstr("at rest"));
  EXPECT_THAT(why([](PlanProblem& d) {
                d.limits.push_back({"other", {{1, false, 1}, {2, false, 1}}, {-infinite}, {10}, {}});
              }),
              HasSubstr("nested"));
}

TEST(Greedy, TakesDaysWithNothingInThem) {
  EXPECT_EQ(greedy_plan({}).objective, 0.0);
  PlanProblem day = two_price_day(5);
  day.vehicles[0].end_step = day.vehicles[0].first_step;
  const Plan plan = greedy_plan(day);
  EXPECT_EQ(check_plan(day, plan), "");
  EXPECT_DOUBLE_EQ(plan.objective, 5000.0);
}

TEST(LimitForest, FindsTheSmallestLimitAroundEach) {
  const auto limit = [](std::vector<std::uint32_t> evses) {
    PlanLimit one;
    for (const std::uint32_t evse : evses) one.members.push_back({evse, false, 1.0});
    return one;
  };
  const auto forest = limit_forest({limit({0, 1, 2, 3}), limit({2, 3}), limit({5}), limit({3, 2})});
  ASSERT_TRUE(forest);
  EXPECT_THAT(forest->parent, ElementsAre(no_limit, 3, no_limit, 0));
  EXPECT_THAT(forest->of_evse, ElementsAre(0, 0, 1, 1, no_limit, 2));
  EXPECT_EQ(forest->smallest_around(99), no_limit);
  EXPECT_FALSE(limit_forest({limit({0, 1}), limit({1, 2}), limit({0, 1, 2})}));
  EXPECT_TRUE(limit_forest({}));
}

}  // namespace
}  // namespace evtwin::optimise
