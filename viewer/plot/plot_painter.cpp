// Between the axes: spans, areas on top of each other, lines, marks.
#include <algorithm>
#include <cmath>

#include "viewer/plot/columns.hpp"
#include "viewer/plot/plot_parts.hpp"

namespace evtwin::viewer::plot {
namespace {

struct Reach {  ///< of values seen so far
  double min = model::none, max = model::none;
  void add(double low, double high) {
    if (std::isfinite(low) && !(min <= low)) min = low;
    if (std::isfinite(high) && !(max >= high)) max = high;
  }
};

/// Where each stacked item lies in each column, item after item; kept between frames only for its memory.
struct Stacks {
  std::vector<double> from, to;  ///< values
};
thread_local Stacks stacks;
thread_local Curve drawn_curve;

TimeScale scale_of(const TimeFrame& frame) {
  return {frame.from_ns(), frame.to_ns(), frame.min().x, static_cast<std::size_t>(std::max(1.0F, frame.width()))};
}

}  // namespace

void PlotPainter::sum_stacks(const TimeScale& time) {
  stacks.from.clear();
  stacks.to.clear();
  static thread_local std::vector<double> up, down;
  up.clear();
  down.clear();
  for (const TimePlot::Item& item : plot_->items_) {
    if (item.kind != TimePlot::Item::Kind::stack || plot_->is_hidden(item.label)) continue;
    const Columns columns = columns_of(*item.series, time);
    up.resize(columns.size(), 0.0);
    down.resize(columns.size(), 0.0);
    for (std::size_t i = 0; i < columns.size(); ++i) {
      // Over the whole column, so that the areas add up to the total also where one begins within it.
      const double value = columns.extents[i].integral_h / columns.length_h();
      double& base = value >= 0.0 ? up[i] : down[i];
      stacks.from.push_back(base);
      base += value;
      stacks.to.push_back(base);
    }
  }
}

Range PlotPainter::visible_range(Side side, const TimeScale& time) {
  const Axis& axis = plot_->axis_of(side);
  Reach reach;
  bool stacked = false;
  for (const TimePlot::Item& item : plot_->items_) {
    using Kind = TimePlot::Item::Kind;
    if (item.side != side || plot_->is_hidden(item.label)) continue;
    switch (item.kind) {
      case Kind::line: {
        const model::Extent extent = item.series->extent_of(time.from_ns, time.to_ns);
        reach.add(extent.min, extent.max);
        break;
      }

      case Kind::band: {
        const model::Extent curve = item.middle->extent_of(time.from_ns, time.to_ns);
        const double error = item.series->extent_of(time.from_ns, time.to_ns).max;
        if (!std::isnan(error)) reach.add(curve.min - error, curve.max + error);
        break;
      }
      case Kind::level:
        reach.add(item.value, item.value);
        break;
      case Kind::stack:
        stacked = true;
        break;

      // Means by pixel column, as they are drawn.
      case Kind::difference: {
        const Columns b = columns_of(*item.series, time), a = columns_of(*item.other, time);
        for (std::size_t i = 0; i < b.size(); ++i) {
          const double value = b.extents[i].mean() - a.extents[i].mean();
          reach.add(value, value);
        }
        break;
      }
    }
  }

  if (stacked) {
    sum_stacks(time);
    for (const double value : stacks.to) reach.add(value, value);
  }

  if (axis.log) {
    const double max = reach.max > 0.0 ? reach.max : 1.0;
    const double min = reach.min > 0.0 ? reach.min : max / 1000.0;
    Range range{std::pow(10.0, std::floor(std::log10(min))), std::pow(10.0, std::ceil(std::log10(max)))};
    if (axis.min > 0.0) range.min = axis.min;
    if (axis.max > 0.0) range.max = axis.max;
    if (!(range.min > 0.0) || !(range.max > range.min)) range.max = (range.min = std::max(range.min, 1e-300)) * 10.0;
    return range;
  }

  // A little room, so that what lies at the top is seen whole.
  const double room = 0.03 * (reach.max - (axis.zero ? std::fmin(reach.min, 0.0) : reach.min));
  if (reach.max > 0.0 || !axis.zero) reach.max += room;
  if (reach.min < 0.0 || !axis.zero) reach.min -= room;
  Range range = nice_range(reach.min, reach.max, axis.zero);
  if (!std::isnan(axis.min)) range.min = axis.min;
  if (!std::isnan(axis.max)) range.max = axis.max;
  if (!(range.max > range.min)) range.max = range.min + 1.0;
  return range;
}

void PlotPainter::draw_spans(const TimeFrame& frame) {
  const Canvas& canvas = *plot_->canvas_;
  for (const TimePlot::Spans& spans : plot_->spans_) {
    if (plot_->is_hidden(spans.label)) continue;
    for (const TimeSpan& span : spans.spans) {
      if (span.to_ns <= frame.from_ns() || span.from_ns >= frame.to_ns()) continue;
      const float left = std::max(frame.min().x, frame.x_of(span.from_ns));
      const float right = std::min(frame.max().x, frame.x_of(span.to_ns));
      frame.draw_list().AddRectFilled({left, frame.min().y}, {right, frame.max().y}, span.colour);
      const ImVec2 text = small_size(canvas, span.text);
      if (text.x + 4.0F * canvas.style.scale <= right - left && text.y <= frame.height()) {
        small_text(frame.draw_list(), canvas, {(left + right - text.x) / 2.0F, frame.min().y + canvas.style.scale},
                   canvas.style.text_weak, span.text);
      }
    }
  }
}

void PlotPainter::draw_stacks(const TimeFrame& frame, const TimeScale& time, const ValueScale& value) {
  sum_stacks(time);
  Quads quads(frame.draw_list());
  std::size_t first = 0;
  for (const TimePlot::Item& item : plot_->items_) {
    if (item.kind != TimePlot::Item::Kind::stack || plot_->is_hidden(item.label)) continue;
    const Columns columns = columns_of(*item.series, time);
    const std::size_t count = columns.size();
    // Columns alike are one rectangle.
    std::size_t i = 0;
    while (i < count) {
      const double from = stacks.from[first + i], to = stacks.to[first + i];
      std::size_t end = i + 1;
      while (end < count && stacks.from[first + end] == from && stacks.to[first + end] == to) ++end;
      if (from != to) {
        const auto [top, bottom] = std::minmax({value.y_of(from), value.y_of(to)});
        quads.add_rect({columns.left_edge(time, i), top}, {columns.right_edge(time, end - 1), bottom},
                       item.stroke.colour);
      }
      i = end;
    }
    first += count;
  }
}

void PlotPainter::draw_band(const TimeFrame& frame, const TimePlot::Item& item, const TimeScale& time,
                            const ValueScale& value) {
  const Columns curve = columns_of(*item.middle, time), error = columns_of(*item.series, time);
  Quads quads(frame.draw_list());
  for (std::size_t i = 0; i < curve.size() && i < error.size(); ++i) {
    const double reach = error.extents[i].max;
    if (std::isnan(reach) || std::isnan(curve.extents[i].min)) continue;
    quads.add_rect({curve.left_edge(time, i), value.y_of(curve.extents[i].max + reach)},
                   {curve.right_edge(time, i), value.y_of(curve.extents[i].min - reach)}, item.stroke.colour);
  }
}

void PlotPainter::draw_difference(const TimeFrame& frame, const TimePlot::Item& item, const TimeScale& time,
                                  const ValueScale& value) {
  const Columns b = columns_of(*item.series, time), a = columns_of(*item.other, time);
  drawn_curve.clear();
  for (std::size_t i = 0; i < b.size(); ++i) {
    const double difference = b.extents[i].mean() - a.extents[i].mean();
    if (std::isnan(difference)) {
      drawn_curve.begin_gap();
      continue;
    }
    const float y = value.y_of(difference);
    drawn_curve.add_point({b.left_edge(time, i), y});
    drawn_curve.add_point({b.right_edge(time, i), y});
  }
  const float base = std::clamp(value.y_of(0.0), value.top, value.bottom);
  fill_curve(frame.draw_list(), drawn_curve, base, with_alpha(diverging_colour(1.0), 0.45),
             with_alpha(diverging_colour(-1.0), 0.45));
  draw_curve(frame.draw_list(), drawn_curve, item.stroke.colour, item.stroke.width, false, plot_->canvas_->style.scale);
}

void PlotPainter::draw_item(const TimeFrame& frame, const TimePlot::Item& item, const TimeScale& time,
                            const ValueScale& value) {
  using Kind = TimePlot::Item::Kind;
  const Stroke& stroke = item.stroke;
  const float scale = plot_->canvas_->style.scale;
  ImDrawList& list = frame.draw_list();
  switch (item.kind) {
    // draw_stacks has drawn them, all at once.
    case Kind::stack:
      break;
    case Kind::band:
      draw_band(frame, item, time, value);
      break;
    case Kind::difference:
      draw_difference(frame, item, time, value);
      break;
    case Kind::level:
      if (std::isnan(item.value)) break;
      drawn_curve.clear();
      drawn_curve.add_point({frame.min().x, value.y_of(item.value)});
      drawn_curve.add_point({frame.max().x, value.y_of(item.value)});
      draw_curve(list, drawn_curve, stroke.colour, stroke.width, stroke.dashed, scale);
      break;
    case Kind::line: {
      trace_series(*item.series, time, value, stroke.stairs, drawn_curve);
      // A logarithmic axis has no 0 to fill down to.
      if (stroke.fill > 0.0) {
        const float base = value.log ? value.bottom : std::clamp(value.y_of(0.0), value.top, value.bottom);
        const ImU32 area = with_alpha(stroke.colour, stroke.fill);
        fill_curve(list, drawn_curve, base, area, area);
      }
      draw_bands(list, drawn_curve, with_alpha(stroke.colour, stroke.dashed ? 0.18 : 0.3));
      draw_curve(list, drawn_curve, stroke.colour, stroke.width, stroke.dashed, scale);
      break;
    }
  }
}

void PlotPainter::draw_marks(const TimeFrame& frame, const TimePlot::Marks& marks, const ValueScale& value) {
  const float radius = 4.0F * plot_->canvas_->style.scale;
  float last_x = -1e9F, last_y = 0.0F;
  for (const Mark& mark : marks.marks) {
    if (mark.time_ns < frame.from_ns() || mark.time_ns > frame.to_ns()) continue;
    const float x = frame.x_of(mark.time_ns);
    const float y = std::isnan(mark.value) ? frame.max().y - radius : value.y_of(mark.value);
    if (std::abs(x - last_x) < 1.0F && std::abs(y - last_y) < 1.0F) continue;  // would hide the one before
    draw_shape(frame.draw_list(), mark.shape, {x, y}, radius, mark.colour);
    last_x = x;
    last_y = y;
  }
}

void PlotPainter::draw_items(TimeFrame& frame, const ValueScale& left, const ValueScale& right) {
  const TimeScale time = scale_of(frame);
  ImDrawList& list = frame.draw_list();
  list.PushClipRect(frame.min(), frame.max(), true);
  draw_spans(frame);
  draw_stacks(frame, time, left);
  for (const TimePlot::Item& item : plot_->items_) {
    if (!plot_->is_hidden(item.label)) draw_item(frame, item, time, item.side == Side::left ? left : right);
  }
  for (const TimePlot::Marks& marks : plot_->marks_) {
    if (!plot_->is_hidden(marks.label)) draw_marks(frame, marks, marks.side == Side::left ? left : right);
  }
  list.PopClipRect();
}

}  // namespace evtwin::viewer::plot
