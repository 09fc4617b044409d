// evtwin view as people start it: pictures without a display, tables, and one clear line for whatever is wrong.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "viewer/shell_headless/rasteriser.hpp"
#include "viewer/support/run_files.hpp"

namespace evtwin::viewer {
namespace {

namespace fs = std::filesystem;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class View : public testing::WithRuns {
 protected:
  /// One line that names the file and says what is wrong, status 1, no picture.
  void expect_refused(const std::string& file, const std::string& why) {
    const Said said = view({file, "--png", path("out.png"), "--exit"});
    EXPECT_EQ(said.status, 1) << said.err;
    EXPECT_THAT(said.err, StartsWith("error: "));
    EXPECT_THAT(said.err, HasSubstr(fs::path(file).filename().string()));
    EXPECT_THAT(said.err, HasSubstr(why));
    EXPECT_EQ(std::count(said.err.begin(), said.err.end(), '\n'), 1) << said.err;
    EXPECT_EQ(said.out, "");
    EXPECT_FALSE(fs::exists(path("out.png")));
    EXPECT_FALSE(fs::exists(path("out.png.part")));
  }
  void expect_usage_error(const std::vector<std::string>& arguments, const std::string& why) {
    const Said said = view(arguments);
    EXPECT_EQ(said.status, 2) << said.err;
    EXPECT_THAT(said.err, HasSubstr(why));
  }
};

TEST_F(View, MakesAPictureWithoutADisplay) {
  const std::string file = run_of("dc_v2g.lua");
  const Said said = view({file, "--png", path("out.png"), "--exit", "--size", "1024x700"});
  EXPECT_EQ(said.status, 0) << said.err;
  EXPECT_EQ(said.err, "");
  const shell::Image image = shell::read_png(path("out.png"));
  EXPECT_EQ(image.width, 1024);
  EXPECT_EQ(image.height, 700);
  std::vector<std::uint32_t> colours = image.rgba;
  std::sort(colours.begin(), colours.end());
  EXPECT_GT(std::unique(colours.begin(), colours.end()) - colours.begin(), 50) << "hardly anything is drawn";
}

TEST_F(View, MakesTheSamePictureEachTime) {
  const std::string file = run_of("dc_v2g.lua");
  for (const char* name : {"1.png", "2.png"})
    EXPECT_EQ(view({file, "--png", path(name), "--exit", "--lang", "ko", "--theme", "dark"}).status, 0);
  EXPECT_EQ(evtwin::testing::read_all(path("1.png")), evtwin::testing::read_all(path("2.png")));
}

TEST_F(View, WritesWhatThePowerPlotShowsAsATable) {
  const std::string file = run_of("dc_v2g.lua");
  const Said said = view({file, "--csv", path("power.csv"), "--exit"});
  EXPECT_EQ(said.status, 0) << said.err;
  EXPECT_THAT(evtwin::testing::read_all(path("power.csv")), HasSubstr("kW"));
}

TEST_F(View, PlaysAScriptFirst) {
  const std::string file = run_of("dc_v2g.lua");
  const std::string good = write("good.txt", "# dark, then a look at the help\nkey T; key f1; frames 2\n");
  EXPECT_EQ(view({file, "--script", good, "--png", path("played.png"), "--exit"}).status, 0);
  EXPECT_EQ(view({file, "--png", path("plain.png"), "--exit"}).status, 0);
  EXPECT_NE(evtwin::testing::read_all(path("played.png")), evtwin::testing::read_all(path("plain.png")));

  const std::string bad = write("bad.txt", "key T\nclick no.such\n");
  const Said said = view({file, "--script", bad, "--png", path("bad.png"), "--exit"});
  EXPECT_EQ(said.status, 1);
  EXPECT_THAT(said.err, StartsWith("error: step 2 'click no.such': 'no.such' is not on the screen (near it: "));
  EXPECT_FALSE(fs::exists(path("bad.png")));
}

TEST_F(View, RefusesAFileThatIsNotThere) { expect_refused(path("none.evtwin"), "No such file"); }

TEST_F(View, RefusesAFolder) {
  fs::create_directories(path("folder"));
  expect_refused(path("folder"), "folder");
}

TEST_F(View, RefusesAnEmptyFile) { expect_refused(write("empty.evtwin", ""), "empty"); }

TEST_F(View, RefusesFilesOfOthers) {
  expect_refused(write("text.evtwin", "this is no run file, however long it may be, and will never be one"),
                 "not an evtwin run file");
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(path("other.sqlite").c_str(), &database), SQLITE_OK);
  sqlite3_exec(database, "CREATE TABLE customers (name TEXT)", nullptr, nullptr, nullptr);
  sqlite3_close(database);
  expect_refused(path("other.sqlite"), "not an evtwin run file");
}

TEST_F(View, RefusesARunOfANewerVersion) {
  const std::string file = run_of("dc_v2g.lua");
  tamper(file, "PRAGMA user_version = 999");
  expect_refused(file, "999");
}

TEST_F(View, RefusesADamagedRun) {
  const std::string file = run_of("dc_v2g.lua");
  const auto size = fs::file_size(file);
  fs::copy_file(file, path("short.evtwin"));
  fs::resize_file(path("short.evtwin"), size / 2);
  expect_refused(path("short.evtwin"), "truncated or malformed");

  fs::copy_file(file, path("scribbled.evtwin"));
  std::fstream stream(path("scribbled.evtwin"), std::ios::in | std::ios::out | std::ios::binary);
  stream.seekp(8192);
  stream << std::string(size - 8192, '\xA5');
  stream.close();
  expect_refused(path("scribbled.evtwin"), "damaged data base");
}

TEST_F(View, RefusesARunWhoseRowsContradictEachOther) {
  const std::string file = run_of("dc_v2g.lua");
  tamper(file, "PRAGMA foreign_keys = OFF; UPDATE session SET evse = 777 WHERE id = 1");
  expect_refused(file, "malformed: table session, row 1");
}

TEST_F(View, ShowsARunThatIsStillBeingWritten) {
  const std::string file = run_of("dc_v2g.lua");
  tamper(file, "UPDATE run SET state = 'running', event_hash = NULL, events = NULL, wall_s = NULL; DELETE FROM kpi");
  const Said said = view({file, "--png", path("out.png"), "--exit"});
  EXPECT_EQ(said.status, 0) << said.err;
  EXPECT_TRUE(fs::exists(path("out.png")));
}

TEST_F(View, OfTwoRunsNamesTheOneThatIsWrong) {
  const std::string file = run_of("dc_v2g.lua");
  const Said said = view({file, path("none.evtwin"), "--png", path("out.png"), "--exit"});
  EXPECT_EQ(said.status, 1);
  EXPECT_THAT(said.err, HasSubstr("none.evtwin"));
  EXPECT_FALSE(fs::exists(path("out.png")));
}

TEST_F(View, WithoutADisplaySaysSoAndWhatCanBeDone) {
  const Said said = view({path("any.evtwin")});
  EXPECT_EQ(said.status, 1);
  EXPECT_THAT(said.err, StartsWith("error: no window can be opened ("));
  EXPECT_THAT(said.err, EndsWith("any.evtwin --png FILE --exit\n"));
}

TEST_F(View, APictureThatCanNotBeWrittenSaysSo) {
  const std::string file = run_of("dc_v2g.lua");
  const Said said = view({file, "--png", path("no/such/out.png"), "--exit"});
  EXPECT_EQ(said.status, 1);
  EXPECT_EQ(said.err, "error: " + path("no/such/out.png") + ": can not be written (No such file or directory)\n");
  const Said table = view({file, "--csv", path("no/such/out.csv"), "--exit"});
  EXPECT_EQ(table.status, 1);
  EXPECT_THAT(table.err, HasSubstr("out.csv"));
  EXPECT_EQ(std::count(table.err.begin(), table.err.end(), '\n'), 1) << table.err;
}

TEST_F(View, UsageErrorsSayWhatWouldBeRight) {
  const std::string file = write("any.evtwin", "x");
  expect_usage_error({}, "RUN is required");
  expect_usage_error({file, "--size", "10"}, "'10' must be WIDTHxHEIGHT in pixels, as in 1440x900");
  expect_usage_error({file, "--size", "1440x90000"}, "must be WIDTHxHEIGHT");
  expect_usage_error({file, "--lang", "de"}, "{en,ko}");
  expect_usage_error({file, "--scale", "7"}, "--scale");
  expect_usage_error({file, "--headless"}, "--headless: needs something to do: --png, --csv or --script");
  expect_usage_error({file, "--script", path("none.txt")}, "none.txt: can not be read");
  expect_usage_error({file, "--png", file, "--exit"}, "any.evtwin is one of the runs");
  EXPECT_EQ(evtwin::testing::read_all(file), "x");
}

TEST_F(View, ATimeThatIsNoneIsAUsageError) {
  const std::string file = run_of("dc_v2g.lua");
  expect_usage_error({file, "--t", "noon", "--png", path("out.png"), "--exit"}, "noon");
  expect_usage_error({file, "--window", "wide", "--png", path("out.png"), "--exit"}, "wide");
  EXPECT_FALSE(fs::exists(path("out.png")));
}

TEST_F(View, IsNamedByTheProgramsHelp) {
  EXPECT_THAT(run({"--help"}).out, HasSubstr("view"));
  const Said help = view({"--help"});
  EXPECT_EQ(help.status, 0);
  EXPECT_THAT(help.out, HasSubstr("--png"));
  EXPECT_THAT(view({"--version"}).out, StartsWith("evtwin-view 0."));
}

}  // namespace
}  // namespace evtwin::viewer
