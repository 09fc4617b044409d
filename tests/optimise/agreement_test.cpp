// The planner's model against another one, written down here without thrift: a state of every battery in every step, a
// column for everything, nothing left out that can not bind. Optima must agree, in continuous powers and in whole
// numbers.
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <tuple>

#include "optimise/greedy.hpp"
#include "optimise/plan_facts.hpp"
#include "optimise/planner.hpp"
#include "optimise/random_problems.hpp"

namespace evtwin::optimise {
namespace {

class PlainModel {
 public:
  PlainModel(const PlanProblem& problem, bool whole) : p_(problem), whole_(whole) {
    connect();
    for (const PlanVehicle& v : p_.vehicles) add(v);
    for (const PlanStorage& s : p_.storages) add(s);
  }

  LinearModel model;

 private:
  void connect() {
    for (std::size_t t = 0; t < p_.steps(); ++t) {
      const double h = p_.hours[t];
      balance_.push_back(model.add_row(p_.load_kw[t], p_.load_kw[t]));
      const auto bought = model.add_column(0, p_.import_limit_kw[t], h * p_.buy_per_kwh[t]);
      import_.push_back(bought);
      model.add_entry(balance_[t], bought, 1);
      model.add_entry(balance_[t], model.add_column(0, p_.export_limit_kw[t], -h * p_.sell_per_kwh[t]), -1);
      model.add_entry(balance_[t], model.add_column(0, p_.pv_kw[t], 0), 1);
    }
    for (const DemandPeriod& period : p_.periods)
      billed_.push_back(model.add_column(period.floor_kw, infinite, period.price_per_kw));
    for (const MeterWindow& window : p_.windows) {
      const auto row = model.add_row(window.so_far_kwh / window.hours, infinite);
      model.add_entry(row, billed_[window.period], 1);
      for (std::uint32_t t = window.first_step; t < window.end_step; ++t)
        model.add_entry(row, import_[t], -p_.hours[t] / window.hours);
    }
    for (const PlanLimit& limit : p_.limits) {
      limits_.emplace_back();
      for (std::size_t t = 0; t < p_.steps(); ++t)
        limits_.back().push_back(model.add_row(value_at_step(limit.lower, t), value_at_step(limit.upper, t)));
    }
  }

  /// A power at the meter of an EVSE or a storage, in every limit that names it.
  void limit(std::uint32_t column, std::uint32_t index, bool storage, std::size_t t, double sign) {
    for (std::size_t l = 0; l < limits_.size(); ++l) {
      for (const PlanLimit::Member& member : p_.limits[l].members) {
        if (member.index == index && member.storage == storage)
          model.add_entry(limits_[l][t], column, sign * member.coefficient);
      }
    }
  }

  void add(const PlanVehicle& v) {
    const bool stored = v.need_at == NeedAt::battery;
    const auto missing = model.add_column(0, infinite, v.unmet_price_per_kwh);
    const auto beyond = model.add_column(0, infinite, -v.end_value_per_kwh);
    const auto goal = model.add_row(v.wanted_kwh, v.wanted_kwh);
    model.add_entry(goal, missing, 1);
    model.add_entry(goal, beyond, -1);
    auto battery = model.add_column(0, 0, 0), got = model.add_column(0, 0, 0);
    for (std::uint32_t t = v.first_step; t < v.end_step; ++t) {
      const double h = p_.hours[t];
      const auto charge = model.add_column(0, most_charge_kw(v, t), h * charge_price_per_kwh(v, t));
      const auto give = model.add_column(0, most_discharge_kw(v, t), h * v.discharge_price_per_kwh);
      model.add_entry(balance_[t], charge, -v.grid_kw_per_charge_kw);
      model.add_entry(balance_[t], give, v.grid_kw_per_discharge_kw);
      limit(charge, v.evse, false, t, 1);
      limit(give, v.evse, false, t, -1);
      const auto next_battery = model.add_column(-v.dischargeable_kwh, v.room_kwh, 0);
      const auto next_got = model.add_column(-infinite, v.most_kwh, 0);
      const auto keeps = model.add_row(0, 0), counts = model.add_row(0, 0);
      for (const auto& [row, from, to, in, out] :
           {std::tuple{keeps, battery, next_battery, v.charge_efficiency, 1 / v.discharge_efficiency},
            std::tuple{counts, got, next_got, stored ? v.charge_efficiency : 1.0,
                       stored ? 1 / v.discharge_efficiency : 1.0}}) {
        model.add_entry(row, to, 1);
        model.add_entry(row, from, -1);
        model.add_entry(row, charge, -h * in);
        model.add_entry(row, give, h * out);
      }
      battery = next_battery;
      got = next_got;
      if (whole_)
        one_way(charge, most_charge_kw(v, t), v.min_kw * share_of(v, t), give, most_discharge_kw(v, t),
                v.min_discharge_kw * share_of(v, t));
    }
    model.add_entry(goal, got, 1);
  }

  /// Each of two powers is 0 or at least something, and one of them is 0.
  void one_way(std::uint32_t a, double most_a, double least_a, std::uint32_t b, double most_b, double least_b) {
    const auto either = model.add_row(-infinite, 1);
    for (const auto& [power, most, least] : {std::tuple{a, most_a, least_a}, std::tuple{b, most_b, least_b}}) {
      const auto on = model.add_column(0, 1, 0, true);
      model.add_entry(either, on, 1);
      const auto below = model.add_row(-infinite, 0), above = model.add_row(0, infinite);
      model.add_entry(below, power, 1);
      model.add_entry(below, on, -most);
      model.add_entry(above, power, 1);
      model.add_entry(above, on, -least);
    }
  }

  void add(const PlanStorage& s) {
    const auto index = static_cast<std::uint32_t>(&s - p_.storages.data());
    auto level = model.add_column(s.stored_kwh, s.stored_kwh, 0);
    for (std::size_t t = 0; t < p_.steps(); ++t) {
      const double h = p_.hours[t];
      const auto charge = model.add_column(0, s.max_charge_kw, 0);
      const auto give = model.add_column(0, s.max_discharge_kw, h * s.discharge_price_per_kwh);
      model.add_entry(balance_[t], charge, -1);
      model.add_entry(balance_[t], give, 1);
      limit(charge, index, true, t, 1);
      limit(give, index, true, t, -1);
      const auto next = model.add_column(s.min_kwh, s.max_kwh, t + 1 == p_.steps() ? -s.end_value_per_kwh : 0.0);
      const auto keeps = model.add_row(0, 0);
      model.add_entry(keeps, next, 1);
      model.add_entry(keeps, level, -1);
      model.add_entry(keeps, charge, -h * s.charge_efficiency);
      model.add_entry(keeps, give, h / s.discharge_efficiency);
      level = next;
      if (whole_) one_way(charge, s.max_charge_kw, 0, give, s.max_discharge_kw, 0);
    }
  }

  const PlanProblem& p_;
  bool whole_;
  std::vector<std::uint32_t> balance_, import_, billed_;
  std::vector<std::vector<std::uint32_t>> limits_;
};

TEST(Agreement, LinearPlansCostWhatAnotherModelSaysOnHundredsOfSites) {
  const MilpLimits exact{.relative_gap = 0.0, .nodes = 100'000};
  int gave_back = 0, unmet = 0, both_ways = 0;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const PlanProblem site = random_site(seed, 12, 24U << (seed % 3), false);
    LpSolver lp;
    lp.load_model(PlainModel(site, false).model);
    Solution plain = lp.solve_model();
    ASSERT_EQ(plain.outcome, Outcome::optimal) << seed;
    Planner planner({Method::lp, seed % 2 == 0 ? TieBreak::none : TieBreak::earliest, exact});
    const Plan plan = planner.make_plan(site);
    ASSERT_TRUE(plan.is_usable()) << seed;
    EXPECT_LE(plain.objective, plan.objective + 1e-7 * std::max(1.0, std::abs(plan.objective))) << seed;
    if (plan.objective > plain.objective + 0.01) {
      // A full battery that charges and gives back at once loses energy and so has room: the plan may not.
      plain = solve_milp(PlainModel(site, true).model, exact);
      ++both_ways;
    }
    EXPECT_NEAR(plan.objective, plain.objective, 1e-6 * std::max(1.0, std::abs(plain.objective))) << seed;
    EXPECT_EQ(check_plan(site, plan), "") << seed;
    for (const VehiclePlan& made : plan.vehicles) {
      unmet += made.unmet_kwh > 0.01 ? 1 : 0;
      gave_back +=
          !made.discharge_kw.empty() && *std::max_element(made.discharge_kw.begin(), made.discharge_kw.end()) > 0.01;
    }
  }
  EXPECT_LT(both_ways, 15);
  // Sites at which nothing is given back and nothing is missing would show little.
  EXPECT_GT(gave_back, 100);
  EXPECT_GT(unmet, 100);
}

TEST(Agreement, WholeNumberPlansCostWhatAnotherModelSays) {
  int dearer = 0;
  for (std::uint64_t seed = 1000; seed < 1060; ++seed) {
    PlanProblem site = random_site(seed, 3, 24, true);
    Dice dice(seed);
    for (PlanVehicle& v : site.vehicles) {
      v.min_kw = dice.between(1, 5);
      v.min_discharge_kw = dice.chance(0.5) ? 2.0 : 0.0;
    }
    const MilpLimits exact{.relative_gap = 0.0, .nodes = 100'000};
    const Solution plain = solve_milp(PlainModel(site, true).model, exact);
    ASSERT_EQ(plain.outcome, Outcome::optimal) << seed;
    Planner planner({Method::milp, TieBreak::none, exact});
    const Plan plan = planner.make_plan(site);
    ASSERT_EQ(plan.outcome, Outcome::optimal) << seed;
    EXPECT_NEAR(plan.objective, plain.objective, 2e-6 * std::max(1.0, std::abs(plain.objective))) << seed;
    EXPECT_EQ(check_plan(site, plan), "") << seed;
    Planner relaxed({Method::lp, TieBreak::none, {}});
    if (relaxed.make_plan(site).objective < plan.objective - 0.1) ++dearer;
  }
  EXPECT_GT(dearer, 10);  // else the rules would not have mattered
}

TEST(Agreement, GreedyLinearAndWholeNumberPlansAgreeWhereAllApply) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const PlanProblem day = planners_day(seed, {.vehicles = 15, .import_limit_kw = 30, .steps = 48});
    ASSERT_TRUE(fits_greedy(day));
    const double greedy = greedy_plan(day).objective;
    for (const Method method : {Method::greedy, Method::lp, Method::milp}) {
      Planner planner({method, TieBreak::earliest, {}});
      const Plan plan = planner.make_plan(day);
      ASSERT_TRUE(plan.is_usable()) << seed;
      EXPECT_EQ(plan.method, method) << seed;
      EXPECT_NEAR(plan.objective, greedy, 1e-7 * greedy) << seed;
    }
  }
}

}  // namespace
}  // namespace evtwin::optimise
