#include "parties.hpp"

#include <algorithm>
#include <cmath>

namespace evtwin::milp {
namespace {

double mean(const std::vector<double>& values) {
  double sum = 0.0;
  for (const double value : values) sum += value;
  return values.empty() ? 0.0 : sum / static_cast<double>(values.size());
}

/// Power at the grid connection as it was until now.
double net_kw_before(const evtwin_view& view, const optimise::PlanProblem& problem) {
  double net_kw = problem.load_kw[0] - problem.pv_kw[0];
  for (std::uint32_t c = 0; c < view.n_connected; ++c) {
    const std::uint32_t i = view.connected_evse[c];
    const double kw = view.evse_power_kw[i];
    net_kw += kw > 0.0 ? kw / view.evse_efficiency[i] : kw * view.evse_efficiency[i];
  }
  for (std::uint32_t s = 0; s < view.n_storages; ++s) net_kw += view.storage_power_kw[s];
  return net_kw;
}

}  // namespace

optimise::PlanProblem weigh_parties(const evtwin_view& view, const ViewProblem& posed, const Weights& given) {
  Weights weights = given;
  const double largest = std::max(weights.site, weights.owner);
  if (largest > 0.0) {
    weights.site /= largest;
    weights.owner /= largest;
    weights.grid /= largest;
  }

  optimise::PlanProblem problem = posed.problem;
  const double mean_buy = std::max(0.0, mean(problem.buy_per_kwh));
  for (double& price : problem.buy_per_kwh) price *= weights.site;
  for (double& price : problem.sell_per_kwh) price *= weights.site;
  for (optimise::DemandPeriod& period : problem.periods) period.price_per_kw *= weights.site;

  // Money between two parties counts where their weights differ.
  for (optimise::PlanVehicle& vehicle : problem.vehicles) {
    vehicle.charge_price_per_kwh += (weights.owner - weights.site) * view.driver_price_per_kwh;
    const double paid_per_kwh = vehicle.evse < view.n_evses ? view.evse_v2g_price_per_kwh[vehicle.evse] : 0.0;
    vehicle.discharge_price_per_kwh =
        weights.owner * vehicle.discharge_price_per_kwh + (weights.site - weights.owner) * paid_per_kwh;
  }

  for (optimise::PlanStorage& storage : problem.storages) {
    storage.discharge_price_per_kwh *= weights.site;
    storage.end_value_per_kwh *= weights.site;
    storage.end_excess_price_per_kwh *= weights.site;
    for (optimise::PlanStorage::Lack& lack : storage.end_lacks) lack.price_per_kwh *= weights.site;
  }

  // Wishes of the grid without a price follow the mean price of energy.
  const auto or_default = [](double value, double otherwise) { return std::isnan(value) ? otherwise : value; };
  problem.grid.peak_price_per_kw = weights.grid * or_default(weights.grid_peak_per_kw, mean_buy);
  problem.grid.ramp_price_per_kw = weights.grid * or_default(weights.grid_ramp_per_kw, 0.02 * mean_buy);
  problem.grid.pressure_price_per_kwh = weights.grid * or_default(weights.grid_pressure_per_kwh, 0.5 * mean_buy);
  problem.grid.last_net_kw = net_kw_before(view, problem);
  // Energy promised to a driver is dearer than all that could be won by giving it up.
  const double dearest = problem.grid.peak_price_per_kw / hours(quarter_ns) + problem.grid.pressure_price_per_kwh +
                         2.0 * problem.grid.ramp_price_per_kw / hours(quarter_ns);
  for (optimise::PlanVehicle& vehicle : problem.vehicles) {
    vehicle.unmet_price_per_kwh += std::max(0.0, vehicle.charge_price_per_kwh) + 2.0 * dearest;
  }
  return problem;
}

}  // namespace evtwin::milp
