#include "control/strategy_choice.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "control/isolated_strategy.hpp"
#include "control/plugin_strategy.hpp"
#include "kernel/hash.hpp"
#include "kernel/log.hpp"

namespace evtwin::control {

namespace fs = std::filesystem;

namespace {

StrategyFactory here(const std::string& file, std::shared_ptr<const CheckedParams> params, const CallLimits& limits) {
  return [library = PluginLibrary::open_library(file), params = std::move(params), stop = limits.stop](
             const evtwin_view& first, std::uint64_t seed, std::uint32_t site) -> std::unique_ptr<Strategy> {
    return std::make_unique<PluginStrategy>(library, params, first, seed, site, stop);
  };
}

/// This process never opens the file: each instance's own child does.
StrategyFactory apart(const std::string& file, std::shared_ptr<const CheckedParams> params, const CallLimits& limits) {
  std::string who = fmt::format("strategy {} ({})", params->strategy().id, fs::path(file).filename().string());
  return isolate_strategy(std::move(who), limits,
                          [file, params = std::move(params)](const evtwin_view& first, std::uint64_t seed,
                                                             std::uint32_t site) -> std::unique_ptr<Strategy> {
                            return std::make_unique<PluginStrategy>(PluginLibrary::open_library(file), params, first,
                                                                    seed, site);
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
  if (!kernel::logs_at(room, kernel::LogLevel::info)) return;
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

}  // namespace

std::vector<ListedStrategy> list_strategies(std::vector<std::string>* problems) {
  return list_parts(PluginPart::strategy, problems);
}

ChosenStrategy choose_strategy(std::string_view id, const TextParams& params, const Hosting& hosting) {
  auto [found, name, hides] = find_part(PluginPart::strategy, id);
  ChosenStrategy chosen;
  chosen.file = found.file;
  chosen.description = found.description;
  chosen.params = params;
  chosen.label = label_of(name, params);
  chosen.hides = std::move(hides);
  auto checked = std::make_shared<const CheckedParams>(std::move(found.description), params);
  const bool alone =
      hosting.where == Where::by_origin ? !came_with_the_program(found.file) : hosting.where == Where::apart;
  tell_choice(chosen, *checked, alone);
  chosen.factory = (alone ? apart : here)(found.file, std::move(checked), hosting.limits);
  return chosen;
}

bool plays_policies(const StrategyDescription& strategy) {
  return std::any_of(strategy.params.begin(), strategy.params.end(), [](const auto& param) {
    return param.id == "policy" && param.type == EVTWIN_PARAM_TEXT && param.default_text.empty();
  });
}

}  // namespace evtwin::control
