// evtwin rewards: what `evtwin train --reward NAME` can learn for, with formulas and sources.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "analysis/run_report.hpp"
#include "analysis/text_table.hpp"
#include "cli/commands.hpp"
#include "fleet/reward.hpp"
#include "kernel/nearest.hpp"
#include "kernel/text.hpp"

namespace evtwin::cli {

namespace {

std::string weights_text(const fleet::RewardPreset& preset) {
  std::string text;
  for (const fleet::RewardPart& part : preset.weights)
    text += fmt::format("{}{}={:g}", text.empty() ? "" : ",", part.id, part.weight);
  return text;
}

std::string indented(const std::string& text) {
  std::string out = "    ";
  for (const char c : text) {
    out += c;
    if (c == '\n') out += "    ";
  }
  return out + "\n";
}

void print_reward(const fleet::RewardPreset& preset) {
  fmt::print("{}\n", preset.name);
  fmt::print("{}", indented(fleet::formula_of(preset)));
  if (!preset.formula.empty() && !preset.weights.empty()) fmt::print("  weights: {}\n", weights_text(preset));
  fmt::print("  {}\n\n", preset.source);
}

nlohmann::ordered_json reward_json(const fleet::RewardPreset& preset) {
  auto weights = nlohmann::ordered_json::object();
  for (const fleet::RewardPart& part : preset.weights) weights[std::string(part.id)] = part.weight;
  return {{"name", preset.name},
          {"formula", fleet::formula_of(preset)},
          {"is_function", !preset.formula.empty()},
          {"weights", weights},
          {"source", preset.source}};
}

}  // namespace

int list_rewards(const RewardsCommand& command) {
  std::vector<const fleet::RewardPreset*> chosen;
  std::vector<std::string_view> known;
  for (const fleet::RewardPreset& preset : fleet::reward_presets()) {
    known.push_back(preset.name);
    if (command.name.empty() || preset.name == command.name) chosen.push_back(&preset);
  }
  if (chosen.empty())
    throw CommandError(fmt::format("there is no reward '{}'{}; `evtwin rewards` lists them",
                                   kernel::make_printable(command.name, 60),
                                   kernel::did_you_mean(command.name, known)));

  if (command.json) {
    nlohmann::ordered_json json{{"rewards", nlohmann::ordered_json::array()}};
    for (const fleet::RewardPreset* preset : chosen) json["rewards"].push_back(reward_json(*preset));
    for (const evtwin_fleet_term& term : fleet::term_rows())
      json["terms"].push_back({{"id", term.id}, {"unit", term.unit}, {"help", term.help}});
    for (const fleet::StepQuantity& row : fleet::step_quantities())
      json["quantities"].push_back({{"id", row.id}, {"unit", row.unit}, {"help", row.help}});
    fmt::print("{}\n", analysis::json_text(json));
    return 0;
  }

  for (const fleet::RewardPreset* preset : chosen) print_reward(*preset);
  if (!command.name.empty()) return 0;
  fmt::print("weights:TERM=WEIGHT,...\n  terms alone; scenario: what the scenario's key `reward` says\n\n");
  analysis::TextTable table({"term", "unit", "of a step"}, analysis::LastColumn::prose);
  for (const evtwin_fleet_term& term : fleet::term_rows()) table.add_row({term.id, term.unit, term.help});
  for (const fleet::StepQuantity& row : fleet::step_quantities())
    table.add_row({row.id, row.unit, fmt::format("{} (functions alone)", row.help)});
  fmt::print("{}", table.to_text());
  return 0;
}

}  // namespace evtwin::cli
