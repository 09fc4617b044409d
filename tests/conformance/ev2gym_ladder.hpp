// From EV2Gym's rules to evtwin's physics, one rule at a time.
#pragma once
#include "conformance/comparison.hpp"
#include "conformance/ev2gym_step.hpp"

namespace evtwin::conformance::ev2gym {

/// Turns the quirks off one by one and remarks how much each is worth; then runs the same chargers, cars and commands
/// through the engine and compares it with the last rung, 1e-9.
void climb(const Scenario& scenario, const Actions& actions, Comparison& comparison);

}  // namespace evtwin::conformance::ev2gym
