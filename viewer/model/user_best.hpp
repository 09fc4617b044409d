// Which strategy is best for the drivers, station by station: the most settled money per kWh, at equal energy.
#pragma once
#include <map>
#include <span>
#include <string>
#include <vector>

#include "viewer/model/run.hpp"

namespace evtwin::viewer::model {

struct OwnersOfStation {
  double money = 0.0;  ///< of the cars' owners; below 0: they pay
  double kwh = 0.0;    ///< that their cars got
};

/// What the owners of the cars at each station have in the end: paid for energy given back, less what they paid for
/// charging and the wear of their batteries. Money is for energy through the EVSE's meter, so only of cars while
/// they are plugged in: what a battery holds when its car comes or leaves is no money. Key: "STATION", with several
/// sites "SITE / STATION".
std::map<std::string, OwnersOfStation> owners_by_station(const Run& run);

struct BestForUser {
  std::string station;
  std::size_t run = 0;         ///< of the runs given; of equals the first
  bool alike = false;          ///< all that are compared come to the same money per kWh, within a thousandth
  std::size_t compared = 0;    ///< runs whose cars got within 0.5 % of the most that a run gave there (serves_alike)
  double money_per_kwh = 0.0;  ///< of that run; below 0: they pay
  std::vector<OwnersOfStation> all;  ///< of each run; NaN: it has no such station
};
/// The run with the most owner money per kWh at each station that any of them has, among those whose cars got as much:
/// who charges less pays less, which is no merit.
std::vector<BestForUser> best_for_user(std::span<const Run* const> runs);

}  // namespace evtwin::viewer::model
