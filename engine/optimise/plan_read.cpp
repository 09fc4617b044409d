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

/// A model's answer on its way to a plan.
struct PlanReading {
  const PlanProblem& problem;
  const ModelBlock& block;
  const std::vector<double>& values;
  BothWays* both;
  bool inner;
  std::vector<double> net_kw;  ///< [steps] at the grid connection, of what has been read so far
};

/// Plans are written where they lie, so that one that is read again keeps its memory.
void read_vehicle(PlanReading& reading, std::uint32_t v, VehiclePlan& plan) {
  const PlanVehicle& vehicle = reading.problem.vehicles[v];
  const VehicleColumns& columns = reading.block.vehicles[v];
  const std::uint32_t length = vehicle.end_step - vehicle.first_step;
  plan.first_step = vehicle.first_step;
  plan.charge_kw.assign(length, 0.0);
  plan.discharge_kw.assign(length, 0.0);

  // Energy counts as the goal does: in the battery, or at the meter.
  const bool by_battery = vehicle.need_at == NeedAt::battery;
  double got = 0.0;
  for (std::uint32_t i = 0; i < length; ++i) {
    const std::uint32_t t = vehicle.first_step + i;
    double charge = std::max(0.0, reading.values[columns.charge + i]);
    double discharge = columns.discharge == no_index ? 0.0 : std::max(0.0, reading.values[columns.discharge + i]);
    if (reading.inner && net(charge, discharge, vehicle.charge_efficiency, vehicle.discharge_efficiency) &&
        reading.both != nullptr)
      reading.both->vehicles.push_back({v, t});

    plan.charge_kw[i] = charge;
    plan.discharge_kw[i] = discharge;
    reading.net_kw[t] += vehicle.grid_kw_per_charge_kw * charge - vehicle.grid_kw_per_discharge_kw * discharge;
    got += reading.problem.hours[t] *
           (by_battery ? vehicle.charge_efficiency * charge - discharge / vehicle.discharge_efficiency
                       : charge - discharge);
  }
  plan.unmet_kwh = std::max(0.0, vehicle.wanted_kwh - got);
}

/// The same for a storage, with its levels.
void read_storage(PlanReading& reading, std::uint32_t s, StoragePlan& plan) {
  const PlanStorage& storage = reading.problem.storages[s];
  const StorageColumns& columns = reading.block.storages[s];
  const std::size_t steps = reading.net_kw.size();
  plan.charge_kw.resize(steps);
  plan.discharge_kw.resize(steps);
  plan.stored_kwh.resize(steps);

  // Levels follow from the netted powers, not from the model's columns.
  double stored = storage.stored_kwh;
  for (std::uint32_t t = 0; t < steps; ++t) {
    double charge = std::max(0.0, reading.values[columns.charge + t]);
    double discharge = std::max(0.0, reading.values[columns.discharge + t]);
    if (reading.inner && net(charge, discharge, storage.charge_efficiency, storage.discharge_efficiency) &&
        reading.both != nullptr)
      reading.both->storages.push_back({s, t});

    plan.charge_kw[t] = charge;
    plan.discharge_kw[t] = discharge;
    reading.net_kw[t] += charge - discharge;
    stored +=
        reading.problem.hours[t] * (storage.charge_efficiency * charge - discharge / storage.discharge_efficiency);
    plan.stored_kwh[t] = stored;
  }
}

/// Curtailing, import and export of one step, from what all powers come to.
void read_grid_step(PlanReading& reading, std::uint32_t t, Plan& plan) {
  const PlanProblem& problem = reading.problem;
  const GridStep& step = reading.block.steps[t];
  double& net_kw = reading.net_kw[t];
  if (step.curtailed != no_index) {
    plan.curtailed_kw[t] = std::clamp(reading.values[step.curtailed], 0.0, problem.pv_kw[t]);
    net_kw += plan.curtailed_kw[t];
  }

  // Netting can leave more to be exported than may be: PV gives way.
  if (reading.inner && -net_kw > problem.export_limit_kw[t] && problem.curtail_pv) {
    const double more = std::min(problem.pv_kw[t] - plan.curtailed_kw[t], -net_kw - problem.export_limit_kw[t]);
    plan.curtailed_kw[t] += more;
    net_kw += more;
  }

  plan.import_kw[t] = std::max(0.0, net_kw);
  plan.export_kw[t] = std::max(0.0, -net_kw);

  // Import and export at once is told to the caller, who can forbid it.
  const double through = step.out == no_index ? 0.0 : std::min(reading.values[step.in], reading.values[step.out]);
  if (through <= at_once_kw) return;
  if (reading.both != nullptr) reading.both->grid.push_back(t);
  if (reading.inner) return;
  // A bound keeps what the relaxation does.
  plan.import_kw[t] += through;
  plan.export_kw[t] += through;
}

}  // namespace

void read_plan(const PlanProblem& problem, const ModelBlock& block, const std::vector<double>& values, Plan& plan,
               BothWays* both) {
  const auto steps = static_cast<std::uint32_t>(problem.steps());
  PlanReading reading{
      problem, block, values, both, problem.linearisation == Linearisation::inner, std::vector<double>(steps)};
  for (std::uint32_t t = 0; t < steps; ++t) reading.net_kw[t] = problem.load_kw[t] - problem.pv_kw[t];

  plan.vehicles.assign(problem.vehicles.size(), {});
  for (std::uint32_t v = 0; v < problem.vehicles.size(); ++v) read_vehicle(reading, v, plan.vehicles[v]);
  plan.storages.assign(problem.storages.size(), {});
  for (std::uint32_t s = 0; s < problem.storages.size(); ++s) read_storage(reading, s, plan.storages[s]);

  plan.curtailed_kw.assign(steps, 0.0);
  plan.import_kw.assign(steps, 0.0);
  plan.export_kw.assign(steps, 0.0);
  for (std::uint32_t t = 0; t < steps; ++t) read_grid_step(reading, t, plan);
  plan.peak_kw = highest_windows_kw(problem, plan.import_kw);
  plan.over_limit_kwh = over_limit_kwh(problem, plan);
}

}  // namespace evtwin::optimise
