// Worth of a decision: generalised advantage estimation (Schulman et al. 2016), and running statistics.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace evtwin::rl {

/// One world's stretch of decisions, in order.
struct Stretch {
  std::span<const double> reward;            ///< of the step that began with decision t
  std::span<const double> discount;          ///< of what follows it; any step length
  std::span<const float> value;              ///< of what was seen at decision t
  std::span<const float> value_after;        ///< of what was seen when the step was over, whatever began then
  std::span<const std::uint8_t> terminated;  ///< nothing follows: the value after counts for nothing
  std::span<const std::uint8_t> cut;  ///< the next decision of the stretch is of another run: truncated or terminated
};

/// Advantage of each decision. A truncated step is bootstrapped with the value after it; a terminated one is not.
/// @param lambda  0: one step; 1: everything that was lived
void estimate_advantages(const Stretch& stretch, double lambda, std::span<float> advantage);

/// Mean and variance of what came by, batch by batch (Chan, Golub, LeVeque 1983).
class Running {
 public:
  explicit Running(std::size_t n = 1) : mean_(n), m2_(n) {}
  /// @param rows  [count, n]
  void take_rows(const float* rows, std::size_t count);
  double mean_of(std::size_t i) const { return mean_[i]; }
  /// Standard deviation, at least `least`.
  double sd_of(std::size_t i, double least = 1e-3) const;
  double count() const { return count_; }

  std::vector<double> state() const;
  void set_state(std::span<const double> state);

 private:
  double count_ = 0.0;
  std::vector<double> mean_, m2_;
};

}  // namespace evtwin::rl
