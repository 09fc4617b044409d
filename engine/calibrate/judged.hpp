// Visits that laws make, held against sessions that were.
#pragma once
#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "calibrate/cars.hpp"
#include "calibrate/laws.hpp"
#include "twin/world.hpp"

namespace evtwin::calibrate {

/// Sessions as they are compared: when they come and go, what they take, what their drivers say.
struct Visits {
  std::vector<TimeNs> arrival_ns, departure_ns, claimed_departure_ns;
  std::vector<double> energy_kwh, requested_kwh;
  std::vector<double> soc_arrival, soc_departure;  ///< NaN: not known
  std::vector<double> served_kwh;                  ///< of the energy, what flows within the stay
  std::size_t size() const { return arrival_ns.size(); }
  /// @param served  NaN: all of its energy
  void add_visit(const demand::Visit& visit, double soc_at_arrival = kernel::unknown,
                 double soc_at_departure = kernel::unknown, double served = kernel::unknown);
};
/// Power of the site's EVSE that is in the middle.
double middle_evse_kw(const twin::World& world);

/// @param cars  by transaction. @param evse_kw  at which sessions whose power was not metered would be served
Visits visits_of(std::span<const sessions::LogSession> sessions, std::span<const CarTold> cars = {},
                 double evse_kw = physics::infinite);

/// Visits of the world's own days, by its laws with a seed. Cars that find no EVSE free are among them. Served is what
/// a car takes that charges at once, at the EVSE of the site that is in the middle by power.
/// @param with_soc  whether the batteries of its vehicles are those of the cars, so that states of charge mean
/// something
Visits made_visits(const twin::World& world, std::uint64_t seed, bool with_soc);

/// How far what was made is from what was. KS: two-sample Kolmogorov-Smirnov statistic; W1: Wasserstein-1 distance,
/// the area between the two distributions.
struct Differences {
  double arrivals = 0.0;  ///< a day, relative
  double served = 0.0;    ///< of the energy, what flows within the stays: share made minus share seen
  double mean_energy = 0.0, mean_stay = 0.0;  ///< relative
  double energy_ks = 0.0, energy_w1_kwh = 0.0;
  double stay_ks = 0.0, stay_w1_min = 0.0;
  /// Energies of stays alike, a fifth of the records' stays each: mean W1, by how many there are. Where energy and stay
  /// go together otherwise than in the records it is larger than energy_w1_kwh.
  double energy_of_stays_w1_kwh = 0.0;
  double soc_arrival_w1 = kernel::unknown, soc_departure_w1 = kernel::unknown;  ///< 0..1; NaN: not known of both
  /// Claimed stay, and energy asked for; NaN: nobody claims but what comes true.
  double claimed_stay_w1_min = kernel::unknown, requested_w1_kwh = kernel::unknown;
  double occupancy = 0.0;  ///< cars there, by hour of weekday and weekend: CV(RMSE) of the mean days
  double busiest = 0.0;    ///< most cars there at once, mean over days, relative
};

/// @param made  one set for each seed, of the same days; figures of all of them together
Differences measure_differences(const Visits& seen, std::span<const Visits> made, const market::Calendar& calendar,
                                Days days);

/// Mean cars there by local hour, weekday then weekend. @param copies  `visits` holds the days so many times
std::array<double, 48> mean_days(const Visits& visits, const market::Calendar& calendar, Days days, double copies);

/// Both samples in any order, not empty.
double ks_statistic(std::vector<double> a, std::vector<double> b);
double wasserstein_1(std::vector<double> a, std::vector<double> b);

}  // namespace evtwin::calibrate
