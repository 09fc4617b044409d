#include "conformance/ev2gym_step.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <numeric>

namespace evtwin::conformance::ev2gym {

namespace {

/// To so many decimals as CPython's round(): the exact binary value, ties to even.
double rounded_to_5_decimals(double value) {
  char text[64];
  std::snprintf(text, sizeof text, "%.5f", value);
  return std::strtod(text, nullptr);
}

double up_to_hundredths(double kwh) { return std::ceil(kwh * 100.0) / 100.0; }

double line_factor_v(const Charger& charger, int phases, const Quirks& quirks) {
  if (quirks.phases_for_free) return charger.voltage_ll_v * std::sqrt(phases);
  return phases * charger.voltage_ll_v / std::sqrt(3.0);
}

/// The most a car draws at this charger. An on-board charger spreads its power over its phases.
double most_charge_kw(const Charger& charger, const Car& car, const Quirks& quirks) {
  if (quirks.phases_for_free) return car.max_charge_kw;
  return car.max_charge_kw * std::min(charger.phases, car.phases) / car.phases;
}

/// What a step did to a battery.
struct Change {
  double battery_kwh = 0.0;   ///< signed
  double meter_kwh = 0.0;     ///< signed
  double capacity_kwh = 0.0;  ///< after it
};

/// ACN-Sim's two-stage battery over one step, in EV2Gym's order of operations: rounding up makes a last digit count.
/// @param limit_kw  at the meter; the taper's curve begins at the car's own most
Change charge(const Car& car, double kwh, double amps, double volts, double limit_kw, double step_min,
              double efficiency, double k, const Quirks& quirks) {
  const double per_hour = 60.0 / step_min;
  const double soc = kwh / car.capacity_kwh;
  double pilot = efficiency * amps * volts / 1000.0 / car.capacity_kwh / per_hour;
  const double most = efficiency * car.max_charge_kw / car.capacity_kwh / per_hour;
  pilot = std::min(pilot, efficiency * limit_kw / car.capacity_kwh / per_hour);

  double after = 0.0;
  if (car.transition_soc == 1.0) {
    after = std::min(pilot + soc, 1.0);
  } else {
    const double transition = car.transition_soc + (pilot - most) / most * (car.transition_soc - 1.0);
    if (soc < transition) {
      after = 1.0 <= (transition - soc) / pilot
                  ? pilot + soc
                  : 1.0 + std::exp(k * (pilot + soc - transition) / (transition - 1.0)) * (transition - 1.0);
    } else {
      after = 1.0 + std::exp(k * pilot / (transition - 1.0)) * (soc - 1.0);
    }
    const double limit = most > pilot ? pilot : most;
    if (after - soc > limit) after = limit + soc;
  }
  const double gained_kwh = (after - soc) * car.capacity_kwh;
  return {gained_kwh, quirks.efficiency_costs_nothing ? gained_kwh : gained_kwh / efficiency, after * car.capacity_kwh};
}

/// @param kw  at the meter, negative
Change discharge(const Car& car, double kwh, double kw, double step_min, double efficiency, const Quirks& quirks) {
  // With losses for nothing the battery gives less than was asked; with real ones it gives more.
  const double wanted_kwh =
      quirks.efficiency_costs_nothing ? kw * efficiency * step_min / 60.0 : kw * step_min / 60.0 / efficiency;
  double lost_kwh = wanted_kwh;
  if (kwh + wanted_kwh < car.min_kwh) {
    if (kwh <= car.min_kwh) return {0.0, 0.0, quirks.lifted_to_floor ? car.min_kwh : kwh};
    lost_kwh = -(kwh - car.min_kwh);
    return {lost_kwh, quirks.efficiency_costs_nothing ? lost_kwh : lost_kwh * efficiency, car.min_kwh};
  }
  return {lost_kwh, quirks.efficiency_costs_nothing ? lost_kwh : lost_kwh * efficiency, kwh + lost_kwh};
}

double least_charge_a(const Charger& charger, const Car& car) {
  return car.min_charge_kw * 1000.0 / (charger.voltage_ll_v * std::sqrt(charger.phases));
}
double least_discharge_a(const Charger& charger, const Car& car) {
  return car.min_discharge_kw * 1000.0 / (charger.voltage_ll_v * std::sqrt(charger.phases));
}

/// What of the command the car follows: nothing below its own least.
double followed_a(const Charger& charger, const Car& car, double amps) {
  if (amps > 0.0 && amps < least_charge_a(charger, car)) return 0.0;
  if (amps < 0.0 && amps > least_discharge_a(charger, car)) return 0.0;
  return amps;
}

class Simulation {
 public:
  Simulation(const Scenario& scenario, const Actions& actions, const Quirks& quirks)
      : scenario_(scenario), actions_(actions), quirks_(quirks), at_port_(scenario.ports, nobody) {
    const auto steps = static_cast<std::size_t>(scenario.steps);
    run_.stays.resize(scenario.cars.size());
    kwh_.resize(scenario.cars.size());
    previous_kwh_.resize(scenario.cars.size());
    run_.charger_kw.assign(scenario.chargers.size(), std::vector<double>(steps));
    run_.charger_a = run_.charger_kw;
    run_.transformer_kw.assign(scenario.transformers.size(), std::vector<double>(steps));
    run_.overload_kw = run_.transformer_kw;
    run_.totals.resize(scenario.chargers.size());
    for (auto* series : {&run_.total_kw, &run_.potential_kw, &run_.profit_eur, &run_.departed, &run_.arrived,
                         &run_.parked, &run_.invalid_actions})
      series->assign(steps, 0.0);
    run_.satisfaction.resize(steps);
    run_.leaving.resize(steps);
  }

  Run run() {
    double parked = 0.0;
    for (std::size_t t = 0; t < run_.total_kw.size(); ++t) {
      if (!quirks_.served_while_leaving) depart(t);
      for (std::size_t k = 0; k < scenario_.transformers.size(); ++k)
        run_.transformer_kw[k][t] = scenario_.transformers[k].load_kw[t] + scenario_.transformers[k].solar_kw[t];
      for (std::uint32_t c = 0; c < scenario_.chargers.size(); ++c) {
        step_charger(c, t);
        if (quirks_.served_while_leaving) depart_from(c, t);
      }
      arrive(t);
      note_overload(t);
      parked += run_.arrived[t] - run_.departed[t];
      run_.parked[t] = parked;
      if (t + 1 < run_.potential_kw.size()) run_.potential_kw[t + 1] = potential_kw(t + 1);
    }
    for (std::size_t i = 0; i < kwh_.size(); ++i) run_.stays[i].final_kwh = kwh_[i];
    return std::move(run_);
  }

 private:
  static constexpr std::uint32_t nobody = 0xffffffffU;

  void step_charger(std::uint32_t c, std::size_t t) {
    const Charger& charger = scenario_.chargers[c];
    std::vector<double> shares;
    for (std::uint32_t p = 0; p < charger.ports; ++p) {
      const bool here = at_port_[charger.first_port + p] != nobody;
      shares.push_back(here ? actions_[t][charger.first_port + p] : 0.0);
      run_.invalid_actions[t] += here ? 0.0 : 1.0;
    }
    const std::vector<double> amps = commanded_amperes(charger, shares, quirks_.actions_rounded);
    double profit = 0.0;
    for (std::uint32_t p = 0; p < charger.ports; ++p) {
      const std::uint32_t i = at_port_[charger.first_port + p];
      if (i == nobody) continue;
      const double energy_kwh = step_car(i, charger, amps[p]);
      const double price = amps[p] > 0.0 ? scenario_.charge_price_per_kwh[t] : scenario_.discharge_price_per_kwh[t];
      profit += std::abs(energy_kwh) * price;
      (amps[p] > 0.0 ? run_.totals[c].charged_kwh : run_.totals[c].discharged_kwh) += std::abs(energy_kwh);
      run_.charger_kw[c][t] += energy_kwh * 60.0 / scenario_.step_min;
      run_.charger_a[c][t] += run_.stays[i].current_a.back();
    }
    run_.totals[c].profit_eur += profit;
    run_.profit_eur[t] += profit;
    run_.total_kw[t] += run_.charger_kw[c][t];
    run_.transformer_kw[charger.transformer][t] += run_.charger_kw[c][t];
  }

  /// @returns the energy that is billed, kWh, signed.
  double step_car(std::uint32_t i, const Charger& charger, double commanded_a) {
    const Car& car = scenario_.cars[i];
    Stay& stay = run_.stays[i];
    stay.commanded_a.push_back(commanded_a);
    stay.soc_before.push_back(kwh_[i] / car.capacity_kwh);
    const double amps = followed_a(charger, car, commanded_a);
    if (amps == 0.0) {
      stay.energy_kwh.push_back(0.0);
      stay.current_a.push_back(0.0);
      stay.capacity_kwh.push_back(kwh_[i]);
      stay.active.push_back(false);
      return 0.0;
    }
    if (previous_kwh_[i] == 0.0 || previous_kwh_[i] / amps < 0.0) stay.cycles += 1;
    const double volts = line_factor_v(charger, std::min(charger.phases, car.phases), quirks_);
    const double before_kwh = kwh_[i];
    Change change;
    if (amps > 0.0) {
      const double efficiency =
          quirks_.efficiency_by_ampere ? car.charge_efficiency.at(amps) : rated_charge_efficiency(charger, car);
      change = charge(car, before_kwh, amps, volts, most_charge_kw(charger, car, quirks_), scenario_.step_min,
                      efficiency, quirks_.taper_multiplied ? car.transition_multiplier : 1.0, quirks_);
    } else {
      const double efficiency =
          quirks_.efficiency_by_ampere ? car.discharge_efficiency.at(amps) : rated_discharge_efficiency(charger, car);
      const double kw = std::max(amps * volts / 1000.0, car.max_discharge_kw);
      change = discharge(car, before_kwh, kw, scenario_.step_min, efficiency, quirks_);
      if (before_kwh > car.min_emergency_kwh && change.capacity_kwh < car.min_emergency_kwh)
        stay.emergency_crossings += 1;
    }
    previous_kwh_[i] = change.meter_kwh;
    kwh_[i] = quirks_.capacity_rounded_up ? up_to_hundredths(change.capacity_kwh) : change.capacity_kwh;
    const double current_a = change.meter_kwh / (scenario_.step_min / 60.0) * 1000.0 / volts;
    stay.energy_kwh.push_back(change.meter_kwh);
    stay.current_a.push_back(current_a);
    stay.capacity_kwh.push_back(kwh_[i]);
    stay.active.push_back(current_a != 0.0);
    stay.absolute_kwh += std::abs(change.meter_kwh);
    stay.net_kwh += change.meter_kwh;
    return change.meter_kwh;
  }

  void depart(std::size_t t) {
    for (std::uint32_t c = 0; c < scenario_.chargers.size(); ++c) depart_from(c, t);
  }

  void depart_from(std::uint32_t c, std::size_t t) {
    const Charger& charger = scenario_.chargers[c];
    for (std::uint32_t p = 0; p < charger.ports; ++p) {
      std::uint32_t& i = at_port_[charger.first_port + p];
      if (i == nobody || static_cast<int>(t) < scenario_.cars[i].departure_step) continue;
      const double score = satisfaction(scenario_.cars[i], kwh_[i]);
      run_.satisfaction[t].push_back(score);
      run_.leaving[t].push_back(i);
      run_.totals[c].satisfaction_sum += score;
      run_.totals[c].served += 1;
      run_.departed[t] += 1.0;
      i = nobody;
    }
  }

  void arrive(std::size_t t) {
    for (std::uint32_t i = 0; i < scenario_.cars.size(); ++i) {
      const Car& car = scenario_.cars[i];
      if (car.arrival_step != static_cast<int>(t) + 1) continue;
      at_port_[scenario_.chargers[car.charger].first_port + car.port] = i;
      kwh_[i] = car.initial_kwh;
      run_.arrived[t] += 1.0;
    }
  }

  void note_overload(std::size_t t) {
    constexpr double slack_kw = 1e-4;
    for (std::size_t k = 0; k < scenario_.transformers.size(); ++k) {
      const double kw = run_.transformer_kw[k][t];
      const double most = scenario_.transformers[k].max_kw[t];
      const double least = scenario_.transformers[k].min_kw[t];
      if (kw > most + slack_kw) run_.overload_kw[k][t] = kw - most;
      if (kw < least - slack_kw)
        run_.overload_kw[k][t] = quirks_.export_against_import_limit ? std::abs(kw - most) : least - kw;
    }
  }

  /// What the cars present at the beginning of a step could draw, by their own limits and their chargers'.
  double potential_kw(std::size_t t) const {
    double all_kw = 0.0;
    for (const Charger& charger : scenario_.chargers) {
      double kw = 0.0;
      for (std::uint32_t p = 0; p < charger.ports; ++p) {
        const std::uint32_t i = at_port_[charger.first_port + p];
        if (i == nobody) continue;
        const Car& car = scenario_.cars[i];
        if (kwh_[i] / car.capacity_kwh >= 1.0 || car.departure_step <= static_cast<int>(t)) continue;
        const double volts = std::sqrt(std::min(charger.phases, car.phases)) * charger.voltage_ll_v;
        kw += volts * std::min(charger.max_charge_a, car.max_charge_kw * 1000.0 / volts) / 1000.0;
      }
      const double volts = std::sqrt(charger.phases) * charger.voltage_ll_v;
      const double most = volts * charger.max_charge_a / 1000.0;
      const double least = volts * charger.min_charge_a / 1000.0;
      all_kw += kw > most ? most : kw < least ? 0.0 : kw;
    }
    return all_kw;
  }

  const Scenario& scenario_;
  const Actions& actions_;
  const Quirks quirks_;
  std::vector<std::uint32_t> at_port_;  // car by port
  std::vector<double> kwh_;             // by car
  std::vector<double> previous_kwh_;    // energy of the last step in which it followed a command, by car
  Run run_;
};

}  // namespace

std::vector<double> commanded_amperes(const Charger& charger, std::vector<double> shares, bool rounded) {
  const double sum = std::accumulate(shares.begin(), shares.end(), 0.0);
  for (double& share : shares) {
    if (sum > 1.0) share = share / sum;
    if (sum < -1.0) share = -share / sum;
    if (rounded) share = rounded_to_5_decimals(share);
    constexpr double slack_a = 0.01;
    double amps = 0.0;
    if (share > 0.0) {
      amps = share * charger.max_charge_a;
      if (amps < charger.min_charge_a - slack_a) amps = 0.0;
    } else if (share < 0.0) {
      amps = share * std::abs(charger.max_discharge_a);
      if (amps > charger.min_discharge_a - slack_a) amps = charger.min_discharge_a;
    }
    share = amps;
  }
  return shares;
}

double asked_kw(const Charger& charger, const Car& car, double amps, const Quirks& quirks) {
  const double kw =
      followed_a(charger, car, amps) * line_factor_v(charger, std::min(charger.phases, car.phases), quirks) / 1000.0;
  return std::clamp(kw, car.max_discharge_kw, most_charge_kw(charger, car, quirks));
}

double rated_charge_efficiency(const Charger& charger, const Car& car) {
  const double volts = charger.voltage_ll_v * std::sqrt(std::min(charger.phases, car.phases));
  return car.charge_efficiency.at(std::min(charger.max_charge_a, car.max_charge_kw * 1000.0 / volts));
}

double rated_discharge_efficiency(const Charger& charger, const Car& car) {
  const double volts = charger.voltage_ll_v * std::sqrt(std::min(charger.phases, car.phases));
  return car.discharge_efficiency.at(
      std::min(std::abs(charger.max_discharge_a), std::abs(car.max_discharge_kw) * 1000.0 / volts));
}

Run simulate(const Scenario& scenario, const Actions& actions, const Quirks& quirks) {
  return Simulation(scenario, actions, quirks).run();
}

double satisfaction(const Car& car, double kwh) { return kwh < car.desired_kwh - 0.001 ? kwh / car.desired_kwh : 1.0; }

double energy_as_fast_as_possible_kwh(const Scenario& scenario, const Car& car) {
  const Charger& charger = scenario.chargers[car.charger];
  const double charger_kw = charger.max_charge_a * charger.voltage_ll_v * std::sqrt(charger.phases) / 1000.0;
  const double kw = std::abs(charger_kw) > std::abs(car.max_charge_kw) ? car.max_charge_kw : charger_kw;
  double kwh = car.initial_kwh;
  for (int t = car.arrival_step; t <= car.departure_step; ++t) {
    kwh += kw * car.charge_efficiency.largest() * scenario.step_min / 60.0;
    kwh = up_to_hundredths(kwh);
    if (kwh > car.capacity_kwh) return car.capacity_kwh;
  }
  return kwh;
}

}  // namespace evtwin::conformance::ev2gym
