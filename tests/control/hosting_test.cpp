// A strategy is hosted in this process or in one of its own: the same answers, the same words, the same state.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "control/empty_site.hpp"
#include "control/isolated_strategy.hpp"
#include "control/plugin_description.hpp"
#include "control/shared_view.hpp"
#include "control/strategy_choice.hpp"
#include "control/view_layout.hpp"
#include "support/paths.hpp"

namespace evtwin::control {
namespace {

using ::testing::HasSubstr;

const std::string probe = paths::test_plugin_dir + "/probe.so#";

template <class F>
std::string refusal_of_host(F&& call) {
  try {
    call();
  } catch (const StrategyError& error) {
    return error.what();
  }
  return "accepted";
}

class Hosted : public ::testing::TestWithParam<Where> {
 protected:
  std::unique_ptr<Strategy> make(const std::string& id, const TextParams& params = {}, std::uint64_t seed = 7) {
    return choose_strategy(probe + id, params, {GetParam(), {}}).factory(site_.columns.shown, seed, 0);
  }
  const evtwin_decision& ask(Strategy& strategy) {
    site_.columns.make_plan(strategy.plan_steps);
    evtwin_decision& decision = site_.columns.blank_decision();
    strategy.decide(site_.columns.shown, decision);
    return decision;
  }
  EmptySite site_{3};
};

TEST_P(Hosted, AnswersComeBack) {
  const auto counter = make("counter");
  EXPECT_EQ(ask(*counter).evse_kw[0], 0.0);
  const evtwin_decision& second = ask(*counter);
  EXPECT_EQ(second.evse_kw[0], 1.0);
  EXPECT_TRUE(std::isnan(second.evse_kw[1]));
  EXPECT_EQ(second.expected_cost, 1.0);
  EXPECT_EQ(second.wake_ns, 0);
}

TEST_P(Hosted, WhatAnInstanceAsksForIsHandedOver) {
  const auto patient = make("patient");
  EXPECT_EQ(patient->subscribes, EVTWIN_WHY_ARRIVAL | EVTWIN_WHY_FINISHED);  // and no tick
  EXPECT_EQ(patient->levels, (std::vector<double>{0.1, 0.9}));
  EXPECT_THAT(refusal_of_host([&] { make("patient", {{"high", "0.05"}}); }), HasSubstr("level number 1 is 0.05"));
  EXPECT_THAT(refusal_of_host([&] { make("patient", {{"high", "1"}}); }), HasSubstr("between 0 and 1"));
}

TEST_P(Hosted, LevelsComeInAndTheQuietGoesOut) {
  const auto patient = make("patient");
  Horizon& h = site_.columns.horizon;
  h.start_ns = {0, 10, 20, 30};
  for (auto* column : {&h.pv_kw, &h.load_kw, &h.buy_per_kwh, &h.sell_per_kwh, &h.co2_kg_per_kwh, &h.contract_kw,
                       &h.power_setpoint_kw, &h.arrivals, &h.arrivals_kwh})
    column->assign(3, 0.0);
  h.level = patient->levels;
  for (auto* column : {&h.level_load_kw, &h.level_buy_per_kwh, &h.level_arrivals, &h.level_arrivals_kwh})
    column->assign(6, 0.0);
  h.level_pv_kw = {1.0, 2.0, 3.0, 4.0, 5.0, 6.0};
  site_.columns.show_horizon();
  site_.columns.view.now_ns = 1000;
  const evtwin_decision& answer = ask(*patient);
  EXPECT_EQ(answer.evse_kw[0], 2.0);
  EXPECT_EQ(answer.evse_kw[1], 5.0);
  EXPECT_EQ(answer.wake_ns, 1000 + 1'800'000'000'000);
  EXPECT_EQ(answer.quiet_until_ns, 1000 + 7'200'000'000'000);
}

TEST_P(Hosted, TheEndIsToldWithWhoLeftAndWhoIsThere) {
  const auto patient = make("patient");
  ask(*patient);
  site_.columns.add_departure({2, 11, 5, 1.5, 8.0});
  site_.columns.add_departure({0, 12, 6, 2.5, 8.0});
  site_.columns.name_session(1, "tx-7");
  patient->end(site_.columns.shown);
  ASSERT_EQ(patient->remarks.size(), 1U);
  EXPECT_EQ(patient->remarks[0].text, "gone: 11 from 2 with 1.500000 12 from 0 with 2.500000; there: tx-7");
  make("counter")->end(site_.columns.shown);  // has none, and need not
  const auto bitter = make("patient", {{"fails", "true"}});
  EXPECT_THAT(refusal_of_host([&] { bitter->end(site_.columns.shown); }), HasSubstr("end failed: the end is bitter"));
}

TEST(Batch, InstancesOfOneStrategyAnswerInOnePassAndTheOthersOneByOne) {
  EmptySite a(2), b(3);
  const auto make = [&](const std::string& id, EmptySite& site, const TextParams& params = {}) {
    return choose_strategy(probe + id, params, {Where::here, {}}).factory(site.columns.shown, 7, 0);
  };
  const auto first = make("patient", a), second = make("patient", b), other = make("counter", a);
  ASSERT_NE(first->batch_key(), nullptr);
  EXPECT_EQ(first->batch_key(), second->batch_key());
  EXPECT_EQ(other->batch_key(), nullptr);
  const std::vector<Strategy::Asked> both{{first.get(), &a.columns.shown, &a.columns.blank_decision()},
                                          {second.get(), &b.columns.shown, &b.columns.blank_decision()}};
  first->decide_many(both);
  EXPECT_EQ(a.columns.decided_evse_kw()[0], 2.0);
  EXPECT_EQ(b.columns.decided_evse_kw()[0], 2.0);

  const auto failing = make("patient", b, {{"fails", "true"}});
  const std::vector<Strategy::Asked> one_fails{{first.get(), &a.columns.shown, &a.columns.blank_decision()},
                                               {failing.get(), &b.columns.shown, &b.columns.blank_decision()}};
  EXPECT_THAT(refusal_of_host([&] { first->decide_many(one_fails); }), HasSubstr("decide_many failed: no pass"));
  first->decide_many(both);  // and go on
  EXPECT_EQ(a.columns.decided_evse_kw()[0], 2.0);

  // A process of its own has no batch: its instances are asked one by one.
  const auto isolated = choose_strategy(probe + "patient", {}, {Where::apart, {}}).factory(a.columns.shown, 7, 0);
  EXPECT_EQ(isolated->batch_key(), nullptr);
  const std::vector<Strategy::Asked> alone{{isolated.get(), &a.columns.shown, &a.columns.blank_decision()}};
  isolated->decide_many(alone);
  EXPECT_EQ(a.columns.decided_evse_kw()[0], 1.0);
}

TEST_P(Hosted, StateGoesOnWhereItWasSaved) {
  const auto counter = make("counter");
  ASSERT_TRUE(counter->can_save());
  for (int i = 0; i < 5; ++i) ask(*counter);
  std::vector<std::byte> state;
  counter->save_memory(state);
  const auto other = make("counter");
  other->load_memory(state);
  for (int i = 0; i < 3; ++i) {
    const double expected_kw = ask(*counter).evse_kw[0];
    EXPECT_EQ(ask(*other).evse_kw[0], expected_kw);
  }
}

TEST_P(Hosted, StateThatIsNotWhatWasSavedIsRefused) {
  std::vector<std::byte> state;
  make("counter")->save_memory(state);
  for (std::size_t n = 0; n < state.size(); ++n) {
    const auto counter = make("counter");
    EXPECT_THAT(refusal_of_host([&] { counter->load_memory(std::span(state).first(n)); }),
                HasSubstr("load failed: the state is cut short"));
  }
  state.push_back(std::byte{1});
  EXPECT_THAT(refusal_of_host([&] { make("counter")->load_memory(state); }),
              HasSubstr("left 1 bytes of the state unread"));
  EmptySite larger(4);
  const auto elsewhere = choose_strategy(probe + "counter", {}, {GetParam(), {}}).factory(larger.columns.shown, 7, 0);
  state.pop_back();
  EXPECT_THAT(refusal_of_host([&] { elsewhere->load_memory(state); }), HasSubstr("a site of another size"));
}

TEST_P(Hosted, AStatelessStrategyHasNothingToSave) {
  const auto chatter = make("chatter");
  ASSERT_TRUE(chatter->can_save());
  std::vector<std::byte> state;
  chatter->save_memory(state);
  EXPECT_TRUE(state.empty());
  chatter->load_memory(state);
  state.push_back(std::byte{1});
  EXPECT_THAT(refusal_of_host([&] { chatter->load_memory(state); }), HasSubstr("it is stateless"));
  EXPECT_FALSE(make("dice")->can_save());
}

TEST_P(Hosted, RemarksAreHandedOver) {
  const auto chatter = make("chatter");
  ask(*chatter);
  ASSERT_EQ(chatter->remarks.size(), 2U);  // what is for debugging is not for the user
  EXPECT_EQ(chatter->remarks[0].severity, EVTWIN_INFO);
  EXPECT_EQ(chatter->remarks[0].text, "waits for the night price");
  EXPECT_EQ(chatter->remarks[1].severity, EVTWIN_WARNING);
  EXPECT_EQ(chatter->remarks[1].text, "the forecast is old");
}

TEST_P(Hosted, AConstructorMayRefuseParametersThatDoNotGoTogether) {
  EXPECT_EQ(refusal_of_host([&] {
              make("picky", {{"low", "3"}, {"high", "1"}});
            }),
            "strategy picky (probe.so): create failed: low must not be above high");
  EXPECT_EQ(refusal_of_host([&] { make("picky", {{"low", "1"}}); }), "accepted");
}

TEST_P(Hosted, RandomNumbersAreTheSameEverywhere) {
  site_.columns.view.decision_number = 4;
  const auto here = choose_strategy(probe + "dice", {}, {Where::here, {}}).factory(site_.columns.shown, 7, 0);
  const double expected = ask(*here).evse_kw[2];
  EXPECT_EQ(ask(*make("dice")).evse_kw[2], expected);
  EXPECT_NE(ask(*make("dice", {}, 8)).evse_kw[2], expected);
}

TEST_P(Hosted, APlanComesBackWhereOneWasGiven) {
  const auto planner = make("planner", {{"steps", "3"}});
  ASSERT_EQ(planner->plan_steps, 3U);
  const evtwin_decision& first = ask(*planner);
  ASSERT_EQ(first.plan_steps, 3U);
  ASSERT_EQ(site_.columns.decided_plan_kw().data(), first.plan_kw);
  EXPECT_THAT(site_.columns.decided_plan_kw(),
              ::testing::ElementsAre(0.0, 0.01, 0.02, 1.0, 1.01, 1.02, 2.0, 2.01, 2.02));
  site_.columns.view.decision_number = 1;
  ask(*planner);
  for (const double kw : site_.columns.decided_plan_kw()) EXPECT_TRUE(std::isnan(kw));
}

TEST_P(Hosted, WhoAsksForNoPlanHasNoColumnForIt) {
  const auto counter = make("counter");
  const evtwin_decision& decision = ask(*counter);
  EXPECT_EQ(decision.plan_kw, nullptr);
  EXPECT_EQ(decision.plan_steps, 0U);
  EXPECT_TRUE(site_.columns.decided_plan_kw().empty());
}

TEST_P(Hosted, APlanBeyondTheHorizonIsRefused) {
  EXPECT_EQ(refusal_of_host([&] {
              make("planner", {{"steps", "4"}, {"beyond", "1"}});
            }),
            "strategy planner (probe.so): create failed: it plans 5 steps of a horizon of 4");
}

TEST_P(Hosted, ReadsOfTheHorizonWhatItSays) {
  EXPECT_EQ(make("farsighted", {{"reads", "5"}})->horizon_reads, EVTWIN_READS_PV | EVTWIN_READS_PRICES);
  EXPECT_EQ(make("planner")->horizon_reads, EVTWIN_READS_ALL);
  EXPECT_EQ(refusal_of_host([&] {
              make("farsighted", {{"reads", "33"}});
            }),
            "strategy farsighted (probe.so): create failed: its horizon_reads are 0x21; bits of 0xf are due");
}

TEST_P(Hosted, SaysWhoItIs) { EXPECT_EQ(make("dice")->name_in_messages(), "strategy dice (probe.so)"); }

INSTANTIATE_TEST_SUITE_P(Where, Hosted, ::testing::Values(Where::here, Where::apart),
                         [](const auto& of) { return of.param == Where::apart ? "apart" : "here"; });

TEST(IsolatedStrategy, AHorizonBeyondTheSharedMemoryIsRefused) {
  EmptySite site;
  EXPECT_THAT(refusal_of_host([&] {
                choose_strategy(probe + "farsighted", {}, {Where::apart, {}}).factory(site.columns.shown, 1, 0);
              }),
              HasSubstr("asks for 1000000 horizon steps; isolated, at most 35136 are possible"));
}

TEST(IsolatedStrategy, APlanOfAYearOfQuarterHoursHasRoom) {
  EmptySite site(3);
  const auto planner =
      choose_strategy(probe + "planner", {{"steps", "35136"}}, {Where::apart, {}}).factory(site.columns.shown, 1, 0);
  site.columns.make_plan(planner->plan_steps);
  planner->decide(site.columns.shown, site.columns.blank_decision());
  EXPECT_EQ(site.columns.decided_plan_kw().back(), 2.0 + 0.01 * 35135);
}

TEST(IsolatedStrategy, AWriteBesideThePlanIsFound) {
  EmptySite site(3);
  const auto asking = [&](const char* past) {
    const auto planner = choose_strategy(probe + "planner", {{"steps", "3"}, {"past", past}}, {Where::apart, {}})
                             .factory(site.columns.shown, 1, 0);
    site.columns.make_plan(planner->plan_steps);
    return refusal_of_host([&] { planner->decide(site.columns.shown, site.columns.blank_decision()); });
  };
  EXPECT_THAT(asking("1"), HasSubstr("plan_kw 9 cells"));
  EXPECT_THAT(asking("999"), HasSubstr("past the end of decision->plan_kw, which has 9 cells"));
}

TEST(IsolatedStrategy, WhatIsStoppedIsInterrupted) {
  EmptySite site;
  static bool stopped = false;
  Hosting hosting{Where::apart, {}};
  hosting.limits.stop = [] { return stopped; };
  for (const Where where : {Where::apart, Where::here}) {
    hosting.where = where;
    stopped = false;
    const auto counter = choose_strategy(probe + "counter", {}, hosting).factory(site.columns.shown, 1, 0);
    counter->decide(site.columns.shown, site.columns.blank_decision());
    stopped = true;
    EXPECT_EQ(refusal_of_host([&] { counter->decide(site.columns.shown, site.columns.blank_decision()); }),
              "strategy counter (probe.so): decide was interrupted");
  }
}

TEST(IsolatedStrategy, ACopyThatAPluginForksAnswersNobodyAndIsNamed) {
  EmptySite site;
  // The child and its copies write to the standard error of this process, so it is a file for a while.
  const std::string said_file = ::testing::TempDir() + "evtwin_forks_" + std::to_string(getpid());
  const int kept = dup(STDERR_FILENO), file = open(said_file.c_str(), O_CREAT | O_RDWR | O_TRUNC | O_CLOEXEC, 0600);
  dup2(file, STDERR_FILENO);
  {
    const auto forks = choose_strategy(paths::test_plugin_dir + "/raw.so#forks", {}, {Where::apart, {}})
                           .factory(site.columns.shown, 1, 0);
    for (int i = 1; i <= 500; ++i) {
      const evtwin_decision& decision = site.columns.blank_decision();
      forks->decide(site.columns.shown, site.columns.blank_decision());
      EXPECT_EQ(decision.evse_kw[0], i);
    }
    // The copy crashes in its own time.
    struct stat said {};
    while (fstat(file, &said) == 0 && said.st_size == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  dup2(kept, STDERR_FILENO);
  close(kept);
  close(file);
  std::ifstream stream(said_file);
  const std::string said{std::istreambuf_iterator<char>(stream), {}};
  EXPECT_EQ(said,
            "warning: strategy forks (raw.so): a process that it forked crashed, or came back from the call as "
            "well; it was ended\n");
  std::filesystem::remove(said_file);
}

TEST(Where, PluginsOfOthersHaveAProcessOfTheirOwn) {
  EmptySite site;
  const auto runs_here = [&](const std::string& id) {
    const auto strategy = choose_strategy(id, {}).factory(site.columns.shown, 1, 0);
    return dynamic_cast<IsolatedStrategy*>(strategy.get()) == nullptr;
  };
  EXPECT_TRUE(runs_here(paths::plugin_dir + "/baseline.so#edf"));
  EXPECT_FALSE(runs_here(probe + "dice"));
}

TEST(SharedView, ShowsEveryColumnAsItIs) {
  EmptySite site(4);
  ViewColumns& columns = site.columns;
  columns.horizon.start_ns = {1, 2, 3};
  for (auto* column : {&columns.horizon.pv_kw, &columns.horizon.load_kw, &columns.horizon.buy_per_kwh,
                       &columns.horizon.sell_per_kwh, &columns.horizon.co2_kg_per_kwh, &columns.horizon.contract_kw,
                       &columns.horizon.power_setpoint_kw, &columns.horizon.arrivals, &columns.horizon.arrivals_kwh}) {
    *column = {0.25, 0.5};
  }
  SharedView shared(columns.shown);
  columns.show_horizon();
  columns.view.n_connected = 2;
  columns.connected_evse = {1, 3};
  columns.soc[1] = 0.5;
  columns.view.pv_kw = 3.0;
  columns.so_far.import_kwh = 12.0;
  shared.show_view(columns.shown);
  const evtwin_view& a = columns.shown;
  const evtwin_view& b = shared.shown_view();
  EXPECT_EQ(b.pv_kw, 3.0);
  EXPECT_EQ(b.so_far->import_kwh, 12.0);
  for (const ColumnPlace& column : view_columns()) {
    const std::size_t n = length_of(column, a);
    ASSERT_EQ(length_of(column, b), n) << column.name;
    if (n == 0) continue;
    EXPECT_NE(column_of(column, a), column_of(column, b)) << column.name;
    if (column.cell == Cell::text) {
      const auto* in_a = static_cast<const char* const*>(column_of(column, a));
      const auto* in_b = static_cast<const char* const*>(column_of(column, b));
      for (std::size_t i = 0; i < n; ++i) EXPECT_STREQ(in_b[i], in_a[i]) << column.name;
    } else {
      EXPECT_EQ(std::memcmp(column_of(column, a), column_of(column, b), n * size_of(column.cell)), 0) << column.name;
    }
  }
}

TEST(PluginDescription, IsTheSameHereAndFromAChild) {
  const std::string file = paths::test_plugin_dir + "/probe.so";
  const PluginDescription here = describe_plugin(file, Look::here), child = describe_plugin(file, Look::child);
  ASSERT_EQ(child.strategies.size(), here.strategies.size());
  EXPECT_EQ(child.abi_digest, here.abi_digest);
  for (std::size_t s = 0; s < here.strategies.size(); ++s) {
    EXPECT_EQ(child.strategies[s].id, here.strategies[s].id);
    EXPECT_EQ(child.strategies[s].help, here.strategies[s].help);
    EXPECT_EQ(child.strategies[s].flags, here.strategies[s].flags);
    ASSERT_EQ(child.strategies[s].params.size(), here.strategies[s].params.size());
    for (std::size_t p = 0; p < here.strategies[s].params.size(); ++p) {
      EXPECT_EQ(child.strategies[s].params[p].range_text(), here.strategies[s].params[p].range_text());
      EXPECT_EQ(child.strategies[s].params[p].default_value(), here.strategies[s].params[p].default_value());
    }
  }
}

}  // namespace
}  // namespace evtwin::control
