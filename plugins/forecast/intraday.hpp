// Errors of today so far correct the hours ahead.
#pragma once
#include <vector>

#include "grid.hpp"

namespace evtwin::forecast {

inline constexpr evtwin_param_info recent_h_row =
    sdk::real("recent_h", "h", 0.05, 24.0, 1.0, "Errors of the last hours count by exp(-age / recent_h).");
inline constexpr evtwin_param_info arrivals_recent_h_row =
    sdk::real("arrivals_recent_h", "h", 0.05, 24.0, 4.0, "Likewise for arrivals, which are few in an hour.");
inline constexpr evtwin_param_info persist_h_row =
    sdk::real("persist_h", "h", 0.05, 48.0, 3.0,
              "They last into the hours ahead by exp(-lead / persist_h), until past days tell how long they do.");

/// Days of which what was foreseen at their midnights is kept, to learn from.
inline constexpr std::size_t days_learnt_from = 28;

/// Let b be what a model says of a cell at the midnight before, a what was, and E the recent error: weighted with
/// exp(-age / recent_h),
///   E = sum(w (a - b)) / sum(w)                     for load and prices;     corrected(b) = b + g E
///   E = sum(w (a - b)) / (sum(w b) + 1 h of mean b) for PV and arrivals;     corrected(b) = b (1 + g E)
/// The gain g of each lead time is the slope of the errors ahead on E over the last 28 days, drawn to
/// exp(-lead / persist_h) by so much as two days of data weigh, in [0, 1], not rising with lead time, 0 after 24 h.
class Intraday {
 public:
  struct Settings {
    double recent_h, persist_h;
  };
  /// From the rows below, which the forecaster's table must have.
  static Settings settings_of(const sdk::ForecasterSetup& setup);
  /// @param from  first cell of `base`, of a whole row, at most 28 days before today
  /// @param base  [(today + 1) * slots - from] as of the midnight before each cell; NaN where there was none
  Intraday(Settings settings, const Grid& grid, std::size_t from, std::vector<double> base);

  /// E from the cells before `now`.
  double recent_error(const Grid& grid, std::size_t now) const;
  double correct_base(double base, double recent_error, std::size_t lead_cells) const;

 private:
  struct Sums {
    double error = 0.0;
    double weight = 0.0;
  };
  void add_error(Sums& sums, double actual, double base) const;
  double error_of(const Sums& sums) const;
  void learn_gains(const Grid& grid, double persist_h);

  bool proportional_;
  std::size_t from_;
  std::vector<double> base_;
  double fade_;                       // of a weight in a step
  double prior_ = 0.0;                // added to the sum of weights
  std::vector<double> error_before_;  // [past cells from `from`] E
  Sums at_midnight_;
  std::vector<double> gain_;  // [slots]
};

}  // namespace evtwin::forecast
