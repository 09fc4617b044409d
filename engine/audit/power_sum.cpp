#include "audit/power_sum.hpp"

#include <algorithm>
#include <cmath>

namespace evtwin::audit {
namespace {

/// Halvings until a piece is left as it is: a millionth of a second of an hour.
constexpr int most_halvings = 32;
/// Rounding of a sum of powers, relative to the largest of them: within it a sum stands at its level all the time.
constexpr double rounding = 1e-13;

}  // namespace

double Taper::at(double hours) const { return rate_per_h == 0.0 ? kw : kw * std::exp(rate_per_h * hours); }

double Taper::energy(double from, double to) const {
  const double hours = to - from;
  const double grown = rate_per_h * hours;
  if (grown == 0.0) return at(from) * hours;
  return at(from) * hours * (std::expm1(grown) / grown);
}

void PowerSum::clear() {
  constant_kw_ = 0.0;
  tapers_.clear();
}

void PowerSum::add(const Taper& taper, double factor) {
  if (taper.rate_per_h == 0.0) {
    constant_kw_ += factor * taper.kw;
  } else {
    tapers_.push_back({factor * taper.kw, taper.rate_per_h});
  }
}

void PowerSum::add(const PowerSum& other, double factor) {
  constant_kw_ += factor * other.constant_kw_;
  for (const Taper& taper : other.tapers_) add(taper, factor);
}

double PowerSum::at(double hours) const {
  double kw = constant_kw_;
  for (const Taper& taper : tapers_) kw += taper.at(hours);
  return kw;
}

double PowerSum::energy(double from, double to) const {
  double kwh = constant_kw_ * (to - from);
  for (const Taper& taper : tapers_) kwh += taper.energy(from, to);
  return kwh;
}

/// Every taper is monotone, so that its ends bound it.
PowerSum::Range PowerSum::bounds(double from, double to) const {
  Range range{constant_kw_, constant_kw_};
  for (const Taper& taper : tapers_) {
    const double a = taper.at(from), b = taper.at(to);
    range.low += std::min(a, b);
    range.high += std::max(a, b);
  }
  return range;
}

double PowerSum::magnitude(double from, double to) const {
  double kw = std::abs(constant_kw_);
  for (const Taper& taper : tapers_) kw += std::max(std::abs(taper.at(from)), std::abs(taper.at(to)));
  return kw;
}

PowerSum PowerSum::slope() const {
  PowerSum slope;
  for (const Taper& taper : tapers_) slope.add({taper.kw * taper.rate_per_h, taper.rate_per_h});
  return slope;
}

/// By bisection to the last bit; the sum is monotone between, and its ends lie on both sides.
double PowerSum::crossing_between(double level_kw, double from, double to) const {
  const bool rises = at(to) > level_kw;
  while (true) {
    const double middle = 0.5 * (from + to);
    if (!(from < middle && middle < to)) return middle;
    ((at(middle) > level_kw) == rises ? to : from) = middle;
  }
}

void PowerSum::find_crossings(double level_kw, double from, double to, int depth, const PowerSum& slope,
                              std::vector<double>& out) const {
  const Range range = bounds(from, to);
  const double noise = rounding * std::max(magnitude(from, to), std::abs(level_kw));
  if (range.low > level_kw || range.high < level_kw) return;
  if (range.high - level_kw <= noise && level_kw - range.low <= noise) return;

  // Where the sum only falls or only rises, its ends tell whether it crosses.
  const Range change = slope.bounds(from, to);
  if (change.low >= 0.0 || change.high <= 0.0 || depth == 0) {
    if ((at(from) > level_kw) != (at(to) > level_kw)) out.push_back(crossing_between(level_kw, from, to));
    return;
  }
  const double middle = 0.5 * (from + to);
  find_crossings(level_kw, from, middle, depth - 1, slope, out);
  find_crossings(level_kw, middle, to, depth - 1, slope, out);
}

std::vector<double> PowerSum::crossings(double level_kw, double from, double to) const {
  std::vector<double> found;
  if (tapers_.empty() || !std::isfinite(level_kw) || !(from < to)) return found;
  find_crossings(level_kw, from, to, most_halvings, slope(), found);
  std::erase_if(found, [&](double hours) { return hours <= from || hours >= to; });
  return found;
}

double PowerSum::energy_above(double level_kw, double from, double to) const {
  if (!std::isfinite(level_kw)) return 0.0;
  std::vector<double> cuts = crossings(level_kw, from, to);
  cuts.push_back(to);
  double kwh = 0.0;
  for (const double cut : cuts) {
    if (at(0.5 * (from + cut)) > level_kw) kwh += energy(from, cut) - level_kw * (cut - from);
    from = cut;
  }
  return std::max(0.0, kwh);
}

double PowerSum::energy_below(double level_kw, double from, double to) const {
  if (!std::isfinite(level_kw)) return 0.0;
  PowerSum turned;
  turned.add(*this, -1.0);
  return turned.energy_above(-level_kw, from, to);
}

double PowerSum::highest(double from, double to) const {
  double kw = std::max(at(from), at(to));
  if (tapers_.size() < 2) return kw;
  // Several tapers may have a summit between.
  const PowerSum change = slope();
  for (const double summit : change.crossings(0.0, from, to)) kw = std::max(kw, at(summit));
  return kw;
}

}  // namespace evtwin::audit
