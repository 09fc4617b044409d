// evtwin rerun: a recorded run repeated from its scenario's text and its inputs, and its history compared.
#include <fmt/format.h>

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

#include "analysis/run_report.hpp"
#include "cli/commands.hpp"
#include "cli/input_files.hpp"
#include "cli/one_run.hpp"
#include "cli/output_aside.hpp"
#include "cli/progress.hpp"
#include "control/forecast_model.hpp"
#include "kernel/text.hpp"
#include "record/commit.hpp"
#include "record/reader.hpp"
#include "scenario/site_changes.hpp"

namespace evtwin::cli {

namespace {

namespace fs = std::filesystem;

constexpr int exit_other_history = 3;

[[noreturn]] void can_not(const std::string& file, const std::string& why) {
  throw CommandError(fmt::format("{}: can not be repeated: {}", file, why));
}

/// A run that another strategy took over from a checkpoint is not what the scenario and its last strategy alone make.
bool has_changed_strategy(const std::string& file) {
  const record::Database database = record::open_run_file(file);
  record::Statement row(database, "SELECT count(*) FROM event WHERE kind = 'strategy'");
  return row.step() && row.integer(0) > 0;
}

void check_repeatable(const std::string& file, const record::RunSummary& summary) {
  const std::string incomplete = record::incompleteness(summary);
  if (!incomplete.empty()) can_not(file, incomplete);
  if (summary.origin.strategy_id.empty() || summary.origin.inputs.empty())
    can_not(file,
            fmt::format("its strategy is \"{}\", which was not asked for by evtwin run or compare", summary.strategy));
  if (summary.origin.strategy_id == "oracle")
    can_not(file, "the oracle plays a plan for the whole run; evtwin run --strategy oracle makes it again");
  if (has_changed_strategy(file))
    can_not(file, "another strategy took it over from a checkpoint; evtwin run --from CHECKPOINT makes it again");
}

/// Where the scenario's files lie: its own place, else the run file's folder. The text is the recorded one.
std::string place_of_scenario(const record::RunSummary& summary, const std::string& file) {
  std::error_code error;
  const fs::path own = summary.scenario_file;
  if (fs::exists(own, error)) return own.string();
  return (fs::path(file).parent_path() / own.filename()).string();
}

StartPoint start_again(const std::string& file, const record::RunSummary& summary) {
  scenario::LoadOptions as_then;
  scenario::read_back(summary.parameters, as_then);
  as_then.seed = summary.seed;
  as_then.days = summary.origin.days;
  as_then.text = summary.scenario_text;
  StartPoint start;
  start.days = summary.origin.days;
  try {
    start.scenario = scenario::load_scenario(place_of_scenario(summary, file), as_then);
  } catch (const scenario::ScriptError& error) {
    can_not(file, error.what());
  }
  std::string all;
  for (const std::string& change : changes_of_inputs(summary.origin.inputs, inputs_of_scenario(start.scenario)))
    all += (all.empty() ? "" : ", ") + change;
  if (!all.empty()) can_not(file, all);
  return start;
}

ReadyStrategy strategy_again(const std::string& file, const record::RunSummary& summary, const StartPoint& start) {
  const StrategyText text{summary.origin.strategy_id, summary.origin.strategy_parameters};
  try {
    return ready_strategy(start, text.id == "lua" ? nullptr : &text);
  } catch (const control::StrategyError& error) {
    can_not(file, error.what());
  } catch (const scenario::ScriptError& error) {
    can_not(file, error.what());
  }
}

/// Builds of the forecasters of a site, by quantity as the run file names them.
std::map<std::pair<std::string, std::string>, std::string> forecaster_builds(const twin::World& world) {
  std::map<std::pair<std::string, std::string>, std::string> builds;
  for (const twin::Site& site : world.sites) {
    const auto add = [&](const char* quantity, const control::Forecast& rule) {
      if (rule.source != nullptr) builds[{site.name, quantity}] = rule.source->found_if_there().digest;
    };
    add("pv", site.forecast.pv);
    add("load", site.forecast.load);
    add("arrivals", site.forecast.arrivals);
    add("price", site.forecast.price);
  }
  return builds;
}

/// What is not as it was, and does not keep the run from being repeated.
std::vector<std::string> changes_since(const record::RunSummary& then, const ReadyStrategy& now,
                                       const twin::World& world) {
  std::vector<std::string> changes;
  const auto compare = [&](const char* what, const std::string& before, const std::string& today) {
    if (before != today) changes.push_back(fmt::format("{}: {} then, {} now", what, before, today));
  };
  compare("evtwin", then.evtwin_version, record::evtwin_version());
  compare("evtwin commit", then.evtwin_commit, record::evtwin_commit());
  compare("compiler", then.compiler, __VERSION__);
  compare("time zone data", then.tzdata_version, record::tzdata_version());
  compare("build of the strategy", then.plugin_digest, now.identity.plugin_digest);
  auto builds = forecaster_builds(world);
  for (const record::ForecastRule& was : then.forecasts)
    compare(("build of the forecaster of " + was.quantity + " at " + was.site).c_str(), was.plugin_digest,
            builds[{was.site, was.quantity}]);
  return changes;
}

}  // namespace

int rerun(const RerunCommand& command) {
  const std::string& file = command.run;
  const record::RunSummary summary = record::read_summary(file);
  check_repeatable(file, summary);
  const StartPoint start = start_again(file, summary);
  const ReadyStrategy strategy = strategy_again(file, summary, start);
  const std::vector<std::string> changes = changes_since(summary, strategy, start.scenario.world);
  catch_interrupt();
  FinishedRun done;
  {
    const OutputAside aside;
    ProgressBar bar("running " + kernel::printable(strategy.identity.label) + " again");
    done = run_once(start, strategy, {}, [&](double fraction) { bar.show(fraction); });
  }
  const std::string hash = fmt::format("{:016x}", done.result.event_hash);
  const bool same = hash == summary.event_hash;
  if (command.json) {
    const nlohmann::ordered_json json{{"file", file},
                                      {"same_history", same},
                                      {"event_hash", {{"then", summary.event_hash}, {"now", hash}}},
                                      {"changed", changes}};
    fmt::print("{}\n", analysis::json_text(json));
  } else {
    for (const std::string& change : changes) fmt::print("changed since: {}\n", kernel::printable(change));
    if (same) {
      fmt::print("{}: the same history again, event hash {}\n", kernel::printable(file), hash);
    } else {
      fmt::print("{}: another history: event hash {} then, {} now\n", kernel::printable(file),
                 kernel::printable(summary.event_hash), hash);
    }
  }
  return same ? 0 : exit_other_history;
}

}  // namespace evtwin::cli
