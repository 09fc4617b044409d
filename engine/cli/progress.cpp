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

Screen usual_screen() { return {stderr, isatty(STDERR_FILENO) == 1, std::chrono::seconds(1)}; }

ProgressBar::ProgressBar(std::string label, const Screen& screen)
    : label_(std::move(label)), screen_(screen), begun_(std::chrono::steady_clock::now()) {}

ProgressBar::~ProgressBar() {
  // Done, unless something was thrown.
  if (in_lines && std::uncaught_exceptions() == 0) show_fraction(1.0);
  if (!shown_) return;
  fmt::print(screen_.file, "\r\x1b[K");
  for (const std::string& line : lines_) fmt::print(screen_.file, "{}\n", line);
  std::fflush(screen_.file);
}

bool ProgressBar::is_seen() const { return screen_.terminal && !in_lines; }

void ProgressBar::print_line(std::string line) {
  if (is_seen()) lines_.push_back(std::move(line));
}

void ProgressBar::show_fraction(double fraction, const std::string& label, const std::string& note) {
  if (!screen_.terminal && !in_lines) return;
  const int percent = static_cast<int>(fraction * 100.0);
  if (in_lines) {
    if (percent != last_percent_) fmt::print(stderr, "progress {:.2f}\n", percent / 100.0);
    last_percent_ = percent;
    return;
  }
  if (!shown_ && std::chrono::steady_clock::now() - begun_ < screen_.silent) return;
  constexpr int width = 24;  // with label and note within 80 columns
  const int done = percent * width / 100;
  const std::string text = fmt::format("{} [{:#<{}}{:.<{}}] {:3d} %{}{}", label, "", done, "", width - done, percent,
                                       note.empty() ? "" : ", ", note);
  if (text == last_text_ && lines_.empty()) return;
  shown_ = true;
  last_text_ = text;
  fmt::print(screen_.file, "\r\x1b[K");
  for (const std::string& line : lines_) fmt::print(screen_.file, "{}\n", line);
  lines_.clear();
  fmt::print(screen_.file, "{}", text);
  std::fflush(screen_.file);
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
bool was_interrupted() { return interrupt_seen != 0; }

}  // namespace evtwin::cli
