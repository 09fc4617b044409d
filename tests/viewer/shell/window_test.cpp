// The window, under Xvfb with Mesa's own rasteriser: it opens, draws what the headless shell draws, and goes away.
#include <fcntl.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "viewer/support/golden.hpp"
#include "viewer/support/run_files.hpp"

namespace evtwin::viewer {
namespace {

/// An X server of its own; Xvfb says which display number was free.
class Window : public testing::WithRuns {
 protected:
  void SetUp() override {
    std::array<int, 2> pipe_ends{};
    ASSERT_EQ(pipe2(pipe_ends.data(), O_CLOEXEC), 0);
    server_ = fork();
    if (server_ == 0) {
      const int null = open("/dev/null", O_RDWR);
      dup2(null, 0);
      dup2(null, 2);
      dup2(pipe_ends[1], 1);
      execlp("Xvfb", "Xvfb", "-displayfd", "1", "-screen", "0", "1280x800x24", "-nolisten", "tcp", nullptr);
      _exit(no_such_program);
    }
    close(pipe_ends[1]);
    std::string number;
    for (char c = 0; read(pipe_ends[0], &c, 1) == 1 && c != '\n';) number += c;
    close(pipe_ends[0]);
    if (number.empty()) {
      int status = 0;
      waitpid(server_, &status, 0);
      server_ = 0;
      if (WIFEXITED(status) && WEXITSTATUS(status) == no_such_program)
        GTEST_SKIP() << "no Xvfb (packages xvfb, libgl1-mesa-dri)";
      FAIL() << "Xvfb is there and gave no display (wait status " << status << ")";
    }
    display_ = ":" + number;
  }
  void TearDown() override {
    if (server_ <= 0) return;
    kill(server_, SIGTERM);
    waitpid(server_, nullptr, 0);
  }
  Said view_on_display(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "view");
    return run(arguments, [&] {
      unsetenv("WAYLAND_DISPLAY");
      setenv("DISPLAY", display_.c_str(), 1);
      setenv("ASAN_OPTIONS", "detect_leaks=0", 1);  // Mesa's own
      setenv("LIBGL_ALWAYS_SOFTWARE", "1", 1);
    });
  }

  static constexpr int no_such_program = 127;  // as shells say it
  pid_t server_ = 0;
  std::string display_;
};

TEST_F(Window, ShowsWhatTheHeadlessShellDraws) {
  const std::string file = run_of("dc_v2g.lua");
  const std::vector<std::string> common{file, "--exit", "--size", "960x600", "--lang", "ko"};
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.begin(), common.begin(), common.end());
    return more;
  };
  const Said windowed = view_on_display(with({"--png", path("window.png")}));
  ASSERT_EQ(windowed.status, 0) << windowed.err;
  ASSERT_EQ(view_on_display(with({"--png", path("memory.png"), "--headless"})).status, 0);
  const shell::Image window = shell::read_png(path("window.png")), memory = shell::read_png(path("memory.png"));
  ASSERT_EQ(window.width, 960);
  ASSERT_EQ(window.height, 600);
  const auto different = testing::difference(window, memory);
  const std::size_t all = window.rgba.size();
  EXPECT_LE(different.pixels, all * 3 / 100);
  EXPECT_LE(different.far_pixels, all * 5 / 10000);
}

TEST_F(Window, PlaysAScriptAndEnds) {
  const std::string file = run_of("dc_v2g.lua");
  const std::string script =
      write("script.txt", "key space; frames 5 0.1; key space; key T; key K; key f1; key escape");
  const Said said = view_on_display({file, "--script", script, "--exit", "--size", "960x600"});
  EXPECT_EQ(said.status, 0) << said.err;
}

TEST_F(Window, OfAFileThatCanNotBeShownEndsWithOneLine) {
  const Said said = view_on_display({path("none.evtwin"), "--exit"});
  EXPECT_EQ(said.status, 1);
  EXPECT_EQ(std::count(said.err.begin(), said.err.end(), '\n'), 1) << said.err;
}

}  // namespace
}  // namespace evtwin::viewer
