// Messages as events, the same for every version of the protocol: OCPP 1.6 and 2.0.1 logs of one session give the
// same events. Strings are copies; nothing here refers to the log.
#pragma once
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "ocpp/site_log.hpp"

namespace evtwin::ocpp {

/// The clocks of a frame, before the log's zones and the station's clock error are known.
struct Stamp {
  TimeNs payload_ns = kernel::time_never;  ///< what the station's clock showed; time_never: the message does not say
  TimeNs near_ns = kernel::time_never;     ///< the last payload time that this station gave before
  LogTime log;
  Place place;
  std::uint64_t number = 0;  ///< of the frame
};

/// Where a reading was taken; the vehicle's side of the charger counts. OCPP 1.6 chapter 7.21.
enum class MeterLocation : std::uint8_t { outlet, ev, cable, inlet };

/// A Sample whose time_ns is still the station's (time_never: not told).
struct Reading {
  Sample sample;
  MeterLocation register_location = MeterLocation::outlet;
  double temperature_c = kernel::unknown;  ///< the highest told
  bool nothing_but_temperature = false;
};

/// Start, change and end of a transaction.
struct TransactionReport {
  enum class Phase : std::uint8_t { start, update, stop };
  Phase phase = Phase::start;
  int evse = 0;    ///< 0: not told
  std::string id;  ///< empty: not told (1.6: the CSMS gives it in its answer to the start)
  std::string id_tag, token_type;
  double meter_wh = kernel::unknown;  ///< meterStart, meterStop
  std::string reason;                 ///< of a stop
  std::string reservation;
  bool offline = false;                  ///< the station says that it was offline when this happened
  std::optional<std::int64_t> sequence;  ///< seqNo (2.0.1)
  Status status = Status::unknown;       ///< what the charging state or the trigger tells of the EVSE
  std::vector<Reading> readings;
};
/// The CSMS's answer to a start.
struct TransactionAnswer {
  std::string id, status;
};
struct MeterReport {
  int evse = -1;  ///< 0: the station's sum meter; -1: not told
  std::string id;
  std::vector<Reading> readings;
};
struct StatusReport {
  int evse = 0;
  int connector = 0;  ///< of the EVSE (2.0.1)
  Status status = Status::unknown;
  std::string error_code, vendor_code, info;  ///< vendorErrorCode and info say more of a fault
};
struct BootReport {
  std::string vendor, model, serial, firmware;
};
struct Heartbeat {};
/// Answer to a boot or a heartbeat: what the CSMS's clock shows.
struct ClockAnswer {
  bool boot = false;
  std::string status;
  double interval_s = kernel::unknown;
  TimeNs now_ns = kernel::time_never;
};
struct AuthoriseReport {
  std::string id_tag, token_type;
};
struct AuthoriseAnswer {
  std::string status;
};
/// Tags that the local authorisation list lets charge without the CSMS.
struct LocalList {
  std::vector<std::string> accepted;
  std::vector<std::string> removed;  ///< deleted from it, or on it as blocked, expired or invalid
  bool full = false;                 ///< replaces the list
};
struct FirmwareReport {
  std::string status;
};
/// DiagnosticsStatusNotification (1.6), LogStatusNotification.
struct DiagnosticsReport {
  std::string status;
};
struct CommandReport {
  int evse = 0;
  std::string id_tag, transaction_id, what;  ///< what: requested message, type of reset or availability
};
/// ReserveNow, CancelReservation (id only), ReservationStatusUpdate (id and status).
struct ReservationReport {
  enum class Phase : std::uint8_t { made, cancelled, ended };
  Phase phase = Phase::made;
  std::string id, id_tag, status;
  int evse = 0;
  TimeNs expiry_ns = kernel::time_never;
};
/// NotifyEVChargingNeeds.
struct NeedsReport {
  int evse = 0;
  double requested_kwh = kernel::unknown, battery_kwh = kernel::unknown, soc = kernel::unknown,
         target_soc = kernel::unknown, max_power_kw = kernel::unknown;
  TimeNs departure_ns = kernel::time_never;
};
/// SetChargingProfile, ClearChargingProfile, the profile in a remote start.
struct ProfileReport {
  ProfileCommand command;
};
/// Answer to a command, reservation or profile; error: the code of a CALLERROR.
struct CommandAnswer {
  std::string status;
};

using EventBody =
    std::variant<std::monostate, TransactionReport, TransactionAnswer, MeterReport, StatusReport, BootReport, Heartbeat,
                 ClockAnswer, AuthoriseReport, AuthoriseAnswer, LocalList, FirmwareReport, DiagnosticsReport,
                 CommandReport, ReservationReport, NeedsReport, ProfileReport, CommandAnswer>;

struct Event {
  Version version = Version::unknown;  ///< that this message shows; unknown: the same in all versions
  Stamp stamp;
  std::uint64_t call_number = 0;  ///< of an answer
  EventBody body;
  std::optional<ProfileReport> profile;  ///< that came with a command
  std::vector<Station::Health> health;   ///< readings in messages of the device model and of vendors
};

}  // namespace evtwin::ocpp
