#include "fourier_ridge.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "clear_sky.hpp"

namespace evtwin::forecast {
namespace {

/// Known cells below which nothing is fitted, in days.
constexpr double days_to_fit = 2.0;
constexpr double stand_in_weight = 1e-3;
constexpr std::size_t days_in_week = 7;
/// The same of the weather's terms: a day has one weather, so hours do not count as many.
constexpr double days_to_fit_weather = 7.0;
constexpr double heated_below_c = 15.0, cooled_above_c = 22.0;
/// No instant of a forecast: what was known at the midnight of each day is asked for.
constexpr std::size_t at_midnight = std::numeric_limits<std::size_t>::max();
constexpr double full_turn = 2.0 * std::numbers::pi;

}  // namespace

std::size_t FourierPredictor::weather_terms(const WeatherFile& file, std::uint32_t quantity) {
  if (quantity == EVTWIN_QUANTITY_PV_KW) return (file.has_cloud() ? 1U : 0U) + (file.has_irradiance() ? 1U : 0U);
  return quantity == EVTWIN_QUANTITY_LOAD_KW && file.has_temperature() ? 2 : 0;
}

FourierPredictor::FourierPredictor(const Grid& grid, const Settings& settings, const CellWeather* weather)
    : settings_(settings),
      weather_(weather),
      from_row_(grid.today == 0 ? 0 : std::max<std::size_t>(1, grid.today - std::min(grid.today, days_learnt_from))) {
  // More harmonics than half the slots say nothing new.
  settings_.harmonics = std::min(settings.harmonics, std::max<std::size_t>(1, (grid.slots - 1) / 2));
  const std::size_t h = settings_.harmonics;
  clock_terms_ = kinds * (1 + 2 * h) + 4;
  unknowns_ = clock_terms_ + (weather_ == nullptr ? 0 : weather_terms(weather_->file(), grid.quantity));
  for (std::size_t slot = 0; slot < grid.slots; ++slot) {
    for (std::size_t k = 1; k <= h; ++k) {
      const double angle = full_turn * static_cast<double>(k * slot) / static_cast<double>(grid.slots);
      wave_.push_back(std::sin(angle));
      wave_.push_back(std::cos(angle));
    }
  }
  if (weather_ != nullptr && grid.pv()) {
    clear_.resize(grid.today + 1);
    for (std::size_t row = 0; row <= grid.today; ++row) find_clear_day(grid, row * grid.slots, clear_[row]);
  }

  LeastSquares equations(unknowns_);
  const double fade = std::exp2(-1.0 / settings_.half_life_days);
  const double enough_days = weather_ == nullptr ? days_to_fit : days_to_fit_weather;
  double known = 0.0;
  std::vector<double> base;
  for (std::size_t row = 0; row <= grid.today; ++row) {
    // A day is foreseen by the fit of the days before it alone.
    if (row >= from_row_) {
      const bool enough = known >= enough_days * static_cast<double>(grid.slots);
      fitted_.push_back(enough ? equations.solve_ridge(settings_.ridge) : std::vector<double>{});
    }
    if (row < grid.today) equations.fade_rows(fade);

    for (std::size_t c = row * grid.slots; c < (row + 1) * grid.slots; ++c) {
      const double weight = make_row(grid, at_midnight, grid.value, grid.kind, c);
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

double FourierPredictor::make_row(const Grid& grid, std::size_t now, std::span<const double> values,
                                  std::span<const Kind> row_kinds, std::size_t cell) {
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
  row_.push_back({clock_terms_ - 4, std::sin(full_turn * of_week)});
  row_.push_back({clock_terms_ - 3, std::cos(full_turn * of_week)});
  row_.push_back({clock_terms_ - 2, values[cell - last * slots]});
  row_.push_back({clock_terms_ - 1, values[cell - week * slots]});
  if (weather_ != nullptr && !add_weather(grid, now, cell)) return 0.0;
  return as_meant ? 1.0 : stand_in_weight;
}

bool FourierPredictor::add_weather(const Grid& grid, std::size_t now, std::size_t cell) {
  const Weather weather = weather_->at(grid, now, cell);
  std::size_t at = clock_terms_;
  bool is_known = true;
  const auto add = [&](double x) {
    is_known = is_known && !std::isnan(x);
    row_.push_back({at++, x});
  };
  if (grid.pv()) {
    const double clear = clear_[std::min(grid.row_of(cell), grid.today)][grid.slot_of(cell)];
    if (weather_->file().has_cloud()) add(clear * (1.0 - weather.cloud_share));
    if (weather_->file().has_irradiance()) add(weather.irradiance_w_per_m2 / 1000.0);
  } else {
    // std::max would make a 0 of what is not known.
    const auto degrees = [&](double beyond_c) { return beyond_c < 0.0 ? 0.0 : beyond_c / 10.0; };
    add(degrees(heated_below_c - weather.temperature_c));
    add(degrees(weather.temperature_c - cooled_above_c));
  }
  return is_known;
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
    if (weather_ == nullptr) {
      NaivePredictor(grid, 1).foresee_means(grid, now, targets, mean);
    } else {
      std::fill(mean.begin(), mean.end(), std::nan(""));
    }
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
    if (make_row(grid, now, values_, kinds_, cell) > 0.0) {
      mean[k] = intraday.correct_base(std::max(lowest, predict_row(fit_row)), recent_error, cell - now);
    } else if (weather_ != nullptr) {
      mean[k] = std::nan("");
    } else {
      NaivePredictor(grid, 1).foresee_means(grid, now, targets.subspan(k, 1), mean.subspan(k, 1));
    }
    // Nothing foreseen from what is foreseen grows without end.
    mean[k] = std::clamp(mean[k], lowest, largest_value);
    values_[cell] = mean[k];
  }
}

FourierRidge::FourierRidge(const sdk::ForecasterSetup& setup)
    : host_(setup.host()),
      settings_{static_cast<std::size_t>(setup.number("harmonics")), setup.number("ridge"),
                setup.number("half_life_days"), Intraday::settings_of(setup)} {
  if (setup.text("weather").empty()) return;
  weather_file_.emplace(std::string(setup.text("weather")));
  if (FourierPredictor::weather_terms(*weather_file_, setup.quantity()) > 0) weather_.emplace(*weather_file_);
}

void FourierRidge::forecast(const sdk::History& history, const sdk::Question& question, sdk::Answer& answer) {
  plain_.forecast(history, question, answer,
                  [this](const Grid& grid) { return std::make_unique<FourierPredictor>(grid, settings_); });
  if (weather_ && question.steps.size() > 0) add_weathered(history, question, answer);
}

void FourierRidge::add_weathered(const sdk::History& history, const sdk::Question& question, sdk::Answer& answer) {
  const std::size_t steps = question.steps.size(), levels = question.levels().size();
  mean_.assign(steps, std::nan(""));
  quantile_.assign(steps * levels, std::nan(""));
  const evtwin_answer raw{sizeof raw, 0, mean_.data(), quantile_.data()};
  sdk::Answer weathered(raw, question);
  weathered_.forecast(
      history, question, weathered,
      [this](const Grid& grid) { return std::make_unique<FourierPredictor>(grid, settings_, &*weather_); },
      [&](const Grid& grid, bool changed) { weather_->bring_up_to(grid, changed, history, question); });

  // A step is taken whole, its mean with its band.
  for (std::size_t k = 0; k < steps; ++k) {
    if (std::isnan(weathered.mean[k]) || (levels > 0 && std::isnan(weathered.quantile(0)[k]))) continue;
    answer.mean[k] = weathered.mean[k];
    for (std::size_t l = 0; l < levels; ++l) answer.quantile(l)[k] = weathered.quantile(l)[k];
  }

  // At midnight alone: a run that goes on from a checkpoint later in the day says nothing twice.
  if (question.steps.local_minute()[0] >= question.steps.raw.step_ns / 60'000'000'000 ||
      weather_->knows_anything_ahead())
    return;
  const std::string words = "fourier-ridge: weather " + weather_file_->name() + " says nothing of the " +
                            std::to_string(steps) + " steps ahead: foreseen without it";
  host_.report(&host_, EVTWIN_WARNING, words.c_str());
}

}  // namespace evtwin::forecast
