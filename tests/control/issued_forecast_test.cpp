// Forecasts by models: when they are issued, what of them a horizon shows, and which answers are refused.
#include "control/issued_forecast.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "control/forecast_arrivals.hpp"
#include "control/function_model.hpp"
#include "control/strategy.hpp"

namespace evtwin::control {
namespace {

using kernel::hour_ns;
using kernel::minute_ns;
using testing::Foresee;
using testing::foreseen_by;

const market::Calendar seoul("Asia/Seoul");
const TimeNs monday = seoul.start_of(market::LocalDate{2025, 6, 2});

TimeNs at(double minute) { return monday + static_cast<TimeNs>(minute * static_cast<double>(minute_ns)); }

/// What a step's value is by the instant at which it begins; quantiles are 0.5, 1.5, 2.5 ... times that.
Foresee by_start(std::function<double(TimeNs)> value, bool with_spread = false) {
  return [=](const evtwin_history&, const evtwin_question& question, const evtwin_answer& answer) {
    for (std::uint32_t k = 0; k < question.steps.n; ++k) {
      answer.mean[k] = value(question.steps.start_ns[k]);
      for (std::uint32_t l = 0; with_spread && l < question.n_levels; ++l)
        answer.quantile[std::size_t{l} * question.steps.n + k] = answer.mean[k] * (0.5 + l);
    }
  };
}
Foresee always(double value) {
  return by_start([value](TimeNs) { return value; });
}
/// 1 in the hour that begins at midnight, 2 in the next, ...
double hour_number(TimeNs t) { return 1.0 + static_cast<double>((t - monday) / hour_ns); }
/// Likewise by the quarter.
double quarter_number(TimeNs t) { return 1.0 + static_cast<double>((t - monday) / (15 * minute_ns)); }

struct Setting {
  TimeNs tick_ns = 15 * minute_ns, period_ns = 15 * minute_ns;
  market::Calendar calendar = seoul;
  TimeNs start_ns = monday;
  market::Tariff tariff = market::free_energy("EUR");
  std::vector<double> levels{};
  std::uint32_t reads = EVTWIN_READS_ALL;
};

/// Both forecasters of a site, as the agenda has them.
class Seer {
 public:
  Seer(SiteForecast rules, Setting setting) : steps_before_(rules) {
    rules.period_ns = setting.period_ns;
    const market::SignalClock none(0.0, setting.calendar);
    const market::TariffClock tariff(setting.tariff, setting.calendar);
    base_.emplace(rules, setting.calendar, setting.tick_ns, 7, 0, none, none, none, tariff);
    issued_.emplace(rules, setting.calendar, std::span<const market::LocalDate>{}, setting.tick_ns, setting.start_ns, 7,
                    0, ForecastHistory::Signals{none, none, tariff, {}});
    horizon_.level = setting.levels;
    horizon_.reads = setting.reads;
  }
  const Horizon& see(TimeNs now_ns, std::uint32_t steps, double now_value = 0.0) {
    base_->fill_horizon(now_ns, steps, now_value, now_value, horizon_);
    issued_->fill_horizon(now_ns, now_value, now_value, now_value, horizon_);
    return horizon_;
  }
  const ForecastWork& work() const { return issued_->work_done(); }

 private:
  SiteForecast steps_before_;
  std::optional<Forecaster> base_;
  std::optional<IssuedForecast> issued_;
  Horizon horizon_;
};

/// The base load by a model, PV as yesterday, arrivals by nobody.
SiteForecast load_by(Foresee foresee) {
  SiteForecast rules;
  rules.load = foreseen_by(std::move(foresee));
  return rules;
}
SiteForecast arrivals_by(Foresee foresee) {
  SiteForecast rules;
  rules.arrivals = foreseen_by(std::move(foresee));
  return rules;
}

// Once an hour on the local clock, when it is first needed; held in between.
TEST(IssuedForecast, IsIssuedAtMultiplesOfThePeriodAndHeldInBetween) {
  std::vector<TimeNs> issued;
  const auto keep = [&](const evtwin_history& history, const evtwin_question& question, const evtwin_answer& answer) {
    issued.push_back(question.issued_ns);
    EXPECT_EQ(question.steps.start_ns[0], question.issued_ns);
    EXPECT_EQ(question.steps.step_ns, hour_ns);
    EXPECT_EQ(history.steps.step_ns, hour_ns);
    EXPECT_EQ(history.steps.start_ns[history.steps.n], question.issued_ns);
    EXPECT_EQ(history.steps.n, 56U * 24U + static_cast<std::uint32_t>((question.issued_ns - monday) / hour_ns));
    always(3.0)(history, question, answer);
  };
  Seer seer(load_by(keep), {.period_ns = hour_ns});
  for (const double minute : {0.0, 7.0, 45.0, 60.0, 61.5, 179.0, 300.0, 359.0}) {
    const Horizon& seen = seer.see(at(minute), 96);
    EXPECT_EQ(seen.issued_ns, at(60.0 * std::floor(minute / 60.0))) << minute;
    for (std::size_t k = 4; k < 96; ++k) EXPECT_EQ(seen.load_kw[k], 3.0);
  }
  EXPECT_EQ(issued, (std::vector<TimeNs>{at(0), at(60), at(120), at(300)}));
  EXPECT_EQ(seer.work().issued, 4U);
  EXPECT_EQ(seer.work().calls, 4U);
}

TEST(IssuedForecast, WhatIsKnownNowHoldsForAPeriodWithinTheFirstStep) {
  Seer often(load_by(always(100.0)), {.tick_ns = hour_ns, .period_ns = 15 * minute_ns});
  EXPECT_DOUBLE_EQ(often.see(at(0), 3, 7.0).load_kw[0], (15 * 7.0 + 45 * 100.0) / 60.0);
  EXPECT_EQ(often.see(at(0), 3, 7.0).load_kw[1], 100.0);
  EXPECT_DOUBLE_EQ(often.see(at(20), 3, 7.0).load_kw[0], (15 * 7.0 + 25 * 100.0) / 40.0);
  EXPECT_EQ(often.see(at(50), 3, 7.0).load_kw[0], 7.0);
  Seer seldom(load_by(always(100.0)), {.tick_ns = 15 * minute_ns, .period_ns = hour_ns});
  EXPECT_EQ(seldom.see(at(0), 3, 7.0).load_kw[0], 7.0);
  EXPECT_EQ(seldom.see(at(20), 3, 7.0).load_kw[0], 7.0);
  EXPECT_EQ(seldom.see(at(20), 3, 7.0).load_kw[1], 100.0);
}

TEST(IssuedForecast, HoursAreShownInQuartersAndQuartersInHours) {
  Seer hours(load_by(by_start(hour_number)), {.tick_ns = 15 * minute_ns, .period_ns = hour_ns});
  const Horizon& quarters = hours.see(at(7), 12, 50.0);
  ASSERT_EQ(quarters.start_ns[1], at(15));
  // 00:15, 00:30, 00:45 of the first hour, then four of the second ...
  EXPECT_EQ(quarters.load_kw, (std::vector<double>{50, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3}));
  Seer by_quarter(load_by(by_start(quarter_number)), {.tick_ns = hour_ns, .period_ns = 15 * minute_ns});
  const Horizon& whole = by_quarter.see(at(60), 3, 50.0);
  EXPECT_DOUBLE_EQ(whole.load_kw[0], (50.0 + 6 + 7 + 8) / 4.0);
  EXPECT_DOUBLE_EQ(whole.load_kw[1], (9.0 + 10 + 11 + 12) / 4.0);
  EXPECT_DOUBLE_EQ(whole.load_kw[2], (13.0 + 14 + 15 + 16) / 4.0);
}

TEST(IssuedForecast, CountsAreSharedByTime) {
  Seer hours(arrivals_by(always(4.0)), {.tick_ns = 15 * minute_ns, .period_ns = hour_ns});
  const Horizon& quarters = hours.see(at(7), 8);
  EXPECT_DOUBLE_EQ(quarters.arrivals[0], 4.0 * 8.0 / 60.0);  // 00:07 to 00:15
  for (std::size_t k = 1; k < 8; ++k) EXPECT_DOUBLE_EQ(quarters.arrivals[k], 1.0);
  Seer by_quarter(arrivals_by(always(4.0)), {.tick_ns = hour_ns, .period_ns = 15 * minute_ns});
  EXPECT_DOUBLE_EQ(by_quarter.see(at(60), 2).arrivals[0], 16.0);
  EXPECT_DOUBLE_EQ(by_quarter.see(at(80), 2).arrivals_kwh[0], 4.0 * 40.0 / 15.0);
}

TEST(IssuedForecast, LevelsAreShownAsMeansAreAndWithoutASpreadAreTheValue) {
  const Setting setting{.tick_ns = hour_ns, .period_ns = 15 * minute_ns, .levels = {0.1, 0.9}};
  Seer with(load_by(by_start(quarter_number, true)), setting);
  const Horizon& seen = with.see(at(0), 2, 50.0);
  EXPECT_DOUBLE_EQ(seen.load_kw[0], (50.0 + 2 + 3 + 4) / 4.0);
  EXPECT_DOUBLE_EQ(seen.level_load_kw[0], (50.0 + 0.5 * (2 + 3 + 4)) / 4.0);
  EXPECT_DOUBLE_EQ(seen.level_load_kw[2], (50.0 + 1.5 * (2 + 3 + 4)) / 4.0);
  EXPECT_DOUBLE_EQ(seen.level_load_kw[1], 0.5 * (5 + 6 + 7 + 8) / 4.0);
  EXPECT_DOUBLE_EQ(seen.level_load_kw[3], 1.5 * (5 + 6 + 7 + 8) / 4.0);
  Seer without(load_by(by_start(quarter_number)), setting);
  const Horizon& plain = without.see(at(0), 2, 50.0);
  for (std::size_t l = 0; l < 2; ++l) {
    for (std::size_t k = 0; k < 2; ++k) EXPECT_EQ(plain.level_load_kw[l * 2 + k], plain.load_kw[k]);
  }
}

// Strategies that look at prices alone pay for no forecast of anything else.
TEST(IssuedForecast, WhatNobodyReadsIsNeitherAskedForNorShown) {
  SiteForecast all(foreseen_by(by_start(quarter_number, true)));
  all.price = foreseen_by(by_start(quarter_number, true));
  const std::vector<double> levels{0.1, 0.9};
  struct Part {
    std::uint32_t bit, calls;
    std::vector<std::vector<double> Horizon::*> columns;
  };
  const std::vector<Part> parts{
      {EVTWIN_READS_PV, 1, {&Horizon::pv_kw, &Horizon::level_pv_kw}},
      {EVTWIN_READS_LOAD, 1, {&Horizon::load_kw, &Horizon::level_load_kw}},
      {EVTWIN_READS_PRICES,
       1,
       {&Horizon::buy_per_kwh, &Horizon::sell_per_kwh, &Horizon::co2_kg_per_kwh, &Horizon::level_buy_per_kwh}},
      {EVTWIN_READS_ARRIVALS,
       2,
       {&Horizon::arrivals, &Horizon::arrivals_kwh, &Horizon::level_arrivals, &Horizon::level_arrivals_kwh}}};
  for (std::uint32_t reads = 1; reads <= EVTWIN_READS_ALL; ++reads) {
    SCOPED_TRACE(reads);
    Seer whole(all, {.levels = levels}), some(all, {.levels = levels, .reads = reads});
    std::uint32_t calls = 0;
    for (const double minute : {7.0, 8.0}) {
      const Horizon& shown = some.see(at(minute), 5, 50.0);
      const Horizon& due = whole.see(at(minute), 5, 50.0);
      EXPECT_EQ(shown.start_ns, due.start_ns);
      calls = 0;
      for (const Part& part : parts) {
        const bool is_read = (reads & part.bit) != 0;
        calls += is_read ? part.calls : 0;
        for (const auto column : part.columns) {
          ASSERT_EQ((shown.*column).size(), (due.*column).size());
          for (std::size_t k = 0; k < (due.*column).size(); ++k) {
            if (is_read && !std::isnan((due.*column)[k])) {
              EXPECT_EQ((shown.*column)[k], (due.*column)[k]);
            } else {
              EXPECT_TRUE(std::isnan((shown.*column)[k]));
            }
          }
        }
      }
    }
    EXPECT_EQ(whole.work().calls, 5U);
    EXPECT_EQ(some.work().calls, calls);
  }
}

/// Vehicles and their energy by one model, either with a spread or without.
Foresee vehicles(double count, double kwh, bool count_spread, bool kwh_spread) {
  return [=](const evtwin_history& history, const evtwin_question& question, const evtwin_answer& answer) {
    const bool is_count = question.quantity == EVTWIN_QUANTITY_ARRIVALS;
    const double value = is_count ? count : kwh;
    by_start([value](TimeNs) { return value; }, is_count ? count_spread : kwh_spread)(history, question, answer);
  };
}

TEST(IssuedForecast, WithoutASpreadVehiclesComeAsPoissonSays) {
  const Setting setting{.levels = {0.1, 0.5, 0.9}};
  const auto seen = [&](double count, bool count_spread, bool kwh_spread) {
    Seer seer(arrivals_by(vehicles(count, 20.0, count_spread, kwh_spread)), setting);
    return seer.see(at(0), 4);
  };
  const Horizon neither = seen(2.0, false, false), both = seen(2.0, true, true), counts = seen(2.0, true, false),
                energies = seen(2.0, false, true), nobody = seen(1e-320, false, false);
  for (std::size_t l = 0; l < 3; ++l) {
    const double spread = 0.5 + static_cast<double>(l), poisson = poisson_level(2.0, setting.levels[l]);
    for (std::size_t k = 0; k < 4; ++k) {
      const std::size_t cell = l * 4 + k;
      EXPECT_EQ(neither.level_arrivals[cell], poisson);
      EXPECT_EQ(neither.level_arrivals_kwh[cell], 10.0 * poisson);
      EXPECT_EQ(both.level_arrivals[cell], 2.0 * spread);
      EXPECT_EQ(both.level_arrivals_kwh[cell], 20.0 * spread);
      // What the model knows stays; what it does not follows from it.
      EXPECT_EQ(counts.level_arrivals[cell], 2.0 * spread);
      EXPECT_EQ(counts.level_arrivals_kwh[cell], 10.0 * 2.0 * spread);
      EXPECT_EQ(energies.level_arrivals[cell], poisson);
      EXPECT_EQ(energies.level_arrivals_kwh[cell], 20.0 * spread);
      EXPECT_TRUE(std::isfinite(nobody.level_arrivals_kwh[cell]));
    }
  }
}

// Every minute of a step counted by itself: whatever is now, the clock shows, the steps are and the horizon's are.
RC_GTEST_PROP(IssuedForecast, EnergiesAndNumbersAreThoseOfTheMinutes, ()) {
  static const std::vector<const char*> zones{"Asia/Seoul", "Europe/Berlin", "Australia/Lord_Howe"};
  static const std::vector<market::LocalDate> days{{2025, 3, 30}, {2025, 4, 6}, {2025, 10, 5}, {2025, 10, 26}};
  const market::Calendar calendar(*rc::gen::elementOf(zones));
  const auto date = *rc::gen::elementOf(days);
  Setting setting{.calendar = calendar};
  setting.start_ns = calendar.start_of(date);
  setting.period_ns = *rc::gen::element(1, 7, 15, 30, 60, 240, 1440) * minute_ns;
  setting.tick_ns = *rc::gen::element(1, 10, 15, 60, 120) * minute_ns;
  setting.levels = {0.5};
  const TimeNs now = setting.start_ns + *rc::gen::inRange<TimeNs>(0, 1500) * minute_ns;
  const auto steps = *rc::gen::inRange<std::uint32_t>(1, 40);
  // A value of each cell: told by its start.
  const auto value = [](TimeNs t) { return static_cast<double>((t / minute_ns) % 97); };
  SiteForecast rules;
  // Quantiles are level x value: other levels are asked for beside the one wanted.
  rules.load = rules.arrivals =
      foreseen_by([&](const evtwin_history&, const evtwin_question& question, const evtwin_answer& answer) {
        for (std::uint32_t k = 0; k < question.steps.n; ++k) {
          answer.mean[k] = value(question.steps.start_ns[k]);
          for (std::uint32_t l = 0; l < question.n_levels; ++l)
            answer.quantile[std::size_t{l} * question.steps.n + k] = answer.mean[k] * question.level[l];
        }
      });
  Seer seer(rules, setting);
  if (*rc::gen::arbitrary<bool>()) seer.see(std::max(setting.start_ns, now - 5 * minute_ns), steps, 3.0);
  const Horizon& seen = seer.see(now, steps, 1000.0);
  const TimeNs issued = calendar.tick_at_or_before(now, setting.period_ns);
  RC_ASSERT(seen.issued_ns == issued);
  for (std::uint32_t k = 0; k < steps; ++k) {
    double kw = 0.0, level_kw = 0.0, count = 0.0;
    for (TimeNs t = seen.start_ns[k]; t < seen.start_ns[k + 1]; t += minute_ns) {
      const bool known = k == 0 && t < now + setting.period_ns;
      const TimeNs cell = calendar.tick_at_or_before(t, setting.period_ns);
      const TimeNs cell_end = calendar.next_tick(cell, setting.period_ns);
      kw += known ? 1000.0 : value(cell);
      level_kw += known ? 1000.0 : 0.5 * value(cell);
      count += value(cell) * static_cast<double>(minute_ns) / static_cast<double>(cell_end - cell);
    }
    const double minutes = static_cast<double>(seen.start_ns[k + 1] - seen.start_ns[k]) / minute_ns;
    RC_ASSERT(std::abs(seen.load_kw[k] - kw / minutes) < 1e-9);
    RC_ASSERT(std::abs(seen.level_load_kw[k] - level_kw / minutes) < 1e-9);
    RC_ASSERT(std::abs(seen.arrivals[k] - count) < 1e-9);
  }
}

// Prices that nobody publishes: neither column tells one before its time.
TEST(IssuedForecast, WhereAModelForeseesPricesTheTruthIsNotShownBySellingEither) {
  Setting setting{.tick_ns = hour_ns, .period_ns = hour_ns, .levels = {0.5}};
  setting.tariff.rates.clear();
  setting.tariff.prices_per_kwh = market::Series({at(0), at(60), at(120)}, {0.1, 0.7, 0.9}, at(3000));
  const auto seen = [&](market::SellPrice sell) {
    setting.tariff.sell = std::move(sell);
    SiteForecast rules;
    rules.price = foreseen_by(always(0.2));
    Seer seer(rules, setting);
    return seer.see(at(0), 3, 0.1);
  };
  const std::vector<double> bought{0.1, 0.2, 0.2};
  const Horizon metered = seen(market::SellFactor{0.5});
  EXPECT_EQ(metered.buy_per_kwh, bought);
  EXPECT_EQ(metered.level_buy_per_kwh, bought);
  EXPECT_EQ(metered.sell_per_kwh, (std::vector<double>{0.05, 0.1, 0.1}));
  EXPECT_EQ(seen(market::SellFixed{0.03}).sell_per_kwh, (std::vector<double>{0.03, 0.03, 0.03}));
  const Horizon series = seen(market::Series({at(0), at(60)}, {0.04, 0.6}, at(3000)));
  EXPECT_EQ(series.buy_per_kwh, bought);
  EXPECT_EQ(series.sell_per_kwh, (std::vector<double>{0.04, 0.04, 0.04}));  // as now
}

TEST(IssuedForecast, TheViewsTimeOfIssueIsTheEarliestOfItsForecasts) {
  SiteForecast rules = load_by(always(1.0));
  Seer hourly(rules, {.period_ns = hour_ns});
  EXPECT_EQ(hourly.see(at(10 * 60 + 20), 2).issued_ns, at(600));
  rules.pv = Forecast{Forecast::Kind::noisy, 0.0, 0.1};  // of midnight
  Seer mixed(rules, {.period_ns = hour_ns});
  EXPECT_EQ(mixed.see(at(10 * 60 + 20), 2).issued_ns, at(0));
  rules.pv = Forecast{Forecast::Kind::perfect};
  Seer exact(rules, {.period_ns = 15 * minute_ns});
  EXPECT_EQ(exact.see(at(10 * 60 + 20), 2).issued_ns, at(615));
}

/// Message of an answer that is spoiled somewhere.
std::string refusal(std::uint32_t quantity, const std::function<void(const evtwin_answer&, std::uint32_t)>& spoil) {
  const auto foresee = [=](const evtwin_history& history, const evtwin_question& question,
                           const evtwin_answer& answer) {
    by_start([](TimeNs) { return 2.0; }, true)(history, question, answer);
    if (question.quantity == quantity) spoil(answer, question.steps.n);
  };
  SiteForecast rules{Forecast{}};
  rules.pv = rules.load = rules.arrivals = rules.price = foreseen_by(foresee);
  Seer seer(rules, {.period_ns = hour_ns, .levels = {0.1, 0.9}});
  try {
    seer.see(at(80), 24);
  } catch (const StrategyError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(IssuedForecast, AWrongAnswerIsOneLineWithForecasterQuantityStepAndIssue) {
  const double inf = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();
  const auto mean = [](double value, std::uint32_t k = 2) {
    return [=](const evtwin_answer& a, std::uint32_t) { a.mean[k] = value; };
  };
  const auto level = [](double value, std::uint32_t l, std::uint32_t k) {
    return [=](const evtwin_answer& a, std::uint32_t n) { a.quantile[l * n + k] = value; };
  };
  const std::string issued = ", issued 2025-06-02 01:00: ";
  const auto line = [&](const char* quantity, const char* hour, const std::string& what) {
    return std::string("forecaster by-hand: ") + quantity + " for 2025-06-02 " + hour + issued + what;
  };
  EXPECT_EQ(refusal(EVTWIN_QUANTITY_LOAD_KW, mean(nan)),
            line("load", "03:00", "it left the mean out; a number from 0 to 1e9 is due"));
  EXPECT_EQ(refusal(EVTWIN_QUANTITY_PV_KW, mean(-1.5)),
            line("pv", "03:00", "it foresaw a mean of -1.5; a number from 0 to 1e9 is due"));
  EXPECT_EQ(refusal(EVTWIN_QUANTITY_ARRIVALS, mean(inf, 0)),
            line("arrivals", "01:00", "it foresaw a mean of inf; a number from 0 to 1e9 is due"));
  EXPECT_EQ(refusal(EVTWIN_QUANTITY_ARRIVALS_KWH, mean(-inf, 5)),
            line("arrivals_kwh", "06:00", "it foresaw a mean of -inf; a number from 0 to 1e9 is due"));
  EXPECT_EQ(refusal(EVTWIN_QUANTITY_BUY_PER_KWH, mean(-inf)),
            line("price", "03:00", "it foresaw a mean of -inf; a number from -1e9 to 1e9 is due"));
  EXPECT_EQ(refusal(EVTWIN_QUANTITY_BUY_PER_KWH, mean(-3.0)), "accepted");  // paid for taking it
  EXPECT_EQ(refusal(EVTWIN_QUANTITY_LOAD_KW, level(-0.5, 0, 3)),
            line("load", "04:00", "the quantile of level 0.1 is -0.5; a number from 0 to 1e9 is due"));
  EXPECT_EQ(refusal(EVTWIN_QUANTITY_LOAD_KW, level(inf, 1, 3)),
            line("load", "04:00", "the quantile of level 0.9 is inf; a number from 0 to 1e9 is due"));
  EXPECT_EQ(refusal(EVTWIN_QUANTITY_LOAD_KW, level(9.0, 0, 4)),
            line("load", "05:00", "its quantiles cross: 9 at level 0.1, 3 at level 0.9"));
  const std::string left_out = refusal(EVTWIN_QUANTITY_PV_KW, level(nan, 1, 3));
  EXPECT_NE(left_out.find("forecaster by-hand: pv for 2025-06-02 04:00" + issued + "it left 1 of "), std::string::npos)
      << left_out;
  EXPECT_EQ(refusal(EVTWIN_QUANTITY_LOAD_KW,
                    [=](const evtwin_answer& a, std::uint32_t n) { std::fill(a.quantile, a.quantile + 2 * n, nan); }),
            "accepted");  // it knows no spread
}

}  // namespace
}  // namespace evtwin::control
