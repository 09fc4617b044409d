// Rows x time as bars: stays of vehicles, what was planned, what flowed.
#include <algorithm>
#include <cmath>

#include "viewer/plot/draw.hpp"
#include "viewer/plot/heat_map.hpp"

namespace evtwin::viewer::plot {
namespace {

constexpr float least_row = 14.0F, most_row = 28.0F, row_gap = 1.0F;  // pixels at 100 %
constexpr float longest_name = 110.0F, scrollbar = 10.0F;

struct Rows {
  std::size_t count = 0;
  float height = 1.0F;  ///< of one
  float top = 0.0F;     ///< of the first, may lie above the frame

  float top_of(std::size_t row) const { return top + static_cast<float>(row) * height; }
};

/// How far the rows are scrolled, pixels; a row that was just selected is brought into view. Draws the bar at the
/// right.
float scroll(const TimeFrame& frame, const Canvas& canvas, float content, float row_height, std::uint32_t selected) {
  ImGuiStorage& memory = *ImGui::GetStateStorage();
  float& offset = *memory.GetFloatRef(ImGui::GetID("scroll"), 0.0F);
  int& shown = *memory.GetIntRef(ImGui::GetID("selected"), -1);
  const float most = std::max(0.0F, content - frame.height());
  // Only where the selection is new: afterwards the user may scroll away from it.
  if (selected != model::no_row && static_cast<int>(selected) != shown) {
    const float row_top = static_cast<float>(selected) * row_height;
    if (row_top < offset) offset = row_top;
    if (row_top + row_height > offset + frame.height()) offset = row_top + row_height - frame.height();
  }
  shown = static_cast<int>(selected);

  if (most > 0.0F) {
    const ImGuiIO& io = ImGui::GetIO();
    const ImVec2 min{frame.max().x + 1.0F, frame.min().y};
    const ImVec2 max{std::min(frame.outer_max().x, min.x + scrollbar * canvas.style.scale), frame.max().y};
    const float handle = std::min(frame.height(), std::max(12.0F, frame.height() * frame.height() / content));
    if (max.x - min.x >= 2.0F) {
      ImGui::SetCursorScreenPos(min);
      ImGui::InvisibleButton("bar", {max.x - min.x, max.y - min.y});
      if (ImGui::IsItemActive()) {
        offset = (io.MousePos.y - min.y - handle / 2.0F) / std::max(1.0F, frame.height() - handle) * most;
      }
    }

    // The wheel alone zooms time.
    const bool over = ImGui::IsWindowHovered() && ImGui::IsMouseHoveringRect(frame.outer_min(), frame.outer_max());
    if (over && io.KeyShift) offset -= 3.0F * row_height * io.MouseWheel;
    offset = std::clamp(offset, 0.0F, most);
    const float top = min.y + (frame.height() - handle) * offset / most;
    frame.draw_list().AddRectFilled({min.x + 2.0F, top}, {max.x - 1.0F, top + handle}, canvas.style.frame, 3.0F);
  }
  offset = std::clamp(offset, 0.0F, most);
  return offset;
}

void draw_names(const TimeFrame& frame, const Canvas& canvas, std::span<const std::string> names, const Rows& rows,
                std::size_t first, std::size_t last, std::uint32_t selected) {
  const Style& style = canvas.style;
  const float gap = 4.0F * style.scale, room = frame.min().x - frame.outer_min().x - 2.0F * gap;
  for (std::size_t row = first; row < last; ++row) {
    const float top = rows.top_of(row) + (rows.height - small_height(canvas)) / 2.0F;
    if (top < frame.min().y - 1.0F || top + small_height(canvas) > frame.max().y + 1.0F) continue;
    const std::string shown = fit_text(canvas, names[row], room);
    small_text(frame.draw_list(), canvas, {frame.outer_min().x + gap, top},
               row == selected ? style.text : style.text_weak, shown);
    const ImVec2 from{frame.outer_min().x, rows.top_of(row)}, to{frame.min().x, rows.top_of(row) + rows.height};
    if (shown != names[row] && ImGui::IsWindowHovered() && ImGui::IsMouseHoveringRect(from, to)) {
      ImGui::SetTooltip("%s", names[row].c_str());
    }
  }
}

/// The bars of one row that begin before `end`.
std::span<const Bar> bars_of(std::span<const Bar> bars, std::size_t row, TimeNs end) {
  const auto before = [](const Bar& bar, std::pair<std::size_t, TimeNs> key) {
    return std::pair<std::size_t, TimeNs>(bar.row, bar.from_ns) < key;
  };
  const auto first = std::lower_bound(bars.begin(), bars.end(), std::pair{row, -kernel::time_never - 1}, before);
  const auto last = std::lower_bound(first, bars.end(), std::pair{row, end}, before);
  return {first, last};
}

/// Draws bars; those narrower than a pixel that would fall on the pixel of one of the same look before them are left
/// out.
class BarPainter {
 public:
  BarPainter(const TimeFrame& frame, float scale) : frame_(frame), quads_(frame.draw_list()), scale_(scale) {}

  void start_row(float top, float bottom) {
    top_ = top;
    bottom_ = bottom;
    thin_[0] = thin_[1] = {};
  }
  void draw(const Bar& bar) {
    float left = std::max(frame_.x_of(bar.from_ns), frame_.min().x - 4.0F);
    float right = std::min(frame_.x_of(bar.to_ns), frame_.max().x + 4.0F);
    const float top = bottom_ - (bottom_ - top_) * static_cast<float>(std::clamp(bar.height, 0.0, 1.0));
    if (right - left < 1.0F) {
      Thin& thin = thin_[bar.hollow ? 1 : 0];
      left = std::floor(left);
      right = left + 1.0F;
      if (thin.left == left && thin.colour == bar.colour && thin.top <= top) return;
      thin = {left, top, bar.colour};
    }
    const float line = std::max(1.0F, std::round(scale_));
    if (!bar.hollow || right - left < 3.0F * line) {
      quads_.add_rect({left, top}, {right, bottom_}, bar.colour);
      return;
    }
    quads_.add_rect({left, top}, {right, top + line}, bar.colour);
    quads_.add_rect({left, bottom_ - line}, {right, bottom_}, bar.colour);
    quads_.add_rect({left, top}, {left + line, bottom_}, bar.colour);
    quads_.add_rect({right - line, top}, {right, bottom_}, bar.colour);
  }

 private:
  struct Thin {
    float left = -1e9F, top = 1e9F;
    ImU32 colour = 0;
  };
  const TimeFrame& frame_;
  Quads quads_;
  float scale_, top_ = 0.0F, bottom_ = 0.0F;
  Thin thin_[2];
};

}  // namespace

GanttReply draw_gantt(const std::string& id, Canvas& canvas, ImVec2 size, std::span<const std::string> names,
                      std::span<const Bar> bars, std::uint32_t selected_row) {
  const Style& style = canvas.style;
  float widest = 0.0F;
  for (std::size_t row = 0; row < std::min<std::size_t>(names.size(), 200); ++row) {
    widest = std::max(widest, small_size(canvas, names[row]).x);
  }
  TimeFrame frame(id, canvas, size, std::min(widest, longest_name * style.scale) + 8.0F * style.scale, true, 0.0F,
                  (scrollbar + 2.0F) * style.scale);
  GanttReply reply;
  if (!frame.is_visible() || names.empty()) {
    static_cast<PlotReply&>(reply) = frame.finish_frame();
    return reply;
  }

  ImGui::PushID(id.c_str());
  Rows rows;
  rows.count = names.size();
  rows.height = std::floor(
      std::clamp(frame.height() / static_cast<float>(rows.count), least_row * style.scale, most_row * style.scale));
  const float content = rows.height * static_cast<float>(rows.count);
  rows.top = frame.min().y - std::floor(scroll(frame, canvas, content, rows.height, selected_row));
  ImGui::PopID();
  const auto first = static_cast<std::size_t>((frame.min().y - rows.top) / rows.height);
  const auto last = std::min(rows.count, static_cast<std::size_t>((frame.max().y - rows.top) / rows.height) + 1);

  draw_names(frame, canvas, names, rows, first, last, selected_row);
  ImDrawList& list = frame.draw_list();
  list.PushClipRect(frame.min(), frame.max(), true);
  for (std::size_t row = first; row < last; ++row) {
    const float bottom = rows.top_of(row) + rows.height;
    if (row == selected_row)
      list.AddRectFilled({frame.min().x, rows.top_of(row)}, {frame.max().x, bottom}, style.selection);
    draw_horizontal(list, style, frame.min().x, frame.max().x, bottom, style.grid);
  }

  {
    BarPainter painter(frame, style.scale);
    for (std::size_t row = first; row < last; ++row) {
      painter.start_row(rows.top_of(row) + row_gap * style.scale,
                        rows.top_of(row) + rows.height - row_gap * style.scale);
      for (const Bar& bar : bars_of(bars, row, frame.to_ns())) {
        if (bar.to_ns >= frame.from_ns()) painter.draw(bar);
      }
    }
  }
  list.PopClipRect();

  static_cast<PlotReply&>(reply) = frame.finish_frame();
  const float mouse_y = ImGui::GetIO().MousePos.y;
  if (!(reply.hovered || reply.clicked) || mouse_y < rows.top) return reply;
  const auto row = static_cast<std::size_t>((mouse_y - rows.top) / rows.height);
  if (row >= rows.count) return reply;
  reply.row = static_cast<std::uint32_t>(row);
  for (const Bar& bar : bars_of(bars, row, reply.time_ns + 1)) {
    if (bar.to_ns > reply.time_ns && bar.id != model::no_row) reply.id = bar.id;  // the one drawn last is on top
  }
  return reply;
}

}  // namespace evtwin::viewer::plot
