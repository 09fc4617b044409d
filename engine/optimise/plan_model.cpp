#include "optimise/plan_model.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <unordered_map>

#include "optimise/model_builder.hpp"

namespace evtwin::optimise {

void PlanModel::clear() {
  linear.clear();
  series.clear();
  ids.clear();
  blocks.clear();
}

ModelBuilder::ModelBuilder(PlanModel& model, const PlanProblem& problem, const ModelContents& contents, double weight)
    : model_(model),
      linear_(model.linear),
      problem_(problem),
      contents_(contents),
      weight_(weight),
      future_(static_cast<std::uint32_t>(model.blocks.size())) {}

void ModelBuilder::name_range(Part part, bool is_row, std::uint64_t owner, std::uint32_t first_step,
                              std::uint32_t first, std::uint32_t length) {
  const auto offset = static_cast<std::uint32_t>(model_.ids.size());
  model_.ids.resize(offset + length);
  std::iota(model_.ids.begin() + offset, model_.ids.end(), first);
  model_.series.push_back({part, is_row, future_, owner, problem_.first_step_number + first_step, offset, length});
}

void ModelBuilder::name_range(Part part, bool is_row, std::uint64_t owner, std::uint32_t first_step,
                              std::span<const std::uint32_t> ids) {
  if (std::all_of(ids.begin(), ids.end(), [](std::uint32_t id) { return id == no_index; })) return;
  const auto offset = static_cast<std::uint32_t>(model_.ids.size());
  model_.ids.insert(model_.ids.end(), ids.begin(), ids.end());
  model_.series.push_back({part, is_row, future_, owner, problem_.first_step_number + first_step, offset,
                           static_cast<std::uint32_t>(ids.size())});
}

void ModelBuilder::build_model() {
  look_at_ranges();
  look_at_windows();
  add_grid();
  add_demand_charge();
  add_grid_wishes();
  add_vehicles();
  add_storages();
  add_limits();
  add_polygons();
  add_whole_numbers();
  add_grid_modes();
  if (contents_.worst_share_only) add_worst_share();
  model_.blocks.push_back(std::move(block_));
}

void add_problem(PlanModel& model, const PlanProblem& problem, const ModelContents& contents, double weight) {
  if (model.blocks.empty()) model.first_number = problem.first_step_number;
  ModelBuilder(model, problem, contents, weight).build_model();
}

void link_first_steps(PlanModel& model, const std::vector<const PlanProblem*>& problems) {
  const auto same_power = [&model](std::uint32_t a, std::uint32_t b) {
    if (a == no_index || b == no_index) return;
    const std::uint32_t row = model.linear.add_row(0.0, 0.0);
    model.linear.add_entry(row, a, 1.0);
    model.linear.add_entry(row, b, -1.0);
  };
  // Each future is tied to the first one that has the vehicle or storage too.
  std::unordered_map<std::uint64_t, VehicleColumns> vehicles;
  std::unordered_map<std::uint64_t, StorageColumns> storages;
  for (std::size_t future = 0; future < problems.size(); ++future) {
    const PlanProblem& problem = *problems[future];
    if (problem.steps() == 0) continue;

    for (std::size_t v = 0; v < problem.vehicles.size(); ++v) {
      const PlanVehicle& vehicle = problem.vehicles[v];
      if (vehicle.first_step != 0 || vehicle.end_step == 0) continue;
      const VehicleColumns& columns = model.blocks[future].vehicles[v];
      const auto [first, is_new] = vehicles.try_emplace(vehicle.key, columns);
      if (is_new) continue;
      same_power(first->second.charge, columns.charge);
      same_power(first->second.discharge, columns.discharge);
    }

    for (std::size_t s = 0; s < problem.storages.size(); ++s) {
      const StorageColumns& columns = model.blocks[future].storages[s];
      const auto [first, is_new] = storages.try_emplace(problem.storages[s].key, columns);
      if (is_new) continue;
      same_power(first->second.charge, columns.charge);
      same_power(first->second.discharge, columns.discharge);
    }
  }
}

}  // namespace evtwin::optimise
