// Runs written as logs: valid by OCPP's own schemas, whole in energy, with the faults that were asked for and no
// others.
#include "replay/ocpp_log_writer.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "market/calendar.hpp"
#include "replay/json_schema.hpp"
#include "replay/small_run.hpp"
#include "support/paths.hpp"

namespace evtwin::replay {
namespace {

using Json = nlohmann::json;
using kernel::hour_ns;
using kernel::minute_ns;

TimeNs at(const std::string& text) { return market::parse_instant(text, market::Calendar()); }

struct Frame {
  std::string station, action, time;  // an answer's action: of its call
  Json payload;
  bool call = true;
};

// Read by rules of its own: layout csv, without evtwin's reader.
std::vector<Frame> frames_of(const RecordedRun& run, OcppLogOptions options, OcppLogSummary* summary = nullptr) {
  options.layout = LogLayout::csv;
  std::string log;
  const OcppLogSummary wrote =
      write_ocpp_log(run, options, [&](const std::string&, std::string_view text) { log += text; });
  if (summary != nullptr) *summary = wrote;
  std::istringstream lines(log);
  std::string line;
  std::getline(lines, line);
  EXPECT_EQ(line.rfind("# made by evtwin", 0), 0U);
  std::getline(lines, line);
  EXPECT_EQ(line, "timestamp,id,action,msg");
  std::vector<Frame> frames;
  std::map<std::string, std::string> actions;
  while (std::getline(lines, line)) {
    Frame frame;
    std::istringstream cells(line);
    std::getline(cells, frame.time, ',');
    std::getline(cells, frame.station, ',');
    std::getline(cells, frame.action, ',');
    std::string cell, text;
    std::getline(cells, cell);
    for (std::size_t i = 1; i + 1 < cell.size(); ++i) {
      text += cell[i];
      if (cell[i] == '"') ++i;
    }
    const Json json = Json::parse(text);
    frame.call = json[0] == 2;
    const auto id = json[1].get<std::string>();
    if (frame.call) {
      EXPECT_EQ(json[2], frame.action);
      EXPECT_TRUE(actions.emplace(id, frame.action).second) << "an id twice";
    }
    frame.action = actions.at(id);
    frame.payload = json[frame.call ? 3 : 2];
    frames.push_back(std::move(frame));
  }
  return frames;
}

std::vector<Json> calls(const std::vector<Frame>& frames, const std::string& action, const std::string& station = "") {
  std::vector<Json> found;
  for (const Frame& frame : frames) {
    if (frame.call && frame.action == action && (station.empty() || frame.station == station))
      found.push_back(frame.payload);
  }
  return found;
}

std::vector<std::string> statuses(const std::vector<Frame>& frames, const std::string& station, int connector) {
  std::vector<std::string> found;
  for (const Json& status : calls(frames, "StatusNotification", station)) {
    if (status["connectorId"] == connector) found.push_back(status["status"]);
  }
  return found;
}

TEST(OcppLogWriter, EveryFrameIsValidByTheSchemasOfItsVersion) {
  const std::string schemas = paths::shared_dir + "/ocpp/schemas";
  if (!std::filesystem::exists(schemas)) GTEST_SKIP() << "skipped: no OCPP schemas in " << paths::shared_dir;
  const RecordedRun run = small_run();
  for (const auto version : {ocpp::Version::v16, ocpp::Version::v201}) {
    OcppLogOptions options;
    options.version = version;
    options.electrical = options.on_change = options.ac_soc = true;
    options.heartbeat_s = 600;
    options.faults = log_faults(
        std::vector<std::string>{"offline=A,2026-06-01T08:30,2026-06-01T09:30", "refused=A-2,2026-06-01T15:00,STOLEN"},
        run);
    std::set<std::string> seen;
    for (const Frame& frame : frames_of(run, options)) {
      const bool is_16 = version == ocpp::Version::v16;
      const std::string kind = frame.call ? (is_16 ? "" : "Request") : "Response";
      std::ifstream file(schemas + (is_16 ? "/v16/" : "/v201/") + frame.action + kind + ".json");
      ASSERT_TRUE(file.is_open()) << frame.action;
      const testing::JsonSchema schema(Json::parse(file));
      EXPECT_EQ(schema.problem(frame.payload), "") << frame.action << " " << frame.payload;
      seen.insert(frame.action);
    }
    EXPECT_EQ(seen.size(), version == ocpp::Version::v16 ? 8U : 6U);
  }
}

TEST(OcppLogWriter, RegistersRiseByWhatFlowedAndGoOnFromSessionToSession) {
  OcppLogOptions options;
  options.meter_start_kwh = 1000.0;
  OcppLogSummary summary;
  const auto frames = frames_of(small_run(), options, &summary);
  const auto starts = calls(frames, "StartTransaction"), stops = calls(frames, "StopTransaction");
  ASSERT_EQ(starts.size(), 4U);
  ASSERT_EQ(stops.size(), 3U);
  EXPECT_EQ(starts[0]["meterStart"], 1'000'000);
  EXPECT_EQ(stops[1]["transactionId"], 1);
  EXPECT_EQ(stops[1]["meterStop"], 1'010'500);
  EXPECT_EQ(starts[2]["meterStart"], 1'010'500);
  EXPECT_EQ(starts[2]["idTag"], "kim") << "the tag ends before '#'";
  EXPECT_EQ(stops[2]["meterStop"], 1'017'500);
  EXPECT_EQ(stops[0]["meterStop"], 1'007'000) << "what was discharged counts in a register of its own";
  EXPECT_EQ(stops[0]["transactionData"][0]["sampledValue"][1]["value"], "1000");
  EXPECT_EQ(summary.transactions, 4U);
  EXPECT_EQ(summary.open, 1U);
  EXPECT_EQ(summary.discharge_limits, 1U);
  EXPECT_DOUBLE_EQ(summary.energy_kwh, 10.5 + 7.0 + 7.0 + 3.0);
}

TEST(OcppLogWriter, MetersShowRegisterPowerAndSocOfTheInstant) {
  OcppLogOptions options;
  options.sample_s = 900.0;
  options.electrical = options.ac_soc = true;
  const auto values = calls(frames_of(small_run(), options), "MeterValues");
  // kim#1: 15 samples in 4 h, the last instant belongs to the stop.
  std::vector<Json> of_kim;
  for (const Json& value : values) {
    if (value["transactionId"] == 1) of_kim.push_back(value["meterValue"][0]);
  }
  ASSERT_EQ(of_kim.size(), 15U);
  const auto shown = [](const Json& value, const std::string& measurand) {
    for (const Json& sample : value["sampledValue"]) {
      if (sample["measurand"] == measurand) return sample["value"].get<std::string>();
    }
    return std::string("none");
  };
  EXPECT_EQ(of_kim[1]["timestamp"], "2026-05-31T23:30:00Z");
  EXPECT_EQ(shown(of_kim[1], "Energy.Active.Import.Register"), "3500");
  EXPECT_EQ(shown(of_kim[1], "Power.Active.Import"), "7000");
  EXPECT_EQ(shown(of_kim[1], "Current.Import"), "31.82");
  EXPECT_EQ(shown(of_kim[1], "Voltage"), "220");
  EXPECT_EQ(shown(of_kim[1], "SoC"), "26.7");
  EXPECT_EQ(shown(of_kim[3], "Power.Active.Import"), "0") << "09:00: held";
  EXPECT_EQ(shown(of_kim[14], "Energy.Active.Import.Register"), "10500");
}

TEST(OcppLogWriter, StatesFollowPowerAndTheLimitThatHoldsIt) {
  const auto frames = frames_of(small_run(), {});
  EXPECT_EQ(statuses(frames, "A", 1),
            (std::vector<std::string>{"Available", "Preparing", "Charging", "SuspendedEVSE", "Charging", "SuspendedEV",
                                      "Finishing", "Available", "Preparing", "Charging", "SuspendedEV", "Finishing",
                                      "Available"}));
  EXPECT_EQ(statuses(frames, "Lot", 1), (std::vector<std::string>{"Available", "Preparing", "Charging"}));
}

TEST(OcppLogWriter, SetPointsBelowTheRatingAreProfiles) {
  const auto profiles = calls(frames_of(small_run(), {}), "SetChargingProfile");
  ASSERT_EQ(profiles.size(), 2U) << "0 and 3.5 kW; the rating itself is no limit";
  EXPECT_EQ(profiles[0]["csChargingProfiles"]["chargingSchedule"]["chargingSchedulePeriod"][0]["limit"], 0.0);
  EXPECT_EQ(profiles[1]["csChargingProfiles"]["chargingSchedule"]["chargingSchedulePeriod"][0]["limit"], 3500.0);
  EXPECT_EQ(profiles[1]["csChargingProfiles"]["transactionId"], 1);
}

TEST(OcppLogWriter, LimitsInAmpereArePerPhase) {
  RecordedRun run = small_run();
  run.evses[0].phases = 3;
  OcppLogOptions options;
  options.limit_unit = ocpp::RateUnit::ampere;
  const auto profiles = calls(frames_of(run, options), "SetChargingProfile");
  ASSERT_EQ(profiles.size(), 2U);
  const Json& schedule = profiles[1]["csChargingProfiles"]["chargingSchedule"];
  EXPECT_EQ(schedule["chargingRateUnit"], "A");
  // 3,500 W over three phases of 220 V are 5.303 A: the next tenth above.
  EXPECT_EQ(schedule["chargingSchedulePeriod"][0]["limit"], 5.4);
  EXPECT_EQ(schedule["chargingSchedulePeriod"][0]["numberPhases"], 3);
}

TEST(OcppLogWriter, TransactionEventsCountFromStartedToEnded) {
  OcppLogOptions options;
  options.version = ocpp::Version::v201;
  std::map<std::string, std::vector<Json>> events;
  for (const Json& event : calls(frames_of(small_run(), options), "TransactionEvent"))
    events[event["transactionInfo"]["transactionId"]].push_back(event);
  ASSERT_EQ(events.size(), 4U);
  for (const auto& [id, of_one] : events) {
    for (std::size_t i = 0; i < of_one.size(); ++i) EXPECT_EQ(of_one[i]["seqNo"], i);
    EXPECT_EQ(of_one.front()["eventType"], "Started");
    EXPECT_EQ(of_one.back()["eventType"], id == "4" ? "Updated" : "Ended");
  }
  EXPECT_EQ(events["1"].back()["meterValue"][0]["sampledValue"][0]["value"], 10'500.0);
}

TEST(OcppLogWriter, LinesStandInOrderOfTime) {
  TimeNs before = 0;
  for (const Frame& frame : frames_of(small_run(), {})) {
    EXPECT_LE(before, at(frame.time));
    before = at(frame.time);
  }
}

TEST(OcppLogWriter, AnonymousTagsHoldNothingOfTheName) {
  OcppLogOptions options;
  options.anonymise = true;
  const RecordedRun run = small_run();
  for (const LogLayout layout : {LogLayout::python, LogLayout::steve, LogLayout::frames, LogLayout::csv}) {
    options.layout = layout;
    std::string log;
    write_ocpp_log(run, options, [&](const std::string&, std::string_view text) { log += text; });
    for (const char* name : {"kim", "park", "lee"}) EXPECT_EQ(log.find(name), std::string::npos) << name;
  }
  const auto starts = calls(frames_of(run, options), "StartTransaction");
  EXPECT_EQ(starts[0]["idTag"], starts[2]["idTag"]) << "one driver, one pseudonym";
  EXPECT_NE(starts[0]["idTag"], starts[1]["idTag"]);
}

TEST(OcppLogWriter, WhatHappenedOfflineIsToldLaterWithItsOwnTime) {
  const RecordedRun run = small_run();
  OcppLogOptions options;
  options.sample_s = 600.0;
  options.faults = log_faults(std::vector<std::string>{"offline=A,2026-06-01T11:30,2026-06-01T12:45"}, run);
  const auto frames = frames_of(run, options);
  int late = 0;
  for (const Frame& frame : frames) {
    if (frame.station != "A" || !frame.call) continue;
    EXPECT_FALSE(at(frame.time) >= at("2026-06-01T11:30+09:00") && at(frame.time) < at("2026-06-01T12:45+09:00"));
    if (frame.action == "StartTransaction" || frame.action == "StopTransaction")
      late += at(frame.time) - at(frame.payload["timestamp"]) > 30 * minute_ns ? 1 : 0;
  }
  EXPECT_EQ(late, 2) << "the stop and the start of 12:00";
  EXPECT_EQ(calls(frames, "StopTransaction").size(), 3U);
}

TEST(OcppLogWriter, FaultsAreWhatWasAskedFor) {
  const RecordedRun run = small_run();
  OcppLogOptions options;
  options.faults = log_faults(
      std::vector<std::string>{"clock=Lot,3600", "lost-stop=kim#1", "refused=A-2,2026-06-01T15:00,STOLEN"}, run);
  const auto frames = frames_of(run, options);
  EXPECT_EQ(calls(frames, "StartTransaction", "Lot")[0]["timestamp"], "2026-06-01T15:00:00Z") << "an hour late";
  EXPECT_EQ(calls(frames, "StopTransaction").size(), 2U);
  EXPECT_EQ(calls(frames, "Authorize").size(), 5U);
  for (const Frame& frame : frames) {
    if (frame.action == "Authorize" && !frame.call && frame.time == "2026-06-01T06:00:00Z") {
      EXPECT_EQ(frame.payload["idTagInfo"]["status"], "Blocked");
    }
  }
  for (const char* wrong :
       {"", "clock", "clock=Lot", "clock=Lot,soon", "clock=Nowhere,5", "offline=A,2026-06-01T10:00,2026-06-01T09:00",
        "lost-stop=lee", "refused=A-1,2026-06-01T08:10,X", "refused=A-2,2026-06-01T15:00,", "rain=A"})
    EXPECT_THROW(log_faults(std::vector<std::string>{wrong}, run), std::invalid_argument) << wrong;
}

TEST(OcppLogWriter, NamesThatOcppDoesNotAllowAreReplacedAndSaid) {
  RecordedRun run = small_run();
  run.evses[2].name = "주차장 \"1\"";
  run.stations = name_stations(run.evses);
  run.sessions[3].token = "\x1b[31m이영희 <b>";
  OcppLogSummary summary;
  const auto frames = frames_of(run, {}, &summary);
  ASSERT_EQ(summary.renamed.size(), 1U);
  const auto starts = calls(frames, "StartTransaction", summary.renamed.begin()->second);
  ASSERT_EQ(starts.size(), 1U);
  EXPECT_EQ(starts[0]["idTag"].get<std::string>().size(), 17U);
}

}  // namespace
}  // namespace evtwin::replay
