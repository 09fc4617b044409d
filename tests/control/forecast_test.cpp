// What may be foreseen: the truth, what was known yesterday, or the truth with an error of its own.
#include "control/forecast.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "kernel/random.hpp"

namespace evtwin::control {
namespace {

using kernel::hour_ns;

constexpr TimeNs monday_ns = 1748790000LL * 1'000'000'000LL;  // 2025-06-02T00:00 in Seoul
const market::Calendar seoul("Asia/Seoul");

/// A signal whose value is the number of the hour since three days before Monday, 144 hours long.
market::Signal hours_counted() {
  std::vector<TimeNs> times;
  std::vector<double> values;
  for (int h = 0; h < 144; ++h) {
    times.push_back(monday_ns + (h - 72) * hour_ns);
    values.push_back(h);
  }
  return market::Series(times, values);
}

Horizon seen(Forecast forecast, TimeNs now_ns, std::uint32_t steps, double now_kw) {
  const market::SignalClock pv(hours_counted(), seoul), none(0.0, seoul);
  Forecaster forecaster(forecast, seoul, hour_ns, 7, 0, pv, none, none,
                        market::TariffClock(market::free_energy(), seoul));
  Horizon horizon;
  forecaster.fill_horizon(now_ns, steps, now_kw, 0.0, horizon);
  return horizon;
}

TEST(Forecaster, PerfectIsTheTruth) {
  const Horizon h = seen({Forecast::Kind::perfect, 0.0, 0.0}, monday_ns, 48, 72);
  for (std::size_t k = 0; k < 48; ++k) EXPECT_EQ(h.pv_kw[k], 72.0 + static_cast<double>(k));
  EXPECT_EQ(h.start_ns[48], monday_ns + 48 * hour_ns);
}

// Value k of the horizon was known when it was issued: the hour shown is never later than now.
TEST(Forecaster, YesterdayShowsNothingLaterThanNow) {
  const Horizon h = seen({Forecast::Kind::yesterday, 0.0, 0.0}, monday_ns + 5 * hour_ns, 60, 77);
  EXPECT_EQ(h.pv_kw[0], 77.0);
  for (std::size_t k = 1; k < 60; ++k) {
    EXPECT_LE(h.pv_kw[k], 77.0);
    // The last step that begins within a day is yesterday's; the one that begins a day from now has not been yet.
    const double days_back = std::floor(static_cast<double>(k) / 24.0) + 1.0;
    EXPECT_EQ(h.pv_kw[k], 77.0 + static_cast<double>(k) - 24.0 * days_back);
  }
  EXPECT_EQ(h.issued_ns, monday_ns + 5 * hour_ns);
}

// A load that is the hour of the local clock is foreseen as that hour, whatever days of 23, 25 or 24.5 h lie between.
TEST(Forecaster, YesterdayIsTheSameLocalTimeWhereTheClockChanges) {
  for (const auto& [zone, date] : {std::pair{"Europe/Berlin", market::LocalDate{2026, 3, 29}},
                                   {"Europe/Berlin", {2026, 10, 25}},
                                   {"Australia/Lord_Howe", {2026, 4, 5}},
                                   {"Australia/Lord_Howe", {2026, 10, 4}},
                                   {"America/Havana", {2026, 3, 8}}}) {
    const market::Calendar calendar(zone);
    const TimeNs change_ns = calendar.start_of(date);
    std::vector<TimeNs> times;
    std::vector<double> values;
    const TimeNs half_ns = hour_ns / 2;
    for (TimeNs t = change_ns - 4 * kernel::day_ns; t < change_ns + 6 * kernel::day_ns; t += half_ns) {
      times.push_back(t);
      values.push_back(calendar.minute_of_day(t));
    }
    const market::SignalClock pv(market::Series(times, values), calendar), none(0.0, calendar);
    Forecaster forecaster(Forecast{Forecast::Kind::yesterday, 0.0, 0.0}, calendar, half_ns, 7, 0, pv, none, none,
                          market::TariffClock(market::free_energy(), calendar));
    for (TimeNs now_ns = change_ns - kernel::day_ns; now_ns < change_ns + 3 * kernel::day_ns; now_ns += half_ns) {
      Horizon horizon;
      forecaster.fill_horizon(now_ns, 100, calendar.minute_of_day(now_ns), 0.0, horizon);
      for (std::size_t k = 1; k < 100; ++k) {
        const int minute = calendar.minute_of_day(horizon.start_ns[k]);
        // What the change leaves out or has twice was not shown, or shown as something else, on that day.
        if (minute < 4 * 60) continue;
        ASSERT_EQ(horizon.pv_kw[k], minute) << zone << " now " << calendar.format_local(now_ns) << " for "
                                            << calendar.format_local(horizon.start_ns[k]);
      }
    }
  }
}

TEST(Forecaster, NoiseIsDrawnOncePerIssueAndNoNoiseIsTheTruth) {
  const Horizon exact = seen({Forecast::Kind::noisy, 0.0, 0.0}, monday_ns + 5 * hour_ns, 24, 77);
  for (std::size_t k = 0; k < 24; ++k) EXPECT_EQ(exact.pv_kw[k], 77.0 + static_cast<double>(k));
  EXPECT_EQ(exact.issued_ns, monday_ns);

  const Forecast noisy{Forecast::Kind::noisy, 0.1, 0.3};
  const Horizon five = seen(noisy, monday_ns + 5 * hour_ns, 24, 77);
  const Horizon six = seen(noisy, monday_ns + 6 * hour_ns, 24, 78);
  for (std::size_t k = 1; k < 23; ++k) EXPECT_EQ(five.pv_kw[k + 1], six.pv_kw[k]);  // the same issue, the same figures
  const Horizon next_day = seen(noisy, monday_ns + 24 * hour_ns, 3, 96);
  EXPECT_NE(next_day.pv_kw[2], five.pv_kw[21]);
  double bias = 0.0;
  for (std::size_t k = 1; k < 24; ++k) bias += five.pv_kw[k] / (77.0 + static_cast<double>(k)) - 1.0;
  EXPECT_NEAR(bias / 23, 0.1, 4 * 0.3 / std::sqrt(23.0));  // four standard errors
}

TEST(Forecaster, TheFirstStepIsThePresentUntilTheNextTick) {
  for (const auto kind : {Forecast::Kind::perfect, Forecast::Kind::yesterday, Forecast::Kind::noisy}) {
    const Horizon h = seen({kind, 0.5, 0.5}, monday_ns + hour_ns / 3, 3, 12.5);
    EXPECT_EQ(h.pv_kw[0], 12.5);
    EXPECT_EQ(h.start_ns[0], monday_ns + hour_ns / 3);
    EXPECT_EQ(h.start_ns[1], monday_ns + hour_ns);
    EXPECT_EQ(h.start_ns[2], monday_ns + 2 * hour_ns);
  }
}

/// PV of 100, 0, 0, 0 kW by the quarter, every hour, for three days before Monday and three after.
market::Signal first_quarter_only() {
  std::vector<TimeNs> times;
  std::vector<double> values;
  for (int q = -3 * 96; q < 3 * 96; ++q) {
    times.push_back(monday_ns + q * hour_ns / 4);
    values.push_back(q % 4 == 0 ? 100.0 : 0.0);
  }
  return market::Series(times, values);
}

Horizon of_quarters(Forecast forecast, TimeNs now_ns, double now_kw, std::uint32_t steps = 4) {
  const market::SignalClock pv(first_quarter_only(), seoul), none(0.0, seoul);
  Forecaster forecaster(forecast, seoul, hour_ns, 7, 0, pv, none, none,
                        market::TariffClock(market::free_energy(), seoul));
  Horizon horizon;
  forecaster.fill_horizon(now_ns, steps, now_kw, 0.0, horizon);
  return horizon;
}

TEST(Forecaster, AStepShowsTheMeanOverItAndNotItsFirstInstant) {
  for (const auto kind : {Forecast::Kind::perfect, Forecast::Kind::yesterday, Forecast::Kind::noisy}) {
    const Horizon h = of_quarters({kind, 0.0, 0.0}, monday_ns, 100.0);
    EXPECT_EQ(h.pv_kw, (std::vector<double>{25.0, 25.0, 25.0, 25.0})) << static_cast<int>(kind);
  }
  // At 00:10 five minutes of sun are left of fifty: 100 x 5 / 50 kW, then a quarter of each hour.
  const Horizon late = of_quarters({Forecast::Kind::perfect, 0.0, 0.0}, monday_ns + hour_ns / 6, 100.0);
  EXPECT_NEAR(late.pv_kw[0], 10.0, 1e-12);
  EXPECT_EQ(late.pv_kw[1], 25.0);
  // At 00:30 nothing is left of the hour; what is metered now holds until the signal was to change, at 01:00.
  EXPECT_EQ(of_quarters({Forecast::Kind::yesterday, 0.0, 0.0}, monday_ns + hour_ns / 2, 8.0).pv_kw[0], 8.0);
}

TEST(Forecaster, AStepADayAheadIsMadeOfWhatEitherDayHasShown) {
  // At 00:30 the step from 00:00 to 01:00 of the next day: today has shown its first half, yesterday its second.
  const Horizon h = of_quarters({Forecast::Kind::yesterday, 0.0, 0.0}, monday_ns + hour_ns / 2, 0.0, 30);
  EXPECT_EQ(h.start_ns[24], monday_ns + 24 * hour_ns);
  EXPECT_EQ(h.pv_kw[24], 25.0);
}

TEST(Forecaster, PricesAreMeansOverTheStep) {
  market::Tariff tariff = market::free_energy("EUR");
  tariff.rates = {{.from_minute = 0, .to_minute = 30, .price_per_kwh = 0.4},
                  {.from_minute = 30, .to_minute = 0, .price_per_kwh = 0.1}};
  tariff.sell = market::SellFactor{0.5};
  const market::SignalClock none(0.0, seoul);
  const market::SignalClock co2(first_quarter_only(), seoul);
  Forecaster forecaster(Forecast{Forecast::Kind::perfect, 0.0, 0.0}, seoul, hour_ns, 7, 0, none, none, co2,
                        market::TariffClock(tariff, seoul));
  Horizon h;
  h.level = {0.1, 0.9};
  forecaster.fill_horizon(monday_ns, 3, 0.0, 0.0, h);
  EXPECT_NEAR(h.buy_per_kwh[0], 0.25, 1e-15);
  EXPECT_EQ(h.buy_per_kwh[1], 0.1);
  EXPECT_NEAR(h.sell_per_kwh[0], 0.125, 1e-15);
  EXPECT_EQ(h.co2_kg_per_kwh, (std::vector<double>{25.0, 25.0, 25.0}));
  forecaster.fill_horizon(monday_ns + hour_ns / 4, 3, 0.0, 0.0, h);
  EXPECT_NEAR(h.buy_per_kwh[0], 0.2, 1e-15);  // a third of 45 min at 0.4, two at 0.1
  for (std::size_t k = 0; k < 3; ++k) {
    EXPECT_EQ(h.level_buy_per_kwh[k], h.buy_per_kwh[k]);
    EXPECT_EQ(h.level_buy_per_kwh[3 + k], h.buy_per_kwh[k]);
  }
}

TEST(Forecaster, AMeanIsOverThatPartOfTheStepForWhichThereIsAValue) {
  market::SignalClock signal(market::Series({0, 10, 20}, {1.0, 4.0, 7.0}, 30), seoul);
  EXPECT_EQ(mean_of(signal, 0, 10), 1.0);
  EXPECT_EQ(mean_of(signal, 5, 15), 2.5);
  EXPECT_EQ(mean_of(signal, 0, 30), 4.0);
  EXPECT_EQ(mean_of(signal, 25, 45), 7.0);
  EXPECT_TRUE(std::isnan(mean_of(signal, 30, 40)));
}

TEST(Forecaster, OnlyANoisyForecastKnowsASpread) {
  const std::vector<double> levels{0.1, 0.5, 0.9};
  for (const auto kind : {Forecast::Kind::perfect, Forecast::Kind::yesterday, Forecast::Kind::noisy}) {
    const market::SignalClock pv(hours_counted(), seoul), none(0.0, seoul);
    Forecaster forecaster(Forecast{kind, 0.1, 0.2}, seoul, hour_ns, 7, 0, pv, none, none,
                          market::TariffClock(market::free_energy(), seoul));
    Horizon h;
    h.level = levels;
    forecaster.fill_horizon(monday_ns, 24, 72.0, 0.0, h);
    ASSERT_EQ(h.level_pv_kw.size(), 3U * 24U);
    for (std::size_t k = 0; k < 24; ++k) {
      const double low = h.level_pv_kw[k], middle = h.level_pv_kw[24 + k], high = h.level_pv_kw[48 + k];
      if (kind == Forecast::Kind::noisy && k > 0) {
        EXPECT_LT(low, middle);
        EXPECT_LT(middle, high);
        EXPECT_NEAR(middle, h.pv_kw[k], 1e-5 * h.pv_kw[k]);  // errors of -100 % and less are 3e-7 of all
      } else {
        EXPECT_EQ(low, h.pv_kw[k]);
        EXPECT_EQ(middle, h.pv_kw[k]);
        EXPECT_EQ(high, h.pv_kw[k]);
      }
    }
  }
}

// The promise of a level: in worlds drawn as the forecast says, the truth stays below it with that probability. With a
// spread of 0.8 one forecast in ten would be negative and is shown as 0; of those nothing is said.
TEST(Forecaster, TheTruthStaysBelowALevelWithItsProbability) {
  for (const double std : {0.1, 0.3, 0.8}) {
    for (const double level : {0.05, 0.5, 0.9}) {
      const double divisor = level_divisor(std, level);
      EXPECT_GT(divisor, 0.0);
      int below = 0, all = 0;
      for (int n = 0; n < 20'000; ++n) {
        const double truth = 10.0;
        const double forecast =
            truth * (1.0 + forecast_error({Forecast::Kind::noisy, 0.0, std}, 7, 0, 1, 0, n * kernel::second_ns));
        if (forecast <= 0.0) continue;
        ++all;
        below += truth <= forecast / divisor ? 1 : 0;
      }
      // Four standard errors.
      EXPECT_NEAR(static_cast<double>(below) / all, level, 4.0 * std::sqrt(level * (1.0 - level) / all))
          << std << " " << level;
    }
  }
}

// A median that were the truth would be the truth told before its time.
TEST(Forecaster, NoLevelTellsTheTruth) {
  const market::SignalClock pv(hours_counted(), seoul), none(0.0, seoul);
  Forecaster forecaster(Forecast{Forecast::Kind::noisy, 0.0, 0.3}, seoul, hour_ns, 7, 0, pv, none, none,
                        market::TariffClock(market::free_energy(), seoul));
  Horizon h;
  h.level = {0.25, 0.5, 0.75};
  forecaster.fill_horizon(monday_ns, 24, 72.0, 0.0, h);
  for (std::size_t cell = 0; cell < h.level_pv_kw.size(); ++cell) {
    const double truth = 72.0 + static_cast<double>(cell % 24);
    if (cell % 24 == 0) continue;  // what is metered now
    EXPECT_GT(std::abs(h.level_pv_kw[cell] - truth), 1e-6 * truth) << cell;
  }
}

TEST(Forecaster, WithoutAYesterdayThePresentIsTheBestGuess) {
  const Horizon h = seen({Forecast::Kind::yesterday, 0.0, 0.0}, monday_ns - 72 * hour_ns, 20, 3.25);
  for (const double kw : h.pv_kw) EXPECT_EQ(kw, 3.25);
}

// Requirement: no strategy sees a value issued after now. Two worlds that agree up to now and differ ever after must
// show the same horizon: reading a single later value would add 1000 kW.
RC_GTEST_PROP(Forecaster, YesterdayIsTheSameInWorldsThatDifferOnlyLater, ()) {
  const auto seed = *rc::gen::arbitrary<std::uint64_t>();
  std::uint64_t n = 0;
  const auto real = [&](double from, double to) { return from + (to - from) * kernel::draw_unit(seed, 1, 1, n++); };
  // Two weeks around the last Sunday of March 2025, when Berlin skips an hour; values of 15 minutes.
  const market::Calendar berlin("Europe/Berlin");
  const TimeNs begin = market::days_since_epoch({2025, 3, 23}) * kernel::day_ns;
  const TimeNs quarter_ns = hour_ns / 4;
  const TimeNs now = begin + static_cast<TimeNs>(real(0, 13 * 24 * 60)) * 60 * kernel::second_ns;
  const TimeNs tick = quarter_ns * static_cast<TimeNs>(1 + std::floor(real(0, 8)));
  std::vector<TimeNs> times;
  std::vector<double> truth, other;
  for (TimeNs t = begin; t < begin + 14 * kernel::day_ns; t += quarter_ns) {
    times.push_back(t);
    truth.push_back(real(0, 50));
    other.push_back(t <= now ? truth.back() : truth.back() + 1000.0);
  }
  const auto horizon_of = [&](Forecast::Kind kind, const std::vector<double>& values) {
    const market::SignalClock signal(market::Series(times, values), berlin), none(0.0, berlin);
    Forecaster forecaster(Forecast{kind, 0.0, 0.0}, berlin, tick, 7, 0, signal, signal, none,
                          market::TariffClock(market::free_energy(), berlin));
    market::SignalClock reading = signal;
    const double now_kw = reading.sample_at(now).value;
    Horizon horizon;
    forecaster.fill_horizon(now, 120, now_kw, now_kw, horizon);
    return horizon;
  };
  const Horizon a = horizon_of(Forecast::Kind::yesterday, truth), b = horizon_of(Forecast::Kind::yesterday, other);
  RC_ASSERT(a.pv_kw == b.pv_kw);
  RC_ASSERT(a.load_kw == b.load_kw);
  RC_ASSERT(a.issued_ns == now);
  // The two worlds are told apart by somebody who may look ahead.
  RC_ASSERT(horizon_of(Forecast::Kind::perfect, truth).pv_kw != horizon_of(Forecast::Kind::perfect, other).pv_kw);
  // An error of nothing is the truth, to the bit.
  RC_ASSERT(horizon_of(Forecast::Kind::noisy, truth).pv_kw == horizon_of(Forecast::Kind::perfect, truth).pv_kw);
}

TEST(Forecaster, ErrorsDifferBySeedSiteAndSignal) {
  const market::SignalClock signal(hours_counted(), seoul), none(0.0, seoul);
  const auto noisy = [&](std::uint64_t seed, std::uint64_t site) {
    Forecaster forecaster(Forecast{Forecast::Kind::noisy, 0.0, 0.2}, seoul, hour_ns, seed, site, signal, signal, none,
                          market::TariffClock(market::free_energy(), seoul));
    Horizon horizon;
    forecaster.fill_horizon(monday_ns, 8, 72.0, 72.0, horizon);
    return horizon;
  };
  const Horizon h = noisy(7, 0);
  EXPECT_EQ(noisy(7, 0).pv_kw, h.pv_kw);
  EXPECT_NE(noisy(8, 0).pv_kw, h.pv_kw);
  EXPECT_NE(noisy(7, 1).pv_kw, h.pv_kw);
  EXPECT_NE(h.load_kw, h.pv_kw);
}

TEST(Forecaster, AnErrorNeverTurnsALoadIntoASource) {
  const Horizon h = seen({Forecast::Kind::noisy, -2.0, 0.5}, monday_ns, 24, 72);
  for (std::size_t k = 1; k < 24; ++k) EXPECT_GE(h.pv_kw[k], 0.0);
  EXPECT_EQ(*std::min_element(h.pv_kw.begin(), h.pv_kw.end()), 0.0);
}

TEST(Forecaster, BeyondItsEndASignalKeepsTheLastKnownFigure) {
  const market::SignalClock counted(hours_counted(), seoul), none(0.0, seoul);
  Forecaster forecaster(Forecast{Forecast::Kind::perfect, 0.0, 0.0}, seoul, hour_ns, 7, 0, counted, none, counted,
                        market::TariffClock(market::free_energy(), seoul));
  Horizon h;
  forecaster.fill_horizon(monday_ns + 70 * hour_ns, 5, 142.0, 0.0, h);
  EXPECT_EQ(h.co2_kg_per_kwh, (std::vector<double>{142.0, 143.0, 143.0, 143.0, 143.0}));
  EXPECT_EQ(h.pv_kw, (std::vector<double>{142.0, 143.0, 142.0, 142.0, 142.0}));  // PV: the present instead
}

// The clocks of Berlin: 2025-03-30 has 23 hours, 2025-10-26 has 25. A day's horizon ends at the next midnight, and a
// forecast of the afternoon was issued at the local midnight before the change.
TEST(Forecaster, DaysOf23And25HoursHaveAsManyStepsAndBeginAtLocalMidnight) {
  const market::Calendar berlin("Europe/Berlin");
  const auto check = [&](market::LocalDate date, market::LocalDate next, std::uint32_t hours) {
    const TimeNs midnight = berlin.start_of(date);
    EXPECT_EQ(berlin.start_of(next) - midnight, hours * hour_ns);
    const market::SignalClock flat(5.0, berlin), none(0.0, berlin);
    Forecaster forecaster(Forecast{Forecast::Kind::noisy, 0.0, 0.1}, berlin, hour_ns, 7, 0, flat, none, none,
                          market::TariffClock(market::free_energy(), berlin));
    Horizon h;
    forecaster.fill_horizon(midnight, hours, 5.0, 0.0, h);
    for (std::uint32_t k = 0; k <= hours; ++k) EXPECT_EQ(h.start_ns[k], midnight + k * hour_ns);
    EXPECT_EQ(h.start_ns[hours], berlin.start_of(next));
    EXPECT_EQ(h.issued_ns, midnight);
    forecaster.fill_horizon(midnight + 15 * hour_ns, 2, 5.0, 0.0, h);
    EXPECT_EQ(h.issued_ns, midnight);
    forecaster.fill_horizon(berlin.start_of(next), 2, 5.0, 0.0, h);
    EXPECT_EQ(h.issued_ns, berlin.start_of(next));
  };
  check({2025, 3, 30}, {2025, 3, 31}, 23);
  check({2025, 10, 26}, {2025, 10, 27}, 25);
  // Ticks of 4 h keep to the local clock: 00:00, 04:00, 08:00 ... are 3 h and then 4 h apart.
  const market::SignalClock none(0.0, berlin);
  Forecaster forecaster({}, berlin, 4 * hour_ns, 7, 0, none, none, none,
                        market::TariffClock(market::free_energy(), berlin));
  Horizon h;
  const TimeNs midnight = berlin.start_of(market::LocalDate{2025, 3, 30});
  forecaster.fill_horizon(midnight, 6, 0.0, 0.0, h);
  EXPECT_EQ(h.start_ns[1] - midnight, 3 * hour_ns);
  EXPECT_EQ(h.start_ns[6] - midnight, 23 * hour_ns);
}

}  // namespace
}  // namespace evtwin::control
