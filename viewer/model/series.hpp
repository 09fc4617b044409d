// One quantity over time, exact, with a pyramid over it so that any stretch is summed up in a few steps.
#pragma once
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <type_traits>
#include <vector>

#include "kernel/time.hpp"

namespace evtwin::viewer::model {

using kernel::TimeNs;

inline constexpr double none = std::numeric_limits<double>::quiet_NaN();

/// From `start_ns` until the next piece: v(t) = value + rate x g(t), where g grows from 0: hours since start where
/// `slope_per_h` is 0, else (exp(slope x hours) - 1) / slope. That one form holds a constant (rate 0), a ramp, a
/// battery's taper, and the integral of each; it is monotone, so its extremes are its ends. A value of NaN is a gap.
struct Piece {
  TimeNs start_ns = 0;
  double value = none;
  double rate_per_h = 0.0;
  double slope_per_h = 0.0;
};
static_assert(sizeof(Piece) == 32 && std::is_trivially_copyable_v<Piece>,
              "millions of them are held, two a cache line");

/// v(t) of a piece, t not before its start.
double value_in(const Piece& piece, TimeNs t);
/// Of v dt over [from, to], dt in hours; from not before the piece's start.
double integral_in(const Piece& piece, TimeNs from, TimeNs to);

/// Extremes, mean and integral of a stretch of time: exact, not sampled.
struct Extent {
  double min = none, max = none;  ///< NaN: nothing but gaps
  double integral_h = 0.0;        ///< of v dt, dt in hours, gaps left out
  double covered_h = 0.0;         ///< hours without gaps
  double mean() const { return covered_h > 0.0 ? integral_h / covered_h : none; }
};
static_assert(sizeof(Extent) == 32, "plots keep megabytes of them: viewer/plot/columns.cpp");

/// Pieces in the order of time. Built once, then only read (from any thread).
class Series {
 public:
  /// @param start_ns not before the last piece's; at the same instant the new piece replaces the old one. A piece that
  /// just goes on as the one before (same constant) is not stored twice. @throws std::invalid_argument: out of order.
  void add_piece(Piece piece);
  void add_piece(TimeNs start_ns, double value) { add_piece({start_ns, value, 0.0, 0.0}); }
  /// Where the last piece ends, and the pyramid is made. To be called once, after the last add. Pieces that start at
  /// end_ns or later are dropped.
  void finish_at(TimeNs end_ns);

  /// Equal numbers: equal content (a copy has its original's). Caches of series go by it; 0 before finish_at().
  std::uint64_t content_serial() const { return serial_; }
  bool empty() const { return pieces_.empty(); }
  std::size_t size() const { return pieces_.size(); }
  std::span<const Piece> pieces() const { return pieces_; }
  TimeNs start_ns() const { return pieces_.empty() ? 0 : pieces_.front().start_ns; }
  TimeNs end_ns() const { return end_ns_; }
  TimeNs end_of(std::size_t piece) const;
  /// Index of the piece in force at t; size() before the first and from end_ns on. O(log n).
  std::size_t piece_at(TimeNs t) const;

  /// NaN in gaps and outside. O(log n).
  double value_at(TimeNs t) const;
  /// Of [from, to): O(log n), whatever lies between. Outside the series is a gap.
  Extent extent_of(TimeNs from, TimeNs to) const;
  /// extent_of() of `columns` equal parts of [from, to), as a plot of that many pixels needs them; out.size() parts.
  /// Much cheaper than as many calls: it walks forward.
  void column_extents(TimeNs from, TimeNs to, std::span<Extent> out) const;

  /// The first start of a piece after t / the last one before t; time_never / -time_never where there is none.
  TimeNs next_change(TimeNs t) const;
  TimeNs previous_change(TimeNs t) const;

  std::size_t memory_bytes() const;

 private:
  struct Sum;  // an Extent being summed up
  void add_part(std::size_t piece, TimeNs from, TimeNs to, Sum& sum) const;
  void add_whole(std::size_t first, std::size_t last, Sum& sum) const;
  Extent extent_from(std::size_t& hint, TimeNs from, TimeNs to) const;

  std::vector<Piece> pieces_;
  std::vector<std::vector<Extent>> levels_;  ///< levels_[k][i]: extent of fan_out^(k+1) pieces from i x that on
  TimeNs end_ns_ = 0;
  std::uint64_t serial_ = 0;
};

/// Sum of series, exact at every change of each; of powers, the energy between two changes is exact, too. @returns
/// finished
Series sum_of(const std::vector<const Series*>& series, TimeNs start_ns, TimeNs end_ns);

}  // namespace evtwin::viewer::model
