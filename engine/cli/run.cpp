// evtwin run: one scenario under one strategy.
#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "analysis/metrics_text.hpp"
#include "analysis/run_report.hpp"
#include "cli/commands.hpp"
#include "cli/found_bound.hpp"
#include "cli/json_head.hpp"
#include "cli/new_file.hpp"
#include "cli/one_run.hpp"
#include "cli/output_aside.hpp"
#include "cli/progress.hpp"
#include "kernel/text.hpp"

namespace evtwin::cli {

namespace {

namespace fs = std::filesystem;

bool same_file(const std::string& a, const std::string& b) {
  if (a.empty() || b.empty()) return false;
  std::error_code error;
  return a == b || fs::equivalent(a, b, error) || fs::weakly_canonical(a, error) == fs::weakly_canonical(b, error);
}

RunFiles files_of(const RunCommand& command, const StartPoint& start) {
  RunFiles files{command.out, command.checkpoint_file, {}};
  if (same_file(files.run, files.checkpoint))
    throw CommandError(fmt::format("{}: --out and --checkpoint-at need a file each", files.run));
  for (const std::string& file : {files.run, files.checkpoint}) {
    if (same_file(file, start.file))
      throw CommandError(fmt::format("{}: is the checkpoint to go on from; name another file to write", file));
  }
  if (command.checkpoint_at.empty()) return files;
  try {
    files.checkpoint_at_ns = market::parse_instant(command.checkpoint_at, start.scenario.world.calendar);
  } catch (const market::CalendarError& error) {
    throw CommandError(fmt::format("--checkpoint-at: {}", error.what()));
  }
  return files;
}

/// Where a run that goes on began, for people.
std::string line_of_start(const StartPoint& start, const ReadyStrategy& strategy) {
  const bool fork = successor_of(start, strategy) == twin::Successor::other_strategy;
  return fmt::format(
      "from {} at {}, {}", kernel::make_printable(start.file),
      start.scenario.world.calendar.format_local(start.content->checkpoint.time_ns),
      fork ? fmt::format("{} until then; figures are of the whole run", kernel::make_printable(start.strategy.label))
           : "the same strategy going on");
}

/// The whole answer for programs.
void print_run_json(const StartPoint& start, const ReadyStrategy& strategy, const RunFiles& files,
                    const FinishedRun& done) {
  const twin::World& world = start.scenario.world;
  auto json = json_head("run", start);
  json.update(analysis::run_json(world, done.result, strategy.identity.label, done.kpis, done.wall_s));
  if (start.content) {
    json["from"] = {{"file", start.file},
                    {"time", world.calendar.format_iso(start.content->checkpoint.time_ns)},
                    {"strategy", start.strategy.label},
                    {"same_strategy", successor_of(start, strategy) == twin::Successor::same_strategy}};
  }
  if (files.checkpoint_at_ns) {
    json["checkpoint"] = {{"file", files.checkpoint}, {"time", world.calendar.format_iso(*files.checkpoint_at_ns)}};
  }
  fmt::print("{}\n", analysis::json_text(json));
}

/// The answer for people, up to the table of figures and what is to be said of it.
void print_run_figures(const StartPoint& start, const ReadyStrategy& strategy, const FinishedRun& done,
                       analysis::Language language) {
  const twin::World& world = start.scenario.world;
  std::uint64_t sessions = 0;
  for (const auto& site : done.result.sites) sessions += site.sessions;
  fmt::print("{}: {} to {} ({}), strategy {}, {} sessions\n\n", kernel::make_printable(world.name),
             world.calendar.format_local(world.start_ns), world.calendar.format_local(world.end_ns),
             world.calendar.zone_name(), kernel::make_printable(strategy.identity.label), sessions);

  if (start.content) fmt::print("{}\n\n", line_of_start(start, strategy));
  fmt::print("{}\n", analysis::kpi_table_text(done.kpis, language));
  if (const std::string replaced = analysis::replacements_text(world, done.kpis, language); !replaced.empty())
    fmt::print("{}\n", replaced);
  for (const std::string& note : analysis::strategy_notes(done.result))
    fmt::print(stderr, "note: {}\n", kernel::make_printable(note));
}

}  // namespace

int run_scenario(const RunCommand& command) {
  const StartPoint start = start_of(command.scenario, command.load, command.from);
  const bool oracle = command.strategy && is_oracle(*command.strategy);
  if (oracle && start.content) throw CommandError("strategy oracle: it plays a whole run; leave out --from");

  // The oracle is made before its bound is known, and waits for it.
  BoundPromise bound;
  const BoundFuture bound_found = bound.get_future().share();
  const ReadyStrategy strategy =
      oracle ? ready_oracle(bound_found)
             : ready_strategy(start, command.strategy ? &*command.strategy : nullptr, command.hosting);

  const RunFiles files = files_of(command, start);
  catch_interrupt();
  FinishedRun done;
  {
    const OutputAside aside;
    ProgressBar bar("running " + kernel::make_printable(strategy.identity.label));
    const bool needs_bound = oracle || command.bound;
    if (needs_bound) bound.set_value(find_bound_of(start, command.hosting, {}));
    done = run_once(
        start, strategy, files, [&](double fraction) { bar.show_fraction(fraction); },
        [&] { return needs_bound ? &bound_found.get()->yardstick : nullptr; });
  }

  const twin::World& world = start.scenario.world;
  if (!command.metrics.empty())
    replace_file(command.metrics,
                 analysis::metrics_text(world, done.result, strategy.identity.label, done.kpis, done.wall_s));

  if (command.json) {
    print_run_json(start, strategy, files, done);
    return 0;
  }

  print_flags(world);
  print_run_figures(start, strategy, done,
                    command.language == "ko" ? analysis::Language::korean : analysis::Language::english);
  fmt::print("event hash {:016x}, {:.3f} s\n", done.result.event_hash, done.wall_s);
  if (!command.out.empty()) fmt::print("run file   {}\n", kernel::make_printable(command.out));
  if (files.checkpoint_at_ns) {
    fmt::print("checkpoint {} at {}\n", kernel::make_printable(files.checkpoint),
               world.calendar.format_local(*files.checkpoint_at_ns));
  }
  return 0;
}

}  // namespace evtwin::cli
