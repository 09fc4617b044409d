// The same chargers, cars and commands through evtwin's engine.
#pragma once
#include "conformance/comparison.hpp"
#include "conformance/ev2gym_step.hpp"

namespace evtwin::conformance::ev2gym {

/// Runs the scenario as a world and compares, to 1e-9, every car's energy per step and its battery at departure with
/// the re-simulation on the last rung.
/// @param run  of quirks, which are all off
void compare_with_engine(const Scenario& scenario, const Actions& actions, const Run& run, const Quirks& quirks,
                         Comparison& comparison);

}  // namespace evtwin::conformance::ev2gym
