#include "ocpp/json_fields.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <vector>

#include "kernel/text.hpp"

namespace evtwin::ocpp {

std::optional<Json> find_member(const Json& json, std::string_view name) {
  simdjson::dom::object object;
  if (json.get_object().get(object) != simdjson::SUCCESS) return std::nullopt;
  Json found;
  if (object.at_key(name).get(found) != simdjson::SUCCESS || found.is_null()) return std::nullopt;
  return found;
}

std::optional<Json> find_member(const Json& json, std::string_view outer, std::string_view inner) {
  const auto member = find_member(json, outer);
  return member ? find_member(*member, inner) : std::nullopt;
}

namespace {

// A key of an object that stands there twice; empty: none does. Two equal keys have equal marks, and objects have few
// keys: only where two marks meet are texts compared. @param see  is given the value of each member
template <class See>
std::string_view twice_in(const simdjson::dom::object& members, See see) {
  std::uint64_t seen = 0;
  bool met = false;
  for (const auto member : members) {
    const std::string_view key = member.key;
    const auto mark = static_cast<unsigned char>(key.empty() ? 0
                                                             : key.size() * 5 + static_cast<unsigned char>(key[0]) +
                                                                   3 * static_cast<unsigned char>(key.back()));
    const std::uint64_t bit = std::uint64_t{1} << (mark % 64);
    met = met || (seen & bit) != 0;
    seen |= bit;
    see(member.value);
  }
  if (!met) return {};
  std::vector<std::string_view> keys;
  for (const auto member : members) keys.push_back(member.key);
  std::sort(keys.begin(), keys.end());
  const auto twice = std::adjacent_find(keys.begin(), keys.end());
  return twice != keys.end() ? *twice : std::string_view();
}

}  // namespace

std::string_view own_repeated_key(const simdjson::dom::object& object) {
  return twice_in(object, [](const Json&) {});
}

std::string_view repeated_key(const Json& json) {
  // Documents nested as deep as the parser allows must not recurse. Every frame comes here: room is kept.
  static thread_local std::vector<Json> waiting;
  waiting.assign(1, json);
  const auto wait_for = [](const Json& value) {
    if (value.is_object() || value.is_array()) waiting.push_back(value);
  };
  while (!waiting.empty()) {
    const Json one = waiting.back();
    waiting.pop_back();
    simdjson::dom::array list;
    simdjson::dom::object members;
    if (one.get(list) == simdjson::SUCCESS) {
      for (const Json part : list) wait_for(part);
    } else if (one.get(members) == simdjson::SUCCESS) {
      if (const std::string_view twice = twice_in(members, wait_for); !twice.empty()) return twice;
    }
  }
  return {};
}

simdjson::dom::array elements_of(const Json& json) {
  simdjson::dom::array array;
  if (json.get_array().get(array) != simdjson::SUCCESS) {
    static const simdjson::dom::array none = [] {
      static simdjson::dom::parser parser;
      return parser.parse(std::string_view("[]")).get_array().value();
    }();
    return none;
  }
  return array;
}

std::string text_of(const Json& json) {
  switch (json.type()) {
    case simdjson::dom::element_type::STRING:
      return std::string(json.get_string().value());
    case simdjson::dom::element_type::INT64:
      return std::to_string(json.get_int64().value());
    case simdjson::dom::element_type::UINT64:
      return std::to_string(json.get_uint64().value());
    case simdjson::dom::element_type::DOUBLE: {
      const double value = json.get_double().value();
      if (value == std::floor(value) && std::abs(value) < 1e15) return fmt::format("{:.0f}", value);
      return fmt::format("{}", value);
    }
    default:
      return {};
  }
}

std::string text_of(const Json& json, std::string_view name) {
  const auto member = find_member(json, name);
  return member ? text_of(*member) : std::string();
}

std::string_view string_of(const Json& json, std::string_view name) {
  const auto member = find_member(json, name);
  if (!member || !member->is_string()) return {};
  return member->get_string().value();
}

std::optional<double> number_of(const Json& json) {
  double value = 0.0;
  if (json.is_number()) {
    value = json.get_double().value();
  } else if (json.is_string()) {
    std::string_view text = json.get_string().value();
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    if (text.size() > 1 && text.front() == '+') text.remove_prefix(1);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  } else {
    return std::nullopt;
  }
  if (!std::isfinite(value)) return std::nullopt;
  return value;
}

std::optional<double> number_of(const Json& json, std::string_view name) {
  const auto member = find_member(json, name);
  return member ? number_of(*member) : std::nullopt;
}

std::optional<std::int64_t> integer_of(const Json& json, std::string_view name) {
  const auto value = number_of(json, name);
  if (!value || *value != std::floor(*value) || std::abs(*value) > 9e15) return std::nullopt;
  return static_cast<std::int64_t>(*value);
}

bool is_true(const Json& json, std::string_view name) {
  const auto member = find_member(json, name);
  return member && member->is_bool() && member->get_bool().value();
}

std::string show_value(const Json& json, std::size_t most) {
  if (json.is_object() || json.is_array()) return json.is_object() ? "{...}" : "[...]";
  if (!json.is_string()) return json.is_null() ? "null" : simdjson::to_string(json);
  std::string text = kernel::make_printable(json.get_string().value().substr(0, most));
  return '"' + text + '"';
}

}  // namespace evtwin::ocpp
