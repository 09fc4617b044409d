#include "replay/ocpp_frames.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <string_view>

namespace evtwin::replay {
namespace {

using Json = nlohmann::ordered_json;
using ocpp::Status;

// Never -0, which JSON would show.
double rounded(double value, double steps_per_unit) {
  return std::round(value * steps_per_unit) / steps_per_unit + 0.0;
}

const char* context_name(ocpp::Sample::Context context) {
  if (context == ocpp::Sample::Context::begin) return "Transaction.Begin";
  if (context == ocpp::Sample::Context::end) return "Transaction.End";
  return nullptr;  // Sample.Periodic, the default of both versions
}

// ChargingStateEnumType of OCPP 2.0.1 part 2, section 3.18.
const char* charging_state(Status status) {
  switch (status) {
    case Status::charging:
      return "Charging";
    case Status::suspended_ev:
      return "SuspendedEV";
    case Status::suspended_evse:
      return "SuspendedEVSE";
    case Status::available:
      return "Idle";
    default:
      return "EVConnected";
  }
}

// IdTokenEnumType of OCPP 2.0.1 part 2, section 3.43. RFID of other protocols is either ISO: not told which.
Json id_token(const std::string& id_tag, const std::string& type) {
  constexpr std::string_view types[] = {"Central", "eMAID", "ISO14443",   "ISO15693",
                                        "KeyCode", "Local", "MacAddress", "NoAuthorization"};
  const bool known = std::find(std::begin(types), std::end(types), type) != std::end(types);
  return {{"idToken", id_tag}, {"type", known ? type : "Central"}};
}

}  // namespace

Exchange OcppFrames::boot_exchange(const std::string& model, const std::string& firmware, int heartbeat_s,
                                   const std::string& now) const {
  Json request;
  if (is_16()) {
    request = {{"chargePointVendor", "evtwin"}, {"chargePointModel", model}, {"firmwareVersion", firmware}};
  } else {
    request = {{"reason", "PowerUp"},
               {"chargingStation", {{"vendorName", "evtwin"}, {"model", model}, {"firmwareVersion", firmware}}}};
  }
  return {"BootNotification", request, {{"currentTime", now}, {"interval", heartbeat_s}, {"status", "Accepted"}}};
}

Exchange OcppFrames::heartbeat_exchange(const std::string& now) const {
  return {"Heartbeat", Json::object(), {{"currentTime", now}}};
}

Exchange OcppFrames::authorize_exchange(const std::string& id_tag, const std::string& token_type, bool accepted) const {
  const Json info = {{"status", accepted ? "Accepted" : "Blocked"}};
  if (is_16()) return {"Authorize", {{"idTag", id_tag}}, {{"idTagInfo", info}}};
  return {"Authorize", {{"idToken", id_token(id_tag, token_type)}}, {{"idTokenInfo", info}}};
}

std::vector<Exchange> OcppFrames::status_exchanges(int evse, Status status, const std::string& timestamp) const {
  if (is_16()) {
    return {
        {"StatusNotification",
         {{"connectorId", evse}, {"errorCode", "NoError"}, {"status", ocpp::name_of(status)}, {"timestamp", timestamp}},
         Json::object()}};
  }
  // Only taking and freeing the connector; what happens between is told by the transaction.
  if (evse == 0 || (status != Status::available && status != Status::preparing)) return {};
  return {{"StatusNotification",
           {{"timestamp", timestamp},
            {"connectorStatus", status == Status::available ? "Available" : "Occupied"},
            {"evseId", evse},
            {"connectorId", 1}},
           Json::object()}};
}

Json OcppFrames::meter_value(const MeterReading& reading) const {
  Json samples = Json::array();
  const auto add = [&](const char* measurand, const char* unit, double value, double steps_per_unit) {
    if (std::isnan(value)) return;
    value = rounded(value, steps_per_unit);

    // 1.6 has values as texts, with the unit's name beside; 2.0.1 has numbers, and an object for the unit.
    Json sample;
    if (is_16()) {
      sample["value"] = fmt::format("{}", value);
    } else {
      sample["value"] = value;
    }

    if (const char* context = context_name(reading.context)) sample["context"] = context;
    sample["measurand"] = measurand;
    if (is_16()) {
      sample["unit"] = unit;
    } else {
      sample["unitOfMeasure"] = {{"unit", unit}};
    }
    samples.push_back(std::move(sample));
  };

  const double register_steps = reading.whole_wh ? 1.0 : 1000.0;
  add("Energy.Active.Import.Register", "Wh", reading.import_wh, register_steps);
  add("Energy.Active.Export.Register", "Wh", reading.export_wh, register_steps);
  add("Power.Active.Import", "W", reading.import_w, 10.0);
  add("Power.Active.Export", "W", reading.export_w, 10.0);
  add("Current.Import", "A", reading.current_a, 100.0);
  add("Voltage", "V", reading.voltage_v, 10.0);
  add("SoC", "Percent", 100.0 * reading.soc, 10.0);
  return {{"timestamp", reading.timestamp}, {"sampledValue", std::move(samples)}};
}

Json OcppFrames::transaction_event(FrameTransaction& transaction, const char* type, const char* trigger, Status status,
                                   const std::string& timestamp, bool offline) const {
  Json request = {{"eventType", type},
                  {"timestamp", timestamp},
                  {"triggerReason", trigger},
                  {"seqNo", transaction.next_seq_no++},
                  {"transactionInfo",
                   {{"transactionId", std::to_string(transaction.number)}, {"chargingState", charging_state(status)}}}};
  if (offline) request["offline"] = true;
  return request;
}

Exchange OcppFrames::start_exchange(FrameTransaction& transaction, const MeterReading& reading, Status status,
                                    bool offline) const {
  if (is_16()) {
    return {"StartTransaction",
            {{"connectorId", transaction.evse},
             {"idTag", transaction.id_tag},
             {"meterStart", std::llround(reading.import_wh)},
             {"timestamp", reading.timestamp}},
            {{"transactionId", transaction.number}, {"idTagInfo", {{"status", "Accepted"}}}}};
  }
  Json request = transaction_event(transaction, "Started", "Authorized", status, reading.timestamp, offline);
  request["evse"] = {{"id", transaction.evse}, {"connectorId", 1}};
  request["idToken"] = id_token(transaction.id_tag, transaction.token_type);
  request["meterValue"] = Json::array({meter_value(reading)});
  return {"TransactionEvent", std::move(request), {{"idTokenInfo", {{"status", "Accepted"}}}}};
}

Exchange OcppFrames::meter_exchange(FrameTransaction& transaction, const MeterReading& reading, Status status,
                                    bool offline) const {
  Json values = Json::array({meter_value(reading)});
  if (is_16()) {
    return {
        "MeterValues",
        {{"connectorId", transaction.evse}, {"transactionId", transaction.number}, {"meterValue", std::move(values)}},
        Json::object()};
  }
  Json request = transaction_event(transaction, "Updated", "MeterValuePeriodic", status, reading.timestamp, offline);
  request["meterValue"] = std::move(values);
  return {"TransactionEvent", std::move(request), Json::object()};
}

std::vector<Exchange> OcppFrames::state_exchanges(FrameTransaction& transaction, Status status,
                                                  const std::string& timestamp, bool offline) const {
  if (is_16()) return {};
  return {{"TransactionEvent",
           transaction_event(transaction, "Updated", "ChargingStateChanged", status, timestamp, offline),
           Json::object()}};
}

Exchange OcppFrames::stop_exchange(FrameTransaction& transaction, const MeterReading& reading, bool offline) const {
  Json values = Json::array({meter_value(reading)});
  if (is_16()) {
    return {"StopTransaction",
            {{"transactionId", transaction.number},
             {"meterStop", std::llround(reading.import_wh)},
             {"timestamp", reading.timestamp},
             {"reason", "EVDisconnected"},
             {"transactionData", std::move(values)}},
            Json::object()};
  }
  Json request = transaction_event(transaction, "Ended", "EVDeparted", Status::available, reading.timestamp, offline);
  request["transactionInfo"]["stoppedReason"] = "EVDisconnected";
  request["meterValue"] = std::move(values);
  return {"TransactionEvent", std::move(request), Json::object()};
}

Exchange OcppFrames::limit_exchange(const FrameTransaction& transaction, std::int64_t profile_id, double limit,
                                    ocpp::RateUnit unit, int phases, const std::string& timestamp) const {
  // Limits come in steps of 0.1 (schema of 1.6): the next one above, so that none is below what flows.
  Json period = {{"startPeriod", 0}, {"limit", std::ceil(limit * 10.0 - 1e-6) / 10.0 + 0.0}};
  if (phases > 0) period["numberPhases"] = phases;
  Json schedule = {{"startSchedule", timestamp},
                   {"chargingRateUnit", unit == ocpp::RateUnit::watt ? "W" : "A"},
                   {"chargingSchedulePeriod", Json::array({std::move(period)})}};
  Json profile = {{is_16() ? "chargingProfileId" : "id", profile_id},
                  {"stackLevel", 0},
                  {"chargingProfilePurpose", "TxProfile"},
                  {"chargingProfileKind", "Absolute"}};
  Json request;
  if (is_16()) {
    profile["transactionId"] = transaction.number;
    profile["chargingSchedule"] = std::move(schedule);
    request = {{"connectorId", transaction.evse}, {"csChargingProfiles", std::move(profile)}};
  } else {
    schedule["id"] = profile_id;
    profile["transactionId"] = std::to_string(transaction.number);
    profile["chargingSchedule"] = Json::array({std::move(schedule)});
    request = {{"evseId", transaction.evse}, {"chargingProfile", std::move(profile)}};
  }
  return {"SetChargingProfile", std::move(request), {{"status", "Accepted"}}, false};
}

}  // namespace evtwin::replay
