#include "market/tariff.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <limits>
#include <map>

#include "local_time.hpp"

namespace evtwin::market {
namespace {

using kernel::day_ns;
using kernel::hour_ns;
using kernel::minute_ns;
using kernel::time_never;
using test::at;
using test::message_of;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const Calendar priced_in_seoul("Asia/Seoul");
const Calendar priced_in_amsterdam("Europe/Amsterdam");
constexpr double no_price = std::numeric_limits<double>::quiet_NaN();

Rate rate(int from_hour, int to_hour, double price, std::string band = "") {
  return {.from_minute = from_hour * 60, .to_minute = to_hour * 60, .price_per_kwh = price, .band = std::move(band)};
}
Tariff tariff_of(std::vector<Rate> rates) {
  Tariff tariff;
  tariff.currency = "EUR";
  tariff.rates = std::move(rates);
  return tariff;
}

// Cost of constant power over [from, to), price step by price step.
double cost_of(TariffClock clock, TimeNs from, TimeNs to, double kw) {
  double cost = 0.0;
  for (TimeNs t = from; t < to;) {
    const PriceNow now = clock.price_at(t);
    const TimeNs end = std::min(now.until_ns, to);
    cost += kw * kernel::hours_between(t, end) * now.buy_per_kwh;
    t = end;
  }
  return cost;
}

TEST(Tariff, ShortAndLongDayInAmsterdamCostWhatTheLocalClockSays) {
  // 1 kW all day; night 00-06 at 0.10, day 06-24 at 0.30.
  //   ordinary day:            6 x 0.10 + 18 x 0.30 = 6.00
  //   2025-03-30 (no 02-03):   5 x 0.10 + 18 x 0.30 = 5.90
  //   2025-10-26 (02-03 twice): 7 x 0.10 + 18 x 0.30 = 6.10
  const TariffClock clock(tariff_of({rate(0, 6, 0.10), rate(6, 24, 0.30)}), priced_in_amsterdam);
  const auto day_cost = [&](std::string_view date) {
    const TimeNs begin = at(date, priced_in_amsterdam);
    return cost_of(clock, begin, priced_in_amsterdam.next_day_start(begin), 1.0);
  };
  // A dozen additions of figures near 1: rounding stays far below 1e-12.
  EXPECT_NEAR(day_cost("2025-06-02"), 6.00, 1e-12);
  EXPECT_NEAR(day_cost("2025-03-30"), 5.90, 1e-12);
  EXPECT_NEAR(day_cost("2025-10-26"), 6.10, 1e-12);
}

TEST(Tariff, FourBandsOfOneDayAddUpByHand) {
  // Night 23-07, normal 07-10 and 20-23, peak 10-12 and 14-20, highest 12-14; 10 kW all day:
  //   10 x (8 x 60 + 6 x 110 + 8 x 170 + 2 x 260) = 10 x (480 + 660 + 1360 + 520) = 30,200
  const Tariff tariff = tariff_of({rate(23, 7, 60, "night"), rate(7, 10, 110, "normal"), rate(20, 23, 110, "normal"),
                                   rate(10, 12, 170, "peak"), rate(14, 20, 170, "peak"), rate(12, 14, 260, "highest")});
  TariffClock clock(tariff, priced_in_seoul);
  const TimeNs day = at("2025-06-02", priced_in_seoul);
  EXPECT_DOUBLE_EQ(cost_of(clock, day, day + day_ns, 10.0), 30'200.0);

  const auto names = clock.band_names();
  EXPECT_EQ((std::vector<std::string>(names.begin(), names.end())),
            (std::vector<std::string>{"night", "normal", "peak", "highest"}));
  EXPECT_EQ(names[clock.price_at(day + 12 * hour_ns).band], "highest");
  EXPECT_EQ(clock.price_at(day + 13 * hour_ns).until_ns, day + 14 * hour_ns);
  // Over midnight nothing changes: the night price lasts until 07:00 of the next day.
  EXPECT_EQ(clock.price_at(day + 23 * hour_ns).until_ns, day + 31 * hour_ns);
}

TEST(Tariff, HolidayIsAHolidayWhateverItsWeekday) {
  Tariff tariff = tariff_of({});
  double price = 1.0;
  for (const DayType day : {DayType::weekday, DayType::saturday, DayType::sunday, DayType::holiday}) {
    tariff.rates.push_back({.days = day_bit(day), .price_per_kwh = price});
    price += 1.0;
  }
  tariff.holidays = {{2025, 6, 7}, {2025, 6, 6}};  // Saturday and Friday
  TariffClock clock(tariff, priced_in_seoul);
  EXPECT_EQ(clock.price_at(at("2025-06-05T23:59", priced_in_seoul)).buy_per_kwh, 1.0);
  EXPECT_EQ(clock.price_at(at("2025-06-06", priced_in_seoul)).buy_per_kwh, 4.0);
  EXPECT_EQ(clock.price_at(at("2025-06-06", priced_in_seoul)).until_ns, at("2025-06-08", priced_in_seoul));
  EXPECT_EQ(clock.price_at(at("2025-06-08", priced_in_seoul)).buy_per_kwh, 3.0);
  EXPECT_EQ(clock.price_at(at("2025-06-14", priced_in_seoul)).buy_per_kwh, 2.0);
}

TEST(Tariff, SeasonsChangeAtLocalMidnightOfTheFirst) {
  Tariff tariff = tariff_of({{.months = month_bit(6), .price_per_kwh = 2.0},
                             {.months = static_cast<MonthMask>(all_months & ~month_bit(6)), .price_per_kwh = 1.0}});
  TariffClock clock(tariff, priced_in_seoul);
  EXPECT_EQ(clock.price_at(at("2025-05-31T23:59:59.999999999", priced_in_seoul)).buy_per_kwh, 1.0);
  EXPECT_EQ(clock.price_at(at("2025-06-01", priced_in_seoul)).buy_per_kwh, 2.0);
  EXPECT_EQ(clock.price_at(at("2025-06-01", priced_in_seoul)).until_ns, at("2025-07-01", priced_in_seoul));
  EXPECT_EQ(clock.price_at(at("2025-07-01", priced_in_seoul)).until_ns, at("2026-06-01", priced_in_seoul));
}

TEST(Tariff, SurchargeAndTaxAreInTheBuyPriceOnly) {
  Tariff tariff = tariff_of({rate(0, 24, 100.0)});
  tariff.surcharge_per_kwh = 14.0;
  tariff.tax_fraction = 0.10;
  tariff.sell = SellFixed{80.0};
  EXPECT_DOUBLE_EQ(TariffClock(tariff, priced_in_seoul).price_at(0).buy_per_kwh, 125.4);  // (100 + 14) x 1.1
  EXPECT_EQ(TariffClock(tariff, priced_in_seoul).price_at(0).sell_per_kwh, 80.0);
  tariff.sell = SellFactor{0.5};
  EXPECT_DOUBLE_EQ(TariffClock(tariff, priced_in_seoul).price_at(0).sell_per_kwh, 62.7);
}

TEST(Tariff, PriceSeriesMayBeNegativeAndEndsInNoFigure) {
  Tariff tariff;
  tariff.prices_per_kwh = Series({0, hour_ns, 2 * hour_ns}, {0.05, -0.50, 0.05});
  tariff.sell = Series({0, 90 * minute_ns}, {0.01, 0.02}, 4 * hour_ns);
  TariffClock clock(tariff, priced_in_amsterdam);
  EXPECT_EQ(clock.price_at(hour_ns).buy_per_kwh, -0.50);
  EXPECT_EQ(clock.price_at(hour_ns).until_ns, 90 * minute_ns);
  EXPECT_EQ(clock.price_at(100 * minute_ns).sell_per_kwh, 0.02);
  EXPECT_TRUE(std::isnan(clock.price_at(3 * hour_ns).buy_per_kwh));
  EXPECT_TRUE(covers_span(tariff, 0, 3 * hour_ns));
  EXPECT_FALSE(covers_span(tariff, 0, 3 * hour_ns + 1));
}

TEST(Tariff, FlatPriceNeverChanges) {
  TariffClock clock(free_energy("EUR"), priced_in_amsterdam);
  const TimeNs t = at("2025-01-01", priced_in_amsterdam);
  EXPECT_EQ(clock.price_at(t).buy_per_kwh, 0.0);
  EXPECT_EQ(clock.price_at(t).until_ns, kernel::time_never);
  EXPECT_EQ(TariffClock(free_energy("EUR"), priced_in_amsterdam).price_at(latest_ns - day_ns).until_ns,
            kernel::time_never);
}

TEST(Tariff, ChangeIsFoundHoweverFarAheadItsDateLies) {
  Tariff tariff = tariff_of({rate(0, 24, 90), rate(0, 24, 70)});
  tariff.rates[0].days = day_bit(DayType::weekday) | day_bit(DayType::saturday) | day_bit(DayType::sunday);
  tariff.rates[1].days = day_bit(DayType::holiday);
  tariff.holidays = {{2029, 10, 3}};
  for (const char* from : {"2025-01-01", "2028-11-05"}) {
    TariffClock clock(tariff, priced_in_seoul);
    EXPECT_EQ(clock.price_at(at(from, priced_in_seoul)).until_ns, at("2029-10-03", priced_in_seoul)) << from;
  }
  TariffClock clock(tariff, priced_in_seoul);
  EXPECT_EQ(clock.price_at(at("2029-10-03", priced_in_seoul)).until_ns, at("2029-10-04", priced_in_seoul));
  EXPECT_EQ(clock.price_at(at("2029-10-04", priced_in_seoul)).until_ns, kernel::time_never);

  tariff.holidays.clear();
  tariff.sell = Series({at("2020-01-01", priced_in_seoul), at("2031-05-01", priced_in_seoul)}, {10, 20},
                       at("2033-01-01", priced_in_seoul));
  EXPECT_EQ(TariffClock(tariff, priced_in_seoul).price_at(at("2025-01-01", priced_in_seoul)).until_ns,
            at("2031-05-01", priced_in_seoul));
}

TEST(Tariff, GapNamesItsHours) {
  EXPECT_THAT(tariff_problems(tariff_of({rate(0, 8, 90), rate(9, 24, 150)})).at(0),
              AllOf(HasSubstr("no period covers 08:00 to 09:00"), HasSubstr("all months, all days")));
}

TEST(Tariff, OverlapNamesItsHours) {
  EXPECT_THAT(tariff_problems(tariff_of({rate(0, 8, 90), rate(7, 24, 150)})).at(0),
              AllOf(HasSubstr("more than one period"), HasSubstr("07:00 to 08:00")));
}

TEST(Tariff, ProblemNamesTheMonthsAndDaysItIsAbout) {
  Tariff tariff = tariff_of({rate(22, 6, 90), rate(6, 22, 150)});
  EXPECT_THAT(tariff_problems(tariff), IsEmpty());  // over midnight is legal
  tariff.rates[1].months = static_cast<MonthMask>(all_months & ~(month_bit(7) | month_bit(8)));
  EXPECT_THAT(tariff_problems(tariff).at(0), HasSubstr("06:00 to 22:00 (Jul-Aug, all days)"));
  tariff.rates[1].months = all_months;
  tariff.rates[1].days = day_bit(DayType::weekday) | day_bit(DayType::sunday) | day_bit(DayType::holiday);
  EXPECT_THAT(tariff_problems(tariff).at(0), HasSubstr("(all months, saturday)"));
}

TEST(Tariff, FigureThatIsNoneIsNamed) {
  EXPECT_THAT(tariff_problems(tariff_of({rate(0, 24, no_price)})).at(0), HasSubstr("price_per_kwh of period 1"));
  EXPECT_THAT(tariff_problems(tariff_of({rate(0, 12, 1), rate(12, 24, HUGE_VAL)})).at(0),
              HasSubstr("price_per_kwh of period 2"));
  EXPECT_THAT(tariff_problems(tariff_of({rate(0, 24, -0.2)})), IsEmpty());
  const auto problem = [](auto change) {
    Tariff tariff = tariff_of({rate(0, 24, 1)});
    change(tariff);
    const auto problems = tariff_problems(tariff);
    return problems.empty() ? std::string() : problems.front();
  };
  EXPECT_THAT(problem([](Tariff& t) { t.surcharge_per_kwh = no_price; }), HasSubstr("surcharge_per_kwh"));
  EXPECT_THAT(problem([](Tariff& t) { t.tax_fraction = -0.1; }), HasSubstr("tax_fraction"));
  EXPECT_THAT(problem([](Tariff& t) { t.sell = SellFixed{no_price}; }), HasSubstr("sell_price_per_kwh"));
  EXPECT_THAT(problem([](Tariff& t) { t.demand.price_per_kw[3] = -1; }), HasSubstr("price_per_kw"));
  EXPECT_THAT(problem([](Tariff& t) { t.demand.window_ns = 20 * kernel::minute_ns; }),
              HasSubstr("20 min, must be 15, 30 or 60"));
  EXPECT_THAT(problem([](Tariff& t) { t.demand.floor_fraction_of_contract = 30; }), HasSubstr("30 % is 0.3"));
  EXPECT_THAT(problem([](Tariff& t) { t.demand.excess_price_per_kw = -1; }), HasSubstr("excess_price_per_kw"));
  EXPECT_THAT(problem([](Tariff& t) { t.holidays = {{2025, 2, 30}}; }), HasSubstr("2025-02-30"));
}

TEST(Tariff, PeriodThatIsNoneIsNamed) {
  EXPECT_THAT(tariff_problems(tariff_of({rate(8, 8, 1)})).at(0), HasSubstr("from 08:00 to 08:00"));
  EXPECT_THAT(tariff_problems(tariff_of({rate(-1, 8, 1)})).at(0), HasSubstr("period 1"));
  EXPECT_THAT(tariff_problems(tariff_of({rate(0, 25, 1)})).at(0), HasSubstr("period 1"));
  Tariff tariff = tariff_of({rate(0, 24, 1)});
  tariff.rates[0].months = 0;
  EXPECT_THAT(tariff_problems(tariff).at(0), HasSubstr("months"));
  EXPECT_THAT(tariff_problems(Tariff{}).at(0), HasSubstr("no period covers 00:00 to 24:00"));
  EXPECT_THROW(TariffClock(Tariff{}, priced_in_seoul), TariffError);
  EXPECT_THAT(message_of<TariffError>([] {
                Tariff named = tariff_of({rate(0, 8, 1)});
                named.name = "mine";
                check_tariff(named);
              }),
              AllOf(HasSubstr("tariff mine"), HasSubstr("08:00 to 24:00")));
}

// --- properties ------------------------------------------------------------------------------------------------------

// Random tariffs by whole half hours, different on weekdays and other days and in two seasons.
Tariff random_tariff() {
  Tariff tariff;
  const MonthMask summer = month_bit(3) | month_bit(4) | month_bit(10);
  const DayTypeMask work = day_bit(DayType::weekday);
  for (const MonthMask months : {summer, static_cast<MonthMask>(all_months & ~summer)}) {
    for (const DayTypeMask days : {work, static_cast<DayTypeMask>(all_day_types & ~work)}) {
      auto cuts = *rc::gen::unique<std::vector<int>>(rc::gen::inRange(0, 48));
      std::sort(cuts.begin(), cuts.end());
      if (cuts.empty() || (cuts.size() == 1 && cuts[0] != 0)) cuts = {0};
      for (std::size_t i = 0; i < cuts.size(); ++i) {
        const int to = cuts.size() == 1 ? 48 : cuts[(i + 1) % cuts.size()];  // the last wraps over midnight
        tariff.rates.push_back({months, days, cuts[i] * 30, to * 30, static_cast<double>(*rc::gen::inRange(0, 3)), ""});
      }
    }
  }
  tariff.holidays = {{2025, 4, 21}, {2025, 10, 27}};
  return tariff;
}

// The price as the definition says it, from what the clock on the wall shows.
double price_by_definition(const Tariff& tariff, const Calendar& calendar, TimeNs t) {
  const LocalTime now = calendar.local_time(t);
  const bool holiday = std::count(tariff.holidays.begin(), tariff.holidays.end(), now.date) > 0;
  const Weekday weekday = weekday_of(now.date);
  const DayType type = holiday                        ? DayType::holiday
                       : weekday == Weekday::saturday ? DayType::saturday
                       : weekday == Weekday::sunday   ? DayType::sunday
                                                      : DayType::weekday;
  const int minute = now.hour * 60 + now.minute;
  for (const Rate& r : tariff.rates) {
    if (!has_month(r.months, now.date.month) || !has_day(r.days, type)) continue;
    const bool inside = r.from_minute < r.to_minute ? minute >= r.from_minute && minute < r.to_minute
                                                    : minute >= r.from_minute || minute < r.to_minute;
    if (inside) return r.price_per_kwh;
  }
  return no_price;
}

RC_GTEST_PROP(TariffProperty, ClockReadsTheDefinitionAndUntilIsTheNextChange, ()) {
  const Tariff tariff = random_tariff();
  RC_ASSERT(tariff_problems(tariff).empty());
  TariffClock clock(tariff, priced_in_amsterdam);
  // Ten days around each change of the clock, in any order of the two.
  for (const char* date : {"2025-10-22", "2025-03-26", "2025-04-18"}) {
    TimeNs t = at(date, priced_in_amsterdam);
    const TimeNs end = t + 10 * day_ns;
    while (t < end) {
      const PriceNow now = clock.price_at(t);
      RC_ASSERT(now.buy_per_kwh == price_by_definition(tariff, priced_in_amsterdam, t));
      const TimeNs until = std::min(now.until_ns, end);
      for (TimeNs s = t; s < until; s += 30 * minute_ns) {
        RC_ASSERT(price_by_definition(tariff, priced_in_amsterdam, s) == now.buy_per_kwh);
      }
      if (now.until_ns < end) RC_ASSERT(price_by_definition(tariff, priced_in_amsterdam, until) != now.buy_per_kwh);
      t = until;
    }
  }
}

}  // namespace
}  // namespace evtwin::market
