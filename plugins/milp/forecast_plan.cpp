#include "forecast_plan.hpp"

#include <array>
#include <cmath>
#include <cstdio>
#include <utility>

#include "bill.hpp"
#include "existing_way.hpp"
#include "futures.hpp"
#include "parties.hpp"

namespace evtwin::milp {

void ForecastPlanner::report_once(std::uint32_t severity, const std::string& words) {
  if (words == last_said_) return;
  last_said_ = words;
  host_.report(&host_, severity, words.c_str());
}

void ForecastPlanner::tell_target(double target_kw) {
  constexpr double worth_telling = 0.05;
  if (std::abs(target_kw - told_target_kw_) <= worth_telling * told_target_kw_) return;
  told_target_kw_ = target_kw;
  std::array<char, 160> text{};
  std::snprintf(text.data(), text.size(),
                "peak target %.1f kW: %.1f times what the dearest of the last days would have needed at least",
                target_kw, PeakTarget::over_hindsight);
  host_.report(&host_, EVTWIN_INFO, text.data());
}

std::optional<Planned> ForecastPlanner::make_plan(const evtwin_view& view, const Settings& settings,
                                                  const SiteMemory& memory) {
  if (std::isnan(settings.terms.peak_target_kw) && view.demand_price_per_kw > 0.0)
    tell_target(memory.peak_target.target_kw());
  Planned planned;
  planned.posed = problem_from_view(view, settings.terms, memory);
  const optimise::PlanProblem weighed_problem =
      settings.three_parties ? weigh_parties(view, planned.posed, settings.weights) : planned.posed.problem;

  std::vector<optimise::PlanProblem> futures;
  std::vector<optimise::Plan> plans;
  if (settings.futures > 1) {
    futures = futures_of(view, host_, planned.posed, weighed_problem, settings.futures, settings.pv_std);
    const std::vector<double> weights(futures.size(), 1.0);
    plans = planner_.make_plan(futures, weights);
    planned.plan = plans.front();
  } else {
    planned.plan = planner_.make_plan(weighed_problem);
  }

  if (!planned.plan.is_usable()) {
    report_once(EVTWIN_WARNING, "no plan (" + std::string(optimise::name_of(planned.plan.outcome)) +
                                    "); until there is one cars charge at full power within the limits");
    return std::nullopt;
  }

  if (planned.plan.outcome == optimise::Outcome::limit) {
    std::array<char, 160> text{};
    std::snprintf(text.data(), text.size(), "the best plan found; none can be better by more than %.2g %%",
                  100.0 * planned.plan.relative_gap());
    report_once(EVTWIN_INFO, text.data());
  }

  if (plans.empty()) plans.push_back(planned.plan);
  if (futures.empty() || settings.three_parties) {
    // In the site's own money, whatever was planned for.
    futures = settings.futures > 1
                  ? futures_of(view, host_, planned.posed, planned.posed.problem, settings.futures, settings.pv_std)
                  : std::vector<optimise::PlanProblem>{planned.posed.problem};
  }

  if (settings.keep_existing) compare_with_existing(futures, plans, planned);
  const optimise::PlanProblem metered = billed_from_view(view, planned.posed.blocks);
  for (std::size_t k = 0; k < futures.size(); ++k)
    planned.bill += bill_of(futures[k], metered, plans[k]) / static_cast<double>(futures.size());
  return planned;
}

void ForecastPlanner::compare_with_existing(const std::vector<optimise::PlanProblem>& problems,
                                            std::vector<optimise::Plan>& plans, Planned& planned) {
  constexpr double same_cost = 1e-6, same_kwh = 1e-6;  // what ties and rounding may come to
  double plan_cost = 0.0, existing_cost = 0.0, plan_unmet_kwh = 0.0, existing_unmet_kwh = 0.0;
  std::vector<optimise::Plan> uncontrolled_plans;
  for (std::size_t k = 0; k < problems.size(); ++k) {
    const double share = 1.0 / static_cast<double>(problems.size());
    const optimise::Plan& existing = uncontrolled_plans.emplace_back(plan_uncontrolled(problems[k]));
    plan_cost += share * cost_of(problems[k], plans[k]);
    existing_cost += share * existing.objective;
    plan_unmet_kwh += share * unmet_kwh(plans[k]);
    existing_unmet_kwh += share * unmet_kwh(existing);
  }
  planned.keep_existing = plan_cost > existing_cost + same_cost * std::max(1.0, std::abs(existing_cost)) &&
                          existing_unmet_kwh <= plan_unmet_kwh + same_kwh;
  if (!planned.keep_existing) return;
  plans = std::move(uncontrolled_plans);
  planned.plan = plans.front();
  std::array<char, 200> text{};
  std::snprintf(text.data(), text.size(),
                "kept the existing way: plan %.2f, baseline %.2f, each with energy, demand charge, wear, unmet energy "
                "and what waiting may cost",
                plan_cost, existing_cost);
  report_once(EVTWIN_INFO, text.data());
}

void ForecastPlanner::save(sdk::StateWriter& writer) const {
  writer.put(planner_.save());
  writer.put(std::vector<char>(last_said_.begin(), last_said_.end()));
  writer.put(told_target_kw_);
}

void ForecastPlanner::load(sdk::StateReader& reader) {
  std::vector<std::byte> bytes;
  reader.get(bytes);
  std::vector<char> said;
  reader.get(said);
  last_said_.assign(said.begin(), said.end());
  reader.get(told_target_kw_);
  try {
    planner_.load(bytes);
  } catch (const std::invalid_argument& error) {
    throw sdk::BadState(error.what());
  }
}

}  // namespace evtwin::milp
