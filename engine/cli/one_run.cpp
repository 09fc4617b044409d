#include "cli/one_run.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cmath>

#include "cli/commands.hpp"
#include "cli/progress.hpp"
#include "kernel/text.hpp"
#include "record/writer.hpp"
#include "twin/tee.hpp"

namespace evtwin::cli {

namespace {

/// The files of a run while it goes on.
struct Recording {
  Recording(const StartPoint& start, const ReadyStrategy& strategy, const RunFiles& files) {
    if (files.run.empty() && !files.checkpoint_at_ns) return;
    origin = origin_of(start, strategy);
    open(run, files.run, start, strategy);
    if (files.checkpoint_at_ns) open(checkpoint, files.checkpoint, start, strategy);
  }

  /// Every file says what became of the run; one that is done is done.
  void fail(record::RunState state, const std::string& error) {
    for (auto* writer : {&run, &checkpoint}) {
      if (*writer) (*writer)->fail(state, error);
      writer->reset();
    }
  }

  void leave_off(const twin::Checkpoint& made) {
    checkpoint->leave_off(made);
    tee.remove(*checkpoint);
    checkpoint.reset();
  }

  twin::Tee tee;
  record::Origin origin;  ///< read before the run: nothing may change while it goes on
  std::optional<record::RunWriter> run, checkpoint;

 private:
  void open(std::optional<record::RunWriter>& writer, const std::string& file, const StartPoint& start,
            const ReadyStrategy& strategy) {
    if (file.empty()) return;
    if (start.content) {
      writer.emplace(file, start.scenario.world, strategy.identity, origin, start.file);
    } else {
      writer.emplace(file, start.scenario.world, strategy.identity, origin);
    }
    tee.add(*writer);
  }
};

/// A file that shows two strategies says where the second one began.
void note_successor(const StartPoint& start, const ReadyStrategy& strategy, twin::Observer& observer) {
  const std::string text = fmt::format("{} in place of {}", strategy.identity.label, start.strategy.label);
  observer.on_event({0, start.content->checkpoint.time_ns, "strategy", text});
}

FinishedRun run_recorded(const StartPoint& start, const ReadyStrategy& strategy, const RunFiles& files,
                         twin::RunOptions options, const std::function<const analysis::Yardstick*()>& yardstick) {
  const twin::World& world = start.scenario.world;
  const auto script = scenario::make_script(start.scenario);
  Recording recording(start, strategy, files);
  options.observer = files.checkpoint_at_ns ? &recording.tee : recording.tee.reduced();
  options.script = script.get();
  options.on_checkpoint = [&](const twin::Checkpoint& made) { recording.leave_off(made); };
  FinishedRun run;
  try {
    if (options.successor == twin::Successor::other_strategy && options.from != nullptr)
      note_successor(start, strategy, recording.tee);
    const auto begun = std::chrono::steady_clock::now();
    run.result = twin::simulate(world, strategy.factory, options);
    run.wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
    run.kpis = analysis::kpis(world, run.result, yardstick ? yardstick() : nullptr);
    const double objective = analysis::value_of(run.kpis, "objective");
    if (!std::isfinite(objective) || !std::isfinite(analysis::value_of(run.kpis, "energy_delivered_kwh"))) {
      throw CommandError(fmt::format("{}: its figures are too large to add up; are units right?", world.scenario_file));
    }
    if (recording.run) recording.run->finish(run.result, run.kpis, run.wall_s);
  } catch (const twin::Interrupted&) {
    recording.fail(record::RunState::interrupted, "interrupted");
    throw;
  } catch (const std::exception& error) {
    recording.fail(interrupted() ? record::RunState::interrupted : record::RunState::failed, error.what());
    if (interrupted()) throw twin::Interrupted(error.what());  // a strategy was cut off
    throw;
  }
  return run;
}

}  // namespace

FinishedRun run_once(const StartPoint& start, const ReadyStrategy& strategy, const RunFiles& files,
                     std::function<void(double)> progress,
                     const std::function<const analysis::Yardstick*()>& yardstick) {
  if (files.checkpoint_at_ns && strategy.is_lua()) {
    throw CommandError(fmt::format(
        "strategy {}: what a Lua function remembers nobody else can read; it can not be checkpointed, plugins can",
        strategy.identity.label));
  }
  twin::RunOptions options;
  options.progress = std::move(progress);
  options.stop = interrupted;
  options.strategy_name = strategy.identity.label;
  options.checkpoint_at_ns = files.checkpoint_at_ns;
  if (start.content) {
    options.from = &start.content->checkpoint;
    options.successor = successor(start, strategy);
  }
  try {
    if (options.from != nullptr || options.checkpoint_at_ns)
      twin::rehearse(start.scenario.world, strategy.factory, options);
    return run_recorded(start, strategy, files, std::move(options), yardstick);
  } catch (const twin::CheckpointError& error) {
    throw CommandError(start.content ? fmt::format("{}: {}", start.file, error.what()) : error.what());
  }
}

void print_flags(const twin::World& world, std::size_t most) {
  std::size_t shown = 0;
  for (const twin::Flag& flag : world.flags) {
    if (shown++ == most) {
      fmt::print(stderr, "note: ... and {} more (all are in --json and in the run file)\n", world.flags.size() - most);
      break;
    }
    fmt::print(stderr, "note: {}{}{}{}\n", flag.left_out ? "left out: " : "", kernel::printable(flag.id),
               flag.id.empty() ? "" : ": ", kernel::printable(flag.reason));
  }
}

}  // namespace evtwin::cli
