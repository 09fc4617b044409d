#include "control/params.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string_view>

#include "control/strategy.hpp"
#include "kernel/nearest.hpp"

namespace evtwin::control {

namespace {

std::string range_text(const evtwin_param_info& p) {
  const std::string unit = p.unit != nullptr && *p.unit != '\0' ? fmt::format(" {}", p.unit) : "";
  switch (p.type) {
    case EVTWIN_PARAM_BOOL:
      return "true or false";
    case EVTWIN_PARAM_INT:
      return fmt::format("a whole number from {} to {}{}", p.min, p.max, unit);
    case EVTWIN_PARAM_REAL:
      return fmt::format("a number from {} to {}{}", p.min, p.max, unit);
    case EVTWIN_PARAM_CHOICE: {
      std::string all;
      for (std::uint32_t i = 0; i < p.n_choices; ++i) all += fmt::format("{}{}", i == 0 ? "" : ", ", p.choices[i]);
      return "one of " + all;
    }
    default:
      return "text";
  }
}

void read_param(const std::string& strategy, const evtwin_param_info& p, const std::string& text, ParamValues& out) {
  const auto refuse = [&] {
    throw StrategyError(
        fmt::format("strategy {}: parameter {} must be {}, got '{}'", strategy, p.id, range_text(p), text));
  };
  evtwin_param_value value{p.id, 0.0, nullptr};
  if (p.type == EVTWIN_PARAM_BOOL) {
    if (text != "true" && text != "false" && text != "1" && text != "0") refuse();
    value.number = text == "true" || text == "1" ? 1.0 : 0.0;
  } else if (p.type == EVTWIN_PARAM_INT || p.type == EVTWIN_PARAM_REAL) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value.number);
    if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value.number)) refuse();
    if (value.number < p.min || value.number > p.max) refuse();
    if (p.type == EVTWIN_PARAM_INT && value.number != std::floor(value.number)) refuse();
  } else {
    const bool known = p.type == EVTWIN_PARAM_TEXT ||
                       std::any_of(p.choices, p.choices + p.n_choices, [&](const char* c) { return text == c; });
    if (!known) refuse();
    out.texts.push_back(text);
    value.text = out.texts.back().c_str();
  }
  out.values.push_back(value);
}

}  // namespace

ParamValues param_values(const evtwin_info& info, const std::vector<std::pair<std::string, std::string>>& given) {
  ParamValues out;
  out.texts.reserve(info.n_params);
  for (const auto& [id, text] : given) {
    const bool known = std::any_of(info.params, info.params + info.n_params, [&](const auto& p) { return id == p.id; });
    if (known) continue;
    std::vector<std::string_view> names;
    names.reserve(info.n_params);
    for (std::uint32_t i = 0; i < info.n_params; ++i) names.emplace_back(info.params[i].id);
    const std::string near = kernel::nearest_name(id, names);
    const std::string hint = names.empty()  ? " (it has none)"
                             : near.empty() ? fmt::format("; it has {}", fmt::join(names, ", "))
                                            : fmt::format("; did you mean '{}'?", near);
    throw StrategyError(fmt::format("strategy {} has no parameter '{}'{}", info.id, id, hint));
  }
  for (std::uint32_t i = 0; i < info.n_params; ++i) {
    const evtwin_param_info& p = info.params[i];
    const auto last = std::find_if(given.rbegin(), given.rend(), [&](const auto& g) { return g.first == p.id; });
    if (last != given.rend()) {
      read_param(info.id, p, last->second, out);
    } else {
      out.values.push_back({p.id, p.default_number, p.default_text});
    }
  }
  return out;
}

}  // namespace evtwin::control
