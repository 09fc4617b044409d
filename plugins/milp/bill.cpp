#include "bill.hpp"

#include "optimise/plan_facts.hpp"

namespace evtwin::milp {

double bill_of(const optimise::PlanProblem& problem, const optimise::PlanProblem& metered, const optimise::Plan& plan) {
  double bill = 0.0;
  for (std::size_t k = 0; k < problem.steps(); ++k)
    bill +=
        problem.hours[k] * (problem.buy_per_kwh[k] * plan.import_kw[k] - problem.sell_per_kwh[k] * plan.export_kw[k]);
  const auto billed_kw = optimise::billed_kw(metered, optimise::highest_windows_kw(metered, plan.import_kw));
  for (std::size_t p = 0; p < billed_kw.size(); ++p) bill += metered.periods[p].price_per_kw * billed_kw[p];
  return bill;
}

}  // namespace evtwin::milp
