#include "viewer/ui/fleet_page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>
#include <stdexcept>

#include "kernel/text.hpp"
#include "viewer/ui/figures.hpp"
#include "viewer/ui/panel_parts.hpp"

namespace evtwin::viewer::ui {
namespace {

using model::FleetCar;
using model::FleetGroup;
using model::ScoreSpread;

constexpr model::PerIndicator<Word> indicator_words{Word::fleet_efficiency, Word::fleet_temperature, Word::fleet_cells,
                                                    Word::fleet_driving, Word::fleet_charging};
constexpr model::PerIndicator<const char*> indicator_units{"km/kWh", "C", "V", "m/s2", ""};
constexpr std::array<const char*, model::grades - 1> grade_letters{"A", "B", "C", "D"};
/// Lower bounds of the grades C, B and A.
constexpr std::array grade_bounds{55.0, 70.0, 85.0};

/// Colour and letter of a grade always stand together.
plot::Category category_of(std::string_view grade) {
  if (grade == "A") return plot::Category::green;
  if (grade == "B") return plot::Category::blue;
  if (grade == "C") return plot::Category::orange;
  return grade == "D" ? plot::Category::vermillion : plot::Category::black;
}

struct ClassName {
  std::string_view key;
  Word word;
};
constexpr std::array<ClassName, 5> class_names{{{"commercial", Word::fleet_commercial},
                                                {"small", Word::fleet_small},
                                                {"mid", Word::fleet_mid},
                                                {"large", Word::fleet_large},
                                                {"premium", Word::fleet_premium}}};

std::string class_text(const Ui& ui, std::string_view of_class) {
  for (const ClassName& name : class_names)
    if (name.key == of_class) return ui.tr(name.word);
  return std::string(of_class);
}

std::string group_text(const Ui& ui, const std::string& name) {
  if (name.starts_with("class ")) return class_text(ui, std::string_view(name).substr(6));
  if (name.starts_with("type ")) return name.substr(5);
  return ui.tr(Word::all_of_them);
}

/// "80.87 B", "71.20 B (58.10 - 82.40)", "-".
std::string corrected_text(const FleetCar& car) {
  if (std::isnan(car.score)) return "-";
  std::string text = fmt::format("{:.2f} {}", car.score, car.grade.empty() ? "-" : car.grade);
  if (car.is_partial()) text += fmt::format(" ({:.2f} - {:.2f})", car.low, car.high);
  return text;
}

std::string published_text(const FleetCar& car) {
  return std::isnan(car.published_score) ? "-" : fmt::format("{:.2f} {}", car.published_score, car.published_grade);
}

/// Scores from 0 to 100 as a row of boxes under one scale.
class BoxRows {
 public:
  BoxRows(Ui& ui, float width, std::size_t rows)
      : ui_(ui), style_(ui.canvas.style), list_(*ImGui::GetWindowDrawList()), min_(ImGui::GetCursorScreenPos()) {
    row_height_ = ImGui::GetFontSize() + ui.px(7.0F);
    left_ = min_.x + std::min(width * 0.34F, ui.px(150.0F));
    right_ = min_.x + width - ui.px(58.0F);
    bottom_ = min_.y + row_height_ * static_cast<float>(rows);
    ImGui::Dummy({width, row_height_ * static_cast<float>(rows) + ImGui::GetFontSize() + ui.px(6.0F)});
    draw_scale();
  }

  /// @param mark  a car's own score, NaN: none
  void add(std::string_view item, std::string_view label, const ScoreSpread& of, double mark) {
    const float top = min_.y + row_height_ * static_cast<float>(row_++), middle = top + row_height_ * 0.5F;
    const float text_top = middle - ImGui::GetFontSize() * 0.5F;
    text_at(ui_, {min_.x, text_top}, label, left_ - min_.x - ui_.px(8.0F), style_.text);
    text_at(ui_, {right_ + ui_.px(8.0F), text_top}, fmt::format("n {}", of.n), ui_.px(50.0F), style_.text_weak);
    ui_.items.register_rect(std::string(item), {left_, top}, {right_, top + row_height_});
    if (of.n == 0) return;

    const float half = row_height_ * 0.28F, thick = ui_.px(1.5F);
    const ImU32 line = plot::colour_of(style_, plot::Category::blue);
    list_.AddLine({x(of.least), middle}, {x(of.lower), middle}, line, thick);
    list_.AddLine({x(of.upper), middle}, {x(of.most), middle}, line, thick);
    list_.AddRectFilled({x(of.lower), middle - half}, {x(of.upper), middle + half}, plot::with_alpha(line, 0.25));
    list_.AddRect({x(of.lower), middle - half}, {x(of.upper), middle + half}, line);
    list_.AddLine({x(of.median), middle - half}, {x(of.median), middle + half}, line, ui_.px(3.0F));
    if (!std::isnan(mark))
      plot::draw_shape(list_, plot::Shape::diamond, {x(mark), middle}, row_height_ * 0.26F,
                       plot::colour_of(style_, plot::Category::vermillion));
  }

 private:
  float x(double score) const { return left_ + (right_ - left_) * static_cast<float>(score / 100.0); }

  void draw_scale() {
    const auto tick = [&](double score, ImU32 colour) {
      list_.AddLine({x(score), min_.y}, {x(score), bottom_}, colour);
      const std::string text = fmt::format("{:.0f}", score);
      const float wide = ImGui::CalcTextSize(text.c_str()).x;
      text_at(ui_, {x(score) - wide * 0.5F, bottom_ + ui_.px(2.0F)}, text, ui_.px(40.0F), style_.text_weak);
    };
    for (const double score : {0.0, 20.0, 40.0, 100.0}) tick(score, style_.grid);
    for (const double score : grade_bounds) tick(score, style_.frame);
  }

  Ui& ui_;
  const plot::Style& style_;
  ImDrawList& list_;
  ImVec2 min_;
  float row_height_ = 0.0F, left_ = 0.0F, right_ = 0.0F, bottom_ = 0.0F;
  std::size_t row_ = 0;
};

/// Cells of a table drawn by hand at a place: the first at the left, the others with their right end at a column's; the
/// marked one stands in a colour of its own.
void draw_cells(Ui& ui, ImVec2 min, float width, std::string_view label, std::span<const std::string> figures,
                ImU32 colour, std::size_t marked = SIZE_MAX, ImU32 marked_colour = 0) {
  const float first = width * 0.32F, each = (width - first) / static_cast<float>(figures.size()), gap = ui.px(4.0F);
  text_at(ui, min, label, first - gap, colour);
  for (std::size_t i = 0; i < figures.size(); ++i)
    text_right(ui, {min.x + first + each * static_cast<float>(i + 1), min.y}, figures[i], each - gap,
               i == marked ? marked_colour : colour);
}

void draw_line(Ui& ui, float width, std::string_view label, std::initializer_list<std::string> figures, ImU32 colour) {
  draw_cells(ui, ImGui::GetCursorScreenPos(), width, label, {figures.begin(), figures.end()}, colour);
  ImGui::Dummy({width, ImGui::GetFontSize() + ui.px(2.0F)});
}

bool ends_with_any(std::string_view text, std::initializer_list<std::string_view> endings) {
  return std::any_of(endings.begin(), endings.end(), [&](std::string_view end) { return text.ends_with(end); });
}

}  // namespace

bool FleetPage::takes(const std::string& file) { return ends_with_any(file, {".json", ".csv", ".csv.gz"}); }

void FleetPage::open(const std::string& file) {
  const auto is_scores = [](const std::string& name) { return name.ends_with(".json"); };
  const bool joins = open_ && !is_scores(file) && takes(file) && !files_.empty() &&
                     std::none_of(files_.begin(), files_.end(), [&](const std::string& shown) {
                       return is_scores(shown) || !takes(shown) || shown == file;
                     });
  if (!joins) files_.clear();
  files_.push_back(file);
  open_ = focus_ = true;
  trouble_.clear();
  fleet_.reset();
  task_.cancel_task();
  if (is_scores(file)) {
    std::ifstream stream(file, std::ios::binary);
    if (stream)
      take({std::istreambuf_iterator<char>(stream), {}});
    else
      trouble_ = fmt::format("{}: can not be read", kernel::make_printable(file));
    return;
  }

  if (evtwin_.empty()) {
    trouble_ = fmt::format(
        "{}: scores of records are made by evtwin, which does not lie beside the viewer; "
        "evtwin score FILES --json makes a file that is shown without it",
        kernel::make_printable(file));
    return;
  }
  std::vector<std::string> words{evtwin_, "score", "--json"};
  words.insert(words.end(), files_.begin(), files_.end());
  task_.start_task(std::move(words));
}

void FleetPage::take(const std::string& document) {
  try {
    fleet_ = model::read_fleet(document);
    group_ = 0;
    car_ = fleet_->groups.front().members.front();
  } catch (const std::runtime_error& wrong) {
    const std::string what = wrong.what();
    const std::string file = kernel::make_printable(files_.back());
    // What evtwin says of a broken file names it.
    trouble_ = what.find(file) != std::string::npos ? what : fmt::format("{}: {}", file, what);
  }
}

void FleetPage::poll() {
  task_.poll_child();
  if (const auto document = task_.take_answer()) take(*document);
  if (!task_.trouble_text().empty()) trouble_ = task_.trouble_text();
}

void FleetPage::wait() {
  task_.wait_for_child();
  poll();
}

void FleetPage::draw(Ui& ui) {
  if (picture_.waits(ui.still, running())) task_.wait_for_child();
  poll();
  if (!open_) return;

  const ImVec2 screen = ImGui::GetIO().DisplaySize;
  const ImVec2 size{screen.x * 0.98F, screen.y * 0.94F};
  ImGui::SetNextWindowSize(size, ImGuiCond_Always);
  ImGui::SetNextWindowPos({screen.x * 0.5F, screen.y * 0.52F}, ImGuiCond_Always, {0.5F, 0.5F});
  if (focus_) ImGui::SetNextWindowFocus();
  focus_ = false;
  const bool shown = ImGui::Begin(fmt::format("{}###fleet", ui.tr(Word::fleet_title)).c_str(), &open_,
                                  ImGuiWindowFlags_NoResize | ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoCollapse |
                                      ImGuiWindowFlags_NoSavedSettings);
  ui.items.register_rect("fleet", ImGui::GetWindowPos(),
                         {ImGui::GetWindowPos().x + size.x, ImGui::GetWindowPos().y + size.y});

  if (shown && !trouble_.empty()) {
    draw_wrapped(ui, trouble_, plot::colour_of(ui.canvas.style, plot::Category::vermillion));
    ui.items.register_last("fleet.trouble");
  } else if (shown && !fleet_) {
    ImGui::TextUnformatted(ui.tr(Word::loading));
  } else if (shown) {
    draw_head(ui);
    draw_filters(ui);
    draw_summary(ui);

    // The cars stand beside what is said of them; where there is no room for both, above it.
    const ImVec2 room = ImGui::GetContentRegionAvail();
    const bool beside = room.x > ui.px(1040.0F);
    draw_cars(ui, beside ? ImVec2{room.x * 0.42F, room.y} : ImVec2{room.x, room.y * 0.4F});
    if (beside) ImGui::SameLine();
    ImGui::BeginChild("details", {0.0F, 0.0F}, true);
    draw_boxes(ui, ImGui::GetContentRegionAvail().x);
    draw_car(ui);
    ImGui::EndChild();
  }
  ImGui::End();
}

void FleetPage::draw_head(Ui& ui) {
  const model::Fleet& fleet = *fleet_;
  const auto count = [](std::size_t n) { return figure_text(static_cast<double>(n), "", 0); };
  const auto known = [](const std::string& text) { return text.empty() ? std::string("-") : text; };
  std::string line = fmt::format(fmt::runtime(ui.tr(Word::fleet_volume)), count(fleet.cars.size()), count(fleet.rows),
                                 count(fleet.fields), count(fleet.files), count(fleet.bytes), known(fleet.last_record),
                                 known(fleet.as_of));
  // What was left out or read otherwise than it stands.
  const auto tell = [&](std::size_t n, Word word) {
    if (n > 0) line += "  " + fmt::format(fmt::runtime(ui.tr(word)), count(n));
  };
  tell(fleet.implausible, Word::fleet_implausible);
  tell(fleet.not_numbers, Word::fleet_not_numbers);
  tell(fleet.left_out, Word::fleet_left_out);
  tell(fleet.repeated, Word::fleet_repeated);
  if (!fleet.unknown_types.empty())
    line += "  " + fmt::format(fmt::runtime(ui.tr(Word::fleet_unknown_types)),
                               fmt::format("{}", fmt::join(fleet.unknown_types, ", ")));
  draw_wrapped(ui, line, ui.canvas.style.text_weak);
  ui.items.register_last("fleet.volume");
  for (const std::string& broken : fleet.broken)
    draw_wrapped(ui, fmt::format("{}: {}", ui.tr(Word::fleet_broken), broken),
                 plot::colour_of(ui.canvas.style, plot::Category::vermillion));
}

void FleetPage::draw_filters(Ui& ui) {
  const auto choose = [&](std::size_t g) {
    group_ = g;
    const auto& members = group().members;
    // The car shown stays where it is one of them.
    if (std::find(members.begin(), members.end(), car_) == members.end()) car_ = members.front();
  };
  const auto text = [&](const FleetGroup& of) { return fmt::format("{} {}", group_text(ui, of.name), of.cars); };

  // Classes are few and stand as chips; types are many and stand in a list.
  Flow flow(ui.px(4.0F));
  std::string type = ui.tr(Word::fleet_types);
  for (std::size_t g = 0; g < fleet_->groups.size(); ++g) {
    const FleetGroup& of = fleet_->groups[g];
    if (of.name.starts_with("type ")) {
      if (g == group_) type = text(of);
      continue;
    }
    flow.place_next(chip_width(ui, text(of)));
    if (draw_chip(ui, "fleet.group." + of.name, text(of), g == group_)) choose(g);
  }
  const float width = ui.px(170.0F);
  flow.place_next(width);
  if (!begin_combo(ui, "fleet.types", type, width)) return;
  for (std::size_t g = 0; g < fleet_->groups.size(); ++g) {
    const FleetGroup& of = fleet_->groups[g];
    if (of.name.starts_with("type ") && draw_choice(ui, "fleet.group." + of.name, text(of), g == group_)) choose(g);
  }
  ImGui::EndCombo();
}

void FleetPage::draw_summary(Ui& ui) {
  const FleetGroup& of = group();
  std::string line =
      fmt::format("{}: {}   {} {:.2f}   {} {:.2f}   ", group_text(ui, of.name), of.cars, ui.tr(Word::fleet_mean),
                  of.corrected.mean, ui.tr(Word::fleet_mean_published), of.published.mean);
  if (of.corrected.n == 0) line = fmt::format("{}: {}   ", group_text(ui, of.name), of.cars);
  for (std::size_t g = 0; g < model::grades; ++g) {
    const bool none = g + 1 == model::grades;
    if (none && of.by_grade[g] == 0) continue;
    line += fmt::format("{} {}   ", none ? ui.tr(Word::fleet_no_grade) : grade_letters.at(g), of.by_grade[g]);
  }
  const Word trust = of.corrected.reliability == "high"     ? Word::fleet_high
                     : of.corrected.reliability == "medium" ? Word::fleet_medium
                                                            : Word::fleet_low;
  line += fmt::format("{} {} (n = {})", ui.tr(Word::fleet_reliability), ui.tr(trust), of.corrected.n);
  draw_wrapped(ui, line, ui.canvas.style.text);
  ui.items.register_last("fleet.summary");
}

void FleetPage::draw_cars(Ui& ui, ImVec2 size) {
  ImGui::BeginChild("cars", size, true);
  const plot::Style& style = ui.canvas.style;
  const float width = ImGui::GetContentRegionAvail().x;
  draw_line(ui, width, ui.tr(Word::vehicle),
            {ui.tr(Word::fleet_type), ui.tr(Word::fleet_age), ui.tr(Word::fleet_published),
             ui.tr(Word::fleet_corrected), ui.tr(Word::fleet_known)},
            style.text_weak);
  const std::vector<std::uint32_t>& members = group().members;
  ImGuiListClipper clipper;
  clipper.Begin(static_cast<int>(members.size()), ImGui::GetFontSize() + ui.px(8.0F));
  while (clipper.Step()) {
    for (int at = clipper.DisplayStart; at < clipper.DisplayEnd; ++at) {
      const std::uint32_t row = members[static_cast<std::size_t>(at)];
      const FleetCar& car = fleet_->cars[row];
      const ImVec2 min = ImGui::GetCursorScreenPos();
      ImGui::PushID(static_cast<int>(row));
      if (ImGui::Selectable("##car", row == car_, ImGuiSelectableFlags_None,
                            {0.0F, ImGui::GetFontSize() + ui.px(8.0F) - ImGui::GetStyle().ItemSpacing.y}))
        car_ = row;
      ImGui::PopID();
      ui.items.register_last("fleet.car." + car.id);

      // The score in its grade's colour.
      const std::array<std::string, 5> figures{
          car.type.empty() ? "-" : car.type, std::isnan(car.age_years) ? "-" : fmt::format("{:.1f}", car.age_years),
          published_text(car),
          std::isnan(car.score) ? "-" : fmt::format("{:.2f} {}", car.score, car.grade.empty() ? "-" : car.grade),
          percent_text(car.completeness)};
      draw_cells(ui, min, width, car.id, figures, style.text, 3, plot::colour_of(style, category_of(car.grade)));
    }
  }
  ImGui::EndChild();
}

void FleetPage::draw_boxes(Ui& ui, float width) const {
  const FleetGroup& of = group();
  const FleetCar& car = fleet_->cars[car_];
  ImGui::TextUnformatted(fmt::format("{}: {}", ui.tr(Word::fleet_scores_of), group_text(ui, of.name)).c_str());
  // Of all cars, class beside class as well.
  std::vector<const FleetGroup*> classes;
  for (const FleetGroup& one : fleet_->groups)
    if (group_ == 0 && one.name.starts_with("class ")) classes.push_back(&one);
  BoxRows rows(ui, width, 2 + model::indicators + classes.size());
  rows.add("fleet.box.corrected", ui.tr(Word::fleet_corrected), of.corrected, car.score);
  rows.add("fleet.box.published", ui.tr(Word::fleet_published), of.published, car.published_score);
  for (std::size_t i = 0; i < model::indicators; ++i)
    rows.add(fmt::format("fleet.box.{}", i), ui.tr(indicator_words[i]), of.of_indicator[i], car.metrics[i].score);
  for (const FleetGroup* one : classes)
    rows.add("fleet.box." + one->name, fmt::format("{}, {}", ui.tr(Word::fleet_corrected), group_text(ui, one->name)),
             one->corrected, model::is_member(car, one->name) ? car.score : kernel::unknown);
}

void FleetPage::draw_car(Ui& ui) const {
  const FleetCar& car = fleet_->cars[car_];
  const plot::Style& style = ui.canvas.style;
  ImGui::Separator();
  std::string title = car.id;
  if (!car.type.empty()) title += "  " + car.type;
  title += fmt::format("  {}", class_text(ui, car.of_class));
  if (car.model_year > 0) title += fmt::format("  {}", car.model_year);
  if (!std::isnan(car.age_years))
    title += "  " + fmt::format(fmt::runtime(ui.tr(Word::fleet_years)), figure_text(car.age_years, "", 1));
  draw_wrapped(ui, title, style.text);
  ui.items.register_last("fleet.shown");

  draw_wrapped(ui,
               fmt::format("{} {}   {} {}", ui.tr(Word::fleet_corrected), corrected_text(car),
                           ui.tr(Word::fleet_published), published_text(car)),
               plot::colour_of(style, category_of(car.grade)));
  if (car.is_partial())
    draw_wrapped(ui,
                 fmt::format(fmt::runtime(ui.tr(Word::fleet_partial)), percent_text(car.completeness),
                             figure_text(car.low, "", 2), car.grade_low.empty() ? "-" : car.grade_low,
                             figure_text(car.high, "", 2), car.grade_high.empty() ? "-" : car.grade_high),
                 style.text);

  // Points that add up to the score; what is missing is said, and what it costs with it.
  const float width = ImGui::GetContentRegionAvail().x;
  const bool of_class = group().name.starts_with("class ");
  draw_line(ui, width, "",
            {ui.tr(Word::fleet_value), ui.tr(Word::fleet_score), ui.tr(Word::fleet_points), ui.tr(Word::fleet_lost),
             ui.tr(Word::fleet_percentile)},
            style.text_weak);
  for (std::size_t i = 0; i < model::indicators; ++i) {
    const model::IndicatorScore& of = car.metrics[i];
    const std::string value = std::isnan(of.value) ? std::isnan(of.score) ? ui.tr(Word::fleet_missing) : "-"
                                                   : fmt::format("{:.3g} {}", of.value, indicator_units[i]);
    draw_line(ui, width, ui.tr(indicator_words[i]),
              {value, figure_text(of.score, "", 1), figure_text(of.points, "", 1), figure_text(of.lost, "", 1),
               figure_text(of_class ? of.of_class : of.of_fleet, "", 0)},
              style.text);
  }
  draw_line(ui, width, ui.tr(Word::fleet_age),
            {"", "", std::isnan(car.age_years) ? "-" : figure_text(-car.penalty, "", 1), "", ""}, style.text);
  if (car.floor > 0.0)
    draw_line(ui, width, ui.tr(Word::fleet_floor), {"", "", figure_text(car.floor, "", 1), "", ""}, style.text);
  draw_line(ui, width, ui.tr(Word::fleet_score), {"", "", figure_text(car.score, "", 1), "", ""}, style.text);

  // What was counted, never estimated.
  if (car.first_date.empty()) {
    draw_wrapped(ui, ui.tr(Word::fleet_no_segments), style.text_weak);
    return;
  }
  draw_wrapped(ui,
               fmt::format(fmt::runtime(ui.tr(Word::fleet_segments)), car.segments[0], car.segments[1], car.segments[2],
                           car.segments[3]),
               style.text_weak);
  draw_wrapped(ui,
               fmt::format(fmt::runtime(ui.tr(Word::fleet_collected)), car.first_date, car.last_date,
                           figure_text(car.collection_days, "", 0), percent_text(car.covered),
                           figure_text(car.last_charge_days, "", 0)),
               style.text_weak);
}

}  // namespace evtwin::viewer::ui
