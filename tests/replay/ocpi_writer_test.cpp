// Sessions and charge detail records with every field that OCPI 2.2.1 requires (mod_sessions.asciidoc,
// mod_cdrs.asciidoc, release 2.2.1); and documents that were read are written again as they were.
#include "replay/ocpi_writer.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "replay/small_run.hpp"

namespace evtwin::replay {
namespace {

using Json = nlohmann::json;

Json cdrs_of(const RecordedRun& run, const std::map<std::string, std::string>& facts = {}, bool anonymise = false,
             OcpiSummary* summary = nullptr, OcpiObject kind = OcpiObject::cdr) {
  std::string text;
  const OcpiSummary wrote = write_ocpi(run, kind, facts, anonymise, [&](std::string_view piece) { text += piece; });
  if (summary != nullptr) *summary = wrote;
  return Json::parse(text);
}

Json sessions_of(const RecordedRun& run, bool anonymise = false) {
  return cdrs_of(run, {}, anonymise, nullptr, OcpiObject::session);
}

// As another operator would have sent it: all of its own, an optional field, and one that the standard does not have.
const std::string foreign_cdr = R"({"party_id":"ABC","country_code":"KR","id":"C-1",
  "start_date_time":"2026-05-31T23:00:00Z","end_date_time":"2026-06-01T03:00:00Z","session_id":"S-1",
  "cdr_token":{"country_code":"KR","party_id":"EMP","uid":"04A1B2C3","type":"RFID","contract_id":"KR-EMP-C00000001-X"},
  "auth_method":"AUTH_REQUEST","authorization_reference":"R-77",
  "cdr_location":{"id":"LOC9","address":"1 Street","city":"Seoul","country":"KOR",
    "coordinates":{"latitude":"37.56650","longitude":"126.97800"},"evse_uid":"EVSE-9","evse_id":"KR*ABC*E9",
    "connector_id":"2","connector_standard":"IEC_62196_T1","connector_format":"CABLE",
    "connector_power_type":"AC_1_PHASE"},
  "meter_id":"M-1","currency":"KRW","charging_periods":[{"start_date_time":"2026-05-31T23:00:00Z",
    "dimensions":[{"type":"ENERGY","volume":10.5},{"type":"MAX_CURRENT","volume":32}]}],
  "total_cost":{"excl_vat":6005,"incl_vat":6605.5},"total_energy":10.5,"total_time":4,"x_driver":"Kim",
  "last_updated":"2026-06-01T03:00:01Z"})";

RecordedRun run_of_documents() {
  RecordedRun run = small_run();
  run.sessions[0].ocpi_cdr = foreign_cdr;
  run.sessions[0].token = "04A1B2C3";
  return run;
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
    text(location, "evse_id", 48);
    EXPECT_EQ(location["evse_id"].get<std::string>().substr(0, 8), "XX*EVT*E");
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

TEST(OcpiWriter, SessionsAreThoseOfTheCdrsAndWhatGoesOn) {
  const Json cdrs = cdrs_of(small_run()), sessions = sessions_of(small_run());
  ASSERT_EQ(sessions.size(), 4U);
  for (std::size_t i = 0; i < cdrs.size(); ++i) {
    EXPECT_EQ(sessions[i]["id"], cdrs[i]["session_id"]);
    EXPECT_EQ(sessions[i]["kwh"], cdrs[i]["total_energy"]);
    EXPECT_EQ(sessions[i]["evse_uid"], cdrs[i]["cdr_location"]["evse_uid"]);
    EXPECT_EQ(sessions[i]["location_id"], cdrs[i]["cdr_location"]["id"]);
    EXPECT_EQ(sessions[i]["status"], "COMPLETED");
    for (const char* same : {"country_code", "party_id", "start_date_time", "end_date_time", "cdr_token", "auth_method",
                             "currency", "charging_periods", "total_cost", "last_updated"})
      EXPECT_EQ(sessions[i][same], cdrs[i][same]) << same;
  }
  EXPECT_EQ(sessions[3]["status"], "ACTIVE");
  EXPECT_FALSE(sessions[3].contains("end_date_time"));
  EXPECT_EQ(sessions[3]["cdr_token"]["uid"], "lee");
  EXPECT_EQ(sessions[3]["last_updated"], "2026-06-01T15:00:00Z");
}

TEST(OcpiWriter, WhatADocumentSaysIsWrittenAsItWasRead) {
  const Json cdrs = cdrs_of(run_of_documents());
  ASSERT_EQ(cdrs.size(), 3U);
  EXPECT_EQ(cdrs[0], Json::parse(foreign_cdr));
  const Json session = sessions_of(run_of_documents())[0];
  EXPECT_EQ(session["id"], "S-1");
  EXPECT_EQ(session["kwh"], 10.5);
  EXPECT_EQ(session["currency"], "KRW");
  EXPECT_EQ(session["total_cost"]["incl_vat"], 6605.5);
  EXPECT_EQ(session["cdr_token"]["contract_id"], "KR-EMP-C00000001-X");
  EXPECT_EQ(session["evse_uid"], "EVSE-9");
  EXPECT_EQ(session["connector_id"], "2");
  EXPECT_EQ(session["meter_id"], "M-1");
}

TEST(OcpiWriter, MaskedRecordsNameNobody) {
  const Json masked = cdrs_of(run_of_documents(), {}, true)[0];
  for (const char* name : {"04A1B2C3", "C00000001", "R-77", "Kim"})
    EXPECT_EQ(masked.dump().find(name), std::string::npos) << name;
  EXPECT_EQ(masked["cdr_token"]["uid"], "T000001");
  EXPECT_EQ(masked["cdr_token"]["type"], "RFID");
  EXPECT_EQ(masked["total_cost"], Json::parse(foreign_cdr)["total_cost"]);
  EXPECT_EQ(sessions_of(run_of_documents(), true)[0]["cdr_token"], masked["cdr_token"]);
}

// The notes' samples: looser names, and required fields that are missing.
TEST(OcpiWriter, LooserDocumentsGetTheStandardsNamesAndWhatItRequires) {
  RecordedRun run = small_run();
  run.sessions[0].ocpi_cdr = R"({"cdr_id":"CDR2","startDateTime":"2026-05-31T23:00:00Z",
    "end_date_time":"2026-06-01T03:00:00Z","session_id":"TXN2","auth_id":"CARD_9","token_type":"RFID",
    "location":{"id":"LOC2","evse_uid":"EVSE2","connector_id":"2"},"meter_start":200000,"total_energy":0.92,
    "currency":"KRW","charging_periods":[],"last_updated":"2026-06-01T03:00:00Z"})";
  const Json cdr = cdrs_of(run)[0];
  EXPECT_EQ(cdr["id"], "CDR2");
  EXPECT_EQ(cdr["start_date_time"], "2026-05-31T23:00:00Z");
  EXPECT_EQ(cdr["cdr_token"]["uid"], "CARD_9");
  EXPECT_EQ(cdr["cdr_token"]["contract_id"], "CARD_9");
  EXPECT_EQ(cdr["cdr_token"]["country_code"], "XX");
  EXPECT_EQ(cdr["cdr_location"]["evse_uid"], "EVSE2");
  EXPECT_EQ(cdr["cdr_location"]["connector_standard"], "IEC_62196_T2");
  EXPECT_EQ(cdr["currency"], "KRW");
  EXPECT_EQ(cdr["total_energy"], 0.92);
  EXPECT_EQ(cdr["charging_periods"].size(), 4U) << "the run's, since OCPI requires one";
  EXPECT_EQ(cdr["meter_start"], 200000);
  EXPECT_FALSE(cdr.contains("auth_id"));
}

TEST(OcpiWriter, WhatWasNotReplayedIsWrittenToo) {
  RecordedRun run = small_run();
  run.unplayed.push_back({"", R"({"country_code":"KR","party_id":"ABC","id":"GOES-ON",
    "start_date_time":"2026-06-01T00:30:00Z","kwh":1.25,"cdr_token":{"country_code":"KR","party_id":"ABC","uid":"U",
    "type":"RFID","contract_id":"K"},"auth_method":"COMMAND","location_id":"L","evse_uid":"E","connector_id":"1",
    "currency":"KRW","charging_periods":[],"status":"ACTIVE","last_updated":"2026-06-01T00:35:00Z"})"});
  const Json sessions = sessions_of(run);
  ASSERT_EQ(sessions.size(), 5U);
  EXPECT_EQ(sessions[2], Json::parse(run.unplayed[0].ocpi_session)) << "in order of start";
  OcpiSummary summary;
  EXPECT_EQ(cdrs_of(run, {}, false, &summary).size(), 3U);
  EXPECT_EQ(summary.left_out, 2U);
}

TEST(OcpiWriter, ARunWithoutSessionsHasAnEmptyList) {
  RecordedRun run = small_run();
  run.sessions.clear();
  EXPECT_EQ(cdrs_of(run), Json::array());
}

TEST(SessionTable, HasTheColumnsThatScenariosRead) {
  std::string table;
  RecordedRun run = small_run();
  run.sessions[1].name = run.sessions[1].token = "a,\"b\"";
  write_session_table(run, false, [&](std::string_view piece) { table += piece; });
  EXPECT_EQ(table.substr(0, table.find("\n2026-06-01T12:00")),
            "arrival,departure,energy_kwh,requested_kwh,evse,session_id,charging_type\n"
            "2026-06-01T08:00:00+09:00,2026-06-01T12:00:00+09:00,10.5,0,A-1,kim#1,ac\n"
            "2026-06-01T09:00:00+09:00,2026-06-01T10:30:00+09:00,6,0,A-2,\"a,\"\"b\"\"\",ac");
  table.clear();
  write_session_table(run, true, [&](std::string_view piece) { table += piece; });
  EXPECT_EQ(table.find("kim"), std::string::npos);
  EXPECT_NE(table.find("T000001#2"), std::string::npos);
  // Of a replay: the log's card, not the transaction's number.
  run.sessions[0].token = "CARD";
  EXPECT_EQ(session_ids(run, false)[0], "CARD#1");
}

}  // namespace
}  // namespace evtwin::replay
