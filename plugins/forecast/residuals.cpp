#include "residuals.hpp"

#include <algorithm>
#include <cmath>

namespace evtwin::forecast {
namespace {

constexpr std::size_t days_tried = 28;
constexpr std::size_t issues_a_day = 8;
constexpr std::size_t days_needed = 3;
constexpr std::size_t class_days_needed = 5;
constexpr std::size_t samples_needed = 10;
static_assert(days_needed < class_days_needed && class_days_needed < days_tried);
static_assert(24 % issues_a_day == 0, "asked at whole hours");

std::size_t class_of(Kind kind) { return kind == Kind::workday ? 0 : 1; }

/// Of the lead time at the end of a step.
std::size_t lead_of(std::size_t cells, double step_h) {
  const double hours = static_cast<double>(cells + 1) * step_h;
  return hours <= 2.0 ? 0 : hours <= 6.0 ? 1 : 2;
}

/// Linear between the order statistics, the k-th of n at k / (n + 1); their ends beyond.
double quantile_of(const std::vector<double>& sorted, double level) {
  const double last = static_cast<double>(sorted.size() - 1);
  const double at = std::clamp(level * static_cast<double>(sorted.size() + 1) - 1.0, 0.0, last);
  const auto below = static_cast<std::size_t>(at);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (at - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

/// The least k with P(X <= k) >= level, X Poisson; of means above 500 that of the normal variable like it.
double poisson_quantile(double mean, double level) {
  if (mean > 500.0) {
    // The level's z, by halving.
    double low = -40.0;
    double high = 40.0;
    for (int k = 0; k < 60; ++k) {
      const double z = 0.5 * (low + high);
      (0.5 * std::erfc(-z / std::sqrt(2.0)) < level ? low : high) = z;
    }
    return std::max(0.0, std::ceil(mean + low * std::sqrt(mean)));
  }
  double term = std::exp(-mean);
  double sum = term;
  double k = 0.0;
  while (sum < level && k < 2000.0) {
    k += 1.0;
    term *= mean / k;
    sum += term;
  }
  return k;
}

/// Rows of which half the cells are known.
std::size_t known_days(const Grid& grid) {
  std::size_t days = 0;
  for (std::size_t row = 0; row < grid.today; ++row) {
    const auto begin = grid.value.begin() + static_cast<std::ptrdiff_t>(row * grid.slots);
    const auto known = static_cast<std::size_t>(
        std::count_if(begin, begin + static_cast<std::ptrdiff_t>(grid.slots), [](double v) { return !std::isnan(v); }));
    if (2 * known >= grid.slots) ++days;
  }
  return days;
}

}  // namespace

Residuals::Residuals(const Grid& grid, Predictor& model)
    : blocks_(std::min<std::size_t>(24, grid.slots)),
      highest_(grid.slots, 0.0),
      error_(classes * leads * blocks_),
      pools_(classes * leads * blocks_) {
  if (known_days(grid) < days_needed) return;
  for (std::size_t c = 0; c < grid.past_cells(); ++c) {
    double& highest = highest_[grid.slot_of(c)];
    if (grid.value[c] > highest) highest = grid.value[c];
  }

  const Bounds bounds(grid, grid.past_cells());
  const std::size_t apart = std::max<std::size_t>(1, grid.slots / issues_a_day);
  std::vector<Target> targets;
  std::vector<double> mean(grid.slots);
  for (std::size_t row = std::max<std::size_t>(1, grid.today - std::min(grid.today, days_tried)); row < grid.today;
       ++row) {
    ++days_[class_of(grid.kind[row])];
    // At other hours each day, so that every hour is seen at every lead time.
    for (std::size_t slot = row % apart; slot < grid.slots; slot += apart) {
      const std::size_t now = row * grid.slots + slot;
      targets.clear();
      for (std::size_t c = now; c < std::min(now + grid.slots, grid.past_cells()); ++c)
        targets.push_back({c, grid.kind[grid.row_of(c)]});
      model.foresee_means(grid, now, targets, {mean.data(), targets.size()});

      for (std::size_t k = 0; k < targets.size(); ++k) {
        const double value = grid.value[targets[k].cell];
        const std::size_t at = grid.slot_of(targets[k].cell);
        const double unit = grid.pv() ? highest_[at] : 1.0;
        if (std::isnan(value) || std::isnan(mean[k]) || unit == 0.0) continue;
        cell_of(class_of(targets[k].kind), lead_of(k, grid.step_h), at * blocks_ / grid.slots)
            .push_back((value - bounds.clip_value(mean[k], at)) / unit);
      }
    }
  }
  known_ = std::any_of(error_.begin(), error_.end(), [](const auto& errors) { return !errors.empty(); }) ||
           (grid.pv() && *std::max_element(highest_.begin(), highest_.end()) == 0.0);
}

const std::vector<double>& Residuals::pool_of(std::size_t day_class, std::size_t lead, std::size_t block) {
  Pool& made = pools_[(day_class * leads + lead) * blocks_ + block];
  if (made.made) return made.sorted;
  made.made = true;
  const auto take = [&](std::size_t day_class_taken, std::size_t lead_taken, std::size_t block_taken) {
    const std::vector<double>& errors = cell_of(day_class_taken, lead_taken, block_taken);
    made.sorted.insert(made.sorted.end(), errors.begin(), errors.end());
  };
  const auto take_classes = [&](std::size_t lead_taken, std::size_t block_taken) {
    for (std::size_t c = 0; c < classes; ++c)
      if (c == day_class || days_[day_class] < class_days_needed) take(c, lead_taken, block_taken);
  };

  // This hour and the two beside it; else the whole day; else all there is.
  if (blocks_ >= 8) {
    for (const std::size_t beside : {blocks_ - 1, blocks_, blocks_ + 1}) take_classes(lead, (block + beside) % blocks_);
  } else {
    take_classes(lead, block);
  }

  if (made.sorted.size() < samples_needed) {
    made.sorted.clear();
    for (std::size_t b = 0; b < blocks_; ++b) take_classes(lead, b);
  }

  if (made.sorted.size() < samples_needed) {
    made.sorted.clear();
    for (const std::vector<double>& errors : error_)
      made.sorted.insert(made.sorted.end(), errors.begin(), errors.end());
  }

  std::sort(made.sorted.begin(), made.sorted.end());
  return made.sorted;
}

double Residuals::quantile_at(const Grid& grid, Target target, double mean, double level) {
  const std::size_t slot = grid.slot_of(target.cell);
  const double unit = grid.pv() ? highest_[slot] : 1.0;
  if (unit == 0.0) return mean;
  const std::vector<double>& errors =
      pool_of(class_of(target.kind), lead_of(target.cell - grid.now, grid.step_h), slot * blocks_ / grid.slots);
  double value = mean + unit * quantile_of(errors, level);
  if (grid.quantity == EVTWIN_QUANTITY_ARRIVALS) {
    const double poisson = poisson_quantile(mean, level);
    value = level < 0.5 ? std::min(value, poisson) : std::max(value, poisson);
  }
  return grid.may_be_negative() ? value : std::max(0.0, value);
}

}  // namespace evtwin::forecast
