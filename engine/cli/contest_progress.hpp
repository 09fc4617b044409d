// The view that people at a terminal have of a contest: a line for each run that is over, and how long the rest will
// take.
#pragma once
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "analysis/comparison.hpp"
#include "cli/progress.hpp"
#include "cli/remaining_work.hpp"

namespace evtwin::cli {

/// Safe from any thread.
class ContestProgress {
 public:
  /// @param strategies  names
  /// @param worlds      what each is called in front of its runs, "seed 3"; one may have no name
  ContestProgress(std::vector<std::string> strategies, std::vector<std::string> worlds, unsigned threads,
                  const Screen& screen = usual_screen());
  ~ContestProgress();
  ContestProgress(const ContestProgress&) = delete;
  ContestProgress& operator=(const ContestProgress&) = delete;

  void bound_begins();
  void bound_ends();
  void begin(std::size_t strategy, std::size_t world);
  void note_progress(std::size_t strategy, std::size_t world, double fraction);
  /// A contest of more than 60 runs has a line for each world instead of each run.
  void end(std::size_t strategy, std::size_t world, const analysis::Contender& run, const std::string& currency);

 private:
  double now_s() const;
  /// Renews the note behind the bar, once a second and when a run is over: more often nobody could read it.
  void look_ahead();
  void show_bar();
  void show_each_second(const std::stop_token& stop);

  std::vector<std::string> strategies_, worlds_;
  std::mutex mutex_;
  RemainingWork work_;
  std::vector<std::size_t> ended_;  ///< by world
  int bounds_ = 0;                  ///< being worked out
  std::string note_;
  ProgressBar bar_;
  std::chrono::steady_clock::time_point begun_;
  std::condition_variable_any woken_;
  std::jthread ticker_;  ///< last: it uses all of the above
};

}  // namespace evtwin::cli
