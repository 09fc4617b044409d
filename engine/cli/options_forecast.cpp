// The options of evtwin forecast: judge, train, eval, import, export, weather.
#include <fmt/format.h>

#include <algorithm>

#include "cli/on_scenario.hpp"

namespace evtwin::cli {

namespace {

constexpr const char* cache_help =
    "file of forecasts made before (it is made): a question that it knows is not asked again";

struct JudgeOptions : OnScenario<ForecastJudgeCommand> {
  std::string strategy;
  bool no_money = false;
};

void offer_judge(Offers& offers, CLI::App& forecast) {
  const auto options = std::make_shared<JudgeOptions>();
  CLI::App& app = offers.add_command(forecast, "judge", "Try forecasters on the days of a scenario", options,
                                     [](JudgeOptions& given) {
                                       given.read_texts();
                                       ForecastJudgeCommand command = given.command;
                                       if (!given.strategy.empty())
                                         command.strategy = checked_strategy("--strategy", given.strategy);
                                       command.money = !given.no_money;
                                       return command;
                                     });

  options->add_to(app, Start::scenario);
  ForecastJudgeCommand& command = options->command;
  app.add_option("--forecasters", command.forecasters,
                 "ID[:key=value...] or FILE.so[#ID], separated by commas; yesterday is one too; default: all installed")
      ->delimiter(',');
  app.add_option("--quantities", command.quantities,
                 "of pv, load, arrivals, arrivals_kwh, price; default: all that vary")
      ->delimiter(',')
      ->check(CLI::IsMember({"pv", "load", "arrivals", "arrivals_kwh", "price"}));

  // Which questions are asked, and how they are judged.
  app.add_option("--judged-days", command.judged_days, "judge the last so many days; default: all but the first 7")
      ->check(CLI::Range(1, 36500));
  app.add_option("--period", command.period_min, "length of the steps, min; default 60")->check(CLI::Range(1, 1440));
  app.add_option("--every", command.every_h, "ask every so many hours; default 6")->check(CLI::Range(1, 24));
  app.add_option("--reference", command.reference, "forecaster that skill is measured against; default seasonal-naive");

  // Money: every forecaster's run under one strategy.
  app.add_option("--strategy", options->strategy, "strategy that plans with the forecasts; default lp");
  app.add_flag("--no-money", options->no_money, "leave out what the forecasts are worth in money");
  app.add_option("--cache", command.cache, cache_help);
  add_threads(app, command.threads);
}

struct ForecastTrainOptions {
  ForecastTrainCommand command;
  std::vector<std::string> scenarios, tests, set, changes;
  std::string model = "lstm";
};

void offer_training(Offers& offers, CLI::App& forecast) {
  const auto options = std::make_shared<ForecastTrainOptions>();
  CLI::App& app = offers.add_command(forecast, "train", "Learn to foresee from the series of scenarios", options,
                                     [](ForecastTrainOptions& given) {
                                       given.command.scenarios = scenario_texts("SCENARIO", given.scenarios);
                                       given.command.tests = scenario_texts("--test", given.tests);
                                       given.command.load.set = pairs_of("--set", given.set);
                                       given.command.load.changes = pairs_of("--change", given.changes);
                                       given.command.model = checked_strategy("--model", given.model);
                                       return given.command;
                                     });

  ForecastTrainCommand& command = options->command;
  app.add_option(
         "SCENARIO", options->scenarios,
         "scenario files (.lua), with what is set for one alone: site.lua:sessions=may.csv; what is known of the "
         "days before their start is learnt from too")
      ->required();
  app.add_option("--model", options->model,
                 "ID[:key=value...] (lstm, tft) or FILE.so[#ID][:key=value...]; it runs in this process; default lstm");
  app.add_option("-o,--out", command.out,
                 "file to write; a checkpoint lies beside it, OUT.checkpoint, until it is done")
      ->required();
  app.add_option("--quantities", command.quantities,
                 "of pv, load, arrivals, arrivals_kwh, price; default: pv, load and both of arrivals, where they vary")
      ->delimiter(',')
      ->check(CLI::IsMember({"pv", "load", "arrivals", "arrivals_kwh", "price"}));
  app.add_option("--period", command.period_min, "length of the steps, min; default 60")->check(CLI::Range(5, 1440));
  app.add_option("--epochs", command.epochs, "times that all is learnt from, at most; default 40")
      ->check(CLI::Range(1U, 100000U))
      ->check(check_decimal);
  app.add_option("--until", command.until, "local date (2019-09-01): from it on nothing is learnt from");

  auto* resume = app.add_flag("--resume", command.resume, "go on where the same training was left");
  app.add_option("--from", command.from, "file to begin with: fine-tuning")->excludes(resume);
  add_repeated(app, "--test", options->tests,
               "scenario that is held out: nothing of its sites and dates is learnt from; may be repeated");
  add_repeated(app, "--set", options->set, "value of a param() of every scenario, as name=value; may be repeated");
  add_repeated(app, "--change", options->changes, "what is otherwise at the sites, as pv_kw=60; may be repeated");
  app.add_option("--seed", command.load.seed, "seed of the training, instead of the first scenario's")
      ->check(CLI::Range(std::uint64_t{0}, std::uint64_t{INT64_MAX}))
      ->check(check_decimal);
  app.add_option("--days", command.load.days, "local days of the scenarios, instead of their own")
      ->check(CLI::Range(1, 36500))
      ->check(check_decimal);
  add_json(app, command.json, "lines");
  add_progress(app);
}

struct ForecastEvalOptions : OnScenario<ForecastEvalCommand> {
  std::vector<std::string> files;
};

void offer_evaluation(Offers& offers, CLI::App& forecast) {
  const auto options = std::make_shared<ForecastEvalOptions>();
  CLI::App& app = offers.add_command(
      forecast, "eval", "Hold learnt forecasts against the simple ones on a scenario", options,
      [](ForecastEvalOptions& given) {
        for (const std::string& file : given.files) {
          if (!file.ends_with(".lua")) {
            given.command.models.push_back(file);
          } else if (!given.command.scenario.empty()) {
            throw CLI::ValidationError("SCENARIO",
                                       fmt::format("both {} and {}; give one", given.command.scenario, file));
          } else {
            given.command.scenario = file;
          }
        }
        if (given.command.scenario.empty()) throw CLI::RequiredError("SCENARIO (.lua), after the models");
        if (given.command.models.empty())
          throw CLI::RequiredError("MODEL, as `evtwin forecast train` writes it, before the scenario");
        given.read_texts();
        return given.command;
      });
  app.add_option("MODEL... SCENARIO", options->files,
                 "files, as `evtwin forecast train` writes them, and the scenario (.lua)")
      ->required();
  options->add_to(app, Start::elsewhere);
  ForecastEvalCommand& command = options->command;
  app.add_option("--days", command.load.days, "local days of the scenario, instead of its own")
      ->check(CLI::Range(1, 36500))
      ->check(check_decimal);
  app.add_option("--judged-days", command.judged_days, "judge the last so many days; default: all but the first 7")
      ->check(CLI::Range(1, 36500));
  app.add_option("--every", command.every_h, "ask every so many hours; default 6")->check(CLI::Range(1, 24));
  app.add_option("--reference", command.reference, "forecaster that skill is measured against; default seasonal-naive");
  app.add_option("--weather", command.weather,
                 "weather forecasts (CSV), for models that were learnt with some and for fourier-ridge beside them");
  app.add_option("--cache", command.cache, cache_help);
}

void offer_data(Offers& offers, CLI::App& forecast) {
  const auto import = std::make_shared<ForecastImportCommand>();
  CLI::App& imports =
      offers.add_command(forecast, "import", "Take sessions, series and weather forecasts into a store", import);
  imports
      .add_option(
          "FILE", import->files,
          "tables of sessions (CSV, .xlsx, ACN-Data's .json), of series (time,kw; SKIPP'D; KMA's ASOS, UTF-8 or "
          "CP949), KMA's forecasts (.json)")
      ->required();
  imports.add_option("--into", import->into, "store to take them into (SQLite); it is made where it is not there")
      ->required();
  imports.add_option("--timezone", import->timezone, "zone of times without an offset, as Asia/Seoul; default UTC");
  imports.add_option("--columns", import->columns, "columns of series, separated by commas; default: all with numbers")
      ->delimiter(',');
  imports.add_option("--step", import->step_min, "resample series to steps of so many min of the local clock, too")
      ->check(CLI::Range(1, 1440));
  imports.add_flag("--ends", import->ends,
                   "amounts are of the step that ends at their time; so are ASOS tables anyway");
  imports.add_flag("--synthetic", import->synthetic, "the data is made up: the store says so of it");
  add_language(imports, import->language, "language of what is said");

  const auto given = std::make_shared<ForecastExportCommand>();
  CLI::App& exports = offers.add_command(forecast, "export", "Write a series of a store as CSV, or list them", given);
  exports.add_option("STORE", given->store, "store, as evtwin forecast import makes it")->required();
  exports.add_option("--series", given->series, "number or name of the series; without it they are listed");
  exports.add_option("--step", given->step_min, "as resampled to steps of so many min; default: as imported")
      ->check(CLI::Range(1, 1440));
  exports.add_flag("--kw", given->mean_kw,
                   "a column kw: amounts in kWh as mean kW of their step; of levels, that they are kW");
  exports.add_flag("--holes-as-zero", given->holes_as_zero, "steps of which nothing is known are 0, not left out");
  exports.add_option("-o,--out", given->out, "CSV to write; default: standard output");

  const auto weather = std::make_shared<ForecastWeatherCommand>();
  CLI::App& tells =
      offers.add_command(forecast, "weather", "What was known of the weather to come at an instant", weather);
  tells.add_option("FILE", weather->files, "KMA's short-term forecasts (.json), of one place")->required();
  CLI::Option* at = tells.add_option("--at", weather->at, "the instant, Korean time (2026-06-01T09:00)");
  tells.add_option("--hours", weather->hours, "hours ahead; default 24")->check(CLI::Range(1, 240));
  tells
      .add_option("-o,--out", weather->out,
                  "CSV to write with all that was issued, as forecasters read it (weather=FILE); instead of --at")
      ->excludes(at);
  add_json(tells, weather->json);
}

}  // namespace

void offer_forecasts(Offers& offers) {
  CLI::App& forecast =
      *offers.program().add_subcommand("forecast", "Learn forecasts, and judge forecasters by what came and by money");
  forecast.require_subcommand(1);
  offer_judge(offers, forecast);
  offer_training(offers, forecast);
  offer_evaluation(offers, forecast);
  offer_data(offers, forecast);
}

}  // namespace evtwin::cli
