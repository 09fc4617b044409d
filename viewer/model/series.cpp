#include "viewer/model/series.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <iterator>
#include <stdexcept>

namespace evtwin::viewer::model {
namespace {

constexpr std::size_t fan_out = 16;

// g of piece: hours, or (exp(slope h) - 1) / slope.
double growth(double slope_per_h, double hours) {
  return slope_per_h == 0.0 ? hours : std::expm1(slope_per_h * hours) / slope_per_h;
}

// Integral of g from 0 to h. The closed form loses its digits where slope h is small: there the series, whose first
// term left out is below 1e-16 of the sum.
double growth_integral(double slope_per_h, double hours) {
  const double x = slope_per_h * hours;
  if (std::abs(x) < 0.01) {
    const double sum = 1.0 + x / 3.0 * (1.0 + x / 4.0 * (1.0 + x / 5.0 * (1.0 + x / 6.0 * (1.0 + x / 7.0))));
    return hours * hours / 2.0 * sum;
  }
  return (std::expm1(x) / slope_per_h - hours) / slope_per_h;
}

// The same curve, told from a later instant on.
Piece from_instant(const Piece& piece, TimeNs t) {
  if (t <= piece.start_ns) return piece;
  Piece later = piece;
  later.start_ns = t;
  later.value = value_in(piece, t);
  if (piece.slope_per_h != 0.0) {
    later.rate_per_h *= std::exp(piece.slope_per_h * kernel::hours_between(piece.start_ns, t));
  }
  return later;
}

TimeNs part_of(TimeNs from, TimeNs to, std::size_t part, std::size_t parts) {
  __extension__ using Wide = __int128;
  const Wide width = static_cast<Wide>(to) - from;
  return from + static_cast<TimeNs>(width * static_cast<Wide>(part) / static_cast<Wide>(parts));
}

}  // namespace

double value_in(const Piece& piece, TimeNs t) {
  if (piece.rate_per_h == 0.0) return piece.value;
  return piece.value + piece.rate_per_h * growth(piece.slope_per_h, kernel::hours_between(piece.start_ns, t));
}

double integral_in(const Piece& piece, TimeNs from, TimeNs to) {
  const Piece part = from_instant(piece, from);
  const double hours = kernel::hours_between(from, to);
  const double flat = part.value * hours;
  return part.rate_per_h == 0.0 ? flat : flat + part.rate_per_h * growth_integral(part.slope_per_h, hours);
}

struct Series::Sum {
  Extent extent;

  void range(double low, double high) {
    if (!(extent.min <= low)) extent.min = low;
    if (!(extent.max >= high)) extent.max = high;
  }
  void add(const Extent& other) {
    if (other.covered_h <= 0.0) return;
    range(other.min, other.max);
    extent.integral_h += other.integral_h;
    extent.covered_h += other.covered_h;
  }
};

void Series::add_piece(Piece piece) {
  if (!pieces_.empty() && piece.start_ns < pieces_.back().start_ns) {
    throw std::invalid_argument("pieces of a series go forward in time");
  }
  if (!pieces_.empty() && piece.start_ns == pieces_.back().start_ns) pieces_.pop_back();
  if (std::isnan(piece.value)) piece.rate_per_h = piece.slope_per_h = 0.0;
  if (!pieces_.empty() && piece.rate_per_h == 0.0 && pieces_.back().rate_per_h == 0.0) {
    const double before = pieces_.back().value;
    if (before == piece.value || (std::isnan(before) && std::isnan(piece.value))) return;
  }
  pieces_.push_back(piece);
}

void Series::finish_at(TimeNs end_ns) {
  static std::atomic<std::uint64_t> last_serial{0};
  serial_ = ++last_serial;
  end_ns_ = end_ns;
  while (!pieces_.empty() && pieces_.back().start_ns >= end_ns) pieces_.pop_back();
  pieces_.shrink_to_fit();
  levels_.clear();

  // Each level sums up fan_out entries of the one below, so that any stretch takes a few entries of each.
  std::size_t below = pieces_.size();
  while (below > fan_out) {
    std::vector<Extent> level((below + fan_out - 1) / fan_out);

    for (std::size_t i = 0; i < level.size(); ++i) {
      Sum sum;
      const std::size_t last = std::min(below, (i + 1) * fan_out);
      for (std::size_t child = i * fan_out; child < last; ++child) {
        if (levels_.empty()) {
          add_part(child, pieces_[child].start_ns, end_of(child), sum);
        } else {
          sum.add(levels_.back()[child]);
        }
      }
      level[i] = sum.extent;
    }
    below = level.size();
    levels_.push_back(std::move(level));
  }
}

TimeNs Series::end_of(std::size_t piece) const {
  return piece + 1 < pieces_.size() ? pieces_[piece + 1].start_ns : end_ns_;
}

std::size_t Series::piece_at(TimeNs t) const {
  if (pieces_.empty() || t < pieces_.front().start_ns || t >= end_ns_) return pieces_.size();
  const auto after = std::ranges::upper_bound(pieces_, t, {}, &Piece::start_ns);
  return static_cast<std::size_t>(after - pieces_.begin()) - 1;
}

double Series::value_at(TimeNs t) const {
  const std::size_t piece = piece_at(t);
  return piece == pieces_.size() ? none : value_in(pieces_[piece], t);
}

void Series::add_part(std::size_t piece, TimeNs from, TimeNs to, Sum& sum) const {
  if (from >= to || std::isnan(pieces_[piece].value)) return;
  const double begin = value_in(pieces_[piece], from), end = value_in(pieces_[piece], to);
  sum.range(std::min(begin, end), std::max(begin, end));
  sum.extent.integral_h += integral_in(pieces_[piece], from, to);
  sum.extent.covered_h += kernel::hours_between(from, to);
}

// Pieces first .. last - 1, by the largest blocks that fit.
void Series::add_whole(std::size_t first, std::size_t last, Sum& sum) const {
  while (first < last) {
    std::size_t level = 0, width = 1;
    while (level < levels_.size() && first % (width * fan_out) == 0 && first + width * fan_out <= last) {
      width *= fan_out;
      ++level;
    }
    if (level == 0) {
      add_part(first, pieces_[first].start_ns, end_of(first), sum);
    } else {
      sum.add(levels_[level - 1][first / width]);
    }
    first += width;
  }
}

// @param hint a piece that does not start after `from`, or 0; becomes the last one touched
Extent Series::extent_from(std::size_t& hint, TimeNs from, TimeNs to) const {
  from = std::max(from, start_ns());
  to = std::min(to, end_ns_);
  if (pieces_.empty() || from >= to) return {};

  // The last piece that starts at or before t, looked for in growing steps from `near` on.
  const auto find = [&](std::size_t near, TimeNs t) {
    std::size_t step = 1;
    while (near + step < pieces_.size() && pieces_[near + step].start_ns <= t) {
      near += step;
      step *= 2;
    }
    const auto begin = pieces_.begin() + static_cast<std::ptrdiff_t>(near);
    const auto end = pieces_.begin() + static_cast<std::ptrdiff_t>(std::min(near + step, pieces_.size()));
    const auto after = std::upper_bound(begin, end, t, [](TimeNs time, const Piece& p) { return time < p.start_ns; });
    return static_cast<std::size_t>(after - pieces_.begin()) - 1;
  };
  const std::size_t first = find(hint, from);
  const std::size_t last = find(first, to - 1);
  hint = last;

  Sum sum;
  if (first == last) {
    add_part(first, from, to, sum);
  } else {
    add_part(first, from, end_of(first), sum);
    add_whole(first + 1, last, sum);
    add_part(last, pieces_[last].start_ns, to, sum);
  }
  return sum.extent;
}

Extent Series::extent_of(TimeNs from, TimeNs to) const {
  const std::size_t at_from = piece_at(from);
  std::size_t hint = at_from == pieces_.size() ? 0 : at_from;
  return extent_from(hint, from, to);
}

void Series::column_extents(TimeNs from, TimeNs to, std::span<Extent> out) const {
  const std::size_t at_from = piece_at(from);
  std::size_t hint = at_from == pieces_.size() ? 0 : at_from;
  TimeNs begin = from;
  for (std::size_t column = 0; column < out.size(); ++column) {
    const TimeNs end = to > from ? part_of(from, to, column + 1, out.size()) : from;
    out[column] = extent_from(hint, begin, end);
    begin = end;
  }
}

TimeNs Series::next_change(TimeNs t) const {
  const auto after = std::ranges::upper_bound(pieces_, t, {}, &Piece::start_ns);
  return after == pieces_.end() ? kernel::time_never : after->start_ns;
}

TimeNs Series::previous_change(TimeNs t) const {
  const auto at_or_after = std::ranges::lower_bound(pieces_, t, {}, &Piece::start_ns);
  return at_or_after == pieces_.begin() ? -kernel::time_never : std::prev(at_or_after)->start_ns;
}

std::size_t Series::memory_bytes() const {
  std::size_t bytes = pieces_.capacity() * sizeof(Piece);
  for (const std::vector<Extent>& level : levels_) bytes += level.capacity() * sizeof(Extent);
  return bytes;
}

}  // namespace evtwin::viewer::model
