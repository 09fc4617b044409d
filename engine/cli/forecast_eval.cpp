// evtwin forecast eval: learnt forecasts held against the simple ones on a scenario.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "analysis/forecast_trial.hpp"
#include "cli/commands.hpp"
#include "kernel/text.hpp"
#include "market/calendar.hpp"
#include "policy/policy_file.hpp"

namespace evtwin::cli {

namespace {

/// What a file was learnt from at sites of these names, in words: "JPL (acn_study.lua), 2019-03-06 to 2019-08-31".
std::vector<std::string> learnt_at(const nlohmann::json& head, const twin::World& world) {
  std::vector<std::string> all;
  const auto look = [&](const nlohmann::json& quantities) {
    if (!quantities.is_object()) return;
    for (const auto& [quantity, told] : quantities.items()) {
      if (!told.is_object() || !told.contains("series") || !told["series"].is_array()) continue;
      for (const nlohmann::json& series : told["series"]) {
        const std::string name = series.value("name", std::string());
        const bool here = std::any_of(world.sites.begin(), world.sites.end(),
                                      [&](const twin::Site& site) { return name.starts_with(site.name + " ("); });
        if (here)
          all.push_back(fmt::format("{} of {}, {} to {}", quantity, name, series.value("first_day", std::string()),
                                    series.value("last_day", std::string())));
      }
    }
  };
  look(head.value("quantities", nlohmann::json()));
  for (const nlohmann::json* before = &head; before->contains("before") && (*before)["before"].is_object();) {
    before = &(*before)["before"];
    look(before->value("quantities", nlohmann::json()));
  }
  return all;
}

/// Whether any of a file's networks was learnt with the weather in sight.
bool sees_weather(const nlohmann::json& head) {
  if (!head.contains("quantities") || !head["quantities"].is_object()) return false;
  return std::any_of(head["quantities"].begin(), head["quantities"].end(),
                     [](const nlohmann::json& told) { return told.is_object() && told.value("sees_weather", false); });
}

}  // namespace

int forecast_eval(const ForecastEvalCommand& command) {
  ForecastJudgeCommand judge;
  static_cast<ScenarioCommand&>(judge) = command;
  judge.judged_days = command.judged_days;
  judge.every_h = command.every_h;
  judge.reference = command.reference;
  judge.money = false;
  judge.cache = command.cache;

  const scenario::LoadedScenario scenario = scenario::load_scenario(command.scenario, command.load);
  int period_min = 0;
  for (const std::string& model : command.models) {
    nlohmann::json head;
    try {
      head = policy::read_policy_file(model, policy::forecast_sort).head;
    } catch (const policy::PolicyError& refused) {
      throw CommandError(fmt::format("{}: {}", model, refused.what()));
    }
    if (std::count(command.models.begin(), command.models.end(), model) > 1)
      throw CommandError(fmt::format("{}: is named twice; name each model once", model));
    const int step_min = head.value("step_min", 0);
    if (period_min != 0 && step_min != period_min)
      throw CommandError(fmt::format("{}: has steps of {} min, and {} of {} min; judge them apart", model, step_min,
                                     command.models.front(), period_min));
    period_min = step_min;
    judge.forecasters.push_back(fmt::format("{}:model={}", head.value("kind", std::string()), model));
    if (sees_weather(head)) {
      if (command.weather.empty())
        throw CommandError(fmt::format("{}: was learnt with weather forecasts; give them with --weather FILE", model));
      judge.forecasters.back() += ":weather=" + command.weather;
    }
    if (head.contains("quantities") && head["quantities"].is_object()) {
      for (const auto& [quantity, told] : head["quantities"].items()) {
        if (std::find(judge.quantities.begin(), judge.quantities.end(), quantity) == judge.quantities.end())
          judge.quantities.push_back(quantity);
      }
    }
    if (command.json) continue;
    for (const std::string& learnt : learnt_at(head, scenario.world))
      fmt::print("{}: learnt from {}\n", kernel::make_printable(model), kernel::make_printable(learnt));
  }
  judge.period_min = period_min;
  for (const char* simple : {"same-kind-of-day", "fourier-ridge", "seasonal-naive", "yesterday"})
    judge.forecasters.emplace_back(simple);
  if (!command.weather.empty()) judge.forecasters.push_back("fourier-ridge:weather=" + command.weather);
  // What the file foresees and the scenario has.
  const analysis::ForecastTrials trials(scenario.world, 0, {});
  std::erase_if(judge.quantities, [&](const std::string& name) {
    const auto at = std::find(control::quantity_names.begin(), control::quantity_names.end(), name);
    return at == control::quantity_names.end() ||
           !trials.quantity_varies(static_cast<std::uint32_t>(at - control::quantity_names.begin()));
  });
  if (judge.quantities.empty())
    throw CommandError(fmt::format("{}: nothing of what the model foresees varies in it", command.scenario));
  return forecast_judge(judge);
}

}  // namespace evtwin::cli
