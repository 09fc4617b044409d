#include "forecast_plan.hpp"

#include <array>
#include <cmath>
#include <cstdio>
#include <utility>

#include "existing_way.hpp"
#include "futures.hpp"
#include "parties.hpp"

namespace evtwin::milp {

void ForecastPlanner::report(std::uint32_t severity, const std::string& words) {
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

std::optional<Planned> ForecastPlanner::plan(const evtwin_view& view, const Settings& settings,
                                             const SiteMemory& memory) {
  if (std::isnan(settings.terms.peak_target_kw) && view.demand_price_per_kw > 0.0) tell_target(memory.peak_target.kw());
  Planned planned;
  planned.posed = problem_from_view(view, settings.terms, memory);
  const optimise::PlanProblem weighed_problem =
      settings.three_parties ? weighed(view, planned.posed, settings.weights) : planned.posed.problem;
  if (settings.futures > 1) {
    const auto futures = futures_of(view, host_, planned.posed, weighed_problem, settings.futures, settings.pv_std);
    const std::vector<double> weights(futures.size(), 1.0);
    std::vector<optimise::Plan> plans = planner_.plan(futures, weights);
    planned.plan = std::move(plans.front());
  } else {
    planned.plan = planner_.plan(weighed_problem);
  }
  if (!planned.plan.usable()) {
    report(EVTWIN_WARNING, "no plan (" + std::string(optimise::name_of(planned.plan.outcome)) +
                               "); until there is one cars charge at full power within the limits");
    return std::nullopt;
  }
  if (planned.plan.outcome == optimise::Outcome::limit) {
    std::array<char, 160> text{};
    std::snprintf(text.data(), text.size(), "the best plan found; none can be better by more than %.2g %%",
                  100.0 * planned.plan.gap());
    report(EVTWIN_INFO, text.data());
  }
  planned.cost = cost_of(planned.posed.problem, planned.plan);
  if (settings.keep_existing) {
    planned.existing_cost = uncontrolled(planned.posed.problem).objective;
    planned.keep_existing = planned.cost > planned.existing_cost * (1.0 + 1e-9) + 1e-9;
    if (planned.keep_existing) {
      std::array<char, 160> text{};
      std::snprintf(text.data(), text.size(), "kept the existing way: plan %.2f, baseline %.2f", planned.cost,
                    planned.existing_cost);
      report(EVTWIN_INFO, text.data());
    }
  }
  return planned;
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
