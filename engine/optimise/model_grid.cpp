// The grid connection: import - export = load - PV + curtailed + vehicles + storages, in each step.
#include <algorithm>

#include "optimise/model_builder.hpp"

namespace evtwin::optimise {

void ModelBuilder::look_at_ranges() {
  most_in_.assign(steps(), 0.0);
  most_out_.assign(steps(), 0.0);
  std::uint32_t evses = 0;
  for (const PlanVehicle& vehicle : problem_.vehicles) {
    evses = std::max(evses, vehicle.evse + 1);
    for (std::uint32_t t = vehicle.first_step; t < vehicle.end_step; ++t) {
      most_in_[t] += vehicle.grid_kw_per_charge_kw * most_charge_kw(vehicle, t);
      most_out_[t] += vehicle.grid_kw_per_discharge_kw * most_discharge_kw(vehicle, t);
    }
  }
  for (const PlanStorage& storage : problem_.storages)
    for (std::uint32_t t = 0; t < steps(); ++t) {
      most_in_[t] += storage.max_charge_kw;
      most_out_[t] += storage.max_discharge_kw;
    }
  if (problem_.limits.empty() && problem_.magnitudes.empty()) return;
  vehicles_of_evse_.resize(evses);
  for (std::uint32_t v = 0; v < problem_.vehicles.size(); ++v)
    vehicles_of_evse_[problem_.vehicles[v].evse].push_back(v);
}

void ModelBuilder::add_grid() {
  block_.steps.resize(steps());
  for (std::uint32_t t = 0; t < steps(); ++t) {
    const double base = problem_.load_kw[t] - problem_.pv_kw[t], least = base - most_out_[t];
    const double buy = problem_.buy_per_kwh[t], sell = problem_.sell_per_kwh[t];
    const bool may_curtail = problem_.curtail_pv && problem_.pv_kw[t] > 0.0;
    // One price for all that is drawn or given, and nothing to be won by curtailing: no columns are needed.
    const bool only_buys = least >= 0.0 && (!may_curtail || buy >= 0.0);
    const bool same_price = buy == sell && (!may_curtail || (buy >= 0.0 && least >= -problem_.export_limit_kw[t]));
    block_.steps[t].direct = !needs_import_[t] && (only_buys || same_price);
    if (block_.steps[t].direct)
      add_direct_step(t);
    else
      add_balanced_step(t);
  }

  // Names by step let the next model begin with this one's basis.
  const auto name_all = [this](Part part, bool is_row, std::uint32_t GridStep::*id) {
    std::vector<std::uint32_t> ids(steps());
    for (std::uint32_t t = 0; t < steps(); ++t) ids[t] = block_.steps[t].*id;
    name_range(part, is_row, 0, 0, ids);
  };
  name_all(Part::grid, true, &GridStep::row);
  name_all(Part::grid_in, false, &GridStep::in);
  name_all(Part::grid_out, false, &GridStep::out);
  name_all(Part::curtailed, false, &GridStep::curtailed);
  name_all(Part::over_in, false, &GridStep::over_in);
  name_all(Part::over_out, false, &GridStep::over_out);
  add_one_way_grid();
}

// -export limit <= load - pv + powers <= import limit, where that can bind at all.
void ModelBuilder::add_direct_step(std::uint32_t t) {
  GridStep& step = block_.steps[t];
  const double base = problem_.load_kw[t] - problem_.pv_kw[t], hours = problem_.hours[t];
  step.price = problem_.buy_per_kwh[t];
  if (!contents_.worst_share_only) linear_.constant += weight_ * step.price * hours * base;
  const double import_limit = problem_.import_limit_kw[t], export_limit = problem_.export_limit_kw[t];
  const bool upper_binds = base + most_in_[t] > import_limit, lower_binds = base - most_out_[t] < -export_limit;
  if (!upper_binds && !lower_binds) return;
  step.row = add_row(lower_binds ? -export_limit - base : -infinite, upper_binds ? import_limit - base : infinite);
  if (base > import_limit) {
    step.over_in = add_column(0.0, infinite, problem_.over_limit_price_per_kwh * hours);
    linear_.add_entry(step.row, step.over_in, -1.0);
  }
  if (base < -export_limit) {
    step.over_out = add_column(0.0, infinite, problem_.over_limit_price_per_kwh * hours);
    linear_.add_entry(step.row, step.over_out, 1.0);
  }
}

// powers + curtailed - import + export = pv - load.
void ModelBuilder::add_balanced_step(std::uint32_t t) {
  GridStep& step = block_.steps[t];
  const double base = problem_.load_kw[t] - problem_.pv_kw[t], hours = problem_.hours[t];
  const double buy = problem_.buy_per_kwh[t] * hours, sell = problem_.sell_per_kwh[t] * hours;
  const double over = problem_.over_limit_price_per_kwh * hours;
  const double import_limit = problem_.import_limit_kw[t], export_limit = problem_.export_limit_kw[t];
  const double curtailable = problem_.curtail_pv ? problem_.pv_kw[t] : 0.0;
  step.row = add_row(-base, -base);
  // Bounds by what could flow at most keep a price that rewards both directions at once from running away.
  step.in = add_column(0.0, std::clamp(base + curtailable + most_in_[t], 0.0, import_limit), buy);
  linear_.add_entry(step.row, step.in, -1.0);
  if (const double most = std::clamp(most_out_[t] - base, 0.0, export_limit); most > 0.0) {
    step.out = add_column(0.0, most, -sell);
    linear_.add_entry(step.row, step.out, 1.0);
  }
  if (curtailable > 0.0) {
    step.curtailed = add_column(0.0, curtailable, 0.0);
    linear_.add_entry(step.row, step.curtailed, 1.0);
  }

  // Where the base alone breaks a limit, the excess has a price: every model has an answer.
  if (base > import_limit) {
    step.over_in = add_column(0.0, infinite, buy + over);
    linear_.add_entry(step.row, step.over_in, -1.0);
  }
  if (base + curtailable < -export_limit) {
    step.over_out = add_column(0.0, infinite, over - sell);
    linear_.add_entry(step.row, step.over_out, 1.0);
  }
}

void ModelBuilder::at_grid(std::uint32_t column, std::uint32_t t, double kw) {
  const GridStep& step = block_.steps[t];
  if (step.row != no_index) linear_.add_entry(step.row, column, kw);
  if (step.direct && !contents_.worst_share_only) linear_.cost[column] += weight_ * step.price * problem_.hours[t] * kw;
}

}  // namespace evtwin::optimise
