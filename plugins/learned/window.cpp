#include "window.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "clear_sky.hpp"

namespace evtwin::learned {

using forecast::Grid;
using forecast::Kind;
using forecast::Target;

namespace {

constexpr std::size_t scale_days = 28, week = 7;

/// As the shipped forecasters have them by default.
forecast::SameKindPredictor::Settings same_kind_settings(std::uint32_t quantity) {
  const bool counts = quantity == EVTWIN_QUANTITY_ARRIVALS || quantity == EVTWIN_QUANTITY_ARRIVALS_KWH;
  const double half_life_days = quantity == EVTWIN_QUANTITY_PV_KW         ? 5.0
                                : quantity == EVTWIN_QUANTITY_BUY_PER_KWH ? 4.0
                                                                          : 14.0;
  return {half_life_days, {counts ? 4.0 : 1.0, 3.0}};
}
forecast::FourierPredictor::Settings ridge_settings(std::uint32_t quantity) {
  return {6, 1e-5, 30.0, same_kind_settings(quantity).intraday};
}

float ratio(double value) {
  return std::isnan(value) ? 0.0F : std::clamp(static_cast<float>(value), -most_ratio, most_ratio);
}

void add_clock(const Grid& grid, std::size_t cell, Kind kind, std::vector<float>& row) {
  const double turn =
      2.0 * std::numbers::pi * static_cast<double>(grid.slot_of(cell)) / static_cast<double>(grid.slots);
  row.push_back(static_cast<float>(std::sin(turn)));
  row.push_back(static_cast<float>(std::cos(turn)));
  for (const Kind one : {Kind::workday, Kind::saturday, Kind::off}) row.push_back(kind == one ? 1.0F : 0.0F);
}

}  // namespace

Looker::Looker(std::uint32_t quantity, const forecast::WeatherFile* weather) : quantity_(quantity) {
  if (weather != nullptr && forecast::FourierPredictor::weather_terms(*weather, quantity) > 0)
    weather_.emplace(*weather);
}

void Looker::look(const sdk::History& history, const sdk::Question& question, std::size_t past_steps,
                  std::size_t horizon_steps, Window& window) {
  new_day_ = past_.bring_up_to(history, question, grid_) || same_kind_ == nullptr;
  if (weather_) weather_->bring_up_to(grid_, new_day_, history, question);
  if (new_day_) {
    same_kind_ = std::make_unique<forecast::SameKindPredictor>(grid_, same_kind_settings(quantity_));
    ridge_ = std::make_unique<forecast::FourierPredictor>(grid_, ridge_settings(quantity_));
    if (weather_)
      weathered_ = std::make_unique<forecast::FourierPredictor>(grid_, ridge_settings(quantity_), &*weather_);
    past_bounds_ = forecast::Bounds(grid_, grid_.past_cells());
  }
  bounds_ = past_bounds_;
  bounds_.widen_by(grid_, grid_.past_cells(), grid_.now);
  forecast::targets_of(question, grid_, targets_);
  fill(grid_.now, targets_, bounds_, past_steps, horizon_steps, window);
}

void Looker::look_back(std::size_t cell, std::size_t steps, std::size_t past_steps, std::size_t horizon_steps,
                       Window& window) {
  earlier_.clear();
  for (std::size_t k = 0; k < steps && cell + k < grid_.now; ++k)
    earlier_.push_back({cell + k, grid_.kind[grid_.row_of(cell + k)]});
  fill(cell, earlier_, past_bounds_, past_steps, horizon_steps, window);
}

double Looker::scale_at(std::size_t now, std::vector<float>& of_site) const {
  const std::size_t from = now - std::min(now, scale_days * grid_.slots);
  double known = 0.0, sum = 0.0, squares = 0.0, highest = 0.0;
  double work = 0.0, work_n = 0.0, other = 0.0, other_n = 0.0;
  for (std::size_t c = from; c < now; ++c) {
    const double value = grid_.value[c];
    if (std::isnan(value)) continue;
    known += 1.0;
    sum += std::abs(value);
    squares += value * value;
    highest = std::max(highest, std::abs(value));
    const bool workday = grid_.kind[grid_.row_of(c)] == Kind::workday;
    (workday ? work : other) += value;
    (workday ? work_n : other_n) += 1.0;
  }
  const double mean = known > 0.0 ? sum / known : 0.0;
  double scale = grid_.pv() ? highest : mean;
  if (!(scale > 1e-9)) scale = 1.0;

  of_site.clear();
  of_site.push_back(ratio(known / static_cast<double>(scale_days * grid_.slots)));
  of_site.push_back(mean > 0.0 ? ratio(std::sqrt(std::max(0.0, squares / known - mean * mean)) / mean) : 0.0F);
  const bool has_both = work_n > 0.0 && other_n > 0.0 && std::abs(work) > 0.0;
  of_site.push_back(has_both ? ratio((other / other_n) / (work / work_n)) : 1.0F);
  of_site.push_back(ratio(std::log10(scale) / 3.0));
  return scale;
}

void Looker::fill(std::size_t now, const std::vector<Target>& targets, const forecast::Bounds& bounds,
                  std::size_t past_steps, std::size_t horizon_steps, Window& window) {
  const std::size_t slots = grid_.slots;
  window.past_steps = past_steps;
  window.steps = targets.size();
  window.scale = scale_at(now, window.of_site);
  const double scale = window.scale;

  // What the simple forecasters say; nothing beyond what was seen, as their own answers are.
  window.base.resize(targets.size());
  ridge_mean_.resize(targets.size());
  same_kind_->foresee_means(grid_, now, targets, window.base);
  ridge_->foresee_means(grid_, now, targets, ridge_mean_);
  if (weathered_ != nullptr) {
    weathered_mean_.resize(targets.size());
    weathered_->foresee_means(grid_, now, targets, weathered_mean_);
    for (std::size_t k = 0; k < targets.size(); ++k)
      if (!std::isnan(weathered_mean_[k])) ridge_mean_[k] = weathered_mean_[k];
  }
  for (std::size_t k = 0; k < targets.size(); ++k) {
    const std::size_t slot = grid_.slot_of(targets[k].cell);
    window.base[k] = bounds.clip_value(window.base[k], slot);
    ridge_mean_[k] = bounds.clip_value(ridge_mean_[k], slot);
  }

  if (grid_.pv()) {
    forecast::find_clear_day(grid_, now, clear_);
  } else {
    clear_.assign(slots, 0.0);
  }

  const auto known_at = [&](std::size_t cell, std::size_t days) {
    const std::size_t back = days * slots;
    return cell >= back && cell - back < now ? grid_.value[cell - back] : std::nan("");
  };
  window.past.clear();
  for (std::size_t k = 0; k < past_steps; ++k) {
    if (now + k < past_steps) {
      window.past.insert(window.past.end(), past_columns, 0.0F);
      continue;
    }
    const std::size_t cell = now + k - past_steps;
    const double value = grid_.value[cell], day = known_at(cell, 1), before = known_at(cell, week);
    const double clear = clear_[grid_.slot_of(cell)];
    window.past.push_back(ratio((!std::isnan(value) ? value : !std::isnan(day) ? day : before) / scale));
    window.past.push_back(std::isnan(value) ? 0.0F : 1.0F);
    window.past.push_back(ratio(day / scale));
    window.past.push_back(ratio(before / scale));
    add_clock(grid_, cell, grid_.kind[grid_.row_of(cell)], window.past);
    window.past.push_back(clear > 0.02 * scale ? ratio(std::clamp(value / clear, 0.0, 2.0)) : 0.0F);
  }

  window.future.clear();
  for (std::size_t k = 0; k < targets.size(); ++k) {
    const std::size_t cell = targets[k].cell;
    // The last day and the last week that are past: a second day ahead has no day before.
    double day = std::nan(""), before = std::nan("");
    for (std::size_t days = 1; std::isnan(day) && days <= 2 * week; ++days) day = known_at(cell, days);
    for (std::size_t days = week; std::isnan(before) && days <= 4 * week; days += week) before = known_at(cell, days);
    window.future.push_back(ratio(window.base[k] / scale));
    window.future.push_back(ratio(ridge_mean_[k] / scale));
    window.future.push_back(ratio((std::isnan(day) ? window.base[k] : day) / scale));
    window.future.push_back(ratio((std::isnan(before) ? window.base[k] : before) / scale));
    add_clock(grid_, cell, targets[k].kind, window.future);
    const double lead =
        static_cast<double>(cell - now + 1) / static_cast<double>(std::max<std::size_t>(1, horizon_steps));
    window.future.push_back(static_cast<float>(std::min(1.0, lead)));
    window.future.push_back(ratio(clear_[grid_.slot_of(cell)] / scale));
  }
}

}  // namespace evtwin::learned
