// The steps in which a run file becomes a Run; read_run() takes them in order.
#pragma once
#include <functional>

#include "viewer/model/rows.hpp"
#include "viewer/model/run.hpp"

namespace evtwin::viewer::model {

/// Told the fraction of a step that is done; false: stop.
using Progress = std::function<bool(double)>;

// The overview: all but what details adds. Every step throws record::RunFileError.
void read_header(const Source& source, Run& run);  ///< run, clock, sites, EVSEs, storages, feeders, flags
void read_sessions(const Source& source, Run& run);
void read_meter(const Source& source, Run& run);  ///< sets known_until_ns, and what is made of the meter
void read_signals(const Source& source, Run& run);
void read_figures(const Source& source, Run& run);  ///< KPIs, months, scores
void add_session_events(Run& run);                  ///< and Site::occupied

// The rest. @returns false when progress said stop.
bool read_power(const Source& source, Run& run, const Progress& progress);  ///< and SoC and sums
void read_decisions(const Source& source, Run& run);                        ///< with setpoints
void read_plans(const Source& source, Run& run);
void read_corrections(const Source& source, Run& run);
void read_events(const Source& source, Run& run);  ///< table event, messages, metered, changes of limits and prices

}  // namespace evtwin::viewer::model
