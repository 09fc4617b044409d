// Lines of rooms: who is told what, and that a line is whole.
#include "kernel/log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <regex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "support/sweep.hpp"

namespace evtwin::kernel {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

LogLevel level_of(const LogLevels& levels, LogRoom room) { return levels[static_cast<std::size_t>(room)]; }

std::string refusal(const std::string& text) {
  try {
    parse_log_levels(text);
  } catch (const std::invalid_argument& wrong) {
    return wrong.what();
  }
  return "accepted";
}

TEST(LogLevels, OneLevelIsForAllRoomsAndNothingIsOff) {
  for (const LogLevel level : parse_log_levels("debug")) EXPECT_EQ(level, LogLevel::debug);
  for (const LogLevel level : parse_log_levels("")) EXPECT_EQ(level, LogLevel::off);
}

TEST(LogLevels, ARoomThatIsNamedHasItsOwnAndTheOthersAreOff) {
  const LogLevels levels = parse_log_levels("control=debug,optimise=info");
  EXPECT_EQ(level_of(levels, LogRoom::control), LogLevel::debug);
  EXPECT_EQ(level_of(levels, LogRoom::optimise), LogLevel::info);
  EXPECT_EQ(level_of(levels, LogRoom::twin), LogLevel::off);
}

TEST(LogLevels, TheOrderMakesNoDifference) {
  const LogLevels levels = parse_log_levels("warning,control=trace");
  EXPECT_EQ(levels, parse_log_levels("control=trace,warning"));
  EXPECT_EQ(level_of(levels, LogRoom::control), LogLevel::trace);
  EXPECT_EQ(level_of(levels, LogRoom::audit), LogLevel::warning);
  EXPECT_EQ(level_of(parse_log_levels("debug,twin=off"), LogRoom::twin), LogLevel::off);
}

TEST(LogLevels, CapitalsMakeNoDifference) {
  EXPECT_EQ(parse_log_levels("INFO"), parse_log_levels("info"));
  EXPECT_EQ(parse_log_levels("Warning,CONTROL=Trace"), parse_log_levels("warning,control=trace"));
}

TEST(LogLevels, EveryNameStandsForItself) {
  for (std::size_t room = 0; room < log_room_names.size(); ++room) {
    for (std::size_t level = 0; level < log_level_names.size(); ++level) {
      LogLevels wanted{};
      wanted[room] = static_cast<LogLevel>(level);
      EXPECT_EQ(parse_log_levels(fmt::format("{}={}", log_room_names[room], log_level_names[level])), wanted);
    }
  }
  EXPECT_EQ(log_room_names[static_cast<std::size_t>(LogRoom::audit)], "audit");
  EXPECT_EQ(log_room_names[static_cast<std::size_t>(LogRoom::control)], "control");
  EXPECT_EQ(log_level_names[static_cast<std::size_t>(LogLevel::trace)], "trace");
}

TEST(LogLevels, AWordThatThereIsNotIsToldWithTheNearestAndWithAll) {
  EXPECT_EQ(refusal("debgu"),
            "there is no level 'debgu'; did you mean debug? There are: off, error, warning, info, debug, trace");
  EXPECT_THAT(refusal("contrl=debug"), HasSubstr("there is no room 'contrl'; did you mean control? There are: lua, "));
  EXPECT_THAT(refusal("warn"), HasSubstr("there is no level 'warn'; did you mean warning? There are: off, "));
  EXPECT_THAT(refusal("ERR"), HasSubstr("did you mean error?"));
  EXPECT_THAT(refusal("control=DEBGU"), HasSubstr("there is no level 'DEBGU'; did you mean debug?"));
  EXPECT_EQ(refusal("control=xylophone"),
            "there is no level 'xylophone'. There are: off, error, warning, info, debug, trace");
  EXPECT_EQ(refusal("control"), "'control' is a room and needs a level, for example control=debug");
  EXPECT_THAT(refusal("debug,"), HasSubstr("there is no level ''"));
  EXPECT_THAT(refusal("control=debug=info"), HasSubstr("there is no level 'debug=info'"));
}

TEST(LogLevels, TwoAnswersToOneQuestionAreRefused) {
  EXPECT_THAT(refusal("debug,info"), HasSubstr("a level for all rooms is given twice"));
  EXPECT_THAT(refusal("twin=debug,twin=info"), HasSubstr("room twin is named twice"));
}

/// Counts how often it was written.
struct Counted {
  int& written;
};

/// A log in a file of its own.
class Log : public ::testing::Test {
 protected:
  Log() : file_(::testing::TempDir() + "evtwin-log-" + std::to_string(getpid())) { std::filesystem::remove(file_); }
  ~Log() override {
    start_log("off", "");
    for (const char* name : {"EVTWIN_LOG", "EVTWIN_LOG_FILE", "EVTWIN_LOG_START"}) unsetenv(name);
    std::filesystem::remove(file_);
  }

  std::vector<std::string> lines() const {
    std::ifstream stream(file_);
    std::vector<std::string> all;
    for (std::string line; std::getline(stream, line);) all.push_back(line);
    return all;
  }
  /// As a plugin does, which has a copy of this code.
  static void forget_levels() {
    for (auto& most : log_parts::most_told) most.level = log_parts::unread;
  }

  const std::string file_;
};

}  // namespace
}  // namespace evtwin::kernel

template <>
struct fmt::formatter<evtwin::kernel::Counted> : fmt::formatter<int> {
  template <class Context>
  auto format(const evtwin::kernel::Counted& counted, Context& context) const {
    return fmt::formatter<int>::format(++counted.written, context);
  }
};

namespace evtwin::kernel {
namespace {

TEST_F(Log, ALineHasMillisecondsLevelRoomAndText) {
  start_log("control=debug", file_);
  log_line(LogRoom::control, LogLevel::debug, "{} cars, {:.1f} kW", 3, 22.0);
  ASSERT_EQ(lines().size(), 1U);
  EXPECT_TRUE(std::regex_match(lines()[0], std::regex(R"( *\d+\.\d{3} debug   control  3 cars, 22\.0 kW)")))
      << lines()[0];
}

TEST_F(Log, OnlyWhatWasAskedForIsWritten) {
  start_log("warning,control=debug", file_);
  log_line(LogRoom::control, LogLevel::debug, "1");
  log_line(LogRoom::control, LogLevel::trace, "no");
  log_line(LogRoom::twin, LogLevel::warning, "2");
  log_line(LogRoom::twin, LogLevel::error, "3");
  log_line(LogRoom::twin, LogLevel::info, "no");
  std::string texts;
  for (const std::string& line : lines()) texts += line.back();
  EXPECT_EQ(texts, "123");
  EXPECT_TRUE(logs_at(LogRoom::control, LogLevel::debug));
  EXPECT_FALSE(logs_at(LogRoom::control, LogLevel::trace));
}

TEST_F(Log, AValueOfALineThatNobodyWantsIsNotWritten) {
  int written = 0;
  const Counted counted{written};
  start_log("control=info", file_);
  log_line(LogRoom::control, LogLevel::debug, "{}", counted);
  EXPECT_EQ(written, 0);
  log_line(LogRoom::control, LogLevel::info, "{}", counted);
  EXPECT_EQ(written, 1);
}

TEST_F(Log, TextFromOutsideStaysOnItsLineAndIsCut) {
  start_log("info", file_);
  log_line(LogRoom::ocpp, LogLevel::info, "a\nb\x1b[31m");
  log_line(LogRoom::ocpp, LogLevel::info, "{}", std::string(100'000, 'x'));
  ASSERT_EQ(lines().size(), 2U);
  EXPECT_THAT(lines()[0], HasSubstr("a\\nb\\x1B[31m"));
  EXPECT_EQ(lines()[1].size(), 4095U);
  EXPECT_TRUE(lines()[1].ends_with("..."));
}

// Four threads and a child that one of them forks, at once: nobody's line has a piece of another's.
TEST_F(Log, LinesOfThreadsAndChildrenAreWhole) {
  start_log("twin=trace", file_);
  constexpr int threads = 4, each = 500;
  const auto write_lines = [](int writer) {
    for (int n = 0; n < each; ++n)
      log_line(LogRoom::twin, LogLevel::trace, "<{}>", std::string(static_cast<std::size_t>(1 + writer * 37), 'a'));
  };
  // The child is to come while threads write: the log has no lock that it could inherit. AddressSanitizer's allocator
  // of GCC 12 has one, which stays shut for ever in such a child: there it comes just before.
  constexpr int before = sanitized ? 0 : threads;
  {
    std::vector<std::jthread> all;
    pid_t child = -1;
    for (int t = 0; t <= threads; ++t) {
      if (t == before) child = fork();
      if (child == 0) {
        write_lines(threads);
        _exit(0);
      }
      if (t < threads) all.emplace_back(write_lines, t);
    }
    int status = -1;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
  }
  const auto written = lines();
  EXPECT_EQ(written.size(), std::size_t{(threads + 1) * each});
  const std::regex whole(R"( *\d+\.\d{3} trace   twin     <a+>)");
  for (const std::string& line : written) ASSERT_TRUE(std::regex_match(line, whole)) << line;
}

// A plugin's copy of a room was told nothing: it goes by what its host left in the environment.
TEST_F(Log, ACopyFindsTheSettingsInTheEnvironment) {
  start_log("optimise=debug", file_);
  forget_levels();
  log_line(LogRoom::optimise, LogLevel::debug, "from the copy");
  log_line(LogRoom::twin, LogLevel::debug, "no");
  ASSERT_EQ(lines().size(), 1U);
  EXPECT_THAT(lines()[0], HasSubstr("from the copy"));
}

TEST_F(Log, WithoutAWordNothingIsWritten) {
  unsetenv("EVTWIN_LOG");
  forget_levels();
  for (std::size_t room = 0; room < log_room_names.size(); ++room)
    EXPECT_FALSE(logs_at(static_cast<LogRoom>(room), LogLevel::error));
}

TEST_F(Log, AnEnvironmentThatIsWrongIsToldOnceAndTellsNothingElse) {
  setenv("EVTWIN_LOG", "debgu", 1);
  forget_levels();
  ::testing::internal::CaptureStderr();
  EXPECT_FALSE(logs_at(LogRoom::twin, LogLevel::error));
  EXPECT_FALSE(logs_at(LogRoom::control, LogLevel::error));
  const std::string said = ::testing::internal::GetCapturedStderr();
  EXPECT_THAT(said, HasSubstr("EVTWIN_LOG: there is no level 'debgu'; did you mean debug?"));
  EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), 1);
}

TEST_F(Log, ARefusedTextChangesNothing) {
  start_log("twin=info", file_);
  EXPECT_THROW(start_log("twni=info", file_), std::invalid_argument);
  EXPECT_TRUE(logs_at(LogRoom::twin, LogLevel::info));
  EXPECT_STREQ(std::getenv("EVTWIN_LOG"), "twin=info");
}

TEST_F(Log, AWriteLeavesErrnoAlone) {
  start_log("twin=info", "/nowhere/at/all");
  errno = EDOM;
  log_line(LogRoom::twin, LogLevel::info, "lost");
  EXPECT_EQ(errno, EDOM);
}

}  // namespace
}  // namespace evtwin::kernel
