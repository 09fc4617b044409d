// How long runs that differ much in length will still take, from how far each of them is.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace evtwin::cli {

/// Every strategy runs once on each of several worlds (a compare without seeds has one). Times are seconds of any clock
/// that does not go back.
class RemainingWork {
 public:
  RemainingWork(std::size_t strategies, std::size_t worlds, unsigned threads);

  void begin(std::size_t strategy, std::size_t world, double now_s);
  /// @param fraction  of the run that is done, 0..1
  void note_progress(std::size_t strategy, std::size_t world, double fraction, double now_s);
  /// Whether it finished or failed.
  void end(std::size_t strategy, std::size_t world, double now_s);

  std::size_t runs_ended() const { return ended_; }
  std::size_t run_count() const { return runs_.size(); }
  /// Mean of the fractions of all runs.
  double mean_fraction() const;
  /// Runs begun, of which something is still to do.
  bool is_running() const;

  /// The longest run still to be done, or all of them over the threads, whichever is longer. A run that has begun goes
  /// on at its own pace; one that has not takes what its strategy takes on other worlds, else the mean of what is
  /// known. Unknown until something is.
  std::optional<double> left_s(double now_s) const;

 private:
  struct Run {
    std::optional<double> begun_s, ended_s;
    double fraction = 0.0;
    double told_s = 0.0;  ///< when the fraction was told
  };
  /// How long it takes in all, as far as that can be told.
  std::optional<double> length_s(const Run& run) const;

  std::size_t worlds_;
  unsigned threads_;
  std::size_t ended_ = 0;
  std::vector<Run> runs_;  ///< by strategy, then world
};

/// "about 40 s left", "about 12 min left", "about 3 h left".
std::string time_left_text(double left_s);

}  // namespace evtwin::cli
