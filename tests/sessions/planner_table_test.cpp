// The demand of a day-ahead planner: read, with what is wrong with it, and written.
#include "sessions/planner_table.hpp"

#include <gmock/gmock.h>

#include <cmath>

#include "support/temporary_file.hpp"

namespace evtwin::sessions {
namespace {

using ::testing::HasSubstr;
using testing::message_of;
using testing::TemporaryFile;

const market::Calendar berlin_zone("Europe/Berlin");
const std::string head = "vehicle,powerNom,energyRequired,energyMax,arrivalTime,departureTime,arrivalSOE\n";

SessionTable planned(const std::string& content) {
  const TemporaryFile file(content);
  return read_sessions("demand.csv", file.path(), berlin_zone);
}

TEST(PlannerTable, SevenColumnsAreAVisitAndItsCar) {
  const SessionTable table = planned(head + "EV0,11,20.5,52,2026-06-01 08:15:00,2026-06-01 12:45:00,13\n");
  ASSERT_EQ(table.rows.size(), 1U);
  const SessionRow& row = table.rows[0];
  EXPECT_EQ(row.visit.id, "EV0");
  EXPECT_EQ(row.visit.requested_kwh, 20.5);
  EXPECT_EQ(row.visit.soc_start, 0.25);
  EXPECT_EQ(row.car_kw, 11.0);
  EXPECT_EQ(row.battery_kwh, 52.0);
  EXPECT_TRUE(row.needs_at_battery);
  EXPECT_EQ(row.visit.arrival_ns, market::parse_instant("2026-06-01T08:15", berlin_zone));
  EXPECT_TRUE(table.flags.empty());
}

// The first row of the planner's own sample asks for 53.38 kWh of a car that holds 30, and it has no arrivalSOE.
TEST(PlannerTable, ARowThatAsksForMoreThanItsBatteryHoldsIsListed) {
  const SessionTable table = planned(
      "vehicle,powerNom,energyRequired,energyMax,arrivalTime,departureTime\n"
      "0,22,53.38,30,2026-06-01 08:00:00,2026-06-01 12:00:00\n1,7,17.7,30,2026-06-01 08:15:00,2026-06-01 10:45:00\n");
  ASSERT_EQ(table.rows.size(), 1U);
  EXPECT_EQ(table.rows[0].visit.id, "1");
  EXPECT_TRUE(std::isnan(table.rows[0].visit.soc_start));
  ASSERT_EQ(table.flags.size(), 1U);
  EXPECT_TRUE(table.flags[0].left_out);
  EXPECT_EQ(table.flags[0].reason, "demand.csv:2: session 0: requires 53.38 kWh, and its battery holds 30");
}

// Each of these rows goes with its reason, and none of them takes the others along.
TEST(PlannerTable, UnreadableRowsAreLeftOutOneByOne) {
  const std::string good = ",11,5,52,2026-06-01 08:15:00,2026-06-01 12:45:00,13\n";
  const SessionTable table = planned(head + "a" + good + "b" + good + "c" + good + "d" + good + "e" + good +
                                     "full,11,5,52,2026-06-01 08:15:00,2026-06-01 12:45:00,60\n"
                                     "word,eleven,5,52,2026-06-01 08:15:00,2026-06-01 12:45:00,13\n"
                                     "still,0,5,52,2026-06-01 08:15:00,2026-06-01 12:45:00,13\n"
                                     "back,11,5,52,2026-06-01 12:45:00,2026-06-01 08:15:00,13\n");
  EXPECT_EQ(table.rows.size(), 5U);
  std::string reasons;
  for (const TableFlag& flag : table.flags) reasons += flag.reason + "\n";
  EXPECT_THAT(reasons, HasSubstr("demand.csv:7: arrivalSOE: '60' is outside 0 to 52"));
  EXPECT_THAT(reasons, HasSubstr("demand.csv:8: powerNom: 'eleven' is no number"));
  EXPECT_THAT(reasons, HasSubstr("is 0; a car has more than that"));
  EXPECT_THAT(reasons, HasSubstr("session back: its departure"));
}

TEST(PlannerTable, AMissingColumnIsNamed) {
  EXPECT_THAT(message_of<InputError>([] { planned("vehicle,powerNom,energyRequired\n1,2,3\n"); }),
              HasSubstr("column 'energyMax' is missing"));
}

// Days of a spreadsheet: 46174 is 2026-06-01.
TEST(PlannerTable, TimesMayBeDaysOfASpreadsheet) {
  const SessionTable table = planned(head + "EV0,11,20.5,52,46174.34375,46174.53125,13\n");
  EXPECT_EQ(table.rows.at(0).visit.arrival_ns, market::parse_instant("2026-06-01T08:15", berlin_zone));
  EXPECT_EQ(table.rows.at(0).visit.departure_ns, market::parse_instant("2026-06-01T12:45", berlin_zone));
}

TEST(PlannerTable, WhatIsWrittenIsReadAgain) {
  const auto cars = demand::synthetic_cars(200, 3);
  const std::vector<PlannerRow> rows = planner_rows(cars, {2026, 6, 1}, berlin_zone);
  const SessionTable table = planned(planner_csv(rows, berlin_zone));
  EXPECT_TRUE(table.flags.empty()) << table.flags[0].reason;
  ASSERT_EQ(table.rows.size(), rows.size());
  std::vector<PlannerRow> again = planner_rows(table);
  const auto by_name = [](const PlannerRow& a, const PlannerRow& b) { return a.vehicle < b.vehicle; };
  std::vector<PlannerRow> sorted = rows;
  std::sort(sorted.begin(), sorted.end(), by_name);
  std::sort(again.begin(), again.end(), by_name);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    EXPECT_EQ(again[i].vehicle, sorted[i].vehicle);
    EXPECT_EQ(again[i].required_kwh, sorted[i].required_kwh);
    EXPECT_EQ(again[i].arrival_ns, sorted[i].arrival_ns);
    EXPECT_EQ(again[i].departure_ns, sorted[i].departure_ns);
    EXPECT_NEAR(again[i].arrival_kwh, sorted[i].arrival_kwh, 1e-9);
  }
}

// 2026-10-25 02:30 exists twice in Berlin: only an offset tells which.
TEST(PlannerTable, TimesThatTheClockShowsTwiceHaveTheirOffset) {
  PlannerRow row;
  row.vehicle = "night";
  row.required_kwh = 3.0;
  row.arrival_ns = market::parse_instant("2026-10-25T02:30+01:00", berlin_zone);
  row.departure_ns = market::parse_instant("2026-10-25T06:00+01:00", berlin_zone);
  const std::string csv = planner_csv({&row, 1}, berlin_zone);
  EXPECT_EQ(csv, head + "night,,3,,2026-10-25T02:30:00+01:00,2026-10-25 06:00:00,\n");
  EXPECT_EQ(planned(csv).rows.at(0).visit.arrival_ns, row.arrival_ns);
}

// Two cars by hand: 22 kW for 26 kWh from 10:00 (until 11:10:54.5), 7 kW for 35 kWh from 11:00 to 15:00, which is 7
// short. Together 29 kW from 11:00 on.
TEST(PlannerTable, FactsAreThoseOfChargingAtOnce) {
  const SessionTable table = planned(head +
                                     "a,22,26,52,2026-06-01 10:00:00,2026-06-01 16:00:00,0\n"
                                     "b,7,35,52,2026-06-01 11:00:00,2026-06-01 15:00:00,0\n");
  const DemandFacts facts = facts_of(planner_rows(table));
  EXPECT_EQ(facts.required_kwh, 61.0);
  EXPECT_EQ(facts.most_plugged_in, 2U);
  EXPECT_EQ(facts.peak_kw, 29.0);
  EXPECT_EQ(facts.peak_ns, market::parse_instant("2026-06-01T11:00", berlin_zone));
  EXPECT_EQ(facts.short_vehicles, 1U);
  EXPECT_EQ(facts.short_kwh, 7.0);
}

}  // namespace
}  // namespace evtwin::sessions
