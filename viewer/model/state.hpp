// State at an instant: a pure function of (run, t), by binary search. Going backwards costs what going forwards costs.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "analysis/pilot.hpp"
#include "kernel/static_checks.hpp"
#include "viewer/model/run.hpp"

namespace evtwin::viewer::model {

enum class EvseStatus : std::uint8_t {
  available,    ///< no vehicle
  charging,     ///< > 0 kW
  discharging,  ///< < 0 kW (V2G)
  waiting,      ///< a vehicle, 0 kW, and it still wants energy
  finished,     ///< a vehicle that has got what it came for, 0 kW
  fault,        ///< out of service
  left_out,     ///< a vehicle of the log was there that the replay left out
  unknown,      ///< of a run that was cut: a car that has not left may be there, and draws nothing
};
inline constexpr std::size_t evse_statuses = 8;
static_assert(evse_statuses == kernel::enum_count<EvseStatus>());

struct EvseState {
  EvseStatus status = EvseStatus::available;
  double kw = 0.0;                 ///< NaN: not known (yet)
  std::uint32_t session = no_row;  ///< plugged in
  double session_kwh = 0.0;        ///< net since plug-in, exact
  double soc = none;               ///< 0..1; NaN: unknown
  double session_cost = 0.0;       ///< net energy x buy price in force, since plug-in
  double driver_pays = 0.0;  ///< so far; each kWh at the session's own mean price, which is the one price where no
                             ///< script changes it
};
/// All of it: walks over the session's recorded powers. At or beyond the end of the run: as in its last instant.
EvseState evse_state(const Run& run, std::uint32_t evse, TimeNs t);
/// Reading of its control pilot (IEC 61851-1), from occupancy, power, the last set-point or correction, and outages;
/// state unknown where the power is not known yet.
analysis::PilotReading evse_pilot(const Run& run, std::uint32_t evse, TimeNs t);
/// Whether a run that did not reach its end has no record of t: nothing that is said of t is known.
bool is_unrecorded(const Run& run, TimeNs t);
/// Its status alone, O(log n): for a map or list of a thousand.
EvseStatus evse_status(const Run& run, std::uint32_t evse, TimeNs t);

struct SiteState {
  double grid_kw = none;  ///< mean of the metering window around t, import > 0
  double ev_kw = none, pv_kw = none, load_kw = none, storage_kw = none, contract_kw = none;
  double buy_price = none;
  double cost = 0.0;  ///< so far, energy + demand charge
  std::uint32_t vehicles = 0, charging = 0, discharging = 0, waiting = 0, finished = 0, fault = 0, left_out = 0,
                unknown = 0;
};
SiteState site_state(const Run& run, std::uint32_t site, TimeNs t);

/// Power into a feeder from above, losses in, at t. [feeders of the run]
std::vector<double> feeder_kw(const Run& run, TimeNs t);

/// Why an EVSE or storage does what it does at t.
struct Why {
  std::uint32_t decision = no_row;    ///< the last one of its site at or before t; row of Run::decisions
  std::uint32_t setpoint = no_row;    ///< the last one of this subject at or before t; row of Run::setpoints
  double asked_kw = none;             ///< of that setpoint, NaN: nothing was asked for (this session)
  std::uint32_t correction = no_row;  ///< the last one of this subject at or after that setpoint, and not after t
  std::vector<std::uint32_t> plan;    ///< pieces of the plan in force at t that end after t, in the order of time
};
Why why_evse(const Run& run, std::uint32_t evse, TimeNs t);
Why why_storage(const Run& run, std::uint32_t storage, TimeNs t);

/// The session's SoC over its stay: from the recorded powers by the battery's own equation. Empty: unknown battery.
/// @returns finished
Series session_soc(const Run& run, std::uint32_t session);
/// Net kWh since plug-in. @returns finished
Series session_energy(const Run& run, std::uint32_t session);
/// When the last energy flowed into the vehicle, by t; time_never: none did, or it was never plugged in.
TimeNs last_charged_ns(const Run& run, std::uint32_t session, TimeNs t = kernel::time_never);
/// Highest power into the vehicle so far, kW; 0: none.
double session_peak_kw(const Run& run, std::uint32_t session, TimeNs t = kernel::time_never);
/// Energy that went into the battery by t over its capacity, measured at the battery; NaN: the battery is unknown.
double session_workload(const Run& run, std::uint32_t session, TimeNs t = kernel::time_never);
/// Mean time from plug-in to the last energy, hours, of those who got what they came for; NaN: nobody did.
struct HoursToReady {
  double mean_h = none;
  std::size_t ready = 0;    ///< those it is the mean of, and ...
  std::size_t charged = 0;  ///< ... all who were plugged in
};
/// @param site no_row: of all sites
HoursToReady hours_to_ready(const Run& run, std::uint32_t site = no_row);
/// Session plugged in at an EVSE at t; no_row: none.
std::uint32_t session_at(const Run& run, std::uint32_t evse, TimeNs t);

/// Money of [from, to), each party's view: what it earns is positive. Sums over the ledger's windows, of a window that
/// lies in part inside that part; equal to the file's party_per_day for whole days.
struct PartyMoney {
  double drivers = 0.0;  ///< V2G payments - what they paid - wear of their batteries
  double site = 0.0;     ///< what drivers paid - V2G payments - grid - wear of its storage
  double grid = 0.0;     ///< energy and demand charge
  double wear_vehicles = 0.0, wear_storage = 0.0;
  double driver_revenue = 0.0, v2g_payment = 0.0, energy_cost = 0.0, demand_charge = 0.0;
};
/// NaN everywhere for a site that is not there.
PartyMoney party_money(const Run& run, std::uint32_t site, TimeNs from, TimeNs to);
PartyMoney party_money(const Run& run, TimeNs from, TimeNs to);  ///< all sites

}  // namespace evtwin::viewer::model
