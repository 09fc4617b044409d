// What a scenario may read, what comes of files of strangers, and the scenarios that are shipped.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "scenario/folder.hpp"
#include "scenario/scenario_folder.hpp"
#include "support/paths.hpp"

namespace evtwin::scenario::testing {
namespace {

constexpr const char* sessions_csv = "arrival,departure,energy_kwh,evse\n2025-06-02 08:00,2025-06-02 12:00,8,A-1\n";

std::string with_sessions(const std::string& lua_path) { return scenario_text("", "arrivals = sessions " + lua_path); }

class LanguageFiles : public ::testing::Test {
 protected:
  LanguageFiles() { folder = std::filesystem::path(inside.write("ok.csv", sessions_csv)).parent_path(); }
  std::string error(const std::string& lua_path) { return load_error(inside, with_sessions(lua_path)); }

  TemporaryFolder inside;
  TemporaryFolder outside;
  std::filesystem::path folder;
};

TEST_F(LanguageFiles, FilesOfTheScenariosFolderAreRead) {
  std::filesystem::create_directory(folder / "sub");
  std::filesystem::copy_file(folder / "ok.csv", folder / "sub/deep.csv");
  EXPECT_EQ(error("'ok.csv'"), "accepted");
  EXPECT_EQ(error("'./ok.csv'"), "accepted");
  EXPECT_EQ(error("'sub/deep.csv'"), "accepted");
}

TEST_F(LanguageFiles, NothingElseIs) {
  const std::string secret = outside.write("secret.csv", sessions_csv);
  std::filesystem::create_symlink(secret, folder / "link.csv");
  std::filesystem::create_directory_symlink(std::filesystem::path(secret).parent_path(), folder / "linked");
  ASSERT_EQ(mkfifo((folder / "pipe.csv").c_str(), 0600), 0);
  EXPECT_NE(error("'" + secret + "'").find("absolute path"), std::string::npos);
  EXPECT_NE(error("'../x/secret.csv'").find("out of the scenario's folder"), std::string::npos);
  EXPECT_NE(error("'sub/../../secret.csv'").find("out of the scenario's folder"), std::string::npos);
  EXPECT_NE(error("'link.csv'").find("symbolic link"), std::string::npos);
  EXPECT_NE(error("'linked/secret.csv'").find("symbolic link"), std::string::npos);
  EXPECT_NE(error("'pipe.csv'").find("pipe or device"), std::string::npos);
  EXPECT_NE(error("'.'").find("is a folder"), std::string::npos);
  EXPECT_NE(error("''").find("empty"), std::string::npos);
  EXPECT_NE(error("'ok.csv\\0.txt'").find("ok.csv"), std::string::npos);
  EXPECT_NE(error("'none.csv'").find("'none.csv' is not there"), std::string::npos);
}

// A path given by --set is the user's own; the scenario can not turn another path into one.
TEST_F(LanguageFiles, APathOfTheCommandLineMayLieAnywhere) {
  const std::string own = outside.write("own.csv", sessions_csv);
  const std::string other = outside.write("other.csv", sessions_csv);
  LoadOptions options = options_with_library();
  options.set["file"] = own;
  EXPECT_EQ(load_error(inside, with_sessions("(param('file', 'ok.csv'))"), options), "accepted");
  EXPECT_NE(load_error(inside, "local own = param('file', '')\n" + with_sessions("'" + other + "'"), options)
                .find("absolute path"),
            std::string::npos);
}

TEST_F(LanguageFiles, ModulesComeFromTheLibraryAndThenFromTheFolder) {
  inside.write("mine.lua", "return { load = 3 }");
  const LoadedScenario loaded =
      load_scenario(inside.write("m.lua", "local mine = require 'mine'\nlocal korea = require 'calendars.korea'\n" +
                                              scenario_text("load = mine.load, holidays = korea.holidays")),
                    options_with_library());
  EXPECT_EQ(std::get<double>(loaded.world.sites[0].load_kw), 3.0);
  EXPECT_FALSE(loaded.world.sites[0].tariff.holidays.empty());
  EXPECT_NE(load_error(inside, "require 'tariffs.kepco_eu'").find("did you mean tariffs.kepco_ev?"), std::string::npos);
  EXPECT_NE(load_error(inside, "require '../../etc/passwd'").find("no module name"), std::string::npos);
  EXPECT_NE(load_error(inside, "require 'tariffs..kepco_ev'").find("no module name"), std::string::npos);
}

TEST_F(LanguageFiles, TheTextOfAScenarioIsBoundedAndUtf8) {
  EXPECT_NE(load_error(inside, std::string((std::size_t{4} << 20) + 1, ' ')).find("size above 4 MiB"),
            std::string::npos);
  EXPECT_NE(load_error(inside, "\n-- \xC1\xD6\n").find("test.lua:2: text that is not UTF-8"), std::string::npos);
  EXPECT_NE(load_error(inside, std::string("return\n\0", 8)).find("test.lua:2: a NUL byte"), std::string::npos);
  EXPECT_NE(load_error(inside, "\x1BLua").find("bytecode"), std::string::npos);
  EXPECT_NE(load_error(inside, " \n\t").find("empty"), std::string::npos);
  EXPECT_NE(load_error(inside, "local s = 1").find("returns nothing"), std::string::npos);
  EXPECT_NE(load_error(inside, "return { start = 1 }").find("return scenario"), std::string::npos);
  EXPECT_EQ(load_error(inside, "\xEF\xBB\xBF" + scenario_text()), "accepted");
}

TEST_F(LanguageFiles, EvsesOfASessionFileAreItsStations) {
  inside.write("two.csv",
               "arrival,departure,energy_kwh,evse\n2025-06-02 08:00,2025-06-02 12:00,8,north\n2025-06-02 "
               "09:00,2025-06-02 12:00,8,south\n2025-06-02 13:00,2025-06-02 14:00,2,north\n");
  const std::string text =
      "return scenario { start = 'from_sessions', days = 'from_sessions', timezone = 'Asia/Seoul', arrivals = sessions "
      "'two.csv',\n"
      "site { stations = from_sessions('two.csv', { kw = 7, min_a = 8 }) } }";
  const twin::World world = load_scenario(inside.write("two.lua", text), options_with_library()).world;
  ASSERT_EQ(world.sites[0].evses.size(), 2U);
  EXPECT_EQ(world.sites[0].evses[0].id, "north");
  EXPECT_EQ(world.sites[0].evses[1].min_a, 8.0);
  EXPECT_EQ(world.calendar.format_local(world.start_ns), "2025-06-02 00:00");
  EXPECT_EQ(world.days, 1);
}

TEST_F(LanguageFiles, AnEvseOfASessionFileMayDifferFromTheOthers) {
  inside.write("two.csv",
               "arrival,departure,energy_kwh,evse\n2025-06-02 08:00,2025-06-02 12:00,8,north\n2025-06-02 "
               "09:00,2025-06-02 10:00,48,fast one\n");
  const auto text = [](const std::string& except) {
    return "return scenario { start = 'from_sessions', days = 'from_sessions', timezone = 'Asia/Seoul', arrivals = "
           "sessions 'two.csv',\nsite { stations = from_sessions('two.csv', { kw = 7, min_a = 8, except = " +
           except + " }) } }";
  };
  const auto load = [&](const std::string& except) {
    return load_scenario(inside.write("two.lua", text(except)), options_with_library()).world;
  };
  const twin::World world = load("{ ['fast one'] = { kind = 'dc', kw = 50 } }");
  ASSERT_EQ(world.sites[0].evses.size(), 2U);
  for (const physics::Evse& evse : world.sites[0].evses) {
    const bool fast = evse.id == "fast one";
    EXPECT_DOUBLE_EQ(physics::rated_kw(evse), fast ? 50.0 : 7.0) << evse.id;
    EXPECT_EQ(evse.min_a, fast ? 0.0 : 8.0) << evse.id;
  }

  const auto error = [&](const std::string& except) { return load_error(inside, text(except)); };
  EXPECT_THAT(error("{ ['fast on'] = { kw = 7 } }"), testing::HasSubstr("did you mean fast one?"));
  EXPECT_THAT(error("{ north = { kw = 7, name = 'N' } }"),
              testing::HasSubstr("from_sessions.except.north.name comes from the file"));
  EXPECT_THAT(error("{ north = { kw = 7, except = {} } }"), testing::HasSubstr("except.north.except"));
  EXPECT_THAT(error("{ north = 7 }"), testing::HasSubstr("takes EVSEs by id"));
  EXPECT_THAT(error("{ { kw = 7 } }"), testing::HasSubstr("takes EVSEs by id"));
  EXPECT_THAT(error("{ [8] = { kw = 7 } }"), testing::HasSubstr("[\"8\"], not [8]"));
}

// The scenario's own folder, not the place it is started from, decides.
TEST(ShippedScenarios, AllOfThemLoadAndOnlyTheirDocumentedFlagsAppear) {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(paths::source_dir + "/scenarios")) {
    const std::string name = entry.path().filename().string();
    if (name.ends_with(".lua") && !name.ends_with(".d.lua")) files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  EXPECT_GE(files.size(), 5U);
  for (const std::string& file : files) {
    const LoadedScenario loaded = load_scenario(file, options_with_library());
    EXPECT_FALSE(loaded.world.sites.empty()) << file;
    EXPECT_FALSE(loaded.world.scenario_text.empty()) << file;
  }
}

TEST_F(LanguageFiles, TheLeastAnOwnerTakesIsTheFilesOrElseTheScenarios) {
  inside.write("paid.csv",
               "arrival,departure,energy_kwh,evse,v2g_min_price_per_kwh\n"
               "2025-06-02 08:00,2025-06-02 09:00,8,A-1,0.4\n2025-06-02 10:00,2025-06-02 11:00,8,A-1,\n"
               "2025-06-02 12:00,2025-06-02 13:00,8,A-1,0\n");
  const auto prices = [&](const std::string& arguments) {
    const std::string text = scenario_text("", "arrivals = sessions { 'paid.csv'" + arguments + " }");
    const twin::World world = load_scenario(inside.write("s.lua", text), {}).world;
    std::vector<double> all;
    for (const demand::Visit& visit : std::get<demand::Recorded>(*world.sites[0].arrivals[0]).visits)
      all.push_back(visit.v2g_min_price_per_kwh);
    return all;
  };
  EXPECT_EQ(prices(""), (std::vector<double>{0.4, 0.0, 0.0}));
  EXPECT_EQ(prices(", v2g_min_price_per_kwh = 0.1"), (std::vector<double>{0.4, 0.1, 0.0}));
  EXPECT_EQ(prices(", v2g_min_price_per_kwh = 0"), (std::vector<double>{0.4, 0.0, 0.0}));
  const double drawn = prices(", v2g_min_price_per_kwh = uniform { 0.2, 0.3 }")[1];
  EXPECT_TRUE(drawn >= 0.2 && drawn <= 0.3) << drawn;
}

TEST(ShippedScenarios, TheTemplateOfInitLoads) {
  const LoadedScenario loaded = load_text(example_scenario());
  EXPECT_EQ(loaded.world.currency, "KRW");
  EXPECT_EQ(loaded.world.sites[0].evses.size(), 8U);
}

TEST(ShippedScenarios, RealSessionsTakeEveryFileOfAcnData) {
  for (const char* name : {"acn_caltech_2019-05", "acn_caltech_2019-09", "acn_jpl_2019-05", "acn_jpl_2019-09"}) {
    const std::string file = shared_file(std::string("data/sessions/") + name + ".csv.gz");
    if (!std::filesystem::exists(file)) GTEST_SKIP() << file << " is not there";
    LoadOptions options = options_with_library();
    options.set["sessions"] = file;
    const twin::World world = load_scenario(paths::source_dir + "/scenarios/real_sessions.lua", options).world;
    const auto& recorded = std::get<demand::Recorded>(*world.sites[0].arrivals[0]);
    EXPECT_GT(recorded.visits.size(), 3000U) << name;
    EXPECT_GE(world.days, 122) << name;
    EXPECT_GE(world.sites[0].evses.size(), 50U) << name;
  }
}

}  // namespace
}  // namespace evtwin::scenario::testing
