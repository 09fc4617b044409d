// The shared cases of wrong, odd and hostile scenarios and session tables: each is refused or flagged in words that
// name the trouble. What shows only while a simulation runs is tested through the command.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "scenario/scenario_folder.hpp"

namespace evtwin::scenario::testing {
namespace {

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

bool contains_any(const std::string& text, const nlohmann::json& words) {
  return words.empty() || std::any_of(words.begin(), words.end(), [&](const auto& word) {
           return lower(text).find(lower(word.template get<std::string>())) != std::string::npos;
         });
}

std::string read_file(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

// Attacks on the interpreter have tests of their own (sandbox_attack_test), without the wait.
bool is_attack(const std::string& name) {
  for (const char* word : {"loop_", "bomb", "recursion", "forever", "order_of_pairs", "10_mb"}) {
    if (name.find(word) != std::string::npos) return true;
  }
  return false;
}

TEST(BadInput, EveryScenarioAndSessionTableIsRefusedOrFlaggedInWords) {
  const std::string manifest = shared_file("bad_input/manifest.json");
  if (!std::filesystem::exists(manifest)) GTEST_SKIP() << manifest << " is not there";
  const std::string feed = read_file(shared_file("bad_input/csv/feed.lua.in"));
  const TemporaryFolder temporary;
  const std::filesystem::path folder = std::filesystem::path(temporary.write("x", "")).parent_path();
  for (const char* kind : {"lua", "csv"}) {
    std::filesystem::copy(shared_file(std::string("bad_input/") + kind), folder / kind,
                          std::filesystem::copy_options::recursive);
  }
  int judged = 0;
  const nlohmann::json cases = nlohmann::json::parse(read_file(manifest)).at("cases");
  for (const auto& entry : cases) {
    const std::string file = entry.at("file");
    const std::string kind = entry.at("kind");
    const std::string name = std::filesystem::path(file).filename().string();
    if ((kind != "lua" && kind != "csv") || is_attack(name)) continue;
    if (name == "path_symlink.lua") std::filesystem::create_symlink("/etc/passwd", folder / "lua/link.csv");
    std::string scenario = (folder / file).string();
    if (kind == "csv") {
      std::string text = feed;
      text.replace(text.find("@FILE@"), 6, name);
      scenario = (folder / "csv" / (name + ".lua")).string();
      std::ofstream(scenario) << text;
    }
    std::string said;
    bool refused = false;
    try {
      for (const twin::Flag& flag : load_scenario(scenario, options_with_library()).world.flags)
        said += flag.id + ": " + flag.reason + "\n";
    } catch (const ScriptError& error) {
      said = error.message;
      refused = true;
    }
    const std::string expect = entry.at("expect");
    const nlohmann::json words = entry.value("message_names_any_of", nlohmann::json::array());
    const bool shows_at_run_time =
        name.starts_with("event_") || name.starts_with("strategy_") || name == "unknown_strategy.lua";
    if (refused) {
      EXPECT_TRUE(expect != "accept" && expect != "accept_safe" && expect != "flag") << file << ": " << said;
      EXPECT_TRUE(contains_any(said, words)) << file << ": " << said;
      EXPECT_EQ(std::count_if(said.begin(), said.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }), 0)
          << file;
    } else if (expect.find("accept") == std::string::npos && expect != "deterministic" && !shows_at_run_time) {
      EXPECT_NE(expect.find("flag"), std::string::npos) << file << " was accepted";
      EXPECT_TRUE(contains_any(said, words)) << file << ": " << said;
    }
    for (const auto& secret : entry.value("must_not", nlohmann::json::array())) {
      EXPECT_FALSE(refused && said.find(secret.get<std::string>()) != std::string::npos) << file;
    }
    ++judged;
  }
  EXPECT_GT(judged, 100);
}

}  // namespace
}  // namespace evtwin::scenario::testing
