// Plans to known optima: a site's day in words (plan-case/1), planned by the engine's own planner.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "conformance/kinds.hpp"
#include "conformance/milp_case.hpp"
#include "optimise/greedy.hpp"
#include "optimise/planner.hpp"

namespace evtwin::conformance {

namespace {

using optimise::Method;
using optimise::Plan;
using optimise::Planner;
using optimise::PlanProblem;

void compare_plan(Comparison& comparison, const PlanProblem& problem, const Plan& plan, double optimum,
                  double tolerance) {
  const std::string name(name_of(plan.method));
  comparison.equal(name + " outcome", name_of(plan.outcome), "optimal");
  if (!plan.is_usable()) return;
  // The planner has looked at its plan; a comparison that relied on that would have looked at nothing.
  comparison.equal(name + " plan, looked at", check_plan(problem, plan), "");
  comparison.relative(name + " optimum", plan.objective, optimum, tolerance);
  comparison.relative(name + " cost, counted from the plan", cost_of(problem, plan), optimum, tolerance);
  comparison.relative(name + " bound", plan.bound, optimum, tolerance);
}

void compare_case(Comparison& comparison, const PlanCase& c) {
  Planner lp({.method = Method::lp, .tie_break = optimise::TieBreak::earliest, .milp = {}});
  compare_plan(comparison, c.problem, lp.make_plan(c.problem), c.lp_optimum, c.tolerance);
  std::string why;
  if (fits_greedy(c.problem, &why))
    compare_plan(comparison, c.problem, greedy_plan(c.problem), c.lp_optimum, c.tolerance);
  else
    comparison.remark("no greedy: " + why);

  Planner milp({.method = Method::milp,
                .tie_break = optimise::TieBreak::none,
                .milp = {.relative_gap = 0.0, .nodes = 1'000'000}});
  const Plan whole = milp.make_plan(c.problem);
  comparison.equal("method of the plan in whole numbers", name_of(whole.method), name_of(Method::milp));
  compare_plan(comparison, c.problem, whole, c.milp_optimum, c.tolerance);
  comparison.remark(fmt::format("lp {:.6f}, milp {:.6f} {}: {} vehicles, {} steps, {} nodes", c.lp_optimum,
                                whole.objective, c.currency, c.problem.vehicles.size(), c.problem.steps(),
                                whole.nodes));
}

}  // namespace

std::vector<Comparison> compare_milp(const nlohmann::json& document, const std::filesystem::path&) {
  const PlanCase c = read_plan_case(document);
  Comparison comparison("plan case " + c.name);
  compare_case(comparison, c);
  return {std::move(comparison)};
}

}  // namespace evtwin::conformance
