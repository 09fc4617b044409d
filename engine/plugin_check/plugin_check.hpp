// evtwin plugin check: everything that strategy.h and forecaster.h ask of a plugin and a machine can look at.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "control/plugin_params.hpp"

namespace evtwin::plugin_check {

/// The part of a file that is looked at.
struct Part {
  std::string strategy{};    ///< id; empty: a forecaster, or the file as a whole
  std::string forecaster{};  ///< id; empty: a strategy, or the file as a whole
  std::string quantity{};    ///< "load", of a forecaster; empty: all that it foresees
  bool operator==(const Part&) const = default;
  std::string part_text() const;  ///< "edf", "seasonal-naive load", "the file"
};

struct Verdict {
  Part of;
  std::string name;
  bool pass = false;
  bool slow = false;  ///< it failed for want of CPU time: what it would have answered nobody knows
  std::string why;    ///< it failed
  std::string note;   ///< worth knowing
};

/// Cost of a call at a site of this many EVSEs.
struct Timing {
  std::string strategy;
  std::uint32_t evses = 0;
  double median_ns = 0.0, p99_ns = 0.0;
};

/// Cost of a call of forecast(), for a day of steps of 15 min from four weeks of them.
struct ForecastTiming {
  std::string forecaster, quantity;
  double median_ns = 0.0, p99_ns = 0.0;
};

struct Report {
  std::string file;
  std::vector<std::string> strategies, forecasters;
  std::vector<Verdict> checks;
  std::vector<Timing> timing;
  std::vector<ForecastTiming> forecast_timing;
  std::uint64_t fuzzed = 0;  ///< random scenes beyond the fixed ones
  bool all_passed() const;
};

struct Options {
  double call_s = 5.0;            ///< a call that takes more CPU time hangs
  std::size_t memory_mib = 1024;  ///< a check that takes more takes too much
  unsigned at_once = 1;           ///< child processes at the same time; changes no verdict
  bool timing = true;
  double fuzz_s = 0.0;          ///< seconds of random scenes beyond the checks, shared by all that is checked
  std::uint64_t fuzz_from = 0;  ///< where their seeds begin
  std::optional<std::uint64_t> reproduce;  ///< only the scene of this seed, under the rules that --fuzz has
  std::function<bool()> stop;              ///< true ends it with child.hpp's Stopped
  std::vector<std::string> only, skip;     ///< names of checks; only those, but for the entry, and none of these
  /// Told of each verdict when it is known, in the order of the report.
  std::function<void(const Verdict&)> judged;
  control::TextParams params;  ///< of the one strategy or forecaster that is checked, in the place of defaults
  bool wants_check(std::string_view check) const;
};

/// Names that `only` and `skip` may have: of strategies', forecasters' and the file's own checks.
std::vector<std::string> check_names();
/// @throws std::runtime_error, in one line, for one that they may not have.
void check_names_of(const Options& options);

/// Checks the strategies and forecasters of a file, or those with this id.
/// @throws std::runtime_error, in one line: not a shared object, no such file, no strategy or forecaster of that id, no
/// check of such a name, a parameter that it does not have or a value out of its range.
Report check_plugin(const std::string& file, std::string_view id, const Options& options);

}  // namespace evtwin::plugin_check
