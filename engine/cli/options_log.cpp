// The options of the commands on OCPP logs, and of those that write what others read.
#include <fmt/format.h>

#include <charconv>

#include "cli/option_parts.hpp"
#include "kernel/text.hpp"
#include "ocpp/station_rule.hpp"
#include "replay/ocpi_writer.hpp"
#include "sessions/session_table.hpp"

namespace evtwin::cli {
namespace {

/// Where frames tell their station.
void add_reading(CLI::App& app, ocpp::ReadOptions& reading) {
  auto* field = app.add_option("--station-field", reading.station_field,
                               "field around a frame that names its station, as in --station-field unit for unit=CP1 "
                               "(default: learnt from the log)");
  app.add_option("--station-regex", reading.station_regex,
                 "the station's name in what stands around a frame: the first group of this ECMAScript expression")
      ->excludes(field)
      ->check([](const std::string& text) {
        try {
          static_cast<void>(ocpp::StationRule::from_regex(text));
        } catch (const std::invalid_argument& wrong) {
          return std::string(wrong.what());
        }
        return std::string();
      });
}

/// Options of a command that puts a log's sessions on a site, and the texts among them.
template <class CommandType>
struct OnLogs {
  CommandType command;
  std::vector<std::string> set;

  /// @returns --site, which excludes what is of a site made from the log.
  CLI::Option* add_to(CLI::App& app) {
    app.add_option("LOG", command.logs, "OCPP logs of any layout: files, gzipped ones, folders")->required();
    add_reading(app, command.reading);
    auto* site = app.add_option("--site", command.site, "scenario of the site; its arrivals are replaced by the log's");
    add_repeated(app, "--set", set, "value of a param() of the site, as name=value; may be repeated")->needs(site);
    app.add_option("--timezone", command.timezone,
                   "IANA zone of a site made from the log (default: the log's own clock)")
        ->excludes(site);
    return site;
  }
  void read() { command.load.set = pairs_of("--set", set); }
};

void offer_replay(Offers& offers) {
  using Options = OnLogs<ReplayCommand>;
  const auto options = std::make_shared<Options>();
  CLI::App& app =
      offers.add_command(offers.program(), "replay", "Run the twin on OCPP logs and say how closely it reproduces them",
                         options, [](Options& given) {
                           given.read();
                           return given.command;
                         });
  ReplayCommand& to = options->command;
  CLI::Option* site = options->add_to(app);
  app.add_option("--write-site", to.write_site, "keep the site made from the log, to edit it")->excludes(site);
  app.add_option("-o,--out", to.out, "run file to write (SQLite)");
  app.add_option("--certificate", to.certificate, "page to write (HTML): what was reproduced how closely");
  app.add_flag("--show-tokens", to.show_tokens, "cards as the log has them, instead of numbers");
  app.add_option("--gate", to.gate, "exit status 3 unless the scores are as good as this")
      ->check(CLI::IsMember({"pass", "good"}));
  add_json(app, to.json, "tables");
  add_language(app, to.language, "language of tables and page");
}

struct WhatIfOptions : OnLogs<WhatIfCommand> {
  std::vector<std::string> strategies{"asap", "edf", "lp"};
  bool no_bound = false;
};

void offer_what_if(Offers& offers) {
  const auto options = std::make_shared<WhatIfOptions>();
  CLI::App& app =
      offers.add_command(offers.program(), "whatif", "Say what the sessions of OCPP logs would have cost otherwise",
                         options, [](WhatIfOptions& given) {
                           given.read();
                           given.command.bound = !given.no_bound;
                           given.command.strategies = checked_strategies(given.strategies);
                           return given.command;
                         });

  // Tariff and contract are asked for where the site is made from the log; a site of one's own has them.
  WhatIfCommand& to = options->command;
  CLI::Option* site = options->add_to(app);
  app.add_option("--tariff", to.tariff,
                 "tariff of a site made from the log, MODULE.NAME as in kepco_ev.self_use_low_voltage (default: none)")
      ->excludes(site);
  app.add_option("--contract-kw", to.contract_kw, "contract power of a site made from the log (default: no limit)")
      ->check(CLI::Range(0.1, 1e6))
      ->excludes(site);

  app.add_option("--strategies", options->strategies, "strategies, separated by commas (default asap,edf,lp)");

  const std::map<std::string, sessions::Claims> claims{{"truth", sessions::Claims::truth},
                                                       {"history", sessions::Claims::history}};
  app.add_option("--claims", to.claims,
                 "what strategies are told of a session on arrival: truth (default), or what the driver's history says")
      ->transform(CLI::CheckedTransformer(claims));
  app.add_flag("--no-bound", options->no_bound, "leave out the best possible");

  add_threads(app, to.threads);
  app.add_option("-o,--out", to.out, "folder for one run file per strategy");
  add_json(app, to.json);
  add_progress(app);
  add_hosting(app, to.hosting);
  add_language(app, to.language);
}

struct ExportOptions {
  ExportCommand command;
  std::string request;  ///< file of a decision's request; empty: the standard output
  std::vector<std::string> ocpi_set;
};

/// What is asked for must fit together; --decision without a file goes to the standard output.
ExportCommand checked_export(ExportOptions& given) {
  const ExportCommand& asked = given.command;
  if (!asked.onnx.empty()) {
    if (asked.runs.size() > 1) throw CLI::ValidationError("RUN", "--onnx is of one policy");
    return given.command;
  }
  const bool of_decision = asked.decision_number || !asked.decision_at.empty();
  for (const auto& [option, value] : {std::pair("--site", asked.decision_site), std::pair("--request", given.request)})
    if (!of_decision && !value.empty()) throw CLI::RequiresError(option, "--decision or --at");
  const bool of_one_run = of_decision || asked.wants_tables();
  const bool of_runs = of_one_run || !asked.web.empty();
  if (!of_runs && asked.masked.empty())
    throw CLI::RequiredError(
        "--web, --ocpp, --ocpi, --ocpi-sessions, --sessions, --timeseries, --pilot, --trace or --decision; --masked of "
        "a log, --onnx of a policy");
  if (of_runs && !asked.masked.empty()) throw CLI::ExcludesError("--masked", "what is made from a run file");
  if (asked.runs.size() > 1 && (of_one_run || !asked.masked.empty()))
    throw CLI::ValidationError("RUN", "several run files go into --web alone; the others take one");
  if (of_decision) given.command.decision = given.request.empty() ? "-" : given.request;
  given.command.ocpi_facts = pairs_of("--ocpi-set", given.ocpi_set);
  return given.command;
}

/// The run files to read, and what is made of them. @returns --timeseries, which --step belongs to.
CLI::Option* add_export_files(CLI::App& command, ExportCommand& to) {
  command
      .add_option("RUN", to.runs,
                  "run file; for --web also several; with --masked a log: a file or a folder; with --onnx a policy")
      ->required();
  command.add_option("--onnx", to.onnx,
                     "of a policy, as `evtwin train` writes it: an ONNX model to write, from features to answers, its "
                     "normaliser folded in");
  command.add_option("--masked", to.masked,
                     "of a log: a copy to write in which cards, drivers and vehicles are numbers, to be handed on");
  command.add_option("--web", to.web,
                     "the viewer for browsers with the runs in it: a folder for any web server, or one page that opens "
                     "from disk where the name ends in .html");

  command.add_option("--ocpp", to.ocpp, "OCPP log to write; with --layout frames a folder, a file per station");
  command.add_option("--ocpi", to.ocpi,
                     "charge detail records of OCPI 2.2.1 to write (JSON); of a replay of OCPI as it was read");
  command.add_option("--ocpi-sessions", to.ocpi_sessions, "likewise Sessions, also those that go on");
  command.add_option("--sessions", to.sessions,
                     "table of sessions to write (CSV), for sessions \"FILE\" of a scenario");
  auto* rows = command.add_option("--timeseries", to.timeseries,
                                  "price, power, energy, SoC and status of every EVSE to write (CSV), step by step");
  command.add_option(
      "--pilot", to.pilot,
      "IEC 61851-1 states and duty cycle of every EVSE to write (CSV; JSON where the name ends in .json)");
  auto* trace = command.add_option(
      "--trace", to.trace,
      "messages of every session to write (CSV): charger, CSMS, CPMS DB, OCPI, eMSP app, each leg with its times");
  command
      .add_option("--trace-delays", to.trace_legs, "of --trace: seconds of the four legs, as 0.3,0.05,0.5,1 (default)")
      ->needs(trace);
  return rows;
}

/// One decision, by its number or by its time.
void add_export_decision(CLI::App& command, ExportCommand& to, std::string& request) {
  auto* number = command
                     .add_option("--decision", to.decision_number,
                                 "instead: the request (JSON) that evtwin decide answers as the strategy did in its "
                                 "decision of this number, counted from 1; lives the run again up to there")
                     ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 53));
  command.add_option("--at", to.decision_at, "likewise of its first decision at or after this local time")
      ->excludes(number);
  command.add_option("--site", to.decision_site, "of --decision and --at: the site (default: the first)");
  command.add_option("--request", request, "of --decision and --at: file to write (default: standard output)");
}

/// Form of the OCPP log.
void add_export_layout(CLI::App& command, replay::OcppLogOptions& log) {
  const std::map<std::string, ocpp::Version> versions{{"1.6", ocpp::Version::v16}, {"2.0.1", ocpp::Version::v201}};
  command.add_option("--ocpp-version", log.version, "1.6 (default) or 2.0.1")
      ->transform(CLI::CheckedTransformer(versions));
  const std::map<std::string, replay::LogLayout> layouts{{"python", replay::LogLayout::python},
                                                         {"steve", replay::LogLayout::steve},
                                                         {"frames", replay::LogLayout::frames},
                                                         {"csv", replay::LogLayout::csv}};
  command.add_option("--layout", log.layout, "lines as python (default), steve, csv, or bare frames")
      ->transform(CLI::CheckedTransformer(layouts));
}

/// Meter values: how often, how exact, of which quantities.
void add_export_meter_values(CLI::App& command, replay::OcppLogOptions& log) {
  command.add_option("--sample-s", log.sample_s, "seconds between meter values (default 60)")
      ->check(CLI::Range(1.0, 86400.0));
  command.add_flag("--on-change", log.on_change, "meter values also whenever power jumps");
  command.add_option("--heartbeat-s", log.heartbeat_s, "seconds between heartbeats (default: none)")
      ->check(CLI::Range(0, 86400));
  command.add_flag("--whole-wh", log.whole_wh, "meter values in whole Wh");
  command.add_flag("--electrical", log.electrical, "current and voltage too, on EVSEs of one phase");
  command.add_flag("--ac-soc", log.ac_soc, "state of charge on AC EVSEs too, which real ones seldom know");
}

/// Parts of the log that may be left out or told otherwise.
void add_export_contents(CLI::App& command, replay::OcppLogOptions& log) {
  command.add_flag("!--no-profiles", log.profiles, "leave out SetChargingProfile");
  const std::map<std::string, ocpp::RateUnit> units{{"W", ocpp::RateUnit::watt}, {"A", ocpp::RateUnit::ampere}};
  command.add_option("--limit-unit", log.limit_unit, "of SetChargingProfile: W (default), or A on AC EVSEs")
      ->transform(CLI::CheckedTransformer(units));

  command.add_flag("!--show-tokens,--anonymise", log.anonymise,
                   "--show-tokens: cards as the run has them, instead of numbers");
  command.add_flag("--local-clock", log.local_clock, "the log's clock shows local time (python, steve)");
  command.add_option("--meter-start-kwh", log.meter_start_kwh, "what every register shows at the start (default 0)")
      ->check(CLI::Range(0.0, 1e6));
}

/// OCPI asks for facts that no run has, addresses for one; each has a placeholder.
void add_export_ocpi_facts(CLI::App& command, std::vector<std::string>& set) {
  add_repeated(command, "--ocpi-set", set, "what a run does not say, as key=value; may be repeated");
  std::string keys;
  for (const replay::OcpiFact& fact : replay::ocpi_facts())
    keys += fmt::format("  {} [{}] {}\n", fact.key, fact.placeholder, fact.help);
  command.footer("Keys of --ocpi-set, with what stands there otherwise:\n" + keys);
}

void offer_export(Offers& offers) {
  const auto options = std::make_shared<ExportOptions>();
  CLI::App& command = offers.add_command(
      offers.program(), "export",
      "Write a run file as a page for browsers, OCPP log, OCPI records, sessions, pilot states, rows over time or a "
      "request of decide; or a log with its identifiers masked",
      options, checked_export);
  ExportCommand& to = options->command;

  // A run file holds the cards as they were; by default an export does not.
  to.log.anonymise = true;

  // Help lists options in the order in which they are added.
  CLI::Option* rows = add_export_files(command, to);
  add_export_decision(command, to, options->request);
  command.add_option("--step", to.step, "of --timeseries, as 15min (default), 10s, 1h, 1d")->needs(rows);
  add_export_layout(command, to.log);
  add_export_meter_values(command, to.log);
  add_export_contents(command, to.log);
  add_export_ocpi_facts(command, options->ocpi_set);
  add_repeated(command, "--fault", to.faults,
               "put in what goes wrong on real sites: offline=STATION,FROM,TO, clock=STATION,SECONDS, "
               "lost-stop=SESSION, refused=EVSE,TIME,TAG; may be repeated");
}

/// Columns of a table of another layout.
void add_columns(CLI::App& app, std::vector<std::string>& columns) {
  const std::string help =
      fmt::format("column of a table of another layout, as arrival=\"Begin\"; keys: {}; may be repeated",
                  fmt::join(sessions::column_keys(), ", "));
  add_repeated(app, "--column", columns, help.c_str());
}

struct CalibrateOptions {
  CalibrateCommand command;
  std::vector<std::string> columns, evses, strategies;
};

/// Power of EVSEs by name, as they are typed.
std::map<std::string, double> evse_powers(const std::vector<std::string>& texts) {
  constexpr double most_kw = 10'000.0;
  std::map<std::string, double> out;
  for (const auto& [name, text] : pairs_of("--evse", texts)) {
    double kw = 0.0;
    const char* const end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, kw);
    if (error != std::errc() || stopped != end || !(kw > 0.0 && kw <= most_kw))
      throw CLI::ValidationError("--evse", fmt::format("'{}={}': the power is no number above 0 to 10000, in kW", name,
                                                       kernel::make_printable(text, 40)));
    out[name] = kw;
  }
  return out;
}

void offer_calibrate(Offers& offers) {
  const auto options = std::make_shared<CalibrateOptions>();
  CLI::App& app = offers.add_command(offers.program(), "calibrate",
                                     "Fit a site's twin to its own records, and judge it by days it was not fitted to",
                                     options, [](CalibrateOptions& given) {
                                       for (auto& [key, column] : pairs_of("--column", given.columns))
                                         given.command.columns.emplace(key, column);
                                       given.command.evse_kw = evse_powers(given.evses);
                                       if (!given.strategies.empty())
                                         given.command.strategies = checked_strategies(given.strategies);
                                       return given.command;
                                     });

  CalibrateCommand& to = options->command;
  app.add_option("RECORDS", to.records, "OCPP logs of any layout, or one table of sessions (.csv, .csv.gz)")
      ->required();
  app.add_option("--judge", to.later,
                 "records of later days to judge by (default: the days after 70 % of the sessions)");

  add_reading(app, to.reading);
  add_columns(app, options->columns);
  app.add_option("--timezone", to.timezone, "IANA zone of the site (default: of the log's clock; UTC for tables)");
  app.add_option("--tariff", to.tariff,
                 "tariff of the twin, MODULE.NAME as in california.sce_tou_ev_4 (default: none)");
  app.add_option("--contract-kw", to.contract_kw, "contract power of the twin (default: no limit)")
      ->check(CLI::Range(0.1, 1e6));

  add_repeated(app, "--evse", options->evses,
               "power of an EVSE that is known, as 7=50 (kW; above 43.6 DC); may be repeated");
  app.add_option(
      "--strategies", options->strategies,
      "strategies, separated by commas, under which the twin and the days that judge it are played: asap,edf");
  add_threads(app, to.threads);

  app.add_option("-o,--out", to.out, "scenario to write: the twin, which runs alone");
  app.add_option("--page", to.page, "page to write (HTML): each fit as a picture");
  add_json(app, to.json);
  add_language(app, to.language);
}

void offer_score(Offers& offers) {
  struct State {
    ScoreCommand command;
  };
  const auto options = std::make_shared<State>();
  CLI::App& app = offers.add_command(offers.program(), "score", "Score the batteries of cars from their records",
                                     options, [](State& given) {
                                       // The rules can be read without any records.
                                       if (given.command.files.empty() && !given.command.rules)
                                         throw CLI::RequiredError("FILES");
                                       return given.command;
                                     });

  ScoreCommand& to = options->command;
  app.add_option("FILES", to.files,
                 "tables of segments (.csv, .csv.gz), Influx line files, results files, lists of cars, run files; "
                 "folders and patterns of them");
  app.add_option("-o,--out", to.out, "results file to write, as vehicle_scores.csv");
  app.add_option("--page", to.page, "page to write (HTML): the fleet, filters, box plots, a page for each car");
  app.add_option("--types", to.types,
                 "table of car types: car_type, class (commercial, small, mid, large, premium) and, where wanted, "
                 "model_year, efficiency_low, efficiency_high");

  app.add_option("--today", to.today, "date of the published ages and of last charges (default: the last record)");
  app.add_option("--timezone", to.timezone,
                 "IANA zone of times without offset and of days (default: UTC; where there are only run files of one "
                 "zone, theirs)");
  app.add_flag("--rules", to.rules, "say the rules: indicators, sources, classes, plausible values, what is corrected");
  app.add_option("--rows", to.rows, "most cars of the table (default 20)");
  add_json(app, to.json);
  add_language(app, to.language);
}

void offer_ageing(Offers& offers) {
  const auto to = std::make_shared<AgeingCommand>();
  CLI::App& app =
      offers.add_command(offers.program(), "ageing",
                         "How batteries age: a law fitted to a cycling file, or SoH and life of a run's batteries", to);
  app.add_option("FILE", to->file,
                 "cycling file (CSV: NASA's, Severson's summaries, mileages of a fleet), or a run file")
      ->required();
  app.add_option("--page", to->page, "page to write (HTML): the law against its data, with residuals");
  app.add_option("--rows", to->rows, "most vehicles of the table (default 20)");
  add_json(app, to->json);
  add_language(app, to->language);
}

struct DriversOptions {
  DriversCommand command;
  std::vector<std::string> columns;
};

void offer_drivers(Offers& offers) {
  const auto options = std::make_shared<DriversOptions>();
  CLI::App& app = offers.add_command(offers.program(), "drivers",
                                     "When each driver will charge next, where and how much, and bookings to offer",
                                     options, [](DriversOptions& given) {
                                       for (auto& [key, column] : pairs_of("--column", given.columns))
                                         given.command.columns.emplace(key, column);
                                       return given.command;
                                     });

  DriversCommand& to = options->command;
  app.add_option("RECORDS", to.records,
                 "OCPP logs of any layout, or one table of sessions with a column driver (.csv, .csv.gz)")
      ->required();
  add_reading(app, to.reading);
  add_columns(app, options->columns);
  app.add_option("--timezone", to.timezone, "IANA zone of the site (default: of the log's clock; UTC for tables)");
  app.add_option("--at", to.at, "local time from which the next charge is foretold (default: the end of the records)");
  app.add_option("--offers", to.offers,
                 "table of proposed bookings to write (CSV), for sessions \"FILE\" of a scenario");
  app.add_flag(
      "--backtest", to.back_test,
      "judge the forecasts: every morning of the records foretold from what was known by then, beside plain ways");
  app.add_flag("--show-tokens", to.show_tokens, "drivers as the records have them, instead of numbers");
  app.add_option("--rows", to.rows, "most rows of the table (default 20)");
  add_json(app, to.json);
  add_language(app, to.language);
}

void offer_chargers(Offers& offers) {
  const auto to = std::make_shared<ChargersCommand>();
  CLI::App& app = offers.add_command(offers.program(), "chargers",
                                     "The chargers of an OCPP log: model, firmware, power, faults", to);
  app.add_option("LOG", to->logs, "logs, or folders of logs")->required();
  add_reading(app, to->reading);
  auto* firmware = app.add_option("--firmware", to->firmware, "only chargers that run this firmware");
  app.add_option("--library", to->library, "module to write (Lua): the models with their limits, for scenarios")
      ->excludes(firmware);
  add_json(app, to->json, "tables");
}

}  // namespace

void offer_logs(Offers& offers) {
  offer_replay(offers);
  offer_what_if(offers);
  offer_export(offers);
  offer_calibrate(offers);
  offer_score(offers);
  offer_ageing(offers);
  offer_drivers(offers);
  offer_chargers(offers);
}

}  // namespace evtwin::cli
