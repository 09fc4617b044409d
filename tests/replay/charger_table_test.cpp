#include "replay/charger_table.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

namespace evtwin::replay {
namespace {

ocpp::Station station(const std::string& id, const std::string& firmware) {
  ocpp::Station made;
  made.id = id;
  made.vendor = "ACME";
  made.model = "Wall 7";
  made.firmware = firmware;
  made.evses = 1;
  return made;
}

// Three chargers of one model; two run 1.2, one of them faulted twice.
ocpp::SiteLog three_chargers() {
  ocpp::SiteLog log;
  log.stations = {station("A", "1.2"), station("B", "1.3"), station("C", "1.2")};
  log.stations[0].faults = {{"GroundFailure", 2}};
  log.stations[2].faults = {{"GroundFailure", 1}, {"OverVoltage", 1}};
  log.stations[0].offline = {{0, kernel::hour_ns, "connection closed"}, {2 * kernel::hour_ns, 5 * kernel::hour_ns, ""}};
  for (const auto& [id, kwh] : std::vector<std::pair<std::string, double>>{
           {"A", 5.0}, {"A", kernel::unknown}, {"B", 7.0}, {"C", 1.0}, {"stranger", 9.0}}) {
    ocpp::Transaction& transaction = log.transactions.emplace_back();
    transaction.station = id;
    transaction.energy_kwh = kwh;
  }
  ocpp::Sample sample;
  sample.power_kw = 6.8;
  log.transactions[0].samples = {sample, {}};
  sample.power_kw = 7.1;
  sample.current_a = {30.9, kernel::unknown, kernel::unknown};
  log.transactions[1].samples = {sample};
  return log;
}

TEST(ChargerTable, FirmwaresFollowOneAnotherAsBootsTellThem) {
  ocpp::SiteLog log = three_chargers();
  const auto boot = [](int hour, const std::string& firmware) {
    return ocpp::Station::Boot{hour * kernel::hour_ns, "ACME", "Wall 7", firmware, "Accepted"};
  };
  log.stations[1].boots = {boot(1, "1.2"), boot(2, "1.2"), boot(3, ""), boot(4, "1.3")};
  const ChargerTable table = charger_table(log);
  ASSERT_EQ(table.chargers[1].firmwares.size(), 2U);
  EXPECT_EQ(table.chargers[1].firmwares[0].time_ns, kernel::hour_ns);
  EXPECT_EQ(table.chargers[1].firmwares[1].firmware, "1.3");
  EXPECT_NE(charger_text(table).find("1.2 > 1.3"), std::string::npos);
  const auto history = charger_json(table)["chargers"][1]["firmware_history"];
  EXPECT_EQ(history[1]["since"], "1970-01-01T04:00:00+00:00");
}

TEST(ChargerTable, TellsOfEachChargerWhatItSaidAndDid) {
  const ChargerTable table = charger_table(three_chargers());
  ASSERT_EQ(table.chargers.size(), 3U);
  const ChargerRow& a = table.chargers[0];
  EXPECT_EQ(a.transactions, 2U);
  EXPECT_DOUBLE_EQ(a.kwh, 5.0) << "an energy that is not known is not added";
  EXPECT_DOUBLE_EQ(a.largest_kw, 7.1);
  EXPECT_DOUBLE_EQ(a.largest_amps, 30.9);
  EXPECT_DOUBLE_EQ(a.offline_h, 4.0);
  EXPECT_EQ(a.fault_count(), 2U);
  EXPECT_TRUE(std::isnan(table.chargers[1].largest_kw)) << "no reading of power";
}

TEST(ChargerTable, FaultsAreCountedByFirmware) {
  const ChargerTable table = charger_table(three_chargers());
  ASSERT_EQ(table.firmwares.size(), 2U);
  const FirmwareRow& old = table.firmwares[0];
  EXPECT_EQ(old.firmware, "1.2");
  EXPECT_EQ(old.stations, 2U);
  EXPECT_EQ(old.faults, (std::map<std::string, std::uint64_t>{{"GroundFailure", 3}, {"OverVoltage", 1}}));
  EXPECT_NEAR(old.faults_per_100_transactions(), 400.0 / 3.0, 1e-12);
  EXPECT_DOUBLE_EQ(table.firmwares[1].faults_per_100_transactions(), 0.0);
  EXPECT_TRUE(std::isnan(FirmwareRow{}.faults_per_100_transactions()));
}

// B ran 1.2 for two transactions, was updated, and broke down once: under 1.3, of which nobody charged.
TEST(ChargerTable, WhatAChargerDidCountsForTheFirmwareItRanThen) {
  ocpp::SiteLog log;
  log.stations = {station("B", "1.3")};
  log.stations[0].boots = {{kernel::hour_ns, "ACME", "Wall 7", "1.2", "Accepted"},
                           {5 * kernel::hour_ns, "ACME", "Wall 7", "1.3", "Accepted"}};
  log.stations[0].faults = {{"GroundFailure", 1}};
  log.stations[0].faults_of_firmware = {{"1.3", {{"GroundFailure", 1}}}};
  for (const int hour : {0, 2}) {
    ocpp::Transaction& transaction = log.transactions.emplace_back();
    transaction.station = "B";
    transaction.start_ns = hour * kernel::hour_ns;
    transaction.energy_kwh = 5.0;
  }
  const ChargerTable table = charger_table(log);
  ASSERT_EQ(table.firmwares.size(), 2U);
  EXPECT_EQ(table.firmwares[0].firmware, "1.2");
  EXPECT_EQ(table.firmwares[0].transactions, 2U);
  EXPECT_DOUBLE_EQ(table.firmwares[0].faults_per_100_transactions(), 0.0);
  EXPECT_EQ(table.firmwares[1].transactions, 0U);
  EXPECT_EQ(table.firmwares[1].faults.at("GroundFailure"), 1U);
  EXPECT_EQ(charger_table(log, "1.2").chargers.size(), 1U);
}

TEST(ChargerTable, AFilterLeavesTheOthersOut) {
  const ChargerTable table = charger_table(three_chargers(), "1.3");
  ASSERT_EQ(table.chargers.size(), 1U);
  EXPECT_EQ(table.chargers[0].station, "B");
  EXPECT_EQ(table.firmwares.size(), 1U);
  EXPECT_TRUE(charger_table(three_chargers(), "9").chargers.empty());
}

TEST(ChargerTable, WhatIsNotKnownIsNullAndHostileNamesDoNoHarm) {
  ocpp::SiteLog log = three_chargers();
  log.stations[1].id = "\x1b[31mB";
  log.stations[1].vendor.clear();
  const ChargerTable table = charger_table(log);
  const auto json = charger_json(table);
  EXPECT_TRUE(json["chargers"][1]["vendor"].is_null());
  EXPECT_TRUE(json["chargers"][1]["largest_kw"].is_null());
  EXPECT_EQ(charger_text(table).find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace evtwin::replay
