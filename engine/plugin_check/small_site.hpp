// The built-in world of the check: a week at a site that has a little of everything.
#pragma once
#include "twin/world.hpp"

namespace evtwin::plugin_check {

/// Seven days from Monday 2025-06-02 in Seoul: 12 EVSEs (one and three phases, finite rates, DC with V2G) behind a
/// feeder, PV, storage, load, a contract that binds, three prices, a demand charge, an announced cut and an outage.
twin::World small_site_week();
/// The same site over eight days with the end of a month in them, and short stays around it: a thousand decisions for
/// who is asked at every tick.
twin::World small_site_month_end();

}  // namespace evtwin::plugin_check
