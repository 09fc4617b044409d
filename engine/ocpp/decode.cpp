#include "ocpp/decode.hpp"

#include "ocpp/action_table.hpp"
#include "ocpp/decode_parts.hpp"
#include "ocpp/doubtful_text.hpp"
#include "ocpp/health.hpp"
#include "ocpp/payload_time.hpp"

namespace evtwin::ocpp {
namespace {

int number_or(const Json& json, std::string_view name, int otherwise) {
  const auto value = integer_of(json, name);
  return value && *value >= 0 && *value <= 100000 ? static_cast<int>(*value) : otherwise;
}

// connectorId (1.6) or evseId (2.0.1) of a message that has either.
int evse_number(const Decoding& d, int otherwise) {
  if (find_member(d.json(), "connectorId") && !find_member(d.json(), "evseId")) {
    d.note_version(Version::v16);
    return number_or(d.json(), "connectorId", otherwise);
  }
  return number_or(d.json(), "evseId", otherwise);
}

// idTag (1.6) or idToken.idToken (2.0.1).
void read_token(const Decoding& d, std::string& tag, std::string& type) {
  if (const auto token = find_member(d.json(), "idToken")) {
    d.note_version(Version::v201);
    tag = text_of(*token, "idToken");
    type = string_of(*token, "type");
  } else {
    tag = text_of(d.json(), "idTag");
    if (!tag.empty()) d.note_version(Version::v16);
  }
}

std::string answered_status(const Json& json) {
  for (const std::string_view outer : {"idTagInfo", "idTokenInfo"})
    if (const auto info = find_member(json, outer)) return std::string(string_of(*info, "status"));
  return {};
}

// OCPP 1.6 section 4.2; 2.0.1 use case B01.
BootReport boot_of(const Decoding& d) {
  BootReport boot;
  if (const auto station = find_member(d.json(), "chargingStation")) {
    d.note_version(Version::v201);
    boot.vendor = text_of(*station, "vendorName");
    boot.model = text_of(*station, "model");
    boot.serial = text_of(*station, "serialNumber");
    boot.firmware = text_of(*station, "firmwareVersion");
    return boot;
  }
  d.note_version(Version::v16);
  boot.vendor = text_of(d.json(), "chargePointVendor");
  boot.model = text_of(d.json(), "chargePointModel");
  boot.serial = text_of(d.json(), "chargePointSerialNumber");
  if (boot.serial.empty()) boot.serial = text_of(d.json(), "chargeBoxSerialNumber");
  boot.firmware = text_of(d.json(), "firmwareVersion");
  return boot;
}

// OCPP 1.6 section 4.9; 2.0.1 use case G01.
StatusReport connector_status(const Decoding& d) {
  StatusReport report;
  d.set_payload_time();
  if (const auto name = find_member(d.json(), "connectorStatus")) {
    d.note_version(Version::v201);
    report.evse = number_or(d.json(), "evseId", 0);
    report.connector = number_or(d.json(), "connectorId", 0);
    report.status = status_of(text_of(*name));
    return report;
  }
  d.note_version(Version::v16);
  report.evse = number_or(d.json(), "connectorId", 0);
  report.status = status_of(string_of(d.json(), "status"));
  report.error_code = string_of(d.json(), "errorCode");
  report.vendor_code = text_of(d.json(), "vendorErrorCode");
  report.info = text_of(d.json(), "info");
  return report;
}

// OCPP 1.6 section 5.15; 2.0.1 D01.FR.15 (Full: the list is what comes), D01.FR.16 (Differential: an entry with
// idTokenInfo is added or changed) and D01.FR.17 (one without is removed). A tag that is on the list as blocked,
// expired or invalid may not charge offline, either. An entry of a full list without a status is taken as accepted.
LocalList local_list(const Decoding& d) {
  LocalList list;
  const std::string_view update = string_of(d.json(), "updateType");
  list.full = update == "Full";
  const auto take = [&](std::string_view name, std::string_view info, std::string_view tag_name) {
    const auto entries = find_member(d.json(), name);
    if (!entries) return;
    for (const Json entry : elements_of(*entries)) {
      const auto token = find_member(entry, tag_name);
      if (!token) continue;
      std::string tag = token->is_object() ? text_of(*token, "idToken") : text_of(*token);
      if (tag.empty()) continue;
      const auto status = find_member(entry, info, "status");
      const bool deleted = update == "Differential" && !find_member(entry, info);
      const bool refused = status && text_of(*status) != "Accepted";
      (deleted || refused ? list.removed : list.accepted).push_back(std::move(tag));
    }
  };
  take("localAuthorizationList", "idTagInfo", "idTag");
  take("localAuthorizationList", "idTokenInfo", "idToken");
  return list;
}

CommandReport command_of(const Decoding& d) {
  CommandReport report;
  std::string type;
  report.evse = evse_number(d, 0);
  if (const auto evse = find_member(d.json(), "evse")) report.evse = number_or(*evse, "id", 0);
  read_token(d, report.id_tag, type);
  report.transaction_id = text_of(d.json(), "transactionId");
  for (const std::string_view name : {"requestedMessage", "type", "operationalStatus"})
    if (report.what.empty()) report.what = string_of(d.json(), name);
  return report;
}

// OCPP 1.6 sections 3.11, 5.1 and 5.13; 2.0.1 use cases H01 (reserve), H02 (cancel), H04 (ended, not used).
ReservationReport reservation_of(const Decoding& d) {
  using Phase = ReservationReport::Phase;
  ReservationReport report;
  std::string type;
  report.id = text_of(d.json(), "reservationId");
  if (report.id.empty()) report.id = text_of(d.json(), "id");
  if (d.frame.action == "CancelReservation") {
    report.phase = Phase::cancelled;
    return report;
  }
  if (d.frame.action == "ReservationStatusUpdate") {
    d.note_version(Version::v201);
    report.phase = Phase::ended;
    report.status = string_of(d.json(), "reservationUpdateStatus");
    return report;
  }
  report.evse = evse_number(d, 0);
  read_token(d, report.id_tag, type);
  report.expiry_ns = d.read_time(d.json(), "expiryDate");
  if (report.expiry_ns == kernel::time_never) report.expiry_ns = d.read_time(d.json(), "expiryDateTime");
  return report;
}

void decode_call(const Decoding& d) {
  const std::string_view action = d.frame.action;
  EventBody& body = d.event.body;

  // An action that one version alone has tells the version of its station.
  const ActionRow* row = find_action(action);
  if (row && row->version != Version::unknown) d.note_version(row->version);

  if (action == "StartTransaction") {
    body = decode_start(d);
  } else if (action == "StopTransaction") {
    body = decode_stop(d);
  } else if (action == "TransactionEvent") {
    body = decode_transaction_event(d);
  } else if (action == "MeterValues") {
    MeterReport report;
    report.readings = d.read_readings(d.json(), "meterValue");
    // MeterValues is in both versions: the name of its EVSE field tells which.
    report.evse = evse_number(d, -1);
    if (d.event.version == Version::unknown && find_member(d.json(), "evseId")) d.note_version(Version::v201);
    report.id = text_of(d.json(), "transactionId");
    body = std::move(report);
  } else if (action == "StatusNotification") {
    body = connector_status(d);
  } else if (action == "BootNotification") {
    body = boot_of(d);
  } else if (action == "Heartbeat") {
    // Its use is the answer, which tells the time (OCPP 1.6 section 4.6).
    body = Heartbeat{};
  } else if (action == "Authorize") {
    AuthoriseReport report;
    read_token(d, report.id_tag, report.token_type);
    body = std::move(report);
  } else if (action == "SendLocalList") {
    // Tags that it accepts may charge offline; others get the flag `offline_tag_unknown`.
    body = local_list(d);
  } else if (action == "FirmwareStatusNotification" || action == "SignedFirmwareStatusNotification") {
    body = FirmwareReport{std::string(string_of(d.json(), "status"))};
  } else if (action == "DiagnosticsStatusNotification" || action == "LogStatusNotification") {
    // Diagnostics of 1.6 and logs of 2.0.1 are one kind of upload.
    body = DiagnosticsReport{std::string(string_of(d.json(), "status"))};
  } else if (action == "ReserveNow" || action == "CancelReservation" || action == "ReservationStatusUpdate") {
    body = reservation_of(d);
  } else if (action == "NotifyEvent" || action == "NotifyReport") {
    d.event.health = device_health(d.json());
  } else if (action == "DataTransfer") {
    d.event.health = vendor_health(d.json());
  } else if (action == "NotifyEVChargingNeeds") {
    body = decode_needs(d);
  } else if (row && row->command) {
    // Requests of the CSMS. Two of them carry a profile: one sets it, a remote start may.
    body = command_of(d);
    if (action == "ClearChargingProfile") {
      d.event.profile = decode_clear_profile(d);
    } else if (action == "SetChargingProfile" || action == "RemoteStartTransaction" ||
               action == "RequestStartTransaction") {
      d.event.profile = decode_profile(d);
    }
  }
}

void decode_answer(const Decoding& d) {
  const std::string_view action = d.frame.action;
  const bool failed = d.frame.type != FrameType::result;
  const Json& json = d.json();
  EventBody& body = d.event.body;

  if (action == "StartTransaction" || action == "TransactionEvent") {
    TransactionAnswer answer;
    if (failed) {
      answer.status = "error " + std::string(d.frame.error_code);
    } else {
      // 1.6 gives the id of a transaction with the answer; in 2.0.1 the station chose it before.
      if (action == "StartTransaction") answer.id = text_of(json, "transactionId");
      answer.status = answered_status(json);
    }
    body = std::move(answer);
  } else if (action == "Authorize") {
    body = AuthoriseAnswer{failed ? "error " + std::string(d.frame.error_code) : answered_status(json)};
  } else if (action == "BootNotification" || action == "Heartbeat") {
    // An error tells no time.
    if (failed) return;
    ClockAnswer answer;
    answer.boot = action == "BootNotification";
    answer.status = string_of(json, "status");
    answer.now_ns = d.read_time(json, "currentTime");
    if (const auto interval = number_of(json, answer.boot ? "interval" : "heartbeatInterval");
        interval && *interval > 0)
      answer.interval_s = *interval;
    body = std::move(answer);
  } else if (const ActionRow* row = find_action(action); row && row->command) {
    body = CommandAnswer{failed ? "error " + std::string(d.frame.error_code) : std::string(string_of(json, "status"))};
  }
}

}  // namespace

Event decode_frame(const Frame& frame, FlagList& flags) {
  Event event;
  if (is_usable_time(frame.time.ns)) event.stamp.log = frame.time;
  event.stamp.place = frame.place;
  event.stamp.number = frame.number;
  event.call_number = frame.call_number;
  const Decoding d{frame, flags, event};
  if (frame.type == FrameType::call || frame.type == FrameType::send) {
    decode_call(d);
  } else {
    decode_answer(d);
  }
  flag_doubtful_texts(d);
  return event;
}

}  // namespace evtwin::ocpp
