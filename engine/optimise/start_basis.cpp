#include "optimise/start_basis.hpp"

#include <algorithm>

namespace evtwin::optimise {

namespace {

/// A power that raises what is got: charging more, or discharging less.
struct Offer {
  double unit_cost = 0.0;  ///< per counted kWh
  double kwh = 0.0;        ///< counted, at most
  std::uint32_t column = 0;
  bool charge = true;
};

class Starter {
 public:
  Starter(const PlanModel& model, const PlanProblem& problem, const ModelBlock& block, Basis& basis)
      : linear_(model.linear), problem_(problem), block_(block), basis_(basis) {}

  void start() {
    grid();
    for (std::size_t v = 0; v < problem_.vehicles.size(); ++v) vehicle(problem_.vehicles[v], block_.vehicles[v]);
    for (const StorageColumns& columns : block_.storages)
      for (std::uint32_t t = 0; t < problem_.steps(); ++t) rest_on(columns.level + t, columns.level_row + t);
  }

 private:
  void rest_on(std::uint32_t column, std::uint32_t row) {
    basis_.columns[column] = Standing::basic;
    basis_.rows[row] = Standing::at_lower;
  }

  // Import or export is basic in a step's balance: its price is then the step's.
  void grid() {
    kw_cost_.assign(problem_.steps(), 0.0);
    for (std::uint32_t t = 0; t < problem_.steps(); ++t) {
      const GridStep& step = block_.steps[t];
      if (step.direct) continue;
      const bool imports = problem_.load_kw[t] >= problem_.pv_kw[t] || step.out == no_index;
      const std::uint32_t column = imports ? step.in : step.out;
      kw_cost_[t] = imports ? linear_.cost[step.in] : -linear_.cost[step.out];
      rest_on(column, step.row);
    }
  }

  void vehicle(const PlanVehicle& vehicle, const VehicleColumns& columns) {
    if (columns.level != no_index)
      for (std::uint32_t i = 0; i < columns.length; ++i) rest_on(columns.level + i, columns.level_row + i);
    // Set-points begin as the powers are.
    for (std::uint32_t i = 0; i < columns.length; ++i) {
      if (columns.set_charge != no_index) rest_on(columns.set_charge + i, columns.set_charge_row + i);
      if (columns.set_discharge != no_index) rest_on(columns.set_discharge + i, columns.set_discharge_row + i);
    }
    if (columns.need_row == no_index) return;

    const bool by_battery = vehicle.need_at == NeedAt::battery;
    const double per_charge = by_battery ? vehicle.charge_efficiency : 1.0;
    const double per_discharge = by_battery ? 1.0 / vehicle.discharge_efficiency : 1.0;

    offers_.clear();
    double got = 0.0;
    for (std::uint32_t i = 0; i < columns.length; ++i) {
      const std::uint32_t t = vehicle.first_step + i, charge = columns.charge + i;
      const double kwh = per_charge * problem_.hours[t];
      const double cost = linear_.cost[charge] + vehicle.grid_kw_per_charge_kw * kw_cost_[t];
      if (linear_.column_upper[charge] > 0.0)
        offers_.push_back({cost / kwh, kwh * linear_.column_upper[charge], charge, true});

      // Discharging begins at full power: giving less back is an offer, too.
      if (columns.discharge == no_index) continue;
      const std::uint32_t discharge = columns.discharge + i;
      const double back = per_discharge * problem_.hours[t];
      const double earned = vehicle.grid_kw_per_discharge_kw * kw_cost_[t] - linear_.cost[discharge];
      if (linear_.column_upper[discharge] <= 0.0) continue;
      offers_.push_back({earned / back, back * linear_.column_upper[discharge], discharge, false});
      basis_.columns[discharge] = Standing::at_upper;
      got -= back * linear_.column_upper[discharge];
    }
    // Of equal cost the earliest.
    std::sort(offers_.begin(), offers_.end(), [](const Offer& a, const Offer& b) {
      return a.unit_cost != b.unit_cost ? a.unit_cost < b.unit_cost : a.column < b.column;
    });

    const double wanted = linear_.row_lower[columns.need_row], most = linear_.row_upper[columns.need_row];
    const double unmet_cost = columns.unmet == no_index ? infinite
                              : vehicle.later.empty()   ? linear_.cost[columns.unmet]
                                                        : vehicle.later.front().price_per_kwh;
    for (const Offer& offer : offers_) {
      if (offer.unit_cost >= (got < wanted ? unmet_cost : 0.0)) break;
      // An offer that is cheap enough is taken up to the goal; one that pays even then, up to the most that may be got.
      const double target = offer.unit_cost < 0.0 ? most : wanted;
      if (got + offer.kwh > target) {
        basis_.columns[offer.column] = Standing::basic;
        basis_.rows[columns.need_row] = target == wanted ? Standing::at_lower : Standing::at_upper;
        return;
      }
      basis_.columns[offer.column] = offer.charge ? Standing::at_upper : Standing::at_lower;
      got += offer.kwh;
    }
    if (got < wanted && columns.unmet != no_index) rest_on(columns.unmet, columns.need_row);
  }

  const LinearModel& linear_;
  const PlanProblem& problem_;
  const ModelBlock& block_;
  Basis& basis_;
  std::vector<double> kw_cost_;  // [steps] of one more kW at the grid connection, where no power bears it itself
  std::vector<Offer> offers_;
};

}  // namespace

Basis start_basis(const PlanModel& model, const std::vector<const PlanProblem*>& problems) {
  Basis basis;
  basis.columns.assign(model.linear.columns(), Standing::at_lower);
  basis.rows.assign(model.linear.rows(), Standing::basic);
  for (std::size_t k = 0; k < problems.size(); ++k) Starter(model, *problems[k], model.blocks[k], basis).start();
  return basis;
}

}  // namespace evtwin::optimise
