#include "viewer/plot/curve.hpp"

#include <algorithm>
#include <cmath>

#include "viewer/plot/columns.hpp"

namespace evtwin::viewer::plot {
namespace {

using model::Extent;
using model::Piece;
using model::Series;

/// More pieces than this per column on the average: columns throughout.
constexpr std::size_t dense_pieces = 4;
/// More starts than this in one column: that column shows its mean and extremes.
constexpr std::size_t busy_starts = 2;
/// Distance of the points of a taper.
constexpr float taper_pixels = 2.0F;

class Tracer {
 public:
  Tracer(const Series& series, const TimeScale& time, const ValueScale& value, bool stairs, Curve& curve)
      : series_(series), time_(time), value_(value), stairs_(stairs), curve_(curve) {}

  void by_columns() {
    const Columns columns = columns_of(series_, time_);
    curve_.dense = true;
    bool open = false;
    float left = columns.left_edge(time_, 0), last_y = 0.0F;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const Extent& extent = columns.extents[i];
      const float right = columns.right_edge(time_, i);
      if (!(extent.covered_h > 0.0)) {
        if (open) curve_.add_point({left, last_y});
        curve_.begin_gap();
        open = false;
      } else {
        last_y = value_.y_of(extent.mean());
        if (!open) curve_.add_point({left, last_y});
        curve_.add_point({(left + right) / 2.0F, last_y});
        add_band(extent, left, right);
        open = true;
      }
      left = right;
    }
    if (open) curve_.add_point({left, last_y});
  }

  void by_pieces(std::size_t first, std::size_t last, TimeNs begin, TimeNs end) {
    const std::span<const Piece> pieces = series_.pieces();
    std::size_t i = first;
    while (i <= last) {
      const std::size_t column = time_.column_of(std::max(pieces[i].start_ns, begin));
      std::size_t next = i + 1;
      while (next <= last && time_.column_of(pieces[next].start_ns) == column) ++next;
      // After this column a busy one may come, which begins before its first piece does.
      if (next - i <= busy_starts) {
        for (; i < next; ++i) add_piece(i, std::max(pieces[i].start_ns, begin), end_in(i, next, last, end));
        continue;
      }

      // Too many pieces to see: mean and extremes of the column stand for them.
      const TimeNs from = std::max(begin, time_.column_start(column));
      const TimeNs to = std::min(end, time_.column_start(column + 1));
      const Extent extent = series_.extent_of(from, to);
      const float left = time_.left + static_cast<float>(column);
      if (extent.covered_h > 0.0) {
        curve_.add_point({left + 0.5F, value_.y_of(extent.mean())});
        add_band(extent, left, left + 1.0F);
      } else {
        curve_.begin_gap();
      }

      if (to < end) add_piece(next - 1, to, end_in(next - 1, next, last, end));
      i = next;
    }
  }

 private:
  /// Where piece i is to be drawn to: its end, or the start of the column after it where that is a busy one.
  TimeNs end_in(std::size_t i, std::size_t next, std::size_t last, TimeNs end) const {
    const std::span<const Piece> pieces = series_.pieces();
    if (i + 1 > last) return end;
    const TimeNs stop = pieces[i + 1].start_ns;
    if (i + 1 != next) return stop;
    const std::size_t column = time_.column_of(stop);
    const std::size_t third = next + busy_starts;
    const bool busy = third <= last && time_.column_of(pieces[third].start_ns) == column;
    return busy ? std::max(pieces[i].start_ns, time_.column_start(column)) : stop;
  }

  void add_piece(std::size_t i, TimeNs from, TimeNs to) {
    const Piece& piece = series_.pieces()[i];
    if (std::isnan(piece.value)) {
      curve_.begin_gap();
      return;
    }
    if (to <= from) return;
    if (!stairs_) {
      add_ramp(i, from, to);
      return;
    }
    const float left = time_.x_of(from), right = time_.x_of(to);
    curve_.add_point({left, value_.y_of(value_in(piece, from))});
    // A taper, or anything but a constant on a logarithmic axis, is a curve.
    if (piece.rate_per_h != 0.0 && (piece.slope_per_h != 0.0 || value_.log)) {
      const auto steps = static_cast<TimeNs>((right - left) / taper_pixels);
      for (TimeNs step = 1; step < steps; ++step) {
        const TimeNs t = from + (to - from) / steps * step;
        curve_.add_point({time_.x_of(t), value_.y_of(value_in(piece, t))});
      }
    }
    curve_.add_point({right, value_.y_of(value_in(piece, to))});
  }

  void add_ramp(std::size_t i, TimeNs from, TimeNs to) {
    const std::span<const Piece> pieces = series_.pieces();
    const double start = pieces[i].value;
    double end = start;
    if (i + 1 < pieces.size() && !std::isnan(pieces[i + 1].value)) end = pieces[i + 1].value;
    const double hours = kernel::hours_between(pieces[i].start_ns, series_.end_of(i));
    const auto at = [&](TimeNs t) {
      return start + (end - start) * (kernel::hours_between(pieces[i].start_ns, t) / hours);
    };
    curve_.add_point({time_.x_of(from), value_.y_of(hours > 0.0 ? at(from) : start)});
    curve_.add_point({time_.x_of(to), value_.y_of(hours > 0.0 ? at(to) : end)});
  }

  void add_band(const Extent& extent, float left, float right) {
    const float top = value_.y_of(extent.max), bottom = value_.y_of(extent.min);
    if (bottom - top >= 1.0F) curve_.bands.push_back({left, right, top, bottom});
  }

  const Series& series_;
  const TimeScale& time_;
  const ValueScale& value_;
  bool stairs_;
  Curve& curve_;
};

}  // namespace

float ValueScale::y_of(double v) const {
  double part = 0.0;
  if (log) {
    part = v > 0.0 ? std::log(v / min) / std::log(max / min) : -10.0;
  } else {
    part = (v - min) / (max - min);
  }
  if (std::isnan(part)) part = 0.0;  // infinite over infinite
  return bottom - static_cast<float>(std::clamp(part, -10.0, 10.0) * static_cast<double>(bottom - top));
}

float TimeScale::x_of(TimeNs t) const {
  const double part = static_cast<double>(t - from_ns) / static_cast<double>(to_ns - from_ns);
  return left + static_cast<float>(part * static_cast<double>(columns));
}

TimeNs TimeScale::column_start(std::size_t column) const {
  __extension__ using Wide = __int128;
  const Wide width = static_cast<Wide>(to_ns) - from_ns;
  return from_ns + static_cast<TimeNs>(width * static_cast<Wide>(column) / static_cast<Wide>(columns));
}

std::size_t TimeScale::column_of(TimeNs t) const {
  // The estimate by floating point is off by one column at most.
  const double part = static_cast<double>(t - from_ns) / static_cast<double>(to_ns - from_ns);
  auto column = std::min(static_cast<std::size_t>(std::max(0.0, part) * static_cast<double>(columns)), columns - 1);
  if (column + 1 < columns && column_start(column + 1) <= t) ++column;
  if (column > 0 && column_start(column) > t) --column;
  return column;
}

void Curve::clear() {
  points.clear();
  run_starts.clear();
  bands.clear();
  dense = open_ = false;
}

void Curve::add_point(ImVec2 point) {
  if (!open_) {
    run_starts.push_back(points.size());
    open_ = true;
    points.push_back(point);
    return;
  }
  // The middle one of three on a horizontal, or on a vertical going one way, says nothing.
  if (points.size() >= run_starts.back() + 2) {
    const ImVec2 last = points.back(), before = points[points.size() - 2];
    const bool flat = before.y == last.y && last.y == point.y;
    const bool upright = before.x == last.x && last.x == point.x && (last.y - before.y) * (point.y - last.y) >= 0.0F;
    if (flat || upright) {
      points.back() = point;
      return;
    }
  }
  if (points.back().x != point.x || points.back().y != point.y) points.push_back(point);
}

std::span<const ImVec2> Curve::points_of_run(std::size_t index) const {
  const std::size_t start = run_starts[index];
  const std::size_t end = index + 1 < run_starts.size() ? run_starts[index + 1] : points.size();
  return std::span(points).subspan(start, end - start);
}

void trace_series(const Series& series, const TimeScale& time, const ValueScale& value, bool stairs, Curve& curve) {
  curve.clear();
  const TimeNs begin = std::max(time.from_ns, series.start_ns()), end = std::min(time.to_ns, series.end_ns());
  if (series.empty() || begin >= end || time.columns == 0) return;
  const std::size_t first = series.piece_at(begin), last = series.piece_at(end - 1);
  Tracer tracer(series, time, value, stairs, curve);
  if (last - first + 1 > dense_pieces * time.columns) {
    tracer.by_columns();
  } else {
    tracer.by_pieces(first, last, begin, end);
  }
}

}  // namespace evtwin::viewer::plot
