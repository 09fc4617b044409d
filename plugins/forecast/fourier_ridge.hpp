// fourier-ridge: ridge regression on Fourier terms of the day and on earlier days.
#pragma once
#include <array>
#include <optional>

#include "daily.hpp"
#include "intraday.hpp"
#include "least_squares.hpp"
#include "seasonal_naive.hpp"
#include "weather.hpp"

namespace evtwin::forecast {

/// y = a_k + sum over h (b_kh sin(2 pi h t) + c_kh cos(2 pi h t)) + u sin(2 pi w) + v cos(2 pi w) + d y_1 + e y_7,
/// k the kind of day, t the time of day and w of the week in 0..1, y_1 the value at that time on the last day of the
/// same kind (the day before, where there is none within a week), y_7 a week before; what is still to come of those is
/// taken as foreseen. Fitted at each midnight to the days before it.
///
/// With a weather forecast it has terms of it as well, and knows those steps alone whose weather is known, once it has
/// learnt from a week of such: of PV the highest of that time in 21 days (which stands for a clear sky) times the share
/// of the sky that is free, and the irradiance; of load the degrees below 15 and above 22 (heating and cooling; round
/// figures).
class FourierPredictor : public Predictor {
 public:
  struct Settings {
    std::size_t harmonics;
    double ridge, half_life_days;
    Intraday::Settings intraday;
  };
  /// @param weather  brought up to the grid, of which there are terms, to outlive this; null: none
  FourierPredictor(const Grid& grid, const Settings& settings, const CellWeather* weather = nullptr);
  /// How many terms a table has for a quantity; 0: it says nothing of it.
  static std::size_t weather_terms(const WeatherFile& file, std::uint32_t quantity);
  void foresee_means(const Grid& grid, std::size_t now, std::span<const Target> targets,
                     std::span<double> mean) override;

 private:
  /// Fills row_ for a cell. @returns how much it counts in a fit: little where another kind of day or another time than
  /// a week ago stands in for what is not known, 0 where nothing can, or the weather is not known (row_ is then of no
  /// use).
  double make_row(const Grid& grid, std::size_t now, std::span<const double> values, std::span<const Kind> row_kinds,
                  std::size_t cell);
  /// The weather's terms of a cell. @returns false where they are not known
  bool add_weather(const Grid& grid, std::size_t now, std::size_t cell);
  double predict_row(std::size_t fit_row) const;

  Settings settings_;
  const CellWeather* weather_;
  std::vector<std::vector<double>> clear_;      // [rows][slots] highest PV of 21 days before; of weather and PV alone
  std::size_t clock_terms_ = 0, unknowns_ = 0;  // the latter with the weather's
  std::size_t from_row_;
  std::vector<double> wave_;                 // [slots * 2 harmonics]
  std::vector<std::vector<double>> fitted_;  // as of the midnight of each row from `from_row_`; empty: too little known
  std::vector<Entry> row_;
  std::optional<Intraday> intraday_;  // set once the base is known
  // Of one answer: what is known and what is foreseen so far.
  std::vector<double> values_;
  std::vector<Kind> kinds_;
};

class FourierRidge {
 public:
  static constexpr std::array params{
      sdk::integer("harmonics", "", 1.0, 24.0, 6.0, "Fourier terms of the day, of each kind of day."),
      sdk::real("ridge", "", 0.0, 1e3, 1e-5, "Penalty of large coefficients, relative to their sums of squares."),
      sdk::real("half_life_days", "days", 1.0, 365.0, 30.0, "After so many days a day weighs half as much."),
      recent_h_row,
      arrivals_recent_h_row,
      persist_h_row,
      sdk::text("weather", "",
                "Weather forecasts (CSV: issued,time,temperature_c,cloud_share,irradiance_w_per_m2); "
                "for pv and load.")};
  static constexpr evtwin_info info = sdk::describe(
      "fourier-ridge", "Fourier terms, ridge regression", "1.0",
      "Ridge regression on Fourier terms of the day by kind of day, on the last such day and on the week before.",
      params, all_quantities);
  explicit FourierRidge(const sdk::ForecasterSetup& setup);
  /// Steps whose weather is known are foreseen with it, all others as if there were no table.
  void forecast(const sdk::History& history, const sdk::Question& question, sdk::Answer& answer);

 private:
  void add_weathered(const sdk::History& history, const sdk::Question& question, sdk::Answer& answer);
  const evtwin_host& host_;
  FourierPredictor::Settings settings_;
  std::optional<WeatherFile> weather_file_;
  std::optional<CellWeather> weather_;
  Daily plain_, weathered_;
  std::vector<double> mean_, quantile_;  // of the latter's answer
};

}  // namespace evtwin::forecast
