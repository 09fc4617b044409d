// The one rule by which all baselines drive stationary storage: the scenario's policy, after the vehicles' powers are
// set.
#pragma once
#include <evtwin/strategy.h>

#include <cstdint>
#include <span>

#include "site_rows.hpp"

namespace evtwin::baseline {

/// Writes storage_kw[n_storages] and adds it to `rows`, which hold the vehicles' powers already. Storages act in id
/// order, each within its powers, within what its SoC window gives or takes until the next tick, and within every limit
/// row.
///
///   off               0 kW.
///   self-consumption  surplus of the site charges, import is discharged down to 0, never beyond.
///   peak-shaving      surplus charges; import above the target is discharged; at the horizon's lowest prices import is
///                     raised to the target to charge. Target: peak_target_kw, NaN = the month's billed peak so far;
///                     never above the contract power.
///   arbitrage         charges in the cheapest hours that fill it and discharges in the dearest hours that empty it,
///   where
///                     the spread is worth more than the round-trip loss; beyond own import only if the sell price is
///                     too.
///
/// @param expected_grid_kw  power expected at the grid connection with storage at 0: cars that taper take less than
/// offered
void drive_storage(const evtwin_view& view, double peak_target_kw, double expected_grid_kw, SiteRows& rows,
                   std::span<double> storage_kw);

/// Horizon steps the rule needs for the policy of `first`; 0 when it looks at no prices.
std::uint32_t storage_horizon_steps(const evtwin_view& first);

}  // namespace evtwin::baseline
