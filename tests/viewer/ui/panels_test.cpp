// The panels as a user has them in hand: clicks and keys by the names of what is on the screen.
#include "viewer/ui/panels.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "panel_screen.hpp"
#include "viewer/model/forecasts.hpp"
#include "viewer/ui/figures.hpp"
#include "viewer/ui/panel_parts.hpp"
#include "viewer/ui/panel_state.hpp"

namespace evtwin::viewer::ui {
namespace {

using test::PanelScreen;

const model::RunPtr& week() { return test::recorded("workplace_week", "edf").run; }
const model::RunPtr& week_asap() { return test::recorded("workplace_week", "asap").run; }

TEST(EntityList, AClickSelectsTheEvse) {
  PanelScreen screen(draw_entity_list, {280, 400}, week());
  screen.hands.draw_frames(2);
  screen.hands.click_item("entity.A-3");
  ASSERT_NE(screen.ui.selection.evse, no_row);
  EXPECT_EQ(week()->evses[screen.ui.selection.evse].name, "A-3");
  screen.hands.click_item("entity.Car park");
  EXPECT_EQ(screen.ui.selection.evse, no_row);
}

TEST(EntityList, AStationFoldsAndIsSelected) {
  PanelScreen screen(draw_entity_list, {280, 400}, week());
  screen.hands.draw_frames(2);
  screen.hands.click_item("entities.open.A");
  screen.hands.draw_frames(2);
  EXPECT_FALSE(screen.hands.on_screen("entity.A-1"));
  EXPECT_TRUE(screen.ui.selection.station.empty());
  screen.hands.click_item("entity.V");
  EXPECT_EQ(screen.ui.selection.station, "V");
}

TEST(EntityList, SearchLeavesWhatMatches) {
  PanelScreen screen(draw_entity_list, {280, 400}, week());
  screen.ui.focus_search = true;  // as Ctrl+F does
  screen.hands.draw_frames(3);
  EXPECT_FALSE(screen.ui.focus_search);
  screen.hands.type_text("d-");
  screen.hands.draw_frames(2);
  EXPECT_EQ(screen.ui.search, "d-");
  EXPECT_TRUE(screen.hands.on_screen("entity.D-1"));
  EXPECT_FALSE(screen.hands.on_screen("entity.A-1"));
}

TEST(EntityList, AStationAndADateAreChosenOfThoseWithData) {
  PanelScreen screen(draw_entity_list, {280, 400}, week());
  screen.hands.draw_frames(2);
  screen.hands.click_item("entities.station");
  screen.hands.draw_frames(2);
  screen.hands.click_item("station.V");
  EXPECT_EQ(screen.ui.selection.station, "V");

  screen.hands.click_item("entities.date");
  screen.hands.draw_frames(2);
  screen.hands.click_item("date.2026-06-04");
  EXPECT_EQ(week()->clock.iso_text(screen.ui.time.from_ns()), "2026-06-04T00:00:00+09:00");
  EXPECT_EQ(week()->clock.iso_text(screen.ui.time.to_ns()), "2026-06-05T00:00:00+09:00");
  EXPECT_EQ(screen.ui.time.cursor_ns(), screen.ui.time.from_ns());
}

TEST(EntityList, SteppingGoesThroughTheListAndStopsAtItsEnds) {
  PanelScreen screen(draw_entity_list, {280, 400}, week());
  step_entity(screen.ui, 1);
  EXPECT_EQ(screen.ui.selection.evse, 0U);
  step_entity(screen.ui, 1);
  EXPECT_EQ(screen.ui.selection.evse, 1U);
  step_entity(screen.ui, -1);
  step_entity(screen.ui, -1);
  EXPECT_EQ(screen.ui.selection.evse, 0U);
  for (std::size_t i = 0; i < week()->evses.size() + 3; ++i) step_entity(screen.ui, 1);
  EXPECT_EQ(screen.ui.selection.evse, week()->evses.size() - 1);
  screen.hands.draw_frames(3);
  EXPECT_TRUE(screen.hands.on_screen("entity." + week()->evses.back().name));  // scrolled to
}

TEST(EventList, AClickSeeksAndSelects) {
  PanelScreen screen(draw_event_list, {700, 300}, week());
  screen.hands.draw_frames(2);
  screen.hands.click_item("event.0");
  EXPECT_EQ(screen.ui.time.cursor_ns(), week()->events.front().time_ns);
  EXPECT_EQ(screen.ui.selection.session, week()->events.front().session);
}

TEST(EventList, AChipHidesItsKindAndWithCtrlShowsItAlone) {
  PanelScreen screen(draw_event_list, {900, 300}, week());
  screen.hands.draw_frames(2);
  const auto arrival = static_cast<std::size_t>(model::EventKind::arrival);
  const auto shown = [&] { return std::count(screen.ui.events.show.begin(), screen.ui.events.show.end(), true); };
  screen.hands.click_item("filter.arrival");
  EXPECT_FALSE(screen.ui.events.show[arrival]);
  EXPECT_EQ(shown(), static_cast<std::ptrdiff_t>(model::event_kinds) - 1);
  screen.hands.click_item("filter.arrival", 0, true);
  EXPECT_TRUE(screen.ui.events.show[arrival]);
  EXPECT_EQ(shown(), 1);
  screen.hands.click_item("filter.arrival", 0, true);
  EXPECT_EQ(shown(), static_cast<std::ptrdiff_t>(model::event_kinds));
}

TEST(EventList, InANarrowPanelTheKindsAreBehindAButton) {
  PanelScreen screen(draw_event_list, {300, 200}, week());
  screen.hands.draw_frames(2);
  EXPECT_FALSE(screen.hands.on_screen("filter.arrival"));
  screen.hands.click_item("filter.kinds");
  screen.hands.draw_frames(2);
  screen.hands.click_item("filter.arrival");
  EXPECT_FALSE(screen.ui.events.show[static_cast<std::size_t>(model::EventKind::arrival)]);
}

// What a log says in the protocol's English is read in Korean.
TEST(EventList, MessagesOfALogAreInWordsOfTheLanguage) {
  auto run = std::make_shared<model::Run>(*week());
  run->events.clear();
  for (const char* text : {"P1 status: SuspendedEV", "P1 status: SuspendedEVSE", "P2 status: Available",
                           "P1 start: transaction 7: register 1231.908 kWh, Accepted",
                           "P1 stop: transaction 7: register 1238.355 kWh, EVDisconnected"}) {
    model::Event& event = run->events.emplace_back();
    event.time_ns = run->start_ns;
    event.kind = model::EventKind::message;
    event.text = text;
  }
  PanelScreen screen(draw_event_list, {600, 400}, run);
  screen.hands.draw_frames(2);
  EXPECT_EQ(screen.ui.items.find_text("event.0.detail"), "P1 status: SuspendedEV");
  screen.ui.settings.language = Language::korean;
  screen.hands.draw_frames(2);
  EXPECT_EQ(screen.ui.items.find_text("event.0.detail"), "P1 상태: 차량이 충전 중단");
  EXPECT_EQ(screen.ui.items.find_text("event.1.detail"), "P1 상태: 충전기가 충전 중단");
  EXPECT_EQ(screen.ui.items.find_text("event.2.detail"), "P2 상태: 사용 가능");
  EXPECT_EQ(screen.ui.items.find_text("event.3.detail"), "P1 시작: 거래 7: 계량기 1231.908 kWh, 승인");
  EXPECT_EQ(screen.ui.items.find_text("event.4.detail"), "P1 종료: 거래 7: 계량기 1238.355 kWh, 차량 분리");
}

TEST(Counts, OfScoresAreInWordsOfTheLanguage) {
  PanelScreen screen(draw_event_list, {600, 400}, week());
  EXPECT_EQ(count_text(screen.ui, 24, "sessions"), "24 sessions");
  EXPECT_EQ(count_text(screen.ui, 1, "sessions"), "1 session");
  EXPECT_EQ(count_text(screen.ui, 3, "others"), "3 others");
  screen.ui.settings.language = Language::korean;
  EXPECT_EQ(count_text(screen.ui, 24, "sessions"), "24건");
  EXPECT_EQ(count_text(screen.ui, 1890, "minutes"), "1,890분");
}

TEST(EventList, PreviousAndNextStepThroughWhatPassesTheFilter) {
  PanelScreen screen(draw_event_list, {700, 300}, week());
  screen.ui.events.alerts_only = true;
  screen.hands.draw_frames(2);
  TimeNs first_alert = kernel::time_never;
  for (const model::Event& event : week()->events) {
    if (event.alert) first_alert = std::min(first_alert, event.time_ns);
  }
  ASSERT_NE(first_alert, kernel::time_never);
  screen.hands.click_item("events.next");
  EXPECT_EQ(screen.ui.time.cursor_ns(), first_alert);
  EXPECT_EQ(previous_event(screen.ui, first_alert), -kernel::time_never);
  const TimeNs second = next_event(screen.ui, first_alert);
  EXPECT_GT(second, first_alert);
  EXPECT_EQ(previous_event(screen.ui, second), first_alert);
}

TEST(EventList, TheRowAtTheCursorIsScrolledToWhenTheCursorMoves) {
  PanelScreen screen(draw_event_list, {700, 300}, week());
  screen.hands.draw_frames(2);
  const std::size_t middle = week()->events.size() / 2;
  EXPECT_FALSE(screen.hands.on_screen("event." + std::to_string(middle)));
  screen.ui.time.seek_time(week()->events[middle].time_ns);
  screen.hands.draw_frames(3);
  EXPECT_TRUE(screen.hands.on_screen("event." + std::to_string(panel_state(screen.ui).events_shown.at_cursor)));
}

TEST(EventList, StandsAtOnePlaceHoweverItsRowsCameAndWhereTheUserScrolledItTo) {
  const std::size_t middle = week()->events.size() / 2;
  const auto place_of_row = [&](bool by_and_by, bool scrolled) {
    PanelScreen screen(draw_event_list, {700, 300}, week());
    screen.ui.events.alerts_only = by_and_by;  // fewer rows to begin with
    screen.ui.time.seek_time(week()->events[middle].time_ns);
    screen.hands.draw_frames(3);
    if (by_and_by) screen.ui.events.alerts_only = false;
    screen.hands.draw_frames(3);
    if (scrolled) {
      screen.hands.turn_wheel("event." + std::to_string(panel_state(screen.ui).events_shown.at_cursor), 1.0F);
      screen.hands.draw_frames(5);
    }
    const Items::Rect* row =
        screen.ui.items.find_rect("event." + std::to_string(panel_state(screen.ui).events_shown.at_cursor));
    return row == nullptr ? -1.0F : row->min.y;
  };
  EXPECT_GT(place_of_row(false, false), 0.0F);
  EXPECT_EQ(place_of_row(true, false), place_of_row(false, false));
  EXPECT_GT(place_of_row(false, true), place_of_row(false, false));
}

TEST(Map, AClickSelectsAnEvseAndAHeaderItsStation) {
  PanelScreen screen(draw_map, {600, 400}, week());
  screen.hands.draw_frames(2);
  screen.hands.click_item("map.V-2");
  ASSERT_NE(screen.ui.selection.evse, no_row);
  EXPECT_EQ(week()->evses[screen.ui.selection.evse].name, "V-2");
  screen.hands.click_item("map.station.A");
  EXPECT_EQ(screen.ui.selection.station, "A");
  EXPECT_EQ(screen.ui.selection.evse, no_row);
  screen.hands.click_item("map.battery");
  EXPECT_EQ(screen.ui.selection.storage, 0U);
}

TEST(Map, ChangesToTheFeederTreeAndBack) {
  PanelScreen screen(draw_map, {600, 400}, week());
  screen.hands.draw_frames(2);
  screen.hands.click_item("map.feeders");
  screen.hands.draw_frames(2);
  EXPECT_TRUE(screen.ui.show_feeders);
  screen.hands.click_item("tree.V");
  EXPECT_EQ(screen.ui.selection.station, "V");
  screen.hands.click_item("map.stations");
  EXPECT_FALSE(screen.ui.show_feeders);
}

TEST(Money, SortsByItsColumnsAndSelectsASession) {
  PanelScreen screen(draw_money, {1100, 400}, week());
  screen.hands.draw_frames(2);
  EXPECT_TRUE(screen.hands.on_screen("money.drivers"));
  const std::string first = week()->sessions[panel_state(screen.ui).money_order.last_answer()->rows.front()].name;
  screen.hands.click_item("money.session." + first);
  EXPECT_EQ(week()->sessions[screen.ui.selection.session].name, first);
}

TEST(Money, UpToTheCursorHasNobodyAtTheStart) {
  PanelScreen screen(draw_money, {1100, 400}, week());
  screen.hands.draw_frames(2);
  screen.hands.click_item("money.cursor");
  screen.hands.draw_frames(2);
  EXPECT_TRUE(panel_state(screen.ui).money_rows.last_answer()->empty());
  screen.ui.time.seek_time(week()->end_ns);
  screen.hands.draw_frames(2);
  EXPECT_EQ(panel_state(screen.ui).money_rows.last_answer()->size(),
            panel_state(screen.ui).money_order.last_answer()->rows.size());
}

/// Every panel at every size, language and with two runs: it draws, and what can be clicked lies in it.
// Two runs over each other in as much room as the researcher's screen of 1440 x 900 pixels has for their map.
TEST(HeatMap, OfTwoRunsHasBothAndSaysWhoseEachIs) {
  PanelScreen screen(draw_heat_panel, {560, 165}, week(), week_asap());
  screen.hands.draw_frames(2);
  EXPECT_TRUE(screen.hands.on_screen("heat"));
  EXPECT_TRUE(screen.hands.on_screen("heat_b"));
  EXPECT_EQ(screen.ui.items.find_text("heat.label"), screen.ui.runs[screen.ui.a].label);
  EXPECT_EQ(screen.ui.items.find_text("heat_b.label"), screen.ui.runs[screen.ui.b].label);
  screen.ui.compare = Compare::b;
  screen.hands.draw_frames(2);
  EXPECT_EQ(screen.ui.items.find_text("heat.label"), screen.ui.runs[screen.ui.b].label);
  EXPECT_FALSE(screen.hands.on_screen("heat_b"));
}

TEST(Plots, NoLineOfOneRunHasTheColourOfALineOfTheOther) {
  struct Panel {
    PanelScreen::Draw draw;
    std::string lines;
  };
  for (const bool dark : {false, true}) {
    for (const Panel& panel : {Panel{draw_power_plot, "plot.power.line."}, Panel{draw_price_plot, "plot.price.line."},
                               Panel{draw_soc_plot, "plot.soc.line."}}) {
      PanelScreen screen(panel.draw, {700, 300}, week(), week_asap());
      screen.ui.settings.dark = dark;
      screen.hands.draw_frames(2);
      std::map<std::string, std::string> by_colour;
      for (const auto& [name, colour] : screen.ui.items.all_texts()) {
        if (!name.starts_with(panel.lines)) continue;
        const auto [other, is_new] = by_colour.emplace(colour, name);
        EXPECT_TRUE(is_new) << name << " has the colour of " << other->second;
      }
      EXPECT_GE(by_colour.size(), 2U) << panel.lines;
    }
  }
}

TEST(Panels, KeepWithinTheirPlace) {
  const std::vector<std::pair<const char*, PanelScreen::Draw>> panels{{"entities", draw_entity_list},
                                                                      {"map", draw_map},
                                                                      {"inspector", draw_inspector},
                                                                      {"events", draw_event_list},
                                                                      {"money", draw_money}};
  const std::vector<std::string> may_scroll{"entity.",    "entities.open.", "event.", "map.",
                                            "inspector.", "money.",         "tree."};
  for (const auto& [name, draw] : panels) {
    for (const float width : {230.0F, 480.0F, 1000.0F}) {
      for (const Language language : {Language::english, Language::korean}) {
        for (const float scale : {1.0F, 2.0F}) {
          PanelScreen screen(draw, {width * scale, 220.0F * scale}, week(), week_asap());
          screen.ui.settings.language = language;
          screen.ui.settings.scale = scale;
          screen.ui.select_evse(2);
          screen.ui.time.seek_time(week()->start_ns + 34 * kernel::hour_ns);
          screen.hands.draw_frames(3);
          EXPECT_FALSE(screen.ui.items.all_rects().empty());
          for (const auto& [item, rect] : screen.ui.items.all_rects()) {
            const bool scrolls =
                std::any_of(may_scroll.begin(), may_scroll.end(),
                            [&, &id = item](const std::string& start) { return id.starts_with(start); });
            EXPECT_TRUE(scrolls || screen.inside(rect)) << name << " " << width << " x" << scale << ": " << item;
          }
        }
      }
    }
  }
}

TEST(Panels, StandWithoutRunsAndWithAnEmptyOne) {
  const auto empty = std::make_shared<model::Run>();
  for (const PanelScreen::Draw& draw :
       {PanelScreen::Draw(draw_entity_list), PanelScreen::Draw(draw_map), PanelScreen::Draw(draw_inspector),
        PanelScreen::Draw(draw_event_list), PanelScreen::Draw(draw_money)}) {
    PanelScreen screen(draw, {300, 300}, empty);
    screen.hands.draw_frames(2);
    screen.ui.show_feeders = true;
    screen.hands.draw_frames(2);
    screen.ui.runs.clear();
    screen.hands.draw_frames(2);
    EXPECT_EQ(next_event(screen.ui, 0), kernel::time_never);
    step_entity(screen.ui, 1);
    EXPECT_EQ(screen.ui.selection.evse, no_row);
  }
}

// The workplace's sun and load are the same every week: what is said of them is what the model says.
TEST(ForecastPlot, SaysHowFarOffAndDrawsBothInBothLanguages) {
  const model::RunPtr& run = test::recorded("workplace_week", "milp.so#lp").run;
  PanelScreen screen(draw_forecast_plot, {700, 320}, run);
  screen.hands.draw_frames(3);
  ASSERT_TRUE(screen.hands.on_screen("plot.forecast"));
  EXPECT_TRUE(screen.inside(*screen.ui.items.find_rect("plot.forecast")));
  const model::ForecastOfSite load = model::forecast_of_site(*run, 0, "load");
  const std::string error = figure_text(load.over_time.errors.mean_abs_error, "kW", 2);
  EXPECT_THAT(screen.ui.items.find_text("forecast.load"),
              ::testing::AllOf(::testing::HasSubstr("base load: mean error " + error),
                               ::testing::HasSubstr("within the 10-90 % band")));
  screen.ui.settings.language = Language::korean;
  screen.hands.draw_frames(3);
  EXPECT_THAT(screen.ui.items.find_text("forecast.load"),
              ::testing::AllOf(::testing::HasSubstr("기저부하: 평균 오차 " + error), ::testing::HasSubstr("띠 안")));

  // A run without forecasts says so.
  PanelScreen none(draw_forecast_plot, {700, 320}, week());
  none.hands.draw_frames(3);
  EXPECT_FALSE(none.hands.on_screen("plot.forecast"));
}

// The reward is that of a policy; who decided is not looked at.
TEST(RewardPlot, SaysWhatWasGatheredAndWhatNoFileTells) {
  const record::test::Folder folder;
  const auto recorded = [&](const record::LearntReward& reward) {
    model::test::record_scenario(folder / "run", "workplace_week", "edf", 3, reward);
    return model::read_run(folder / "run");
  };
  const model::RunPtr run =
      recorded({"mine", true, {{"energy_cost", -1.0}, {"satisfaction", 1000.0}, {"clipped", -5.0}}});
  PanelScreen screen(draw_reward_plot, {700, 320}, run);
  screen.hands.draw_frames(3);
  ASSERT_TRUE(screen.hands.on_screen("plot.reward"));
  EXPECT_TRUE(screen.inside(*screen.ui.items.find_rect("plot.reward")));
  const auto& parts = run->reward->parts;
  EXPECT_EQ(screen.ui.items.find_text("reward"),
            "Reward that its policy was trained for (mine): " + figure_text(run->reward->reward(), "", 0) +
                " over the run = " + signed_figure(parts[0].reward(), "", 0) + " (energy_cost x -1), " +
                signed_figure(parts[1].reward(), "", 0) +
                " (satisfaction x 1000). Without what no run file tells: clipped x -5");
  screen.ui.settings.language = Language::korean;
  screen.hands.draw_frames(3);
  EXPECT_THAT(screen.ui.items.find_text("reward"), ::testing::HasSubstr("실행 파일에 없는 항목 제외: clipped x -5"));

  PanelScreen function(draw_reward_plot, {700, 320}, recorded({"f", false, {{"grid", 0.5}}}));
  function.hands.draw_frames(3);
  EXPECT_FALSE(function.hands.on_screen("plot.reward"));
  EXPECT_THAT(function.ui.items.find_text("reward"), ::testing::HasSubstr("a function of each step"));

  PanelScreen none(draw_reward_plot, {700, 320}, week());
  none.hands.draw_frames(3);
  EXPECT_FALSE(none.hands.on_screen("plot.reward"));
}

}  // namespace
}  // namespace evtwin::viewer::ui
