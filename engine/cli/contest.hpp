// One world under several strategies at the same time, with the bound: what `compare` and `whatif` share.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "analysis/comparison.hpp"
#include "analysis/seed_comparison.hpp"
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

/// Name of each strategy in a comparison: its label, and where it comes from if two labels are the same (the build of
/// yesterday against that of today). @throws CommandError for the same strategy twice.
std::vector<std::string> contest_names(const std::vector<ReadyStrategy>& strategies);

/// Where a contest's run file of that name lies; empty without a folder.
std::string contest_file(const std::string& folder, const std::string& name);
/// @throws CommandError where it can not be made.
void make_folder(const std::string& folder);

/// @throws CommandError for strategies that there are not, or twice; twin::Interrupted.
ContestResult hold_contest(const StartPoint& start, const ContestRules& rules);

/// One world of a contest over several.
struct Round {
  std::string title;       ///< "seed 7"
  std::string run_suffix;  ///< of the names of its runs, "_seed_07", so that they sort as the rounds do
};

struct RoundsResult {
  std::shared_ptr<const StartPoint> start;  ///< of the first round whose world could be loaded
  std::vector<analysis::RoundRuns> rounds;
};

/// A contest on each of several worlds. They are loaded when their turn comes and given back after it; of a run that is
/// over only the figures of all sites together are kept, without their texts.
/// @param load  the world of a round; called by one thread at a time. An exception from it fails that round's runs
/// alone
/// @throws what loading the first world threw where none can be loaded; CommandError, twin::Interrupted as hold_contest
/// does
RoundsResult hold_rounds(const std::vector<Round>& rounds, const std::function<StartPoint(std::size_t)>& load,
                         const ContestRules& rules);

struct SeedContestResult {
  std::shared_ptr<const StartPoint> start;  ///< of the first seed that could be loaded
  std::vector<analysis::SeedRuns> rounds;   ///< in the order of the seeds
};

/// hold_rounds on the world of each seed.
SeedContestResult hold_seed_contest(const std::vector<std::uint64_t>& seeds,
                                    const std::function<StartPoint(std::uint64_t)>& load, const ContestRules& rules);
/// Name of a strategy's run among those of all seeds: "edf_seed_07", so that names sort as seeds do.
std::string seed_run_name(const std::string& strategy, std::uint64_t seed, const std::vector<std::uint64_t>& seeds);

/// Tells on stderr which strategies failed and why. @returns the exit status: 1 where a strategy failed.
int tell_failures(const ContestResult& result);
/// @param titles  of the rounds: "seed 7"
int tell_failures(const std::vector<const analysis::RoundRuns*>& rounds, const std::vector<std::string>& titles);
/// @param of  what the seeds are of, where there is more than one: a scenario's name; empty: there is one
int tell_failures(const std::vector<analysis::SeedRuns>& rounds, const std::string& of = {});

}  // namespace evtwin::cli
