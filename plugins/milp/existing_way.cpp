#include "existing_way.hpp"

#include <algorithm>

#include "view_problem.hpp"

namespace evtwin::milp {

optimise::Plan uncontrolled(const optimise::PlanProblem& problem) {
  const std::size_t steps = problem.steps();
  optimise::Plan plan;
  plan.outcome = optimise::Outcome::optimal;
  std::vector<double> net_kw(steps);
  for (std::size_t k = 0; k < steps; ++k) net_kw[k] = problem.load_kw[k] - problem.pv_kw[k];
  for (const optimise::PlanVehicle& vehicle : problem.vehicles) {
    optimise::VehiclePlan& stay = plan.vehicles.emplace_back();
    stay.first_step = vehicle.first_step;
    const std::size_t length = vehicle.end_step - vehicle.first_step;
    stay.charge_kw.assign(length, 0.0);
    stay.discharge_kw.assign(length, 0.0);
    const double counted = vehicle.need_at == optimise::NeedAt::battery ? vehicle.charge_efficiency : 1.0;
    double wanted_kwh = vehicle.wanted_kwh / counted;
    double room_kwh = vehicle.room_kwh / vehicle.charge_efficiency;
    for (std::size_t j = 0; j < length && wanted_kwh > 0.0; ++j) {
      const std::size_t k = vehicle.first_step + j;
      const double most_kw = (vehicle.step_max_kw.empty() ? vehicle.max_kw : vehicle.step_max_kw[j]) *
                             share_of(vehicle, static_cast<std::uint32_t>(k));
      const double room_kw = (problem.import_limit_kw[k] - net_kw[k]) / vehicle.grid_kw_per_charge_kw;
      const double kwh = std::min({wanted_kwh, room_kwh, std::max(0.0, std::min(most_kw, room_kw)) * problem.hours[k]});
      stay.charge_kw[j] = kwh / problem.hours[k];
      net_kw[k] += stay.charge_kw[j] * vehicle.grid_kw_per_charge_kw;
      wanted_kwh -= kwh;
      room_kwh -= kwh;
    }
    stay.unmet_kwh = std::max(0.0, wanted_kwh) * counted;
  }
  for (const optimise::PlanStorage& storage : problem.storages) {
    plan.storages.push_back(
        {std::vector<double>(steps), std::vector<double>(steps), std::vector<double>(steps, storage.stored_kwh)});
  }
  plan.curtailed_kw.assign(steps, 0.0);
  for (const double kw : net_kw) {
    plan.import_kw.push_back(std::max(0.0, kw));
    plan.export_kw.push_back(std::max(0.0, -kw));
  }
  plan.peak_kw.assign(problem.periods.size(), 0.0);
  for (std::size_t p = 0; p < problem.periods.size(); ++p) plan.peak_kw[p] = problem.periods[p].floor_kw;
  for (const optimise::MeterWindow& window : problem.windows) {
    double kwh = window.so_far_kwh;
    for (std::uint32_t k = window.first_step; k < window.end_step; ++k) kwh += plan.import_kw[k] * problem.hours[k];
    plan.peak_kw[window.period] = std::max(plan.peak_kw[window.period], kwh / window.hours);
  }
  plan.objective = cost_of(problem, plan);
  return plan;
}

}  // namespace evtwin::milp
