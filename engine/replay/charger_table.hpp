// The chargers of a log: what each said of itself, what it did, and how it fared; by model and firmware.
#pragma once
#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "ocpp/site_log.hpp"

namespace evtwin::replay {

struct FirmwareSince {
  kernel::TimeNs time_ns = 0;  ///< of the first boot that told it
  std::string firmware;
};

struct ChargerRow {
  std::string station, vendor, model, serial, firmware;  ///< empty: the log does not say
  ocpp::Version version = ocpp::Version::unknown;
  int evses = 0;
  std::vector<FirmwareSince> firmwares;  ///< as its boots tell them, ascending; each differs from the one before
  std::uint64_t transactions = 0, boots = 0;
  double kwh = 0.0;                       ///< of transactions whose energy is known
  double largest_kw = kernel::unknown;    ///< power that a reading showed; NaN: no reading of power
  double largest_amps = kernel::unknown;  ///< of one phase, likewise
  double offline_h = 0.0, out_of_service_h = 0.0;
  std::map<std::string, std::uint64_t> faults;  ///< by error code
  std::uint64_t fault_count() const;
};

/// What all chargers of one vendor and model did while they ran one firmware; hours offline go to a charger's last.
struct FirmwareRow {
  std::string vendor, model, firmware;
  std::uint64_t stations = 0, transactions = 0, boots = 0;
  int most_evses = 0;
  double kwh = 0.0, offline_h = 0.0;
  double largest_kw = kernel::unknown;
  std::map<std::string, std::uint64_t> faults;
  /// NaN without transactions.
  double faults_per_100_transactions() const;
};

struct ChargerTable {
  std::vector<ChargerRow> chargers;    ///< in order of first appearance
  std::vector<FirmwareRow> firmwares;  ///< ascending by vendor, model, firmware
};

/// @param firmware  only chargers that run exactly this; empty: all.
ChargerTable charger_table(const ocpp::SiteLog& log, const std::string& firmware = {});

/// Keys: chargers[{station, vendor, ...}], firmwares[{vendor, model, firmware, ...}]; null for what the log does not
/// say.
nlohmann::ordered_json charger_json(const ChargerTable& table);
std::string charger_text(const ChargerTable& table);

}  // namespace evtwin::replay
