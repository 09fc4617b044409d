// How far a run is, for people at a terminal; and the way they stop it.
#pragma once
#include <chrono>
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

namespace evtwin::cli {

/// From now on every percent is a line on stderr, for programs: "progress 0.43".
void tell_progress_in_lines();

/// Where people see how far a run is.
struct Screen {
  std::FILE* file;
  bool terminal;                ///< else nothing is shown
  std::chrono::seconds silent;  ///< what is over sooner needs no bar
};
/// stderr, silent for a second.
Screen usual_screen();

/// A bar on stderr, only when stderr is a terminal, only after a second of work, gone when done. Not for several
/// threads at the same time.
class ProgressBar {
 public:
  explicit ProgressBar(std::string label, const Screen& screen = usual_screen());
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  /// Whether anybody sees bar and lines.
  bool is_seen() const;
  void show_fraction(double fraction) { show_fraction(fraction, label_, {}); }
  /// @param label  in place of the first
  /// @param note   behind the bar: how long it will take; may be empty
  void show_fraction(double fraction, const std::string& label, const std::string& note);
  /// A line above the bar that stays; one that comes before there is a bar waits for it, and is dropped where none
  /// comes.
  void print_line(std::string line);

 private:
  std::string label_;
  Screen screen_;
  bool shown_ = false;
  int last_percent_ = -1;
  std::string last_text_;
  std::vector<std::string> lines_;  ///< to be said
  std::chrono::steady_clock::time_point begun_;
};

/// From now on Ctrl-C (SIGINT) and SIGTERM set a flag instead of ending the program; a second one ends it.
void catch_interrupt();
bool was_interrupted();

}  // namespace evtwin::cli
