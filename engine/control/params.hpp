// Parameters of a strategy as people write them, checked against its table.
#pragma once
#include <evtwin/strategy.h>

#include <string>
#include <utility>
#include <vector>

namespace evtwin::control {

/// Parameter values in the form the ABI wants, with the texts they point to; ids point into the table.
struct ParamValues {
  ParamValues() = default;
  ParamValues(ParamValues&&) = default;
  ParamValues(const ParamValues&) = delete;  // values point into texts
  ParamValues& operator=(const ParamValues&) = delete;
  ParamValues& operator=(ParamValues&&) = default;
  std::vector<evtwin_param_value> values;
  std::vector<std::string> texts;
};

/// Every parameter of the table, as given (the last one counts) or by default. @throws StrategyError for one that the
/// table does not have (with the nearest that it has) and for a value out of range (with the range).
ParamValues param_values(const evtwin_info& info, const std::vector<std::pair<std::string, std::string>>& given);

}  // namespace evtwin::control
