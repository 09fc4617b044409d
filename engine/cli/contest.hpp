// One world under several strategies at the same time, with the bound: what `compare` and `whatif` share.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "analysis/comparison.hpp"
#include "cli/found_bound.hpp"
#include "cli/start_point.hpp"

namespace evtwin::cli {

struct ContestRules {
  std::vector<StrategyText> strategies;  ///< empty: every strategy installed
  control::Hosting hosting;
  std::string out;       ///< folder for the run files, made where it is not there; empty: none
  unsigned threads = 0;  ///< 0: as many as the machine has
  bool bound = true;     ///< measure runs against the bound
};

struct ContestResult {
  std::vector<analysis::Contender> contenders;  ///< in the order of the strategies; a failed one says why
  std::shared_ptr<const FoundBound> bound;      ///< null: none was looked for, or found
  std::string bound_error;                      ///< why none was found
};

/// Where a contest's run file of that name lies; empty without a folder.
std::string contest_file(const std::string& folder, const std::string& name);
/// @throws CommandError where it can not be made.
void make_folder(const std::string& folder);

/// @throws CommandError for strategies that there are not, or twice; twin::Interrupted.
ContestResult hold_contest(const StartPoint& start, const ContestRules& rules);

/// What went wrong, on stderr. @returns the exit status: 1 where a strategy failed.
int tell_failures(const ContestResult& result);

}  // namespace evtwin::cli
