// A log by hand, the site made from it, and the twin on it.
#include "replay/replay.hpp"

#include <gmock/gmock.h>

#include "logged_site.hpp"
#include "support/paths.hpp"

namespace evtwin::replay {
namespace {

using evtwin::testing::eight_ns;
using evtwin::testing::LogWriter;
using evtwin::testing::minute;
using ::testing::HasSubstr;

Prepared prepared_from(const std::string& text) {
  ocpp::SiteLog log = ocpp::read_site_log_text("site.log", text);
  sessions::LogSessions sessions = sessions::sessions_of(log);
  PrepareRequest request;
  request.logs = {"site.log"};
  request.load.library_dir = paths::source_dir + "/scenarios/lib";
  return prepare_replay(request, std::move(log), std::move(sessions));
}

/// Ten minutes apart, constant power from `from` on.
void readings(LogWriter& log, kernel::TimeNs from, int count, const std::string& station, int transaction, double wh,
              double w) {
  for (int i = 0; i < count; ++i) log.reading(from + i * 10 * minute, station, transaction, wh + w * i / 6.0, w);
}

double energy_between(const std::vector<twin::PowerSegment>& power, kernel::TimeNs from, kernel::TimeNs to) {
  double kwh = 0.0;
  for (const twin::PowerSegment& s : power) {
    EXPECT_EQ(s.slope_kw_per_kwh, 0.0);
    const auto overlap = std::min(s.end_ns, to) - std::max(s.start_ns, from);
    if (overlap > 0) kwh += s.kw * static_cast<double>(overlap) / static_cast<double>(kernel::hour_ns);
  }
  return kwh;
}

TEST(Replay, ATransactionOfConstantPowerIsReproducedToTheSecond) {
  LogWriter log;
  log.status(eight_ns - 30 * minute, "A", "Preparing");
  log.start(eight_ns, "A", 1, 1000.0);
  readings(log, eight_ns, 13, "A", 1, 1000.0, 6000.0);
  log.stop(eight_ns + 120 * minute, "A", 1, 13000.0);
  log.status(eight_ns + 180 * minute, "A", "Available");
  const Prepared prepared = prepared_from(log.text());
  const ReplayResult result = replay(prepared);
  ASSERT_EQ(result.sessions.size(), 1U);
  EXPECT_NEAR(result.sessions[0].got_kwh, 12.0, 1e-9);
  ASSERT_EQ(result.power.size(), 1U);
  ASSERT_EQ(result.power[0].size(), 1U);
  EXPECT_EQ(result.power[0][0].start_ns, eight_ns) << "nothing before the transaction, though the car was there";
  EXPECT_NEAR(result.power[0][0].kw, 6.0, 1e-9);
  EXPECT_NEAR(static_cast<double>(result.power[0][0].end_ns - eight_ns) / static_cast<double>(minute), 120.0, 1e-6);
}

TEST(Replay, LimitsOfTheLogHoldFromTheVeryInstantOn) {
  LogWriter log;
  log.start(eight_ns, "A", 1, 0.0);
  readings(log, eight_ns, 6, "A", 1, 0.0, 6000.0);
  const kernel::TimeNs limited_ns = eight_ns + 50 * minute + 13 * kernel::second_ns;
  log.limit(limited_ns, "A", 1, 3000.0);
  readings(log, eight_ns + 60 * minute, 6, "A", 1, 5511.0, 3000.0);
  log.stop(eight_ns + 120 * minute, "A", 1, 8511.0);
  const ReplayResult result = replay(prepared_from(log.text()));
  ASSERT_EQ(result.power[0].size(), 2U);
  EXPECT_EQ(result.power[0][0].end_ns, limited_ns);
  EXPECT_NEAR(result.power[0][0].kw, 6.0, 0.03);
  EXPECT_NEAR(result.power[0][1].kw, 3.0, 1e-9);
}

TEST(Replay, CarsThatChargeAtTheSameTimeShareTheStationsLimit) {
  LogWriter log;
  log.start(eight_ns, "A", 1, 0.0);
  log.start(eight_ns + 60 * minute, "B", 2, 0.0);
  log.stop(eight_ns + 120 * minute, "B", 2, 3000.0);
  log.stop(eight_ns + 180 * minute, "A", 1, 9000.0);
  ocpp::SiteLog read = ocpp::read_site_log_text("site.log", log.text());
  for (ocpp::Transaction& t : read.transactions) {
    if (t.station == "B") t.evse = 2;
    t.station = "A";
  }
  ocpp::ProfileCommand command;
  command.time_ns = eight_ns;
  command.station = "A";
  command.profile.emplace();
  command.profile->purpose = ocpp::ProfilePurpose::station_max;
  command.profile->schedule.unit = ocpp::RateUnit::watt;
  command.profile->schedule.start_ns = eight_ns;
  command.profile->schedule.periods.push_back({0, 6000.0});
  read.profiles = {command};
  sessions::LogSessions sessions = sessions::sessions_of(read);
  PrepareRequest request;
  request.logs = {"site.log"};
  const Prepared prepared = prepare_replay(request, std::move(read), std::move(sessions));
  const LoggedLimits limits = logged_limits(prepared.log, prepared.sessions.sessions, world_of(prepared));
  ASSERT_EQ(limits.size(), 2U);
  const std::vector<LimitStep> first{
      {eight_ns, 6.0}, {eight_ns + 60 * minute, 3.0}, {eight_ns + 120 * minute, 6.0}, {eight_ns + 180 * minute, 0.0}};
  EXPECT_EQ(limits[0], first);
  EXPECT_EQ(limits[1], (std::vector<LimitStep>{{eight_ns + 60 * minute, 3.0}, {eight_ns + 120 * minute, 0.0}}));
}

TEST(Replay, WhileTheStationSuspendsNothingFlows) {
  LogWriter log;
  log.start(eight_ns, "A", 1, 0.0);
  log.status(eight_ns, "A", "Charging");
  readings(log, eight_ns, 7, "A", 1, 0.0, 6000.0);
  log.status(eight_ns + 60 * minute, "A", "SuspendedEVSE");
  log.status(eight_ns + 90 * minute, "A", "Charging");
  readings(log, eight_ns + 90 * minute, 7, "A", 1, 6000.0, 6000.0);
  log.stop(eight_ns + 150 * minute, "A", 1, 12000.0);
  const ReplayResult result = replay(prepared_from(log.text()));
  EXPECT_EQ(energy_between(result.power[0], eight_ns + 60 * minute, eight_ns + 90 * minute), 0.0);
  EXPECT_NEAR(result.sessions[0].got_kwh, 12.0, 1e-9);
}

TEST(Replay, ACarThatWaitsForItsStationGetsNothingUntilItCharges) {
  LogWriter log;
  log.status(eight_ns, "A", "Preparing");
  log.start(eight_ns, "A", 1, 0.0);
  log.status(eight_ns + 60 * minute, "A", "Charging");
  readings(log, eight_ns + 60 * minute, 7, "A", 1, 0.0, 6000.0);
  log.status(eight_ns + 120 * minute, "A", "SuspendedEV");
  log.stop(eight_ns + 180 * minute, "A", 1, 6000.0);
  const ReplayResult result = replay(prepared_from(log.text()));
  ASSERT_EQ(result.power[0].size(), 1U);
  EXPECT_EQ(result.power[0][0].start_ns, eight_ns + 60 * minute);
  EXPECT_NEAR(result.sessions[0].got_kwh, 6.0, 1e-9);
}

TEST(Replay, AStationThatSaysSuspendedWhileItsRegisterCountsIsNotBelieved) {
  LogWriter log;
  log.start(eight_ns, "A", 1, 0.0);
  log.status(eight_ns + 10 * minute, "A", "SuspendedEVSE");
  readings(log, eight_ns, 13, "A", 1, 0.0, 6000.0);
  log.stop(eight_ns + 120 * minute, "A", 1, 12000.0);
  const ReplayResult result = replay(prepared_from(log.text()));
  EXPECT_NEAR(result.sessions[0].got_kwh, 12.0, 1e-9);
}

TEST(Replay, TheSameLogGivesTheSameHash) {
  LogWriter log;
  for (int i = 0; i < 20; ++i) {
    const kernel::TimeNs at = eight_ns + i * 90 * minute;
    log.start(at, i % 2 == 0 ? "A" : "B", i, 1000.0 * i);
    log.stop(at + 60 * minute, i % 2 == 0 ? "A" : "B", i, 1000.0 * i + 3000.0);
  }
  EXPECT_EQ(replay(prepared_from(log.text())).result.event_hash, replay(prepared_from(log.text())).result.event_hash);
}

TEST(PlausibleSite, IsALuaFileThatTellsWhatWasAssumedAndWhatWasSeen) {
  LogWriter log;
  log.start(eight_ns, "A", 1, 0.0);
  readings(log, eight_ns, 13, "A", 1, 0.0, 10500.0);
  log.stop(eight_ns + 120 * minute, "A", 1, 21000.0);
  log.start(eight_ns, "B", 2, 0.0);
  readings(log, eight_ns, 13, "B", 2, 0.0, 45000.0);
  log.stop(eight_ns + 120 * minute, "B", 2, 90000.0);
  const Prepared prepared = prepared_from(log.text());
  EXPECT_THAT(prepared.site_text, HasSubstr(R"(evses = { "A-1" }, max_a = 16, phases = 3 },  -- 10.5 kW seen)"));
  EXPECT_THAT(prepared.site_text, HasSubstr(R"(evses = { "B-1" }, kind = "dc", kw = 50 },  -- 45.0 kW seen)"));
  EXPECT_THAT(prepared.site_text, HasSubstr("start = \"2025-06-02\", days = 1"));
  bool voltage = false;
  for (const Assumption& a : prepared.assumptions) {
    EXPECT_FALSE(a.what_ko.empty() || a.value_ko.empty()) << a.what;
    voltage = voltage || a.what.find("voltage") != std::string::npos;
  }
  EXPECT_TRUE(voltage);
  scenario::LoadOptions alone;
  alone.text = prepared.site_text;
  EXPECT_EQ(scenario::load_scenario("site.lua", alone).world.sites.front().evses.size(), 2U);
}

TEST(PlausibleSite, HostileNamesOfStationsMakeASoundFile) {
  for (const char* name :
       {"\" }, os.execute('x') --", "A\\", "]]--", "a\x7f\x1b[2J", "\u202e\u0627", "%s%n", "' or 1=1;--"}) {
    LogWriter log;
    log.start(eight_ns, "STATION", 1, 0.0);
    log.stop(eight_ns + 60 * minute, "STATION", 1, 5000.0);
    ocpp::SiteLog read = ocpp::read_site_log_text("site.log", log.text());
    for (auto& t : read.transactions) t.station = name;
    for (auto& s : read.stations) s.id = name;
    sessions::LogSessions sessions = sessions::sessions_of(read);
    PrepareRequest request;
    request.logs = {"site.log"};
    const Prepared prepared = prepare_replay(request, std::move(read), std::move(sessions));
    EXPECT_EQ(prepared.sessions.sessions.size(), 1U) << name;
    EXPECT_EQ(replay(prepared).sessions[0].got_kwh, 5.0) << name;
  }
}

TEST(Prepare, ALogWithoutAWholeTransactionIsRefusedInWords) {
  LogWriter log;
  log.start(eight_ns, "A", 1, 0.0);
  try {
    prepared_from(log.text());
    FAIL() << "accepted";
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("no whole transaction to replay (1 in all)"));
  }
}

}  // namespace
}  // namespace evtwin::replay
