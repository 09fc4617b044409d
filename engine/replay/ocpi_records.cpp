#include "replay/ocpi_records.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <span>
#include <string>

#include "kernel/static_checks.hpp"

namespace evtwin::replay {
namespace {

using Json = OcpiJson;

struct Field {
  std::string_view name;
  bool required = false;
  bool names_somebody = false;  ///< left out of masked records
};

// mod_sessions.asciidoc 3.1, Session.
constexpr Field session_fields[] = {
    {"country_code", true},
    {"party_id", true},
    {"id", true},
    {"start_date_time", true},
    {"end_date_time"},
    {"kwh", true},
    {"cdr_token", true},
    {"auth_method", true},
    {"authorization_reference", false, true},
    {"location_id", true},
    {"evse_uid", true},
    {"connector_id", true},
    {"meter_id"},
    {"currency", true},
    {"charging_periods"},
    {"total_cost"},
    {"status", true},
    {"last_updated", true},
};
static_assert(kernel::has_unique_keys(session_fields, &Field::name));

// mod_cdrs.asciidoc 3.1, CDR.
constexpr Field cdr_fields[] = {
    {"country_code", true},
    {"party_id", true},
    {"id", true},
    {"start_date_time", true},
    {"end_date_time", true},
    {"session_id"},
    {"cdr_token", true},
    {"auth_method", true},
    {"authorization_reference", false, true},
    {"cdr_location", true},
    {"meter_id"},
    {"currency", true},
    {"tariffs"},
    {"charging_periods", true},
    {"signed_data", false, true},
    {"total_cost", true},
    {"total_fixed_cost"},
    {"total_energy", true},
    {"total_energy_cost"},
    {"total_time", true},
    {"total_time_cost"},
    {"total_parking_time"},
    {"total_parking_cost"},
    {"total_reservation_cost"},
    {"remark", false, true},
    {"invoice_reference_id", false, true},
    {"credit"},
    {"credit_reference_id", false, true},
    {"home_charging_compensation"},
    {"last_updated", true},
};
static_assert(kernel::has_unique_keys(cdr_fields, &Field::name));

// mod_cdrs.asciidoc 4.3 CdrLocation, 4.4 CdrToken.
constexpr Field location_fields[] = {
    {"id", true},
    {"name"},
    {"address", true},
    {"city", true},
    {"postal_code"},
    {"state"},
    {"country", true},
    {"coordinates", true},
    {"evse_uid", true},
    {"evse_id", true},
    {"connector_id", true},
    {"connector_standard", true},
    {"connector_format", true},
    {"connector_power_type", true},
};
static_assert(kernel::has_unique_keys(location_fields, &Field::name));
constexpr Field token_fields[] = {
    {"country_code", true}, {"party_id", true}, {"uid", true}, {"type", true}, {"contract_id", true},
};
static_assert(kernel::has_unique_keys(token_fields, &Field::name));

std::span<const Field> fields_of(OcpiObject kind) {
  if (kind == OcpiObject::cdr) return cdr_fields;
  return session_fields;
}

const Field* find_field(std::span<const Field> fields, std::string_view name) {
  const auto found = std::find_if(fields.begin(), fields.end(), [&](const Field& f) { return f.name == name; });
  return found == fields.end() ? nullptr : &*found;
}

/// As names are compared: without case, '_' and '-'.
std::string as_compared(std::string_view name) {
  std::string out;
  for (const char c : name)
    if (c != '_' && c != '-') out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

std::string standard_name(std::string_view name, std::span<const Field> fields) {
  if (find_field(fields, name) != nullptr) return std::string(name);
  const std::string compared = as_compared(name);
  for (const Field& field : fields)
    if (as_compared(field.name) == compared) return std::string(field.name);
  return std::string(name);
}

Json renamed(const Json& object, std::span<const Field> fields) {
  if (!object.is_object()) return object;
  Json out = Json::object();
  for (const auto& [name, value] : object.items()) {
    const std::string standard = standard_name(name, fields);
    if (!out.contains(standard)) out[standard] = value;
  }
  return out;
}

void move_field(Json& from, std::string_view name, Json& into, std::string_view as) {
  const auto found = from.find(std::string(name));
  if (found == from.end()) return;
  Json value = std::move(*found);
  from.erase(found);
  if (!into.contains(std::string(as))) into[std::string(as)] = std::move(value);
}

void copy_field(const Json& from, std::string_view name, Json& into, std::string_view as) {
  const auto found = from.find(std::string(name));
  if (found != from.end()) into[std::string(as)] = *found;
}

bool lacks(const Json& object, std::string_view name) {
  const auto found = object.find(std::string(name));
  return found == object.end() || found->is_null();
}

bool take_missing(Json& object, const Json& made, std::span<const Field> fields) {
  bool whole = true;
  for (const Field& field : fields) {
    if (!field.required || !lacks(object, field.name)) continue;
    copy_field(made, field.name, object, field.name);
    whole = whole && !lacks(object, field.name);
  }
  return whole;
}

/// A part of a record (its token, its location) with what it lacks.
bool take_missing_part(Json& object, const Json& made, std::string_view part, std::span<const Field> fields) {
  const std::string name(part);
  if (lacks(object, part) || !object[name].is_object()) return false;
  static const Json nothing = Json::object();
  const bool is_made = made.contains(name) && made[name].is_object();
  return take_missing(object[name], is_made ? made[name] : nothing, fields);
}

}  // namespace

Json in_standard_words(const Json& document, OcpiObject kind) {
  Json out = renamed(document, fields_of(kind));
  for (const auto& [loose, standard] : {std::pair{"cdr_id", "id"}, std::pair{"location", "cdr_location"}}) {
    if (kind == OcpiObject::cdr) move_field(out, loose, out, standard);
  }
  Json token = Json::object();
  for (const auto& [loose, standard] : {std::pair{"auth_id", "uid"}, std::pair{"token_type", "type"}})
    move_field(out, loose, token, standard);
  if (token.contains("uid")) token["contract_id"] = token["uid"];
  if (!token.empty() && !out.contains("cdr_token")) out["cdr_token"] = std::move(token);
  if (out.contains("cdr_token")) out["cdr_token"] = renamed(out["cdr_token"], token_fields);
  if (out.contains("cdr_location")) out["cdr_location"] = renamed(out["cdr_location"], location_fields);
  return out;
}

Json session_of(const Json& cdr) {
  Json out = Json::object();
  const Json location = cdr.value("cdr_location", Json::object());
  for (const Field& field : session_fields) {
    if (field.name == "id") {
      copy_field(cdr, cdr.contains("session_id") ? "session_id" : "id", out, "id");
    } else if (field.name == "kwh") {
      copy_field(cdr, "total_energy", out, "kwh");
    } else if (field.name == "location_id") {
      copy_field(location, "id", out, "location_id");
    } else if (field.name == "evse_uid" || field.name == "connector_id") {
      copy_field(location, field.name, out, field.name);
    } else if (field.name == "status") {
      out["status"] = "COMPLETED";
    } else {
      copy_field(cdr, field.name, out, field.name);
    }
  }
  return out;
}

Json cdr_of(const Json& session) {
  Json out = Json::object();
  for (const Field& field : cdr_fields) {
    if (field.name == "session_id") {
      copy_field(session, "id", out, "session_id");
    } else if (field.name == "total_energy") {
      copy_field(session, "kwh", out, "total_energy");
    } else if (field.name == "cdr_location") {
      Json location = Json::object();
      copy_field(session, "location_id", location, "id");
      for (const char* name : {"evse_uid", "connector_id"}) copy_field(session, name, location, name);
      out["cdr_location"] = std::move(location);
    } else {
      copy_field(session, field.name, out, field.name);
    }
  }
  return out;
}

bool complete_record(Json& object, const Json& made, OcpiObject kind) {
  if (kind == OcpiObject::cdr && object.contains("charging_periods") && object["charging_periods"].empty())
    object.erase("charging_periods");
  bool whole = take_missing(object, made, fields_of(kind));
  whole = take_missing_part(object, made, "cdr_token", token_fields) && whole;
  if (kind == OcpiObject::cdr) whole = take_missing_part(object, made, "cdr_location", location_fields) && whole;
  return whole;
}

void mask_record(Json& object, OcpiObject kind, Pseudonyms& pseudonyms) {
  for (auto field = object.begin(); field != object.end();) {
    const Field* known = find_field(fields_of(kind), field.key());
    const bool own_remark = field.key() == "remark" && field.value() == made_by_evtwin;
    const bool stays = known != nullptr && (!known->names_somebody || own_remark);
    field = stays ? std::next(field) : object.erase(field);
  }
  if (!object.contains("cdr_token") || !object["cdr_token"].is_object()) return;
  for (const char* name : {"uid", "contract_id"}) {
    auto token = object["cdr_token"].find(name);
    if (token != object["cdr_token"].end())
      *token = pseudonyms.pseudonym_of(token->is_string() ? token->get<std::string>() : token->dump());
  }
}

}  // namespace evtwin::replay
