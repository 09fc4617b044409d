#include "analysis/paired.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>
#include <vector>

namespace evtwin::analysis {

namespace {

/// Probability that |t| stays below sqrt(degrees) tan(angle): 26.7.3 for odd degrees, 26.7.4 for even ones.
double probability_within(double angle, std::size_t degrees) {
  const double sine = std::sin(angle), cosine = std::cos(angle);
  const bool odd = degrees % 2 == 1;
  // Sum of the powers of the cosine; each term is the one before by a ratio of neighbouring whole numbers.
  double term = odd ? cosine : 1.0;
  double sum = degrees == 1 ? 0.0 : term;
  for (std::size_t power = odd ? 3 : 2; power + 2 <= degrees; power += 2) {
    term *= static_cast<double>(power - 1) / static_cast<double>(power) * cosine * cosine;
    sum += term;
  }
  return odd ? 2.0 / std::numbers::pi * (angle + sine * sum) : sine * sum;
}

}  // namespace

Spread spread_of(std::span<const double> values) {
  Spread spread;
  double sum = 0.0;
  for (const double value : values) {
    if (std::isnan(value)) continue;
    ++spread.count;
    sum += value;
  }
  if (spread.count == 0) return spread;
  const double n = static_cast<double>(spread.count);
  spread.mean = sum / n;

  double squares = 0.0;
  for (const double value : values) {
    if (!std::isnan(value)) squares += (value - spread.mean) * (value - spread.mean);
  }
  if (spread.count > 1) spread.deviation = std::sqrt(squares / (n - 1.0));
  return spread;
}

double student_t_quantile(double confidence, std::size_t degrees) {
  if (!(confidence > 0.0 && confidence < 1.0) || degrees == 0)
    throw std::invalid_argument("student_t_quantile: 0 < confidence < 1 and at least one degree of freedom");
  double below = 0.0, above = std::numbers::pi / 2.0;
  for (double middle = above / 2.0; below < middle && middle < above; middle = below + (above - below) / 2.0) {
    (probability_within(middle, degrees) < confidence ? below : above) = middle;
  }
  return std::sqrt(static_cast<double>(degrees)) * std::tan(below);
}

double difference_beyond_rounding(double a, double b) {
  constexpr double rounding = 1e-9;
  return std::abs(a - b) <= rounding * std::max(std::abs(a), std::abs(b)) ? 0.0 : a - b;
}

PairedDifference paired_difference(std::span<const double> a, std::span<const double> b) {
  std::vector<double> differences;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!std::isnan(a[i]) && !std::isnan(b[i])) differences.push_back(difference_beyond_rounding(a[i], b[i]));
  }
  const Spread spread = spread_of(differences);
  PairedDifference paired{spread.count, spread.mean};
  if (spread.count < 2) return paired;
  const double half = student_t_quantile(interval_confidence, spread.count - 1) * spread.deviation /
                      std::sqrt(static_cast<double>(spread.count));
  paired.low = spread.mean - half;
  paired.high = spread.mean + half;
  return paired;
}

}  // namespace evtwin::analysis
