// Plan problems for tests: small ones by hand, and random ones with every feature.
#pragma once
#include <cmath>
#include <cstdint>
#include <random>

#include "optimise/plan_problem.hpp"

namespace evtwin::optimise::test {

/// Hours of one price, nothing else at the site, no limits.
inline PlanProblem plain_site(std::size_t steps, double hours, double buy) {
  PlanProblem problem;
  problem.hours.assign(steps, hours);
  problem.buy_per_kwh.assign(steps, buy);
  problem.sell_per_kwh.assign(steps, 0.0);
  problem.load_kw.assign(steps, 0.0);
  problem.pv_kw.assign(steps, 0.0);
  problem.import_limit_kw.assign(steps, infinite);
  problem.export_limit_kw.assign(steps, infinite);
  return problem;
}

/// A car that wants energy during [first, end), each kWh short at 1000.
inline PlanVehicle car(std::uint64_t key, std::uint32_t first, std::uint32_t end, double max_kw, double wanted_kwh) {
  PlanVehicle vehicle;
  vehicle.key = key;
  vehicle.evse = static_cast<std::uint32_t>(key);
  vehicle.first_step = first;
  vehicle.end_step = end;
  vehicle.max_kw = max_kw;
  vehicle.wanted_kwh = wanted_kwh;
  vehicle.unmet_price_per_kwh = 1000.0;
  return vehicle;
}

/// Draws by own laws: the standard library's differ between vendors.
class Draws {
 public:
  explicit Draws(std::uint64_t seed) : engine_(seed) {}
  double between(double low, double high) {
    return low + (high - low) * static_cast<double>(engine_() >> 11) * 0x1.0p-53;
  }
  std::uint32_t below(std::uint32_t n) { return static_cast<std::uint32_t>(engine_() % n); }
  bool chance(double share) { return between(0.0, 1.0) < share; }

 private:
  std::mt19937_64 engine_;
};

struct Features {
  bool discharge = false, pv = false, storage = false, demand = false, limits = false, magnitudes = false;
  bool whole_numbers = false, odd_prices = false, wishes = false, battery_need = false, over_limit = false;
  bool outside_window = false;  ///< storages that start above or below theirs
};

inline Features all_features() { return {true, true, true, true, true, true, true, true, true, true, true}; }

/// A problem of up to 12 steps and 6 vehicles.
inline PlanProblem random_problem(std::uint64_t seed, const Features& with) {
  Draws draw(seed);
  const std::uint32_t steps = 3 + draw.below(10), cars = 1 + draw.below(6);
  PlanProblem problem = plain_site(steps, 0.25, 0.0);
  problem.first_step_number = 1000 + draw.below(50);
  problem.import_limit_kw.assign(steps, draw.between(5.0, 60.0));
  if (draw.chance(0.5)) problem.export_limit_kw.assign(steps, draw.between(0.0, 20.0));
  for (std::uint32_t t = 0; t < steps; ++t) {
    problem.hours[t] = draw.chance(0.8) ? 0.25 : draw.between(0.02, 1.0);
    problem.buy_per_kwh[t] = 10.0 * draw.below(4) + draw.between(10.0, 40.0);
    problem.sell_per_kwh[t] = problem.buy_per_kwh[t] * (draw.chance(0.3) ? 1.0 : 0.6);
    if (with.odd_prices && draw.chance(0.3)) problem.buy_per_kwh[t] -= 60.0;
    if (with.odd_prices && draw.chance(0.3)) problem.sell_per_kwh[t] = problem.buy_per_kwh[t] + draw.between(-30, 5);
    problem.load_kw[t] = draw.chance(0.5) ? 0.0 : draw.between(0.0, with.over_limit ? 40.0 : 5.0);
    if (with.pv && draw.chance(0.6)) problem.pv_kw[t] = draw.between(0.0, 40.0);
  }
  if (with.pv) problem.curtail_pv = draw.chance(0.7);
  if (!problem.curtail_pv && !with.over_limit) problem.export_limit_kw.assign(steps, 100.0);
  for (std::uint32_t v = 0; v < cars; ++v) {
    const std::uint32_t first = draw.below(steps), end = first + 1 + draw.below(steps - first);
    PlanVehicle one = car(100 + v, first, end, draw.chance(0.5) ? 7.0 : 11.0, draw.between(0.0, 12.0));
    one.evse = draw.below(8);
    one.unmet_price_per_kwh = draw.chance(0.7) ? 1000.0 : draw.between(0.0, 200.0);
    if (draw.chance(0.3)) one.first_share = draw.between(0.1, 1.0);
    if (draw.chance(0.3)) one.last_share = draw.between(0.1, 1.0);
    if (draw.chance(0.5)) one.most_kwh = one.wanted_kwh * draw.between(0.8, 1.5);
    if (draw.chance(0.5)) one.room_kwh = draw.between(0.0, 20.0);
    if (draw.chance(0.2))
      for (std::uint32_t t = first; t < end; ++t) one.step_max_kw.push_back(draw.chance(0.3) ? 0.0 : one.max_kw);
    if (draw.chance(0.5)) one.charge_efficiency = one.discharge_efficiency = 0.9;
    if (draw.chance(0.3)) one.grid_kw_per_charge_kw = 1.05, one.grid_kw_per_discharge_kw = 0.95;
    if (with.battery_need && draw.chance(0.5)) one.need_at = NeedAt::battery;
    if (with.discharge && draw.chance(0.6)) {
      one.max_discharge_kw = 7.0;
      one.dischargeable_kwh = draw.between(0.0, 10.0);
      one.discharge_price_per_kwh = draw.chance(0.5) ? 0.0 : draw.between(0.0, 20.0);
    }
    if (draw.chance(0.15))
      for (std::uint32_t t = first; t < end; ++t) one.step_charge_price_per_kwh.push_back(draw.between(0.0, 15.0));
    if (draw.chance(0.3)) one.end_value_per_kwh = std::min(one.unmet_price_per_kwh, draw.between(0.0, 60.0));
    if (with.whole_numbers) {
      if (draw.chance(0.6)) one.min_kw = 1.4;
      if (draw.chance(0.3)) one.rates_kw = {1.4, 3.5, 7.0};
      if (draw.chance(0.3)) one.max_starts = 1 + draw.below(2);
      if (draw.chance(0.3)) one.charging_now = true;
      if (one.max_discharge_kw > 0.0 && draw.chance(0.5)) one.min_discharge_kw = 1.4;
    }
    problem.vehicles.push_back(one);
  }
  if (with.storage)
    for (std::uint32_t s = 0; s < 1 + draw.below(2); ++s) {
      PlanStorage one;
      one.key = 7 + s;
      one.max_charge_kw = one.max_discharge_kw = draw.between(0.0, 20.0);
      if (draw.chance(0.7)) one.charge_efficiency = one.discharge_efficiency = 0.95;
      one.min_kwh = 2.0;
      one.max_kwh = 20.0;
      one.stored_kwh = with.outside_window ? draw.between(0.0, 24.0) : draw.between(2.0, 20.0);
      one.discharge_price_per_kwh = draw.chance(0.5) ? 0.0 : 3.0;
      one.end_value_per_kwh = draw.between(0.0, 40.0);
      if (draw.chance(0.3)) one.end_at_least_kwh = draw.between(0.0, 25.0);
      problem.storages.push_back(one);
    }
  if (with.limits)
    for (std::uint32_t l = 0; l < 2; ++l) {
      PlanLimit one;
      one.name = "feeder";
      for (std::uint32_t e = 0; e < 8; ++e)
        if (draw.chance(0.5)) one.members.push_back({e, false, draw.between(0.5, 1.5)});
      if (!problem.storages.empty() && draw.chance(0.5)) one.members.push_back({0, true, 1.0});
      one.lower = {-draw.between(0.0, 20.0)};
      one.upper = {draw.between(3.0, 30.0)};
      if (with.over_limit && draw.chance(0.5)) one.base = {draw.between(-30.0, 35.0)};
      problem.limits.push_back(one);
    }
  if (with.magnitudes)
    for (std::uint32_t m = 0; m < 2; ++m) {
      PlanMagnitude one;
      one.name = "phase";
      for (std::uint32_t e = 0; e < 8; ++e) {
        const double angle = 2.0943951023931953 * draw.below(3);
        one.members.push_back({e, 4.5 * std::cos(angle), 4.5 * std::sin(angle)});
      }
      one.upper = {draw.between(0.0, 120.0)};
      problem.magnitudes.push_back(one);
    }
  if (with.demand) {
    problem.periods.resize(2);
    problem.periods[0] = {draw.between(0.0, 100.0), draw.between(0.0, 20.0), {}};
    problem.periods[1] = {draw.between(0.0, 100.0), draw.between(0.0, 20.0), {{0, draw.between(0.0, 1.0)}}};
    for (std::uint32_t t = 0; t < steps; t += 2) {
      MeterWindow window;
      window.first_step = t;
      window.end_step = std::min(t + 2, steps);
      window.hours = 0.5;
      window.so_far_kwh = t == 0 ? draw.between(0.0, 2.0) : 0.0;
      window.period = t < steps / 2 ? 0 : 1;
      problem.windows.push_back(window);
    }
  }
  if (with.wishes) {
    problem.grid.peak_price_per_kw = draw.between(0.0, 10.0);
    problem.grid.ramp_price_per_kw = draw.between(0.0, 3.0);
    problem.grid.pressure_price_per_kwh = draw.between(0.0, 20.0);
    problem.grid.last_net_kw = draw.chance(0.5) ? std::nan("") : draw.between(-10.0, 10.0);
  }
  return problem;
}

}  // namespace evtwin::optimise::test
