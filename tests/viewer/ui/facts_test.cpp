// What the inspector says is what the run file says.
#include "viewer/ui/facts.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "panel_screen.hpp"

namespace evtwin::viewer::ui {
namespace {

using model::test::ask;
using test::PanelScreen;
using test::Recorded;
using ::testing::HasSubstr;
using ::testing::Not;

const Recorded& day() { return test::recorded("manager_day", "milp.so#milp"); }
const Recorded& recorded_week() { return test::recorded("workplace_week", "edf"); }
const Recorded& v2g() { return test::recorded("dc_v2g", "price-threshold"); }

void nothing(Ui&, ImVec2) {}

const FactGroup& group(const Facts& facts, Word title) {
  for (const FactGroup& g : facts) {
    if (g.title == title) return g;
  }
  static const FactGroup none{Word::count, {}, {}};
  ADD_FAILURE() << "no group " << id_of(title);
  return none;
}

Fact fact(const Facts& facts, Word title, Word label) {
  for (const Fact& f : group(facts, title).facts) {
    if (f.label == text_of(label, Language::english)) return f;
  }
  ADD_FAILURE() << "no fact " << id_of(label);
  return {};
}

std::uint32_t session_named(const model::Run& run, const std::string& name) {
  for (std::uint32_t row = 0; row < run.sessions.size(); ++row) {
    if (run.sessions[row].name == name) return row;
  }
  return no_row;
}

TEST(Metered, NamesTheLengthOfTheMeteringWindows) {
  PanelScreen screen(nothing, {300, 300}, recorded_week().run);
  EXPECT_EQ(metered_text(screen.ui, Word::kpi_peak, *recorded_week().run), "Peak (15 min)");
  model::Run run;
  run.sites.resize(3);
  run.sites[0].metering_window_ns = run.sites[2].metering_window_ns = 30 * kernel::minute_ns;
  run.sites[1].metering_window_ns = 60 * kernel::minute_ns;
  EXPECT_EQ(metered_text(screen.ui, Word::series_grid, {&run.sites[0], &run.sites[2]}), "grid (30 min)");
  screen.ui.settings.language = Language::korean;
  EXPECT_EQ(metered_text(screen.ui, Word::kpi_peak, run), "최대수요전력(30/60분)");
}

// Of a run that was cut before its first record nothing is known: no figure, and no EVSE that is free.
TEST(CutRun, SaysNotRecordedWhereNothingIs) {
  auto cut = std::make_shared<model::Run>(*recorded_week().run);
  cut->known_until_ns = cut->start_ns;
  cut->sessions.clear();
  for (model::Evse& evse : cut->evses) {
    evse.sessions.clear();
    evse.kw = {};
  }
  PanelScreen screen(nothing, {300, 300}, cut);
  screen.ui.time.seek_time(cut->start_ns);
  screen.hands.draw_frames(1);
  const Facts site = site_facts(screen.ui, *cut, 0, cut->start_ns);
  EXPECT_EQ(fact(site, Word::money_so_far, Word::energy_cost).text, "-");
  EXPECT_THAT(fact(site, Word::state, Word::plugged_in_now).text,
              HasSubstr(fmt::format("), {} not recorded", cut->evses.size())));
  const std::string station = cut->evses[0].station;
  const Facts facts = station_facts(screen.ui, *cut, station, cut->start_ns);
  EXPECT_THAT(fact(facts, Word::state, Word::free_of_all).text, HasSubstr(" not recorded"));

  const model::Run& whole = *recorded_week().run;
  PanelScreen other(nothing, {300, 300}, recorded_week().run);
  EXPECT_THAT(fact(site_facts(other.ui, whole, 0, whole.start_ns), Word::state, Word::plugged_in_now).text,
              Not(HasSubstr("not recorded")));
}

TEST(SiteFacts, MoneyAtTheEndIsThatOfTheDays) {
  for (const Recorded& recorded : {day(), recorded_week(), v2g()}) {
    const PanelScreen screen(nothing, {300, 300}, recorded.run);
    const Facts facts = site_facts(screen.ui, *recorded.run, 0, recorded.run->end_ns);
    const auto sum = [&](const char* column) {
      return ask(recorded.file, fmt::format("SELECT sum({}) FROM party_per_day", column));
    };
    const auto expect = [&](Word label, double value) {
      EXPECT_NEAR(fact(facts, Word::money_so_far, label).number, value, 1e-6 * std::max(1.0, std::abs(value)))
          << id_of(label);
    };
    expect(Word::party_site, sum("site_money"));
    expect(Word::party_drivers, sum("owner_money"));
    expect(Word::from_drivers, sum("driver_revenue"));
    const double grid = fact(facts, Word::money_so_far, Word::energy_cost).number +
                        fact(facts, Word::money_so_far, Word::demand_charge).number;
    EXPECT_NEAR(grid, sum("grid_money"), 1e-6 * std::abs(grid));
  }
}

TEST(SessionFacts, AfterTheDepartureAreTheRowOfTheFile) {
  const model::Run& run = *recorded_week().run;
  const PanelScreen screen(nothing, {300, 300}, recorded_week().run);
  std::size_t compared = 0;
  for (std::uint32_t row = 0; row < run.sessions.size(); ++row) {
    if (run.sessions[row].ended != "departed") continue;
    const Facts facts = session_facts(screen.ui, run, row, run.sessions[row].departed_ns);
    const auto column = [&](const char* name) {
      return ask(recorded_week().file,
                 fmt::format("SELECT {} FROM session WHERE number = {}", name, run.sessions[row].number));
    };
    EXPECT_EQ(fact(facts, Word::session, Word::got).number, column("got_kwh"));
    EXPECT_EQ(fact(facts, Word::session, Word::missed).number, column("unmet_kwh"));
    EXPECT_EQ(fact(facts, Word::session, Word::driver_paid).number, column("paid"));
    EXPECT_EQ(fact(facts, Word::session, Word::energy_cost).number, column("cost"));
    compared += 1;
  }
  EXPECT_EQ(compared, static_cast<std::size_t>(
                          ask(recorded_week().file, "SELECT count(*) FROM session WHERE ended = 'departed'")));
}

TEST(SessionFacts, JustBeforeTheDepartureAreWhatItGetsInTheEnd) {
  for (const Recorded& recorded : {recorded_week(), v2g()}) {
    const model::Run& run = *recorded.run;
    const PanelScreen screen(nothing, {300, 300}, recorded.run);
    std::size_t compared = 0;
    for (std::uint32_t row = 0; row < run.sessions.size(); ++row) {
      const model::Session& session = run.sessions[row];
      if (session.ended != "departed") continue;
      ++compared;
      const Facts facts = session_facts(screen.ui, run, row, session.departed_ns - 1);
      EXPECT_NEAR(fact(facts, Word::session, Word::got_so_far).number, session.got_kwh, 1e-6) << session.name;
      EXPECT_NEAR(fact(facts, Word::session, Word::driver_pays_so_far).number, session.paid, 1e-3) << session.name;
    }
    EXPECT_GT(compared, 10U);
  }
}

TEST(EvseFacts, WhenAVehicleHasLeftSayWhatItGotMissedAndPaid) {
  const model::Run& run = *day().run;
  const PanelScreen screen(nothing, {300, 300}, day().run);
  const model::Session& van = run.sessions[session_named(run, "van-1")];
  const Facts there = evse_facts(screen.ui, run, van.evse, van.departed_ns - 1);
  EXPECT_EQ(fact(there, Word::session, Word::vehicle).text, van.vehicle);
  const std::string said = group(evse_facts(screen.ui, run, van.evse, van.departed_ns), Word::last_session).sentence;
  EXPECT_THAT(said, HasSubstr("Porter left at 2026-06-10 18:00. Got"));
  EXPECT_THAT(said, HasSubstr("target met"));
  EXPECT_THAT(said, HasSubstr("Driver paid " + money_text(screen.ui, run, van.paid)));
}

TEST(EvseFacts, SayWhatTheControlPilotShows) {
  const model::Run& run = *v2g().run;
  const PanelScreen screen(nothing, {300, 300}, v2g().run);
  const model::Session& session = run.sessions[0];
  const auto pilot = [&](TimeNs t) {
    return fact(evse_facts(screen.ui, run, session.evse, t), Word::state, Word::control_pilot).text;
  };
  EXPECT_EQ(pilot(run.start_ns), "A");
  bool charges = false;  // DC offers by digital communication: 5 %
  for (TimeNs t = session.plugged_in_ns; t < session.departed_ns; t += kernel::minute_ns)
    charges = charges || pilot(t) == "C2, 5 %";
  EXPECT_TRUE(charges);
}

TEST(EvseFacts, SayWhyInWords) {
  const model::Run& run = *day().run;
  const PanelScreen screen(nothing, {300, 300}, day().run);
  const model::Session& van = run.sessions[session_named(run, "van-1")];
  const Facts facts = evse_facts(screen.ui, run, van.evse, van.plugged_in_ns);
  const double number =
      ask(day().file, fmt::format("SELECT max(number) FROM decision WHERE time_ns <= {}", van.plugged_in_ns));
  EXPECT_THAT(fact(facts, Word::why, Word::decision).text, HasSubstr(fmt::format("#{:.0f} ", number)));
  EXPECT_THAT(fact(facts, Word::why, Word::caused_by).text, HasSubstr("arrival"));
  EXPECT_FALSE(group(facts, Word::plan_from_here).facts.empty());
}

TEST(EvseFacts, TheStandingPlanIsThatOfTheFile) {
  const model::Run& run = *day().run;
  const PanelScreen screen(nothing, {300, 300}, day().run);
  std::size_t compared = 0;
  for (std::uint32_t row = 0; row < run.sessions.size(); ++row) {
    const std::string where = fmt::format("FROM plan_per_session WHERE session = '{}'", run.sessions[row].name);
    if (ask(day().file, "SELECT count(*) " + where) == 0.0) continue;
    const Facts facts = session_facts(screen.ui, run, row, run.sessions[row].departed_ns);
    EXPECT_NEAR(fact(facts, Word::plan_and_outcome, Word::plan_stood_kwh).number,
                ask(day().file, "SELECT planned_kwh " + where), 1e-9)
        << run.sessions[row].name;
    compared += 1;
  }
  EXPECT_GE(compared, 5U);
}

TEST(StationFacts, SumUpTheSessionsThatHaveLeft) {
  const model::Run& run = *recorded_week().run;
  const PanelScreen screen(nothing, {300, 300}, recorded_week().run);
  const TimeNs t = run.start_ns + 2 * kernel::day_ns;
  const Facts facts = station_facts(screen.ui, run, "A", t);
  const std::string where = fmt::format(
      "FROM session s JOIN evse e ON e.id = s.evse WHERE e.name LIKE 'A-%' AND s.number NOT NULL AND departed_ns <= {}",
      t);
  EXPECT_EQ(fact(facts, Word::sessions_ended, Word::sessions_ended).text,
            fmt::format("{:.0f}", ask(recorded_week().file, "SELECT count(*) " + where)));
  EXPECT_NEAR(fact(facts, Word::sessions_ended, Word::got).number,
              ask(recorded_week().file, "SELECT sum(got_kwh) " + where), 1e-9);
  EXPECT_NEAR(fact(facts, Word::sessions_ended, Word::driver_paid).number,
              ask(recorded_week().file, "SELECT sum(paid) " + where), 1e-6);
}

TEST(StorageFacts, HaveItsPowerAndSoc) {
  const model::Run& run = *recorded_week().run;
  const PanelScreen screen(nothing, {300, 300}, recorded_week().run);
  const Facts facts = storage_facts(screen.ui, run, 0, run.start_ns);
  EXPECT_EQ(fact(facts, Word::state, Word::soc_now).number, ask(recorded_week().file, "SELECT soc_start FROM storage"));
  EXPECT_EQ(fact(facts, Word::state, Word::capacity).number,
            ask(recorded_week().file, "SELECT capacity_kwh FROM storage"));
}

TEST(Facts, AreTheSameWhicheverWayTheCursorCame) {
  const model::Run& run = *v2g().run;
  const PanelScreen forwards(nothing, {300, 300}, v2g().run);
  const PanelScreen backwards(nothing, {300, 300}, v2g().run);
  constexpr int steps = 40;
  std::vector<std::string> seen;
  const auto text_at = [&](const PanelScreen& screen, int step) {
    std::string text;
    const TimeNs t = run.start_ns + (run.end_ns - run.start_ns) / steps * step;
    for (std::uint32_t evse = 0; evse < run.evses.size(); ++evse) {
      for (const FactGroup& g : evse_facts(screen.ui, run, evse, t)) {
        text += g.sentence;
        for (const Fact& f : g.facts) text += f.label + f.text;
      }
    }
    return text;
  };
  for (int step = 0; step <= steps; ++step) seen.push_back(text_at(forwards, step));
  for (int step = steps; step >= 0; --step) EXPECT_EQ(text_at(backwards, step), seen[static_cast<std::size_t>(step)]);
}

TEST(Facts, ADifferenceIsOfFiguresOfTheSameKindOnly) {
  const model::Run& run = *recorded_week().run;
  const PanelScreen screen(draw_inspector, {300, 300}, recorded_week().run);
  EXPECT_EQ(difference_text(screen.ui, run, {"", "", 1.0, Unit::kw}, {"", "", 3.5, Unit::kw}), "+2.5 kW");
  EXPECT_EQ(difference_text(screen.ui, run, {"", "", 1.0, Unit::kw}, {"", "", 3.5, Unit::kwh}), "");
  EXPECT_EQ(difference_text(screen.ui, run, {"", "", model::none, Unit::kw}, {"", "", 3.5, Unit::kw}), "");
}

}  // namespace
}  // namespace evtwin::viewer::ui
