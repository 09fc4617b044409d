// evtwin plugin check: what was tried on a plugin, and what came of it.
#include "plugin_check/plugin_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <random>

#include "analysis/text_table.hpp"
#include "cli/commands.hpp"
#include "cli/progress.hpp"
#include "kernel/text.hpp"
#include "plugin_check/child.hpp"

namespace evtwin::cli {

namespace {

using plugin_check::Report;
using plugin_check::Timing;
using plugin_check::Verdict;

nlohmann::ordered_json report_json(const Report& report) {
  using kernel::printable;
  auto checks = nlohmann::ordered_json::array();
  for (const Verdict& verdict : report.checks) {
    nlohmann::ordered_json row = {{"strategy", printable(verdict.strategy)},
                                  {"name", verdict.name},
                                  {"pass", verdict.pass},
                                  {"why", printable(verdict.why)}};
    if (!verdict.note.empty()) row["note"] = printable(verdict.note);
    checks.push_back(std::move(row));
  }
  auto timing = nlohmann::ordered_json::array();
  for (const Timing& t : report.timing) {
    timing.push_back(
        {{"strategy", printable(t.strategy)}, {"evses", t.evses}, {"median_ns", t.median_ns}, {"p99_ns", t.p99_ns}});
  }
  auto strategies = nlohmann::ordered_json::array();
  for (const std::string& id : report.strategies) strategies.push_back(printable(id));
  return {{"file", printable(report.file)}, {"strategies", std::move(strategies)}, {"passed", report.passed()},
          {"checks", std::move(checks)},    {"timing", std::move(timing)},         {"fuzzed", report.fuzzed}};
}

/// One row per check that all strategies pass, one per strategy that fails it; notes below.
void print_checks(const Report& report) {
  std::vector<std::string> order;
  std::map<std::string, std::vector<const Verdict*>> by_name;
  for (const Verdict& verdict : report.checks) {
    auto& rows = by_name[verdict.name];
    if (rows.empty()) order.push_back(verdict.name);
    rows.push_back(&verdict);
  }
  analysis::TextTable table({"check", "", "strategy", "why"}, analysis::LastColumn::prose);
  for (const std::string& name : order) {
    const auto& rows = by_name[name];
    std::vector<std::string> passed;
    for (const Verdict* verdict : rows) {
      if (verdict->pass) passed.push_back(verdict->strategy.empty() ? "the file" : verdict->strategy);
    }
    if (!passed.empty())
      table.add_row({name, "pass", passed.size() == 1 ? passed[0] : fmt::format("{} strategies", passed.size()), ""});
    for (const Verdict* verdict : rows) {
      if (!verdict->pass)
        table.add_row({name, "FAIL", verdict->strategy.empty() ? "the file" : verdict->strategy, verdict->why});
    }
  }
  fmt::print("{}", table.text());
  bool first = true;
  for (const Verdict& verdict : report.checks) {
    if (verdict.note.empty()) continue;
    fmt::print("{}{}{}{}: {}\n", first ? "\n" : "", kernel::printable(verdict.strategy),
               verdict.strategy.empty() ? "" : " ", verdict.name, kernel::printable(verdict.note));
    first = false;
  }
}

void print_timing(const Report& report) {
  if (report.timing.empty()) return;
  analysis::TextTable table({"decide(), ns", "EVSEs", "median", "99 of 100 within"});
  for (const Timing& t : report.timing)
    table.add_row({t.strategy, fmt::format("{}", t.evses), analysis::number_text(t.median_ns, 0),
                   analysis::number_text(t.p99_ns, 0)});
  fmt::print("\n{}", table.text());
}

void print_sum(const Report& report) {
  const auto failed =
      std::count_if(report.checks.begin(), report.checks.end(), [](const Verdict& v) { return !v.pass; });
  if (failed == 0) {
    fmt::print("\n{}: all {} checks passed\n", kernel::printable(report.file), report.checks.size());
  } else {
    fmt::print("\n{}: {} of {} checks failed\n", kernel::printable(report.file), failed, report.checks.size());
  }
}

}  // namespace

int plugin_check(const PluginCheckCommand& command) {
  const std::size_t hash = std::min(command.file.rfind('#'), command.file.size());
  const std::string file = command.file.substr(0, hash);
  const std::string id = hash < command.file.size() ? command.file.substr(hash + 1) : "";
  plugin_check::Options options;
  options.at_once = plugin_check::children_that_fit(options.memory_mib);
  options.fuzz_s = command.fuzz_s;
  options.fuzz_from = std::random_device{}();
  options.reproduce = command.reproduce;
  options.stop = interrupted;
  catch_interrupt();
  try {
    const Report report = plugin_check::check_plugin(file, id, options);
    if (command.json) {
      fmt::print("{}\n", report_json(report).dump(2));
    } else {
      print_checks(report);
      print_timing(report);
      print_sum(report);
    }
    return report.passed() ? 0 : 3;
  } catch (const plugin_check::Stopped&) {
    throw twin::Interrupted("interrupted");
  }
}

}  // namespace evtwin::cli
