// clear-sky-persistence: the sky stays as clear as it was.
#pragma once
#include <array>
#include <vector>

#include "daily.hpp"

namespace evtwin::forecast {

/// PV of a clear day by slot, at `now`: the highest value of each time of day in the 21 days before. A clear sky
/// without coordinates, which clouds only take away from (after Bacher, Madsen and Nielsen, Solar Energy 83, 2009).
/// @param highest  is made [grid.slots], kW; 0 where no sun was seen
void find_clear_day(const Grid& grid, std::size_t now, std::vector<double>& highest);

/// The clear day times the clear-sky index of the last hours of light: sum of PV / sum of the clear day (the reference
/// that forecasts of the sun are held against; Yang et al., Solar Energy 210, 2020).
class ClearSkyPredictor : public Predictor {
 public:
  ClearSkyPredictor(const Grid& grid, double hours_of_light);
  void foresee_means(const Grid& grid, std::size_t now, std::span<const Target> targets,
                     std::span<double> mean) override;

 private:
  double index_at(const Grid& grid, std::size_t now) const;

  std::size_t cells_of_light_;
  std::vector<double> clear_;  // [slots]
};

class ClearSkyPersistence {
 public:
  static constexpr std::array params{
      sdk::real("hours_of_light", "h", 0.25, 100.0, 6.0, "Hours with sun of which the clear-sky index is taken.")};
  static constexpr evtwin_info info =
      sdk::describe("clear-sky-persistence", "Clear-sky persistence", "1.0",
                    "PV of a clear day times the clear-sky index of the last hours of light.", params,
                    EVTWIN_FORECASTS(EVTWIN_QUANTITY_PV_KW));
  explicit ClearSkyPersistence(const sdk::ForecasterSetup& setup) : hours_of_light_(setup.number("hours_of_light")) {}
  void forecast(const sdk::History& history, const sdk::Question& question, sdk::Answer& answer);

 private:
  double hours_of_light_;
  Daily daily_;
};

}  // namespace evtwin::forecast
