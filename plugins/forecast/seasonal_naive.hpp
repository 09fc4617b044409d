// seasonal-naive: what was a week ago.
#pragma once
#include <array>

#include "daily.hpp"

namespace evtwin::forecast {

inline constexpr std::uint32_t all_quantities =
    EVTWIN_FORECASTS(EVTWIN_QUANTITY_PV_KW) | EVTWIN_FORECASTS(EVTWIN_QUANTITY_LOAD_KW) |
    EVTWIN_FORECASTS(EVTWIN_QUANTITY_ARRIVALS) | EVTWIN_FORECASTS(EVTWIN_QUANTITY_ARRIVALS_KWH) |
    EVTWIN_FORECASTS(EVTWIN_QUANTITY_BUY_PER_KWH);

/// The value `days` days before at the same local clock time (or twice as many, ... where that is still to come); where
/// it is not known the one of the last day that is, else the mean of all, else 0.
class NaivePredictor : public Predictor {
 public:
  NaivePredictor(const Grid& grid, std::size_t days);
  void foresee_means(const Grid& grid, std::size_t now, std::span<const Target> targets,
                     std::span<double> mean) override;

 private:
  std::size_t days_;
};

class SeasonalNaive {
 public:
  static constexpr std::array params{
      sdk::integer("days", "days", 1.0, 28.0, 7.0, "How many days ago; 1: yesterday, 7: a week ago.")};
  static constexpr evtwin_info info =
      sdk::describe("seasonal-naive", "Seasonal naive", "1.0",
                    "The value a week (or so many days) ago at the same local time.", params, all_quantities);
  explicit SeasonalNaive(const sdk::ForecasterSetup& setup);
  void forecast(const sdk::History& history, const sdk::Question& question, sdk::Answer& answer);

 private:
  std::size_t days_;
  Daily daily_;
};

}  // namespace evtwin::forecast
