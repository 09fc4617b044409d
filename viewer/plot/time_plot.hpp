// A plot over the shared time axis: collected, then drawn in one go. Whatever the length of the series, a frame costs
// what the pixels cost: zoomed out one sees band and mean of each column, zoomed in the exact course.
#pragma once
#include <imgui.h>

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "viewer/model/series.hpp"
#include "viewer/model/time_model.hpp"
#include "viewer/plot/axis.hpp"
#include "viewer/plot/style.hpp"
#include "viewer/plot/textures.hpp"

namespace evtwin::viewer::plot {

using model::Series;
struct TimeScale;

/// Shared by all plots of a frame.
struct Canvas {
  model::TimeModel* time = nullptr;
  const model::Clock* clock = nullptr;
  Style style;
  Words words = Words::english;
  Textures* textures = nullptr;
  ImFont* small = nullptr;                     ///< of ticks and legends; null: the current font
  TimeNs hover_ns = -kernel::time_never;       ///< where the mouse is, on any plot, last frame; -time_never: nowhere
  TimeNs next_hover_ns = -kernel::time_never;  ///< being found in this frame
  std::map<std::string, std::set<std::string>> hidden;  ///< plot id -> labels switched off in its legend
  /// Told of every rectangle that can be clicked: "ID" (inner rectangle of a plot), "ID.legend.LABEL". May be empty.
  std::function<void(const std::string& name, ImVec2 min, ImVec2 max)> on_item;

  /// Margins for the values' ticks: the widest any plot of the last frame needed, so that all plots of a column show
  /// one instant at one place.
  float left_margin = 0.0F, right_margin = 0.0F;
  float next_left_margin = 0.0F, next_right_margin = 0.0F;

  /// A drag over a plot that has not ended yet.
  struct Drag {
    ImGuiID plot = 0;  ///< 0: none
    int button = 0;
    bool moved = false;             ///< further than a click may
    TimeNs from_ns = 0, to_ns = 0;  ///< window when it began
    TimeNs press_ns = 0;            ///< under the mouse when it began
  } drag;
  bool is_dragging() const { return drag.plot != 0 && drag.moved && ImGui::IsMouseDown(drag.button); }

  bool filling = false;  ///< something was not complete in this frame: another should follow without input

  /// Called once a frame, before any plot.
  void begin_frame() {
    hover_ns = next_hover_ns;
    next_hover_ns = -kernel::time_never;
    left_margin = next_left_margin;
    right_margin = next_right_margin;
    next_left_margin = next_right_margin = 0.0F;
    filling = false;
  }
};

enum class Side : std::uint8_t { left, right };

struct Axis {
  std::string unit;  ///< "kW"; shown at the axis' end and in the tooltip
  bool zero = true;  ///< 0 is always in it
  bool log = false;
  double min = model::none, max = model::none;  ///< fixed ends; NaN: fits what is visible
};

struct Stroke {
  ImU32 colour = 0;
  float width = 1.5F;  ///< pixels
  bool dashed = false;
  double fill = 0.0;   ///< > 0: area to 0 with this alpha
  bool stairs = true;  ///< as it is; false: straight lines between changes (progress, SoC of the log)
};

struct TimeSpan {
  TimeNs from_ns = 0, to_ns = 0;
  ImU32 colour = 0;
  std::string text;
};
struct Mark {
  TimeNs time_ns = 0;
  double value = model::none;  ///< NaN: at the bottom
  Shape shape = Shape::circle;
  ImU32 colour = 0;
  std::string text;
};

struct PlotReply {
  bool hovered = false;
  bool clicked = false;  ///< and the cursor was set
  bool menu = false;     ///< right click without a drag: a context menu may be opened
  TimeNs time_ns = 0;    ///< under the mouse
  ImVec2 min, max;       ///< inner rectangle, pixels
};

/// The shared look of everything over time: maps a rectangle to a stretch of time, draws ticks, grid, cursor, hover
/// line, markers; handles click, wheel and drags. TimePlot, heat-map, Gantt and overview stand in one.
class TimeFrame {
 public:
  /// Takes `size` pixels of the current ImGui window at its cursor (0: what is left), draws background, ticks and grid.
  /// @param left_margin for row names or ticks; the widest of the column's plots counts (Canvas)
  /// @param ticks  times below the rectangle, and vertical lines
  /// @param top_margin for a title; @param right_margin for a second axis
  TimeFrame(std::string id, Canvas& canvas, ImVec2 size, float left_margin, bool ticks, float top_margin = 0.0F,
            float right_margin = 0.0F);

  ImVec2 min() const { return min_; }  ///< inner rectangle
  ImVec2 max() const { return max_; }
  ImVec2 outer_min() const { return outer_min_; }
  ImVec2 outer_max() const { return outer_max_; }
  float width() const { return max_.x - min_.x; }
  float height() const { return max_.y - min_.y; }
  TimeNs from_ns() const { return from_; }
  TimeNs to_ns() const { return to_; }
  /// False where nothing of it can be seen (scrolled away, or too small for anything): draw nothing, call
  /// finish_frame().
  bool is_visible() const { return visible_; }
  ImDrawList& draw_list() const { return *list_; }

  float x_of(TimeNs t) const;  ///< may lie outside, but never by more than the rectangle's width or so
  TimeNs time_of(float x) const;
  /// Cursor, markers and input; after the content was drawn. The last ImGui item then is the outer rectangle.
  PlotReply finish_frame();

 private:
  void draw_times();
  void draw_lines_over_all();
  void handle_input(PlotReply& reply);
  void drag_on(float moved_x, float mouse_x);
  void release(float far, PlotReply& reply);

  std::string id_;
  Canvas* canvas_;
  ImDrawList* list_;
  ImVec2 outer_min_, outer_max_, min_, max_;
  TimeNs from_ = 0, to_ = 1;
  bool ticks_ = false, one_line_ = false, visible_ = false;
};

/// Built anew each frame. Series must live until draw_plot() returns. Labels are shown in legend and tooltip and must
/// be unique within the plot.
class TimePlot {
 public:
  /// @param size outer, pixels; 0: what is left of the window's content region
  TimePlot(std::string id, Canvas& canvas, ImVec2 size, Axis left, Axis right = {});

  void set_title(std::string text) { title_ = std::move(text); }
  void add_line(std::string label, const Series& series, Stroke stroke, Side side = Side::left);
  /// As far above and below a curve as its error reaches. @param error of the same unit, >= 0; gaps where none is known
  void add_band(std::string label, const Series& curve, const Series& error, ImU32 colour);
  /// Areas on top of each other, in the order of the calls. Negative values stack below 0.
  void add_stack(std::string label, const Series& series, ImU32 colour);
  void add_level(std::string label, double value, Stroke stroke, Side side = Side::left);
  /// Behind everything, over the whole height.
  void add_spans(std::string label, std::vector<TimeSpan> spans);
  void add_marks(std::string label, std::vector<Mark> marks, Side side = Side::left);
  /// b - a, the area to 0 shaded by sign: orange where b is above a.
  void add_difference(std::string label, const Series& a, const Series& b);

  /// Draws, and acts: click seeks, wheel zooms at the mouse, drag pans, right-drag zooms to the box, double click fits,
  /// legend click hides (ctrl: shows it alone).
  PlotReply draw_plot();
  /// Of add_line(), in the order of the calls.
  std::vector<std::pair<std::string, ImU32>> line_colours() const;
  /// The visible range as CSV: time (ISO, local), one column per series with its unit; a row per change when they are
  /// at most max_rows, else a row per pixel column with mean, min and max. To be called before or after draw_plot().
  void write_csv(std::ostream& out, std::size_t max_rows = 100000) const;

 private:
  friend class PlotPainter;
  friend class PlotLegend;
  friend class PlotTable;

  struct Item {
    enum class Kind : std::uint8_t { line, band, stack, level, difference } kind = Kind::line;
    std::string label;
    const Series* series = nullptr;
    const Series* other = nullptr;   ///< of a difference: what is taken away
    const Series* middle = nullptr;  ///< of a band: the curve that it is around; `series` is its error
    double value = 0.0;
    Stroke stroke;
    Side side = Side::left;
  };
  struct Spans {
    std::string label;
    std::vector<TimeSpan> spans;
  };
  struct Marks {
    std::string label;
    std::vector<Mark> marks;
    Side side = Side::left;
  };
  const Axis& axis_of(Side side) const { return side == Side::left ? left_ : right_; }
  bool is_hidden(const std::string& label) const;
  bool uses_right() const;
  void csv_header(std::ostream& out, const std::vector<const Item*>& shown, bool exact) const;
  void csv_changes(std::ostream& out, const std::vector<const Item*>& shown, const std::vector<TimeNs>& times) const;
  void csv_columns(std::ostream& out, const std::vector<const Item*>& shown, const TimeScale& time) const;

  std::string id_, title_;
  Canvas* canvas_;
  ImVec2 size_;
  Axis left_, right_;
  std::vector<Item> items_;
  std::vector<Spans> spans_;
  std::vector<Marks> marks_;
};

}  // namespace evtwin::viewer::plot
