// One world under one strategy, recorded if asked: what `run` and `compare` share.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "analysis/kpi.hpp"
#include "cli/options.hpp"
#include "control/strategy.hpp"
#include "record/create.hpp"
#include "scenario/loader.hpp"
#include "twin/simulation.hpp"

namespace evtwin::cli {

/// A strategy that can be run: found, its parameters checked.
struct ReadyStrategy {
  record::StrategyIdentity identity;
  control::StrategyFactory factory;
};

/// The command line's strategy, or the scenario's own where `asked` is null. @throws control::StrategyError.
ReadyStrategy ready_strategy(const scenario::LoadedScenario& scenario, const StrategyText* asked,
                             const control::Hosting& hosting = {});

struct FinishedRun {
  twin::Result result;
  std::vector<analysis::Kpi> kpis;
  double wall_s = 0.0;
};

/// Runs and records; a run that fails or is interrupted leaves a run file that says so.
/// @param file     run file; empty: none
/// @param progress may be empty
FinishedRun run_once(const scenario::LoadedScenario& scenario, const ReadyStrategy& strategy, const std::string& file,
                     std::function<void(double)> progress);

/// The scenario's flags as lines for people, at most `most` of them and how many more; on stderr.
void print_flags(const twin::World& world, std::size_t most = 10);

}  // namespace evtwin::cli
