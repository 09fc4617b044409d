// Start and end of transactions, in 1.6's two messages and 2.0.1's one.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "kernel/static_checks.hpp"
#include "ocpp/decode_parts.hpp"
#include "ocpp/meter_values.hpp"
#include "ocpp/payload_time.hpp"

namespace evtwin::ocpp {
namespace {

// Connector or EVSE numbers are small; anything else is not told.
int evse_of(const Json& json, std::string_view name) {
  const auto value = integer_of(json, name);
  return value && *value >= 0 && *value <= 100000 ? static_cast<int>(*value) : 0;
}

// A register in Wh; what is no number is flagged.
double register_wh(const Decoding& d, std::string_view name) {
  const auto member = find_member(d.json(), name);
  if (!member) return kernel::unknown;
  const auto value = number_of(*member);
  if (!value) {
    d.add_flag("value_not_a_number", fmt::format("{} is {}: a number of Wh was due", name, show_value(*member)));
    return kernel::unknown;
  }
  return *value;
}

}  // namespace

void Decoding::add_flag(std::string_view code, std::string text) const {
  flags.add_flag(code, frame.station, std::move(text), frame.place);
}

TimeNs Decoding::read_time(const Json& json, std::string_view name) const {
  const auto member = find_member(json, name);
  if (!member) return kernel::time_never;
  const TimeNs ns = member->is_string() ? payload_time(member->get_string().value()) : kernel::time_never;
  if (ns != kernel::time_never) return ns;
  add_flag("bad_date", fmt::format("{} of {} is {}: no date between 1970 and 2200; not used", name, frame.action,
                                   show_value(*member)));
  return kernel::time_never;
}

void Decoding::set_payload_time() const { event.stamp.payload_ns = read_time(json(), "timestamp"); }

std::vector<Reading> Decoding::read_readings(const Json& json, std::string_view name) const {
  const auto list = find_member(json, name);
  if (!list) return {};
  std::vector<Reading> result =
      read_meter_values(*list, [this](std::string_view code, std::string text) { add_flag(code, std::move(text)); });
  if (event.stamp.payload_ns == kernel::time_never) {
    TimeNs last = kernel::time_never;
    for (const Reading& reading : result) {
      const TimeNs at = reading.sample.time_ns;
      if (at != kernel::time_never && (last == kernel::time_never || at > last)) last = at;
    }
    event.stamp.payload_ns = last;
  }
  return result;
}

Status status_of(std::string_view name) {
  struct Row {
    std::string_view name;
    Status status;
  };
  // OCPP 1.6 chapter 7.7, 2.0.1 ConnectorStatusEnumType and ChargingStateEnumType; Occupied of 1.5 is the same word.
  constexpr Row rows[] = {
      {"Available", Status::available},
      {"Preparing", Status::preparing},
      {"Charging", Status::charging},
      {"SuspendedEV", Status::suspended_ev},
      {"SuspendedEVSE", Status::suspended_evse},
      {"Finishing", Status::finishing},
      {"Reserved", Status::reserved},
      {"Unavailable", Status::unavailable},
      {"Faulted", Status::faulted},
      {"Occupied", Status::occupied},
      {"EVConnected", Status::occupied},
  };
  static_assert(kernel::has_unique_keys(rows, &Row::name));
  static_assert(std::size(rows) == kernel::enum_count<Status>(),
                "a word for each status but unknown, and a second one for occupied");
  for (const Row& row : rows)
    if (row.name == name) return row.status;
  return Status::unknown;
}

// OCPP 1.6 section 4.8.
TransactionReport decode_start(const Decoding& d) {
  d.note_version(Version::v16);
  d.set_payload_time();
  TransactionReport report;
  report.evse = evse_of(d.json(), "connectorId");
  report.id_tag = text_of(d.json(), "idTag");
  report.meter_wh = register_wh(d, "meterStart");
  report.reservation = text_of(d.json(), "reservationId");
  return report;
}

// OCPP 1.6 section 4.10. transactionData may repeat what MeterValues told.
TransactionReport decode_stop(const Decoding& d) {
  d.note_version(Version::v16);
  d.set_payload_time();
  TransactionReport report;
  report.phase = TransactionReport::Phase::stop;
  report.id = text_of(d.json(), "transactionId");
  report.id_tag = text_of(d.json(), "idTag");
  report.meter_wh = register_wh(d, "meterStop");
  report.reason = string_of(d.json(), "reason");
  if (report.reason.empty()) report.reason = "Local";  // OCPP 1.6 chapter 6.49
  report.readings = d.read_readings(d.json(), "transactionData");
  return report;
}

TransactionReport decode_transaction_event(const Decoding& d) {
  using Phase = TransactionReport::Phase;
  d.note_version(Version::v201);
  d.set_payload_time();
  const Json& json = d.json();
  TransactionReport report;
  const std::string_view type = string_of(json, "eventType");
  report.phase = type == "Started" ? Phase::start : type == "Ended" ? Phase::stop : Phase::update;
  // E01.FR.16: the EVSE is told once, by the first event after the vehicle was connected.
  if (const auto evse = find_member(json, "evse")) report.evse = evse_of(*evse, "id");

  // E03.FR.01, E07.FR.02: so is the token, when it authorises the transaction, and when it ends that.
  if (const auto token = find_member(json, "idToken")) {
    report.id_tag = text_of(*token, "idToken");
    report.token_type = string_of(*token, "type");
  }
  // H01.FR.15: the event that ends a reservation by using it names it.
  report.reservation = text_of(json, "reservationId");
  // E04.FR.03: true of all that happened while there was no connection; E01.FR.07: messages are numbered.
  report.offline = is_true(json, "offline");
  report.sequence = integer_of(json, "seqNo");

  if (const auto info = find_member(json, "transactionInfo")) {
    report.id = text_of(*info, "transactionId");
    report.status = status_of(string_of(*info, "chargingState"));
    if (report.phase == Phase::stop) report.reason = string_of(*info, "stoppedReason");
  }
  // 2.0.1 part 2 section E: a reason left out is Local.
  if (report.phase == Phase::stop && report.reason.empty()) report.reason = "Local";

  // Where no charging state stands, the trigger tells that the vehicle came or went.
  const std::string_view trigger = string_of(json, "triggerReason");
  if (report.status == Status::unknown && trigger == "CablePluggedIn") report.status = Status::occupied;
  if (trigger == "EVDeparted" || (report.phase == Phase::stop && report.reason == "EVDisconnected"))
    report.status = Status::available;

  // E02.FR.09 at the start, J02.FR.11 meanwhile, E06.FR.11 at the end: what a station is configured to measure.
  report.readings = d.read_readings(json, "meterValue");
  return report;
}

NeedsReport decode_needs(const Decoding& d) {
  d.note_version(Version::v201);
  d.set_payload_time();
  NeedsReport report;
  report.evse = evse_of(d.json(), "evseId");
  const auto needs = find_member(d.json(), "chargingNeeds");
  if (!needs) return report;
  report.departure_ns = d.read_time(*needs, "departureTime");
  const auto told = [](std::optional<double> value, double factor) {
    return value ? *value * factor : kernel::unknown;
  };
  if (const auto ac = find_member(*needs, "acChargingParameters")) {
    report.requested_kwh = told(number_of(*ac, "energyAmount"), 1e-3);
    // evMaxVoltage is between phase and neutral; how many phases is not told beyond the transfer mode.
    const auto amps = number_of(*ac, "evMaxCurrent"), volts = number_of(*ac, "evMaxVoltage");
    const std::string_view mode = string_of(*needs, "requestedEnergyTransfer");
    const double phases = mode == "AC_three_phase" ? 3.0 : mode == "AC_two_phase" ? 2.0 : 1.0;
    if (amps && volts) report.max_power_kw = *amps * *volts * phases * 1e-3;
  }

  if (const auto dc = find_member(*needs, "dcChargingParameters")) {
    report.requested_kwh = told(number_of(*dc, "energyAmount"), 1e-3);
    report.battery_kwh = told(number_of(*dc, "evEnergyCapacity"), 1e-3);
    report.max_power_kw = told(number_of(*dc, "evMaxPower"), 1e-3);
    report.soc = told(number_of(*dc, "stateOfCharge"), 0.01);
    report.target_soc = told(number_of(*dc, "fullSoC"), 0.01);
    // Without an energy: from the state of charge to the one at which the vehicle counts as full.
    if (std::isnan(report.requested_kwh) && report.soc >= 0 && report.target_soc > report.soc)
      report.requested_kwh = (report.target_soc - report.soc) * report.battery_kwh;
  }
  return report;
}

}  // namespace evtwin::ocpp
