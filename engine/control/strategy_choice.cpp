#include "control/strategy_choice.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "control/isolated_strategy.hpp"
#include "control/plugin_strategy.hpp"
#include "kernel/hash.hpp"
#include "kernel/log.hpp"
#include "kernel/nearest.hpp"

namespace evtwin::control {

namespace fs = std::filesystem;

namespace {

/// ../lib/evtwin beside the program; empty where the program can not be found.
fs::path own_folder() {
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  return error ? fs::path() : program.parent_path().parent_path() / "lib" / "evtwin";
}

std::string label_of(std::string_view id, const TextParams& params) {
  std::string label(id);
  for (const auto& [key, value] : params) label += fmt::format(":{}={}", key, value);
  return label;
}

ListedStrategy find_in_file(const std::string& file, std::string_view id) {
  const PluginDescription plugin = look_at_plugin(file);
  std::string known;
  for (const StrategyDescription& s : plugin.strategies) known += fmt::format("{}{}", known.empty() ? "" : ", ", s.id);
  if (id.empty()) {
    if (plugin.strategies.size() != 1) {
      throw StrategyError(fmt::format("plugin {} holds {} strategies ({}); name one as {}#ID", file,
                                      plugin.strategies.size(), known, file));
    }
    return {file, plugin.strategies.front()};
  }
  if (const StrategyDescription* found = plugin.find(id)) return {file, *found};
  throw StrategyError(fmt::format("plugin {} has no strategy '{}'; it has {}", file, id, known));
}

ListedStrategy find_installed(std::string_view id) {
  std::vector<std::string> problems;
  const auto all = list_strategies(&problems);
  for (const auto& listed : all) {
    if (listed.description.id == id) return listed;
  }
  std::vector<std::string_view> names;
  std::string known;
  for (const auto& listed : all) {
    names.emplace_back(listed.description.id);
    known += fmt::format("{}{}", known.empty() ? "" : ", ", listed.description.id);
  }
  const auto near = kernel::nearest_name(id, names);
  std::string message = fmt::format("unknown strategy '{}'", id);
  message += near.empty() ? "." : fmt::format("; did you mean '{}'?", near);
  message += known.empty() ? " No plugin was found; is lib/evtwin beside the program's folder?"
                           : fmt::format(" Known: {}.", known);
  for (const std::string& problem : problems) message += fmt::format(" ({})", problem);
  throw StrategyError(message);
}

StrategyFactory here(const std::string& file, std::shared_ptr<const CheckedParams> params, const CallLimits& limits) {
  return [library = PluginLibrary::open(file), params = std::move(params), stop = limits.stop](
             const evtwin_view& first, std::uint64_t seed, std::uint32_t site) -> std::unique_ptr<Strategy> {
    return std::make_unique<PluginStrategy>(library, params, first, seed, site, stop);
  };
}

/// This process never opens the file: each instance's own child does.
StrategyFactory apart(const std::string& file, std::shared_ptr<const CheckedParams> params, const CallLimits& limits) {
  std::string who = fmt::format("strategy {} ({})", params->strategy().id, fs::path(file).filename().string());
  return isolated(std::move(who), limits,
                  [file, params = std::move(params)](const evtwin_view& first, std::uint64_t seed,
                                                     std::uint32_t site) -> std::unique_ptr<Strategy> {
                    return std::make_unique<PluginStrategy>(PluginLibrary::open(file), params, first, seed, site);
                  });
}

/// "-" where the strategy decides.
std::string shown(const evtwin_param_value& value) {
  if (value.text != nullptr) return value.text;
  return std::isnan(value.number) ? "-" : fmt::format("{:g}", value.number);
}

/// Which plugin it is, to the byte, and what it runs with.
void tell_choice(const ChosenStrategy& chosen, const CheckedParams& params, bool alone) {
  constexpr kernel::LogRoom room = kernel::LogRoom::control;
  if (!kernel::logs(room, kernel::LogLevel::info)) return;
  std::ifstream stream(chosen.file, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(stream), {}};
  kernel::log_line(room, kernel::LogLevel::info, "strategy {}: {}, {} bytes, digest {:016x}, ABI {}.{}, {}",
                   chosen.label, chosen.file, bytes.size(), kernel::digest64(bytes), EVTWIN_ABI_MAJOR, EVTWIN_ABI_MINOR,
                   alone ? "in a process of its own" : "in this process");
  std::string values;
  for (const evtwin_param_value& value : params.values())
    values += fmt::format("{}{} = {}", values.empty() ? "" : ", ", value.id, shown(value));
  kernel::log_line(room, kernel::LogLevel::info, "strategy {}: {}", chosen.label,
                   values.empty() ? "no parameters" : values);
}

bool came_with_the_program(const std::string& file) {
  std::error_code error;
  return fs::equivalent(fs::absolute(file).parent_path(), own_folder(), error) && !error;
}

}  // namespace

std::vector<std::string> plugin_folders() {
  std::vector<std::string> folders;
  if (const char* path = std::getenv("EVTWIN_PLUGIN_PATH")) {
    std::string_view rest(path);
    while (!rest.empty()) {
      const std::size_t colon = rest.find(':');
      if (colon != 0) folders.emplace_back(rest.substr(0, colon));
      rest = colon == std::string_view::npos ? std::string_view() : rest.substr(colon + 1);
    }
  }
  if (const fs::path own = own_folder(); !own.empty()) folders.push_back(own.string());
  return folders;
}

PluginDescription look_at_plugin(const std::string& file) {
  return describe_plugin(file, came_with_the_program(file) ? Look::here : Look::child);
}

std::vector<ListedStrategy> list_strategies(std::vector<std::string>* problems) {
  std::vector<ListedStrategy> all;
  for (const std::string& folder : plugin_folders()) {
    std::error_code error;
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(folder, error)) {
      if (entry.path().extension() == ".so") files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());  // directory order differs between machines
    for (const fs::path& file : files) {
      try {
        for (StrategyDescription& s : look_at_plugin(file.string()).strategies)
          all.push_back({file.string(), std::move(s)});
      } catch (const StrategyError& refused) {
        if (problems != nullptr) problems->emplace_back(refused.what());
      }
    }
  }
  return all;
}

ChosenStrategy choose_strategy(std::string_view id, const TextParams& params, const Hosting& hosting) {
  const std::size_t hash = id.find('#');
  const bool is_file = id.ends_with(".so") || (hash != std::string_view::npos && id.substr(0, hash).ends_with(".so"));
  ListedStrategy found =
      is_file ? find_in_file(std::string(id.substr(0, hash)), hash == std::string_view::npos ? "" : id.substr(hash + 1))
              : find_installed(id);
  ChosenStrategy chosen;
  chosen.file = found.file;
  chosen.description = found.description;
  chosen.params = params;
  chosen.label = label_of(is_file ? std::string_view(found.description.id) : id, params);
  auto checked = std::make_shared<const CheckedParams>(std::move(found.description), params);
  const bool alone =
      hosting.where == Where::by_origin ? !came_with_the_program(found.file) : hosting.where == Where::apart;
  tell_choice(chosen, *checked, alone);
  chosen.factory = (alone ? apart : here)(found.file, std::move(checked), hosting.limits);
  return chosen;
}

}  // namespace evtwin::control
