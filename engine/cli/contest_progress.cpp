#include "cli/contest_progress.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "analysis/text_table.hpp"
#include "kernel/text.hpp"

namespace evtwin::cli {

namespace {

constexpr std::size_t most_lines = 60;

/// Names as they are shown, filled up to one width.
std::vector<std::string> shown(std::vector<std::string> names) {
  std::size_t width = 0;
  for (std::string& name : names) {
    name = kernel::make_printable(name, 40);
    width = std::max(width, kernel::display_width(name));
  }
  for (std::string& name : names) name.append(width - kernel::display_width(name), ' ');
  return names;
}

}  // namespace

ContestProgress::ContestProgress(std::vector<std::string> strategies, std::vector<std::string> worlds, unsigned threads,
                                 const Screen& screen)
    : strategies_(shown(std::move(strategies))),
      worlds_(shown(std::move(worlds))),
      work_(strategies_.size(), worlds_.size(), threads),
      ended_(worlds_.size(), 0),
      bar_("", screen),
      begun_(std::chrono::steady_clock::now()) {
  // The time left is counted down between reports: runs may be silent for long, and a bound reports nothing at all.
  if (bar_.is_seen()) ticker_ = std::jthread([this](const std::stop_token& stop) { show_each_second(stop); });
}

ContestProgress::~ContestProgress() = default;

double ContestProgress::now_s() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun_).count();
}

void ContestProgress::show_each_second(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    look_ahead();
    show_bar();
    woken_.wait_for(lock, stop, std::chrono::seconds(1), [] { return false; });
  }
}

void ContestProgress::look_ahead() {
  if (!bar_.is_seen()) return;
  if (bounds_ > 0 && !work_.is_running()) {
    note_ = "working out the bound";
    return;
  }
  const auto left = work_.left_s(now_s());
  note_ = left && work_.runs_ended() < work_.run_count() ? time_left_text(*left) : "";
}

void ContestProgress::show_bar() {
  bar_.show_fraction(work_.mean_fraction(), fmt::format("{} of {} done", work_.runs_ended(), work_.run_count()), note_);
}

void ContestProgress::bound_begins() {
  const std::lock_guard lock(mutex_);
  ++bounds_;
}

void ContestProgress::bound_ends() {
  const std::lock_guard lock(mutex_);
  --bounds_;
}

void ContestProgress::begin(std::size_t strategy, std::size_t world) {
  const std::lock_guard lock(mutex_);
  work_.begin(strategy, world, now_s());
}

void ContestProgress::note_progress(std::size_t strategy, std::size_t world, double fraction) {
  const std::lock_guard lock(mutex_);
  work_.note_progress(strategy, world, fraction, now_s());
  if (fraction >= 1.0) look_ahead();
  show_bar();
}

void ContestProgress::end(std::size_t strategy, std::size_t world, const analysis::Contender& run,
                          const std::string& currency) {
  const std::lock_guard lock(mutex_);
  work_.end(strategy, world, now_s());
  const std::string place = worlds_[world].empty() ? "" : worlds_[world] + "  ";
  const bool world_over = ++ended_[world] == strategies_.size();
  if (work_.run_count() <= most_lines) {
    const std::string figure =
        run.error.empty() ? analysis::money_text(analysis::value_of(run.kpis, "objective"), currency) : "failed";
    bar_.print_line(fmt::format("{}{}  {:>18}  {:>8.1f} s", place, strategies_[strategy], figure, run.wall_s));
  } else if (world_over) {
    bar_.print_line(fmt::format("{}{} strategies  {:>8.1f} s since the start", place, strategies_.size(), now_s()));
  }
  look_ahead();
  show_bar();
}

}  // namespace evtwin::cli
