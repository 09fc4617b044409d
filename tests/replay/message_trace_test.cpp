// Messages from actor to actor, over a run made by hand.
#include "replay/message_trace.hpp"

#include <gtest/gtest.h>

#include <sstream>
#include <stdexcept>

#include "small_run.hpp"

namespace evtwin::replay {
namespace {

using Cells = std::vector<std::string>;

std::vector<Cells> rows_of(const RecordedRun& run, const TraceOptions& options, TraceSummary* summary = nullptr) {
  std::string text;
  const TraceSummary told = write_message_trace(run, options, [&](std::string_view part) { text += part; });
  if (summary != nullptr) *summary = told;
  std::vector<Cells> rows;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    Cells& cells = rows.emplace_back();
    std::istringstream stream(line);
    for (std::string cell; std::getline(stream, cell, ',');) cells.push_back(cell);
  }
  EXPECT_EQ(rows.front(), (Cells{"session", "evse", "message", "carried_as", "from", "to", "sent", "received", "kwh"}));
  rows.erase(rows.begin());
  return rows;
}

// kim#1, 8 to 12 with readings every hour: 3 messages at 8, one at 9, 10 and 11, two at 12; four legs each. 7 kWh by 9,
// 10.5 by 11.
TEST(MessageTrace, FollowsEachMessageFromTheChargerToTheApp) {
  TraceOptions options;
  options.leg_s = {0.25, 0.5, 2.0, 1.0};
  options.sample_s = 3600.0;
  options.anonymise = false;
  TraceSummary summary;
  const auto rows = rows_of(small_run(), options, &summary);
  EXPECT_EQ(summary.way_s, 3.75);
  EXPECT_EQ(summary.rows, 4 * summary.messages);
  EXPECT_EQ(rows.size(), summary.rows);
  const std::string evse = "A-1";
  EXPECT_EQ(rows[8], (Cells{"kim#1", evse, "StartTransaction", "StartTransaction", "charger", "CSMS",
                            "2026-06-01T08:00:00.000+09:00", "2026-06-01T08:00:00.250+09:00", "0.0000"}));
  EXPECT_EQ(rows[9][4] + ">" + rows[9][5] + " " + rows[9][7], "CSMS>CPMS DB 2026-06-01T08:00:00.750+09:00");
  EXPECT_EQ(rows[10][4] + ">" + rows[10][5] + " " + rows[10][7], "CPMS DB>OCPI 2026-06-01T08:00:02.750+09:00");
  EXPECT_EQ(rows[11], (Cells{"kim#1", evse, "StartTransaction", "PUT sessions", "OCPI", "eMSP app",
                             "2026-06-01T08:00:02.750+09:00", "2026-06-01T08:00:03.750+09:00", "0.0000"}));
  EXPECT_EQ(rows[12][2] + " " + rows[12][8], "MeterValues 7.0000");
  EXPECT_EQ(rows[20][2] + " " + rows[20][8], "MeterValues 10.5000");
  EXPECT_EQ(rows[24][2] + " " + rows[24][8], "StopTransaction 10.5000");
  EXPECT_EQ(rows[27][3], "POST cdrs");
  EXPECT_EQ(rows[28][2], "StatusNotification(Available)");

  // Who is there still has no stop; every leg begins where the one before ended.
  for (std::size_t i = 0; i < rows.size(); ++i) {
    EXPECT_FALSE(rows[i][0] == "lee" && rows[i][2] == "StopTransaction");
    EXPECT_TRUE(i % 4 == 0 || rows[i][6] == rows[i - 1][7]) << i;
  }
}

TEST(MessageTrace, LegsAreFourNumbersOfSeconds) {
  EXPECT_EQ(trace_legs("0.3,0.05,0.5,1"), (std::array{0.3, 0.05, 0.5, 1.0}));
  for (const char* wrong : {"", "1,2,3", "1,2,3,4,5", "1,2,x,4", "1,,3,4", "-1,0,0,0", "1,2,3,nan", "1e9,0,0,0"})
    EXPECT_THROW(trace_legs(wrong), std::invalid_argument) << wrong;
}

}  // namespace
}  // namespace evtwin::replay
