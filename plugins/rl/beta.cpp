#include "beta.hpp"

#include <algorithm>
#include <cmath>

namespace evtwin::rl {

namespace {

double softplus(double x) { return x > 20.0 ? x : std::log1p(std::exp(x)); }

/// Gamma with a shape of at least 1 and scale 1, by Marsaglia and Tsang (2000).
double draw_gamma(double shape, Dice& dice) {
  const double d = shape - 1.0 / 3.0, c = 1.0 / std::sqrt(9.0 * d);
  while (true) {
    const double x = dice.normal(), v = 1.0 + c * x;
    if (v <= 0.0) continue;
    const double cube = v * v * v, u = dice.uniform();
    if (std::log(u) < 0.5 * x * x + d * (1.0 - cube + std::log(cube))) return d * cube;
  }
}

}  // namespace

std::uint64_t Dice::next_bits() {
  std::uint64_t z = state_ += 0x9e3779b97f4a7c15U;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31);
}

double Dice::uniform() { return (static_cast<double>(next_bits() >> 11) + 0.5) * 0x1p-53; }

double Dice::normal() {
  while (true) {
    const double u = 2.0 * uniform() - 1.0, v = 2.0 * uniform() - 1.0, s = u * u + v * v;
    if (s < 1.0 && s > 0.0) return u * std::sqrt(-2.0 * std::log(s) / s);
  }
}

Beta Beta::from_outputs(const float* outputs) {
  return {1.0 + softplus(static_cast<double>(outputs[0])), 1.0 + softplus(static_cast<double>(outputs[1]))};
}

double Beta::draw_value(Dice& dice) const {
  const double x = draw_gamma(a, dice), y = draw_gamma(b, dice);
  return std::clamp(x / (x + y), beta_margin, 1.0 - beta_margin);
}

}  // namespace evtwin::rl
