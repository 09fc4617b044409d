// Sums of the recount of one site.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "audit/flows.hpp"
#include "audit/recorded.hpp"

namespace evtwin::audit {

struct MonthBill {
  double peak_kw = 0.0, billed_kw = 0.0, price_per_kw = 0.0, fraction = 0.0, excess_kw = 0.0, excess_cost = 0.0,
         cost = 0.0;
};

/// Of one session, from the powers on its EVSE.
struct SessionSums {
  double charged_kwh = 0.0, discharged_kwh = 0.0;
  double cost = 0.0;  ///< of the AC side, at the buy price in force
  double driver_revenue = 0.0, v2g_payment = 0.0, wear_cost = 0.0;
  double soc_end = unknown;
  double counted_kwh = 0.0;  ///< got, what was discharged counting with what putting it back takes
  double unmet_kwh = 0.0, open_cost = 0.0;
  double waited_h = 0.0;
  double wear_calendar = unknown, wear_cyclic = unknown;
  double got_kwh() const { return charged_kwh - discharged_kwh; }
};

/// Of the visits of vehicles that age by one law. Flows and rises of SoC in capacities, so that cars of all sizes count
/// alike.
struct FleetSums {
  double visits = 0.0, days = 0.0, soc_days = 0.0;
  double turns = 0.0, level_turns = 0.0, depth_turns = 0.0;  ///< both directions; times their mean SoC, their depth
  double taken_away = 0.0;                                   ///< rises of SoC, which the road turns over again
};

struct Sums {
  // Energies, kWh
  double import_kwh = 0.0, export_kwh = 0.0, pv_kwh = 0.0, pv_exported_kwh = 0.0, load_kwh = 0.0;
  double ev_charge_kwh = 0.0, ev_discharge_kwh = 0.0, storage_charge_kwh = 0.0, storage_discharge_kwh = 0.0;
  double losses_kwh = 0.0, storage_losses_kwh = 0.0, vehicle_losses_kwh = 0.0;
  double overload_kwh = 0.0, export_overload_kwh = 0.0, feeder_overload_kwh = 0.0;
  double contract_excess_kw = 0.0, contract_excess_h = 0.0, contract_excess_cost = 0.0;
  double imbalance_kwh = 0.0;

  // Money
  double energy_cost = 0.0, demand_charge = 0.0, driver_revenue = 0.0, v2g_payment = 0.0;
  double ev_wear_cost = 0.0, storage_wear_cost = 0.0, unmet_cost = 0.0, open_cost = 0.0, storage_value = 0.0;
  bool unmet_is_free = false;  ///< something was wanted where unmet energy has no price
  double bound = 0.0;          ///< as the run says: nothing recorded makes it
  bool has_bound = true;

  // Powers
  double peak_kw = 0.0, peak_instant_kw = 0.0, ramp_kw = 0.0;
  bool tracks = false;
  double above_setpoint_kw = 0.0, setpoint_error_kw2 = 0.0, setpoint_error_kwh = 0.0;

  // Vehicles
  double wanted_kwh = 0.0, served_kwh = 0.0, unmet_kwh = 0.0, open_kwh = 0.0, open_served_kwh = 0.0,
         open_to_come_kwh = 0.0, turned_away_kwh = 0.0, waiting_h = 0.0;
  double missing_of_wanted = 0.0, missing_of_possible = 0.0, squared_missing_of_possible = 0.0,
         most_missing_of_possible = 0.0, missing_of_soc = 0.0;
  std::int64_t sessions = 0, ended = 0, open = 0, turned_away = 0, waiting_at_end = 0, aged = 0, of_known_battery = 0;
  double wear_calendar = 0.0, wear_cyclic = 0.0;

  // Storage and others
  std::int64_t storages = 0;
  double usable_storage_kwh = 0.0, storage_wear_calendar = 0.0, storage_wear_cyclic = 0.0;
  double storage_life_years = unknown, storage_soh_5y = unknown;  ///< the least of any storage
  std::map<AgeingTerms, FleetSums> fleets;                        ///< vehicles of known batteries, by their law
  double co2_kg = 0.0, evse_days = 0.0;
};

/// Power at a grid connection, hours since the run's start. `net` counts hours from `piece_h` on.
struct GridStretch {
  double from_h = 0.0, to_h = 0.0, piece_h = 0.0;
  PowerSum net;
};

/// The recount of a site: its sums, and what they were made of where the run file has rows for it.
struct Recount {
  Sums sums;
  std::map<MonthNumber, MonthBill> months;
  std::vector<SessionSums> sessions;         ///< by row of the site's sessions
  std::map<EvseDay, EvseDaySums> evse_days;  ///< where energy flowed
  std::vector<StorageUse> storage_use;       ///< by storage
  std::map<WindowNs, double> window_peaks_kw;
  const Segment* worst_segment = nullptr;  ///< of which energy and integral of the power are furthest apart
  double worst_segment_kwh = 0.0;          ///< that integral
  std::vector<GridStretch> grid;           ///< in order of time; of sites that share limits
};

/// Adds a site to the sums of all; the worst served session of all is the worst of any.
void add_site(Sums& all, const Sums& site);

}  // namespace evtwin::audit
