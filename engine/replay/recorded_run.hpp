// A run file as its chargers lived it: sessions on EVSEs with exact power, and the limits they were given.
#pragma once
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "kernel/time.hpp"
#include "kernel/unknown.hpp"

namespace evtwin::replay {

using kernel::TimeNs;

struct RecordedEvse {
  std::string name;     ///< of the run: "A-1"
  std::string station;  ///< as OCPP has it: "A" where the run has A-1, A-2 ... A-n and no more; else the EVSE's name
  int number = 1;       ///< of the EVSE in its station, from 1
  bool dc = false;
  int phases = 3;  ///< load phases; 0 for DC
  double voltage_v = 230.0;
  double max_kw = 0.0;
  std::size_t site = 0;
};

/// From an instant on.
struct RecordedLevel {
  TimeNs time_ns = 0;
  double value = 0.0;
};
using RecordedSignal = std::vector<RecordedLevel>;  ///< ascending; empty: not in the run

struct RecordedSite {
  std::string name;
  RecordedSignal buy_price, sell_price;  ///< per kWh
};

/// kw(t) = kw x exp(slope x hours since start), as the run file has it.
struct RecordedPower {
  TimeNs start_ns = 0, end_ns = 0;
  double kw = 0.0, slope_kw_per_kwh = 0.0;
  double energy_kwh = 0.0;
  double kw_at(TimeNs t) const;             ///< start_ns <= t <= end_ns
  double energy_kwh_until(TimeNs t) const;  ///< from the start; likewise
};

/// A limit in force from an instant on: what was asked for, less what the guard took.
struct RecordedLimit {
  TimeNs time_ns = 0;
  double kw = 0.0;
};

struct RecordedSession {
  std::string name, vehicle;
  std::string token;                   ///< of the driver: the log's in a replay, else token_of(name)
  std::string token_type;              ///< ISO14443, RFID, ...; empty: not told
  std::string ocpi_cdr, ocpi_session;  ///< OCPI objects that told the log of it, JSON; empty: none did
  std::size_t evse = 0;
  double max_kw = kernel::unknown;            ///< the most that EVSE and vehicle can do together
  TimeNs plugged_in_ns = 0, departed_ns = 0;  ///< an open one: departed_ns is the end of the run
  bool open = false;                          ///< it was plugged in when the run ended
  double requested_kwh = 0.0, got_kwh = 0.0, discharged_kwh = 0.0;
  double paid = 0.0, driver_revenue = 0.0;                      ///< money of the site's currency
  double soc_start = std::numeric_limits<double>::quiet_NaN();  ///< 0..1; NaN: unknown
  double soc_end = std::numeric_limits<double>::quiet_NaN();
  double battery_kwh = std::numeric_limits<double>::quiet_NaN();  ///< NaN: unknown
  double charge_efficiency = 1.0, discharge_efficiency = 1.0;     ///< between meter and battery
  std::vector<RecordedPower> power;   ///< ascending, none overlap; where there is none nothing flows
  std::vector<RecordedLimit> limits;  ///< ascending; the first holds from plug-in on. Empty: none was asked for
};

/// A transaction of the log that the replay left out, as OCPI told it.
struct RecordedDocument {
  std::string ocpi_cdr, ocpi_session;  ///< JSON; empty: none
};

/// An EVSE out of service.
struct RecordedOutage {
  std::size_t evse = 0;
  TimeNs from_ns = 0, to_ns = 0;  ///< one that goes on: to_ns is the end of the run
};

struct RecordedRun {
  std::string file, name, strategy, event_hash, timezone, currency;
  TimeNs start_ns = 0, end_ns = 0;
  std::vector<RecordedSite> sites;         ///< in the order of the run
  std::vector<RecordedEvse> evses;         ///< in the order of the run
  std::vector<std::string> stations;       ///< in order of first EVSE
  std::vector<RecordedSession> sessions;   ///< in order of plug-in
  std::vector<RecordedOutage> outages;     ///< in the order of time; those of an EVSE do not overlap
  std::vector<RecordedDocument> unplayed;  ///< of a replay of OCPI: what was left out
  std::uint64_t never_plugged_in = 0;      ///< sessions that found no EVSE: no charger knows of them
};

/// Sets station and number of each from the names: see RecordedEvse. @returns the stations.
std::vector<std::string> name_stations(std::vector<RecordedEvse>& evses);

/// Reads a whole run file; memory grows with its power segments.
/// @throws record::RunFileError, also for a run that is not complete.
RecordedRun read_recorded_run(const std::string& file);

}  // namespace evtwin::replay
