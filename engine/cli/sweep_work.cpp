#include "cli/sweep_work.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <deque>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "cli/commands.hpp"
#include "cli/contest.hpp"
#include "cli/contest_round.hpp"
#include "cli/input_files.hpp"
#include "cli/one_run.hpp"
#include "cli/output_aside.hpp"
#include "cli/progress.hpp"
#include "cli/remaining_work.hpp"
#include "cli/version.hpp"
#include "kernel/hash.hpp"
#include "kernel/nearest.hpp"
#include "kernel/parallel.hpp"
#include "kernel/text.hpp"
#include "record/commit.hpp"
#include "scenario/site_changes.hpp"

namespace evtwin::cli {

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

/// Which program makes the rows: its commit, or, where files had been changed since, its own bytes.
const std::string& program_digest() {
  static const std::string digest = [] {
    const std::string commit = record::evtwin_commit();
    if (commit != "unknown" && !commit.ends_with('+')) return commit;
    std::ifstream stream("/proc/self/exe", std::ios::binary);
    std::array<char, 1 << 16> piece{};
    std::uint64_t hash = kernel::digest64({});
    while (stream.read(piece.data(), piece.size()), stream.gcount() > 0)
      hash = kernel::digest64({piece.data(), static_cast<std::size_t>(stream.gcount())}, hash);
    return fmt::format("{:016x}", hash);
  }();
  return digest;
}

/// A plan whose scenario and strategies have been found.
class Worlds {
 public:
  Worlds(const sweep::Plan& plan, const control::Hosting& hosting)
      : plan_(plan), layout_(sweep::layout_of(plan)), hosting_(hosting) {
    for (const std::string& text : plan.strategies) asked_.push_back(parse_strategy(text));
    find_roles();
    first_ = load_first();
    make_ready();
  }

  const sweep::Layout& layout() const { return layout_; }
  const std::vector<ReadyStrategy>& strategies() const { return strategies_; }
  const std::vector<std::string>& names() const { return names_; }
  const twin::World& first_world() const { return first_->scenario.world; }
  const control::Hosting& hosting() const { return hosting_; }
  bool needs_bound() const { return plan_.bound || std::any_of(asked_.begin(), asked_.end(), is_oracle); }

  std::uint64_t seed(std::size_t world) const {
    return plan_.seeds.empty() ? first_world().seed : plan_.seeds[layout_.seed_of(world)];
  }
  scenario::LoadOptions options(std::size_t world) const {
    scenario::LoadOptions options;
    options.set = plan_.set;
    options.changes = plan_.changes;
    options.days = plan_.days;
    const sweep::Point& point = layout_.points[layout_.point_of(world)];
    for (std::size_t f = 0; f < point.size(); ++f)
      (is_change_[f] ? options.changes : options.set)[layout_.factors[f].name] = point[f];
    if (!plan_.seeds.empty()) options.seed = plan_.seeds[layout_.seed_of(world)];
    return options;
  }
  /// @throws what loading throws
  StartPoint load(std::size_t world) const { return start_of(plan_.scenario, options(world), ""); }

  /// Digest of all that a row depends on, but for the bytes of its inputs.
  std::string key(std::size_t world, std::size_t strategy) const {
    const scenario::LoadOptions given = options(world);
    std::vector<std::string> parts{std::string(version()), program_digest(), plan_.bound ? "bound" : ""};
    const auto add_all = [&](const std::map<std::string, std::string>& values) {
      parts.push_back(fmt::format("{}", values.size()));
      for (const auto& [name, value] : values) parts.insert(parts.end(), {name, value});
    };
    add_all(given.set);
    add_all(given.changes);
    parts.push_back(fmt::format("{}", seed(world)));
    parts.push_back(plan_.days ? fmt::format("{}", *plan_.days) : "");
    // The scenario's own is what its text and parameters make of it.
    const ReadyStrategy& ready = strategies_[strategy];
    parts.push_back(ready.own ? own_id : ready.identity.label);
    parts.push_back(ready.identity.plugin_digest);
    return sweep::content_key(parts);
  }

 private:
  /// A factor is a param() where the scenario reads one of that name, else a key of --change, else a slip that the
  /// first world will name.
  void find_roles() {
    scenario::LoadOptions base;
    base.set = plan_.set;
    base.changes = plan_.changes;
    base.days = plan_.days;
    if (!plan_.seeds.empty()) base.seed = plan_.seeds.front();

    // A scenario may not load without the parameter that is varied: then both lists stay empty.
    std::vector<std::string> params, sites;
    try {
      const StartPoint start = start_of(plan_.scenario, base, "");
      params = start.scenario.params;
      for (const twin::Site& site : start.scenario.world.sites) sites.push_back(site.name);
    } catch (const scenario::ScriptError&) {
      if (layout_.factors.empty()) throw;
    }

    for (const sweep::Factor& factor : layout_.factors) {
      const bool is_param = std::find(params.begin(), params.end(), factor.name) != params.end();
      is_change_.push_back(!is_param && is_change_key(factor, sites));
      if (is_param || is_change_.back() || sites.empty()) continue;

      std::vector<std::string_view> known(params.begin(), params.end());
      throw CommandError(fmt::format(
          "--vary {}: the scenario reads no such parameter, and --change has no such key{}; parameters: {}; keys of "
          "--change: evtwin run --help",
          kernel::make_printable(factor.name, 60), nearest(factor.name, known), listed(params)));
    }
  }

  static bool is_change_key(const sweep::Factor& factor, const std::vector<std::string>& sites) {
    scenario::LoadOptions one;
    one.changes[factor.name] = factor.values.empty() ? "1" : factor.values.front();
    try {
      scenario::check_changes(one, sites);
      return true;
    } catch (const scenario::ScriptError&) {
      return false;
    }
  }
  static std::string listed(const std::vector<std::string>& names) {
    if (names.empty()) return "none";
    std::string text;
    for (const std::string& name : names) text += (text.empty() ? "" : ", ") + kernel::make_printable(name, 60);
    return text;
  }
  static std::string nearest(const std::string& wrong, std::vector<std::string_view> known);

  std::shared_ptr<const StartPoint> load_first() const {
    std::exception_ptr of_first;
    for (std::size_t world = 0; world < layout_.world_count(); world += layout_.seeds) {
      try {
        return std::make_shared<const StartPoint>(load(world));
      } catch (const scenario::ScriptError&) {
        if (!of_first) of_first = std::current_exception();
      }
    }
    std::rethrow_exception(of_first);
  }

  void make_ready() {
    if (asked_.empty()) strategies_.push_back(ready_strategy(*first_, nullptr, hosting_));
    for (const StrategyText& text : asked_)
      strategies_.push_back(is_oracle(text) ? ready_oracle({}) : ready_strategy(*first_, &text, hosting_));
    names_ = contest_names(strategies_);
    // Parameters of the scenario's own may differ from point to point.
    for (std::size_t s = 0; s < strategies_.size(); ++s) {
      const std::string bare = names_[s].substr(0, names_[s].find(':'));
      if (strategies_[s].own && std::count(names_.begin(), names_.end(), bare) == 0) names_[s] = bare;
    }
  }

  const sweep::Plan& plan_;
  sweep::Layout layout_;
  control::Hosting hosting_;
  std::vector<StrategyText> asked_;
  std::vector<char> is_change_;  ///< by factor; else a --set
  std::shared_ptr<const StartPoint> first_;
  std::vector<ReadyStrategy> strategies_;
  std::vector<std::string> names_;
};

std::string Worlds::nearest(const std::string& wrong, std::vector<std::string_view> known) {
  for (const std::string_view key : scenario::change_key_names()) known.push_back(key);
  std::string text = kernel::did_you_mean(wrong, known);
  if (!text.empty()) return text;
  // "contract" for contract_kw: a beginning is no slip, and yet what was meant.
  for (const std::string_view name : known) {
    if (name.starts_with(wrong)) return fmt::format("; did you mean {}?", name);
  }
  return {};
}

/// The work left to do, handed out to threads. A world is loaded once and stays until all its runs are over.
class Agenda {
 public:
  struct Open {
    std::size_t world = 0;
    std::unique_ptr<ContestRound> round;
    std::vector<std::size_t> todo;  ///< strategies
    bool bound_to_find = false;
    std::size_t next = 0, running = 0;
  };
  struct Task {
    std::shared_ptr<Open> open;
    std::optional<std::size_t> strategy;  ///< nothing: the bound
  };

  Agenda(const Worlds& worlds, const SweepWork& work, sweep::RowStore& rows)
      : worlds_(worlds), rows_(rows), claims_(work.folder), shared_(!work.folder.empty()) {
    for (std::size_t world = 0; world < worlds.layout().world_count(); ++world) {
      if (work.shard.has_world(world) && !todo_of(world).empty()) queue_.push_back(world);
    }
  }

  /// The next task; nothing when there is none left. Waits for worlds that other processes are running.
  std::optional<Task> next() {
    std::unique_lock lock(mutex_);
    while (!stopped_) {
      if (std::optional<Task> task = of_open_worlds()) return task;
      if (open_next()) continue;
      if (elsewhere_.empty()) return {};
      lock.unlock();
      if (was_interrupted()) throw twin::Interrupted("interrupted");
      std::this_thread::sleep_for(std::chrono::milliseconds(100));  // locks of the system tell nobody when they go
      lock.lock();
      rows_.read_new_rows();
      queue_.insert(queue_.end(), elsewhere_.begin(), elsewhere_.end());
      elsewhere_.clear();
    }
    return {};
  }

  void end(const Task& task) {
    const std::lock_guard lock(mutex_);
    Open& open = *task.open;
    --open.running;
    if (open.running > 0 || open.bound_to_find || open.next < open.todo.size()) return;
    open.round.reset();
    claims_.give_back(open.world);
    std::erase(open_, task.open);
  }

  void stop() {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }

 private:
  std::vector<std::size_t> todo_of(std::size_t world) const {
    std::vector<std::size_t> todo;
    for (std::size_t s = 0; s < worlds_.strategies().size(); ++s) {
      if (!rows_.has_row(worlds_.key(world, s))) todo.push_back(s);
    }
    return todo;
  }

  std::optional<Task> of_open_worlds() {
    for (const std::shared_ptr<Open>& open : open_) {
      if (!open->bound_to_find && open->next == open->todo.size()) continue;
      ++open->running;
      if (open->bound_to_find) {
        open->bound_to_find = false;
        return Task{open, {}};
      }
      return Task{open, open->todo[open->next++]};
    }
    return {};
  }

  /// @returns whether the queue had a world, opened or not.
  bool open_next() {
    if (queue_.empty()) return false;
    const std::size_t world = queue_.front();
    queue_.pop_front();
    if (shared_ && !claims_.take_world(world)) {
      if (!todo_of(world).empty()) elsewhere_.push_back(world);
      return true;
    }
    if (shared_) rows_.read_new_rows();  // somebody may just have done it
    auto open = std::make_shared<Open>();
    open->world = world;
    open->todo = todo_of(world);
    if (open->todo.empty()) {
      claims_.give_back(world);
      return true;
    }
    open->bound_to_find = worlds_.needs_bound();
    open->round = std::make_unique<ContestRound>(
        [this, world] { return std::make_shared<const StartPoint>(worlds_.load(world)); }, worlds_.strategies(),
        worlds_.hosting(), open->todo.size() + 1);
    open_.push_back(std::move(open));
    return true;
  }

  const Worlds& worlds_;
  sweep::RowStore& rows_;
  sweep::Claims claims_;
  bool shared_;
  std::mutex mutex_;
  bool stopped_ = false;
  std::deque<std::size_t> queue_, elsewhere_;
  std::vector<std::shared_ptr<Open>> open_;
};

/// The view that people have meanwhile. A strategy's runs take what those of it took that are over.
class SweepProgress {
 public:
  SweepProgress(const Worlds& worlds, std::size_t runs, std::size_t found, unsigned threads)
      : strategies_(worlds.strategies().size()), bar_("sweep"), runs_(runs), ended_(found), threads_(threads) {}

  void end(std::size_t strategy, double took_s) {
    const std::lock_guard lock(mutex_);
    ++ended_;
    Times& times = strategies_[strategy];
    ++times.ended;
    times.sum_s += took_s;
    sum_s_ += took_s;
    ++count_;
    if (!bar_.is_seen()) return;
    // Each strategy has an equal part of what is left.
    const double left = static_cast<double>(runs_ - std::min(runs_, ended_)) / static_cast<double>(strategies_.size());
    double left_s = 0.0;
    for (const Times& one : strategies_)
      left_s +=
          left * (one.ended > 0 ? one.sum_s / static_cast<double>(one.ended) : sum_s_ / static_cast<double>(count_));
    bar_.show_fraction(static_cast<double>(ended_) / static_cast<double>(runs_),
                       fmt::format("{} of {} runs", ended_, runs_), time_left_text(left_s / threads_));
  }

 private:
  struct Times {
    std::size_t ended = 0;
    double sum_s = 0.0;
  };
  std::mutex mutex_;
  std::vector<Times> strategies_;
  ProgressBar bar_;
  std::size_t runs_, ended_, count_ = 0;
  double sum_s_ = 0.0;
  unsigned threads_;
};

/// Digest of what a row is made from: the inputs of its point, and the files that its strategy reads.
std::string digest_with_files(std::vector<record::InputFile> inputs, const control::TextParams& params) {
  add_files_of(params, inputs);
  return sweep::digest_of(inputs);
}

/// Digests of what rows are made from. Seeds change nothing of it, so that files are read again once a point and
/// strategy.
class PointInputs {
 public:
  std::string of(std::size_t point, const scenario::LoadedScenario& loaded, const control::TextParams& params) {
    const std::lock_guard lock(mutex_);
    std::vector<record::InputFile>& inputs = inputs_[point];
    if (inputs.empty()) inputs = inputs_of_scenario(loaded);
    std::string& digest = digests_[{point, params}];
    if (digest.empty()) digest = digest_with_files(inputs, params);
    return digest;
  }

 private:
  std::mutex mutex_;
  std::map<std::size_t, std::vector<record::InputFile>> inputs_;
  std::map<std::pair<std::size_t, control::TextParams>, std::string> digests_;
};

/// Rows that are there and may be used: made from the inputs as they are now, and not failed.
void drop_stale(const Worlds& worlds, sweep::RowStore& rows, bool retry_failed, SweepOutcome& outcome) {
  std::map<std::string, bool> is_current;  // by digest of inputs
  for (std::size_t world = 0; world < worlds.layout().world_count(); ++world) {
    for (std::size_t s = 0; s < worlds.strategies().size(); ++s) {
      const std::string key = worlds.key(world, s);
      const std::optional<sweep::Row> row = rows.find_row(key);
      if (!row) continue;
      if (!row->error.empty()) {
        if (retry_failed) rows.drop_row(key);
        continue;
      }

      // Rows of equal inputs are judged together: files are read again once, not for each row.
      const auto [known, is_new] = is_current.emplace(row->inputs, false);
      if (is_new) {
        try {
          const StartPoint start = worlds.load(world);
          const ReadyStrategy& strategy = worlds.strategies()[s];
          const control::TextParams& params =
              strategy.own ? start.scenario.world.strategy.params : strategy.text.params;
          known->second = digest_with_files(inputs_of_scenario(start.scenario), params) == row->inputs;
        } catch (const scenario::ScriptError&) {
          known->second = false;
        }
      }

      if (known->second) continue;
      rows.drop_row(key);
      ++outcome.stale;
    }
  }
}

std::string run_file_of(const SweepWork& work, const Worlds& worlds, std::size_t world, std::size_t strategy) {
  if (!work.keep_runs) return {};
  return contest_file((fs::path(work.folder) / "runs").string(),
                      fmt::format("{}_point_{:04d}_seed_{}", worlds.names()[strategy],
                                  worlds.layout().point_of(world) + 1, worlds.seed(world)));
}

/// One run, as a row. @throws twin::Interrupted only
sweep::Row run_task(const SweepWork& work, const Worlds& worlds, const Agenda::Task& task, PointInputs& inputs,
                    std::vector<std::string>& names) {
  const std::size_t world = task.open->world, strategy = *task.strategy;

  sweep::Row row;
  row.key = worlds.key(world, strategy);
  try {
    const auto [start, ready] = task.open->round->open_strategy(strategy);
    row.inputs = inputs.of(worlds.layout().point_of(world), start->scenario, ready.text.params);

    // Asked when the run is over: another thread may still be at the bound until then.
    const auto yardstick = [&]() -> const analysis::Yardstick* {
      if (!work.plan.bound) return nullptr;
      try {
        return &task.open->round->await_bound()->yardstick;
      } catch (const twin::Interrupted&) {
        throw;
      } catch (const std::exception&) {
        return nullptr;  // figures without a bound are figures all the same
      }
    };

    const FinishedRun run =
        run_once(*start, ready, {run_file_of(work, worlds, world, strategy), {}, {}}, {}, yardstick);

    // A table has one column per figure: those of all sites together.
    for (const analysis::Kpi& kpi : run.kpis) {
      if (kpi.site >= 0) continue;
      names.push_back(kpi.name);
      row.figures.push_back(kpi.value);
    }

    for (const auto& site : run.result.sites) row.sessions += site.sessions;
    row.event_hash = run.result.event_hash;
    row.wall_s = run.wall_s;
  } catch (const twin::Interrupted&) {
    throw;
  } catch (const std::exception& error) {
    row.error = error.what();  // the others still have an answer
    row.figures.clear();
    names.clear();
  }
  return row;
}

void do_tasks(const SweepWork& work, const Worlds& worlds, sweep::RowStore& rows, std::size_t found,
              SweepOutcome& outcome) {
  const unsigned threads = work.threads != 0 ? work.threads : std::max(1U, std::thread::hardware_concurrency());
  if (work.keep_runs) make_folder((fs::path(work.folder) / "runs").string());
  Agenda agenda(worlds, work, rows);
  PointInputs inputs;
  std::mutex counting;

  const OutputAside aside;
  SweepProgress progress(worlds, worlds.layout().run_count(), found, threads);

  // A thread that fails stops the agenda: the others end after the run they are in.
  kernel::parallel_for(threads, threads, [&](std::size_t) {
    try {
      while (const std::optional<Agenda::Task> task = agenda.next()) {
        if (was_interrupted()) throw twin::Interrupted("interrupted");

        const auto begun = Clock::now();

        // A bound is a task, but no run: it makes no row.
        if (!task->strategy) {
          task->open->round->find_bound();
        } else {
          std::vector<std::string> names;
          sweep::Row row = run_task(work, worlds, *task, inputs, names);
          const std::string error = row.error;
          rows.add_row(std::move(row), names);
          const std::lock_guard lock(counting);
          ++outcome.done;
          if (outcome.first_error.empty()) outcome.first_error = error;
        }
        if (task->strategy) progress.end(*task->strategy, std::chrono::duration<double>(Clock::now() - begun).count());
        agenda.end(*task);
      }
    } catch (...) {
      agenda.stop();
      throw;
    }
  });
}

/// All rows in their order; of figures that no row has, and that are no key figures of evtwin's, no column.
sweep::Table table_of(const Worlds& worlds, const sweep::Plan& plan, const sweep::RowStore& rows) {
  sweep::Table table;
  table.layout = worlds.layout();
  table.layout.strategies = worlds.strategies().size();
  table.seeds = plan.seeds.empty() ? std::vector<std::uint64_t>{worlds.first_world().seed} : plan.seeds;
  table.strategies = worlds.names();
  table.figures = rows.figure_names();
  table.currency = worlds.first_world().currency;
  table.scenario = worlds.first_world().name;
  table.rows.reserve(table.layout.run_count());
  for (std::size_t world = 0; world < table.layout.world_count(); ++world) {
    for (std::size_t s = 0; s < table.strategies.size(); ++s)
      table.rows.push_back(*rows.find_row(worlds.key(world, s)));
  }
  return table;
}

}  // namespace

SweepOutcome work_on(const SweepWork& work) {
  SweepOutcome outcome;
  const Worlds worlds(work.plan, work.hosting);
  sweep::RowStore rows(work.folder);
  for (const std::string& folder : work.also) rows.read_also(folder);
  drop_stale(worlds, rows, !work.only_gather, outcome);

  outcome.runs = worlds.layout().run_count();
  const auto present = [&] {
    std::size_t count = 0;
    for (std::size_t world = 0; world < worlds.layout().world_count(); ++world)
      for (std::size_t s = 0; s < worlds.strategies().size(); ++s)
        count += rows.has_row(worlds.key(world, s)) ? 1U : 0U;
    return count;
  };

  // Rows of other processes are counted too.
  outcome.found = present();
  if (!work.only_gather) {
    catch_interrupt();
    do_tasks(work, worlds, rows, outcome.found, outcome);
    rows.read_new_rows();
  }

  outcome.missing = outcome.runs - present();
  outcome.damaged = rows.damaged_lines();

  for (std::size_t world = 0; world < worlds.layout().world_count(); ++world) {
    for (std::size_t s = 0; s < worlds.strategies().size(); ++s) {
      const std::optional<sweep::Row> row = rows.find_row(worlds.key(world, s));
      if (!row || row->error.empty()) continue;
      ++outcome.failed;
      if (outcome.first_error.empty()) outcome.first_error = row->error;
    }
  }

  if (outcome.missing == 0) outcome.table = table_of(worlds, work.plan, rows);
  return outcome;
}

SweepTitle check_plan(const sweep::Plan& plan, const control::Hosting& hosting) {
  const Worlds worlds(plan, hosting);
  for (std::size_t world = 0; world < worlds.layout().world_count(); world += worlds.layout().seeds) worlds.load(world);
  return {worlds.first_world().name, worlds.first_world().currency, worlds.names()};
}

}  // namespace evtwin::cli
