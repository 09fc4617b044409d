// Small scenarios whose right answer was worked out by hand, outside the project: their own judge looks at the answers.
#include "cli/command.hpp"
#include "support/sweep.hpp"

namespace evtwin::testing {
namespace {

class Edges : public Command {
 protected:
  /// A folder with every third case of `from`.
  std::string third(const std::string& from) const {
    std::filesystem::copy(from, path("third"), std::filesystem::copy_options::recursive);
    nlohmann::json all = nlohmann::json::parse(read_all(path("third/cases.json"))), some = all;
    some["cases"] = nlohmann::json::array();
    for (std::size_t i = 0; i < all["cases"].size(); i += 3) some["cases"].push_back(all["cases"][i]);
    write("third/cases.json", some.dump());
    return path("third");
  }
};

TEST_F(Edges, EachIsAsTheHandSays) {
  const std::string judge = shared_dir + "/edges/judge";
  if (!std::filesystem::exists(judge)) GTEST_SKIP() << "skipped: no edges in " << shared_dir;
  setenv("EVTWIN_LIBRARY", (source_dir + "/scenarios/lib").c_str(), 1);
  const std::string open = shared_dir + "/edges/open";
  const bool whole = sweep(true, false);
  const std::string line = paths::quoted(judge) + " " + paths::quoted(paths::program) + " --cases " +
                           paths::quoted(whole ? open : third(open)) + " > " + path("verdict");
  EXPECT_EQ(std::system(line.c_str()), 0) << read_all(path("verdict"));
  const std::string verdict = read_all(path("verdict"));
  EXPECT_NE(verdict.find(whole ? "29 of 29 cases whole" : "10 of 10 cases whole"), std::string::npos) << verdict;
  EXPECT_NE(verdict.find(whole ? "117 passed, 0 failed" : " passed, 0 failed"), std::string::npos) << verdict;
}

}  // namespace
}  // namespace evtwin::testing
