// How far a run is, for people at a terminal; and the way they stop it.
#pragma once
#include <chrono>
#include <functional>
#include <string>

namespace evtwin::cli {

/// From now on every percent is a line on stderr, for programs: "progress 0.43".
void tell_progress_in_lines();

/// A bar on stderr, only when stderr is a terminal, only after a second of work, gone when done.
class ProgressBar {
 public:
  explicit ProgressBar(std::string label);
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;
  void show(double fraction);

 private:
  std::string label_;
  bool terminal_;
  bool shown_ = false;
  int last_percent_ = -1;
  std::chrono::steady_clock::time_point begun_;
};

/// From now on Ctrl-C (SIGINT) and SIGTERM set a flag instead of ending the program; a second one ends it.
void catch_interrupt();
bool interrupted();

}  // namespace evtwin::cli
