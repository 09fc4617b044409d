// Charging histories as others publish them: ACN-Data's JSON, and the garages' reports at Mendeley Data.
#include <gmock/gmock.h>

#include <numeric>

#include "sessions/session_table.hpp"
#include "support/temporary_file.hpp"

namespace evtwin::sessions {
namespace {

using ::testing::HasSubstr;
using testing::message_of;
using testing::TemporaryFile;

const market::Calendar in_utc;
const market::Calendar pasadena_zone("America/Los_Angeles");
const market::Calendar oslo_zone("Europe/Oslo");

SessionTable history_of(const std::string& name, const std::string& content, const market::Calendar& calendar) {
  const TemporaryFile file(content);
  return read_sessions(name, file.path(), calendar);
}

// Two sessions of the shape that the interface gives, all figures made up.
const std::string two_items = R"({"_meta": {"site": "caltech", "end": "x", "min_kWh": null}, "_items": [
 {"_id": "a", "clusterID": "0039", "connectionTime": "Wed, 25 Apr 2018 11:08:04 GMT",
  "disconnectTime": "Wed, 25 Apr 2018 13:20:10 GMT", "doneChargingTime": null, "kWhDelivered": 7.932,
  "sessionID": "2_39_78_362_2018-04-25 11:08:04", "siteID": "0002", "spaceID": "CA-496", "stationID": "2-39-78-362",
  "timezone": "America/Los_Angeles", "userID": null, "userInputs": null},
 {"_id": "b", "connectionTime": "Thu, 26 Apr 2018 01:00:00 GMT", "disconnectTime": "Thu, 26 Apr 2018 04:00:00 GMT",
  "doneChargingTime": "Thu, 26 Apr 2018 03:00:00 GMT", "kWhDelivered": "12.5", "sessionID": "b", "siteID": "0002",
  "stationID": "2-39-79-380", "timezone": "America/Los_Angeles", "userID": "000000061",
  "userInputs": [
   {"WhPerMile": 250, "kWhRequested": 30, "milesRequested": 120, "minutesAvailable": 300,
    "modifiedAt": "Thu, 26 Apr 2018 02:30:00 GMT", "paymentRequired": true,
    "requestedDeparture": "Thu, 26 Apr 2018 06:00:00 GMT", "userID": 61},
   {"kWhRequested": 20.0, "minutesAvailable": 150, "modifiedAt": "Thu, 26 Apr 2018 01:02:00 GMT"}]}]})";

TEST(AcnJson, ItemsAreSessionsWithTheFirstWordOfTheirDrivers) {
  const SessionTable table = history_of("acn.json", two_items, pasadena_zone);
  ASSERT_EQ(table.rows.size(), 2U);
  const SessionRow &silent = table.rows[0], &asked = table.rows[1];
  EXPECT_EQ(silent.visit.arrival_ns, market::parse_instant("2018-04-25T04:08:04-07:00", in_utc));
  EXPECT_EQ(silent.visit.departure_ns, market::parse_instant("2018-04-25T13:20:10Z", in_utc));
  EXPECT_EQ(silent.visit.taken_kwh, 7.932);
  EXPECT_EQ(silent.visit.requested_kwh, 7.932);
  EXPECT_EQ(silent.evse_id, "2-39-78-362");
  EXPECT_EQ(asked.visit.taken_kwh, 12.5);
  EXPECT_EQ(asked.visit.requested_kwh, 20.0);
  EXPECT_EQ(asked.visit.claimed_departure_ns, market::parse_instant("2018-04-26T03:30:00Z", in_utc));
  EXPECT_EQ(asked.driver, "000000061");
  ASSERT_FALSE(table.flags.empty());
  EXPECT_THAT(table.flags[0].reason, HasSubstr("1 driver(s) changed what they had claimed"));
}

// Count and sum by other means: drawn in whole Wh, written by hand, summed as integers.
TEST(AcnJson, CountAndEnergyAreThoseOfTheFile) {
  std::string text = "[";
  std::int64_t sum_wh = 0;
  constexpr int items = 500;
  for (int i = 0; i < items; ++i) {
    const int wh = (i * 7919) % 60'000;
    sum_wh += wh;
    const int day = 1 + i % 28;
    char item[400];
    std::snprintf(item, sizeof item,
                  "%s{\"connectionTime\":\"Tue, %02d May 2018 %02d:00:00 GMT\",\"disconnectTime\":\"Tue, %02d May 2018 "
                  "%02d:59:59 GMT\",\"kWhDelivered\":%d.%03d,\"sessionID\":\"s%d\",\"stationID\":\"CA-%d\"}",
                  i == 0 ? "" : ",", day, i % 24, day, i % 24, wh / 1000, wh % 1000, i, i % 54);
    text += item;
  }
  const SessionTable table = history_of("acn.json", text + "]", pasadena_zone);
  EXPECT_EQ(table.rows.size(), std::size_t{items});
  const double kwh = std::accumulate(table.rows.begin(), table.rows.end(), 0.0,
                                     [](double sum, const SessionRow& row) { return sum + row.visit.taken_kwh; });
  EXPECT_NEAR(kwh, static_cast<double>(sum_wh) / 1000.0, 1e-6);
}

TEST(AcnJson, ABadItemIsNamedByItsNumberAndLeftOut) {
  const auto item = [](const char* id, const char* changed) {
    return std::string(R"({"connectionTime":"Wed, 25 Apr 2018 11:00:00 GMT","sessionID":")") + id + "\"," + changed +
           "}";
  };
  const std::string good = R"("disconnectTime":"Wed, 25 Apr 2018 12:00:00 GMT","kWhDelivered":5,"stationID":"A")";
  std::string text = "[";
  for (int i = 0; i < 6; ++i) text += item(std::to_string(i).c_str(), good.c_str()) + ",";
  text += item("x", R"("disconnectTime":null,"kWhDelivered":5)") + ",";
  text += item("y", R"("disconnectTime":"Wed, 25 Apr 2018 12:00:00 GMT","kWhDelivered":[5])") + ",";
  text += R"("not a session",)";
  text += item("z", R"("disconnectTime":"Wed, 25 Apr 2018 12:00:00 GMT")") + ",";
  text += item("w", R"("disconnectTime":"Wed, 25 Apr 2018 12:00:00 GMT","kWhDelivered":5,"userInputs":[3])") + "]";
  const SessionTable table = history_of("acn.json", text, pasadena_zone);
  EXPECT_EQ(table.rows.size(), 6U);
  std::vector<std::string> left_out;
  for (const TableFlag& flag : table.flags) {
    if (flag.left_out) left_out.push_back(flag.reason);
  }
  ASSERT_EQ(left_out.size(), 5U);
  EXPECT_THAT(left_out[0], HasSubstr("acn.json:7: departure: "));
  EXPECT_THAT(left_out[1], HasSubstr("acn.json:8: delivered_energy (kWh): '[5]' is no number"));
  EXPECT_THAT(left_out[2], HasSubstr("acn.json:9: arrival: "));
  EXPECT_THAT(left_out[3], HasSubstr("acn.json:10: delivered_energy (kWh): '' is no number"));
  EXPECT_THAT(left_out[4], HasSubstr("acn.json:11: requested_energy (kWh): '[3]' is no number"));
}

TEST(AcnJson, WhatIsNoListOfSessionsIsRefusedInOneLine) {
  const auto refusal = [](const std::string& text) {
    return message_of<InputError>([&] { history_of("acn.json", text, pasadena_zone); });
  };
  EXPECT_THAT(refusal("{\"_items\": [\n{\"a\": 1},\n{\"b\""), HasSubstr("acn.json:3: is no JSON from here on"));
  EXPECT_THAT(refusal("{\"items\": []}"), HasSubstr("has no \"_items\""));
  EXPECT_THAT(refusal("{\"_items\": {}}"), HasSubstr("\"_items\" is no list"));
  EXPECT_THAT(refusal("{\"_items\": []}"), HasSubstr("the list of items is empty"));
  EXPECT_THAT(refusal("[{}]"), HasSubstr("acn.json:1: arrival: \"\": write a date"));
  EXPECT_THAT(refusal(std::string(100, '[') + std::string(100, ']')), HasSubstr("deeper than 64 levels"));
  EXPECT_THAT(refusal("[1e999]"), HasSubstr("is no JSON"));
}

// Columns as the garages' reports have them, rows made up.
const std::string report_head =
    "session_ID;Garage_ID;User_ID;User_type;Shared_ID;Start_plugin;Start_plugin_hour;End_plugout;End_plugout_hour;"
    "El_kWh;Duration_hours\n";

TEST(ChargingReports, RowsAreSessionsAndRejectedOnesAreCountedAndListed) {
  const SessionTable table =
      history_of("reports.csv",
                 report_head +
                     "1;AdO3;AdO3-4;Private;NA;21.12.2018 10:20;10;21.12.2018 10:23;10;0,3;0,05\n"
                     "2;AdO3;AdO3-4;Private;NA;21.12.2018 10:24;10;21.12.2018 10:32;10;0,87;0,1\n"
                     "4;AdO3;AdO3-2;Private;NA;01.07.2019 9:05;9;02.07.2019 7:00;7;29,87;21,9\n"
                     "5;AdO3;AdO3-2;Private;NA;03.07.2019 9:05;9;NA;NA;15,56;NA\n"
                     "6;AdO3;AdO3-2;Private;NA;04.07.2019 9:05;9;04.07.2019 9:05;9;1,5;0\n"
                     "7;AdO3;AdO3-2;Private;NA;31.03.2019 02:30;2;31.03.2019 09:05;9;1,5;7\n"
                     "2;AdO3;AdO3-2;Private;NA;05.07.2019 9:05;9;05.07.2019 10:05;9;1,5;1\n",
                 oslo_zone);
  ASSERT_EQ(table.rows.size(), 3U);
  EXPECT_EQ(table.rows[0].visit.arrival_ns, market::parse_instant("2018-12-21T09:20:00Z", in_utc));
  EXPECT_EQ(table.rows[2].visit.arrival_ns, market::parse_instant("2019-07-01T07:05:00Z", in_utc));
  EXPECT_EQ(table.rows[2].visit.taken_kwh, 29.87);
  EXPECT_EQ(table.rows[2].driver, "AdO3-2");
  std::string left_out;
  int count = 0;
  for (const TableFlag& flag : table.flags) {
    if (flag.left_out) left_out += flag.reason + "\n", ++count;
  }
  EXPECT_EQ(count, 4) << left_out;
  EXPECT_THAT(left_out, HasSubstr("reports.csv:5: End_plugout: "));
  EXPECT_THAT(left_out, HasSubstr("reports.csv:6: session 6: its departure"));
  EXPECT_THAT(left_out, HasSubstr("reports.csv:7: Start_plugin: "));  // no such local time: the clock jumps over it
  EXPECT_THAT(left_out, HasSubstr("reports.csv:8: session 2: its id was there before, on line 3"));
}

TEST(ChargingReports, DatesThatAreNoneAreNotTurnedAround) {
  const auto refusal = [](const std::string& arrival) {
    return message_of<InputError>([&] {
      history_of("reports.csv", "Start_plugin,End_plugout,El_kWh\n" + arrival + ",21.12.2018 10:23,\"0,3\"\n",
                 oslo_zone);
    });
  };
  EXPECT_THAT(refusal("12/21/2018 10:20"), HasSubstr("Start_plugin"));
  EXPECT_THAT(refusal("21.13.2018 10:20"), HasSubstr("Start_plugin"));
  EXPECT_THAT(refusal("21.12.18 10:20"), HasSubstr("Start_plugin"));
}

}  // namespace
}  // namespace evtwin::sessions
