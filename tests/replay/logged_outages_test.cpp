// What a log says of stations that do not work is in the run: out of service, and in its messages.
#include "replay/logged_outages.hpp"

#include <gtest/gtest.h>

#include <set>

#include "logged_site.hpp"
#include "replay/judge.hpp"
#include "replay/log_content.hpp"
#include "replay/replay.hpp"
#include "support/paths.hpp"

namespace evtwin::replay {
namespace {

using evtwin::testing::eight_ns;
using evtwin::testing::LogWriter;
using evtwin::testing::minute;

Prepared prepared_of(const std::string& text) {
  PrepareRequest request;
  request.logs = {"site.log"};
  request.load.library_dir = paths::source_dir + "/scenarios/lib";
  ocpp::SiteLog log = ocpp::read_site_log_text("site.log", text);
  sessions::LogSessions sessions = sessions::sessions_of(log);
  return prepare_replay(request, std::move(log), std::move(sessions));
}

/// Transaction 1 at A, 8:00 to 10:00, 6 kW with a reading every ten minutes, but for what is left out.
LogWriter log_of_two_hours(TimeNs rest_from = 0, TimeNs rest_to = 0) {
  LogWriter log;
  log.status(eight_ns - 60 * minute, "A", "Available");
  log.start(eight_ns, "A", 1, 0.0);
  double wh = 0.0;
  for (int i = 0; i <= 12; ++i) {
    const TimeNs t = eight_ns + i * 10 * minute;
    const bool rests = t >= rest_from && t < rest_to;
    log.reading(t, "A", 1, wh, rests ? 0.0 : 6000.0);
    if (!rests && i < 12) wh += 1000.0;
  }
  log.stop(eight_ns + 120 * minute, "A", 1, wh);
  log.status(eight_ns + 121 * minute, "A", "Available");
  return log;
}

/// Names of events with their time, of a replay.
class Events final : public twin::Observer {
 public:
  std::vector<std::pair<std::string, TimeNs>> seen;
  void on_event(const twin::EventRecord& event) override { seen.emplace_back(event.kind, event.time_ns); }
};

TEST(LoggedOutages, AFaultedConnectorIsOutOfServiceInTheRun) {
  LogWriter log = log_of_two_hours();
  log.status(eight_ns + 180 * minute, "A", "Faulted");
  log.status(eight_ns + 200 * minute, "A", "Available");
  const Prepared prepared = prepared_of(log.text());
  const auto outages = logged_outages(prepared);
  ASSERT_EQ(outages.size(), 1U);
  EXPECT_EQ(outages[0].evse, 0U);
  EXPECT_EQ(outages[0].from_ns, eight_ns + 180 * minute);
  EXPECT_EQ(outages[0].to_ns, eight_ns + 200 * minute);
  Events events;
  ReplayOptions options;
  options.observer = &events;
  replay(prepared, options);
  const std::vector<std::pair<std::string, TimeNs>> expected{{"evse_unavailable", eight_ns + 180 * minute},
                                                             {"evse_available", eight_ns + 200 * minute}};
  EXPECT_EQ(events.seen, expected);
}

// Row G38: while firmware is installed nobody charges, at any of the station's EVSEs.
TEST(LoggedOutages, AnUpdateOfItsFirmwareTakesAStationOut) {
  LogWriter log = log_of_two_hours();
  const auto firmware = [&](int at_minute, const char* status) {
    log.message(eight_ns + at_minute * minute, "A", true, "FirmwareStatusNotification",
                fmt::format(R"({{"status":"{}"}})", status), "{}");
  };
  firmware(180, "Downloading");
  firmware(190, "Installing");
  firmware(210, "Installed");
  const auto outages = logged_outages(prepared_of(log.text()));
  ASSERT_EQ(outages.size(), 1U);
  EXPECT_EQ(outages[0].from_ns, eight_ns + 190 * minute);
  EXPECT_EQ(outages[0].to_ns, eight_ns + 210 * minute);
}

TEST(LoggedOutages, ATransactionThatRestsThenIsReplayedAroundIt) {
  const TimeNs from = eight_ns + 40 * minute, to = eight_ns + 80 * minute;
  LogWriter log = log_of_two_hours(from, to);
  log.status(from, "A", "Faulted");
  log.status(to, "A", "Charging");
  const Prepared prepared = prepared_of(log.text());
  const auto outages = logged_outages(prepared);
  ASSERT_EQ(outages.size(), 1U);
  EXPECT_EQ(outages[0].from_ns, from);
  const ReplayResult result = replay(prepared);
  EXPECT_NEAR(result.sessions.at(0).got_kwh, 8.0, 1e-9);
  for (const twin::PowerSegment& piece : result.power.at(0))
    EXPECT_TRUE(piece.end_ns <= from || piece.start_ns >= to) << "power while it is out of service";
}

TEST(LoggedOutages, WhatMetersIsInService) {
  LogWriter log = log_of_two_hours();
  log.status(eight_ns + 40 * minute, "A", "Faulted");
  log.status(eight_ns + 80 * minute, "A", "Charging");
  EXPECT_TRUE(logged_outages(prepared_of(log.text())).empty());
}

// Row G39: what was reserved in the log is reserved in the run, and kept.
TEST(LoggedReservations, HoldTheirEvseInTheRun) {
  LogWriter log;
  log.status(eight_ns - 60 * minute, "A", "Available");
  log.message(eight_ns - 30 * minute, "A", false, "ReserveNow",
              R"({"connectorId":1,"expiryDate":"2025-06-02T08:15:00Z","idTag":"TAG","reservationId":7})",
              R"({"status":"Accepted"})");
  log.start(eight_ns, "A", 1, 0.0);
  log.stop(eight_ns + 60 * minute, "A", 1, 6000.0);
  Events events;
  ReplayOptions options;
  options.observer = &events;
  const ReplayResult result = replay(prepared_of(log.text()), options);
  ASSERT_EQ(events.seen.size(), 1U);
  EXPECT_EQ(events.seen[0].first, "reserved");
  EXPECT_EQ(events.seen[0].second, eight_ns - 30 * minute);
  EXPECT_NEAR(result.sessions.at(0).got_kwh, 6.0, 1e-9);
}

TEST(LoggedOutages, CommandsBootsAndDiagnosticsAreInTheRunFileAsTheyWere) {
  LogWriter log = log_of_two_hours();
  const auto at = [](int m) { return eight_ns + (200 + m) * minute; };
  log.message(at(0), "A", true, "BootNotification",
              R"({"chargePointVendor":"V","chargePointModel":"M","firmwareVersion":"1.2"})",
              R"({"status":"Pending","interval":60,"currentTime":"2025-06-02T11:20:00Z"})");
  log.message(at(1), "A", false, "GetConfiguration", "{}", R"({"configurationKey":[]})");
  log.message(at(2), "A", false, "GetDiagnostics", R"({"location":"ftp://x"})", R"({"fileName":"a.zip"})");
  log.message(at(3), "A", true, "DiagnosticsStatusNotification", R"({"status":"Uploaded"})", "{}");
  log.message(at(4), "A", true, "BootNotification",
              R"({"chargePointVendor":"V","chargePointModel":"M","firmwareVersion":"1.3"})",
              R"({"status":"Accepted","interval":60,"currentTime":"2025-06-02T11:24:00Z"})");
  const Prepared prepared = prepared_of(log.text());
  const ReplayResult result = replay(prepared);
  const record::LogContent content = log_content(prepared, result, judge(prepared, result, std::nullopt));
  std::set<std::string> said;
  for (const record::MessageRow& row : content.messages) said.insert(row.kind + " " + row.text);
  for (const char* words : {"boot V M 1.2, Pending", "boot V M 1.3, Accepted", "command GetConfiguration: answered",
                            "command GetDiagnostics: answered", "diagnostics Uploaded"})
    EXPECT_EQ(said.count(words), 1U) << words;
  ASSERT_EQ(content.sessions.size(), 1U);
  EXPECT_EQ(content.sessions[0].token, "TAG");
  EXPECT_EQ(content.sessions[0].session, result.sessions.at(0).number);
}

}  // namespace
}  // namespace evtwin::replay
