// One world under one strategy, recorded if asked: what `run` and `compare` share.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "analysis/kpi.hpp"
#include "cli/start_point.hpp"
#include "twin/simulation.hpp"

namespace evtwin::cli {

/// Files that a run leaves behind beside its result.
struct RunFiles {
  std::string run;         ///< run file; empty: none
  std::string checkpoint;  ///< file of a checkpoint; empty: none is made
  std::optional<kernel::TimeNs> checkpoint_at_ns;
};

struct FinishedRun {
  twin::Result result;
  std::vector<analysis::Kpi> kpis;
  double wall_s = 0.0;
};

/// Runs and records; a run that fails or is interrupted leaves a run file that says so. A checkpoint that can not be
/// gone on from is refused before any file is touched.
/// @param progress may be empty
/// @param yardstick  asked when the run is over; empty, or null from it: no bound is known
FinishedRun run_once(const StartPoint& start, const ReadyStrategy& strategy, const RunFiles& files,
                     std::function<void(double)> progress,
                     const std::function<const analysis::Yardstick*()>& yardstick = {});

/// The scenario's flags as lines for people, at most `most` of them and how many more; on stderr.
void print_flags(const twin::World& world, std::size_t most = 10);

}  // namespace evtwin::cli
