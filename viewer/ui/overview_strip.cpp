// The whole run in one strip: power, events, the window, the cursor, the markers.
#include <algorithm>
#include <cmath>
#include <vector>

#include "viewer/ui/panel_state.hpp"
#include "viewer/ui/panels.hpp"

namespace evtwin::viewer::ui {
namespace {

using Strip = OverviewStrip;

Strip strip_of(const model::Run& run, const OverviewQuestion& question) {
  const auto& [site, start, end, width] = question;
  Strip strip{std::vector<model::Extent>(width), std::vector<std::uint8_t>(width, 0)};
  if (site < run.sites.size() && !run.sites[site].grid_kw.empty())
    run.sites[site].grid_kw.column_extents(start, end, strip.grid);
  const double per_ns = static_cast<double>(width) / static_cast<double>(end - start);
  for (const model::Event& event : run.events) {
    if (event.time_ns < start || event.time_ns >= end) continue;
    const auto column =
        std::min(width - 1, static_cast<std::size_t>(static_cast<double>(event.time_ns - start) * per_ns));
    const auto mark = static_cast<std::uint8_t>(event.alert ? 2 : 1);
    strip.events[column] = std::max(strip.events[column], mark);
  }
  return strip;
}

void draw_power(ImDrawList& list, const Strip& strip, ImVec2 min, ImVec2 max, ImU32 colour) {
  double low = 0.0, high = 0.0;
  for (const model::Extent& extent : strip.grid) {
    if (std::isnan(extent.min)) continue;
    low = std::min(low, extent.min);
    high = std::max(high, extent.max);
  }
  if (!(high > low)) return;
  const auto y_of = [&](double kw) { return max.y - static_cast<float>((kw - low) / (high - low)) * (max.y - min.y); };
  for (std::size_t column = 0; column < strip.grid.size(); ++column) {
    const model::Extent& extent = strip.grid[column];
    if (std::isnan(extent.min)) continue;
    const float x = min.x + static_cast<float>(column);
    list.AddRectFilled({x, y_of(extent.max)}, {x + 1.0F, std::max(y_of(extent.min), y_of(extent.max) + 1.0F)}, colour);
    list.AddRectFilled({x, y_of(std::max(extent.min, 0.0))}, {x + 1.0F, y_of(0.0)}, plot::with_alpha(colour, 0.25));
  }
}

}  // namespace

void draw_overview_strip(Ui& ui, ImVec2 size) {
  const model::Run* run = ui.shown_run();
  if (run == nullptr || size.x < 8.0F || size.y < 8.0F) return;
  const ImVec2 min = ImGui::GetCursorScreenPos();
  const ImVec2 max{min.x + size.x, min.y + size.y};
  ImGui::InvisibleButton("overview", size);
  ui.items.register_last("overview");
  model::TimeModel& time = ui.time;
  const TimeNs start = time.start_ns(), end = time.end_ns();
  const auto x_of = [&](TimeNs t) {
    return min.x + static_cast<float>(static_cast<double>(t - start) / static_cast<double>(end - start)) * size.x;
  };
  const auto time_of = [&](float x) {
    return start + static_cast<TimeNs>(static_cast<double>((x - min.x) / size.x) * static_cast<double>(end - start));
  };

  const plot::Style& style = ui.canvas.style;
  ImDrawList& list = *ImGui::GetWindowDrawList();
  list.PushClipRect(min, max, true);
  list.AddRectFilled(min, max, style.background);
  const std::uint32_t site = drawn_site(ui, *run);
  const OverviewQuestion question{site, start, end, static_cast<std::size_t>(size.x)};
  const Strip& strip = panel_state(ui).overview.at(kept_of(ui, *run)).get_or_make(*run, question, [&] {
    return strip_of(*run, question);
  });
  const float ticks = ui.px(6.0F);
  draw_power(list, strip, {min.x, min.y + ui.px(2.0F)}, {max.x, max.y - ticks},
             plot::colour_of(style, plot::Category::blue));
  for (std::size_t column = 0; column < strip.events.size(); ++column) {
    if (strip.events[column] == 0) continue;
    const bool alert = strip.events[column] == 2;
    const float x = min.x + static_cast<float>(column);
    list.AddRectFilled({x, max.y - (alert ? ticks : ticks / 2)}, {x + 1.0F, max.y},
                       alert ? plot::colour_of(style, plot::Category::vermillion) : style.text_weak);
  }

  // Time outside the window is dimmed.
  const ImU32 shade = style.dark ? IM_COL32(0, 0, 0, 130) : IM_COL32(120, 128, 140, 70);
  list.AddRectFilled(min, {x_of(time.from_ns()), max.y}, shade);
  list.AddRectFilled({x_of(time.to_ns()), min.y}, max, shade);
  list.AddRect({x_of(time.from_ns()), min.y}, {x_of(time.to_ns()), max.y}, style.frame);
  const auto line = [&](TimeNs t, ImU32 colour) {
    list.AddLine({x_of(t), min.y}, {x_of(t), max.y}, colour, ui.px(1.5F));
  };
  if (time.marker_a) line(*time.marker_a, style.marker_a);
  if (time.marker_b) line(*time.marker_b, style.marker_b);
  line(time.cursor_ns(), style.cursor);
  list.PopClipRect();
  list.AddRect(min, max, style.frame);

  // A drag moves the window, a click seeks.
  if (ImGui::IsItemActive() && ImGui::IsMouseDragging(ImGuiMouseButton_Left, 3.0F)) {
    const TimeNs width = time.to_ns() - time.from_ns();
    const TimeNs centre = time_of(ImGui::GetIO().MousePos.x);
    time.show_window(centre - width / 2, centre - width / 2 + width);
  } else if (ImGui::IsItemDeactivated()) {
    time.seek_time(time_of(ImGui::GetIO().MousePos.x));
  }
  if (ImGui::IsItemHovered() && ImGui::GetIO().MouseWheel != 0.0F)
    time.zoom_at(std::pow(1.25, static_cast<double>(ImGui::GetIO().MouseWheel)), time_of(ImGui::GetIO().MousePos.x));
}

}  // namespace evtwin::viewer::ui
