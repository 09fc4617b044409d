#include "cli/progress.hpp"

#include <fmt/format.h>
#include <pthread.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <exception>

#include "cli/last_words.hpp"

namespace evtwin::cli {

namespace {
bool in_lines = false;
}

void tell_progress_in_lines() { in_lines = true; }

ProgressBar::ProgressBar(std::string label)
    : label_(std::move(label)), terminal_(isatty(STDERR_FILENO) == 1), begun_(std::chrono::steady_clock::now()) {}

ProgressBar::~ProgressBar() {
  // Done, unless something was thrown.
  if (in_lines && std::uncaught_exceptions() == 0) show(1.0);
  if (shown_) fmt::print(stderr, "\r\x1b[K");
}

void ProgressBar::show(double fraction) {
  if (!terminal_ && !in_lines) return;
  const int percent = static_cast<int>(fraction * 100.0);
  if (percent == last_percent_) return;
  if (in_lines) {
    last_percent_ = percent;
    fmt::print(stderr, "progress {:.2f}\n", percent / 100.0);
    return;
  }
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
pthread_t main_thread;  // the one that asked for interrupts to be caught

extern "C" void on_interrupt(int signal) {
  // While the first is handled, a second one may come to another thread, which knows of no call into a plugin.
  if (pthread_equal(pthread_self(), main_thread) == 0) {
    pthread_kill(main_thread, signal);
    return;
  }
  if (interrupt_seen == 0) {
    interrupt_seen = 1;
    return;
  }
  say_interrupted_plugin();
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}
}  // namespace

void catch_interrupt() {
  main_thread = pthread_self();
  std::signal(SIGINT, on_interrupt);
  std::signal(SIGTERM, on_interrupt);
}
bool interrupted() { return interrupt_seen != 0; }

}  // namespace evtwin::cli
