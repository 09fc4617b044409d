// Run files for the tests: of scenarios that lie in the project, made in a folder that goes away with the test.
#pragma once
#include <map>
#include <optional>
#include <string>

#include "analysis/kpi.hpp"
#include "record/sample_run.hpp"
#include "record/writer.hpp"
#include "scenario/loader.hpp"
#include "support/paths.hpp"
#include "twin/worlds.hpp"
#include "viewer/model/run_feed.hpp"

namespace evtwin::viewer::model::test {

using record::test::change;
using record::test::Folder;

/// A run of `world` into `file`.
inline void record_world(const std::string& file, const twin::World& world, const control::StrategyFactory& strategy,
                         const std::optional<record::LearntReward>& reward = {}) {
  record::Origin origin;
  origin.reward = reward;
  record::RunWriter writer(file, world, {"test", "", ""}, origin);
  twin::RunOptions options;
  options.observer = &writer;
  const twin::Result result = twin::simulate(world, strategy, options);
  writer.finish(result, analysis::kpis_of_run(world, result), 0.0);
}

/// Simulates scenarios/NAME.lua. @param strategy of the plugin baseline, or "milp.so#mpc"
inline void record_scenario(const std::string& file, const std::string& name, const std::string& strategy,
                            std::optional<int> days = {}, const std::optional<record::LearntReward>& reward = {}) {
  scenario::LoadOptions options;
  options.days = days;
  const scenario::LoadedScenario scenario =
      scenario::load_scenario(paths::source_dir + "/scenarios/" + name + ".lua", options);
  const bool has_plugin = strategy.find('#') != std::string::npos;
  const std::string id = paths::plugin_dir + "/" + (has_plugin ? strategy : "baseline.so#" + strategy);
  record_world(file, scenario.world, control::choose_strategy(id, {}).factory, reward);
}

/// The first column of the first row.
inline double ask(const std::string& file, const std::string& sql) {
  const record::Database database(file, SQLITE_OPEN_READONLY);
  record::Statement statement(database, sql);
  return statement.next_row() ? statement.column_real(0) : none;
}

}  // namespace evtwin::viewer::model::test
