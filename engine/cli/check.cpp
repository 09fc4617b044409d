// evtwin check: is a file sound? Tells scenario, session table, OCPP log, run file, plugin and policy apart by what
// they are.
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/plausibility.hpp"
#include "analysis/run_report.hpp"
#include "cli/commands.hpp"
#include "cli/one_run.hpp"
#include "cli/policy_report.hpp"
#include "cli/progress.hpp"
#include "control/strategy_choice.hpp"
#include "kernel/text.hpp"
#include "record/reader.hpp"
#include "replay/log_report.hpp"
#include "scenario/loader.hpp"
#include "sessions/acn_json.hpp"
#include "sessions/json_text.hpp"
#include "sessions/log_sessions.hpp"
#include "sessions/session_table.hpp"
#include "sessions/weather_forecast.hpp"
#include "twin/simulation.hpp"

namespace evtwin::cli {

namespace {

/// The first bytes of a regular file; none of a folder, which may hold logs. @throws CommandError where there is none.
std::string first_bytes(const std::string& file) {
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0) throw CommandError(fmt::format("{}: there is no such file", file));
  if (S_ISDIR(status.st_mode)) return {};
  if (!S_ISREG(status.st_mode)) throw CommandError(fmt::format("{}: neither a regular file nor a folder", file));
  std::FILE* opened = std::fopen(file.c_str(), "rb");
  if (opened == nullptr) throw CommandError(fmt::format("{}: can not be read; permission?", file));
  std::array<char, 64> bytes{};
  const std::size_t n = std::fread(bytes.data(), 1, bytes.size(), opened);
  std::fclose(opened);
  return {bytes.data(), n};
}

/// Doubts about things that are hardly meant: from the scenario alone, and, where that is asked for, from a run that
/// charges at once.
std::vector<analysis::Doubt> doubts_about(const StartPoint& start, bool strict) {
  const twin::World& world = start.scenario.world;
  std::vector<analysis::Doubt> doubts = analysis::doubts_about(world);
  if (!strict) return doubts;
  catch_interrupt();
  analysis::PlausibilityWatch watch(world);
  const auto script = scenario::make_script(start.scenario);
  twin::RunOptions options;
  options.observer = &watch;
  options.script = script.get();
  options.stop = was_interrupted;
  options.strategy_name = "asap";
  ProgressBar bar("charging at once");
  options.progress = [&bar](double fraction) { bar.show_fraction(fraction); };
  const StrategyText asap{"asap", {}};
  const twin::Result result = twin::simulate(world, ready_strategy(start, &asap).factory, options);
  const std::vector<analysis::Doubt> more = watch.find_doubts(result);
  doubts.insert(doubts.end(), more.begin(), more.end());
  return doubts;
}

int check_scenario(const std::string& file, bool strict) {
  if (const auto strategy = scenario::describe_strategy_file(file)) {
    fmt::print("{}: a sound strategy in Lua: {}{}{}\n", kernel::make_printable(file),
               kernel::make_printable(strategy->id), strategy->help.empty() ? "" : ": ",
               kernel::make_printable(strategy->help));
    return 0;
  }
  const StartPoint start = start_of(file, {}, {});
  const scenario::LoadedScenario& loaded = start.scenario;
  const ReadyStrategy strategy = ready_strategy(start, nullptr);
  static_cast<void>(scenario::make_script(loaded));
  std::size_t evses = 0;
  for (const auto& site : loaded.world.sites) evses += site.evses.size();
  print_flags(loaded.world);
  const std::vector<analysis::Doubt> doubts = doubts_about(start, strict);
  for (const analysis::Doubt& doubt : doubts)
    fmt::print(stderr, "doubt: {}{}{}\n", kernel::make_printable(doubt.about), doubt.about.empty() ? "" : ": ",
               kernel::make_printable(doubt.text));
  fmt::print("{}: a sound scenario: {} days from {}, {} site(s), {} EVSE(s), strategy {}\n",
             kernel::make_printable(file), loaded.world.days, loaded.world.calendar.format_local(loaded.world.start_ns),
             loaded.world.sites.size(), evses, kernel::make_printable(strategy.identity.label));
  if (strict && !doubts.empty()) fmt::print("{} doubt(s): is that what is meant?\n", doubts.size());
  return strict && !doubts.empty() ? 3 : 0;
}

int check_sessions(const std::string& file) {
  const auto table = sessions::read_sessions(file, file, market::Calendar());
  for (const auto& flag : table.flags) {
    fmt::print(stderr, "{}: {}{}{}\n", flag.left_out ? "left out" : "note", kernel::make_printable(flag.id),
               flag.id.empty() ? "" : ": ", kernel::make_printable(flag.reason));
  }
  const auto left_out = std::count_if(table.flags.begin(), table.flags.end(), [](const auto& f) { return f.left_out; });
  double kwh = 0.0;
  for (const auto& row : table.rows) kwh += row.visit.taken_kwh;
  fmt::print("{}: a sound session table: {} sessions, {:.3f} kWh{}\n", kernel::make_printable(file), table.rows.size(),
             kwh, left_out > 0 ? fmt::format("; {} row(s) left out", left_out) : std::string());
  return 0;
}

int check_weather(const std::string& file) {
  const sessions::WeatherTable table = sessions::read_kma_forecast(file, file);
  const sessions::WeatherKnown known(file, table.values);
  for (const std::string& reason : table.left_out) fmt::print(stderr, "left out: {}\n", reason);
  const auto [first, last] = std::minmax_element(
      table.values.begin(), table.values.end(), [](const auto& a, const auto& b) { return a.issued_ns < b.issued_ns; });
  const market::Calendar seoul("Asia/Seoul");
  fmt::print("{}: a sound weather forecast: {} values ({}), issued {} to {} (Asia/Seoul), cell {},{}{}\n",
             kernel::make_printable(file), table.values.size(),
             kernel::make_printable(fmt::format("{}", fmt::join(known.categories(), " "))),
             seoul.format_local(first->issued_ns), seoul.format_local(last->issued_ns), first->nx, first->ny,
             table.left_out.empty() ? std::string() : fmt::format("; {} row(s) left out", table.left_out.size()));
  return 0;
}

/// Logs come in all forms: a file that is nothing else may be one.
int check_log(const std::string& file) {
  const std::vector<std::string> files{file};
  const ocpp::SiteLog log = ocpp::read_site_log(files);
  const sessions::LogSessions sessions = sessions::sessions_of(log);
  const replay::WholeTransactions whole = replay::whole_of(log);
  const auto frames = log.report.calls + log.report.results + log.report.errors + log.report.other;
  fmt::print("{}: an OCPP log: {} frames, {} transactions ({} whole, {:.3f} kWh)\n", kernel::make_printable(file),
             frames, log.transactions.size(), whole.count, whole.kwh);
  fmt::print("{}", replay::log_text(log, sessions, analysis::Language::english));
  return 0;
}

/// A table of sessions, or a log that was exported as a table.
int check_table(const std::string& file) {
  try {
    return check_sessions(file);
  } catch (const sessions::InputError&) {
    try {
      return check_log(file);
    } catch (const ocpp::LogError&) {
      // No log either: what is wrong with the table is of more use.
    }
    throw;
  }
}

int check_checkpoint(const std::string& file, const record::RunSummary& summary) {
  const record::CheckpointContent content = record::read_checkpoint(file);
  const std::string shown = kernel::make_printable(file);
  fmt::print("{}: a whole checkpoint: {} under {} until {} ({}), event hash {:016x}; evtwin run --from {} goes on\n",
             shown, kernel::make_printable(summary.name), kernel::make_printable(summary.strategy),
             market::Calendar(summary.timezone).format_local(content.checkpoint.time_ns),
             kernel::make_printable(summary.timezone), content.checkpoint.event_hash, shown);
  return 0;
}

int check_run(const std::string& file) {
  const auto problems = record::check_run_file(file);
  if (problems.empty()) {
    const auto summary = record::read_summary(file);
    if (summary.state == record::RunState::checkpoint) return check_checkpoint(file, summary);
    fmt::print("{}: a whole run file: {} under {}, event hash {}\n", kernel::make_printable(file),
               kernel::make_printable(summary.name), kernel::make_printable(summary.strategy), summary.event_hash);
    return 0;
  }
  std::string all;
  for (const auto& problem : problems) all += fmt::format("{}{}", all.empty() ? "" : "; ", problem);
  throw CommandError(fmt::format("{}: {}", file, all));
}

int check_plugin(const std::string& file) {
  const control::PluginDescription plugin = control::look_at_plugin(file);
  const bool strategies = !plugin.strategies.empty(), forecasters = !plugin.forecasters.empty();
  fmt::print("{}: a sound plugin with these {} (evtwin plugin check looks deeper):\n", kernel::make_printable(file),
             strategies && forecasters ? "strategies and forecasters"
             : strategies              ? "strategies"
                                       : "forecasters");
  for (const auto* parts : {&plugin.strategies, &plugin.forecasters}) {
    for (const control::StrategyDescription& s : *parts)
      fmt::print("  {}: {}\n", kernel::make_printable(s.id), kernel::make_printable(s.help));
  }
  return 0;
}

int check_policy(const CheckCommand& command) {
  const policy::PolicyFile policy = policy_of(command.file);
  if (command.json) {
    fmt::print("{}\n", analysis::json_text(policy_json(command.file, policy)));
  } else {
    fmt::print("{}", policy_text(command.file, policy));
  }
  return 0;
}

}  // namespace

int check_file(const CheckCommand& command) {
  const std::string& file = command.file;
  const std::string head = first_bytes(file);
  if (is_meant_as_policy(file, head)) return check_policy(command);
  if (is_meant_as_forecast(file, head)) {
    fmt::print("{}", forecast_model_text(file));
    return 0;
  }
  if (command.strict && !file.ends_with(".lua"))
    throw CommandError(fmt::format("{}: --strict is for scenarios, and this is none", file));
  if (command.json) throw CommandError(fmt::format("{}: --json is for policies, and this is none", file));
  const auto ends_with = [&](std::string_view suffix) { return file.ends_with(suffix); };
  if (head.starts_with("SQLite format 3") || ends_with(".evtwin")) return check_run(file);
  if (head.starts_with("\x7f"
                       "ELF") ||
      ends_with(".so"))
    return check_plugin(file);
  if (ends_with(".csv") || ends_with(".csv.gz") || ends_with(".xlsx")) return check_table(file);
  if (sessions::is_json_name(file)) {
    const sessions::JsonKind kind = sessions::kind_of_json(file, file);
    if (kind == sessions::JsonKind::sessions) return check_sessions(file);
    if (kind == sessions::JsonKind::weather) return check_weather(file);
  }
  if (ends_with(".lua") || head.starts_with("\x1bLua")) return check_scenario(file, command.strict);
  try {
    return check_log(file);
  } catch (const ocpp::LogError& error) {
    throw CommandError(
        fmt::format("{} (a scenario ends in .lua, a session table in .csv, .csv.gz, .xlsx or .json, a run file in "
                    ".evtwin, a plugin "
                    "in .so, a policy in .pt; a learnt forecast begins with a title of its own)",
                    error.what()));
  }
}

}  // namespace evtwin::cli
