#include "analysis/bound.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "kernel/log.hpp"
#include "optimise/dual_bound.hpp"
#include "optimise/keyed_basis.hpp"
#include "optimise/plan_completion.hpp"
#include "optimise/plan_facts.hpp"
#include "optimise/plan_model.hpp"
#include "optimise/solver.hpp"
#include "optimise/start_basis.hpp"

namespace evtwin::analysis {

namespace {

using optimise::PlanModel;
using optimise::PlanProblem;

/// No column of the model need be larger: a power, a level, an energy that is missing, a billed peak.
double most_of(const PlanProblem& problem) {
  double kw = 0.0, kwh = 0.0;
  for (std::size_t k = 0; k < problem.steps(); ++k)
    kw = std::max({kw, problem.import_limit_kw[k], problem.export_limit_kw[k]});
  for (const auto& period : problem.periods) kw = std::max(kw, period.floor_kw);
  for (const auto& v : problem.vehicles) {
    double stay_h = 0.0;
    for (std::uint32_t k = v.first_step; k < v.end_step; ++k) stay_h += problem.hours[k];
    kwh = std::max(kwh, v.wanted_kwh + (v.max_kw + v.max_discharge_kw) * stay_h);
    kw = std::max({kw, v.max_kw, v.max_setpoint_kw, v.max_discharge_kw, v.max_discharge_setpoint_kw});
  }
  for (const auto& s : problem.storages) kwh = std::max({kwh, s.max_kwh, s.stored_kwh});
  // A window's mean is taken over its full length, whatever of it lies in the run.
  return std::max(kw, kwh) + 1.0;
}

/// Saving by one more kW of contract power: the shadow prices of the import limit, over the steps in which it limits.
double value_of_contract_kw(const BoundProblem& stated, const optimise::ModelBlock& block,
                            const optimise::Solution& answer) {
  double value = 0.0;
  for (std::size_t k = 0; k < stated.problem.steps(); ++k) {
    if (stated.contract_binds[k] == 0) continue;
    const optimise::GridStep& step = block.steps[k];
    if (step.direct) {
      if (step.row != optimise::no_index) value += std::max(0.0, -answer.row_duals[step.row]);
    } else {
      value += std::max(0.0, -answer.reduced_costs[step.in]);
    }
  }
  return value;
}

BoundParts parts_of_plan(const BoundProblem& stated, const optimise::Plan& plan) {
  const PlanProblem& p = stated.problem;
  BoundParts parts;
  for (std::size_t k = 0; k < p.steps(); ++k) {
    parts.import_kwh += p.hours[k] * plan.import_kw[k];
    parts.export_kwh += p.hours[k] * plan.export_kw[k];
    parts.energy += p.hours[k] * (p.buy_per_kwh[k] * plan.import_kw[k] - p.sell_per_kwh[k] * plan.export_kw[k]);
    if (p.windows.empty()) parts.peak_kw = std::max(parts.peak_kw, plan.import_kw[k]);
  }

  for (const double kw : plan.peak_kw) parts.peak_kw = std::max(parts.peak_kw, kw);
  // A month is billed by its own peak, its floor or a share of an earlier peak (ratchet), whichever is the highest.
  for (std::size_t m = 0; m < p.periods.size(); ++m) {
    double kw = std::max(plan.peak_kw[m], p.periods[m].floor_kw);
    for (const auto& ratchet : p.periods[m].ratchets) kw = std::max(kw, ratchet.share * plan.peak_kw[ratchet.period]);
    parts.demand += p.periods[m].price_per_kw * kw;
  }

  for (std::size_t v = 0; v < p.vehicles.size(); ++v) {
    const optimise::VehiclePlan& vehicle = plan.vehicles[v];
    for (std::size_t i = 0; i < vehicle.discharge_kw.size(); ++i)
      parts.wear += p.hours[vehicle.first_step + i] * vehicle.discharge_kw[i] * p.vehicles[v].discharge_price_per_kwh;
    // Session 0 is no stay, but the load that wastes losses.
    if (stated.session[v] == 0) continue;
    const optimise::PlanVehicle& stay = p.vehicles[v];
    // A need counted in the battery is told as kWh at the meter.
    const double missing_kwh =
        vehicle.unmet_kwh / (stay.need_at == optimise::NeedAt::battery ? stay.charge_efficiency : 1.0);
    const double cost = optimise::missing_cost(stay, vehicle.unmet_kwh);
    if (stated.open[v] != 0) {
      parts.open_kwh += missing_kwh;
      parts.open += cost;
    } else if (stay.unmet_price_per_kwh > 0.0) {
      parts.unmet_kwh += missing_kwh;
      parts.unmet += cost;
    }
  }

  for (std::size_t s = 0; s < p.storages.size(); ++s) {
    for (std::size_t k = 0; k < p.steps(); ++k)
      parts.wear += p.hours[k] * plan.storages[s].discharge_kw[k] * p.storages[s].discharge_price_per_kwh;
    const double end_kwh = plan.storages[s].stored_kwh.back();
    parts.storage_value += p.storages[s].end_value_per_kwh * end_kwh;
    parts.storage_value -= optimise::lack_cost(p.storages[s], end_kwh);
    parts.storage_value -=
        p.storages[s].end_excess_price_per_kwh * std::max(0.0, end_kwh - optimise::end_reference_kwh(p.storages[s]));
  }

  // No plan moves these.
  parts.demand += stated.constants.demand;
  parts.unmet += stated.constants.unmet;
  parts.open += stated.constants.open;
  parts.storage_value -= stated.constants.storage;
  return parts;
}

SiteBound site_bound(const twin::World& world, std::uint32_t site, const SiteForesight& foresight,
                     const BoundOptions& options) {
  const kernel::Stopwatch watch;
  const std::size_t pairs = stay_steps(foresight, bound_grid(world, world.sites[site], foresight, GridKind::exact));
  SiteBound bound;
  // Beyond that size metering windows, a further relaxation; where selling pays more than buying they are none.
  const bool may_be_means = pairs > options.most_exact_pairs && !sells_dearer(foresight);
  bound.stated = bound_problem(world, site, foresight, may_be_means ? GridKind::windows : GridKind::exact);
  const PlanProblem& problem = bound.stated.problem;
  const auto fail = [&](const std::string& what) {
    throw std::runtime_error(fmt::format("the bound of site {}: {}", world.sites[site].name, what));
  };
  if (const std::string wrong = optimise::check_problem(problem); !wrong.empty()) fail(wrong);

  optimise::ModelContents contents;
  PlanModel model;
  optimise::LpSolver solver;
  optimise::KeyedBasis basis;
  optimise::Solution answer;
  // Circles begin without sides, and opposite powers without the time that they share: only what the answer breaks is
  // added, and it is solved again.
  const bool constant_steps = sells_dearer(foresight);
  std::size_t added = 0;
  do {
    if (options.stop && options.stop()) throw twin::Interrupted("stopped");
    model.clear();
    optimise::add_problem(model, problem, contents);
    solver.load_model(model.linear);
    solver.set_basis(optimise::fit_basis(basis, model, optimise::start_basis(model, {&problem})));
    answer = solver.solve_model();
    bound.iterations += answer.iterations;
    if (answer.outcome != optimise::Outcome::optimal)
      fail(fmt::format("the solver says {}", optimise::name_of(answer.outcome)));
    basis = optimise::key_basis(model, solver.current_basis());
    kernel::log_line(kernel::LogRoom::analysis, kernel::LogLevel::debug,
                     "bound of {}: {} rows, {} columns, {:.10g}, {} iterations", world.sites[site].name,
                     model.linear.rows(), model.linear.columns(), answer.objective, answer.iterations);
    added = optimise::add_broken_sides(problem, model.blocks.front(), answer.values, contents);
    added += optimise::add_shared_time(problem, model, 0, answer.values, constant_steps, contents);
  } while (added > 0);

  bound.columns = model.linear.columns();
  bound.rows = model.linear.rows();
  optimise::read_plan(problem, model.blocks.front(), answer.values, bound.plan);
  bound.parts = parts_of_plan(bound.stated, bound.plan);
  bound.planned = bound.parts.sum();
  // The dual prices alone prove the bound, however good the primal answer is; the gap tells how good.
  bound.proven = optimise::dual_bound(model.linear, answer.row_duals, most_of(problem)) + bound.stated.constants.sum();
  bound.contract_value = value_of_contract_kw(bound.stated, model.blocks.front(), answer);

  kernel::log_line(kernel::LogRoom::analysis, kernel::LogLevel::info,
                   "bound of {}: {} steps{}, {} stays, {} rows, {} columns, {} iterations, proven {:.10g}, planned "
                   "{:.10g}, {:.1f} ms",
                   world.sites[site].name, problem.steps(), may_be_means ? " (metering windows)" : "",
                   problem.vehicles.size(), bound.rows, bound.columns, bound.iterations, bound.proven, bound.planned,
                   watch.elapsed_ms());
  return bound;
}

}  // namespace

BoundParts& BoundParts::operator+=(const BoundParts& other) {
  energy += other.energy;
  demand += other.demand;
  wear += other.wear;
  unmet += other.unmet;
  open += other.open;
  open_kwh += other.open_kwh;
  storage_value += other.storage_value;
  unmet_kwh += other.unmet_kwh;
  import_kwh += other.import_kwh;
  export_kwh += other.export_kwh;
  peak_kw += other.peak_kw;
  return *this;
}

double Bound::relative_gap() const { return std::max(0.0, planned - proven) / std::max(1.0, std::abs(planned)); }

Bound find_bound(const twin::World& world, const Foresight& foresight, const BoundOptions& options) {
  for (const twin::Site& site : world.sites) {
    for (const auto& law : site.arrivals) {
      const auto* poisson = std::get_if<demand::Poisson>(law.get());
      if (poisson != nullptr && poisson->leaves_when_full_share > 0.0)
        throw std::runtime_error(
            fmt::format("site {}: drivers of {} leave when their cars are full (leaves_when_full_share), so that stays "
                        "depend on the "
                        "strategy",
                        site.name, poisson->name));
    }
  }
  Bound bound;
  for (std::uint32_t site = 0; site < world.sites.size(); ++site) {
    bound.sites.push_back(site_bound(world, site, foresight.sites[site], options));
    bound.proven += bound.sites.back().proven;
    bound.planned += bound.sites.back().planned;
  }
  return bound;
}

Yardstick make_yardstick(const twin::World& world, const Bound& bound, const twin::Result& reference) {
  Yardstick yardstick;
  for (std::size_t site = 0; site < bound.sites.size(); ++site) {
    yardstick.bound.push_back(bound.sites[site].proven);
    yardstick.reference.push_back(objective_of_site(world, reference, site));
  }
  return yardstick;
}

}  // namespace evtwin::analysis
