// same-kind-of-day: the mean of days of the same kind, corrected by what today showed so far.
#pragma once
#include <array>
#include <optional>

#include "daily.hpp"
#include "intraday.hpp"
#include "seasonal_naive.hpp"

namespace evtwin::forecast {

/// The mean over past days of the same kind at the same local time, a day weighing half as much after each half-life;
/// where no day of the kind is known: the other of Saturday and off, else all days, else the hours beside it.
class SameKindPredictor : public Predictor {
 public:
  struct Settings {
    double half_life_days;
    Intraday::Settings intraday;
  };
  SameKindPredictor(const Grid& grid, const Settings& settings);
  void foresee_means(const Grid& grid, std::size_t now, std::span<const Target> targets,
                     std::span<double> mean) override;

 private:
  struct Means {
    std::vector<double> sum, weight;  // [kinds * slots]
  };
  double& profile_cell(std::size_t row, Kind kind, std::size_t slot) {
    return profile_[((row - from_row_) * kinds + static_cast<std::size_t>(kind)) * slots_ + slot];
  }
  void keep_profile(std::size_t row, const Means& means, bool pv);

  std::size_t slots_;
  std::size_t from_row_;
  std::vector<double> profile_;       // [rows from `from_row` to today * kinds * slots] as of each row's midnight
  std::optional<Intraday> intraday_;  // set once the base is known
};

class SameKindOfDay {
 public:
  static constexpr std::array params{sdk::real("half_life_days", "days", 0.5, 365.0, 14.0,
                                               "After so many days a day weighs half as much: load and arrivals."),
                                     sdk::real("pv_half_life_days", "days", 0.5, 365.0, 5.0, "Likewise for PV."),
                                     sdk::real("price_half_life_days", "days", 0.5, 365.0, 4.0, "Likewise for prices."),
                                     recent_h_row,
                                     arrivals_recent_h_row,
                                     persist_h_row};
  static constexpr evtwin_info info = sdk::describe(
      "same-kind-of-day", "Same kind of day", "1.0",
      "The mean of recent workdays, Saturdays or Sundays and holidays at the same local time, corrected by today.",
      params, all_quantities);
  explicit SameKindOfDay(const sdk::ForecasterSetup& setup);
  void forecast(const sdk::History& history, const sdk::Question& question, sdk::Answer& answer);

 private:
  SameKindPredictor::Settings settings_;
  Daily daily_;
};

}  // namespace evtwin::forecast
