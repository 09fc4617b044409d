// A training: quantity by quantity, epoch by epoch, the best network kept, and the file's head.
#pragma once
#include <evtwin/forecast_learner.h>

#include "brain.hpp"
#include "examples.hpp"

namespace evtwin::learned {

struct TrainerOptions {
  Shape shape;  ///< steps are set from the hours below
  std::size_t past_h = 48, horizon_h = 24, batch = 64, patience = 6;
  BrainOptions brain;
  SplitRules split;
};

/// @throws std::runtime_error, policy::PolicyError in one line
void train(const evtwin_forecast_training& training, TrainerOptions options);

/// Mean pinball loss to the scale of answers, over known steps and nine levels.
double pinball_of(const Examples& examples, std::span<const float> answers);
/// By what distances between quantiles are to be multiplied so that four fifths of what came lie between the levels 0.1
/// and 0.9 (a conformal correction by one factor, after Romano, Patterson and Candes, NeurIPS 2019); from 0.5 to 2.
double spread_for(const Examples& examples, std::span<const float> answers);

}  // namespace evtwin::learned
