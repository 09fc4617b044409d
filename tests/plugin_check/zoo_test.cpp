// Every animal of the zoo is found, by the check that looks for what is wrong with it, and named in words.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>

#include "plugin_check/expectations.hpp"
#include "plugin_check/plugin_check.hpp"
#include "plugin_check/zoo/animals.hpp"
#include "support/paths.hpp"
#include "support/sweep.hpp"

namespace evtwin::plugin_check {
namespace {

using testing::Expectation;

const std::string zoo_dir = paths::zoo_dir;

Options test_options() {
  Options options;
  options.call_s = 2.0;
  options.memory_mib = 256;
  options.at_once = 2;
  options.timing = false;
  return options;
}

const Verdict* verdict_of(const Report& report, std::string_view check) {
  const auto found = std::find_if(report.checks.begin(), report.checks.end(),
                                  [&](const Verdict& verdict) { return verdict.name == check; });
  return found == report.checks.end() ? nullptr : &*found;
}

std::string all_failures(const Report& report) {
  std::string all;
  for (const Verdict& verdict : report.checks) {
    if (!verdict.pass) all += verdict.of.part_text() + " " + verdict.name + ": " + verdict.why + "\n";
  }
  return all;
}

class Zoo : public ::testing::TestWithParam<Expectation> {};

TEST_P(Zoo, AnimalIsFoundByTheCheckThatLooksForIt) {
  const Expectation& expected = GetParam();
  if (sanitized && !expected.in_asan) GTEST_SKIP() << "AddressSanitizer's memory is the same in every process";
  Options options = test_options();
  // Only who never comes back is to be waited for; a busy machine is slow with the others, too.
  if (expected.words != "did not come back within") options.call_s = 60.0;
  // The one that is to find it and the one that is not: the others have animals of their own.
  for (const std::string_view check : {expected.check, expected.innocent}) {
    if (!expected.check.empty() && !check.empty() && check != "entry") options.only.emplace_back(check);
  }
  if (expected.check == "entry") options.only = {"info"};
  const Report report = check_plugin(zoo_dir + "/" + std::string(expected.animal) + ".so", "", options);
  if (expected.check.empty()) {
    EXPECT_TRUE(report.all_passed()) << all_failures(report);
  } else {
    const Verdict* verdict = verdict_of(report, expected.check);
    ASSERT_NE(verdict, nullptr) << "no check " << expected.check << "\n" << all_failures(report);
    EXPECT_FALSE(verdict->pass) << all_failures(report);
    EXPECT_THAT(verdict->why, ::testing::HasSubstr(std::string(expected.words)));
    EXPECT_FALSE(report.all_passed());
  }
  if (!expected.innocent.empty() && !expected.check.empty()) {
    const Verdict* innocent = verdict_of(report, expected.innocent);
    ASSERT_NE(innocent, nullptr);
    EXPECT_TRUE(innocent->pass) << innocent->name << ": " << innocent->why;
  }
}

INSTANTIATE_TEST_SUITE_P(Animals, Zoo, ::testing::ValuesIn(testing::expectations),
                         [](const auto& tested) { return std::string(tested.param.animal); });

TEST(ZooTable, EveryAnimalHasAFileAndAnExpectation) {
  for (const zoo::Animal& animal : zoo::animals) {
    EXPECT_TRUE(std::filesystem::exists(zoo_dir + "/" + std::string(animal.name) + ".so")) << animal.name;
    const auto expected = std::find_if(testing::expectations.begin(), testing::expectations.end(),
                                       [&](const Expectation& e) { return e.animal == animal.name; });
    ASSERT_NE(expected, testing::expectations.end()) << animal.name;
    EXPECT_EQ(expected->check.empty(), animal.wrong.empty()) << animal.name;
  }
  EXPECT_EQ(zoo::animals.size(), testing::expectations.size());
}

TEST(Reproduce, ASeedGivesTheVerdictThatFuzzingGave) {
  Options fuzzing = test_options();
  fuzzing.fuzz_s = 20.0;  // ends with the first failure
  fuzzing.fuzz_from = 12345;
  const std::string file = zoo_dir + "/reads_past.so";
  const Report fuzzed = check_plugin(file, "reads-past", fuzzing);
  const Verdict* found = verdict_of(fuzzed, "fuzz");
  ASSERT_NE(found, nullptr) << all_failures(fuzzed);
  ASSERT_FALSE(found->pass);
  const std::string_view option = "--reproduce ";
  const std::size_t at = found->why.find(option);
  ASSERT_NE(at, std::string::npos) << found->why;

  Options again = test_options();
  again.reproduce = std::stoull(found->why.substr(at + option.size()));
  const Report reproduced = check_plugin(file, "reads-past", again);
  ASSERT_EQ(reproduced.checks.size(), 1U);
  EXPECT_FALSE(reproduced.checks[0].pass);
  EXPECT_EQ(reproduced.checks[0].why, found->why);
}

TEST(Reproduce, ASceneThatIsSoundPasses) {
  Options again = test_options();
  again.reproduce = 77;
  const Report report = check_plugin(paths::plugin_dir + "/baseline.so", "edf", again);
  EXPECT_TRUE(report.all_passed()) << all_failures(report);
  EXPECT_EQ(report.checks.size(), 1U);
}

TEST(Fuzz, GoesOnForTheTimeGivenAndCountsItsScenes) {
  Options fuzzing = test_options();
  fuzzing.fuzz_s = 0.5;
  const Report report = check_plugin(paths::plugin_dir + "/baseline.so", "edf", fuzzing);
  EXPECT_TRUE(report.all_passed()) << all_failures(report);
  EXPECT_GT(report.fuzzed, 0U);
}

TEST(Shipped, EveryStrategyOfTheBaselinePasses) {
  Options options = test_options();
  options.call_s = 10.0;
  options.timing = true;
  const Report report = check_plugin(paths::plugin_dir + "/baseline.so", "", options);
  EXPECT_TRUE(report.all_passed()) << all_failures(report);
  EXPECT_GE(report.strategies.size(), 10U);
  EXPECT_EQ(report.timing.size(), 3 * report.strategies.size());
  for (const Timing& timing : report.timing) {
    EXPECT_GT(timing.median_ns, 0.0);
    EXPECT_GE(timing.p99_ns, timing.median_ns);
  }
}

TEST(Symbols, OneTooManyIsNotedAndNoFailure) {
  const Report report = check_plugin(paths::test_plugin_dir + "/exports_more.so", "", test_options());
  EXPECT_TRUE(report.all_passed()) << all_failures(report);
  const Verdict* symbols = verdict_of(report, "symbols");
  ASSERT_NE(symbols, nullptr);
  EXPECT_THAT(symbols->note, ::testing::HasSubstr("exports 1 more: helper_of_mine"));
}

TEST(Refused, WhatIsNoSharedObjectCanNotBeLookedAt) {
  for (const std::string& file : {std::string("/nowhere.so"), paths::source_dir + "/README.md", std::string("/")})
    EXPECT_THROW(check_plugin(file, "", test_options()), std::runtime_error) << file;
  EXPECT_THROW(check_plugin(paths::plugin_dir + "/baseline.so", "edg", test_options()), std::runtime_error);
}

TEST(Stop, EndsTheChildrenAtOnce) {
  Options options = test_options();
  options.call_s = 600.0;
  options.stop = [asked = 0]() mutable { return ++asked > 40; };
  EXPECT_THROW(check_plugin(zoo_dir + "/sleeps.so", "", options), std::runtime_error);
}

}  // namespace
}  // namespace evtwin::plugin_check
