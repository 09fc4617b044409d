// A linear model in numbers: minimise cost x subject to row and column bounds, some columns whole numbers.
#pragma once
#include <cstdint>
#include <limits>
#include <vector>

namespace evtwin::optimise {

inline constexpr double infinite = std::numeric_limits<double>::infinity();

/// Columns, rows, and entries column by column in the order in which they were added. Plain data, built from empty;
/// what a builder needs of bookkeeping (which column is what) is the builder's.
class LinearModel {
 public:
  /// @returns the column's number. @param cost per unit of the column.
  std::uint32_t add_column(double lower, double upper, double cost, bool integer = false);
  /// @returns the row's number. lower <= sum of entries <= upper; infinite where there is no bound.
  std::uint32_t add_row(double lower, double upper);
  /// An entry; entries of one cell add up. A 0 is dropped.
  void add_entry(std::uint32_t row, std::uint32_t column, double coefficient);

  std::size_t columns() const { return column_lower.size(); }
  std::size_t rows() const { return row_lower.size(); }
  std::size_t entries() const { return entry_row.size(); }
  bool has_integers() const;
  /// Empties the model and keeps its memory.
  void clear();

  std::vector<double> column_lower, column_upper, cost;
  std::vector<std::uint8_t> integer;
  std::vector<double> row_lower, row_upper;
  std::vector<std::uint32_t> entry_row, entry_column;  ///< triplets, in any order
  std::vector<double> entry_value;
  double constant = 0.0;  ///< added to the objective
};

}  // namespace evtwin::optimise
