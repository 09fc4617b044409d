// How far off a model was: its own errors on past days, as if it had been asked then.
#pragma once
#include <array>
#include <vector>

#include "predictor.hpp"

namespace evtwin::forecast {

/// Empirical distribution of errors by hour of the day (with the hours beside it), lead time (up to 2 h, up to 6 h,
/// more) and workday or not. PV errors count relative to the highest value seen in their slot, so that nights have
/// none.
class Residuals {
 public:
  /// Asks `model` 8 times on each of the last 28 past days for the 24 h that followed.
  Residuals(const Grid& grid, Predictor& model);

  /// false with less than three known days: then there is no spread to speak of.
  bool has_spread() const { return known_; }
  /// The value that `target`, foreseen as `mean`, stays below with probability `level`; not below 0 but for prices, not
  /// falling with `level`. Counts of arrivals spread at least as a Poisson variable does. Only where has_spread().
  double quantile_at(const Grid& grid, Target target, double mean, double level);

 private:
  static constexpr std::size_t leads = 3;
  static constexpr std::size_t classes = 2;  // workdays, other days
  struct Pool {
    bool made = false;
    std::vector<double> sorted;
  };
  std::vector<double>& cell_of(std::size_t day_class, std::size_t lead, std::size_t block) {
    return error_[(day_class * leads + lead) * blocks_ + block];
  }
  const std::vector<double>& pool_of(std::size_t day_class, std::size_t lead, std::size_t block);

  bool known_ = false;
  std::size_t blocks_;
  std::array<std::size_t, classes> days_{};
  std::vector<double> highest_;             // [slots]
  std::vector<std::vector<double>> error_;  // [classes * leads * blocks]
  std::vector<Pool> pools_;                 // likewise
};

}  // namespace evtwin::forecast
