// Finding strategies, giving them parameters and random numbers, and what becomes of their failures.
#include "control/plugin_library.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include "control/empty_site.hpp"
#include "control/strategy_choice.hpp"
#include "support/paths.hpp"

namespace evtwin::control {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string folder = paths::test_plugin_dir;

template <class F>
std::string refusal_of_library(F&& call) {
  try {
    call();
  } catch (const StrategyError& error) {
    return error.what();
  }
  return "accepted";
}

/// EVTWIN_PLUGIN_PATH for as long as it lives.
struct PluginPath {
  explicit PluginPath(const std::string& path) { setenv("EVTWIN_PLUGIN_PATH", path.c_str(), 1); }
  ~PluginPath() { unsetenv("EVTWIN_PLUGIN_PATH"); }
  PluginPath(const PluginPath&) = delete;
  PluginPath& operator=(const PluginPath&) = delete;
};

/// What `echo` says it was given, or why it was not made.
std::string echoed(const TextParams& params) {
  EmptySite site;
  return refusal_of_library([&] {
    choose_strategy(folder + "/probe.so#echo", params)
        .factory(site.columns.view, 1, 0)
        ->decide(site.columns.view, site.columns.blank_decision());
  });
}

TEST(Parameters, WhatIsNotGivenIsTheTablesDefault) {
  EXPECT_THAT(echoed({}), HasSubstr("flag=1 count=2.000000 level=nan note=none mood=calm"));
}

TEST(Parameters, EveryTypeTravelsAndTheLastOfTwoCounts) {
  EXPECT_THAT(echoed({{"mood", "eager"},
                      {"flag", "false"},
                      {"count", "3"},
                      {"level", "-1.5"},
                      {"note", "주차장 1"},
                      {"count", "8"}}),
              HasSubstr("flag=0 count=8.000000 level=-1.500000 note=주차장 1 mood=eager"));
}

TEST(Parameters, WrongOnesAreToldWhatWouldBeRight) {
  EXPECT_THAT(echoed({{"count", "2.5"}}), HasSubstr("count must be a whole number from 1 to 8, got '2.5'"));
  EXPECT_THAT(echoed({{"count", "9"}}), HasSubstr("count must be a whole number from 1 to 8, got '9'"));
  EXPECT_THAT(echoed({{"level", "9.6"}}), HasSubstr("level must be a number from -1.5 to 9.5 kW, got '9.6'"));
  EXPECT_THAT(echoed({{"level", ""}}), HasSubstr("got ''"));
  EXPECT_THAT(echoed({{"level", "inf"}}), HasSubstr("got 'inf'"));
  EXPECT_THAT(echoed({{"flag", "yes"}}), HasSubstr("flag must be true or false, got 'yes'"));
  EXPECT_THAT(echoed({{"mood", "angry"}}), HasSubstr("mood must be one of calm, eager, got 'angry'"));
  EXPECT_THAT(echoed({{"levle", "1"}}), AllOf(HasSubstr("no parameter 'levle'"), HasSubstr("did you mean 'level'?")));
  EXPECT_THAT(echoed({{"zzz", "1"}}), HasSubstr("it has flag, count, level, note, mood"));
  EXPECT_THAT(refusal_of_library([] {
                choose_strategy(folder + "/probe.so#dice", {{"x", "1"}});
              }),
              HasSubstr("it has none"));
}

TEST(ChooseStrategy, FindsInstalledOnesByIdAndSuggestsTheNearest) {
  const ChosenStrategy edf = choose_strategy("edf", {});
  EXPECT_EQ(edf.description.id, "edf");
  EXPECT_EQ(edf.label, "edf");
  EXPECT_EQ(choose_strategy("alap", {{"margin_min", "5"}}).label, "alap:margin_min=5");
  EXPECT_THAT(refusal_of_library([] { choose_strategy("edff", {}); }),
              AllOf(HasSubstr("unknown strategy 'edff'"), HasSubstr("did you mean 'edf'?"), HasSubstr("equal-share")));
  EXPECT_THAT(refusal_of_library([] { choose_strategy("photosynthesis", {}); }),
              AllOf(HasSubstr("unknown strategy"), Not(HasSubstr("did you mean"))));
}

TEST(ChooseStrategy, AFileOfSeveralNeedsAnIdAFileOfOneDoesNot) {
  EXPECT_THAT(refusal_of_library([] { choose_strategy(folder + "/probe.so", {}); }),
              AllOf(HasSubstr("holds 8 strategies"), HasSubstr("probe.so#ID")));
  EXPECT_THAT(refusal_of_library([] { choose_strategy(folder + "/probe.so#deci", {}); }),
              AllOf(HasSubstr("no strategy 'deci'"), HasSubstr("echo, dice, counter")));
  EXPECT_EQ(choose_strategy(folder + "/bad_older.so", {}).label, "bad");
}

TEST(ListStrategies, SearchesThePathFirstAndNamesWhatDoesNotOpen) {
  const PluginPath path(":" + folder + "::/nowhere:");
  ASSERT_GE(plugin_folders().size(), 3U);
  EXPECT_EQ(plugin_folders()[0], folder);
  EXPECT_EQ(plugin_folders()[1], "/nowhere");
  std::vector<std::string> problems, ids;
  for (const ListedStrategy& listed : list_strategies(&problems)) ids.push_back(listed.description.id);
  EXPECT_THAT(ids, AllOf(Contains("echo"), Contains("dice"), Contains("edf")));
  EXPECT_THAT(problems, Contains(AllOf(HasSubstr("bad_major.so"), HasSubstr("ABI 1"))));
  EXPECT_EQ(choose_strategy("dice", {}).description.id, "dice");
  EXPECT_THAT(refusal_of_library([] { choose_strategy("dise", {}); }), HasSubstr("did you mean 'dice'?"));
}

const Hosting in_process{Where::here, {}};

TEST(PluginStrategy, FailuresNamePluginCallAndReason) {
  EmptySite site;
  const auto make = [&](const std::string& id) {
    return choose_strategy(folder + "/raw.so#" + id, {}, in_process).factory(site.columns.view, 1, 0);
  };
  const auto creating = [&](const std::string& id) { return refusal_of_library([&] { make(id); }); };
  const auto deciding = [&](const std::string& id) {
    const auto strategy = make(id);
    return refusal_of_library([&] { strategy->decide(site.columns.view, site.columns.blank_decision()); });
  };
  EXPECT_EQ(creating("throws-in-create"),
            "strategy throws-in-create (raw.so): create failed: no site like this (an exception crossed the C ABI)");
  EXPECT_EQ(creating("no-instance"), "strategy no-instance (raw.so): create failed: it made no complete instance");
  EXPECT_EQ(creating("no-decide"), "strategy no-decide (raw.so): create failed: it made no complete instance");
  EXPECT_EQ(
      deciding("throws-in-decide"),
      "strategy throws-in-decide (raw.so): decide failed: the fence was left open (an exception crossed the C ABI)");
  EXPECT_THAT(deciding("throws-a-number"), HasSubstr("decide failed: an exception of unknown type"));
  EXPECT_THAT(deciding("says-status"), HasSubstr("decide failed: status 1"));
  EXPECT_THAT(deciding("reports"), HasSubstr("decide failed: the tariff has no night"));
}

TEST(PluginStrategy, AnEarlierCallsWordsDoNotExplainALaterFailure) {
  EmptySite site;
  const auto strategy =
      choose_strategy(folder + "/raw.so#speaks-too-early", {}, in_process).factory(site.columns.view, 1, 0);
  strategy->decide(site.columns.view, site.columns.blank_decision());
  EXPECT_THAT(refusal_of_library([&] { strategy->decide(site.columns.view, site.columns.blank_decision()); }),
              HasSubstr("decide failed: status 3"));
}

TEST(PluginStrategy, SaysWhatItSubscribesTo) {
  EmptySite site;
  const auto dice = choose_strategy(folder + "/probe.so#dice", {}, in_process).factory(site.columns.view, 1, 0);
  EXPECT_EQ(dice->subscribes, EVTWIN_WHY_TICK | EVTWIN_WHY_PRICE);
  EXPECT_EQ(dice->horizon_steps, 3U);
}

TEST(PluginStrategy, RandomNumbersAreAPureFunctionOfSeedSiteStreamAndIndex) {
  EmptySite site(8);
  const ChosenStrategy chosen = choose_strategy(folder + "/probe.so#dice", {}, in_process);
  const auto drawn = [&](Strategy& strategy, std::uint64_t stream) {
    site.columns.view.decision_number = stream;
    strategy.decide(site.columns.view, site.columns.blank_decision());
    const auto column = site.columns.decided_evse_kw();
    return std::vector<double>(column.begin(), column.end());
  };
  const auto one = chosen.factory(site.columns.view, 7, 0);
  const auto first = drawn(*one, 4);
  const auto other_stream = drawn(*one, 5);
  EXPECT_EQ(drawn(*one, 4), first);  // however often and in whatever order it is asked
  EXPECT_EQ(drawn(*chosen.factory(site.columns.view, 7, 0), 4), first);
  const auto other_seed = drawn(*chosen.factory(site.columns.view, 8, 0), 4);
  const auto other_site = drawn(*chosen.factory(site.columns.view, 7, 1), 4);
  // 53 bits each: two equal ones among these 32 would be a chance of 1 in 10^13.
  std::vector<double> all;
  for (const auto* draws : {&first, &other_stream, &other_seed, &other_site}) {
    all.insert(all.end(), draws->begin(), draws->end());
  }
  std::sort(all.begin(), all.end());
  EXPECT_EQ(std::adjacent_find(all.begin(), all.end()), all.end());
}

}  // namespace
}  // namespace evtwin::control
