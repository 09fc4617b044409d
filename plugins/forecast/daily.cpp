#include "daily.hpp"

#include <algorithm>
#include <cmath>

namespace evtwin::forecast {

void Daily::answer_with(Predictor& predictor, const sdk::Question& question, sdk::Answer& answer) {
  targets_of(question, grid_, targets_);
  predictor.foresee_means(grid_, grid_.now, targets_, answer.mean);
  Bounds bounds = past_bounds_;
  bounds.widen_by(grid_, grid_.past_cells(), grid_.now);
  for (std::size_t k = 0; k < targets_.size(); ++k)
    if (!std::isnan(answer.mean[k]))
      answer.mean[k] = bounds.clip_value(answer.mean[k], grid_.slot_of(targets_[k].cell));
  if (question.levels().empty()) return;

  // Made of past days alone: the same whenever it is asked for first.
  if (residuals_ == nullptr) {
    residuals_ = std::make_unique<Residuals>(grid_, predictor);
  }
  if (!residuals_->has_spread()) return;
  for (std::size_t k = 0; k < targets_.size(); ++k) {
    if (std::isnan(answer.mean[k])) continue;
    double before = -largest_value * 4.0;
    for (std::size_t l = 0; l < question.levels().size(); ++l) {
      before = std::max(before, residuals_->quantile_at(grid_, targets_[k], answer.mean[k], question.levels()[l]));
      answer.quantile(l)[k] = before;
    }
  }
}

}  // namespace evtwin::forecast
