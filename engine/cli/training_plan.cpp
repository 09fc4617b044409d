#include "cli/training_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "cli/commands.hpp"
#include "cli/frozen_days.hpp"
#include "cli/policy_report.hpp"
#include "cli/version.hpp"
#include "fleet/reward.hpp"
#include "kernel/text.hpp"
#include "policy/sha256.hpp"

namespace evtwin::cli {

namespace fs = std::filesystem;
using Json = nlohmann::json;

namespace {

/// Folders differ between machines, and policies must not.
std::string file_name(const std::string& path) { return fs::path(path).filename().string(); }

std::string last_day(const twin::World& world) {
  return market::format_date(world.calendar.local_date(world.end_ns - 1));
}

/// @throws CommandError for a policy of ours that is not sound, and for no file
std::string policy_bytes_of(const std::string& file) {
  if (file.empty()) return {};
  std::error_code error;
  if (!fs::is_regular_file(file, error)) throw CommandError(fmt::format("{}: there is no such policy", file));
  std::ifstream stream(file, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(stream), {}};
  if (is_meant_as_policy(file, bytes.substr(0, 64))) static_cast<void>(policy_of(file));
  return bytes;
}

}  // namespace

scenario::LoadOptions load_of(const scenario::LoadOptions& all, const ScenarioText& one) {
  scenario::LoadOptions load = all;
  for (const auto& [name, value] : one.set) load.set[name] = value;
  return load;
}

namespace {

/// "data/may.csv", but not Europe/Berlin: files have an ending, or are there.
bool names_a_file(const std::string& value) {
  if (value.find('/') == std::string::npos) return false;
  std::error_code none;
  return std::filesystem::path(value).has_extension() || std::filesystem::exists(value, none);
}

}  // namespace

Json describe_scenario(const scenario::LoadedScenario& loaded) {
  const twin::World& world = loaded.world;
  Json json{{"file", file_name(world.scenario_file)},
            {"name", world.name},
            {"sites", Json::array()},
            {"first_day", market::format_date(world.calendar.local_date(world.start_ns))},
            {"last_day", last_day(world)},
            {"timezone", world.calendar.zone_name()},
            {"sha256", policy::sha256_hex(world.scenario_text)},
            {"parameters", Json::object()},
            {"inputs", Json::array()}};
  for (const twin::Site& site : world.sites) json["sites"].push_back(site.name);
  for (const auto& [name, value] : world.parameters)
    json["parameters"][name] = names_a_file(value) ? file_name(value) : value;
  for (const scenario::Input& input : scenario::inputs_of(loaded))
    json["inputs"].push_back(
        {{"name", file_name(input.name)}, {"bytes", input.bytes}, {"digest", fmt::format("{:016x}", input.digest)}});
  return json;
}

TrainingPlan::TrainingPlan(const TrainCommand& command)
    : command_(command), policy_from_(policy_bytes_of(command.from)) {
  for (const ScenarioText& text : command.scenarios) {
    given_.push_back({text.file, load_of(command.load, text), {}});
    loaded_.push_back(scenario::load_scenario(text.file, given_.back().load));
  }
  for (Given& given : given_) {
    for (const auto& [name, value] : given.load.set) given.settings.push_back({name.c_str(), value.c_str()});
  }
  for (const ScenarioText& text : command.tests) {
    scenario::LoadOptions load;
    load.set = text.set;
    tests_.push_back(scenario::load_scenario(text.file, load));
  }
  seed_ = command.load.seed.value_or(loaded_.front().world.seed);
  reward_ = !command.reward.empty() ? command.reward : loaded_.front().reward.where.empty() ? "objective" : "scenario";
  // A name or part that there is not is told before anything is made.
  try {
    const fleet::Rewards rewards(fleet::parse_reward(reward_), loaded_.front());
    reward_parts_ = {{"of_terms", !rewards.is_function()}, {"weights", Json::array()}};
    for (const evtwin_fleet_term& part : rewards.parts())
      reward_parts_["weights"].push_back(Json::array({part.id, part.weight}));
  } catch (const std::invalid_argument& wrong) {
    throw CommandError(fmt::format("--reward: {}", kernel::make_printable(wrong.what(), 400)));
  }
  refuse_what_is_held_out();
}

void TrainingPlan::refuse_what_is_held_out() const {
  for (const scenario::LoadedScenario& learnt : loaded_) {
    const twin::World& world = learnt.world;
    if (world.test)
      throw CommandError(fmt::format(
          "{}: is held out (test = true): policies are judged by it, and do not learn from it", world.scenario_file));
    for (const scenario::LoadedScenario& held : tests_) {
      const twin::World& test = held.world;
      if (world.start_ns >= test.end_ns || test.start_ns >= world.end_ns) continue;
      for (const twin::Site& site : world.sites) {
        const auto same = [&](const twin::Site& other) { return other.name == site.name; };
        if (std::none_of(test.sites.begin(), test.sites.end(), same)) continue;
        throw CommandError(fmt::format(
            "{}: site {} from {} to {} overlaps {}, which is held out from {} to {}; learn from other dates, or name "
            "the sites where they are two",
            world.scenario_file, site.name, world.calendar.format_local(world.start_ns), last_day(world),
            test.scenario_file, test.calendar.format_local(test.start_ns), last_day(test)));
      }
    }
  }
}

std::string TrainingPlan::scenario_names() const {
  std::string all;
  for (const scenario::LoadedScenario& loaded : loaded_)
    all += fmt::format("{}{}", all.empty() ? "" : ", ", loaded.world.name);
  return all;
}

std::vector<evtwin_fleet_scenario> TrainingPlan::fleet_scenarios() const {
  std::vector<evtwin_fleet_scenario> all;
  for (const Given& given : given_) {
    evtwin_fleet_scenario scenario{};
    scenario.file = given.file.c_str();
    scenario.settings = given.settings.data();
    scenario.n_settings = static_cast<std::uint32_t>(given.settings.size());
    scenario.days = static_cast<std::uint32_t>(given.load.days.value_or(0));
    all.push_back(scenario);
  }
  return all;
}

Json TrainingPlan::describe_policy() const {
  Json about{{"evtwin", version()},
             {"learner", control::label_of(command_.learner.id, command_.learner.params)},
             {"days_seed", seed_},
             {"reward", reward_},
             {"reward_parts", reward_parts_},
             {"scenarios", Json::array()}};
  for (const scenario::LoadedScenario& loaded : loaded_) about["scenarios"].push_back(describe_scenario(loaded));
  for (const scenario::LoadedScenario& test : tests_) {
    Json json = describe_scenario(test);
    json["days"] = Json::array();
    const std::vector<LocalDay> days = days_of(test.world);
    for (const LocalDay& day : frozen_days(days, std::min(days.size(), usual_frozen_days), seed_))
      json["days"].push_back(day.date);
    about["test"].push_back(std::move(json));
  }
  if (!policy_from_.empty()) about["from"] = policy::sha256_hex(policy_from_);
  return about;
}

}  // namespace evtwin::cli
