#include "kernel/distributions.hpp"

#include <array>
#include <cmath>
#include <stdexcept>

namespace evtwin::kernel {
namespace {

using Coefficients = std::array<double, 8>;

/// One rational approximation of AS 241: numerator over denominator, lowest power first.
struct Rational {
  Coefficients numerator;
  Coefficients denominator;
};

/// |u - 0.5| <= 0.425, in 0.425^2 - (u - 0.5)^2.
constexpr Rational central{
    {3.3871328727963666080e0, 1.3314166789178437745e+2, 1.9715909503065514427e+3, 1.3731693765509461125e+4,
     4.5921953931549871457e+4, 6.7265770927008700853e+4, 3.3430575583588128105e+4, 2.5090809287301226727e+3},
    {1.0, 4.2313330701600911252e+1, 6.8718700749205790830e+2, 5.3941960214247511077e+3, 2.1213794301586595867e+4,
     3.9307895800092710610e+4, 2.8729085735721942674e+4, 5.2264952788528545610e+3}};

/// sqrt(-ln(tail probability)) <= 5, in that root less 1.6.
constexpr Rational near_tail{
    {1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0, 3.64784832476320460504e0,
     1.27045825245236838258e0, 2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4},
    {1.0, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1, 1.48103976427480074590e-1,
     1.51986665636164571966e-2, 5.47593808499534494600e-4, 1.05075007164441684324e-9}};

/// Beyond, in that root less 5.
constexpr Rational far_tail{
    {6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0, 2.96560571828504891230e-1,
     2.65321895265761230930e-2, 1.24266094738807843860e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7},
    {1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2, 7.86869131145613259100e-4,
     1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15}};

/// The sum by which AS 241 lets a copy of its coefficients be checked: of their mantissas, without the leading 1 of the
/// denominator.
constexpr double hash_sum(const Rational& rational) {
  double sum = -1.0;
  for (const Coefficients* coefficients : {&rational.numerator, &rational.denominator}) {
    for (double mantissa : *coefficients) {
      while (mantissa >= 10.0) mantissa /= 10.0;
      while (mantissa < 1.0) mantissa *= 10.0;
      sum += mantissa;
    }
  }
  return sum;
}
constexpr bool is_hash_sum(const Rational& rational, double published) {
  return hash_sum(rational) > published - 1e-12 && hash_sum(rational) < published + 1e-12;
}
static_assert(is_hash_sum(central, 55.8831928806149014439));
static_assert(is_hash_sum(near_tail, 49.33206503301610289036));
static_assert(is_hash_sum(far_tail, 47.52583317549289671629));

double polynomial(const Coefficients& coefficients, double x) {
  double value = coefficients[7];
  for (std::size_t power = 7; power-- > 0;) value = value * x + coefficients[power];
  return value;
}

double evaluate(const Rational& rational, double x) {
  return polynomial(rational.numerator, x) / polynomial(rational.denominator, x);
}

}  // namespace

double uniform_draw(double u, double low, double high) { return low + (high - low) * u; }

std::uint32_t uniform_index(std::uint64_t bits, std::uint32_t count) {
  // The high 32 bits of the 96-bit product, in two halves: standard C++ has no 128-bit integer.
  const std::uint64_t low_product = (bits & 0xffffffffU) * count;
  const std::uint64_t high_product = (bits >> 32) * count;
  return static_cast<std::uint32_t>((high_product + (low_product >> 32)) >> 32);
}

double exponential_draw(double u, double mean) { return -mean * std::log1p(-u); }

double standard_normal(double u) {
  const double q = u - 0.5;
  if (std::abs(q) <= 0.425) return q * evaluate(central, 0.180625 - q * q);

  const double root = std::sqrt(-std::log(q < 0 ? u : 1.0 - u));
  const double magnitude = root <= 5.0 ? evaluate(near_tail, root - 1.6) : evaluate(far_tail, root - 5.0);
  return q < 0 ? -magnitude : magnitude;
}

double normal_draw(double u, double mean, double sd) { return mean + sd * standard_normal(u); }

double lognormal_draw(double u, double mu, double sigma) { return std::exp(normal_draw(u, mu, sigma)); }

std::size_t discrete_draw(double u, std::span<const double> weights) {
  double total = 0;
  for (const double weight : weights) {
    if (!(weight >= 0)) throw std::invalid_argument("discrete: a weight is negative or not a number");
    total += weight;
  }
  if (!(total > 0) || !std::isfinite(total)) {
    throw std::invalid_argument("discrete: the weights must have a finite sum above 0");
  }

  // The last index of weight > 0 also takes what rounding of the sum leaves over.
  const double target = u * total;
  double cumulative = 0;
  std::size_t chosen = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (weights[i] == 0) continue;
    chosen = i;
    cumulative += weights[i];
    if (target < cumulative) break;
  }
  return chosen;
}

}  // namespace evtwin::kernel
