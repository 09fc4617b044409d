// Plans of a day: the planner's LP, the exact greedy, whole numbers to a gap, and a plan made again a quarter of an
// hour later. Instances are drawn here; the shared cases have the same sizes and draws.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "bench/suites.hpp"
#include "optimise/greedy.hpp"
#include "optimise/planner.hpp"
#include "optimise/random_problems.hpp"
#include "support/paths.hpp"
#include "twin/worlds.hpp"

namespace evtwin::bench {

namespace {

using namespace optimise;

constexpr double none = std::numeric_limits<double>::quiet_NaN();

PlannerOptions options(Method method, TieBreak tie_break = TieBreak::none) {
  return {.method = method, .tie_break = tie_break, .milp = {.relative_gap = 1e-3, .nodes = 20'000}};
}

void must_be_usable(const Plan& plan) {
  if (!plan.is_usable()) throw std::logic_error(fmt::format("a plan is {}", name_of(plan.outcome)));
}

/// CPU ms of a plan from nothing.
double cold_ms(const PlanProblem& problem, const PlannerOptions& how) {
  return 1e3 * median_cpu_s([&] { must_be_usable(Planner(how).make_plan(problem)); });
}

/// The day a step later: what was planned for the first step has been charged, who leaves is gone, one car comes anew.
PlanProblem moved_on(const PlanProblem& day, const Plan& plan, Dice& dice) {
  PlanProblem next = day;
  ++next.first_step_number;
  for (auto* series : {&next.hours, &next.buy_per_kwh, &next.sell_per_kwh, &next.load_kw, &next.pv_kw,
                       &next.import_limit_kw, &next.export_limit_kw})
    std::rotate(series->begin(), series->begin() + 1, series->end());
  next.vehicles.clear();
  std::uint64_t key = 0;
  for (std::size_t v = 0; v < day.vehicles.size(); ++v) {
    PlanVehicle vehicle = day.vehicles[v];
    key = std::max(key, vehicle.key);
    if (vehicle.end_step <= 1) continue;
    if (vehicle.first_step == 0) {
      const double kwh = plan.vehicles[v].charge_kw[0] * day.hours[0] * vehicle.charge_efficiency;
      vehicle.wanted_kwh = std::max(0.0, vehicle.wanted_kwh - kwh);
      vehicle.room_kwh = std::max(0.0, vehicle.room_kwh - kwh);
    } else {
      --vehicle.first_step;
    }
    --vehicle.end_step;
    next.vehicles.push_back(vehicle);
  }
  PlanVehicle fresh = next.vehicles[dice.below(static_cast<std::uint32_t>(next.vehicles.size()))];
  fresh.key = key + 1;
  fresh.wanted_kwh = fresh.room_kwh *= dice.between(0.5, 1.0);
  next.vehicles.push_back(fresh);
  return next;
}

struct Again {
  double cold_ms = 0.0, warm_ms = 0.0;
};

/// Sixteen quarters of an hour from the morning on, each planned warm, and each planned from nothing: medians.
Again planned_again(std::uint32_t vehicles, TieBreak tie_break) {
  PlanProblem day = planners_day(3, {.vehicles = vehicles, .import_limit_kw = 2.5 * vehicles});
  Planner warm(options(Method::lp, tie_break));
  Dice dice(17);
  // To eight o'clock, when some are there and most are announced.
  Plan plan = warm.make_plan(day);
  for (int step = 0; step < 32; ++step) {
    day = moved_on(day, plan, dice);
    plan = warm.make_plan(day);
  }
  std::vector<double> cold, again;
  for (int step = 0; step < 16; ++step) {
    day = moved_on(day, plan, dice);
    double begun = cpu_seconds(Clock::thread);
    plan = warm.make_plan(day);
    again.push_back(1e3 * (cpu_seconds(Clock::thread) - begun));
    must_be_usable(plan);
    begun = cpu_seconds(Clock::thread);
    const Plan from_nothing = Planner(options(Method::lp, tie_break)).make_plan(day);
    cold.push_back(1e3 * (cpu_seconds(Clock::thread) - begun));
    if (std::abs(from_nothing.objective - plan.objective) > 1e-7 * std::abs(plan.objective))
      throw std::logic_error("a warm plan costs more than a cold one");
  }
  const auto median = [](std::vector<double>& ms) {
    std::sort(ms.begin(), ms.end());
    return ms[ms.size() / 2];
  };
  return {median(cold), median(again)};
}

/// Sun, storage, demand charge and half of the cars giving back.
PlanProblem full_day(std::uint32_t vehicles) {
  const double kw = 2.5 * vehicles;
  PlanProblem day = planners_day(1, {.vehicles = vehicles, .import_limit_kw = kw});
  day.periods = {{86.0, 0.0, {}}};
  for (std::uint32_t t = 0; t < day.steps(); ++t) {
    day.windows.push_back({t, t + 1, 0.25, 0.0, 0});
    day.pv_kw[t] = kw * std::max(0.0, std::sin((t / 4.0 - 6.0) * 3.141592653589793 / 12.0));
    day.sell_per_kwh[t] = 0.8 * day.buy_per_kwh[t];
    day.export_limit_kw[t] = kw;
  }
  for (std::size_t v = 0; v < day.vehicles.size(); v += 2) {
    day.vehicles[v].max_discharge_kw = day.vehicles[v].max_kw;
    day.vehicles[v].dischargeable_kwh = 10.0;
    day.vehicles[v].discharge_price_per_kwh = 60.0;
  }
  day.storages.push_back({.key = 1,
                          .max_charge_kw = kw,
                          .max_discharge_kw = kw,
                          .charge_efficiency = 0.95,
                          .discharge_efficiency = 0.95,
                          .stored_kwh = kw,
                          .min_kwh = 0.2 * kw,
                          .max_kwh = 1.8 * kw,
                          .discharge_price_per_kwh = 20.0,
                          .end_at_least_kwh = kw});
  return day;
}

/// A day whose quarters of an hour count for the month's peak, of which nothing is paid for yet.
PlanProblem peak_day(std::uint32_t vehicles) {
  PlanProblem day = planners_day(3, {.vehicles = vehicles, .import_limit_kw = 2.5 * vehicles});
  day.periods = {{86.0, 0.0, {}}};
  for (std::uint32_t t = 0; t < day.steps(); ++t) day.windows.push_back({t, t + 1, 0.25, 0.0, 0});
  return day;
}

PlanProblem plain_day(std::uint32_t vehicles, double min_kw = 0.0) {
  return planners_day(3, {.vehicles = vehicles, .import_limit_kw = 2.5 * vehicles, .min_kw = min_kw});
}

/// 50 EVSEs under a time-of-use tariff and a demand charge.
twin::World week_of_50() {
  twin::World world = workplace(50, 7, 1.5);
  market::Tariff& tariff = world.sites[0].tariff;
  tariff.rates.clear();
  for (int hour = 0; hour < 24; ++hour) {
    market::Rate rate;
    rate.from_minute = 60 * hour;
    rate.to_minute = 60 * (hour + 1);
    rate.price_per_kwh = summer_price(hour) / 1000.0;
    tariff.rates.push_back(rate);
  }
  world.sites[0].unmet_price_per_kwh = 2.0;
  return world;
}

}  // namespace

Table plan_week_table() {
  Table table{
      "plan_week",
      "A week of 50 EVSEs, re-planned every 15 min and at each arrival and departure, 24 h ahead: a few seconds",
      {"strategy"},
      {"CPU s", "decisions", "ms/decision", "x edf"},
      {}};
  const twin::World world = week_of_50();
  double edf_s = 0.0;
  const auto row = [&](const std::string& name, const control::StrategyFactory& how) {
    twin::Result result;
    const double seconds = median_cpu_s([&] { result = twin::simulate(world, how); }, 3);
    if (edf_s == 0.0) edf_s = seconds;
    const auto decisions = static_cast<double>(result.sites[0].decisions);
    table.rows.push_back({{name}, {seconds, decisions, 1e3 * seconds / decisions, seconds / edf_s}});
  };
  row("edf", testing::baseline("edf"));
  for (const char* id : {"lp", "v2g-profit-max"})
    row(id, control::choose_strategy(paths::plugin_dir + "/milp.so#" + id, {}).factory);
  return table;
}

Table optimise_table() {
  Table table{
      "optimise",
      "Plans of 96 quarters of an hour, one thread, problem to checked plan. Limits: LP 40 vehicles 3 ms, 1,000 "
      "30 ms; greedy 1,000 3 ms; whole numbers to 0.1 % 40 vehicles 50 ms, 200 800 ms; again 1,000 10 ms",
      {"plan", "vehicles"},
      {"ms", "limit ms", "share of limit", "ratio"},
      {}};
  const auto row = [&](std::string plan, std::uint32_t vehicles, double ms, double limit_ms, double ratio) {
    table.rows.push_back({{std::move(plan), fmt::format("{}", vehicles)}, {ms, limit_ms, ms / limit_ms, ratio}});
  };
  for (const auto& [vehicles, limit_ms] : {std::pair{40U, 3.0}, {200U, none}, {1000U, 30.0}}) {
    const PlanProblem day = plain_day(vehicles);
    const double lp_ms = cold_ms(day, options(Method::lp));
    row("lp", vehicles, lp_ms, limit_ms, 1.0);
    const double greedy_ms = 1e3 * median_cpu_s([&] { must_be_usable(greedy_plan(day)); });
    row("greedy alone; ratio lp / greedy", vehicles, greedy_ms, vehicles == 1000 ? 3.0 : none, lp_ms / greedy_ms);
    const double peak_ms = cold_ms(peak_day(vehicles), options(Method::lp));
    row("lp, demand charge; ratio to lp", vehicles, peak_ms, vehicles == 1000 ? 100.0 : none, peak_ms / lp_ms);
    const double steady_ms = cold_ms(peak_day(vehicles), options(Method::lp, TieBreak::steady));
    row("lp, demand charge, steady; ratio to lp", vehicles, steady_ms, none, steady_ms / lp_ms);
    const double full_ms = cold_ms(full_day(vehicles), options(Method::lp));
    row("lp, sun, storage, V2G, demand charge; ratio to lp", vehicles, full_ms, none, full_ms / lp_ms);
  }
  for (const auto& [vehicles, limit_ms] : {std::pair{40U, 50.0}, {200U, 800.0}}) {
    const PlanProblem day = plain_day(vehicles, 1.4);
    const double ms = cold_ms(day, options(Method::milp));
    row("milp, 1.4 kW at least, 0.1 %; ratio to lp", vehicles, ms, limit_ms, ms / cold_ms(day, options(Method::lp)));
  }
  for (const std::uint32_t vehicles : {40U, 1000U}) {
    const Again again = planned_again(vehicles, TieBreak::none);
    row("again, no tie-break; ratio cold / warm", vehicles, again.warm_ms, vehicles == 1000 ? 10.0 : none,
        again.cold_ms / again.warm_ms);
    const Again steady = planned_again(vehicles, TieBreak::steady);
    row("again, steady; ratio cold / warm", vehicles, steady.warm_ms, vehicles == 1000 ? 10.0 : none,
        steady.cold_ms / steady.warm_ms);
  }
  return table;
}

}  // namespace evtwin::bench
