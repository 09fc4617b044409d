// Rewards that have a name: boa-fe's, EV2Gym's published ones, those of EnerV2Gize's three parties.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace evtwin::fleet {

struct RewardPart {
  std::string_view id;  ///< of a term, or of a part of the formula
  double weight;
};

/// A reward is the sum of weight x term where it has no formula, else of weight x part, 1 for parts without a weight.
struct RewardPreset {
  std::string_view name;
  std::span<const RewardPart> weights;
  std::string_view formula;  ///< a function's body in Lua, as it is evaluated (scenario/script_reward.hpp)
  std::string_view source;   ///< where the formula stands, and what was read into it
};

std::span<const RewardPreset> reward_presets();
/// "-energy_cost - 0.05 x missing_kwh2", or the formula itself.
std::string formula_of(const RewardPreset& preset);

/// A reward as it is asked for: NAME[:PART=WEIGHT[,PART=WEIGHT...]]. NAME is that of a preset, "weights" for none but
/// the terms named, or "scenario" for what the scenario's key `reward` says.
struct RewardChoice {
  std::string name;
  std::vector<std::pair<std::string, double>> weights;
};
/// @throws std::invalid_argument for what is not of that form.
RewardChoice parse_reward(std::string_view text);

}  // namespace evtwin::fleet
