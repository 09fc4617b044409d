// evtwin sweep: many points, seeds and strategies of one scenario.
#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "analysis/run_report.hpp"
#include "cli/commands.hpp"
#include "cli/contest.hpp"
#include "cli/new_file.hpp"
#include "cli/seed_list.hpp"
#include "cli/sweep_work.hpp"
#include "kernel/program_folder.hpp"
#include "kernel/text.hpp"
#include "sweep/chart.hpp"
#include "sweep/jobs.hpp"
#include "sweep/summary.hpp"
#include "twin/simulation.hpp"

namespace evtwin::cli {

namespace {

namespace fs = std::filesystem;
using SweepJson = nlohmann::ordered_json;

std::string plan_file(const std::string& folder) { return (fs::path(folder) / "plan.json").string(); }

sweep::Plan plan_in(const std::string& folder) {
  const std::string file = plan_file(folder);
  std::ifstream stream(file, std::ios::binary);
  if (!stream)
    throw CommandError(
        fmt::format("{}: has no plan.json; `evtwin sweep plan SCENARIO ... --out FOLDER` writes one", folder));
  sweep::Plan plan = sweep::read_plan({std::istreambuf_iterator<char>(stream), {}}, file);
  const fs::path beside = (fs::path(folder) / plan.scenario).lexically_normal();
  std::error_code error;
  if (fs::exists(beside, error)) plan.scenario = beside.string();
  return plan;
}

/// A relative scenario stands in the plan as seen from its folder, so that the sweep goes on from wherever it is
/// called.
void write_plan(sweep::Plan plan, const std::string& folder) {
  if (fs::path(plan.scenario).is_relative())
    plan.scenario = fs::absolute(plan.scenario).lexically_proximate(fs::absolute(folder).lexically_normal()).string();
  replace_file(plan_file(folder), sweep::plan_text(plan));
}

/// Takes the scenario's own sweep { ... } wherever the command line says nothing.
void add_own_block(const SweepCommand& command, sweep::Plan& plan) {
  if (!command.vary.empty() && !command.seeds.empty() && !command.strategies.empty()) return;
  scenario::AskedSweep own;
  try {
    own = scenario::load_scenario(command.scenario, command.load).sweep;
  } catch (const scenario::ScriptError&) {
    return;  // perhaps it needs what is varied; the first of its worlds will tell
  }
  if (plan.vary.empty()) {
    plan.vary = own.vary;
    if (plan.samples == 0) plan.samples = own.samples;
  }
  if (plan.strategies.empty()) plan.strategies = own.strategies;
  if (!plan.seeds.empty() || own.seeds.empty()) return;
  try {
    plan.seeds = parse_seeds(own.seeds, 1, 100'000);
  } catch (const std::invalid_argument& wrong) {
    throw CommandError(fmt::format("{}: sweep.seeds: {}", command.scenario, wrong.what()));
  }
}

/// As the command line and the scenario have it, or the folder that is named in place of a scenario.
sweep::Plan plan_of(const SweepCommand& command) {
  std::error_code error;
  if (!fs::is_directory(command.scenario, error)) {
    sweep::Plan plan{command.scenario, command.load.set,    command.load.changes, command.load.days,  command.vary,
                     command.samples,  command.sample_seed, command.seeds,        command.strategies, command.bound};
    add_own_block(command, plan);
    return plan;
  }
  const bool asks = !command.vary.empty() || !command.seeds.empty() || !command.strategies.empty() ||
                    !command.load.set.empty() || !command.load.changes.empty() || command.load.days ||
                    command.samples > 0 || command.bound;
  if (asks)
    throw CommandError(fmt::format(
        "{}: is the folder of a sweep, whose plan stands in it; for another plan name the scenario", command.scenario));
  return plan_in(command.scenario);
}

std::string counted(std::size_t count, const char* one) {
  return fmt::format("{} {}{}", count, one, count == 1 ? "" : "s");
}

std::string size_text(const sweep::Layout& layout, std::size_t strategies) {
  return fmt::format("{} x {} x {} = {}", counted(layout.points.size(), "point"), counted(layout.seeds, "seed"),
                     strategies == 1 ? "1 strategy" : fmt::format("{} strategies", strategies),
                     counted(layout.world_count() * strategies, "run"));
}

/// Everything that a finished sweep leaves in its folder.
void write_results(const sweep::Table& table, const std::string& folder, const std::string& reference) {
  const auto in_folder = [&](const char* name) { return (fs::path(folder) / name).string(); };
  replace_file(in_folder("table.csv"), sweep::table_csv(table));
  replace_file(in_folder("summary.csv"), sweep::summary_csv(table, reference));
  const std::string part = fmt::format("{}.{}.part", in_folder("table.sqlite"), ::getpid());
  sweep::write_table_sqlite(table, part);
  if (::rename(part.c_str(), in_folder("table.sqlite").c_str()) != 0) can_not_write(in_folder("table.sqlite"), errno);
}

sweep::SummaryRequest request_of(const SweepCommand& command) {
  return {command.figures, command.reference, command.pareto};
}

/// The name of the file says which kind it is.
std::string picture_text(const SweepCommand& command, const sweep::Table& table) {
  const bool korean = command.language == "ko";
  const std::string kind = fs::path(command.picture).extension().string();
  const bool of_front = !command.pareto.empty() && command.figures.empty();
  const std::string figure = command.figures.empty() ? "objective" : command.figures.front();
  const sweep::Chart chart = of_front ? sweep::front_chart(table, command.pareto, korean)
                                      : sweep::figure_chart(table, {figure, command.against, command.where, korean});
  if (kind == ".svg") return sweep::svg_of(chart.drawing);
  if (kind == ".html") return sweep::page_of(chart.drawing, chart.notes, command.language);
  if (kind == ".png") return sweep::png_of(chart.drawing);
  throw CommandError(
      fmt::format("--picture {}: must end with .png, .svg or .html", kernel::make_printable(command.picture)));
}

int tell(const SweepCommand& command, const SweepOutcome& outcome, const std::string& folder, bool with_summary) {
  if (outcome.stale > 0)
    fmt::print(stderr, "note: {} done from another scenario text or other files, and {} used again\n",
               outcome.stale == 1 ? "1 run was" : fmt::format("{} runs were", outcome.stale),
               outcome.stale == 1 ? "is not" : "are not");
  if (outcome.damaged > 0)
    fmt::print(stderr, "note: {} of the folder's rows can not be read and {} left out\n", outcome.damaged,
               outcome.damaged == 1 ? "is" : "are");
  if (outcome.failed > 0)
    fmt::print(stderr, "error: {} of {} runs failed; the first: {}\n", outcome.failed, outcome.runs,
               kernel::make_printable(outcome.first_error));

  // Failed runs cost the exit status, not the table of the others.
  const int status = outcome.failed > 0 ? 1 : 0;
  if (!command.picture.empty()) {
    if (!outcome.table) throw CommandError("--picture: a part of a sweep has none; merge the shards first");
    replace_file(command.picture, picture_text(command, *outcome.table));
  }

  if (outcome.table && !folder.empty() && !command.pareto.empty())
    replace_file((fs::path(folder) / "pareto.csv").string(), sweep::front_csv(*outcome.table, command.pareto));

  if (command.json) {
    SweepJson json{{"schema", "evtwin sweep/1"},
                   {"runs", outcome.runs},
                   {"found", outcome.found},
                   {"done", outcome.done},
                   {"missing", outcome.missing},
                   {"failed", outcome.failed},
                   {"folder", folder.empty() ? SweepJson() : SweepJson(folder)}};
    json["summary"] = outcome.table ? SweepJson(sweep::summary_json(*outcome.table, request_of(command))) : SweepJson();
    fmt::print("{}\n", analysis::json_text(json));
    return status;
  }

  if (outcome.table && with_summary)
    fmt::print("{}\n", sweep::summary_text(*outcome.table, request_of(command), command.language == "ko"));
  fmt::print("{} of {} runs: {} found, {} done now", outcome.runs - outcome.missing, outcome.runs, outcome.found,
             outcome.done);
  if (outcome.failed > 0) fmt::print(", {} failed", outcome.failed);
  fmt::print("\n");
  if (outcome.missing > 0)
    fmt::print("{} are for other shards; evtwin sweep merge puts them together\n", outcome.missing);

  if (!command.picture.empty()) fmt::print("Picture in {}\n", kernel::make_printable(command.picture));
  if (outcome.table && !folder.empty())
    fmt::print("Table in {0}/table.csv and {0}/table.sqlite, summary in {0}/summary.csv\n",
               kernel::make_printable(folder));
  return status;
}

int run_sweep(const SweepCommand& command) {
  SweepWork work;
  work.plan = plan_of(command);
  std::error_code error;
  const bool goes_on = fs::is_directory(command.scenario, error);
  work.folder = command.out.empty() && goes_on ? command.scenario : command.out;
  if (!command.shard.empty()) work.shard = sweep::parse_shard(command.shard);

  work.hosting = command.hosting;
  work.threads = command.threads;
  work.keep_runs = command.keep_runs;

  // Slips in the plan show before there is a folder.
  sweep::layout_of(work.plan);
  if (!work.folder.empty()) {
    if (!fs::exists(work.plan.scenario, error))
      throw CommandError(fmt::format("{}: there is no such file", kernel::make_printable(work.plan.scenario)));
    make_folder(work.folder);
    write_plan(work.plan, work.folder);
  }

  // A sweep may be interrupted at any time: rows that are there are kept.
  const SweepOutcome outcome = [&] {
    try {
      return work_on(work);
    } catch (const twin::Interrupted&) {
      if (!work.folder.empty())
        fmt::print(stderr, "what is done is kept; evtwin sweep run {} goes on\n", kernel::make_printable(work.folder));
      throw;
    }
  }();

  if (outcome.table && !work.folder.empty()) write_results(*outcome.table, work.folder, command.reference);
  return tell(command, outcome, work.folder,
              command.summary || work.folder.empty() || !command.figures.empty() || !command.pareto.empty());
}

int plan_sweep(const SweepCommand& command) {
  const sweep::Plan plan = plan_of(command);
  const sweep::Layout layout = sweep::layout_of(plan);

  // The first world of each point is loaded here, so that a plan that is written can be run.
  const SweepTitle title = check_plan(plan, command.hosting);

  if (!command.out.empty()) {
    make_folder(command.out);
    write_plan(plan, command.out);
  }

  if (command.json) {
    SweepJson json;
    json["scenario"] = title.scenario;
    json["strategies"] = title.strategies;
    json["seeds"] = plan.seeds;
    json["worlds"] = layout.world_count();
    json["runs"] = layout.world_count() * title.strategies.size();
    json["points"] = SweepJson::array();
    for (const sweep::Point& point : layout.points) {
      SweepJson values = SweepJson::object();
      for (std::size_t f = 0; f < point.size(); ++f) values[layout.factors[f].name] = point[f];
      json["points"].push_back(std::move(values));
    }
    fmt::print("{}\n", analysis::json_text(json));
    return 0;
  }

  fmt::print("{}: {}\n", kernel::make_printable(title.scenario), size_text(layout, title.strategies.size()));
  for (std::size_t f = 0; f < layout.factors.size(); ++f) {
    const sweep::Factor& factor = layout.factors[f];
    std::string values;
    for (const std::string& value : factor.values)
      values += (values.empty() ? "" : ", ") + kernel::make_printable(value, 60);
    if (factor.span) values = fmt::format("{} to {}", factor.span->low, factor.span->high);
    fmt::print("  {}: {}\n", kernel::make_printable(factor.name), values);
  }

  fmt::print("Every point loads.\n");
  if (!command.out.empty()) fmt::print("evtwin sweep run {} does it\n", kernel::make_printable(command.out));
  return 0;
}

int merge_sweep(const SweepCommand& command) {
  const sweep::Plan plan = plan_in(command.folders.front());
  for (const std::string& folder : command.folders) {
    sweep::Plan other = plan_in(folder);
    // The scenario's text is held against the rows; where it lies may differ.
    if (fs::path(other.scenario).filename() == fs::path(plan.scenario).filename()) other.scenario = plan.scenario;
    if (!(other == plan))
      throw CommandError(fmt::format("{}: holds another sweep than {}; `diff` of their plan.json says in what", folder,
                                     command.folders.front()));
  }
  SweepWork work;
  work.plan = plan;
  work.also = command.folders;
  work.only_gather = true;
  const SweepOutcome outcome = work_on(work);
  if (outcome.missing > 0)
    throw CommandError(fmt::format(
        "{} of {} runs are in none of these folders{}; run the shards that are missing, then merge again",
        outcome.missing, outcome.runs,
        outcome.stale > 0 ? fmt::format(" ({} were made from other inputs than are here)", outcome.stale) : ""));
  make_folder(command.out);
  write_plan(plan, command.out);
  write_results(*outcome.table, command.out, command.reference);
  return tell(command, outcome, command.out, false);
}

int show_sweep(const SweepCommand& command) {
  SweepWork work;
  work.plan = plan_in(command.scenario);
  work.folder = command.scenario;
  work.only_gather = true;
  const SweepOutcome outcome = work_on(work);
  if (outcome.missing > 0)
    throw CommandError(fmt::format("{0}: {1} of {2} runs are not done; evtwin sweep run {0} does them",
                                   command.scenario, outcome.missing, outcome.runs));
  return tell(command, outcome, command.scenario, true);
}

int emit_sweep(const SweepCommand& command) {
  sweep::layout_of(plan_in(command.scenario));
  std::error_code error;
  const std::string program = fs::read_symlink("/proc/self/exe", error).string();
  const std::string folder = fs::absolute(command.scenario).lexically_normal().string();
  const std::string script = command.emit == "slurm" ? sweep::slurm_script(program, folder, command.shards)
                                                     : sweep::parallel_script(program, folder, command.shards);
  fmt::print("{}", script);
  return 0;
}

}  // namespace

int sweep_worlds(const SweepCommand& command) {
  try {
    switch (command.action) {
      case SweepCommand::Action::run:
        return run_sweep(command);
      case SweepCommand::Action::plan:
        return plan_sweep(command);
      case SweepCommand::Action::merge:
        return merge_sweep(command);
      case SweepCommand::Action::show:
        return show_sweep(command);
      case SweepCommand::Action::emit:
        return emit_sweep(command);
    }
  } catch (const std::invalid_argument& wrong) {
    throw CommandError(fmt::format("--vary {}", wrong.what()));
  }
  return 0;
}

}  // namespace evtwin::cli
