#pragma once
// Internal to this room: what a Lua strategy says of itself, `strategy { id = ..., params = ..., decide = ... }`.

#include <evtwin/strategy.h>

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "control/params.hpp"
#include "control/plugin_library.hpp"
#include "kernel/time.hpp"
#include "scenario/fields.hpp"
#include "scenario/language.hpp"

namespace evtwin::scenario {

/// Its description in the form that plugins have, so that both are checked alike; and its function.
class ScriptDefinition {
 public:
  ScriptDefinition() = default;
  // The table points into deques, which keep their place.
  ScriptDefinition(ScriptDefinition&&) noexcept = default;
  ScriptDefinition& operator=(ScriptDefinition&&) noexcept = default;
  ScriptDefinition(const ScriptDefinition&) = delete;
  ScriptDefinition& operator=(const ScriptDefinition&) = delete;

  std::string id = "lua";
  std::string help;
  std::vector<evtwin_param_info> params;
  std::deque<std::string> texts;
  std::deque<std::vector<const char*>> choices;
  std::uint32_t subscribes = EVTWIN_WHY_ARRIVAL | EVTWIN_WHY_DEPARTURE | EVTWIN_WHY_LIMIT;
  double horizon_h = 24.0;
  Function decide;

  evtwin_info info() const;
  /// @throws ScriptError for a parameter that it does not have, or out of range.
  control::ParamValues values(const control::TextParams& given) const;
  std::uint32_t horizon_steps(kernel::TimeNs tick_ns) const;
};

/// Of what strategy { ... } made. @throws ScriptError "FILE:LINE: what"
ScriptDefinition definition_of(const Construct& strategy, const Where& where);

/// Runs the source in this state, which then has the function. @throws ScriptError
ScriptDefinition run_definition(Language& language, const ScenarioSource& source,
                                std::function<void(std::string_view)> print);

/// "mine:patience_h=1": how tables of results call it.
std::string label_of(const ScriptDefinition& definition, const control::TextParams& given);

/// A parameter's value as text that reads back as the same value.
std::string param_text(const Value& value, const Where& where);

/// The parameters of `mine { patience_h = 1 }`; empty where there are none.
control::TextParams params_given(const Construct& strategy, const Where& where);

}  // namespace evtwin::scenario
