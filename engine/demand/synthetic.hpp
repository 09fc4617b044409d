// Cars made up for a day, as a day-ahead planning exercise draws them: powers, batteries, arrivals and stays.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

namespace evtwin::demand {

struct SyntheticCar {
  double nominal_kw = 0.0;    ///< 6, 7, 11 or 22
  double battery_kwh = 0.0;   ///< 30, 52, 88 or 100
  double arrival_kwh = 0.0;   ///< in the battery; below its capacity, in tenths
  double required_kwh = 0.0;  ///< more in the battery at departure, in tenths: all its room, or what its stay can give
  int arrival_s = 0;          ///< of the day: from 05:00 on, before 16:00, whole minutes
  int departure_s = 0;        ///< 1 to 5 hours later, 23:00 at the latest
};

/// The distributions of github.com/ngo-lap/smartcharging, each figure of each car from a draw of its own: a car is the
/// same however many come after it. Equal seeds give equal cars on every machine.
std::vector<SyntheticCar> synthetic_cars(std::size_t count, std::uint64_t seed);

}  // namespace evtwin::demand
