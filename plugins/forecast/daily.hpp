// A forecaster around a Predictor: what is made once a day is kept, the rest is worked out at each call.
#pragma once
#include <memory>
#include <vector>

#include "residuals.hpp"

namespace evtwin::forecast {

class Daily {
 public:
  /// @param make  makes a predictor from the past rows of a grid: const Grid& -> std::unique_ptr<Predictor>
  /// @param look  called with the grid of each call, and whether its past is another, before a predictor is made
  template <class Make, class Look>
  void forecast(const sdk::History& history, const sdk::Question& question, sdk::Answer& answer, const Make& make,
                const Look& look) {
    if (question.steps.size() == 0) return;
    const bool changed = past_.bring_up_to(history, question, grid_) || predictor_ == nullptr;
    look(grid_, changed);
    if (changed) {
      residuals_.reset();
      predictor_ = make(grid_);
      past_bounds_ = Bounds(grid_, grid_.past_cells());
    }
    answer_with(*predictor_, question, answer);
  }
  template <class Make>
  void forecast(const sdk::History& history, const sdk::Question& question, sdk::Answer& answer, const Make& make) {
    forecast(history, question, answer, make, [](const Grid&, bool) {});
  }

 private:
  void answer_with(Predictor& predictor, const sdk::Question& question, sdk::Answer& answer);

  PastDays past_;
  Grid grid_;
  std::unique_ptr<Predictor> predictor_;
  std::unique_ptr<Residuals> residuals_;
  Bounds past_bounds_;
  std::vector<Target> targets_;
};

}  // namespace evtwin::forecast
