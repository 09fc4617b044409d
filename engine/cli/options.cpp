#include "cli/options.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <stdexcept>

#include "advise/vehicle_request.hpp"
#include "cli/progress.hpp"
#include "cli/version.hpp"
#include "replay/ocpi_writer.hpp"
#include "scenario/site_changes.hpp"

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
    strategy.params.emplace_back(part.substr(0, equals), part.substr(equals + 1));
  }
  if (strategy.id.empty()) throw std::invalid_argument("a strategy needs an id, for example edf or asap");
  return strategy;
}

namespace {

/// How strategies are hosted.
void add_hosting(CLI::App& command, control::Hosting& hosting) {
  command.add_flag("--isolate", hosting.isolate,
                   "run each strategy in a process of its own: whatever it does, the run lives on");
  command
      .add_option("--call-limit-s", hosting.limits.call_s, "seconds a strategy may take for one answer (default 60)")
      ->check(CLI::PositiveNumber);
  command
      .add_option("--memory-limit-mib", hosting.limits.memory_mib,
                  "memory of this process, or of each isolated one, beyond which a strategy is stopped")
      ->check(CLI::Range(std::size_t{16}, std::size_t{1} << 24));
}

void add_progress(CLI::App& command) {
  command.add_flag_callback("--progress", tell_progress_in_lines, "how far it is, a line per percent on stderr");
}

/// @throws CLI::ValidationError for a text that is no name=value.
std::map<std::string, std::string> pairs_of(const std::string& option, const std::vector<std::string>& texts) {
  std::map<std::string, std::string> pairs;
  for (const std::string& text : texts) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0)
      throw CLI::ValidationError(option, fmt::format("'{}' must be written name=value", text));
    pairs[text.substr(0, equals)] = text.substr(equals + 1);
  }
  return pairs;
}

/// Options that every command on a scenario has.
struct ScenarioArguments {
  std::string scenario;
  std::vector<std::string> set, changes;
  std::optional<std::uint64_t> seed;
  std::optional<int> days;
  std::string out;
  std::string language = "en";
  std::string from;
  bool json = false;
  control::Hosting hosting;

  void add_to(CLI::App& command, const char* out_help) {
    command.add_option("SCENARIO", scenario, "scenario file (.lua); with --from only where it has been moved");
    auto* go_on = command.add_option("--from", from, "checkpoint to go on from, instead of the scenario's start");
    add_rest_to(command, out_help, go_on);
  }
  /// A command that always begins at the scenario's start. `out_help` null: it writes no file.
  void add_from_start_to(CLI::App& command, const char* out_help) {
    command.add_option("SCENARIO", scenario, "scenario file (.lua)")->required();
    add_rest_to(command, out_help, nullptr);
  }
  void add_rest_to(CLI::App& command, const char* out_help, CLI::Option* go_on) {
    auto* given =
        command.add_option("--set", set, "value of a param() of the scenario, as name=value; may be repeated")
            ->take_all()
            ->allow_extra_args(false);
    auto* changed =
        command.add_option("--change", changes, "what is otherwise at the site, as contract_kw=60; may be repeated")
            ->take_all()
            ->allow_extra_args(false);
    auto* drawn = command.add_option("--seed", seed, "seed of every random draw, instead of the scenario's")
                      ->check(CLI::Range(std::uint64_t{0}, std::uint64_t{INT64_MAX}));
    auto* lasting = command.add_option("--days", days, "local days to simulate, instead of the scenario's")
                        ->check(CLI::Range(1, 36500));
    // A checkpoint has its world.
    for (CLI::Option* fixed : {given, changed, drawn, lasting}) {
      if (go_on != nullptr) go_on->excludes(fixed);
    }
    if (out_help != nullptr) command.add_option("-o,--out", out, out_help);
    command.add_flag("--json", json, "one JSON document on stdout instead of a table");
    add_progress(command);
    add_hosting(command, hosting);
    command.footer("Keys of --change:\n" + scenario::change_keys_help());
    command.add_option("--lang", language, "language of the table")->check(CLI::IsMember({"en", "ko"}));
  }

  scenario::LoadOptions load() const {
    if (scenario.empty() && from.empty()) throw CLI::RequiredError("SCENARIO (or --from CHECKPOINT)");
    scenario::LoadOptions options;
    options.set = pairs_of("--set", set);
    options.changes = pairs_of("--change", changes);
    options.seed = seed;
    options.days = days;
    return options;
  }
};

StrategyText checked_strategy(const std::string& option, const std::string& text) {
  try {
    return parse_strategy(text);
  } catch (const std::invalid_argument& wrong) {
    throw CLI::ValidationError(option, wrong.what());
  }
}

void add_replay_to(CLI::App& command, ReplayCommand& to, std::vector<std::string>& set) {
  command.add_option("LOG", to.logs, "OCPP logs of any layout: files, gzipped ones, folders")->required();
  auto* site = command.add_option("--site", to.site, "scenario of the site; its arrivals are replaced by the log's");
  command.add_option("--set", set, "value of a param() of the site, as name=value; may be repeated")
      ->take_all()
      ->allow_extra_args(false)
      ->needs(site);
  command.add_option("--timezone", to.timezone, "IANA zone of a site made from the log (default: the log's own clock)")
      ->excludes(site);
  command.add_option("--write-site", to.write_site, "keep the site made from the log, to edit it")->excludes(site);
  command.add_option("-o,--out", to.out, "run file to write (SQLite)");
  command.add_option("--certificate", to.certificate, "page to write (HTML): what was reproduced how closely");
  command.add_option("--gate", to.gate, "exit status 3 unless the scores are as good as this")
      ->check(CLI::IsMember({"pass", "good"}));
  command.add_flag("--json", to.json, "one JSON document on stdout instead of tables");
  command.add_option("--lang", to.language, "language of tables and page")->check(CLI::IsMember({"en", "ko"}));
}

/// Texts that are read when the line is known to be sound.
struct WhatIfTexts {
  std::vector<std::string> set, strategies{"asap", "edf", "lp"};
  bool no_bound = false;
};

void add_what_if_to(CLI::App& command, WhatIfCommand& to, WhatIfTexts& texts) {
  command.add_option("LOG", to.logs, "OCPP logs of any layout: files, gzipped ones, folders")->required();
  auto* site = command.add_option("--site", to.site, "scenario of the site; its arrivals are replaced by the log's");
  command.add_option("--set", texts.set, "value of a param() of the site, as name=value; may be repeated")
      ->take_all()
      ->allow_extra_args(false)
      ->needs(site);
  command.add_option("--timezone", to.timezone, "IANA zone of a site made from the log (default: the log's own clock)")
      ->excludes(site);
  command
      .add_option("--tariff", to.tariff,
                  "tariff of a site made from the log, MODULE.NAME as in kepco_ev.self_use_low_voltage (default: none)")
      ->excludes(site);
  command.add_option("--contract-kw", to.contract_kw, "contract power of a site made from the log (default: no limit)")
      ->check(CLI::Range(0.1, 1e6))
      ->excludes(site);
  command.add_option("--strategies", texts.strategies, "strategies, separated by commas (default asap,edf,lp)")
      ->delimiter(',');
  const std::map<std::string, sessions::Claims> claims{{"truth", sessions::Claims::truth},
                                                       {"history", sessions::Claims::history}};
  command
      .add_option(
          "--claims", to.claims,
          "what strategies are told of a session on arrival: truth (default), or what the driver's history says")
      ->transform(CLI::CheckedTransformer(claims));
  command.add_flag("--no-bound", texts.no_bound, "leave out the best possible");
  command.add_option("--threads", to.threads, "runs at the same time; changes no result")->check(CLI::Range(1U, 1024U));
  command.add_option("-o,--out", to.out, "folder for one run file per strategy");
  command.add_flag("--json", to.json, "one JSON document on stdout instead of a table");
  add_progress(command);
  add_hosting(command, to.hosting);
  command.add_option("--lang", to.language, "language of the table")->check(CLI::IsMember({"en", "ko"}));
}

void add_export_to(CLI::App& command, ExportCommand& to, std::vector<std::string>& ocpi_texts) {
  command.add_option("RUN", to.run, "run file")->required();
  command.add_option("--ocpp", to.ocpp, "OCPP log to write; with --layout frames a folder, a file per station");
  command.add_option("--ocpi", to.ocpi, "charge detail records of OCPI 2.2.1 to write (JSON)");
  command.add_option("--sessions", to.sessions,
                     "table of sessions to write (CSV), for sessions \"FILE\" of a scenario");
  auto* rows = command.add_option("--timeseries", to.timeseries,
                                  "price, power, energy, SoC and status of every EVSE to write (CSV), step by step");
  command.add_option("--step", to.step, "of --timeseries, as 15min (default), 10s, 1h, 1d")->needs(rows);
  const std::map<std::string, ocpp::Version> versions{{"1.6", ocpp::Version::v16}, {"2.0.1", ocpp::Version::v201}};
  command.add_option("--ocpp-version", to.log.version, "1.6 (default) or 2.0.1")
      ->transform(CLI::CheckedTransformer(versions));
  const std::map<std::string, replay::LogLayout> layouts{{"python", replay::LogLayout::python},
                                                         {"steve", replay::LogLayout::steve},
                                                         {"frames", replay::LogLayout::frames},
                                                         {"csv", replay::LogLayout::csv}};
  command.add_option("--layout", to.log.layout, "lines as python (default), steve, csv, or bare frames")
      ->transform(CLI::CheckedTransformer(layouts));
  command.add_option("--sample-s", to.log.sample_s, "seconds between meter values (default 60)")
      ->check(CLI::Range(1.0, 86400.0));
  command.add_flag("--on-change", to.log.on_change, "meter values also whenever power jumps");
  command.add_option("--heartbeat-s", to.log.heartbeat_s, "seconds between heartbeats (default: none)")
      ->check(CLI::Range(0, 86400));
  command.add_flag("--whole-wh", to.log.whole_wh, "meter values in whole Wh");
  command.add_flag("--electrical", to.log.electrical, "current and voltage too, on EVSEs of one phase");
  command.add_flag("--ac-soc", to.log.ac_soc, "state of charge on AC EVSEs too, which real ones seldom know");
  command.add_flag("!--no-profiles", to.log.profiles, "leave out SetChargingProfile");
  const std::map<std::string, ocpp::RateUnit> units{{"W", ocpp::RateUnit::watt}, {"A", ocpp::RateUnit::ampere}};
  command.add_option("--limit-unit", to.log.limit_unit, "of SetChargingProfile: W (default), or A on AC EVSEs")
      ->transform(CLI::CheckedTransformer(units));
  command.add_flag("--anonymise", to.log.anonymise, "number the tags: nothing of a session's name is left");
  command.add_flag("--local-clock", to.log.local_clock, "the log's clock shows local time (python, steve)");
  command.add_option("--meter-start-kwh", to.log.meter_start_kwh, "what every register shows at the start (default 0)")
      ->check(CLI::Range(0.0, 1e6));
  command.add_option("--ocpi-set", ocpi_texts, "what a run does not say, as key=value; may be repeated")
      ->take_all()
      ->allow_extra_args(false);
  std::string keys;
  for (const replay::OcpiFact& fact : replay::ocpi_facts())
    keys += fmt::format("  {} [{}] {}\n", fact.key, fact.placeholder, fact.help);
  command.footer("Keys of --ocpi-set, with what stands there otherwise:\n" + keys);
  command
      .add_option("--fault", to.faults,
                  "put in what goes wrong on real sites: offline=STATION,FROM,TO, clock=STATION,SECONDS, "
                  "lost-stop=SESSION, refused=EVSE,TIME,TAG; may be repeated")
      ->take_all()
      ->allow_extra_args(false);
}

}  // namespace

ParsedCommand parse_command_line(int argc, const char* const* argv) {
  CLI::App app("evtwin: what would my charging site have cost, drawn and served under another strategy?", "evtwin");
  app.set_version_flag("--version", fmt::format("evtwin {}", version()));
  app.require_subcommand(0, 1);
  app.footer("Exit status: 0 done, 1 the input is wrong, 2 usage, 3 a gate asked for is not met, 130 interrupted.");

  ScenarioArguments run_arguments, compare_arguments;
  std::string strategy_text;
  auto* run = app.add_subcommand("run", "Run a scenario under one strategy");
  run_arguments.add_to(*run, "run file to write (SQLite)");
  run->add_option("--strategy", strategy_text,
                  "ID[:key=value...], FILE.so[#ID] or FILE.lua, instead of the scenario's");
  bool run_bound = false;
  run->add_flag("--bound", run_bound, "work out the bound too: how far from the best possible the strategy is");
  std::vector<std::string> checkpoint;
  run->add_option("--checkpoint-at", checkpoint,
                  "local time (2025-06-04T12:00) and file: keep the whole simulation as it is just before that instant")
      ->expected(2)
      ->type_name("TIME FILE");

  std::vector<std::string> strategy_texts;
  unsigned threads = 0;
  auto* compare = app.add_subcommand("compare", "Run a scenario under several strategies and compare");
  compare_arguments.add_to(*compare, "folder for one run file per strategy");
  compare->add_option("--strategies", strategy_texts, "strategies, separated by commas; default: every one installed")
      ->delimiter(',');
  compare->add_option("--threads", threads, "runs at the same time; changes no result")->check(CLI::Range(1U, 1024U));

  bool no_bound = false;
  compare->add_flag("--no-bound", no_bound, "leave out bound, regret and share of the possible saving");

  ScenarioArguments bound_arguments;
  BoundCommand bound_command;
  auto* bound = app.add_subcommand("bound", "Say what a scenario could cost at best, with everything known beforehand");
  bound_arguments.add_from_start_to(*bound, "run file of the plan played in the simulation (with --play)");
  bound->add_flag("--play", bound_command.play, "play the bound's plan in the simulation: the strategy 'oracle'");

  AdviseCommand advise_command;
  ScenarioArguments advise_arguments;
  std::string existing_text = "asap", advised_text = "lp";
  auto* advise = app.add_subcommand(
      "advise", "Tell a driver what charging costs, today's way and a strategy's; or which bookings to move");
  advise_arguments.add_from_start_to(*advise, nullptr);
  auto* vehicle = advise->add_option("--vehicle", advise_command.vehicle,
                                     "the car: key=value,... as in kwh=64,soc=0.2,target=0.8,arrive=18:00,leave=07:00");
  auto* moving = advise->add_flag("--bookings", advise_command.bookings,
                                  "instead: which of the scenario's bookings to move within their windows");
  vehicle->excludes(moving);
  advise->add_option("--strategy", advised_text, "strategy to compare (default lp)");
  advise->add_option("--baseline", existing_text, "the existing way (default asap)")->excludes(moving);
  advise->add_option("--threads", advise_command.threads, "runs at the same time; changes no result")
      ->check(CLI::Range(1U, 1024U));
  advise->footer("Keys of --vehicle:\n" + advise::vehicle_keys_help() + "Keys of --change:\n" +
                 scenario::change_keys_help());

  // Only for the help: whatever follows is read by the viewer itself.
  app.add_subcommand("view", "See, play and compare run files in a window; or make a picture (--png FILE --exit)");
  if (argc > 1 && std::string_view(argv[1]) == "view") return Command(ViewCommand{{argv + 2, argv + argc}});

  CheckCommand check_command;
  auto* check =
      app.add_subcommand("check", "Say whether a scenario, session table, OCPP log, run file or plugin is sound");
  check->add_option("FILE", check_command.file, "file to look at")->required();

  InitCommand init_command{"my_site.lua"};
  auto* init = app.add_subcommand("init", "Write a commented scenario of your own to start from");
  init->add_option("FILE", init_command.file, "file to write (default my_site.lua); an existing one is kept");

  RunsCommand runs_command{".", false};
  auto* runs = app.add_subcommand("runs", "List the run files of a folder");
  runs->add_option("FOLDER", runs_command.folder, "where they are (default: here)");
  runs->add_flag("--json", runs_command.json, "one JSON document on stdout instead of a table");

  DiffCommand diff_command;
  auto* diff = app.add_subcommand("diff", "Say in what two runs differ: what was asked for, and every figure");
  diff->add_option("A", diff_command.a, "run file")->required();
  diff->add_option("B", diff_command.b, "run file")->required();
  diff->add_flag("--json", diff_command.json, "one JSON document on stdout instead of tables");

  ReplayCommand replay_command;
  std::vector<std::string> replay_set;
  auto* replaying = app.add_subcommand("replay", "Run the twin on OCPP logs and say how closely it reproduces them");
  add_replay_to(*replaying, replay_command, replay_set);

  WhatIfCommand what_if_command;
  WhatIfTexts what_if_texts;
  auto* what_if = app.add_subcommand("whatif", "Say what the sessions of OCPP logs would have cost otherwise");
  add_what_if_to(*what_if, what_if_command, what_if_texts);

  ExportCommand export_command;
  auto* exporting =
      app.add_subcommand("export", "Write a run file as OCPP log, OCPI records, sessions or rows over time");
  std::vector<std::string> ocpi_texts;
  add_export_to(*exporting, export_command, ocpi_texts);

  DriversCommand drivers_command;
  auto* drivers = app.add_subcommand("drivers", "Who charges at the site of an OCPP log, and when each will come next");
  drivers->add_option("LOG", drivers_command.logs, "logs, or folders of logs")->required();
  drivers->add_option("--timezone", drivers_command.timezone, "IANA zone of the site (default: of the log's clock)");
  drivers->add_flag("--show-tokens", drivers_command.show_tokens, "cards as the log has them, instead of numbers");
  drivers->add_option("--rows", drivers_command.rows, "most rows of the table (default 20)");
  drivers->add_flag("--json", drivers_command.json, "one JSON document on stdout instead of a table");

  ChargersCommand chargers_command;
  auto* chargers = app.add_subcommand("chargers", "The chargers of an OCPP log: model, firmware, power, faults");
  chargers->add_option("LOG", chargers_command.logs, "logs, or folders of logs")->required();
  chargers->add_option("--firmware", chargers_command.firmware, "only chargers that run this firmware");
  chargers->add_flag("--json", chargers_command.json, "one JSON document on stdout instead of tables");

  TariffsCommand tariffs_command;
  auto* tariffs = app.add_subcommand("tariffs", "List the tariffs of the scenario library");
  tariffs->add_flag("--json", tariffs_command.json, "one JSON document on stdout instead of a table");

  DecideCommand decide_command;
  std::string decide_strategy;
  bool print_schema = false, print_example = false;
  auto* decide = app.add_subcommand("decide", "Ask a strategy for one decision: a request in JSON, an answer in JSON");
  decide->add_option("REQUEST", decide_command.file, "file with the request; without it, or -: standard input");
  decide->add_option("--strategy", decide_strategy, "ID[:key=value...] or FILE.so[#ID]");
  decide->add_flag("--lines", decide_command.lines,
                   "a request per line, an answer per line: one strategy instance serves them all");
  decide->add_flag("--schema", print_schema, "print the JSON Schema of requests and answers");
  decide->add_flag("--example", print_example, "print a request to start from");
  add_hosting(*decide, decide_command.hosting);

  auto* plugin = app.add_subcommand("plugin", "Make, look at and judge strategies of your own");
  plugin->require_subcommand(1);

  PluginNewCommand plugin_new_command;
  auto* plugin_new = plugin->add_subcommand("new", "Write a project of a strategy to start from: ./NAME");
  plugin_new->add_option("NAME", plugin_new_command.name, "lower case letters, digits, '-' and '_'")->required();
  plugin_new->add_option("--lang", plugin_new_command.language, "cpp (default), c or lua")
      ->check(CLI::IsMember({"cpp", "c", "lua"}));

  PluginInfoCommand plugin_info_command;
  auto* plugin_info = plugin->add_subcommand("info", "Show what a plugin says of itself: strategies, parameters, ABI");
  plugin_info->add_option("FILE", plugin_info_command.file, "plugin (.so) or strategy in Lua (.lua)")->required();
  plugin_info->add_flag("--json", plugin_info_command.json, "one JSON document on stdout");

  PluginListCommand plugin_list_command;
  auto* plugin_list =
      plugin->add_subcommand("list", "List the strategies found in EVTWIN_PLUGIN_PATH and beside the program");
  plugin_list->add_flag("--json", plugin_list_command.json, "one JSON document on stdout");

  PluginCheckCommand plugin_check_command;
  auto* plugin_check = plugin->add_subcommand("check", "Try a plugin on everything the contract asks of it");
  plugin_check->add_option("FILE", plugin_check_command.file, "FILE.so, or FILE.so#ID for one of its strategies")
      ->required();
  auto* fuzz = plugin_check->add_option("--fuzz", plugin_check_command.fuzz_s, "then go on with random sites, seconds")
                   ->check(CLI::Range(0.0, 86400.0));
  plugin_check->add_option("--reproduce", plugin_check_command.reproduce, "only the random site with this seed")
      ->excludes(fuzz);
  plugin_check->add_flag("--json", plugin_check_command.json, "one JSON document on stdout instead of tables");

  try {
    app.parse(argc, argv);
    if (run->parsed()) {
      RunCommand command;
      command.scenario = run_arguments.scenario;
      command.load = run_arguments.load();
      command.out = run_arguments.out;
      command.json = run_arguments.json;
      command.language = run_arguments.language;
      command.hosting = run_arguments.hosting;
      if (!strategy_text.empty()) command.strategy = checked_strategy("--strategy", strategy_text);
      command.from = run_arguments.from;
      command.bound = run_bound;
      if (run_bound && !command.from.empty())
        throw CLI::ValidationError("--bound", "is of a run from its start; leave out --from");
      if (checkpoint.size() == 2) {
        command.checkpoint_at = checkpoint[0];
        command.checkpoint_file = checkpoint[1];
        if (command.checkpoint_at.empty() || command.checkpoint_file.empty())
          throw CLI::ValidationError("--checkpoint-at", "needs a time and a file");
      }
      return Command(std::move(command));
    }
    if (compare->parsed()) {
      CompareCommand command;
      command.scenario = compare_arguments.scenario;
      command.load = compare_arguments.load();
      command.out = compare_arguments.out;
      command.from = compare_arguments.from;
      command.threads = threads;
      command.bound = !no_bound && command.from.empty();
      command.json = compare_arguments.json;
      command.language = compare_arguments.language;
      command.hosting = compare_arguments.hosting;
      for (const std::string& text : strategy_texts)
        command.strategies.push_back(checked_strategy("--strategies", text));
      return Command(std::move(command));
    }
    if (advise->parsed()) {
      if (advise_command.vehicle.empty() && !advise_command.bookings)
        throw CLI::RequiredError("--vehicle (or --bookings)");
      advise_command.scenario = advise_arguments.scenario;
      advise_command.load = advise_arguments.load();
      advise_command.hosting = advise_arguments.hosting;
      advise_command.json = advise_arguments.json;
      advise_command.language = advise_arguments.language;
      advise_command.baseline = checked_strategy("--baseline", existing_text);
      advise_command.strategy = checked_strategy("--strategy", advised_text);
      return Command(std::move(advise_command));
    }
    if (bound->parsed()) {
      bound_command.scenario = bound_arguments.scenario;
      bound_command.load = bound_arguments.load();
      bound_command.out = bound_arguments.out;
      bound_command.json = bound_arguments.json;
      bound_command.language = bound_arguments.language;
      bound_command.hosting = bound_arguments.hosting;
      if (!bound_command.out.empty() && !bound_command.play)
        throw CLI::ValidationError("--out", "is for --play: a bound alone is no run");
      return Command(std::move(bound_command));
    }
    if (exporting->parsed()) {
      if (export_command.ocpp.empty() && export_command.ocpi.empty() && export_command.sessions.empty() &&
          export_command.timeseries.empty())
        throw CLI::RequiredError("--ocpp, --ocpi, --sessions or --timeseries");
      export_command.ocpi_facts = pairs_of("--ocpi-set", ocpi_texts);
      return Command(std::move(export_command));
    }
    if (what_if->parsed()) {
      what_if_command.load.set = pairs_of("--set", what_if_texts.set);
      what_if_command.bound = !what_if_texts.no_bound;
      for (const std::string& text : what_if_texts.strategies)
        what_if_command.strategies.push_back(checked_strategy("--strategies", text));
      return Command(std::move(what_if_command));
    }
    if (replaying->parsed()) {
      replay_command.load.set = pairs_of("--set", replay_set);
      return Command(std::move(replay_command));
    }
    if (decide->parsed()) {
      using Print = DecideCommand::Print;
      decide_command.print = print_schema ? Print::schema : print_example ? Print::example : Print::answer;
      if (decide_command.print == Print::answer) {
        if (decide_strategy.empty()) throw CLI::RequiredError("--strategy");
        decide_command.strategy = checked_strategy("--strategy", decide_strategy);
      }
      return Command(decide_command);
    }
  } catch (const CLI::ParseError& error) {
    const int status = app.exit(error);
    return status == 0 ? 0 : 2;
  }
  if (check->parsed()) return Command(check_command);
  if (init->parsed()) return Command(init_command);
  if (runs->parsed()) return Command(runs_command);
  if (diff->parsed()) return Command(diff_command);
  if (drivers->parsed()) return Command(drivers_command);
  if (chargers->parsed()) return Command(chargers_command);
  if (tariffs->parsed()) return Command(tariffs_command);
  if (plugin_info->parsed()) return Command(plugin_info_command);
  if (plugin_list->parsed()) return Command(plugin_list_command);
  if (plugin_new->parsed()) return Command(plugin_new_command);
  if (plugin_check->parsed()) return Command(plugin_check_command);
  return Command(NoCommand{});
}

}  // namespace evtwin::cli
