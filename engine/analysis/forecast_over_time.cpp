#include "analysis/forecast_over_time.hpp"

#include <cmath>

namespace evtwin::analysis {
namespace {

using kernel::TimeNs;

/// Sums of errors on the way to their means.
class ErrorSum {
 public:
  void add_step(const ForeseenStep& step) {
    const double error = std::abs(step.foreseen - step.came);
    ++errors_.steps;
    all_ += error;
    if (!std::isnan(step.low)) {
      ++errors_.with_band;
      const auto of_rounding = [](double bound) { return recorded_to * std::abs(bound); };
      const bool above = step.came >= step.low - of_rounding(step.low);
      const bool below = step.came <= step.high + of_rounding(step.high);
      errors_.in_band += above && below ? 1U : 0U;
    }
    if (std::isnan(step.day_before)) return;
    ++errors_.compared;
    compared_ += error;
    day_before_ += std::abs(step.day_before - step.came);
    came_ += std::abs(step.came);
  }
  ForecastErrors means() const {
    ForecastErrors errors = errors_;
    if (errors.steps > 0) errors.mean_abs_error = all_ / static_cast<double>(errors.steps);
    if (errors.compared > 0) {
      errors.compared_error = compared_ / static_cast<double>(errors.compared);
      errors.day_before_error = day_before_ / static_cast<double>(errors.compared);
      errors.mean_abs_came = came_ / static_cast<double>(errors.compared);
    }
    return errors;
  }

 private:
  ForecastErrors errors_;
  double all_ = 0.0, compared_ = 0.0, day_before_ = 0.0, came_ = 0.0;
};

}  // namespace

ForecastOverTime forecast_over_time(std::span<const record::Foreseen* const> rows, TimeNs end_ns,
                                    const std::function<std::int64_t(TimeNs)>& day_of,
                                    const std::function<double(TimeNs, TimeNs)>& came) {
  std::vector<const record::Foreseen*> first_of_day;
  for (const record::Foreseen* row : rows) {
    if (first_of_day.empty() || day_of(first_of_day.back()->seen_ns) != day_of(row->seen_ns))
      first_of_day.push_back(row);
  }

  ForecastOverTime all;
  ErrorSum whole;
  for (std::size_t d = 0; d < first_of_day.size(); ++d) {
    const record::Foreseen& row = *first_of_day[d];
    const TimeNs until_ns = d + 1 < first_of_day.size() ? first_of_day[d + 1]->seen_ns : end_ns;
    ErrorSum of_day;
    ForeseenDay day{day_of(row.seen_ns), row.seen_ns, row.seen_ns, {}};
    for (std::size_t k = 1; k < row.mean.size() && row.end_of(k) <= until_ns; ++k) {
      ForeseenStep step{row.start_of(k), row.end_of(k), row.mean[k]};
      step.came = came(step.start_ns, step.end_ns);
      if (std::isnan(step.came) || std::isnan(step.foreseen)) continue;
      if (!row.low.empty()) step.low = row.low[k], step.high = row.high[k];
      step.day_before = came(step.start_ns - kernel::day_ns, step.end_ns - kernel::day_ns);
      whole.add_step(step);
      of_day.add_step(step);
      if (day.last_ns == day.first_ns) day.first_ns = step.start_ns;
      day.last_ns = step.end_ns;
      all.steps.push_back(step);
    }
    day.errors = of_day.means();
    all.days.push_back(day);
  }
  all.errors = whole.means();
  return all;
}

}  // namespace evtwin::analysis
