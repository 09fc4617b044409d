#include "viewer/plot/time_plot.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "viewer/plot/plot_parts.hpp"

namespace evtwin::viewer::plot {
namespace {

/// Ticks of an axis with room for its labels.
std::vector<Tick> ticks_for(const Canvas& canvas, const Axis& axis, Range range, float height) {
  const float line = small_height(canvas);
  const int count = std::clamp(static_cast<int>(height / (2.2F * line)), 1, 10);
  return axis.log ? log_ticks(range.min, range.max, count) : value_ticks(range.min, range.max, count);
}

float widest_label(const Canvas& canvas, const std::vector<Tick>& ticks) {
  float widest = 0.0F;
  for (const Tick& tick : ticks) widest = std::max(widest, small_size(canvas, tick.label).x);
  return widest;
}

/// Labels beside the frame, those that have room; grid lines for the left axis.
void draw_value_ticks(const TimeFrame& frame, const Canvas& canvas, const std::vector<Tick>& ticks,
                      const ValueScale& scale, Side side) {
  const float gap = 4.0F * canvas.style.scale, half = small_height(canvas) / 2.0F;
  for (const Tick& tick : ticks) {
    const float y = scale.y_of(tick.value);
    if (y < frame.min().y - 0.5F || y > frame.max().y + 0.5F) continue;
    if (side == Side::left && y > frame.min().y + 1.0F && y < frame.max().y - 1.0F) {
      draw_horizontal(frame.draw_list(), canvas.style, frame.min().x + 1.0F, frame.max().x - 1.0F, y,
                      canvas.style.grid);
    }
    const float width = small_size(canvas, tick.label).x;
    const float x = side == Side::left ? frame.min().x - gap - width : frame.max().x + gap;
    // Beside the frame and not beyond: above is the legend, below are the times.
    const float top = std::clamp(y - half, frame.min().y, std::max(frame.min().y, frame.max().y - 2.0F * half));
    const bool fits = frame.height() >= 2.0F * half && x >= frame.outer_min().x && x + width <= frame.outer_max().x;
    if (!fits) continue;
    small_text(frame.draw_list(), canvas, {x, top}, canvas.style.text_weak, tick.label);
  }
}

}  // namespace

TimePlot::TimePlot(std::string id, Canvas& canvas, ImVec2 size, Axis left, Axis right)
    : id_(std::move(id)), canvas_(&canvas), size_(size), left_(std::move(left)), right_(std::move(right)) {}

void TimePlot::add_line(std::string label, const Series& series, Stroke stroke, Side side) {
  items_.push_back({Item::Kind::line, std::move(label), &series, nullptr, nullptr, 0.0, stroke, side});
}

std::vector<std::pair<std::string, ImU32>> TimePlot::line_colours() const {
  std::vector<std::pair<std::string, ImU32>> colours;
  for (const Item& item : items_) {
    if (item.kind == Item::Kind::line) colours.emplace_back(item.label, item.stroke.colour);
  }
  return colours;
}

void TimePlot::add_band(std::string label, const Series& curve, const Series& error, ImU32 colour) {
  Stroke stroke;
  stroke.colour = colour;
  items_.push_back({Item::Kind::band, std::move(label), &error, nullptr, &curve, 0.0, stroke, Side::left});
}

void TimePlot::add_stack(std::string label, const Series& series, ImU32 colour) {
  Stroke stroke;
  stroke.colour = colour;
  items_.push_back({Item::Kind::stack, std::move(label), &series, nullptr, nullptr, 0.0, stroke, Side::left});
}

void TimePlot::add_level(std::string label, double value, Stroke stroke, Side side) {
  items_.push_back({Item::Kind::level, std::move(label), nullptr, nullptr, nullptr, value, stroke, side});
}

void TimePlot::add_spans(std::string label, std::vector<TimeSpan> spans) {
  spans_.push_back({std::move(label), std::move(spans)});
}

void TimePlot::add_marks(std::string label, std::vector<Mark> marks, Side side) {
  marks_.push_back({std::move(label), std::move(marks), side});
}

void TimePlot::add_difference(std::string label, const Series& a, const Series& b) {
  Stroke stroke;
  stroke.colour = canvas_->style.text;
  items_.push_back({Item::Kind::difference, std::move(label), &b, &a, nullptr, 0.0, stroke, Side::left});
}

bool TimePlot::is_hidden(const std::string& label) const {
  const auto found = canvas_->hidden.find(id_);
  return found != canvas_->hidden.end() && found->second.contains(label);
}

bool TimePlot::uses_right() const {
  return std::any_of(items_.begin(), items_.end(), [](const Item& item) { return item.side == Side::right; });
}

PlotReply TimePlot::draw_plot() {
  Canvas& canvas = *canvas_;
  const float scale = canvas.style.scale, gap = 4.0F * scale;
  const ImVec2 at = ImGui::GetCursorScreenPos(), room = ImGui::GetContentRegionAvail();
  const ImVec2 size{std::max(1.0F, size_.x > 0.0F ? size_.x : room.x),
                    std::max(1.0F, size_.y > 0.0F ? size_.y : room.y)};
  if (!ImGui::IsRectVisible(at, {at.x + size.x, at.y + size.y})) {
    return TimeFrame(id_, canvas, size, 0.0F, false).finish_frame();
  }

  // Title and units left and right of the legend.
  const bool second = uses_right();
  const std::string title = left_.unit.empty() ? title_ : fmt::format("{} [{}]", title_, left_.unit);
  const std::string shown_title = fit_text(canvas, title, size.x * 0.5F);
  std::string right_unit = second && !right_.unit.empty() ? fmt::format("[{}]", right_.unit) : "";
  if (small_size(canvas, right_unit).x > size.x * 0.3F) right_unit.clear();
  const float title_width = small_size(canvas, shown_title).x, right_width = small_size(canvas, right_unit).x;
  const float legend_left = at.x + title_width + 12.0F * scale;
  PlotLegend legend(*this, legend_left, at.x + size.x - right_width - gap - legend_left,
                    size.y > 150.0F * scale ? 2 : 1);
  const float header = legend.height_px() + 2.0F * scale;

  // The margins follow from the ticks' labels, which follow from the range, which follows from what is visible: for the
  // range the width of the last frame does.
  const TimeScale about{canvas.time->from_ns(), canvas.time->to_ns(), 0.0F,
                        static_cast<std::size_t>(std::max(1.0F, size.x - canvas.left_margin - canvas.right_margin))};
  PlotPainter painter(*this);
  const Range left = painter.visible_range(Side::left, about), right = painter.visible_range(Side::right, about);
  const float inner_height = size.y - header - 2.0F * (small_height(canvas) + 2.0F * scale);
  const std::vector<Tick> left_ticks = ticks_for(canvas, left_, left, inner_height);
  const std::vector<Tick> right_ticks = second ? ticks_for(canvas, right_, right, inner_height) : std::vector<Tick>();
  TimeFrame frame(id_, canvas, size, widest_label(canvas, left_ticks) + 2.0F * gap, true, header,
                  second ? widest_label(canvas, right_ticks) + 2.0F * gap : 2.0F * gap);

  if (frame.is_visible()) {
    const ValueScale left_scale{left.min, left.max, left_.log, frame.min().y, frame.max().y};
    const ValueScale right_scale{right.min, right.max, right_.log, frame.min().y, frame.max().y};
    draw_value_ticks(frame, canvas, left_ticks, left_scale, Side::left);
    if (second) draw_value_ticks(frame, canvas, right_ticks, right_scale, Side::right);
    painter.draw_items(frame, left_scale, right_scale);
    small_text(frame.draw_list(), canvas, {at.x, at.y + 2.0F * scale}, canvas.style.text, shown_title);
    small_text(frame.draw_list(), canvas, {at.x + size.x - right_width, at.y + 2.0F * scale}, canvas.style.text_weak,
               right_unit);
    legend.draw_entries(at.y);
  }

  const PlotReply reply = frame.finish_frame();
  if (reply.hovered && !canvas.is_dragging()) PlotTable(*this).draw_values(frame, reply.time_ns);
  return reply;
}

}  // namespace evtwin::viewer::plot
