// cost_of: a plan's money, term by term as plan_problem.hpp names them.
#include <algorithm>
#include <cmath>

#include "optimise/plan_facts.hpp"

namespace evtwin::optimise {

namespace {

double energy_cost(const PlanProblem& problem, const Plan& plan) {
  double cost = 0.0;
  for (std::size_t t = 0; t < problem.steps(); ++t)
    cost +=
        problem.hours[t] * (problem.buy_per_kwh[t] * plan.import_kw[t] - problem.sell_per_kwh[t] * plan.export_kw[t]);
  return cost;
}

double vehicle_cost(const PlanProblem& problem, const PlanVehicle& vehicle, const VehiclePlan& plan) {
  double cost = 0.0;
  for (std::size_t k = 0; k < plan.charge_kw.size(); ++k) {
    const double discharge_kw = k < plan.discharge_kw.size() ? plan.discharge_kw[k] : 0.0;
    cost += problem.hours[plan.first_step + k] *
            (charge_price_per_kwh(vehicle, plan.first_step + static_cast<std::uint32_t>(k)) * plan.charge_kw[k] +
             vehicle.discharge_price_per_kwh * discharge_kw);
  }
  const double beyond_kwh = got_kwh(problem, vehicle, plan) - vehicle.wanted_kwh;
  return cost + missing_cost(vehicle, std::max(0.0, -beyond_kwh)) -
         vehicle.end_value_per_kwh * std::max(0.0, beyond_kwh);
}

double storage_cost(const PlanProblem& problem, const PlanStorage& storage, const StoragePlan& plan) {
  double cost = 0.0;
  for (std::size_t t = 0; t < problem.steps(); ++t)
    cost += problem.hours[t] * storage.discharge_price_per_kwh * plan.discharge_kw[t];
  for (std::size_t t = 0; t < std::min<std::size_t>(plan.stored_kwh.size(), storage.end_step); ++t)
    cost -= problem.hours[t] * storage.hold_value_per_kwh_h * plan.stored_kwh[t];
  const double stored_kwh = plan.stored_kwh.empty() ? storage.stored_kwh : plan.stored_kwh.back();
  return cost + lack_cost(storage, stored_kwh) - storage.end_value_per_kwh * stored_kwh +
         storage.end_excess_price_per_kwh * std::max(0.0, stored_kwh - end_reference_kwh(storage));
}

double demand_cost(const PlanProblem& problem, const Plan& plan) {
  const auto billed = billed_kw(problem, highest_windows_kw(problem, plan.import_kw));
  double cost = 0.0;
  for (std::size_t p = 0; p < billed.size(); ++p) cost += problem.periods[p].price_per_kw * billed[p];
  return cost;
}

double grid_cost(const PlanProblem& problem, const Plan& plan) {
  const GridWishes& grid = problem.grid;
  double peak_kw = 0.0, ramps_kw = 0.0, pressed_kwh = 0.0, before_kw = grid.last_net_kw;
  for (std::size_t t = 0; t < problem.steps(); ++t) {
    peak_kw = std::max(peak_kw, plan.import_kw[t]);
    const double net_kw = plan.import_kw[t] - plan.export_kw[t];
    if (!std::isnan(before_kw)) ramps_kw += std::abs(net_kw - before_kw);
    before_kw = net_kw;
    pressed_kwh +=
        problem.hours[t] * std::max(0.0, plan.import_kw[t] - grid.pressure_from * problem.import_limit_kw[t]);
  }
  return grid.peak_price_per_kw * peak_kw + grid.ramp_price_per_kw * ramps_kw +
         grid.pressure_price_per_kwh * pressed_kwh;
}

}  // namespace

double cost_of(const PlanProblem& problem, const Plan& plan) {
  double cost = energy_cost(problem, plan) + demand_cost(problem, plan) + grid_cost(problem, plan);
  for (std::size_t v = 0; v < problem.vehicles.size(); ++v)
    cost += vehicle_cost(problem, problem.vehicles[v], plan.vehicles[v]);
  for (std::size_t s = 0; s < problem.storages.size(); ++s)
    cost += storage_cost(problem, problem.storages[s], plan.storages[s]);
  return cost + problem.over_limit_price_per_kwh * over_limit_kwh(problem, plan);
}

}  // namespace evtwin::optimise
