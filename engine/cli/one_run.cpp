#include "cli/one_run.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <fstream>
#include <iterator>
#include <optional>

#include "cli/commands.hpp"
#include "cli/progress.hpp"
#include "control/isolated_strategy.hpp"
#include "control/strategy_choice.hpp"
#include "kernel/hash.hpp"
#include "kernel/text.hpp"
#include "record/writer.hpp"

namespace evtwin::cli {

namespace {

/// Which build of a plugin ran: the fingerprint of its file.
std::string file_digest(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(stream), {}};
  return fmt::format("{:016x}", kernel::digest64(bytes));
}

}  // namespace

ReadyStrategy ready_strategy(const scenario::LoadedScenario& scenario, const StrategyText* asked,
                             const control::Hosting& hosting) {
  const twin::StrategyChoice& own = scenario.world.strategy;
  const auto hosted = [&](const std::string& label, control::StrategyFactory factory) {
    if (!hosting.isolate) return factory;
    return control::isolated(fmt::format("strategy {}", label), hosting.limits, std::move(factory));
  };
  if (asked == nullptr && own.id == "lua")
    return {{scenario.strategy_label, "", ""}, hosted(scenario.strategy_label, scenario::lua_strategy(scenario))};
  if (asked != nullptr && asked->id.ends_with(".lua")) {
    auto own_file = scenario::strategy_from_file(scenario, asked->id, asked->params);
    return {{own_file.label, asked->id, file_digest(asked->id)}, hosted(own_file.label, std::move(own_file.factory))};
  }
  const bool from_scenario = asked == nullptr;
  try {
    const auto chosen = control::choose_strategy(from_scenario ? own.id : asked->id,
                                                 from_scenario ? own.params : asked->params, hosting);
    return {{chosen.label, chosen.file, file_digest(chosen.file)}, chosen.factory};
  } catch (const control::StrategyError& error) {
    if (!from_scenario) throw;
    throw control::StrategyError(fmt::format("{}: {}", scenario.strategy_where, error.what()));
  }
}

FinishedRun run_once(const scenario::LoadedScenario& scenario, const ReadyStrategy& strategy, const std::string& file,
                     std::function<void(double)> progress) {
  const auto script = scenario::make_script(scenario);
  std::optional<record::RunWriter> writer;
  if (!file.empty()) writer.emplace(file, scenario.world, strategy.identity);

  twin::RunOptions options;
  options.observer = writer ? &*writer : nullptr;
  options.script = script.get();
  options.progress = std::move(progress);
  options.stop = interrupted;
  FinishedRun run;
  try {
    const auto begun = std::chrono::steady_clock::now();
    run.result = twin::simulate(scenario.world, strategy.factory, options);
    run.wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
    run.kpis = analysis::kpis(scenario.world, run.result);
    const double objective = analysis::value_of(run.kpis, "objective");
    if (!std::isfinite(objective) || !std::isfinite(analysis::value_of(run.kpis, "energy_delivered_kwh"))) {
      throw CommandError(
          fmt::format("{}: its figures are too large to add up; are units right?", scenario.world.scenario_file));
    }
    if (writer) writer->finish(run.result, run.kpis, run.wall_s);
  } catch (const twin::Interrupted&) {
    if (writer) writer->fail(record::RunState::interrupted, "interrupted");
    throw;
  } catch (const std::exception& error) {
    if (writer) writer->fail(record::RunState::failed, error.what());
    throw;
  }
  return run;
}

void print_flags(const twin::World& world, std::size_t most) {
  std::size_t shown = 0;
  for (const twin::Flag& flag : world.flags) {
    if (shown++ == most) {
      fmt::print(stderr, "note: ... and {} more (all are in --json and in the run file)\n", world.flags.size() - most);
      break;
    }
    fmt::print(stderr, "note: {}{}{}{}\n", flag.left_out ? "left out: " : "", kernel::printable(flag.id),
               flag.id.empty() ? "" : ": ", kernel::printable(flag.reason));
  }
}

}  // namespace evtwin::cli
