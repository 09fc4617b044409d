// sarima: seasonal autoregression of differences.
#pragma once
#include <array>

#include "daily.hpp"
#include "seasonal_naive.hpp"

namespace evtwin::forecast {

/// SARIMA(p,d,0)(P,D,0)_s of Box and Jenkins: phi(B) Phi(B^s) (w - m) = e, w = (1 - B)^d (1 - B^s)^D y, B y_t =
/// y_(t-1), m the mean of w where d + D <= 1, else 0. Steps are those of the local clock. Fitted to the days before
/// each midnight by least squares conditional on the first values: phi and Phi in turns, each exactly given the other.
class SarimaPredictor : public Predictor {
 public:
  struct Settings {
    std::size_t ar, differences, seasonal_ar, seasonal_differences;
    double season_h, fit_days;
  };
  SarimaPredictor(const Grid& grid, const Settings& settings);
  void foresee_means(const Grid& grid, std::size_t now, std::span<const Target> targets,
                     std::span<double> mean) override;

  /// false: too little history, or what was fitted would grow without end; then it is seasonal-naive that answers.
  bool is_fitted() const { return fitted_; }
  std::span<const double> phi() const { return phi_; }
  std::span<const double> seasonal_phi() const { return seasonal_phi_; }

 private:
  void fit_model(const Grid& grid);
  void make_taps();
  /// The value of cell `at` of `values` from those before it, at least lag_ of them.
  double predict_next(std::span<const double> values, std::size_t at) const;
  void fill_gaps(const Grid& grid);

  Settings settings_;
  std::size_t season_;  // steps
  bool fitted_ = false;
  std::vector<double> phi_, seasonal_phi_;
  double mean_ = 0.0;  // of w
  struct Tap {
    std::size_t back;
    double weight;
  };
  std::vector<Tap> taps_;  // y_t = constant_ + sum(weight y_(t - back))
  double constant_ = 0.0;
  std::size_t lag_ = 0;  // the longest of them
  Bounds bounds_;
  std::vector<double> filled_;   // the past, gaps filled from what was before
  std::vector<double> scratch_;  // of one answer
};

class Sarima {
 public:
  static constexpr std::array params{
      sdk::integer("ar", "steps", 0.0, 12.0, 5.0, "p: the values before that count."),
      sdk::integer("diff", "", 0.0, 2.0, 1.0, "d: times that steps are differenced."),
      sdk::integer("seasonal_ar", "seasons", 0.0, 2.0, 1.0, "P: the seasons before that count."),
      sdk::integer("seasonal_diff", "", 0.0, 1.0, 1.0, "D: times that seasons are differenced."),
      sdk::real("season_h", "h", 1.0, 168.0, 24.0, "Length of a season."),
      sdk::integer("fit_days", "days", 3.0, 90.0, 28.0, "Days before the last midnight that it is fitted to.")};
  static constexpr evtwin_info info = sdk::describe(
      "sarima", "SARIMA", "1.0",
      "Seasonal autoregression of differences, SARIMA(5,1,0)(1,1,0) of 24 h by default, fitted anew each midnight.",
      params, all_quantities);
  explicit Sarima(const sdk::ForecasterSetup& setup);
  void forecast(const sdk::History& history, const sdk::Question& question, sdk::Answer& answer);

 private:
  SarimaPredictor::Settings settings_;
  Daily daily_;
};

}  // namespace evtwin::forecast
