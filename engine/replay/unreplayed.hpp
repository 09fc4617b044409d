// Energy of transactions that are known and were not replayed: what a bill of the sessions alone lacks.
#pragma once
#include <span>
#include <vector>

#include "replay/bill.hpp"
#include "replay/prepared.hpp"

namespace evtwin::replay {

struct Unreplayed {
  /// As its readings tell; what they do not tell flowed some time between the last of them and the end of its
  /// transaction: one piece.
  std::vector<Metered> readings;
  std::vector<Outlet> outlets;  ///< of each of `readings`
  double kwh = 0.0;             ///< of all of them, at the outlets
};

/// Of every transaction of the log that none of `sessions` is, and of those that the log's edges cut as much as can
/// have flowed between edge and readings; its energy as in known_energies. What an EVSE's register counted between two
/// transactions is one of a lost transaction.
/// @param outlet_of  by EVSE id ("A-1"); of another EVSE any power may have flowed
Unreplayed unreplayed_of(const ocpp::SiteLog& log, std::span<const ReplayedSession> sessions,
                         const std::map<std::string, Outlet>& outlet_of);

}  // namespace evtwin::replay
