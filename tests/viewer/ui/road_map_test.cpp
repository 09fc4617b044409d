// The road map of the corridor: what it says against the run file and against `evtwin roads traffic`.
#include "viewer/ui/road_map.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <tuple>

#include "panel_screen.hpp"
#include "viewer/support/made_runs.hpp"
#include "viewer/ui/figures.hpp"
#include "viewer/ui/story_screen.hpp"

namespace evtwin::viewer::ui {
namespace {

using kernel::hour_ns;
using test::PanelScreen;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string& corridor_file() {
  static const std::string file =
      testing::made_run(paths::source_dir + "/scenarios/corridor.lua", "--strategy edf --set failed=Lake");
  return file;
}
const model::RunPtr& corridor() {
  static const model::RunPtr run = model::read_run(corridor_file());
  return run;
}

nlohmann::json traffic() {
  const std::string command = fmt::format("'{}' roads traffic '{}/scenarios/corridor.lua' --set failed=Lake --json",
                                          paths::program, paths::source_dir);
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  std::string said;
  for (int c = 0; pipe != nullptr && (c = std::fgetc(pipe.get())) != EOF;) said += static_cast<char>(c);
  return nlohmann::json::parse(said);
}

double ask(const std::string& sql) {
  static const record::Database database(corridor_file(), SQLITE_OPEN_READONLY);
  record::Statement statement(database, sql);
  return statement.next_row() ? statement.column_real(0) : model::none;
}

TEST(RoadMap, NamesTheBottleneckThatTheRunFileAndTheTrafficHave) {
  PanelScreen screen(draw_road_map, {900, 420}, corridor());
  const nlohmann::json told = traffic();
  double wait_h = 0.0, longest_h = 0.0;
  std::string worst;
  for (const auto& station : told["stations"]) {
    if (station["wait_h"] <= wait_h) continue;
    wait_h = station["wait_h"];
    longest_h = station["longest_wait_h"];
    worst = station["station"];
  }
  EXPECT_EQ(worst, told["bottleneck"]);
  EXPECT_EQ(
      bottleneck_sentence(screen.ui, *corridor()),
      fmt::format("Bottleneck: {}, where {:.1f} of {:.1f} h of waiting are spent; the longest wait is {:.0f} min.",
                  worst, wait_h, told["wait_h"].get<double>(), 60.0 * longest_h));
  screen.ui.settings.language = Language::korean;
  EXPECT_THAT(bottleneck_sentence(screen.ui, *corridor()), HasSubstr(fmt::format("병목: {}. 전체 대기", worst)));
}

TEST(RoadMap, FiguresOfStationsAreThoseOfTheRunFileAtEveryInstant) {
  const model::Run& run = *corridor();
  PanelScreen screen(draw_road_map, {900, 420}, corridor());
  std::uint64_t waits = 0, closed = 0;
  for (TimeNs t = run.start_ns + hour_ns / 2; t < run.end_ns; t += 2 * hour_ns) {
    double charging = 0.0, waiting = 0.0;
    for (std::uint32_t s = 0; s < run.roads.stations.size(); ++s) {
      const model::RoadStation& station = run.roads.stations[s];
      const std::string at = fmt::format("station = {} AND arrive_ns <= {} AND ", s + 1, t);
      const double busy =
          ask(fmt::format("SELECT count(*) FROM road_visit WHERE {} begin_ns <= {} AND end_ns > {}", at, t, t));
      const double queue =
          ask(fmt::format("SELECT count(*) FROM road_visit WHERE {} coalesce(begin_ns, end_ns) > {}", at, t));
      const double price = ask(fmt::format(
          "SELECT price_per_kwh FROM road_price WHERE station = {} AND start_ns <= {} ORDER BY start_ns DESC", s + 1,
          t));
      const bool is_closed =
          ask(fmt::format("SELECT count(*) FROM road_closure WHERE station = {} AND start_ns <= {} AND end_ns > {}",
                          s + 1, t, t)) > 0.0;
      const std::vector<std::string> lines = road_station_lines(screen.ui, run, s, t);
      EXPECT_THAT(lines[1],
                  HasSubstr(fmt::format("{:.0f} of {} free, {:.0f} charging, {:.0f} waiting",
                                        is_closed ? 0.0 : station.chargers - busy, station.chargers, busy, queue)))
          << station.name;
      EXPECT_THAT(lines[1], HasSubstr(fmt::format(", {:.0f} KRW/kWh", price)));
      EXPECT_EQ(lines[1].find("out of service") != std::string::npos, is_closed);
      charging += busy;
      waiting += queue;
      closed += is_closed ? 1U : 0U;
    }
    waits += waiting > 0.0 ? 1U : 0U;
    const double driving = ask(fmt::format("SELECT count(*) FROM road_leg WHERE start_ns <= {} AND end_ns > {}", t, t));
    EXPECT_EQ(road_traffic_text(screen.ui, run, t),
              fmt::format("{:.0f} on the way, {:.0f} charging, {:.0f} waiting", driving, charging, waiting));
  }
  EXPECT_GT(waits, 0U) << "else nothing was compared";
  EXPECT_GT(closed, 0U);
}

TEST(RoadMap, FiguresOfTheWholeRunAreThoseOfTheTraffic) {
  const model::Run& run = *corridor();
  PanelScreen screen(draw_road_map, {900, 420}, corridor());
  const nlohmann::json told = traffic();
  ASSERT_EQ(told["stations"].size(), run.roads.stations.size());
  for (std::uint32_t s = 0; s < run.roads.stations.size(); ++s) {
    const auto& station = told["stations"][s];
    const std::vector<std::string> lines = road_station_lines(screen.ui, run, s, run.start_ns);
    EXPECT_THAT(lines[0], HasSubstr(station["station"].get<std::string>()));
    EXPECT_THAT(lines[2], HasSubstr(fmt::format("{} charged", station["visits"].get<int>())));
    EXPECT_THAT(lines[2],
                HasSubstr(fmt::format("({} in vain), mean {:.1f} min, longest {:.0f} min",
                                      station["waited_in_vain"].get<int>(), 60.0 * station["mean_wait_h"].get<double>(),
                                      60.0 * station["longest_wait_h"].get<double>())));
    EXPECT_EQ(lines[3], fmt::format("{}, {}", figure_text(station["kwh"].get<double>(), "kWh", 0),
                                    money_text(screen.ui, run, station["money"].get<double>())));
  }
}

// A click on a station selects it, in the table beside the map as on it; one that is a site brings the site.
TEST(RoadMap, AClickSelectsAStationAndItsSite) {
  PanelScreen screen(draw_road_map, {1100, 460}, corridor());
  screen.ui.time.seek_time(corridor()->start_ns + 18 * hour_ns);
  screen.hands.draw_frames(3);
  screen.hands.click_item("roads.station.Mill");
  ASSERT_NE(screen.ui.selection.road_station, no_row);
  EXPECT_EQ(corridor()->roads.stations[screen.ui.selection.road_station].name, "Mill");
  EXPECT_EQ(corridor()->sites[screen.ui.selection.site].name, "Mill");
  screen.hands.click_item("roads.row.Spa");
  EXPECT_EQ(corridor()->roads.stations[screen.ui.selection.road_station].name, "Spa");
  EXPECT_EQ(corridor()->sites[screen.ui.selection.site].name, "Mill") << "Spa is no site: the site stays";
  screen.hands.click_item("roads.row.Spa");
  EXPECT_EQ(screen.ui.selection.road_station, no_row);
}

TEST(RoadMap, StandsInThePlaceOfTheStageWhereThereAreRoads) {
  PanelScreen screen([](Ui& ui, ImVec2 size) { draw_story_screen(ui, size, false); }, {1200, 700}, corridor());
  screen.hands.draw_frames(3);
  EXPECT_FALSE(screen.ui.items.all_rects().contains("roads.picture"));
  screen.hands.click_item("face.roads");
  screen.hands.draw_frames(2);
  EXPECT_TRUE(screen.ui.items.all_rects().contains("roads.picture"));
  EXPECT_TRUE(screen.inside(screen.ui.items.all_rects().at("roads.picture")));
  screen.hands.click_item("face.stage");
  screen.hands.draw_frames(2);
  EXPECT_FALSE(screen.ui.items.all_rects().contains("roads.picture"));

  PanelScreen without([](Ui& ui, ImVec2 size) { draw_story_screen(ui, size, false); }, {1200, 700},
                      test::recorded("workplace_week", "edf").run);
  without.ui.show_roads = true;
  without.hands.draw_frames(3);
  EXPECT_FALSE(without.ui.items.all_rects().contains("face.roads"));
  EXPECT_FALSE(without.ui.items.all_rects().contains("roads.picture"));
}

// Two drivers are stranded at one place and one at another, an hour apart: put into a copy of the run file.
TEST(RoadMap, CountsAndShowsWhoIsStrandedByNow) {
  const record::test::Folder folder;
  const std::string file = folder / "stranded.evtwin";
  std::filesystem::copy_file(corridor_file(), file);
  const TimeNs noon = corridor()->start_ns + 12 * hour_ns;
  {
    const record::Database database(file, SQLITE_OPEN_READWRITE);
    for (const auto& [driver, node, at] :
         {std::tuple{3, 1, noon}, std::tuple{5, 1, noon + hour_ns}, std::tuple{9, 2, noon + 2 * hour_ns}})
      record::Statement(database, fmt::format("INSERT INTO road_stranded (driver, node, at_ns) VALUES ({}, {}, {})",
                                              driver, node, at))
          .next_row();
  }
  const model::RunPtr run = model::read_run(file);
  PanelScreen screen(draw_road_map, {900, 420}, run, corridor());
  const auto stranded_at = [&](const model::Run& one, TimeNs t) {
    const std::string text = road_traffic_text(screen.ui, one, t);
    const auto from = text.find(" waiting");
    return text.substr(from + 8);
  };
  EXPECT_EQ(stranded_at(*run, noon - 1), "");
  EXPECT_EQ(stranded_at(*run, noon), ", 1 stranded");
  EXPECT_EQ(stranded_at(*run, noon + hour_ns), ", 2 stranded");
  EXPECT_EQ(stranded_at(*run, run->end_ns), ", 3 stranded");
  EXPECT_EQ(stranded_at(*corridor(), run->end_ns), "");

  // Of two runs the map says whose it is, and the other is a click away.
  screen.hands.draw_frames(3);
  EXPECT_EQ(road_run(screen.ui), run.get());
  screen.hands.click_item("roads.run_b");
  EXPECT_EQ(road_run(screen.ui), corridor().get());
  screen.hands.click_item("roads.row.Mill");
  EXPECT_EQ(run->sites[screen.ui.selection.site].name, "Mill");
  screen.hands.click_item("roads.run_a");
  EXPECT_EQ(road_run(screen.ui), run.get());
  screen.ui.compare = Compare::b;
  EXPECT_EQ(road_run(screen.ui), corridor().get());

  // A run without roads has no map of its own beside one that has.
  PanelScreen beside(draw_road_map, {900, 420}, test::recorded("workplace_week", "edf").run, run);
  EXPECT_EQ(road_run(beside.ui), run.get());
  beside.ui.compare = Compare::a;
  EXPECT_FALSE(has_roads(beside.ui));
}

// Two stations at one place: both are to be seen, and to be chosen by a click.
TEST(RoadMap, StationsAtOnePlaceStandBesideEachOther) {
  model::Run run = *corridor();
  run.roads.stations[1].lat_deg = run.roads.stations[0].lat_deg;
  run.roads.stations[1].lon_deg = run.roads.stations[0].lon_deg;
  PanelScreen screen(draw_road_map, {900, 420}, std::make_shared<const model::Run>(std::move(run)));
  screen.hands.draw_frames(3);
  for (const std::uint32_t row : {0U, 1U}) {
    screen.hands.click_item("roads.station." + corridor()->roads.stations[row].name);
    EXPECT_EQ(screen.ui.selection.road_station, row);
  }
}

TEST(RoadMap, IsInsideAtAnySize) {
  for (const ImVec2 size : {ImVec2{280, 160}, ImVec2{700, 300}, ImVec2{1400, 420}, ImVec2{500, 800}}) {
    PanelScreen screen(draw_road_map, size, corridor());
    screen.ui.settings.language = Language::korean;
    screen.hands.draw_frames(3);
    std::size_t stations = 0;
    for (const auto& [name, rect] : screen.ui.items.all_rects()) {
      if (!name.starts_with("roads.station.")) continue;
      EXPECT_TRUE(screen.inside(rect)) << name << " at " << size.x << " x " << size.y;
      ++stations;
    }
    EXPECT_EQ(stations, corridor()->roads.stations.size());
  }
}

}  // namespace
}  // namespace evtwin::viewer::ui
