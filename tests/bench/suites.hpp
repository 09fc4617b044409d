// The suites of bin/bench; each measures and answers a table.
#pragma once
#include <string>
#include <vector>

#include "bench/measure.hpp"
#include "twin/world.hpp"

namespace evtwin::bench {

Table queue_table();       ///< hold model of both event queues
Table simulation_table();  ///< whole simulations, with and without a run file
Table acn_table();         ///< the shape of ACN's Caltech site: three phases, finite rates, 5 minutes
Table fleet_table();       ///< worlds of learners behind fleet.h
Table growth_table();      ///< more EVSEs, longer runs
Table plugin_table();      ///< a call of a strategy: bare, hosted, isolated
Table optimise_table();    ///< plans: LP, greedy, whole numbers, again a step later
Table plan_week_table();   ///< a simulated week under receding-horizon plans
Table ocpp_table();        ///< reading logs of chargers
Table roads_table();       ///< stations near, routes, a week of drivers
Table city_table();        ///< one site, and many sites in one world
Table forecast_table();    ///< a learnt forecast: its network, and a call
Table memory_table();      ///< bytes per event, per EVSE and year
#ifdef EVTWIN_VIEWER
Table viewer_table();       ///< a frame of the viewer's screen
Table viewer_open_table();  ///< opening run files of 10,000 to 10 million powers
#endif

/// EV2Gym's V2GProfitMax at its own occupancy: about 0.6 vehicles per EVSE and day, some 5 h each; decisions every 15
/// min. The contract is 30 % of the EVSEs' power.
twin::World workplace(std::size_t evses, int days, double visits_per_evse_and_day = 0.6);
/// 16 EVSEs, storage and PV: the world that the fleet of learners will step.
twin::World small_fleet_world(int days = 90);

/// Simulates a case so many times and prints the decisions made, for instruction counters.
/// @throws std::invalid_argument for a case that there is not.
int run_counted(const std::string& name, const std::string& strategy, int days, int times);
/// Makes a log in a layout of `ocpp_table`, does `what` with it ("make": nothing; "read": its frames; "site": its
/// transactions, too) and prints its bytes, for instruction counters. @throws std::invalid_argument: no such layout.
int read_counted(const std::string& layout, const std::string& what, int megabytes);

}  // namespace evtwin::bench
