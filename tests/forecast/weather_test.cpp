// Weather forecasts as an input: what they are worth where clouds are foretold, that nothing issued later is seen, and
// tables that are none.
#include "weather.hpp"

#include <chrono>
#include <cstring>

#include "forecast/series.hpp"
#include "support/temporary_file.hpp"

namespace evtwin::forecast::test {
namespace {

using evtwin::testing::TemporaryFile;

/// Local time of these series is UTC.
std::string instant(std::int64_t ns) {
  const std::int64_t minutes = ns / minute_ns;
  const std::chrono::year_month_day date{
      std::chrono::sys_days(std::chrono::days(minutes / 1440))};  // of positive instants alone
  char text[40];
  std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02dZ", int{date.year()}, unsigned{date.month()},
                unsigned{date.day()}, static_cast<int>(minutes % 1440 / 60), static_cast<int>(minutes % 60));
  return text;
}

double cloud_of(std::int32_t day, int hour) {
  return uniform(77, static_cast<std::uint64_t>(day) * 24 + static_cast<std::uint64_t>(hour));
}
double clear_kw(double hour) {
  return hour > 6.0 && hour < 18.0 ? 100.0 * std::sin(3.14159265358979 * (hour - 6.0) / 12.0) : 0.0;
}
double sunny_kw(const When& when) {
  return clear_kw(when.hour() + 0.5) * (1.0 - cloud_of(when.day, static_cast<int>(when.hour())));
}
/// Cold and warm days, some of them hot: a degree below 15 costs 2 kW.
double temperature_c(std::int32_t day) { return 2.0 + 24.0 * uniform(78, static_cast<std::uint64_t>(day)); }
double heated_kw(const When& when) { return office_kw(when) + 2.0 * std::max(0.0, 15.0 - temperature_c(when.day)); }

/// At 23:00 of each day what will be in the 48 hours after the next midnight.
std::string table(const Series& series, std::size_t days, std::int64_t spoilt_after_ns = INT64_MAX) {
  std::string text = "issued,time,temperature_c,cloud_share\n";
  for (std::size_t day = 0; day < days; ++day) {
    const std::int64_t midnight = series.start_ns(day * 24), issued = midnight - 60 * minute_ns;
    for (int hour = 0; hour < 48; ++hour) {
      const auto of = static_cast<std::int32_t>(day) + hour / 24;
      const bool spoilt = issued > spoilt_after_ns;
      text += instant(issued) + "," + instant(midnight + hour * 60 * minute_ns) + "," +
              std::to_string(spoilt ? 59.0 : temperature_c(of)) + "," +
              std::to_string(spoilt ? 0.123 : cloud_of(of, hour % 24)) + "\n";
    }
  }
  return text;
}

/// Mean absolute error of what is asked at 6 and at 18 h for 24 h ahead.
double error_of(Forecaster& forecaster, const Series& series, std::size_t from_day, std::size_t to_day) {
  double sum = 0.0, count = 0.0;
  for (std::size_t now = from_day * 24 + 6; now + 24 <= to_day * 24; now += 12) {
    const Foreseen foreseen = forecaster.ask(series, now, 24);
    for (std::size_t k = 0; k < 24; ++k) sum += std::abs(foreseen.mean[k] - series[now + k]);
    count += 24.0;
  }
  return sum / count;
}

class WithWeather : public ::testing::Test {
 protected:
  static constexpr std::size_t days = 50;
  Series sun_{{}, 24 * days, sunny_kw};
  Series heat_{{}, 24 * days, heated_kw};
};

TEST_F(WithWeather, CloudsThatAreForetoldAndColdDaysAreForeseen) {
  const TemporaryFile file(table(sun_, days));
  const std::vector<evtwin_param_value> given{{"weather", 0.0, file.path().c_str()}};
  for (const auto& [series, quantity] :
       {std::pair{&sun_, EVTWIN_QUANTITY_PV_KW}, std::pair{&heat_, EVTWIN_QUANTITY_LOAD_KW}}) {
    Forecaster without("fourier-ridge", quantity), with("fourier-ridge", quantity, given);
    const double blind = error_of(without, *series, 28, days), sighted = error_of(with, *series, 28, days);
    EXPECT_LT(sighted, 0.5 * blind) << quantity << ": " << sighted << " kW off, without weather " << blind;
  }
}

TEST_F(WithWeather, WhatIsIssuedLaterIsNotSeenAndAnAnswerDependsOnTheCallAlone) {
  for (const auto& [series, quantity] :
       {std::pair{&sun_, EVTWIN_QUANTITY_PV_KW}, std::pair{&heat_, EVTWIN_QUANTITY_LOAD_KW}}) {
    const TemporaryFile whole(table(*series, days));
    Forecaster all_along("fourier-ridge", quantity, {{"weather", 0.0, whole.path().c_str()}});
    for (std::size_t now = 24 * 9 + 5; now + 60 < series->size(); now += 11) {
      const Foreseen kept = all_along.ask(*series, now, 12 + now % 40, {0.1, 0.9});
      if (now % 13 > 1) continue;
      const TemporaryFile spoilt(table(*series, days, series->start_ns(now)));
      Forecaster fresh("fourier-ridge", quantity, {{"weather", 0.0, spoilt.path().c_str()}});
      const Foreseen alone = fresh.ask(*series, now, 12 + now % 40, {0.1, 0.9});
      ASSERT_EQ(kept.mean, alone.mean) << quantity << " at step " << now;
      ASSERT_EQ(kept.quantile, alone.quantile) << quantity << " at step " << now;
    }
  }
}

TEST_F(WithWeather, WhereNoWeatherIsKnownItIsTheForecasterWithout) {
  // The table ends long before.
  const TemporaryFile file(table(sun_, 3));
  Forecaster with("fourier-ridge", EVTWIN_QUANTITY_PV_KW, {{"weather", 0.0, file.path().c_str()}});
  Forecaster without("fourier-ridge", EVTWIN_QUANTITY_PV_KW);
  const Foreseen a = with.ask(sun_, 24 * 30 + 6, 24, {0.1, 0.9}), b = without.ask(sun_, 24 * 30 + 6, 24, {0.1, 0.9});
  EXPECT_EQ(a.mean, b.mean);
  EXPECT_EQ(a.quantile, b.quantile);
  EXPECT_EQ(with.said(), "");
  with.ask(sun_, 24 * 31, 24);
  EXPECT_EQ(with.said(),
            "fourier-ridge: weather " + file.path() + " says nothing of the 24 steps ahead: foreseen without it");
}

// A table that stops after weeks, and issues that reach 30 h: what they say nothing of is foreseen as without them,
// mean and band, also where much was learnt with them.
TEST_F(WithWeather, StepsOfWhichNothingIsKnownAreForeseenAsWithout) {
  const std::string whole = table(sun_, days), until_30 = table(sun_, 30);
  for (const auto& [series, quantity] :
       {std::pair{&sun_, EVTWIN_QUANTITY_PV_KW}, std::pair{&heat_, EVTWIN_QUANTITY_LOAD_KW}}) {
    const TemporaryFile stopped(until_30), going_on(whole);
    Forecaster without("fourier-ridge", quantity);
    Forecaster with("fourier-ridge", quantity, {{"weather", 0.0, stopped.path().c_str()}});
    Forecaster always("fourier-ridge", quantity, {{"weather", 0.0, going_on.path().c_str()}});
    // The last issue, at 23:00 of day 28, tells of days 29 and 30.
    for (const std::size_t day : {31U, 32U, 40U}) {
      const Foreseen a = with.ask(*series, 24 * day + 6, 24, {0.1, 0.9});
      const Foreseen b = without.ask(*series, 24 * day + 6, 24, {0.1, 0.9});
      EXPECT_EQ(a.mean, b.mean) << quantity << ", day " << day;
      EXPECT_EQ(a.quantile, b.quantile) << quantity << ", day " << day;
    }
    // Three days from day 29 on: the first two as if it went on, the last as without.
    const Foreseen a = with.ask(*series, 24 * 29, 72, {0.1, 0.9}), b = without.ask(*series, 24 * 29, 72, {0.1, 0.9});
    const Foreseen c = always.ask(*series, 24 * 29, 72, {0.1, 0.9});
    double differs = 0.0;
    for (std::size_t k = 0; k < 72; ++k) {
      EXPECT_EQ(a.mean[k], k < 48 ? c.mean[k] : b.mean[k]) << quantity << ", step " << k;
      EXPECT_EQ(a.quantile[1][k], k < 48 ? c.quantile[1][k] : b.quantile[1][k]) << quantity << ", step " << k;
      differs += std::abs(a.mean[k] - b.mean[k]);
    }
    EXPECT_GT(differs, 10.0) << "else weather told nothing here";
  }
}

TEST(WeatherFile, TellsTheNewestOfEachValueThatWasIssuedByThen) {
  const TemporaryFile file(
      "issued,time,cloud_share,temperature_c\n"
      "2026-06-01T00:00+09:00,2026-06-01T06:00+09:00,0.5,10\n"
      "2026-06-01T00:00+09:00,2026-06-01T09:00+09:00,0.6,11\n"
      "2026-06-01T03:00+09:00,2026-06-01T06:00+09:00,0.9,\n");
  const WeatherFile weather(file.path());
  const auto at = [](int hour, int minute = 0) {
    return (std::int64_t{20'605} * 1440 + 60 * (hour - 9) + minute) * minute_ns;  // 2026-06-01 in Korea
  };
  EXPECT_TRUE(std::isnan(weather.look_up(at(6), at(-1)).cloud_share));
  EXPECT_EQ(weather.look_up(at(6), at(0)).cloud_share, 0.5);
  EXPECT_EQ(weather.look_up(at(6), at(2, 59)).cloud_share, 0.5);
  EXPECT_EQ(weather.look_up(at(6), at(3)).cloud_share, 0.9);
  EXPECT_EQ(weather.look_up(at(6), at(3)).temperature_c, 10.0) << "the newer issue does not say it";
  EXPECT_EQ(weather.look_up(at(8, 59), at(0)).cloud_share, 0.5) << "holds until the next row";
  EXPECT_EQ(weather.look_up(at(11, 59), at(0)).cloud_share, 0.6);
  EXPECT_TRUE(std::isnan(weather.look_up(at(12), at(0)).cloud_share)) << "three hours at most";
  EXPECT_TRUE(std::isnan(weather.look_up(at(5, 59), at(0)).cloud_share));
  EXPECT_FALSE(weather.has_irradiance());

  // Hours of which 09:00 lacks; and hours that turn into every third.
  std::string rows = "issued,time,cloud_share\n";
  for (const char* hour : {"06", "07", "08", "10", "11", "14", "17"})
    rows += std::string("2026-06-01T00:00+09:00,2026-06-01T") + hour + ":00+09:00,0." + hour + "\n";
  const TemporaryFile gaps(rows);
  const WeatherFile gapped(gaps.path());
  EXPECT_EQ(gapped.look_up(at(8, 59), at(0)).cloud_share, 0.08);
  EXPECT_TRUE(std::isnan(gapped.look_up(at(9), at(0)).cloud_share));
  EXPECT_EQ(gapped.look_up(at(13, 59), at(0)).cloud_share, 0.11);
  EXPECT_EQ(gapped.look_up(at(19, 59), at(0)).cloud_share, 0.17);
  EXPECT_TRUE(std::isnan(gapped.look_up(at(20), at(0)).cloud_share));
}

TEST(WeatherFile, ATableThatIsNoneIsRefusedInOneClearLine) {
  const auto refused = [](const std::string& text) {
    const TemporaryFile file(text);
    try {
      const Forecaster forecaster("fourier-ridge", EVTWIN_QUANTITY_PV_KW, {{"weather", 0.0, file.path().c_str()}});
    } catch (const std::runtime_error& error) {
      const std::string words = error.what();
      return words.substr(words.find(file.path()) + file.path().size());
    }
    return std::string("taken");
  };
  const std::string head = "issued,time,cloud_share\n", row = "2026-06-01T00:00Z,2026-06-01T06:00Z,0.5\n";
  EXPECT_EQ(refused(head + row), "taken");
  EXPECT_EQ(refused("\xEF\xBB\xBF"
                    "issued,time,cloud_share\r\n2026-06-01 00:00:00Z, 2026-06-01T06:00Z ,0.5\r\n"),
            "taken");
  EXPECT_EQ(
      refused(""),
      ", line 1: its head has no columns issued and time: when each forecast was issued, and what hour it is about");
  EXPECT_EQ(
      refused("time,cloud_share\n"),
      ", line 1: its head has no columns issued and time: when each forecast was issued, and what hour it is about");
  EXPECT_EQ(refused("issued,time,rain\n"),
            ", line 1: its head has none of temperature_c, cloud_share, irradiance_w_per_m2");
  EXPECT_EQ(refused(head), ": it has no rows below its head");
  EXPECT_EQ(refused(head + row + "2026-06-01T00:00Z,2026-06-01T06:00Z\n"), ", line 3: it has 2 cells, the head 3");
  EXPECT_EQ(refused(head + "2026-06-01T00:00,2026-06-01T06:00Z,0.5\n"),
            ", line 2: '2026-06-01T00:00' is no instant with an offset, as 2026-06-01T05:10+09:00");
  EXPECT_EQ(refused(head + "2026-02-30T00:00Z,2026-06-01T06:00Z,0.5\n").substr(0, 30),
            ", line 2: '2026-02-30T00:00Z' ");
  EXPECT_EQ(refused(head + "2026-06-01T00:00Z,2026-06-01T06:00Z,85\n"),
            ", line 2: cloud_share is '85'; a share from 0 to 1 is due");
  EXPECT_EQ(refused(head + "2026-06-01T00:00Z,2026-06-01T06:00Z,nan\n"),
            ", line 2: cloud_share is 'nan'; a share from 0 to 1 is due");
  try {
    const WeatherFile none("nowhere.csv");
    FAIL();
  } catch (const sdk::BadParameter& error) {
    EXPECT_STREQ(error.what(), "weather nowhere.csv: there is no such file, or it can not be read");
  }
}

}  // namespace
}  // namespace evtwin::forecast::test
