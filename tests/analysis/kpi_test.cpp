// Every KPI against a figure worked out by hand.
#include "analysis/kpi.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <set>

#include "sample_result.hpp"

namespace evtwin::analysis::test {
namespace {

double of_site(const std::vector<Kpi>& all, std::int32_t site, std::string_view name) {
  for (const Kpi& kpi : all) {
    if (kpi.site == site && kpi.name == name) return kpi.value;
  }
  return std::numeric_limits<double>::infinity();
}

struct Expected {
  const char* name;
  double all, north, south;
};

TEST(Kpi, EachIsWhatTheHandSays) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const Expected table[] = {
      {"total_cost", 110, 100, 10},
      {"energy_cost", 35, 25, 10},
      {"demand_charge", 75, 75, 0},
      // unmet: 3 x 2.0 and 4 x 0.5; open 2.5; storage 0.5
      {"objective", 110 + 0.75 + 8 + 2.5 - 0.5, 100 + 0.75 + 6 + 2.5 - 0.5, 10 + 2},
      {"storage_energy_value", 0.5, 0.5, 0},
      {"bound", nan, nan, nan},
      {"regret", nan, nan, nan},
      {"saving_share", nan, nan, nan},
      {"reward", -(110 + 0.75 + 8 + 2.5 - 0.5), -(100 + 0.75 + 6 + 2.5 - 0.5), -(10 + 2)},
      {"margin", 40 - 1.5 - 110, 40 - 1.5 - 100, -10},
      // Of the wear, 4 kWh x 0.075 are the vehicles'.
      {"site_money", 40 - 1.5 - 110 - (0.75 - 4 * 0.075), 40 - 1.5 - 100 - (0.75 - 4 * 0.075), -10},
      {"owner_money", 1.5 - 40 - 4 * 0.075, 1.5 - 40 - 4 * 0.075, 0},
      {"owner_money_per_evse_day", (1.5 - 40 - 4 * 0.075) / 9, (1.5 - 40 - 4 * 0.075) / 6, 0},
      {"driver_revenue", 40, 40, 0},
      {"v2g_payment", 1.5, 1.5, 0},
      {"wear_cost", 0.75, 0.75, 0},
      {"peak_kw", 60, 40, 20},
      {"peak_instant_kw", 66, 44, 22},
      {"ramp_kw", 15, 12, 3},
      {"energy_charged_kwh", 139.5, 90, 49.5},
      {"energy_delivered_kwh", 135.5, 86, 49.5},
      {"served_fraction", 0.95, 77.0 / 80.0, 0.9},
      {"energy_served_kwh", 98, 80, 18},
      {"served_of_all_fraction", 98.0 / 124, 80.0 / 104, 0.9},
      {"satisfaction_mean", 1 - 1.5 / 10, 1 - 0.75 / 8, 1 - 0.75 / 2},
      {"soc_satisfaction_mean", 1 - 0.75 / 6, 1 - 0.75 / 6, nan},
      {"energy_satisfaction_mean", 1 - 1.375 / 10, 1 - 0.625 / 8, 1 - 0.75 / 2},
      // Mean of the squares less the square of the mean, of what was missed: 0.828125, 0.265625 and 0.5625 in squares.
      {"energy_satisfaction_std", std::sqrt(0.0828125 - 0.1375 * 0.1375), std::sqrt(0.265625 / 8 - 0.078125 * 0.078125),
       0.375},
      {"energy_satisfaction_min", 0.25, 0.5, 0.25},
      {"unmet_kwh", 7, 3, 4},
      {"open_kwh", 5, 5, 0},
      {"open_cost", 2.5, 2.5, 0},
      {"open_to_come_kwh", 4.5, 4.5, 0},
      {"sessions", 11, 9, 2},
      {"vehicles_served", 10, 8, 2},
      {"sessions_open", 1, 1, 0},
      {"turned_away", 1, 1, 0},
      {"turned_away_kwh", 16, 16, 0},
      {"waiting_at_end", 2, 2, 0},
      {"waiting_time_h", 1.5 / 14, 1.5 / 12, 0},  // over 14 and over 12 vehicles, two of which still wait
      {"import_kwh", 150, 100, 50},
      {"export_kwh", 18, 18, 0},
      {"pv_kwh", 30, 30, 0},
      {"pv_self_use_fraction", 0.4, 0.4, nan},
      {"load_kwh", 20, 20, 0},
      {"storage_cycles", 0.5, 0.5, nan},
      {"v2g_kwh", 4, 4, 0},
      {"losses_kwh", 4, 4, 0},
      {"storage_losses_kwh", 0.5, 0.5, 0},
      {"vehicle_losses_kwh", 7, 7, 0},
      {"wear_total", 3.0 / 1024, 3.0 / 1024, nan},
      {"wear_calendar", 1.0 / 1024, 1.0 / 1024, nan},
      {"wear_cyclic", 2.0 / 1024, 2.0 / 1024, nan},
      {"storage_wear_calendar", 1.0 / 4096, 1.0 / 4096, nan},
      {"storage_wear_cyclic", 2.0 / 4096, 2.0 / 4096, nan},
      {"storage_life_years", 8.5, 8.5, nan},
      {"storage_soh_5y", 0.875, 0.875, nan},
      {"vehicle_life_years", 400 / 365.25, 400 / 365.25, nan},
      {"overload_kwh", 0.25, 0.25, 0},
      {"contract_excess_kw", 7, 5, 2},
      {"contract_excess_min", 45, 45, 0},
      {"contract_excess_cost", 1.5, 1.25, 0.25},
      {"export_overload_kwh", 0.125, 0.125, 0},
      {"feeder_overload_kwh", 0.0625, 0.0625, 0},
      {"tracking_violation_kw", 6, 6, nan},
      {"tracking_error_kw2", 20, 20, nan},
      {"tracking_error_kwh", 2.5, 2.5, nan},
      {"co2_kg", 45, 45, 0},
      {"decisions", 192, 96, 96},
      {"ledger_imbalance_kwh", 0.5, 0, 0.5},
  };
  const std::vector<Kpi> all = kpis_of_run(sample_world(), sample_result());
  ASSERT_EQ(std::size(table), kpi_table().size());
  ASSERT_EQ(all.size(), 3 * kpi_table().size());
  for (std::size_t i = 0; i < std::size(table); ++i) {
    EXPECT_EQ(kpi_table()[i].name, table[i].name);
    const double expected[] = {table[i].all, table[i].north, table[i].south};
    for (std::int32_t site = -1; site < 2; ++site) {
      const double value = of_site(all, site, table[i].name);
      const double right = expected[site + 1];
      // Sums of a few exact figures: the same to the last digit, fractions to one rounding. A life is looked for.
      const double close = std::string_view(table[i].name).ends_with("_life_years") ? 1e-9 : 1e-15;
      EXPECT_TRUE(std::isnan(right) ? std::isnan(value) : std::abs(value - right) <= close * std::abs(right))
          << table[i].name << " of site " << site << ": " << value << ", by hand " << right;
    }
  }
}

TEST(Kpi, ALifeOfSeveralIsThatOfTheFirstToBeReplaced) {
  twin::World world = sample_world();
  twin::Result result = sample_result();
  world.sites[0].storages.push_back(storage_that_lasts(6.0, 0.9));
  result.sites[0].storage_use.push_back(cycled_daily());
  world.sites[1].storages.push_back(storage_that_lasts(7.0, 0.5));
  result.sites[1].storage_use.push_back(cycled_daily());
  // Half the flow by the same law at the other site: 3 cycles of 4 visits in all, (0.2 / 0.01)^2 / 0.75 days.
  result.sites[1].fleets.push_back({{0.0, 0.01, 0.5, 0.8}, {2.0, 1.0, 0.5, 1.0, 0.5, 0.5, 1.0}});
  const std::vector<Kpi> all = kpis_of_run(world, result);
  EXPECT_NEAR(of_site(all, -1, "storage_life_years"), 6.0, 1e-9);
  EXPECT_DOUBLE_EQ(of_site(all, 0, "storage_soh_5y"), 0.875);
  EXPECT_DOUBLE_EQ(of_site(all, -1, "storage_soh_5y"), 0.5);
  EXPECT_NEAR(of_site(all, -1, "vehicle_life_years"), 400 / 0.75 / 365.25, 1e-9);
  EXPECT_NEAR(of_site(all, 1, "vehicle_life_years"), 800 / 365.25, 1e-9);
}

TEST(Kpi, OneSiteHasNoRowsOfItsOwn) {
  twin::World world = sample_world();
  twin::Result result = sample_result();
  world.sites.resize(1);
  result.sites.resize(1);
  EXPECT_EQ(kpis_of_run(world, result).size(), kpi_table().size());
}

TEST(Kpi, RegretIsCountedFromTheBoundAndSavingsFromTheReference) {
  const Yardstick yardstick{{100.0, 8.0}, {126.25, 10.0}};
  const std::vector<Kpi> all = kpis_of_run(sample_world(), sample_result(), &yardstick);
  EXPECT_EQ(of_site(all, -1, "bound"), 108.0);
  EXPECT_EQ(of_site(all, -1, "regret"), 120.75 - 108.0);
  EXPECT_EQ(of_site(all, 0, "regret"), 8.75);
  EXPECT_EQ(of_site(all, 0, "saving_share"), (126.25 - 108.75) / 26.25);
  EXPECT_EQ(of_site(all, 1, "saving_share"), -1.0);  // costs 12, more than the reference
}

TEST(Kpi, WhereUnmetEnergyHasNoPriceNobodyWinsByChargingNobody) {
  const Yardstick yardstick{{100.0, 8.0}, {126.25, 10.0}};
  twin::World world = sample_world();
  world.sites[1].unmet_price_per_kwh = 0.0;
  const std::vector<Kpi> all = kpis_of_run(world, sample_result(), &yardstick);
  for (const std::int32_t site : {-1, 1}) {
    EXPECT_TRUE(std::isnan(of_site(all, site, "regret"))) << site;
    EXPECT_TRUE(std::isnan(of_site(all, site, "saving_share"))) << site;
  }
  EXPECT_EQ(of_site(all, 0, "regret"), 8.75);
  EXPECT_EQ(of_site(all, 1, "bound"), 8.0);
}

TEST(Kpi, HalfAPercentLessIsServedAlike) {
  EXPECT_TRUE(serves_alike(995.0, 1000.0));
  EXPECT_FALSE(serves_alike(994.9, 1000.0));
  EXPECT_TRUE(serves_alike(0.0, 0.0));
}

TEST(Kpi, WhereNothingCanBeSavedNoShareOfItIsTold) {
  const Yardstick yardstick{{100.0, 8.0}, {100.0, 8.0}};
  EXPECT_TRUE(std::isnan(of_site(kpis_of_run(sample_world(), sample_result(), &yardstick), -1, "saving_share")));
}

TEST(Kpi, AnEmptyRunServesAllThatWasWanted) {
  twin::World world;
  world.sites.resize(1);
  twin::Result result;
  result.sites.resize(1);
  const std::vector<Kpi> all = kpis_of_run(world, result);
  EXPECT_EQ(value_of(all, "served_fraction"), 1.0);
  EXPECT_EQ(value_of(all, "waiting_time_h"), 0.0);
  EXPECT_TRUE(std::isnan(value_of(all, "pv_self_use_fraction")));
  EXPECT_TRUE(std::isnan(value_of(all, "no such figure")));
  EXPECT_EQ(relative_ledger_imbalance(result), 0.0);
}

TEST(Kpi, ImbalancesOfSitesDoNotCancel) {
  twin::Result result = sample_result();
  result.sites[0].ledger.import_kwh -= 0.5;
  EXPECT_EQ(ledger_imbalance(result), 1.0);
  // Larger sides: 140 and 50 kWh.
  EXPECT_DOUBLE_EQ(relative_ledger_imbalance(result), 1.0 / 190.0);
}

TEST(Kpi, EachIsExplainedInBothLanguagesAndNamedOnce) {
  std::set<std::string_view> names;
  for (const KpiInfo& info : kpi_table()) {
    EXPECT_TRUE(names.insert(info.name).second) << info.name;
    EXPECT_FALSE(info.formula.empty()) << info.name;
    EXPECT_FALSE(info.help.empty()) << info.name;
    EXPECT_FALSE(info.help_ko.empty()) << info.name;
    EXPECT_EQ(find_kpi_info(info.name)->name, info.name);
  }
  EXPECT_EQ(find_kpi_info("no such figure"), nullptr);
}

TEST(Kpi, MoneyCarriesTheCurrency) {
  for (const Kpi& kpi : kpis_of_run(sample_world(), sample_result())) {
    if (kpi.name == "total_cost") {
      EXPECT_EQ(kpi.unit, "EUR");
    } else if (kpi.name == "peak_kw") {
      EXPECT_EQ(kpi.unit, "kW");
    }
  }
}

}  // namespace
}  // namespace evtwin::analysis::test
