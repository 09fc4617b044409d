// Tables whose rows are days, months and sessions.
#pragma once

#include <cstddef>

#include "report/report.hpp"

namespace evtwin::report {

Table days_table(const Report& report);
Table months_table(const Report& report);
/// Those first that missed most or were furthest from their plan. @param whole  all of them, else those that a page
/// shows
Table sessions_table(const Report& report, std::size_t run, bool whole);

}  // namespace evtwin::report
