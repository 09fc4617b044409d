// What a policy learnt to gather, part by part and day by day: recounted from the ledger and the sessions of a run.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "report/figure.hpp"
#include "report/recorded_run.hpp"
#include "report/table.hpp"

namespace evtwin::report {

/// A reward as a sum of weight x term: terms of `evtwin rewards`, the objective as its terms.
struct LearntReward {
  std::string name;
  std::vector<std::pair<std::string, double>> weights;
};

/// Of the policy that a run played; nothing where it played none, or where its file is not at hand.
using RewardOfRun = std::function<std::optional<LearntReward>(const record::RunSummary&)>;

struct RewardPart {
  std::string term;
  double weight = 0.0;
  std::map<std::int64_t, double> by_day;  ///< of the term, unweighted, by local day since 1970
  double sum() const;                     ///< of the term
};

struct RewardParts {
  std::string name;
  std::vector<RewardPart> parts;
  std::vector<std::string> not_recorded;  ///< terms that a run file can not tell
};

/// Reads the run's file anew. What open sessions owe and the end value of storage stand on the last day.
/// @throws record::RunFileError
RewardParts read_reward_parts(RunRecord& run, const LearntReward& reward);

/// Parts on top of each other by day: those that count for it above 0, those against it below.
Figure reward_figure(const RunRecord& run, const RewardParts& reward, const TimeFrame& frame);
Table reward_table(const RunRecord& run, const RewardParts& reward);

}  // namespace evtwin::report
