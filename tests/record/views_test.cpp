// The views answer the usual questions in one line, in the sqlite3 shell as well as here.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdio>
#include <memory>

#include "control/forecast_model.hpp"
#include "record/reader.hpp"
#include "sample_run.hpp"

namespace evtwin::record::test {
namespace {

// What the sqlite3 shell prints for one line of SQL; columns are separated by "|".
std::string shell(const std::string& file, const std::string& sql) {
  const std::string command = "sqlite3 -readonly '" + file + "' \"" + sql + "\" 2>&1";
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command.c_str(), "r"), ::pclose);
  std::string text;
  std::array<char, 512> part{};
  while (std::fgets(part.data(), static_cast<int>(part.size()), pipe.get()) != nullptr) text += part.data();
  return text;
}

class Views : public ::testing::Test {
 protected:
  void SetUp() override {
    if (std::system("command -v sqlite3 > /dev/null") != 0) GTEST_SKIP() << "the sqlite3 shell is not installed";
    write_sample(file_);
  }
  std::string ask(const std::string& sql) const { return shell(file_, sql); }

  Folder folder_;
  std::string file_ = folder_ / "run.evtwin";
};

TEST_F(Views, CostPerDayFollowsTheLocalDayOf25Hours) {
  EXPECT_EQ(ask("SELECT site, day, energy_cost, import_kwh FROM cost_per_day"),
            "depot|2025-10-25|0.5|2.0\n"
            "depot|2025-10-26|1.25|5.0\n");
}

// Two roads there and back. At the spa car 1 charges from 1 h on and car 2 waits from 2 h to 3 h, charges until 5 h;
// car 3 waits from 4 h to 6 h in vain, and car 1 goes at 3 h.
TEST_F(Views, RoadsAreKeptWithWhoDroveWaitedAndChargedThere) {
  for (const char* table : {"road_node", "road", "road_station", "road_price", "road_closure", "road_visit",
                            "road_way_part", "road_leg", "road_stranded"})
    EXPECT_EQ(ask(std::string("SELECT count(*) FROM ") + table), "0\n") << table;
  auto roads = std::make_shared<twin::RoadRecord>();
  const kernel::TimeNs hour_ns = kernel::hour_ns;
  roads->nodes = {{"north", 37.5, 127.0}, {"south", 36.0, 128.0}};
  roads->roads = {{0, 1, 200.0, 100.0, 0.01}, {1, 0, 200.0, 100.0, -0.01}};
  roads->stations = {{"Depot", 1, 36.0, 128.0, 0, "ours", true, 100.0, 2},
                     {"Spa", 0, 37.5, 127.0, -1, "", false, 50.0, 1}};
  roads->prices = {{0, 10, 350.0}, {1, 10, 250.0}, {1, 20, 300.0}};
  roads->closures = {{1, 6 * hour_ns, 7 * hour_ns}};
  roads->visits = {{1, 0, hour_ns, hour_ns, 3 * hour_ns, 20.0, 5000.0},
                   {1, 1, 2 * hour_ns, 3 * hour_ns, 5 * hour_ns, kernel::unknown, kernel::unknown},
                   {1, 2, 4 * hour_ns, kernel::time_never, 6 * hour_ns, kernel::unknown, kernel::unknown}};
  roads->ways = {{0}, {1, 0}};
  roads->legs = {{0, 0, 0, hour_ns}, {1, 1, 10, 4 * hour_ns}};
  roads->stranded = {{1, 0, 4 * hour_ns}};
  Origin origin;
  origin.roads = roads;
  const twin::World world = sample_world();
  const std::string file = folder_ / "roads.evtwin";
  RunWriter writer(file, world, sample_strategy(), origin);
  feed(writer, world);
  writer.finish(sample_result(), sample_kpis(), 0.125);

  EXPECT_EQ(shell(file, "SELECT * FROM road_node"), "1|north|37.5|127.0\n2|south|36.0|128.0\n");
  EXPECT_EQ(shell(file, "SELECT * FROM road"), "1|1|2|200.0|100.0|0.01\n2|2|1|200.0|100.0|-0.01\n");
  EXPECT_EQ(shell(file, "SELECT * FROM road_station"),
            "1|Depot|2|36.0|128.0|1|ours|1|100.0|2\n2|Spa|1|37.5|127.0|||0|50.0|1\n");
  EXPECT_EQ(shell(file, "SELECT * FROM road_price"), "1|1|10|350.0\n2|2|10|250.0\n3|2|20|300.0\n");
  EXPECT_EQ(shell(file, "SELECT station, start_ns / 3600000000000, end_ns / 3600000000000 FROM road_closure"),
            "2|6|7\n");
  EXPECT_EQ(shell(file, "SELECT way, road FROM road_way_part"), "1|1\n2|2\n2|1\n");
  EXPECT_EQ(shell(file, "SELECT * FROM road_leg"), "1|1|1|0|3600000000000\n2|2|2|10|14400000000000\n");
  EXPECT_EQ(
      shell(file, "SELECT driver, name, at_ns / 3600000000000 FROM road_stranded s JOIN road_node n ON n.id = node"),
      "2|north|4\n");
  EXPECT_EQ(shell(file, "SELECT station, start_ns / 3600000000000, charging, waiting FROM road_station_use"),
            "Spa|1|1|0\nSpa|2|1|1\nSpa|3|1|0\nSpa|4|1|1\nSpa|5|0|1\nSpa|6|0|0\n");
  EXPECT_EQ(
      shell(file, "SELECT station, visits, in_vain, wait_h, mean_wait_h, longest_wait_h, kwh FROM road_station_wait"),
      "Spa|2|1|3.0|1.0|2.0|20.0\nDepot|0|0|0.0|0.0|0.0|0.0\n");
  EXPECT_EQ(shell(file, "PRAGMA foreign_key_check"), "");
}

TEST_F(Views, PeakPerMonthIsTheHighestMeanOfAMeteringWindow) {
  EXPECT_EQ(ask("SELECT * FROM peak_per_month"), "depot|2025-10|12.0|12.5\n");
  // 3 kWh in a window: 12 kW where it is 15 min long, 6 where it is 30, 3 where it is 60.
  for (const auto& [minutes, kw] : {std::pair{30, "6.0\n"}, std::pair{60, "3.0\n"}}) {
    twin::World world = sample_world();
    world.sites[0].tariff.demand.window_ns = minutes * kernel::minute_ns;
    const std::string file = folder_ / (std::to_string(minutes) + ".evtwin");
    RunWriter writer(file, world, sample_strategy());
    feed(writer, world);
    writer.finish(sample_result(), sample_kpis(), 0.125);
    EXPECT_EQ(shell(file, "SELECT peak_kw FROM peak_per_month"), kw);
    EXPECT_EQ(shell(file, "SELECT max(peak_kw) FROM party_per_day"), kw);
    EXPECT_EQ(shell(file, "SELECT metering_window_ns / 60000000000 FROM site"), std::to_string(minutes) + "\n");
  }
}

TEST_F(Views, EveryForecasterOfTheRunIsNamed) {
  twin::World world = sample_world();
  control::SiteForecast& rules = world.sites[0].forecast;
  const auto source = [](const char* label, const char* file, const char* digest) {
    return std::make_shared<const control::ForecastSource>(label, [=] {
      return control::ForecastSource::Found{{}, file, digest};
    });
  };
  using Kind = control::Forecast::Kind;
  rules.pv = {Kind::model, 0.0, 0.0, source("lua", "", "")};
  rules.load = {Kind::model, 0.0, 0.0, source("sarima:fit_days=14", "forecast.so", "00ff")};
  rules.arrivals = {Kind::noisy, 0.125, 0.25};
  rules.period_ns = kernel::hour_ns;
  rules.history_days = 21;
  const std::string file = folder_ / "forecasters.evtwin";
  {
    RunWriter writer(file, world, sample_strategy());
    feed(writer, world);
    writer.finish(sample_result(), sample_kpis(), 0.125);
  }
  EXPECT_EQ(shell(file,
                  "SELECT id, site, quantity, rule, forecaster, plugin_file, plugin_digest, bias, std, period_ns, "
                  "history_days FROM forecast"),
            "1|1|pv|forecaster|lua|||||3600000000000|21\n"
            "2|1|load|forecaster|sarima:fit_days=14|forecast.so|00ff|||3600000000000|21\n"
            "3|1|arrivals|noisy||||0.125|0.25||\n"
            "4|1|price|perfect|||||||\n");
  EXPECT_EQ(read_summary(file).forecasts,
            (std::vector<ForecastRule>{{"depot", "pv", "lua every 60 min", ""},
                                       {"depot", "load", "sarima:fit_days=14 every 60 min", "00ff"},
                                       {"depot", "arrivals", "noisy (bias 0.125, std 0.25)", ""},
                                       {"depot", "price", "perfect", ""}}));
  EXPECT_EQ(check_run_file(file), std::vector<std::string>{});
}

TEST_F(Views, SessionSummaryShowsLocalTimes) {
  EXPECT_EQ(ask("SELECT session, evse, ended, arrived, departed, wanted_kwh, round(got_kwh + unmet_kwh, 9), cost FROM "
                "session_summary"),
            "s1|A-1|departed|2025-10-25T00:00:00|2025-10-26T23:00:00|15.0|15.0|3.25\n"
            "s'2\";--||turned_away|2025-10-25T01:00:00|2025-10-25T01:00:00|0.0|0.0|0.0\n");
}

TEST_F(Views, PowerSegmentGivesBothEndsOfATaper) {
  // 8 kW, then 8 x exp(-1) = 2.943 kW after an hour of taper at 1/h.
  EXPECT_EQ(ask("SELECT unit, session, start, kw, round(kw_end, 3) FROM power_segment"),
            "A-1|1|2025-10-25T00:00:00|8.0|8.0\n"
            "A-1|1|2025-10-25T01:00:00|8.0|2.943\n"
            "battery||2025-10-25T00:00:00|-2.0|-2.0\n");
}

TEST_F(Views, PowerAtAnyInstantIsOneLine) {
  // Half an hour into the taper: 8 x exp(-0.5) = 4.852 kW.
  const std::string instant = std::to_string(sample_world().start_ns + 3 * kernel::hour_ns / 2);
  EXPECT_EQ(ask("SELECT unit, round(kw * exp(slope_kw_per_kwh * (" + instant +
                " - start_ns) / 3600e9), 3) FROM power_segment "
                "WHERE " +
                instant + " >= start_ns AND " + instant + " < end_ns"),
            "A-1|4.852\n");
}

TEST_F(Views, CorrectionsAreCountedByReason) {
  EXPECT_EQ(ask("SELECT reason, times, kw_taken FROM corrections_by_reason"), "limit|1|2.0\nunavoidable|1|2.0\n");
}

TEST_F(Views, SetpointsAreRowsWhenTheyChange) {
  EXPECT_EQ(ask("SELECT decision, evse, storage, kw FROM setpoint"), "1|1||8.0\n1||1|-2.0\n3|2||3.5\n3||1|0.0\n");
}

TEST_F(Views, WhatDoesNotApplyIsNull) {
  EXPECT_EQ(ask("SELECT count(*) FROM signal WHERE kind = 'export_limit_kw' AND value IS NULL"), "1\n");
  EXPECT_EQ(ask("SELECT name FROM kpi WHERE value IS NULL"), "pv_self_use_fraction\n");
  EXPECT_EQ(ask("SELECT number, evse, plugged_in_ns, soc_start FROM session WHERE id = 2"), "|||\n");
}

TEST_F(Views, TheFileIdentifiesItselfAndItsReferencesHold) {
  EXPECT_EQ(ask("PRAGMA application_id"), "1163285591\n");  // "EVTW"
  EXPECT_EQ(ask("PRAGMA user_version"), std::to_string(schema_version) + "\n");
  EXPECT_EQ(ask("PRAGMA journal_mode"), "delete\n");
  EXPECT_EQ(ask("PRAGMA foreign_key_check"), "");
  EXPECT_EQ(ask("PRAGMA integrity_check"), "ok\n");
}

}  // namespace
}  // namespace evtwin::record::test
