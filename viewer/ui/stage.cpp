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

  std::array<std::uint32_t, model::evse_statuses> counts{};
  const std::vector<std::uint32_t>& evses = staged_evses(ui, scene.run);
  for (const std::uint32_t row : evses)
    counts.at(static_cast<std::size_t>(state_of(ui, scene.run, row, scene.t).status)) += 1;
  constexpr std::array shown{model::EvseStatus::charging, model::EvseStatus::discharging, model::EvseStatus::waiting,
                             model::EvseStatus::finished, model::EvseStatus::fault,       model::EvseStatus::left_out,
                             model::EvseStatus::available};
  // From the right, as far as there is room.
  float right = min.x + width;
  for (auto it = shown.rbegin(); it != shown.rend(); ++it) {
    const std::uint32_t count = counts.at(static_cast<std::size_t>(*it));
    if (count == 0) continue;
    const Look& look = look_of(*it);
    const std::string text = fmt::format("{} {}", count, ui.tr(look.word));
    ui.fonts.need_characters(text);
    const float wide = ImGui::CalcTextSize(text.c_str()).x + em * 1.9F;

    if (right - wide < x) break;
    right -= wide;
    plot::draw_shape(scene.list, look.shape, {right + em * 0.5F, min.y + em * 0.65F}, em * 0.32F,
                     colour_of(style, look));
    text_at(ui, {right + em * 1.1F, min.y + em * 0.1F}, text, wide, style.text);
    ui.items.register_text(scene.prefix + "count." + look.id, text);
    ui.items.register_rect(scene.prefix + "count." + look.id, {right, min.y}, {right + wide, min.y + em * 1.3F});
  }
}

/// The outcome, over the stage, when the player has reached the end.
void draw_ending(Scene& scene, ImVec2 min, ImVec2 max) {
  Ui& ui = scene.ui;
  const std::vector<std::string> lines = ending_lines(ui, scene.run);
  const float em = scene.em();
  const float line = em * 1.4F;
  float width = 0.0F;
  for (const std::string& text : lines) {
    ui.fonts.need_characters(text);
    width = std::max(width, ImGui::CalcTextSize(text.c_str()).x);
  }
  width = std::min(width + em * 2.0F, max.x - min.x - em);
  const ImVec2 centre{(min.x + max.x) / 2.0F, (min.y + max.y) / 2.0F};
  const ImVec2 half{width / 2.0F, (static_cast<float>(lines.size()) * line + em) / 2.0F};
  const ImVec2 a{centre.x - half.x, centre.y - half.y}, b{centre.x + half.x, centre.y + half.y};
  scene.list.AddRectFilled(a, b, plot::with_alpha(ui.canvas.style.background, 0.93), em * 0.4F);
  scene.list.AddRect(a, b, ui.canvas.style.marker_a, em * 0.4F, 0, ui.px(1.5F));
  for (std::size_t i = 0; i < lines.size(); ++i)
    text_at(ui, {a.x + em, a.y + em * 0.5F + static_cast<float>(i) * line}, lines[i], width - em * 2.0F,
            i == 0 ? ui.canvas.style.text : ui.canvas.style.text);
  ui.items.register_rect(scene.prefix + "ending", a, b);
}

void draw_one(Ui& ui, const model::Run& run, ImVec2 min, ImVec2 size, const std::string& letter) {
  ImDrawList& list = *ImGui::GetWindowDrawList();
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
              letter == "B" ? "stage_b." : "stage."};

  // Cars drive and marks move only while it plays.
  if (moving) {
    scene.moves = std::min(longest_move_ns, static_cast<TimeNs>(ui.time.speed * move_s * 1e9));
    scene.beat = std::fmod(ImGui::GetTime() * 1.4, 1.0);
  }

  list.PushClipRect(min, {min.x + size.x, min.y + size.y}, true);
  draw_head(scene, min, size.x, letter);
  draw_bays(scene);
  draw_energy(scene);
  draw_lane(scene);
  if (!ui.time.playing && ui.time.cursor_ns() >= run.end_ns) draw_ending(scene, min, {min.x + size.x, min.y + size.y});
  list.PopClipRect();
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
