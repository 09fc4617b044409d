// Forecasters from the command line: what a file says of them, what they are tried on, and the line that is left where
// one ends the program, in whose process it runs.
#include <evtwin/forecaster.h>
#include <gmock/gmock.h>

#include <algorithm>

#include "cli/command.hpp"
#include "support/paths.hpp"
#include "support/sweep.hpp"

namespace evtwin::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class ForecasterPlugin : public Command {
 protected:
  const std::string shipped_ = paths::plugin_dir + "/forecast.so";
  const std::string zoo_ = paths::zoo_dir + "/forecasters/";
  const std::string week_ = source_dir + "/scenarios/workplace_week.lua";

  /// lp looks ahead, so it asks for forecasts.
  Said foresee_with(const std::string& file, const std::string& key = "forecast_load") const {
    return run(
        {"run", week_, "--days", "1", "--strategy", "lp", "--change", key + "=" + file, "-o", path("run.evtwin")});
  }
};

TEST_F(ForecasterPlugin, InfoShowsWhatAFileForesees) {
  const Said said = run({"plugin", "info", shipped_, "--json"});
  ASSERT_EQ(said.status, 0) << said.err;
  const auto json = said.json();
  EXPECT_TRUE(json.at("strategies").empty());
  EXPECT_TRUE(json.at("abi_digest").is_null());
  EXPECT_EQ(json.at("forecaster_abi_digest"), EVTWIN_FORECASTER_ABI_DIGESTS);
  EXPECT_EQ(json.at("forecaster_abi_minor"), EVTWIN_FORECASTER_ABI_MINOR);
  bool found = false;
  for (const auto& forecaster : json.at("forecasters")) {
    if (forecaster.at("id") != "seasonal-naive") continue;
    found = true;
    EXPECT_EQ(forecaster.at("foresees"), (nlohmann::json{"pv", "load", "arrivals", "arrivals_kwh", "price"}));
    EXPECT_EQ(forecaster.at("params").at(0).at("id"), "days");
  }
  EXPECT_TRUE(found);
  const Said text = run({"plugin", "info", zoo_ + "prints.so"});
  EXPECT_EQ(text.status, 0);
  EXPECT_EQ(text.err, "");
  EXPECT_THAT(text.out, HasSubstr(std::string("forecaster.h ") + std::string(EVTWIN_FORECASTER_ABI_DIGESTS, 12)));
  EXPECT_THAT(text.out, HasSubstr("1 forecaster\n"));
  EXPECT_THAT(text.out, HasSubstr("It foresees load."));
}

TEST_F(ForecasterPlugin, CheckAndListTakeALibraryOfForecastersForSound) {
  const Said checked = run({"check", shipped_});
  EXPECT_EQ(checked.status, 0) << checked.err;
  EXPECT_THAT(checked.out, HasSubstr("a sound plugin with these forecasters"));
  EXPECT_THAT(checked.out, HasSubstr("seasonal-naive: "));

  std::filesystem::create_directory(path("mine"));
  std::filesystem::copy_file(zoo_ + "knows_no_spread.so", path("mine/it.so"));
  const auto list = [&](const std::vector<std::string>& more) {
    std::vector<std::string> words{"plugin", "list"};
    words.insert(words.end(), more.begin(), more.end());
    return run(words, [this] { setenv("EVTWIN_PLUGIN_PATH", path("mine").c_str(), 1); });
  };
  const auto json = list({"--json"}).json();
  EXPECT_TRUE(json.at("problems").empty());
  EXPECT_EQ(json.at("forecasters").at(0).at("id"), "knows-no-spread");
  EXPECT_EQ(json.at("forecasters").at(0).at("foresees"), nlohmann::json{"load"});
  for (const auto& strategy : json.at("strategies")) EXPECT_THAT(strategy.at("file"), Not(HasSubstr("it.so")));
  const Said table = list({});
  EXPECT_EQ(table.err, "");
  EXPECT_THAT(table.out, HasSubstr("\nforecaster "));
  EXPECT_THAT(table.out, HasSubstr("\nknows-no-spread "));
}

TEST_F(ForecasterPlugin, AFileThatHoldsBothIsShownWithBoth) {
  const std::string both = paths::test_plugin_dir + "/holds_both.so";
  const auto json = run({"plugin", "info", both, "--json"}).json();
  EXPECT_EQ(json.at("abi_digest"), EVTWIN_ABI_DIGEST);
  EXPECT_EQ(json.at("forecaster_abi_digest"), EVTWIN_FORECASTER_ABI_DIGESTS);
  EXPECT_EQ(json.at("strategies").at(0).at("name"), "Offering");
  EXPECT_FALSE(json.at("strategies").at(0).contains("foresees"));
  EXPECT_EQ(json.at("forecasters").at(0).at("foresees"), (nlohmann::json{"pv", "price"}));
  EXPECT_THAT(run({"plugin", "info", both}).out, HasSubstr("1 strategy and 1 forecaster\n"));
  EXPECT_THAT(run({"check", both}).out, HasSubstr("these strategies and forecasters"));
}

TEST_F(ForecasterPlugin, PluginCheckNamesForecasterAndQuantity) {
  const Said failed = run({"plugin", "check", zoo_ + "crosses_quantiles.so"});
  EXPECT_EQ(failed.status, 3);
  EXPECT_THAT(failed.out, HasSubstr("crosses-quantiles load"));
  EXPECT_THAT(failed.out, HasSubstr("its quantiles cross"));
  const Said passed = run({"plugin", "check", zoo_ + "knows_no_spread.so#knows-no-spread", "--json"});
  EXPECT_EQ(passed.status, 0) << passed.out;
  const auto json = passed.json();
  EXPECT_TRUE(json.at("strategies").empty());
  EXPECT_EQ(json.at("forecasters"), nlohmann::json{"knows-no-spread"});
  const auto& timing = json.at("forecast_timing");
  ASSERT_EQ(timing.size(), 1U);
  EXPECT_EQ(timing.at(0).at("quantity"), "load");
  for (const auto& check : json.at("checks")) {
    if (check.at("name") != "answers") continue;
    EXPECT_EQ(check.at("forecaster"), "knows-no-spread");
    EXPECT_EQ(check.at("quantity"), "load");
    EXPECT_EQ(check.at("strategy"), "");
  }
}

TEST_F(ForecasterPlugin, LayoutHasTheStructsOfBothHeaders) {
  const auto json = run({"plugin", "layout", "--json"}).json();
  EXPECT_EQ(json.at("forecaster_abi_digest"), EVTWIN_FORECASTER_ABI_DIGESTS);
  EXPECT_EQ(json.at("constants").at("EVTWIN_QUANTITY_ARRIVALS_KWH"), EVTWIN_QUANTITY_ARRIVALS_KWH);
  bool found = false;
  for (const auto& known : json.at("structs")) {
    if (known.at("name") != "evtwin_history") continue;
    EXPECT_EQ(known.at("header"), "forecaster.h");
    const auto& values = known.at("fields").back();
    found = values.at("name") == "values";
    EXPECT_EQ(values.at("count"), EVTWIN_QUANTITIES);
    EXPECT_EQ(values.at("offset"), offsetof(evtwin_history, values));
    EXPECT_EQ(values.at("of"), "f64");
  }
  EXPECT_TRUE(found);
}

// ---- It runs in the program's own process. ----

TEST_F(ForecasterPlugin, OneThatEndsTheProgramIsNamedWithCallAndSignal) {
  for (const auto& [animal, words] : {std::pair{"segfaults", "forecast crashed: signal 11 (Segmentation fault)"},
                                      {"exits", "forecast called exit(0)"}}) {
    const Said said = foresee_with(zoo_ + animal + ".so");
    EXPECT_EQ(said.status, 1) << animal;
    EXPECT_THAT(said.err, HasSubstr("error: forecaster " + std::string(animal) + " (" + animal + ".so): " + words));
    EXPECT_THAT(said.err, HasSubstr("forecasters run in evtwin's own process"));
    EXPECT_THAT(said.err, Not(HasSubstr("--isolate")));
    EXPECT_EQ(std::count(said.err.begin(), said.err.end(), '\n'), 1) << said.err;
  }
}

TEST_F(ForecasterPlugin, OneLineIsSaidWhereSeveralThreadsCrashAtOnce) {
  for (int again = 0; again < 5; ++again) {
    const Said said = run({"compare", week_, "--days", "1", "--strategies", "lp,milp", "--threads", "2", "--change",
                           "forecast_load=" + zoo_ + "segfaults.so"});
    EXPECT_EQ(said.status, 1);
    const std::size_t first = said.err.find("forecast crashed");
    ASSERT_NE(first, std::string::npos) << said.err;
    EXPECT_EQ(said.err.find("forecast crashed", first + 1), std::string::npos) << said.err;
  }
}

TEST_F(ForecasterPlugin, OneThatThrowsOrForeseesWhatCanNotBeEndsTheRunInOneLine) {
  for (const auto& [animal, words] :
       {std::pair{"throws", "forecast failed: the matrix is singular"},
        {"foresees_negative", "it foresaw a mean of -0.5; a number from 0 to 1e9 is due"}}) {
    const Said said = foresee_with(zoo_ + animal + ".so");
    EXPECT_EQ(said.status, 1) << animal;
    EXPECT_THAT(said.err, HasSubstr(words));
    EXPECT_THAT(said.err, HasSubstr(std::string(animal) + ".so"));
    EXPECT_EQ(std::count(said.err.begin(), said.err.end(), '\n'), 1) << said.err;
  }
}

// What it does to the process harms the run that goes on in it: the run ends, and says who did what. Late: after a
// hundred forecasts, every quarter of an hour.
TEST_F(ForecasterPlugin, OneThatChangesTheProcessLateEndsTheRunWithItsName) {
  for (const auto& [animal, words] : {std::pair{"late_locale", "it changed the process: 'locale C.UTF-8' was 'locale"},
                                      {"late_closes", "it closed file descriptors of its host"},
                                      {"late_flushes", "it made this process take very small numbers for 0"},
                                      {"late_zone", "environment TZ=Pacific/Auckland"}}) {
    const Said said = run({"run", week_, "--days", "2", "--strategy", "lp", "--change",
                           "forecast_load=" + zoo_ + animal + ".so", "--change", "forecast_period_min=15"});
    EXPECT_EQ(said.status, 1) << animal;
    std::string id = animal;
    std::replace(id.begin(), id.end(), '_', '-');
    EXPECT_THAT(said.err, HasSubstr("forecaster " + id + " (" + animal + ".so): forecast failed: "));
    EXPECT_THAT(said.err, HasSubstr(words));
    if (sanitized) break;
  }
}

TEST_F(ForecasterPlugin, ACopyThatItForksIsEndedAndTheRunIsWhole) {
  const Said said = run({"run", week_, "--days", "2", "--strategy", "lp", "--change",
                         "forecast_load=" + zoo_ + "late_forks.so", "--change", "forecast_period_min=15", "--json"});
  EXPECT_EQ(said.status, 0) << said.err;
  EXPECT_THAT(said.err, HasSubstr("warning: forecaster late-forks (late_forks.so): forecast forked, and the new "
                                  "process came back from the call as well: it was ended"));
  EXPECT_GT(said.json().at("decisions"), 0);  // one document: one process wrote
}

// Asked 192 times in two days, it warns a thousand times each after the first hundred.
TEST_F(ForecasterPlugin, AWarningIsShownOnceAndIsAnEventOfItsIssueInTheRunFile) {
  const Said said =
      run({"run", week_, "--days", "2", "--strategy", "lp", "--change", "forecast_load=" + zoo_ + "late_reports.so",
           "--change", "forecast_period_min=15", "-o", path("run.evtwin")});
  ASSERT_EQ(said.status, 0) << said.err;
  const std::string_view words = "warning: forecaster late-reports (late_reports.so) says: and another thing\n";
  const std::size_t first = said.err.find(words);
  ASSERT_NE(first, std::string::npos) << said.err;
  EXPECT_EQ(said.err.find(words, first + 1), std::string::npos) << said.err;

  // A hundred of a decision are recorded.
  const auto told = query(path("run.evtwin"),
                          "SELECT count(*) AS issues, min(n) AS least, max(n) AS most FROM (SELECT count(*) AS n FROM "
                          "event WHERE kind = 'forecast_warning' AND text = 'and another thing' GROUP BY time_ns)");
  EXPECT_EQ(told.at(0).at("issues"), "92");
  EXPECT_EQ(told.at(0).at("least"), "100");
  EXPECT_EQ(told.at(0).at("most"), "100");
  const auto rest = query(path("run.evtwin"), "SELECT text FROM event WHERE kind = 'strategy_warning'");
  ASSERT_EQ(rest.size(), 1U);
  EXPECT_THAT(rest.at(0).at("text"), HasSubstr("82800 more remarks are not recorded"));
}

TEST_F(ForecasterPlugin, AFolderThatLoadingMovesIsRefused) {
  const Said moved = foresee_with(zoo_ + "changes_folder.so");
  EXPECT_EQ(moved.status, 1);
  EXPECT_THAT(moved.err, HasSubstr("when it was loaded, it changed the process: 'working folder /' was"));
}

TEST_F(ForecasterPlugin, AQuantityThatItDoesNotForeseeIsRefused) {
  const Said said = foresee_with(zoo_ + "takes_any_quantity.so", "forecast_pv");
  EXPECT_EQ(said.status, 1);
  EXPECT_THAT(said.err, HasSubstr("it foresees load, not pv"));
}

// ---- A project to start from; tests/package builds and runs it. ----

TEST_F(ForecasterPlugin, NewWritesAProjectUnderAFreeId) {
  const auto make = [&](const std::vector<std::string>& arguments) {
    std::vector<std::string> all{"plugin", "new"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    return run(all, [this] { EXPECT_EQ(chdir(folder_.c_str()), 0); });
  };
  const Said made = make({"my_view", "--forecaster"});
  EXPECT_EQ(made.status, 0) << made.err;
  EXPECT_THAT(made.out, HasSubstr("--strategy lp --change forecast=./build/libmy_view.so"));
  const std::string source = read_all(path("my_view/my_view.cpp"));
  EXPECT_THAT(source, HasSubstr("\"my-view\", \"my_view\""));
  EXPECT_THAT(source, HasSubstr("EVTWIN_FORECASTERS("));
  const Said taken = make({"seasonal-naive", "--forecaster"});
  EXPECT_EQ(taken.status, 1);
  EXPECT_THAT(taken.err, HasSubstr("is the id of an installed forecaster"));
  EXPECT_EQ(make({"edf", "--forecaster"}).status, 0);  // a strategy's id is free for a forecaster
  const Said in_c = make({"other", "--forecaster", "--lang", "c"});
  EXPECT_EQ(in_c.status, 2);
  EXPECT_THAT(in_c.err, HasSubstr("--lang"));
}

}  // namespace
}  // namespace evtwin::testing
