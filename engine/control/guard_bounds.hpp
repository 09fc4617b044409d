// How near a bound counts as within it, and how far a phasor can go.
#pragma once
#include <algorithm>
#include <cmath>

#include "control/guard.hpp"

namespace evtwin::control {

/// Sums of a few hundred powers carry rounding errors of some 1e-14; a billionth is far above them and far below any
/// meter.
inline double slack_of_bound(double bound) { return 1e-9 * std::max(1.0, std::abs(bound)); }
/// Within it every order of summation says that a row holds.
inline double half_slack(double bound) { return 0.5 * slack_of_bound(bound); }
/// Rounding of a sum that was made to stand at its bound.
inline double rounding_of_bound(double bound) { return 1e-12 * std::max(1.0, std::abs(bound)); }

/// Largest s from 0 to 1 with |p + s v| <= bound; 0 where there is none.
///
/// Squared, |p + s v|^2 <= bound^2 is a parabola in s that opens upwards:
///
///   a s^2 + 2 b s + c <= 0    with a = v.v, b = p.v, c = p.p - bound^2    (A^2 for phasors of currents)
///
/// and holds between its roots s = (-b -+ sqrt(b^2 - a c)) / a. Example: p = 6 A along the real axis, v = (20, 17.32)
/// A, bound 30 A: a = 700, b = 120, c = -864, s = 0.953, and |(25.05, 16.50)| = 30.0 A.
inline double largest_part(double p_re, double p_im, double v_re, double v_im, double bound) {
  const double a = v_re * v_re + v_im * v_im;
  const double half_b = p_re * v_re + p_im * v_im;
  const double c = p_re * p_re + p_im * p_im - bound * bound;
  const double discriminant = half_b * half_b - a * c;
  if (a == 0.0 || bound < 0.0) return c <= 0.0 && bound >= 0.0 ? 1.0 : 0.0;
  if (!(discriminant >= 0.0)) return 0.0;
  const double root = std::sqrt(discriminant);
  // The circle is entered at (-half_b - root) / a and left at (-half_b + root) / a.
  if (-half_b - root > a) return 0.0;
  return std::clamp((-half_b + root) / a, 0.0, 1.0);
}

}  // namespace evtwin::control
