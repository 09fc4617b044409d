#include "fourier_ridge.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace evtwin::forecast {
namespace {

/// Known cells below which nothing is fitted, in days.
constexpr double days_to_fit = 2.0;
constexpr double stand_in_weight = 1e-3;
constexpr std::size_t days_in_week = 7;
constexpr double full_turn = 2.0 * std::numbers::pi;

}  // namespace

FourierPredictor::FourierPredictor(const Grid& grid, const Settings& settings)
    : settings_(settings),
      from_row_(grid.today == 0 ? 0 : std::max<std::size_t>(1, grid.today - std::min(grid.today, days_learnt_from))) {
  // More harmonics than half the slots say nothing new.
  settings_.harmonics = std::min(settings.harmonics, std::max<std::size_t>(1, (grid.slots - 1) / 2));
  const std::size_t h = settings_.harmonics;
  unknowns_ = kinds * (1 + 2 * h) + 4;
  for (std::size_t slot = 0; slot < grid.slots; ++slot) {
    for (std::size_t k = 1; k <= h; ++k) {
      const double angle = full_turn * static_cast<double>(k * slot) / static_cast<double>(grid.slots);
      wave_.push_back(std::sin(angle));
      wave_.push_back(std::cos(angle));
    }
  }

  LeastSquares equations(unknowns_);
  const double fade = std::exp2(-1.0 / settings_.half_life_days);
  double known = 0.0;
  std::vector<double> base;
  for (std::size_t row = 0; row <= grid.today; ++row) {
    // A day is foreseen by the fit of the days before it alone.
    if (row >= from_row_) {
      const bool enough = known >= days_to_fit * static_cast<double>(grid.slots);
      fitted_.push_back(enough ? equations.solve_ridge(settings_.ridge) : std::vector<double>{});
    }
    if (row < grid.today) equations.fade_rows(fade);

    for (std::size_t c = row * grid.slots; c < (row + 1) * grid.slots; ++c) {
      const double weight = make_row(grid, grid.value, grid.kind, c);
      if (row >= from_row_) base.push_back(weight > 0.0 && !fitted_.back().empty() ? predict_row(row) : std::nan(""));
      if (row == grid.today || weight == 0.0 || std::isnan(grid.value[c])) continue;
      equations.add_row(row_, grid.value[c], weight);
      known += 1.0;
    }
  }
  // As the answers are: no kW below 0.
  if (!grid.may_be_negative())
    for (double& b : base) b = std::isnan(b) ? b : std::max(0.0, b);
  intraday_.emplace(settings_.intraday, grid, from_row_ * grid.slots, std::move(base));
}

double FourierPredictor::make_row(const Grid& grid, std::span<const double> values, std::span<const Kind> row_kinds,
                                  std::size_t cell) {
  const std::size_t slots = grid.slots;
  const std::size_t row = cell / slots;
  const std::size_t slot = cell % slots;
  const Kind kind = row_kinds[row];

  // The last day of its kind; the day before where that is more than a week ago.
  const auto known_before = [&](std::size_t days) { return row >= days && !std::isnan(values[cell - days * slots]); };
  std::size_t last = 0;
  for (std::size_t days = 1; days <= days_in_week && last == 0; ++days)
    if (known_before(days) && row_kinds[row - days] == kind) last = days;
  const bool as_meant = last != 0 && known_before(days_in_week);
  for (std::size_t days = 1; days <= days_in_week && last == 0; ++days)
    if (known_before(days)) last = days;
  if (last == 0) return 0.0;
  const std::size_t week = known_before(days_in_week) ? days_in_week : last;

  row_.clear();
  const std::size_t terms = 1 + 2 * settings_.harmonics;
  const std::size_t first = static_cast<std::size_t>(kind) * terms;
  row_.push_back({first, 1.0});
  for (std::size_t k = 1; k < terms; ++k) row_.push_back({first + k, wave_[slot * (terms - 1) + k - 1]});

  const double of_week = (static_cast<double>((static_cast<std::size_t>(grid.first_day) + row) % days_in_week) +
                          static_cast<double>(slot) / static_cast<double>(slots)) /
                         static_cast<double>(days_in_week);
  row_.push_back({unknowns_ - 4, std::sin(full_turn * of_week)});
  row_.push_back({unknowns_ - 3, std::cos(full_turn * of_week)});
  row_.push_back({unknowns_ - 2, values[cell - last * slots]});
  row_.push_back({unknowns_ - 1, values[cell - week * slots]});
  return as_meant ? 1.0 : stand_in_weight;
}

double FourierPredictor::predict_row(std::size_t fit_row) const {
  const std::vector<double>& b = fitted_[fit_row - from_row_];
  double sum = 0.0;
  for (const Entry& entry : row_) sum += b[entry.at] * entry.x;
  return sum;
}

void FourierPredictor::foresee_means(const Grid& grid, std::size_t now, std::span<const Target> targets,
                                     std::span<double> mean) {
  if (targets.empty()) return;
  const std::size_t fit_row = std::max(grid.row_of(now), from_row_);
  if (fitted_[fit_row - from_row_].empty()) {
    NaivePredictor(grid, 1).foresee_means(grid, now, targets, mean);
    return;
  }
  // The lags reach back a week from the first cell; earlier ones are not looked at.
  const std::size_t cells = (grid.row_of(targets.back().cell) + 1) * grid.slots;
  values_.resize(cells);
  kinds_.resize(cells / grid.slots);
  const std::size_t begin = now - std::min(now, (days_in_week + 1) * grid.slots);
  std::copy(grid.value.begin() + static_cast<std::ptrdiff_t>(begin),
            grid.value.begin() + static_cast<std::ptrdiff_t>(now),
            values_.begin() + static_cast<std::ptrdiff_t>(begin));
  std::fill(values_.begin() + static_cast<std::ptrdiff_t>(now), values_.end(), std::nan(""));
  for (std::size_t row = begin / grid.slots; row < std::min(grid.today + 1, kinds_.size()); ++row)
    kinds_[row] = grid.kind[row];
  for (const Target& target : targets) kinds_[grid.row_of(target.cell)] = target.kind;

  const Intraday& intraday = *intraday_;
  const double recent_error = intraday.recent_error(grid, now);
  const double lowest = grid.may_be_negative() ? -largest_value : 0.0;
  for (std::size_t k = 0; k < targets.size(); ++k) {
    const std::size_t cell = targets[k].cell;
    if (make_row(grid, values_, kinds_, cell) > 0.0) {
      mean[k] = intraday.correct_base(std::max(lowest, predict_row(fit_row)), recent_error, cell - now);
    } else {
      NaivePredictor(grid, 1).foresee_means(grid, now, targets.subspan(k, 1), mean.subspan(k, 1));
    }
    // Nothing foreseen from what is foreseen grows without end.
    mean[k] = std::clamp(mean[k], lowest, largest_value);
    values_[cell] = mean[k];
  }
}

FourierRidge::FourierRidge(const sdk::ForecasterSetup& setup)
    : settings_{static_cast<std::size_t>(setup.number("harmonics")), setup.number("ridge"),
                setup.number("half_life_days"), Intraday::settings_of(setup)} {}

void FourierRidge::forecast(const sdk::History& history, const sdk::Question& question, sdk::Answer& answer) {
  daily_.forecast(history, question, answer,
                  [this](const Grid& grid) { return std::make_unique<FourierPredictor>(grid, settings_); });
}

}  // namespace evtwin::forecast
