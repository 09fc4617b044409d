// Rows of the parameter tables that several strategies share, and the check of what was given against a table.
#pragma once
#include <array>
#include <evtwin/strategy.hpp>
#include <limits>
#include <string>
#include <vector>

namespace evtwin::baseline {

inline constexpr double decided_by_strategy = std::numeric_limits<double>::quiet_NaN();

inline constexpr std::array<const char*, 2> beyond_request_choices{"stop", "continue"};
constexpr evtwin_param_info beyond_request(const char* default_choice) {
  return sdk::choice(
      "beyond_request", beyond_request_choices, default_choice,
      "Once a car has what its driver asked for: stop, or continue as long as it draws, after all others.");
}
inline constexpr evtwin_param_info follow_setpoint = sdk::boolean(
    "follow_setpoint", true, "Charge no more than the scenario's power set-point leaves, where there is one.");
inline constexpr evtwin_param_info peak_target_kw =
    sdk::real("peak_target_kw", "kW", 0.0, 1e6, decided_by_strategy,
              "Import above which storage under peak shaving discharges; default: the month's billed peak so far.");

/// The values a strategy is made from: every row of the table, given or default.
struct CheckedParameters {
  std::vector<evtwin_param_value> values;
  std::string error;  ///< empty when all is well, else which parameter is wrong and what would be right
};
CheckedParameters check_parameters(const evtwin_info& info, std::span<const evtwin_param_value> given);

}  // namespace evtwin::baseline
