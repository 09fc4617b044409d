// Every forecaster of the zoo is found, by the check that looks for what is wrong with it, and named in words; those
// that come with evtwin pass.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <set>
#include <string>

#include "plugin_check/forecast_play.hpp"
#include "plugin_check/plugin_check.hpp"
#include "plugin_check/zoo/forecasters/forecasters.hpp"
#include "support/paths.hpp"
#include "support/sweep.hpp"

namespace evtwin::plugin_check::forecaster_zoo_test {
namespace {

using ::testing::HasSubstr;

const std::string folder = paths::zoo_dir + "/forecasters/";

Options quick() {
  Options options;
  options.call_s = 2.0;
  options.memory_mib = 256;
  options.at_once = 2;
  options.timing = false;
  return options;
}

std::string failures(const Report& report) {
  std::string all;
  for (const Verdict& verdict : report.checks) {
    if (!verdict.pass) all += verdict.of.part_text() + " " + verdict.name + ": " + verdict.why + "\n";
  }
  return all;
}

const Verdict* verdict_of(const Report& report, std::string_view check) {
  const auto found = std::find_if(report.checks.begin(), report.checks.end(),
                                  [&](const Verdict& verdict) { return verdict.name == check; });
  return found == report.checks.end() ? nullptr : &*found;
}

class ForecasterZoo : public ::testing::TestWithParam<zoo::ForecasterAnimal> {};

TEST_P(ForecasterZoo, AnimalIsFoundByTheCheckThatLooksForIt) {
  const zoo::ForecasterAnimal& animal = GetParam();
  if (sanitized && !animal.in_asan) GTEST_SKIP() << "AddressSanitizer's memory is the same in every process";
  Options options = quick();
  // Only who never comes back is to be waited for; a busy machine is slow with the others, too.
  if (animal.words != "did not come back within") options.call_s = 60.0;
  if (animal.check != "late" && sweep(false, true)) options.skip = {"late"};  // a thousand forecasts
  const Report report = check_plugin(folder + std::string(animal.name) + ".so", "", options);
  EXPECT_EQ(report.all_passed(), animal.check.empty()) << failures(report);
  if (!animal.check.empty()) {
    const Verdict* verdict = verdict_of(report, animal.check);
    ASSERT_NE(verdict, nullptr) << failures(report);
    EXPECT_FALSE(verdict->pass) << failures(report);
    EXPECT_THAT(verdict->why, HasSubstr(std::string(animal.words)));
  }
  if (animal.innocent.empty()) return;
  const Verdict* innocent = verdict_of(report, animal.innocent);
  ASSERT_NE(innocent, nullptr) << failures(report);
  EXPECT_TRUE(innocent->pass) << innocent->why;
  EXPECT_EQ(report.strategies.size(), 0U);
  EXPECT_EQ(report.forecasters.size(), 1U);
}

INSTANTIATE_TEST_SUITE_P(Animals, ForecasterZoo, ::testing::ValuesIn(zoo::forecasters),
                         [](const auto& tested) { return std::string(tested.param.name); });

TEST(ForecasterZooTable, EveryFileIsInIt) {
  std::set<std::string> files, listed;
  for (const auto& entry :
       std::filesystem::directory_iterator(paths::source_dir + "/tests/plugin_check/zoo/forecasters")) {
    if (entry.path().extension() == ".cpp") files.insert(entry.path().stem());
  }
  for (const zoo::ForecasterAnimal& animal : zoo::forecasters) {
    listed.insert(std::string(animal.name));
    EXPECT_EQ(animal.check.empty(), animal.wrong.empty()) << animal.name;
  }
  EXPECT_EQ(files, listed);
}

TEST(ShippedForecasters, PassAndAreTimedForEachQuantity) {
  Options options = quick();
  options.call_s = 10.0;
  options.memory_mib = 1024;
  options.timing = sweep(true, false);
  if (sweep(false, true)) options.skip = {"late"};
  const Report report = check_plugin(paths::plugin_dir + "/forecast.so", "", options);
  EXPECT_TRUE(report.all_passed()) << failures(report);
  EXPECT_GE(report.forecasters.size(), 2U);
  std::set<std::pair<std::string, std::string>> looked_at, timed;
  for (const Verdict& verdict : report.checks) {
    if (verdict.name == "answers") looked_at.emplace(verdict.of.forecaster, verdict.of.quantity);
  }
  for (const ForecastTiming& timing : report.forecast_timing) {
    timed.emplace(timing.forecaster, timing.quantity);
    EXPECT_GT(timing.median_ns, 0.0);
    EXPECT_GE(timing.p99_ns, timing.median_ns);
  }
  EXPECT_EQ(options.timing ? looked_at : decltype(timed){}, timed);
  EXPECT_GE(looked_at.size(), report.forecasters.size());
}

TEST(ForecasterFuzz, GivesASeedThatGivesTheVerdictAgain) {
  Options fuzzing = quick();
  fuzzing.fuzz_s = 20.0;  // ends with the first failure
  fuzzing.fuzz_from = 12345;
  const std::string file = folder + "remembers.so";
  const Report fuzzed = check_plugin(file, "", fuzzing);
  const Verdict* found = verdict_of(fuzzed, "fuzz");
  ASSERT_NE(found, nullptr) << failures(fuzzed);
  ASSERT_FALSE(found->pass);
  const std::string_view option = "--reproduce ";
  const std::size_t at = found->why.find(option);
  ASSERT_NE(at, std::string::npos) << found->why;
  Options again = quick();
  again.reproduce = std::stoull(found->why.substr(at + option.size()));
  const Report reproduced = check_plugin(file, "remembers", again);
  ASSERT_EQ(reproduced.checks.size(), 1U);
  EXPECT_EQ(reproduced.checks[0].why, found->why);
}

TEST(ForecasterCheck, SaysWhatTheFileHasWhereTheIdIsUnknown) {
  try {
    check_plugin(folder + "remembers.so", "forgets", quick());
    FAIL();
  } catch (const std::runtime_error& refused) {
    EXPECT_THAT(refused.what(), HasSubstr("has no forecaster 'forgets'; it has remembers"));
  }
}

TEST(HoldsBoth, StrategyAndForecasterOfOneIdAreLookedAtEachByItsOwnContract) {
  const std::string file = paths::test_plugin_dir + "/holds_both.so";
  for (const char* id : {"", "holds-both"}) {
    const Report report = check_plugin(file, id, quick());
    EXPECT_TRUE(report.all_passed()) << failures(report);
    EXPECT_EQ(report.strategies, std::vector<std::string>{"holds-both"});
    EXPECT_EQ(report.forecasters, std::vector<std::string>{"holds-both"});
    std::multiset<std::string> answers, tables;
    for (const Verdict& verdict : report.checks) {
      if (verdict.name == "answers") answers.insert(verdict.of.part_text());
      if (verdict.name == "parameters") tables.insert(verdict.of.part_text());
    }
    EXPECT_EQ(answers, (std::multiset<std::string>{"holds-both", "holds-both price", "holds-both pv"}));
    EXPECT_EQ(tables, (std::multiset<std::string>{"holds-both", "holds-both"}));
  }
  try {
    check_plugin(file, "neither", quick());
    FAIL();
  } catch (const std::runtime_error& refused) {
    EXPECT_THAT(refused.what(), HasSubstr("has no strategy or forecaster 'neither'; it has holds-both, holds-both"));
  }
}

// ---- The scenes keep the contract themselves. ----

TEST(ForecastScene, ShowsStepsWithoutGapsAndAsksFromTheEndOfTheHistory) {
  std::set<std::int64_t> day_hours;
  for (std::uint64_t number = 1; number <= ForecastScene::corner_count() + 100; ++number) {
    const ForecastScene scene(number > ForecastScene::corner_count() ? number + 1000 : number);
    SCOPED_TRACE(scene.words());
    std::uint32_t before = 0;
    for (std::size_t k = 0; k < scene.question_count(); ++k) {
      const auto call = scene.call_of_question(k, EVTWIN_QUANTITY_LOAD_KW);
      const evtwin_steps &past = call.history.steps, &ahead = call.question.steps;
      EXPECT_TRUE(k == 0 || past.n > before);
      before = past.n;
      EXPECT_EQ(past.start_ns[past.n], call.question.issued_ns);
      EXPECT_EQ(ahead.start_ns[0], call.question.issued_ns);
      EXPECT_GE(ahead.n, 1U);
      for (const evtwin_steps* steps : {&past, &ahead}) {
        for (std::uint32_t i = 0; i < steps->n; ++i) {
          ASSERT_LT(steps->start_ns[i], steps->start_ns[i + 1]);
          ASSERT_EQ(steps->weekday[i], (steps->local_day[i] + 3) % 7);  // 1970-01-01 was a Thursday
        }
      }
      for (std::uint32_t l = 1; l < call.question.n_levels; ++l)
        EXPECT_LT(call.question.level[l - 1], call.question.level[l]);
      // Lengths of whole local days.
      std::int64_t midnight_ns = -1;
      for (std::uint32_t i = 0; i < past.n; ++i) {
        if (past.local_minute[i] != 0) continue;
        if (midnight_ns >= 0) day_hours.insert((past.start_ns[i] - midnight_ns) / 3'600'000'000'000);
        midnight_ns = past.start_ns[i];
      }
    }
  }
  EXPECT_EQ(day_hours, (std::set<std::int64_t>{23, 24, 25}));
}

TEST(ForecastScene, HasTheCornersAmongThoseThatAreAlwaysRun) {
  bool empty = false, one_step = false, all_nan = false, gaps = false, no_levels = false, negative_price = false;
  std::set<std::int64_t> step_min;
  std::set<std::uint32_t> horizons, levels;
  for (std::uint64_t number = 1; number <= ForecastScene::corner_count(); ++number) {
    const ForecastScene scene(number);
    for (std::size_t k = 0; k < scene.question_count(); ++k) {
      const auto call = scene.call_of_question(k, EVTWIN_QUANTITY_LOAD_KW);
      const std::uint32_t n = call.history.steps.n;
      const double* load = call.history.values[EVTWIN_QUANTITY_LOAD_KW];
      const auto blank = std::count_if(load, load + n, [](double kw) { return std::isnan(kw); });
      empty = empty || n == 0;
      one_step = one_step || n == 1;
      all_nan = all_nan || (n > 0 && blank == n);
      gaps = gaps || (blank > 0 && blank < n);
      no_levels = no_levels || call.question.n_levels == 0;
      step_min.insert(call.history.steps.step_ns / 60'000'000'000);
      horizons.insert(call.question.steps.n);
      levels.insert(call.question.n_levels);
      const double* price = call.history.values[EVTWIN_QUANTITY_BUY_PER_KWH];
      negative_price = negative_price || std::any_of(price, price + n, [](double p) { return p < 0.0; });
      EXPECT_TRUE(std::none_of(load, load + n, [](double kw) { return kw < 0.0; }));
    }
  }
  EXPECT_TRUE(empty && one_step && all_nan && gaps && no_levels && negative_price);
  EXPECT_EQ(step_min, (std::set<std::int64_t>{15, 60}));
  EXPECT_EQ(*horizons.begin(), 1U);
  EXPECT_EQ(*horizons.rbegin(), 200U);
  EXPECT_EQ(levels, (std::set<std::uint32_t>{0, 1, 9}));
}

}  // namespace
}  // namespace evtwin::plugin_check::forecaster_zoo_test
