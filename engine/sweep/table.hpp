// The result of a sweep: one row per run with every parameter, seed, figure and hash, as CSV and as SQLite.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "sweep/plan.hpp"
#include "sweep/rows.hpp"

namespace evtwin::sweep {

/// All runs of a sweep in their order: world by world, strategies within.
struct Table {
  Layout layout;
  std::vector<std::uint64_t> seeds;     ///< by Layout::seed_of
  std::vector<std::string> strategies;  ///< names
  std::vector<std::string> figures;     ///< names
  std::vector<Row> rows;                ///< layout.runs() of them
  std::string currency, scenario;       ///< name of the scenario

  const Row& row_of_run(std::size_t world, std::size_t strategy) const {
    return rows[world * strategies.size() + strategy];
  }
  /// NaN for an unknown figure and for a run that failed.
  double figure_of(const Row& row, std::string_view name) const;
  /// Nothing where there is no such figure.
  std::optional<std::size_t> find_figure(std::string_view name) const;
};

/// Columns: point (from 1), the factors, seed, strategy, every figure, event_hash, error. Empty: does not
/// apply. Figures are written with the fewest digits that read back as the same number. Durations are not in it, so
/// that the same sweep has the same bytes, wherever and in how many parts it was run.
std::string table_csv(const Table& table);
/// A fresh data base of one table `run` with the same columns and one `sweep` of keys and values. The same sweep has
/// the same bytes, written by the same SQLite. @throws record::RunFileError
void write_table_sqlite(const Table& table, const std::string& file);

}  // namespace evtwin::sweep
