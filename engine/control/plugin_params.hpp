// Parameters as users write them, checked against a strategy's table and completed with its defaults.
#pragma once
#include <evtwin/strategy.h>

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "control/plugin_description.hpp"

namespace evtwin::control {

using TextParams = std::vector<std::pair<std::string, std::string>>;

/// Every parameter of a table, as given or by default, in the form the ABI wants.
class CheckedParams {
 public:
  /// @throws StrategyError for a parameter that the table does not have (with the nearest one), or a value out of its
  /// range (with the range).
  /// @param what  for messages: "strategy", "forecaster"
  CheckedParams(StrategyDescription strategy, const TextParams& given, const char* what = "strategy");
  CheckedParams(const CheckedParams&) = delete;  // values point into it
  CheckedParams& operator=(const CheckedParams&) = delete;
  std::span<const evtwin_param_value> values() const { return values_; }
  const StrategyDescription& strategy() const { return strategy_; }

 private:
  evtwin_param_value read_value(const ParamDescription& p, const std::string& text);
  const char* what_;
  StrategyDescription strategy_;    // values_ point to its ids and default texts
  std::vector<std::string> texts_;  // as given; reserved up front: values_ point into it
  std::vector<evtwin_param_value> values_;
};

}  // namespace evtwin::control
