#include "settings.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "blocks.hpp"

namespace evtwin::milp {
namespace {

/// Of a plan shown: two days of quarter hours.
constexpr std::uint32_t most_plan_steps = 192;
static_assert(most_plan_steps == 2 * day_ns / quarter_ns);
/// Of a day's plan, which stands all day: a day of minutes.
constexpr std::uint32_t most_day_steps = 1440;
static_assert(most_day_steps == day_ns / minute_ns);

/// "HH:MM" as ns since local midnight.
std::int64_t time_of_day(std::string_view text) {
  const auto digit = [&](std::size_t at) { return text[at] >= '0' && text[at] <= '9'; };
  if (text.size() == 5 && digit(0) && digit(1) && text[2] == ':' && digit(3) && digit(4)) {
    const int hour = (text[0] - '0') * 10 + (text[1] - '0');
    const int minute = (text[3] - '0') * 10 + (text[4] - '0');
    if (hour < 24 && minute < 60) return hour * hour_ns + minute * minute_ns;
  }
  throw sdk::BadParameter("parameter 'plan_at' is '" + std::string(text) +
                          "', must be a time of day from 00:00 to 23:59");
}

double number_or(const sdk::Given& setup, const char* id, double otherwise) {
  const double value = setup.number(id);
  return std::isnan(value) ? otherwise : value;
}

optimise::Method method_of(const sdk::Given& setup, optimise::TieBreak tie_break) {
  const std::string_view method = setup.text("method");
  // `milp` has no such row: it is always one.
  if (method.empty() || method == "milp") return optimise::Method::milp;
  const bool greedy = method == "greedy" || (method == "auto" && tie_break == optimise::TieBreak::none);
  return greedy ? optimise::Method::greedy : optimise::Method::lp;
}
/// Terms of a driver's claim mean nothing where stays are learned, so a scenario that gives both is refused.
void set_drivers(const sdk::Given& given, ProblemTerms& terms) {
  terms.margin_h = given.number("margin_min") / 60.0;
  const double leave_per_h = given.number("leave_per_h");
  terms.leave_per_h = std::isnan(leave_per_h) ? 0.0 : leave_per_h;
  const bool claims_given = !std::isnan(terms.margin_h) || !std::isnan(leave_per_h);

  const std::string_view drivers = given.text("drivers");
  if (drivers == "learned" && claims_given)
    throw sdk::BadParameter("parameters 'margin_min' and 'leave_per_h' are for drivers = claimed, not learned");

  terms.learn_drivers = drivers == "learned" || (drivers == "auto" && !claims_given);
  const std::string_view beyond = given.text("beyond_request");
  terms.beyond_request = beyond == "continue" || (beyond == "auto" && terms.learn_drivers);
}

/// The tie-break is read before the method, which depends on it: the greedy rule is exact only without one.
void set_planner(const sdk::Given& given, optimise::PlannerOptions& planner) {
  using optimise::TieBreak;
  const std::string_view tie_break = given.text("tie_break");
  planner.tie_break = tie_break == "none"       ? TieBreak::none
                      : tie_break == "earliest" ? TieBreak::earliest
                                                : TieBreak::steady;
  planner.method = method_of(given, planner.tie_break);
  planner.milp.relative_gap = number_or(given, "gap", planner.milp.relative_gap);
  planner.milp.nodes = static_cast<std::uint64_t>(number_or(given, "nodes", static_cast<double>(planner.milp.nodes)));
}

/// Weights of the parties. One of them has to count: with none, all plans are equally good.
Weights weights_of(const sdk::Given& given) {
  Weights weights{given.number("weight_site"),      given.number("weight_owner"),
                  given.number("weight_grid"),      given.number("grid_peak_per_kw"),
                  given.number("grid_ramp_per_kw"), given.number("grid_pressure_per_kwh")};
  if (weights.site == 0.0 && weights.owner == 0.0 && weights.grid == 0.0) {
    throw sdk::BadParameter(
        "parameters 'weight_site', 'weight_owner' and 'weight_grid' are all 0: nothing is left to plan for; one of "
        "them must be above 0");
  }
  return weights;
}
}  // namespace

Settings::Settings(sdk::Setup& setup) {
  const sdk::Given given = setup.shared();  // the strategies of this folder have not all the same parameters
  set_drivers(given, terms);
  three_parties = !std::isnan(given.number("weight_site"));
  day_ahead = given.text("mode") == "day-ahead";

  terms.expected_stay_h = number_or(given, "stay_h", terms.expected_stay_h);
  terms.unmet_price_per_kwh = given.number("unmet_price_per_kwh");
  terms.demand_share = given.number("demand_share");
  terms.peak_target_kw = given.number("peak_target_kw");
  terms.storage_value_per_kwh = given.number("storage_value_per_kwh");
  terms.follow_setpoint = given.flag("follow_setpoint");
  terms.fairness = given.text("fairness") == "max-min" ? optimise::Fairness::max_min : optimise::Fairness::none;

  set_planner(given, planner);
  terms.whole_numbers = planner.method == optimise::Method::milp;
  terms.max_starts = static_cast<std::uint32_t>(number_or(given, "max_starts", 0.0));

  terms.expect_arrivals =
      given.text("expect") == "true" || (given.text("expect") == "auto" && (day_ahead || three_parties));
  terms.expect_learned =
      given.text("expect") == "learned" || (given.text("expect") == "auto" && !terms.expect_arrivals);
  expect_auto = given.text("expect") == "auto";
  terms.v2g = three_parties || given.flag("v2g");
  terms.dear_departure = three_parties;
  if (three_parties) weights = weights_of(given);

  plan_at_ns = time_of_day(given.text("plan_at"));
  replan_ns = static_cast<std::int64_t>(number_or(given, "replan_min", 0.0) * static_cast<double>(minute_ns));
  horizon_h = number_or(given, "horizon_h", horizon_h);
  keep_existing = given.flag("keep_existing");
  futures = static_cast<std::uint32_t>(number_or(given, "futures", 1.0));
  pv_std = number_or(given, "pv_std", pv_std);

  setup.subscribes = EVTWIN_WHY_TICK | EVTWIN_WHY_ARRIVAL | EVTWIN_WHY_DEPARTURE | EVTWIN_WHY_PRICE | EVTWIN_WHY_LIMIT;
  const double tick_h = std::max(1e-3, hours(setup.first().raw.tick_ns));
  setup.horizon_steps = static_cast<std::uint32_t>(std::clamp(std::ceil(horizon_h / tick_h), 1.0, 20'000.0));
  setup.horizon_reads = EVTWIN_READS_PV | EVTWIN_READS_LOAD | EVTWIN_READS_PRICES;
  if (terms.expect_arrivals) setup.horizon_reads |= EVTWIN_READS_ARRIVALS;
  setup.plan_steps = std::min(setup.horizon_steps, day_ahead ? most_day_steps : most_plan_steps);
}

}  // namespace evtwin::milp
