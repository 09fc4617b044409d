// evtwin plugin check: what was tried on a plugin, and what came of it.
#include "plugin_check/plugin_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <set>

#include "analysis/text_table.hpp"
#include "cli/commands.hpp"
#include "cli/progress.hpp"
#include "control/plugin_search.hpp"
#include "control/strategy.hpp"
#include "kernel/text.hpp"
#include "plugin_check/child.hpp"
#include "plugin_check/script_check.hpp"
#include "scenario/loader.hpp"

namespace evtwin::cli {

namespace {

using plugin_check::ForecastTiming;
using plugin_check::Report;
using plugin_check::Timing;
using plugin_check::Verdict;

nlohmann::ordered_json report_json(const Report& report) {
  // Names and words of a plugin are a stranger's text.
  using kernel::make_printable;
  const auto ids_json = [](const std::vector<std::string>& ids) {
    auto all = nlohmann::ordered_json::array();
    for (const std::string& id : ids) all.push_back(make_printable(id));
    return all;
  };

  auto checks = nlohmann::ordered_json::array();
  for (const Verdict& verdict : report.checks) {
    nlohmann::ordered_json row = {{"strategy", make_printable(verdict.of.strategy)}};
    if (!verdict.of.forecaster.empty()) {
      row["forecaster"] = make_printable(verdict.of.forecaster);
      row["quantity"] = verdict.of.quantity;
    }

    row["name"] = verdict.name;
    row["pass"] = verdict.pass;
    if (verdict.slow) row["slow"] = true;
    row["why"] = make_printable(verdict.why);
    if (!verdict.note.empty()) row["note"] = make_printable(verdict.note);
    checks.push_back(std::move(row));
  }

  auto timing = nlohmann::ordered_json::array();
  for (const Timing& t : report.timing) {
    timing.push_back({{"strategy", make_printable(t.strategy)},
                      {"evses", t.evses},
                      {"median_ns", t.median_ns},
                      {"p99_ns", t.p99_ns}});
  }

  auto forecast_timing = nlohmann::ordered_json::array();
  for (const ForecastTiming& t : report.forecast_timing) {
    forecast_timing.push_back({{"forecaster", make_printable(t.forecaster)},
                               {"quantity", t.quantity},
                               {"median_ns", t.median_ns},
                               {"p99_ns", t.p99_ns}});
  }

  return {{"file", make_printable(report.file)},
          {"strategies", ids_json(report.strategies)},
          {"forecasters", ids_json(report.forecasters)},
          {"passed", report.all_passed()},
          {"checks", std::move(checks)},
          {"timing", std::move(timing)},
          {"forecast_timing", std::move(forecast_timing)},
          {"fuzzed", report.fuzzed}};
}

/// The parts that passed a check: "edf", "11 strategies", "2 forecasters, 10 quantities".
std::string passed_text(const std::vector<const Verdict*>& rows, bool forecasters) {
  std::set<std::string> ids;
  std::size_t n = 0, quantities = 0;
  std::string only;
  for (const Verdict* verdict : rows) {
    if (!verdict->pass) continue;
    ++n;
    only = verdict->of.part_text();
    ids.insert(verdict->of.forecaster);
    if (!verdict->of.quantity.empty()) ++quantities;
  }
  if (n < 2) return only;
  if (!forecasters) return fmt::format("{} strategies", n);
  const std::string who = ids.size() == 1 ? *ids.begin() : fmt::format("{} forecasters", ids.size());
  return quantities == 0 ? who : fmt::format("{}, {} quantities", who, quantities);
}

/// A slow check is not called a failed one: it may be right.
const char* word_of(const Verdict& verdict) { return verdict.pass ? "pass" : verdict.slow ? "SLOW" : "FAIL"; }

/// Rows as they become known, for a file with one strategy: those of more are summed up in a table at the end.
class Rows {
 public:
  void add(const Verdict& verdict) {
    fmt::print("{:<18} {:<5} {}\n", verdict.name, word_of(verdict), kernel::make_printable(verdict.why));
    std::fflush(stdout);  // whoever waits for a slow one sees what is known
    any_ = true;
  }
  bool any() const { return any_; }

 private:
  bool any_ = false;
};

/// One row per check that all pass, one per strategy or forecaster that fails it.
void print_table(const Report& report, bool forecasters) {
  std::vector<std::string> order;
  std::map<std::string, std::vector<const Verdict*>> by_name;
  for (const Verdict& verdict : report.checks) {
    // The file's own stand above the first table; a file that is refused has neither kind, and one table.
    const bool of_file = verdict.of == plugin_check::Part{};
    const bool forecasters_alone = report.strategies.empty() && !report.forecasters.empty();
    const bool here = of_file ? forecasters == forecasters_alone : forecasters != verdict.of.forecaster.empty();
    if (!here) continue;
    auto& rows = by_name[verdict.name];
    if (rows.empty()) order.push_back(verdict.name);
    rows.push_back(&verdict);
  }

  if (order.empty()) return;
  analysis::TextTable table({"check", "", forecasters ? "forecaster" : "strategy", "why"}, analysis::LastColumn::prose);
  for (const std::string& name : order) {
    const auto& rows = by_name[name];
    if (const std::string passed = passed_text(rows, forecasters); !passed.empty())
      table.add_row({name, "pass", passed, ""});
    for (const Verdict* verdict : rows) {
      if (!verdict->pass) table.add_row({name, word_of(*verdict), verdict->of.part_text(), verdict->why});
    }
  }
  fmt::print("{}", table.to_text());
}

void print_notes(const Report& report) {
  bool first = true;
  for (const Verdict& verdict : report.checks) {
    if (verdict.note.empty()) continue;
    const bool of_file = verdict.of == plugin_check::Part{};
    fmt::print("{}{}{}{}: {}\n", first ? "\n" : "", of_file ? "" : kernel::make_printable(verdict.of.part_text()),
               of_file ? "" : " ", verdict.name, kernel::make_printable(verdict.note));
    first = false;
  }
}

/// A table for each kind; notes below.
void print_checks(const Report& report, bool rows_are_there) {
  if (rows_are_there) return print_notes(report);
  if (!report.strategies.empty() || report.forecasters.empty()) print_table(report, false);
  if (!report.forecasters.empty()) {
    if (!report.strategies.empty()) fmt::print("\n");
    print_table(report, true);
  }
  print_notes(report);
}

void print_timing(const Report& report) {
  if (!report.timing.empty()) {
    analysis::TextTable table({"decide(), ns", "EVSEs", "median", "99 of 100 within"});
    for (const Timing& t : report.timing)
      table.add_row({t.strategy, fmt::format("{}", t.evses), analysis::number_text(t.median_ns, 0),
                     analysis::number_text(t.p99_ns, 0)});
    fmt::print("\n{}", table.to_text());
  }
  if (report.forecast_timing.empty()) return;
  // For a day of steps of 15 min, nine levels, from four weeks.
  constexpr double ns_per_us = 1000.0;
  analysis::TextTable table({"forecast(), us", "quantity", "median", "99 of 100 within"});
  for (const ForecastTiming& t : report.forecast_timing)
    table.add_row({t.forecaster, t.quantity, analysis::number_text(t.median_ns / ns_per_us, 1),
                   analysis::number_text(t.p99_ns / ns_per_us, 1)});
  fmt::print("\n{}", table.to_text());
}

void print_sum(const Report& report) {
  const auto count = [&](auto&& is) { return std::count_if(report.checks.begin(), report.checks.end(), is); };
  const auto failed = count([](const Verdict& v) { return !v.pass; });
  const auto slow = count([](const Verdict& v) { return v.slow; });
  if (failed == 0) {
    fmt::print("\n{}: all {} checks passed\n", kernel::make_printable(report.file), report.checks.size());
  } else {
    fmt::print("\n{}: {} of {} checks failed{}\n", kernel::make_printable(report.file), failed, report.checks.size(),
               slow == 0 ? std::string()
                         : fmt::format(", {} of them for want of CPU time (--call-limit-s gives a call more)", slow));
  }
}

/// The checks of a strategy in Lua. @throws std::runtime_error
Report check_lua(const std::string& file, const plugin_check::Options& options) {
  const auto description = scenario::describe_strategy_file(file);
  if (!description) throw CommandError(fmt::format("{}: returns no strategy {{ ... }}; evtwin check says more", file));
  static_cast<void>(
      control::CheckedParams(*description, options.params));  // wrong ones are the user's, not the script's
  const auto with = [file, asked = options.params](control::TextParams params) -> plugin_check::ScriptFor {
    for (const auto& given : asked) {
      const auto same = [&](const auto& param) { return param.first == given.first; };
      if (std::none_of(params.begin(), params.end(), same)) params.push_back(given);
    }
    return [file, params = std::move(params)](const twin::World& world) {
      return scenario::strategy_for_world(world, file, params).factory;
    };
  };
  std::vector<plugin_check::ScriptVariant> variants;
  const auto add = [&](const control::ParamDescription& param, const std::string& value) {
    variants.push_back({fmt::format("{} = {}", param.id, value), with({{param.id, value}})});
  };
  for (const control::ParamDescription& param : description->params) {
    if (param.type == EVTWIN_PARAM_BOOL) {
      for (const char* value : {"false", "true"}) add(param, value);
    } else if (param.type == EVTWIN_PARAM_INT || param.type == EVTWIN_PARAM_REAL) {
      for (const double value : {param.min, param.max}) add(param, fmt::format("{}", value));
    }
    for (const std::string& choice : param.choices) add(param, choice);
  }
  return plugin_check::check_script(file, description->id, with({}), variants, options);
}

/// A name without a folder, an ending or a file of that name.
bool is_an_id(const std::string& text) {
  std::error_code error;
  return text.find_first_of("/.#") == std::string::npos && !std::filesystem::exists(text, error);
}

/// Of a strategy or forecaster in the plugin folders. @throws control::StrategyError with the nearest strategy's id
std::string file_of(const std::string& id) {
  try {
    return control::find_part(control::PluginPart::strategy, id).listed.file;
  } catch (const control::StrategyError&) {
    for (const control::ListedStrategy& row : control::list_parts(control::PluginPart::forecaster))
      if (row.description.id == id) return row.file;
    throw;
  }
}

/// Whether a single strategy is looked at; false where that can not be told.
bool holds_one(const std::string& file, const std::string& id) {
  if (!id.empty() || file.ends_with(".lua")) return true;
  try {
    const control::PluginDescription plugin = control::look_at_plugin(file);
    return plugin.strategies.size() == 1 && plugin.forecasters.empty();
  } catch (const control::StrategyError&) {
    return false;
  }
}

}  // namespace

int plugin_check(const PluginCheckCommand& command) {
  const std::string& asked = command.plugin.id;
  const std::size_t hash = std::min(asked.rfind('#'), asked.size());
  std::string file = asked.substr(0, hash);
  std::string id = hash < asked.size() ? asked.substr(hash + 1) : "";
  if (is_an_id(asked)) {
    id = file;
    file = file_of(id);
  }

  plugin_check::Options options;
  options.params = command.plugin.params;
  options.call_s = command.call_s;
  options.memory_mib = command.memory_mib;
  options.only = command.only;
  options.skip = command.skip;
  options.at_once = plugin_check::children_that_fit(options.memory_mib);
  options.fuzz_s = command.fuzz_s;

  // A fresh seed each time; the seeds of sites that fail are printed for --reproduce.
  options.fuzz_from = std::random_device{}();
  options.reproduce = command.reproduce;
  options.stop = was_interrupted;
  catch_interrupt();

  // Checks take long: with one strategy people see each verdict as it comes.
  Rows rows;
  if (!command.json && holds_one(file, id)) options.judged = [&](const Verdict& verdict) { rows.add(verdict); };

  try {
    const bool lua = file.ends_with(".lua");
    if (lua && (options.fuzz_s > 0.0 || options.reproduce))
      throw CommandError("--fuzz and --reproduce are for shared objects; a script is run in a sandbox");
    const Report report = lua ? check_lua(file, options) : plugin_check::check_plugin(file, id, options);

    if (command.json) {
      fmt::print("{}\n", report_json(report).dump(2));
    } else {
      print_checks(report, rows.any());
      print_timing(report);
      print_sum(report);
    }
    return report.all_passed() ? 0 : 3;
  } catch (const plugin_check::Stopped&) {
    throw twin::Interrupted("interrupted");
  }
}

}  // namespace evtwin::cli
