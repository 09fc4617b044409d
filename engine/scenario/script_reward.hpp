// Rewards that are functions: a scenario's `reward = function(step) ... end`, or the text of one that evtwin knows.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "scenario/loader.hpp"

namespace evtwin::scenario {

/// A function of a step's quantities, in a Lua state of its own: one for each world that steps by itself. It answers a
/// number, or a table of parts that the reward is the sum of.
class RewardFunction {
 public:
  /// The scenario's own function. Precondition: scenario.reward is a function.
  /// @param quantities  names of what it is given; @throws ScriptError
  RewardFunction(const LoadedScenario& scenario, std::span<const std::string_view> quantities);
  /// @param text  a function's body in which the names of quantities, min, max, abs, exp and huge stand
  RewardFunction(std::string_view name, std::string_view text, std::span<const std::string_view> quantities);
  ~RewardFunction();
  RewardFunction(const RewardFunction&) = delete;
  RewardFunction& operator=(const RewardFunction&) = delete;

  /// Names in byte order, as the function answers for a step in which nothing happened; "reward" for a number.
  const std::vector<std::string>& parts() const;
  /// Numbers of the quantities that it reads; the others need not be given.
  std::span<const std::uint32_t> reads() const;
  /// To be written before evaluate(): [quantities].
  std::span<double> inputs();
  /// @returns [parts()], valid until the next call. @throws ScriptError "FILE:LINE: what"
  std::span<const double> evaluate();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace evtwin::scenario
