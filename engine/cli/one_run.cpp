#include "cli/one_run.hpp"

#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cctype>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <iterator>
#include <limits>

#include "cli/commands.hpp"
#include "cli/progress.hpp"
#include "kernel/text.hpp"
#include "record/sqlite.hpp"
#include "record/writer.hpp"
#include "scenario/own_figures.hpp"
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
      if (*writer) (*writer)->end_with_error(state, error);
      writer->reset();
    }
  }

  void leave_off(const twin::Checkpoint& made) {
    checkpoint->leave_off(made);
    tee.remove_observer(*checkpoint);
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
    tee.add_observer(*writer);
  }
};

/// Rows that a statement of the scenario yields. @throws CommandError for one that does more than read
scenario::FigureRows ask_record(record::Database& record, const std::string& sql) {
  // A cross join of a year's segments must end some day.
  constexpr std::int64_t most_work = 20'000'000'000;

  // SQLite calls ATTACH, BEGIN and some PRAGMAs read-only too: the first word keeps them out.
  const std::size_t begin = sql.find_first_not_of(" \t\r\n(");
  const auto begins_with = [&](std::string_view word) {
    if (begin == std::string::npos || sql.size() - begin < word.size()) return false;
    return std::equal(word.begin(), word.end(), sql.begin() + static_cast<std::ptrdiff_t>(begin),
                      [](char a, char b) { return a == std::toupper(static_cast<unsigned char>(b)); });
  };
  if (!begins_with("SELECT") && !begins_with("WITH"))
    throw CommandError("a figure reads the run: its statement begins with SELECT or WITH");

  scenario::FigureRows found;
  record.limit_work(most_work);
  try {
    record::Statement statement(record, sql);
    if (!statement.reads_only()) throw CommandError("a figure reads the run: its statement changes it");
    for (int c = 0; c < statement.column_count(); ++c) found.columns.push_back(statement.column_name(c));

    // Cells keep the types of SQLite; NULL and blobs are empty.
    while (statement.next_row()) {
      std::vector<scenario::FigureCell>& row = found.rows.emplace_back();
      for (int c = 0; c < statement.column_count(); ++c) {
        switch (statement.column_type(c)) {
          case SQLITE_INTEGER:
            row.emplace_back(statement.column_integer(c));
            break;
          case SQLITE_FLOAT:
            row.emplace_back(statement.column_real(c));
            break;
          case SQLITE_TEXT:
            row.emplace_back(statement.column_text(c));
            break;
          default:
            row.emplace_back();
        }
      }
    }
  } catch (const record::RunFileError&) {
    // The file is sound; the statement is what SQLite speaks of.
    throw CommandError(sqlite3_errmsg(record.sqlite_handle()));
  }

  record.limit_work(std::numeric_limits<std::int64_t>::max());
  return found;
}

/// The figures that the scenario defines, for the run file; empty where it defines none.
record::FiguresOfRecord figures_of(const scenario::LoadedScenario& scenario) {
  if (scenario.figures.empty()) return {};
  return [&scenario](record::Database& record) {
    const std::vector<double> values =
        scenario::own_figures(scenario, [&](const std::string& sql) { return ask_record(record, sql); });
    std::vector<record::Kpi> figures;
    for (std::size_t i = 0; i < values.size(); ++i)
      figures.push_back(
          {scenario.figures[i].name, -1, values[i], "", "of the scenario's own", "시나리오가 정의한 지표"});
    return figures;
  };
}

/// A run file that nobody asked for: what a scenario's own figures are made from.
class PassingFile {
 public:
  PassingFile() {
    static std::atomic<unsigned> count{0};
    std::error_code error;
    const auto folder = std::filesystem::temp_directory_path(error);
    name_ = ((error ? std::filesystem::path(".") : folder) / fmt::format("evtwin-{}-{}.evtwin", ::getpid(), ++count))
                .string();
  }
  PassingFile(const PassingFile&) = delete;
  PassingFile& operator=(const PassingFile&) = delete;
  ~PassingFile() {
    for (const char* end : {"", "-wal", "-shm", "-journal"}) ::unlink((name_ + end).c_str());
  }
  const std::string& name() const { return name_; }

 private:
  std::string name_;
};

/// @throws CommandError for a figure of the scenario that is called like one of ours.
void check_names(const scenario::LoadedScenario& scenario) {
  for (const scenario::OwnFigure& figure : scenario.figures) {
    if (analysis::find_kpi_info(figure.name) != nullptr)
      throw CommandError(
          fmt::format("{}: kpi.{} is a key figure already; give yours another name", figure.where, figure.name));
  }
}

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

  // The checkpoint's writer leaves the tee in mid-run, so that the tee itself must stay the observer.
  options.observer = files.checkpoint_at_ns ? &recording.tee : recording.tee.cheapest_observer();
  options.script = script.get();
  options.on_checkpoint = [&](const twin::Checkpoint& made) { recording.leave_off(made); };

  FinishedRun run;
  try {
    if (options.successor == twin::Successor::other_strategy && options.from != nullptr)
      note_successor(start, strategy, recording.tee);
    const auto begun = std::chrono::steady_clock::now();
    run.result = twin::simulate(world, strategy.factory, options);
    run.wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();

    run.kpis = analysis::kpis_of_run(world, run.result, yardstick ? yardstick() : nullptr);
    const double objective = analysis::value_of(run.kpis, "objective");
    if (!std::isfinite(objective) || !std::isfinite(analysis::value_of(run.kpis, "energy_delivered_kwh"))) {
      throw CommandError(fmt::format("{}: its figures are too large to add up; are units right?", world.scenario_file));
    }

    if (recording.run) {
      std::vector<record::Kpi> own =
          recording.run->finish(run.result, run.kpis, run.wall_s, {}, figures_of(start.scenario));
      std::move(own.begin(), own.end(), std::back_inserter(run.kpis));
    }
  } catch (const twin::Interrupted&) {
    recording.fail(record::RunState::interrupted, "interrupted");
    throw;
  } catch (const std::exception& error) {
    recording.fail(was_interrupted() ? record::RunState::interrupted : record::RunState::failed, error.what());
    if (was_interrupted()) throw twin::Interrupted(error.what());  // a strategy was cut off
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

  // Figures of the scenario's own are statements on a run file: a run that keeps none writes one in passing.
  check_names(start.scenario);
  if (!start.scenario.figures.empty() && files.run.empty()) {
    const PassingFile passing;
    return run_once(start, strategy, {passing.name(), files.checkpoint, files.checkpoint_at_ns}, std::move(progress),
                    yardstick);
  }

  twin::RunOptions options;
  options.progress = std::move(progress);
  options.stop = was_interrupted;
  options.strategy_name = strategy.identity.label;
  options.checkpoint_at_ns = files.checkpoint_at_ns;
  if (start.content) {
    options.from = &start.content->checkpoint;
    options.successor = successor_of(start, strategy);
  }

  // Rehearsed before a file is opened: a checkpoint that does not fit leaves nothing behind.
  try {
    if (options.from != nullptr || options.checkpoint_at_ns)
      twin::rehearse_run(start.scenario.world, strategy.factory, options);
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
    fmt::print(stderr, "note: {}{}{}{}\n", flag.left_out ? "left out: " : "", kernel::make_printable(flag.id),
               flag.id.empty() ? "" : ": ", kernel::make_printable(flag.reason));
  }
}

}  // namespace evtwin::cli
