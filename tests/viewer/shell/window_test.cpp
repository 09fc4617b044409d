// The window, under Xvfb with Mesa's own rasteriser: it opens, draws what the headless shell draws, and goes away.
#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <random>
#include <thread>

#include "viewer/shell_headless/headless.hpp"
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

/// A person's hands: xdotool presses what the X server hands to the window.
class WindowInHands : public Window {
 protected:
  void SetUp() override {
    if (std::getenv("EVTWIN_LONG") == nullptr) GTEST_SKIP() << "long: scripts/test --long";
    Window::SetUp();
    if (IsSkipped()) return;
    if (std::system("command -v xdotool >/dev/null 2>&1") != 0) GTEST_SKIP() << "no xdotool (package xdotool)";
  }
  void TearDown() override {
    if (viewer_ > 0) {
      kill(viewer_, SIGTERM);
      waitpid(viewer_, nullptr, 0);
    }
    Window::TearDown();
  }

  void open_window(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "view");
    viewer_ = start(arguments, [&] {
      unsetenv("WAYLAND_DISPLAY");
      setenv("DISPLAY", display_.c_str(), 1);
      setenv("ASAN_OPTIONS", "detect_leaks=0", 1);
      setenv("LIBGL_ALWAYS_SOFTWARE", "1", 1);
    });
    ASSERT_TRUE(waits_until([&] { return title().find("evtwin - ") != std::string::npos; }))
        << "no window; the viewer "
        << (kill(viewer_, 0) == 0 && waitpid(viewer_, nullptr, WNOHANG) == 0 ? "runs" : "has ended")
        << " and says: " << ::evtwin::testing::read_all(path(".err"))
        << "; xdotool: " << hands("search --name evtwin 2>&1");
    hands("search --name '^evtwin - ' windowfocus --sync");
  }
  /// What xdotool prints. Without a window manager windows stand at the upper left corner.
  std::string hands(const std::string& words) const {
    const std::string command = "DISPLAY=" + display_ + " xdotool 2>/dev/null " + words;
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(popen(command.c_str(), "r"), pclose);
    std::string said;
    for (int c = 0; pipe != nullptr && (c = std::fgetc(pipe.get())) != EOF;) said += static_cast<char>(c);
    return said;
  }
  std::string title() const { return hands("search --name '^evtwin - ' getwindowname"); }
  void click_at(ImVec2 place) const { hands(fmt::format("mousemove {:.0f} {:.0f} click 1", place.x, place.y)); }
  /// Asks again until it is so, two minutes at most: windows are slow where others work.
  static bool waits_until(const std::function<bool()>& is_so) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(2);
    while (std::chrono::steady_clock::now() < end) {
      if (is_so()) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return is_so();
  }

  pid_t viewer_ = 0;
};

// Every second place is a button that steps to the next event: one lost or one doubled leaves another moment in the
// title than the very same clicks, one after the other, without a display.
TEST_F(WindowInHands, AHundredClicksAndKeysAtRandomTimesActOnceEach) {
  const std::string file = run_of("workplace_week.lua");
  ui::Options options;
  options.files = {file};
  options.language = "en";
  options.layout = "stakeholder";
  options.t = "2026-06-01T08:00";
  shell::Headless expected(options, 960, 600);
  expected.draw_frames(4);

  open_window({file, "--size", "960x600", "--lang", "en", "--t", "2026-06-01T08:00"});
  ASSERT_TRUE(waits_until([&] { return title().find("2026-06-01 08:00") != std::string::npos; })) << title();
  std::mt19937 random(1);
  for (int i = 0; i < 100; ++i) {
    const bool by_key = i % 3 == 2;
    if (by_key) {
      hands("key period");
      expected.play_script("key .");
    } else {
      const std::string item = i % 10 == 9 ? "player.previous_event" : "player.next_event";
      click_at(expected.ui().items.find_rect(item)->centre());
      expected.play_script("click " + item);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(random() % 120));
  }
  const model::Run& run = *expected.ui().run_a();
  const std::string moment = run.clock.date_time_text(expected.ui().time.cursor_ns());
  EXPECT_NE(moment, "2026-06-01 08:00");
  EXPECT_TRUE(waits_until([&] { return title().find(moment) != std::string::npos; })) << title() << " not " << moment;
}

TEST_F(Window, OfAFileThatCanNotBeShownEndsWithOneLine) {
  const Said said = view_on_display({path("none.evtwin"), "--exit"});
  EXPECT_EQ(said.status, 1);
  EXPECT_EQ(std::count(said.err.begin(), said.err.end(), '\n'), 1) << said.err;
}

}  // namespace
}  // namespace evtwin::viewer
