// The options of the commands that run a scenario.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>

#include "advise/vehicle_request.hpp"
#include "cli/on_scenario.hpp"
#include "cli/option_parts.hpp"
#include "cli/seed_list.hpp"
#include "kernel/text.hpp"
#include "scenario/site_changes.hpp"

namespace evtwin::cli {
namespace {

struct RunOptions : OnScenario<RunCommand> {
  std::string strategy;
  std::vector<std::string> checkpoint;
};

void offer_run(Offers& offers) {
  const auto options = std::make_shared<RunOptions>();
  CLI::App& app =
      offers.add_command(offers.program(), "run", "Run a scenario under one strategy", options, [](RunOptions& given) {
        given.read_texts();
        RunCommand command = given.command;
        command.from = given.from;
        if (!given.strategy.empty()) command.strategy = checked_strategy("--strategy", given.strategy);

        // A bound is of the whole run: after a checkpoint part of it has been lived.
        if (command.bound && !command.from.empty())
          throw CLI::ValidationError("--bound", "is of a run from its start; leave out --from");
        if (given.checkpoint.size() == 2) {
          command.checkpoint_at = given.checkpoint[0];
          command.checkpoint_file = given.checkpoint[1];
          if (command.checkpoint_at.empty() || command.checkpoint_file.empty())
            throw CLI::ValidationError("--checkpoint-at", "needs a time and a file");
        }
        return command;
      });

  options->add_to(app, Start::scenario_or_checkpoint);
  app.add_option("-o,--out", options->command.out, "run file to write (SQLite)");
  app.add_option("--strategy", options->strategy,
                 "ID[:key=value...], FILE.so[#ID] or FILE.lua, instead of the scenario's");
  app.add_flag("--bound", options->command.bound,
               "work out the bound too: how far from the best possible the strategy is");
  app.add_option("--metrics", options->command.metrics,
                 "file for Prometheus (text format 0.0.4, as node_exporter's textfile collector reads it): every key "
                 "figure, events, decisions and seconds");

  app.add_option("--checkpoint-at", options->checkpoint,
                 "local time (2025-06-04T12:00) and file: keep the whole simulation as it is just before that instant")
      ->expected(2)
      ->type_name("TIME FILE");
}

struct CompareOptions : OnScenario<CompareCommand> {
  std::vector<std::string> strategies;
  std::string seeds;
  bool no_bound = false;
};

std::vector<std::uint64_t> checked_seeds(const CompareOptions& given) {
  if (given.seeds.empty()) return {};
  if (given.command.load.seed)
    throw CLI::ValidationError("--seeds", "names every seed of the comparison; leave out --seed");
  if (!given.from.empty())
    throw CLI::ValidationError("--seeds", "a checkpoint has the seed it was made with; leave out --from");
  try {
    return parse_seeds(given.seeds);
  } catch (const std::invalid_argument& wrong) {
    throw CLI::ValidationError("--seeds", wrong.what());
  }
}

void offer_compare(Offers& offers) {
  const auto options = std::make_shared<CompareOptions>();
  CLI::App& app = offers.add_command(offers.program(), "compare", "Run a scenario under several strategies and compare",
                                     options, [](CompareOptions& given) {
                                       given.read_texts();
                                       CompareCommand command = given.command;
                                       command.from = given.from;
                                       command.bound = !given.no_bound && command.from.empty();
                                       command.strategies = checked_strategies(given.strategies);
                                       command.seeds = checked_seeds(given);
                                       return command;
                                     });
  options->add_to(app, Start::scenario_or_checkpoint);
  app.add_option("-o,--out", options->command.out, "folder for one run file per strategy, and seed");
  app.add_option("--strategies", options->strategies, "strategies, separated by commas; default: every one installed");
  app.add_option("--seeds", options->seeds,
                 "every strategy on each of these seeds, as 1..10, 1,3,7 or 1..5,9: mean, standard deviation, and "
                 "differences from the first strategy seed by seed");
  add_threads(app, options->command.threads);
  app.add_flag("--no-bound", options->no_bound, "leave out bound, regret and share of the possible saving");
  app.add_flag("--wide", options->command.wide, "every column, also where the terminal is narrower");
}

void offer_bound(Offers& offers) {
  using Options = OnScenario<BoundCommand>;
  const auto options = std::make_shared<Options>();
  CLI::App& app = offers.add_command(offers.program(), "bound",
                                     "Say what a scenario could cost at best, with everything known beforehand",
                                     options, [](Options& given) {
                                       given.read_texts();
                                       if (!given.command.out.empty() && !given.command.play)
                                         throw CLI::ValidationError("--out", "is for --play: a bound alone is no run");
                                       return given.command;
                                     });
  options->add_to(app, Start::scenario);
  app.add_option("-o,--out", options->command.out, "run file of the plan played in the simulation (with --play)");
  app.add_flag("--play", options->command.play, "play the bound's plan in the simulation: the strategy 'oracle'");
}

struct AdviseOptions : OnScenario<AdviseCommand> {
  std::string baseline = "asap", strategy = "lp";
};

void offer_advise(Offers& offers) {
  const auto options = std::make_shared<AdviseOptions>();
  CLI::App& app =
      offers.add_command(offers.program(), "advise",
                         "Tell a driver what charging costs, today's way and a strategy's; or which bookings to move",
                         options, [](AdviseOptions& given) {
                           if (given.command.vehicle.empty() && !given.command.bookings)
                             throw CLI::RequiredError("--vehicle (or --bookings)");
                           given.read_texts();
                           given.command.baseline = checked_strategy("--baseline", given.baseline);
                           given.command.strategy = checked_strategy("--strategy", given.strategy);
                           return given.command;
                         });

  options->add_to(app, Start::scenario);
  auto* vehicle = app.add_option("--vehicle", options->command.vehicle,
                                 "the car: key=value,... as in kwh=64,soc=0.2,target=0.8,arrive=18:00,leave=07:00");
  auto* moving = app.add_flag("--bookings", options->command.bookings,
                              "instead: which of the scenario's bookings to move within their windows");
  vehicle->excludes(moving);
  app.add_flag("--list", options->command.list,
               "with --bookings: no advice, the bookings as the scenario has them: EVSE, priority, window")
      ->needs(moving);
  app.add_option("--strategy", options->strategy, "strategy to compare (default lp)");
  app.add_option("--baseline", options->baseline, "the existing way (default asap)")->excludes(moving);
  add_threads(app, options->command.threads);

  // The keys are printed from the tables that read them.
  app.footer("Keys of --vehicle:\n" + advise::vehicle_keys_help() + "Keys of --change:\n" +
             scenario::change_keys_help());
}

struct TrainOptions {
  TrainCommand command;
  std::vector<std::string> scenarios, tests, set;
  std::string learner;
};

/// A file whose name has colons is one if it is there.
ScenarioText scenario_text(const std::string& option, const std::string& text) {
  const std::size_t colon = text.find(':');
  std::error_code error;
  if (colon == std::string::npos || std::filesystem::exists(text, error)) return {text, {}};
  std::vector<std::string> pairs;
  for (std::size_t at = colon + 1; at <= text.size();) {
    const std::size_t next = std::min(text.find(':', at), text.size());
    pairs.push_back(text.substr(at, next - at));
    at = next + 1;
  }
  return {text.substr(0, colon), pairs_of(option, pairs)};
}

}  // namespace

std::vector<ScenarioText> scenario_texts(const std::string& option, const std::vector<std::string>& texts) {
  std::vector<ScenarioText> read;
  for (const std::string& text : texts) read.push_back(scenario_text(option, text));
  return read;
}

namespace {

void offer_train(Offers& offers) {
  const auto options = std::make_shared<TrainOptions>();
  CLI::App& app =
      offers.add_command(offers.program(), "train", "Let a learner make a policy out of the worlds of a scenario",
                         options, [](TrainOptions& given) {
                           given.command.scenarios = scenario_texts("SCENARIO", given.scenarios);
                           given.command.tests = scenario_texts("--test", given.tests);
                           given.command.load.set = pairs_of("--set", given.set);
                           given.command.learner = checked_strategy("--learner", given.learner);
                           return given.command;
                         });

  TrainCommand& command = options->command;
  app.add_option("SCENARIO", options->scenarios,
                 "scenario files (.lua), with what is set for one alone: site.lua:sessions=may.csv")
      ->required();
  app.add_option("--learner", options->learner,
                 "ID[:key=value...] (ppo, dqn, ppo-dqn) or FILE.so[#ID][:key=value...]; it runs in this process")
      ->required();

  app.add_option(
      "--reward", command.reward,
      "what is learnt for: NAME[:PART=WEIGHT,...], a name of `evtwin rewards`; default: the key `reward` of the "
      "first scenario, else the objective, by which policies are judged all the same");
  app.add_option("--episodes", command.episodes, "episodes to live, of all worlds together")
      ->required()
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1'000'000'000'000}))
      ->check(check_decimal);
  app.add_option("-o,--out", command.out,
                 "policy to write; beside it its learning curve, OUT.curve.sqlite and, for TensorBoard, OUT.tb")
      ->required();

  // --resume goes on with the policy of the checkpoint; a policy to begin with would take its place.
  auto* resume = app.add_flag("--resume", command.resume,
                              "go on where the same training was left: its checkpoint is OUT.checkpoint");
  app.add_option("--from", command.from, "policy to begin with: fine-tuning")->excludes(resume);
  app.add_option("--eval-every", command.evaluate_every, "episodes between two validations; default: the learner's own")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1'000'000'000'000}))
      ->check(check_decimal);
  app.add_option("--seeds", command.seeds,
                 "so many trainings, with this seed and the next ones: OUT.seedN.pt each, and the mean")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1000}))
      ->check(check_decimal);

  // Which worlds: those held out, parameters, seed, days.
  add_repeated(app, "--test", options->tests,
               "scenario that is held out: nothing that overlaps it is learnt from, and 50 days of it, drawn by the "
               "seed, are listed in the policy; may be repeated");
  add_repeated(app, "--set", options->set, "value of a param() of every scenario, as name=value; may be repeated");
  app.add_option("--seed", command.load.seed, "seed of the training, instead of the first scenario's")
      ->check(CLI::Range(std::uint64_t{0}, std::uint64_t{INT64_MAX}))
      ->check(check_decimal);
  app.add_option("--days", command.load.days, "local days of the scenario, instead of its own")
      ->check(CLI::Range(1, 36500))
      ->check(check_decimal);

  add_threads(app, command.threads);
  add_json(app, command.json);
  add_progress(app);
}

struct EvalOptions : OnScenario<EvalCommand> {
  std::vector<std::string> files, strategies;
  std::string days = "frozen:50";
  bool no_bound = false;
};

/// Policies and the scenario, which is the .lua among them.
void read_files(EvalOptions& given) {
  for (const std::string& file : given.files) {
    if (!file.ends_with(".lua")) {
      if (std::find(given.command.policies.begin(), given.command.policies.end(), file) != given.command.policies.end())
        throw CLI::ValidationError("POLICY", fmt::format("{} is named twice; name each policy once", file));
      given.command.policies.push_back(file);
    } else if (!given.command.scenario.empty()) {
      throw CLI::ValidationError(
          "SCENARIO", fmt::format("both {} and {}; policies are judged by one", given.command.scenario, file));
    } else {
      given.command.scenario = file;
    }
  }
  if (given.command.scenario.empty()) throw CLI::RequiredError("SCENARIO (.lua)");
}

/// frozen:N, all, run, or dates.
void read_days(const std::string& text, EvalCommand& command) {
  constexpr std::string_view frozen = "frozen:";
  if (text == "all") {
    command.days = EvalDays::all;
  } else if (text == "run") {
    command.days = EvalDays::run;
  } else if (text.starts_with(frozen)) {
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data() + frozen.size(), end, command.frozen);
    if (error != std::errc{} || stop != end || command.frozen == 0 || command.frozen > 36500)
      throw CLI::ValidationError("--days", fmt::format("'{}': how many days, as frozen:50, from 1 to 36500", text));
  } else {
    command.days = EvalDays::named;

    // Only the shape of a date is checked here: which days there are is known when the scenario is loaded.
    for (std::size_t at = 0; at <= text.size();) {
      const std::size_t comma = std::min(text.find(',', at), text.size());
      command.dates.push_back(text.substr(at, comma - at));
      at = comma + 1;

      constexpr std::string_view shape = "dddd-dd-dd";
      const std::string& date = command.dates.back();
      const bool sound = std::equal(date.begin(), date.end(), shape.begin(), shape.end(),
                                    [](char c, char kind) { return kind == 'd' ? c >= '0' && c <= '9' : c == kind; });
      if (!sound)
        throw CLI::ValidationError("--days",
                                   fmt::format("'{}' is none of frozen:N, all, run and dates as 2019-09-03,2019-09-05",
                                               kernel::make_printable(date, 40)));
    }
  }
}

void offer_eval(Offers& offers) {
  const auto options = std::make_shared<EvalOptions>();
  CLI::App& app = offers.add_command(
      offers.program(), "eval", "Judge policies on days of a scenario, beside strategies and the bound", options,
      [](EvalOptions& given) {
        read_files(given);
        given.read_texts();
        read_days(given.days, given.command);
        given.command.strategies =
            checked_strategies(given.strategies.empty() ? std::vector<std::string>{"asap,lp"} : given.strategies);
        given.command.bound = !given.no_bound;
        if (given.command.policies.empty() && given.strategies.empty())
          throw CLI::RequiredError("POLICY (or --strategies)");
        return given.command;
      });

  // read_files tells them apart: the scenario ends in .lua.
  app.add_option("POLICY... SCENARIO", options->files,
                 "policy files, as `evtwin train` writes them, and the scenario file (.lua)")
      ->required();
  app.add_option("--days", options->days,
                 "frozen:N (days frozen in the policies' files, else drawn by the seed; default frozen:50), all, dates "
                 "as 2019-09-03,2019-09-05, each day by itself; or run: the whole scenario as one");
  app.add_option("--strategies", options->strategies, "strategies beside them, separated by commas; default asap,lp");

  options->add_to(app, Start::elsewhere);
  add_threads(app, options->command.threads);
  app.add_flag("--no-bound", options->no_bound, "leave out the bound and the share of the possible saving");
}

}  // namespace

void offer_runs(Offers& offers) {
  offer_run(offers);
  offer_compare(offers);
  offer_bound(offers);
  offer_advise(offers);
  offer_train(offers);
  offer_eval(offers);
}

}  // namespace evtwin::cli
