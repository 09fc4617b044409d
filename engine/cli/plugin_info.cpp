// evtwin plugin info and evtwin plugin list: what plugins say of themselves.
#include <fmt/format.h>

#include <array>
#include <bit>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "analysis/run_report.hpp"
#include "analysis/text_table.hpp"
#include "cli/commands.hpp"
#include "control/plugin_forecaster.hpp"
#include "control/strategy_choice.hpp"
#include "kernel/static_checks.hpp"
#include "kernel/text.hpp"
#include "scenario/loader.hpp"

namespace evtwin::cli {

namespace {

using control::ParamDescription;
using control::PluginPart;
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
static_assert(kernel::has_unique_keys(flags, &Flag::bit) && flags.size() == std::bit_width(EVTWIN_STRATEGY_KEEP_LOADED),
              "each flag");

std::string_view type_name(std::uint32_t type) {
  static constexpr std::array<std::string_view, 5> names{"bool", "int", "real", "text", "choice"};
  static_assert(names[EVTWIN_PARAM_BOOL] == "bool" && names[EVTWIN_PARAM_INT] == "int" &&
                names[EVTWIN_PARAM_REAL] == "real" && names[EVTWIN_PARAM_TEXT] == "text" &&
                names[EVTWIN_PARAM_CHOICE] == "choice" && names.size() == EVTWIN_PARAM_CHOICE + 1);
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

/// Names of the quantities that a forecaster can foresee.
std::vector<std::string_view> quantities_of(const StrategyDescription& forecaster) {
  std::vector<std::string_view> names;
  for (std::uint32_t q = 0; q < EVTWIN_QUANTITIES; ++q) {
    if (control::foresees_quantity(forecaster, q)) names.push_back(control::quantity_names[q]);
  }
  return names;
}

ordered_json description_json(const StrategyDescription& s, PluginPart part) {
  ordered_json json{{"id", s.id}, {"name", s.name}, {"version", s.version}, {"help", s.help}};
  if (part == PluginPart::forecaster) json["foresees"] = quantities_of(s);
  json["flags"] = ordered_json::array();
  for (const Flag& flag : flags) {
    if ((s.flags & flag.bit) != 0) json["flags"].push_back(flag.id);
  }
  json["params"] = ordered_json::array();
  for (const ParamDescription& p : s.params) json["params"].push_back(description_json(p));
  return json;
}

void print_part(const StrategyDescription& s, PluginPart part) {
  fmt::print("\n{}", kernel::make_printable(s.id));
  if (s.name != s.id) fmt::print("  {}", kernel::make_printable(s.name));
  if (!s.version.empty()) fmt::print(", version {}", kernel::make_printable(s.version));
  fmt::print("\n  {}\n", kernel::make_printable(s.help));
  std::string words;
  if (part == PluginPart::forecaster) words = fmt::format("foresees {}", fmt::join(quantities_of(s), ", "));
  for (const Flag& flag : flags) {
    if ((s.flags & flag.bit) != 0) words += fmt::format("{}{}", words.empty() ? "" : ", ", flag.words);
  }
  if (!words.empty()) fmt::print("  It {}.\n", words);
  for (const ParamDescription& p : s.params) {
    fmt::print("  {}={}  {}: {}\n", kernel::make_printable(p.id), kernel::make_printable(p.default_value()),
               kernel::make_printable(p.range_text()), kernel::make_printable(p.help));
  }
}

/// A strategy file has the ABI of the program that reads it.
control::PluginDescription described_in_lua(const std::string& file) {
  auto strategy = scenario::describe_strategy_file(file);
  if (!strategy) throw CommandError(fmt::format("{}: returns no strategy {{ ... }}; evtwin check says more", file));
  return {file, EVTWIN_ABI_MAJOR, EVTWIN_ABI_MINOR, "", {std::move(*strategy)}};
}

/// "2 strategies and 1 forecaster".
std::string count_text(const control::PluginDescription& plugin) {
  const std::size_t s = plugin.strategies.size(), f = plugin.forecasters.size();
  std::string text;
  if (s > 0) text = fmt::format("{} {}", s, s == 1 ? "strategy" : "strategies");
  if (f > 0) text += fmt::format("{}{} {}", s > 0 ? " and " : "", f, f == 1 ? "forecaster" : "forecasters");
  return text;
}

/// "ABI 0.16, strategy.h 0123456789ab", and of forecaster.h.
std::string made_for(const control::PluginDescription& plugin) {
  std::string text;
  if (!plugin.strategies.empty())
    text = fmt::format("ABI {}.{}, strategy.h {}", plugin.abi_major, plugin.abi_minor,
                       kernel::make_printable(plugin.abi_digest.substr(0, 12)));
  if (!plugin.forecasters.empty())
    text +=
        fmt::format("{}forecaster ABI {}.{}, forecaster.h {}", text.empty() ? "" : "; ", plugin.forecaster_abi_major,
                    plugin.forecaster_abi_minor, kernel::make_printable(plugin.forecaster_abi_digest.substr(0, 12)));
  return text;
}

ordered_json parts_json(const std::vector<StrategyDescription>& parts, PluginPart part) {
  auto all = ordered_json::array();
  for (const StrategyDescription& s : parts) all.push_back(description_json(s, part));
  return all;
}

/// Rows of `plugin list` for one kind; an id that an earlier plugin has hides a later one of the same kind.
ordered_json listed_json(const std::vector<control::ListedStrategy>& all, PluginPart part) {
  auto rows = ordered_json::array();
  std::set<std::string> seen;
  for (const auto& listed : all) {
    ordered_json row = description_json(listed.description, part);
    row["file"] = listed.file;
    row["shadowed"] = !seen.insert(listed.description.id).second;
    rows.push_back(std::move(row));
  }
  return rows;
}

std::string listed_table(const std::vector<control::ListedStrategy>& all, PluginPart part) {
  const bool forecasters = part == PluginPart::forecaster;
  std::vector<std::string> head{forecasters ? "forecaster" : "strategy", "version", "plugin", "what it does"};
  if (forecasters) head.insert(head.begin() + 2, "foresees");
  analysis::TextTable table(head, analysis::LastColumn::prose);
  std::set<std::string> seen;
  for (const auto& listed : all) {
    const bool shadowed = !seen.insert(listed.description.id).second;
    std::vector<std::string> row{listed.description.id, listed.description.version,
                                 listed.file + (shadowed ? " (hidden by the one above)" : ""), listed.description.help};
    if (forecasters) row.insert(row.begin() + 2, fmt::format("{}", fmt::join(quantities_of(listed.description), ", ")));
    table.add_row(row);
  }
  return table.to_text();
}

}  // namespace

int plugin_info(const PluginInfoCommand& command) {
  const bool lua = command.file.ends_with(".lua");
  const control::PluginDescription plugin =
      lua ? described_in_lua(command.file) : control::look_at_plugin(command.file);
  if (command.json) {
    ordered_json json{{"file", plugin.file}};

    // A plugin may have one kind alone: keys of the other kind are there, and null.
    const auto add_abi = [&](const std::string& prefix, bool there, std::uint32_t major, std::uint32_t minor,
                             const std::string& digest) {
      json[prefix + "abi_major"] = there ? ordered_json(major) : ordered_json();
      json[prefix + "abi_minor"] = there ? ordered_json(minor) : ordered_json();
      json[prefix + "abi_digest"] = there ? ordered_json(digest) : ordered_json();
    };
    add_abi("", !plugin.strategies.empty(), plugin.abi_major, plugin.abi_minor, plugin.abi_digest);
    add_abi("forecaster_", !plugin.forecasters.empty(), plugin.forecaster_abi_major, plugin.forecaster_abi_minor,
            plugin.forecaster_abi_digest);

    json["strategies"] = parts_json(plugin.strategies, PluginPart::strategy);
    json["forecasters"] = parts_json(plugin.forecasters, PluginPart::forecaster);
    fmt::print("{}\n", analysis::json_text(json));
    return 0;
  }

  fmt::print("{}: {}, {}\n", kernel::make_printable(plugin.file),
             lua ? std::string("a strategy in Lua") : made_for(plugin), count_text(plugin));
  for (const StrategyDescription& s : plugin.strategies) print_part(s, PluginPart::strategy);
  for (const StrategyDescription& s : plugin.forecasters) print_part(s, PluginPart::forecaster);
  return 0;
}

int plugin_list(const PluginListCommand& command) {
  std::vector<std::string> problems;
  const auto strategies = control::list_strategies(&problems);
  const auto forecasters = control::list_forecasters();  // the same files, the same problems
  if (command.json) {
    const ordered_json json{{"folders", control::plugin_folders()},
                            {"strategies", listed_json(strategies, PluginPart::strategy)},
                            {"forecasters", listed_json(forecasters, PluginPart::forecaster)},
                            {"problems", problems}};
    fmt::print("{}\n", analysis::json_text(json));
    return 0;
  }
  fmt::print("{}", listed_table(strategies, PluginPart::strategy));
  if (!forecasters.empty()) fmt::print("\n{}", listed_table(forecasters, PluginPart::forecaster));
  for (const std::string& problem : problems) fmt::print(stderr, "note: {}\n", kernel::make_printable(problem));
  if (strategies.empty() && forecasters.empty()) {
    std::string folders;
    for (const std::string& folder : control::plugin_folders()) folders += " " + folder;
    fmt::print(stderr, "note: no plugin in{}\n", kernel::make_printable(folders));
  }
  return 0;
}

}  // namespace evtwin::cli
