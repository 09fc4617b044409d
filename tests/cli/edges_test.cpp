// Small scenarios whose right answer was worked out by hand, outside the project: their own judge looks at the answers.
#include "cli/command.hpp"

namespace evtwin::testing {
namespace {

class Edges : public Command {};

TEST_F(Edges, EachIsAsTheHandSays) {
  const std::string judge = shared_dir + "/edges/judge";
  if (!std::filesystem::exists(judge)) GTEST_SKIP() << "skipped: no edges in " << shared_dir;
  setenv("EVTWIN_LIBRARY", (source_dir + "/scenarios/lib").c_str(), 1);
  const std::string line = paths::quoted(judge) + " " + paths::quoted(paths::program) + " --cases " +
                           paths::quoted(shared_dir + "/edges/open") + " > " + path("verdict");
  EXPECT_EQ(std::system(line.c_str()), 0) << read_all(path("verdict"));
  const std::string verdict = read_all(path("verdict"));
  EXPECT_NE(verdict.find("29 of 29 cases whole"), std::string::npos) << verdict;
  EXPECT_NE(verdict.find("117 passed, 0 failed"), std::string::npos) << verdict;
}

}  // namespace
}  // namespace evtwin::testing
