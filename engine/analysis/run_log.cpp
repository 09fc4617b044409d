#include "analysis/run_log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <string_view>

#include "analysis/kpi.hpp"
#include "analysis/run_report.hpp"
#include "kernel/text.hpp"
#include "market/calendar.hpp"

namespace evtwin::analysis {
namespace {

using Json = nlohmann::ordered_json;
using record::RunSummary;

constexpr double not_in_run = std::numeric_limits<double>::quiet_NaN();

// A stranger's file may name any time zone: what is none shows UTC.
std::string local_text(const RunSummary& summary, kernel::TimeNs t) {
  try {
    return market::Calendar(summary.timezone).format_local(t);
  } catch (const market::CalendarError&) {
    return market::Calendar("UTC").format_local(t) + " UTC";
  }
}

std::string parameters_text(const RunSummary& summary) {
  std::string text;
  for (const auto& [name, value] : summary.parameters)
    text += fmt::format("{}{}={}", text.empty() ? "" : " ", name, value);
  return text;
}

std::string input_text(const record::InputFile& input) {
  return fmt::format("{:016x} ({} bytes)", input.digest, input.bytes);
}

bool same(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

Json summary_json(const LoggedRun& run) {
  const RunSummary& s = run.summary;
  Json json;
  json["file"] = run.file;
  json["name"] = s.name;
  json["strategy"] = s.strategy;
  json["plugin_digest"] = s.plugin_digest;
  json["state"] = record::name_of(s.state);
  json["event_hash"] = s.event_hash;
  json["scenario_file"] = s.scenario_file;
  json["parameters"] = s.parameters;

  json["seed"] = s.seed;
  json["start"] = local_text(s, s.start_ns);
  json["end"] = local_text(s, s.end_ns);
  json["timezone"] = s.timezone;
  json["currency"] = s.currency;
  json["evtwin_version"] = s.evtwin_version;
  json["evtwin_commit"] = s.evtwin_commit;

  json["forecasts"] = Json::array();
  for (const record::ForecastRule& forecast : s.forecasts)
    json["forecasts"].push_back({{"site", forecast.site},
                                 {"quantity", forecast.quantity},
                                 {"rule", forecast.rule},
                                 {"plugin_digest", forecast.plugin_digest}});

  json["inputs"] = Json::array();
  for (const record::InputFile& input : s.origin.inputs)
    json["inputs"].push_back(
        {{"name", input.name}, {"bytes", input.bytes}, {"digest", fmt::format("{:016x}", input.digest)}});

  json["created_at"] = s.created_at;
  json["wall_s"] = number_or_null(s.wall_s);
  json["kpi"] = Json::object();
  // A list compares whole runs; figures of single sites stay in their files.
  for (const Kpi& kpi : s.kpis) {
    if (kpi.site < 0) json["kpi"][kpi.name] = number_or_null(kpi.value);
  }
  return json;
}

/// Adds a fact where the texts of the two runs differ.
void compare_fact(RunDifference& found, std::string what, const std::string& of_a, const std::string& of_b) {
  if (of_a != of_b) found.facts.push_back({std::move(what), of_a, of_b});
}

/// Names may be equal where texts are not: the text has lines of its own.
void compare_scenarios(RunDifference& found, const RunSummary& a, const RunSummary& b) {
  compare_fact(found, "scenario", a.name, b.name);
  if (a.scenario_text == b.scenario_text) return;
  found.lines = text_diff(a.scenario_text, b.scenario_text);
  const auto added = std::count_if(found.lines.begin(), found.lines.end(),
                                   [](const LineChange& change) { return change.mark == '+'; });
  const std::string lines =
      fmt::format("{} lines less, {} more", found.lines.size() - static_cast<std::size_t>(added), added);
  found.facts.push_back({"scenario text", a.scenario_file, b.scenario_file + " (" + lines + ")"});
}

/// Parameters and inputs are paired by name: one that only one run has stands beside an empty text.
void compare_parameters_and_inputs(RunDifference& found, const RunSummary& a, const RunSummary& b) {
  std::map<std::string, std::array<std::string, 2>> parameters;
  for (const auto& [name, value] : a.parameters) parameters[name][0] = value;
  for (const auto& [name, value] : b.parameters) parameters[name][1] = value;
  for (const auto& [name, values] : parameters) compare_fact(found, "parameter " + name, values[0], values[1]);
  std::map<std::string, std::array<std::string, 2>> inputs;
  for (const record::InputFile& input : a.origin.inputs) inputs[input.name][0] = input_text(input);
  for (const record::InputFile& input : b.origin.inputs) inputs[input.name][1] = input_text(input);
  for (const auto& [name, texts] : inputs) compare_fact(found, "input " + name, texts[0], texts[1]);
}

/// Forecasts are paired by site and quantity; plugins of two different rules are not worth a line of their own.
void compare_forecasts(RunDifference& found, const RunSummary& a, const RunSummary& b) {
  std::map<std::pair<std::string, std::string>, std::array<record::ForecastRule, 2>> forecasts;
  for (const record::ForecastRule& forecast : a.forecasts) forecasts[{forecast.site, forecast.quantity}][0] = forecast;
  for (const record::ForecastRule& forecast : b.forecasts) forecasts[{forecast.site, forecast.quantity}][1] = forecast;
  for (const auto& [of, rules] : forecasts) {
    const std::string what = "forecast of " + of.second + " at " + of.first;
    compare_fact(found, what, rules[0].rule, rules[1].rule);
    if (rules[0].rule == rules[1].rule)
      compare_fact(found, "plugin of the " + what, rules[0].plugin_digest, rules[1].plugin_digest);
  }
}

/// In the order of the first run, then figures that only the second has.
void compare_kpis(RunDifference& found, const RunSummary& a, const RunSummary& b) {
  const auto find = [](const RunSummary& s, const std::string& name) -> const Kpi* {
    for (const Kpi& kpi : s.kpis) {
      if (kpi.site < 0 && kpi.name == name) return &kpi;
    }
    return nullptr;
  };

  for (const Kpi& kpi : a.kpis) {
    const Kpi* other = kpi.site < 0 ? find(b, kpi.name) : &kpi;
    const double value = other == nullptr ? not_in_run : other->value;
    if (!same(kpi.value, value)) found.kpis.push_back({kpi.name, kpi.unit, kpi.value, value});
  }
  for (const Kpi& kpi : b.kpis) {
    if (kpi.site < 0 && find(a, kpi.name) == nullptr && !std::isnan(kpi.value))
      found.kpis.push_back({kpi.name, kpi.unit, not_in_run, kpi.value});
  }
}

}  // namespace

std::string run_log_table(std::span<const LoggedRun> runs) {
  TextTable table({"file", "scenario", "parameters", "strategy", "seed", "created (UTC)", "state", "event hash",
                   "objective", "peak kW", "served %"});
  for (const LoggedRun& run : runs) {
    const RunSummary& s = run.summary;
    table.add_row({run.file, s.name, parameters_text(s), s.strategy, std::to_string(s.seed), s.created_at,
                   record::name_of(s.state), s.event_hash, number_text(value_of(s.kpis, "objective"), 2),
                   number_text(value_of(s.kpis, "peak_kw"), 1),
                   number_text(100.0 * value_of(s.kpis, "served_fraction"), 1)});
  }
  return table.to_text();
}

Json run_log_json(std::span<const LoggedRun> runs) {
  Json json;
  json["runs"] = Json::array();
  for (const LoggedRun& run : runs) json["runs"].push_back(summary_json(run));
  return json;
}

RunDifference find_difference(const RunSummary& a, const RunSummary& b) {
  RunDifference found;
  found.same_history =
      a.state == record::RunState::complete && b.state == record::RunState::complete && a.event_hash == b.event_hash;
  const auto fact = [&](const char* what, const std::string& of_a, const std::string& of_b) {
    compare_fact(found, what, of_a, of_b);
  };

  compare_scenarios(found, a, b);
  compare_parameters_and_inputs(found, a, b);
  fact("seed", std::to_string(a.seed), std::to_string(b.seed));
  fact("start", local_text(a, a.start_ns), local_text(b, b.start_ns));
  fact("end", local_text(a, a.end_ns), local_text(b, b.end_ns));
  fact("timezone", a.timezone, b.timezone);
  fact("currency", a.currency, b.currency);

  fact("strategy", a.strategy, b.strategy);
  fact("plugin", a.plugin_digest, b.plugin_digest);
  compare_forecasts(found, a, b);

  // The program that ran it, and how it ended.
  fact("evtwin", a.evtwin_version, b.evtwin_version);
  fact("evtwin commit", a.evtwin_commit, b.evtwin_commit);
  fact("compiler", a.compiler, b.compiler);
  fact("time zone data", a.tzdata_version, b.tzdata_version);
  fact("state", record::name_of(a.state), record::name_of(b.state));
  fact("error", a.error, b.error);
  fact("event hash", a.event_hash, b.event_hash);

  compare_kpis(found, a, b);
  return found;
}

std::string difference_text(const LoggedRun& a, const LoggedRun& b) {
  const RunDifference found = find_difference(a.summary, b.summary);
  std::string text = found.same_history ? "The same history: equal event hashes.\n" : "";
  const auto titles = [&](std::string first) { return std::vector<std::string>{std::move(first), a.file, b.file}; };
  if (!found.facts.empty()) {
    TextTable facts(titles("what"), LastColumn::prose);
    for (const FactDifference& d : found.facts) facts.add_row({d.what, d.a, d.b});
    text += facts.to_text() + "\n";
  }

  if (!found.lines.empty()) text += "Scenario text:\n" + text_diff_text(found.lines, 40) + "\n";
  if (!found.kpis.empty()) {
    std::vector<std::string> heads = titles("figure");
    heads.insert(heads.end(), {"change", "change %", "unit"});
    TextTable figures(std::move(heads));
    for (const KpiDifference& d : found.kpis) {
      const double change = d.b - d.a;
      // Figures of any size side by side: six digits, so that a small difference shows.
      const auto digits = [](double x) { return std::isnan(x) ? std::string("-") : fmt::format("{:.6g}", x); };
      // Of 0, and of what rounding left where 0 should be, there is no percentage.
      const double share = change / std::abs(d.a);
      const std::string percent = std::abs(share) < 1e6 ? number_text(100.0 * share, 2) : "-";
      figures.add_row({d.name, digits(d.a), digits(d.b), digits(change), percent, d.unit});
    }
    text += figures.to_text();
  }

  const auto complete = [](const LoggedRun& run) { return run.summary.state == record::RunState::complete; };
  if (found.facts.empty() && found.kpis.empty())
    text += complete(a) && complete(b)
                ? "No difference.\n"
                : "No difference in what was asked for. A run that is not complete has no figures to compare.\n";
  return text;
}

Json difference_json(const LoggedRun& a, const LoggedRun& b) {
  const RunDifference found = find_difference(a.summary, b.summary);
  Json json;
  json["a"] = a.file;
  json["b"] = b.file;
  json["same_history"] = found.same_history;
  json["facts"] = Json::object();
  for (const FactDifference& d : found.facts) json["facts"][d.what] = {{"a", d.a}, {"b", d.b}};
  json["scenario_lines"] = Json::array();
  for (const LineChange& change : found.lines)
    json["scenario_lines"].push_back(
        {{"mark", std::string(1, change.mark)}, {"line", change.line}, {"text", change.text}});
  json["kpi"] = Json::object();
  for (const KpiDifference& d : found.kpis) {
    json["kpi"][d.name] = {
        {"a", number_or_null(d.a)}, {"b", number_or_null(d.b)}, {"change", number_or_null(d.b - d.a)}};
  }
  return json;
}

}  // namespace evtwin::analysis
