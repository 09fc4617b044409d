// Documents that tell of whole sessions. The objects are made for these tests; those of users lie elsewhere.
#include "ocpp/summary_objects.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "ocpp/profiles.hpp"

namespace evtwin::ocpp {
namespace {

using test::instant_of;

const std::string running =
    R"({"chargingStation":{"model":"M1","vendorName":"V","serialNumber":"S-1","firmwareVersion":"3"},
 "connector":{"id":2,"status":"Charging","voltage":400,"current":32,"power":12.8,"temperature":39.0},
 "transaction":{"transactionId":"T1","idToken":{"idToken":"TAG","type":"ISO14443"},"meterStart":100000,
                "energyDelivered_kWh":1.0,"chargingStart":"2025-01-02T10:00:00Z"},
 "authorization":{"status":"Accepted","certificateStatus":"Valid"},
 "smartCharging":{"chargingProfileId":7,"scheduleStart":"2025-01-02T10:01:00Z","maxPower_kW":15.0},
 "diagnostics":{"errorCode":"NoError","heartbeat":"2025-01-02T10:05:00Z","rssi":-65},
 "localAuthList":{"enabled":true}})";
const std::string ended = R"({"chargingStation":{"serialNumber":"S-1"},"connector":{"id":1,"status":"Available"},
 "transaction":{"transactionId":"T0","meterStart":200000,"meterStop":200920,"energyDelivered_kWh":0.92,
   "chargingStart":"2025-01-02T08:00:00Z","chargingEnd":"2025-01-02T08:20:00Z","reason":"EVDisconnected"}})";
const std::string cdr = R"({"cdr_id":"C0","session_id":"T0","start_date_time":"2025-01-02T08:00:00Z",
 "end_date_time":"2025-01-02T08:20:00Z","auth_id":"CARD","token_type":"RFID","location":{"id":"L","evse_uid":"E9"},
 "meter_start":200000,"meter_stop":200920,"total_energy":0.92,"currency":"KRW","charging_periods":[],
 "stop_reason":"EVDisconnected","last_updated":"2025-01-02T08:21:00Z"})";

SiteLog read(const std::string& text) {
  SiteLog log;
  read_summary("made.json", text, log);
  return log;
}

bool flagged(const SiteLog& log, std::string_view code, std::string_view words = "") {
  for (const LogFlag& flag : log.flags)
    if (flag.code == code && flag.text.find(words) != std::string::npos) return true;
  return false;
}

std::string with(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(SummaryObjects, TellOfARunningTransactionAndItsStation) {
  const SiteLog log = read(running);
  ASSERT_EQ(log.transactions.size(), 1U);
  const Transaction& t = log.transactions[0];
  EXPECT_EQ(t.station, "S-1");
  EXPECT_EQ(t.evse, 2);
  EXPECT_EQ(t.id, "T1");
  EXPECT_EQ(t.id_tag, "TAG");
  EXPECT_EQ(t.token_type, "ISO14443");
  EXPECT_EQ(t.authorised, "Accepted");
  EXPECT_TRUE(t.start_seen);
  EXPECT_FALSE(t.stop_seen);
  EXPECT_FALSE(t.is_whole());
  EXPECT_EQ(t.stop_ns, instant_of("2025-01-02T10:05:00Z"));
  EXPECT_EQ(t.energy_kwh, 1.0);
  EXPECT_EQ(t.meter_start_kwh, 100.0);
  ASSERT_EQ(t.samples.size(), 1U);
  EXPECT_EQ(t.samples[0].power_kw, 12.8);
  EXPECT_EQ(t.samples[0].register_kwh, 101.0);
  ASSERT_EQ(log.stations.size(), 1U);
  EXPECT_EQ(log.stations[0].vendor, "V");
  EXPECT_EQ(log.stations[0].model, "M1");
  EXPECT_EQ(log.stations[0].firmware, "3");
  EXPECT_TRUE(log.stations[0].faults.empty());
  EXPECT_EQ(log.authorisations.at("Accepted"), 1U);
  EXPECT_EQ(log.categories.at("local list"), 1U);
  EXPECT_FALSE(flagged(log, "power_disagrees")) << "400 V x 32 A = 12.8 kW";
}

TEST(SummaryObjects, ALimitIsInForceFromItsStart) {
  const SiteLog log = read(running);
  ASSERT_EQ(log.profiles.size(), 1U);
  const ProfileCommand& command = log.profiles[0];
  EXPECT_EQ(command.station, "S-1");
  EXPECT_EQ(command.evse, 2);
  EXPECT_EQ(command.time_ns, instant_of("2025-01-02T10:01:00Z"));
  ASSERT_TRUE(command.profile);
  EXPECT_EQ(command.profile->schedule.unit, RateUnit::watt);
  EXPECT_EQ(command.profile->schedule.periods[0].limit, 15000.0);
  EXPECT_EQ(command.profile->transaction_id, "T1");
}

TEST(SummaryObjects, EveryFieldIsUsedOrNamed) {
  const SiteLog log = read(running);
  for (const char* field : {"authorization.certificateStatus (1)", "localAuthList (1)"})
    EXPECT_TRUE(flagged(log, "fields_unused", field)) << field;
  EXPECT_FALSE(flagged(log, "fields_unused", "connector.power"));
  // Its diagnostics are the station's health: no error, -65 dBm, 39 degrees at the connector.
  const Station& station = log.stations.at(0);
  ASSERT_EQ(station.health.size(), 2U);
  EXPECT_EQ(station.health[0].value, -65.0);
  EXPECT_EQ(station.health[1].value, 39.0);
  EXPECT_EQ(station.health[1].evse, 2);
}

TEST(SummaryObjects, PowerThatIsNotVoltageTimesCurrentIsDoubted) {
  EXPECT_TRUE(flagged(read(with(running, "12.8", "11.0")), "power_disagrees", "400 V x 32 A is 12.8 kW"));
  EXPECT_EQ(read(with(running, "12.8", "12800")).transactions[0].samples[0].power_kw, 12.8) << "W";
  EXPECT_FALSE(flagged(read(with(running, "12.8", "22.17")), "power_disagrees")) << "three phases, 400 V between them";
}

TEST(SummaryObjects, RegistersAreHeldAgainstTheEnergyDelivered) {
  EXPECT_EQ(read(ended).transactions[0].energy_kwh, 0.92);
  EXPECT_TRUE(read(ended).transactions[0].is_whole());
  const SiteLog in_kwh = read(with(with(ended, "200920", "200.92"), "200000", "200.0"));
  EXPECT_TRUE(flagged(in_kwh, "register_in_kwh"));
  EXPECT_NEAR(in_kwh.transactions[0].meter_stop_kwh, 200.92, 1e-9);
  const SiteLog other = read(with(ended, "0.92,", "3.5,"));
  EXPECT_TRUE(flagged(other, "energy_disagrees", "the registers say 0.92 kWh"));
  EXPECT_EQ(other.transactions[0].flags, std::vector<std::string>{"energy_disagrees"});
  EXPECT_EQ(other.transactions[0].energy_kwh, 3.5);
  EXPECT_TRUE(std::isnan(other.transactions[0].meter_start_kwh));
  const SiteLog back = read(with(with(ended, "200920", "100000"), R"("energyDelivered_kWh":0.92,)", ""));
  EXPECT_TRUE(flagged(back, "energy_negative"));
  EXPECT_FALSE(back.transactions[0].is_whole());
}

TEST(SummaryObjects, OneSessionToldTwiceIsOneTransaction) {
  const SiteLog log = read("==ocpp==\n" + ended + "\n==ocpi==\n" + cdr + "\n\xEB\x8D\x94\xEB\xAF\xB8 2\n" + running);
  ASSERT_EQ(log.transactions.size(), 2U);
  EXPECT_EQ(log.transactions[0].station, "S-1") << "the station's word";
  EXPECT_EQ(log.transactions[0].id_tag, "CARD") << "and what OCPI adds";
  EXPECT_EQ(log.stop_reasons.at("EVDisconnected"), 1U);
  EXPECT_FALSE(flagged(log, "documents_disagree"));
  const SiteLog apart = read(ended + with(with(cdr, "0.92", "2.92"), "200920", "202920"));
  ASSERT_EQ(apart.transactions.size(), 1U);
  EXPECT_TRUE(flagged(apart, "documents_disagree"));
  EXPECT_EQ(read(ended + with(cdr, "T08:00:00Z", "T07:00:00Z")).transactions.size(), 2U) << "another start";
}

TEST(SummaryObjects, AVehicleThatWantsEnergyIsKeptWithItsWish) {
  const SiteLog log = read(R"({"chargePointId":"CP","transactionId":"X1","userId":"U","vehicleVIN":"VIN1",
    "connectorId":1,"meterStart_Wh":300000,"targetEnergy_kWh":40,"startSOC_percent":20,
    "chargingStartTime":"2025-01-02T15:00:00Z","chargingProfileId":2001,"profileStartTime":"2025-01-02T15:05:00Z",
    "maxCurrent_A":16,"status":"Charging"})");
  ASSERT_EQ(log.transactions.size(), 1U);
  const Transaction& t = log.transactions[0];
  EXPECT_EQ(t.requested_kwh, 40.0);
  EXPECT_EQ(t.soc_start, 0.2);
  EXPECT_EQ(t.meter_start_kwh, 300.0);
  EXPECT_TRUE(t.start_seen);
  EXPECT_TRUE(std::isnan(t.energy_kwh));
  ASSERT_EQ(log.profiles.size(), 1U);
  EXPECT_EQ(log.profiles[0].profile->schedule.periods[0].limit, 16.0);
  EXPECT_EQ(log.profiles[0].profile->schedule.unit, RateUnit::ampere);
  EXPECT_TRUE(flagged(log, "fields_unused", "vehicleVIN"));
}

TEST(SummaryObjects, OcpiSessionsComeInArraysAndAnswers) {
  const std::string session =
      R"({"country_code":"KR","party_id":"EVT","id":"S1","start_date_time":"2025-01-02T08:00:00Z",
    "end_date_time":"2025-01-02T09:00:00Z","kwh":7.0,"cdr_token":{"uid":"TAG","type":"RFID"},"location_id":"L1",
    "evse_uid":"E1","connector_id":"1","status":"COMPLETED","last_updated":"2025-01-02T09:00:01Z","charging_periods":[
     {"start_date_time":"2025-01-02T08:00:00Z","dimensions":[{"type":"ENERGY","volume":4.0},{"type":"STATE_OF_CHARGE","volume":30}]},
     {"start_date_time":"2025-01-02T08:30:00Z","dimensions":[{"type":"ENERGY","volume":3.0},{"type":"MAX_CURRENT","volume":32}]}]})";
  const std::string second = with(with(session, "\"S1\"", "\"S2\""), "08:00:00Z\",\n", "08:00:00Z\",");
  for (const std::string& text : {"[" + session + "," + second + "]", session + "\n" + second,
                                  R"({"status_code":1000,"data":[)" + session + "," + second + "]}"}) {
    const SiteLog log = read(text);
    ASSERT_EQ(log.transactions.size(), 2U) << text;
    const Transaction& t = log.transactions[0];
    EXPECT_EQ(t.station, "E1");
    EXPECT_EQ(t.evse, 1);
    EXPECT_EQ(t.energy_kwh, 7.0);
    EXPECT_EQ(t.soc_start, 0.3);
    ASSERT_EQ(t.samples.size(), 3U);
    EXPECT_EQ(t.samples[1].register_kwh, 4.0);
    EXPECT_EQ(t.samples[2].register_kwh, 7.0);
    EXPECT_TRUE(t.is_whole());
    EXPECT_TRUE(flagged(log, "fields_unused", "charging_periods.dimensions.MAX_CURRENT (2)"));
  }
}

// Three periods of an hour, of 1, 2 and 3 kWh. @param starts  their hours
SiteLog with_periods(const std::vector<std::string>& starts, bool energies) {
  std::string periods;
  for (std::size_t i = 0; i < starts.size(); ++i) {
    const std::string volume = fmt::format(R"({{"type":"ENERGY","volume":{}}},)", i + 1);
    periods += fmt::format(
        R"({}{{"start_date_time":"2025-01-02T{}:00:00Z","dimensions":[{}{{"type":"STATE_OF_CHARGE","volume":{}}}]}})",
        i > 0 ? "," : "", starts[i], energies ? volume : "", 30 + i);
  }
  return read(
      fmt::format(R"({{"id":"S1","start_date_time":"2025-01-02T08:00:00Z","end_date_time":"2025-01-02T11:00:00Z",
    "kwh":6.0,"cdr_token":{{"uid":"TAG","type":"RFID"}},"evse_uid":"E1","status":"COMPLETED","charging_periods":[{}]}})",
                  periods));
}

TEST(SummaryObjects, PeriodsOutOfOrderTellNoRegister) {
  for (const bool energies : {true, false}) {
    const SiteLog ordered = with_periods({"08", "09", "10"}, energies);
    EXPECT_FALSE(flagged(ordered, "periods_out_of_order"));
    EXPECT_FALSE(flagged(ordered, "fields_unused", "charging_periods.dimensions"));
    ASSERT_EQ(ordered.transactions.at(0).samples.size(), energies ? 4U : 3U);
    if (energies) {
      EXPECT_EQ(ordered.transactions[0].samples[3].register_kwh, 6.0);
    }

    // The energy of the period at 9 is not before the one at 10 in the document: the register at 10 would be 5 too low.
    const SiteLog mixed = with_periods({"08", "10", "09"}, energies);
    EXPECT_TRUE(flagged(mixed, "periods_out_of_order"));
    EXPECT_FALSE(flagged(mixed, "energy_disagrees"));
    const Transaction& t = mixed.transactions.at(0);
    ASSERT_EQ(t.samples.size(), 2U);
    EXPECT_EQ(t.samples[1].soc, 0.31);
    for (const Sample& sample : t.samples) EXPECT_TRUE(std::isnan(sample.register_kwh)) << energies;
    EXPECT_TRUE(flagged(mixed, "fields_unused", "charging_periods.dimensions (1)"));
  }
}

TEST(SummaryObjects, TheLastWordOfASessionCounts) {
  const std::string first =
      R"({"id":"S","start_date_time":"2025-01-02T08:00:00Z","kwh":1,"evse_uid":"E","status":"ACTIVE",
    "last_updated":"2025-01-02T08:10:00Z"})";
  const std::string last = R"({"id":"S","start_date_time":"2025-01-02T08:00:00Z","end_date_time":"2025-01-02T09:00:00Z",
    "kwh":5,"evse_uid":"E","status":"COMPLETED","last_updated":"2025-01-02T09:00:00Z"})";
  for (const std::string& text : {first + last, last + first}) {
    const SiteLog log = read(text);
    ASSERT_EQ(log.transactions.size(), 1U);
    EXPECT_EQ(log.transactions[0].energy_kwh, 5.0);
    EXPECT_TRUE(log.transactions[0].is_whole());
  }
}

TEST(SummaryObjects, WhatCanNotBeReadIsNamedWithItsLine) {
  SiteLog log = read("==ocpp==\n{\"transaction\":{\n==ocpi==\n" + cdr);
  EXPECT_EQ(log.transactions.size(), 1U);
  EXPECT_TRUE(flagged(log, "document_cut_off", "made.json:2"));
  EXPECT_TRUE(flagged(read("{\"a\":}"), "document_unreadable", "made.json:1"));
  EXPECT_TRUE(flagged(read("{\"a\":1}"), "document_unknown"));
  EXPECT_TRUE(flagged(read(R"({"id":"L","coordinates":{},"evses":[]})"), "document_unused", "Location"));
  EXPECT_TRUE(flagged(read(with(ended, "2025-01-02T08:20:00Z", "soon")), "field_malformed",
                      "transaction.chargingEnd is \"soon\""));
  EXPECT_TRUE(flagged(read(with(ended, "200920", "\"many\"")), "field_malformed",
                      "transaction.meterStop is \"many\": a number"));
  EXPECT_TRUE(flagged(read(with(ended, "T08:20", "T07:20")), "stop_before_start"));
}

TEST(SummaryObjects, HostileTextsEndInFlagsAndInTime) {
  std::string deep(100'000, '{'), open;
  for (int i = 0; i < 20'000; ++i) open += "{\"a\":[\n==\n";
  for (const std::string& text :
       {deep, open, std::string(100'000, '['), std::string("{\"\0\":1}", 7), std::string("{\"a\":\"\xff\xfe\"}"),
        std::string("[[[{}]]]"), std::string("{\"data\":[1,null,{}]}")}) {
    const SiteLog log = read(text);
    EXPECT_TRUE(log.transactions.empty());
  }
  const SiteLog wild = read(with(with(ended, "200920", "1e308"), "0.92", "1e308"));
  ASSERT_EQ(wild.transactions.size(), 1U);
  const SiteLog escape = read(with(ended, "chargingEnd\":\"2025", "chargingEnd\":\"\\u001b[31m2025"));
  for (const LogFlag& flag : escape.flags) EXPECT_EQ(flag.text.find('\x1b'), std::string::npos);
}

TEST(SummaryObjects, AreToldFromLogsOfFrames) {
  EXPECT_TRUE(looks_like_summary("==ocpp==\n" + running));
  EXPECT_TRUE(looks_like_summary("[" + cdr + "]"));
  EXPECT_FALSE(looks_like_summary(R"(2025-01-02 [2,"1","StartTransaction",{"meterStart":0}])"));
  EXPECT_FALSE(looks_like_summary("nothing of the kind"));
}

TEST(SummaryObjects, AreReadInThePlaceOfALog) {
  EXPECT_EQ(read_site_log_text("a.json", ended + cdr).transactions.size(), 1U);
  const auto refusal = [](const std::string& text) -> std::string {
    try {
      read_site_log_text("a.json", text);
    } catch (const LogError& error) {
      return error.what();
    }
    return "taken";
  };
  EXPECT_EQ(refusal("{\"transactionId\":}").substr(0, 36), "a.json:1: no JSON that can be read (");
  EXPECT_EQ(refusal("{\"transactionId\":1}"),
            "a.json:1: an object that is no session, CDR or summary of a transaction: left out");
  EXPECT_EQ(refusal("nothing").substr(0, 7), "a.json:");
}

TEST(SummaryObjects, OfOneSessionInSeveralFilesAreOneTransaction) {
  const auto folder = std::filesystem::temp_directory_path() / ("evtwin_summary_" + std::to_string(getpid()));
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "station.json") << ended;
  std::ofstream(folder / "cdrs.json") << "[" << cdr << "]";
  std::ofstream(folder / "readme.txt") << "nothing of the kind";
  const SiteLog log = read_site_log(std::vector<std::string>{folder.string()});
  EXPECT_EQ(log.transactions.size(), 1U);
  EXPECT_EQ(log.report.files.size(), 2U);
  std::ofstream(folder / "log.txt") << R"([2,"1","Heartbeat",{}])"
                                    << "\n";
  const SiteLog frames = read_site_log(std::vector<std::string>{folder.string()});
  EXPECT_TRUE(frames.transactions.empty());
  EXPECT_TRUE(flagged(frames, "documents_beside_log", "cdrs.json"));
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace evtwin::ocpp
