#include "record/writer.hpp"

#include <evtwin/strategy.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <deque>
#include <limits>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "kernel/log.hpp"
#include "record/batch.hpp"
#include "record/reader.hpp"
#include "record/store.hpp"

namespace evtwin::record {
namespace {

// Small enough for the writer to be busy from the beginning, large enough for hand-overs to cost nothing.
constexpr std::size_t rows_per_batch = 4'096;
constexpr std::size_t batches_in_flight = 64;
// A run that comes slowly is shown while it runs: rows are committed after at most about so long.
constexpr std::chrono::milliseconds longest_wait{500};

}  // namespace

struct RunWriter::Impl {
  Impl(const std::string& file, const twin::World& world, const StrategyIdentity& strategy, const Origin& origin)
      : name(file), store(file, world, strategy, origin), current(std::make_unique<Batch>()) {
    for (const twin::Site& site : world.sites) {
      evses.push_back(site.evses.size());
      last_wish_kw.emplace_back(site.evses.size() + site.storages.size(), std::numeric_limits<double>::quiet_NaN());
    }
  }

  // The rows of a checkpoint, and what of them decides the rows to come.
  void copy_rows(const std::string& checkpoint_file) {
    const Database from = open_run_file(checkpoint_file);
    store.copy_rows(from);
    Statement count(from, "SELECT count(*) FROM decision");
    count.next_row();
    decisions = count.column_integer(0);
    // By unit, as ids count through all sites.
    std::vector<double*> evse_wish, storage_wish;
    for (std::size_t site = 0; site < evses.size(); ++site) {
      for (std::size_t i = 0; i < last_wish_kw[site].size(); ++i)
        (i < evses[site] ? evse_wish : storage_wish).push_back(&last_wish_kw[site][i]);
    }
    Statement setpoints(from, "SELECT evse, storage, kw FROM setpoint ORDER BY rowid");
    while (setpoints.next_row()) {
      const bool is_evse = setpoints.column_integer(0) != 0;
      const std::vector<double*>& wish = is_evse ? evse_wish : storage_wish;
      const auto unit = static_cast<std::size_t>(setpoints.column_integer(is_evse ? 0 : 1)) - 1;
      if (unit >= wish.size()) throw RunFileError(checkpoint_file + ": malformed: a setpoint of no unit");
      *wish[unit] = setpoints.column_real(2);
    }
  }

  // Room for one more record in the current batch. The only cost per record besides the copy.
  Batch& next() {
    // Not before there is something to write: strategies get their processes before the first record, and a child that
    // is forked beside a thread inherits whatever lock that thread holds.
    if (!thread.joinable()) [[unlikely]]
      thread = std::jthread([this] { write_batches(); });
    if (failed.load(std::memory_order_acquire)) throw RunFileError(failure);
    if (current->rows >= rows_per_batch || (hurry.load(std::memory_order_relaxed) && current->rows > 0)) hand_over();
    ++current->rows;
    return *current;
  }

  void hand_over() {
    std::unique_lock lock(mutex);
    changed.wait(lock, [this] { return full.size() < batches_in_flight; });
    full.push_back(std::move(current));
    hurry.store(false, std::memory_order_relaxed);
    if (spare.empty()) {
      current = std::make_unique<Batch>();
    } else {
      current = std::move(spare.back());
      spare.pop_back();
    }
    lock.unlock();
    changed.notify_all();
  }

  // Where batches are cut and transactions end changes no row: the wall clock has no say in what the file holds.
  void commit_if_due() {
    if (failed.load(std::memory_order_relaxed) || std::chrono::steady_clock::now() - committed < longest_wait) return;
    attempt([this] { store.commit_rows(); });
    committed = std::chrono::steady_clock::now();
  }

  template <class Work>
  void attempt(Work work) {
    try {
      work();
    } catch (const std::exception& problem) {
      failure = problem.what();
      kernel::log_line(kernel::LogRoom::record, kernel::LogLevel::error, "{}: {}", name, failure);
      failed.store(true, std::memory_order_release);
    }
  }

  // The writer's thread: until closed and empty. After a failure it goes on taking batches, so that nobody waits for
  // it.
  void write_batches() {
    while (true) {
      std::unique_lock lock(mutex);
      const auto is_called = [this] { return closing || !full.empty(); };
      // Rows come slowly: the simulation hands over what it has, so that a viewer can follow.
      if (!changed.wait_for(lock, longest_wait, is_called)) {
        hurry.store(true, std::memory_order_relaxed);
        lock.unlock();
        commit_if_due();
        continue;
      }
      if (full.empty()) return;

      std::unique_ptr<Batch> batch = std::move(full.front());
      full.pop_front();
      lock.unlock();
      changed.notify_all();

      if (!failed.load(std::memory_order_relaxed)) {
        const kernel::Stopwatch watch;
        attempt([&] { store.write_batch(*batch); });
        rows += batch->rows;
        kernel::log_line(kernel::LogRoom::record, kernel::LogLevel::debug, "{}: batch of {} rows, {:.2f} ms", name,
                         batch->rows, watch.elapsed_ms());
      }

      batch->clear();
      commit_if_due();
      lock.lock();
      spare.push_back(std::move(batch));
    }
  }

  // Everything is written, or has failed, and the store belongs to the caller.
  void close() {
    if (!thread.joinable()) return;
    hand_over();
    {
      const std::lock_guard lock(mutex);
      closing = true;
    }
    changed.notify_all();
    thread.join();
  }

  void tell_done(std::string_view what) const {
    kernel::log_line(kernel::LogRoom::record, kernel::LogLevel::info, "{}: {}, {} rows, {:.1f} ms after it was begun",
                     name, what, rows, age.elapsed_ms());
  }

  std::string name;  // of the file
  kernel::Stopwatch age;
  std::size_t rows = 0;  // written; the writer's thread until it is closed
  Store store;
  std::unique_ptr<Batch> current;
  std::vector<std::size_t> evses;                 // of each site
  std::vector<std::vector<double>> last_wish_kw;  // [site][EVSEs, then storages]
  std::int64_t decisions = 0;
  bool ended = false;

  std::mutex mutex;
  std::condition_variable changed;
  std::deque<std::unique_ptr<Batch>> full;
  std::vector<std::unique_ptr<Batch>> spare;
  bool closing = false;
  std::chrono::steady_clock::time_point committed = std::chrono::steady_clock::now();
  std::atomic<bool> hurry{false};  // rows are wanted before a batch is full
  std::string failure;             // written once, before `failed`
  std::atomic<bool> failed{false};
  std::jthread thread;
};

RunWriter::RunWriter(const std::string& file, const twin::World& world, const StrategyIdentity& strategy,
                     const Origin& origin)
    : impl_(std::make_unique<Impl>(file, world, strategy, origin)) {}

RunWriter::RunWriter(const std::string& file, const twin::World& world, const StrategyIdentity& strategy,
                     const Origin& origin, const std::string& checkpoint_file)
    : impl_(std::make_unique<Impl>(file, world, strategy, origin)) {
  try {
    impl_->copy_rows(checkpoint_file);
  } catch (const std::exception& problem) {
    end_with_error(RunState::failed, problem.what());
    throw;
  }
}

RunWriter::~RunWriter() {
  if (!impl_->ended) end_with_error(RunState::failed, "the run ended without a result");
}

void RunWriter::on_power(const twin::PowerSegment& segment) {
  // Where there is no row, power is 0.
  if (segment.kw == 0.0 && segment.energy_kwh == 0.0) return;
  impl_->next().power.push_back(segment);
}

void RunWriter::on_session(const twin::SessionRecord& session) {
  Batch& batch = impl_->next();
  SessionRow& row =
      batch.sessions.emplace_back(SessionRow{session, batch.keep_text(session.id), batch.keep_text(session.vehicle)});
  row.record.id = row.record.vehicle = {};
}

void RunWriter::on_signal(const twin::SignalRecord& signal) { impl_->next().signals.push_back(signal); }

void RunWriter::on_decision(const twin::DecisionRecord& decision) {
  Batch& batch = impl_->next();
  const std::int64_t id = impl_->decisions + 1;

  // A setpoint stands until another is asked for: only those are rows. NaN asks for nothing.
  std::vector<double>& last = impl_->last_wish_kw[decision.site];
  const std::size_t evses = impl_->evses[decision.site];
  const std::size_t units = std::min(decision.wished_kw.size(), last.size());
  const std::size_t setpoints_before = batch.setpoints.size();

  for (std::size_t i = 0; i < units; ++i) {
    const double kw = decision.wished_kw[i];
    if (kw != kw || kw == last[i]) continue;
    last[i] = kw;
    const bool is_evse = i < evses;
    batch.setpoints.push_back({id, is_evse ? twin::Subject::evse : twin::Subject::storage, decision.site,
                               static_cast<std::uint32_t>(is_evse ? i : i - evses), kw});
  }
  const std::size_t setpoints = batch.setpoints.size() - setpoints_before;
  batch.rows += setpoints;

  // A tick at which nothing new is asked for, planned or expected leaves no row.
  const bool is_mere_tick = decision.why == EVTWIN_WHY_TICK;
  if (is_mere_tick && setpoints == 0 && !decision.planned && std::isnan(decision.expected_cost)) return;
  impl_->decisions = id;
  batch.decisions.push_back(decision);
  batch.decisions.back().wished_kw = {};
}

void RunWriter::on_plan(const twin::PlanRecord& plan) { impl_->next().plans.push_back(plan); }

void RunWriter::on_evse_day(const twin::EvseDayRecord& day) { impl_->next().evse_days.push_back(day); }

void RunWriter::on_correction(const twin::CorrectionRecord& correction) {
  Batch& batch = impl_->next();
  batch.corrections.push_back({correction, batch.keep_text(correction.limit_name)});
  batch.corrections.back().record.limit_name = {};
}

void RunWriter::on_meter(const twin::MeterRecord& meter) {
  Batch& batch = impl_->next();
  batch.meters.push_back({meter, meter.increment == nullptr ? control::Ledger{} : *meter.increment});
  batch.meters.back().record.increment = nullptr;
}

void RunWriter::on_event(const twin::EventRecord& event) {
  Batch& batch = impl_->next();
  batch.events.push_back({event, batch.keep_text(event.kind), batch.keep_text(event.text)});
  batch.events.back().record.kind = batch.events.back().record.text = {};
}

void RunWriter::on_limit_step(const twin::LimitStepRecord& step) { impl_->next().limit_steps.push_back(step); }

void RunWriter::on_shared_limit(const twin::SharedLimitRecord& limit) { impl_->next().shared_limits.push_back(limit); }

void RunWriter::on_share(const twin::ShareRecord& share) { impl_->next().shares.push_back(share); }

void RunWriter::on_forecast(const twin::ForecastRecord& forecast) {
  Batch& batch = impl_->next();
  batch.forecasts.push_back({forecast, batch.numbers.size(), forecast.mean.size(), !forecast.low.empty()});
  for (const auto column : {forecast.mean, forecast.low, forecast.high})
    batch.numbers.insert(batch.numbers.end(), column.begin(), column.end());
  ForecastRow& row = batch.forecasts.back();
  row.record.mean = row.record.low = row.record.high = {};
}

std::vector<Kpi> RunWriter::finish(const twin::Result& result, std::span<const Kpi> kpis, double wall_s,
                                   const LogContent& log, const FiguresOfRecord& more) {
  impl_->close();
  if (impl_->failed) throw RunFileError(impl_->failure);
  std::vector<Kpi> own = impl_->store.complete_run(result, kpis, wall_s, log, more);
  impl_->tell_done("complete");
  impl_->ended = true;
  return own;
}

void RunWriter::leave_off(const twin::Checkpoint& checkpoint) {
  impl_->close();
  if (impl_->failed) throw RunFileError(impl_->failure);
  impl_->store.leave_off(checkpoint);
  impl_->tell_done("checkpoint");
  impl_->ended = true;
}

bool RunWriter::end_with_error(RunState state, const std::string& error) noexcept {
  try {
    impl_->close();
    impl_->ended = true;
    impl_->store.mark_run(state, error);
    impl_->tell_done("not complete");
    return true;
  } catch (...) {
    impl_->ended = true;
    return false;
  }
}

}  // namespace evtwin::record
