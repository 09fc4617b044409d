#include "twin/simulation.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "kernel/archive.hpp"
#include "kernel/log.hpp"
#include "twin/hosts.hpp"
#include "twin/run.hpp"

namespace evtwin::twin {

namespace {

/// Title of the bytes of a checkpoint: a run, and the memory of its strategies.
constexpr std::string_view checkpoint_title = "evtwin simulation 7";

constexpr kernel::LogRoom log_room = kernel::LogRoom::twin;

/// Decisions between two looks whether somebody wants the run to stop, however little time passes.
constexpr std::uint64_t decisions_between_looks = 64;

/// Stops in time: progress, Ctrl-C and the checkpoint. Where nobody is told and nobody may end the run, it pauses for
/// neither: a thousand pauses are an eighth of what a run of one day costs.
class Stops {
 public:
  Stops(const World& world, const RunOptions& options, TimeNs from_ns)
      : world_(world),
        options_(options),
        every_ns_(std::max<TimeNs>(1, (world.end_ns - world.start_ns) / 1000)),
        report_ns_(options.progress || options.stop ? from_ns + every_ns_ : kernel::time_never),
        checkpoint_ns_(options.checkpoint_at_ns.value_or(kernel::time_never)) {}

  TimeNs next() const { return std::min(report_ns_, checkpoint_ns_); }
  bool checkpoint_due(TimeNs t) const { return t >= checkpoint_ns_; }
  void checkpoint_made() { checkpoint_ns_ = kernel::time_never; }

  void report(TimeNs t) {
    if (t < report_ns_) return;
    report_ns_ = t + every_ns_;
    const auto passed = static_cast<double>(t - world_.start_ns);
    if (options_.progress) options_.progress(passed / static_cast<double>(world_.end_ns - world_.start_ns));
    look();
  }
  void decided() {
    if (++decisions_ % decisions_between_looks == 0) look();
  }

 private:
  void look() const {
    if (options_.stop && options_.stop()) throw Interrupted("stopped");
  }

  const World& world_;
  const RunOptions& options_;
  const TimeNs every_ns_;
  TimeNs report_ns_, checkpoint_ns_;
  std::uint64_t decisions_ = 0;
};

/// Before the run has cost any time: whether the checkpoint that is asked for can be made.
void check_checkpoint(const World& world, const Hosts& hosts, const RunOptions& options) {
  const TimeNs first = options.from != nullptr ? options.from->time_ns : world.start_ns;
  if (*options.checkpoint_at_ns < first || *options.checkpoint_at_ns >= world.end_ns) {
    const market::Calendar& local = world.calendar;
    throw CheckpointError(fmt::format("a checkpoint at {} lies outside {}, from {} to {} ({})",
                                      local.format_local(*options.checkpoint_at_ns),
                                      options.from != nullptr ? "what is left of the run" : "the run",
                                      local.format_local(first), local.format_local(world.end_ns), local.zone_name()));
  }
  if (hosts.can_save()) return;
  const std::string& name = options.strategy_name;
  throw CheckpointError(
      fmt::format("{} keeps no evtwin.state/1 and does not call itself stateless; it can not be checkpointed",
                  name.empty() ? "the strategy" : "strategy " + name));
}

Checkpoint save(Run& run, const Hosts& hosts, TimeNs time_ns) {
  Checkpoint inner = run.save_checkpoint();
  kernel::ArchiveWriter a(checkpoint_title);
  a(inner.state);
  a.begin_section("strategies");
  hosts.save_memories(a);
  return {time_ns, inner.event_hash, inner.events, a.take_bytes()};
}

void resume(Run& run, Hosts& hosts, const Checkpoint& checkpoint, Successor successor) {
  try {
    kernel::ArchiveReader a(checkpoint.state, checkpoint_title);
    Checkpoint inner{checkpoint.time_ns, checkpoint.event_hash, checkpoint.events, {}};
    a(inner.state);
    run.resume_from(inner, successor);
    a.begin_section("strategies");
    hosts.load_memories(a, successor == Successor::same_strategy);
    a.require_end();
  } catch (const kernel::ArchiveError& error) {
    throw CheckpointError(error.what());
  }
}

void begin(Run& run, Hosts& hosts, const World& world, const RunOptions& options) {
  if (options.checkpoint_at_ns) check_checkpoint(world, hosts, options);
  if (options.from != nullptr) {
    resume(run, hosts, *options.from, options.successor);
  } else {
    run.begin(episode_of(world));
  }
}

RunSetup setup_of(const RunOptions& options) {
  return {options.observer, options.script, options.checkpoint_at_ns.has_value(), options.parts};
}

void tell_begin(const World& world, const RunOptions& options, const Hosts& hosts, TimeNs now_ns) {
  if (!kernel::logs_at(log_room, kernel::LogLevel::info)) return;
  kernel::log_line(log_room, kernel::LogLevel::info, "{}: {} from {} to {}, {} site(s), {}", world.name,
                   options.from != nullptr ? "goes on" : "runs", world.calendar.format_local(now_ns),
                   world.calendar.format_local(world.end_ns), world.sites.size(), hosts.name_in_messages());
}

void tell_question(const World& world, const Pause& at) {
  for (const std::uint32_t site : at.sites)
    kernel::log_line(log_room, kernel::LogLevel::debug, "pauses at {} for a decision of {}",
                     world.calendar.format_iso(at.now_ns), world.sites[site].name);
}

void tell_end(const World& world, const Result& result, const Hosts& hosts, double ms) {
  if (!kernel::logs_at(log_room, kernel::LogLevel::info)) return;
  std::uint64_t sessions = 0, decisions = 0;
  for (const SiteResult& site : result.sites) {
    sessions += site.sessions;
    decisions += site.decisions;
  }
  kernel::log_line(log_room, kernel::LogLevel::info,
                   "{}: done, {} events, {} decisions, {} sessions, event hash {:016x}, {}, {:.1f} ms", world.name,
                   result.events, decisions, sessions, result.event_hash, hosts.name_in_messages(), ms);
}

}  // namespace

Result simulate(const World& world, const control::StrategyFactory& strategy, const RunOptions& options) {
  const kernel::Stopwatch watch;
  Run run(world, setup_of(options));
  Hosts hosts(run, world, strategy);
  begin(run, hosts, world, options);
  tell_begin(world, options, hosts, run.now_ns());

  Stops stops(world, options, run.now_ns());
  while (true) {
    const Pause at = run.advance_until(stops.next());
    if (at.kind == Pause::Kind::end) {
      Result result = run.finish_run();
      hosts.end(result, options.observer);
      tell_end(world, result, hosts, watch.elapsed_ms());
      return result;
    }

    // A checkpoint is the state before any event of its instant: a pause for a decision is too late for it.
    if (stops.checkpoint_due(at.now_ns) && at.kind == Pause::Kind::time) {
      const Checkpoint checkpoint = save(run, hosts, at.now_ns);
      stops.checkpoint_made();
      kernel::log_line(log_room, kernel::LogLevel::info, "checkpoint at {}: {} bytes",
                       world.calendar.format_local(at.now_ns), checkpoint.state.size());
      if (options.on_checkpoint) options.on_checkpoint(checkpoint);
    }

    if (at.kind == Pause::Kind::decision) {
      if (kernel::logs_at(log_room, kernel::LogLevel::debug)) [[unlikely]]
        tell_question(world, at);
      hosts.ask_sites(at.sites);
      stops.decided();
    }

    stops.report(at.now_ns);
  }
}

void rehearse_run(const World& world, const control::StrategyFactory& strategy, const RunOptions& options) {
  RunOptions quiet = options;
  quiet.observer = nullptr;
  quiet.script = nullptr;
  Run run(world, setup_of(quiet));
  Hosts hosts(run, world, strategy);
  begin(run, hosts, world, quiet);
}

}  // namespace evtwin::twin
