// Every scenario in scenarios/ runs, its books balance, and its hash is the recorded one.
#include <algorithm>
#include <sstream>

#include "cli/command.hpp"

namespace evtwin::testing {
namespace {

class Scenarios : public Command {};

TEST_F(Scenarios, EachRunsBalancesAndHasItsRecordedHash) {
  std::map<std::string, std::string> recorded;
  std::ifstream list(source_dir + "/tests/cli/scenario_hashes.txt");
  for (std::string file, hash; list >> file >> hash;) recorded[file] = hash;

  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(source_dir + "/scenarios")) {
    const std::string name = entry.path().filename();
    if (name.ends_with(".lua") && name != "evtwin.d.lua") files.push_back(name);
  }
  std::sort(files.begin(), files.end());
  ASSERT_GE(files.size(), 5U);
  for (const std::string& file : files) {
    const Said said = run({"run", source_dir + "/scenarios/" + file, "--json"});
    ASSERT_EQ(said.status, 0) << file << ": " << said.err;
    const auto json = said.json();
    EXPECT_LE(std::abs(json["ledger_imbalance_kwh"].get<double>()), 1e-6) << file;
    EXPECT_EQ(json["event_hash"].get<std::string>(), recorded[file]) << file << " (tests/cli/scenario_hashes.txt)";
  }
}

// EV2Gym's discharge price factor: energy sold back earns it times the price of the hour.
TEST_F(Scenarios, TheDischargePriceFactorSweepsProfit) {
  const std::string file = source_dir + "/scenarios/ev2gym_v2gprofitmax.lua";
  double profit_before = -1e9, v2g_before_kwh = -1.0;
  for (const std::string factor : {"0.9", "1.0", "1.1", "1.2"}) {
    const auto kpi = run({"run", file, "--set", "factor=" + factor, "--json"}).json()["kpi"];
    const double profit = -kpi["energy_cost"].get<double>(), v2g_kwh = kpi["v2g_kwh"].get<double>();
    EXPECT_GT(profit, profit_before) << factor;
    EXPECT_GE(v2g_kwh, v2g_before_kwh) << factor;
    EXPECT_NEAR(kpi["owner_money"].get<double>() + kpi["site_money"].get<double>() + kpi["total_cost"].get<double>() +
                    kpi["wear_cost"].get<double>(),
                0.0, 1e-9);
    profit_before = profit;
    v2g_before_kwh = v2g_kwh;
  }
  EXPECT_GT(v2g_before_kwh, 0.0);
}

TEST_F(Scenarios, OwnersWhoWantMoreThanItIsWorthGiveNothingBack) {
  const std::string file = source_dir + "/scenarios/dc_v2g.lua";
  const auto v2g = [&](const std::string& minimum) {
    return run({"run", file, "--set", "owners_minimum=" + minimum, "--json"}).json()["kpi"];
  };
  const auto cheap = v2g("0"), fair = v2g("0.1"), dear = v2g("1");
  EXPECT_GT(fair["v2g_kwh"].get<double>(), 0.0);
  EXPECT_NEAR(fair["v2g_payment"].get<double>(), 0.1 * fair["v2g_kwh"].get<double>(), 1e-9);
  EXPECT_NEAR(cheap["v2g_payment"].get<double>(), 0.05 * cheap["v2g_kwh"].get<double>(), 1e-9);
  EXPECT_EQ(dear["v2g_kwh"].get<double>(), 0.0);
}

TEST_F(Scenarios, TheOneThatInitWritesIsSoundAndRuns) {
  const std::string file = path("mine.lua");
  EXPECT_EQ(run({"init", file}).status, 0);
  EXPECT_EQ(run({"check", file}).status, 0);
  const Said said = run({"run", file, "--json"});
  ASSERT_EQ(said.status, 0) << said.err;
  EXPECT_GT(said.json()["sessions"].get<int>(), 10);
  const Said again = run({"init", file});
  EXPECT_EQ(again.status, 1);
  EXPECT_NE(again.err.find("kept"), std::string::npos);
}

// A constant load of 1 kW in Amsterdam: 8 h at 0.10 between 23:00 and 07:00 and 16 h at 0.30 on a plain day; the hour
// from 02:00 to 03:00 comes twice on 2025-10-26 (9 h at 0.10) and not at all on 2025-03-30 (7 h).
TEST_F(Scenarios, DaysOf23And25HoursBillEveryHourOnce) {
  const auto bill = [&](const std::string& start) {
    const auto json =
        run({"run", source_dir + "/scenarios/amsterdam_dst.lua", "--set", "start=" + start, "--json"}).json();
    return std::pair(json["kpi"]["import_kwh"].get<double>(), json["kpi"]["energy_cost"].get<double>());
  };
  const auto [autumn_kwh, autumn] = bill("2025-10-26");
  EXPECT_NEAR(autumn_kwh, 25.0, 1e-9);
  EXPECT_NEAR(autumn, 9 * 0.10 + 16 * 0.30, 1e-9);
  const auto [spring_kwh, spring] = bill("2025-03-30");
  EXPECT_NEAR(spring_kwh, 23.0, 1e-9);
  EXPECT_NEAR(spring, 7 * 0.10 + 16 * 0.30, 1e-9);
  const auto [plain_kwh, plain] = bill("2025-06-02");
  EXPECT_NEAR(plain_kwh, 24.0, 1e-9);
  EXPECT_NEAR(plain, 8 * 0.10 + 16 * 0.30, 1e-9);
}

// One car on 2026-06-01 (summer weekday), 18 kWh at 6.6 kW (30 A x 220 V) from 13:30: 1.5 h until 15:00 in the mid band
// at 137.4, the remaining 8.1 kWh after 15:00 in the maximum band at 190.4. Demand: 6.6 kW x 2,580 won for the whole
// month, floor 30 % of 10 kW.
TEST_F(Scenarios, OneDayOneCarCostsWhatTheHandCalculationSays) {
  write("day.csv", "arrival,departure,energy_kwh,evse,session_id\n2026-06-01T13:30,2026-06-01T18:00,18,A-1,only\n");
  const std::string scenario = write("day.lua", R"(
    return scenario { start = "2026-06-01", days = 1, timezone = "Asia/Seoul",
      site { contract_kw = 10, voltage_v = 220, billing = "full", tariff = require("tariffs.kepco_ev").self_use_high_voltage,
             stations = { { name = "A", evses = 1, max_a = 30, phases = 1 } } },
      arrivals = sessions "day.csv", strategy = "asap" })");
  const Said said = run({"run", scenario, "--json", "--out", path("day.evtwin")});
  ASSERT_EQ(said.status, 0) << said.err;
  const double energy = 9.9 * 137.4 + 8.1 * 190.4;
  const auto kpi = said.json()["kpi"];
  EXPECT_NEAR(kpi["energy_cost"].get<double>(), energy, 1e-6);
  EXPECT_NEAR(kpi["demand_charge"].get<double>(), 6.6 * 2580, 1e-6);
  EXPECT_NEAR(kpi["total_cost"].get<double>(), energy + 6.6 * 2580, 1e-6);
  EXPECT_NEAR(kpi["peak_kw"].get<double>(), 6.6, 1e-9);
  EXPECT_NEAR(kpi["served_fraction"].get<double>(), 1.0, 1e-12);

  // The same from the run file, by its views.
  const auto days = query(path("day.evtwin"), "SELECT * FROM cost_per_day");
  ASSERT_EQ(days.size(), 1U);
  EXPECT_NEAR(std::stod(days[0].at("energy_cost")), energy, 1e-6);
  EXPECT_EQ(query(path("day.evtwin"), "SELECT * FROM peak_per_month").size(), 1U);
  const auto sessions = query(path("day.evtwin"), "SELECT * FROM session_summary");
  ASSERT_EQ(sessions.size(), 1U);
  EXPECT_NEAR(std::stod(sessions[0].at("got_kwh")), 18.0, 1e-9);
  EXPECT_NEAR(std::stod(sessions[0].at("cost")), energy, 1e-6);
  EXPECT_TRUE(query(path("day.evtwin"), "SELECT * FROM corrections_by_reason").empty());
}

// The same three days under meters of 15, 30 and 60 min. Charging at once does not look at the meter: the power is the
// same, a longer window's mean is at most the highest of those within it, and the run file's views say what the bill
// says.
TEST_F(Scenarios, ALongerMeteringWindowSeesNoHigherPeak) {
  const std::string scenario = source_dir + "/scenarios/half_hour_meter.lua";
  double last_kw = 1e9;
  for (const std::string window_min : {"15", "30", "60"}) {
    const std::string file = path("window" + window_min + ".evtwin");
    const Said said = run({"run", scenario, "--strategy", "asap", "--change", "storage_kwh=0", "--set",
                           "window_min=" + window_min, "--json", "--out", file});
    ASSERT_EQ(said.status, 0) << said.err;
    const auto kpi = said.json()["kpi"];
    const double peak_kw = kpi["peak_kw"].get<double>();
    EXPECT_LT(peak_kw, last_kw);
    last_kw = peak_kw;
    double views_kw = 0.0, days_kw = 0.0, billed = 0.0;
    for (const auto& month : query(file, "SELECT peak_kw FROM peak_per_month")) {
      views_kw = std::max(views_kw, std::stod(month.at("peak_kw")));
      billed += 16.28 * std::stod(month.at("peak_kw"));
    }
    for (const auto& day : query(file, "SELECT peak_kw FROM party_per_day"))
      days_kw = std::max(days_kw, std::stod(day.at("peak_kw")));
    EXPECT_NEAR(views_kw, peak_kw, 1e-9 * peak_kw);
    EXPECT_NEAR(days_kw, peak_kw, 1e-9 * peak_kw);
    EXPECT_NEAR(kpi["demand_charge"].get<double>(), billed, 1e-9 * billed);
  }
  const Said wrong = run({"run", scenario, "--set", "window_min=20"});
  EXPECT_EQ(wrong.status, 1);
  EXPECT_NE(wrong.err.find("window_min = 20 must be 15, 30 or 60 min"), std::string::npos) << wrong.err;
}

TEST_F(Scenarios, AYearNeedsNoMoreMemoryThanAWeek) {
  const std::string scenario = source_dir + "/scenarios/workplace_week.lua";
  // What was freed counts as freed: AddressSanitizer would hold back 256 MiB of it.
  const auto keep_nothing = [] { setenv("ASAN_OPTIONS", "quarantine_size_mb=1", 1); };
  const Said week = run({"run", scenario, "--strategy", "asap", "--days", "7", "--json"}, keep_nothing);
  const Said year = run({"run", scenario, "--strategy", "asap", "--days", "365", "--json"}, keep_nothing);
  ASSERT_EQ(year.status, 0) << year.err;
  EXPECT_GT(year.json()["sessions"].get<int>(), 30 * week.json()["sessions"].get<int>());
  EXPECT_LT(year.peak_kib, week.peak_kib + 20 * 1024);
}

}  // namespace
}  // namespace evtwin::testing
