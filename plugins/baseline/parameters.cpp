#include "parameters.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string_view>

namespace evtwin::baseline {
namespace {

std::string shown(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%g", value);
  return text.data();
}

std::string choices_of(const evtwin_param_info& info) {
  std::string text;
  for (std::uint32_t k = 0; k < info.n_choices; ++k) text.append(k == 0 ? "" : ", ").append(info.choices[k]);
  return text;
}

bool is_text(const evtwin_param_info& info) {
  return info.type == EVTWIN_PARAM_TEXT || info.type == EVTWIN_PARAM_CHOICE;
}

/// Fault of `value`; empty if there is none.
std::string fault(const evtwin_param_info& info, const evtwin_param_value& value) {
  if (is_text(info)) {
    if (value.text == nullptr) return "must be text";
    if (info.type == EVTWIN_PARAM_TEXT) return {};
    const bool known = std::any_of(info.choices, info.choices + info.n_choices,
                                   [&](const char* choice) { return std::string_view(choice) == value.text; });
    return known ? "" : "is '" + std::string(value.text) + "', must be one of: " + choices_of(info);
  }
  const double x = value.number;
  if (std::isnan(x)) return std::isnan(info.default_number) ? "" : "is not a number";
  if (info.type == EVTWIN_PARAM_BOOL) return x == 0.0 || x == 1.0 ? "" : "is " + shown(x) + ", must be true or false";
  if (!(x >= info.min && x <= info.max)) {
    return "is " + shown(x) + ", must be from " + shown(info.min) + " to " + shown(info.max) +
           (*info.unit == 0 ? "" : " ") + info.unit;
  }
  if (info.type == EVTWIN_PARAM_INT && x != std::floor(x)) return "is " + shown(x) + ", must be a whole number";
  return {};
}

}  // namespace

CheckedParameters check_parameters(const evtwin_info& info, std::span<const evtwin_param_value> given) {
  CheckedParameters checked;
  for (std::uint32_t k = 0; k < info.n_params; ++k) {
    const evtwin_param_info& row = info.params[k];
    checked.values.push_back({row.id, row.default_number, is_text(row) ? row.default_text : nullptr});
  }
  for (const evtwin_param_value& value : given) {
    const std::string_view id = value.id == nullptr ? "" : value.id;
    const auto at = std::find_if(checked.values.begin(), checked.values.end(),
                                 [&](const evtwin_param_value& row) { return id == row.id; });
    if (at == checked.values.end()) {
      checked.error = std::string(info.id) + ": there is no parameter '" + std::string(id) + "'; there are:";
      for (const evtwin_param_value& row : checked.values) checked.error.append(" ").append(row.id);
      return checked;
    }
    const std::string what = fault(info.params[at - checked.values.begin()], value);
    if (!what.empty()) {
      checked.error = std::string(info.id) + ": parameter '" + std::string(id) + "' " + what;
      return checked;
    }
    *at = {at->id, value.number, value.text};
  }
  return checked;
}

}  // namespace evtwin::baseline
