// What strategies foresaw, over what came.
#pragma once

#include <vector>

#include "report/report.hpp"
#include "report/tables_of_run.hpp"

namespace evtwin::report {

void read_forecasts(RunReader& reader);

/// A figure for each quantity of each run's sites, and their skill by day in one more.
/// @param rows  runs whose time is the page's
void add_forecast_figures(std::vector<Figure>& figures, const Report& report, const std::vector<std::size_t>& rows);

/// A row for each quantity of each run's sites; no rows where nobody looked ahead.
Table forecasts_table(const Report& report);

}  // namespace evtwin::report
