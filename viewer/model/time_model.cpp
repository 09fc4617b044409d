#include "viewer/model/time_model.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <tuple>
#include <utility>

namespace evtwin::viewer::model {

void TimeModel::set_bounds(TimeNs start_ns, TimeNs end_ns) {
  const bool showed_all = !bounded_ || (from_ns_ == start_ns_ && to_ns_ == end_ns_);
  start_ns_ = start_ns;
  end_ns_ = std::max(end_ns, start_ns + min_window_ns);
  if (!bounded_) cursor_ns_ = start_ns_;
  bounded_ = true;
  if (showed_all) {
    show_whole_run();
  } else {
    show_window(from_ns_, to_ns_);
  }
  cursor_ns_ = std::clamp(cursor_ns_, start_ns_, end_ns_);
}

void TimeModel::seek_time(TimeNs t) {
  follow = false;
  cursor_ns_ = std::clamp(t, start_ns_, end_ns_);
  fraction_ns_ = 0.0;
  if (cursor_ns_ >= from_ns_ && cursor_ns_ <= to_ns_) return;
  const TimeNs width = to_ns_ - from_ns_;
  show_window(cursor_ns_ - width / 4, cursor_ns_ - width / 4 + width);
}

void TimeModel::show_window(TimeNs from, TimeNs to) {
  if (to < from) std::swap(from, to);
  const TimeNs width = std::clamp(to - from, min_window_ns, end_ns_ - start_ns_);
  from_ns_ = std::clamp(from, start_ns_, end_ns_ - width);
  to_ns_ = from_ns_ + width;
}

void TimeModel::zoom_at(double factor, TimeNs at) {
  const double width = static_cast<double>(to_ns_ - from_ns_);
  const double whole = static_cast<double>(end_ns_ - start_ns_);
  const double new_width = std::clamp(width / factor, static_cast<double>(min_window_ns), whole);
  const double left = static_cast<double>(at - from_ns_) / width;
  const TimeNs from = at - std::llround(left * new_width);
  show_window(from, from + std::llround(new_width));
}

void TimeModel::pan_by(TimeNs by) { show_window(from_ns_ + by, to_ns_ + by); }

void TimeModel::zoom_to_markers() {
  if (!marker_a || !marker_b) return;
  const auto [from, to] = std::minmax(*marker_a, *marker_b);
  const TimeNs margin = (to - from) / 20;
  show_window(from - margin, to + margin);
}

void TimeModel::play_faster() {
  const auto next = std::upper_bound(std::begin(speeds), std::end(speeds), speed);
  if (next != std::end(speeds)) speed = *next;
}

void TimeModel::play_slower() {
  const auto here = std::lower_bound(std::begin(speeds), std::end(speeds), speed);
  if (here != std::begin(speeds)) speed = *std::prev(here);
}

void TimeModel::advance_playback(double real_s, std::span<const TimeNs> event_times) {
  jumped_ = false;
  if (follow) cursor_ns_ = end_ns_;
  if (!playing) return;

  TimeNs first = start_ns_, last = end_ns_;
  if (loop && marker_a && marker_b && *marker_a != *marker_b) std::tie(first, last) = std::minmax(*marker_a, *marker_b);

  const double step_ns = real_s * speed * static_cast<double>(kernel::second_ns) + fraction_ns_;
  const TimeNs whole = static_cast<TimeNs>(std::min(step_ns, 9e18));
  TimeNs next = whole > end_ns_ - cursor_ns_ ? end_ns_ : cursor_ns_ + whole;

  // A quiet stretch is jumped over to just before its next event; the jump itself takes no time.
  if (skip_idle) {
    const auto coming = std::upper_bound(event_times.begin(), event_times.end(), cursor_ns_);
    const TimeNs before = coming == event_times.begin() ? start_ns_ : *std::prev(coming);
    const TimeNs after = coming == event_times.end() ? last : *coming;
    constexpr TimeNs lead_ns = 5 * kernel::minute_ns;
    const bool idle = after - before > idle_ns && cursor_ns_ - before > lead_ns && after - cursor_ns_ > 2 * lead_ns;
    if (idle) {
      next = after - lead_ns;
      jumped_ = true;
    }
  }

  if (next < last) {
    seek_time(next);
    fraction_ns_ = step_ns - static_cast<double>(whole);
    return;
  }
  if (loop) {
    seek_time(first);
  } else {
    seek_time(last);
    playing = false;
  }
}

}  // namespace evtwin::viewer::model
