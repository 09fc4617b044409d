// The keywords of JSON Schema (drafts 4 and 6) that OCPP's schemas use: enough to say whether a message is valid.
#pragma once
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>
#include <string>

namespace evtwin::testing {

class JsonSchema {
 public:
  explicit JsonSchema(nlohmann::json schema) : schema_(std::move(schema)) {}

  /// Empty: valid. Otherwise the place and the keyword that is not met. @throws std::runtime_error for a keyword that
  /// is not known here: nothing is valid because it was not looked at.
  std::string problem(const nlohmann::json& value) const { return check(schema_, value, "$"); }

 private:
  using Json = nlohmann::json;

  static bool has_type(const Json& value, const std::string& type) {
    if (type == "object") return value.is_object();
    if (type == "array") return value.is_array();
    if (type == "string") return value.is_string();
    if (type == "boolean") return value.is_boolean();
    if (type == "integer") return value.is_number_integer();
    if (type == "number") return value.is_number();
    throw std::runtime_error("unknown type " + type);
  }

  static bool is_date_time(const std::string& text) {  // RFC 3339
    int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, used = 0;
    if (std::sscanf(text.c_str(), "%4d-%2d-%2dT%2d:%2d:%2d%n", &year, &month, &day, &hour, &minute, &second, &used) !=
        6)
      return false;
    auto at = static_cast<std::size_t>(used);
    if (used != 19 || month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 59)
      return false;
    if (at < text.size() && text[at] == '.') at = text.find_first_not_of("0123456789", at + 1);
    return at != std::string::npos && text.substr(at) == "Z";
  }

  std::string check(const Json& schema, const Json& value, const std::string& at) const {
    if (schema.contains("$ref")) {
      const auto reference = schema["$ref"].get<std::string>();
      return check(schema_.at(Json::json_pointer(reference.substr(1))), value, at);
    }
    static const std::set<std::string> without_demand{"$schema", "$id",     "id",          "title",   "description",
                                                      "comment", "default", "definitions", "javaType"};
    for (const auto& [keyword, wanted] : schema.items()) {
      const std::string wrong = at + ": " + keyword;
      if (without_demand.count(keyword) > 0) continue;
      if (keyword == "type") {
        if (!has_type(value, wanted)) return wrong;
      } else if (keyword == "enum") {
        if (std::find(wanted.begin(), wanted.end(), value) == wanted.end()) return wrong;
      } else if (keyword == "required") {
        for (const auto& name : wanted) {
          if (!value.contains(name.get<std::string>())) return wrong + " " + name.get<std::string>();
        }
      } else if (keyword == "properties") {
        for (const auto& [name, inner] : wanted.items()) {
          if (!value.contains(name)) continue;
          std::string problem = check(inner, value[name], at + "." + name);
          if (!problem.empty()) return problem;
        }
      } else if (keyword == "additionalProperties") {
        if (wanted != false || !value.is_object()) continue;
        for (const auto& [name, inner] : value.items()) {
          if (!schema.contains("properties") || !schema["properties"].contains(name)) return wrong + " " + name;
        }
      } else if (keyword == "items") {
        for (std::size_t i = 0; i < value.size(); ++i) {
          std::string problem = check(wanted, value[i], at + "[" + std::to_string(i) + "]");
          if (!problem.empty()) return problem;
        }
      } else if (keyword == "additionalItems") {
        // of no weight where `items` is one schema for all
      } else if (keyword == "minItems") {
        if (value.size() < wanted.get<std::size_t>()) return wrong;
      } else if (keyword == "maxItems") {
        if (value.size() > wanted.get<std::size_t>()) return wrong;
      } else if (keyword == "maxLength") {
        if (value.get<std::string>().size() > wanted.get<std::size_t>()) return wrong;
      } else if (keyword == "minimum") {
        if (value.get<double>() < wanted.get<double>()) return wrong;
      } else if (keyword == "multipleOf") {
        const double times = value.get<double>() / wanted.get<double>();
        if (std::abs(times - std::round(times)) > 1e-6) return wrong;
      } else if (keyword == "format") {
        if (wanted == "date-time" && !is_date_time(value)) return wrong;
        if (wanted != "date-time" && wanted != "uri") throw std::runtime_error("unknown format");
      } else {
        throw std::runtime_error("unknown keyword " + keyword);
      }
    }
    return {};
  }

  Json schema_;
};

}  // namespace evtwin::testing
