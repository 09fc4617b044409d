// evtwin plugin check from the command line: exit statuses, tables, JSON.
#include <evtwin/strategy.h>
#include <gmock/gmock.h>

#include <cstddef>
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

TEST_F(PluginCheck, AFileThatIsRefusedHasItsReasonInTheTable) {
  const Said said = run({"plugin", "check", zoo_ + "/shares_by_name.so"});
  EXPECT_EQ(said.status, 3);
  EXPECT_THAT(said.out, HasSubstr("put its classes into an unnamed namespace"));
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
    EXPECT_EQ(said.out.find("FAIL"), std::string::npos) << said.out;  // rows of a table that were known by then
  }
}

// A script that is right with its default and breaks with another value: only the check with that value sees it.
TEST_F(PluginCheck, AStrategyIsTriedWithTheParametersThatAreAskedFor) {
  const std::string script = write("fussy.lua", R"(return strategy {
  id = "fussy", help = "Asks for too much where its share is above 1.", subscribes = { "arrival", "departure" },
  params = { { id = "share", min = 0, max = 2, default = 1, help = "of what a car can take" } },
  decide = function(view, params)
    local kw = {}
    for _, evse in ipairs(view.connected) do kw[evse.id] = params.share > 1 and 1e6 or evse.car_max_kw end
    return kw
  end }
)");
  const auto failed = [&](const std::string& plugin) {
    const Said said = run({"plugin", "check", plugin, "--only", "answers", "--json"});
    EXPECT_TRUE(said.status == 0 || said.status == 3) << said.err;
    return said.status == 3;
  };
  EXPECT_FALSE(failed(script));
  EXPECT_TRUE(failed(script + ":share=1.5"));

  // Of a shared object by file and id, and by its id alone.
  const std::string alap = baseline_ + "#alap:margin_min=5";
  for (const std::string& plugin : {alap, std::string("alap:margin_min=5")}) {
    const Said said = run({"plugin", "check", plugin, "--only", "answers,parameters,repeatable,stateless", "--json"});
    EXPECT_EQ(said.status, 0) << said.err << said.out;
    EXPECT_EQ(said.json().at("strategies"), nlohmann::json::array({"alap"}));
  }

  for (const auto& [plugin, why] : std::map<std::string, std::string>{
           {baseline_ + "#alap:margin=5", "strategy alap has no parameter 'margin'; it has margin_min"},
           {baseline_ + "#alap:margin_min=-1", "margin_min must be"},
           {baseline_ + ":margin_min=5", "parameters are of one strategy or forecaster"},
           {"alapp:margin_min=5", "did you mean"},
           {script + ":shar=1", "shar"}}) {
    const Said said = run({"plugin", "check", plugin, "--only", "answers"});
    EXPECT_EQ(said.status, 1) << plugin << said.out;
    EXPECT_THAT(said.err, HasSubstr(why));
  }
}

TEST_F(PluginCheck, FuzzingAndReproducingExcludeEachOther) {
  EXPECT_EQ(run({"plugin", "check", baseline_, "--fuzz", "1", "--reproduce", "2"}).status, 2);
}

// What a face in another language goes by.
TEST_F(PluginCheck, TheLayoutOfTheAbiIsThere) {
  const Said said = run({"plugin", "layout", "--json"});
  ASSERT_EQ(said.status, 0) << said.err;
  const auto json = said.json();
  EXPECT_EQ(json.at("abi_minor"), EVTWIN_ABI_MINOR);
  EXPECT_EQ(json.at("abi_digest"), EVTWIN_ABI_DIGEST);
  EXPECT_EQ(json.at("constants").at("EVTWIN_WHY_GRANT"), EVTWIN_WHY_GRANT);
  EXPECT_EQ(json.at("constants").at("EVTWIN_BATCH"), EVTWIN_BATCH);
  bool found = false;
  for (const auto& known : json.at("structs")) {
    if (known.at("name") != "evtwin_view") continue;
    EXPECT_EQ(known.at("size"), sizeof(evtwin_view));
    for (const auto& field : known.at("fields")) {
      if (field.at("name") != "departed_ns") continue;
      found = true;
      EXPECT_EQ(field.at("offset"), offsetof(evtwin_view, departed_ns));
      EXPECT_EQ(field.at("type"), "pointer");
      EXPECT_EQ(field.at("of"), "i64");
      EXPECT_EQ(field.at("length"), "n_departed");
    }
  }
  EXPECT_TRUE(found);
  const Said text = run({"plugin", "layout"});
  EXPECT_EQ(text.status, 0);
  EXPECT_THAT(text.out, HasSubstr("pointer to f64 [n_levels * horizon_steps]"));
}

}  // namespace
}  // namespace evtwin::testing
