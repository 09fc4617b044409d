#include "cli/input_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "cli/commands.hpp"
#include "control/forecast_model.hpp"
#include "kernel/hash.hpp"
#include "ocpp/log_source.hpp"

namespace evtwin::cli {

namespace {

/// Logs may be larger than memory: a piece at a time.
record::InputFile fingerprint(const std::string& name, const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) throw CommandError(fmt::format("{}: can not be read; permission?", path));
  record::InputFile input{name, 0, kernel::digest64({})};
  std::array<char, 1 << 16> piece{};
  while (stream.read(piece.data(), piece.size()), stream.gcount() > 0) {
    const std::string_view bytes(piece.data(), static_cast<std::size_t>(stream.gcount()));
    input.digest = kernel::digest64(bytes, input.digest);
    input.bytes += static_cast<std::int64_t>(bytes.size());
  }
  return input;
}

const record::InputFile* find_input(const std::vector<record::InputFile>& inputs, const std::string& name) {
  const auto found = std::find_if(inputs.begin(), inputs.end(), [&](const auto& input) { return input.name == name; });
  return found == inputs.end() ? nullptr : &*found;
}

}  // namespace

std::vector<record::InputFile> inputs_of_scenario(const scenario::LoadedScenario& scenario) {
  std::vector<record::InputFile> inputs;
  for (const scenario::Input& input : scenario::inputs_of(scenario))
    inputs.push_back({input.name, input.bytes, input.digest});
  inputs.front().name = scenario_input;
  // What forecasters read by themselves: models that were learnt, weather forecasts.
  for (const twin::Site& site : scenario.world.sites) {
    for (const twin::Forecast* rule :
         {&site.forecast.pv, &site.forecast.load, &site.forecast.arrivals, &site.forecast.price}) {
      if (rule->source != nullptr) add_files_of(rule->source->given(), inputs);
    }
  }
  return inputs;
}

std::vector<std::string> files_among(const control::TextParams& params) {
  std::vector<std::string> files;
  for (const auto& [name, value] : params) {
    std::error_code none;
    if (std::filesystem::is_regular_file(value, none)) files.push_back(value);
  }
  return files;
}

void add_files_of(const control::TextParams& params, std::vector<record::InputFile>& inputs) {
  for (const std::string& file : files_among(params))
    if (find_input(inputs, file) == nullptr) inputs.push_back(fingerprint(file, file));
}

std::vector<std::string> changes_of_files(const std::vector<record::InputFile>& then,
                                          const control::TextParams& params) {
  std::vector<std::string> changes;
  for (const auto& [name, value] : params) {
    const record::InputFile* before = find_input(then, value);
    if (before == nullptr) continue;  // no file then, or a run of an evtwin that did not keep it
    if (files_among({{name, value}}).empty()) {
      changes.push_back(value + " is not there any more");
    } else if (!(*before == fingerprint(value, value))) {
      changes.push_back(value + " has changed");
    }
  }
  return changes;
}

std::vector<record::InputFile> inputs_beside(const control::TextParams& params, std::vector<record::InputFile> inputs,
                                             const std::vector<record::InputFile>& of_scenario) {
  std::erase_if(inputs, [&](const record::InputFile& input) {
    const auto names_it = [&](const auto& param) { return param.second == input.name; };
    return std::any_of(params.begin(), params.end(), names_it) && find_input(of_scenario, input.name) == nullptr;
  });
  return inputs;
}

std::vector<record::InputFile> inputs_of_logs(const std::vector<std::string>& given) {
  std::vector<record::InputFile> inputs;
  for (const ocpp::LogPath& log : ocpp::log_paths(given)) inputs.push_back(fingerprint(log.path, log.path));
  return inputs;
}

std::vector<std::string> changes_of_inputs(const std::vector<record::InputFile>& then,
                                           const std::vector<record::InputFile>& now) {
  std::vector<std::string> changes;
  for (const record::InputFile& input : now) {
    const record::InputFile* before = find_input(then, input.name);
    if (before == nullptr) changes.push_back(input.name + " has come in");
    if (before != nullptr && !(*before == input)) changes.push_back(input.name + " has changed");
  }
  for (const record::InputFile& input : then) {
    if (find_input(now, input.name) == nullptr) changes.push_back(input.name + " is read no more");
  }
  return changes;
}

}  // namespace evtwin::cli
