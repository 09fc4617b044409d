// What forecasters are told of the past, counted by hand.
#include "control/forecast_history.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <vector>

namespace evtwin::control {
namespace {

using kernel::hour_ns;
using kernel::minute_ns;

constexpr TimeNs quarter_ns = 15 * minute_ns;

struct Site {
  market::Signal pv = 0.0, load = 0.0;
  market::Tariff tariff = market::free_energy("EUR");
  std::vector<demand::ArrivalLaw> laws{};
  std::vector<market::LocalDate> holidays{};
};

demand::ArrivalStream stream_of(const demand::ArrivalLaw& law, std::uint64_t number, const market::Calendar& calendar,
                                TimeNs start_ns, TimeNs end_ns) {
  static const std::vector<physics::Vehicle> vehicles(1);
  return {std::make_shared<const demand::ArrivalLaw>(law), {7, number, start_ns, end_ns, calendar, &vehicles}};
}

/// Keeps the holidays alive.
struct Told {
  Told(Site the_site, const char* zone, TimeNs step_ns, TimeNs run_start_ns, int days)
      : site(std::move(the_site)),
        calendar(zone),
        history(calendar, site.holidays, step_ns, run_start_ns, days, signals(run_start_ns)) {}
  Told(Site the_site, const char* zone, TimeNs step_ns, market::LocalDate run_start, int days)
      : Told(std::move(the_site), zone, step_ns, market::Calendar(zone).start_of(run_start), days) {}

  ForecastHistory::Signals signals(TimeNs run_start_ns) const {
    std::vector<demand::ArrivalStream> streams;
    for (std::size_t n = 0; n < site.laws.size(); ++n)
      streams.push_back(stream_of(site.laws[n], n, calendar, run_start_ns, run_start_ns + 2 * kernel::day_ns));
    return {market::SignalClock(site.pv, calendar), market::SignalClock(site.load, calendar),
            market::TariffClock(site.tariff, calendar), std::move(streams)};
  }
  std::vector<double> values(std::uint32_t quantity) const {
    const evtwin_history view = history.history_view();
    return {view.values[quantity], view.values[quantity] + view.steps.n};
  }
  std::vector<int> minutes() const {
    const evtwin_steps steps = history.history_view().steps;
    return {steps.local_minute, steps.local_minute + steps.n};
  }

  Site site;
  market::Calendar calendar;
  ForecastHistory history;
};

/// Where the clocks change: as many steps as the day has, without a gap, each with what the clock shows.
struct ClockChange {
  const char* zone;
  market::LocalDate day, next;
  TimeNs step_ns;
  std::size_t steps;
  double day_h;
  std::size_t at;           ///< the step at which the clock jumps ...
  std::vector<int> around;  ///< ... what it shows from the step before on ...
  TimeNs length_ns;         ///< ... and the length of the step before
};

TEST(ForecastHistory, StepsFollowTheLocalClockWhenItChanges) {
  const std::vector<ClockChange> changes{
      {"Europe/Berlin", {2025, 3, 30}, {2025, 3, 31}, quarter_ns, 92, 23, 8, {105, 180, 195}, quarter_ns},
      {"Europe/Berlin", {2025, 3, 30}, {2025, 3, 31}, hour_ns, 23, 23, 2, {60, 180, 240}, hour_ns},
      {"Europe/Berlin", {2025, 10, 26}, {2025, 10, 27}, quarter_ns, 100, 25, 12, {165, 120, 135}, quarter_ns},
      {"Europe/Berlin", {2025, 10, 26}, {2025, 10, 27}, hour_ns, 25, 25, 3, {120, 120, 180}, hour_ns},
      // Half an hour: at 02:00 it is 02:30, and the hour that began at 02:00 has half an hour left.
      {"Australia/Lord_Howe", {2025, 10, 5}, {2025, 10, 6}, quarter_ns, 94, 23.5, 8, {105, 150, 165}, quarter_ns},
      {"Australia/Lord_Howe", {2025, 10, 5}, {2025, 10, 6}, hour_ns, 24, 23.5, 2, {60, 150, 180}, hour_ns},
      // At 02:00 it is 01:30 again: the hour from 01:00 on lasts until the clock shows 02:00 and stays.
      {"Australia/Lord_Howe", {2025, 4, 6}, {2025, 4, 7}, quarter_ns, 98, 24.5, 8, {105, 90, 105}, quarter_ns},
      {"Australia/Lord_Howe", {2025, 4, 6}, {2025, 4, 7}, hour_ns, 24, 24.5, 2, {60, 120, 180}, 3 * hour_ns / 2},
  };
  for (const ClockChange& change : changes) {
    Told told({}, change.zone, change.step_ns, change.next, 1);
    const TimeNs midnight = told.calendar.start_of(change.next);
    EXPECT_EQ(told.history.reach_to(midnight), midnight);
    const evtwin_steps steps = told.history.history_view().steps;
    const std::string what = std::string(change.zone) + " " + std::to_string(change.steps);
    ASSERT_EQ(steps.n, change.steps) << what;
    EXPECT_EQ(steps.step_ns, change.step_ns);
    EXPECT_EQ(steps.start_ns[0], told.calendar.start_of(change.day)) << what;
    EXPECT_EQ(static_cast<double>(steps.start_ns[steps.n] - steps.start_ns[0]),
              change.day_h * static_cast<double>(hour_ns))
        << what;
    for (std::size_t k = 0; k < 3; ++k) EXPECT_EQ(steps.local_minute[change.at - 1 + k], change.around[k]) << what;
    EXPECT_EQ(steps.start_ns[change.at] - steps.start_ns[change.at - 1], change.length_ns) << what;
    for (std::uint32_t k = 0; k < steps.n; ++k) {
      EXPECT_EQ(steps.local_day[k], market::days_since_epoch(change.day));
      EXPECT_EQ(steps.weekday[k], 6) << what;  // all of these are Sundays
      EXPECT_EQ(steps.local_minute[k], told.calendar.minute_of_day(steps.start_ns[k]));
      EXPECT_LT(steps.start_ns[k], steps.start_ns[k + 1]);
    }
  }
}

TEST(ForecastHistory, WeekdaysCountFromMondayAndHolidaysAreThoseOfTheTariff) {
  Site site;
  site.holidays = {{2025, 6, 3}, {2025, 6, 6}};
  Told told(site, "Asia/Seoul", hour_ns, {2025, 6, 9}, 7);
  told.history.reach_to(told.calendar.start_of({2025, 6, 9}));
  const evtwin_steps steps = told.history.history_view().steps;
  ASSERT_EQ(steps.n, 7U * 24U);
  for (std::uint32_t k = 0; k < steps.n; ++k) {
    const std::uint32_t day = k / 24;  // 2025-06-02 is a Monday
    EXPECT_EQ(steps.weekday[k], day);
    EXPECT_EQ(steps.holiday[k], day == 1 || day == 4 ? 1 : 0);
    EXPECT_EQ(steps.local_minute[k], static_cast<int>(k % 24) * 60);
  }
}

TEST(ForecastHistory, ASignalsMeanIsOverTheStepAndOverItsKnownPart) {
  const market::Calendar seoul("Asia/Seoul");
  const TimeNs monday = seoul.start_of({2025, 6, 2});
  Site site;
  site.load = 5.1;
  // From 00:10 on: 6 kW until 00:20, 1 kW until 01:00, 3 kW until 01:40, and no more.
  site.pv = market::Series({monday + 10 * minute_ns, monday + 20 * minute_ns, monday + 60 * minute_ns}, {6.0, 1.0, 3.0},
                           monday + 100 * minute_ns);
  const auto pv = [&](TimeNs step_ns) {
    Told told(site, "Asia/Seoul", step_ns, {2025, 6, 2}, 1);
    told.history.reach_to(monday + 3 * hour_ns);
    for (const double kw : told.values(EVTWIN_QUANTITY_LOAD_KW)) EXPECT_EQ(kw, 5.1);
    std::vector<double> values = told.values(EVTWIN_QUANTITY_PV_KW);
    const auto of_monday = static_cast<std::ptrdiff_t>(kernel::day_ns / step_ns);
    for (std::ptrdiff_t k = 0; k < of_monday; ++k) EXPECT_TRUE(std::isnan(values[static_cast<std::size_t>(k)]));
    return std::vector<double>(values.begin() + of_monday, values.end());
  };
  const auto quarters = pv(quarter_ns);
  ASSERT_EQ(quarters.size(), 12U);
  EXPECT_EQ(quarters[0], 6.0);                 // known for 5 min of 15
  EXPECT_DOUBLE_EQ(quarters[1], 40.0 / 15.0);  // 5 min x 6 + 10 min x 1
  EXPECT_EQ(quarters[2], 1.0);
  EXPECT_EQ(quarters[4], 3.0);
  EXPECT_EQ(quarters[6], 3.0);  // known for 10 min of 15
  EXPECT_TRUE(std::isnan(quarters[7]));
  const auto hours = pv(hour_ns);
  EXPECT_DOUBLE_EQ(hours[0], (10.0 * 6.0 + 40.0 * 1.0) / 50.0);
  EXPECT_EQ(hours[1], 3.0);
  EXPECT_TRUE(std::isnan(hours[2]));
}

TEST(ForecastHistory, AProfileIsReadByTheClockAlsoOnTheDayOf25Hours) {
  std::vector<double> by_hour(24);
  for (std::size_t h = 0; h < 24; ++h) by_hour[h] = static_cast<double>(h);
  Site site;
  site.load = market::DailyProfile{{{market::all_months, market::all_day_types, by_hour}}, {}};
  for (const market::LocalDate next : {market::LocalDate{2025, 3, 31}, market::LocalDate{2025, 10, 27}}) {
    for (const TimeNs step_ns : {quarter_ns, hour_ns}) {
      Told told(site, "Europe/Berlin", step_ns, next, 1);
      told.history.reach_to(told.calendar.start_of(next));
      const auto minutes = told.minutes();
      const auto values = told.values(EVTWIN_QUANTITY_LOAD_KW);
      ASSERT_EQ(minutes.size(), values.size());
      for (std::size_t k = 0; k < values.size(); ++k) EXPECT_EQ(values[k], minutes[k] / 60) << k;
    }
  }
}

TEST(ForecastHistory, HoldsWholeStepsAlone) {
  Told told({}, "Asia/Seoul", hour_ns, {2025, 6, 2}, 0);
  const TimeNs monday = told.calendar.start_of({2025, 6, 2});
  EXPECT_EQ(told.history.reach_to(monday), monday);
  EXPECT_EQ(told.history.history_view().steps.n, 0U);
  EXPECT_EQ(told.history.reach_to(monday + hour_ns - 1), monday);
  EXPECT_EQ(told.history.reach_to(monday + hour_ns), monday + hour_ns);
  EXPECT_EQ(told.history.reach_to(monday + 3 * hour_ns + 59 * minute_ns), monday + 3 * hour_ns);
  EXPECT_EQ(told.history.history_view().steps.n, 3U);
}

demand::Visit visit_at(TimeNs t, double kwh) {
  demand::Visit visit;
  visit.arrival_ns = t;
  visit.departure_ns = visit.claimed_departure_ns = t + hour_ns;
  visit.requested_kwh = kwh;
  return visit;
}

TEST(ForecastHistory, ArrivalsAreCountedFromTheFirstWholeStepOfTheRun) {
  const market::Calendar seoul("Asia/Seoul");
  const TimeNs ten = seoul.start_of({2025, 6, 2}) + 10 * hour_ns;
  const auto at = [&](double minute) { return ten + static_cast<TimeNs>(minute * static_cast<double>(minute_ns)); };
  Site site;
  site.laws = {demand::Recorded{{visit_at(at(8), 5), visit_at(at(15), 7), visit_at(at(20), 11),
                                 visit_at(at(30) - 1, 13), visit_at(at(30), 17), visit_at(at(75), 19)}},
               demand::Recorded{{visit_at(at(20), 23)}}};
  Told told(site, "Asia/Seoul", quarter_ns, at(7), 1);  // the run begins at 10:07
  told.history.reach_to(at(60));
  const auto count = told.values(EVTWIN_QUANTITY_ARRIVALS), kwh = told.values(EVTWIN_QUANTITY_ARRIVALS_KWH);
  const std::size_t n = (24 + 10) * 4;  // steps before 10:00
  ASSERT_EQ(count.size(), n + 4);
  for (std::size_t k = 0; k <= n; ++k) {
    EXPECT_TRUE(std::isnan(count[k])) << k;
    EXPECT_TRUE(std::isnan(kwh[k])) << k;
  }
  EXPECT_EQ(std::vector<double>(count.end() - 3, count.end()), (std::vector<double>{4, 1, 0}));
  EXPECT_EQ(std::vector<double>(kwh.end() - 3, kwh.end()), (std::vector<double>{7 + 11 + 13 + 23, 17, 0}));
  told.history.reach_to(at(90));
  EXPECT_EQ(told.values(EVTWIN_QUANTITY_ARRIVALS).back(), 1.0);
  EXPECT_EQ(told.values(EVTWIN_QUANTITY_ARRIVALS_KWH).back(), 19.0);
}

TEST(ForecastHistory, ArrivalsAtRandomAreThoseOfTheLaw) {
  demand::Poisson law;
  law.rate_per_h.assign(168, 5.0);
  law.energy_kwh = {demand::Distribution::Kind::uniform, 5.0, 30.0, 1.0, 90.0, {}};
  law.stay_h = {demand::Distribution::Kind::fixed, 2.0, 0.0, 0.25, 3.0, {}};
  law.vehicles = {0};
  Site site;
  site.laws = {law, law};
  Told told(site, "Asia/Seoul", hour_ns, {2025, 6, 2}, 0);
  const TimeNs monday = told.calendar.start_of({2025, 6, 2});
  std::vector<double> count(24, 0.0), kwh(24, 0.0);
  for (std::uint64_t n = 0; n < 2; ++n) {
    demand::ArrivalStream stream = stream_of(law, n, told.calendar, monday, monday + 2 * kernel::day_ns);
    for (demand::Visit visit; stream.next_visit(visit) && visit.arrival_ns < monday + kernel::day_ns;) {
      const auto hour = static_cast<std::size_t>((visit.arrival_ns - monday) / hour_ns);
      count[hour] += 1.0;
      kwh[hour] += visit.requested_kwh;
    }
  }
  for (int h = 1; h <= 24; ++h) told.history.reach_to(monday + h * hour_ns);
  EXPECT_EQ(told.values(EVTWIN_QUANTITY_ARRIVALS), count);
  const auto told_kwh = told.values(EVTWIN_QUANTITY_ARRIVALS_KWH);
  for (std::size_t h = 0; h < 24; ++h) EXPECT_NEAR(told_kwh[h], kwh[h], 1e-9);  // added in another order
  double sum = 0.0;
  for (const double c : count) sum += c;
  EXPECT_GT(sum, 120.0);
}

TEST(ForecastHistory, PricesAreMeansOverTheStepAndItsKnownPart) {
  const market::Calendar seoul("Asia/Seoul");
  const TimeNs monday = seoul.start_of({2025, 6, 2});
  Site site;
  site.tariff.rates = {{.from_minute = 0, .to_minute = 30, .price_per_kwh = 0.4},
                       {.from_minute = 30, .to_minute = 0, .price_per_kwh = 0.1}};
  const auto prices = [&](TimeNs step_ns) {
    Told told(site, "Asia/Seoul", step_ns, {2025, 6, 2}, 1);
    told.history.reach_to(monday + 2 * hour_ns);
    return told.values(EVTWIN_QUANTITY_BUY_PER_KWH);
  };
  EXPECT_NEAR(prices(hour_ns)[24], 0.25, 1e-15);
  EXPECT_EQ(prices(hour_ns)[25], 0.1);
  EXPECT_EQ(prices(quarter_ns)[97], 0.4);
  EXPECT_EQ(prices(quarter_ns)[98], 0.1);
  // A series that begins at 00:30.
  site.tariff.rates.clear();
  site.tariff.prices_per_kwh =
      market::Series({monday + 30 * minute_ns, monday + 45 * minute_ns}, {0.2, 0.5}, monday + kernel::day_ns);
  EXPECT_TRUE(std::isnan(prices(hour_ns)[23]));
  EXPECT_DOUBLE_EQ(prices(hour_ns)[24], 0.35);
  EXPECT_EQ(prices(hour_ns)[25], 0.5);
}

}  // namespace
}  // namespace evtwin::control
