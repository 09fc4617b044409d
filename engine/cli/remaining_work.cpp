#include "cli/remaining_work.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace evtwin::cli {

namespace {

constexpr double least_fraction = 0.01;  // below, a run's pace is not known yet

struct Mean {
  double sum = 0.0;
  std::size_t count = 0;
  void add(double value) {
    sum += value;
    ++count;
  }
  std::optional<double> value() const {
    return count == 0 ? std::nullopt : std::optional(sum / static_cast<double>(count));
  }
};

}  // namespace

RemainingWork::RemainingWork(std::size_t strategies, std::size_t worlds, unsigned threads)
    : worlds_(worlds), threads_(std::max(1U, threads)), runs_(strategies * worlds) {}

void RemainingWork::begin(std::size_t strategy, std::size_t world, double now_s) {
  runs_[strategy * worlds_ + world].begun_s = now_s;
}

void RemainingWork::note_progress(std::size_t strategy, std::size_t world, double fraction, double now_s) {
  Run& run = runs_[strategy * worlds_ + world];
  run.fraction = std::clamp(fraction, run.fraction, 1.0);
  run.told_s = now_s;
}

void RemainingWork::end(std::size_t strategy, std::size_t world, double now_s) {
  Run& run = runs_[strategy * worlds_ + world];
  run.ended_s = now_s;
  run.fraction = 1.0;
  ++ended_;
}

double RemainingWork::mean_fraction() const {
  double sum = 0.0;
  for (const Run& run : runs_) sum += run.fraction;
  return runs_.empty() ? 1.0 : sum / static_cast<double>(runs_.size());
}

bool RemainingWork::is_running() const {
  return std::any_of(runs_.begin(), runs_.end(), [](const Run& run) { return run.begun_s && run.fraction < 1.0; });
}

std::optional<double> RemainingWork::length_s(const Run& run) const {
  if (!run.begun_s) return std::nullopt;
  if (run.ended_s) return *run.ended_s - *run.begun_s;
  if (run.fraction < least_fraction) return std::nullopt;
  return (run.told_s - *run.begun_s) / run.fraction;
}

std::optional<double> RemainingWork::left_s(double now_s) const {
  Mean of_all;
  for (const Run& run : runs_) {
    if (const auto length = length_s(run)) of_all.add(*length);
  }

  double sum = 0.0, longest = 0.0;
  for (std::size_t first = 0; first < runs_.size(); first += worlds_) {
    Mean of_strategy;
    for (std::size_t i = first; i < first + worlds_; ++i) {
      if (const auto length = length_s(runs_[i])) of_strategy.add(*length);
    }

    for (std::size_t i = first; i < first + worlds_; ++i) {
      const Run& run = runs_[i];
      if (run.ended_s) continue;

      // Its own pace is the best guess, then runs of the same strategy on other worlds, then all runs.
      std::optional<double> length = length_s(run);
      if (!length) length = of_strategy.value();
      if (!length) length = of_all.value();
      if (!length) return std::nullopt;

      // A run may take longer than foreseen: it has nothing left, not less than nothing.
      const double left = std::max(0.0, *length - (run.begun_s ? now_s - *run.begun_s : 0.0));
      sum += left;
      longest = std::max(longest, left);
    }
  }

  // Threads share the work, but one run is done by one thread.
  return std::max(longest, sum / threads_);
}

std::string time_left_text(double left_s) {
  constexpr double minute = 60.0, hour = 3600.0, few_s = 10.0, step_s = 5.0;
  if (left_s < few_s) return fmt::format("about {:.0f} s left", std::max(1.0, std::ceil(left_s)));
  if (left_s < 1.5 * minute) return fmt::format("about {:.0f} s left", step_s * std::round(left_s / step_s));
  if (left_s < 1.5 * hour) return fmt::format("about {:.0f} min left", std::round(left_s / minute));
  return fmt::format("about {:.0f} h left", std::round(left_s / hour));
}

}  // namespace evtwin::cli
