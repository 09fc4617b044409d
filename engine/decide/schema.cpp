#include "decide/schema.hpp"

#include <array>
#include <charconv>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>
#include <vector>

#include "decide/request_keys.hpp"

namespace evtwin::decide {

using Json = nlohmann::ordered_json;
using scenario::Key;
using scenario::KeyType;

namespace {

std::vector<std::string_view> split_top(std::string_view text, char by) {
  std::vector<std::string_view> out;
  int depth = 0;
  std::size_t from = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    const char c = i < text.size() ? text[i] : by;
    depth += c == '(' || c == '<' ? 1 : c == ')' || c == '>' ? -1 : 0;
    if (c != by || depth != 0) continue;
    out.push_back(text.substr(from, i - from));
    from = i + 1;
  }
  return out;
}

/// A type as the editor definitions write it: "number|number[]", "evtwin.session", "table<string, number>".
Json type_schema(std::string_view type) {
  const auto choices = split_top(type, '|');
  if (choices.size() > 1) {
    Json out{{"anyOf", Json::array()}};
    for (const std::string_view one : choices) out["anyOf"].push_back(type_schema(one));
    return out;
  }
  constexpr std::string_view list = "[]", table = "table<string, ", own = "evtwin.";
  // Of a file's stations, which no request has: reading it says so.
  if (type == "evtwin.station_of_file") return {{"type", "object"}};
  if (type.ends_with(list)) {
    type.remove_suffix(list.size());
    return {{"type", "array"}, {"items", type_schema(type)}};
  }
  if (type.starts_with('(')) return type_schema(type.substr(1, type.size() - 2));
  if (type.starts_with('"')) return {{"const", type.substr(1, type.size() - 2)}};
  if (type.starts_with(table))
    return {{"type", "object"},
            {"additionalProperties", type_schema(type.substr(table.size(), type.size() - table.size() - 1))}};
  if (type.starts_with(own)) return {{"$ref", "#/$defs/" + std::string(type.substr(own.size()))}};
  return {{"type", type}};
}

std::optional<double> number_in(std::string_view text) {
  double value = 0.0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end.ec != std::errc() || end.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

Json whole_if_it_is(double value) {
  const auto whole = static_cast<std::int64_t>(value);
  return static_cast<double>(whole) == value ? Json(whole) : Json(value);
}

Json key_schema(const Key& key) {
  Json out = Json::object();
  switch (key.type) {
    case KeyType::number:
    case KeyType::whole:
      if (!key.words.empty()) {
        out = {{"type", "integer"}, {"enum", Json::array()}};
        for (const std::string_view number : split_top(key.words, '|'))
          out["enum"].push_back(whole_if_it_is(number_in(number).value()));
        break;
      }

      out["type"] = key.type == KeyType::number ? "number" : "integer";
      out[key.above_min ? "exclusiveMinimum" : "minimum"] = whole_if_it_is(key.min);
      out["maximum"] = whole_if_it_is(key.max);
      break;

    case KeyType::boolean:
      out["type"] = "boolean";
      break;
    case KeyType::text:
    case KeyType::name:
      out = {{"type", "string"}, {"minLength", 1}};
      break;

    case KeyType::choice:
      out["enum"] = split_top(key.words, '|');
      break;
    case KeyType::other:
      out = type_schema(key.lua_type);
      break;
  }

  // Defaults that are no value ("counted from 0") stand in the description.
  std::string help(key.help);
  if (!key.unit.empty()) help = "[" + std::string(key.unit) + "] " + help;
  if (!key.fallback.empty()) {
    const auto number = number_in(key.fallback);
    if (number && key.type != KeyType::text && key.type != KeyType::name) {
      out["default"] = whole_if_it_is(*number);
    } else if (key.type == KeyType::boolean) {
      out["default"] = key.fallback == "true";
    } else if (key.type == KeyType::choice) {
      out["default"] = key.fallback;
    } else {
      help += " Without it: " + std::string(key.fallback) + ".";
    }
  }
  out["description"] = help;
  return out;
}

Json section_schema(const scenario::Section& section) {
  Json out{{"type", "object"},
           {"description", section.help},
           {"additionalProperties", false},
           {"required", Json::array()},
           {"properties", Json::object()}};
  for (const Key& key : section.keys) {
    if (key.required) out["required"].push_back(key.name);
    out["properties"][key.name] = key_schema(key);
  }
  return out;
}

Json described(const char* text, Json schema) {
  schema["description"] = text;
  return schema;
}

Json answer_schema() {
  const Json number_or_null{{"type", {"number", "null"}}}, text{{"type", "string"}};
  const Json kw_by_id{{"type", "object"}, {"additionalProperties", number_or_null}};
  const auto list_of = [](Json properties, std::vector<const char*> required) {
    return Json{
        {"type", "array"},
        {"items", {{"type", "object"}, {"required", std::move(required)}, {"properties", std::move(properties)}}}};
  };
  Json p = Json::object();
  p["id"] = described("The request's, if it had one.", text);
  p["strategy"] = described("Id and the parameters given.", text);
  p["now"] = described("The instant asked about, with its offset.", text);
  p["why"] = Json{{"type", "array"}, {"items", text}};
  p["evse_kw"] = described("What the strategy says, by EVSE; null: leave the setpoint as it is.", kw_by_id);
  p["storage_kw"] = described("The same by storage; positive: into it.", kw_by_id);
  p["granted_kw"] = described("What EVSE, car and limits leave of it: the setpoints to send.", kw_by_id);
  p["storage_granted_kw"] = described("The same by storage.", kw_by_id);

  p["corrections"] =
      described("Where granted is not what was asked, and why.", list_of({{"evse", text},
                                                                          {"storage", text},
                                                                          {"asked_kw", number_or_null},
                                                                          {"granted_kw", {{"type", "number"}}},
                                                                          {"reason", text},
                                                                          {"limit", text}},
                                                                         {"asked_kw", "granted_kw", "reason"}));
  p["exceeded"] = described(
      "Limits that do not hold with what is granted: nothing more can be done, or limits = record.",
      list_of({{"limit", text}, {"value", number_or_null}, {"lower", number_or_null}, {"upper", number_or_null}},
              {"limit", "value"}));

  const Json instant{{"type", {"object", "null"}},
                     {"required", {"at", "ns"}},
                     {"properties", {{"at", text}, {"ns", {{"type", "integer"}}}}}};
  p["wake"] =
      described("When the strategy wants to be asked again before the next tick or event; null: it does not.", instant);
  p["quiet_until"] =
      described("Ticks before it need not be asked about, the answer stands; null: ask at every tick.", instant);
  p["expected_cost"] =
      described("What the strategy expects the horizon to cost; null: it says nothing.", number_or_null);
  const Json row_by_id{{"type", "object"}, {"additionalProperties", {{"type", "array"}, {"items", number_or_null}}}};
  p["plan"] =
      described("What the strategy plans from here on; null: it says nothing.",
                {{"type", {"object", "null"}},
                 {"required", {"start", "evse_kw", "storage_kw"}},
                 {"properties",
                  {{"start", described("Of each step, then the last one's end.", {{"type", "array"}, {"items", text}})},
                   {"evse_kw", described("Mean kW in each step, by EVSE.", row_by_id)},
                   {"storage_kw", described("The same by storage.", row_by_id)}}}});
  p["remarks"] =
      described("What the strategy had to tell.",
                list_of({{"severity", {{"enum", {"info", "warning"}}}}, {"text", text}}, {"severity", "text"}));

  Json out{{"type", "object"}, {"description", "What is printed."}, {"required", Json::array()}};
  for (const auto& item : p.items()) {
    if (item.key() != "id") out["required"].push_back(item.key());  // the only one that may be missing
  }
  out["properties"] = std::move(p);
  return out;
}

Json refusal_schema() {
  return {
      {"type", "object"},
      {"description", "With --lines, in place of an answer: what was wrong."},
      {"required", {"line", "error"}},
      {"properties",
       {{"line", {{"type", "integer"}}},
        {"error", {{"type", "string"}}},
        {"field", {{"type", "string"}, {"description", "JSON pointer of the field, empty for the whole request."}}}}}};
}

}  // namespace

Json request_schema() {
  Json schema{{"$schema", "https://json-schema.org/draft/2020-12/schema"}, {"title", "evtwin decide: request"}};
  Json definitions = Json::object();
  for (const scenario::Section& section : request_sections()) {
    if (section.name == "request") {
      schema.update(section_schema(section));
    } else {
      definitions[section.name] = section_schema(section);
    }
  }
  schema["description"] =
      std::string(schema["description"]) +
      " Times are on the clock of `timezone` unless they have an offset. A null is a field left out.";
  schema["properties"]["evses"]["minItems"] = 1;
  definitions["answer"] = answer_schema();
  definitions["refusal"] = refusal_schema();
  schema["$defs"] = std::move(definitions);
  return schema;
}

std::string example_request() {
  return R"({
  "now": "2026-06-01T09:00", "timezone": "Asia/Seoul", "tick_min": 15,
  "site": {"contract_kw": 40, "pv_kw": 4, "load_kw": 20, "voltage_v": 220},
  "evses": [
    {"id": "A-1", "max_a": 32, "phases": 1,
     "session": {"arrived": "2026-06-01T08:10", "departs": "2026-06-01T11:00", "requested_kwh": 14, "got_kwh": 2}},
    {"id": "A-2", "max_a": 32, "phases": 1,
     "session": {"arrived": "2026-06-01T08:40", "departs": "2026-06-01T17:30", "requested_kwh": 20}},
    {"id": "D-1", "kind": "dc", "kw": 50, "min_kw": 2, "efficiency": 0.95,
     "session": {"departs": "2026-06-01T11:30", "requested_kwh": 25, "soc": 0.35,
                 "vehicle": {"battery_kwh": 64, "dc_kw": 77, "taper_soc": 0.8, "taper_end_kw": 2}}},
    {"id": "D-2", "kind": "dc", "kw": 50, "min_kw": 2, "efficiency": 0.95}
  ],
  "storages": [{"name": "battery", "kwh": 100, "kw": 20, "soc": 0.5}],
  "prices": {"buy_per_kwh": 130, "sell_per_kwh": 80, "unmet_price_per_kwh": 400},
  "horizon": [
    {"start": "2026-06-01T10:00", "pv_kw": 12, "buy_per_kwh": 180},
    {"start": "2026-06-01T13:00", "pv_kw": 18, "load_kw": 16, "buy_per_kwh": 130}
  ]
}
)";
}

}  // namespace evtwin::decide
