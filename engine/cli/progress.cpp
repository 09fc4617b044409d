#include "cli/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>

namespace evtwin::cli {

ProgressBar::ProgressBar(std::string label)
    : label_(std::move(label)), terminal_(isatty(STDERR_FILENO) == 1), begun_(std::chrono::steady_clock::now()) {}

ProgressBar::~ProgressBar() {
  if (shown_) fmt::print(stderr, "\r\x1b[K");
}

void ProgressBar::show(double fraction) {
  if (!terminal_) return;
  const int percent = static_cast<int>(fraction * 100.0);
  if (percent == last_percent_) return;
  if (!shown_ && std::chrono::steady_clock::now() - begun_ < std::chrono::seconds(1)) return;
  shown_ = true;
  last_percent_ = percent;
  constexpr int width = 40;
  const int done = percent * width / 100;
  fmt::print(stderr, "\r{} [{:#<{}}{:.<{}}] {:3d} %", label_, "", done, "", width - done, percent);
  std::fflush(stderr);
}

namespace {
volatile std::sig_atomic_t interrupt_seen = 0;
extern "C" void on_interrupt(int) {
  interrupt_seen = 1;
  std::signal(SIGINT, SIG_DFL);
}
}  // namespace

void catch_interrupt() { std::signal(SIGINT, on_interrupt); }
bool interrupted() { return interrupt_seen != 0; }

}  // namespace evtwin::cli
