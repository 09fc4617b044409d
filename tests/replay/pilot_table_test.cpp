// The control pilot over a run made by hand.
#include "replay/pilot_table.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "small_run.hpp"

namespace evtwin::replay {
namespace {

/// "8:00 C2" of every row; hours of the run.
std::vector<std::string> course(const RecordedRun& run, std::size_t evse) {
  std::vector<std::string> rows;
  TimeNs until = run.start_ns;
  for (const PilotRow& row : pilot_rows(run, evse)) {
    EXPECT_EQ(row.from_ns, until) << "a hole";
    until = row.to_ns;
    const auto minutes = (row.from_ns - run.start_ns) / kernel::minute_ns;
    rows.push_back(std::to_string(minutes / 60) + (minutes % 60 != 0 ? ".5 " : " ") + text_of(row.reading));
  }
  EXPECT_EQ(until, run.end_ns);
  return rows;
}

using Rows = std::vector<std::string>;

TEST(PilotTable, FollowsPlugsSetPointsAndPower) {
  const RecordedRun run = small_run();  // 7 kW on one phase of 220 V are 31.8 A, 3.5 kW 15.9 A
  EXPECT_EQ(course(run, 0), (Rows{"0 A", "8 C2, 53 % (31.8 A)", "9 C1", "10 C2, 26.5 % (15.9 A)",
                                  "11 B2, 26.5 % (15.9 A)", "12 C2, 53 % (31.8 A)", "13 B2, 53 % (31.8 A)", "14 A"}));
  EXPECT_EQ(course(run, 1), (Rows{"0 A", "9 C2, 53 % (31.8 A)", "10 C2, 5 %", "10.5 A"}));
  EXPECT_EQ(course(run, 2), (Rows{"0 A", "23 C2, 53 % (31.8 A)"}));
}

TEST(PilotTable, OutOfServiceIsFWhoeverIsThere) {
  RecordedRun run = small_run();
  const auto clock = [&](double hour) { return run.start_ns + static_cast<TimeNs>(hour * 3600e9); };
  run.sessions[0].power = {constant(clock(8), clock(8.5), 7.0), constant(clock(10), clock(11), 3.5)};
  run.outages = {{0, clock(8.5), clock(9)}, {2, clock(20), run.end_ns}};
  EXPECT_EQ(course(run, 0)[2], "8.5 F");
  EXPECT_EQ(course(run, 0)[3], "9 C1");
  EXPECT_EQ(course(run, 2), (Rows{"0 A", "20 F"}));
}

TEST(PilotTable, IsWrittenAsCsvAndAsJson) {
  const RecordedRun run = small_run();
  std::string csv, json;
  const PilotSummary summary = write_pilot_table(run, PilotForm::csv, [&](std::string_view text) { csv += text; });
  write_pilot_table(run, PilotForm::json, [&](std::string_view text) { json += text; });
  EXPECT_EQ(summary.rows, 14U);
  EXPECT_EQ(summary.below_6_a_h, 0.0);
  EXPECT_EQ(csv.substr(0, csv.find("A-1,2026-06-01T10")),
            "evse,from,to,state,duty_percent,offered_a\n"
            "A-1,2026-06-01T00:00:00+09:00,2026-06-01T08:00:00+09:00,A,,\n"
            "A-1,2026-06-01T08:00:00+09:00,2026-06-01T09:00:00+09:00,C2,53.0303,31.8182\n"
            "A-1,2026-06-01T09:00:00+09:00,2026-06-01T10:00:00+09:00,C1,,\n");
  const auto rows = nlohmann::json::parse(json);
  ASSERT_EQ(rows.size(), 14U);
  EXPECT_EQ(rows[1]["state"], "C2");
  EXPECT_NEAR(rows[1]["duty_percent"], 7000.0 / 220.0 / 0.6, 1e-12);
  EXPECT_TRUE(rows[2]["duty_percent"].is_null());
}

TEST(PilotTable, CountsTheHoursBelowSixAmps) {
  RecordedRun run = small_run();
  run.sessions[3].power = {constant(run.sessions[3].plugged_in_ns, run.end_ns, 1.0)};
  run.sessions[3].limits = {{run.sessions[3].plugged_in_ns, 1.0}};
  const PilotSummary summary = write_pilot_table(run, PilotForm::csv, [](std::string_view) {});
  EXPECT_DOUBLE_EQ(summary.below_6_a_h, 1.0);
}

}  // namespace
}  // namespace evtwin::replay
