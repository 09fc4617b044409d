// The one time model all panels share: cursor, window, markers, player.
#pragma once
#include <optional>
#include <span>

#include "kernel/time.hpp"

namespace evtwin::viewer::model {

using kernel::TimeNs;

/// Simulated seconds per real second.
inline constexpr double speeds[] = {1, 10, 60, 300, 900, 3600, 21600, 86400};

class TimeModel {
 public:
  /// Bounds of the run(s). Cursor and window are kept inside; the first call shows everything, cursor at the start.
  void set_bounds(TimeNs start_ns, TimeNs end_ns);

  TimeNs start_ns() const { return start_ns_; }
  TimeNs end_ns() const { return end_ns_; }
  TimeNs cursor_ns() const { return cursor_ns_; }
  TimeNs from_ns() const { return from_ns_; }
  TimeNs to_ns() const { return to_ns_; }

  void seek_time(TimeNs t);                  ///< clamped; the window follows when the cursor leaves it
  void show_window(TimeNs from, TimeNs to);  ///< window; at least min_window_ns wide, inside the bounds
  void show_whole_run() { show_window(start_ns_, end_ns_); }
  void zoom_at(double factor, TimeNs at);  ///< factor > 1: closer; `at` stays where it is
  void pan_by(TimeNs by);
  void zoom_to_markers();

  bool playing = false;
  double speed = 3600.0;  ///< simulated s per real s
  bool loop = false;      ///< over the markers, or the whole
  bool skip_idle = false;
  bool follow = false;  ///< the cursor stays at the end of a run still being written, until seek_time()
  std::optional<TimeNs> marker_a, marker_b;

  void play_faster();
  void play_slower();
  /// A frame of `real_s` seconds. @param event_times ascending; with skip_idle a stretch without any of them longer
  /// than idle_ns is jumped over.
  void advance_playback(double real_s, std::span<const TimeNs> event_times);
  /// True in the frame in which a stretch was jumped over.
  bool has_jumped() const { return jumped_; }

  static constexpr TimeNs min_window_ns = 10 * kernel::second_ns;
  static constexpr TimeNs idle_ns = kernel::hour_ns;

 private:
  TimeNs start_ns_ = 0, end_ns_ = kernel::hour_ns, cursor_ns_ = 0, from_ns_ = 0, to_ns_ = kernel::hour_ns;
  double fraction_ns_ = 0.0;  ///< of a ns that playing slowly still owes
  bool bounded_ = false, jumped_ = false;
};

}  // namespace evtwin::viewer::model
