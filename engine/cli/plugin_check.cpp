// evtwin plugin check: what was tried on a plugin, and what came of it.
#include "plugin_check/plugin_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <set>

#include "analysis/text_table.hpp"
#include "cli/commands.hpp"
#include "cli/progress.hpp"
#include "kernel/text.hpp"
#include "plugin_check/child.hpp"

namespace evtwin::cli {

namespace {

using plugin_check::ForecastTiming;
using plugin_check::Report;
using plugin_check::Timing;
using plugin_check::Verdict;

nlohmann::ordered_json report_json(const Report& report) {
  using kernel::printable;
  const auto ids_json = [](const std::vector<std::string>& ids) {
    auto all = nlohmann::ordered_json::array();
    for (const std::string& id : ids) all.push_back(printable(id));
    return all;
  };
  auto checks = nlohmann::ordered_json::array();
  for (const Verdict& verdict : report.checks) {
    nlohmann::ordered_json row = {{"strategy", printable(verdict.of.strategy)}};
    if (!verdict.of.forecaster.empty()) {
      row["forecaster"] = printable(verdict.of.forecaster);
      row["quantity"] = verdict.of.quantity;
    }
    row["name"] = verdict.name;
    row["pass"] = verdict.pass;
    row["why"] = printable(verdict.why);
    if (!verdict.note.empty()) row["note"] = printable(verdict.note);
    checks.push_back(std::move(row));
  }
  auto timing = nlohmann::ordered_json::array();
  for (const Timing& t : report.timing) {
    timing.push_back(
        {{"strategy", printable(t.strategy)}, {"evses", t.evses}, {"median_ns", t.median_ns}, {"p99_ns", t.p99_ns}});
  }
  auto forecast_timing = nlohmann::ordered_json::array();
  for (const ForecastTiming& t : report.forecast_timing) {
    forecast_timing.push_back({{"forecaster", printable(t.forecaster)},
                               {"quantity", t.quantity},
                               {"median_ns", t.median_ns},
                               {"p99_ns", t.p99_ns}});
  }
  return {{"file", printable(report.file)},
          {"strategies", ids_json(report.strategies)},
          {"forecasters", ids_json(report.forecasters)},
          {"passed", report.passed()},
          {"checks", std::move(checks)},
          {"timing", std::move(timing)},
          {"forecast_timing", std::move(forecast_timing)},
          {"fuzzed", report.fuzzed}};
}

/// Who passed a check: "edf", "11 strategies", "2 forecasters, 10 quantities".
std::string passed_text(const std::vector<const Verdict*>& rows, bool forecasters) {
  std::set<std::string> ids;
  std::size_t n = 0, quantities = 0;
  std::string only;
  for (const Verdict* verdict : rows) {
    if (!verdict->pass) continue;
    ++n;
    only = verdict->of.text();
    ids.insert(verdict->of.forecaster);
    if (!verdict->of.quantity.empty()) ++quantities;
  }
  if (n < 2) return only;
  if (!forecasters) return fmt::format("{} strategies", n);
  const std::string who = ids.size() == 1 ? *ids.begin() : fmt::format("{} forecasters", ids.size());
  return quantities == 0 ? who : fmt::format("{}, {} quantities", who, quantities);
}

/// One row per check that all pass, one per strategy or forecaster that fails it.
void print_table(const Report& report, bool forecasters) {
  std::vector<std::string> order;
  std::map<std::string, std::vector<const Verdict*>> by_name;
  for (const Verdict& verdict : report.checks) {
    // The file's own stand above the first table.
    const bool of_file = verdict.of == plugin_check::Part{};
    const bool here = of_file ? forecasters == report.strategies.empty() : forecasters != verdict.of.forecaster.empty();
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
      if (!verdict->pass) table.add_row({name, "FAIL", verdict->of.text(), verdict->why});
    }
  }
  fmt::print("{}", table.text());
}

/// A table for each kind; notes below.
void print_checks(const Report& report) {
  if (!report.strategies.empty() || report.forecasters.empty()) print_table(report, false);
  if (!report.forecasters.empty()) {
    if (!report.strategies.empty()) fmt::print("\n");
    print_table(report, true);
  }
  bool first = true;
  for (const Verdict& verdict : report.checks) {
    if (verdict.note.empty()) continue;
    const bool of_file = verdict.of == plugin_check::Part{};
    fmt::print("{}{}{}{}: {}\n", first ? "\n" : "", of_file ? "" : kernel::printable(verdict.of.text()),
               of_file ? "" : " ", verdict.name, kernel::printable(verdict.note));
    first = false;
  }
}

void print_timing(const Report& report) {
  if (!report.timing.empty()) {
    analysis::TextTable table({"decide(), ns", "EVSEs", "median", "99 of 100 within"});
    for (const Timing& t : report.timing)
      table.add_row({t.strategy, fmt::format("{}", t.evses), analysis::number_text(t.median_ns, 0),
                     analysis::number_text(t.p99_ns, 0)});
    fmt::print("\n{}", table.text());
  }
  if (report.forecast_timing.empty()) return;
  // For a day of steps of 15 min, nine levels, from four weeks.
  constexpr double ns_per_us = 1000.0;
  analysis::TextTable table({"forecast(), us", "quantity", "median", "99 of 100 within"});
  for (const ForecastTiming& t : report.forecast_timing)
    table.add_row({t.forecaster, t.quantity, analysis::number_text(t.median_ns / ns_per_us, 1),
                   analysis::number_text(t.p99_ns / ns_per_us, 1)});
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
