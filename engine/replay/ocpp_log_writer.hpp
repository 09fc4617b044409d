// A run as the OCPP log that the management system of its chargers would have kept: what stations and system said to
// each other, in order of time.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "ocpp/charging_profile.hpp"
#include "replay/log_faults.hpp"
#include "replay/log_layout.hpp"
#include "replay/recorded_run.hpp"

namespace evtwin::replay {

struct OcppLogOptions {
  ocpp::Version version = ocpp::Version::v16;  ///< v16 or v201
  LogLayout layout = LogLayout::python;
  double sample_s = 60.0;   ///< between meter values, from the start of the transaction on; > 0
  bool on_change = false;   ///< and whenever power jumps
  int heartbeat_s = 0;      ///< 0: no heartbeats
  bool whole_wh = false;    ///< registers of meter values without decimals
  bool electrical = false;  ///< current and voltage too, where one phase makes them known
  bool ac_soc = false;      ///< state of charge on AC EVSEs too, which real ones seldom know
  bool profiles = true;     ///< SetChargingProfile when a set-point below the EVSE's rating stands
  ocpp::RateUnit limit_unit = ocpp::RateUnit::watt;  ///< of profiles; DC has W always
  bool anonymise = false;        ///< tags are numbered in order of appearance: nothing of a session's name is left
  bool local_clock = false;      ///< python, steve: the log's clock shows the run's local time
  double meter_start_kwh = 0.0;  ///< of every EVSE's register
  LogFaults faults;
};

struct OcppLogSummary {
  std::uint64_t lines = 0, calls = 0, transactions = 0, open = 0;
  double energy_kwh = 0.0;                     ///< imported, of all transactions
  std::uint64_t discharge_limits = 0;          ///< set-points below zero: neither version has words for them
  std::map<std::string, std::string> renamed;  ///< stations whose name OCPP does not allow, by their name in the run
};

/// Takes a line (or head), with its line feed, of a station. Layouts that name the station may put all in one file.
using LogSink = std::function<void(const std::string& station, std::string_view text)>;

/// Tags are tokens of sessions, with their kind in 2.0.1; what is longer than 20 characters (2.0.1: 36) or holds others
/// than printable ASCII becomes a digest. Energies are the run's own: exact to the rounding of the registers (whole Wh
/// in StartTransaction and StopTransaction of 1.6, else 1 mWh).
OcppLogSummary write_ocpp_log(const RecordedRun& run, const OcppLogOptions& options, const LogSink& sink);

}  // namespace evtwin::replay
