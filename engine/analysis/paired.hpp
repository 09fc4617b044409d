// Statistics of repeated runs: the spread of a figure, and how two of them differ run by run.
#pragma once

#include <cstddef>
#include <limits>
#include <span>

namespace evtwin::analysis {

struct Spread {
  std::size_t count = 0;  ///< values that are known
  double mean = std::numeric_limits<double>::quiet_NaN();
  double deviation =
      std::numeric_limits<double>::quiet_NaN();  ///< sample standard deviation, divisor count - 1; NaN below two values
};

/// NaN among the values is left out.
Spread spread_of(std::span<const double> values);

/// The t that a variable of Student's distribution stays within, on both sides, with probability `confidence`.
/// From the closed forms for whole degrees of freedom, Abramowitz and Stegun, Handbook of Mathematical Functions
/// (1964), 26.7.3 and 26.7.4, inverted by bisection to the last bits of a double.
/// @param confidence  0 < confidence < 1
/// @param degrees     of freedom, >= 1
double student_t_quantile(double confidence, std::size_t degrees);

/// a - b, pair by pair.
struct PairedDifference {
  std::size_t count = 0;  ///< pairs of which both are known
  double mean = std::numeric_limits<double>::quiet_NaN();
  double low = std::numeric_limits<double>::quiet_NaN();  ///< 95 % interval of the mean; NaN below two pairs
  double high = std::numeric_limits<double>::quiet_NaN();

  /// The pairs do not say which of the two is lower.
  bool is_open() const { return !(low > 0.0) && !(high < 0.0); }
};

inline constexpr double interval_confidence = 0.95;

/// The paired t interval: mean -+ t deviation / sqrt(count), t of count - 1 degrees of freedom (Student, Biometrika 6,
/// 1908). It takes the differences as independent draws of a normal distribution.
/// @param a, b  of one length; a pair with a NaN is left out
PairedDifference paired_difference(std::span<const double> a, std::span<const double> b);

/// a - b, and 0 where it is no more than rounding (1e-9 of the larger).
double difference_beyond_rounding(double a, double b);

}  // namespace evtwin::analysis
