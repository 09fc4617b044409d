// EV2Gym's reward functions and battery ageing, worked out from a run after the fact.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "conformance/ev2gym_step.hpp"

namespace evtwin::conformance::ev2gym {

/// Every stock reward that needs no power flow, and one cost, by name and step.
std::map<std::string, std::vector<double>> rewards(const Scenario& scenario, const Run& run);

/// Fractions of capacity lost during a stay, after Schmalstieg et al. 2014 (J. Power Sources 257, 325-334) with
/// EV2Gym's constants: one cell of 2.05 Ah for every car, 298.15 K, a battery of 2 years and 15,000 km a year.
struct Ageing {
  double calendar = 0.0, cyclic = 0.0;
};
Ageing ageing(const Scenario& scenario, const Car& car, const Stay& stay);

}  // namespace evtwin::conformance::ev2gym
