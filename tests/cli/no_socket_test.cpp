// The program talks to nobody: seen by tracing its calls into the system.
#include "cli/command.hpp"
#include "support/paths.hpp"

namespace evtwin::testing {
namespace {

class NoSocket : public Command {
 protected:
  /// Calls of the network kind that a command makes; "" if none. Its exit status must be `status`.
  std::string calls_of(const std::string& arguments, int status = 0) const {
    setenv("EVTWIN_LIBRARY", (source_dir + "/scenarios/lib").c_str(), 1);
    const std::string command = "cd " + folder_ + " && strace -f -qq -e trace=network -e signal=none -o calls " +
                                paths::quoted(paths::program) + " " + arguments + " > said 2> doubts";
    EXPECT_EQ(WEXITSTATUS(std::system(command.c_str())), status) << read_all(path("doubts"));
    return read_all(path("calls"));
  }
  bool can_trace() const {
    return std::system(("strace -o " + path("try") + " -e trace=network true > /dev/null 2>&1").c_str()) == 0;
  }
};

#ifdef NDEBUG  // the leak sanitizer can not be traced

TEST_F(NoSocket, ATraceShowsASocket) {
  if (!can_trace()) GTEST_SKIP() << "skipped: no strace, or tracing is not permitted";
  if (std::system("command -v python3 > /dev/null") != 0) GTEST_SKIP() << "skipped: no python3";
  const std::string command = "strace -f -qq -e trace=network -o " + path("calls") +
                              " python3 -c 'import socket; socket.socket(socket.AF_INET)' > /dev/null 2>&1";
  ASSERT_EQ(std::system(command.c_str()), 0) << read_all(path("calls"));
  EXPECT_NE(read_all(path("calls")).find("AF_INET"), std::string::npos);
}

TEST_F(NoSocket, NoneIsOpenedByARun) {
  if (!can_trace()) GTEST_SKIP() << "skipped: no strace, or tracing is not permitted";
  EXPECT_EQ(
      calls_of("run " + paths::quoted(source_dir + "/scenarios/workplace_week.lua") + " --out week.evtwin --json"), "");
}

TEST_F(NoSocket, NoneIsOpenedByAReplay) {
  if (!can_trace()) GTEST_SKIP() << "skipped: no strace, or tracing is not permitted";
  EXPECT_EQ(calls_of("replay " + paths::quoted(source_dir + "/scenarios/made_site.log") + " --out log.evtwin --json"),
            "");
}

TEST_F(NoSocket, NoneIsOpenedByAWhatIf) {
  if (!can_trace()) GTEST_SKIP() << "skipped: no strace, or tracing is not permitted";
  EXPECT_EQ(
      calls_of("whatif " + paths::quoted(source_dir + "/scenarios/made_site.log") + " --strategies asap,edf --json"),
      "");
}

#endif

}  // namespace
}  // namespace evtwin::testing
