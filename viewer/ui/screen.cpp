#include "viewer/ui/screen.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "viewer/ui/actions.hpp"
#include "viewer/ui/panels.hpp"
#include "viewer/ui/story_screen.hpp"

namespace evtwin::viewer::ui {
namespace {

constexpr ImGuiWindowFlags panel_flags = ImGuiWindowFlags_NoScrollbar | ImGuiWindowFlags_NoScrollWithMouse;

/// Panels stand edge to edge; what is in them does not.
ImVec2 inner_spacing(const Ui& ui) { return {ui.px(6.0F), ui.px(4.0F)}; }

void panel(Ui& ui, const char* id, ImVec2 size, void (*draw)(Ui&, ImVec2)) {
  if (size.x < 16.0F || size.y < 16.0F) return;
  ImGui::BeginChild(id, size, true, panel_flags);
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, inner_spacing(ui));
  draw(ui, ImGui::GetContentRegionAvail());
  ImGui::PopStyleVar();
  ImGui::EndChild();
}

/// A bar between two panels; dragging it moves `share` of `whole` pixels.
void splitter(Ui& ui, const char* id, bool vertical, float length, float whole, float& share, float least, float most) {
  const float thickness = ui.px(5.0F);
  ImGui::InvisibleButton(id, vertical ? ImVec2{thickness, length} : ImVec2{length, thickness});
  if (ImGui::IsItemHovered() || ImGui::IsItemActive())
    ImGui::SetMouseCursor(vertical ? ImGuiMouseCursor_ResizeEW : ImGuiMouseCursor_ResizeNS);
  if (ImGui::IsItemActive()) {
    const ImVec2 moved = ImGui::GetIO().MouseDelta;
    share = std::clamp(share + (vertical ? moved.x : moved.y) / whole, least, most);
  }
  ui.items.register_last(fmt::format("split.{}", id));
}

struct Tab {
  const char* id;
  Word word;
  LowerTab tab;
  void (*draw)(Ui&, ImVec2);
};

/// Where nobody looked ahead there is no tab of it.
bool has_forecasts(const Ui& ui) {
  const model::Run* run = ui.shown_run();
  return run != nullptr && !run->forecasts.empty();
}

/// Nor one of a reward where no policy played.
bool has_reward(const Ui& ui) {
  const model::Run* run = ui.shown_run();
  return run != nullptr && run->reward;
}

void tabs(Ui& ui, const char* id, ImVec2 size, std::initializer_list<Tab> all,
          ImGuiTabBarFlags flags = ImGuiTabBarFlags_None) {
  if (size.x < 16.0F || size.y < 16.0F) return;
  ImGui::BeginChild(id, size, true, panel_flags);
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, inner_spacing(ui));
  if (ImGui::BeginTabBar(id, flags | ImGuiTabBarFlags_FittingPolicyScroll)) {
    for (const Tab& tab : all) {
      if (tab.tab == LowerTab::forecast && !has_forecasts(ui)) continue;
      if (tab.tab == LowerTab::reward && !has_reward(ui)) continue;
      const bool wanted = tab.tab != LowerTab::none && ui.lower_tab == tab.tab;
      const bool open = ImGui::BeginTabItem(fmt::format("{}###{}", ui.tr(tab.word), tab.id).c_str(), nullptr,
                                            wanted ? ImGuiTabItemFlags_SetSelected : ImGuiTabItemFlags_None);
      ui.items.register_last(fmt::format("tab.{}", tab.id));
      if (wanted) ui.lower_tab = LowerTab::none;
      if (!open) continue;
      tab.draw(ui, ImGui::GetContentRegionAvail());
      ImGui::EndTabItem();
    }
    ImGui::EndTabBar();
  }
  ImGui::PopStyleVar();
  ImGui::EndChild();
}

/// The metric is chosen above the map.
void draw_heat_tab(Ui& ui, ImVec2 size) {
  const float top = ImGui::GetCursorPosY();
  for (std::size_t i = 0; i < model::heat_metrics; ++i) {
    const auto metric = static_cast<model::HeatMetric>(i);
    if (i > 0) ImGui::SameLine();
    if (ImGui::RadioButton(ui.tr(name_of(metric)), ui.heat_metric == metric)) ui.heat_metric = metric;
    ui.items.register_last(fmt::format("heat.{}", id_of(name_of(metric))));
  }
  draw_heat_panel(ui, {size.x, size.y - (ImGui::GetCursorPosY() - top)});
}

constexpr Tab heat_tab{"heat", Word::tab_heat, LowerTab::heat, draw_heat_tab};
constexpr Tab sessions_tab{"sessions", Word::tab_sessions, LowerTab::sessions, draw_gantt_panel};
constexpr Tab vehicles_tab{"vehicles", Word::tab_vehicles, LowerTab::vehicles, draw_vehicles_plot};
constexpr Tab forecast_tab{"forecast", Word::tab_forecast, LowerTab::forecast, draw_forecast_plot};
constexpr Tab reward_tab{"reward", Word::tab_reward, LowerTab::reward, draw_reward_plot};
constexpr Tab events_tab{"events", Word::tab_events, LowerTab::events, draw_event_list};
constexpr Tab money_tab{"money", Word::tab_money, LowerTab::money, draw_money};

constexpr Tab power_tab{"power", Word::power, LowerTab::none, draw_power_plot};
constexpr Tab price_tab{"price", Word::price_and_cost, LowerTab::none, draw_price_plot};
constexpr Tab soc_tab{"soc", Word::state_of_charge, LowerTab::none, draw_soc_plot};
constexpr Tab list_tab{"list", Word::tab_list, LowerTab::none, draw_entity_list};
constexpr Tab map_tab{"map_tab", Word::tab_map, LowerTab::none, draw_map};
constexpr Tab inspector_tab{"inspector_tab", Word::tab_inspector, LowerTab::none, draw_inspector};

/// Where the screen is small for the size of its text: one panel at a time.
bool is_compact(const Ui& ui, ImVec2 area) { return area.x < ui.px(760.0F) || area.y < ui.px(540.0F); }

void one_at_a_time(Ui& ui, ImVec2 size) {
  tabs(ui, "compact", size,
       {power_tab, price_tab, soc_tab, heat_tab, sessions_tab, vehicles_tab, forecast_tab, reward_tab, list_tab,
        map_tab, inspector_tab, events_tab, money_tab},
       ImGuiTabBarFlags_TabListPopupButton);
}

void left_column(Ui& ui, Splits& splits, ImVec2 size) {
  ImGui::BeginGroup();
  const float gap = 2.0F * ui.px(5.0F);
  const float whole = size.y - gap;
  panel(ui, "entities", {size.x, std::floor(whole * splits.list)}, draw_entity_list);
  splitter(ui, "list", false, size.x, whole, splits.list, 0.1F, 0.7F);
  panel(ui, "map", {size.x, std::floor(whole * splits.map)}, draw_map);
  splitter(ui, "map_height", false, size.x, whole, splits.map, 0.05F, 0.6F);
  const float rest = whole - std::floor(whole * splits.list) - std::floor(whole * splits.map);
  panel(ui, "inspector", {size.x, std::max(1.0F, rest)}, draw_inspector);
  ImGui::EndGroup();
}

void right_column(Ui& ui, Splits& splits, ImVec2 size) {
  ImGui::BeginGroup();
  const float gap = 2.0F * ui.px(5.0F);
  const float whole = size.y - gap;
  const float power = std::floor(whole * splits.power);
  const float price = std::floor(whole * splits.price);
  panel(ui, "power", {size.x, power}, draw_power_plot);
  splitter(ui, "power_height", false, size.x, whole, splits.power, 0.15F, 0.7F);
  const float between = ui.px(5.0F);
  const float half = std::floor((size.x - between) / 2.0F);
  panel(ui, "price", {half, price}, draw_price_plot);
  ImGui::SameLine(0.0F, between);
  panel(ui, "soc", {size.x - between - half, price}, draw_soc_plot);
  splitter(ui, "price_height", false, size.x, whole, splits.price, 0.1F, 0.5F);
  const float lower = whole - power - price;
  if (size.x >= ui.px(900.0F)) {
    tabs(ui, "lower_left", {half, lower}, {heat_tab, sessions_tab, vehicles_tab, forecast_tab, reward_tab});
    ImGui::SameLine(0.0F, between);
    tabs(ui, "lower_right", {size.x - between - half, lower}, {events_tab, money_tab});
  } else {
    tabs(ui, "lower", {size.x, lower},
         {heat_tab, sessions_tab, vehicles_tab, forecast_tab, reward_tab, events_tab, money_tab});
  }
  ImGui::EndGroup();
}

void nothing_to_show(Ui& ui, const std::string& trouble) {
  double fraction = 0.0;
  bool loading = false;
  for (const OpenRun& run : ui.runs) {
    const model::FeedStatus status = run.feed->feed_status();
    loading = loading || status.loading;
    fraction = std::max(fraction, status.fraction);
  }

  const ImVec2 area = ImGui::GetContentRegionAvail();
  ImGui::SetCursorPos({ui.px(40.0F), area.y * 0.4F});
  ImGui::BeginGroup();
  ImGui::PushTextWrapPos(area.x - ui.px(40.0F));
  // Trouble explains why nothing loads.
  if (!trouble.empty()) {
    ui.fonts.need_characters(trouble);
    ImGui::TextUnformatted(trouble.c_str());
  } else if (loading) {
    ImGui::TextUnformatted(fmt::format("{} {:.0f} %", ui.tr(Word::loading), fraction * 100.0).c_str());
  } else {
    ImGui::TextUnformatted(ui.tr(ui.in_page ? Word::drop_runs : Word::open_a_run));
  }

  if (ui.in_page && !loading) {
    if (ImGui::Button(ui.tr(Word::choose_runs))) ui.choose_file = true;
    ui.items.register_last("choose");
  }
  ImGui::PopTextWrapPos();
  ImGui::EndGroup();
}

/// One line about what is still being read, or went wrong with a file that is shown.
void status_line(Ui& ui, const std::string& trouble) {
  std::string text = trouble;
  for (const OpenRun& run : ui.runs) {
    const model::FeedStatus status = run.feed->feed_status();
    if (text.empty() && run.run && status.loading && run.run->loaded == model::Loaded::overview)
      text = fmt::format("{} {:.0f} %", ui.tr(Word::loading), status.fraction * 100.0);
    if (!text.empty() || !run.run) continue;
    if (run.run->state == record::RunState::running) {
      text = fmt::format("{}: {}", run.label, ui.tr(Word::still_written));
    } else if (run.run->state != record::RunState::complete) {
      text = fmt::format("{}: {} {}", run.label, ui.tr(Word::not_complete), run.run->error);
    }
  }
  if (text.empty()) return;
  ImGui::PushStyleColor(ImGuiCol_Text, plot::colour_of(ui.canvas.style, plot::Category::vermillion));
  text_cut(ui, text);
  ImGui::PopStyleColor();
  ui.items.register_last("status");
}

}  // namespace

namespace {

/// Under the figure: "so far", or that energy is free.
bool cards_have_a_note(const model::Run& run) {
  return run.kpis.empty() ||
         std::none_of(run.sites.begin(), run.sites.end(), [](const model::Site& site) { return site.tariff_given; });
}

}  // namespace

void draw_screen(Ui& ui, Splits& splits, const std::string& trouble) {
  if (ui.shown_run() == nullptr) {
    nothing_to_show(ui, trouble);
    return;
  }
  status_line(ui, trouble);

  // Player, strip and cards have their heights; the body has the rest.
  const ImVec2 area = ImGui::GetContentRegionAvail();
  const float gap = ImGui::GetStyle().ItemSpacing.y;
  const float line = ImGui::GetTextLineHeight();
  const bool two = ui.run_b() != nullptr;
  const float small = ui.px(15.0F);
  const float notes = two ? 2.0F : cards_have_a_note(*ui.run_a()) ? 1.0F : 0.0F;
  const bool story = ui.settings.layout == Layout::stakeholder;
  const float cards = story ? 0.0F : small + ui.px(42.0F) + notes * (small + gap);
  const float player = ImGui::GetFrameHeight();
  const float strip = std::max(ui.px(34.0F), 2.0F * line);
  const float body = area.y - cards - player - strip - (story ? 2.0F : 3.0F) * gap;

  if (!story) draw_kpi_cards(ui, {area.x, cards});
  const ImVec2 at = ImGui::GetCursorScreenPos();
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {0.0F, 0.0F});
  if (story) {
    draw_story_screen(ui, {area.x, body}, is_compact(ui, area));
  } else if (is_compact(ui, area)) {
    one_at_a_time(ui, {area.x, body});
  } else {
    if (splits.left == 0.0F) splits.left = std::clamp(ui.px(300.0F) / area.x, 0.2F, 0.42F);
    const float left = std::floor(area.x * splits.left);
    left_column(ui, splits, {left, body});
    ImGui::SameLine(0.0F, 0.0F);
    splitter(ui, "left", true, body, area.x, splits.left, 0.12F, 0.6F);
    ImGui::SameLine(0.0F, 0.0F);
    right_column(ui, splits, {area.x - left - ui.px(5.0F), body});
  }
  ImGui::PopStyleVar();

  ImGui::SetCursorScreenPos({at.x, at.y + body + gap});
  draw_player(ui, {area.x, player});
  ImGui::SetCursorScreenPos({at.x, at.y + body + player + 2.0F * gap});
  draw_overview_strip(ui, {area.x, strip});
}

}  // namespace evtwin::viewer::ui
