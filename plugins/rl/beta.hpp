// Beta distributions over (0, 1): what a rate is drawn from while a policy learns. Bounded by construction.
#pragma once
#include <cstdint>

namespace evtwin::rl {

/// Random numbers of one world: SplitMix64 (Steele, Lea, Flood 2014), the same everywhere.
class Dice {
 public:
  explicit Dice(std::uint64_t seed = 0) : state_(seed) {}
  std::uint64_t next_bits();
  /// In (0, 1).
  double uniform();
  /// Standard normal, by the polar method of Marsaglia.
  double normal();
  std::uint64_t state() const { return state_; }

 private:
  std::uint64_t state_;
};

/// Both parameters are 1 + softplus of an output, so above 1: one mode, no mass at the bounds.
struct Beta {
  /// @param outputs  two of a head
  static Beta from_outputs(const float* outputs);

  double draw_value(Dice& dice) const;
  double mean() const { return a / (a + b); }
  double mode() const { return (a - 1.0) / (a + b - 2.0); }

  double a = 1.0, b = 1.0;
};

/// Draws are kept this far from 0 and 1, where logarithms end.
inline constexpr double beta_margin = 1e-5;

}  // namespace evtwin::rl
