#include "cli/run_again.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "cli/commands.hpp"
#include "cli/input_files.hpp"
#include "scenario/site_changes.hpp"

namespace evtwin::cli {

namespace {

namespace fs = std::filesystem;

/// A run that another strategy took over from a checkpoint is not what the scenario and its last strategy alone make.
bool has_changed_strategy(const std::string& file) {
  const record::Database database = record::open_run_file(file);
  record::Statement row(database, "SELECT count(*) FROM event WHERE kind = 'strategy'");
  return row.next_row() && row.column_integer(0) > 0;
}

}  // namespace

void can_not_repeat(const std::string& file, const std::string& why) {
  throw CommandError(fmt::format("{}: can not be repeated: {}", file, why));
}

void check_repeatable(const std::string& file, const record::RunSummary& summary, bool broken_off_too) {
  const std::string incomplete = record::describe_incompleteness(summary);
  if (!incomplete.empty() && (!broken_off_too || summary.state == record::RunState::checkpoint))
    can_not_repeat(file, incomplete);
  if (summary.origin.strategy_id.empty() || summary.origin.inputs.empty())
    can_not_repeat(file, fmt::format("its strategy is \"{}\", which was not asked for by evtwin run or compare",
                                     summary.strategy));
  if (summary.origin.strategy_id == "oracle")
    can_not_repeat(file, "the oracle plays a plan for the whole run; evtwin run --strategy oracle makes it again");
  if (has_changed_strategy(file))
    can_not_repeat(file,
                   "another strategy took it over from a checkpoint; evtwin run --from CHECKPOINT makes it again");
}

namespace {

/// Where the scenario's files lie: its own place, else the run file's folder. The text is the recorded one.
std::string place_of_scenario(const record::RunSummary& summary, const std::string& file) {
  std::error_code error;
  const fs::path own = summary.scenario_file;
  if (fs::exists(own, error)) return own.string();
  return (fs::path(file).parent_path() / own.filename()).string();
}

}  // namespace

StartPoint start_again(const std::string& file, const record::RunSummary& summary) {
  scenario::LoadOptions as_then;
  scenario::read_back(summary.parameters, as_then);
  as_then.seed = summary.seed;
  as_then.days = summary.origin.days;
  as_then.operator_name = summary.origin.operator_name;
  as_then.text = summary.scenario_text;
  StartPoint start;
  start.days = summary.origin.days;
  try {
    start.scenario = scenario::load_scenario(place_of_scenario(summary, file), as_then);
  } catch (const scenario::ScriptError& error) {
    can_not_repeat(file, error.what());
  }
  const record::Origin& origin = summary.origin;
  const std::vector<record::InputFile> now = inputs_of_scenario(start.scenario);
  std::vector<std::string> changes =
      changes_of_inputs(inputs_beside(origin.strategy_parameters, origin.inputs, now), now);
  for (std::string& change : changes_of_files(origin.inputs, origin.strategy_parameters))
    if (std::find(changes.begin(), changes.end(), change) == changes.end()) changes.push_back(std::move(change));
  if (!changes.empty()) can_not_repeat(file, fmt::format("{}", fmt::join(changes, ", ")));
  return start;
}

ReadyStrategy strategy_again(const std::string& file, const record::RunSummary& summary, const StartPoint& start) {
  const StrategyText text{summary.origin.strategy_id, summary.origin.strategy_parameters};
  try {
    return ready_strategy(start, text.id == "lua" ? nullptr : &text);
  } catch (const control::StrategyError& error) {
    can_not_repeat(file, error.what());
  } catch (const scenario::ScriptError& error) {
    can_not_repeat(file, error.what());
  }
}

}  // namespace evtwin::cli
