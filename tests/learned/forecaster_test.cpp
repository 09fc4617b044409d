// The forecasters as the host plays them: their files, their contract, and how they give way.
#include <fmt/format.h>

#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "learned/reference.hpp"
#include "support/temporary_file.hpp"

namespace evtwin::learned::test {
namespace {

using forecast::test::Foreseen;
using forecast::test::Series;
using forecast::test::When;

double noisy(const When& when) {
  return std::max(0.0, forecast::test::office_kw(when) + 8.0 * forecast::test::normal(1, when.index));
}

/// Writes files, makes instances.
class Played : public ::testing::Test {
 protected:
  std::string write(const std::string& name, const PolicyFile& file) {
    return folder_.write(name, policy::policy_bytes(file, policy::forecast_sort));
  }
  /// A network whose answers are small; `bias` of the mean and the median, to the scale; `distance` of quantiles,
  /// before softplus.
  PolicyFile made(const Shape& shape, const std::vector<std::uint32_t>& quantities, float bias = 0.0F,
                  int step_min = 60, float distance = -3.0F) {
    Maker maker(41);
    maker.whole(shape, quantities, step_min);
    for (policy::Array& array : maker.file.arrays) {
      if (array.name.ends_with("head.weight"))
        for (float& value : array.values) value *= bias == 0.0F ? 0.1F : 0.0F;
      if (!array.name.ends_with("head.bias")) continue;
      for (float& value : array.values) value = distance;
      array.values.front() = array.values.back() = bias;
    }
    return maker.file;
  }
  static std::vector<evtwin_param_value> given(const std::string& file, bool drift = true, bool follow = true) {
    return {
        {"model", 0.0, file.c_str()}, {"drift", drift ? 1.0 : 0.0, nullptr}, {"follow", follow ? 1.0 : 0.0, nullptr}};
  }
  static std::string refusal(const std::string& id, const std::string& file,
                             std::uint32_t quantity = EVTWIN_QUANTITY_LOAD_KW) {
    try {
      const forecast::test::Forecaster made(id, quantity, given(file));
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return "taken";
  }

  evtwin::testing::TemporaryFolder folder_;
};

bool equal_bits(const std::vector<double>& a, const std::vector<double>& b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0);
}

const Shape small_lstm{"lstm", 30, 24, 8, 2}, small_tft{"tft", 30, 24, 8, 2};

TEST_F(Played, AnAnswerDependsOnTheCallAloneAndOnNothingThatComes) {
  for (const Shape& shape : {small_lstm, small_tft}) {
    for (const std::uint32_t quantity : {EVTWIN_QUANTITY_LOAD_KW, EVTWIN_QUANTITY_PV_KW, EVTWIN_QUANTITY_ARRIVALS}) {
      const std::string file = write(shape.kind, made(shape, {quantity}));
      const auto value = [&](const When& when) {
        return quantity == EVTWIN_QUANTITY_PV_KW ? forecast::test::pv_kw(when) : noisy(when);
      };
      const Series series({.spring = 12, .autumn = 20}, 24 * 26, value);
      forecast::test::Forecaster asked_all_along(shape.kind, quantity, given(file));
      for (std::size_t now = 0; now + 48 <= series.size(); now += 7) {
        const std::vector<double> levels = now % 3 == 0 ? std::vector<double>{} : std::vector<double>{0.05, 0.5, 0.9};
        const Foreseen kept = asked_all_along.ask(series, now, 24 + now % 24, levels);
        if (now % 9 != 0) continue;
        forecast::test::Forecaster fresh(shape.kind, quantity, given(file));
        const Series other({.spring = 12, .autumn = 20}, 24 * 26,
                           [&](const When& when) { return when.index < now ? value(when) : 999.0; });
        const Foreseen alone = fresh.ask(other, now, 24 + now % 24, levels);
        ASSERT_TRUE(equal_bits(kept.mean, alone.mean)) << shape.kind << " at step " << now;
        for (std::size_t l = 0; l < levels.size(); ++l)
          ASSERT_TRUE(equal_bits(kept.quantile[l], alone.quantile[l])) << shape.kind << " at step " << now;
      }
    }
  }
}

TEST_F(Played, WhatComesOutIsFiniteNotNegativeAndDoesNotCrossWhateverIsShown) {
  const std::vector<std::function<double(const When&)>> cases{
      noisy,
      [](const When&) { return forecast::test::nan; },
      [](const When&) { return 7.0; },
      [](const When&) { return 0.0; },
      [](const When& when) {
        return forecast::test::uniform(2, when.index / 7) < 0.4 ? forecast::test::nan : noisy(when);
      },
      [](const When& when) { return forecast::test::uniform(4, when.index) < 0.02 ? 1e300 : noisy(when); },
      [](const When& when) { return -noisy(when); },
      [](const When& when) { return 1e-300 * noisy(when); }};
  for (const Shape& shape : {small_lstm, small_tft}) {
    const std::string file = write(shape.kind, made(shape, {EVTWIN_QUANTITY_PV_KW, EVTWIN_QUANTITY_LOAD_KW}));
    for (std::size_t c = 0; c < cases.size(); ++c) {
      const Series series({.first_minute = 600, .spring = 9, .autumn = 13}, 24 * 24, cases[c]);
      for (const std::uint32_t quantity : {EVTWIN_QUANTITY_PV_KW, EVTWIN_QUANTITY_LOAD_KW}) {
        forecast::test::Forecaster forecaster(shape.kind, quantity, given(file));
        for (const std::size_t now :
             {std::size_t{0}, std::size_t{1}, std::size_t{12}, std::size_t{124}, std::size_t{208}, std::size_t{330}}) {
          const Foreseen foreseen = forecaster.ask(series, now, 200, {0.01, 0.1, 0.5, 0.9, 0.99});
          for (std::size_t k = 0; k < 200; ++k) {
            ASSERT_TRUE(std::isfinite(foreseen.mean[k]) && foreseen.mean[k] >= 0.0) << c << " at " << now;
            for (std::size_t l = 0; l < 5; ++l) {
              ASSERT_TRUE(std::isfinite(foreseen.quantile[l][k]) && foreseen.quantile[l][k] >= 0.0);
              if (l > 0) {
                ASSERT_GE(foreseen.quantile[l][k], foreseen.quantile[l - 1][k]);
              }
            }
          }
        }
      }
    }
  }
}

TEST_F(Played, AFileThatIsNotTheRightOneIsRefusedInOneClearLine) {
  const PolicyFile good = made(small_lstm, {EVTWIN_QUANTITY_LOAD_KW, EVTWIN_QUANTITY_PV_KW});
  const std::string file = write("good", good);
  EXPECT_EQ(refusal("lstm", file), "taken");
  EXPECT_EQ(refusal("lstm", ""), "lstm: lstm needs a model: lstm:model=FILE, as `evtwin forecast train` writes it");
  EXPECT_EQ(refusal("lstm", file + ".none"), "lstm: model " + file + ".none: there is no such file");
  EXPECT_EQ(refusal("tft", file), "tft: model " + file + ": it is of kind 'lstm'; name it as lstm:model=...");
  EXPECT_EQ(refusal("lstm", file, EVTWIN_QUANTITY_ARRIVALS),
            "lstm: model " + file +
                ": it foresees load, pv, not arrivals; forecast = { pv = ..., load = ... } names one "
                "for each");

  std::string bytes = policy::policy_bytes(good, policy::forecast_sort);
  const auto refused = [&](const std::string& now) {
    const std::string words = refusal("lstm", folder_.write("bad", now));
    return words.substr(words.find(": ", words.find("model ")) + 2);
  };
  EXPECT_EQ(refused(bytes.substr(0, bytes.size() / 2)),
            "it is cut short or damaged: its SHA-256 is not the one at its end");
  std::string damaged = bytes;
  damaged[bytes.size() / 2] ^= 1;
  EXPECT_EQ(refused(damaged), "it is cut short or damaged: its SHA-256 is not the one at its end");
  EXPECT_EQ(refused(policy::policy_bytes(good)),
            "it is a policy; a forecast model is what `evtwin forecast train` writes");
  PolicyFile other = good;
  other.head["variables"]["past"][0]["columns"] = 3;
  EXPECT_EQ(refused(policy::policy_bytes(other, policy::forecast_sort)),
            "it looks at other variables than this evtwin has; train it again");
  other = good;
  other.arrays.erase(other.arrays.begin());
  EXPECT_EQ(refused(policy::policy_bytes(other, policy::forecast_sort)).substr(0, 16), "it has no array ");
  other = good;
  other.head["hidden"] = -3;
  EXPECT_EQ(refused(policy::policy_bytes(other, policy::forecast_sort)),
            "its head's hidden is no whole number from 1 to 1024");
}

TEST_F(Played, AModelForStepsOfAnotherLengthIsRefused) {
  const std::string file = write("quarter", made(small_lstm, {EVTWIN_QUANTITY_LOAD_KW}, 0.0F, 15));
  const Series series({}, 24 * 10, noisy);
  forecast::test::Forecaster forecaster("lstm", EVTWIN_QUANTITY_LOAD_KW, given(file));
  try {
    forecaster.ask(series, 100, 24);
    FAIL() << "taken";
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(
        error.what(),
        "its model was trained on steps of 15 min, and is asked for steps of 60 min; set forecast = { period_min "
        "= 15 }, or train one for them (--period 60)");
  }
}

TEST_F(Played, OneThatIsWorseThanTheWeekBeforeForTwoWeeksGivesWay) {
  // An office whose days repeat exactly: the value a week before is right. A network that adds its scale is not.
  const Series series({}, 24 * 30, forecast::test::office_kw);
  const std::string bad = write("bad", made(small_lstm, {EVTWIN_QUANTITY_LOAD_KW}, 1.0F));
  forecast::test::Forecaster forecaster("lstm", EVTWIN_QUANTITY_LOAD_KW, given(bad));
  const std::size_t monday = 24 * 28, thirteenth = 24 * 13;
  // The mean of four weeks is 39.8 kW or so: it is as far off as that as long as it is believed.
  EXPECT_GT(forecaster.ask(series, thirteenth, 24).mean[3], 50.0);
  EXPECT_EQ(forecaster.said(), "");
  const Foreseen replaced = forecaster.ask(series, monday, 24, {0.1, 0.9});
  for (std::size_t k = 0; k < 24; ++k) EXPECT_DOUBLE_EQ(replaced.mean[k], series[monday + k]) << k;
  EXPECT_TRUE(forecaster.said().starts_with("load: lstm was worse than the week before for 14 days (off by "))
      << forecaster.said();
  EXPECT_TRUE(forecaster.said().ends_with("): the week before stands in for it")) << forecaster.said();

  forecast::test::Forecaster trusting("lstm", EVTWIN_QUANTITY_LOAD_KW, given(bad, false));
  EXPECT_GT(trusting.ask(series, monday, 24).mean[3], 50.0);
  EXPECT_EQ(trusting.said(), "");
}

// What was learnt with the weather in sight is played with it, and its fourier-ridge is the one that knows it.
TEST_F(Played, WeatherIsSeenThroughTheRidgeAndByWhatWasLearntWithIt) {
  PolicyFile seeing = made(small_lstm, {EVTWIN_QUANTITY_LOAD_KW});
  const std::string blind = write("blind", seeing);
  seeing.head["quantities"]["load"]["sees_weather"] = true;
  const std::string model = write("seeing", seeing);
  std::string table = "issued,time,temperature_c\n";
  const Series series({}, 24 * 20, noisy);
  for (int day = 1; day <= 20; ++day) {  // 2024-01-01 is the first
    for (int hour = 0; hour < 24; ++hour)
      table += fmt::format("2024-01-{0:02}T00:00Z,2024-01-{0:02}T{1:02}:00Z,{2}\n", day, hour, (day * 7 + hour) % 25);
  }
  const std::string weather = folder_.write("weather.csv", table);
  const auto refusal_of = [&](const std::string& file, const std::string& with) -> std::string {
    std::vector<evtwin_param_value> values = given(file);
    values.push_back({"weather", 0.0, with.c_str()});
    try {
      const forecast::test::Forecaster forecaster("lstm", EVTWIN_QUANTITY_LOAD_KW, values);
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return "taken";
  };
  EXPECT_EQ(refusal_of(model, weather), "taken");
  EXPECT_EQ(refusal_of(blind, ""), "taken");
  EXPECT_EQ(refusal_of(model, ""),
            "lstm: model " + model + " was learnt with weather forecasts; give lstm:weather=FILE");
  EXPECT_EQ(refusal_of(blind, weather),
            "lstm: model " + blind +
                " was learnt without weather forecasts; leave weather out, or learn one with --model "
                "lstm:weather=FILE");

  const std::size_t now = 24 * 17;
  std::vector<double> unknown(now, forecast::test::nan);
  evtwin_history history{sizeof history, 1, series.steps(0, now), {}};
  for (const double*& values : history.values) values = unknown.data();
  history.values[EVTWIN_QUANTITY_LOAD_KW] = series.values(0);
  const evtwin_question question{
      sizeof question, EVTWIN_QUANTITY_LOAD_KW, series.start_ns(now), series.steps(now, now + 24), nullptr, 0, 0};
  const forecast::WeatherFile file(weather);
  Window with, without;
  Looker(EVTWIN_QUANTITY_LOAD_KW, &file).look(sdk::History(history), sdk::Question(question), 30, 24, with);
  Looker(EVTWIN_QUANTITY_LOAD_KW).look(sdk::History(history), sdk::Question(question), 30, 24, without);
  std::size_t columns = 0, others = 0;
  for (std::size_t k = 0; k < with.future.size(); ++k) {
    const bool ridge = k % future_columns == 1;
    if (with.future[k] == without.future[k]) continue;
    ++(ridge ? columns : others);
  }
  EXPECT_GT(columns, 20U);
  EXPECT_EQ(others, 0U);
  EXPECT_EQ(with.past, without.past);
}

TEST_F(Played, TheBandHoldsWhatItShouldWhereTheLastWeeksTellHowWide) {
  // A network that learnt a band of a few kW, an office with errors of 8 kW above and 2 below: 60 days are counted
  // here.
  const std::string narrow = write("narrow", made(small_lstm, {EVTWIN_QUANTITY_LOAD_KW}, 0.0F, 60, -5.0F));
  const auto skewed = [](const When& when) {
    const double error = forecast::test::normal(7, when.index);
    return forecast::test::office_kw(when) + (error > 0.0 ? 8.0 : 2.0) * error;
  };
  const Series series({}, 24 * 95, skewed);
  const auto shares = [&](bool follow) {
    forecast::test::Forecaster forecaster("lstm", EVTWIN_QUANTITY_LOAD_KW, given(narrow, false, follow));
    double below = 0.0, above = 0.0;
    for (std::size_t day = 35; day < 95; ++day) {
      const Foreseen foreseen = forecaster.ask(series, 24 * day, 24, {0.1, 0.9});
      for (std::size_t k = 0; k < 24; ++k) {
        below += series[24 * day + k] < foreseen.quantile[0][k] ? 1.0 : 0.0;
        above += series[24 * day + k] > foreseen.quantile[1][k] ? 1.0 : 0.0;
      }
    }
    return std::array{below / (60.0 * 24.0), above / (60.0 * 24.0)};
  };
  const auto [below, above] = shares(true);
  EXPECT_NEAR(below, 0.1, 0.03);
  EXPECT_NEAR(above, 0.1, 0.03);
  const auto [below_as_learnt, above_as_learnt] = shares(false);
  EXPECT_GT(below_as_learnt + above_as_learnt, 0.4) << "the band that was learnt is right already: no case of this";
}

TEST_F(Played, TheBandIsWideInTheHoursThatAskForIt) {
  // Afternoons are off by 12 kW, all other hours by 1: with one factor for all of them a band of nine tenths of the day
  // covers every morning and half of the afternoons.
  const std::string even = write("even", made(small_lstm, {EVTWIN_QUANTITY_LOAD_KW}, 0.0F, 60, -5.0F));
  const auto is_afternoon = [](const When& when) { return when.hour() >= 12.0 && when.hour() < 18.0; };
  const Series series({}, 24 * 95, [&](const When& when) {
    return 60.0 + forecast::test::office_kw(when) +
           (is_afternoon(when) ? 12.0 : 1.0) * forecast::test::normal(9, when.index);
  });
  forecast::test::Forecaster forecaster("lstm", EVTWIN_QUANTITY_LOAD_KW, given(even, false));
  double within = 0.0, hours = 0.0, afternoon_kw = 0.0, night_kw = 0.0;
  for (std::size_t day = 35; day < 95; ++day) {
    const Foreseen foreseen = forecaster.ask(series, 24 * day, 24, {0.1, 0.9});
    for (std::size_t k = 0; k < 24; ++k) {
      const double truth = series[24 * day + k], low = foreseen.quantile[0][k], high = foreseen.quantile[1][k];
      if (k == 15) afternoon_kw += high - low;
      if (k == 3) night_kw += high - low;
      if (!is_afternoon(series.when(24 * day + k))) continue;
      hours += 1.0;
      within += low <= truth && truth <= high ? 1.0 : 0.0;
    }
  }
  EXPECT_GT(within / hours, 0.65);
  EXPECT_GT(afternoon_kw, 2.5 * night_kw);
}

}  // namespace
}  // namespace evtwin::learned::test
