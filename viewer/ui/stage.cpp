#include "viewer/ui/stage.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "viewer/ui/figures.hpp"
#include "viewer/ui/panel_parts.hpp"
#include "viewer/ui/stage_parts.hpp"
#include "viewer/ui/strategy_names.hpp"
#include "viewer/ui/verdict_view.hpp"

namespace evtwin::viewer::ui {
namespace {

/// Real time a car takes to come in or out while the player runs.
constexpr double move_s = 0.5;
constexpr TimeNs longest_move_ns = 45 * kernel::minute_ns;

/// How many EVSEs are in a state.
struct StatusCount {
  model::EvseStatus status;
  std::string text;
  std::string figure;  ///< the same without the word
  bool whole = true, dropped = false;
  const std::string& shown() const { return whole ? text : figure; }
};

/// Width of what is shown.
float count_width(const StatusCount& count, float em) {
  return count.dropped ? 0.0F : ImGui::CalcTextSize(count.shown().c_str()).x + em * 1.9F;
}

/// Where there is no room for all in words, the least important ones lose their word first; then they are dropped.
void fit_counts(std::vector<StatusCount>& counts, float room, float em) {
  constexpr std::array least_first{model::EvseStatus::available, model::EvseStatus::left_out,
                                   model::EvseStatus::unknown,   model::EvseStatus::finished,
                                   model::EvseStatus::fault,     model::EvseStatus::discharging,
                                   model::EvseStatus::waiting,   model::EvseStatus::charging};
  const auto fits = [&] {
    float wide = 0.0F;
    for (const StatusCount& count : counts) wide += count_width(count, em);
    return wide <= room;
  };
  for (const bool drop : {false, true}) {
    for (const model::EvseStatus status : least_first) {
      for (StatusCount& count : counts) {
        if (count.status != status || fits()) continue;
        (drop ? count.dropped : count.whole) = drop;
      }
    }
  }
}

/// Counts of the EVSEs' states, to the left of `right`.
void draw_counts(Scene& scene, ImVec2 min, float right) {
  Ui& ui = scene.ui;
  const float em = scene.em();
  std::array<std::uint32_t, model::evse_statuses> numbers{};
  for (const std::uint32_t row : staged_evses(ui, scene.run))
    numbers.at(static_cast<std::size_t>(state_of(ui, scene.run, row, scene.t).status)) += 1;
  constexpr std::array order{model::EvseStatus::charging, model::EvseStatus::discharging, model::EvseStatus::waiting,
                             model::EvseStatus::finished, model::EvseStatus::fault,       model::EvseStatus::left_out,
                             model::EvseStatus::unknown,  model::EvseStatus::available};
  std::vector<StatusCount> counts;
  for (const model::EvseStatus status : order) {
    const std::uint32_t number = numbers.at(static_cast<std::size_t>(status));
    if (number == 0) continue;
    counts.push_back({status, fmt::format("{} {}", number, ui.tr(look_of(status).word)), std::to_string(number)});
    ui.fonts.need_characters(counts.back().text);
  }
  fit_counts(counts, right - min.x, em);

  for (auto count = counts.rbegin(); count != counts.rend(); ++count) {
    if (count->dropped) continue;
    const Look& look = look_of(count->status);
    const float wide = count_width(*count, em), left = right - wide;
    plot::draw_shape(scene.list, look.shape, {left + em * 0.5F, min.y + em * 0.65F}, em * 0.32F,
                     colour_of(ui.canvas.style, look));
    text_at(ui, {left + em * 1.1F, min.y + em * 0.1F}, count->shown(), wide, ui.canvas.style.text);
    ui.items.register_text(scene.prefix + "count." + look.id, count->shown());
    ui.items.register_rect(scene.prefix + "count." + look.id, {left, min.y}, {right, min.y + em * 1.3F});
    right = left;
  }
}

/// Of several sites the one on the stage; a click offers the others. @returns its width
float draw_site_choice(Scene& scene, ImVec2 min, float room) {
  Ui& ui = scene.ui;
  const float em = scene.em();
  const std::string popup = scene.prefix + "sites";
  const float wide =
      text_at(ui, {min.x, min.y + em * 0.1F}, scope_text(ui, scene.run), room - em * 1.2F, ui.canvas.style.marker_a);
  const ImVec2 max{min.x + wide + em * 1.2F, min.y + em * 1.3F};
  const ImVec2 mark{min.x + wide + em * 0.7F, min.y + em * 0.7F};
  scene.list.AddTriangleFilled({mark.x - em * 0.3F, mark.y - em * 0.15F}, {mark.x + em * 0.3F, mark.y - em * 0.15F},
                               {mark.x, mark.y + em * 0.25F}, ui.canvas.style.marker_a);
  ui.items.register_rect(scene.prefix + "site", min, max);
  ui.items.register_text(scene.prefix + "site", scope_text(ui, scene.run));
  if (ImGui::IsWindowHovered() && ImGui::IsMouseHoveringRect(min, max)) {
    ImGui::SetMouseCursor(ImGuiMouseCursor_Hand);
    if (ImGui::IsMouseClicked(ImGuiMouseButton_Left)) ImGui::OpenPopup(popup.c_str());
  }
  ImGui::SetNextWindowSizeConstraints({0.0F, 0.0F}, {em * 24.0F, em * 20.0F});
  if (ImGui::BeginPopup(popup.c_str())) {
    ImGui::TextUnformatted(ui.tr(Word::scope_another));
    ImGui::Separator();
    const std::vector<model::Site>& sites = ui.run_a()->sites;
    ImGuiListClipper clipper;
    clipper.Begin(static_cast<int>(sites.size()));
    while (clipper.Step()) {
      for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
        const auto row = static_cast<std::uint32_t>(i);
        ImGui::PushID(i);
        if (ImGui::Selectable(sites[row].name.c_str(), ui.selection.site == row)) {
          ui.selection = {};
          ui.selection.site = row;
        }
        ImGui::PopID();
        ui.items.register_last(scene.prefix + "site." + sites[row].name);
      }
    }
    ImGui::EndPopup();
  }
  return wide + em * 1.2F;
}

/// "A  charge at once (asap)" at the left, who does what at the right.
void draw_head(Scene& scene, ImVec2 min, float width, const std::string& letter) {
  Ui& ui = scene.ui;
  const plot::Style& style = ui.canvas.style;
  const float em = scene.em();
  float x = min.x;
  if (!letter.empty()) {
    const ImU32 colour = letter == "A" ? style.marker_a : style.marker_b;
    scene.list.AddRectFilled({x, min.y}, {x + em * 1.3F, min.y + em * 1.3F}, colour, em * 0.25F);
    scene.list.AddText({x + em * 0.35F, min.y + em * 0.13F}, IM_COL32_WHITE, letter.c_str());
    x += em * 1.7F;
  }
  x += text_at(ui, {x, min.y + em * 0.1F}, strategy_text(ui, scene.run.strategy), width * 0.55F, style.text) + em;
  if (scene.run.sites.size() > 1) x += draw_site_choice(scene, {x, min.y}, width * 0.3F) + em;

  if (!scene.unknown) draw_counts(scene, {x, min.y}, min.x + width);
}

/// Where a box of these lines lies, in the middle of the stage.
StageRect box_of(const Scene& scene, ImVec2 min, ImVec2 max, const std::vector<std::string>& lines) {
  const float em = scene.em(), line = em * 1.4F;
  float width = 0.0F;
  for (const std::string& text : lines) {
    scene.ui.fonts.need_characters(text);
    width = std::max(width, ImGui::CalcTextSize(text.c_str()).x);
  }
  width = std::min(width + em * 2.0F, max.x - min.x - em);
  const float height = static_cast<float>(lines.size()) * line + em;
  return {(min.x + max.x - width) / 2.0F, (min.y + max.y - height) / 2.0F, width, height};
}

void draw_box(Scene& scene, const StageRect& box, const std::vector<std::string>& lines, const char* item) {
  Ui& ui = scene.ui;
  const float em = scene.em(), line = em * 1.4F;
  const ImVec2 a{box.x, box.y}, b{box.right(), box.bottom()};
  scene.list.AddRectFilled(a, b, plot::with_alpha(ui.canvas.style.background, 0.93), em * 0.4F);
  scene.list.AddRect(a, b, ui.canvas.style.marker_a, em * 0.4F, 0, ui.px(1.5F));
  for (std::size_t i = 0; i < lines.size(); ++i)
    text_at(ui, {a.x + em, a.y + em * 0.5F + static_cast<float>(i) * line}, lines[i], box.width - em * 2.0F,
            ui.canvas.style.text);
  ui.items.register_rect(scene.prefix + item, a, b);
  ui.items.register_text(scene.prefix + item, fmt::format("{}", fmt::join(lines, "\n")));
}

/// A run that is not over says nothing of what came after its last recorded instant.
void draw_unknown(Scene& scene, ImVec2 min, ImVec2 max) {
  const std::string until = scene.run.clock.date_time_text(scene.run.known_until_ns);
  const std::string text = fmt::format(fmt::runtime(scene.ui.tr(Word::stage_not_recorded)), until);
  const std::vector<std::string> lines = lines_of(text, max.x - min.x - scene.em() * 4.0F);
  draw_box(scene, box_of(scene, min, max, lines), lines, "unknown");
}

/// Letters of a stage so large that all on it has room for them, else those of every panel.
ImFont* stage_font(const Ui& ui, ImVec2 size) {
  constexpr float least_width = 50.0F, least_height = 30.0F;  // in heights of a line
  const float em = ui.fonts.title->FontSize;
  return size.x >= least_width * em && size.y >= least_height * em ? ui.fonts.title : ui.fonts.body;
}

void draw_one(Ui& ui, const model::Run& run, ImVec2 min, ImVec2 size, const std::string& letter) {
  ImDrawList& list = *ImGui::GetWindowDrawList();
  ImFont* font = stage_font(ui, size);
  ImGui::PushFont(font);
  const float em = ImGui::GetFontSize();
  const float head = em * 1.5F;
  const bool moving = ui.time.playing && !ui.still;
  Scene scene{ui,
              run,
              list,
              stage_layout(static_cast<std::uint32_t>(staged_evses(ui, run).size()), size.x, size.y - head, em),
              {min.x, min.y + head},
              std::clamp(ui.time.cursor_ns(), run.start_ns, std::max(run.start_ns, run.known_until_ns - 1)),
              0,
              0.35,
              letter == "B" ? "stage_b." : "stage.",
              font == ui.fonts.title ? ui.fonts.body : ui.fonts.small,
              model::is_unrecorded(run, ui.time.cursor_ns())};

  // Cars drive and marks move only while it plays.
  if (moving) {
    scene.moves = std::min(longest_move_ns, static_cast<TimeNs>(ui.time.speed * move_s * 1e9));
    scene.beat = std::fmod(ImGui::GetTime() * 1.4, 1.0);
  }

  const ImVec2 max{min.x + size.x, min.y + size.y};
  list.PushClipRect(min, max, true);
  draw_head(scene, min, size.x, letter);
  if (lacks_site(ui, run)) {
    const std::vector<std::string> lines = lines_of(ui.tr(Word::stage_lacks_site), size.x - em * 4.0F);
    draw_box(scene, box_of(scene, min, max, lines), lines, "lacks");
  } else if (scene.unknown) {
    draw_unknown(scene, min, max);
  } else {
    const bool ended = !ui.time.playing && ui.time.cursor_ns() >= run.end_ns;
    const std::vector<std::string> ending = ended ? ending_lines(ui, run) : std::vector<std::string>();
    // What lies below the message is not explained over it.
    if (ended) scene.covered = box_of(scene, min, max, ending);
    draw_bays(scene);
    draw_energy(scene);
    draw_lane(scene);
    if (ended) draw_box(scene, scene.covered, ending, "ending");
  }
  list.PopClipRect();
  ImGui::PopFont();
  ui.items.register_rect(scene.prefix + "picture", min, {min.x + size.x, min.y + size.y});
}

}  // namespace

void draw_stage(Ui& ui, ImVec2 size) {
  const model::Run* a = ui.run_a();
  const model::Run* b = ui.run_b();
  if (a == nullptr || size.x < 40.0F || size.y < 40.0F) return;
  ImGui::BeginChild("stage", size, false, ImGuiWindowFlags_NoScrollbar | ImGuiWindowFlags_NoScrollWithMouse);
  const ImVec2 min = ImGui::GetCursorScreenPos();
  const bool two = b != nullptr && ui.compare != Compare::a && ui.compare != Compare::b;
  if (!two) {
    const bool of_b = b != nullptr && ui.compare == Compare::b;
    draw_one(ui, of_b ? *b : *a, min, size, b == nullptr ? "" : of_b ? "B" : "A");
  } else if (size.x >= size.y * 0.9F) {
    const float gap = ui.px(10.0F);
    const float half = std::floor((size.x - gap) / 2.0F);
    draw_one(ui, *a, min, {half, size.y}, "A");
    const float line = min.x + half + gap / 2.0F;
    ImGui::GetWindowDrawList()->AddLine({line, min.y}, {line, min.y + size.y}, ui.canvas.style.frame, ui.px(1.0F));
    draw_one(ui, *b, {min.x + half + gap, min.y}, {half, size.y}, "B");
  } else {
    const float half = std::floor(size.y / 2.0F);
    draw_one(ui, *a, min, {size.x, half}, "A");
    draw_one(ui, *b, {min.x, min.y + half}, {size.x, half}, "B");
  }
  ImGui::EndChild();
}

}  // namespace evtwin::viewer::ui
