#include "sarima.hpp"

#include <algorithm>
#include <cmath>

#include "least_squares.hpp"

namespace evtwin::forecast {
namespace {

constexpr int turns = 12;
/// Rows for each coefficient below which nothing is fitted.
constexpr std::size_t rows_each = 8;
constexpr std::size_t days_of_fallback = 7;

/// 1 - sum(phi_i B^(i * apart)), as coefficients of B^0, B^1, ...
std::vector<double> polynomial(std::span<const double> phi, std::size_t apart) {
  std::vector<double> p(phi.size() * apart + 1, 0.0);
  p[0] = 1.0;
  for (std::size_t i = 0; i < phi.size(); ++i) p[(i + 1) * apart] = -phi[i];
  return p;
}

std::vector<double> product(const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<double> p(a.size() + b.size() - 1, 0.0);
  for (std::size_t i = 0; i < a.size(); ++i)
    if (a[i] != 0.0)
      for (std::size_t j = 0; j < b.size(); ++j) p[i + j] += a[i] * b[j];
  return p;
}

/// y_t - sum(phi_i y_(t - i * apart)) where all are known, else NaN.
std::vector<double> filtered(const std::vector<double>& y, std::span<const double> phi, std::size_t apart) {
  std::vector<double> out(y.size(), std::nan(""));
  for (std::size_t t = phi.size() * apart; t < y.size(); ++t) {
    double value = y[t];
    for (std::size_t i = 0; i < phi.size(); ++i) value -= phi[i] * y[t - (i + 1) * apart];
    out[t] = value;
  }
  return out;
}

/// Least squares of y_t on y_(t - apart), y_(t - 2 apart), ... for t >= from. @returns the rows used.
std::size_t regress(const std::vector<double>& y, std::size_t apart, std::size_t from, std::vector<double>& phi) {
  if (phi.empty()) return y.size();
  LeastSquares equations(phi.size());
  std::vector<Entry> row(phi.size());
  std::size_t rows = 0;
  for (std::size_t t = std::max(from, phi.size() * apart); t < y.size(); ++t) {
    bool known = !std::isnan(y[t]);
    for (std::size_t i = 0; i < phi.size(); ++i) {
      row[i] = {i, y[t - (i + 1) * apart]};
      known = known && !std::isnan(row[i].x);
    }
    if (!known) continue;
    equations.add_row(row, y[t]);
    ++rows;
  }
  phi = equations.solve_ridge(1e-9);
  return rows;
}

/// Whether 1 - sum(phi_i z^i) has all roots outside the unit circle: all partial autocorrelations, by Durbin and
/// Levinson's recursion backwards, are within (-1, 1).
bool stationary(std::span<const double> phi) {
  std::vector<double> a(phi.begin(), phi.end());
  for (std::size_t k = a.size(); k-- > 0;) {
    const double partial = a[k];
    if (!(std::abs(partial) < 1.0)) return false;
    std::vector<double> shorter(k);
    for (std::size_t i = 0; i < k; ++i) shorter[i] = (a[i] + partial * a[k - 1 - i]) / (1.0 - partial * partial);
    a = std::move(shorter);
  }
  return true;
}

}  // namespace

SarimaPredictor::SarimaPredictor(const Grid& grid, const Settings& settings)
    : settings_(settings),
      season_(std::max<std::size_t>(1, static_cast<std::size_t>(std::lround(settings.season_h / grid.step_h)))),
      phi_(settings.ar, 0.0),
      seasonal_phi_(settings.seasonal_ar, 0.0),
      bounds_(grid, grid.past_cells()) {
  fit_model(grid);
  if (!fitted_) return;
  make_taps();
  fill_gaps(grid);
}

void SarimaPredictor::fit_model(const Grid& grid) {
  const double one = 1.0;
  std::vector<double> w(grid.value.begin(), grid.value.begin() + static_cast<std::ptrdiff_t>(grid.past_cells()));
  for (std::size_t k = 0; k < settings_.differences; ++k) w = filtered(w, {&one, 1}, 1);
  for (std::size_t k = 0; k < settings_.seasonal_differences; ++k) w = filtered(w, {&one, 1}, season_);
  const std::size_t days_back = static_cast<std::size_t>(settings_.fit_days) * grid.slots;
  const std::size_t from = w.size() - std::min(w.size(), days_back);

  // More than one difference leaves no mean.
  if (settings_.differences + settings_.seasonal_differences <= 1) {
    double sum = 0.0;
    double known = 0.0;
    for (std::size_t t = from; t < w.size(); ++t) {
      if (std::isnan(w[t])) continue;
      sum += w[t];
      known += 1.0;
    }
    if (known > 0.0) mean_ = sum / known;
    for (double& value : w) value -= mean_;
  }

  const std::size_t rows_needed = rows_each * (1 + phi_.size() + seasonal_phi_.size());
  const auto known = static_cast<std::size_t>(std::count_if(w.begin() + static_cast<std::ptrdiff_t>(from), w.end(),
                                                            [](double value) { return !std::isnan(value); }));
  if (known < std::max(rows_needed, grid.slots / 2)) return;

  // Either polynomial is a linear regression while the other one is fixed: they are fitted by turns.
  std::size_t rows = w.size();
  for (int turn = 0; turn < turns; ++turn) {
    rows = std::min(rows, regress(filtered(w, seasonal_phi_, season_), 1, from, phi_));
    rows = std::min(rows, regress(filtered(w, phi_, 1), season_, from, seasonal_phi_));
  }
  fitted_ = rows >= rows_needed && stationary(phi_) && stationary(seasonal_phi_);
}

void SarimaPredictor::make_taps() {
  const double one = 1.0;
  const std::vector<double> autoregression = product(polynomial(phi_, 1), polynomial(seasonal_phi_, season_));
  double at_one = 0.0;
  for (const double a : autoregression) at_one += a;
  constant_ = at_one * mean_;
  std::vector<double> all = autoregression;
  for (std::size_t k = 0; k < settings_.differences; ++k) all = product(all, polynomial({&one, 1}, 1));
  for (std::size_t k = 0; k < settings_.seasonal_differences; ++k) all = product(all, polynomial({&one, 1}, season_));
  for (std::size_t back = 1; back < all.size(); ++back)
    if (all[back] != 0.0) taps_.push_back({back, -all[back]});
  lag_ = all.size() - 1;
}

double SarimaPredictor::predict_next(std::span<const double> values, std::size_t at) const {
  double sum = constant_;
  for (const Tap& tap : taps_) sum += tap.weight * values[at - tap.back];
  return sum;
}

void SarimaPredictor::fill_gaps(const Grid& grid) {
  filled_.resize(grid.past_cells());
  for (std::size_t c = 0; c < filled_.size(); ++c) {
    if (!std::isnan(grid.value[c])) {
      filled_[c] = grid.value[c];
    } else if (c >= lag_) {
      filled_[c] = bounds_.clip_value(predict_next(filled_, c), grid.slot_of(c));
    } else if (c >= grid.slots) {
      filled_[c] = filled_[c - grid.slots];
    } else {
      filled_[c] = c > 0 ? filled_[c - 1] : 0.0;
    }
  }
}

void SarimaPredictor::foresee_means(const Grid& grid, std::size_t now, std::span<const Target> targets,
                                    std::span<double> mean) {
  if (targets.empty()) return;
  if (!fitted_ || now < lag_) {
    NaivePredictor(grid, days_of_fallback).foresee_means(grid, now, targets, mean);
    return;
  }
  // The past as it is filled already, today, and then what comes, each from all before it.
  const std::size_t past = std::min(now, grid.past_cells());
  const std::size_t begin = past - std::min(past, lag_);
  const std::size_t end = targets.back().cell + 1;
  Bounds bounds = bounds_;
  if (now > past) bounds.widen_by(grid, past, now);
  if (scratch_.size() < end) scratch_.resize(end);
  std::copy(filled_.begin() + static_cast<std::ptrdiff_t>(begin), filled_.begin() + static_cast<std::ptrdiff_t>(past),
            scratch_.begin() + static_cast<std::ptrdiff_t>(begin));
  for (std::size_t c = past; c < end; ++c) {
    const bool known = c < now && !std::isnan(grid.value[c]);
    scratch_[c] = known ? grid.value[c] : bounds.clip_value(predict_next(scratch_, c), grid.slot_of(c));
  }
  for (std::size_t k = 0; k < targets.size(); ++k) mean[k] = scratch_[targets[k].cell];
}

Sarima::Sarima(const sdk::ForecasterSetup& setup)
    : settings_{static_cast<std::size_t>(setup.number("ar")),
                static_cast<std::size_t>(setup.number("diff")),
                static_cast<std::size_t>(setup.number("seasonal_ar")),
                static_cast<std::size_t>(setup.number("seasonal_diff")),
                setup.number("season_h"),
                setup.number("fit_days")} {}

void Sarima::forecast(const sdk::History& history, const sdk::Question& question, sdk::Answer& answer) {
  daily_.forecast(history, question, answer,
                  [this](const Grid& grid) { return std::make_unique<SarimaPredictor>(grid, settings_); });
}

}  // namespace evtwin::forecast
