// The runs of a sweep: which are there already, who does the others, and what comes of all.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "cli/options.hpp"
#include "sweep/plan.hpp"
#include "sweep/table.hpp"

namespace evtwin::cli {

struct SweepWork {
  sweep::Plan plan;
  std::string folder;             ///< where rows are kept; empty: nowhere
  std::vector<std::string> also;  ///< folders of other shards, to read rows from
  sweep::Shard shard;
  control::Hosting hosting;
  unsigned threads = 0;      ///< 0: as many as the machine has
  bool keep_runs = false;    ///< a run file of each run in the folder's `runs`
  bool only_gather = false;  ///< nothing is run
};

struct SweepOutcome {
  std::size_t runs = 0;     ///< of the whole sweep
  std::size_t found = 0;    ///< done before this call, by whomever
  std::size_t done = 0;     ///< by this call
  std::size_t missing = 0;  ///< of other shards
  std::size_t failed = 0;
  std::size_t stale = 0;    ///< rows found that were made from other inputs, and not used
  std::size_t damaged = 0;  ///< lines that could not be read
  std::string first_error;
  std::optional<sweep::Table> table;  ///< where nothing is missing
};

/// Does what is not done yet of the shard. Several processes may work in one folder at the same time: each takes
/// worlds that nobody has, and the last stay until all are done, so that a process that is killed loses only what it
/// was running.
/// @throws CommandError, sweep::SweepError, std::invalid_argument for a plan that has no sense, scenario::ScriptError
/// where no world of it can be loaded, twin::Interrupted. A run that fails is a row that says why.
SweepOutcome work_on(const SweepWork& work);

/// Finds slips in a plan by loading the first world of each point. @returns title and currency of the
/// scenario. @throws as work_on
struct SweepTitle {
  std::string scenario, currency;
  std::vector<std::string> strategies;  ///< names
};
SweepTitle check_plan(const sweep::Plan& plan, const control::Hosting& hosting);

}  // namespace evtwin::cli
