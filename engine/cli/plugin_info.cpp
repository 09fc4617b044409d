// evtwin plugin info and evtwin plugin list: what plugins say of themselves.
#include <fmt/format.h>

#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>
#include <string_view>

#include "analysis/run_report.hpp"
#include "analysis/text_table.hpp"
#include "cli/commands.hpp"
#include "control/strategy_choice.hpp"
#include "kernel/text.hpp"
#include "scenario/loader.hpp"

namespace evtwin::cli {

namespace {

using control::ParamDescription;
using control::StrategyDescription;
using nlohmann::ordered_json;

struct Flag {
  std::uint32_t bit;
  const char* id;
  const char* words;
};
constexpr std::array flags{
    Flag{EVTWIN_STRATEGY_USES_V2G, "uses_v2g", "may discharge vehicles"},
    Flag{EVTWIN_STRATEGY_USES_STORAGE, "uses_storage", "sets storage itself"},
    Flag{EVTWIN_STRATEGY_STATELESS, "stateless", "keeps nothing between decisions"},
    Flag{EVTWIN_STRATEGY_KEEP_LOADED, "keep_loaded", "is never unloaded"},
};

std::string_view type_name(std::uint32_t type) {
  static constexpr std::array<std::string_view, 5> names{"bool", "int", "real", "text", "choice"};
  return type < names.size() ? names[type] : "unknown";
}

ordered_json description_json(const ParamDescription& p) {
  ordered_json json{{"id", p.id}, {"type", type_name(p.type)}, {"unit", p.unit}};
  switch (p.type) {
    case EVTWIN_PARAM_BOOL:
      json["default"] = p.default_number != 0.0;
      break;
    case EVTWIN_PARAM_INT:
    case EVTWIN_PARAM_REAL:
      json["min"] = p.min;
      json["max"] = p.max;
      json["default"] = std::isnan(p.default_number) ? ordered_json() : ordered_json(p.default_number);
      break;
    case EVTWIN_PARAM_CHOICE:
      json["choices"] = p.choices;
      [[fallthrough]];
    default:
      json["default"] = p.default_text;
  }
  json["help"] = p.help;
  return json;
}

ordered_json description_json(const StrategyDescription& s) {
  ordered_json json{{"id", s.id}, {"name", s.name}, {"version", s.version}, {"help", s.help}};
  json["flags"] = ordered_json::array();
  for (const Flag& flag : flags) {
    if ((s.flags & flag.bit) != 0) json["flags"].push_back(flag.id);
  }
  json["params"] = ordered_json::array();
  for (const ParamDescription& p : s.params) json["params"].push_back(description_json(p));
  return json;
}

void print_strategy(const StrategyDescription& s) {
  fmt::print("\n{}", kernel::printable(s.id));
  if (s.name != s.id) fmt::print("  {}", kernel::printable(s.name));
  if (!s.version.empty()) fmt::print(", version {}", kernel::printable(s.version));
  fmt::print("\n  {}\n", kernel::printable(s.help));
  std::string words;
  for (const Flag& flag : flags) {
    if ((s.flags & flag.bit) != 0) words += fmt::format("{}{}", words.empty() ? "" : ", ", flag.words);
  }
  if (!words.empty()) fmt::print("  It {}.\n", words);
  for (const ParamDescription& p : s.params) {
    fmt::print("  {}={}  {}: {}\n", kernel::printable(p.id), kernel::printable(p.default_value()),
               kernel::printable(p.range()), kernel::printable(p.help));
  }
}

/// A strategy file has the ABI of the program that reads it.
control::PluginDescription described_in_lua(const std::string& file) {
  auto strategy = scenario::describe_strategy_file(file);
  if (!strategy) throw CommandError(fmt::format("{}: returns no strategy {{ ... }}; evtwin check says more", file));
  return {file, EVTWIN_ABI_MAJOR, EVTWIN_ABI_MINOR, "", {std::move(*strategy)}};
}

}  // namespace

int plugin_info(const PluginInfoCommand& command) {
  const bool lua = command.file.ends_with(".lua");
  const control::PluginDescription plugin =
      lua ? described_in_lua(command.file) : control::look_at_plugin(command.file);
  if (command.json) {
    ordered_json json{{"file", plugin.file},
                      {"abi_major", plugin.abi_major},
                      {"abi_minor", plugin.abi_minor},
                      {"abi_digest", plugin.abi_digest},
                      {"strategies", ordered_json::array()}};
    for (const StrategyDescription& s : plugin.strategies) json["strategies"].push_back(description_json(s));
    fmt::print("{}\n", analysis::json_text(json));
    return 0;
  }
  const std::string made_for = lua ? std::string("a strategy in Lua")
                                   : fmt::format("ABI {}.{}, strategy.h {}", plugin.abi_major, plugin.abi_minor,
                                                 kernel::printable(plugin.abi_digest.substr(0, 12)));
  const std::size_t n = plugin.strategies.size();
  fmt::print("{}: {}, {} {}\n", kernel::printable(plugin.file), made_for, n, n == 1 ? "strategy" : "strategies");
  for (const StrategyDescription& s : plugin.strategies) print_strategy(s);
  return 0;
}

int plugin_list(const PluginListCommand& command) {
  std::vector<std::string> problems;
  const auto all = control::list_strategies(&problems);
  std::set<std::string> seen;
  if (command.json) {
    ordered_json json{
        {"folders", control::plugin_folders()}, {"strategies", ordered_json::array()}, {"problems", problems}};
    for (const auto& listed : all) {
      ordered_json row = description_json(listed.description);
      row["file"] = listed.file;
      row["shadowed"] = !seen.insert(listed.description.id).second;
      json["strategies"].push_back(std::move(row));
    }
    fmt::print("{}\n", analysis::json_text(json));
    return 0;
  }
  analysis::TextTable table({"strategy", "version", "plugin", "what it does"}, analysis::LastColumn::prose);
  for (const auto& listed : all) {
    const bool shadowed = !seen.insert(listed.description.id).second;
    table.add_row({listed.description.id, listed.description.version,
                   listed.file + (shadowed ? " (hidden by the one above)" : ""), listed.description.help});
  }
  fmt::print("{}", table.text());
  for (const std::string& problem : problems) fmt::print(stderr, "note: {}\n", kernel::printable(problem));
  if (all.empty()) {
    std::string folders;
    for (const std::string& folder : control::plugin_folders()) folders += " " + folder;
    fmt::print(stderr, "note: no plugin in{}\n", kernel::printable(folders));
  }
  return 0;
}

}  // namespace evtwin::cli
