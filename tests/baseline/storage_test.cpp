// The storage rule, through edf. Default storage: 100 kWh at 50 %, window 10..90 %, 50 kW, 95 % each way.
#include <gmock/gmock.h>

#include "view_builder.hpp"

namespace evtwin::baseline::test {
namespace {

constexpr double exact_storage_kw = 1e-9;

ViewBuilder site_with(std::uint32_t policy) {
  ViewBuilder site;
  site.storage_policy = policy;
  site.storages.push_back({});
  return site;
}

double storage_kw(ViewBuilder& site, std::vector<evtwin_param_value> params = {}) {
  return decide("edf", site, std::move(params)).storage_kw[0];
}

TEST(StorageRule, OffIsZeroNotLeftAsItIs) {
  ViewBuilder site = site_with(EVTWIN_STORAGE_OFF);
  site.load_kw = 20.0;
  EXPECT_EQ(storage_kw(site), 0.0);
}

TEST(StorageRule, SelfConsumptionTakesSurplusAfterTheCarsAndServesTheSiteWithoutExport) {
  ViewBuilder site = site_with(EVTWIN_STORAGE_SELF_CONSUMPTION);
  site.car();
  site.pv_kw = 30.0;
  site.load_kw = 3.0;
  EXPECT_NEAR(storage_kw(site), 20.0, exact_storage_kw);
  site.pv_kw = 0.0;
  EXPECT_NEAR(storage_kw(site), -10.0, exact_storage_kw);
}

TEST(StorageRule, SelfConsumptionCountsWhatATaperingCarTakes) {
  ViewBuilder site = site_with(EVTWIN_STORAGE_SELF_CONSUMPTION);
  site.car({.setpoint_kw = 7.0, .power_kw = 2.0});
  EXPECT_NEAR(storage_kw(site), -2.0, exact_storage_kw);
}

TEST(StorageRule, StaysInItsSocWindowUntilTheNextTick) {
  ViewBuilder site = site_with(EVTWIN_STORAGE_SELF_CONSUMPTION);
  site.load_kw = 200.0;
  site.storages[0].soc = 0.12;  // 2 kWh above the window's floor, 1.9 at the terminals, in 0.25 h
  EXPECT_NEAR(storage_kw(site), -7.6, exact_storage_kw);
  site.pv_kw = 400.0;
  site.storages[0].soc = 0.881;  // 1.9 kWh to the top take 2 at the terminals
  EXPECT_NEAR(storage_kw(site), 8.0, exact_storage_kw);
  site.storages[0].soc = 0.95;
  EXPECT_EQ(storage_kw(site), 0.0);
}

TEST(StorageRule, SeveralStoragesActInIdOrder) {
  ViewBuilder site = site_with(EVTWIN_STORAGE_SELF_CONSUMPTION);
  site.storages.push_back({});
  site.load_kw = 60.0;
  EXPECT_THAT(decide("edf", site).storage_kw,
              testing::Pointwise(testing::DoubleNear(exact_storage_kw), {-50.0, -10.0}));
}

TEST(StorageRule, PeakShavingHoldsTheBilledPeakOrTheTargetGiven) {
  ViewBuilder site = site_with(EVTWIN_STORAGE_PEAK_SHAVING);
  site.load_kw = 60.0;
  site.billed_peak_kw = 40.0;
  site.storages[0].soc = 0.9;  // full: no charging
  EXPECT_NEAR(storage_kw(site), -20.0, exact_storage_kw);
  EXPECT_NEAR(storage_kw(site, {{"peak_target_kw", 25.0, nullptr}}), -35.0, exact_storage_kw);
  site.load_kw = 30.0;
  EXPECT_EQ(storage_kw(site), 0.0);
  site.storages[0].soc = 0.5;
  site.pv_kw = 45.0;
  EXPECT_NEAR(storage_kw(site), 15.0, exact_storage_kw);
}

TEST(StorageRule, PeakShavingRechargesUpToTheTargetOnlyAtTheLowestPrices) {
  ViewBuilder site = site_with(EVTWIN_STORAGE_PEAK_SHAVING);
  site.load_kw = 30.0;
  site.billed_peak_kw = 40.0;
  site.horizon_buy.assign(96, 0.3);
  std::fill_n(site.horizon_buy.begin() + 48, 24, 0.1);  // 6 h cheaper than now, more than filling takes
  site.buy = 0.3;
  EXPECT_EQ(storage_kw(site), 0.0);
  site.buy = 0.1;
  EXPECT_NEAR(storage_kw(site), 10.0, exact_storage_kw);
}

TEST(StorageRule, ArbitrageChargesInTheCheapestHoursAndDischargesInTheDearest) {
  ViewBuilder site = site_with(EVTWIN_STORAGE_ARBITRAGE);
  site.load_kw = 80.0;
  site.horizon_buy.assign(96, 0.2);
  std::fill_n(site.horizon_buy.begin() + 10, 8, 0.1);
  std::fill_n(site.horizon_buy.begin() + 40, 8, 0.3);
  site.buy = 0.1;
  EXPECT_NEAR(storage_kw(site), 50.0, exact_storage_kw);
  site.buy = 0.2;  // 2 h are cheaper, 2 h dearer: enough to fill and to empty
  EXPECT_EQ(storage_kw(site), 0.0);
  site.buy = 0.3;
  EXPECT_NEAR(storage_kw(site), -50.0, exact_storage_kw);
  // Selling at 0.05 does not pay: own import is the end of it.
  site.load_kw = 20.0;
  EXPECT_NEAR(storage_kw(site), -20.0, exact_storage_kw);
  site.sell = 0.25;
  EXPECT_NEAR(storage_kw(site), -50.0, exact_storage_kw);
  site.export_limit_kw = 5.0;
  EXPECT_NEAR(storage_kw(site), -25.0, exact_storage_kw);
}

TEST(StorageRule, ArbitrageLeavesASpreadBelowTheRoundTripLoss) {
  ViewBuilder site = site_with(EVTWIN_STORAGE_ARBITRAGE);
  site.load_kw = 80.0;
  site.horizon_buy.assign(96, 0.20);
  std::fill_n(site.horizon_buy.begin() + 40, 8, 0.22);  // 0.22 x 0.9025 < 0.20
  for (const double buy : {0.20, 0.22}) {
    site.buy = buy;
    EXPECT_EQ(storage_kw(site), 0.0) << buy;
  }
}

TEST(StorageRule, ChargingKeepsTheContractWithTheCars) {
  ViewBuilder site = site_with(EVTWIN_STORAGE_ARBITRAGE);
  site.contract_kw = 30.0;
  site.car();
  site.horizon_buy.assign(96, 0.3);
  site.horizon_buy[0] = 0.1;
  site.buy = 0.1;
  EXPECT_NEAR(storage_kw(site), 23.0, exact_storage_kw);
}

TEST(StorageRule, AsksForPricesOnlyWhereThePolicyLooksAtThem) {
  ViewBuilder site = site_with(EVTWIN_STORAGE_SELF_CONSUMPTION);
  EXPECT_EQ(Driver("edf", site).c().horizon_steps, 0u);
  site.storage_policy = EVTWIN_STORAGE_ARBITRAGE;
  EXPECT_EQ(Driver("edf", site).c().horizon_steps, 96u);
}

}  // namespace
}  // namespace evtwin::baseline::test
