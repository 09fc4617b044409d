// The command line, read: what each command was asked to do.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "control/strategy_choice.hpp"
#include "ocpp/log_reader.hpp"
#include "replay/ocpp_log_writer.hpp"
#include "scenario/loader.hpp"
#include "sessions/log_sessions.hpp"

namespace evtwin::cli {

/// ID[:key=value[:key=value...]], FILE.so#ID[:...] or FILE.lua[:...].
struct StrategyText {
  std::string id;
  std::vector<std::pair<std::string, std::string>> params;
};

/// A command that runs a scenario.
struct ScenarioCommand {
  std::string scenario;  ///< may be empty where the run goes on from a checkpoint
  scenario::LoadOptions load;
  control::Hosting hosting;
  bool json = false;
  std::string language = "en";
};

struct RunCommand : ScenarioCommand {
  std::optional<StrategyText> strategy;  ///< instead of the scenario's
  std::string out;                       ///< run file; empty: none
  std::string from;                      ///< checkpoint to go on from; empty: the start
  std::string checkpoint_at;             ///< local time of the scenario; empty: none
  std::string checkpoint_file;
  bool bound = false;   ///< work out bound, regret and saving share too
  std::string metrics;  ///< file in Prometheus' text format; empty: none
};

struct CompareCommand : ScenarioCommand {
  std::vector<StrategyText> strategies;  ///< empty: every strategy installed
  std::string out;                       ///< folder for the run files; empty: none
  std::string from;                      ///< checkpoint to go on from; empty: the start
  unsigned threads = 0;                  ///< 0: as many as the machine has
  bool bound = true;                     ///< work out bound, regret and saving share too
  std::vector<std::uint64_t> seeds;      ///< every strategy on each of them; empty: on the one of `load`
  bool wide = false;                     ///< every column, whatever the terminal
};

/// evtwin bound
struct BoundCommand : ScenarioCommand {
  bool play = false;  ///< the plan is played in the simulation
  std::string out;    ///< run file of that; empty: none
};

/// evtwin advise
struct AdviseCommand : ScenarioCommand {
  std::string vehicle;                ///< key=value,...
  bool bookings = false;              ///< instead of a vehicle: which bookings to move
  bool list = false;                  ///< with bookings: those of the scenario, no advice
  StrategyText baseline{"asap", {}};  ///< the existing way
  StrategyText strategy{"lp", {}};
  unsigned threads = 0;  ///< 0: as many as the machine has
};

/// FILE.lua[:key=value...]: a scenario, with what is set for it alone.
struct ScenarioText {
  std::string file;
  std::map<std::string, std::string> set;
};

/// evtwin train
struct TrainCommand {
  std::vector<ScenarioText> scenarios;  ///< to learn from
  std::vector<ScenarioText> tests;      ///< held out
  scenario::LoadOptions load;
  StrategyText learner;  ///< ID[:key=value...] or FILE.so#ID[:key=value...]
  std::string reward;    ///< NAME[:PART=WEIGHT,...]; empty: the first scenario's own, else the objective
  std::uint64_t episodes = 0;
  std::uint64_t evaluate_every = 0;  ///< episodes between validations; 0: as the learner likes
  std::uint64_t seeds = 1;           ///< trainings, each with the next seed
  std::string from;                  ///< policy to begin with; empty: none
  bool resume = false;               ///< go on where it was left
  std::string out;                   ///< policy to write
  unsigned threads = 0;              ///< 0: as many as the machine has
  bool json = false;
};

enum class EvalDays : std::uint8_t { frozen, all, named, run };

/// evtwin eval
struct EvalCommand : ScenarioCommand {
  std::vector<std::string> policies;     ///< files
  std::vector<StrategyText> strategies;  ///< beside them
  EvalDays days = EvalDays::frozen;
  std::uint64_t frozen = 50;       ///< so many days
  std::vector<std::string> dates;  ///< as named
  unsigned threads = 0;            ///< 0: as many as the machine has
  bool bound = true;
};

/// evtwin sweep ...
struct SweepCommand : ScenarioCommand {
  enum class Action : std::uint8_t { run, plan, merge, show, emit };
  Action action = Action::run;
  std::vector<std::string> vary;
  std::size_t samples = 0;
  std::uint64_t sample_seed = 0;
  std::vector<std::uint64_t> seeds;
  std::vector<std::string> strategies;  ///< as they were given
  bool bound = false;
  std::string out;                   ///< folder; empty: nothing is kept
  std::vector<std::string> folders;  ///< merge: of the shards
  std::string shard;                 ///< "2/3"; empty: all
  unsigned threads = 0;              ///< 0: as many as the machine has
  bool keep_runs = false;
  bool summary = false;
  std::vector<std::string> figures;  ///< of the summary; empty: objective
  std::string reference;             ///< strategy that differences are from; empty: the first
  std::vector<std::string> pareto;
  std::string picture;                       ///< file; empty: none
  std::string against;                       ///< factor of its x axis; empty: the first
  std::map<std::string, std::string> where;  ///< factors held at a value, in the picture
  std::string emit;                          ///< "slurm", "parallel"
  std::size_t shards = 4;                    ///< of the job that is written
};

struct CheckCommand {
  std::string file;
  bool strict = false;  ///< of scenarios: what is hardly meant is a gate that is not met
  bool json = false;    ///< of policies
};

struct InitCommand {
  std::string file;
};

struct RunsCommand {
  std::string folder;
  bool json = false;
};

struct DiffCommand {
  std::string a, b;  ///< run files
  bool json = false;
};

/// evtwin audit
struct AuditCommand {
  std::string run;  ///< run file
  bool json = false;
};

/// evtwin report
struct ReportCommand {
  std::vector<std::string> runs;  ///< run files
  std::string out;                ///< page to write
  std::string csv, png;           ///< folders for tables and figures; empty: none
  std::string language = "en";    ///< of the figures' files; the page has both
};

/// evtwin rerun
struct RerunCommand {
  std::string run;  ///< run file
  bool json = false;
};

/// evtwin export
struct ExportCommand {
  std::vector<std::string> runs;    ///< run files; more than one with `web` alone; with `masked` one log
  std::string onnx;                 ///< ONNX model to write of a policy; empty: none
  std::string masked;               ///< file or folder to write that log to, its identifiers masked; empty: none
  std::string ocpp;                 ///< log to write (a folder where the layout names no station); empty: none
  replay::OcppLogOptions log;       ///< without faults
  std::vector<std::string> faults;  ///< texts of replay::log_faults
  std::string ocpi;                 ///< charge detail records to write (JSON); empty: none
  std::string ocpi_sessions;        ///< OCPI Sessions to write (JSON); empty: none
  std::map<std::string, std::string> ocpi_facts;
  std::string sessions;    ///< table of sessions to write (CSV); empty: none
  std::string timeseries;  ///< rows of equal steps to write (CSV); empty: none
  std::string step = "15min";
  std::string pilot;       ///< control pilot over time to write (CSV, or JSON by its name); empty: none
  std::string trace;       ///< messages from actor to actor to write (CSV); empty: none
  std::string trace_legs;  ///< seconds of each leg; empty: the defaults
  std::string web;         ///< the browser viewer with the runs: a folder, or one page by its name (.html); empty: none
  std::string decision;    ///< request of a decision to write (JSON): that of `decision_number`, or the first from `at`
  std::optional<std::uint64_t> decision_number;
  std::string decision_at;    ///< local time; empty: by number
  std::string decision_site;  ///< name of a site; empty: the first

  /// Whether something is asked for that is made from the record of one run.
  bool wants_tables() const {
    return !(ocpp.empty() && ocpi.empty() && ocpi_sessions.empty() && sessions.empty() && timeseries.empty() &&
             pilot.empty() && trace.empty());
  }
};

/// evtwin drivers
struct DriversCommand {
  std::vector<std::string> records;  ///< logs, or one table of sessions
  ocpp::ReadOptions reading;
  sessions::ColumnNames columns;
  std::string timezone;      ///< IANA name; empty: of the log's own clock
  std::string at;            ///< local time; empty: the end of the records
  std::string offers;        ///< table of proposed bookings to write; empty: none
  bool back_test = false;    ///< judge the forecasts
  bool show_tokens = false;  ///< else drivers are numbered
  std::size_t rows = 20;     ///< of the table
  bool json = false;
  std::string language = "en";
};

/// evtwin calibrate
struct CalibrateCommand {
  std::vector<std::string> records, later;  ///< logs, or one table of sessions each; later: judge
  ocpp::ReadOptions reading;
  sessions::ColumnNames columns;
  std::string timezone, tariff;
  double contract_kw = kernel::unknown;
  std::map<std::string, double> evse_kw;  ///< by EVSE, as the user knows it
  std::vector<StrategyText> strategies;   ///< to play the twin and the days that judge it under; empty: none
  std::string out, page;                  ///< scenario and page to write; empty: none
  unsigned threads = 0;
  bool json = false;
  std::string language = "en";
};

/// evtwin score
struct ScoreCommand {
  std::vector<std::string> files;      ///< files, folders, patterns
  std::string types, timezone, today;  ///< table of car types; IANA zone; date of the published ages; empty: none
  std::string out, page;               ///< results file and page to write; empty: none
  bool rules = false;                  ///< only say the rules
  std::size_t rows = 20;               ///< of the table
  bool json = false;
  std::string language = "en";
};

/// evtwin ageing
struct AgeingCommand {
  std::string file;       ///< cycling file or run file
  std::string page;       ///< to write; empty: none
  std::size_t rows = 20;  ///< most vehicles of the table
  bool json = false;
  std::string language = "en";
};

/// evtwin chargers
struct ChargersCommand {
  std::vector<std::string> logs;
  ocpp::ReadOptions reading;
  std::string firmware;  ///< only these; empty: all
  std::string library;   ///< Lua module of the models to write; empty: none
  bool json = false;
};

/// evtwin replay
struct ReplayCommand {
  std::vector<std::string> logs;  ///< files and folders
  ocpp::ReadOptions reading;
  std::string site;            ///< scenario; empty: a site is made from the logs
  scenario::LoadOptions load;  ///< for that scenario
  std::string timezone;        ///< of a site made from the logs; empty: from their clock
  std::string out;             ///< run file; empty: none
  std::string certificate;     ///< HTML page; empty: none
  std::string write_site;      ///< scenario of the site made from the logs; empty: none
  std::string gate;            ///< "pass" or "good": what must be met; empty: nothing
  bool show_tokens = false;    ///< else cards are numbered in all that is printed and in the page
  bool json = false;
  std::string language = "en";
};

/// evtwin whatif
struct WhatIfCommand {
  std::vector<std::string> logs;  ///< files and folders
  ocpp::ReadOptions reading;
  std::string site;                      ///< scenario; empty: a site is made from the logs
  scenario::LoadOptions load;            ///< for that scenario
  std::string timezone, tariff;          ///< of a site made from the logs; empty: from their clock, none
  double contract_kw = kernel::unknown;  ///< likewise; NaN: none
  sessions::Claims claims = sessions::Claims::truth;
  std::vector<StrategyText> strategies;
  control::Hosting hosting;
  std::string out;       ///< folder for the run files; empty: none
  unsigned threads = 0;  ///< 0: as many as the machine has
  bool bound = true;
  bool json = false;
  std::string language = "en";
};

/// evtwin view
struct ViewCommand {
  std::vector<std::string> arguments;  ///< as they are: evtwin-view reads them
};

struct DecideCommand {
  enum class Print : std::uint8_t { answer, schema, example };
  std::string file = "-";  ///< the request; "-": stdin
  StrategyText strategy;
  control::Hosting hosting;
  bool lines = false;  ///< a request per line, an answer per line
  Print print = Print::answer;
};

/// evtwin forecast judge
struct ForecastJudgeCommand : ScenarioCommand {
  std::vector<std::string> forecasters;  ///< ID[:key=value...]; empty: every one installed
  std::vector<std::string> quantities;   ///< names; empty: those that vary
  std::string reference = "seasonal-naive";
  StrategyText strategy{"lp", {}};  ///< that plans with them
  int judged_days = 0;              ///< the last of the run; 0: all but the first 7
  int period_min = 60, every_h = 6;
  bool money = true;
  unsigned threads = 0;  ///< 0: as many as the machine has
  std::string cache;     ///< file of forecasts made before; empty: none
};

/// evtwin forecast import
struct ForecastImportCommand {
  std::vector<std::string> files;
  std::string into;
  std::string timezone = "UTC";  ///< of local times without an offset
  std::vector<std::string> columns;
  int step_min = 0;  ///< steps that series are resampled to; 0: none
  bool ends = false, synthetic = false;
  std::string language = "en";
};

/// evtwin forecast export
struct ForecastExportCommand {
  std::string store, series;  ///< number or name; empty: a list
  std::string out;
  int step_min = 0;  ///< 0: raw
  bool mean_kw = false, holes_as_zero = false;
};

/// evtwin forecast weather
struct ForecastWeatherCommand {
  std::vector<std::string> files;
  std::string at;  ///< local time, Korea
  int hours = 24;
  std::string out;  ///< a table of all issues, instead of what was known at an instant
  bool json = false;
};

/// evtwin forecast train
struct ForecastTrainCommand {
  std::vector<ScenarioText> scenarios;  ///< to learn from
  std::vector<ScenarioText> tests;      ///< held out
  scenario::LoadOptions load;
  StrategyText model{"lstm", {}};       ///< ID[:key=value...] or FILE.so#ID[:key=value...]
  std::vector<std::string> quantities;  ///< names; empty: those that vary in all scenarios
  std::string until;                    ///< local date from which on nothing is learnt from; empty: all is
  std::uint32_t epochs = 40;            ///< of each quantity, at most
  int period_min = 60;
  std::string from;     ///< file to begin with; empty: none
  bool resume = false;  ///< go on where it was left
  std::string out;      ///< file to write
  bool json = false;
};

/// evtwin forecast eval
struct ForecastEvalCommand : ScenarioCommand {
  std::vector<std::string> models;  ///< files
  int judged_days = 0;              ///< the last of the run; 0: all but the first 7
  int every_h = 6;
  std::string reference = "seasonal-naive";
  std::string weather;  ///< table for models that were learnt with one; empty: none
  std::string cache;    ///< file of forecasts made before; empty: none
};

/// evtwin plugin new
struct PluginNewCommand {
  std::string name;
  std::string language = "cpp";  ///< "cpp", "c" or "lua": the folder of the template
  bool forecaster = false;       ///< in C++ alone
};

/// evtwin plugin info
struct PluginInfoCommand {
  std::string file;
  bool json = false;
};

/// evtwin plugin layout
struct PluginLayoutCommand {
  bool json = false, rust = false;
};

/// evtwin plugin list
struct PluginListCommand {
  bool json = false;
};

/// evtwin demand
struct DemandCommand {
  std::string file;           ///< table to read; empty: cars are made up
  std::size_t synthetic = 0;  ///< so many
  std::uint64_t seed = 0;
  std::string start = "2026-06-01";  ///< day of made-up cars
  std::string timezone = "UTC";
  std::string out;        ///< table to write; empty: none
  std::size_t rows = 20;  ///< most shown
  bool json = false;
};

/// evtwin roads ...
struct RoadsCommand {
  enum class Question : std::uint8_t { near, route, traffic };
  Question question = Question::near;
  std::string scenario;
  scenario::LoadOptions load;
  std::string when;     ///< local time: queues of then; empty: all is free
  std::string vehicle;  ///< empty: near: no car is said; route: the first car of the roads
  std::optional<double> soc, target_soc;
  // near
  std::string node;  ///< the place; empty: lat_deg and lon_deg
  std::optional<double> lat_deg, lon_deg;
  double km = 20.0, min_kw = 0.0;
  std::optional<double> most_price;
  std::string sockets, operator_name;
  bool own_only = false, free_only = false;
  std::string order = "distance";
  std::size_t rows = 20;
  // route
  std::string from, to;
  std::string least = "time";  ///< "time", "money", or the worth of an hour
  std::optional<double> reserve_soc;
  // traffic
  std::string trips;  ///< table of the trips to write (CSV); empty: none
  bool json = false;
};

/// evtwin rewards
struct RewardsCommand {
  std::string name;  ///< empty: all
  bool json = false;
};

/// evtwin tariffs
struct TariffsCommand {
  bool json = false;
};

/// evtwin plugin bench
struct PluginBenchCommand {
  StrategyText strategy;
  std::vector<StrategyText> rivals;    ///< beside it
  std::vector<std::uint64_t> seeds;    ///< every strategy on each of them
  std::vector<std::string> scenarios;  ///< empty: five of those that come with the program
  std::optional<int> days;             ///< instead of the scenarios'
  control::Hosting hosting;
  unsigned threads = 0;  ///< 0: as many as the machine has
  bool json = false;
};

/// evtwin plugin check
struct PluginCheckCommand {
  StrategyText plugin;  ///< FILE, FILE#ID, FILE.lua or ID, with parameters where they are of one strategy
  double fuzz_s = 0.0;
  double call_s = 5.0;                  ///< CPU time of a call
  std::size_t memory_mib = 1024;        ///< of a check
  std::vector<std::string> only, skip;  ///< names of checks
  std::optional<std::uint64_t> reproduce;
  bool json = false;
};

/// evtwin completion, evtwin man: texts made from the table of commands
struct TextCommand {
  std::string text;
};

struct NoCommand {};  ///< nothing was asked: show what a newcomer needs

using Command = std::variant<NoCommand, RunCommand, CompareCommand, BoundCommand, AdviseCommand, TrainCommand,
                             EvalCommand, CheckCommand, InitCommand, RunsCommand, DiffCommand, AuditCommand,
                             ReportCommand, RerunCommand, ExportCommand, ReplayCommand, WhatIfCommand, CalibrateCommand,
                             ScoreCommand, AgeingCommand, DriversCommand, ChargersCommand, ViewCommand, DecideCommand,
                             ForecastJudgeCommand, ForecastTrainCommand, ForecastEvalCommand, ForecastImportCommand,
                             ForecastExportCommand, ForecastWeatherCommand, PluginNewCommand, PluginInfoCommand,
                             PluginLayoutCommand, PluginListCommand, PluginBenchCommand, PluginCheckCommand,
                             TariffsCommand, RewardsCommand, DemandCommand, RoadsCommand, SweepCommand, TextCommand>;

/// Levels and file of the lines that rooms write of their work (kernel/log.hpp), from the options or the environment.
struct LogOptions {
  std::string levels;
  std::string file;       ///< empty: stderr
  bool new_file = false;  ///< the file must not be there yet; else lines go to its end
};

struct AskedFor {
  Command command;
  LogOptions log;
};

/// Either what was asked for, or the exit status with which the text (help, version, usage error) was already printed.
using ParsedCommand = std::variant<AskedFor, int>;

ParsedCommand parse_command_line(int argc, const char* const* argv);

/// @throws std::invalid_argument saying what is wrong with the text.
StrategyText parse_strategy(const std::string& text);

}  // namespace evtwin::cli
