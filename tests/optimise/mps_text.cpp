#include "optimise/mps_text.hpp"

#include <fmt/format.h>

#include <cmath>
#include <iterator>

#include "optimise/coin_matrix.hpp"

namespace evtwin::optimise {

namespace {

using Out = std::back_insert_iterator<std::string>;

/// Letter of a row: N is a row without bounds.
char kind_of(double lower, double upper) {
  if (lower == upper) return 'E';
  if (upper < infinite) return 'L';
  return lower > -infinite ? 'G' : 'N';
}

void write_rows(const LinearModel& model, Out out) {
  fmt::format_to(out, "ROWS\n N OBJ\n");
  for (std::size_t r = 0; r < model.rows(); ++r)
    fmt::format_to(out, " {} R{}\n", kind_of(model.row_lower[r], model.row_upper[r]), r);
}

void write_columns(const LinearModel& model, Out out) {
  fmt::format_to(out, "COLUMNS\n");
  const ColumnMatrix matrix = column_matrix(model);
  bool whole = false;
  const auto mark = [&](bool begin) {
    if (whole == begin) return;
    fmt::format_to(out, " MARK MARKER {}\n", begin ? "INTORG" : "INTEND");
    whole = begin;
  };
  for (std::size_t c = 0; c < model.columns(); ++c) {
    mark(model.integer[c] != 0);
    // A column without an entry must stand here too.
    fmt::format_to(out, " C{} OBJ {}\n", c, model.cost[c]);
    for (auto e = static_cast<std::size_t>(matrix.start[c]); e < static_cast<std::size_t>(matrix.start[c + 1]); ++e)
      fmt::format_to(out, " C{} R{} {}\n", c, matrix.row[e], matrix.value[e]);
  }
  mark(false);
}

void write_right_sides(const LinearModel& model, Out out) {
  fmt::format_to(out, "RHS\n");
  // The objective's right side is subtracted.
  if (model.constant != 0.0) fmt::format_to(out, " RHS OBJ {}\n", -model.constant);
  for (std::size_t r = 0; r < model.rows(); ++r) {
    const double side = model.row_upper[r] < infinite ? model.row_upper[r] : model.row_lower[r];
    if (side != 0.0 && std::isfinite(side)) fmt::format_to(out, " RHS R{} {}\n", r, side);
  }
  bool any = false;
  for (std::size_t r = 0; r < model.rows(); ++r) {
    const double lower = model.row_lower[r], upper = model.row_upper[r];
    if (lower == upper || !std::isfinite(lower) || !std::isfinite(upper)) continue;
    fmt::format_to(out, "{} RNG R{} {}\n", any ? "" : "RANGES\n", r, upper - lower);
    any = true;
  }
}

void write_bounds(const LinearModel& model, Out out) {
  fmt::format_to(out, "BOUNDS\n");
  for (std::size_t c = 0; c < model.columns(); ++c) {
    const double lower = model.column_lower[c], upper = model.column_upper[c];
    if (lower == upper) {
      fmt::format_to(out, " FX BND C{} {}\n", c, lower);
    } else if (lower == -infinite && upper == infinite) {
      fmt::format_to(out, " FR BND C{}\n", c);
    } else {
      // Lower bounds first: some readers take a negative upper bound alone as one that removes the lower.
      if (lower == -infinite)
        fmt::format_to(out, " MI BND C{}\n", c);
      else
        fmt::format_to(out, " LO BND C{} {}\n", c, lower);
      // Whole columns end at 1 for some readers when nothing is said.
      if (upper < infinite)
        fmt::format_to(out, " UP BND C{} {}\n", c, upper);
      else
        fmt::format_to(out, " PL BND C{}\n", c);
    }
  }
}

}  // namespace

std::string mps_text(const LinearModel& model, const std::string& name) {
  std::string text = fmt::format("NAME {}\n", name);
  const Out out = std::back_inserter(text);
  write_rows(model, out);
  write_columns(model, out);
  write_right_sides(model, out);
  write_bounds(model, out);
  text += "ENDATA\n";
  return text;
}

}  // namespace evtwin::optimise
