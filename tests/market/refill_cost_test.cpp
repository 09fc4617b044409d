#include "market/refill_cost.hpp"

#include <gtest/gtest.h>

namespace evtwin::market {
namespace {

/// 0.01 for a quarter of an hour, 0.2 for six hours, 0.4 for the rest of the day.
Tariff three_prices() {
  Tariff tariff = free_energy("EUR");
  tariff.rates = {{.to_minute = 15, .price_per_kwh = 0.01},
                  {.from_minute = 15, .to_minute = 375, .price_per_kwh = 0.2},
                  {.from_minute = 375, .price_per_kwh = 0.4}};
  return tariff;
}

RefillCost of_a_day(const Tariff& tariff, double max_kw) {
  return {TariffClock(tariff, Calendar()), 0, kernel::day_ns, max_kw, 1e9};
}

TEST(RefillCost, WhatLacksIsRefilledInTheCheapestSlotsAtFullPower) {
  const RefillCost cost = of_a_day(three_prices(), 10.0);
  EXPECT_NEAR(cost.value_of(-2.0), -2.0 * 0.01, 1e-12);
  EXPECT_NEAR(cost.value_of(-12.5), -(2.5 * 0.01 + 10.0 * 0.2), 1e-12);
  EXPECT_NEAR(cost.value_of(-72.5), -(2.5 * 0.01 + 60.0 * 0.2 + 10.0 * 0.4), 1e-12);
  // More than a day at full power takes: at the highest price.
  EXPECT_NEAR(cost.value_of(-340.0), -(2.5 * 0.01 + 60.0 * 0.2 + 177.5 * 0.4 + 100.0 * 0.4), 1e-9);
  // Without any power nothing is refilled cheaply.
  EXPECT_NEAR(of_a_day(three_prices(), 0.0).value_of(-1.0), -0.4, 1e-12);
}

TEST(RefillCost, WhatLiesThereMoreIsWorthTheLowestPriceAndTheWholeIsConcave) {
  const RefillCost cost = of_a_day(three_prices(), 10.0);
  EXPECT_NEAR(cost.value_of(50.0), 0.5, 1e-12);
  EXPECT_EQ(cost.value_of(0.0), 0.0);
  double before = 1e9;
  for (int kwh = -400; kwh < 100; ++kwh) {
    const double slope = cost.value_of(kwh + 1.0) - cost.value_of(kwh);
    EXPECT_LE(slope, before + 1e-9) << kwh;
    before = slope;
  }
}

TEST(RefillCost, BelowZeroEmptyingIsNotPaidForAndHoardingOwes) {
  Tariff tariff = three_prices();
  tariff.rates[0].price_per_kwh = -1.0;
  const RefillCost cost = of_a_day(tariff, 10.0);
  EXPECT_EQ(cost.lowest_per_kwh(), -1.0);
  EXPECT_EQ(cost.value_of(5.0), -5.0);
  EXPECT_NEAR(cost.value_of(-2.5), 0.0, 1e-12);
  EXPECT_NEAR(cost.value_of(-3.5), -0.2, 1e-12);
}

// What nobody can lack needs no blocks: a year of half hours with as many prices stays short.
TEST(RefillCost, BlocksEndWhereAllThatCanLackFits) {
  const RefillCost cost(TariffClock(three_prices(), Calendar()), 0, kernel::day_ns, 10.0, 2.0);
  ASSERT_EQ(cost.price_blocks().size(), 2U);
  EXPECT_NEAR(cost.value_of(-2.0), -0.02, 1e-12);
}

}  // namespace
}  // namespace evtwin::market
