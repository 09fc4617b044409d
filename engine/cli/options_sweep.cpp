// The options of evtwin sweep.
#include <fmt/format.h>

#include <stdexcept>

#include "cli/on_scenario.hpp"
#include "cli/option_parts.hpp"
#include "cli/seed_list.hpp"
#include "sweep/plan.hpp"

namespace evtwin::cli {
namespace {

struct SweepOptions : OnScenario<SweepCommand> {
  std::string seeds;
  std::vector<std::string> strategy_lists, figure_lists;
  std::string pareto;
  std::vector<std::string> where;
};

std::vector<std::string> names_in(const std::string& option, const std::vector<std::string>& lists) {
  std::vector<std::string> names;
  for (const std::string& list : lists) {
    for (std::size_t at = 0; at <= list.size();) {
      const std::size_t comma = std::min(list.find(',', at), list.size());
      if (comma == at) throw CLI::ValidationError(option, fmt::format("'{}' has nothing beside a comma", list));
      names.push_back(list.substr(at, comma - at));
      at = comma + 1;
    }
  }
  return names;
}

SweepCommand command_of(SweepOptions& given, SweepCommand::Action action) {
  given.command.load.set = pairs_of("--set", given.set);
  given.command.load.changes = pairs_of("--change", given.changes);
  SweepCommand command = given.command;
  command.action = action;

  // --seed, which every command has, is a sweep of that one seed.
  try {
    if (!given.seeds.empty()) command.seeds = parse_seeds(given.seeds, 1, 100'000);
    if (command.load.seed) command.seeds = {*command.load.seed};
  } catch (const std::invalid_argument& wrong) {
    throw CLI::ValidationError("--seeds", wrong.what());
  }

  command.strategies = names_in("--strategies", given.strategy_lists);
  for (const std::string& text : command.strategies) checked_strategy("--strategies", text);
  command.figures = names_in("--kpi", given.figure_lists);
  command.where = pairs_of("--where", given.where);

  if (command.picture.empty() && (!command.where.empty() || !command.against.empty()))
    throw CLI::RequiredError("--picture (for --against and --where)");
  if (!given.pareto.empty()) command.pareto = names_in("--pareto", {given.pareto});

  // Read for their slips alone: these show before a scenario is loaded or a folder made.
  try {
    for (const std::string& text : command.vary) sweep::parse_factor(text);
  } catch (const std::invalid_argument& wrong) {
    throw CLI::ValidationError("--vary", wrong.what());
  }
  try {
    if (!command.shard.empty()) sweep::parse_shard(command.shard);
  } catch (const std::invalid_argument& wrong) {
    throw CLI::ValidationError("--shard", wrong.what());
  }

  if (!command.shard.empty() && command.out.empty() && command.action == SweepCommand::Action::run)
    throw CLI::RequiredError("--out (a shard without a folder is lost)");
  if (command.keep_runs && command.out.empty()) throw CLI::RequiredError("--out (for --keep-runs)");
  return command;
}

/// Options that say which factors are varied, and how.
void add_design(CLI::App& app, SweepOptions& options) {
  SweepCommand& command = options.command;
  app.add_option("SCENARIO", command.scenario,
                 "scenario file (.lua); or the folder of a sweep, which goes on with what it has not done")
      ->required();
  add_repeated(app, "--vary", command.vary,
               "a param() of the scenario, else a key of --change, as contract_kw=40:160:15 (low, high, step), "
               "pv_kw=0,50 or, with --samples, pv_kw=0:100; may be repeated");
  app.add_option("--samples", command.samples, "draw so many points of a Latin hypercube instead of the whole grid")
      ->check(CLI::Range(std::size_t{1}, sweep::max_points));
  app.add_option("--sample-seed", command.sample_seed, "seed of those points; default 0")
      ->check(CLI::Range(std::uint64_t{0}, std::uint64_t{INT64_MAX}));
  options.add_to(app, Start::elsewhere);
  app.add_option("--seeds", options.seeds,
                 "each point with each of these seeds, as 1..30 or 1,3,7; the same seed has the same cars at every "
                 "point and under every strategy")
      ->excludes("--seed");
  app.add_option("--strategies", options.strategy_lists,
                 "strategies, separated by commas; `own` is the scenario's; default: its own");
  app.add_option("--days", command.load.days, "local days to simulate, instead of the scenario's")
      ->check(CLI::Range(1, 36500))
      ->check(check_decimal);
  app.add_flag("--bound", command.bound, "work out each world's bound, too: bound, regret, saving_share");
}

void add_summary(CLI::App& app, SweepOptions& options) {
  SweepCommand& command = options.command;
  app.add_option("--kpi", options.figure_lists,
                 "figures of the summary (all are in the table), separated by commas; default objective");
  app.add_option("--reference", command.reference, "strategy that differences are from; default: the first");
  app.add_option("--pareto", options.pareto,
                 "Pareto front of these figures, separated by commas, over all points and strategies");
  app.add_option("--picture", command.picture,
                 "file to draw (.png, .svg or .html): the first of --kpi against --against, with 95 % intervals; with "
                 "--pareto and no --kpi that front, what is dominated in grey");
  app.add_option("--against", command.against, "varied parameter of the picture's x axis; default: the first");
  add_repeated(app, "--where", options.where, "hold a varied parameter in the picture, as pv_kw=50; may be repeated");
}

}  // namespace

void offer_sweep(Offers& offers) {
  CLI::App& sweep = *offers.program().add_subcommand(
      "sweep", "Run a scenario at many points, on many seeds, under several strategies: one table, one figure");
  sweep.require_subcommand(1);
  using Action = SweepCommand::Action;
  const auto offer = [&](const char* name, const char* help, Action action) -> std::pair<CLI::App*, SweepOptions*> {
    const auto options = std::make_shared<SweepOptions>();
    CLI::App& app = offers.add_command(sweep, name, help, options,
                                       [action](SweepOptions& given) { return command_of(given, action); });
    return {&app, options.get()};
  };

  const auto [run, run_options] = offer("run", "Do the runs, or go on with them", Action::run);
  add_design(*run, *run_options);
  run->add_option("-o,--out", run_options->command.out,
                  "folder for rows as they come, table.csv, table.sqlite and summary.csv; runs that are there already "
                  "are not done again, and several processes may share one");
  run->add_option("--shard", run_options->command.shard, "only part i of n, as 1/3: one folder each, then sweep merge");
  add_threads(*run, run_options->command.threads);
  run->add_flag("--keep-runs", run_options->command.keep_runs, "a run file of each run in OUT/runs");
  run->add_flag("--summary", run_options->command.summary,
                "means with 95 % intervals, and paired differences from the reference");
  add_summary(*run, *run_options);

  const auto [plan, plan_options] =
      offer("plan", "Say how many runs it will be, load each point once, and write the plan", Action::plan);
  add_design(*plan, *plan_options);
  plan->add_option("-o,--out", plan_options->command.out, "folder for plan.json; sweep run FOLDER does it");

  const auto [merge, merge_options] =
      offer("merge", "Put shards together: the bytes of one machine's table", Action::merge);
  merge->add_option("FOLDER", merge_options->command.folders, "folders of the shards")->required();
  merge->add_option("-o,--out", merge_options->command.out, "folder for the whole")->required();
  add_json(*merge, merge_options->command.json);

  const auto [show, show_options] = offer("show", "Summary of a sweep that is done", Action::show);
  show->add_option("FOLDER", show_options->command.scenario, "folder of the sweep")->required();
  add_summary(*show, *show_options);
  add_json(*show, show_options->command.json);
  add_language(*show, show_options->command.language);

  const auto [emit, emit_options] = offer("emit", "Write the script of an array of jobs to stdout", Action::emit);
  emit->add_option("KIND", emit_options->command.emit, "slurm (an array of jobs) or parallel (GNU parallel)")
      ->required()
      ->check(CLI::IsMember({"slurm", "parallel"}));
  emit->add_option("FOLDER", emit_options->command.scenario, "folder with plan.json, as sweep plan writes it")
      ->required();
  emit->add_option("--shards", emit_options->command.shards, "jobs; default 4")->check(CLI::Range(1, 100'000));
}

}  // namespace evtwin::cli
