// The formulas of the score, by hand.
#include <gtest/gtest.h>

#include <cmath>

#include "score/score.hpp"

namespace evtwin::score {
namespace {

Car given_car(PerMetric<double> scores, double age_years) {
  Car car;
  car.id = "A";
  car.type = "IONIQ5";
  car.given = GivenScores{{unknown, unknown, unknown, unknown, unknown}, scores, age_years, age_years, scores[0]};
  return car;
}

CarScore scored(const Car& car) { return score_car(car, CarTypes(), market::Calendar(), 0); }

//   0.30 x 96.5 + 0.15 x (100 + 94.4 + 80 + 40) = 28.95 + 47.16 = 76.11;  / 0.90 = 84.57;  2.8 years: 1.5 + 1.2 x 1.8
//   = 3.66, to 0.1: 3.7;  84.567 - 3.7 = 80.87: B
TEST(Score, TheWorkedExampleOfItsAuthorsComesOutToTheDigit) {
  const CarScore of = scored(given_car({96.5, 100.0, 94.4, 80.0, 40.0}, 2.8));
  EXPECT_NEAR(of.published.weighted, 76.11, 1e-12);
  EXPECT_NEAR(round_score(of.published.weighted / weight_sum), 84.57, 1e-12);
  EXPECT_DOUBLE_EQ(of.published.penalty, 3.7);
  EXPECT_DOUBLE_EQ(of.published.score, 80.87);
  EXPECT_EQ(of.published.grade, Grade::b);
  // Nothing is missing, so the corrected score is the same, and there is nothing else that it could be.
  EXPECT_DOUBLE_EQ(of.corrected.score, 80.87);
  EXPECT_EQ(of.corrected.grade, Grade::b);
  EXPECT_FALSE(of.corrected.is_partial());
  EXPECT_DOUBLE_EQ(of.corrected.completeness, 1.0);
}

TEST(Score, AgeTakesWhatTheTableSays) {
  const std::vector<std::pair<double, double>> table{{0.0, 0.0}, {0.5, 0.8},  {1.0, 1.5},  {2.0, 2.7},
                                                     {2.8, 3.7}, {3.0, 3.9},  {4.0, 4.7},  {5.0, 5.5},
                                                     {7.5, 6.5}, {10.0, 7.5}, {30.0, 7.5}, {-1.0, 0.0}};
  for (const auto& [years, points] : table) EXPECT_DOUBLE_EQ(age_penalty(years), points) << years;
}

TEST(Score, GradesBeginAt85And70And55) {
  const std::vector<std::pair<double, Grade>> table{{100.0, Grade::a}, {85.0, Grade::a},  {84.99, Grade::b},
                                                    {70.0, Grade::b},  {69.99, Grade::c}, {55.0, Grade::c},
                                                    {54.99, Grade::d}, {0.0, Grade::d},   {unknown, Grade::none}};
  for (const auto& [score, grade] : table) EXPECT_EQ(grade_of(score), grade) << score;
  // A sum that misses 85 by rounding is shown as 85.00 and graded so.
  EXPECT_EQ(grade_of(std::nextafter(85.0, 0.0)), Grade::a);
  EXPECT_EQ(grade_of(84.9951), Grade::a);
  EXPECT_EQ(grade_of(84.9949), Grade::b);
}

TEST(Score, IndicatorsFollowTheirFormulas) {
  const EfficiencyBounds mid{3.5, 7.5};
  EXPECT_DOUBLE_EQ(efficiency_score(3.5, mid, 0.0), 40.0);
  EXPECT_DOUBLE_EQ(efficiency_score(5.5, mid, 0.0), 70.0);
  EXPECT_DOUBLE_EQ(efficiency_score(7.5, mid, 0.0), 100.0);
  EXPECT_DOUBLE_EQ(efficiency_score(1.0, mid, 0.0), 40.0);
  EXPECT_DOUBLE_EQ(efficiency_score(12.0, mid, 0.0), 100.0);
  // Two years: both bounds 0.286 lower. From 0.8 / 0.143 = 5.6 years on no lower.
  EXPECT_NEAR(efficiency_score(5.5 - 0.286, mid, 2.0), 70.0, 1e-9);
  EXPECT_NEAR(efficiency_score(5.5 - 0.8, mid, 20.0), 70.0, 1e-9);
  EXPECT_DOUBLE_EQ(temperature_score(-10.0), 100.0);
  EXPECT_DOUBLE_EQ(temperature_score(30.0), 100.0);
  EXPECT_DOUBLE_EQ(temperature_score(45.0), 70.0);
  EXPECT_DOUBLE_EQ(temperature_score(75.0), 40.0);
  EXPECT_DOUBLE_EQ(round_score(cell_score(0.0087)), 94.40);
  EXPECT_DOUBLE_EQ(cell_score(0.020), 50.0);
  EXPECT_DOUBLE_EQ(cell_score(0.150), 40.0);
  EXPECT_DOUBLE_EQ(driving_score(0.5, 0.5), 80.0);
  EXPECT_DOUBLE_EQ(driving_score(4.0, 4.0), 0.0);
  EXPECT_DOUBLE_EQ(charging_score(0.0), 100.0);
  EXPECT_DOUBLE_EQ(charging_score(1.0), 50.0);
}

TEST(Score, NoIndicatorIsBetterForBeingWorse) {
  for (double x = 0.0; x < 100.0; x += 0.37) {
    EXPECT_LE(efficiency_score(x / 10, {3.5, 7.5}, 1.0), efficiency_score((x + 1) / 10, {3.5, 7.5}, 1.0));
    EXPECT_GE(temperature_score(x), temperature_score(x + 1));
    EXPECT_GE(cell_score(x / 1000), cell_score((x + 1) / 1000));
    EXPECT_GE(driving_score(x / 20, 0.2), driving_score((x + 1) / 20, 0.2));
    EXPECT_GE(charging_score(x / 100), charging_score((x + 1) / 100));
    EXPECT_LE(age_penalty(x / 5), age_penalty((x + 1) / 5));
  }
}

// Their rule says "available items only"; their code gives a car with perfect driving and charging and nothing else
// (0.15 + 0.15) x 100 / 0.90 = 33.33 points, a D.
TEST(Score, ACarOfWhichLittleIsKnownIsPartialAndNotBad) {
  const CarScore of = scored(given_car({unknown, unknown, unknown, 100.0, 100.0}, 0.0));
  EXPECT_DOUBLE_EQ(of.published.score, 33.33);
  EXPECT_EQ(of.published.grade, Grade::d);
  EXPECT_DOUBLE_EQ(of.corrected.score, 100.0);
  EXPECT_EQ(of.corrected.grade, Grade::none);  // a third of the weights is no grade
  EXPECT_NEAR(of.corrected.completeness, 1.0 / 3.0, 1e-12);
  // All three missing at their least 40: (30 + 0.60 x 40) / 0.90 = 60; at 100: 100.
  EXPECT_DOUBLE_EQ(of.corrected.low, 60.0);
  EXPECT_DOUBLE_EQ(of.corrected.high, 100.0);
  EXPECT_EQ(of.corrected.grade_low, Grade::c);
}

TEST(Score, WhateverTheMissingDataWouldSayLiesWithinTheBounds) {
  const PerMetric<double> whole{71.3, 88.0, 62.5, 47.1, 75.0};
  const double of_all = scored(given_car(whole, 4.2)).corrected.score;
  for (unsigned missing = 0; missing < 32; ++missing) {
    PerMetric<double> known = whole;
    for (std::size_t m = 0; m < metric_count; ++m) {
      if ((missing >> m & 1U) != 0) known[m] = unknown;
    }
    const CarScore of = scored(given_car(known, 4.2));
    EXPECT_LE(of.corrected.low, of_all) << missing;
    EXPECT_GE(of.corrected.high, of_all) << missing;
    EXPECT_EQ(of.corrected.is_partial(), missing != 0) << missing;
    EXPECT_EQ(is_known(of.corrected.score), missing != 31) << missing;
    // The age, too, may be what is missing.
    const CarScore ageless = scored(given_car(known, unknown));
    EXPECT_LE(ageless.corrected.low, of_all) << missing;
    EXPECT_GE(ageless.corrected.high, of_all) << missing;
  }
}

TEST(Score, ContributionsAndLossesAddUpToTheScoreToATenth) {
  unsigned state = 12345;
  const auto draw = [&] {
    state = state * 1664525U + 1013904223U;
    return static_cast<double>(state >> 8) / static_cast<double>(1U << 24);
  };
  for (int i = 0; i < 5000; ++i) {
    PerMetric<double> scores{};
    for (double& score : scores) score = draw() < 0.15 ? unknown : std::round(1000.0 * draw()) / 10.0;
    if (i % 50 == 0) scores = {0.0, unknown, 3.0, unknown, 0.0};  // below what age takes
    const CarScore of = scored(given_car(scores, 12.0 * draw()));
    if (!is_known(of.corrected.score)) continue;
    double points = -of.corrected.penalty + of.corrected.floor, lost = of.corrected.penalty - of.corrected.floor;
    for (std::size_t m = 0; m < metric_count; ++m) {
      if (!is_known(scores[m])) {
        EXPECT_FALSE(is_known(of.corrected.contribution[m]));
        continue;
      }
      points += of.corrected.contribution[m];
      lost += of.corrected.loss[m];
      // Each is its exact share, to a tenth.
      double weight = 0.0;
      for (std::size_t k = 0; k < metric_count; ++k) weight += is_known(scores[k]) ? metric_rules()[k].weight : 0.0;
      EXPECT_NEAR(of.corrected.contribution[m], metric_rules()[m].weight * scores[m] / weight, 0.1 + 1e-9);
    }
    const double shown = std::round(10.0 * of.corrected.score) / 10.0;
    EXPECT_NEAR(points, shown, 1e-9) << i;
    EXPECT_NEAR(100.0 - lost, shown, 1e-9) << i;
  }
}

TEST(Score, ClassesAreKnownByTheirTypes) {
  const CarTypes types;
  EXPECT_EQ(types.find_type("Kona Electric", 2022).of, CarClass::small);
  EXPECT_EQ(types.find_type("EV6", 0).of, CarClass::mid);
  EXPECT_EQ(types.find_type("EV9", 0).of, CarClass::large);
  EXPECT_EQ(types.find_type("GENESIS G80", 0).of, CarClass::premium);
  EXPECT_EQ(types.find_type("porter ii", 0).of, CarClass::commercial);
  EXPECT_TRUE(types.find_type("IONIQ5", 0).known);
  const FoundType none = types.find_type("Model 3", 2023);
  EXPECT_FALSE(none.known);
  EXPECT_EQ(none.of, CarClass::mid);
  EXPECT_DOUBLE_EQ(none.bounds.low, 3.5);
}

TEST(Score, ATypeIsNamedByWholeWordsOnly) {
  const CarTypes types;
  for (const char* known : {"EV6", "kia ev6", "EV6 GT", "EV6-GT", "2023EV6", "EV6GT", "IONIQ5", "KONA 64",
                            "\xea\xb8\xb0\xec\x95\x84"
                            "EV6"})
    EXPECT_TRUE(types.find_type(known, 0).known) << known;
  for (const char* other : {"EV60", "SOULMATE", "K55", "XKONA", "G900", "SEV6", ""})
    EXPECT_FALSE(types.find_type(other, 0).known) << other;
}

// Three indicators at their least 40 and no driving at all: (24 + 0.15 x 0) / 0.75 = 32; charging, which is not known,
// has 50 at least: (24 + 7.5) / 0.90 = 35.
TEST(Score, NoScoreIsBelowItsBounds) {
  const CarScore of = scored(given_car({40.0, 40.0, 40.0, 0.0, unknown}, 0.0));
  EXPECT_DOUBLE_EQ(of.corrected.low, 35.0);
  EXPECT_DOUBLE_EQ(of.corrected.score, 35.0);
  EXPECT_DOUBLE_EQ(of.corrected.high, 43.33);
  EXPECT_DOUBLE_EQ(of.corrected.floor, 3.0);
  unsigned state = 99;
  const auto draw = [&] {
    state = state * 1664525U + 1013904223U;
    return static_cast<double>(state >> 8) / static_cast<double>(1U << 24);
  };
  for (int i = 0; i < 3000; ++i) {
    PerMetric<double> scores{};
    for (std::size_t m = 0; m < metric_count; ++m) {
      const double least = metric_rules()[m].least;
      scores[m] = draw() < 0.3 ? unknown : draw() < 0.4 ? least : least + (100.0 - least) * draw();
    }
    const CorrectedScore c = scored(given_car(scores, draw() < 0.2 ? unknown : 14.0 * draw())).corrected;
    if (!is_known(c.score)) continue;
    EXPECT_GE(c.score, c.low) << i;
    EXPECT_LE(c.score, c.high) << i;
  }
}

TEST(Score, PercentilesAndQuartilesOfAKnownList) {
  const std::vector<double> sorted{10, 20, 20, 40};
  EXPECT_DOUBLE_EQ(percentile_of(sorted, 10), 12.5);
  EXPECT_DOUBLE_EQ(percentile_of(sorted, 20), 50.0);
  EXPECT_DOUBLE_EQ(percentile_of(sorted, 40), 87.5);
  const Spread s = spread_of({4, 1, 3, 2, 10});
  EXPECT_DOUBLE_EQ(s.lower, 2.0);
  EXPECT_DOUBLE_EQ(s.median, 3.0);
  EXPECT_DOUBLE_EQ(s.upper, 4.0);
  EXPECT_DOUBLE_EQ(s.mean, 4.0);
  EXPECT_DOUBLE_EQ(spread_of({1, 2}).lower, 1.25);
  EXPECT_EQ(reliability_of(101), "high");
  EXPECT_EQ(reliability_of(100), "medium");
  EXPECT_EQ(reliability_of(29), "low");
}

}  // namespace
}  // namespace evtwin::score
