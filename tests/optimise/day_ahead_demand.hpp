// The demand of a published day-ahead planner, github.com/ngo-lap/smartcharging: its synthetic cars, drawn from numpy's
// old generator, and the five cars of its README. Its objective: 0.13 per kWh drawn, and 100 x the share of the battery
// that is missing of what was asked, summed over the cars. Written anew from what that project's documents and code
// say; the figures its model gives were computed with scipy 1.10 (HiGHS).
#pragma once
#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

#include "optimise/plan_problem.hpp"

namespace evtwin::optimise {

/// numpy.random after numpy.random.seed(s): MT19937, 53-bit fractions from two draws, whole numbers by a mask and
/// rejection (numpy's random_sample and its legacy randint, of which choice draws its indices).
class NumpyRandom {
 public:
  explicit NumpyRandom(std::uint32_t seed) : core_(seed) {}

  double fraction() {
    const auto high = static_cast<double>(core_() >> 5U), low = static_cast<double>(core_() >> 6U);
    return (high * 67'108'864.0 + low) / 9'007'199'254'740'992.0;
  }

  /// low <= number < end.
  std::int64_t whole(std::int64_t low, std::int64_t end) {
    const auto range = static_cast<std::uint32_t>(end - low - 1);
    std::uint32_t mask = range;
    for (const unsigned shift : {1U, 2U, 4U, 8U, 16U}) mask |= mask >> shift;
    std::uint32_t drawn = 0;
    do drawn = static_cast<std::uint32_t>(core_()) & mask;
    while (drawn > range);
    return low + drawn;
  }

 private:
  std::mt19937 core_;
};

struct DayAheadCar {
  double nominal_kw = 0.0, required_kwh = 0.0, battery_kwh = 0.0;
  double arrives_h = 0.0, leaves_h = 0.0;  ///< of the day
  double arrival_kwh = 0.0;                ///< in the battery
};

/// The planner's synthetic demand after numpy.random.seed(seed): powers, batteries, fill, arrivals, stays, in this
/// order.
inline std::vector<DayAheadCar> synthetic_demand(std::size_t cars, std::uint32_t seed) {
  NumpyRandom random(seed);
  std::vector<DayAheadCar> demand(cars);
  constexpr double kw[] = {6, 7, 11, 22}, kwh[] = {30, 52, 88, 100};
  for (DayAheadCar& car : demand) car.nominal_kw = kw[random.whole(0, 4)];
  for (DayAheadCar& car : demand) car.battery_kwh = kwh[random.whole(0, 4)];
  for (DayAheadCar& car : demand) car.arrival_kwh = random.fraction() * car.battery_kwh;
  for (DayAheadCar& car : demand) car.arrives_h = static_cast<double>(random.whole(5 * 3600, 16 * 3600)) / 3600.0;
  for (DayAheadCar& car : demand) {
    const double stay_h = static_cast<double>(random.whole(3600, 5 * 3600)) / 3600.0;
    car.leaves_h = std::min(car.arrives_h + stay_h, 23.0);
    car.required_kwh = std::min(car.battery_kwh - car.arrival_kwh, stay_h * car.nominal_kw);
  }
  return demand;
}

/// The table in the planner's README: whole steps of 15 min, batteries taken for empty at arrival.
inline std::vector<DayAheadCar> readme_demand() {
  return {{22, 26.0, 52, 47 * 0.25, 67 * 0.25, 0},
          {7, 17.6711, 30, 33 * 0.25, 43 * 0.25, 0},
          {11, 45.815, 52, 41 * 0.25, 58 * 0.25, 0},
          {11, 27.9156, 88, 59 * 0.25, 69 * 0.25, 0},
          {6, 20.305, 88, 32 * 0.25, 46 * 0.25, 0}};
}

struct DayAheadTerms {
  double capacity_kw = 100.0;
  double efficiency = 0.9;
  double price_per_kwh = 0.13;
  double penalty = 100.0;  ///< for a whole battery missing
  double step_h = 0.25;    ///< of a day of 24 h; a stay begins and ends at the step in which it does
  bool minimum_powers =
      false;  ///< 4.14 kW from 11 kW nominal on (6 A on three phases), below that 1.38 kW (6 A on one)
};

inline PlanProblem day_ahead_problem(const std::vector<DayAheadCar>& demand, const DayAheadTerms& terms) {
  PlanProblem problem;
  const auto steps = static_cast<std::size_t>(std::lround(24.0 / terms.step_h));
  problem.hours.assign(steps, terms.step_h);
  problem.buy_per_kwh.assign(steps, terms.price_per_kwh);
  for (auto* zeros : {&problem.sell_per_kwh, &problem.load_kw, &problem.pv_kw}) zeros->assign(steps, 0.0);
  problem.import_limit_kw.assign(steps, terms.capacity_kw);
  problem.export_limit_kw.assign(steps, infinite);
  for (const DayAheadCar& car : demand) {
    PlanVehicle vehicle;
    vehicle.key = vehicle.evse = static_cast<std::uint32_t>(problem.vehicles.size());
    // A hair, so that 47 x 15 min is step 47.
    vehicle.first_step = static_cast<std::uint32_t>(car.arrives_h / terms.step_h + 1e-9);
    vehicle.end_step = static_cast<std::uint32_t>(car.leaves_h / terms.step_h + 1e-9);
    vehicle.max_kw = car.nominal_kw;
    if (terms.minimum_powers) vehicle.min_kw = car.nominal_kw >= 11.0 ? 4.14 : 1.38;
    vehicle.charge_efficiency = terms.efficiency;
    vehicle.need_at = NeedAt::battery;
    vehicle.wanted_kwh = car.required_kwh;
    vehicle.unmet_price_per_kwh = terms.penalty / car.battery_kwh;
    vehicle.room_kwh = car.battery_kwh - car.arrival_kwh;
    problem.vehicles.push_back(vehicle);
  }
  return problem;
}

}  // namespace evtwin::optimise
