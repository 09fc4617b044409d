// Whole screens against their golden images; and what happens to a file that is open.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "viewer/shell_headless/headless.hpp"
#include "viewer/support/golden.hpp"
#include "viewer/support/run_files.hpp"

namespace evtwin::viewer {
namespace {

/// Runs of fixed names in a folder of its own; the screen shows file names, not folders.
class Screen : public testing::WithRuns {
 protected:
  ui::Options options(const std::string& file) const {
    ui::Options chosen;
    chosen.files = {file};
    chosen.language = "en";
    chosen.theme = "light";
    return chosen;
  }
  /// One EVSE for a day, and one visit or none.
  std::string one_evse(const std::string& arrivals) {
    const std::string scenario = write("one.lua", R"(return scenario {
  name = "one EVSE", start = "2026-06-01", days = 1, timezone = "Asia/Seoul", seed = 1,
  vehicles = { { name = "Kona", battery_kwh = 64, ac_kw = 7.2, ac_phases = 1 } },
  site { tariff = { name = "flat", currency = "KRW", source = "made up",
                    periods = { { from = "00:00", to = "24:00", price_per_kwh = 150 } } },
         stations = { { name = "A", evses = 1, kw = 7 } } },
)" + arrivals + "strategy = \"asap\" }\n");
    const Said said = run({"run", scenario, "--out", path("one.evtwin")});
    EXPECT_EQ(said.status, 0) << said.err;
    return path("one.evtwin");
  }
  static void expect_screen(const ui::Options& chosen, const std::string& name) {
    shell::Headless screen(chosen, 960, 600);
    EXPECT_EQ(screen.app().trouble_text(), "");
    screen.draw_frames(6);
    testing::expect_golden(screen.take_picture(), name);
  }
};

class Golden : public Screen {
 protected:
  void SetUp() override {
    if (!testing::has_golden_font()) GTEST_SKIP() << "the goldens need " << testing::golden_font << " as of 2020-05-06";
  }
};

TEST_F(Golden, WeekInEnglishOnLight) {
  auto chosen = options(run_of("workplace_week.lua"));
  chosen.t = "2026-06-02T10:00";
  expect_screen(chosen, "week_en_light");
}

TEST_F(Golden, WeekInKoreanOnDark) {
  auto chosen = options(run_of("workplace_week.lua"));
  chosen.t = "2026-06-02T10:00";
  chosen.language = "ko";
  chosen.theme = "dark";
  chosen.select = "A-2";
  expect_screen(chosen, "week_ko_dark");
}

TEST_F(Golden, VehicleToGrid) { expect_screen(options(run_of("dc_v2g.lua")), "v2g"); }

TEST_F(Golden, TwoRunsUnderOneCursor) {
  auto chosen = options(run_of("workplace_week.lua", {"--strategy", "asap"}));
  chosen.files.push_back(run_of("workplace_week.lua", {}, "b.evtwin"));
  expect_screen(chosen, "two_runs");
}

TEST_F(Golden, OneEvseAndOneSession) {
  expect_screen(options(one_evse(R"(arrivals = bookings { { id = "van", vehicle = "Kona", arrive = "2026-06-01T09:00",
    leave = "2026-06-01T17:00", soc = 0.2, target = 0.8, evse = "A-1" } },
)")),
                "one_session");
}

TEST_F(Golden, NoSession) {
  expect_screen(options(one_evse("arrivals = arrivals.poisson { per_hour = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, "
                                 "0, 0, 0, 0, 0, 0, 0, 0, 0, 0 "
                                 "},\n  energy_kwh = 10, stay_h = 5 },\n")),
                "no_session");
}

/// A day at a site of so many EVSEs, with everything that flows.
std::string site_of(int evses) {
  return fmt::format(R"(return scenario {{
  name = "{0} EVSEs", start = "2026-06-01", days = 1, timezone = "Asia/Seoul", seed = 1,
  vehicles = {{ {{ name = "Kona", battery_kwh = 64, ac_kw = 7.2, ac_phases = 1 }} }},
  site {{ contract_kw = {1}, load = {0}, pv = {{ peak_kw = {1}, profile = {{ 0, 0, 0, 0, 0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.45,
           0.5, 0.5, 0.5, 0.45, 0.4, 0.3, 0.2, 0.1, 0.05, 0, 0, 0, 0 }} }},
         storage = {{ kwh = {1}, kw = {0}, soc_start = 0.5 }}, storage_policy = "self_consumption",
         tariff = {{ name = "flat", currency = "KRW", source = "made up",
                    periods = {{ {{ from = "00:00", to = "24:00", price_per_kwh = 150 }} }} }},
         stations = {{ {{ name = "A", evses = {0}, kw = 7 }} }} }},
  arrivals = arrivals.poisson {{ per_hour = {2}, energy_kwh = 14, stay_h = 5 }},
  strategy = "asap" }}
)",
                     evses, 4 * evses, 0.25 * evses);
}

/// The stage at half past ten.
void expect_stage(ui::Options chosen, const std::string& name) {
  chosen.layout = "stakeholder";
  chosen.t = chosen.files.size() > 1 ? "2026-06-02T10:30" : "2026-06-01T10:30";
  shell::Headless screen(chosen, 1280, 800);
  ASSERT_EQ(screen.app().trouble_text(), "");
  screen.draw_frames(6);
  testing::expect_golden(screen.take_picture(), name);
}

TEST_F(Golden, TheStageAtFourEvses) {
  run({"run", write("4.lua", site_of(4)), "--out", path("4.evtwin")});
  expect_stage(options(path("4.evtwin")), "stage_4");
}

TEST_F(Golden, TheStageAt24Evses) {
  run({"run", write("24.lua", site_of(24)), "--out", path("24.evtwin")});
  expect_stage(options(path("24.evtwin")), "stage_24");
}

TEST_F(Golden, TheStageAt200Evses) {
  run({"run", write("200.lua", site_of(200)), "--out", path("200.evtwin")});
  expect_stage(options(path("200.evtwin")), "stage_200");
}

TEST_F(Golden, TheStageOfTwoRuns) {
  auto chosen = options(run_of("workplace_week.lua", {"--strategy", "asap"}));
  chosen.files.push_back(run_of("workplace_week.lua", {}, "b.evtwin"));
  expect_stage(chosen, "stage_two_runs");
}

TEST_F(Golden, TheRoadsOfAHolidayWeekend) {
  auto chosen = options(run_of("corridor.lua"));
  chosen.layout = "stakeholder";
  chosen.t = "2026-09-25T18:00";
  chosen.open = "roads";
  expect_screen(chosen, "roads");
}

/// The reward is written into the run file as that of a policy: who decided is not looked at.
TEST_F(Golden, TheRewardOfAPolicyByDay) {
  const std::string file = run_of("workplace_week.lua");
  tamper(file,
         "INSERT INTO reward_part VALUES (1, 'boa-fe', 1, 'energy_cost', -1), (2, 'boa-fe', 1, 'demand_charge', -1), "
         "(3, 'boa-fe', 1, 'satisfaction', 1000), (4, 'boa-fe', 1, 'storage_cycles', -1000), "
         "(5, 'boa-fe', 1, 'clipped', -5)");
  shell::Headless screen(options(file), 960, 600);
  screen.draw_frames(6);
  screen.click_item("tab.reward");
  screen.draw_frames(6);
  testing::expect_golden(screen.take_picture(), "reward");
}

TEST_F(Golden, AScreenComesOutTheSameInEveryFrame) {
  shell::Headless screen(options(run_of("dc_v2g.lua")), 960, 600);
  screen.draw_frames(6);
  const shell::Image first = screen.take_picture();
  screen.draw_frames(20);
  EXPECT_EQ(screen.take_picture().rgba, first.rgba);
}

TEST_F(Screen, StaysWhenItsFileIsDeleted) {
  const std::string file = run_of("dc_v2g.lua");
  shell::Headless screen(options(file), 960, 600);
  screen.draw_frames();
  const model::Run* before = screen.ui().run_a();
  ASSERT_NE(before, nullptr);
  const std::size_t sessions = before->sessions.size();
  ASSERT_TRUE(std::filesystem::remove(file));
  screen.app().ui().runs[0].feed->reload_file();
  screen.app().poll_runs(true);
  screen.draw_frames();
  ASSERT_NE(screen.ui().run_a(), nullptr);
  EXPECT_EQ(screen.ui().run_a()->sessions.size(), sessions);
  EXPECT_THAT(screen.app().trouble_text(), ::testing::HasSubstr("was deleted or moved away"));
}

TEST_F(Screen, OfAFileThatCanNotBeShownSaysWhyAndGoesOn) {
  shell::Headless screen(options(write("text.evtwin", "no run")), 960, 600);
  screen.draw_frames();
  EXPECT_EQ(screen.ui().run_a(), nullptr);
  EXPECT_THAT(screen.app().trouble_text(), ::testing::HasSubstr("not an evtwin run file"));
  screen.press_key('T');
  screen.play_script("key K; key space; frames 3");
}

}  // namespace
}  // namespace evtwin::viewer
