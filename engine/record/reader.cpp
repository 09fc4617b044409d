#include "record/reader.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

#include "kernel/text.hpp"
#include "record/content_hash.hpp"
#include "record/schema.hpp"

namespace evtwin::record {
namespace {

RunState state_of(std::string_view name) {
  for (const RunState state :
       {RunState::running, RunState::complete, RunState::failed, RunState::interrupted, RunState::checkpoint}) {
    if (name == name_of(state)) return state;
  }
  return RunState::failed;
}

std::map<std::string, std::string> parameters_of(const std::string& text, const std::string& file) {
  const nlohmann::json json = nlohmann::json::parse(text, nullptr, false);
  std::map<std::string, std::string> parameters;
  if (!json.is_object())
    throw RunFileError(fmt::format("{}: malformed: run.parameters is no JSON object", kernel::make_printable(file)));
  for (const auto& [name, value] : json.items())
    parameters[name] = value.is_string() ? value.get<std::string>() : value.dump();
  return parameters;
}

void read_run(const Database& database, RunSummary& summary) {
  Statement run(
      database,
      "SELECT name, strategy, plugin_file, plugin_digest, state, error, event_hash, scenario_file, scenario_text, "
      "parameters, seed, start_ns, end_ns, timezone, currency, evtwin_version, evtwin_commit, sqlite_version, "
      "compiler, "
      "tzdata_version, created_at, wall_s, days, operator, strategy_id, strategy_parameters FROM run");
  if (!run.next_row())
    throw RunFileError(fmt::format("{}: malformed: table run is empty", kernel::make_printable(database.file())));

  // `column` counts along with the statement above.
  int column = 0;
  for (std::string* text : {&summary.name, &summary.strategy, &summary.plugin_file, &summary.plugin_digest}) {
    *text = run.column_text(column++);
  }
  summary.state = state_of(run.column_text(column++));
  for (std::string* text : {&summary.error, &summary.event_hash, &summary.scenario_file, &summary.scenario_text}) {
    *text = run.column_text(column++);
  }

  summary.parameters = parameters_of(run.column_text(column++), database.file());
  summary.seed = std::bit_cast<std::uint64_t>(run.column_integer(column++));
  summary.start_ns = run.column_integer(column++);
  summary.end_ns = run.column_integer(column++);
  for (std::string* text : {&summary.timezone, &summary.currency, &summary.evtwin_version, &summary.evtwin_commit,
                            &summary.sqlite_version, &summary.compiler, &summary.tzdata_version, &summary.created_at}) {
    *text = run.column_text(column++);
  }

  summary.wall_s = run.column_real(column++);
  if (run.column_type(column) != SQLITE_NULL) summary.origin.days = static_cast<int>(run.column_integer(column));
  summary.origin.operator_name = run.column_text(++column);
  summary.origin.strategy_id = run.column_text(++column);
  try {
    nlohmann::json::parse(run.column_text(++column)).get_to(summary.origin.strategy_parameters);
  } catch (const nlohmann::json::exception&) {
    refuse_file(database.file(), "malformed: run.strategy_parameters is no JSON array of names and values");
  }
}

void read_inputs(const Database& database, RunSummary& summary) {
  Statement input(database, "SELECT name, bytes, digest FROM input ORDER BY id");
  while (input.next_row())
    summary.origin.inputs.push_back(
        {input.column_text(0), input.column_integer(1), hash_of_hex(database.file(), input.column_text(2))});
}

void read_forecasts(const Database& database, RunSummary& summary) {
  Statement row(database,
                "SELECT site.name, quantity, rule, forecaster, plugin_digest, bias, std, period_ns FROM forecast JOIN "
                "site ON site.id = forecast.site ORDER BY forecast.id");
  while (row.next_row()) {
    ForecastRule& forecast = summary.forecasts.emplace_back();
    forecast.site = row.column_text(0);
    forecast.quantity = row.column_text(1);
    forecast.rule = row.column_text(2);
    if (row.column_type(5) != SQLITE_NULL)
      forecast.rule += fmt::format(" (bias {}, std {})", row.column_real(5), row.column_real(6));
    if (row.column_type(7) != SQLITE_NULL)
      forecast.rule = fmt::format("{} every {} min", row.column_text(3), row.column_integer(7) / kernel::minute_ns);
    forecast.plugin_digest = row.column_text(4);
  }
}

void read_kpis(const Database& database, RunSummary& summary) {
  Statement kpi(database, "SELECT name, site, value, unit, help, help_ko FROM kpi ORDER BY id");
  while (kpi.next_row()) {
    const auto site = static_cast<std::int32_t>(kpi.column_integer(1)) - 1;  // NULL reads as 0: all sites
    summary.kpis.push_back(
        {kpi.column_text(0), site, kpi.column_real(2), kpi.column_text(3), kpi.column_text(4), kpi.column_text(5)});
  }
}

std::int32_t version_of(const Database& database) {
  Statement version(database, "PRAGMA user_version");
  const std::int64_t found = version.next_row() ? version.column_integer(0) : schema_version;
  return static_cast<std::int32_t>(std::clamp<std::int64_t>(found, oldest_schema_version, schema_version));
}

// Hashes as the writer left them; empty for a run that was killed. No index is used: one that is damaged is not
// noticed.
std::map<std::string, std::pair<std::int64_t, std::string>> written_hashes(const Database& database) {
  Statement statement(database, "SELECT name, row_count, hash FROM content_hash NOT INDEXED");
  std::map<std::string, std::pair<std::int64_t, std::string>> hashes;
  while (statement.next_row())
    hashes[statement.column_text(0)] = {statement.column_integer(1), statement.column_text(2)};
  return hashes;
}

// Empty when the table is what was written.
std::string hash_problem(const Database& database, const TableContent& table,
                         const std::map<std::string, std::pair<std::int64_t, std::string>>& written) {
  const auto it = written.find(std::string(table.name));
  if (const std::int32_t version = version_of(database); !is_in_schema(table.name, version)) {
    if (it == written.end()) return {};
    return fmt::format("a content hash of table {}, which schema version {} lacks", table.name, version);
  }
  if (it == written.end()) return fmt::format("the content hash of table {} is missing", table.name);
  const TableHash found = hash_table(database, table);
  if (static_cast<std::int64_t>(found.rows) == it->second.first && hex_text(found.hash) == it->second.second) return {};
  return fmt::format("the content hash of table {} does not match: it is not what was written", table.name);
}

bool is_small(std::string_view table) {
  constexpr std::array<std::string_view, 17> small{"forecast",  "run",        "clock", "site",      "demand_price",
                                                   "past_peak", "feeder",     "evse",  "row_limit", "row_limit_member",
                                                   "storage",   "flag",       "month", "kpi",       "checkpoint",
                                                   "input",     "reward_part"};
  for (const std::string_view name : small) {
    if (name == table) return true;
  }
  return false;
}

// The message without "FILE: " before it.
std::string without_file(const std::string& what, const std::string& file) {
  const std::string lead = kernel::make_printable(file) + ": ";
  return what.compare(0, lead.size(), lead) == 0 ? what.substr(lead.size()) : what;
}

void check_structure(const Database& database, std::vector<std::string>& problems) {
  Statement check(database, "PRAGMA quick_check(20)");
  while (check.next_row()) {
    const std::string line = check.column_text(0);
    if (line != "ok") problems.push_back("malformed: integrity check: " + kernel::make_printable(line));
  }
}

void check_additions(const Database& database, std::vector<std::string>& problems) {
  Statement statement(database, "SELECT type, name FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY name");
  while (statement.next_row()) {
    const std::string name = statement.column_text(1);
    bool ours = false;
    for (const SchemaObject& object : schema_objects()) ours = ours || object.name == name;
    if (ours) continue;
    problems.push_back(fmt::format("{} {} was added by somebody else; evtwin does not use it",
                                   kernel::make_printable(statement.column_text(0)), kernel::make_printable(name)));
  }
}

void check_references(const Database& database, std::vector<std::string>& problems) {
  Statement check(database, "PRAGMA foreign_key_check");
  std::map<std::string, std::int64_t> dangling;
  while (check.next_row())
    ++dangling[fmt::format("table {} refer to rows of {}", check.column_text(0), check.column_text(2))];
  // This one is not declared: decision.id is no key.
  Statement decisions(database, "SELECT count(*) FROM setpoint WHERE decision NOT IN (SELECT id FROM decision)");
  if (decisions.next_row() && decisions.column_integer(0) > 0)
    dangling["table setpoint refer to rows of decision"] = decisions.column_integer(0);
  for (const auto& [what, rows] : dangling)
    problems.push_back(fmt::format("malformed: {} rows of {} that are not there", rows, what));
}

}  // namespace

std::uint64_t hash_of_hex(const std::string& file, const std::string& hex) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(hex.data(), hex.data() + hex.size(), value, 16);
  if (error != std::errc() || end != hex.data() + hex.size() || hex.size() != 16)
    refuse_file(file, "malformed: a hash that is none");
  return value;
}

RunSummary read_summary(const std::string& file) {
  const Database database = open_run_file(file);
  RunSummary summary;
  read_run(database, summary);
  read_kpis(database, summary);
  read_inputs(database, summary);
  read_forecasts(database, summary);
  summary.origin.reward = read_learnt_reward(database);
  const auto written = written_hashes(database);
  for (const TableContent& table : table_contents()) {
    if (is_small(table.name) && (summary.state == RunState::complete || !written.empty())) {
      const std::string problem = hash_problem(database, table, written);
      if (!problem.empty()) throw RunFileError(fmt::format("{}: {}", kernel::make_printable(file), problem));
    }
    Statement count(database, fmt::format("SELECT count(*) FROM {}", table.name));
    count.next_row();
    summary.rows.emplace_back(table.name, static_cast<std::uint64_t>(count.column_integer(0)));
  }
  return summary;
}

std::string describe_incompleteness(const RunSummary& summary) {
  const std::string error = summary.error.empty() ? "" : ": " + kernel::make_printable(summary.error);
  switch (summary.state) {
    case RunState::complete:
      return {};
    case RunState::running:
      return "incomplete: marked running: the run was killed or is still going";
    case RunState::failed:
      return "incomplete: the run failed" + error;
    case RunState::interrupted:
      return "incomplete: the run was interrupted" + error;
    case RunState::checkpoint:
      return "incomplete: a checkpoint, the run up to an instant";
  }
  return {};
}

std::vector<std::string> check_run_file(const std::string& file) {
  std::vector<std::string> problems;
  try {
    const Database database = open_run_file(file);
    check_structure(database, problems);
    if (!problems.empty()) return problems;
    check_additions(database, problems);

    RunSummary summary;
    read_run(database, summary);
    // A killed run has no hashes to be held against.
    const auto written = written_hashes(database);
    if (summary.state == RunState::complete || !written.empty()) {
      for (const TableContent& table : table_contents()) {
        std::string problem = hash_problem(database, table, written);
        if (!problem.empty()) problems.push_back(std::move(problem));
      }
    }
    // References are whole only in a complete run: a session's row follows its power.
    if (summary.state == RunState::complete) check_references(database, problems);
    const std::string incomplete = summary.state == RunState::checkpoint ? "" : describe_incompleteness(summary);
    if (!incomplete.empty()) problems.push_back(incomplete);
  } catch (const std::exception& problem) {
    problems.push_back(without_file(problem.what(), file));
  }
  return problems;
}

}  // namespace evtwin::record
