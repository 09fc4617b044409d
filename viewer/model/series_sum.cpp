// The sum of many series, each changing at its own instants.
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <optional>

#include "viewer/model/series.hpp"

namespace evtwin::viewer::model {
namespace {

// Mean of g over [0, 1] for slope x, as a share of g(1): 1/2 for a ramp, near 0 for what rises late.
double share_of(double x) {
  if (std::abs(x) < 1e-3) return 0.5 - x / 12.0 + x * x * x / 720.0;
  return 1.0 / x - 1.0 / std::expm1(x);
}

// The curve from `value` to `end` that holds `integral`. None where the sum turns round in between.
std::optional<Piece> curve_between(TimeNs start_ns, double hours, double value, double end, double integral) {
  const double rise = end - value;
  const Piece line{start_ns, value, rise / hours, 0.0};
  const double beside_line = integral - 0.5 * (value + end) * hours;
  if (std::abs(beside_line) <= 1e-12 * (std::abs(value) + std::abs(end)) * hours) return line;
  const double share = (integral / hours - value) / rise;
  constexpr double steepest = 700.0;  // exp overflows beyond
  if (!(share > share_of(steepest)) || !(share < share_of(-steepest))) return std::nullopt;

  // Newton where it stays inside, else halving; the share falls as the slope grows.
  double low = -steepest, high = steepest;
  double x = std::clamp(12.0 * (0.5 - share), low, high);
  for (int step = 0; step < 80; ++step) {
    const double error = share_of(x) - share;
    (error > 0.0 ? low : high) = x;
    const double near = 1e-4 * (1.0 + std::abs(x));
    const double steepness = (share_of(x + near) - share_of(x - near)) / (2.0 * near);
    double next = x - error / steepness;
    if (!(next > low) || !(next < high)) next = 0.5 * (low + high);
    const bool still = std::abs(next - x) <= 1e-14 * (1.0 + std::abs(x));
    x = next;
    if (still) break;
  }
  if (x == 0.0) return line;
  const double slope = x / hours;
  return Piece{start_ns, value, rise * slope / std::expm1(x), slope};
}

struct Change {
  TimeNs time_ns;
  std::uint32_t series, piece;
};

// The pieces in force, and which of them are not 0.
struct Active {
  std::vector<const Piece*> pieces;
  std::vector<std::uint64_t> words;

  void set(std::uint32_t series, const Piece& piece) {
    pieces[series] = &piece;
    const std::uint64_t bit = std::uint64_t{1} << (series % 64);
    const bool zero = piece.value == 0.0 && piece.rate_per_h == 0.0;
    std::uint64_t& word = words[series / 64];
    word = zero ? word & ~bit : word | bit;
  }
  template <class Function>
  void each(Function function) const {
    for (std::size_t w = 0; w < words.size(); ++w) {
      for (std::uint64_t left = words[w]; left != 0; left &= left - 1) {
        function(*pieces[w * 64 + static_cast<std::size_t>(std::countr_zero(left))]);
      }
    }
  }
};

// The sum of all that is in force over [from, to). Itself a piece where all that moves has one slope; else the curve
// with its ends and its energy, or where it turns round, halves of it.
void add_sum(const Active& active, TimeNs from, TimeNs to, int halvings, Series& series) {
  Piece sum{from, 0.0, 0.0, 0.0};
  bool same_slope = true, moving = false;
  active.each([&](const Piece& piece) {
    sum.value += value_in(piece, from);
    if (piece.rate_per_h == 0.0) return;
    const double hours = kernel::hours_between(piece.start_ns, from);
    same_slope = same_slope && (!moving || piece.slope_per_h == sum.slope_per_h);
    if (!moving) sum.slope_per_h = piece.slope_per_h;
    sum.rate_per_h +=
        piece.slope_per_h == 0.0 ? piece.rate_per_h : piece.rate_per_h * std::exp(piece.slope_per_h * hours);
    moving = true;
  });
  // Pieces of one slope add up to a piece of that slope.
  if (same_slope || std::isnan(sum.value)) {
    series.add_piece(sum);
    return;
  }

  const double hours = kernel::hours_between(from, to);
  double end = 0.0, integral = 0.0;
  active.each([&](const Piece& piece) {
    end += value_in(piece, to);
    integral += integral_in(piece, from, to);
  });
  const std::optional<Piece> curve = curve_between(from, hours, sum.value, end, integral);
  // The sum turns round in between: its halves may not.
  if (!curve && halvings > 0 && to - from > 1) {
    const TimeNs middle = from + (to - from) / 2;
    add_sum(active, from, middle, halvings - 1, series);
    add_sum(active, middle, to, halvings - 1, series);
    return;
  }
  series.add_piece(curve.value_or(Piece{from, sum.value, (end - sum.value) / hours, 0.0}));
}

}  // namespace

Series sum_of(const std::vector<const Series*>& series, TimeNs start_ns, TimeNs end_ns) {
  std::vector<Change> changes;
  std::size_t count = 0;
  for (const Series* one : series) count += one->size();
  changes.reserve(count);
  for (std::uint32_t i = 0; i < series.size(); ++i) {
    const std::span<const Piece> pieces = series[i]->pieces();
    for (std::uint32_t k = 0; k < pieces.size(); ++k) changes.push_back({pieces[k].start_ns, i, k});
  }
  std::ranges::sort(changes, [](const Change& a, const Change& b) {
    return a.time_ns != b.time_ns ? a.time_ns < b.time_ns : a.series < b.series;
  });

  Series sum;
  const Piece nothing{start_ns, 0.0, 0.0, 0.0};
  Active active{std::vector<const Piece*>(series.size(), &nothing),
                std::vector<std::uint64_t>((series.size() + 63) / 64)};
  TimeNs from = start_ns;

  for (std::size_t next = 0; from < end_ns;) {
    while (next < changes.size() && changes[next].time_ns <= from) {
      const Change& change = changes[next++];
      active.set(change.series, series[change.series]->pieces()[change.piece]);
    }
    const TimeNs to = next < changes.size() ? std::min(changes[next].time_ns, end_ns) : end_ns;
    constexpr int halvings = 10;  // to a thousandth of the way between two changes
    add_sum(active, from, to, halvings, sum);
    from = to;
  }
  sum.finish_at(end_ns);
  return sum;
}

}  // namespace evtwin::viewer::model
