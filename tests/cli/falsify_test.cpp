// Logs with a known truth, mutations that must lower the verdict, and layouts that must be read; logs written by other
// people's programs. Their own judges look at the answers.
#include "cli/command.hpp"
#include "support/sweep.hpp"

namespace evtwin::testing {
namespace {

class Falsify : public Command {
 protected:
  void expect_none_failed(const std::string& judge, const std::string& options) {
    if (!std::filesystem::exists(judge)) GTEST_SKIP() << "skipped: no " << judge;
    if (sweep(false, true)) GTEST_SKIP() << "the sanitized program is too slow for the judge's limits";
    setenv("EVTWIN_LIBRARY", (source_dir + "/scenarios/lib").c_str(), 1);
    const std::string line =
        paths::quoted(judge) + " " + paths::quoted(paths::program) + options + " > " + path("verdict");
    EXPECT_EQ(std::system(line.c_str()), 0) << read_all(path("verdict"));
    EXPECT_NE(read_all(path("verdict")).find(" passed, 0 failed"), std::string::npos) << read_all(path("verdict"));
  }
};

TEST_F(Falsify, TruthsAreFoundMutationsNoticedAndLayoutsRead) {
  expect_none_failed(shared_dir + "/falsify/judge", " --cases " + paths::quoted(shared_dir + "/falsify/open"));
}

TEST_F(Falsify, LogsOfOtherPeoplesProgramsAreReadOrRefusedWithAWord) {
  expect_none_failed(shared_dir + "/ocpp/thirdparty/judge", "");
}

}  // namespace
}  // namespace evtwin::testing
