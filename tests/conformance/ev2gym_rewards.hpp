// EV2Gym's reward functions and battery ageing, worked out from a run after the fact.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "conformance/ev2gym_step.hpp"

namespace evtwin::conformance::ev2gym {

/// Every stock reward that needs no power flow, and one cost, by name and step.
std::map<std::string, std::vector<double>> rewards(const Scenario& scenario, const Run& run);

/// Fractions of capacity lost during a stay: the engine's ageing law in the tangent form, fed as EV2Gym feeds it, with
/// samples at the steps' beginnings and a pack of 78 kWh, two years and 30,000 km old, for every car.
struct Ageing {
  double calendar = 0.0, cyclic = 0.0;
};
Ageing ageing(const Scenario& scenario, const Car& car, const Stay& stay);

}  // namespace evtwin::conformance::ev2gym
