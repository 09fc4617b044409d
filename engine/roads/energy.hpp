// Energy that driving takes, from the forces on a car.
#pragma once
#include <span>
#include <string_view>
#include <vector>

#include "roads/network.hpp"

namespace evtwin::roads {

/// A class of cars on the road. Figures are round ones, in reach of published coast-down values; each can be replaced.
struct DriveClass {
  std::string_view name = "mid";
  double mass_kg = 1900.0;         ///< with a driver
  double rolling = 0.009;          ///< coefficient of rolling resistance
  double drag_area_m2 = 0.62;      ///< drag coefficient x frontal area
  double drive_efficiency = 0.88;  ///< battery to wheel
  double recuperation = 0.65;      ///< wheel to battery, going downhill
  double base_kw = 0.4;            ///< lights, pumps, computers
  double heat_kw_per_k = 0.08;     ///< cabin and battery below 18 C: a heat pump's average
  double cool_kw_per_k = 0.10;     ///< above 24 C
};

/// "small", "mid", "suv", "van".
std::span<const DriveClass> drive_classes();
/// nullptr when there is none of that name.
const DriveClass* find_class(std::string_view name);

/// Power of cabin and battery conditioning, and of what is always on, kW: base + k x the degrees outside 18 .. 24 C.
double auxiliary_kw(const DriveClass& car, double temperature_c);

/// Energy out of the battery per km at constant speed, kWh/km; negative where going downhill charges.
///   F = m g (c_r cos a + sin a) + 1/2 rho (c_d A) v^2, a = atan(grade);  N / 3600 = kWh/km at the wheel
/// divided by drive_efficiency where F > 0, times recuperation where F < 0, plus auxiliary power / speed.
/// Source of the forces: Guzzella, Sciarretta: Vehicle Propulsion Systems. Density of dry
/// air at 1013.25 hPa by the ideal gas law, R = 287.05 J/(kg K). Left out: wind, wet roads, starting and stopping, the
/// weaker cold battery.
double kwh_per_km(const DriveClass& car, double speed_kmh, double grade, double temperature_c);

/// kWh of every edge, [edges].
std::vector<double> edge_energies(const Network& network, const DriveClass& car, double temperature_c);

}  // namespace evtwin::roads
