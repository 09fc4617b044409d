// What the energy of each transaction is known to be, or taken to be where the log does not tell it.
#pragma once
#include <string>
#include <vector>

#include "ocpp/site_log.hpp"

namespace evtwin::replay {

struct KnownEnergy {
  double kwh = 0.0;
  bool supposed = false;  ///< nothing tells it: as much as the most of any other transaction
};

/// By transaction. Of one that is whole, or a part cut by the log's edges, what the log reader made of it. Of another
/// what its EVSE's register counted until the next one began, whatever is left of its readings; where that is not known
/// either, no less than the most of any other: a log that tells less never looks more complete. A register tells
/// nothing where it goes back, where it counted more than a charger could have given (it was exchanged), and for what
/// others on the same meter took. Registers coarser than a Wh may hide one of their steps: it is added to what is not
/// whole.
std::vector<KnownEnergy> known_energies(const ocpp::SiteLog& log);

/// What the register of an EVSE counted from the stop of one transaction to the start of the next there: a transaction
/// of which nothing else is left in the log.
struct LostEnergy {
  std::string station;
  int evse = 0;
  kernel::TimeNs from_ns = 0, to_ns = 0;
  double kwh = 0.0;
};

/// Ascending by station. More than the charger itself may draw in the meantime (100 W), at least 1 kWh and two steps of
/// the register; not what others on the same meter took, and nothing where it counted more than a charger could give.
std::vector<LostEnergy> lost_energies(const ocpp::SiteLog& log);

}  // namespace evtwin::replay
