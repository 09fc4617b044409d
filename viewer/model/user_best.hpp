// Which strategy is best for the drivers, station by station: the highest settled cash.
#pragma once
#include <map>
#include <span>
#include <string>
#include <vector>

#include "viewer/model/run.hpp"

namespace evtwin::viewer::model {

/// Money that the owners of the cars at each station have in the end: paid for energy given back, less what they paid
/// for charging and the wear of their batteries. Money is for energy through the EVSE's meter, so only of cars while
/// they are plugged in: what a battery holds when its car comes or leaves is no money. Key: "STATION", with several
/// sites "SITE / STATION".
std::map<std::string, double> owner_money_by_station(const Run& run);

struct BestForUser {
  std::string station;
  std::size_t run = 0;  ///< of the runs given; of equals the first
  double money = 0.0;
  std::vector<double> all;  ///< of each run; NaN: it has no such station
};
/// The run with the highest owner money at each station that any of them has.
std::vector<BestForUser> best_for_user(std::span<const Run* const> runs);

}  // namespace evtwin::viewer::model
