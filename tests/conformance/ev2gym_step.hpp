// EV2Gym's step rules, re-simulated from a scenario and an agent's actions. What EV2Gym does otherwise than physics or
// common sense would is a switch: with all of them on the run is EV2Gym's, with all off it is what evtwin computes.
#pragma once
#include <cstdint>
#include <vector>

#include "conformance/ev2gym_case.hpp"

namespace evtwin::conformance::ev2gym {

struct Quirks {
  bool actions_rounded = true;           ///< to 5 decimals
  bool capacity_rounded_up = true;       ///< to 0.01 kWh after every step with power: energy from nothing
  bool lifted_to_floor = true;           ///< a battery below its floor is set up to it when asked to discharge
  bool efficiency_by_ampere = true;      ///< looked up by the amperes commanded; off: one figure, at the car's largest
  bool taper_multiplied = true;          ///< the taper decays k times as fast as its own linear curve says
  bool efficiency_costs_nothing = true;  ///< billed at the meter is what the battery got or gave
  bool served_while_leaving = true;      ///< a car gets power through its departure step
  bool phases_for_free = true;  ///< P = V_LL x sqrt(phases) x I, and a car has all its power on any number of phases
  bool export_against_import_limit = true;  ///< an export beyond the limit counts as |P - (+limit)|
};

/// One car's stay, by step from its arrival.
struct Stay {
  std::vector<double> commanded_a, energy_kwh, current_a, capacity_kwh;
  std::vector<double> soc_before;  ///< of every step
  std::vector<bool> active;        ///< whether current flowed
  double final_kwh = 0.0;
  double absolute_kwh = 0.0, net_kwh = 0.0;
  int cycles = 0;
  int emergency_crossings = 0;
};

struct ChargerTotals {
  double profit_eur = 0.0, charged_kwh = 0.0, discharged_kwh = 0.0, satisfaction_sum = 0.0;
  int served = 0;
};

struct Run {
  std::vector<Stay> stays;                                       ///< by car
  std::vector<std::vector<double>> charger_kw, charger_a;        ///< [charger][step]
  std::vector<std::vector<double>> transformer_kw, overload_kw;  ///< [transformer][step]
  std::vector<double> total_kw, potential_kw, profit_eur;        ///< by step
  std::vector<double> departed, arrived, parked, invalid_actions;
  std::vector<std::vector<double>> satisfaction;    ///< [step], of the cars that leave, by charger and port
  std::vector<std::vector<std::uint32_t>> leaving;  ///< [step], cars, in the same order
  std::vector<ChargerTotals> totals;
};

/// Currents commanded to the ports of one charger, A, by port: shares of more than the whole are scaled down, small
/// currents go to 0 (charging) or up to the charger's least (discharging).
/// @param shares  the actions of its ports, 0 where nobody is
std::vector<double> commanded_amperes(const Charger& charger, std::vector<double> shares, bool rounded);

/// The power that a command asks for at the meter, kW, signed: 0 below the car's least, no more than its most.
double asked_kw(const Charger& charger, const Car& car, double amps, const Quirks& quirks);

/// One figure for an efficiency table: that at the largest current the car can draw there.
double rated_charge_efficiency(const Charger& charger, const Car& car);
double rated_discharge_efficiency(const Charger& charger, const Car& car);

Run simulate(const Scenario& scenario, const Actions& actions, const Quirks& quirks);

/// Satisfaction of a driver who leaves with so much.
double satisfaction(const Car& car, double kwh);
/// Most energy that could have been in the battery at departure, kWh; without taper, rounded up as EV2Gym does.
double energy_as_fast_as_possible_kwh(const Scenario& scenario, const Car& car);

}  // namespace evtwin::conformance::ev2gym
