#pragma once
// Parts of a site as the scenario language describes them, for whoever reads such tables from elsewhere: the same keys,
// ranges, defaults and messages. All throw ScriptError (FieldError in JSON) naming the key and what would be right.

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "market/calendar.hpp"
#include "physics/equipment.hpp"
#include "physics/limits.hpp"
#include "scenario/fields.hpp"

namespace evtwin::scenario {

// build_times.cpp
/// @throws ScriptError for what is no IANA zone.
market::Calendar calendar_of(const std::string& zone, const Where& where);
/// A local time of the scenario's zone (or with an offset).
kernel::TimeNs instant_of(const Value& value, const Where& where, const market::Calendar& calendar);

// build_equipment.cpp
/// Without its name and share. The fields' section has every key of "vehicle" that says something of the car; without
/// battery_kwh its capacity is infinite: nobody knows it.
physics::Vehicle vehicle_of(const Fields& f);
/// @param soc_key  the key of the state of charge that the section has: "soc_start"
physics::Storage storage_of(const Fields& f, const std::string& default_name, std::string_view soc_key = "soc_start");

// build_stations.cpp
/// EVSEs by what they are called.
struct Stations {
  std::vector<physics::Evse> evses;
  std::map<std::string, std::vector<std::uint32_t>, std::less<>> by_station;  ///< rows of each station name
  std::map<std::string, std::uint32_t, std::less<>> by_id;
};
/// One EVSE of a station, without its id. The fields' section has the keys of "station" besides `name` and `evses`.
physics::Evse evse_of(const Fields& f, double site_voltage_v, const std::vector<physics::Feeder>& feeders);

// build_limits.cpp
struct VaryingBounds;
/// @param varying  takes bounds that change over time; null: there are none
std::vector<physics::Feeder> feeders_of(const Value& value, const Where& where, VaryingBounds* varying = nullptr);
std::vector<physics::LimitRow> rows_of(const Value& value, const Where& where, const Stations& stations,
                                       VaryingBounds* varying = nullptr);

}  // namespace evtwin::scenario
