// Sums of a plan's powers, counted from the problem's words alone: energies, windows, what is over a limit.
#pragma once
#include <complex>
#include <cstddef>
#include <vector>

#include "optimise/plan.hpp"

namespace evtwin::optimise {

/// A series of one value is constant.
inline double value_at_step(const std::vector<double>& series, std::size_t step) {
  return series.size() == 1 ? series.front() : series[step];
}

/// Share of step `step` that the vehicle is there: of a stay within one step, first_share x last_share.
double share_of(const PlanVehicle& vehicle, std::uint32_t step);
/// Highest mean power of a step, of charging and of discharging: none during an outage (step_max_kw 0).
double most_charge_kw(const PlanVehicle& vehicle, std::uint32_t step);
double most_discharge_kw(const PlanVehicle& vehicle, std::uint32_t step);
/// Price of a kWh charged in step `step`, besides the energy's own.
double charge_price_per_kwh(const PlanVehicle& vehicle, std::uint32_t step);

/// Energies of a vehicle's powers, step by step.
class EnergyCount {
 public:
  explicit EnergyCount(const PlanVehicle& vehicle) : vehicle_(vehicle) {}
  /// Step k of the stay.
  void add_step(const PlanProblem& problem, const VehiclePlan& plan, std::size_t k) {
    const double hours = problem.hours[plan.first_step + k];
    const double charged = plan.charge_kw[k] * hours;
    const double discharged = k < plan.discharge_kw.size() ? plan.discharge_kw[k] * hours : 0.0;
    metered_kwh_ += charged - discharged;
    stored_kwh_ += charged * vehicle_.charge_efficiency - discharged / vehicle_.discharge_efficiency;
  }
  /// Put into the battery; negative: taken out.
  double stored_kwh() const { return stored_kwh_; }
  /// By the vehicle's own count.
  double got_kwh() const { return vehicle_.need_at == NeedAt::meter ? metered_kwh_ : stored_kwh_; }

 private:
  const PlanVehicle& vehicle_;
  double stored_kwh_ = 0.0, metered_kwh_ = 0.0;
};

/// What a storage's excess and lack at the end are counted from.
double end_reference_kwh(const PlanStorage& storage);
/// Of what a storage has less than the reference when it ends with so many kWh.
double lack_cost(const PlanStorage& storage, double stored_kwh);

/// Of what is missing, by the vehicle's own count: the cheapest that may still be had later, the rest unmet.
double missing_cost(const PlanVehicle& vehicle, double kwh);

/// By the vehicle's own count, when it leaves.
double got_kwh(const PlanProblem& problem, const PlanVehicle& vehicle, const VehiclePlan& plan);

/// Charging less discharging of each EVSE in each step, all its vehicles together.
class EvsePowers {
 public:
  EvsePowers(const PlanProblem& problem, const Plan& plan);
  /// 0 for an EVSE without a vehicle.
  double kw_in_step(std::uint32_t evse, std::size_t step) const;

 private:
  std::size_t steps_;
  std::vector<double> kw_;
};

/// Sum of coefficient x kW of a limit's members in a step, its base included.
double level_of(const Plan& plan, const EvsePowers& powers, const PlanLimit& limit, std::size_t step);
/// Sum of a magnitude's members in a step. @param kw  an EVSE's power in that step, by its number
template <class Kw>
std::complex<double> phasor_of(const PlanMagnitude& magnitude, Kw kw) {
  std::complex<double> sum;
  for (const PlanMagnitude::Member& member : magnitude.members)
    sum += std::complex<double>(member.re, member.im) * kw(member.evse);
  return sum;
}

/// Broken with every vehicle and storage at 0.
bool import_broken_at_rest(const PlanProblem& problem, std::size_t step);
bool export_broken_at_rest(const PlanProblem& problem, std::size_t step);
bool broken_at_rest(const PlanLimit& limit, std::size_t step);

/// As PlanProblem::over_limit_price_per_kwh counts it.
double over_limit_kwh(const PlanProblem& problem, const Plan& plan);

/// Mean import of each window's highest, by period; 0 for a period without a window.
std::vector<double> highest_windows_kw(const PlanProblem& problem, const std::vector<double>& import_kw);

/// kW billed in each period, floors and ratchets included.
std::vector<double> billed_kw(const PlanProblem& problem, const std::vector<double>& highest_windows_kw);

}  // namespace evtwin::optimise
