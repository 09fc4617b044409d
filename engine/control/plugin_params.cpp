#include "control/plugin_params.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "control/strategy.hpp"
#include "kernel/nearest.hpp"

namespace evtwin::control {

CheckedParams::CheckedParams(StrategyDescription strategy, const TextParams& given, const char* what)
    : what_(what), strategy_(std::move(strategy)) {
  std::vector<std::string_view> names;
  names.reserve(strategy_.params.size());
  for (const ParamDescription& p : strategy_.params) names.emplace_back(p.id);
  for (const auto& [id, text] : given) {
    if (std::find(names.begin(), names.end(), id) != names.end()) continue;
    const std::string near = kernel::nearest_name(id, names);
    const std::string hint = names.empty()  ? " (it has none)"
                             : near.empty() ? fmt::format("; it has {}", fmt::join(names, ", "))
                                            : fmt::format("; did you mean '{}'?", near);
    throw StrategyError(fmt::format("{} {} has no parameter '{}'{}", what_, strategy_.id, id, hint));
  }
  texts_.reserve(strategy_.params.size());
  for (const ParamDescription& p : strategy_.params) {
    const auto last = std::find_if(given.rbegin(), given.rend(), [&](const auto& g) { return g.first == p.id; });
    if (last != given.rend()) {
      values_.push_back(read_value(p, last->second));
    } else {
      const bool worded = p.type == EVTWIN_PARAM_TEXT || p.type == EVTWIN_PARAM_CHOICE;
      values_.push_back({p.id.c_str(), p.default_number, worded ? p.default_text.c_str() : nullptr});
    }
  }
}

evtwin_param_value CheckedParams::read_value(const ParamDescription& p, const std::string& text) {
  const auto refuse = [&] {
    throw StrategyError(
        fmt::format("{} {}: parameter {} must be {}, got '{}'", what_, strategy_.id, p.id, p.range_text(), text));
  };
  evtwin_param_value value{p.id.c_str(), 0.0, nullptr};
  if (p.type == EVTWIN_PARAM_BOOL) {
    if (text != "true" && text != "false" && text != "1" && text != "0") refuse();
    value.number = text == "true" || text == "1" ? 1.0 : 0.0;
  } else if (p.type == EVTWIN_PARAM_INT || p.type == EVTWIN_PARAM_REAL) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value.number);
    if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value.number)) refuse();
    if (value.number < p.min || value.number > p.max) refuse();
    if (p.type == EVTWIN_PARAM_INT && value.number != std::floor(value.number)) refuse();
  } else {
    const bool known =
        p.type == EVTWIN_PARAM_TEXT || std::find(p.choices.begin(), p.choices.end(), text) != p.choices.end();
    if (!known) refuse();
    texts_.push_back(text);
    value.text = texts_.back().c_str();
  }
  return value;
}

}  // namespace evtwin::control
