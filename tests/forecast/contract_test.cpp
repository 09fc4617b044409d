// Every forecaster holds the contract of forecaster.h, whatever it is shown.
#include <cstring>

#include "forecast/series.hpp"

namespace evtwin::forecast::test {
namespace {

const std::vector<double> nine_levels{0.01, 0.1, 0.25, 0.4, 0.5, 0.6, 0.75, 0.9, 0.99};

bool equal_bits(const std::vector<double>& a, const std::vector<double>& b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0);
}

double noisy(const When& when) {
  return std::max(0.0, office_kw(when) + 8.0 * normal(1, when.index) + 6.0 * std::sin(0.1 * when.day));
}

void expect_sound(const Foreseen& foreseen, std::uint32_t quantity, const std::string& what) {
  const bool may_be_negative = quantity == EVTWIN_QUANTITY_BUY_PER_KWH;
  for (std::size_t k = 0; k < foreseen.mean.size(); ++k) {
    ASSERT_TRUE(std::isfinite(foreseen.mean[k])) << what << ", step " << k;
    if (!may_be_negative) {
      ASSERT_GE(foreseen.mean[k], 0.0) << what << ", step " << k;
    }
    for (std::size_t l = 0; l < foreseen.quantile.size(); ++l) {
      // All or none.
      ASSERT_EQ(std::isnan(foreseen.quantile[l][k]), std::isnan(foreseen.quantile[0][0])) << what << ", step " << k;
      if (std::isnan(foreseen.quantile[l][k])) continue;
      ASSERT_TRUE(std::isfinite(foreseen.quantile[l][k])) << what << ", step " << k;
      if (!may_be_negative) {
        ASSERT_GE(foreseen.quantile[l][k], 0.0) << what << ", step " << k;
      }
      if (l > 0) {
        ASSERT_GE(foreseen.quantile[l][k], foreseen.quantile[l - 1][k]) << what << ", step " << k;
      }
    }
  }
}

TEST(Contract, AnAnswerDependsOnTheCallAlone) {
  struct Case {
    std::uint32_t quantity;
    Calendar calendar;
    std::function<double(const When&)> value;
  };
  const std::vector<Case> cases{
      {EVTWIN_QUANTITY_LOAD_KW, {.first_minute = 9 * 60, .spring = 12, .autumn = 20}, noisy},
      {EVTWIN_QUANTITY_PV_KW, {}, pv_kw},
      {EVTWIN_QUANTITY_ARRIVALS, {}, [](const When& when) { return std::floor(noisy(when) / 20.0); }}};
  for (const Case& one : cases) {
    for (const std::string& id : all_ids(one.quantity)) {
      const Series series(one.calendar, 24 * 28, one.value);
      Forecaster asked_all_along(id, one.quantity);
      for (std::size_t now = 0; now + 48 <= series.size(); now += 5) {
        // Not each time the same question: what is kept must not depend on that either.
        const std::vector<double> levels = now % 3 == 0 ? std::vector<double>{} : std::vector<double>{0.1, 0.5, 0.9};
        const Foreseen kept = asked_all_along.ask(series, now, 24 + now % 24, levels);
        if (now % 4 != 0 && now > 30) continue;
        Forecaster fresh(id, one.quantity);
        const Foreseen alone = fresh.ask(series, now, 24 + now % 24, levels);
        ASSERT_TRUE(equal_bits(kept.mean, alone.mean)) << id << " at step " << now;
        for (std::size_t l = 0; l < levels.size(); ++l)
          ASSERT_TRUE(equal_bits(kept.quantile[l], alone.quantile[l])) << id << " at step " << now;
      }
    }
  }
}

TEST(Contract, AHistoryThatIsAnotherOneIsNotTakenForTheOneBefore) {
  const Series one({}, 24 * 20, noisy);
  const Series other({}, 24 * 20, [](const When& when) { return 3.0 * noisy(when); });
  for (const std::string& id : all_ids()) {
    Forecaster both(id);
    both.ask(one, 24 * 15 + 7, 24, {0.5});
    for (const std::size_t from : {std::size_t{0}, std::size_t{30}}) {
      Forecaster fresh(id);
      const Foreseen expected = fresh.ask(other, 24 * 15 + 7, 24, {0.5}, from);
      const Foreseen found = both.ask(other, 24 * 15 + 7, 24, {0.5}, from);
      EXPECT_TRUE(equal_bits(found.mean, expected.mean)) << id;
      EXPECT_TRUE(equal_bits(found.quantile[0], expected.quantile[0])) << id;
    }
  }
}

TEST(Contract, WhatComesOutIsFiniteNotNegativeAndDoesNotCross) {
  struct Case {
    const char* name;
    std::function<double(const When&)> value;
  };
  const std::vector<Case> cases{
      {"noise", noisy},
      {"all unknown", [](const When&) { return nan; }},
      {"constant", [](const When&) { return 7.0; }},
      {"zero", [](const When&) { return 0.0; }},
      {"gaps", [](const When& when) { return uniform(2, when.index / 7) < 0.4 ? nan : noisy(when); }},
      {"single values", [](const When& when) { return uniform(3, when.index) < 0.97 ? nan : noisy(when); }},
      {"begins late", [](const When& when) { return when.day < 8 ? nan : noisy(when); }},
      {"ends early", [](const When& when) { return when.day > 3 ? nan : noisy(when); }},
      {"spikes", [](const When& when) { return uniform(4, when.index) < 0.02 ? 1e11 : noisy(when); }},
      {"beyond all", [](const When& when) { return uniform(4, when.index) < 0.02 ? 1e300 : noisy(when); }},
      {"infinite", [](const When& when) { return uniform(4, when.index) < 0.02 ? HUGE_VAL : noisy(when); }},
      {"negative", [](const When& when) { return -noisy(when); }},
      {"grows without end", [](const When& when) { return std::exp2(static_cast<double>(when.index) / 24.0); }},
      {"alternates", [](const When& when) { return when.index % 2 == 0 ? 0.0 : 1e6; }},
      {"tiny", [](const When& when) { return 1e-300 * noisy(when); }},
  };
  for (const std::int32_t step_min : {15, 50, 60}) {  // 50 min: steps at other times each day
    const std::size_t day = 1440 / static_cast<std::size_t>(step_min);
    for (const Case& one : cases) {
      const Series series({.step_min = step_min, .first_minute = 600, .spring = 9, .autumn = 13}, 24 * day, one.value);
      for (const std::uint32_t quantity :
           {EVTWIN_QUANTITY_PV_KW, EVTWIN_QUANTITY_ARRIVALS, EVTWIN_QUANTITY_BUY_PER_KWH}) {
        for (const std::string& id : all_ids(quantity)) {
          Forecaster forecaster(id, quantity);
          for (const std::size_t now : {std::size_t{0}, std::size_t{1}, day / 2, 2 * day, 5 * day + 3,
                                        9 * day - day / 3, 10 * day - day / 3, 14 * day - day / 4, 15 * day}) {
            const std::string what = id + " on " + one.name + " at " + std::to_string(now);
            expect_sound(forecaster.ask(series, now, 1), quantity, what);
            expect_sound(forecaster.ask(series, now, 200, nine_levels), quantity, what);
          }
        }
      }
    }
  }
}

TEST(Contract, WithLessThanThreeDaysNoSpreadIsStated) {
  const Series series({}, 24 * 10, noisy);
  for (const std::string& id : all_ids()) {
    Forecaster forecaster(id);
    EXPECT_TRUE(std::isnan(forecaster.ask(series, 2 * 24 + 20, 24, {0.5}).quantile[0][0])) << id;
    EXPECT_FALSE(std::isnan(forecaster.ask(series, 3 * 24, 24, {0.5}).quantile[0][0])) << id;
  }
}

TEST(Contract, NoPvAtNight) {
  const Series series({}, 24 * 30, pv_kw);
  for (const std::string& id : all_ids(EVTWIN_QUANTITY_PV_KW)) {
    Forecaster forecaster(id, EVTWIN_QUANTITY_PV_KW);
    for (const std::size_t now : {std::size_t{24 * 12}, std::size_t{24 * 25 + 11}}) {
      const Foreseen foreseen = forecaster.ask(series, now, 48, {0.1, 0.9, 0.99});
      for (std::size_t k = 0; k < 48; ++k) {
        const double hour = series.when(now + k).hour();
        if (hour > 6.0 && hour < 18.0) continue;
        EXPECT_EQ(foreseen.mean[k], 0.0) << id << " at " << hour << " h";
        EXPECT_EQ(foreseen.quantile[2][k], 0.0) << id << " at " << hour << " h";
      }
    }
  }
}

TEST(Contract, CountsOfArrivalsSpreadAtLeastAsAPoissonVariable) {
  // Always 4: the past shows no spread. P(X <= 1) = 0.092, P(X <= 2) = 0.238; P(X <= 6) = 0.889, P(X <= 7) = 0.949.
  const Series series({}, 24 * 30, [](const When&) { return 4.0; });
  for (const std::string& id : all_ids()) {
    Forecaster forecaster(id, EVTWIN_QUANTITY_ARRIVALS);
    const Foreseen foreseen = forecaster.ask(series, 24 * 29, 24, {0.1, 0.9});
    for (std::size_t k = 0; k < 24; ++k) {
      EXPECT_LE(foreseen.quantile[0][k], 2.0) << id;
      EXPECT_GE(foreseen.quantile[1][k], 7.0) << id;
    }
  }
}

TEST(Contract, EveryQuantityIsForeseenAndTheSkyByOneThatKnowsNothingElse) {
  const std::vector<std::string> all{"seasonal-naive", "same-kind-of-day", "fourier-ridge", "sarima"};
  for (std::uint32_t quantity = 0; quantity < EVTWIN_QUANTITIES; ++quantity) {
    std::vector<std::string> expected = all;
    if (quantity == EVTWIN_QUANTITY_PV_KW) expected.emplace_back("clear-sky-persistence");
    EXPECT_EQ(all_ids(quantity), expected) << quantity;
  }
}

}  // namespace
}  // namespace evtwin::forecast::test
