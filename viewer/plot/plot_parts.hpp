// Parts that draw a TimePlot: its curves and areas, its legend, the table at the mouse.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "viewer/plot/curve.hpp"
#include "viewer/plot/draw.hpp"
#include "viewer/plot/time_plot.hpp"

namespace evtwin::viewer::plot {

/// Names and their signs above the plot, in as many lines as they need and there is room for.
class PlotLegend {
 public:
  /// @param left, width pixels for it; @param lines at most
  PlotLegend(TimePlot& plot, float left, float width, int lines);
  float height_px() const { return static_cast<float>(lines_) * line_height_; }
  /// Draws and acts: a click hides or shows a name, ctrl-click shows it alone.
  void draw_entries(float top);

 private:
  enum class Sign : std::uint8_t { line, dashes, area, shape };
  struct Entry {
    std::string label, shown;  ///< shown: cut to what is allowed
    ImU32 colour = 0;
    Sign sign = Sign::line;
    Shape shape = Shape::circle;
    float x = 0.0F, width = 0.0F;
    int line = 0;
  };
  void add_entry(const std::string& label, ImU32 colour, Sign sign, Shape shape = Shape::circle);
  void place_entries(float left, float width, int lines);
  void draw_entry(const Entry& entry, ImVec2 at);
  void click_entry(const Entry& entry);

  TimePlot* plot_;
  std::vector<Entry> entries_;
  std::size_t placed_ = 0;  ///< the rest had no room
  int lines_ = 1;
  float line_height_ = 0.0F;
  float more_x_ = 0.0F;  ///< of "+3"; < 0: no room for that either
};

/// Ranges of the axes, and everything between them.
class PlotPainter {
 public:
  explicit PlotPainter(TimePlot& plot) : plot_(&plot) {}

  /// Of what is visible and not hidden. @param columns about as many as will be drawn
  Range visible_range(Side side, const TimeScale& time);
  void draw_items(TimeFrame& frame, const ValueScale& left, const ValueScale& right);

 private:
  void sum_stacks(const TimeScale& time);
  void draw_spans(const TimeFrame& frame);
  void draw_stacks(const TimeFrame& frame, const TimeScale& time, const ValueScale& value);
  void draw_item(const TimeFrame& frame, const TimePlot::Item& item, const TimeScale& time, const ValueScale& value);
  void draw_band(const TimeFrame& frame, const TimePlot::Item& item, const TimeScale& time, const ValueScale& value);
  void draw_difference(const TimeFrame& frame, const TimePlot::Item& item, const TimeScale& time,
                       const ValueScale& value);
  void draw_marks(const TimeFrame& frame, const TimePlot::Marks& marks, const ValueScale& value);

  TimePlot* plot_;
};

/// Value of an item at an instant, or over a pixel column where that holds several pieces.
struct Sample {
  double value = model::none;
  double min = model::none, max = model::none;  ///< NaN: an instant's value
};

/// The values at the mouse, one line each.
class PlotTable {
 public:
  explicit PlotTable(const TimePlot& plot) : plot_(&plot) {}
  void draw_values(const TimeFrame& frame, TimeNs t) const;

 private:
  Sample sample_item(const TimePlot::Item& item, TimeNs t, TimeNs from, TimeNs to) const;
  const TimePlot* plot_;
};

}  // namespace evtwin::viewer::plot
