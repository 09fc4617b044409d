// The parts of a training: its scenarios, those that are held out, and what a policy's head tells of them.
#pragma once
#include <evtwin/fleet.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/options.hpp"
#include "scenario/loader.hpp"

namespace evtwin::cli {

/// Days of a scenario that is held out, which a policy's head lists.
inline constexpr std::size_t usual_frozen_days = 50;

/// A scenario as heads of what was learnt from it tell it: file, sites, days, digests of its text and inputs.
nlohmann::json describe_scenario(const scenario::LoadedScenario& loaded);
/// Options of all scenarios, and those of one.
scenario::LoadOptions load_of(const scenario::LoadOptions& all, const ScenarioText& one);

class TrainingPlan {
 public:
  /// @throws CommandError for a scenario that is held out, or that overlaps one that is; scenario::ScriptError.
  explicit TrainingPlan(const TrainCommand& command);

  const twin::World& first_world() const { return loaded_.front().world; }
  /// Of all scenarios, commas between.
  std::string scenario_names() const;
  std::uint64_t training_seed() const { return seed_; }  ///< of the first training
  /// What is learnt for, as evtwin_fleet_spec.reward has it.
  const std::string& reward() const { return reward_; }
  /// The scenarios as fleets read them; texts are this one's.
  std::vector<evtwin_fleet_scenario> fleet_scenarios() const;
  /// Text of the policy's head, without the seed of the training.
  nlohmann::json describe_policy() const;
  /// The policy to begin with; empty: none.
  const std::string& policy_from() const { return policy_from_; }

 private:
  struct Given {
    std::string file;
    scenario::LoadOptions load;
    std::vector<evtwin_fleet_setting> settings;
  };
  void refuse_what_is_held_out() const;

  const TrainCommand& command_;
  std::uint64_t seed_ = 0;
  std::vector<Given> given_;
  std::vector<scenario::LoadedScenario> loaded_, tests_;
  std::string policy_from_, reward_;
  nlohmann::json reward_parts_;  ///< of that reward: whether they are terms, and their weights
};

}  // namespace evtwin::cli
