// A plan from a model's values.
#include <algorithm>
#include <cmath>

#include "optimise/model_builder.hpp"

namespace evtwin::optimise {

namespace {

constexpr double at_once_kw = 1e-7;

/// Charging and discharging at once as one power that leaves the battery as they do. @returns whether there was any.
bool net(double& charge_kw, double& discharge_kw, double charge_efficiency, double discharge_efficiency) {
  if (std::min(charge_kw, discharge_kw) <= 0.0) return false;
  const bool at_once = std::min(charge_kw, discharge_kw) > at_once_kw;
  const double stored = charge_efficiency * charge_kw - discharge_kw / discharge_efficiency;
  charge_kw = std::max(0.0, stored / charge_efficiency);
  discharge_kw = std::max(0.0, -stored * discharge_efficiency);
  return at_once;
}

}  // namespace

void read_plan(const PlanProblem& problem, const ModelBlock& block, const std::vector<double>& values, Plan& plan,
               BothWays* both) {
  const bool inner = problem.linearisation == Linearisation::inner;
  const auto steps = static_cast<std::uint32_t>(problem.steps());
  std::vector<double> net_kw(steps);
  plan.curtailed_kw.assign(steps, 0.0);
  for (std::uint32_t t = 0; t < steps; ++t) net_kw[t] = problem.load_kw[t] - problem.pv_kw[t];

  plan.vehicles.assign(problem.vehicles.size(), {});
  for (std::size_t v = 0; v < problem.vehicles.size(); ++v) {
    const PlanVehicle& vehicle = problem.vehicles[v];
    const VehicleColumns& columns = block.vehicles[v];
    VehiclePlan& of_vehicle = plan.vehicles[v];
    const std::uint32_t length = vehicle.end_step - vehicle.first_step;
    of_vehicle.first_step = vehicle.first_step;
    of_vehicle.charge_kw.assign(length, 0.0);
    of_vehicle.discharge_kw.assign(length, 0.0);

    const bool by_battery = vehicle.need_at == NeedAt::battery;
    double got = 0.0;
    for (std::uint32_t i = 0; i < length; ++i) {
      const std::uint32_t t = vehicle.first_step + i;
      double charge = std::max(0.0, values[columns.charge + i]);
      double discharge = columns.discharge == no_index ? 0.0 : std::max(0.0, values[columns.discharge + i]);
      if (inner && net(charge, discharge, vehicle.charge_efficiency, vehicle.discharge_efficiency) && both != nullptr)
        both->vehicles.push_back({static_cast<std::uint32_t>(v), t});

      of_vehicle.charge_kw[i] = charge;
      of_vehicle.discharge_kw[i] = discharge;
      net_kw[t] += vehicle.grid_kw_per_charge_kw * charge - vehicle.grid_kw_per_discharge_kw * discharge;
      got +=
          problem.hours[t] * (by_battery ? vehicle.charge_efficiency * charge - discharge / vehicle.discharge_efficiency
                                         : charge - discharge);
    }
    of_vehicle.unmet_kwh = std::max(0.0, vehicle.wanted_kwh - got);
  }

  plan.storages.assign(problem.storages.size(), {});
  for (std::size_t s = 0; s < problem.storages.size(); ++s) {
    const PlanStorage& storage = problem.storages[s];
    StoragePlan& of_storage = plan.storages[s];
    of_storage.charge_kw.resize(steps);
    of_storage.discharge_kw.resize(steps);
    of_storage.stored_kwh.resize(steps);

    double stored = storage.stored_kwh;
    for (std::uint32_t t = 0; t < steps; ++t) {
      double charge = std::max(0.0, values[block.storages[s].charge + t]);
      double discharge = std::max(0.0, values[block.storages[s].discharge + t]);
      if (inner && net(charge, discharge, storage.charge_efficiency, storage.discharge_efficiency) && both != nullptr)
        both->storages.push_back({static_cast<std::uint32_t>(s), t});

      of_storage.charge_kw[t] = charge;
      of_storage.discharge_kw[t] = discharge;
      net_kw[t] += charge - discharge;
      stored += problem.hours[t] * (storage.charge_efficiency * charge - discharge / storage.discharge_efficiency);
      of_storage.stored_kwh[t] = stored;
    }
  }

  plan.import_kw.assign(steps, 0.0);
  plan.export_kw.assign(steps, 0.0);
  for (std::uint32_t t = 0; t < steps; ++t) {
    const GridStep& step = block.steps[t];
    if (step.curtailed != no_index) {
      plan.curtailed_kw[t] = std::clamp(values[step.curtailed], 0.0, problem.pv_kw[t]);
      net_kw[t] += plan.curtailed_kw[t];
    }

    // Netting can leave more to be exported than may be: PV gives way.
    if (inner && -net_kw[t] > problem.export_limit_kw[t] && problem.curtail_pv) {
      const double more = std::min(problem.pv_kw[t] - plan.curtailed_kw[t], -net_kw[t] - problem.export_limit_kw[t]);
      plan.curtailed_kw[t] += more;
      net_kw[t] += more;
    }

    plan.import_kw[t] = std::max(0.0, net_kw[t]);
    plan.export_kw[t] = std::max(0.0, -net_kw[t]);

    // Import and export at once is told to the caller, who can forbid it.
    const double through = step.out == no_index ? 0.0 : std::min(values[step.in], values[step.out]);
    if (through <= at_once_kw) continue;
    if (both != nullptr) both->grid.push_back(t);
    if (inner) continue;
    // A bound keeps what the relaxation does.
    plan.import_kw[t] += through;
    plan.export_kw[t] += through;
  }

  plan.peak_kw = highest_windows_kw(problem, plan.import_kw);
  plan.over_limit_kwh = over_limit_kwh(problem, plan);
}

}  // namespace evtwin::optimise
