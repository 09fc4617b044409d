// The certificate of a replay as its run file has it.
#pragma once

#include <string_view>

#include "report/report.hpp"

namespace evtwin::report {

/// The kind of evidence that a score is, as the replay's own table has it: "given" (the twin was fed it: no merit),
/// "fitted" on the very sessions, "predicted" of days that were held out, or "check".
std::string_view told_of_score(std::string_view name);

Table certificate_table(const Report& report, std::size_t run);

}  // namespace evtwin::report
