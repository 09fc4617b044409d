// How well a run's days were foreseen: what strategies were shown at the first decision of each local day, over what
// came.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <vector>

#include "kernel/time.hpp"
#include "record/foreseen.hpp"

namespace evtwin::analysis {

/// Run files have forecasts with four digits.
inline constexpr double recorded_to = 5e-4;

/// A step as it was foreseen at the start of its day, and what came.
struct ForeseenStep {
  kernel::TimeNs start_ns = 0, end_ns = 0;
  double foreseen = 0.0;
  double low = std::numeric_limits<double>::quiet_NaN();  ///< 10 and 90 % quantiles; NaN: no spread was stated
  double high = std::numeric_limits<double>::quiet_NaN();
  double came = 0.0;
  double day_before = std::numeric_limits<double>::quiet_NaN();  ///< what came 24 h before; NaN: before the run
};

/// Errors of some steps. NaN: of none.
struct ForecastErrors {
  std::size_t steps = 0;      ///< foreseen, and come by the end of the run
  std::size_t with_band = 0;  ///< of them with a band
  std::size_t in_band = 0;    ///< and within it, bounds included, as far as four digits tell
  std::size_t compared = 0;   ///< with a day before
  double mean_abs_error = std::numeric_limits<double>::quiet_NaN();    ///< over all steps, in their unit
  double compared_error = std::numeric_limits<double>::quiet_NaN();    ///< over those with a day before
  double day_before_error = std::numeric_limits<double>::quiet_NaN();  ///< of what came 24 h before, over the same
  double mean_abs_came = std::numeric_limits<double>::quiet_NaN();     ///< size of what came, over those compared

  double coverage() const {
    return with_band == 0 ? std::numeric_limits<double>::quiet_NaN()
                          : static_cast<double>(in_band) / static_cast<double>(with_band);
  }
  /// 1 - compared_error / day_before_error: 1 is perfect, 0 as good as the day before. NaN where that made no error
  /// that could be told from the rounding of the record.
  double skill() const {
    return day_before_error > recorded_to * mean_abs_came ? 1.0 - compared_error / day_before_error
                                                          : std::numeric_limits<double>::quiet_NaN();
  }
};

/// A local day, by the number of its date since 1970.
struct ForeseenDay {
  std::int64_t day = 0;
  kernel::TimeNs first_ns = 0,
                 last_ns = 0;  ///< from the first of its steps to the end of the last; equal: there is none
  ForecastErrors errors;
};

struct ForecastOverTime {
  std::vector<ForeseenStep> steps;  ///< ascending, none twice
  std::vector<ForeseenDay> days;
  ForecastErrors errors;  ///< of all
};

/// @param rows   of one quantity of one site, ascending by seen_ns
/// @param end_ns  what comes after it is not known
/// @param day_of(t)  number of the local day
/// @param came(from, to)  mean or sum of what came; NaN where it is not known
/// The step that runs when a forecast is seen is left out: it begins with what is metered.
ForecastOverTime forecast_over_time(std::span<const record::Foreseen* const> rows, kernel::TimeNs end_ns,
                                    const std::function<std::int64_t(kernel::TimeNs)>& day_of,
                                    const std::function<double(kernel::TimeNs, kernel::TimeNs)>& came);

}  // namespace evtwin::analysis
