// When a driver comes back: a chance for each day since the last visit and each weekday, of the site and of the driver.
//
// Survival by discrete days: on the d-th local day after the last visit (0: later on the same day), a weekday w, who
// has not come yet comes with
//
//     chance(d, w) = 1 - exp(-rate),   rate = site_gap(class of d) x site_weekday(w) x own x own_gap(class of d)
//                                             x own_weekday(w)
//
// (proportional hazards of grouped times: Prentice and Gloeckler 1978), at an hour of the day that does not depend on
// d: who has not come by the part F of a day's arrivals still comes that day with chance x (1 - F) / (1 - chance x F).
// Where weekdays and drivers are alike, the site's chances are visits over days at risk, those of the survivor function
// of gaps with the running gaps censored (Kaplan and Meier 1958). Where drivers differ, each has his own factor in the
// fit of the site too (gamma frailty by EM: Klein 1992): else those who come seldom, who are most of those away for a
// week, would lower everybody's chance to come after a week.
//
// A factor f is such that visits that came + prior = visits expected with f + prior x f, as the mean of a gamma
// posterior is for small chances: a driver seen once follows the site, one seen often follows himself.
#pragma once
#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "drivers/history.hpp"

namespace evtwin::drivers {

/// Days since the last visit, in classes: 0 .. 14 by themselves, 15 to 21, 22 to 35, more.
inline constexpr std::size_t gap_classes = 18;
constexpr std::size_t gap_class(std::int64_t days) {
  if (days <= 14) return static_cast<std::size_t>(days);
  if (days <= 21) return 15;
  return days <= 35 ? 16 : 17;
}

/// Hours, energies and outlets are those of so many last visits; a habit of years ago tells nothing.
inline constexpr std::size_t memory_visits = 60;

template <class T>
using ByGapAndWeekday = std::array<std::array<T, 7>, gap_classes>;

/// Visits that came, and days on which one could have come: whole ones, but for the rest of the day of the visit before
/// and the part of today until now, which count by the share of arrivals in their hours.
struct Exposure {
  ByGapAndWeekday<double> visits{}, days{};
};

/// Visits that each factor of a driver is shrunk by, and those of the hours of his day.
struct Priors {
  double own = 4.0, own_gap = 6.0, own_weekday = 6.0, own_hour = 10.0;
};

struct SiteLaw {
  std::array<double, gap_classes> of_gap{};  ///< rates a day
  std::array<double, 7> of_weekday{};        ///< factors, Monday first
  std::array<double, 24> of_hour{};          ///< shares of the arrivals by local hour
};

struct DriverLaw {
  ByGapAndWeekday<double> chance{};       ///< to come that day, of who has not come yet
  std::array<double, 25> hours_passed{};  ///< share of a day's arrivals before each full hour; 0 and 1 at the ends
};

/// All that is known at an instant.
struct Returns {
  TimeNs now_ns = 0;
  SiteLaw site;
  std::vector<Exposure> exposures;  ///< by driver
};

/// Fitted to the visits before `now_ns`; running gaps count until then.
Returns fit_returns(const Histories& histories, TimeNs now_ns);

DriverLaw driver_law(const Returns& returns, const Exposure& exposure, std::span<const DriverVisit> visits,
                     const Priors& priors = {});

/// Share of a day's arrivals before that part of the day, and the part by which that share has come; 0..1 both.
double share_before(const DriverLaw& law, double part);
double part_of_share(const DriverLaw& law, double share);

}  // namespace evtwin::drivers
