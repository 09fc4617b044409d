// Equipment of a site: EVSEs, vehicles that come to them, storage. Plain data and the few rules that bind them.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "physics/ageing.hpp"
#include "physics/battery.hpp"
#include "physics/sockets.hpp"

namespace evtwin::physics {

/// An outlet for one vehicle. AC EVSEs are rated in A per phase, DC EVSEs in kW at the outlet.
struct Evse {
  std::string id;
  std::uint8_t phases = 1;       ///< AC load phases 1..3; 0 = DC
  double voltage_v = 230.0;      ///< AC: across one load phase
  double phase_angle_deg = 0.0;  ///< of the current phasor, for magnitude rows
  double max_a = 0.0;            ///< AC
  double min_a = 0.0;            ///< AC: below it the offer is 0 (IEC 61851-1: 6 A); 0 = any current
  std::vector<double> rates_a;   ///< AC: the only offers possible, ascending, without 0; empty = continuous
  double max_kw = 0.0;           ///< DC
  double min_kw = 0.0;           ///< DC
  bool bidirectional = false;
  double max_discharge_a = 0.0;    ///< AC, bidirectional only
  double max_discharge_kw = 0.0;   ///< DC, bidirectional only
  double efficiency = 1.0;         ///< outlet to AC side; 1 for AC EVSEs
  std::int32_t feeder = -1;        ///< node of the limit tree it hangs on; -1 = the grid connection itself
  SocketSet sockets = any_socket;  ///< its plugs; those of the other current count for nothing
};

/// A corner of what a battery's management lets through when it is cold or hot: at `temperature_c` this share of its
/// curve.
struct TemperatureKnot {
  double temperature_c = 0.0;
  double share = 1.0;
};

/// A car model. AC power is limited by the on-board charger, DC power by the inlet.
struct Vehicle {
  std::string name;
  double share = 1.0;  ///< weight in the mix
  std::uint8_t ac_phases = 3;
  double max_ac_kw = infinite;  ///< on-board charger on all its phases
  double max_dc_kw = infinite;
  bool has_dc = true;
  bool v2g_capable = false;
  double max_discharge_kw = 0.0;   ///< > 0 for V2G
  double soc_floor = 0.0;          ///< discharging never goes below
  bool acceptance_hold = false;    ///< acceptance evaluated at decisions and held between them
  bool soc_known = false;          ///< the charger learns SoC and capacity (ISO 15118, DC)
  SocketSet sockets = any_socket;  ///< plugs that its inlets take
  BatterySpec battery;             ///< curves in kW at the meter
  /// Share of the charging curve over the temperature of the pack, ascending; empty: the curve holds at any.
  std::vector<TemperatureKnot> power_by_temperature;
  FittedAgeing ageing;
};

/// A stationary battery. Power at its AC terminals.
struct Storage {
  std::string id;
  double capacity_kwh = 0.0;
  double max_charge_kw = 0.0;
  double max_discharge_kw = 0.0;
  double charge_efficiency = 1.0;
  double discharge_efficiency = 1.0;
  double soc_start = 0.5;
  double soc_min = 0.0;
  double soc_max = 1.0;
  double standby_kw = 0.0;  ///< drawn at the AC side all the time, lost
  FittedAgeing ageing;
};

/// How an EVSE and the vehicle on it fit together; all kW at the EVSE meter.
struct Coupling {
  double kw_per_a = 0.0;  ///< kW of 1 A on the phases used (0 for DC)
  double min_kw = 0.0;    ///< smallest non-zero power, either way
  double max_kw = 0.0;    ///< largest offer the car can use
  double max_discharge_kw = 0.0;
  std::vector<double> rates_kw;  ///< allowed offers, ascending, without 0; empty = continuous
};

/// Whether a plug of the EVSE goes into the car: a common kind of socket, and an inlet for that current.
bool fits_inlet(const Evse& evse, const Vehicle& vehicle);

/// Share of the charging curve that a pack of that temperature takes: straight lines between the knots, level beyond
/// the outer ones; 1 without knots.
double charge_share(const Vehicle& vehicle, double temperature_c);
/// The battery with its charging curve at that temperature: charge_share x the curve. @pre the curve is finite where
/// the vehicle has knots
BatterySpec battery_at(const Vehicle& vehicle, double temperature_c);

/// Phases used = min(EVSE, vehicle); P = phases x V x I / 1000; the on-board charger's kW are spread over its phases.
/// A car without the inlet (no DC, no AC phases, other sockets) couples with max_kw = 0.
Coupling couple_vehicle(const Evse& evse, const Vehicle& vehicle, bool v2g_opted_in);

/// Largest allowed offer that is not above `kw` (>= 0); 0 when none is. A value within 1e-9 of a rate is that rate:
/// kW that came from A by another order of multiplications must not fall to the next lower rate.
double floor_to_allowed(const Coupling& coupling, double kw);

/// Smallest power other than 0 at which a vehicle can discharge, kW > 0: the smallest offer, which holds either way;
/// not more than the largest there is.
double smallest_discharge_kw(const Coupling& coupling);

/// Largest power of the EVSE with all its phases, kW.
double rated_kw(const Evse& evse);

/// The storage's battery seen from its AC terminals; its capacity ends at soc_max, the floor is soc_min x capacity_kwh.
BatterySpec storage_battery(const Storage& storage);

/// Signed power the storage can hold at stored energy `stored_kwh` towards `kw`: 0 when its window is used up.
double storage_clamp(const Storage& storage, double stored_kwh, double kw);

}  // namespace evtwin::physics
