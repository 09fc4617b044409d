// Figures as they are read on the screens, against the run file and against evtwin's own audit of it.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>

#include "analysis/verdict.hpp"
#include "panel_screen.hpp"
#include "viewer/model/flows.hpp"
#include "viewer/model/run_feed.hpp"
#include "viewer/model/story.hpp"
#include "viewer/support/made_runs.hpp"
#include "viewer/ui/figures.hpp"
#include "viewer/ui/stage.hpp"
#include "viewer/ui/stage_parts.hpp"
#include "viewer/ui/story_screen.hpp"
#include "viewer/ui/verdict_view.hpp"

namespace evtwin::viewer::ui {
namespace {

using test::PanelScreen;
using test::Recorded;

Recorded made_recording(const std::string& scenario, const std::string& strategy) {
  const std::string file = testing::scenario_run(scenario, strategy);
  return {file, model::read_run(file)};
}
Recorded replayed_recording() {
  static const std::string file = (testing::made_folder() / "replay.evtwin").string();
  if (!std::filesystem::exists(file)) {
    const std::string site = paths::source_dir + "/scenarios/made_site";
    const std::string command = fmt::format("'{}' replay '{}.log' --site '{}.lua' --out '{}' >/dev/null 2>&1",
                                            paths::program, site, site, file);
    if (std::system(command.c_str()) != 0) throw std::runtime_error("failed: " + command);
  }
  return {file, model::read_run(file)};
}

std::string said_by(const std::string& command) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  std::string said;
  for (int c = 0; pipe != nullptr && (c = std::fgetc(pipe.get())) != EOF;) said += static_cast<char>(c);
  return said;
}

/// Key figures as the audit counts them again from the rows of the file; those that it can not count are the file's.
analysis::VerdictRun audited(const Recorded& recorded, const std::string& name) {
  analysis::VerdictRun out{name, {}, recorded.run->start_ns, recorded.run->end_ns, recorded.run->currency};
  out.is_replay = !recorded.run->scores.empty();
  const auto audit =
      nlohmann::json::parse(said_by(fmt::format("'{}' audit '{}' --json", paths::program, recorded.file)));
  std::map<std::string, double> recounted;
  for (const auto& figure : audit.at("figures")) {
    if (figure.at("site").is_null() && figure.at("recount").is_number())
      recounted[figure.at("figure")] = figure.at("recount");
  }
  EXPECT_GT(recounted.size(), 15U);
  for (const record::Kpi& kpi : recorded.run->kpis) {
    if (kpi.site >= 0) continue;
    out.kpis.push_back(kpi);
    if (const auto again = recounted.find(kpi.name); again != recounted.end()) out.kpis.back().value = again->second;
  }
  return out;
}

/// The sentences on the screen, and those made of the audit's figures.
void expect_audited(const Recorded& a, const Recorded* b) {
  PanelScreen screen([](Ui& ui, ImVec2 size) { draw_story_screen(ui, size, false); }, {1400, 760}, a.run,
                     b == nullptr ? nullptr : b->run);
  screen.hands.draw_frames(2);
  const analysis::Verdict& shown = verdict_of(screen.ui);
  ASSERT_EQ(shown.parties.size(), analysis::party_count);

  // Names as the screen gives them; all else is the audit's.
  std::vector<analysis::VerdictRun> runs = verdict_runs(screen.ui);
  ASSERT_EQ(runs.size(), b == nullptr ? 1U : 2U);
  std::vector<analysis::VerdictRun> again{audited(a, runs[0].name)};
  if (b != nullptr) again.push_back(audited(*b, runs[1].name));
  const analysis::Verdict counted = analysis::give_verdict(again, analysis::Language::english);
  ASSERT_EQ(counted.parties.size(), shown.parties.size());
  for (std::size_t i = 0; i < shown.parties.size(); ++i) {
    EXPECT_EQ(shown.parties[i].join_parts(), counted.parties[i].join_parts());
    EXPECT_NE(shown.parties[i].join_parts().find_first_of("0123456789"), std::string::npos);
  }
}

TEST(VerdictOnScreen, OfTwoRunsOfTheWeekHasTheAuditsFigures) {
  const Recorded a = made_recording("workplace_week", "asap"), b = made_recording("workplace_week", "edf");
  expect_audited(a, &b);
}

TEST(VerdictOnScreen, OfTwoRunsWithV2gHasTheAuditsFigures) {
  const Recorded a = made_recording("dc_v2g", "asap"), b = made_recording("dc_v2g", "price-threshold");
  expect_audited(a, &b);
}

TEST(VerdictOnScreen, OfAReplayHasTheAuditsFigures) { expect_audited(replayed_recording(), nullptr); }

/// "1,234.5 kW" -> 1234.5.
double number_in(std::string text) {
  std::erase(text, ',');
  return std::stod(text);
}

/// Into the busbar as it is read on the stage: names say the direction, figures have no sign.
double sum_of_stage(const PanelScreen& screen, const std::string& prefix, std::size_t& labels) {
  const Items& items = screen.ui.items;
  double sum = 0.0;
  labels = 0;
  for (const char* item : {"grid", "sun", "battery", "building", "cars"}) {
    const std::string text = items.find_text(prefix + item), name = items.find_text(prefix + item + ".name");
    if (text.empty()) continue;
    ++labels;
    const auto says = [&](Word word) { return name == screen.ui.tr(word); };
    const bool takes = says(Word::stage_to_grid) || says(Word::stage_battery_in) || says(Word::stage_building) ||
                       std::string_view(item) == "cars";
    sum += takes ? -number_in(text) : number_in(text);
  }
  return sum;
}

// Each figure is rounded to 0.1 kW: what is read balances to half of that for each, and what it was made of to 1e-9.
TEST(StageFigures, BalanceAtEveryInstant) {
  for (const auto& [scenario, strategy] :
       {std::pair{"workplace_week", "edf"}, {"workplace_week", "lp"}, {"dc_v2g", "price-threshold"}}) {
    const Recorded recorded = made_recording(scenario, strategy);
    const model::Run& run = *recorded.run;
    PanelScreen screen(draw_stage, {1400, 420}, recorded.run);
    std::size_t flowing = 0;
    for (TimeNs t = run.start_ns; t < run.end_ns; t += 83 * kernel::minute_ns) {
      screen.ui.time.seek_time(t);
      screen.hands.draw_frames(1);
      std::size_t labels = 0;
      const double sum = sum_of_stage(screen, "stage.", labels);
      ASSERT_GE(labels, 2U);
      ASSERT_LE(std::abs(sum), 0.05 * static_cast<double>(labels) + 1e-9) << run.clock.date_time_text(t);
      const model::SiteFlows flows = model::flows_at(run, no_row, t);
      ASSERT_NEAR(flows.grid + flows.pv - flows.storage - flows.building - flows.vehicles, 0.0, 1e-9);
      flowing += flows.vehicles > 0.0 ? 1U : 0U;
    }
    EXPECT_GE(flowing, 5U) << scenario;  // else nothing was balanced
  }
}

TEST(FiguresOnScreen, OfTheStageAreTheRunFiles) {
  const Recorded a = made_recording("workplace_week", "asap"), b = made_recording("workplace_week", "edf");
  PanelScreen screen([](Ui& ui, ImVec2 size) { draw_story_screen(ui, size, false); }, {1400, 760}, a.run, b.run);
  screen.ui.settings.layout = Layout::stakeholder;
  screen.ui.time.seek_time(a.run->end_ns);
  screen.hands.draw_frames(3);
  const auto text = [&](const char* item) { return screen.ui.items.find_text(item); };
  const auto ask = [](const Recorded& run, const std::string& sql) { return model::test::ask(run.file, sql); };
  const auto kpi = [&](const Recorded& run, const char* name) {
    return ask(run, fmt::format("SELECT value FROM kpi WHERE site IS NULL AND name = '{}'", name));
  };
  const auto both = [&](const char* name, int decimals, const char* unit) {
    return fmt::format("{} / {} {}", figure_text(kpi(a, name), "", decimals), figure_text(kpi(b, name), "", decimals),
                       unit);
  };
  EXPECT_EQ(text("tile.terminals"), figure_text(ask(a, "SELECT count(*) FROM evse"), "", 0));
  // Those who found no EVSE are no vehicles of the site.
  EXPECT_EQ(text("tile.vehicles"), figure_text(ask(a, "SELECT count(*) FROM session WHERE evse IS NOT NULL"), "", 0));
  EXPECT_EQ(text("tile.peak"), both("peak_kw", 1, "kW"));
  EXPECT_EQ(text("tile.planned"),
            fmt::format("{0} / {0} kWh", figure_text(ask(a, "SELECT sum(requested_kwh) FROM session"), "", 0)));

  // Each party's money at the end is the bill and what passed between them.
  for (const auto& [recorded, suffix] : {std::pair{&a, ""}, {&b, ".b"}}) {
    const double revenue = ask(*recorded, "SELECT sum(driver_revenue) FROM meter"),
                 v2g = ask(*recorded, "SELECT sum(v2g_payment) FROM meter"), bill = kpi(*recorded, "total_cost");
    const auto money = [&](double value) { return money_text(screen.ui, *recorded->run, value); };
    EXPECT_EQ(text((std::string("gauge.drivers") + suffix).c_str()), money(v2g - revenue));
    EXPECT_EQ(text((std::string("gauge.grid") + suffix).c_str()), money(bill));
  }

  // Cars by what they do, at an instant at which many charge.
  screen.ui.time.seek_time(model::first_busy(*a.run) + 2 * kernel::hour_ns);
  screen.hands.draw_frames(2);
  const TimeNs t = screen.ui.time.cursor_ns();
  const double charging = ask(a, fmt::format("SELECT count(*) FROM power WHERE evse IS NOT NULL AND kw > 0 AND "
                                             "start_ns <= {0} AND end_ns > {0}",
                                             t));
  EXPECT_GT(charging, 2.0);
  EXPECT_EQ(text("stage.count.charging"), fmt::format("{:.0f} {}", charging, screen.ui.tr(Word::status_charging)));
}

// Of several sites the tiles are of the one on the stage, and say so; the verdict is of all.
TEST(FiguresOnScreen, OfSeveralSitesAreThoseOfTheSiteOnTheStage) {
  const auto site = [](const char* name, int evses) {
    return fmt::format(R"(site {{ name = "{0}", contract_kw = 90,
      stations = {{ {{ name = "{0}", evses = {1}, kw = 7, phases = 1 }} }},
      tariff = {{ name = "flat", currency = "KRW", periods = {{ {{ from = "00:00", to = "24:00", price_per_kwh = 100 }} }} }},
      arrivals = arrivals.poisson {{ per_hour = {{ 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 }},
        energy_kwh = normal {{ mean = 20, std = 5, min = 5, max = 40 }},
        stay_h = lognormal {{ median = 3, sigma = 0.5, min = 0.5, max = 8 }} }} }},)",
                       name, evses);
  };
  const std::string file =
      testing::written_run("two_sites",
                           R"(name = "two", start = "2026-06-01", days = 1, timezone = "UTC", seed = 3,
      vehicles = { { name = "car", battery_kwh = 64, ac_kw = 7, ac_phases = 1 } },)" +
                               site("north", 3) + site("south", 5),
                           "--strategy asap");
  const model::RunPtr run = model::read_run(file);
  PanelScreen screen([](Ui& ui, ImVec2 size) { draw_story_screen(ui, size, false); }, {1400, 760}, run);
  screen.ui.settings.layout = Layout::stakeholder;
  screen.ui.time.seek_time(run->start_ns + 12 * kernel::hour_ns);
  screen.hands.draw_frames(3);
  const auto text = [&](const char* item) { return screen.ui.items.find_text(item); };
  const auto ask = [&](const std::string& sql) { return model::test::ask(file, sql); };
  const auto expect_site = [&](int id, const char* name, int evses) {
    SCOPED_TRACE(name);
    EXPECT_EQ(text("stage.site"), name);
    EXPECT_EQ(text("tile.terminals"), std::to_string(evses));
    EXPECT_EQ(
        text("tile.vehicles"),
        figure_text(ask(fmt::format("SELECT count(*) FROM session WHERE site = {} AND evse IS NOT NULL", id)), "", 0));
    EXPECT_EQ(text("tile.peak"),
              figure_text(ask(fmt::format("SELECT max(import_kwh) * 4 FROM meter WHERE site = {}", id)), "kW", 1));
    EXPECT_EQ(text("tile.planned"),
              figure_text(ask(fmt::format("SELECT sum(requested_kwh) FROM session WHERE site = {}", id)), "kWh", 0));
  };
  expect_site(1, "north", 3);
  screen.hands.click_item("stage.site");
  screen.hands.draw_frames(2);
  screen.hands.click_item("stage.site.south");
  screen.hands.draw_frames(2);
  expect_site(2, "south", 5);
  EXPECT_NE(screen.ui.items.find_rect("verdict.scope"), nullptr);
}

TEST(FiguresOnScreen, OfTheCardsAreTheRunFiles) {
  const Recorded a = made_recording("workplace_week", "edf");
  PanelScreen screen(draw_kpi_cards, {1900, 90}, a.run);
  screen.hands.draw_frames(2);
  std::size_t compared = 0;
  for (const auto& [name, scale, unit, decimals] : {std::tuple{"peak_kw", 1.0, "kW", 1},
                                                    {"served_fraction", 100.0, "%", 1},
                                                    {"unmet_kwh", 1.0, "kWh", 1},
                                                    {"turned_away", 1.0, "", 0},
                                                    {"open_kwh", 1.0, "kWh", 1},
                                                    {"energy_delivered_kwh", 1.0, "kWh", 1},
                                                    {"sessions", 1.0, "", 0},
                                                    {"pv_self_use_fraction", 100.0, "%", 1},
                                                    {"storage_cycles", 1.0, "", 1},
                                                    {"co2_kg", 1.0, "kg", 0}}) {
    const std::string text = screen.ui.items.find_text(fmt::format("kpi.{}", name));
    if (text.empty()) continue;  // it says nothing there, or has no room
    ++compared;
    const double value =
        model::test::ask(a.file, fmt::format("SELECT value FROM kpi WHERE site IS NULL AND name = '{}'", name));
    EXPECT_EQ(text, figure_text(value * scale, unit, decimals)) << name;
  }
  EXPECT_EQ(screen.ui.items.find_text("kpi.total_cost"),
            money_text(screen.ui, *a.run,
                       model::test::ask(a.file,
                                        "SELECT sum(cost) FROM (SELECT sum(energy_cost) AS "
                                        "cost FROM meter UNION ALL SELECT sum(cost) FROM "
                                        "month)")));
  EXPECT_GE(compared, 6U);
}

}  // namespace
}  // namespace evtwin::viewer::ui
