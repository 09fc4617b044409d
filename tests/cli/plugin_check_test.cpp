// evtwin plugin check from the command line: exit statuses, tables, JSON.
#include <gmock/gmock.h>

#include <set>

#include "cli/command.hpp"
#include "support/paths.hpp"

namespace evtwin::testing {
namespace {

using ::testing::HasSubstr;

class PluginCheck : public Command {
 protected:
  const std::string baseline_ = paths::plugin_dir + "/baseline.so";
  const std::string zoo_ = paths::zoo_dir;
};

TEST_F(PluginCheck, PassesAShippedStrategyAndTimesIt) {
  const Said said = run({"plugin", "check", baseline_ + "#edf", "--json"});
  ASSERT_EQ(said.status, 0) << said.err << said.out;
  const auto json = said.json();
  EXPECT_EQ(json.at("file"), baseline_);
  EXPECT_EQ(json.at("strategies"), nlohmann::json::array({"edf"}));
  std::set<std::string> names;
  for (const auto& check : json.at("checks")) {
    EXPECT_TRUE(check.at("pass").get<bool>()) << check.dump();
    EXPECT_EQ(check.at("why"), "");
    EXPECT_TRUE(check.at("strategy") == "edf" || check.at("strategy") == "");
    names.insert(check.at("name").get<std::string>());
  }
  EXPECT_EQ(names.size(), json.at("checks").size());
  ASSERT_EQ(json.at("timing").size(), 3U);
  EXPECT_EQ(json.at("timing")[2].at("evses"), 1000);
}

TEST_F(PluginCheck, FailsAnAnimalWithStatusThreeAndItsReason) {
  const Said table = run({"plugin", "check", zoo_ + "/answers_huge.so"});
  EXPECT_EQ(table.status, 3);
  EXPECT_THAT(table.out, HasSubstr("1e+300 kW for EVSE"));
  EXPECT_THAT(table.out, HasSubstr("FAIL"));
  const Said json = run({"plugin", "check", zoo_ + "/prints.so", "--json"});
  EXPECT_EQ(json.status, 3);
  EXPECT_FALSE(json.json().at("passed").get<bool>());  // what the plugin prints is not in the document
}

TEST_F(PluginCheck, ReproducesOneScene) {
  const Said said = run({"plugin", "check", zoo_ + "/answers_huge.so", "--reproduce", "5", "--json"});
  EXPECT_EQ(said.status, 3);
  ASSERT_EQ(said.json().at("checks").size(), 1U);
  EXPECT_EQ(said.json().at("checks")[0].at("name"), "scene 5");
}

TEST_F(PluginCheck, SaysWhyAFileCanNotBeLookedAt) {
  for (const auto& [file, why] : std::map<std::string, std::string>{{"/nowhere.so", "there is no such file"},
                                                                    {write("words.so", "words"), "not a shared object"},
                                                                    {baseline_ + "#edg", "has no strategy 'edg'"}}) {
    const Said said = run({"plugin", "check", file});
    EXPECT_EQ(said.status, 1) << file;
    EXPECT_THAT(said.err, HasSubstr(why));
    EXPECT_EQ(said.out, "");
  }
}

TEST_F(PluginCheck, FuzzingAndReproducingExcludeEachOther) {
  EXPECT_EQ(run({"plugin", "check", baseline_, "--fuzz", "1", "--reproduce", "2"}).status, 2);
}

}  // namespace
}  // namespace evtwin::testing
