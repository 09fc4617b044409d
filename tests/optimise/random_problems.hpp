// Random days to plan, from the draws of the day-ahead planner that evtwin's users had before: power 6, 7, 11 or 22 kW,
// batteries of 30, 52, 88 or 100 kWh at any SoC, arrival between 5 and 16 h, a stay of 1 to 5 h.
#pragma once
#include <algorithm>
#include <cmath>

#include "kernel/random.hpp"
#include "optimise/plan_problem.hpp"

namespace evtwin::optimise {

/// Draws one after the other.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : seed_(seed) {}
  double unit() { return kernel::draw_unit(seed_, 0, kernel::purpose_of("test.plan"), drawn_++); }
  double between(double low, double high) { return low + unit() * (high - low); }
  std::uint32_t below(std::uint32_t count) { return static_cast<std::uint32_t>(unit() * count); }
  bool chance(double of_one) { return unit() < of_one; }

 private:
  std::uint64_t seed_;
  std::uint64_t drawn_ = 0;
};

struct DayShape {
  std::uint32_t vehicles = 40;
  double import_limit_kw = 100.0;
  std::uint32_t steps = 96;
  double unmet_price_per_kwh = 1000.0;  ///< KRW
  double min_kw = 0.0;
};

/// KEPCO's self-use low voltage prices of a summer weekday before 2026-04-16, KRW/kWh.
inline double summer_price(double hour) {
  const bool light = hour < 8.0 || hour >= 22.0;
  const bool peak = (hour >= 11.0 && hour < 12.0) || (hour >= 13.0 && hour < 18.0);
  return light ? 84.3 : peak ? 259.2 : 172.0;
}

/// A problem without vehicles: steps of a day of equal length, the price above, nothing else at the site.
inline PlanProblem empty_day(std::uint32_t steps, double import_limit_kw) {
  PlanProblem day;
  const double hours = 24.0 / steps;
  for (std::uint32_t t = 0; t < steps; ++t) day.buy_per_kwh.push_back(summer_price(t * hours));
  day.hours.assign(steps, hours);
  day.sell_per_kwh = day.load_kw = day.pv_kw = std::vector<double>(steps, 0.0);
  day.import_limit_kw.assign(steps, import_limit_kw);
  day.export_limit_kw.assign(steps, 0.0);
  return day;
}

inline PlanProblem planners_day(std::uint64_t seed, const DayShape& shape = {}) {
  constexpr double powers_kw[] = {6, 7, 11, 22}, batteries_kwh[] = {30, 52, 88, 100};
  PlanProblem day = empty_day(shape.steps, shape.import_limit_kw);
  Dice dice(seed);
  const double steps_per_hour = shape.steps / 24.0;
  for (std::uint32_t v = 0; v < shape.vehicles; ++v) {
    PlanVehicle vehicle;
    vehicle.key = v + 1;
    vehicle.evse = v;
    vehicle.max_kw = powers_kw[dice.below(4)];
    const double battery_kwh = batteries_kwh[dice.below(4)];
    vehicle.room_kwh = battery_kwh * dice.unit();
    const double arrival_h = dice.between(5.0, 16.0), stay_h = dice.between(1.0, 5.0);
    vehicle.first_step = static_cast<std::uint32_t>(arrival_h * steps_per_hour);
    vehicle.end_step =
        std::max(vehicle.first_step + 1,
                 std::min(shape.steps, static_cast<std::uint32_t>((arrival_h + stay_h) * steps_per_hour)));
    vehicle.charge_efficiency = vehicle.discharge_efficiency = 0.9;
    vehicle.need_at = NeedAt::battery;
    vehicle.wanted_kwh = std::min(vehicle.room_kwh, vehicle.max_kw * stay_h);
    vehicle.unmet_price_per_kwh = shape.unmet_price_per_kwh;
    vehicle.min_kw = shape.min_kw;
    day.vehicles.push_back(vehicle);
  }
  return day;
}

/// Each thing that a site may have, or not: sun, storage, demand charge, giving back, fuses, losses, prices of all
/// kinds.
/// @param paid  drivers may pay for charging: then charging and giving back at once can pay, which a rule must forbid
inline PlanProblem random_site(std::uint64_t seed, std::uint32_t most_vehicles, std::uint32_t steps, bool paid) {
  Dice dice(seed ^ 0xd1ce);
  const std::uint32_t vehicles = 1 + dice.below(most_vehicles);
  const double kw = dice.between(2, 8) * vehicles;
  PlanProblem day = planners_day(seed, {vehicles, kw, steps, dice.chance(0.3) ? dice.between(150, 400) : 1000});
  const bool pv = dice.chance(0.6), sells = dice.chance(0.7), dear = dice.chance(0.5);
  for (std::size_t t = 0; t < steps; ++t) {
    if (dear) day.buy_per_kwh[t] = dice.between(20, 400);
    day.load_kw[t] = dice.between(0, 0.4) * kw;
    if (pv) day.pv_kw[t] = dice.between(0, 1.5) * kw;
    if (sells) day.sell_per_kwh[t] = day.buy_per_kwh[t] * dice.between(0, 0.95);
    day.export_limit_kw[t] = sells ? dice.between(0, 2) * kw : 0;
  }
  for (PlanVehicle& v : day.vehicles) {
    v.need_at = dice.chance(0.5) ? NeedAt::battery : NeedAt::meter;
    v.unmet_price_per_kwh *= dice.between(0.8, 1.2);
    v.charge_efficiency = dice.between(0.8, 1.0);
    v.discharge_efficiency = dice.between(0.8, 0.98);
    v.charge_price_per_kwh = dice.chance(0.3) ? dice.between(paid ? -50 : 0, 50) : 0.0;
    v.grid_kw_per_charge_kw = dice.chance(0.3) ? 1.05 : 1.0;
    v.grid_kw_per_discharge_kw = dice.chance(0.3) ? 0.95 : 1.0;
    if (dice.chance(0.3)) v.most_kwh = v.wanted_kwh * dice.between(0.7, 1.5);
    if (dice.chance(0.3)) v.end_value_per_kwh = dice.between(0, 100);
    if (dice.chance(0.3)) v.first_share = dice.unit();
    if (dice.chance(0.3)) v.last_share = dice.unit();
    if (dice.chance(0.1)) v.step_max_kw.assign(v.end_step - v.first_step, dice.between(0, 10));
    if (dice.chance(0.2)) {
      for (std::uint32_t t = v.first_step; t < v.end_step; ++t)
        v.step_charge_price_per_kwh.push_back(dice.between(0, 3) * (t - v.first_step));
    }
    if (dice.chance(0.5)) {
      v.max_discharge_kw = dice.between(1, 11);
      v.dischargeable_kwh = dice.between(0, 40);
      v.discharge_price_per_kwh = dice.between(1, 60);
    }
  }
  if (dice.chance(0.5)) {
    const double kwh = 4 * kw;
    day.storages.push_back({.key = 1,
                            .max_charge_kw = kw,
                            .max_discharge_kw = kw / 2,
                            .charge_efficiency = dice.between(0.85, 1.0),
                            .discharge_efficiency = dice.between(0.85, 0.98),
                            .stored_kwh = kwh * dice.between(0.2, 0.8),
                            .min_kwh = 0.1 * kwh,
                            .max_kwh = 0.9 * kwh,
                            .discharge_price_per_kwh = dice.between(1, 30),
                            .end_value_per_kwh = dice.between(0, 200)});
  }
  if (dice.chance(0.5)) {
    day.periods = {{dice.between(50, 3000), dice.chance(0.5) ? kw / 2 : 0.0, {}}};
    for (std::uint32_t t = 0; t + 1 < steps; t += 2)
      day.windows.push_back({t, t + 2, 48.0 / steps, t == 0 ? 1.0 : 0.0, 0});
  }
  if (dice.chance(0.4)) {
    PlanLimit fuse{"fuse", {}, {-kw / 2}, {kw / 2}, {}};
    for (std::uint32_t e = 0; e < vehicles; e += 2) fuse.members.push_back({e, false, dice.between(0.5, 1.5)});
    if (!day.storages.empty()) fuse.members.push_back({0, true, 1.0});
    day.limits.push_back(fuse);
  }
  return day;
}

}  // namespace evtwin::optimise
