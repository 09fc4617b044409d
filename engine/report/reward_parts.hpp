// What a run's policy gathered of its reward, as a figure and a table of the report.
#pragma once

#include "analysis/reward_over_time.hpp"
#include "report/figure.hpp"
#include "report/recorded_run.hpp"
#include "report/table.hpp"

namespace evtwin::report {

/// Parts on top of each other by day: those that count for it above 0, those against it below.
Figure reward_figure(const RunRecord& run, const TimeFrame& frame);
/// Also parts that the run file does not tell, without figures. Both: of a run with a reward.
Table reward_table(const RunRecord& run);

}  // namespace evtwin::report
