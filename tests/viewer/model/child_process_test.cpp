// A child is started without a shell, read without waiting, and never left behind.
#include "viewer/model/child_process.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <thread>

#include "support/paths.hpp"

namespace evtwin::viewer::model {
namespace {

std::vector<std::string> sh(const std::string& script) { return {"/bin/sh", "-c", script}; }

/// Runs to its end by polling alone, as the viewer does.
void poll_to_the_end(ChildProcess& child) {
  while (child.is_running()) {
    child.poll_output();
    std::this_thread::yield();
  }
}

/// Whether the process is there and no zombie.
bool lives(const std::string& pid) {
  std::ifstream stat("/proc/" + pid + "/stat");
  std::string text;
  std::getline(stat, text);
  const std::size_t end = text.rfind(") ");
  return end != std::string::npos && text[end + 2] != 'Z' && text[end + 2] != 'X';
}

struct TempFile {
  TempFile() {
    std::string pattern = ::testing::TempDir() + "evtwin-child-XXXXXX";
    const int file = mkstemp(pattern.data());
    ::close(file);
    path = pattern;
  }
  ~TempFile() { std::filesystem::remove(path); }
  TempFile(const TempFile&) = delete;
  TempFile& operator=(const TempFile&) = delete;
  std::string first_line() const {
    std::ifstream in(path);
    std::string line;
    std::getline(in, line);
    return line;
  }
  std::string path;
};

TEST(ChildProcess, TellsWhatItWroteAndHowItEnded) {
  ChildProcess child(sh("echo out; echo err >&2; exit 3"));
  poll_to_the_end(child);
  EXPECT_EQ(child.stdout_text(), "out\n");
  EXPECT_EQ(child.stderr_text(), "err\n");
  EXPECT_EQ(child.exit_status(), 3);
  ChildProcess waited(sh("printf whole; kill -9 $$"));
  waited.wait_for_end();
  EXPECT_FALSE(waited.is_running());
  EXPECT_EQ(waited.stdout_text(), "whole");
  EXPECT_EQ(waited.exit_status(), 128 + SIGKILL);
}

TEST(ChildProcess, GetsItsWordsAsTheyAreAndNoShellReadsThem) {
  ChildProcess child({"printf", "%s|%s", "$HOME; `id` \"'", "two words"});
  child.wait_for_end();
  EXPECT_EQ(child.stdout_text(), "$HOME; `id` \"'|two words");
}

TEST(ChildProcess, AProgramThatIsNotThereIsSaidAtOnce) {
  try {
    ChildProcess child({"/nowhere/evtwin", "run"});
    FAIL() << "it started";
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string(error.what()).find("/nowhere/evtwin: can not be started"), std::string::npos);
  }
  EXPECT_THROW(ChildProcess({}), std::runtime_error);
}

TEST(ChildProcess, ProgressIsTakenOutOfItsStderr) {
  ChildProcess child(
      sh("echo progress 0.25 >&2; echo note: x >&2; echo progress 0.5 >&2; echo progress 7 >&2; "
         "printf 'progress 0.75\\nlast' >&2"));
  child.wait_for_end();
  EXPECT_EQ(child.progress_fraction(), 0.75);
  EXPECT_EQ(child.stderr_text(), "note: x\nprogress 7\nlast\n");
}

TEST(ChildProcess, MoreThanAPipeHoldsArrivesWholeAndInOrder) {
  ChildProcess child(sh("i=0; while [ $i -lt 40000 ]; do echo line $i; i=$((i+1)); done"));
  child.wait_for_end();
  std::string expected;
  for (int i = 0; i < 40000; ++i) expected += "line " + std::to_string(i) + "\n";
  EXPECT_TRUE(child.stdout_text() == expected);
  EXPECT_FALSE(child.says_too_much());
}

TEST(ChildProcess, MemoryIsBoundedHoweverMuchItSays) {
  ChildProcess child(sh("head -c 70000000 /dev/zero; head -c 3000000 /dev/zero >&2; echo the end >&2"));
  child.wait_for_end();
  EXPECT_EQ(child.exit_status(), 0);
  EXPECT_TRUE(child.says_too_much());
  EXPECT_EQ(child.stdout_text().size(), std::size_t{64} << 20);
  EXPECT_LE(child.stderr_text().size(), std::size_t{256} << 10);
  EXPECT_TRUE(child.stderr_text().ends_with("the end\n"));
}

TEST(ChildProcess, StopsWhenAskedTo) {
  ChildProcess child(sh("trap 'echo asked; exit 130' INT; echo ready; while :; do sleep 0.01; done"));
  while (child.stdout_text().empty()) child.poll_output();
  child.cancel_child();
  EXPECT_TRUE(child.was_cancelled());
  child.wait_for_end();
  EXPECT_EQ(child.exit_status(), 130);
  EXPECT_EQ(child.stdout_text(), "ready\nasked\n");
}

TEST(ChildProcess, IsKilledWhenItDoesNotStop) {
  ChildProcess child(sh("trap '' INT; echo ready; while :; do sleep 0.01; done"));
  while (child.stdout_text().empty()) child.poll_output();
  child.cancel_child();
  child.wait_for_end();
  EXPECT_EQ(child.exit_status(), 128 + SIGKILL);
}

TEST(ChildProcess, IsGoneWhenItsObjectIs) {
  const TempFile pid;
  {
    ChildProcess child(sh("echo $$ > " + pid.path + "; echo ready; exec sleep 1000"));
    while (child.stdout_text().empty()) child.poll_output();
    EXPECT_TRUE(lives(pid.first_line()));
  }
  EXPECT_FALSE(lives(pid.first_line()));
}

TEST(ChildProcess, EndsWithAViewerThatIsKilled) {
  const TempFile pid;
  const pid_t viewer = fork();
  if (viewer == 0) {
    ChildProcess child(sh("echo $$ > " + pid.path + "; echo ready; while :; do echo progress 0.1 >&2; done"));
    while (child.stdout_text().empty()) child.poll_output();
    kill(getpid(), SIGKILL);
  }
  int status = 0;
  waitpid(viewer, &status, 0);
  ASSERT_TRUE(WIFSIGNALED(status));
  const std::string child = pid.first_line();
  ASSERT_FALSE(child.empty());
  while (lives(child)) std::this_thread::yield();
}

TEST(ChildProcess, AGrandchildThatHoldsThePipeIsNotWaitedFor) {
  ChildProcess child(sh("echo here; sleep 1000 & echo $!"));
  child.wait_for_end();
  ASSERT_EQ(child.stdout_text().substr(0, 5), "here\n");
  kill(static_cast<pid_t>(std::stol(child.stdout_text().substr(5))), SIGKILL);
}

TEST(ChildProcess, EvtwinRunsAsOneWithProgress) {
  ChildProcess child({paths::program, "run", paths::source_dir + "/scenarios/manager_day.lua", "--json", "--progress"});
  poll_to_the_end(child);
  EXPECT_EQ(child.exit_status(), 0) << child.stderr_text();
  EXPECT_EQ(child.progress_fraction(), 1.0);
  EXPECT_TRUE(child.stdout_text().starts_with("{"));
}

TEST(ChildProcess, EvtwinThatIsCancelledSays130) {
  const TempFile out;
  std::filesystem::remove(out.path);
  ChildProcess child({paths::program, "run", paths::source_dir + "/scenarios/workplace_week.lua", "--days", "20000",
                      "--progress", "--out", out.path});
  while (child.progress_fraction() == 0.0 && child.is_running()) child.poll_output();
  child.cancel_child();
  child.wait_for_end();
  EXPECT_EQ(child.exit_status(), 130) << child.stderr_text();
}

}  // namespace
}  // namespace evtwin::viewer::model
