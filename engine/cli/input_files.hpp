// Fingerprints of what a run is made from.
#pragma once
#include <string>
#include <vector>

#include "control/strategy_choice.hpp"
#include "record/origin.hpp"
#include "scenario/loader.hpp"

namespace evtwin::cli {

/// The name under which a scenario's own text stands among the inputs: its file may be moved.
inline constexpr const char* scenario_input = "the scenario";

/// What a plugin reads by itself: those of its parameters that name a file, as policies, models and weather do.
std::vector<std::string> files_of_params(const control::TextParams& params);

/// The scenario's text, its modules and every file it named, with what its forecasters read; the files are read again.
/// @throws scenario::ScriptError.
std::vector<record::InputFile> inputs_of_scenario(const scenario::LoadedScenario& scenario);
std::vector<record::InputFile> inputs_of_params(const control::TextParams& params);
/// With what a strategy reads by itself. @throws scenario::ScriptError.
std::vector<record::InputFile> inputs_of_run(const scenario::LoadedScenario& scenario,
                                             const control::TextParams& strategy);
/// The logs that files and folders given stand for, by their paths. @throws ocpp::LogError, CommandError.
std::vector<record::InputFile> inputs_of_logs(const std::vector<std::string>& given);

/// In what two lists of inputs differ, in words by name: "prices.csv has changed"; empty: in nothing.
std::vector<std::string> changes_of_inputs(const std::vector<record::InputFile>& then,
                                           const std::vector<record::InputFile>& now);

}  // namespace evtwin::cli
