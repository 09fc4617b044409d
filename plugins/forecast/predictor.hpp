// A model as the rest of the room sees it: means of cells, from the cells before.
#pragma once
#include <span>

#include "grid.hpp"

namespace evtwin::forecast {

/// Made once a day from the past rows of a grid. It is asked for today, and for past days to see how far off it was.
class Predictor {
 public:
  Predictor() = default;
  Predictor(const Predictor&) = delete;
  Predictor& operator=(const Predictor&) = delete;
  virtual ~Predictor() = default;
  /// Means of `targets`, in the order of their cells, none before `now`. It may look at the cells of `grid` before
  /// `now` only. The caller clips them. NaN: it does not know that cell, and nobody takes it for foreseen.
  virtual void foresee_means(const Grid& grid, std::size_t now, std::span<const Target> targets,
                             std::span<double> mean) = 0;
};

/// For cells of which no past day tells anything: PV as a clear day from 6 to 18 h, scaled to what was seen in the last
/// 24 h; arrivals as their mean in those; load and prices as last seen, which gives way to that mean within hours. 0
/// where nothing was seen.
class WithoutPast {
 public:
  WithoutPast(const Grid& grid, std::size_t now);
  /// @param cell  not before `now`
  double value_at(std::size_t cell) const;

 private:
  const Grid& grid_;
  std::size_t now_;
  double level_ = 0.0;  // of PV: the highest of the clear day
  double last_ = 0.0;   // beyond it
};

}  // namespace evtwin::forecast
