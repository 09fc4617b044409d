#include "market/demand_charge.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <limits>

#include "local_time.hpp"

namespace evtwin::market {
namespace {

using kernel::day_ns;
using kernel::hour_ns;
using kernel::minute_ns;
using test::at;

const Calendar billed_in_seoul("Asia/Seoul");
const Calendar los_angeles("America/Los_Angeles");
const Calendar billed_in_amsterdam("Europe/Amsterdam");
constexpr double infinity = std::numeric_limits<double>::infinity();

constexpr MonthMask kepco_ratchet =
    month_bit(12) | month_bit(1) | month_bit(2) | month_bit(7) | month_bit(8) | month_bit(9);

DemandCharge kepco_high_voltage() {
  DemandCharge charge;
  charge.price_per_kw.fill(2580.0);
  charge.ratchet_months = kepco_ratchet;
  charge.floor_fraction_of_contract = 0.3;
  return charge;
}

// KEPCO EV, own use, high voltage, summer: light 79.2 (22-08), mid 137.4 (08-15, 21-22), max 190.4 (15-21) KRW/kWh;
// Saturdays max billed as mid, Sundays and holidays light. Hours of bands since 2026-04-16.
Tariff kepco_self_use_high_voltage_summer() {
  Tariff tariff;
  tariff.currency = "KRW";
  const DayTypeMask work = day_bit(DayType::weekday);
  const DayTypeMask saturday = day_bit(DayType::saturday);
  const DayTypeMask free_days = day_bit(DayType::sunday) | day_bit(DayType::holiday);
  const auto work_and_saturday = static_cast<DayTypeMask>(work | saturday);
  tariff.rates = {
      {all_months, work_and_saturday, 22 * 60, 8 * 60, 79.2, "light"},
      {all_months, work_and_saturday, 8 * 60, 15 * 60, 137.4, "mid"},
      {all_months, work_and_saturday, 21 * 60, 22 * 60, 137.4, "mid"},
      {all_months, work, 15 * 60, 21 * 60, 190.4, "max"},
      {all_months, saturday, 15 * 60, 21 * 60, 137.4, "mid"},
      {all_months, free_days, 0, 24 * 60, 79.2, "light"},
  };
  tariff.demand = kepco_high_voltage();
  tariff.holidays = {{2025, 6, 3}, {2025, 6, 6}};
  return tariff;
}

/// A meter of a site without contract and history. The tariff must outlive it.
DemandMeter meter_of(const Tariff& tariff, const Calendar& calendar, TimeNs from, TimeNs to,
                     PartMonth part_month = PartMonth::pro_rata) {
  return DemandMeter({&tariff, infinity, {}, part_month, from, to}, calendar);
}

// On Lord Howe the clock goes back by half an hour on 2026-04-05 at 02:00: the hour from 01:00 on lasts 90 minutes, in
// October one lasts 30. 8 kW are 8 kW in both; what a run cuts counts with the whole window still.
TEST(DemandMeter, AWindowThatTheClockMakesLongerIsDividedByItsLength) {
  const Calendar lord_howe("Australia/Lord_Howe");
  Tariff tariff;
  tariff.demand.window_ns = kernel::hour_ns;
  tariff.demand.price_per_kw.fill(1.0);
  for (const auto& [day, shortest_h, longest_h] : {std::tuple{"2026-04-05", 1.0, 1.5}, {"2026-10-04", 0.5, 1.0}}) {
    const TimeNs from = at(day, lord_howe), to = from + 12 * hour_ns + 15 * minute_ns;
    DemandMeter meter = meter_of(tariff, lord_howe, from, to);
    double shortest = 1.0, longest = 1.0;
    while (meter.window_end_ns() < to) {
      const double h = kernel::hours_between(meter.window_begin_ns(), meter.window_end_ns());
      shortest = std::min(shortest, h);
      longest = std::max(longest, h);
      meter.close_window(8.0 * h);
    }
    EXPECT_EQ(shortest, shortest_h);
    EXPECT_EQ(longest, longest_h);
    meter.finish_at(8.0 * kernel::hours_between(meter.window_begin_ns(), to), to);
    EXPECT_NEAR(meter.peak_kw(), 8.0, 1e-12);
  }
  // A run that begins half an hour into the 90 minutes meets an hour of them: 12 kWh are 8 kW, as they are to the
  // bound.
  const TimeNs within = lord_howe.to_utc(2026, 4, 5, 1, 30).first_ns;
  DemandMeter cut = meter_of(tariff, lord_howe, within, within + 2 * hour_ns);
  EXPECT_EQ(cut.window_end_ns() - cut.window_begin_ns(), kernel::hour_ns);
  EXPECT_EQ(cut.whole_window_ns(), 90 * minute_ns);
  cut.close_window(12.0);
  EXPECT_NEAR(cut.peak_kw(), 8.0, 1e-12);
  EXPECT_EQ(whole_window_ns(billed_in_seoul, kernel::hour_ns, at("2025-06-01", billed_in_seoul) + 20 * minute_ns),
            kernel::hour_ns);
}

// 100 kW of contract, 3,300 a kW above it with 10 % tax on top. The run covers the last ten days of June, in July the
// contract is 120 kW from the 10th on: the higher one of that month counts, as for everything that is billed by it.
TEST(ContractExcess, IsTheHighestWindowAboveTheMonthsContract) {
  Tariff tariff = kepco_self_use_high_voltage_summer();
  tariff.demand.excess_price_per_kw = 3000.0;
  tariff.tax_fraction = 0.1;
  const TimeNs from = at("2025-06-21", billed_in_seoul), july = at("2025-07-01", billed_in_seoul);
  const TimeNs to = at("2025-08-01", billed_in_seoul);
  DemandMeter meter({&tariff, 100.0, {}, PartMonth::pro_rata, from, to}, billed_in_seoul);
  while (meter.window_begin_ns() < july)
    meter.close_window(meter.window_begin_ns() == from ? 27.5 : 20.0);  // 110 kW, 80 kW
  EXPECT_NEAR(meter.total_charge(), (110.0 * 2580.0 * 1.1 + 10.0 * 3300.0) / 3.0, 1e-6);
  while (meter.window_begin_ns() < at("2025-07-10", billed_in_seoul)) meter.close_window(28.75);  // 115 kW
  meter.set_contract_kw(120.0, at("2025-07-10", billed_in_seoul));
  while (meter.window_end_ns() < to) meter.close_window(31.0);  // 124 kW
  meter.finish_at(31.0, to);
  const double june = (110.0 * 2580.0 * 1.1 + 10.0 * 3300.0) / 3.0;
  const double july_cost = 124.0 * 2580.0 * 1.1 + 4.0 * 3300.0;
  EXPECT_NEAR(meter.total_charge(), june + july_cost, 1e-6);

  const auto bill = demand_bill(tariff, billed_in_seoul, from, to, meter.month_peaks(), {}, 100.0, PartMonth::pro_rata,
                                meter.month_contracts());
  ASSERT_EQ(bill.size(), 2U);
  EXPECT_NEAR(bill[0].excess_kw, 10.0, 1e-12);
  EXPECT_NEAR(bill[0].excess_cost, 10.0 * 3300.0 / 3.0, 1e-6);
  EXPECT_NEAR(bill[0].cost, june, 1e-6);
  EXPECT_NEAR(bill[1].excess_kw, 4.0, 1e-12);
  EXPECT_NEAR(bill[1].cost, july_cost, 1e-6);
}

TEST(ContractExcess, IsNoneAtTheContractWithoutOneOrInAnotherMonth) {
  const MonthPeak earlier[] = {{{2025, 5}, 500.0}};
  EXPECT_EQ(contract_excess_kw({2025, 6}, 100.0 * (1.0 + 1e-12), 100.0, {}), 0.0);
  EXPECT_EQ(contract_excess_kw({2025, 6}, 100.0, infinity, earlier), 0.0);
  EXPECT_EQ(contract_excess_kw({2025, 6}, 90.0, 100.0, earlier), 0.0);  // a ratchet is no excess of this month
  EXPECT_EQ(contract_excess_kw({2025, 5}, 90.0, 100.0, earlier), 400.0);
}

TEST(KepcoBill, JuneAtTenKilowattsIsTheBillWorkedByHand) {
  // June 2025: 30 days; Sundays 1 8 15 22 29, Saturdays 7 14 21 28, holidays Tue 3 and Fri 6, so 19 working days.
  //   light: 19 x 10 h + 4 x 10 h + 7 x 24 h = 398 h x 10 kW x  79.2 = 315,216 KRW
  //   mid:   19 x  8 h + 4 x 14 h            = 208 h x 10 kW x 137.4 = 285,792 KRW
  //   max:   19 x  6 h                       = 114 h x 10 kW x 190.4 = 217,056 KRW
  //   energy                                   720 h                   818,064 KRW
  // Demand: this month 10 kW; contract 100 kW, floor 30 kW; August 2024 42 kW counts (ratchet month within 12 months);
  // March 2025 80 kW (no ratchet month) and May 2024 90 kW do not: 42 kW x 2,580 = 108,360 KRW.
  const Tariff tariff = kepco_self_use_high_voltage_summer();
  TariffClock clock(tariff, billed_in_seoul);
  const TimeNs begin = at("2025-06-01", billed_in_seoul);
  const TimeNs end = at("2025-07-01", billed_in_seoul);
  DemandMeter meter = meter_of(tariff, billed_in_seoul, begin, end);
  double energy_cost = 0.0;
  for (TimeNs t = begin; t < end;) {
    const PriceNow now = clock.price_at(t);
    const TimeNs step_end = std::min(now.until_ns, end);
    const double kwh = 10.0 * kernel::hours_between(t, step_end);
    energy_cost += kwh * now.buy_per_kwh;
    t = step_end;
  }
  while (meter.window_end_ns() < end) meter.close_window(2.5);
  meter.finish_at(2.5, end);
  EXPECT_NEAR(energy_cost, 818'064.0, 1e-6);  // 100 additions of figures near 1e4: below 1e-8

  const std::vector<MonthPeak> past = {{{2024, 5}, 90.0}, {{2024, 8}, 42.0}, {{2025, 3}, 80.0}};
  const auto bill = demand_bill(tariff, billed_in_seoul, begin, end, meter.month_peaks(), past, 100.0);
  ASSERT_EQ(bill.size(), 1U);
  EXPECT_NEAR(bill[0].peak_kw, 10.0, 1e-9);
  EXPECT_EQ(bill[0].billed_kw, 42.0);
  EXPECT_EQ(bill[0].fraction, 1.0);
  EXPECT_DOUBLE_EQ(bill[0].cost, 108'360.0);
}

// 10 per kW. January 50 kW; from 00:00 of 1 February 20 kW; on 10 February 30 kW for a day: February is billed 30. The
// change to 70 kW at 00:00 of 1 March counts for March alone, whether the month has opened by then or not.
TEST(ContractBasis, AMonthIsBilledByTheHighestContractInForceWithinIt) {
  Tariff tariff = kepco_self_use_high_voltage_summer();
  tariff.tax_fraction = 0.0;
  tariff.demand.basis = DemandBasis::contract;
  tariff.demand.price_per_kw.fill(10.0);
  const TimeNs begin = at("2026-01-31", billed_in_seoul), end = at("2026-04-01", billed_in_seoul);
  const TimeNs february = at("2026-02-01", billed_in_seoul), march = at("2026-03-01", billed_in_seoul);
  for (const bool told_first : {false, true}) {
    DemandMeter meter({&tariff, 50.0, {}, PartMonth::full, begin, end}, billed_in_seoul);
    const auto run_to = [&](TimeNs t) {
      while (meter.window_end_ns() < t) meter.close_window(1.0);
    };
    const auto change = [&](TimeNs t, double kw) {
      run_to(t);
      if (told_first) meter.set_contract_kw(kw, t);
      meter.close_window(1.0);
      if (!told_first) meter.set_contract_kw(kw, t);
    };
    EXPECT_EQ(meter.billed_kw(), 50.0);
    change(february, 20.0);
    EXPECT_EQ(meter.billed_kw(), 20.0);
    EXPECT_EQ(meter.total_charge(), 500.0);
    change(at("2026-02-10", billed_in_seoul), 90.0);
    meter.set_contract_kw(30.0, at("2026-02-10", billed_in_seoul));  // 90 kW for no time at all
    EXPECT_EQ(meter.billed_kw(), 30.0);
    change(at("2026-02-11", billed_in_seoul), 20.0);
    EXPECT_EQ(meter.billed_kw(), 30.0);
    EXPECT_EQ(meter.next_month().floor_kw, 20.0);
    change(march, 70.0);
    EXPECT_EQ(meter.billed_kw(), 70.0);
    run_to(end);
    meter.finish_at(1.0, end);
    EXPECT_DOUBLE_EQ(meter.total_charge(), 500.0 + 300.0 + 700.0);
    double billed = 0.0;
    for (const MonthDemand& month : demand_bill(tariff, billed_in_seoul, begin, end, meter.month_peaks(), {}, 50.0,
                                                PartMonth::full, meter.month_contracts()))
      billed += month.cost;
    EXPECT_DOUBLE_EQ(billed, meter.total_charge());
  }
}

TEST(KepcoBill, RatchetForgetsAPeakAfterTwelveMonths) {
  const DemandCharge charge = kepco_high_voltage();
  const std::vector<MonthPeak> past = {{{2024, 8}, 42.0}};
  EXPECT_EQ(billed_kw(charge, {2024, 9}, 5.0, 100.0, past), 42.0);
  EXPECT_EQ(billed_kw(charge, {2025, 8}, 5.0, 100.0, past), 42.0);
  EXPECT_EQ(billed_kw(charge, {2025, 9}, 5.0, 100.0, past), 30.0);  // 13 months ago: the floor is left
  EXPECT_EQ(billed_kw(charge, {2024, 7}, 5.0, 100.0, past), 30.0);  // a later month says nothing about this one
}

TEST(KepcoBill, EveryRatchetMonthCountsAndNoOther) {
  const DemandCharge charge = kepco_high_voltage();
  for (int month = 1; month <= 12; ++month) {
    const std::vector<MonthPeak> past = {{{2024, month}, 50.0}};
    const bool counts = month <= 2 || (month >= 7 && month <= 9) || month == 12;
    EXPECT_EQ(billed_kw(charge, {2025, 1}, 1.0, 10.0, past), counts ? 50.0 : 3.0) << month;
  }
}

TEST(KepcoBill, LowVoltagePaysTheContractPower) {
  DemandCharge charge;
  charge.basis = DemandBasis::contract;
  EXPECT_EQ(billed_kw(charge, {2025, 6}, 3.0, 40.0, {}), 40.0);
  EXPECT_EQ(billed_kw(charge, {2025, 6}, 70.0, 40.0, {}), 40.0);
  EXPECT_THROW(billed_kw(charge, {2025, 6}, 3.0, infinity, {}), TariffError);
}

TEST(DemandCharge, PeakOfTheMonthBeforeTheRunCountsForThatMonth) {
  const std::vector<MonthPeak> past = {{{2025, 6}, 33.0}};
  EXPECT_EQ(billed_kw(DemandCharge{}, {2025, 6}, 10.0, infinity, past), 33.0);
  EXPECT_EQ(billed_kw(DemandCharge{}, {2025, 7}, 10.0, infinity, past), 10.0);
}

Tariff sce_tou_ev_4_demand() {
  Tariff tariff = free_energy("USD");
  tariff.demand.price_per_kw.fill(15.51);
  return tariff;
}

TEST(SceBill, WeekOfJulyIsBilledProRataUnlessFull) {
  // 12.5 kWh in one 15-min window is 50 kW: 50 x 15.51 = 775.50 USD a month; 7 of 31 days: 175.112903...
  const TimeNs begin = at("2019-07-08", los_angeles);
  const TimeNs end = begin + 7 * day_ns;
  const Tariff tariff = sce_tou_ev_4_demand();
  DemandMeter meter = meter_of(tariff, los_angeles, begin, end);
  while (meter.window_end_ns() < end) {
    const TimeNs since = meter.window_begin_ns() - begin;
    meter.close_window(since == 10 * hour_ns ? 12.5 : since >= 11 * hour_ns && since < 12 * hour_ns ? 10.0 : 0.0);
  }
  meter.finish_at(0.0, end);
  const auto pro_rata = demand_bill(tariff, los_angeles, begin, end, meter.month_peaks(), {}, infinity);
  ASSERT_EQ(pro_rata.size(), 1U);
  EXPECT_DOUBLE_EQ(pro_rata[0].billed_kw, 50.0);
  EXPECT_DOUBLE_EQ(pro_rata[0].cost, 775.50 * 7.0 / 31.0);
  const auto full = demand_bill(tariff, los_angeles, begin, end, meter.month_peaks(), {}, infinity, PartMonth::full);
  EXPECT_DOUBLE_EQ(full[0].cost, 775.50);
}

TEST(SceBill, MonthsOfARunHaveALineEachAndPriceOfTheirSeason) {
  // PG&E A-10: summer (5 to 10) 19.99, winter 11.66 USD per kW.
  Tariff tariff = free_energy("USD");
  for (int month = 1; month <= 12; ++month) {
    tariff.demand.price_per_kw[static_cast<std::size_t>(month - 1)] = month >= 5 && month <= 10 ? 19.99 : 11.66;
  }
  tariff.tax_fraction = 0.5;
  const TimeNs begin = at("2019-10-01", los_angeles);
  const TimeNs end = at("2019-12-01", los_angeles);
  DemandMeter meter = meter_of(tariff, los_angeles, begin, end);
  meter.close_window(5.0);
  while (meter.window_end_ns() < end) meter.close_window(0.0);
  meter.finish_at(2.5, end);
  const auto bill = demand_bill(tariff, los_angeles, begin, end, meter.month_peaks(), {}, infinity);
  ASSERT_EQ(bill.size(), 2U);
  EXPECT_EQ(bill[0].month, (LocalMonth{2019, 10}));
  EXPECT_DOUBLE_EQ(bill[0].cost, 20.0 * 19.99 * 1.5);
  EXPECT_DOUBLE_EQ(bill[1].cost, 10.0 * 11.66 * 1.5);
  EXPECT_EQ(bill[1].fraction, 1.0);  // November has the 25-hour day and is whole all the same
}

TEST(DemandCharge, WithoutAPriceNeedsNoContract) {
  Tariff tariff = free_energy();
  tariff.demand.basis = DemandBasis::contract;
  const auto bill = demand_bill(tariff, billed_in_seoul, 0, day_ns, {}, {}, std::numeric_limits<double>::quiet_NaN());
  ASSERT_FALSE(bill.empty());
  EXPECT_EQ(bill[0].cost, 0.0);
}

TEST(MonthFraction, CountsElapsedTimeNotDates) {
  // March 2025 in Amsterdam has 743 hours; its last day has 23 of them.
  const TimeNs last_day = at("2025-03-31", billed_in_amsterdam) - 23 * hour_ns;
  EXPECT_DOUBLE_EQ(month_fraction(billed_in_amsterdam, {2025, 3}, last_day, last_day + 23 * hour_ns), 23.0 / 743.0);
  EXPECT_EQ(month_fraction(billed_in_amsterdam, {2025, 4}, last_day, last_day + 23 * hour_ns), 0.0);
  EXPECT_EQ(month_fraction(billed_in_amsterdam, {2025, 3}, 0, at("2026-01-01", billed_in_amsterdam)), 1.0);
}

TEST(DemandMeter, MeanOfAWindowCountsAndNotAMoment) {
  // 60 kW for 5 minutes is 5 kWh: a mean of 20 kW over its window.
  const TimeNs begin = at("2025-06-02", billed_in_seoul);
  const Tariff tariff = sce_tou_ev_4_demand();
  DemandMeter meter = meter_of(tariff, billed_in_seoul, begin, begin + day_ns);
  EXPECT_EQ(meter.month_peak_kw(), 0.0);
  meter.close_window(5.0);
  EXPECT_DOUBLE_EQ(meter.month_peak_kw(), 20.0);
  EXPECT_EQ(meter.window_begin_ns(), begin + 15 * minute_ns);
  meter.close_window(2.5);
  EXPECT_DOUBLE_EQ(meter.month_peak_kw(), 20.0);
  EXPECT_DOUBLE_EQ(meter.total_charge(), 20.0 * 15.51 / 30.0);  // a day of the 30 of June
}

TEST(DemandMeter, WindowsOfHalfAndWholeHoursAreThoseOfTheTariff) {
  const TimeNs begin = at("2025-06-02T08:10", billed_in_seoul);
  for (const int minutes : {15, 30, 60}) {
    Tariff tariff = sce_tou_ev_4_demand();
    tariff.demand.window_ns = minutes * minute_ns;
    DemandMeter meter = meter_of(tariff, billed_in_seoul, begin, begin + day_ns);
    EXPECT_EQ(meter.window_begin_ns(), begin);
    EXPECT_EQ(meter.window_end_ns(), begin + (minutes == 60 ? 50 : minutes == 30 ? 20 : 5) * minute_ns);
    meter.close_window(5.0);  // cut by the start of the run, and counted with its full length
    EXPECT_DOUBLE_EQ(meter.month_peak_kw(), 5.0 * 60.0 / minutes);
    EXPECT_EQ(meter.window_end_ns() - meter.window_begin_ns(), minutes * minute_ns);
  }
}

TEST(DemandMeter, MonthOpensWithItsFirstWindow) {
  // PG&E A-10: 11.66 USD per kW in April, 19.99 in May. The window that ends at 00:00 of 1 May is April's.
  Tariff tariff = free_energy("USD");
  tariff.demand.price_per_kw.fill(19.99);
  tariff.demand.price_per_kw[3] = 11.66;
  const TimeNs may = at("2019-05-01", los_angeles);
  DemandMeter meter = meter_of(tariff, los_angeles, may - hour_ns, may + hour_ns, PartMonth::full);
  for (int window = 0; window < 4; ++window) {
    EXPECT_EQ(meter.current_month(), (LocalMonth{2019, 4}));
    EXPECT_EQ(meter.month_end_ns(), may);
    EXPECT_EQ(meter.price_per_kw(), 11.66);
    meter.close_window(10.0);
  }
  EXPECT_EQ(meter.window_begin_ns(), may);
  EXPECT_EQ(meter.current_month(), (LocalMonth{2019, 5}));
  EXPECT_EQ(meter.month_end_ns(), at("2019-06-01", los_angeles));
  EXPECT_EQ(meter.month_peak_kw(), 0.0);
  EXPECT_EQ(meter.billed_kw(), 0.0);
  EXPECT_EQ(meter.price_per_kw(), 19.99);
  EXPECT_DOUBLE_EQ(meter.total_charge(), 40.0 * 11.66);
  meter.close_window(1.0);
  EXPECT_DOUBLE_EQ(meter.total_charge(), 40.0 * 11.66 + 4.0 * 19.99);
}

TEST(DemandMeter, RatchetAndFloorAreBilledFromTheFirstInstantOn) {
  // August 2024 had 42 kW; the floor is 30 kW of a contract of 100.
  Tariff tariff = kepco_self_use_high_voltage_summer();
  const std::vector<MonthPeak> past = {{{2024, 8}, 42.0}};
  const TimeNs begin = at("2025-08-31T23:45", billed_in_seoul);
  DemandMeter meter({&tariff, 100.0, past, PartMonth::full, begin, begin + day_ns}, billed_in_seoul);
  EXPECT_EQ(meter.billed_kw(), 42.0);
  EXPECT_EQ(meter.total_charge(), 0.0);          // grows as windows end
  EXPECT_EQ(meter.next_month().floor_kw, 30.0);  // August 2024 is too long ago for September
  meter.close_window(20.0);                      // 80 kW: counts for the next twelve months
  EXPECT_EQ(meter.billed_kw(), 80.0);
  EXPECT_EQ(meter.current_month(), (LocalMonth{2025, 9}));
}

TEST(DemandMeter, NextMonthIsToldWithPriceFractionAndFloor) {
  Tariff tariff = kepco_self_use_high_voltage_summer();
  const TimeNs begin = at("2025-08-30", billed_in_seoul);
  const TimeNs end = at("2025-09-04", billed_in_seoul);  // three of the thirty days of September
  DemandMeter meter({&tariff, 100.0, {}, PartMonth::pro_rata, begin, end}, billed_in_seoul);
  EXPECT_EQ(meter.next_month().floor_kw, 30.0);
  meter.close_window(25.0);
  EXPECT_EQ(meter.next_month().floor_kw, 100.0);  // August is a ratchet month
  EXPECT_EQ(meter.next_month().price_per_kw, demand_price_per_kw(tariff, 9));
  EXPECT_DOUBLE_EQ(meter.next_month().fraction, 3.0 / 30.0);
  DemandMeter last({&tariff, 100.0, {}, PartMonth::full, begin, begin + day_ns}, billed_in_seoul);
  EXPECT_EQ(last.next_month().fraction, 0.0) << "the run ends before";
}

TEST(DemandMeter, RunEndsWithoutOpeningAnotherMonth) {
  const Tariff tariff = sce_tou_ev_4_demand();
  const TimeNs end = at("2025-07-01", billed_in_seoul);
  DemandMeter meter = meter_of(tariff, billed_in_seoul, end - 15 * minute_ns, end, PartMonth::full);
  meter.finish_at(10.0, end);
  EXPECT_EQ(meter.current_month(), (LocalMonth{2025, 6}));
  ASSERT_EQ(meter.month_peaks().size(), 1U);
  EXPECT_DOUBLE_EQ(meter.month_peaks()[0].peak_kw, 40.0);
  EXPECT_DOUBLE_EQ(meter.total_charge(), 40.0 * 15.51);
}

TEST(DemandMeter, HourThatExistsTwiceHasItsWindowsTwice) {
  // 26 October 2025 in Amsterdam has 25 hours, 30 March 23.
  for (const auto& [day, hours] : {std::pair{"2025-10-26", 25}, std::pair{"2025-03-30", 23}}) {
    for (const int minutes : {15, 30, 60}) {
      Tariff tariff = sce_tou_ev_4_demand();
      tariff.demand.window_ns = minutes * minute_ns;
      const TimeNs begin = at(day, billed_in_amsterdam);
      DemandMeter meter = meter_of(tariff, billed_in_amsterdam, begin, begin + hours * hour_ns);
      int windows = 0;
      for (; meter.window_begin_ns() < begin + hours * hour_ns; meter.close_window(1.0)) {
        EXPECT_EQ(meter.window_end_ns() - meter.window_begin_ns(), minutes * minute_ns);
        ++windows;
      }
      EXPECT_EQ(windows, hours * 60 / minutes) << day;
    }
  }
}

TEST(DemandMeter, BeginsAnew) {
  const Tariff tariff = sce_tou_ev_4_demand();
  const TimeNs begin = at("2025-05-31T23:30", billed_in_seoul);
  DemandMeter meter = meter_of(tariff, billed_in_seoul, begin, begin + day_ns);
  for (int window = 0; window < 5; ++window) meter.close_window(3.0);
  meter.begin(begin, begin + day_ns);
  EXPECT_EQ(meter.window_begin_ns(), begin);
  EXPECT_EQ(meter.month_peaks().size(), 1U);
  EXPECT_EQ(meter.total_charge(), 0.0);
  EXPECT_EQ(meter.peak_kw(), 0.0);
}

RC_GTEST_PROP(DemandMeterProperty, ChargeThatGrewIsTheBillAtTheEnd, ()) {
  // Two ways to the same figure: what the meter let grow window by window, and the bill worked out from the peaks.
  Tariff tariff = kepco_self_use_high_voltage_summer();
  tariff.demand.window_ns = *rc::gen::element(15, 30, 60) * minute_ns;
  const std::vector<MonthPeak> past = {{{2024, *rc::gen::inRange(1, 13)}, *rc::gen::inRange(0, 120) * 1.0}};
  const auto part_month = *rc::gen::element(PartMonth::full, PartMonth::pro_rata);
  const TimeNs begin = at("2025-06-20", billed_in_seoul) + *rc::gen::inRange(0, 100) * minute_ns;
  const TimeNs end = begin + *rc::gen::inRange(1, 60 * 24 * 50) * minute_ns;
  DemandMeter meter({&tariff, 80.0, past, part_month, begin, end}, billed_in_seoul);
  while (meter.window_end_ns() < end) meter.close_window(*rc::gen::inRange(0, 30) * 1.0);
  meter.finish_at(*rc::gen::inRange(0, 30) * 1.0, end);
  double cost = 0.0;
  for (const MonthDemand& month :
       demand_bill(tariff, billed_in_seoul, begin, end, meter.month_peaks(), past, 80.0, part_month))
    cost += month.cost;
  RC_ASSERT(std::abs(meter.total_charge() - cost) <= 1e-12 * cost);
}

}  // namespace
}  // namespace evtwin::market
