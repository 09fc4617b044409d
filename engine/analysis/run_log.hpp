// Run files as a log of experiments: what was run, and in what two runs differ.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "analysis/text_diff.hpp"
#include "analysis/text_table.hpp"
#include "record/reader.hpp"

namespace evtwin::analysis {

struct LoggedRun {
  std::string file;
  record::RunSummary summary;
};

/// One line per run, in the order given: what and how, and the figures most asked for.
std::string run_log_table(std::span<const LoggedRun> runs);
/// { runs: [ { file, name, strategy, ..., kpi: { } } ] } with everything but the scenario's text.
nlohmann::ordered_json run_log_json(std::span<const LoggedRun> runs);

/// Something that two runs do not share: a fact ("strategy", "parameter stations") as text.
struct FactDifference {
  std::string what;
  std::string a, b;  ///< empty: not there
};
/// A figure of all sites together; NaN where it is not there or does not apply.
struct KpiDifference {
  std::string name, unit;
  double a = 0.0, b = 0.0;
};

struct RunDifference {
  bool same_history = false;  ///< both are complete and have the same event hash
  std::vector<FactDifference> facts;
  std::vector<KpiDifference> kpis;
  std::vector<LineChange> lines;  ///< of the scenario's text
};

/// Facts that decide what a run does (scenario, parameters, seed, strategy, versions) or what became of it, and every
/// figure that is not the same to the last bit. Names of files and the wall clock do not count.
RunDifference find_difference(const record::RunSummary& a, const record::RunSummary& b);

std::string difference_text(const LoggedRun& a, const LoggedRun& b);
nlohmann::ordered_json difference_json(const LoggedRun& a, const LoggedRun& b);

}  // namespace evtwin::analysis
