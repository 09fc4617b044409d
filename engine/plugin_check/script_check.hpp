// The checks of a strategy that is no shared object: a script, made by whoever can read it.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "control/strategy.hpp"
#include "plugin_check/plugin_check.hpp"
#include "twin/world.hpp"

namespace evtwin::plugin_check {

/// Makes instances for the sites of a world, of which it needs the names of EVSEs and storages, calendar and tick.
/// @throws std::runtime_error, in one line
using ScriptFor = std::function<control::StrategyFactory(const twin::World&)>;

/// The script with parameters of its own.
struct ScriptVariant {
  std::string words;  ///< "patience_h = 48"
  ScriptFor make;
};

/// Checks that are left where a sandbox sees to the rest: possible answers, empty sites, repetition, parameters,
/// a week and the end of a month. The options `fuzz_s` and `reproduce` are not for scripts.
/// @param variants  every bound and choice of its parameters
/// @throws std::runtime_error for a check that there is not.
Report check_script(const std::string& file, const std::string& id, const ScriptFor& make,
                    const std::vector<ScriptVariant>& variants, const Options& options);

}  // namespace evtwin::plugin_check
