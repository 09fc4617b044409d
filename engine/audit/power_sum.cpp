#include "audit/power_sum.hpp"

#include <algorithm>
#include <cmath>

namespace evtwin::audit {
namespace {

/// Of a piece before it is looked at in full: most are decided by then.
constexpr int most_halvings = 6;

}  // namespace

double Taper::kw_at(double hours) const { return rate_per_h == 0.0 ? kw : kw * std::exp(rate_per_h * hours); }

double Taper::energy_kwh(double from, double to) const {
  const double hours = to - from;
  const double grown = rate_per_h * hours;
  if (grown == 0.0) return kw_at(from) * hours;
  return kw_at(from) * hours * (std::expm1(grown) / grown);
}

void PowerSum::clear() {
  constant_kw_ = 0.0;
  tapers_.clear();
}

void PowerSum::add_power(const Taper& taper, double factor) {
  if (taper.rate_per_h == 0.0) {
    constant_kw_ += factor * taper.kw;
  } else {
    tapers_.push_back({factor * taper.kw, taper.rate_per_h});
  }
}

void PowerSum::add_power(const PowerSum& other, double factor) {
  constant_kw_ += factor * other.constant_kw_;
  for (const Taper& taper : other.tapers_) add_power(taper, factor);
}

double PowerSum::kw_at(double hours) const {
  double kw = constant_kw_;
  for (const Taper& taper : tapers_) kw += taper.kw_at(hours);
  return kw;
}

double PowerSum::energy_kwh(double from, double to) const {
  double kwh = constant_kw_ * (to - from);
  for (const Taper& taper : tapers_) kwh += taper.energy_kwh(from, to);
  return kwh;
}

PowerSum PowerSum::from_hour_on(double hours) const {
  PowerSum later;
  later.constant_kw_ = constant_kw_;
  for (const Taper& taper : tapers_) later.tapers_.push_back({taper.kw_at(hours), taper.rate_per_h});
  return later;
}

double PowerSum::bound_kw(double from, double to) const {
  double kw = constant_kw_;
  for (const Taper& taper : tapers_) kw += std::max(taper.kw_at(from), taper.kw_at(to));
  return kw;
}

PowerSum PowerSum::slope_of_sum() const {
  PowerSum slope;
  for (const Taper& taper : tapers_) slope.add_power({taper.kw * taper.rate_per_h, taper.rate_per_h});
  return slope;
}

namespace {

using Terms = std::vector<Taper>;

double value_of(const Terms& terms, double hours) {
  double kw = 0.0;
  for (const Taper& term : terms) kw += term.kw_at(hours);
  return kw;
}

/// By bisection to the last bit; the ends lie on both sides.
double root_between(const Terms& terms, double from, double to) {
  const bool rises = value_of(terms, to) > 0.0;
  while (true) {
    const double middle = 0.5 * (from + to);
    if (!(from < middle && middle < to)) return middle;
    ((value_of(terms, middle) > 0.0) == rises ? to : from) = middle;
  }
}

/// Whether all terms together can not be 0 in [from, to]: each is monotone, so that its ends bound it.
bool is_far_from_0(const Terms& terms, double from, double to) {
  double low = 0.0, high = 0.0;
  for (const Taper& term : terms) {
    const double a = term.kw_at(from), b = term.kw_at(to);
    low += std::min(a, b);
    high += std::max(a, b);
  }
  return low > 0.0 || high < 0.0;
}

/// Of the sum divided by its first term: the quotient has the sum's roots, and its derivative a term less.
Terms derivative_by_first(const Terms& terms) {
  Terms derivative;
  for (std::size_t k = 1; k < terms.size(); ++k) {
    const double rate = terms[k].rate_per_h - terms[0].rate_per_h;
    derivative.push_back({terms[k].kw * rate, rate});
  }
  return derivative;
}

/// Roots of a sum of exponentials with different rates, ascending. Between two roots of the derivative of its quotient
/// (see above) that only falls or only rises, so that signs at the ends tell.
std::vector<double> roots_of(const Terms& terms, double from, double to) {
  std::vector<double> roots;
  if (terms.size() < 2 || is_far_from_0(terms, from, to)) return roots;
  std::vector<double> cuts = roots_of(derivative_by_first(terms), from, to);
  cuts.push_back(to);
  for (const double cut : cuts) {
    if ((value_of(terms, from) > 0.0) != (value_of(terms, cut) > 0.0)) roots.push_back(root_between(terms, from, cut));
    from = cut;
  }
  return roots;
}

/// One term for each rate; the level is a constant, of rate 0.
Terms terms_of(const std::vector<Taper>& tapers, double constant_kw) {
  Terms terms = tapers;
  std::sort(terms.begin(), terms.end(), [](const Taper& a, const Taper& b) { return a.rate_per_h < b.rate_per_h; });
  Terms merged{{constant_kw, 0.0}};
  for (const Taper& term : terms) {
    if (term.rate_per_h == merged.back().rate_per_h) {
      merged.back().kw += term.kw;
    } else {
      merged.push_back(term);
    }
  }
  return merged;
}

/// Pieces that bounds alone decide are set aside before the rest is looked at in full.
void find_roots(const Terms& terms, double from, double to, int halvings, std::vector<double>& out) {
  if (is_far_from_0(terms, from, to)) return;
  if (halvings > 0 && !is_far_from_0(derivative_by_first(terms), from, to)) {
    const double middle = 0.5 * (from + to);
    find_roots(terms, from, middle, halvings - 1, out);
    find_roots(terms, middle, to, halvings - 1, out);
    return;
  }
  for (const double root : roots_of(terms, from, to)) out.push_back(root);
}

}  // namespace

std::vector<double> PowerSum::crossing_hours(double level_kw, double from, double to) const {
  std::vector<double> found;
  if (tapers_.empty() || !std::isfinite(level_kw) || !(from < to)) return found;
  find_roots(terms_of(tapers_, constant_kw_ - level_kw), from, to, most_halvings, found);
  std::erase_if(found, [&](double hours) { return hours <= from || hours >= to; });
  return found;
}

double PowerSum::energy_above(double level_kw, double from, double to) const {
  double kwh = 0.0;
  for (const Stretch& above : stretches_above(level_kw, from, to))
    kwh += energy_kwh(above.from, above.to) - level_kw * (above.to - above.from);
  return std::max(0.0, kwh);
}

double PowerSum::hours_above(double level_kw, double from, double to) const {
  double hours = 0.0;
  for (const Stretch& above : stretches_above(level_kw, from, to)) {
    // A sum that stands at the level is above it by rounding only.
    if (kw_at(0.5 * (above.from + above.to)) > level_kw + 1e-9 * std::max(1.0, std::abs(level_kw)))
      hours += above.to - above.from;
  }
  return hours;
}

std::vector<PowerSum::Stretch> PowerSum::stretches_above(double level_kw, double from, double to) const {
  std::vector<Stretch> above;
  if (!std::isfinite(level_kw)) return above;
  std::vector<double> cuts = crossing_hours(level_kw, from, to);
  cuts.push_back(to);
  for (const double cut : cuts) {
    if (kw_at(0.5 * (from + cut)) > level_kw) above.push_back({from, cut});
    from = cut;
  }
  return above;
}

double PowerSum::energy_below(double level_kw, double from, double to) const {
  if (!std::isfinite(level_kw)) return 0.0;
  PowerSum turned;
  turned.add_power(*this, -1.0);
  return turned.energy_above(-level_kw, from, to);
}

double PowerSum::highest_kw(double from, double to) const {
  double kw = std::max(kw_at(from), kw_at(to));
  if (tapers_.size() < 2) return kw;
  // Several tapers may have a summit between.
  const PowerSum change = slope_of_sum();
  for (const double summit : change.crossing_hours(0.0, from, to)) kw = std::max(kw, kw_at(summit));
  return kw;
}

}  // namespace evtwin::audit
