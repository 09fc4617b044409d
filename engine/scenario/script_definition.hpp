#pragma once
// Internal to this room: what a Lua strategy says of itself, `strategy { id = ..., params = ..., decide = ... }`.

#include <evtwin/strategy.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "control/plugin_description.hpp"
#include "control/plugin_params.hpp"
#include "kernel/time.hpp"
#include "scenario/fields.hpp"
#include "scenario/language.hpp"

namespace evtwin::scenario {

struct ScriptDefinition {
  control::StrategyDescription description{"lua", "lua", "", "", 0, {}};  ///< as plugins have it: checked alike
  std::uint32_t subscribes = EVTWIN_WHY_TICK | EVTWIN_WHY_ARRIVAL | EVTWIN_WHY_DEPARTURE | EVTWIN_WHY_LIMIT;
  double horizon_h = 24.0;
  std::vector<double> levels;
  Function decide;
  std::optional<Function> ended;
};

/// Every parameter, as given or by default. @throws ScriptError for one that the strategy does not have, or out of
/// range.
control::CheckedParams checked_params(const ScriptDefinition& definition, const control::TextParams& given);

/// Ticks that reach as far as the strategy wants to see.
std::uint32_t horizon_steps_of(const ScriptDefinition& definition, kernel::TimeNs tick_ns);

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
