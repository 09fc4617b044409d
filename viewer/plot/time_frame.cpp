// Where everything over time stands: margins, time ticks, and the lines that go through all plots.
#include <algorithm>
#include <cmath>

#include "viewer/plot/draw.hpp"
#include "viewer/plot/time_plot.hpp"

namespace evtwin::viewer::plot {
namespace {

/// No plot's margin makes the others narrower than this lets it, at 100 %.
constexpr float most_margin = 132.0F;
/// A rectangle lower than this has one line of times, in which a day's name stands in the place of 00:00.
constexpr float one_line_height = 110.0F;

}  // namespace

TimeFrame::TimeFrame(std::string id, Canvas& canvas, ImVec2 size, float left_margin, bool ticks, float top_margin,
                     float right_margin)
    : id_(std::move(id)), canvas_(&canvas), list_(ImGui::GetWindowDrawList()), ticks_(ticks) {
  const ImVec2 left_over = ImGui::GetContentRegionAvail();
  outer_min_ = ImGui::GetCursorScreenPos();
  const ImVec2 outer{std::floor(std::max(1.0F, size.x > 0.0F ? size.x : left_over.x)),
                     std::floor(std::max(1.0F, size.y > 0.0F ? size.y : left_over.y))};
  outer_max_ = {outer_min_.x + outer.x, outer_min_.y + outer.y};

  // Margins: those of the column's other plots too, but never more than a third of the plot on either side.
  const float scale = canvas.style.scale;
  float left = std::max(left_margin, canvas.left_margin), right = std::max(right_margin, canvas.right_margin);
  canvas.next_left_margin = std::max(canvas.next_left_margin, std::min(left_margin, most_margin * scale));
  canvas.next_right_margin = std::max(canvas.next_right_margin, std::min(right_margin, most_margin * scale));
  left = std::floor(std::clamp(left, 0.0F, outer.x / 3.0F));
  right = std::floor(std::clamp(right, 0.0F, outer.x / 3.0F));

  // Two lines of times below where there is room, else one, or none.
  const float line = small_height(canvas) + 2.0F * scale;
  if (outer.y - top_margin < 3.0F * line) ticks_ = false;
  one_line_ = outer.y - top_margin < one_line_height * scale;
  const float bottom = ticks_ ? std::ceil(line * (one_line_ ? 1.0F : 2.0F)) : 0.0F;
  min_ = {std::floor(outer_min_.x + left), std::floor(outer_min_.y + std::clamp(top_margin, 0.0F, outer.y / 2.0F))};
  max_ = {std::floor(outer_max_.x - right), std::floor(outer_max_.y - bottom)};

  from_ = canvas.time->from_ns();
  to_ = canvas.time->to_ns();
  visible_ = width() >= 8.0F && height() >= 8.0F && to_ > from_ && ImGui::IsRectVisible(outer_min_, outer_max_);
  if (!visible_) return;

  list_->AddRectFilled(min_, max_, canvas.style.background);
  if (ticks_) draw_times();
  list_->AddRect(min_, max_, canvas.style.frame);
}

float TimeFrame::x_of(TimeNs t) const {
  const auto span = static_cast<double>(to_ - from_);
  // Differences as unsigned numbers: right also between time_never and -time_never.
  const auto distance = [](TimeNs a, TimeNs b) {
    return static_cast<double>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
  };
  const double part = t >= from_ ? distance(t, from_) / span : -distance(from_, t) / span;
  return min_.x + static_cast<float>(std::clamp(part, -1.0, 2.0) * static_cast<double>(width()));
}

TimeNs TimeFrame::time_of(float x) const {
  const double part = static_cast<double>(x - min_.x) / static_cast<double>(std::max(1.0F, width()));
  return from_ + std::llround(std::clamp(part, -1.0, 2.0) * static_cast<double>(to_ - from_));
}

void TimeFrame::draw_times() {
  const Canvas& canvas = *canvas_;
  const Style& style = canvas.style;
  const float scale = style.scale, line = small_height(canvas) + 2.0F * scale, gap = 10.0F * scale;

  // As many as have room.
  const auto label = [&](const TimeTick& tick) -> const std::string& {
    return one_line_ && tick.major ? tick.above : tick.label;
  };
  int count = std::clamp(static_cast<int>(width() / (small_size(canvas, "00:00").x + 2.5F * gap)), 1, 40);
  std::vector<TimeTick> ticks;
  for (; count >= 1; --count) {
    ticks = time_ticks(*canvas.clock, from_, to_, count, canvas.words);
    float end = -1e9F;
    bool fits = true;
    for (const TimeTick& tick : ticks) {
      const float half = small_size(canvas, label(tick)).x / 2.0F, x = x_of(tick.time_ns);
      fits = fits && x - half >= end;
      end = x + half + gap * 0.6F;
    }
    if (fits) break;
  }

  float label_end = -1e9F;
  for (const TimeTick& tick : ticks) {
    const float x = x_of(tick.time_ns);
    if (x > min_.x + 1.0F && x < max_.x - 1.0F) {
      draw_vertical(*list_, style, x, min_.y, max_.y, tick.major ? style.frame : style.grid);
    }

    const bool day = one_line_ && tick.major;
    const float wide = small_size(canvas, label(tick)).x;
    float left = x - wide / 2.0F;
    if (day) left = std::clamp(left, outer_min_.x, std::max(outer_min_.x, outer_max_.x - wide));
    if (left < std::max(outer_min_.x, label_end) || left + wide > outer_max_.x) continue;
    small_text(*list_, canvas, {left, max_.y + 2.0F * scale}, day ? style.text : style.text_weak, label(tick));
    label_end = left + wide + gap * 0.6F;
  }
  if (one_line_) return;

  // The coarser step below, each where it begins; what began before the window stands at its left edge.
  struct Above {
    float x = 0.0F;
    const TimeTick* tick = nullptr;
  };
  std::vector<Above> aboves;
  for (const TimeTick& tick : ticks) {
    if (!tick.above.empty()) aboves.push_back({tick.major ? x_of(tick.time_ns) : min_.x, &tick});
  }

  float end = -1e9F;
  for (std::size_t i = 0; i < aboves.size(); ++i) {
    const float wide = small_size(canvas, aboves[i].tick->above).x;
    const bool gives_way =
        i + 1 < aboves.size() && !aboves[i].tick->major && aboves[i].x + wide + gap > aboves[i + 1].x;
    if (gives_way || aboves[i].x < end || aboves[i].x + wide > outer_max_.x) continue;
    small_text(*list_, canvas, {aboves[i].x, max_.y + line}, style.text, aboves[i].tick->above);
    end = aboves[i].x + wide + gap;
  }
}

void TimeFrame::draw_lines_over_all() {
  const Canvas& canvas = *canvas_;
  const Style& style = canvas.style;
  list_->PushClipRect(min_, max_, true);

  const auto inside = [&](TimeNs t) { return t >= from_ && t <= to_; };
  const auto marker = [&](const std::optional<TimeNs>& t, ImU32 colour, const char* name) {
    if (!t || !inside(*t)) return;
    const float x = x_of(*t);
    draw_vertical(*list_, style, x, min_.y, max_.y, colour, 1.5F);
    const ImVec2 text = small_size(canvas, name);
    const ImVec2 pad{3.0F * style.scale, 1.0F * style.scale};
    // Right of its line, at the right edge left of it.
    const bool leftwards = x + text.x + 2.0F * pad.x > max_.x;
    const float left = leftwards ? x - text.x - 2.0F * pad.x : x;
    if (height() < text.y + 2.0F * pad.y) return;
    list_->AddRectFilled({left, min_.y}, {left + text.x + 2.0F * pad.x, min_.y + text.y + 2.0F * pad.y}, colour);
    small_text(*list_, canvas, {left + pad.x, min_.y + pad.y}, style.background, name);
  };

  marker(canvas.time->marker_a, style.marker_a, "A");
  marker(canvas.time->marker_b, style.marker_b, "B");
  if (inside(canvas.hover_ns)) {
    draw_vertical(*list_, style, x_of(canvas.hover_ns), min_.y, max_.y, with_alpha(style.text, 0.45));
  }
  if (inside(canvas.time->cursor_ns())) {
    draw_vertical(*list_, style, x_of(canvas.time->cursor_ns()), min_.y, max_.y, style.cursor, 2.0F);
  }
  list_->PopClipRect();
}

PlotReply TimeFrame::finish_frame() {
  PlotReply reply;
  reply.min = min_;
  reply.max = max_;
  if (visible_) {
    draw_lines_over_all();
    handle_input(reply);
    if (canvas_->on_item) canvas_->on_item(id_, min_, max_);
  }
  ImGui::SetCursorScreenPos(outer_min_);
  ImGui::Dummy({outer_max_.x - outer_min_.x, outer_max_.y - outer_min_.y});
  return reply;
}

}  // namespace evtwin::viewer::plot
