// A run as rows of equal steps: energies that add up, means and states of charge that are exact.
#include "replay/time_table.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <sstream>

#include "replay/pseudonym.hpp"

namespace evtwin::replay {
namespace {

constexpr TimeNs hour = kernel::hour_ns, minute_of_log = kernel::minute_ns;

/// 2026-06-01 in Seoul begins here.
constexpr TimeNs midnight = 1780239600LL * kernel::second_ns;

/// One EVSE: a car that charges with 6 kW from 01:10 to 02:10, then tapers to 0 at 1/h until it leaves at 03:00; and a
/// car that gives back 4 kW from 04:00 to 04:30.
RecordedRun two_cars() {
  RecordedRun run;
  run.strategy = "edf";
  run.timezone = "Asia/Seoul";
  run.start_ns = midnight;
  run.end_ns = midnight + 5 * hour;
  run.sites.resize(1);
  run.sites[0].name = "Depot, north";
  run.sites[0].buy_price = {{midnight, 100.0}, {midnight + 2 * hour, 200.0}};
  run.sites[0].sell_price = {{midnight, 50.0}};
  run.evses.resize(2);
  run.evses[0].name = "A-1";
  run.evses[1].name = "A-2";
  RecordedSession& first = run.sessions.emplace_back();
  first.name = "van#1";
  first.vehicle = "Kona";
  first.plugged_in_ns = midnight + hour;
  first.departed_ns = midnight + 3 * hour;
  first.soc_start = 0.25;
  first.battery_kwh = 40.0;
  first.charge_efficiency = 0.9;
  first.power = {
      {midnight + hour + 10 * minute_of_log, midnight + 2 * hour + 10 * minute_of_log, 6.0, 0.0, 6.0},
      {midnight + 2 * hour + 10 * minute_of_log, midnight + 3 * hour, 6.0, -1.0, 6.0 * -std::expm1(-5.0 / 6.0)}};
  RecordedSession& second = run.sessions.emplace_back();
  second.name = "niro#1";
  second.vehicle = "Niro";
  second.plugged_in_ns = midnight + 4 * hour;
  second.departed_ns = midnight + 5 * hour;
  second.soc_start = 0.8;
  second.battery_kwh = 50.0;
  second.discharge_efficiency = 0.8;
  second.power = {{midnight + 4 * hour, midnight + 4 * hour + 30 * minute_of_log, -4.0, 0.0, -2.0}};
  for (RecordedSession& session : run.sessions) session.token = token_of(session.name);
  return run;
}

using Row = std::map<std::string, std::string>;
std::vector<Row> table(const RecordedRun& run, TimeNs step_ns, bool anonymise = false) {
  std::string text;
  const std::uint64_t told = write_time_table(run, step_ns, anonymise, [&](std::string_view part) { text += part; });
  std::istringstream lines(text);
  const auto cells_of = [](const std::string& line) {
    std::vector<std::string> cells(1);
    bool quoted = false;
    for (const char c : line) {
      if (c == '"')
        quoted = !quoted;
      else if (c == ',' && !quoted)
        cells.emplace_back();
      else
        cells.back() += c;
    }
    return cells;
  };
  std::string line;
  std::getline(lines, line);
  const auto heads = cells_of(line);
  std::vector<Row> rows;
  while (std::getline(lines, line)) {
    const auto cells = cells_of(line);
    EXPECT_EQ(cells.size(), heads.size()) << line;
    Row& row = rows.emplace_back();
    for (std::size_t i = 0; i < std::min(heads.size(), cells.size()); ++i) row[heads[i]] = cells[i];
  }
  EXPECT_EQ(told, rows.size());
  return rows;
}

TEST(TimeTable, HasTheNineColumnsAndMore) {
  std::string text;
  write_time_table(two_cars(), hour, false, [&](std::string_view part) { text += part; });
  EXPECT_EQ(
      text.substr(0, text.find('\n')),
      "Timestamp,Date,Time,Charging Price,Discharging Price,Average Price,CS Id,Algorithm Name,SoC,Power kW,Energy "
      "kWh,Status,Session,Vehicle,Site");
  const std::string first =
      text.substr(text.find('\n') + 1, text.find('\n', text.find('\n') + 1) - text.find('\n') - 1);
  EXPECT_EQ(first, "2026-06-01T00:00:00+09:00,2026-06-01,00:00:00,100,50,160,A-1,edf,,0,0,free,,,\"Depot, north\"");
}

TEST(TimeTable, PowerEnergyStateOfChargeAndStatusAreThoseOfTheStep) {
  const auto rows = table(two_cars(), hour);
  ASSERT_EQ(rows.size(), 10U);  // five hours, two EVSEs
  const auto number = [&](std::size_t row, const char* column) { return std::stod(rows[row].at(column)); };
  EXPECT_EQ(rows[1].at("Status"), "charging");
  EXPECT_NEAR(number(1, "Energy kWh"), 5.0, 1e-12);  // 50 of its 60 minutes
  EXPECT_EQ(number(1, "SoC"), 0.25);                 // at 01:00
  EXPECT_NEAR(number(2, "SoC"), 0.25 + 5.0 * 0.9 / 40.0, 1e-12);
  EXPECT_NEAR(number(2, "Energy kWh"), 1.0 + 6.0 * -std::expm1(-5.0 / 6.0), 1e-12);
  EXPECT_EQ(rows[2].at("Session"), "van#1");
  EXPECT_EQ(rows[3].at("Status"), "free");
  EXPECT_EQ(rows[3].at("SoC"), "");
  EXPECT_EQ(rows[4].at("Status"), "discharging");
  EXPECT_NEAR(number(4, "Power kW"), -2.0, 1e-12);
  EXPECT_EQ(rows[4].at("Vehicle"), "Niro");
  const auto fine = table(two_cars(), 10 * minute_of_log);
  EXPECT_EQ(fine[6].at("Status"), "holding");                                 // plugged in at 01:00, power from 01:10
  EXPECT_NEAR(std::stod(fine[27].at("SoC")), 0.8 - 2.0 / 0.8 / 50.0, 1e-12);  // 04:30
}

TEST(TimeTable, EnergiesAddUpWhateverTheStep) {
  const RecordedRun run = two_cars();
  double total = 0.0;
  for (const RecordedSession& session : run.sessions) {
    for (const RecordedPower& piece : session.power) total += piece.energy_kwh;
  }
  for (const TimeNs step : {7 * kernel::second_ns, 13 * minute_of_log, 15 * minute_of_log, hour, 24 * hour}) {
    double sum = 0.0;
    for (const Row& row : table(run, step)) sum += std::stod(row.at("Energy kWh"));
    EXPECT_NEAR(sum, total, 1e-9) << step;
  }
}

TEST(TimeTable, PricesAreMeansOverStepAndDay) {
  const auto rows = table(two_cars(), 90 * minute_of_log);
  ASSERT_EQ(rows.size(), 8U);
  EXPECT_EQ(rows[0].at("Charging Price"), "100");
  EXPECT_NEAR(std::stod(rows[1].at("Charging Price")), (100.0 * 0.5 + 200.0) / 1.5, 1e-9);
  EXPECT_EQ(rows[2].at("Charging Price"), "200");
  EXPECT_EQ(rows[3].at("Time"), "04:30:00");  // the last step ends with the run
  EXPECT_NEAR(std::stod(rows[3].at("Average Price")), (2 * 100.0 + 3 * 200.0) / 5.0, 1e-9);
}

TEST(TimeTable, WhatIsUnknownIsEmptyAndDriversCanBeNumbered) {
  RecordedRun run = two_cars();
  run.sessions[0].battery_kwh = std::nan("");
  run.sites[0].sell_price.clear();
  const auto rows = table(run, hour, true);
  EXPECT_EQ(rows[1].at("SoC"), "");
  EXPECT_EQ(rows[1].at("Discharging Price"), "");
  EXPECT_EQ(rows[1].at("Session").find("van"), std::string::npos);
}

}  // namespace
}  // namespace evtwin::replay
