#include "scenario/script_definition.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "control/strategy.hpp"
#include "kernel/nearest.hpp"
#include "kernel/static_checks.hpp"
#include "kernel/text.hpp"

namespace evtwin::scenario {
namespace {

constexpr double unlimited = std::numeric_limits<double>::max();

bool is_id(std::string_view id, std::string_view also) {
  const auto fits = [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || also.find(c) != std::string_view::npos;
  };
  return id.size() <= 64 && std::all_of(id.begin(), id.end(), fits) && id.front() >= 'a' && id.front() <= 'z';
}

void read_number(const Fields& f, control::ParamDescription& row) {
  for (const char* key : {"min", "max"})
    if (!f.has_key(key))
      fail_at(f.where(), f.where().field_label() + " needs " + key + ": the range is checked, and shown to users");
  row.min = number_of(*f.find_value("min"), f.where("min"), -unlimited, unlimited);
  row.max = number_of(*f.find_value("max"), f.where("max"), row.min, unlimited);
  row.type = f.read_boolean("whole") ? EVTWIN_PARAM_INT : EVTWIN_PARAM_REAL;
  row.default_number =
      row.type == EVTWIN_PARAM_INT
          ? static_cast<double>(whole_of(*f.find_value("default"), f.where("default"), row.min, row.max))
          : number_of(*f.find_value("default"), f.where("default"), row.min, row.max);
}

void read_text(const Fields& f, control::ParamDescription& row) {
  row.type = EVTWIN_PARAM_TEXT;
  row.default_text = text_of(*f.find_value("default"), f.where("default"));
  if (!f.has_key("choices")) return;
  row.type = EVTWIN_PARAM_CHOICE;
  for (const Value* choice : list_of(*f.find_value("choices"), f.where("choices"), "texts"))
    row.choices.push_back(text_of(*choice, f.where("choices")));
  if (std::find(row.choices.begin(), row.choices.end(), row.default_text) == row.choices.end())
    throw_at(f.where("default"), "= \"" + row.default_text + "\" is none of the choices");
}

void read_param_row(const Value& value, const Where& where, ScriptDefinition& out) {
  const Fields f(value, find_section("strategy_param"), where);
  control::ParamDescription row;
  const std::string id = f.text("id");
  if (!is_id(id, "_"))
    throw_at(f.where("id"), "= \"" + kernel::make_printable(id, 60) + "\" must be lower case letters, digits and _");
  for (const control::ParamDescription& other : out.description.params)
    if (id == other.id) throw_at(f.where("id"), "= \"" + id + "\" is used by two parameters");

  row.id = id;
  row.unit = f.text("unit");
  row.help = f.text("help");

  // The type of the default is the type of the parameter: keys of other types have no sense.
  const Value& fallback = *f.find_value("default");
  const bool is_number = fallback.is_number();
  for (const char* key : {"min", "max", "whole"})
    if (!is_number && f.has_key(key))
      throw_at(f.where(key), "is for numbers; the default is " + describe_value(fallback));
  if (fallback.as_text() == nullptr && f.has_key("choices"))
    throw_at(f.where("choices"), "is for texts; the default is " + describe_value(fallback));

  if (is_number) {
    read_number(f, row);
  } else if (const bool* flag = fallback.as_boolean()) {
    row.type = EVTWIN_PARAM_BOOL;
    row.max = 1.0;
    row.default_number = *flag ? 1.0 : 0.0;
  } else {
    read_text(f, row);
  }
  out.description.params.push_back(std::move(row));
}

std::uint32_t subscribed(const Value& value, const Where& where) {
  static constexpr std::array<std::pair<std::string_view, std::uint32_t>, 8> events{
      {{"arrival", EVTWIN_WHY_ARRIVAL},
       {"departure", EVTWIN_WHY_DEPARTURE},
       {"price", EVTWIN_WHY_PRICE},
       {"limit", EVTWIN_WHY_LIMIT},
       {"finished", EVTWIN_WHY_FINISHED},
       {"power", EVTWIN_WHY_POWER},
       {"grant", EVTWIN_WHY_GRANT},
       {"booking", EVTWIN_WHY_BOOKING}}};
  static_assert(kernel::has_unique_keys(events, [](const auto& event) { return event.first; }) &&
                kernel::has_unique_keys(events, [](const auto& event) { return event.second; }));
  std::uint32_t bits = 0;
  for (const Value* entry : list_of(value, where, "events")) {
    const std::string& word = text_of(*entry, where);
    const auto* known = std::find_if(events.begin(), events.end(), [&](const auto& e) { return e.first == word; });
    if (known == events.end()) {
      throw_at(where,
               "= \"" + kernel::make_printable(word, 60) +
                   "\" is no event; there are arrival, departure, price, limit, finished, power, grant and booking "
                   "(ticks = false leaves out the decision ticks)");
    }
    bits |= known->second;
  }
  return bits;
}

std::vector<double> levels_of(const Value& value, const Where& where) {
  std::vector<double> levels;
  for (const Value* entry : list_of(value, where, "numbers between 0 and 1")) {
    const double before = levels.empty() ? 0.0 : levels.back();
    const double level = number_of(*entry, where, 0.0, 1.0);
    if (!(level > before && level < 1.0))
      throw_at(where, "has " + show_number(level) + "; levels ascend and lie between 0 and 1: { 0.1, 0.5, 0.9 }");
    levels.push_back(level);
  }
  if (levels.size() > EVTWIN_MOST_LEVELS)
    throw_at(where, "has " + std::to_string(levels.size()) + " levels; at most " + std::to_string(EVTWIN_MOST_LEVELS) +
                        " can be had");
  return levels;
}

}  // namespace

control::CheckedParams checked_params(const ScriptDefinition& definition, const control::TextParams& given) {
  try {
    return {definition.description, given};
  } catch (const control::StrategyError& error) {
    throw ScriptError(error.what());
  }
}

std::uint32_t horizon_steps_of(const ScriptDefinition& definition, kernel::TimeNs tick_ns) {
  return static_cast<std::uint32_t>(std::ceil(definition.horizon_h / kernel::hours_between(0, tick_ns)));
}

ScriptDefinition definition_of(const Construct& strategy, const Where& where) {
  const Fields f(strategy.arguments.front(), find_section("strategy"), where);
  ScriptDefinition out;
  std::string& id = out.description.id;
  id = f.text("id");
  if (!is_id(id, "-"))
    throw_at(f.where("id"),
             "= \"" + kernel::make_printable(id, 60) + "\" must be lower case letters, digits and '-', a letter first");
  out.description.name = id;
  out.description.help = f.text("help");
  out.horizon_h = f.read_number("horizon_h");

  if (const Value* rows = f.find_value("params")) {
    const auto list = list_of(*rows, f.where("params"), "tables { id = ..., default = ... }");
    for (std::size_t i = 0; i < list.size(); ++i) read_param_row(*list[i], f.where("params") / i, out);
  }

  // A strategy is asked at ticks too, unless ticks = false.
  if (const Value* events = f.find_value("subscribes")) {
    out.subscribes = EVTWIN_WHY_TICK | subscribed(*events, f.where("subscribes"));
  }
  if (!f.read_boolean("ticks")) out.subscribes &= ~EVTWIN_WHY_TICK;

  if (const Value* levels = f.find_value("levels")) out.levels = levels_of(*levels, f.where("levels"));
  if (!out.levels.empty() && out.horizon_h == 0.0)
    throw_at(f.where("levels"), "is of the horizon, and horizon_h = 0 asks for none");

  if (const Value* ended = f.find_value("ended")) {
    if (ended->as_function() == nullptr)
      throw_at(f.where("ended"), "must be a function(view, params), got " + describe_value(*ended));
    out.ended = *ended->as_function();
  }

  const Function* decide = f.find_value("decide")->as_function();
  if (decide == nullptr)
    throw_at(f.where("decide"), "must be a function(view, params), got " + describe_value(*f.find_value("decide")));
  out.decide = *decide;
  return out;
}

ScriptDefinition run_definition(Language& language, const ScenarioSource& source,
                                std::function<void(std::string_view)> print) {
  const std::shared_ptr<const Construct> made = language.evaluate_file(std::move(print));
  if (source.kind() == ScenarioSource::Kind::strategy) {
    if (made->kind != "strategy") {
      throw ScriptError(
          source.file() + ": the file returns a " + made->kind +
          "; a strategy is written: return strategy { id = ..., decide = function(view, params) ... end }");
    }
    if (made->arguments.size() > 1)
      throw ScriptError(source.file() + ": the file returns a strategy with parameters; they belong where it is used");
    return definition_of(*made, language.place_of(*made));
  }
  const Value* strategy =
      made->kind == "scenario" ? made->arguments.front().as_table()->find_value("strategy") : nullptr;
  if (strategy == nullptr) throw ScriptError(source.file() + ": the scenario has no strategy in Lua");
  if (const Construct* word = strategy->construct("strategy")) return definition_of(*word, language.place_of(*word));
  if (strategy->as_function() == nullptr) throw ScriptError(source.file() + ": the scenario has no strategy in Lua");
  ScriptDefinition bare;
  bare.decide = *strategy->as_function();
  return bare;
}

std::string label_of(const ScriptDefinition& definition, const control::TextParams& given) {
  std::string label = definition.description.id;
  for (const auto& [key, value] : given) label.append(":").append(key).append("=").append(value);
  return label;
}

std::string param_text(const Value& value, const Where& where) {
  if (const bool* b = value.as_boolean()) return *b ? "true" : "false";
  if (const auto* whole = std::get_if<std::int64_t>(&value.data)) return std::to_string(*whole);
  if (value.is_number()) {
    std::array<char, 32> digits{};
    return {digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), value.as_number()).ptr};
  }
  if (value.as_text() != nullptr) return text_of(value, where);
  throw_at(where, "must be a number, true or false, or text, got " + describe_value(value));
}

control::TextParams params_given(const Construct& strategy, const Where& where) {
  control::TextParams given;
  if (strategy.arguments.size() < 2) return given;
  const Table* params = strategy.arguments[1].as_table();
  if (params == nullptr || !params->numbered.empty()) throw_at(where, "takes parameters as { name = value, ... }");
  for (const auto& [name, param] : params->named) given.emplace_back(name, param_text(param, where / name));
  return given;
}

}  // namespace evtwin::scenario
