#include "scenario/ocpi_directory.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "kernel/text.hpp"

namespace evtwin::scenario {
namespace {

using Json = nlohmann::json;

/// OCPI 2.2.1, 8.4.5 ConnectorType.
constexpr std::array<std::pair<std::string_view, std::string_view>, 7> standards{{
    {"IEC_62196_T1", "AC1"},
    {"IEC_62196_T2", "AC3"},
    {"IEC_62196_T1_COMBO", "CCS1"},
    {"IEC_62196_T2_COMBO", "CCS2"},
    {"CHADEMO", "CHAdeMO"},
    {"TESLA_R", "NACS"},
    {"TESLA_S", "NACS"},
}};

roads::SocketSet socket_of_standard(const std::string& standard) {
  for (const auto& [ocpi, name] : standards) {
    if (ocpi == standard) return physics::find_socket(name).value_or(0);
  }
  return 0;
}

/// A location while it is read; `where` is "FILE: locations[3]".
class LocationReader {
 public:
  LocationReader(const Json& location, std::string where, const std::string& own_operator)
      : location_(location), where_(std::move(where)), own_operator_(own_operator) {}

  void read_into(std::vector<roads::StationRow>& rows) {
    if (!location_.is_object()) fail("is no object");
    const std::string name = text_of_location(location_, location_.contains("name") ? "name" : "id");
    const Json& place = member(location_, "coordinates");
    const double lat = degrees(place, "latitude", 90.0), lon = degrees(place, "longitude", 180.0);
    const std::string company = operator_name();

    // EVSEs of one power and the same plugs are one group of chargers.
    std::map<std::pair<double, roads::SocketSet>, std::uint32_t> groups;
    for (const Json& evse : member(location_, "evses")) add_evse(evse, groups);
    for (const auto& [group, chargers] : groups) {
      roads::StationRow row;
      row.station.name =
          groups.size() == 1 ? name : name + " " + kw_text(group.first) + " " + physics::socket_names(group.second);
      row.station.lat_deg = lat;
      row.station.lon_deg = lon;
      row.has_place = true;
      row.station.operator_name = company;
      row.station.own = own_operator_.empty() || company == own_operator_;
      row.station.kw = group.first;
      row.station.sockets = group.second;
      row.station.chargers = chargers;
      row.where = where_;
      rows.push_back(std::move(row));
    }
  }

 private:
  [[noreturn]] void fail(const std::string& text) const { throw roads::RoadError(where_, text); }

  const Json& member(const Json& object, const char* name) const {
    if (!object.is_object() || !object.contains(name)) fail(std::string("has no ") + name);
    return object.at(name);
  }
  std::string text_of_location(const Json& object, const char* name) const {
    const Json& value = member(object, name);
    if (!value.is_string()) fail(std::string(name) + " is no text");
    return value.get<std::string>();
  }
  std::string operator_name() const {
    if (!location_.contains("operator")) return {};
    return text_of_location(location_.at("operator"), "name");
  }
  /// OCPI writes degrees as text, "37.541000".
  double degrees(const Json& place, const char* name, double most) const {
    const std::string text = text_of_location(place, name);
    double value = 0.0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    if (read.ec != std::errc() || read.ptr != text.data() + text.size() || !(std::abs(value) <= most))
      fail(std::string(name) + " = \"" + kernel::make_printable(text, 30) + "\"; due are degrees, -" +
           kernel::make_printable(std::to_string(static_cast<int>(most))) + " to " +
           std::to_string(static_cast<int>(most)));
    return value;
  }

  void add_evse(const Json& evse, std::map<std::pair<double, roads::SocketSet>, std::uint32_t>& groups) {
    const std::string status = evse.contains("status") ? text_of_location(evse, "status") : "";
    if (status == "REMOVED" || status == "PLANNED") return;
    double kw = 0.0;
    roads::SocketSet sockets = 0;
    for (const Json& connector : member(evse, "connectors")) {
      const roads::SocketSet socket = socket_of_standard(text_of_location(connector, "standard"));
      if (socket == 0) continue;
      sockets = static_cast<roads::SocketSet>(sockets | socket);
      kw = std::max(kw, connector_kw(connector));
    }
    if (sockets != 0) ++groups[{kw, sockets}];
  }

  /// The most it gives; where the directory does not say, from voltage and current: phase to neutral for AC.
  double connector_kw(const Json& connector) const {
    const auto number = [&](const char* name) {
      const Json& value = member(connector, name);
      if (!value.is_number()) fail(std::string(name) + " is no number");
      return value.get<double>();
    };
    double kw = 0.0;
    if (connector.contains("max_electric_power")) {
      kw = number("max_electric_power") / 1000.0;
    } else {
      const std::string type = text_of_location(connector, "power_type");
      const double phases = type == "AC_3_PHASE" ? 3.0 : 1.0;
      kw = phases * number("max_voltage") * number("max_amperage") / 1000.0;
    }
    if (!(kw > 0.0 && kw <= 1500.0)) fail("has a connector of " + kw_text(kw) + "; due is above 0 to 1500 kW");
    return kw;
  }

  static std::string kw_text(double kw) {
    std::string text = std::to_string(kw);
    text.erase(text.find_last_not_of('0') + 1);
    if (text.ends_with('.')) text.pop_back();
    return text + " kW";
  }

  const Json& location_;
  std::string where_;
  const std::string& own_operator_;
};

}  // namespace

std::vector<roads::StationRow> OcpiDirectory::stations() {
  const Json document = Json::parse(text_, nullptr, false);
  if (document.is_discarded()) throw roads::RoadError(file_, "is no JSON; a list of OCPI Locations is due");
  const Json& list = document.is_object() && document.contains("data") ? document.at("data") : document;
  if (!list.is_array()) throw roads::RoadError(file_, "is no list of OCPI Locations, nor has one as data");
  std::vector<roads::StationRow> rows;
  for (std::size_t i = 0; i < list.size(); ++i)
    LocationReader(list[i], file_ + ": location " + std::to_string(i + 1), own_operator_).read_into(rows);
  return rows;
}

}  // namespace evtwin::scenario
