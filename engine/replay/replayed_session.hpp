// A session of a log as the twin ran it, and how much energy it had taken until when.
#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "twin/observer.hpp"

namespace evtwin::replay {

using kernel::TimeNs;

struct ReplayedSession {
  std::size_t transaction = 0;  ///< index into SiteLog::transactions
  std::string id;               ///< of the visit
  std::string evse;             ///< as the log has it: station + "-" + EVSE
  TimeNs plugged_in_ns = 0, departed_ns = 0;
  double got_kwh = 0.0;                   ///< net, at the EVSE meter
  std::vector<twin::PowerSegment> power;  ///< ascending; where there is none, power is 0
};

/// Energy of a power segment from its start to `t`, kWh; exact within a taper. @param t  clamped to the segment
double energy_until(const twin::PowerSegment& segment, TimeNs t);

/// A session's energy over time.
class TwinEnergy {
 public:
  explicit TwinEnergy(const std::vector<twin::PowerSegment>& power);
  double total_kwh() const { return until_.empty() ? 0.0 : until_.back(); }
  double kwh_until(TimeNs t) const;
  double kwh_between(TimeNs from, TimeNs to) const { return kwh_until(to) - kwh_until(from); }
  /// First instant at which `kwh` have flowed; time_never: never.
  TimeNs instant_of(double kwh) const;

 private:
  const std::vector<twin::PowerSegment>& power_;
  std::vector<double> until_;  // by segment, its own included
};

}  // namespace evtwin::replay
