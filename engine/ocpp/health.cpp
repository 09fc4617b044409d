#include "ocpp/health.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "kernel/text.hpp"
#include "ocpp/characters.hpp"
#include "ocpp/payload_time.hpp"

namespace evtwin::ocpp {
namespace {

using Of = Station::Health::Of;
using View = std::string_view;

constexpr int most_levels = 4;
constexpr std::size_t most_found = 100, most_text = 120;  // of one message

std::string small_letters(View name) {
  std::string plain;
  for (const char c : name.substr(0, 64))
    if (is_letter(c) || is_digit(c)) plain += to_lower(c);
  return plain;
}

bool is_one_of(View name, std::initializer_list<View> words) {
  return std::find(words.begin(), words.end(), name) != words.end();
}

bool holds_one_of(View name, std::initializer_list<View> words) {
  return std::any_of(words.begin(), words.end(), [&](View word) { return name.find(word) != View::npos; });
}

// Vendors choose the names; parts of words that mean nothing else decide.
std::optional<Of> kind_of_name(View name) {
  const std::string plain = small_letters(name);
  if (holds_one_of(plain, {"temperature"}) || is_one_of(plain, {"temp", "tempc", "tempf", "celsius"}))
    return Of::temperature;
  if (holds_one_of(plain, {"rssi", "rsrp", "signalstrength", "signallevel", "signalquality"}) ||
      is_one_of(plain, {"signal", "csq"}))
    return Of::signal;
  if (holds_one_of(plain, {"networkstat", "connectionstat", "connectivity"}) || is_one_of(plain, {"network"}))
    return Of::network;
  if (is_one_of(plain, {"errorcode", "vendorerrorcode", "faultcode", "problem"})) return Of::fault;
  return std::nullopt;
}

// A reading out of a value; nothing where it is no value of that kind.
std::optional<Station::Health> reading_of(Of of, View name, const Json& value) {
  Station::Health reading;
  reading.of = of;
  const auto number = number_of(value);
  if (of == Of::temperature) {
    if (!number) return std::nullopt;
    const std::string plain = small_letters(name);
    reading.value = plain.ends_with("f") || plain.ends_with("fahrenheit") ? (*number - 32.0) / 1.8 : *number;
    if (!is_temperature(reading.value)) return std::nullopt;
    return reading;
  }
  if (number) reading.value = *number;
  if (bool flag = false; value.get(flag) == simdjson::SUCCESS)
    reading.text = flag ? "true" : "false";
  else if (!number)
    reading.text = kernel::make_printable(text_of(value), most_text);
  // A signal is a number; the others need a word.
  if (of == Of::signal) return number ? std::optional(reading) : std::nullopt;
  if (reading.text.empty()) reading.text = text_of(value);
  if (reading.text.empty()) return std::nullopt;
  return reading;
}

int evse_in(const Json& object, int otherwise) {
  for (const View name : {"evseId", "connectorId"}) {
    const auto number = integer_of(object, name);
    if (number && *number >= 0 && *number <= 100'000) return static_cast<int>(*number);
  }
  return otherwise;
}

void add_level(const Json& object, int evse, int levels, Health& health) {
  if (!object.is_object()) return;
  evse = evse_in(object, evse);
  for (const auto& [key, value] : simdjson::dom::object(object)) {
    if (health.size() >= most_found) return;
    if (value.is_object()) {
      if (levels > 1) add_level(value, evse, levels - 1, health);
      continue;
    }
    const auto kind = kind_of_name(key);
    auto reading = kind ? reading_of(*kind, key, value) : std::nullopt;
    if (!reading) continue;
    reading->evse = evse;
    // "boardTemperature" is of the board: the name says where.
    if (small_letters(key) != "temperature" && *kind == Of::temperature)
      reading->component = kernel::make_printable(key, most_text);
    health.push_back(std::move(*reading));
  }
}

// Name of a component, with the instance where there are several.
std::string component_text(const Json& component) {
  std::string text(string_of(component, "name"));
  if (const View instance = string_of(component, "instance"); !instance.empty()) text += fmt::format(" {}", instance);
  return kernel::make_printable(text, most_text);
}

// One entry: a component, its variable, and the value.
void add_variable(const Json& entry, const Json& value, TimeNs time_ns, Health& health) {
  const auto component = find_member(entry, "component"), variable = find_member(entry, "variable");
  if (!component || !variable || health.size() >= most_found) return;
  const View name = string_of(*variable, "name");
  const auto kind = kind_of_name(name);
  auto reading = kind ? reading_of(*kind, name, value) : std::nullopt;
  if (!reading) return;
  reading->time_ns = time_ns;
  reading->component = component_text(*component);
  if (const auto evse = find_member(*component, "evse")) {
    const auto number = integer_of(*evse, "id");
    reading->evse = number && *number >= 0 && *number <= 100'000 ? static_cast<int>(*number) : 0;
  }
  // A problem that is over, and the vendor's words for one that is not.
  if (*kind == Of::fault) {
    const bool over = is_true(entry, "cleared") || reading->text == "false" || reading->text == "0";
    const std::string code = text_of(entry, "techCode"), info = text_of(entry, "techInfo");
    reading->text = over
                        ? "cleared"
                        : fmt::format("problem{}{}{}{}", code.empty() ? "" : " ", code, info.empty() ? "" : ": ", info);
    reading->text = kernel::make_printable(reading->text, most_text);
  }
  health.push_back(std::move(*reading));
}

TimeNs time_in(const Json& entry, View name) {
  const auto stamp = find_member(entry, name);
  return stamp && stamp->is_string() ? payload_time(stamp->get_string().value()) : kernel::time_never;
}

}  // namespace

// From Siberian winters to metal that glows: beyond that a sensor is broken.
bool is_temperature(double celsius) { return celsius >= -60.0 && celsius <= 300.0; }

Health device_health(const Json& payload) {
  Health health;
  if (const auto events = find_member(payload, "eventData")) {
    for (const Json entry : elements_of(*events))
      if (const auto value = find_member(entry, "actualValue"))
        add_variable(entry, *value, time_in(entry, "timestamp"), health);
  }
  if (const auto report = find_member(payload, "reportData")) {
    for (const Json entry : elements_of(*report)) {
      const auto attributes = find_member(entry, "variableAttribute");
      if (!attributes) continue;
      for (const Json attribute : elements_of(*attributes)) {
        // Target, MinSet and MaxSet are no readings; Actual is what is meant where none is named.
        const View type = string_of(attribute, "type");
        const auto value = find_member(attribute, "value");
        if (value && (type.empty() || type == "Actual"))
          add_variable(entry, *value, time_in(payload, "generatedAt"), health);
      }
    }
  }
  return health;
}

void add_named_health(const Json& object, int evse, Health& health) { add_level(object, evse, most_levels, health); }

Health vendor_health(const Json& payload) {
  Health health;
  const auto data = find_member(payload, "data");
  if (!data) return health;
  const int evse = evse_in(payload, 0);
  if (data->is_object()) {
    add_named_health(*data, evse, health);
    return health;
  }

  // The message's own name may say what a bare value is.
  const View name = string_of(payload, "messageId");
  if (const auto kind = kind_of_name(name)) {
    if (auto reading = reading_of(*kind, name, *data)) {
      reading->evse = evse;
      health.push_back(std::move(*reading));
      return health;
    }
  }
  View text;
  if (data->get(text) != simdjson::SUCCESS || text.find('{') == View::npos) return health;
  thread_local simdjson::dom::parser parser;
  Json inner;
  if (parser.parse(text.data(), text.size()).get(inner) == simdjson::SUCCESS) add_named_health(inner, evse, health);
  return health;
}

}  // namespace evtwin::ocpp
