#include <fmt/format.h>

#include <algorithm>

#include "viewer/plot/plot_parts.hpp"

namespace evtwin::viewer::plot {
namespace {

constexpr float longest_legend_label = 150.0F, sign_width = 16.0F, entry_gap = 10.0F;  // pixels at 100 %

}  // namespace

PlotLegend::PlotLegend(TimePlot& plot, float left, float width, int lines) : plot_(&plot) {
  const Canvas& canvas = *plot.canvas_;
  line_height_ = small_height(canvas) + 4.0F * canvas.style.scale;
  for (const TimePlot::Item& item : plot.items_) {
    using Kind = TimePlot::Item::Kind;
    const bool area = item.kind == Kind::stack || item.kind == Kind::difference || item.kind == Kind::band;
    add_entry(item.label, item.stroke.colour, area ? Sign::area : item.stroke.dashed ? Sign::dashes : Sign::line);
  }
  for (const TimePlot::Spans& spans : plot.spans_) {
    if (!spans.spans.empty()) add_entry(spans.label, spans.spans.front().colour, Sign::area);
  }
  for (const TimePlot::Marks& marks : plot.marks_) {
    if (!marks.marks.empty())
      add_entry(marks.label, marks.marks.front().colour, Sign::shape, marks.marks.front().shape);
  }
  place_entries(left, width, lines);
}

void PlotLegend::add_entry(const std::string& label, ImU32 colour, Sign sign, Shape shape) {
  if (label.empty()) return;
  const Canvas& canvas = *plot_->canvas_;
  const float scale = canvas.style.scale;
  Entry entry{label, fit_text(canvas, label, longest_legend_label * scale), colour, sign, shape, 0.0F, 0.0F, 0};
  entry.width = (sign_width + 4.0F) * scale + small_size(canvas, entry.shown).x;
  entries_.push_back(std::move(entry));
}

void PlotLegend::place_entries(float left, float width, int lines) {
  const Canvas& canvas = *plot_->canvas_;
  const float space = entry_gap * canvas.style.scale;
  const float more = small_size(canvas, "+99").x + space;
  float x = left;
  int line = 0;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    Entry& entry = entries_[i];

    // On the last line there must be room for how many are left out.
    const bool last = i + 1 == entries_.size();
    const auto end = [&] { return left + width - (line + 1 == lines && !last ? more : 0.0F); };
    if (x + entry.width > end() && x > left && line + 1 < lines) {
      ++line;
      x = left;
    }

    if (x + entry.width > end()) break;
    entry.x = x;
    entry.line = line;
    x += entry.width + space;
    placed_ = i + 1;
  }

  more_x_ = x;
  if (x + more > left + width) more_x_ = -1.0F;
  lines_ = line + 1;
}

void PlotLegend::draw_entry(const Entry& entry, ImVec2 at) {
  const Canvas& canvas = *plot_->canvas_;
  const Style& style = canvas.style;
  ImDrawList& list = *ImGui::GetWindowDrawList();
  // Hidden items keep their entry, so that they can be shown again.
  const bool off = plot_->is_hidden(entry.label);
  const ImU32 colour = off ? style.frame : entry.colour;
  const float scale = style.scale, wide = sign_width * scale, middle = at.y + line_height_ / 2.0F;
  const float thick = 2.5F * scale;

  switch (entry.sign) {
    case Sign::line:
      list.AddRectFilled({at.x, middle - thick / 2.0F}, {at.x + wide, middle + thick / 2.0F}, colour);
      break;
    case Sign::dashes:
      for (const float part : {0.0F, 0.375F, 0.75F}) {
        list.AddRectFilled({at.x + part * wide, middle - thick / 2.0F},
                           {at.x + (part + 0.25F) * wide, middle + thick / 2.0F}, colour);
      }
      break;

    case Sign::area: {
      const ImVec2 min{at.x + 2.0F * scale, middle - 5.0F * scale},
          max{at.x + wide - 2.0F * scale, middle + 5.0F * scale};
      if (!off) list.AddRectFilled(min, max, colour);
      list.AddRect(min, max, style.frame);
      break;
    }
    case Sign::shape:
      draw_shape(list, entry.shape, {at.x + wide / 2.0F, middle}, 4.5F * scale, colour);
      break;
  }

  small_text(list, canvas, {at.x + wide + 4.0F * scale, at.y + 2.0F * scale}, off ? style.text_weak : style.text,
             entry.shown);
  if (off) {
    const float from = at.x + wide + 4.0F * scale;
    draw_horizontal(list, style, from, at.x + entry.width, middle, style.text_weak);
  }
}

void PlotLegend::click_entry(const Entry& entry) {
  std::set<std::string>& hidden = plot_->canvas_->hidden[plot_->id_];
  if (!ImGui::GetIO().KeyCtrl) {
    if (hidden.erase(entry.label) == 0) hidden.insert(entry.label);
    return;
  }
  // Shown alone already: all come back.
  std::set<std::string> others;
  for (const Entry& other : entries_) {
    if (other.label != entry.label) others.insert(other.label);
  }
  if (hidden == others) {
    hidden.clear();
  } else {
    hidden = std::move(others);
  }
}

void PlotLegend::draw_entries(float top) {
  Canvas& canvas = *plot_->canvas_;
  ImGui::PushID(plot_->id_.c_str());
  for (std::size_t i = 0; i < placed_; ++i) {
    const Entry& entry = entries_[i];
    const ImVec2 at{entry.x, top + static_cast<float>(entry.line) * line_height_};
    ImGui::SetCursorScreenPos(at);
    ImGui::PushID(static_cast<int>(i));
    if (ImGui::InvisibleButton("legend", {entry.width, line_height_})) click_entry(entry);
    if (ImGui::IsItemHovered() && entry.shown != entry.label) ImGui::SetTooltip("%s", entry.label.c_str());
    ImGui::PopID();
    if (canvas.on_item) {
      canvas.on_item(plot_->id_ + ".legend." + entry.label, at, {at.x + entry.width, at.y + line_height_});
    }
    draw_entry(entry, at);
  }
  if (placed_ < entries_.size() && more_x_ >= 0.0F) {
    const std::string more = fmt::format("+{}", entries_.size() - placed_);
    small_text(*ImGui::GetWindowDrawList(), canvas,
               {more_x_, top + static_cast<float>(lines_ - 1) * line_height_ + 2.0F * canvas.style.scale},
               canvas.style.text_weak, more);
  }
  ImGui::PopID();
}

}  // namespace evtwin::viewer::plot
