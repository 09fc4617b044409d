// Charge detail records with every field that OCPI 2.2.1 requires (mod_cdrs.asciidoc, release 2.2.1).
#include "replay/ocpi_writer.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "replay/small_run.hpp"

namespace evtwin::replay {
namespace {

using Json = nlohmann::json;

Json cdrs_of(const RecordedRun& run, const std::map<std::string, std::string>& facts = {}, bool anonymise = false,
             OcpiSummary* summary = nullptr) {
  std::string text;
  const OcpiSummary wrote = write_ocpi_cdrs(run, facts, anonymise, [&](std::string_view piece) { text += piece; });
  if (summary != nullptr) *summary = wrote;
  return Json::parse(text);
}

TEST(OcpiWriter, EveryRequiredFieldIsThereAndWithinItsLength) {
  const Json cdrs = cdrs_of(small_run());
  ASSERT_EQ(cdrs.size(), 3U);
  const auto text = [](const Json& object, const char* key, std::size_t most) {
    ASSERT_TRUE(object.contains(key)) << key;
    ASSERT_TRUE(object[key].is_string()) << key;
    EXPECT_GE(object[key].get<std::string>().size(), 1U) << key;
    EXPECT_LE(object[key].get<std::string>().size(), most) << key;
  };
  for (const Json& cdr : cdrs) {
    text(cdr, "country_code", 2);
    text(cdr, "party_id", 3);
    text(cdr, "id", 39);
    text(cdr, "start_date_time", 25);
    text(cdr, "end_date_time", 25);
    text(cdr["cdr_token"], "country_code", 2);
    text(cdr["cdr_token"], "party_id", 3);
    text(cdr["cdr_token"], "uid", 36);
    EXPECT_EQ(cdr["cdr_token"]["type"], "OTHER");
    text(cdr["cdr_token"], "contract_id", 36);
    EXPECT_EQ(cdr["auth_method"], "WHITELIST");
    const Json& location = cdr["cdr_location"];
    text(location, "id", 36);
    text(location, "address", 45);
    text(location, "city", 45);
    text(location, "country", 3);
    text(location["coordinates"], "latitude", 10);
    text(location["coordinates"], "longitude", 11);
    text(location, "evse_uid", 36);
    text(location, "connector_id", 36);
    EXPECT_EQ(location["connector_standard"], "IEC_62196_T2");
    EXPECT_EQ(location["connector_format"], "SOCKET");
    EXPECT_EQ(location["connector_power_type"], "AC_1_PHASE");
    text(cdr, "currency", 3);
    EXPECT_GE(cdr["charging_periods"].size(), 1U);
    for (const Json& period : cdr["charging_periods"]) {
      text(period, "start_date_time", 25);
      EXPECT_GE(period["dimensions"].size(), 1U);
    }
    EXPECT_TRUE(cdr["total_cost"]["excl_vat"].is_number());
    EXPECT_TRUE(cdr["total_energy"].is_number());
    EXPECT_TRUE(cdr["total_time"].is_number());
    text(cdr, "last_updated", 25);
  }
}

TEST(OcpiWriter, PeriodsAddUpToTheTotals) {
  const Json cdr = cdrs_of(small_run())[0];  // 7 kW, an hour of nothing, 3.5 kW, an hour of nothing
  ASSERT_EQ(cdr["charging_periods"].size(), 4U);
  std::map<std::string, double> sums;
  for (const Json& period : cdr["charging_periods"]) {
    for (const Json& dimension : period["dimensions"]) sums[dimension["type"]] += dimension["volume"].get<double>();
  }
  EXPECT_DOUBLE_EQ(sums["ENERGY"], cdr["total_energy"]);
  EXPECT_DOUBLE_EQ(sums["ENERGY"], 10.5);
  EXPECT_DOUBLE_EQ(sums["PARKING_TIME"], cdr["total_parking_time"]);
  EXPECT_DOUBLE_EQ(sums["PARKING_TIME"], 2.0);
  EXPECT_DOUBLE_EQ(sums["TIME"] + sums["PARKING_TIME"], cdr["total_time"]);
}

TEST(OcpiWriter, WhatIsNotGivenIsSaidAndWhatIsWrongRefused) {
  OcpiSummary summary;
  const Json cdrs = cdrs_of(small_run(), {{"city", "서울"}, {"latitude", "37.56650"}}, true, &summary);
  EXPECT_EQ(cdrs[0]["cdr_location"]["city"], "서울");
  EXPECT_EQ(summary.records, 3U);
  EXPECT_EQ(summary.left_out, 1U) << "open at the end of the run";
  EXPECT_EQ(summary.placeholders.size(), ocpi_facts().size() - 2);
  EXPECT_EQ(cdrs.dump().find("kim"), std::string::npos);
  EXPECT_EQ(cdrs[0]["cdr_token"]["uid"], cdrs[2]["cdr_token"]["uid"]);
  for (const auto& [key, value] : std::map<std::string, std::string>{{"city", ""},
                                                                     {"country_code", "KOR"},
                                                                     {"latitude", "37.5"},
                                                                     {"longitude", "12.3456x"},
                                                                     {"ac_connector", "TYPE2"},
                                                                     {"ac_format", "PLUG"},
                                                                     {"town", "Seoul"}})
    EXPECT_THROW(cdrs_of(small_run(), {{key, value}}), std::invalid_argument) << key;
}

TEST(OcpiWriter, ARunWithoutSessionsHasAnEmptyList) {
  RecordedRun run = small_run();
  run.sessions.clear();
  EXPECT_EQ(cdrs_of(run), Json::array());
}

TEST(SessionTable, HasTheColumnsThatScenariosRead) {
  std::string table;
  RecordedRun run = small_run();
  run.sessions[1].name = "a,\"b\"";
  write_session_table(run, false, [&](std::string_view piece) { table += piece; });
  EXPECT_EQ(table.substr(0, table.find("\n2026-06-01T12:00")),
            "arrival,departure,energy_kwh,requested_kwh,evse,session_id\n"
            "2026-06-01T08:00:00+09:00,2026-06-01T12:00:00+09:00,10.5,0,A-1,kim#1\n"
            "2026-06-01T09:00:00+09:00,2026-06-01T10:30:00+09:00,6,0,A-2,\"a,\"\"b\"\"\"");
  table.clear();
  write_session_table(run, true, [&](std::string_view piece) { table += piece; });
  EXPECT_EQ(table.find("kim"), std::string::npos);
  EXPECT_NE(table.find("T000001#2"), std::string::npos);
}

}  // namespace
}  // namespace evtwin::replay
