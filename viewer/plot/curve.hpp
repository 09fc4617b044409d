// A series turned into points on the screen: exact stairs and tapers where a pixel column holds few pieces, mean and
// band of the extremes where it holds many.
#pragma once
#include <imgui.h>

#include <span>
#include <vector>

#include "viewer/model/series.hpp"
#include "viewer/plot/axis.hpp"

namespace evtwin::viewer::plot {

/// Values to pixels, upwards.
struct ValueScale {
  double min = 0.0, max = 1.0;  ///< min < max; > 0 where log
  bool log = false;
  float top = 0.0F, bottom = 1.0F;

  /// Finite also for infinite values: never further outside than ten times the height. v is not NaN.
  float y_of(double v) const;
};

/// Time to pixels.
struct TimeScale {
  TimeNs from_ns = 0, to_ns = 1;
  float left = 0.0F;
  std::size_t columns = 1;  ///< whole pixels

  float x_of(TimeNs t) const;  ///< t within [from, to]
  TimeNs column_start(std::size_t column) const;
  std::size_t column_of(TimeNs t) const;  ///< t within [from, to)
};

struct Band {  ///< extremes over a column
  float left = 0.0F, right = 0.0F, top = 0.0F, bottom = 0.0F;
};
struct Curve {
  std::vector<ImVec2> points;
  std::vector<std::size_t> run_starts;  ///< indices of points at which a run begins: between runs there is a gap
  std::vector<Band> bands;
  bool dense = false;  ///< by columns throughout

  void clear();
  void add_point(ImVec2 point);  ///< goes on with the run; a point on the way from the one before last is not kept
  void begin_gap() { open_ = false; }
  std::span<const ImVec2> points_of_run(std::size_t index) const;

 private:
  bool open_ = false;
};

/// @param stairs false: straight from the start of one piece to the start of the next
/// @param curve  overwritten. At most about four points a column
void trace_series(const model::Series& series, const TimeScale& time, const ValueScale& value, bool stairs,
                  Curve& curve);

/// Draws the curve's runs. @param dashed by arc length; by columns where the line goes up and down so much that dashes
/// along it could not be told apart
void draw_curve(ImDrawList& list, const Curve& curve, ImU32 colour, float width, bool dashed, float scale);
/// The area between the curve and y = base. Colours above and below it.
void fill_curve(ImDrawList& list, const Curve& curve, float base, ImU32 above, ImU32 below);
void draw_bands(ImDrawList& list, const Curve& curve, ImU32 colour);

}  // namespace evtwin::viewer::plot
