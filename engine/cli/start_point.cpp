#include "cli/start_point.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "cli/commands.hpp"
#include "cli/input_files.hpp"
#include "cli/learnt_reward.hpp"
#include "control/isolated_strategy.hpp"
#include "control/strategy_choice.hpp"
#include "kernel/hash.hpp"
#include "kernel/text.hpp"
#include "record/reader.hpp"
#include "scenario/road_region.hpp"
#include "scenario/site_changes.hpp"

namespace evtwin::cli {

namespace {

namespace fs = std::filesystem;

/// Which build of a plugin ran: the fingerprint of its file.
std::string file_digest(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(stream), {}};
  return fmt::format("{:016x}", kernel::digest64(bytes));
}

/// The scenario as its path stands in the checkpoint, else beside the checkpoint.
std::string find_scenario(const std::string& recorded, const std::string& from) {
  std::error_code error;
  if (fs::exists(recorded, error)) return recorded;
  const fs::path folder = fs::path(from).parent_path();
  for (const fs::path& beside : {folder / recorded, folder / fs::path(recorded).filename()}) {
    if (fs::exists(beside, error)) return beside.string();
  }
  throw CommandError(
      fmt::format("{}: its scenario {} is neither there nor beside it; where it is now, say: evtwin run SCENARIO "
                  "--from {}",
                  from, recorded, from));
}

/// @throws CommandError naming what is not as it was.
void check_inputs(const std::vector<record::InputFile>& then, const std::vector<record::InputFile>& now,
                  const std::string& from) {
  const std::vector<std::string> changes = changes_of_inputs(then, now);
  if (changes.empty()) return;
  throw CommandError(fmt::format("{}: {} since it was made; a checkpoint goes on only in the world it was made in",
                                 from, changes.front()));
}

/// A plugin of the user's may have the id of one that came with the program: once for each id, that is said.
void tell_hidden(const control::ChosenStrategy& chosen) {
  static std::set<std::string> told;
  const std::string& id = chosen.description.id;
  if (chosen.hides.empty() || !told.insert(id).second) return;
  fmt::print(stderr, "note: {} is that of {}; it hides evtwin's own, which is {}#{}\n", kernel::make_printable(id),
             kernel::make_printable(chosen.file), kernel::make_printable(chosen.hides), kernel::make_printable(id));
}

ReadyStrategy plugin_strategy(const StrategyText& text, const control::Hosting& hosting) {
  const auto chosen = control::choose_strategy(text.id, text.params, hosting);
  tell_hidden(chosen);
  return {{chosen.label, chosen.file, file_digest(chosen.file)}, chosen.factory, text};
}

ReadyStrategy strategy_of_checkpoint(const StartPoint& start, const control::Hosting& hosting) {
  const StrategyText text{start.content->origin.strategy_id, start.content->origin.strategy_parameters};
  if (const auto changes = changes_of_files(start.content->origin.inputs, text.params); !changes.empty()) {
    throw CommandError(fmt::format("{}: {} since it was made; --strategy {} starts the strategy afresh there",
                                   start.file, changes.front(), text.id));
  }
  ReadyStrategy ready = plugin_strategy(text, hosting);
  if (successor_of(start, ready) == twin::Successor::other_strategy) {
    throw CommandError(fmt::format(
        "{}: its strategy {} is not the build it was made with: {} has changed; --strategy {} starts it afresh there",
        start.file, start.strategy.label, ready.identity.plugin_file, start.content->origin.strategy_id));
  }
  return ready;
}

}  // namespace

StartPoint start_of(const std::string& scenario, const scenario::LoadOptions& load, const std::string& from) {
  StartPoint start;
  if (from.empty()) {
    start.scenario = scenario::load_scenario(scenario, load);
    start.days = load.days;
    return start;
  }
  start.file = from;
  start.content = record::read_checkpoint(from);
  const record::RunSummary summary = record::read_summary(from);
  start.strategy = {summary.strategy, summary.plugin_file, summary.plugin_digest};
  start.days = start.content->origin.days;
  scenario::LoadOptions as_then;
  scenario::read_back(summary.parameters, as_then);
  as_then.seed = summary.seed;
  as_then.days = start.days;
  as_then.operator_name = start.content->origin.operator_name;
  start.scenario =
      scenario::load_scenario(scenario.empty() ? find_scenario(summary.scenario_file, from) : scenario, as_then);
  // What the strategy reads is looked at where it goes on: another may take over.
  const std::vector<record::InputFile> now = inputs_of_scenario(start.scenario);
  const record::Origin& origin = start.content->origin;
  check_inputs(inputs_beside(origin.strategy_parameters, origin.inputs, now), now, from);
  return start;
}

ReadyStrategy ready_strategy(const StartPoint& start, const StrategyText* asked, const control::Hosting& hosting) {
  const auto hosted = [&](const std::string& label, control::StrategyFactory factory) {
    if (hosting.where != control::Where::apart) return factory;
    return control::isolate_strategy(fmt::format("strategy {}", label), hosting.limits, std::move(factory));
  };

  // "own" asked for by name: the scenario's, so that it can stand in a list beside others.
  if (asked != nullptr && (asked->id == own_id || asked->id == "lua")) {
    if (start.content) throw CommandError("strategy own: a checkpoint goes on with its own; leave it out");
    if (!asked->params.empty()) throw CommandError("strategy own: its parameters stand in the scenario");
    return ready_strategy(start, nullptr, hosting);
  }

  if (asked != nullptr && asked->id.ends_with(".lua")) {
    auto own_file = scenario::strategy_from_file(start.scenario, asked->id, asked->params);
    return {{own_file.label, asked->id, file_digest(asked->id)},
            hosted(own_file.label, std::move(own_file.factory)),
            *asked};
  }

  if (asked != nullptr) return plugin_strategy(*asked, hosting);
  if (start.content) return strategy_of_checkpoint(start, hosting);

  const twin::StrategyChoice& own = start.scenario.world.strategy;
  if (own.id == "lua") {
    const std::string& label = start.scenario.strategy_label;
    return {{label, "", ""}, hosted(label, scenario::lua_strategy(start.scenario)), {"lua", {}}, true};
  }

  // A slip in the scenario's own strategy is told with its place there.
  try {
    ReadyStrategy ready = plugin_strategy({own.id, own.params}, hosting);
    ready.own = true;
    return ready;
  } catch (const control::StrategyError& error) {
    throw control::StrategyError(fmt::format("{}: {}", start.scenario.strategy_where, error.what()));
  }
}

twin::Successor successor_of(const StartPoint& start, const ReadyStrategy& strategy) {
  const bool same = strategy.identity.label == start.strategy.label &&
                    strategy.identity.plugin_digest == start.strategy.plugin_digest &&
                    changes_of_files(start.content->origin.inputs, strategy.text.params).empty();
  return same ? twin::Successor::same_strategy : twin::Successor::other_strategy;
}

record::Origin origin_of(const StartPoint& start, const ReadyStrategy& strategy) {
  record::Origin origin{start.days,
                        start.scenario.operator_name,
                        strategy.text.id,
                        strategy.text.params,
                        inputs_of_scenario(start.scenario),
                        learnt_reward(strategy.text.params),
                        scenario::road_record(start.scenario.roads.get())};
  add_files_of(strategy.text.params, origin.inputs);
  origin.inputs.insert(origin.inputs.end(), start.logs.begin(), start.logs.end());
  return origin;
}

}  // namespace evtwin::cli
