// Health of chargers as messages tell it beside the statuses of their connectors: temperature, signal, network, and the
// details of faults. Private to this room's .cpp files.
#pragma once
#include <string_view>
#include <vector>

#include "ocpp/json_fields.hpp"
#include "ocpp/site_log.hpp"

namespace evtwin::ocpp {

using Health = std::vector<Station::Health>;

/// Variables of the device model: eventData of NotifyEvent, reportData of NotifyReport (OCPP 2.0.1 part 2, N07, B07).
/// Times are those of the entries, time_never where they give none.
Health device_health(const Json& payload);
/// Fields of a vendor's message (DataTransfer) whose names say what they are: "rssi", "boardTemperature",
/// "networkState", "errorCode". Its data may be an object, or a text that is JSON.
Health vendor_health(const Json& payload);
/// Fields of any object with such names, down to four levels.
void add_named_health(const Json& object, int evse, Health& health);

/// A temperature that a charger can have.
bool is_temperature(double celsius);

}  // namespace evtwin::ocpp
