// Charging that a log shows and no transaction of it tells: registers that count on between two transactions, and
// statuses Charging outside of any. And what each transaction's energy is known to be, at least.
#pragma once
#include <string>
#include <vector>

#include "ocpp/site_log.hpp"

namespace evtwin::replay {

using kernel::TimeNs;

/// Between two transactions of an EVSE.
struct UntoldCharging {
  std::string station;
  int evse = 0;
  TimeNs from_ns = 0, to_ns = 0;
  std::size_t times = 1;     ///< transactions that are missing, at least
  bool by_register = false;  ///< the register counted on; else only statuses say so
  double kwh = 0.0;          ///< by the register; without one as much as the most of any transaction
};

struct KnownEnergies {
  std::vector<double> kwh;  ///< by transaction
  /// By transaction: nothing tells its energy, which is taken to be the most of any other; so less that is known never
  /// makes a replay look more complete.
  std::vector<bool> supposed;
  std::vector<UntoldCharging> untold;  ///< by station, EVSE, time
};

/// A transaction's energy is what the log reader made of it; where that is not known, what its EVSE's register counted
/// until the next transaction, or what its readings show. A register tells nothing where it goes back, where it counts
/// more than a charger could have given (it was exchanged), and for what others on the same meter took meanwhile.
KnownEnergies known_energies(const ocpp::SiteLog& log);

}  // namespace evtwin::replay
