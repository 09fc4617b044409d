// Windows of series, to learn from and to judge by.
#pragma once
#include <evtwin/forecast_learner.h>

#include <memory>
#include <string>
#include <vector>

#include "brain.hpp"

namespace evtwin::learned {

/// When windows are issued, and which are held back.
struct SplitRules {
  std::size_t every_h = 3;         ///< of the windows that are learnt from; an hour later each day
  std::size_t judged_every_h = 6;  ///< of those that judge
  double validation_share = 0.2;   ///< of the known days, the last ones
  std::size_t warm_days = 7;       ///< known before the first window
  std::shared_ptr<const forecast::WeatherFile> weather;  ///< of all series; null: none
};

/// What of a series was used, for the file's head.
struct SeriesUse {
  std::string name, first_day, validation_from, last_day;
  std::size_t learnt = 0, judged = 0;  ///< windows
};

struct Split {
  Examples learnt, judged;
  std::vector<SeriesUse> uses;
};

/// Windows of all series of a quantity. Of each series the last days judge; a window is learnt from where all that it
/// is to foresee lies before them. A window sees what a run would show at its time, through the very same code.
/// @throws std::runtime_error  one line naming the series: too short, constant, negative PV
Split split_series(std::span<const evtwin_series> series, std::uint32_t quantity, const Shape& shape,
                   const SplitRules& rules);

/// The window issued at step `from` of a series.
void look_at_series(Looker& looker, const evtwin_series& series, std::size_t from, const Shape& shape, Window& window);

}  // namespace evtwin::learned
