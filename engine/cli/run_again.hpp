// A recorded run made ready to be lived again: from its scenario's text, its inputs and its strategy.
#pragma once
#include <string>

#include "cli/start_point.hpp"
#include "record/reader.hpp"

namespace evtwin::cli {

/// @throws CommandError "FILE: can not be repeated: why".
[[noreturn]] void can_not_repeat(const std::string& file, const std::string& why);
/// Whether a run says all that it takes to live it again. @throws CommandError
/// @param broken_off_too  also one that failed or was interrupted: it can be lived up to there
void check_repeatable(const std::string& file, const record::RunSummary& summary, bool broken_off_too = false);
/// @throws CommandError where the scenario is gone or not what it was.
StartPoint start_again(const std::string& file, const record::RunSummary& summary);
/// @throws CommandError
ReadyStrategy strategy_again(const std::string& file, const record::RunSummary& summary, const StartPoint& start);

}  // namespace evtwin::cli
