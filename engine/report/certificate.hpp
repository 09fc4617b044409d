// The certificate of a replay as its run file has it.
#pragma once

#include "report/report.hpp"

namespace evtwin::report {

Table certificate_table(const Report& report, std::size_t run);

}  // namespace evtwin::report
