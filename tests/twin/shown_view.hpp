// Everything that a view shows, to be compared column by column.
#pragma once
#include <cstddef>
#include <map>
#include <string>

#include "control/view_layout.hpp"

namespace evtwin::testing {

/// Everything a view shows, by the name of the column; the scalars under "".
inline std::map<std::string, std::string> shown(const evtwin_view& view) {
  std::map<std::string, std::string> all;
  evtwin_view scalars = view;
  for (const control::ColumnPlace& column : control::view_columns()) {
    const void* cells = control::column_of(column, view);
    control::set_column(column, scalars, nullptr);
    if (cells == nullptr) continue;
    const std::size_t length = control::length_of(column, view);
    std::string& bytes = all[std::string(column.name)];
    if (column.cell == control::Cell::text) {
      for (std::size_t k = 0; k < length; ++k) bytes += std::string(static_cast<const char* const*>(cells)[k]) + "\n";
    } else {
      bytes.assign(static_cast<const char*>(cells), length * control::size_of(column.cell));
    }
  }
  all[""].assign(reinterpret_cast<const char*>(&scalars), sizeof scalars);
  return all;
}

}  // namespace evtwin::testing
