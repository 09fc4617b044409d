#include "cli/learnt_reward.hpp"

#include <exception>
#include <nlohmann/json.hpp>
#include <utility>

#include "cli/input_files.hpp"
#include "fleet/reward.hpp"
#include "policy/policy_file.hpp"

namespace evtwin::cli {

namespace {

/// No training writes as many: evtwin has fewer terms, and a function has a handful.
constexpr std::size_t most_parts = 1'000;

/// As a training wrote them, the scenario's own reward among them. False: it did not.
bool read_parts(const nlohmann::json& head, record::LearntReward& learnt) {
  try {
    const nlohmann::json& told = head.at("training").at("reward_parts");
    record::LearntReward read{learnt.name, told.at("of_terms").get<bool>(), {}};
    told.at("weights").get_to(read.parts);
    if (read.parts.size() > most_parts) return false;
    learnt = std::move(read);
    return true;
  } catch (const nlohmann::json::exception&) {
    return false;
  }
}

/// Weights by part; none for a reward that is not known by its name alone.
record::LearntReward parts_of(const std::string& name, const nlohmann::json& head) {
  record::LearntReward learnt{name, false, {}};
  if (read_parts(head, learnt)) return learnt;
  try {
    const fleet::Rewards rewards(fleet::parse_reward(name), {});
    learnt.of_terms = !rewards.is_function();
    for (const evtwin_fleet_term& part : rewards.parts()) learnt.parts.emplace_back(part.id, part.weight);
  } catch (const std::exception&) {
    // The scenario's own, or one of another version of evtwin.
  }
  return learnt;
}

}  // namespace

std::optional<record::LearntReward> learnt_reward(const control::TextParams& params) {
  for (const std::string& file : files_among(params)) {
    try {
      const policy::PolicyFile policy = policy::read_policy_file(file);
      const auto reward = policy.head.find("reward");
      if (reward == policy.head.end() || !reward->is_object()) continue;
      const auto name = reward->find("name");
      if (name == reward->end() || !name->is_string()) continue;
      return parts_of(name->get<std::string>(), policy.head);
    } catch (const policy::PolicyError&) {
      // A file of another sort.
    }
  }
  return std::nullopt;
}

}  // namespace evtwin::cli
