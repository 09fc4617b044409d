// Statistics by hand on a few seeds; quantiles of Student's t from printed tables.
#include "analysis/seed_comparison.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "analysis/seed_report.hpp"

namespace evtwin::analysis::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using Seeds = std::vector<std::uint64_t>;

constexpr double unknown_figure = std::numeric_limits<double>::quiet_NaN();

// Three decimals of every table of the distribution, for example NIST/SEMATECH e-Handbook, 1.3.6.7.2.
TEST(StudentT, QuantilesAreThoseOfTheTable) {
  const std::vector<std::pair<std::size_t, double>> two_sided_95{
      {1, 12.706}, {2, 4.303},  {3, 3.182},  {4, 2.776},  {5, 2.571},  {6, 2.447},   {9, 2.262},
      {10, 2.228}, {19, 2.093}, {29, 2.045}, {30, 2.042}, {60, 2.000}, {100, 1.984},
  };
  for (const auto& [degrees, t] : two_sided_95) EXPECT_NEAR(student_t_quantile(0.95, degrees), t, 5e-4) << degrees;
  EXPECT_NEAR(student_t_quantile(0.99, 5), 4.032, 5e-4);
  EXPECT_NEAR(student_t_quantile(0.90, 12), 1.782, 5e-4);
}

// With one degree it is Cauchy's distribution, with two t = c sqrt(2 / (1 - c^2)).
TEST(StudentT, OneAndTwoDegreesHaveClosedForms) {
  for (const double c : {0.5, 0.9, 0.95, 0.999}) {
    EXPECT_NEAR(student_t_quantile(c, 1) / std::tan(c * std::acos(-1.0) / 2.0), 1.0, 1e-12) << c;
    EXPECT_NEAR(student_t_quantile(c, 2) / (c * std::sqrt(2.0 / (1.0 - c * c))), 1.0, 1e-12) << c;
  }
  EXPECT_THROW(student_t_quantile(0.95, 0), std::invalid_argument);
  EXPECT_THROW(student_t_quantile(1.0, 3), std::invalid_argument);
}

// 2, 4, 4, 6: mean 4, squares 4 + 0 + 0 + 4 over 3.
TEST(Spread, DividesByOneLessAndLeavesOutWhatIsNotKnown) {
  const Spread spread = spread_of(std::vector<double>{2, 4, unknown_figure, 4, 6});
  EXPECT_EQ(spread.count, 4U);
  EXPECT_DOUBLE_EQ(spread.mean, 4.0);
  EXPECT_DOUBLE_EQ(spread.deviation, std::sqrt(8.0 / 3.0));
  EXPECT_TRUE(std::isnan(spread_of(std::vector<double>{3}).deviation));
  EXPECT_EQ(spread_of(std::vector<double>{unknown_figure}).count, 0U);
}

// Differences 2, 1, 0, 3: mean 1.5, deviation sqrt(5/3), t(3) = 3.182: half-width 3.182 x 1.290994 / 2 = 2.0540.
TEST(PairedDifference, IntervalByHand) {
  const PairedDifference paired =
      paired_difference(std::vector<double>{10, 12, 9, 13, unknown_figure}, std::vector<double>{8, 11, 9, 10, 7});
  EXPECT_EQ(paired.count, 4U);
  EXPECT_DOUBLE_EQ(paired.mean, 1.5);
  EXPECT_NEAR(paired.low, 1.5 - 2.0540, 1e-3);
  EXPECT_NEAR(paired.high, 1.5 + 2.0540, 1e-3);
  EXPECT_TRUE(paired.is_open());
}

// Pairing takes out what both share: the spread of the weeks is ten times that of the difference.
TEST(PairedDifference, SeedsThatAreDearForBothDoNotWidenIt) {
  const PairedDifference paired =
      paired_difference(std::vector<double>{109, 158, 211}, std::vector<double>{100, 150, 200});
  EXPECT_LT(paired.high - paired.low, 10.0);
  EXPECT_GT(paired.low, 0.0);
  EXPECT_FALSE(paired.is_open());
}

TEST(PairedDifference, OnePairHasNoInterval) {
  const PairedDifference paired = paired_difference(std::vector<double>{3}, std::vector<double>{1});
  EXPECT_EQ(paired.mean, 2.0);
  EXPECT_TRUE(std::isnan(paired.low) && std::isnan(paired.high));
  EXPECT_TRUE(paired.is_open());
}

TEST(PairedDifference, RoundingIsNoDifference) {
  EXPECT_EQ(difference_beyond_rounding(1e6, 1e6 + 1e-5), 0.0);
  EXPECT_EQ(difference_beyond_rounding(3.0, 2.0), 1.0);
  EXPECT_EQ(difference_beyond_rounding(0.0, 0.0), 0.0);
}

struct Played {
  double objective = 0.0, served_kwh = 1000.0;
  bool failed = false;
};

Contender contender_of(const std::string& strategy, const Played& played) {
  Contender one;
  one.strategy = strategy;
  if (played.failed) {
    one.error = "gave up";
    return one;
  }
  one.kpis = {{"objective", -1, played.objective, "", "", ""},
              {"total_cost", -1, played.objective, "", "", ""},
              {"peak_kw", -1, 50.0, "", "", ""},
              {"served_fraction", -1, played.served_kwh / 1000.0, "", "", ""},
              {"energy_served_kwh", -1, played.served_kwh, "", "", ""}};
  return one;
}

/// Seeds 1, 2, ...: of each strategy what it did on them.
std::vector<SeedRuns> rounds_of(const std::vector<std::pair<std::string, std::vector<Played>>>& strategies) {
  std::vector<SeedRuns> rounds(strategies.front().second.size());
  for (std::size_t r = 0; r < rounds.size(); ++r) {
    rounds[r].seed = r + 1;
    for (const auto& [name, played] : strategies) rounds[r].contenders.push_back(contender_of(name, played[r]));
  }
  return rounds;
}

// "near" is 100 dearer, cheaper, dearer than "good": three seeds do not tell them apart. "dear" is 1000 above both.
std::vector<SeedRuns> four_strategies() {
  return rounds_of({{"asap", {{3000}, {4000}, {5000}}},
                    {"good", {{2000}, {3010}, {3990}}},
                    {"near", {{2100}, {2910}, {4090}}},
                    {"dear", {{3010}, {3990}, {5200}}}});
}

TEST(SeedComparison, StarsTheLowestMeanAndWhatIsNotToldApartFromIt) {
  const SeedComparison comparison = compare_seeds(four_strategies());
  EXPECT_TRUE(comparison.seeds_matter);
  ASSERT_EQ(comparison.strategies.size(), 4U);
  EXPECT_FALSE(comparison.strategies[0].among_best);
  EXPECT_TRUE(comparison.strategies[1].among_best);
  EXPECT_TRUE(comparison.strategies[2].among_best);
  EXPECT_FALSE(comparison.strategies[3].among_best);
  EXPECT_THAT(comparison.strategies[3].cheaper, ElementsAre(2));
  EXPECT_EQ(comparison.strategies[0].difference.count, 0U);
  EXPECT_DOUBLE_EQ(comparison.strategies[1].difference.mean, -1000.0);
}

// Service of 994 kWh where another has 1000 is over 0.5 % less: no cheaper seed, no star, whatever it costs.
TEST(SeedComparison, WhoServesLessInOneSeedIsNotCompared) {
  const SeedComparison comparison =
      compare_seeds(rounds_of({{"asap", {{3000}, {4000}, {5000}}}, {"lazy", {{100}, {200, 994}, {290, 996}}}}));
  const StrategySummary& lazy = comparison.strategies[1];
  EXPECT_THAT(lazy.serves_less, ElementsAre(2));
  EXPECT_THAT(lazy.cheaper, ElementsAre(1, 3));
  EXPECT_FALSE(lazy.compared);
  EXPECT_FALSE(lazy.among_best);
  EXPECT_TRUE(comparison.strategies[0].among_best);
  EXPECT_EQ(lazy.difference.count, 3U);
}

TEST(SeedComparison, WhoFailedOnceIsComparedSeedBySeedOnly) {
  const Played failed{0, 0, true};
  const SeedComparison comparison =
      compare_seeds(rounds_of({{"asap", {{3000}, {4000}, {5000}}}, {"moody", {{2000}, failed, {4000}}}}));
  EXPECT_THAT(comparison.strategies[1].failed, ElementsAre(2));
  EXPECT_FALSE(comparison.strategies[1].compared);
  EXPECT_EQ(comparison.strategies[1].difference.count, 2U);
  EXPECT_DOUBLE_EQ(comparison.strategies[1].difference.mean, -1000.0);
  EXPECT_THAT(comparison.lost, IsEmpty());
}

TEST(SeedComparison, ASeedThatNobodyFinishedIsLostForAllAlike) {
  const Played failed{0, 0, true};
  const std::vector<SeedRuns> rounds =
      rounds_of({{"asap", {{3000}, failed, {5000}}}, {"edf", {{2000}, failed, {4005}}}});
  const SeedComparison comparison = compare_seeds(rounds);
  EXPECT_THAT(comparison.lost, ElementsAre(2));
  EXPECT_TRUE(comparison.strategies[1].compared);
  EXPECT_THAT(seed_comparison_text(rounds, "KRW", Language::english),
              HasSubstr("No strategy finished with seed 2: the figures are of the others.\n"));
}

TEST(SeedComparison, SeedsThatChangeNothingHaveNoIntervals) {
  const std::vector<SeedRuns> rounds =
      rounds_of({{"asap", {{3000}, {3000}, {3000}}}, {"edf", {{2000}, {2000}, {2000}}}});
  EXPECT_FALSE(compare_seeds(rounds).seeds_matter);
  const std::string text = seed_comparison_text(rounds, "KRW", Language::english);
  EXPECT_THAT(text, HasSubstr("The 3 seeds give one and the same result"));
  EXPECT_THAT(text, Not(HasSubstr("±")));
  EXPECT_THAT(text, Not(HasSubstr("interval")));
  EXPECT_THAT(text, HasSubstr("edf costs 33.3 % less than asap (1,000 KRW)"));
  const nlohmann::ordered_json json = seed_comparison_json(rounds, "KRW");
  EXPECT_EQ(json["seeds_matter"], false);
  EXPECT_TRUE(json["summary"][1]["difference"].is_null());
  EXPECT_TRUE(json["summary"][1]["among_best"].is_null());
  EXPECT_TRUE(json["summary"][1]["kpi"]["objective"]["standard_deviation"].is_null());
  EXPECT_EQ(json["summary"][1]["kpi"]["objective"]["mean"], 2000.0);
  EXPECT_THAT(seed_comparison_text(rounds, "KRW", Language::korean), HasSubstr("시드 3개의 결과가 모두 같아"));
}

// Means 4000, 3000, 3033.3, 4066.7; deviations 1000, 995.0, 1000.7, 1097.0. Differences of near: -900, -1090, -910 with
// mean -966.7 and deviation 106.9, so 4.3027 x 106.9 / sqrt(3) = 265.5 each way.
TEST(SeedReport, TablesByHand) {
  const std::string text = seed_comparison_text(four_strategies(), "KRW", Language::english);
  EXPECT_THAT(text, HasSubstr("3 seeds (1..3): mean ± standard deviation\n\n"
                              "strategy  objective KRW   total cost KRW   peak kW   served %\n"
                              "--------  --------------  --------------  --------  ---------\n"
                              "asap        4,000±1,000      4,000±1,000  50.0±0.0  100.0±0.0\n"
                              "good          3,000±995*       3,000±995  50.0±0.0  100.0±0.0\n"
                              "near        3,033±1,001*     3,033±1,001  50.0±0.0  100.0±0.0\n"
                              "dear        4,067±1,097      4,067±1,097  50.0±0.0  100.0±0.0\n\n"));
  EXPECT_THAT(text, HasSubstr("near           -967  -1,232 to -701      3/3          0/3\n"));
  EXPECT_THAT(text, HasSubstr("*: the lowest mean objective"));
  EXPECT_THAT(text, HasSubstr("of asap, the first strategy"));
  const std::string korean = seed_comparison_text(four_strategies(), "KRW", Language::korean);
  EXPECT_THAT(korean, HasSubstr("시드 3개(1..3)의 평균 ± 표준편차"));
  EXPECT_THAT(korean, HasSubstr("-1,232 ~ -701"));
}

TEST(SeedReport, WhenAllAreAlikeThereIsNoStar) {
  const std::string text = seed_comparison_text(
      rounds_of({{"asap", {{3000}, {4000}, {5000}}}, {"edf", {{3010}, {3985}, {5010}}}}), "KRW", Language::english);
  EXPECT_THAT(text, HasSubstr("No *: these seeds do not tell the strategies apart."));
  EXPECT_THAT(text, Not(HasSubstr("±1,000*")));
}

TEST(SeedReport, SaysWhyTheShareOfSavingIsBlank) {
  std::vector<SeedRuns> rounds = four_strategies();
  for (SeedRuns& round : rounds) {
    for (Contender& run : round.contenders) run.kpis.push_back({"bound", -1, 1000.0, "", "", ""});
  }
  EXPECT_THAT(seed_comparison_text(rounds, "KRW", Language::english), HasSubstr("unmet_price_per_kwh is"));
  for (SeedRuns& round : rounds) {
    for (Contender& run : round.contenders) {
      run.kpis.push_back({"regret", -1, 100.0, "", "", ""});
      if (round.seed > 1) run.kpis.push_back({"saving_share", -1, 0.25 * static_cast<double>(round.seed), "", "", ""});
    }
  }
  const std::string some = seed_comparison_text(rounds, "KRW", Language::english);
  EXPECT_THAT(some, HasSubstr("62.5 %"));
  EXPECT_THAT(some, HasSubstr("Share of saving without seed 1: nothing could be saved there."));
}

TEST(SeedReport, NamesSeedsShortly) {
  EXPECT_EQ(seeds_text(Seeds{1, 2, 3, 7}), "1..3, 7");
  EXPECT_EQ(seeds_text(Seeds{4, 5}), "4, 5");
  EXPECT_EQ(seeds_text(Seeds{9, 3, 4, 5}), "9, 3..5");
  EXPECT_EQ(seeds_text(Seeds{}), "");
}

TEST(SeedReport, JsonHasEveryRunAndTheSummary) {
  std::vector<SeedRuns> rounds = four_strategies();
  rounds[1].contenders[3].kpis.clear();
  rounds[1].contenders[3].error = "gave up";
  const nlohmann::ordered_json json = seed_comparison_json(rounds, "KRW");
  EXPECT_EQ(json["seeds"], (nlohmann::ordered_json{1, 2, 3}));
  EXPECT_EQ(json["reference"], "asap");
  EXPECT_EQ(json["confidence"], 0.95);
  ASSERT_EQ(json["runs"].size(), 12U);
  EXPECT_EQ(json["runs"][5]["seed"], 2);
  EXPECT_EQ(json["runs"][5]["strategy"], "good");
  EXPECT_EQ(json["runs"][5]["objective"], 3010.0);
  EXPECT_EQ(json["runs"][7]["error"], "gave up");
  const auto& dear = json["summary"][3];
  EXPECT_EQ(dear["failed_seeds"], (nlohmann::ordered_json::array({2})));
  EXPECT_EQ(dear["compared_for_cost"], false);
  EXPECT_EQ(dear["kpi"]["objective"]["seeds"], 2);
  EXPECT_EQ(dear["kpi"]["objective"]["mean"], 4105.0);
  EXPECT_EQ(dear["difference"]["seeds"], 2);
  EXPECT_EQ(dear["difference"]["mean"], 105.0);
  EXPECT_TRUE(json["summary"][0]["difference"].is_null());
  EXPECT_EQ(json["summary"][1]["difference"]["cheaper_seeds"], (nlohmann::ordered_json{1, 2, 3}));
}

}  // namespace
}  // namespace evtwin::analysis::test
