// Flows of a site at one instant, at its busbar behind the grid connection: they balance.
#pragma once
#include <cstdint>

#include "viewer/model/run.hpp"

namespace evtwin::viewer::model {

/// kW. Into the busbar: grid and PV; out of it: the rest. Exact at every instant of a run that is over; of one that is
/// not, NaN where a power has not been recorded yet.
struct SiteFlows {
  double grid = none;             ///< import > 0, export < 0
  double pv = 0.0;                ///< >= 0
  double storage = 0.0;           ///< charging > 0
  double building = 0.0;          ///< base load, and what storages draw to stand by
  double vehicles = 0.0;          ///< at the EVSEs' AC side with the losses of the feeders to it; discharging < 0
  double vehicles_metered = 0.0;  ///< what the EVSEs' meters say
};

/// grid = building + storage + vehicles - pv, the equation the ledger goes by (engine/twin), from the powers recorded.
/// @param site no_row: all sites together, each behind its own connection
SiteFlows flows_at(const Run& run, std::uint32_t site, TimeNs t);

/// The largest power of any of these flows, kW, over the run: what widths are drawn in proportion to. > 0
double widest_flow(const Run& run, std::uint32_t site);

}  // namespace evtwin::viewer::model
