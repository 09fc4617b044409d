// What a learnt forecaster looks at: the last hours, and what is known of the hours to come, as ratios to the site's
// own scale, so that series of any size and unit look alike.
#pragma once
#include <array>
#include <cstddef>
#include <evtwin/forecaster.hpp>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "fourier_ridge.hpp"
#include "grid.hpp"
#include "same_kind.hpp"
#include "weather.hpp"

namespace evtwin::learned {

/// A variable of a network: some columns of numbers that belong together.
struct Variable {
  std::string_view id;
  std::size_t columns;
  std::string_view help;
};

/// Of steps that are past.
inline constexpr std::array past_variables{
    Variable{"value", 2, "what was, to the scale; whether it is known"},
    Variable{"day_before", 1, "what was a day before, to the scale"},
    Variable{"week_before", 1, "what was a week before, to the scale"},
    Variable{"time_of_day", 2, "sine and cosine of the local time"},
    Variable{"kind_of_day", 3, "workday, Saturday, Sunday or holiday"},
    Variable{"clear_sky_index", 1, "PV to the highest of its time in 21 days (Bacher et al. 2009)"}};
/// Of steps to come: what is known of them when the forecast is issued.
inline constexpr std::array future_variables{
    Variable{"same_kind", 1, "what same-kind-of-day foresees, to the scale"},
    Variable{"ridge", 1, "what fourier-ridge foresees, to the scale"},
    Variable{"day_before", 1, "what was a day before, to the scale"},
    Variable{"week_before", 1, "what was a week before, to the scale"},
    Variable{"time_of_day", 2, "sine and cosine of the local time"},
    Variable{"kind_of_day", 3, "workday, Saturday, Sunday or holiday"},
    Variable{"lead", 1, "how far ahead, to the horizon learnt; at most 1"},
    Variable{"clear_sky", 1, "highest PV of its time in 21 days, to the scale"}};
/// Of the site, as its history is.
inline constexpr std::array static_variables{Variable{"history", 1, "known share of the last 28 days"},
                                             Variable{"variation", 1, "standard deviation to mean"},
                                             Variable{"weekend", 1, "mean of other days to that of workdays"},
                                             Variable{"size", 1, "a third of log10 of the scale"}};

template <std::size_t N>
constexpr std::size_t columns_of(const std::array<Variable, N>& variables) {
  std::size_t sum = 0;
  for (const Variable& v : variables) sum += v.columns;
  return sum;
}
inline constexpr std::size_t past_columns = columns_of(past_variables);
inline constexpr std::size_t future_columns = columns_of(future_variables);
inline constexpr std::size_t static_columns = columns_of(static_variables);
inline constexpr float most_ratio = 10.0F;

/// One forecast's view. Rows follow one another: row k of `past` begins at k * past_columns.
struct Window {
  std::size_t past_steps = 0, steps = 0;
  double scale = 1.0;
  std::vector<double> base;    ///< [steps] what same-kind-of-day foresees; networks learn what to add to it
  std::vector<float> past;     ///< [past_steps * past_columns] the last one ends where the forecast is issued
  std::vector<float> future;   ///< [steps * future_columns]
  std::vector<float> of_site;  ///< [static_columns]
};

/// Makes windows of a history, in training and in play: the very same code, which is shown nothing of what comes. What
/// it keeps between calls is a cache, as forecaster.h says.
class Looker {
 public:
  /// @param weather  what fourier-ridge, which a network sees, knows of the weather; to outlive this; null: nothing
  explicit Looker(std::uint32_t quantity, const forecast::WeatherFile* weather = nullptr);
  /// @param past_steps     of the network
  /// @param horizon_steps  that it learnt
  void look(const sdk::History& history, const sdk::Question& question, std::size_t past_steps,
            std::size_t horizon_steps, Window& window);
  /// As if the forecast had been issued at an earlier cell of the same history, for the `steps` cells after it; after
  /// look(). What today taught the simple forecasters of lasting errors is known to them.
  void look_back(std::size_t cell, std::size_t steps, std::size_t past_steps, std::size_t horizon_steps,
                 Window& window);

  /// As of the last look().
  const forecast::Grid& grid() const { return grid_; }
  const std::vector<forecast::Target>& targets() const { return targets_; }
  const forecast::Bounds& bounds() const { return bounds_; }
  const forecast::Bounds& past_bounds() const { return past_bounds_; }  ///< of the days before today
  /// Whether the days before today are others than at the look() before.
  bool has_new_day() const { return new_day_; }

 private:
  void fill(std::size_t now, const std::vector<forecast::Target>& targets, const forecast::Bounds& bounds,
            std::size_t past_steps, std::size_t horizon_steps, Window& window);
  double scale_at(std::size_t now, std::vector<float>& of_site) const;

  std::uint32_t quantity_;
  std::optional<forecast::CellWeather> weather_;
  forecast::PastDays past_;
  forecast::Grid grid_;
  forecast::Bounds bounds_, past_bounds_;
  std::unique_ptr<forecast::SameKindPredictor> same_kind_;
  std::unique_ptr<forecast::FourierPredictor> ridge_, weathered_;  // the latter where there is weather
  std::vector<forecast::Target> targets_, earlier_;
  std::vector<double> clear_, ridge_mean_, weathered_mean_;
  bool new_day_ = true;
};

}  // namespace evtwin::learned
