// Means, intervals, differences and fronts, by hand.
#include "sweep/summary.hpp"

#include <gmock/gmock.h>
#include <sqlite3.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "record/sqlite.hpp"
#include "support/temporary_file.hpp"

namespace evtwin::sweep {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

/// Two points, three seeds, two strategies; objective and energy served by hand.
///   contract 40: asap 10, 12, 14; lp 9, 10, 14      contract 80: asap 8, 9, 10; lp 8, 8, 8
Table sample() {
  Table table;
  Plan plan;
  plan.scenario = "s.lua";
  plan.vary = {"contract_kw=40,80"};
  plan.seeds = {1, 2, 3};
  plan.strategies = {"asap", "lp"};
  table.layout = layout_of(plan);
  table.seeds = plan.seeds;
  table.strategies = plan.strategies;
  table.figures = {"objective", "energy_served_kwh", "open_to_come_kwh", "served_fraction"};
  table.currency = "EUR";
  table.scenario = "Sample";
  const double objective[2][3][2] = {{{10, 9}, {12, 10}, {14, 14}}, {{8, 8}, {9, 8}, {10, 8}}};
  for (int point = 0; point < 2; ++point) {
    for (int seed = 0; seed < 3; ++seed) {
      for (int strategy = 0; strategy < 2; ++strategy) {
        Row row;
        row.event_hash = static_cast<std::uint64_t>(100 * point + 10 * seed + strategy);
        // lp serves 1 % less at 80 kW with the last seed.
        const double served = point == 1 && seed == 2 && strategy == 1 ? 99.0 : 100.0;
        row.figures = {objective[point][seed][strategy], served, 0.0, served / 100.0};
        row.sessions = 5;
        table.rows.push_back(row);
      }
    }
  }
  return table;
}

TEST(Summary, MeanDeviationAndIntervalByHand) {
  const Table table = sample();
  const analysis::Spread spread = analysis::spread_of(figures_by_seed(table, {0, 0}, "objective"));
  EXPECT_DOUBLE_EQ(spread.mean, 12.0);
  EXPECT_DOUBLE_EQ(spread.deviation, 2.0);
  // t of 2 degrees of freedom at 95 %: 4.302652729911275; half = t x 2 / sqrt(3).
  const Interval interval = interval_of(spread);
  EXPECT_NEAR(interval.low, 12.0 - 4.302652729911275 * 2.0 / std::sqrt(3.0), 1e-9);
  EXPECT_NEAR(interval.high, 12.0 + 4.302652729911275 * 2.0 / std::sqrt(3.0), 1e-9);
}

// lp - asap at 40 kW: -1, -2, 0: mean -1, deviation 1, half 4.30265 / sqrt(3) = 2.48414.
TEST(Summary, DifferencesArePairedBySeed) {
  const Table table = sample();
  const analysis::PairedDifference difference = difference_of(table, {0, 1}, reference_of(table), "objective");
  EXPECT_DOUBLE_EQ(difference.mean, -1.0);
  EXPECT_NEAR(difference.low, -1.0 - 2.4841377, 1e-6);
  EXPECT_NEAR(difference.high, -1.0 + 2.4841377, 1e-6);
  EXPECT_EQ(difference_of(table, {0, 0}, reference_of(table), "objective").count, 0U);
  EXPECT_DOUBLE_EQ(difference_of(table, {0, 0}, reference_of(table, "lp"), "objective").mean, 1.0);
  EXPECT_THROW(reference_of(table, "lpp"), SweepError);
}

TEST(Summary, WithOneStrategyTheFirstPointIsTheReference) {
  Table table = sample();
  std::vector<Row> asap;
  for (std::size_t i = 0; i < table.rows.size(); i += 2) asap.push_back(table.rows[i]);
  table.rows = asap;
  table.strategies = {"asap"};
  const Reference reference = reference_of(table);
  EXPECT_TRUE(reference.is_point);
  EXPECT_DOUBLE_EQ(difference_of(table, {1, 0}, reference, "objective").mean, -3.0);  // -2, -3, -4
}

TEST(Summary, WhoServesLessIsCounted) {
  const Table table = sample();
  EXPECT_EQ(serves_less(table, {1, 1}), 1U);
  EXPECT_EQ(serves_less(table, {1, 0}), 0U);
  EXPECT_THAT(summary_text(table, {}, false), HasSubstr("a lower cost is no saving there"));
}

// Means: (12, 1), (11, 1), (9, 1), (8, 0.99667): the last two are on the front of objective and served_fraction.
TEST(Summary, AFrontHasWhatNothingBeats) {
  const Table table = sample();
  EXPECT_THAT(pareto_standings(table, {"objective", "served_fraction"}),
              ElementsAre(Standing::dominated, Standing::dominated, Standing::on_front, Standing::on_front));
  Table failing = sample();
  failing.rows[6].error = "no";  // contract 80, seed 1, asap
  EXPECT_THAT(pareto_standings(failing, {"objective", "served_fraction"}),
              ElementsAre(Standing::dominated, Standing::on_front, Standing::apart, Standing::on_front));
  EXPECT_THROW(pareto_standings(table, {"objective"}), SweepError);
  EXPECT_THROW(pareto_standings(table, {"objective", "servd_fraction"}), SweepError);
}

TEST(Summary, SeedsThatChangeNothingHaveNoInterval) {
  Table table = sample();
  for (Row& row : table.rows) row.figures = {1.0, 100.0, 0.0, 1.0};
  EXPECT_FALSE(seeds_matter(table));
  EXPECT_THAT(summary_text(table, {}, false), HasSubstr("give one and the same result"));
  EXPECT_THAT(summary_text(table, {}, false), Not(HasSubstr("95 % interval")));
  EXPECT_TRUE(summary_json(table, {})["figures"][0]["cells"][0]["low"].is_null());
  EXPECT_TRUE(seeds_matter(sample()));
}

TEST(Summary, AFigureThatThereIsNotNamesTheNearest) {
  try {
    summary_text(sample(), {{"objectiv"}, "", {}}, false);
    FAIL();
  } catch (const SweepError& error) {
    EXPECT_THAT(error.what(), HasSubstr("did you mean objective?"));
  }
}

TEST(SweepTable, HasEveryRunWithItsParametersInOrder) {
  Table table = sample();
  table.rows[1].error = "it, failed";
  const std::string csv = table_csv(table);
  EXPECT_THAT(csv, HasSubstr("point,contract_kw,seed,strategy,objective,energy_served_kwh,open_to_come_kwh,"
                             "served_fraction,event_hash,error\n"
                             "1,40,1,asap,10,100,0,1,0000000000000000,\n"
                             "1,40,1,lp,,,,,,\"it, failed\"\n"
                             "1,40,2,asap,12,100,0,1,000000000000000a,\n"));
  EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 13);
}

TEST(SweepTable, AsADataBaseSaysTheSameInTheSameBytes) {
  const Table table = sample();
  const std::string folder =
      std::filesystem::temp_directory_path().string() + "/evtwin_sweep_" + std::to_string(::getpid());
  const std::string first = folder + "_1.sqlite", second = folder + "_2.sqlite";
  write_table_sqlite(table, first);
  write_table_sqlite(table, second);
  const auto bytes = [](const std::string& file) {
    std::ifstream stream(file, std::ios::binary);
    return std::string{std::istreambuf_iterator<char>(stream), {}};
  };
  EXPECT_TRUE(bytes(first) == bytes(second));
  {
    record::Database database(first, SQLITE_OPEN_READONLY);
    record::Statement sum(database,
                          "SELECT contract_kw, avg(objective) FROM run WHERE strategy = 'asap' GROUP BY contract_kw");
    ASSERT_TRUE(sum.next_row());
    EXPECT_EQ(sum.column_integer(0), 40) << "a number, not a text";
    EXPECT_DOUBLE_EQ(sum.column_real(1), 12.0);
  }
  std::filesystem::remove(first);
  std::filesystem::remove(second);
}

}  // namespace
}  // namespace evtwin::sweep
