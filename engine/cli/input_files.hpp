// Fingerprints of what a run is made from.
#pragma once
#include <string>
#include <vector>

#include "control/plugin_params.hpp"
#include "record/origin.hpp"
#include "scenario/loader.hpp"

namespace evtwin::cli {

/// The name under which a scenario's own text stands among the inputs: its file may be moved.
inline constexpr const char* scenario_input = "the scenario";

/// The scenario's text, its modules and every file it named; the files are read again. @throws scenario::ScriptError.
std::vector<record::InputFile> inputs_of_scenario(const scenario::LoadedScenario& scenario);
/// What decides which parameters of a plugin are files that it reads: values that name a regular file, in their order.
std::vector<std::string> files_among(const control::TextParams& params);
/// Adds these files, by their values, where the list does not have them yet. @throws CommandError.
void add_files_of(const control::TextParams& params, std::vector<record::InputFile>& inputs);
/// In what the files among a strategy's parameters differ from those that a run names, in words.
std::vector<std::string> changes_of_files(const std::vector<record::InputFile>& then,
                                          const control::TextParams& params);
/// Inputs of a run but for those that its strategy alone reads, as its parameters name them.
std::vector<record::InputFile> inputs_beside(const control::TextParams& params, std::vector<record::InputFile> inputs,
                                             const std::vector<record::InputFile>& of_scenario);
/// The logs that files and folders given stand for, by their paths. @throws ocpp::LogError, CommandError.
std::vector<record::InputFile> inputs_of_logs(const std::vector<std::string>& given);

/// In what two lists of inputs differ, in words by name: "prices.csv has changed"; empty: in nothing.
std::vector<std::string> changes_of_inputs(const std::vector<record::InputFile>& then,
                                           const std::vector<record::InputFile>& now);

}  // namespace evtwin::cli
