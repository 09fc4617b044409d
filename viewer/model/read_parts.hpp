// The steps in which a run file becomes a Run; read_run() takes them in order.
#pragma once
#include <functional>
#include <span>

#include "viewer/model/rows.hpp"
#include "viewer/model/run.hpp"

namespace evtwin::viewer::model {

/// Told the fraction of a step that is done; false: stop.
using Progress = std::function<bool(double)>;

/// The overview: all but what details adds, by the functions below. Every step throws record::RunFileError.
void read_overview(const Source& source, Run& run);
void read_header(const Source& source, Run& run);  ///< run, clock, sites, EVSEs, storages, feeders, flags
void read_sessions(const Source& source, Run& run);
void read_meter(const Source& source, Run& run);  ///< sets known_until_ns, and what is made of the meter
void read_signals(const Source& source, Run& run);
void read_figures(const Source& source, Run& run);  ///< KPIs, months, scores
void read_roads(const Source& source, Run& run);
void add_session_events(Run& run);

/// One step of the rest, in the order of detail_steps(); the last one sets Loaded::all.
struct DetailStep {
  bool (*read)(const Source& source, Run& run, const Progress& progress);  ///< false when progress said stop
  double done;                                                             ///< of the whole, after it
};
std::span<const DetailStep> detail_steps();

// The functions behind them. @returns false when progress said stop.
bool read_power(const Source& source, Run& run, const Progress& progress);  ///< and SoC and sums
void read_decisions(const Source& source, Run& run);                        ///< with setpoints
void read_plans(const Source& source, Run& run);
void read_forecasts(const Source& source, Run& run);
void read_reward(const Source& source, Run& run);
void read_corrections(const Source& source, Run& run);
void read_events(const Source& source, Run& run);  ///< table event, messages, metered, changes of limits and prices

}  // namespace evtwin::viewer::model
