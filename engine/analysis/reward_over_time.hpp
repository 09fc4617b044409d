// What a policy gathered in a run of the reward that it was trained for, part by part and day by day: recounted from
// the run file's ledger and sessions.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "kernel/time.hpp"
#include "record/learnt_reward.hpp"
#include "record/sqlite.hpp"

namespace evtwin::analysis {

struct RewardPart {
  std::string term;
  double weight = 0.0;
  std::map<std::int64_t, double> by_day;  ///< of the term, unweighted, by local day since 1970; days without are 0

  double sum() const;                        ///< of the term
  double reward_on(std::int64_t day) const;  ///< weight x term
  double reward() const { return weight * sum(); }
};

struct RewardOverTime {
  std::string name;
  bool of_terms = true;  ///< false: a function of each step, which no sums of a run file tell
  std::vector<RewardPart> parts;
  std::vector<std::pair<std::string, double>> not_recorded;  ///< parts that a run file can not tell, with their weights

  double reward() const;  ///< of all parts
};

/// What open sessions owe and the end value of storage stand on the last day. All sites together.
/// @param day_of(t)  number of the local day
/// @returns nothing where the run file names no reward. @throws record::RunFileError
std::optional<RewardOverTime> reward_over_time(const record::Database& database,
                                               const std::function<std::int64_t(kernel::TimeNs)>& day_of);

}  // namespace evtwin::analysis
