// The stage and its story as a user has them in hand, and what they say against the run.
#include "viewer/ui/stage.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "panel_screen.hpp"
#include "viewer/model/story.hpp"
#include "viewer/ui/figures.hpp"
#include "viewer/ui/stage_parts.hpp"
#include "viewer/ui/story_panel.hpp"
#include "viewer/ui/story_screen.hpp"
#include "viewer/ui/strategy_names.hpp"
#include "viewer/ui/usable_list.hpp"
#include "viewer/ui/verdict_view.hpp"
#include "viewer/ui/why_sentence.hpp"

namespace evtwin::viewer::ui {
namespace {

using test::PanelScreen;
using ::testing::HasSubstr;

const model::RunPtr& staged() { return test::recorded("workplace_week", "edf").run; }
const model::RunPtr& staged_asap() { return test::recorded("workplace_week", "asap").run; }
const model::RunPtr& staged_lp() { return test::recorded("workplace_week", "milp.so#lp").run; }

TEST(Stage, AClickOnABaySelectsItsEvseInBothRuns) {
  PanelScreen screen(draw_stage, {1400, 420}, staged(), staged_asap());
  screen.ui.time.seek_time(model::first_busy(*staged()));
  screen.hands.draw_frames(2);
  screen.hands.click_item("stage.A-3");
  ASSERT_NE(screen.ui.selection.evse, no_row);
  EXPECT_EQ(staged()->evses[screen.ui.selection.evse].name, "A-3");
  screen.hands.click_item("stage_b.A-5");
  EXPECT_EQ(staged()->evses[screen.ui.selection.evse].name, "A-5");
}

TEST(Stage, EverythingIsInsideAtAnySize) {
  for (const ImVec2 size : {ImVec2{620, 300}, ImVec2{1400, 420}, ImVec2{500, 800}, ImVec2{3800, 1300}}) {
    PanelScreen screen(draw_stage, size, staged(), staged_asap());
    screen.ui.time.seek_time(model::first_busy(*staged()) + kernel::hour_ns);
    screen.hands.draw_frames(2);
    std::size_t bays = 0;
    for (const auto& [name, rect] : screen.ui.items.all_rects()) {
      if (!name.starts_with("stage")) continue;
      EXPECT_TRUE(screen.inside(rect)) << name << " at " << size.x << " x " << size.y;
      bays += name.find("-") != std::string::npos ? 1U : 0U;
    }
    EXPECT_EQ(bays, 2 * staged()->evses.size());
  }
}

// What a stage says first is who charges and who waits: a narrow one leaves the free ones out.
TEST(Stage, ANarrowStageKeepsTheCountsOfThoseThatChargeAndWait) {
  PanelScreen screen(draw_stage, {440, 300}, staged(), staged_asap());
  std::size_t both = 0, short_of_words = 0;
  for (TimeNs t = staged()->start_ns; t < staged()->end_ns; t += kernel::hour_ns) {
    screen.ui.time.seek_time(t);
    screen.hands.draw_frames(1);
    std::array<std::size_t, model::evse_statuses> counts{};
    for (std::uint32_t row = 0; row < staged()->evses.size(); ++row)
      counts.at(static_cast<std::size_t>(model::evse_status(*staged(), row, t))) += 1;
    for (const auto& [status, item] : {std::pair{model::EvseStatus::charging, "stage.count.charging"},
                                       std::pair{model::EvseStatus::waiting, "stage.count.waiting"}}) {
      const std::size_t count = counts.at(static_cast<std::size_t>(status));
      const std::string text = screen.ui.items.find_text(item);
      EXPECT_EQ(text.substr(0, text.find(' ')), count == 0 ? "" : std::to_string(count))
          << staged()->clock.date_time_text(t);
      if (count > 0) {
        EXPECT_TRUE(screen.inside(screen.hands.find_item(item)));
      }
    }
    both += counts[1] > 0 && counts[3] > 0 ? 1U : 0U;
    short_of_words += screen.ui.items.find_text("stage.count.available").find(' ') == std::string::npos ? 1U : 0U;
  }
  EXPECT_GT(both, 0U);
  EXPECT_GT(short_of_words, 0U);
}

TEST(Stage, WhatIsSaidOfTheVehiclesLeavesTheFlowToTheBuildingFree) {
  for (const ImVec2 size : {ImVec2{620, 300}, ImVec2{1400, 420}, ImVec2{3800, 1300}}) {
    PanelScreen screen(draw_stage, size, staged());
    for (TimeNs t = model::first_busy(*staged()); t < staged()->end_ns; t += 5 * kernel::hour_ns) {
      screen.ui.time.seek_time(t);
      screen.hands.draw_frames(1);
      const auto said = screen.hands.find_item("stage.cars"), flow = screen.hands.find_item("stage.bus");
      EXPECT_GE(said.min.y, flow.max.y - 1.0F) << size.x;
      EXPECT_LE(said.max.y, screen.hands.find_item("stage.A-1").min.y + 1.0F) << size.x;
    }
  }
}

TEST(Stage, NamesAndPowersAreReadableInTwoRunsBesideEachOther) {
  PanelScreen screen(draw_stage, {1170, 330}, staged(), staged_asap());
  screen.ui.time.seek_time(model::first_busy(*staged()) + kernel::hour_ns);
  screen.hands.draw_frames(2);
  std::size_t charging = 0;
  for (std::uint32_t row = 0; row < staged()->evses.size(); ++row) {
    const std::string& name = staged()->evses[row].name;
    EXPECT_EQ(screen.ui.items.find_text("stage." + name + ".name"), name);
    if (model::evse_status(*staged(), row, screen.ui.time.cursor_ns()) != model::EvseStatus::charging) continue;
    ++charging;
    EXPECT_NE(screen.ui.items.find_text("stage." + name + ".kw"), "") << name;
  }
  EXPECT_GT(charging, 0U);
}

// A run that was interrupted beside one that was not: behind its last record nothing is known of it.
TEST(Stage, BehindTheLastRecordOfARunNothingIsSaidOfIt) {
  auto stopped = std::make_shared<model::Run>(*staged());
  stopped->known_until_ns = stopped->start_ns + kernel::day_ns;
  PanelScreen screen(draw_stage, {1170, 330}, stopped, staged_asap());
  screen.ui.time.seek_time(stopped->known_until_ns);
  screen.hands.draw_frames(2);
  EXPECT_FALSE(screen.hands.on_screen("stage.unknown"));
  EXPECT_TRUE(screen.hands.on_screen("stage.queue"));
  screen.ui.time.seek_time(stopped->known_until_ns + 10 * kernel::hour_ns);
  screen.hands.draw_frames(2);
  EXPECT_THAT(screen.ui.items.find_text("stage.unknown"),
              HasSubstr(stopped->clock.date_time_text(stopped->known_until_ns)));
  for (const char* item : {"stage.queue", "stage.count.available", "stage.A-1"})
    EXPECT_FALSE(screen.hands.on_screen(item)) << item;
  EXPECT_FALSE(screen.hands.on_screen("stage_b.unknown"));
  EXPECT_TRUE(screen.hands.on_screen("stage_b.queue"));
  EXPECT_EQ(usable_text(screen.ui, *stopped), "-");
  EXPECT_EQ(usable_text(screen.ui, *staged_asap()), std::to_string(usable_now(screen.ui, *staged_asap()).size()));
}

TEST(Stage, TheEndIsToldWithTheKeyFigures) {
  PanelScreen screen(draw_stage, {900, 420}, staged());
  screen.hands.draw_frames(2);
  EXPECT_FALSE(screen.hands.on_screen("stage.ending"));
  screen.ui.time.seek_time(staged()->end_ns);
  screen.hands.draw_frames(2);
  EXPECT_TRUE(screen.hands.on_screen("stage.ending"));
  const std::vector<std::string> lines = ending_lines(screen.ui, *staged());
  std::string all;
  for (const std::string& line : lines) all += line + "\n";
  EXPECT_THAT(all, HasSubstr(money_text(screen.ui, *staged(), model::kpi_value(*staged(), "total_cost"))));
  EXPECT_THAT(all, HasSubstr(figure_text(model::kpi_value(*staged(), "energy_delivered_kwh"), "kWh", 2)));
  EXPECT_THAT(all, HasSubstr(figure_text(model::kpi_value(*staged(), "turned_away"), "", 0)));
}

TEST(Story, AClickSeeksItsMoment) {
  PanelScreen screen(draw_story, {420, 700}, staged_asap(), staged());
  screen.ui.time.seek_time(model::first_busy(*staged_asap()));
  screen.hands.draw_frames(2);
  const std::vector<model::Moment> moments = moments_at(screen.ui, screen.ui.time.cursor_ns());
  ASSERT_GE(moments.size(), 4U);
  for (std::size_t i = 0; i < moments.size(); i += 2) {
    const std::string item = fmt::format("story.{}", i);
    if (!screen.hands.on_screen(item) || !screen.inside(screen.hands.find_item(item))) continue;
    screen.hands.click_item(item);
    EXPECT_EQ(screen.ui.time.cursor_ns(), moments[i].time_ns);
  }
  ASSERT_FALSE(find_partings(screen.ui).empty());
  const model::Moment part = find_partings(screen.ui).front();
  EXPECT_THAT(moment_text(screen.ui, part), HasSubstr(kw_text(std::abs(part.a))));
}

TEST(Story, EveryMomentHasASentenceInBothLanguages) {
  PanelScreen screen(draw_story, {420, 700}, staged_asap(), staged());
  for (const Language language : {Language::english, Language::korean}) {
    screen.ui.settings.language = language;
    for (TimeNs t = staged()->start_ns; t < staged()->end_ns; t += kernel::day_ns) {
      for (const model::Moment& moment : moments_at(screen.ui, t)) {
        const std::string text = moment_text(screen.ui, moment);
        EXPECT_GT(text.size(), 5U);
        EXPECT_EQ(text.find('{'), std::string::npos) << text;
      }
    }
  }
}

TEST(WhySentence, OfWhoWaitsNamesWhenItsPowerComesAndThatThenEnergyIsCheaper) {
  const model::Run& run = *staged_lp();
  PanelScreen screen(draw_stage, {900, 420}, staged_lp());
  std::size_t until = 0, turns = 0, held = 0;
  for (TimeNs t = run.start_ns; t < run.end_ns; t += 30 * kernel::minute_ns) {
    for (std::uint32_t evse = 0; evse < run.evses.size(); ++evse) {
      const std::string text = why_sentence(screen.ui, run, evse, t);
      ASSERT_FALSE(text.empty());
      ASSERT_EQ(text.find('{'), std::string::npos) << text;
      const model::EvseState state = model::evse_state(run, evse, t);
      if (state.session != no_row && state.status != model::EvseStatus::fault) {
        EXPECT_THAT(text, HasSubstr("leaves at"));
      }
      if (state.status == model::EvseStatus::charging) {
        EXPECT_THAT(text, HasSubstr(kw_text(state.kw)));
      }
      if (state.status != model::EvseStatus::waiting) continue;
      held += text.find("held back") != std::string::npos ? 1U : 0U;
      turns += text.find("its turn") != std::string::npos ? 1U : 0U;
      if (!text.starts_with("Waits until ")) continue;
      ++until;
      // "Waits until 14:00: energy costs 23 % less then."
      const std::size_t percent_at = text.find("costs ") + 6;
      const double percent = std::stod(text.substr(percent_at));
      const model::Series& price = run.sites[run.evses[evse].site].buy_price;
      bool there = false;
      for (TimeNs then = price.next_change(t); then < run.sessions[state.session].departed_ns && !there;
           then = price.next_change(then))
        there = std::abs(100.0 * (price.value_at(t) - price.value_at(then)) / price.value_at(t) - percent) < 0.51;
      EXPECT_TRUE(there) << text << " at " << run.clock.date_time_text(t);
    }
  }
  EXPECT_GT(until, 5U) << turns << " wait for a turn, " << held << " are held back";
}

// A three-phase car on one phase takes a third of what it could: no strategy wants that.
TEST(WhySentence, OfACarThatTakesAllItCanNamesTheCar) {
  const model::Run& run = *staged();
  PanelScreen screen(draw_stage, {900, 420}, staged());
  std::size_t cars = 0;
  for (TimeNs t = run.start_ns; t < run.end_ns; t += 30 * kernel::minute_ns) {
    for (std::uint32_t evse = 0; evse < run.evses.size(); ++evse) {
      const model::EvseState state = model::evse_state(run, evse, t);
      if (state.status != model::EvseStatus::charging) continue;
      const double most_kw = run.sessions[state.session].max_kw;
      const bool takes_all = most_kw < 0.97 * run.evses[evse].max_kw && state.kw >= 0.99 * most_kw;
      const std::string text = why_sentence(screen.ui, run, evse, t);
      EXPECT_EQ(text.find("all that this car can take") != std::string::npos, takes_all)
          << text << " of " << most_kw << " kW";
      cars += takes_all ? 1U : 0U;
    }
  }
  EXPECT_GT(cars, 20U);
}

TEST(WhySentence, OfWhatIsFreeOrFinishedSaysSo) {
  PanelScreen screen(draw_stage, {900, 420}, staged());
  const model::Run& run = *staged();
  EXPECT_EQ(why_sentence(screen.ui, run, 0, run.start_ns), text_of(Word::why_free, Language::english));
  bool finished = false;
  for (TimeNs t = run.start_ns; t < run.end_ns && !finished; t += 15 * kernel::minute_ns) {
    for (std::uint32_t evse = 0; evse < run.evses.size(); ++evse) {
      if (model::evse_status(run, evse, t) != model::EvseStatus::finished) continue;
      EXPECT_THAT(why_sentence(screen.ui, run, evse, t), HasSubstr(text_of(Word::why_finished, Language::english)));
      finished = true;
    }
  }
  EXPECT_TRUE(finished);
}

// A remark that names A-10 is none on A-1, unless it names A-1 as well, wherever.
TEST(WhySentence, HasTheRemarkThatNamesItsEvse) {
  const auto why_with = [](const std::string& remark) {
    auto run = std::make_shared<model::Run>(*staged());
    const auto visit = std::find_if(run->sessions.begin(), run->sessions.end(), [&](const model::Session& session) {
      return session.evse != no_row && run->evses[session.evse].name == "A-1" &&
             session.departed_ns > session.plugged_in_ns + kernel::minute_ns;
    });
    EXPECT_NE(visit, run->sessions.end());
    if (visit == run->sessions.end()) return std::string();
    model::Event said;
    said.time_ns = visit->plugged_in_ns;
    said.kind = model::EventKind::strategy;
    said.text = remark;
    run->events = {said};
    PanelScreen screen(draw_stage, {900, 420}, run);
    return why_sentence(screen.ui, *run, visit->evse, visit->plugged_in_ns + kernel::minute_ns);
  };
  EXPECT_EQ(why_with("A-10 goes first").find("goes first"), std::string::npos);
  EXPECT_THAT(why_with("A-1 goes first"), HasSubstr("goes first"));
  EXPECT_THAT(why_with("A-10 goes first, then A-1"), HasSubstr("goes first, then"));
}

TEST(StoryScreen, TilesAndVerdictAreOnItAndAPartOfASentenceOpensItsFigures) {
  PanelScreen screen([](Ui& ui, ImVec2 size) { draw_story_screen(ui, size, false); }, {1400, 760}, staged_asap(),
                     staged());
  screen.ui.settings.layout = Layout::stakeholder;
  screen.ui.time.seek_time(model::first_busy(*staged()));
  screen.hands.draw_frames(3);
  for (const char* item : {"verdict.sentence", "stage.picture", "stage_b.picture", "tile.terminals", "tile.vehicles",
                           "tile.planned", "tile.peak", "tile.ready", "gauge.site", "story.0", "plot.power"})
    EXPECT_TRUE(screen.hands.on_screen(item)) << item;
  // The first part that has figures.
  const analysis::Verdict& verdict = verdict_of(screen.ui);
  ASSERT_EQ(verdict.parties.size(), analysis::party_count);
  const auto& parts = verdict.parties[0].parts;
  const auto with = std::find_if(parts.begin(), parts.end(), [](const auto& part) { return !part.kpis.empty(); });
  ASSERT_NE(with, parts.end());
  screen.hands.click_item(fmt::format("verdict.part.{}", with - parts.begin()));
  screen.hands.draw_frames(2);
  EXPECT_TRUE(screen.hands.on_screen(fmt::format("verdict.why.{}.a", with->kpis.front())));
  EXPECT_TRUE(screen.hands.on_screen("verdict.close"));
}

TEST(StoryScreen, FiguresOfEachPartOpenBelowTheSentenceThatTheyExplain) {
  for (const ImVec2 size : {ImVec2{1400, 760}, ImVec2{640, 480}}) {
    PanelScreen screen([](Ui& ui, ImVec2 room) { draw_story_screen(ui, room, false); }, size, staged_asap(), staged());
    screen.ui.settings.layout = Layout::stakeholder;
    screen.hands.draw_frames(3);
    const auto& parts = verdict_of(screen.ui).parties.at(0).parts;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      if (parts[i].kpis.empty()) continue;
      screen.hands.click_item(fmt::format("verdict.part.{}", i));
      screen.hands.draw_frames(2);
      const Items::Rect* sentence = screen.ui.items.find_rect("verdict.sentence");
      const Items::Rect* figure = screen.ui.items.find_rect(fmt::format("verdict.why.{}.a", parts[i].kpis.front()));
      ASSERT_NE(sentence, nullptr);
      ASSERT_NE(figure, nullptr) << i;
      EXPECT_GE(figure->min.y, sentence->max.y) << i << " in " << size.x;
      EXPECT_GE(figure->min.x, 0.0F) << i << " in " << size.x;
      EXPECT_LE(figure->max.x, size.x) << i << " in " << size.x;
      screen.hands.click_item("verdict.close");
      screen.hands.draw_frames(2);
    }
  }
}

TEST(StoryScreen, ARunOfAnHourIsNotOfOnePointZeroHours) {
  for (const auto& [hours, text] : {std::pair{1, " in an hour"}, std::pair{6, " in 6 hours"}}) {
    auto run = std::make_shared<model::Run>(*staged());
    run->end_ns = run->start_ns + hours * kernel::hour_ns;
    PanelScreen screen(draw_stage, {900, 420}, run);
    screen.hands.draw_frames(1);
    EXPECT_THAT(verdict_of(screen.ui).parties.at(0).join_parts(), HasSubstr(text));
  }
}

TEST(StoryScreen, EveryPartyHasAChipAndASentence) {
  PanelScreen screen([](Ui& ui, ImVec2 size) { draw_story_screen(ui, size, true); }, {620, 420}, staged());
  screen.ui.settings.layout = Layout::stakeholder;
  screen.hands.draw_frames(3);
  for (std::size_t party = 0; party < analysis::party_count; ++party) {
    screen.hands.click_item(fmt::format("verdict.party.{}", party));
    screen.hands.draw_frames(2);
    EXPECT_TRUE(screen.inside(screen.hands.find_item("verdict.sentence")));
  }
}

TEST(PlainNames, EveryStrategyThatComesWithEvtwinHasOne) {
  for (const char* id : {"asap", "alap", "fcfs", "lcfs", "edf", "llf", "lrpt", "round-robin", "equal-share",
                         "price-threshold", "price-mean", "lp", "milp", "v2g-profit-max", "as logged"})
    EXPECT_NE(plain_strategy(id), nullptr) << id;
  EXPECT_EQ(plain_strategy("milp.so#lp"), plain_strategy("lp"));
  EXPECT_EQ(plain_strategy("lp:tie_break=steady"), plain_strategy("lp"));
  EXPECT_EQ(plain_strategy("mine"), nullptr);
}

}  // namespace
}  // namespace evtwin::viewer::ui
