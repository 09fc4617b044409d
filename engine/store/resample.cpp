#include "store/resample.hpp"

#include <algorithm>

namespace evtwin::store {
namespace {

/// Begins of steps from the one that holds `from` to the end of the one that holds `to - 1`.
std::vector<TimeNs> step_bounds(TimeNs from, TimeNs to, TimeNs step_ns, const market::Calendar& calendar) {
  // A day before is a bound for sure; what lies before `from` is dropped.
  std::vector<TimeNs> bounds;
  for (TimeNs t = calendar.day_start(from);; t = calendar.next_tick(t, step_ns)) {
    if (!bounds.empty() && t <= from) bounds.clear();
    bounds.push_back(t);
    if (t >= to) return bounds;
  }
}

}  // namespace

std::vector<Step> resample(const sessions::RawSeries& series, TimeNs step_ns, const market::Calendar& calendar,
                           bool ends) {
  const TimeNs usual_ns = sessions::usual_step(series.times_ns);
  const std::size_t rows = series.times_ns.size();
  const auto span_of = [&](std::size_t i) {
    const TimeNs t = series.times_ns[i];
    if (ends) return std::pair(t - usual_ns, t);
    if (series.is_amount || i + 1 == rows) return std::pair(t, t + usual_ns);
    return std::pair(t, std::min(series.times_ns[i + 1], t + usual_ns));
  };

  const std::vector<TimeNs> bounds = step_bounds(span_of(0).first, span_of(rows - 1).second, step_ns, calendar);
  std::vector<Step> steps;
  for (std::size_t k = 0; k + 1 < bounds.size(); ++k) steps.push_back({bounds[k], bounds[k + 1], 0.0, 0.0});

  // What each row stands for, cut where steps begin.
  std::size_t first = 0;
  for (std::size_t i = 0; i < rows; ++i) {
    const auto [from, to] = span_of(i);
    while (steps[first].end_ns <= from) ++first;
    for (std::size_t k = first; k < steps.size() && steps[k].start_ns < to; ++k) {
      Step& step = steps[k];
      const auto part = static_cast<double>(std::min(to, step.end_ns) - std::max(from, step.start_ns));
      const auto whole = static_cast<double>(series.is_amount ? to - from : step.end_ns - step.start_ns);
      step.value += series.values[i] * part / whole;
      step.covered += part / static_cast<double>(step.end_ns - step.start_ns);
    }
  }
  for (Step& step : steps) step.covered = std::min(step.covered, 1.0);
  return steps;
}

}  // namespace evtwin::store
