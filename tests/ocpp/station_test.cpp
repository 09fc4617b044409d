// Stations: what they are, when they were not there, what they broke with; actions known, counted and unknown.
#include <gtest/gtest.h>

#include "log_text.hpp"

namespace evtwin::ocpp {
namespace {

constexpr const char* boot = R"({"chargePointVendor":"Vend","chargePointModel":"Mod","firmwareVersion":"1.2",)"
                             R"("chargePointSerialNumber":"S1"})";
constexpr const char* welcome = R"({"status":"Accepted","interval":300,"currentTime":"2025-06-02T08:00:00Z"})";

TEST(Stations, BootsTellWhatTheyAre) {
  LogText text;
  text.call("08:00:00", "BootNotification", boot)
      .answer("08:00:00", welcome)
      .call("09:00:00", "BootNotification", boot);
  const Station s = text.read().stations.at(0);
  EXPECT_EQ(s.vendor, "Vend");
  EXPECT_EQ(s.model, "Mod");
  EXPECT_EQ(s.serial, "S1");
  EXPECT_EQ(s.firmware, "1.2");
  EXPECT_EQ(s.boots.size(), 2U);
  EXPECT_EQ(s.heartbeat_s, 300.0);
  EXPECT_EQ(s.version, Version::v16);
}

// Finding J2: each boot has the firmware told then, and what the CSMS said to it.
TEST(Stations, EachBootHasItsOwnFirmwareAndRegistration) {
  LogText text;
  text.call("08:00:00", "BootNotification", boot)
      .answer("08:00:00", R"({"status":"Pending","interval":60,"currentTime":"2025-06-02T08:00:00Z"})")
      .call("08:01:00", "BootNotification", boot)
      .answer("08:01:00", welcome)
      .call("09:00:00", "BootNotification",
            R"({"chargePointVendor":"Vend","chargePointModel":"Mod","firmwareVersion":"1.3"})");
  const Station s = text.read().stations.at(0);
  ASSERT_EQ(s.boots.size(), 3U);
  EXPECT_EQ(s.boots[0].registration, "Pending");
  EXPECT_EQ(s.boots[1].registration, "Accepted");
  EXPECT_EQ(s.boots[2].registration, "") << "no answer in the log";
  EXPECT_EQ(s.boots[1].firmware, "1.2");
  EXPECT_EQ(s.boots[2].firmware, "1.3");
  EXPECT_EQ(s.boots[2].time_ns, at("09:00:00"));
}

// Row G59: temperature, signal, network and faults, by whatever message they are told; changes alone are kept.
TEST(Stations, HealthIsKeptAndOverTemperatureIsTold) {
  const auto hot = [](double c, std::string_view unit) {
    return fmt::format(R"({{"value":"{}","measurand":"Temperature","unit":"{}"}})", c, unit);
  };
  LogText text;
  text.start("08:00:00", 1, 1000, 1)
      .meter("08:10:00", 1, "1", hot(41.0, "Celsius"))
      .meter("08:11:00", 1, "1", hot(41.4, "Celsius"))      // less than 1 K: not kept
      .meter("08:20:00", 1, "1", hot(203.0, "Fahrenheit"))  // 95 degrees Celsius
      .meter("08:30:00", 1, "1", hot(343.15, "K"))          // 70 degrees Celsius
      .call("08:31:00", "DataTransfer", R"({"vendorId":"v","data":"{\"rssi\":-71,\"networkState\":\"4G\"}"})")
      .call(
          "08:32:00", "StatusNotification",
          R"({"connectorId":1,"status":"Faulted","errorCode":"HighTemperature","vendorErrorCode":"E12","info":"fan"})")
      .status("08:40:00", 1, "Charging");
  const SiteLog log = text.read();
  const Station& s = log.stations.at(0);
  std::vector<std::string> told;
  for (const Station::Health& one : s.health)
    told.push_back(fmt::format("{} {} {:.1f} {}", name_of(one.of), one.evse, one.value, one.text));
  EXPECT_EQ(told, (std::vector<std::string>{"temperature 1 41.0 ", "temperature 1 95.0 ", "temperature 1 70.0 ",
                                            "signal 0 -71.0 ", "network 0 nan 4G",
                                            "fault 1 nan HighTemperature, E12: fan", "fault 1 nan cleared"}));
  ASSERT_EQ(s.too_hot.size(), 2U);
  EXPECT_EQ(s.too_hot[0].from_ns, at("08:20:00"));
  EXPECT_EQ(s.too_hot[0].to_ns, at("08:30:00"));
  EXPECT_NEAR(s.too_hot[0].most_c, 95.0, 1e-9);
  EXPECT_EQ(s.too_hot[1].to_ns, at("08:40:00"));
  EXPECT_TRUE(log.transactions.at(0).samples.empty()) << "a temperature is no reading of the transaction";
}

TEST(Stations, VariablesOfTheDeviceModelTellHealth) {
  LogText text;
  text.call("08:00:00", "NotifyEvent",
            R"({"generatedAt":"2025-06-02T08:00:00Z","seqNo":0,"eventData":[)"
            R"({"timestamp":"2025-06-02T07:59:00Z","actualValue":"48.5","component":{"name":"Cable","evse":{"id":2}},)"
            R"("variable":{"name":"Temperature"}},)"
            R"({"timestamp":"2025-06-02T07:59:30Z","actualValue":"true","techCode":"E7","techInfo":"fan",)"
            R"("component":{"name":"Connector","evse":{"id":1}},"variable":{"name":"Problem"}}]})");
  const Station s = text.read().stations.at(0);
  ASSERT_EQ(s.health.size(), 2U);
  EXPECT_EQ(s.health[0].component, "Cable");
  EXPECT_EQ(s.health[0].evse, 2);
  EXPECT_EQ(s.health[0].value, 48.5);
  EXPECT_EQ(s.health[0].time_ns, at("07:59:00"));
  EXPECT_EQ(s.health[1].text, "problem E7: fan");
}

TEST(Stations, WhatTheyTellOfFirmwareAndDiagnosticsIsKept) {
  LogText text;
  text.call("08:00:00", "DiagnosticsStatusNotification", R"({"status":"Uploading"})");
  text.call("08:05:00", "LogStatusNotification", R"({"status":"UploadFailure","requestId":1})");
  text.call("08:10:00", "FirmwareStatusNotification", R"({"status":"Downloading"})");
  const Station s = text.read().stations.at(0);
  ASSERT_EQ(s.progress.size(), 3U);
  EXPECT_EQ(s.progress[0].of, "diagnostics");
  EXPECT_EQ(s.progress[0].status, "Uploading");
  EXPECT_EQ(s.progress[1].status, "UploadFailure");
  EXPECT_EQ(s.progress[2].of, "firmware");
  EXPECT_EQ(s.progress[2].time_ns, at("08:10:00"));
}

TEST(Stations, MissedHeartbeatsAreAnOfflineInterval) {
  LogText text;
  text.call("08:00:00", "BootNotification", boot).answer("08:00:00", welcome);
  for (const char* time : {"08:05:00", "08:10:00", "08:50:00", "08:55:00"}) text.call(time, "Heartbeat", "{}");
  const Station s = text.read().stations.at(0);
  ASSERT_EQ(s.offline.size(), 1U);
  EXPECT_EQ(s.offline[0].from_ns, at("08:10:00"));
  EXPECT_EQ(s.offline[0].to_ns, at("08:50:00"));
  EXPECT_EQ(s.offline[0].why, "no heartbeat for 8 intervals");
}

TEST(Stations, AMessageThatHadToWaitDoesNotEndTheSilenceBeforeItWasHeard) {
  LogText text;
  text.call("08:00:00", "BootNotification", boot).answer("08:00:00", welcome);
  for (const char* time : {"08:05:00", "08:10:00"}) text.call(time, "Heartbeat", "{}");
  text.call("08:50:00", "StatusNotification",
            R"({"connectorId":1,"errorCode":"NoError","status":"Preparing","timestamp":"2025-06-02T08:20:00Z"})");
  text.call("08:50:01", "Heartbeat", "{}");
  const Station s = text.read().stations.at(0);
  ASSERT_EQ(s.offline.size(), 1U);
  EXPECT_EQ(s.offline[0].from_ns, at("08:10:00"));
  EXPECT_EQ(s.offline[0].to_ns, at("08:50:00"));
}

TEST(Stations, ALogThatIsSilentIsNotAStationThatIsOffline) {
  LogText text;
  for (const char* time : {"08:00:00", "08:05:00", "08:10:00", "10:50:00", "10:55:00"}) {
    text.station("CP1").call(time, "Heartbeat", "{}");
    text.station("CP2").call(time, "Heartbeat", "{}");
  }
  const SiteLog log = text.read();
  for (const Station& s : log.stations) EXPECT_TRUE(s.offline.empty()) << s.id;
}

TEST(Stations, SilenceWhileOthersSpeakIsOffline) {
  LogText text;
  for (const char* time : {"08:00:00", "08:05:00", "08:10:00", "08:15:00", "08:20:00", "08:25:00", "08:30:00"}) {
    text.station("CP1").call(time, "Heartbeat", "{}");
    if (std::string_view(time) < "08:06" || std::string_view(time) > "08:26")
      text.station("CP2").call(time, "Heartbeat", "{}");
  }
  const SiteLog log = text.read();
  EXPECT_TRUE(log.stations.at(0).offline.empty());
  ASSERT_EQ(log.stations.at(1).offline.size(), 1U);
  EXPECT_EQ(log.stations[1].offline[0].to_ns, at("08:30:00"));
}

TEST(Stations, FirmwareBeingInstalledIsOutOfService) {
  LogText text;
  text.call("08:00:00", "FirmwareStatusNotification", R"({"status":"Downloading"})");
  text.call("08:10:00", "FirmwareStatusNotification", R"({"status":"Installing"})");
  text.call("08:30:00", "FirmwareStatusNotification", R"({"status":"Installed"})");
  const SiteLog log = text.read();
  const Station& s = log.stations.at(0);
  ASSERT_EQ(s.out_of_service.size(), 1U);
  EXPECT_EQ(s.out_of_service[0].from_ns, at("08:10:00"));
  EXPECT_EQ(s.out_of_service[0].to_ns, at("08:30:00"));
  EXPECT_EQ(s.out_of_service[0].why, "firmware update: Installing");
  EXPECT_EQ(log.categories.at("firmware"), 3U);
}

TEST(Stations, AnUpdateThatTellsOnlyOfItsDownloadIsOutOfServiceFromThen) {
  LogText text;
  text.call("08:00:00", "FirmwareStatusNotification", R"({"status":"Downloading"})");
  text.call("08:10:00", "FirmwareStatusNotification", R"({"status":"Downloaded"})");
  text.call("08:30:00", "FirmwareStatusNotification", R"({"status":"Installed"})");
  text.call("09:00:00", "FirmwareStatusNotification", R"({"status":"Downloading"})");
  text.call("09:10:00", "FirmwareStatusNotification", R"({"status":"DownloadFailed"})");
  const SiteLog log = text.read();
  ASSERT_EQ(log.stations.at(0).out_of_service.size(), 1U);
  EXPECT_EQ(log.stations[0].out_of_service[0].from_ns, at("08:00:00"));
  EXPECT_EQ(log.stations[0].out_of_service[0].to_ns, at("08:30:00"));
}

TEST(Stations, FaultsAreCountedByCodeOnceWhileTheyLast) {
  const SiteLog log = LogText()
                          .status("08:00:00", 1, "Faulted", "GroundFailure")
                          .status("08:01:00", 1, "Faulted", "GroundFailure")
                          .status("08:10:00", 1, "Available")
                          .status("08:20:00", 1, "Faulted", "GroundFailure")
                          .read();
  EXPECT_EQ(log.stations.at(0).faults.at("GroundFailure"), 2U);
  EXPECT_EQ(log.stations[0].out_of_service.size(), 2U);
}

TEST(Actions, AreUsedCountedOrUnknown) {
  EXPECT_EQ(use_of("StartTransaction"), Use::used);
  EXPECT_EQ(use_of("TransactionEvent"), Use::used);
  EXPECT_EQ(use_of("DiagnosticsStatusNotification"), Use::used);
  EXPECT_EQ(use_of("LogStatusNotification"), Use::used);
  EXPECT_EQ(use_of("AFRRSignal"), Use::counted);
  EXPECT_EQ(use_of("GetReservationStatus"), Use::unknown_action);
  EXPECT_EQ(use_of(""), Use::unknown_action);
}

TEST(Actions, UnknownOnesAreReportedAndDoNoHarm) {
  LogText text;
  text.command("08:00:00", "GetReservationStatus", R"({"reservationId":1})");
  text.call("08:00:01", "DiagnosticsStatusNotification", R"({"status":"Idle"})");
  const SiteLog log = text.read();
  EXPECT_EQ(log.unknown_actions.at("GetReservationStatus"), 1U);
  EXPECT_TRUE(log.unused_actions.empty());
  EXPECT_EQ(log.categories.at("diagnostics"), 1U);
  EXPECT_NE(flag_text(log, "unknown_action").find("GetReservationStatus"), std::string::npos);
}

TEST(Flags, OfOneKindAreCountedPastTheHundredth) {
  LogText text;
  for (int i = 0; i < 250; ++i) text.call("08:00:00", "NoSuchAction", "{}");
  const SiteLog log = text.read();
  EXPECT_EQ(log.flags.size(), 101U);
  EXPECT_NE(log.flags.back().text.find("150 more"), std::string::npos);
  EXPECT_EQ(log.flags.back().count, 150U);
}

}  // namespace
}  // namespace evtwin::ocpp
