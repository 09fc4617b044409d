// The values at the mouse.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "viewer/plot/plot_parts.hpp"

namespace evtwin::viewer::plot {
namespace {

constexpr std::size_t most_lines = 24;
constexpr float longest_label = 260.0F;  // pixels at 100 %

/// Value at t; over [from, to) where more than one change lies in it.
Sample sample_of(const Series& series, TimeNs t, TimeNs from, TimeNs to) {
  Sample sample;
  const TimeNs begin = std::max(from, series.start_ns()), end = std::min(to, series.end_ns());
  const bool several = !series.empty() && begin < end && series.piece_at(end - 1) - series.piece_at(begin) > 1;
  if (!several) {
    sample.value = series.value_at(t);
    return sample;
  }
  const model::Extent extent = series.extent_of(from, to);
  return {extent.mean(), extent.min, extent.max};
}

}  // namespace

Sample PlotTable::sample_item(const TimePlot::Item& item, TimeNs t, TimeNs from, TimeNs to) const {
  if (item.kind == TimePlot::Item::Kind::level) return {item.value, model::none, model::none};
  Sample sample = sample_of(*item.series, t, from, to);
  if (item.kind != TimePlot::Item::Kind::difference) return sample;
  // A difference of means is exact; its extremes can not be known from theirs.
  const Sample other = sample_of(*item.other, t, from, to);
  const bool means = !std::isnan(sample.min) || !std::isnan(other.min);
  if (means)
    return {item.series->extent_of(from, to).mean() - item.other->extent_of(from, to).mean(), model::none, model::none};
  return {sample.value - other.value, model::none, model::none};
}

void PlotTable::draw_values(const TimeFrame& frame, TimeNs t) const {
  const Canvas& canvas = *plot_->canvas_;
  const float scale = canvas.style.scale;
  const TimeScale time{frame.from_ns(), frame.to_ns(), frame.min().x, static_cast<std::size_t>(frame.width())};
  const std::size_t column = time.column_of(std::clamp(t, time.from_ns, time.to_ns - 1));
  const TimeNs from = time.column_start(column), to = time.column_start(column + 1);

  const auto line = [&](ImU32 colour, const std::string& label, const std::string& value) {
    ImGui::TableNextRow();
    ImGui::TableNextColumn();
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float high = ImGui::GetTextLineHeight(), side = std::floor(high * 0.6F);
    if (colour != 0) {
      ImGui::GetWindowDrawList()->AddRectFilled({at.x, at.y + (high - side) / 2.0F},
                                                {at.x + side, at.y + (high + side) / 2.0F}, colour | IM_COL32_A_MASK);
    }
    ImGui::Dummy({side + 2.0F * scale, high});
    ImGui::TableNextColumn();
    ImGui::TextUnformatted(fit_text(canvas, label, longest_label * scale).c_str());
    ImGui::TableNextColumn();
    ImGui::TextUnformatted(value.c_str());
  };

  ImGui::BeginTooltip();
  ImGui::TextUnformatted(canvas.clock->date_time_text(t).c_str());
  if (ImGui::BeginTable("values", 3, ImGuiTableFlags_SizingFixedFit)) {
    std::size_t lines = 0;
    for (const TimePlot::Item& item : plot_->items_) {
      if (plot_->is_hidden(item.label)) continue;
      if (++lines > most_lines) break;
      const Sample found = sample_item(item, t, from, to);
      const std::string& unit = plot_->axis_of(item.side).unit;
      std::string value = number_with_unit(found.value, unit);
      if (!std::isnan(found.min) && found.min < found.max) {
        value += fmt::format("  ({} .. {})", number_with_unit(found.min, ""), number_with_unit(found.max, unit));
      }
      line(item.stroke.colour, item.label, value);
    }

    for (const TimePlot::Spans& spans : plot_->spans_) {
      if (plot_->is_hidden(spans.label)) continue;
      for (const TimeSpan& span : spans.spans) {
        if (t >= span.from_ns && t < span.to_ns && !span.text.empty()) line(span.colour, spans.label, span.text);
      }
    }

    // Marks as near as a mouse can point.
    const TimeNs near = std::llround(6.0 * static_cast<double>(scale) * static_cast<double>(to - from));
    for (const TimePlot::Marks& marks : plot_->marks_) {
      if (plot_->is_hidden(marks.label)) continue;
      for (const Mark& mark : marks.marks) {
        if (std::abs(mark.time_ns - t) > near || mark.text.empty() || ++lines > most_lines) continue;
        line(mark.colour, canvas.clock->time_text(mark.time_ns), mark.text);
      }
    }
    ImGui::EndTable();
  }
  ImGui::EndTooltip();
}

}  // namespace evtwin::viewer::plot
