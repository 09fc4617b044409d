// What the policy that decided in a run was trained for: the table `reward_part` of a run file.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace evtwin::record {

class Database;

/// A reward as a sum of weight x part. `evtwin rewards` lists names, terms and formulas.
struct LearntReward {
  std::string name;      ///< as the training was given it: "boa-fe:satisfaction=5"
  bool of_terms = true;  ///< parts are terms, which add up over time; false: answers of a function of a step
  std::vector<std::pair<std::string, double>> parts;  ///< weights by part; empty: the policy's file names none

  friend bool operator==(const LearntReward&, const LearntReward&) = default;
};

/// Nothing where no policy decided, or its file says nothing of a reward. Names are printable. @throws RunFileError.
std::optional<LearntReward> read_learnt_reward(const Database& database);

}  // namespace evtwin::record
