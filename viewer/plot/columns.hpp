// A series over a grid of equal stretches of time, about a pixel each, kept between frames: panning sums up only what
// comes into view, and what is seen does not shimmer, since the grid stays where it is.
#pragma once
#include <cstdint>
#include <span>

#include "viewer/model/series.hpp"
#include "viewer/plot/curve.hpp"

namespace evtwin::viewer::plot {

/// Length of a stretch for a scale: a power of two of nanoseconds, 2/3 to 4/3 pixels.
TimeNs column_length(const TimeScale& time);

struct Columns {
  TimeNs length_ns = 1;
  TimeNs start_ns = 0;  ///< of the first, not after the scale's from_ns
  std::span<const model::Extent> extents;

  std::size_t size() const { return extents.size(); }
  TimeNs start_of(std::size_t i) const { return start_ns + static_cast<TimeNs>(i) * length_ns; }
  double length_h() const { return kernel::hours_between(0, length_ns); }
  /// Edges on the screen, cut to the window.
  float left_edge(const TimeScale& time, std::size_t i) const;
  float right_edge(const TimeScale& time, std::size_t i) const { return left_edge(time, i + 1); }
};
/// All stretches that touch the scale's window; the same ones for every series. Good until a few hundred other series
/// have been asked for. One thread only: that of the screen.
Columns columns_of(const model::Series& series, const TimeScale& time);

}  // namespace evtwin::viewer::plot
