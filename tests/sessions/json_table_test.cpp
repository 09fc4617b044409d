// ACN-Data's sessions as JSON, and charging reports with decimal commas: counts and kWh are the file's own.
#include "sessions/json_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "sessions/session_table.hpp"
#include "sessions/text_file.hpp"
#include "support/temporary_file.hpp"

namespace evtwin::sessions {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const market::Calendar pacific("America/Los_Angeles");

SessionTable table_of(const std::string& name, const std::string& text, const market::Calendar& calendar = pacific,
                      const SessionOptions& options = {}) {
  const testing::TemporaryFolder folder;
  return read_sessions(name, folder.write(name, text), calendar, options);
}

std::string json_error(const std::string& name, const std::string& text) {
  try {
    table_of(name, text);
  } catch (const InputError& error) {
    return error.what();
  }
  return "read";
}

/// An item as the API has it; `more` follows kWhDelivered.
std::string item(int number, const std::string& kwh, const std::string& more = R"(,"userInputs":null)") {
  const std::string day = (number < 10 ? "0" : "") + std::to_string(number);
  return R"({"connectionTime":"Mon, )" + day + R"( Jun 2020 14:00:00 GMT","disconnectTime":"Mon, )" + day +
         R"( Jun 2020 22:30:00 GMT","doneChargingTime":null,"kWhDelivered":)" + kwh + R"(,"sessionID":"s)" +
         std::to_string(number) + R"(","stationID":"2-39-78-362","spaceID":"CA-496","userID":null)" + more + "}";
}

TEST(AcnJson, HasTheSessionsAndTheEnergyOfTheFile) {
  const std::string said =
      R"(,"userInputs":[{"kWhRequested":20.5,"requestedDeparture":"Mon, 02 Jun 2020 21:00:00 GMT","userID":61},)"
      R"({"kWhRequested":40,"requestedDeparture":"Mon, 02 Jun 2020 23:00:00 GMT"}])";
  const std::string text = R"({"_meta":{"site":"caltech"},"_items":[)" + item(1, "7.932") + "," +
                           item(2, "10.013", said) + "," + item(3, "0.5") + "]}";
  const SessionTable table = table_of("acn.json", text);
  ASSERT_EQ(table.rows.size(), 3U);
  const double kwh = std::accumulate(table.rows.begin(), table.rows.end(), 0.0,
                                     [](double sum, const SessionRow& row) { return sum + row.visit.taken_kwh; });
  EXPECT_DOUBLE_EQ(kwh, 7.932 + 10.013 + 0.5);
  // 14:00 in Greenwich is 07:00 in June's Los Angeles.
  EXPECT_EQ(pacific.format_iso(table.rows[0].visit.arrival_ns), "2020-06-01T07:00:00-07:00");
  EXPECT_EQ(table.rows[0].evse_id, "2-39-78-362");
  // Who said nothing asks for what was taken; of two words the first is that of the arrival.
  EXPECT_EQ(table.rows[0].visit.requested_kwh, 7.932);
  EXPECT_EQ(table.rows[0].visit.claimed_departure_ns, table.rows[0].visit.departure_ns);
  EXPECT_EQ(table.rows[1].visit.requested_kwh, 20.5);
  EXPECT_EQ(pacific.format_iso(table.rows[1].visit.claimed_departure_ns), "2020-06-02T14:00:00-07:00");

  // The bare list is the same.
  const SessionTable list = table_of("list.json", "[" + item(1, "7.932") + "," + item(2, "10.013", said) + "]");
  ASSERT_EQ(list.rows.size(), 2U);
  EXPECT_EQ(list.rows[1].visit.requested_kwh, 20.5);
}

TEST(AcnJson, LeavesOutWhatCanNotBeReadAndSaysWhich) {
  std::string open = item(4, "3");
  open.replace(open.find(R"("Mon, 04 Jun 2020 22:30:00 GMT")"), 31, "null");
  const SessionTable table = table_of("acn.json", "[" + item(1, "1") + "," + item(2, "null") + "," + item(3, "2") +
                                                      "," + open + "," + item(5, "4") + "," + item(5, "4") + "]");
  EXPECT_EQ(table.rows.size(), 3U);
  std::vector<std::string> left_out;
  for (const TableFlag& flag : table.flags) {
    if (flag.left_out) left_out.push_back(flag.reason);
  }
  EXPECT_THAT(left_out, ElementsAre(HasSubstr("acn.json:3: delivered_energy (kWh): '' is no number"),
                                    HasSubstr("acn.json:5: departure"), HasSubstr("its id was there before")));
}

TEST(AcnJson, OtherJsonIsOneClearLine) {
  EXPECT_THAT(json_error("a.json", R"({"items":[]})"), HasSubstr("is JSON, but not ACN-Data's sessions"));
  EXPECT_THAT(json_error("a.json", R"([{"kWh":1}])"), HasSubstr("is JSON, but not ACN-Data's sessions"));
  EXPECT_THAT(json_error("a.json", R"({"_items":)" + std::string("\n[") + item(1, "1")),
              HasSubstr("a.json:2: is no JSON from byte"));
  EXPECT_THAT(json_error("a.json", R"({"_items":[]})"), HasSubstr("no sessions"));
  EXPECT_THAT(json_error("a.json", "[" + item(1, "1e400") + "]"), HasSubstr("a.json: holds a number beyond all"));
  // A name of a column that begins with a bracket is no list.
  EXPECT_FALSE(is_json_text("[kW],arrival\n"));
  EXPECT_TRUE(is_json_text(" \n[ {"));
}

// Columns, forms and doi of the reports that lie at Mendeley Data; rows made here.
TEST(ResidentialReports, AreReadWithTheirCommasAndDaysAndListWhatIsLeftOut) {
  const std::string text =
      "session_ID;Garage_ID;User_ID;User_type;Shared_ID;Start_plugin;Start_plugin_hour;End_plugout;End_plugout_hour;"
      "El_kWh;Duration_hours\n"
      "1;AdO3;AdO3-4;Private;NA;21.12.2018 10:20;10;21.12.2018 10:23;10;0,3;0,05\n"
      "2;AdO3;AdO3-4;Private;NA;21.12.2018 10:24;10;21.12.2018 10:32;10;0,87;0,136\n"
      "3;AdO3;AdO3-2;Private;NA;22.12.2018 16:15;16;23.12.2018 19:40;19;15,56;27,4\n"
      "4;AdO3;AdO3-2;Private;NA;24.12.2018 16:15;16;;NA;1,5;NA\n"
      "5;AdO3;AdO3-2;Private;NA;25.12.2018 16:15;16;25.12.2018 15:15;15;1,5;NA\n"
      "6;AdO3;AdO3-2;Private;NA;26.12.2018 16:15;16;26.12.2018 18:15;18;1,2,3;2\n";
  const market::Calendar oslo("Europe/Oslo");
  const SessionTable table = table_of("reports.csv", text, oslo);
  ASSERT_EQ(table.rows.size(), 3U);
  EXPECT_DOUBLE_EQ(table.rows[0].visit.taken_kwh + table.rows[1].visit.taken_kwh + table.rows[2].visit.taken_kwh,
                   0.3 + 0.87 + 15.56);
  EXPECT_EQ(oslo.format_iso(table.rows[2].visit.arrival_ns), "2018-12-22T16:15:00+01:00");
  EXPECT_EQ(oslo.format_iso(table.rows[2].visit.departure_ns), "2018-12-23T19:40:00+01:00");
  EXPECT_EQ(table.rows[0].driver, "AdO3-4");
  std::size_t left_out = 0;
  for (const TableFlag& flag : table.flags) left_out += flag.left_out ? 1U : 0U;
  EXPECT_EQ(left_out, 3U) << "an open session, one that ends before it begins, a number with two commas";
}

}  // namespace
}  // namespace evtwin::sessions
