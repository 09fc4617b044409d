// The data of figures as paths of SVG, wherever the figure stands.
#pragma once

#include <string>

#include "report/figure.hpp"

namespace evtwin::report {

/// From data to the place in a drawing: x = left + scale * seconds, y downwards from the axis' high end.
struct Placing {
  double left = 0.0, top = 0.0;
  double per_second = 1.0;   ///< or per column of a heat map
  double height = 10'000.0;  ///< of the axis; or of a row of a heat map
  int decimals = 0;
};

/// The axis that holds all series, those hidden at first included.
Axis value_axis(const Figure& figure);

std::string line_path(const Series& series, const Axis& axis, const Placing& placing);
std::string band_path(const Series& series, const Axis& axis, const Placing& placing);

/// For each level that occurs the strokes of its cells, a row's height wide; level 1 to heat_levels, below 0 for energy
/// that flows back. Cells beside each other of one level are one stroke.
struct HeatStroke {
  int level = 0;
  std::string path;
};
/// @param max_kw  by row, > 0
/// @param full_share  of max_kw that has the full colour, > 0
std::vector<HeatStroke> heat_strokes(const Grid& grid, const std::vector<double>& max_kw, const Placing& placing,
                                     double full_share = 1.0);

/// Mean power of a cell, kW.
double cell_kw(const Grid& grid, std::size_t row, std::size_t column);

/// The highest mean power of a cell either way, as a share of its row's max_kw.
double highest_share(const Grid& grid, const std::vector<double>& max_kw);

/// Cells as 16-bit numbers in base64, row by row: 32768 is 0, 65535 +max_kw of the row, 1 -max_kw.
std::string packed_cells(const Grid& grid, const std::vector<double>& max_kw);

}  // namespace evtwin::report
