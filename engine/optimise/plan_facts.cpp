#include "optimise/plan_facts.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

namespace evtwin::optimise {

double share_of(const PlanVehicle& vehicle, std::uint32_t step) {
  double share = 1.0;
  if (step == vehicle.first_step) share *= vehicle.first_share;
  if (step + 1 == vehicle.end_step) share *= vehicle.last_share;
  return share;
}

double most_charge_kw(const PlanVehicle& vehicle, std::uint32_t step) {
  double kw = vehicle.max_kw;
  if (!vehicle.step_max_kw.empty()) kw = std::min(kw, vehicle.step_max_kw[step - vehicle.first_step]);
  return kw * share_of(vehicle, step);
}

double charge_price_per_kwh(const PlanVehicle& vehicle, std::uint32_t step) {
  return vehicle.charge_price_per_kwh + (vehicle.step_charge_price_per_kwh.empty()
                                             ? 0.0
                                             : vehicle.step_charge_price_per_kwh[step - vehicle.first_step]);
}

double most_discharge_kw(const PlanVehicle& vehicle, std::uint32_t step) {
  const bool outage = !vehicle.step_max_kw.empty() && vehicle.step_max_kw[step - vehicle.first_step] == 0.0;
  return outage ? 0.0 : vehicle.max_discharge_kw * share_of(vehicle, step);
}

double end_reference_kwh(const PlanStorage& storage) {
  return std::isnan(storage.end_reference_kwh) ? storage.stored_kwh : storage.end_reference_kwh;
}

double lack_cost(const PlanStorage& storage, double stored_kwh) {
  double lacks_kwh = std::max(0.0, end_reference_kwh(storage) - stored_kwh), cost = 0.0;
  for (const PlanStorage::Lack& lack : storage.end_lacks) {
    const double kwh = std::min(lacks_kwh, lack.kwh);
    cost += kwh * lack.price_per_kwh;
    lacks_kwh -= kwh;
  }
  return cost;
}

double missing_cost(const PlanVehicle& vehicle, double kwh) {
  double cost = 0.0;
  for (const PlanVehicle::Later& later : vehicle.later) {
    const double had_kwh = std::min(kwh, later.kwh);
    cost += had_kwh * later.price_per_kwh;
    kwh -= had_kwh;
  }
  return cost + kwh * vehicle.unmet_price_per_kwh;
}

double got_kwh(const PlanProblem& problem, const PlanVehicle& vehicle, const VehiclePlan& plan) {
  EnergyCount count(vehicle);
  for (std::size_t k = 0; k < plan.charge_kw.size(); ++k) count.add_step(problem, plan, k);
  return count.got_kwh();
}

EvsePowers::EvsePowers(const PlanProblem& problem, const Plan& plan) : steps_(problem.steps()) {
  for (std::size_t v = 0; v < problem.vehicles.size(); ++v) {
    const std::size_t begin = problem.vehicles[v].evse * steps_;
    if (kw_.size() < begin + steps_) kw_.resize(begin + steps_, 0.0);
    const VehiclePlan& made = plan.vehicles[v];
    for (std::uint32_t k = 0; k < made.charge_kw.size(); ++k)
      kw_[begin + made.first_step + k] += made.kw_in_step(made.first_step + k);
  }
}

double EvsePowers::kw_in_step(std::uint32_t evse, std::size_t step) const {
  const std::size_t index = evse * steps_ + step;
  return index < kw_.size() ? kw_[index] : 0.0;
}

double level_of(const Plan& plan, const EvsePowers& powers, const PlanLimit& limit, std::size_t step) {
  double level = limit.base.empty() ? 0.0 : value_at_step(limit.base, step);
  for (const PlanLimit::Member& member : limit.members) {
    const double kw = member.storage
                          ? plan.storages[member.index].charge_kw[step] - plan.storages[member.index].discharge_kw[step]
                          : powers.kw_in_step(member.index, step);
    level += member.coefficient * kw;
  }
  return level;
}

bool import_broken_at_rest(const PlanProblem& problem, std::size_t step) {
  return problem.load_kw[step] - problem.pv_kw[step] > problem.import_limit_kw[step];
}

bool export_broken_at_rest(const PlanProblem& problem, std::size_t step) {
  return !problem.curtail_pv && problem.pv_kw[step] - problem.load_kw[step] > problem.export_limit_kw[step];
}

bool broken_at_rest(const PlanLimit& limit, std::size_t step) {
  const double base = limit.base.empty() ? 0.0 : value_at_step(limit.base, step);
  return base < value_at_step(limit.lower, step) || base > value_at_step(limit.upper, step);
}

double over_limit_kwh(const PlanProblem& problem, const Plan& plan) {
  double over = 0.0;
  for (std::size_t t = 0; t < problem.steps(); ++t) {
    double beyond_kw = 0.0;
    if (import_broken_at_rest(problem, t)) beyond_kw += std::max(0.0, plan.import_kw[t] - problem.import_limit_kw[t]);
    if (export_broken_at_rest(problem, t)) beyond_kw += std::max(0.0, plan.export_kw[t] - problem.export_limit_kw[t]);
    over += beyond_kw * problem.hours[t];
  }
  std::optional<EvsePowers> powers;  // of use to a broken row only
  for (const PlanLimit& limit : problem.limits) {
    for (std::size_t t = 0; t < problem.steps(); ++t) {
      if (!broken_at_rest(limit, t)) continue;
      if (!powers) powers.emplace(problem, plan);
      const double level = level_of(plan, *powers, limit, t);
      over += problem.hours[t] *
              std::max({0.0, value_at_step(limit.lower, t) - level, level - value_at_step(limit.upper, t)});
    }
  }
  for (std::size_t s = 0; s < problem.storages.size(); ++s) {
    const PlanStorage& storage = problem.storages[s];
    const auto& stored = plan.storages[s].stored_kwh;
    over += std::max(0.0, storage.end_at_least_kwh - (stored.empty() ? storage.stored_kwh : stored.back()));
  }
  return over;
}

std::vector<double> highest_windows_kw(const PlanProblem& problem, const std::vector<double>& import_kw) {
  std::vector<double> highest(problem.periods.size(), 0.0);
  for (const MeterWindow& window : problem.windows) {
    double kwh = window.so_far_kwh;
    for (std::uint32_t t = window.first_step; t < window.end_step; ++t) kwh += import_kw[t] * problem.hours[t];
    highest[window.period] = std::max(highest[window.period], kwh / window.hours);
  }
  return highest;
}

std::vector<double> billed_kw(const PlanProblem& problem, const std::vector<double>& highest) {
  std::vector<double> billed(problem.periods.size());
  for (std::size_t p = 0; p < billed.size(); ++p) {
    billed[p] = std::max(problem.periods[p].floor_kw, highest[p]);
    for (const DemandPeriod::Ratchet& ratchet : problem.periods[p].ratchets)
      billed[p] = std::max(billed[p], ratchet.share * highest[ratchet.period]);
  }
  return billed;
}

}  // namespace evtwin::optimise
