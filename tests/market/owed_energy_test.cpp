// What is still wanted at the end of a run, priced by hand.
#include "market/owed_energy.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "local_time.hpp"

namespace evtwin::market {
namespace {

using kernel::day_ns;
using kernel::hour_ns;
using kernel::minute_ns;
using test::at;

const Calendar owed_in_seoul("Asia/Seoul");
const Calendar owed_in_amsterdam("Europe/Amsterdam");

Rate from_to(int from_hour, int to_hour, double price) {
  Rate rate;
  rate.from_minute = 60 * from_hour;
  rate.to_minute = 60 * to_hour;
  rate.price_per_kwh = price;
  return rate;
}

Tariff by_hours(std::vector<Rate> rates) {
  Tariff tariff = free_energy("EUR");
  tariff.rates = std::move(rates);
  return tariff;
}

RestOfStay rest(const char* from, const char* to, const Calendar& calendar, double max_kw, double unmet_price) {
  RestOfStay rest;
  rest.from_ns = at(from, calendar);
  rest.to_ns = at(to, calendar);
  rest.max_kw = max_kw;
  rest.unmet_price_per_kwh = unmet_price;
  return rest;
}

TEST(OwedEnergy, CheapestHoursFirstThenUnmet) {
  // 10 kW from midnight to 07:30: 60 kWh at 0.1, 15 at 0.5, whatever is beyond at 2.
  const OwedEnergy owed(
      TariffClock(by_hours({from_to(0, 6, 0.1), from_to(6, 12, 0.5), from_to(12, 24, 0.3)}), owed_in_seoul),
      rest("2026-06-02", "2026-06-02T07:30", owed_in_seoul, 10.0, 2.0));
  EXPECT_DOUBLE_EQ(owed.cost_of(0.0), 0.0);
  EXPECT_DOUBLE_EQ(owed.cost_of(-3.0), 0.0);
  EXPECT_DOUBLE_EQ(owed.cost_of(40.0), 4.0);
  EXPECT_DOUBLE_EQ(owed.cost_of(60.0), 6.0);
  EXPECT_DOUBLE_EQ(owed.cost_of(75.0), 13.5);
  EXPECT_DOUBLE_EQ(owed.cost_of(80.0), 23.5);
}

TEST(OwedEnergy, NoKwhCostsMoreThanUnmet) {
  const TariffClock tariff(by_hours({from_to(0, 6, 0.1), from_to(6, 24, 0.5)}), owed_in_seoul);
  const OwedEnergy cheap(tariff, rest("2026-06-02", "2026-06-02T12:00", owed_in_seoul, 10.0, 0.2));
  EXPECT_DOUBLE_EQ(cheap.cost_of(100.0), 60 * 0.1 + 40 * 0.2);
  const OwedEnergy free(tariff, rest("2026-06-02", "2026-06-02T12:00", owed_in_seoul, 10.0, 0.0));
  EXPECT_DOUBLE_EQ(free.cost_of(100.0), 0.0);
}

TEST(OwedEnergy, LossesOnTheWayArePaidFor) {
  RestOfStay lossy = rest("2026-06-02", "2026-06-02T02:00", owed_in_seoul, 10.0, 1.0);
  lossy.grid_kw_per_kw = 1.0 / (0.9 * 0.98);
  const OwedEnergy owed(TariffClock(by_hours({from_to(0, 24, 0.3)}), owed_in_seoul), lossy);
  EXPECT_NEAR(owed.cost_of(25.0), 20 * 0.3 / (0.9 * 0.98) + 5.0, 1e-12);
}

TEST(OwedEnergy, NegativePricesAreTakenFirst) {
  const OwedEnergy owed(
      TariffClock(by_hours({from_to(0, 13, 0.3), from_to(13, 14, -0.1), from_to(14, 24, 0.2)}), owed_in_seoul),
      rest("2026-06-02T12:00", "2026-06-02T16:00", owed_in_seoul, 10.0, 1.0));
  EXPECT_DOUBLE_EQ(owed.cost_of(15.0), -1.0 + 5 * 0.2);
}

TEST(OwedEnergy, DayOf23HoursHasOneLess) {
  // 00:00 to 06:00 on 29 March 2026: five hours pass.
  const OwedEnergy owed(TariffClock(by_hours({from_to(0, 24, 0.3)}), owed_in_amsterdam),
                        rest("2026-03-29", "2026-03-29T06:00", owed_in_amsterdam, 10.0, 1.0));
  EXPECT_DOUBLE_EQ(owed.cost_of(60.0), 50 * 0.3 + 10.0);
}

TEST(OwedEnergy, LastDayOfASeriesIsRepeatedAtTheSameLocalTime) {
  Tariff tariff = free_energy("EUR");
  tariff.rates.clear();
  // The series ends at midnight; its last day: 0.4 until 01:30, 0.1 until 05:00, then 0.6.
  tariff.prices_per_kwh = Series({at("2026-03-28", owed_in_amsterdam), at("2026-03-28T01:30", owed_in_amsterdam),
                                  at("2026-03-28T05:00", owed_in_amsterdam)},
                                 {0.4, 0.1, 0.6}, at("2026-03-29", owed_in_amsterdam));
  // Next day the clock jumps from 02:00 to 03:00: 01:30 to 05:00 are 2.5 h. The day after is of 24 hours.
  const OwedEnergy next(TariffClock(tariff, owed_in_amsterdam),
                        rest("2026-03-29", "2026-03-29T05:00", owed_in_amsterdam, 10.0, 1.0));
  EXPECT_NEAR(next.cost_of(1000.0), 25 * 0.1 + 15 * 0.4 + 960.0, 1e-9);
  const OwedEnergy after(TariffClock(tariff, owed_in_amsterdam),
                         rest("2026-03-30", "2026-03-30T06:00", owed_in_amsterdam, 10.0, 1.0));
  EXPECT_NEAR(after.cost_of(1000.0), 35 * 0.1 + 15 * 0.4 + 10 * 0.6 + 940.0, 1e-9);
}

TEST(OwedEnergy, SeriesShorterThanADayEndsInItsLastPrice) {
  Tariff tariff = free_energy("EUR");
  tariff.rates.clear();
  tariff.prices_per_kwh = Series({at("2026-06-02T12:00", owed_in_seoul), at("2026-06-02T13:00", owed_in_seoul)},
                                 {0.5, 0.2}, at("2026-06-02T14:00", owed_in_seoul));
  const OwedEnergy owed(TariffClock(tariff, owed_in_seoul),
                        rest("2026-06-02T14:00", "2026-06-02T20:00", owed_in_seoul, 1.0, 1.0));
  EXPECT_NEAR(owed.cost_of(10.0), 6 * 0.2 + 4.0, 1e-12);
}

TEST(OwedEnergy, IsConvexAndKeepsOneBlockForEachPrice) {
  const OwedEnergy owed(
      TariffClock(by_hours({from_to(0, 6, 0.1), from_to(6, 12, 0.5), from_to(12, 24, 0.3)}), owed_in_seoul),
      rest("2026-06-02T05:00", "2026-06-20T23:00", owed_in_seoul, 7.0, 0.45));
  ASSERT_EQ(owed.price_blocks().size(), 2U);
  double before = 0.0;
  for (double kwh = 1.0; kwh < 4000.0; kwh += 1.0) {
    const double more = owed.cost_of(kwh) - owed.cost_of(kwh - 1.0);
    EXPECT_GE(more, before - 1e-9) << kwh;
    before = more;
  }
  EXPECT_NEAR(before, 0.45, 1e-9);
}

}  // namespace
}  // namespace evtwin::market
