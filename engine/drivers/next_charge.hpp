// A driver's next charge, foretold from the visits before an instant: when, where and how much, with intervals.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "drivers/return_law.hpp"

namespace evtwin::drivers {

/// Chances at which a forecast tells its value: 90 % lie between the outer two, half between the inner two.
inline constexpr std::array chances{0.05, 0.25, 0.5, 0.75, 0.95};
using Quantiles = std::array<double, chances.size()>;

struct NextCharge {
  /// The local day by whose end the driver is as likely to have come as not, at his usual hour; time_never: not within
  /// a year.
  TimeNs about_ns = kernel::time_never;
  std::array<TimeNs, chances.size()> when_ns{};  ///< time_never: later than a year, or never
  double within_7_days = 0.0;                    ///< chance to come before the same local time a week on
  Quantiles kwh{};                               ///< NaN: no energy is known
  double stay_h = kernel::unknown;               ///< median of the driver's; of everybody's where his is not known
  std::vector<double> at_evse;                   ///< [Histories::evse_ids] chances, 1 in all; empty: no visit at all
};

/// All that forecasts of one instant share.
struct Outlook {
  Returns returns;
  std::vector<double> site_kwh, site_stay_h;  ///< ascending, of the visits that were over
  std::vector<double> site_evse;              ///< share of the visits at each
};

/// @throws std::runtime_error where no visit lies before `now_ns`
Outlook outlook_at(const Histories& histories, TimeNs now_ns);

/// @pre the driver has a visit before the outlook's instant
NextCharge foretell(const Histories& histories, const Outlook& outlook, std::size_t driver);

}  // namespace evtwin::drivers
