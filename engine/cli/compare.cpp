// evtwin compare: one scenario under several strategies, side by side.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "analysis/comparison.hpp"
#include "analysis/run_report.hpp"
#include "analysis/seed_report.hpp"
#include "cli/commands.hpp"
#include "cli/contest.hpp"
#include "cli/json_head.hpp"
#include "cli/one_run.hpp"
#include "kernel/text.hpp"

namespace evtwin::cli {

namespace {

void print_title(const twin::World& world) {
  fmt::print("{}: {} to {} ({})\n\n", kernel::make_printable(world.name), world.calendar.format_local(world.start_ns),
             world.calendar.format_local(world.end_ns), world.calendar.zone_name());
}

/// Over several seeds.
int compare_on_seeds(const CompareCommand& command) {
  const auto load = [&](std::uint64_t seed) {
    scenario::LoadOptions options = command.load;
    options.seed = seed;
    return start_of(command.scenario, options, "");
  };
  const auto [start, rounds] = hold_seed_contest(
      command.seeds, load, {command.strategies, command.hosting, command.out, command.threads, command.bound});

  const twin::World& world = start->scenario.world;
  const int status = tell_failures(rounds);
  if (command.json) {
    auto json = json_head("compare", *start);
    json.erase("seed");  // there are several
    json.update(analysis::seed_comparison_json(rounds, world.currency));

    // A run that failed leaves no run file to point to.
    for (auto& run : json["runs"]) {
      if (command.out.empty() || !run["error"].is_null()) continue;
      run["run_file"] = contest_file(command.out, seed_run_name(run["strategy"].get<std::string>(),
                                                                run["seed"].get<std::uint64_t>(), command.seeds));
    }
    fmt::print("{}\n", analysis::json_text(json));
    return status;
  }

  const auto language = command.language == "ko" ? analysis::Language::korean : analysis::Language::english;
  print_flags(world);
  print_title(world);
  fmt::print("{}", analysis::seed_comparison_text(rounds, world.currency, language));
  if (!command.out.empty()) fmt::print("\nRun files are in {}\n", kernel::make_printable(command.out));
  return status;
}

}  // namespace

int compare_strategies(const CompareCommand& command) {
  if (!command.seeds.empty()) return compare_on_seeds(command);
  const StartPoint start = start_of(command.scenario, command.load, command.from);
  const ContestResult contest =
      hold_contest(start, {command.strategies, command.hosting, command.out, command.threads, command.bound});
  const twin::World& world = start.scenario.world;

  const int status = tell_failures(contest);
  if (command.json) {
    auto json = json_head("compare", start);
    json.update(analysis::comparison_json(contest.contenders, world.currency));

    // Null, not an empty text: no error where a bound was found, or none was asked for.
    json["bound_error"] =
        contest.bound_error.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(contest.bound_error);
    for (auto& run : json["runs"]) {
      if (!command.out.empty() && run["error"].is_null())
        run["run_file"] = contest_file(command.out, run["strategy"].get<std::string>());
    }
    fmt::print("{}\n", analysis::json_text(json));
    return status;
  }

  const auto language = command.language == "ko" ? analysis::Language::korean : analysis::Language::english;
  print_flags(world);
  print_title(world);
  if (start.content) {
    fmt::print("All from {} at {}, {} until then: what differs came afterwards.\n\n",
               kernel::make_printable(start.file), world.calendar.format_local(start.content->checkpoint.time_ns),
               kernel::make_printable(start.strategy.label));
  }
  fmt::print(
      "{}\n{}\n",
      analysis::comparison_table(contest.contenders, world.currency, language, command.wide ? 0 : terminal_width()),
      analysis::comparison_sentences(contest.contenders, world.currency, language));
  if (!command.out.empty()) fmt::print("Run files are in {}\n", kernel::make_printable(command.out));
  return status;
}

}  // namespace evtwin::cli
