// The recorder: watches a simulation and writes its run file on a thread of its own.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "record/checkpoint.hpp"
#include "record/create.hpp"
#include "record/figures_of_record.hpp"
#include "record/log_content.hpp"
#include "record/run_file.hpp"
#include "twin/observer.hpp"
#include "twin/simulation.hpp"
#include "twin/world.hpp"

namespace evtwin::record {

/// Writes `file` while the simulation runs: state `running` until finish() or end_with_error(). The simulation's thread
/// pays a copy into memory per record; it waits only when the disk is slower than it by several hundred thousand
/// records. Same calls, same content: rows get their ids in the order of the calls.
class RunWriter final : public twin::Observer {
 public:
  /// @param world must stay until the writer is gone. @throws RunFileError, as create_run_file.
  RunWriter(const std::string& file, const twin::World& world, const StrategyIdentity& strategy,
            const Origin& origin = {});
  /// The same for a run that goes on from a checkpoint: what that file holds comes first.
  RunWriter(const std::string& file, const twin::World& world, const StrategyIdentity& strategy, const Origin& origin,
            const std::string& checkpoint_file);
  /// A run that was neither finished nor failed is marked `failed`.
  ~RunWriter() override;
  RunWriter(const RunWriter&) = delete;
  RunWriter& operator=(const RunWriter&) = delete;

  // Each throws RunFileError when writing has failed in the meantime (no space left, ...).
  void on_power(const twin::PowerSegment& segment) override;
  void on_session(const twin::SessionRecord& session) override;
  void on_signal(const twin::SignalRecord& signal) override;
  void on_decision(const twin::DecisionRecord& decision) override;
  void on_plan(const twin::PlanRecord& plan) override;
  void on_correction(const twin::CorrectionRecord& correction) override;
  void on_meter(const twin::MeterRecord& meter) override;
  void on_evse_day(const twin::EvseDayRecord& day) override;
  void on_event(const twin::EventRecord& event) override;
  void on_limit_step(const twin::LimitStepRecord& step) override;
  void on_shared_limit(const twin::SharedLimitRecord& limit) override;
  void on_share(const twin::ShareRecord& share) override;
  void on_forecast(const twin::ForecastRecord& forecast) override;

  /// Writes what is left and the outcome; returns when one whole file, state `complete`, is on the disk.
  /// @param wall_s wall-clock seconds of the simulation, for people. @param log  of a replay.
  /// @param more  further figures, made from what the file holds by then; may be empty. Its exceptions come through.
  /// @returns those. @throws RunFileError.
  std::vector<Kpi> finish(const twin::Result& result, std::span<const Kpi> kpis, double wall_s,
                          const LogContent& log = {}, const FiguresOfRecord& more = {});

  /// Writes what is left and what is needed to go on: the file is a checkpoint then. @throws RunFileError.
  void leave_off(const twin::Checkpoint& checkpoint);

  /// Keeps what was recorded and marks the file. Never throws: @returns whether the mark could be written; if not, the
  /// file stays `running`, which readers call incomplete as well.
  bool end_with_error(RunState state, const std::string& error) noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace evtwin::record
