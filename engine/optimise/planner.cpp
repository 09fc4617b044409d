#include "optimise/planner.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "kernel/log.hpp"
#include "optimise/plan_attempt.hpp"

namespace evtwin::optimise {

namespace {

void tell(const std::vector<const PlanProblem*>& problems, const std::vector<Plan>& plans, double ms) {
  constexpr kernel::LogRoom room = kernel::LogRoom::optimise;
  for (std::size_t k = 0; k < plans.size(); ++k) {
    const Plan& plan = plans[k];
    if (!plan.is_usable()) kernel::log_line(room, kernel::LogLevel::warning, "no plan: {}", plan.why);
    kernel::log_line(room, kernel::LogLevel::debug,
                     "plan of {} steps, {} vehicles, {} storages: {} by {}, cost {:.10g}, at least {:.10g}, {} "
                     "iterations, {} nodes, {:.2f} ms",
                     problems[k]->steps(), problems[k]->vehicles.size(), problems[k]->storages.size(),
                     name_of(plan.outcome), name_of(plan.method), plan.objective, plan.bound, plan.iterations,
                     plan.nodes, ms);
  }
}

}  // namespace

struct Planner::Impl {
  PlannerOptions options;
  PlannerMemory memory;

  std::vector<Plan> plan(const std::vector<const PlanProblem*>& problems, std::span<const double> weights) {
    for (std::size_t k = 0; k < problems.size(); ++k)
      if (std::string wrong = check_problem(*problems[k]); !wrong.empty())
        throw std::invalid_argument(problems.size() == 1 ? wrong : "future " + std::to_string(k) + ": " + wrong);
    const kernel::Stopwatch watch;
    PlanAttempt attempt(options, memory, problems, weights);
    std::vector<Plan> plans = attempt.make_plans();
    tell(problems, plans, watch.elapsed_ms());
    if (std::all_of(plans.begin(), plans.end(), [](const Plan& plan) { return plan.is_usable(); }))
      memory = attempt.take_memory();
    return plans;
  }
};

Planner::Planner(PlannerOptions options) : impl_(std::make_unique<Impl>(Impl{options, {}})) {}
Planner::~Planner() = default;
Planner::Planner(Planner&&) noexcept = default;
Planner& Planner::operator=(Planner&&) noexcept = default;

Plan Planner::make_plan(const PlanProblem& problem) {
  constexpr double one[] = {1.0};
  return std::move(impl_->plan({&problem}, one).front());
}

std::vector<Plan> Planner::make_plan(std::span<const PlanProblem> futures, std::span<const double> weights) {
  double sum = 0.0;
  for (const double weight : weights) {
    if (!(weight >= 0.0 && weight < infinite))
      throw std::invalid_argument("weights of futures must be finite numbers >= 0");
    sum += weight;
  }
  if (weights.size() != futures.size() || !(sum > 0.0))
    throw std::invalid_argument("weights of futures must be one per future and not all 0");
  std::vector<double> shares(weights.begin(), weights.end());
  for (double& share : shares) share /= sum;
  std::vector<const PlanProblem*> problems;
  for (const PlanProblem& future : futures) problems.push_back(&future);
  return impl_->plan(problems, shares);
}

void Planner::forget_last() { impl_->memory = {}; }

std::vector<std::byte> Planner::save() const { return bytes_of(impl_->memory); }
void Planner::load(std::span<const std::byte> bytes) { impl_->memory = memory_from(bytes); }

}  // namespace evtwin::optimise
