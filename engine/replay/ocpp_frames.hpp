// Messages of a charging station, in OCPP 1.6 and 2.0.1: what is said, and in which words.
#pragma once
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "kernel/time.hpp"
#include "ocpp/charging_profile.hpp"
#include "ocpp/site_log.hpp"

namespace evtwin::replay {

/// A call and its answer.
struct Exchange {
  std::string action;
  nlohmann::ordered_json request, answer;
  bool from_station = true;
};

/// Reading of a meter. NaN: not measured.
struct MeterReading {
  std::string timestamp;  ///< of the station's clock
  ocpp::Sample::Context context = ocpp::Sample::Context::periodic;
  double import_wh = kernel::unknown, export_wh = kernel::unknown;
  double import_w = kernel::unknown, export_w = kernel::unknown;
  double current_a = kernel::unknown, voltage_v = kernel::unknown;
  double soc = kernel::unknown;  ///< 0..1
  bool whole_wh = false;         ///< registers without decimals
};

/// A transaction as its messages name it.
struct FrameTransaction {
  int evse = 1;
  std::int64_t number = 0;  ///< transactionId; as text in 2.0.1
  std::string id_tag;
  std::string token_type;  ///< 2.0.1: one that it has no name for is Central
  int next_seq_no = 0;     ///< 2.0.1
};

/// Writes the messages of one protocol version. A message that a version does not have comes back empty: OCPP 2.0.1
/// tells states within its transactions, 1.6 by StatusNotification.
class OcppFrames {
 public:
  explicit OcppFrames(ocpp::Version version) : version_(version) {}

  Exchange boot_exchange(const std::string& model, const std::string& firmware, int heartbeat_s,
                         const std::string& now) const;
  Exchange heartbeat_exchange(const std::string& now) const;
  Exchange authorize_exchange(const std::string& id_tag, const std::string& token_type, bool accepted) const;
  /// @param evse 0: the station itself (1.6 only).
  std::vector<Exchange> status_exchanges(int evse, ocpp::Status status, const std::string& timestamp) const;

  Exchange start_exchange(FrameTransaction& transaction, const MeterReading& reading, ocpp::Status status,
                          bool offline) const;
  Exchange meter_exchange(FrameTransaction& transaction, const MeterReading& reading, ocpp::Status status,
                          bool offline) const;
  /// A change of state within a transaction: 2.0.1 only.
  std::vector<Exchange> state_exchanges(FrameTransaction& transaction, ocpp::Status status,
                                        const std::string& timestamp, bool offline) const;
  Exchange stop_exchange(FrameTransaction& transaction, const MeterReading& reading, bool offline) const;
  /// A limit of the running transaction from now on. @param limit  W in all, or A per phase
  /// @param phases  that it goes over; 0: not said
  Exchange limit_exchange(const FrameTransaction& transaction, std::int64_t profile_id, double limit,
                          ocpp::RateUnit unit, int phases, const std::string& timestamp) const;

 private:
  bool is_16() const { return version_ == ocpp::Version::v16; }
  nlohmann::ordered_json meter_value(const MeterReading& reading) const;
  nlohmann::ordered_json transaction_event(FrameTransaction& transaction, const char* type, const char* trigger,
                                           ocpp::Status status, const std::string& timestamp, bool offline) const;

  ocpp::Version version_;
};

}  // namespace evtwin::replay
