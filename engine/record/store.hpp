// The data-base side of writing: batches become rows, a result becomes the end of the file. Belongs to one thread at a
// time.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "record/batch.hpp"
#include "record/bulk_insert.hpp"
#include "record/checkpoint.hpp"
#include "record/create.hpp"
#include "record/figures_of_record.hpp"
#include "record/log_content.hpp"
#include "record/run_file.hpp"
#include "twin/simulation.hpp"

namespace evtwin::record {

class Store {
 public:
  /// @throws RunFileError, as create_run_file.
  Store(const std::string& file, const twin::World& world, const StrategyIdentity& strategy, const Origin& origin);

  /// Takes over the rows of a checkpoint of the same world; before any other. @throws RunFileError.
  void copy_rows(const Database& from);

  /// @throws RunFileError; the rows since the last commit are lost then.
  void write_batch(const Batch& batch);

  /// Shows the rows so far to readers, if there are any new ones. @throws RunFileError, as write_batch().
  void commit_rows();

  /// Writes KPIs, bill, what a replay knows of its log, hashes and the state `complete`; the file is whole and synced
  /// afterwards. @returns the figures that `more` made of the rest. @throws RunFileError, and what `more` throws.
  std::vector<Kpi> complete_run(const twin::Result& result, std::span<const Kpi> kpis, double wall_s,
                                const LogContent& log, const FiguresOfRecord& more);

  /// Writes what is needed to go on, hashes and the state `checkpoint`; the file is whole afterwards. @throws
  /// RunFileError.
  void leave_off(const twin::Checkpoint& checkpoint);

  /// Marks the file, with the rows so far where they can be kept. @throws RunFileError where not even that is possible.
  void mark_run(RunState state, const std::string& error);

 private:
  std::int64_t evse_id(std::uint32_t site, std::uint32_t row) const { return first_evse_[site] + row; }
  std::int64_t storage_id(std::uint32_t site, std::uint32_t row) const { return first_storage_[site] + row; }
  void add_unit_ids(TableRows& insert, twin::Subject subject, std::uint32_t site, std::uint32_t row) const;

  void write_power(const Batch& batch);
  void write_sessions(const Batch& batch);
  void write_signals(const Batch& batch);
  void write_decisions(const Batch& batch);
  void write_plans(const Batch& batch);
  void write_evse_days(const Batch& batch);
  void note_limit_series(const twin::Site& site, std::int64_t first_feeder, std::int64_t first_row);
  void write_limit_steps(const Batch& batch);
  void write_shares(const Batch& batch);
  void write_forecasts(const Batch& batch);
  void write_corrections(const Batch& batch);
  void write_events(const Batch& batch);
  void write_meters(const Batch& batch);
  void write_months(const twin::Result& result);
  void write_storage_use(const twin::Result& result);
  void write_shared_limits(const twin::Result& result);
  void write_kpis(std::span<const Kpi> kpis);
  void write_log(const LogContent& log);
  void write_checkpoint(const twin::Checkpoint& checkpoint);
  void count_rows(std::size_t rows);
  void write_hashes();
  void close_file();

  PageFile pages_;  // outlives the connection that reads them
  Database database_;
  BulkInsert bulk_;
  struct Battery {
    double kwh = physics::unknown, charge_efficiency = physics::unknown, discharge_efficiency = physics::unknown;
  };
  std::vector<std::int64_t> first_evse_, first_storage_;  // id of a site's row 0
  std::vector<Battery> batteries_;                        // of the world's vehicles
  TableRows &power_, &session_, &signal_, &decision_, &setpoint_, &plan_, &correction_, &event_, &meter_, &evse_day_,
      &limit_step_, &shared_limit_kw_, &share_, &foreseen_;
  /// A bound that changes over time, as it is called in `limit_step`.
  struct Bound {
    std::int64_t feeder_id = 0, row_id = 0;  ///< 0: not of one
    std::string_view column;
  };
  std::vector<std::vector<Bound>> bounds_;  // [sites][Site::limit_series]
  std::size_t rows_waiting_ = 0;            // for the next transaction
  bool lost_rows_ = false;
};

}  // namespace evtwin::record
