// Strategies as points in the plane of two figures: which is better in both, and which serves the drivers best.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>

#include "analysis/kpi.hpp"
#include "analysis/text_table.hpp"
#include "kernel/static_checks.hpp"
#include "viewer/model/user_best.hpp"
#include "viewer/plot/axis.hpp"
#include "viewer/ui/figures.hpp"
#include "viewer/ui/what_if_pages.hpp"

namespace evtwin::viewer::ui {
namespace {

using analysis::Better;
using analysis::KpiInfo;

std::string axis_text(Ui& ui, const KpiInfo& info, const std::string& currency) {
  const std::string_view help = ui.is_korean() ? info.help_ko : info.help;
  const std::string_view unit = info.unit == "money" ? std::string_view(currency) : info.unit;
  return unit.empty() ? fmt::format("{}", help) : fmt::format("{} ({})", help, unit);
}

std::string value_text(const KpiInfo& info, const std::string& currency, double value) {
  if (std::isnan(value)) return "-";
  return info.unit == "money" ? analysis::money_text(value, currency) : plot::number_with_unit(value, info.unit);
}

constexpr std::array<plot::Category, 7> dot_colours{
    plot::Category::blue,   plot::Category::vermillion, plot::Category::green, plot::Category::orange,
    plot::Category::purple, plot::Category::sky_blue,   plot::Category::black};
static_assert(kernel::has_unique_keys(dot_colours), "runs are told apart by colour and shape");
constexpr std::array<plot::Shape, 5> shapes{plot::Shape::circle, plot::Shape::square, plot::Shape::diamond,
                                            plot::Shape::triangle, plot::Shape::cross};
static_assert(kernel::has_unique_keys(shapes));

bool overlap(ImVec2 a_min, ImVec2 a_max, ImVec2 b_min, ImVec2 b_max) {
  return a_min.x < b_max.x && b_min.x < a_max.x && a_min.y < b_max.y && b_min.y < a_max.y;
}

/// A combo of the key figures that this run has: the others could not be drawn.
void axis_field(Ui& ui, const model::Run& run, const char* item, Word word, std::string& chosen) {
  const float width = form_label(ui, word);
  ImGui::SetNextItemWidth(width);
  const KpiInfo* now = analysis::find_kpi_info(chosen);
  const std::string shown = now != nullptr ? axis_text(ui, *now, currency_name(ui, run)) : chosen;
  ui.fonts.need_characters(shown);
  ImGui::PushID(item);
  const float room = width - ImGui::GetFrameHeight() - 2.0F * ImGui::GetStyle().FramePadding.x;
  const bool open = ImGui::BeginCombo("##axis", cut_to_width(shown, room).c_str(), ImGuiComboFlags_HeightLarge);
  if (!open) ui.items.register_last(item);
  if (open) {
    for (const KpiInfo& info : analysis::kpi_table()) {
      if (!std::isfinite(model::kpi_value(run, info.name))) continue;
      const std::string row = axis_text(ui, info, currency_name(ui, run));
      ui.fonts.need_characters(row);
      const std::string id = fmt::format("{}##{}", row, info.name);
      if (ImGui::Selectable(id.c_str(), chosen == info.name)) chosen = info.name;
      ui.items.register_last(fmt::format("{}.{}", item, info.name));
    }
    ImGui::EndCombo();
  }
  ImGui::PopID();
}

/// Range of one figure with a margin, so that no mark stands on the frame; all alike: a range around them.
template <class Point>
plot::Range range_of(const std::vector<Point>& points, double Point::*member) {
  double low = points.front().*member, high = low;
  for (const Point& point : points) {
    low = std::min(low, point.*member);
    high = std::max(high, point.*member);
  }
  const double margin = high > low ? 0.08 * (high - low) : std::max(1.0, std::abs(high)) * 0.05;
  return plot::nice_range(low - margin, high + margin, false);
}

/// Places of the chart, pixels: everything it takes, and within that the rectangle that the ranges are mapped to.
struct Plane {
  ImVec2 corner, room, min, max;
  float line = 0.0F, radius = 0.0F;  ///< of a line of text its height, of a mark
  plot::Range xs, ys;
  std::vector<plot::Tick> x_ticks, y_ticks;

  float x_of(double x) const { return min.x + static_cast<float>((x - xs.min) / (xs.max - xs.min)) * (max.x - min.x); }
  float y_of(double y) const { return max.y - static_cast<float>((y - ys.min) / (ys.max - ys.min)) * (max.y - min.y); }
  ImVec2 at(double x, double y) const { return {x_of(x), y_of(y)}; }
};

/// Room for the labels of ticks at the left, a title above and two lines below.
Plane lay_out_plane(const Ui& ui, ImVec2 corner, ImVec2 room, const plot::Range& xs, const plot::Range& ys) {
  Plane plane;
  plane.corner = corner;
  plane.room = room;
  plane.xs = xs;
  plane.ys = ys;
  plane.line = ImGui::GetTextLineHeightWithSpacing();
  plane.radius = ui.px(6.0F);
  plane.y_ticks = plot::value_ticks(ys.min, ys.max, 6);
  plane.x_ticks = plot::value_ticks(xs.min, xs.max, 6);
  float left = 0.0F;
  for (const plot::Tick& tick : plane.y_ticks) left = std::max(left, ImGui::CalcTextSize(tick.label.c_str()).x);
  plane.min = {corner.x + left + ui.px(10.0F), corner.y + plane.line + ui.px(4.0F)};
  plane.max = {corner.x + room.x - ui.px(12.0F), corner.y + room.y - 2.0F * plane.line - ui.px(4.0F)};
  return plane;
}

/// Background, grid and labels of ticks; a label that would touch the one before is left out.
void draw_plane(const Ui& ui, ImDrawList& list, const Plane& plane) {
  const plot::Style& style = ui.canvas.style;
  const ImVec2 min = plane.min, max = plane.max;
  list.AddRectFilled(min, max, style.background);
  for (const plot::Tick& tick : plane.y_ticks) {
    const float y = plane.y_of(tick.value);
    list.AddLine({min.x, y}, {max.x, y}, style.grid);
    const ImVec2 size = ImGui::CalcTextSize(tick.label.c_str());
    list.AddText({min.x - size.x - ui.px(4.0F), std::min(y - size.y * 0.5F, max.y - size.y)}, style.text_weak,
                 tick.label.c_str());
  }

  float free_from = min.x - ui.px(100.0F);
  for (const plot::Tick& tick : plane.x_ticks) {
    const float x = plane.x_of(tick.value);
    list.AddLine({x, min.y}, {x, max.y}, style.grid);
    const float wide = ImGui::CalcTextSize(tick.label.c_str()).x;
    const float at = std::min(x - wide * 0.5F, plane.corner.x + plane.room.x - wide);
    if (at < free_from) continue;
    free_from = at + wide + ui.px(8.0F);
    list.AddText({at, max.y + ui.px(2.0F)}, style.text_weak, tick.label.c_str());
  }
  list.AddRect(min, max, style.frame);
}

/// Titles of the axes: which direction is better stands at the end of each, where one is.
void draw_titles(Ui& ui, ImDrawList& list, const Plane& plane, const KpiInfo& x_info, const KpiInfo& y_info,
                 const std::string& currency) {
  const auto titled = [&](const KpiInfo& info, const char* lower, const char* higher) {
    std::string text = axis_text(ui, info, currency);
    if (info.better != Better::neither)
      text += fmt::format("   {} {}", info.better == Better::lower ? lower : higher, ui.tr(Word::quadrant_better));
    return text;
  };
  const auto title_at = [&](ImVec2 place, const std::string& text, const char* item) {
    ui.fonts.need_characters(text);
    const std::string fitting = cut_to_width(text, plane.room.x);
    list.AddText(place, ui.canvas.style.text, fitting.c_str());
    ui.items.register_rect(item, place, {place.x + ImGui::CalcTextSize(fitting.c_str()).x, place.y + plane.line});
  };
  title_at({plane.corner.x, plane.corner.y}, titled(y_info, "v", "^"), "quadrant.y_title");
  title_at({plane.min.x, plane.max.y + plane.line + ui.px(2.0F)}, titled(x_info, "<", ">"), "quadrant.x_title");
}

/// The quarter in which both figures are better than the middle of what was seen.
void draw_better_quarter(const Ui& ui, ImDrawList& list, const Plane& plane, const KpiInfo& x_info,
                         const KpiInfo& y_info) {
  if (x_info.better == Better::neither || y_info.better == Better::neither) return;
  const ImVec2 min = plane.min, max = plane.max;
  const float mid_x = (min.x + max.x) * 0.5F, mid_y = (min.y + max.y) * 0.5F;
  const bool to_left = x_info.better == Better::lower, to_top = y_info.better == Better::higher;
  list.AddRectFilled({to_left ? min.x : mid_x, to_top ? min.y : mid_y},
                     {to_left ? mid_x : max.x, to_top ? mid_y : max.y},
                     plot::with_alpha(plot::colour_of(ui.canvas.style, plot::Category::blue), 0.10));
}

/// A rectangle that is taken, by a mark or by a label.
struct Placed {
  ImVec2 min, max;
};

/// Rectangles that no label may cover, and how many places are tried for one.
struct LabelPlaces {
  std::vector<Placed> taken;
  int tries = 0;
};

/// Marks are there before any label, so that none lies on one of them.
template <class Point>
LabelPlaces places_around(const Plane& plane, const std::vector<Point>& points) {
  LabelPlaces places;
  for (const Point& point : points) {
    const ImVec2 at = plane.at(point.x, point.y);
    places.taken.push_back({{at.x - plane.radius, at.y - plane.radius}, {at.x + plane.radius, at.y + plane.radius}});
  }
  places.tries = 2 * static_cast<int>(points.size()) + 4;
  return places;
}

/// The first free place beside a mark: right and left of it, then line by line away from it. None: there is none.
std::optional<ImVec2> free_place(const Ui& ui, const Plane& plane, const LabelPlaces& places, ImVec2 at, ImVec2 size) {
  for (int step = 0; step < places.tries; ++step) {
    const int lines = (step / 2 + 1) / 2, direction = (step / 2) % 2 == 0 ? 1 : -1;
    const float down = static_cast<float>(lines * direction) * size.y;
    const bool on_right = step % 2 == 0;
    const ImVec2 place{on_right ? at.x + plane.radius + ui.px(4.0F) : at.x - plane.radius - ui.px(4.0F) - size.x,
                       at.y - size.y * 0.5F + down};
    const ImVec2 end{place.x + size.x, place.y + size.y};
    const bool inside =
        place.x >= plane.min.x && end.x <= plane.max.x && place.y >= plane.min.y && end.y <= plane.max.y;
    if (inside && std::none_of(places.taken.begin(), places.taken.end(),
                               [&](const Placed& other) { return overlap(place, end, other.min, other.max); }))
      return place;
  }
  return std::nullopt;
}

/// A label beside its mark, on a line of its own where another label stands; left out where there is no room.
void draw_mark_label(Ui& ui, const Plane& plane, const std::string& label, ImVec2 at, LabelPlaces& places) {
  ui.fonts.need_characters(label);
  const std::string text = cut_to_width(label, ui.px(180.0F));
  const ImVec2 size = ImGui::CalcTextSize(text.c_str());
  const std::optional<ImVec2> place = free_place(ui, plane, places, at, size);
  if (!place) return;
  places.taken.push_back({*place, {place->x + size.x, place->y + size.y}});
  ImGui::GetWindowDrawList()->AddText(*place, ui.canvas.style.text, text.c_str());
}

/// Boxes of all strategies, as many lines as fit above the buttons.
void strategy_boxes(Ui& ui, const std::vector<std::string>& strategies, std::set<std::string>& chosen) {
  ImGui::BeginChild("##strategies", {0.0F, std::max(ui.px(80.0F), ImGui::GetContentRegionAvail().y - ui.px(150.0F))},
                    true);
  for (const std::string& strategy : strategies) {
    bool on = chosen.contains(strategy);
    ui.fonts.need_characters(strategy);
    if (ImGui::Checkbox(strategy.c_str(), &on)) {
      if (on)
        chosen.insert(strategy);
      else
        chosen.erase(strategy);
    }
    ui.items.register_last(fmt::format("quadrant.strategy.{}", strategy));
  }
  ImGui::EndChild();
}

}  // namespace

std::vector<Quadrant::Point> Quadrant::plot_points(const Ui& ui) const {
  std::vector<Point> out;
  for (const OpenRun& open : ui.runs) {
    if (open.run == nullptr || open.run->kpis.empty()) continue;
    out.push_back({open.label, {}, model::kpi_value(*open.run, x_), model::kpi_value(*open.run, y_)});
  }
  for (const model::Compared& one : compared_) {
    if (!one.error.empty()) continue;
    const auto value = [&](const std::string& name) {
      const auto found = one.kpis.find(name);
      return found == one.kpis.end() ? model::none : found->second;
    };
    const std::string file = one.file;
    const bool is_open =
        std::any_of(ui.runs.begin(), ui.runs.end(), [&](const OpenRun& run) { return run.file == file; });
    if (!is_open) out.push_back({one.strategy, file, value(x_), value(y_)});
  }
  std::erase_if(out, [](const Point& point) { return !std::isfinite(point.x) || !std::isfinite(point.y); });
  return out;
}

void Quadrant::take_answer() {
  const auto text = task_.take_answer();
  if (!text) return;
  try {
    compared_ = model::read_comparison(*text);
  } catch (const std::runtime_error& error) {
    task_.set_trouble(error.what());
  }
}

void Quadrant::draw_choice(Ui& ui, Asking& asking, const model::Run& run) {
  axis_field(ui, run, "quadrant.x", Word::quadrant_x, x_);
  axis_field(ui, run, "quadrant.y", Word::quadrant_y, y_);

  ImGui::Spacing();
  strategy_boxes(ui, asking.strategies, chosen_);

  std::vector<std::string> asked;
  for (const std::string& strategy : asking.strategies) {
    if (chosen_.contains(strategy)) asked.push_back(strategy);
  }

  const model::AskedWorld& world = asking.asked_world(run);
  const bool possible = world.trouble == model::NotAskable::askable && !asked.empty();
  if (task_buttons(ui, task_, "quadrant", Word::quadrant_run, possible)) {
    try {
      task_.start_task(model::compare_arguments(asking.evtwin, world, asked, asking.new_file("compare", "")));
    } catch (const std::runtime_error& error) {
      task_.set_trouble(error.what());
    }
  }

  for (const model::Compared& one : compared_) {
    if (one.error.empty()) continue;
    draw_wrapped(ui, fmt::format("{} {}: {}", one.strategy, ui.tr(Word::quadrant_failed), one.error),
                 plot::colour_of(ui.canvas.style, plot::Category::vermillion));
  }
  if (!compared_.empty()) {
    if (ImGui::Button(ui.tr(Word::quadrant_open), {ImGui::GetContentRegionAvail().x, 0.0F})) {
      for (const Point& point : plot_points(ui)) {
        if (!point.file.empty()) asking.open_run(ui, point.file, point.label);
      }
    }
    ui.items.register_last("quadrant.open");
  }
}

void Quadrant::draw_chart(Ui& ui, Asking& asking, const std::vector<Point>& points) {
  const plot::Style& style = ui.canvas.style;
  const KpiInfo* x_info = analysis::find_kpi_info(x_);
  const KpiInfo* y_info = analysis::find_kpi_info(y_);
  if (points.empty() || x_info == nullptr || y_info == nullptr) {
    draw_wrapped(ui, ui.tr(Word::quadrant_hint), style.text_weak);
    return;
  }

  const std::string currency = ui.run_a() != nullptr ? ui.run_a()->currency : std::string();
  const ImVec2 corner = ImGui::GetCursorScreenPos();
  const ImVec2 room{ImGui::GetContentRegionAvail().x,
                    std::max(ui.px(180.0F), ImGui::GetContentRegionAvail().y * 0.66F)};
  ImGui::InvisibleButton("##chart", room);
  ui.items.register_last("quadrant.chart");
  const bool hovered = ImGui::IsItemHovered(), clicked = ImGui::IsItemClicked();
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const Plane plane = lay_out_plane(ui, corner, room, range_of(points, &Point::x), range_of(points, &Point::y));
  draw_plane(ui, list, plane);
  draw_titles(ui, list, plane, *x_info, *y_info, currency);
  draw_better_quarter(ui, list, plane, *x_info, *y_info);

  LabelPlaces places = places_around(plane, points);
  const float radius = plane.radius;
  const ImVec2 mouse = ImGui::GetIO().MousePos;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const Point& point = points[i];
    const ImVec2 at = plane.at(point.x, point.y);
    const ImU32 colour = plot::colour_of(style, dot_colours[i % dot_colours.size()]);
    plot::draw_shape(list, shapes[i % shapes.size()], at, radius, colour);
    ui.items.register_rect(fmt::format("quadrant.point.{}", point.label), {at.x - radius, at.y - radius},
                           {at.x + radius, at.y + radius});
    draw_mark_label(ui, plane, point.label, at, places);

    const bool on_it =
        hovered && std::abs(mouse.x - at.x) <= radius * 1.5F && std::abs(mouse.y - at.y) <= radius * 1.5F;
    if (!on_it) continue;
    const std::string tip = fmt::format("{}\n{}: {}\n{}: {}", point.label, x_, value_text(*x_info, currency, point.x),
                                        y_, value_text(*y_info, currency, point.y));
    ImGui::BeginTooltip();
    ImGui::TextUnformatted(tip.c_str());
    ImGui::EndTooltip();
    if (clicked && !point.file.empty()) asking.show_as_b(ui, point.file, point.label);
  }
}

void Quadrant::draw_best_for_user(Ui& ui) {
  std::vector<const model::Run*> runs;
  std::vector<const OpenRun*> open;
  std::vector<std::uint64_t> serials;
  // Owners' money is known of complete runs only.
  for (const OpenRun& run : ui.runs) {
    if (run.run == nullptr || run.run->kpis.empty()) continue;
    runs.push_back(run.run.get());
    open.push_back(&run);
    serials.push_back(run.run->serial);
  }
  if (best_of_ != serials) {
    best_of_ = serials;
    best_ = model::best_for_user(runs);
  }
  if (best_.empty()) return;

  ImGui::TextUnformatted(ui.tr(Word::quadrant_best_for_user));
  if (!ImGui::BeginTable("##best", 3,
                         ImGuiTableFlags_ScrollY | ImGuiTableFlags_RowBg | ImGuiTableFlags_SizingStretchSame))
    return;

  ImGuiListClipper clipper;
  clipper.Begin(static_cast<int>(best_.size()));

  while (clipper.Step()) {
    for (int row = clipper.DisplayStart; row < clipper.DisplayEnd; ++row) {
      const model::BestForUser& best = best_[static_cast<std::size_t>(row)];
      ImGui::TableNextRow();
      ImGui::TableNextColumn();
      text_cut(ui, best.station);
      ImGui::TableNextColumn();
      // One run alone that charged as much, or a price that is the same for all, is no choice.
      text_cut(ui, best.alike ? ui.tr(Word::quadrant_all_alike)
                   : best.compared == 1U && runs.size() > 1U
                       ? fmt::format(fmt::runtime(ui.tr(Word::quadrant_others_gave_less)), open[best.run]->label)
                       : open[best.run]->label);
      ui.items.register_last(fmt::format("quadrant.best.{}", best.station));
      ImGui::TableNextColumn();
      text_cut(ui, fmt::format("{} {}/kWh", analysis::number_text(best.money_per_kwh, 3),
                               currency_name(ui, *runs[best.run])));
    }
  }
  ImGui::EndTable();
}

void Quadrant::draw_page(Ui& ui, Asking& asking, const model::Run& run) {
  take_answer();
  const float room = ImGui::GetContentRegionAvail().x;
  ImGui::BeginChild("##choice", {std::clamp(room * 0.32F, ui.px(250.0F), ui.px(340.0F)), 0.0F}, false);
  draw_choice(ui, asking, run);
  ImGui::EndChild();
  ImGui::SameLine();
  ImGui::BeginChild("##plane", {0.0F, 0.0F}, false);
  draw_chart(ui, asking, plot_points(ui));
  draw_best_for_user(ui);
  ImGui::EndChild();
}

}  // namespace evtwin::viewer::ui
