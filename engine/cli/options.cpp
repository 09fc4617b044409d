#include "cli/options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "cli/option_parts.hpp"
#include "cli/version.hpp"
#include "kernel/nearest.hpp"
#include "kernel/text.hpp"

namespace evtwin::cli {

StrategyText parse_strategy(const std::string& text) {
  StrategyText strategy;
  std::size_t from = 0;
  for (bool first = true; from <= text.size(); first = false) {
    const std::size_t colon = std::min(text.find(':', from), text.size());
    const std::string part = text.substr(from, colon - from);
    from = colon + 1;
    if (first) {
      strategy.id = part;
      continue;
    }

    const std::size_t equals = part.find('=');
    if (equals == std::string::npos || equals == 0) {
      throw std::invalid_argument(fmt::format("strategy '{}': '{}' must be written key=value", text, part));
    }
    const std::string key = part.substr(0, equals), value = part.substr(equals + 1);
    if (value.empty()) throw std::invalid_argument(fmt::format("strategy '{}': {} has no value", text, key));

    // Given twice, the later would hold silently.
    for (const auto& [known, before] : strategy.params) {
      if (known == key)
        throw std::invalid_argument(
            fmt::format("strategy '{}': {} is given twice, {} and {}; which one holds?", text, key, before, value));
    }

    strategy.params.emplace_back(key, value);
  }
  if (strategy.id.empty()) throw std::invalid_argument("a strategy needs an id, for example edf or asap");
  return strategy;
}

namespace {

/// An empty argument is nothing that anybody meant: a shell's variable that is not set, mostly. Neither is an option
/// in the place of another one's value.
void check_arguments(const CLI::App& app) {
  for (const CLI::Option* option : app.get_options()) {
    const bool is_flag = option->get_items_expected_max() == 0;
    for (const std::string& given : option->results()) {
      if (!is_flag && !option->get_positional()) check_value(option->get_name(), given);
      if (given.empty()) throw CLI::ValidationError(option->get_name(), "is given without a value");
    }
  }
  for (const CLI::App* command : app.get_subcommands()) check_arguments(*command);
}

/// The commands on files of any kind.
void offer_files(Offers& offers) {
  const auto checked = std::make_shared<CheckCommand>();
  CLI::App& check = offers.add_command(
      offers.program(), "check", "Say whether a scenario, session table, OCPP log, run file, plugin or policy is sound",
      checked);
  check.add_option("FILE", checked->file, "file to look at")->required();
  check.add_flag(
      "--strict", checked->strict,
      "of a scenario: run it, charging at once, and look for what is hardly meant (W for kW, energy that can "
      "not flow in the stay, EVSEs below what their sessions took, a contract that nothing reaches, sessions "
      "left out); 3 where there is something");
  add_json(check, checked->json, "what a policy is");

  const auto begun = std::make_shared<InitCommand>(InitCommand{"my_site.lua"});
  CLI::App& init =
      offers.add_command(offers.program(), "init", "Write a commented scenario of your own to start from", begun);
  init.add_option("FILE", begun->file, "file to write (default my_site.lua); an existing one is kept");

  const auto listed = std::make_shared<RunsCommand>(RunsCommand{".", false});
  CLI::App& runs = offers.add_command(offers.program(), "runs", "List the run files of a folder", listed);
  runs.add_option("FOLDER", listed->folder, "where they are (default: here)");
  add_json(runs, listed->json);

  const auto held = std::make_shared<DiffCommand>();
  CLI::App& diff = offers.add_command(offers.program(), "diff",
                                      "Say in what two runs differ: what was asked for, and every figure", held);
  diff.add_option("A", held->a, "run file")->required();
  diff.add_option("B", held->b, "run file")->required();
  add_json(diff, held->json, "tables");

  const auto recounted = std::make_shared<AuditCommand>();
  CLI::App& audit =
      offers.add_command(offers.program(), "audit",
                         "Recount every figure of a run file from what was recorded; 3 where they differ", recounted);
  audit.add_option("RUN", recounted->run, "run file of a complete run")->required();
  add_json(audit, recounted->json);

  const auto told = std::make_shared<ReportCommand>(ReportCommand{{}, "report.html", "", "", "en"});
  CLI::App& report = offers.add_command(
      offers.program(), "report",
      "Write a page on runs to send by mail: verdict, figures, tables; needs no network and no evtwin to read", told);
  report.add_option("RUN", told->runs, "run files; the first is what the others are compared with")->required();
  report.add_option("-o,--out", told->out, "page to write (default report.html); an earlier report is replaced");
  report.add_option("--csv", told->csv, "folder for every table as CSV, all rows, and every metering window");
  report.add_option("--png", told->png, "folder for every figure as PNG and SVG, for slides (needs rsvg-convert)");
  report.add_option("--lang", told->language, "language of those figures: en or ko; the page has both")
      ->check(CLI::IsMember({"en", "ko"}));

  const auto repeated = std::make_shared<RerunCommand>();
  CLI::App& rerun = offers.add_command(
      offers.program(), "rerun",
      "Repeat a recorded run from its scenario's text and inputs; 3 where it comes out otherwise", repeated);
  rerun.add_option("RUN", repeated->run, "run file of a complete run")->required();
  add_json(rerun, repeated->json);
}

void offer_demand(Offers& offers) {
  const auto to = std::make_shared<DemandCommand>();
  CLI::App& app = offers.add_command(
      offers.program(), "demand",
      "Read or make up a day's cars, as a day-ahead planner has them: seven columns, and what is wrong with them", to,
      [](const DemandCommand& given) {
        if (given.file.empty() && given.synthetic == 0) throw CLI::RequiredError("--file FILE or --synthetic N");
        return given;
      });
  CLI::Option* file =
      app.add_option("--file", to->file,
                     "table of sessions (.xlsx, .csv, .csv.gz): vehicle, powerNom, energyRequired, energyMax, "
                     "arrivalTime, departureTime, arrivalSOE, or another layout of sessions");
  CLI::Option* made = app.add_option("--synthetic", to->synthetic, "make up so many cars of one day instead")
                          ->check(CLI::Range(1, 100'000))
                          ->excludes(file);
  app.add_option("--seed", to->seed, "seed of made-up cars; default 0")
      ->check(CLI::Range(std::uint64_t{0}, std::uint64_t{INT64_MAX}))
      ->needs(made);
  app.add_option("--start", to->start, "their day; default 2026-06-01")->needs(made);
  app.add_option("--timezone", to->timezone, "IANA zone of times without offset; default UTC");
  app.add_option("-o,--out", to->out, "CSV to write, in those seven columns; one that is there is kept");
  app.add_option("--rows", to->rows, "most rows of the table shown; default 20");
  add_json(app, to->json);
}

void offer_rewards(Offers& offers) {
  const auto to = std::make_shared<RewardsCommand>();
  CLI::App& app = offers.add_command(offers.program(), "rewards",
                                     "List what train --reward can learn for, with formulas and sources", to);
  app.add_option("NAME", to->name, "one alone");
  add_json(app, to->json);
}

void offer_tariffs(Offers& offers) {
  const auto to = std::make_shared<TariffsCommand>();
  add_json(offers.add_command(offers.program(), "tariffs", "List the tariffs of the scenario library", to), to->json);
}

}  // namespace

namespace {

/// A word that is no command, but looks for one. @throws CLI::ValidationError
void check_command(const std::vector<std::string>& words, CLI::App& app) {
  if (words.empty() || words.front().starts_with('-')) return;
  const std::string& word = words.front();
  const std::vector<CLI::App*> commands = app.get_subcommands({});
  std::vector<std::string_view> names;
  for (const CLI::App* command : commands) names.push_back(command->get_name());
  if (std::find(names.begin(), names.end(), word) != names.end()) return;
  if (word == "plan")
    throw CLI::ValidationError(
        word,
        "is no command of its own: `run SCENARIO --strategy lp` plans and plays the days, `decide "
        "--strategy lp` asks for the plan of one instant, `advise` for one vehicle or booking");
  throw CLI::ValidationError(kernel::make_printable(word, 60), "is no command" + kernel::did_you_mean(word, names));
}

}  // namespace

ParsedCommand parse_command_line(int argc, const char* const* argv) {
  CLI::App app("evtwin: what would my charging site have cost, drawn and served under another strategy?", "evtwin");
  app.set_version_flag("--version", fmt::format("evtwin {}", version()));
  app.require_subcommand(0, 1);
  app.footer("Exit status: 0 done, 1 the input is wrong, 2 usage, 3 a gate asked for is not met, 130 interrupted.\n" +
             log_help());

  // In the order of the help.
  Offers offers(app);
  offer_runs(offers);
  offer_forecasts(offers);
  offer_sweep(offers);
  app.add_subcommand("view", "See, play and compare run files in a window; or make a picture (--png FILE --exit)");
  offer_files(offers);
  offer_logs(offers);
  offer_tariffs(offers);
  offer_rewards(offers);
  offer_demand(offers);
  offer_roads(offers);
  offer_strategies(offers);
  offer_texts(offers);
  group_commands(app);
  offers.add_to_own_footers(log_help());

  std::vector<std::string> given(argv + 1, argv + argc);
  try {
    std::vector<std::string> words = given;
    LogOptions log = take_log_options(words);
    // The viewer reads what follows its name.
    if (!words.empty() && words.front() == "view")
      return AskedFor{ViewCommand{{words.begin() + 1, words.end()}}, std::move(log)};
    check_command(words, app);
    std::reverse(words.begin(), words.end());  // as CLI11 wants them
    app.parse(words);
    check_arguments(app);
    return AskedFor{offers.asked_for(), std::move(log)};
  } catch (const CLI::ExtrasError& error) {
    // CLI11 knows what was not expected; what was meant stands in the same tables.
    const std::string hint = nearest_option(app, given);
    if (hint.empty()) return app.exit(error) == 0 ? 0 : 2;
    app.exit(CLI::ValidationError(hint));
    return 2;
  } catch (const CLI::ParseError& error) {
    const int status = app.exit(error);
    return status == 0 ? 0 : 2;
  }
}

}  // namespace evtwin::cli
