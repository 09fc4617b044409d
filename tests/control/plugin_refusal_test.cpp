// What the host says of plugins that do not fit, and of parameters that are wrong.
#include <dlfcn.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "control/empty_site.hpp"
#include "control/plugin_library.hpp"
#include "control/strategy_choice.hpp"
#include "control/view.hpp"
#include "support/paths.hpp"

namespace evtwin::control {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

template <class F>
std::string refusal(F&& call) {
  try {
    call();
  } catch (const StrategyError& error) {
    return error.what();
  }
  return "accepted";
}

std::string opening(const std::string& name) {
  return refusal([&] { PluginLibrary::open_library(paths::test_plugin_dir + "/" + name); });
}

const std::string baseline = paths::plugin_dir + "/baseline.so";

std::string choosing(const std::string& id, const TextParams& params) {
  return refusal([&] { choose_strategy(baseline + "#" + id, params); });
}

TEST(PluginLibrary, RefusesWhatDoesNotFitAndSaysWhy) {
  EXPECT_THAT(opening("none.so"), HasSubstr("no such file"));
  EXPECT_THAT(opening("bad_symbol.so"), AllOf(HasSubstr("bad_symbol.so"), HasSubstr("evtwin_strategy_entry")));
  EXPECT_THAT(opening("bad_major.so"), AllOf(HasSubstr("ABI 1"), HasSubstr("rebuild")));
  EXPECT_THAT(opening("bad_minor.so"), AllOf(HasSubstr("ABI 0."), HasSubstr("update evtwin")));
  EXPECT_THAT(opening("bad_digest.so"), HasSubstr("another strategy.h"));
  EXPECT_THAT(opening("bad_short.so"), HasSubstr("8 bytes"));
  EXPECT_THAT(refusal([] { PluginLibrary::open_library(paths::source_dir + "/CMakeLists.txt"); }),
              HasSubstr("not a loadable shared object"));
}

TEST(PluginLibrary, RefusesWhatIsNoFileOrNoSharedObject) {
  EXPECT_THAT(refusal([] { PluginLibrary::open_library(paths::test_plugin_dir); }), HasSubstr("no such file"));
  // A bare name is a file here, not a library of the system.
  EXPECT_THAT(refusal([] { PluginLibrary::open_library("libc.so.6"); }), HasSubstr("no such file"));
  const std::string empty = ::testing::TempDir() + "evtwin_empty.so";
  std::ofstream{empty};
  EXPECT_THAT(refusal([&] { PluginLibrary::open_library(empty); }),
              AllOf(HasSubstr("evtwin_empty.so"), HasSubstr("not a loadable shared object")));
}

TEST(PluginLibrary, AMissingSymbolShowsWhenThePluginIsOpened) {
  EXPECT_THAT(opening("bad_undefined.so"), AllOf(HasSubstr("undefined symbol"), HasSubstr("evtwin_of_nowhere")));
}

TEST(PluginLibrary, RefusesAnEntryWithHoles) {
  EXPECT_THAT(opening("bad_no_create.so"), HasSubstr("lacks the function info or create"));
  EXPECT_THAT(opening("bad_no_info.so"), HasSubstr("strategy number 1 is missing"));
}

TEST(PluginLibrary, AcceptsAnOlderMinorVersion) { EXPECT_EQ(opening("bad_older.so"), "accepted"); }

TEST(PluginLibrary, ARefusedPluginDoesNotStayLoaded) {
  const std::string file = paths::test_plugin_dir + "/bad_digest.so";
  ASSERT_NE(opening("bad_digest.so"), "accepted");
  EXPECT_EQ(dlopen(file.c_str(), RTLD_NOW | RTLD_NOLOAD), nullptr);
}

TEST(PluginLibrary, BaselineHoldsItsElevenStrategies) {
  std::vector<std::string> ids;
  const auto library = PluginLibrary::open_library(baseline);
  for (const evtwin_info* info : library->strategy_infos()) ids.emplace_back(info->id);
  EXPECT_THAT(ids, ::testing::UnorderedElementsAre("asap", "alap", "fcfs", "lcfs", "edf", "llf", "lrpt", "round-robin",
                                                   "equal-share", "price-threshold", "price-mean"));
}

TEST(PluginLibrary, ParametersAreCheckedAgainstTheTable) {
  EXPECT_EQ(choosing("alap", {{"margin_min", "5"}}), "accepted");
  EXPECT_THAT(choosing("alap", {{"margin", "5"}}), AllOf(HasSubstr("no parameter 'margin'"), HasSubstr("margin_min")));
  EXPECT_THAT(choosing("alap", {{"margin_min", "-5"}}),
              AllOf(HasSubstr("margin_min"), HasSubstr("from"), HasSubstr("-5")));
  EXPECT_THAT(choosing("alap", {{"margin_min", "5 min"}}), HasSubstr("5 min"));
  EXPECT_THAT(choosing("alap", {{"margin_min", "nan"}}), HasSubstr("nan"));
  EXPECT_THAT(choosing("price-threshold", {{"v2g", "perhaps"}}), HasSubstr("true or false"));
  EXPECT_THAT(choosing("edff", {}), AllOf(HasSubstr("edff"), HasSubstr("edf")));
}

TEST(PluginLibrary, AThrowingPluginIsNamedWithCallAndReason) {
  EmptySite site;
  const auto make = [&](const std::string& name) {
    return choose_strategy(paths::test_plugin_dir + "/" + name, {}).factory(site.columns.view, 1, 0);
  };
  EXPECT_THAT(refusal([&] { make("bad_create.so"); }),
              AllOf(HasSubstr("bad_create.so"), HasSubstr("create"), HasSubstr("no licence for this site")));
  const auto throws = make("bad_decide.so");
  EXPECT_THAT(refusal([&] { throws->decide(site.columns.view, site.columns.blank_decision()); }),
              AllOf(HasSubstr("bad_decide.so"), HasSubstr("decide"), HasSubstr("the solver gave up")));
  const auto overruns = make("bad_overrun.so");
  EXPECT_THAT(refusal([&] { overruns->decide(site.columns.view, site.columns.blank_decision()); }),
              AllOf(HasSubstr("bad_overrun.so"), HasSubstr("decide wrote outside its decision column")));
}

}  // namespace
}  // namespace evtwin::control
