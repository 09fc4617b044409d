// Where the columns of a view are: for copying a view into another memory, for saying which column an address lies in,
// and for checks that must look at every column. The one list of them beside strategy.h.
#pragma once
#include <evtwin/strategy.h>

#include <cstddef>
#include <span>
#include <string_view>

namespace evtwin::control {

/// Count of the view that the length of a column follows.
enum class Length : unsigned char {
  evses,
  evses_and_one,
  connected,
  storages,
  limits,
  limits_and_one,
  steps,
  steps_and_one,
  rates,         ///< evse_rate_start's last
  curve_points,  ///< the last point of any acceptance curve
  departed,
  limit_members,  ///< limit_start's last
  levels,
  level_steps,  ///< levels x steps
  limit_steps,  ///< n_limits_ahead x steps
  one,          ///< a ledger
};

enum class Cell : unsigned char { text, u8, u32, i32, u64, i64, f64, ledger };

struct ColumnPlace {
  std::string_view name;  ///< as in strategy.h: "evse_soc"
  std::size_t offset;     ///< of its pointer in evtwin_view
  Cell cell;
  Length length;
  bool constant = false;  ///< during a run
};

/// Every pointer of evtwin_view, in the order of the struct.
std::span<const ColumnPlace> view_columns();

std::size_t size_of(Cell cell);
/// Cells of a column in this view. Reads the columns that hold the starts of others.
std::size_t length_of(const ColumnPlace& column, const evtwin_view& view);
const void* column_of(const ColumnPlace& column, const evtwin_view& view);
void set_column(const ColumnPlace& column, evtwin_view& view, const void* cells);

/// The column that `address` lies in, empty when it lies in none: "evse_soc". The struct itself is "evtwin_view".
std::string_view column_at(const evtwin_view& view, const void* address);

}  // namespace evtwin::control
