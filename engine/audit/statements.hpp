// Statements that a run file makes twice: the same thing in two tables, or a power and the rating that bounds it.
#pragma once

#include <string>
#include <vector>

#include "audit/recorded.hpp"

namespace evtwin::audit {

struct Statements {
  std::string name;
  std::string unit;       ///< empty where it is a price, too
  bool is_price = false;  ///< in the run's currency
  double said = unknown;  ///< NaN: none
  double elsewhere = unknown;
  std::string of;  ///< the session, EVSE or storage furthest off; empty: the site
};

/// All pairs of a site that must agree: its prices and limits with the signals at the run's start, the EVSE of a
/// session with those of its powers, its battery with that of its vehicle, and what powers and sessions have above
/// their ratings (kW) with 0.
std::vector<Statements> find_statements(const Recorded& run, const Site& site);

}  // namespace evtwin::audit
