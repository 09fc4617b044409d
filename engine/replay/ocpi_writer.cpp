#include "replay/ocpi_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <tuple>

#include "analysis/run_report.hpp"
#include "kernel/csv_cell.hpp"
#include "kernel/hash.hpp"
#include "kernel/text.hpp"
#include "market/calendar.hpp"
#include "replay/log_layout.hpp"
#include "replay/ocpi_records.hpp"
#include "replay/pseudonym.hpp"

namespace evtwin::replay {
namespace {

using Json = OcpiJson;
using Facts = std::map<std::string, std::string>;

double to_milliwatt_hours(double kwh) { return std::round(kwh * 1e6) / 1e6 + 0.0; }
double to_seconds(double hours) { return std::round(hours * 3600e3) / 3600e3; }

// OCPI's GeoLocation: degrees with 5 to 7 digits after the point.
bool is_degrees(const std::string& text, std::size_t most_whole_digits) {
  const std::size_t from = !text.empty() && text[0] == '-' ? 1 : 0;
  const std::size_t point = text.find('.');
  if (point == std::string::npos || point == from || point - from > most_whole_digits) return false;
  const std::size_t digits = text.size() - point - 1;
  if (digits < 5 || digits > 7) return false;
  for (std::size_t i = from; i < text.size(); ++i) {
    if (i != point && (text[i] < '0' || text[i] > '9')) return false;
  }
  return true;
}

// ConnectorType of OCPI 2.2.1, mod_locations.
constexpr std::string_view connector_types =
    " CHADEMO CHAOJI DOMESTIC_A DOMESTIC_B DOMESTIC_C DOMESTIC_D DOMESTIC_E DOMESTIC_F DOMESTIC_G DOMESTIC_H "
    "DOMESTIC_I "
    "DOMESTIC_J DOMESTIC_K DOMESTIC_L DOMESTIC_M DOMESTIC_N DOMESTIC_O GBT_AC GBT_DC IEC_60309_2_single_16 "
    "IEC_60309_2_three_16 IEC_60309_2_three_32 IEC_60309_2_three_64 IEC_62196_T1 IEC_62196_T1_COMBO IEC_62196_T2 "
    "IEC_62196_T2_COMBO IEC_62196_T3A IEC_62196_T3C NEMA_5_20 NEMA_6_30 NEMA_6_50 NEMA_10_30 NEMA_10_50 NEMA_14_30 "
    "NEMA_14_50 PANTOGRAPH_BOTTOM_UP PANTOGRAPH_TOP_DOWN TESLA_R TESLA_S ";
static_assert(connector_types.front() == ' ' && connector_types.back() == ' ', "a word is looked for between blanks");

bool is_one_of(std::string_view words, const std::string& word) {
  return word.find(' ') == std::string::npos && words.find(" " + word + " ") != std::string_view::npos;
}

void check_fact(const std::string& key, const std::string& value) {
  const auto wrong = [&](const char* right) {
    throw std::invalid_argument(fmt::format("--ocpi-set {}: '{}' must be {}", key, value, right));
  };
  if (key == "latitude" && !is_degrees(value, 2)) wrong("degrees with 5 to 7 decimals, such as 37.56650");
  if (key == "longitude" && !is_degrees(value, 3)) wrong("degrees with 5 to 7 decimals, such as 126.97800");
  if (key == "ac_format" && !is_one_of(" SOCKET CABLE ", value)) wrong("SOCKET or CABLE");
  if ((key == "ac_connector" || key == "dc_connector") && !is_one_of(connector_types, value))
    wrong("a ConnectorType of OCPI 2.2.1, such as IEC_62196_T2");
}

Facts whole_facts(const Facts& given, std::vector<std::string>& placeholders) {
  Facts whole;
  for (const OcpiFact& fact : ocpi_facts()) {
    const std::string key(fact.key);
    const auto found = given.find(key);
    if (found == given.end()) placeholders.push_back(key);
    std::string value = found == given.end() ? std::string(fact.placeholder) : found->second;
    if (value.empty() || value.size() > fact.most_characters)
      throw std::invalid_argument(
          fmt::format("--ocpi-set {}: 1 to {} characters are needed: {}", key, fact.most_characters, fact.help));
    check_fact(key, value);
    whole[key] = std::move(value);
  }
  for (const auto& [key, value] : given) {
    if (whole.count(key) > 0) continue;
    std::string keys;
    for (const OcpiFact& fact : ocpi_facts()) keys += fmt::format("{}{}", keys.empty() ? "" : ", ", fact.key);
    throw std::invalid_argument(fmt::format("--ocpi-set {}: the keys are {}", key, keys));
  }
  return whole;
}

/// A stretch of a session with or without power.
struct PeriodStretch {
  TimeNs start_ns = 0, end_ns = 0;
  bool flows = false;
  double kwh = 0.0;
};

std::vector<PeriodStretch> stretches_of(const RecordedSession& session) {
  std::vector<PeriodStretch> stretches;
  const auto add = [&](TimeNs from, TimeNs to, bool flows, double kwh) {
    if (from >= to) return;
    if (stretches.empty() || stretches.back().flows != flows) stretches.push_back({from, from, flows, 0.0});
    stretches.back().end_ns = to;
    stretches.back().kwh += kwh;
  };
  TimeNs told_until = session.plugged_in_ns;
  for (const RecordedPower& piece : session.power) {
    add(told_until, piece.start_ns, false, 0.0);
    add(piece.start_ns, piece.end_ns, piece.kw != 0.0, piece.energy_kwh);
    told_until = piece.end_ns;
  }
  add(told_until, session.departed_ns, false, 0.0);
  return stretches;
}

const char* power_type(const RecordedEvse& evse) {
  constexpr const char* ac[] = {"AC_1_PHASE", "AC_1_PHASE", "AC_2_PHASE", "AC_3_PHASE"};
  return evse.dc ? "DC" : ac[std::clamp(evse.phases, 0, 3)];
}

std::string at_most(const std::string& text, std::size_t most) {
  return text.size() <= most ? text : fmt::format("{:016X}", kernel::digest64(text));
}

// eMI3's form <country>*<operator>*E<outlet>, letters and digits; mod_locations.asciidoc, EVSE.evse_id.
std::string evse_id_of(const std::string& evse, const Facts& facts) {
  std::string outlet;
  for (const char c : evse) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    outlet += plain ? c : '*';
  }
  return fmt::format("{}*{}*E{}", facts.at("country_code"), facts.at("party_id"), outlet);
}

Json location_of(const RecordedEvse& evse, const Facts& facts) {
  const std::string uid = at_most(evse.name, 36);
  return {{"id", facts.at("location_id")},
          {"address", facts.at("address")},
          {"city", facts.at("city")},
          {"country", facts.at("country")},
          {"coordinates", {{"latitude", facts.at("latitude")}, {"longitude", facts.at("longitude")}}},
          {"evse_uid", uid},
          {"evse_id", evse_id_of(uid, facts)},
          {"connector_id", "1"},
          {"connector_standard", facts.at(evse.dc ? "dc_connector" : "ac_connector")},
          {"connector_format", evse.dc ? "CABLE" : facts.at("ac_format")},
          {"connector_power_type", power_type(evse)}};
}

/// TokenType of OCPI 2.2.1 (mod_tokens): cards of either ISO are RFID.
std::string token_type_of(const std::string& logged) {
  if (is_one_of(" AD_HOC_USER APP_USER OTHER RFID ", logged)) return logged;
  return logged.starts_with("ISO14443") || logged.starts_with("ISO15693") ? "RFID" : "OTHER";
}

/// Fields that every record has, whosesoever it is.
Json party_of(const Facts& facts) {
  return {{"country_code", facts.at("country_code")}, {"party_id", facts.at("party_id")}};
}

Json made_token(const std::string& token, const std::string& type, const Facts& facts) {
  const std::string uid = at_most(token.empty() ? "-" : token, 36);
  Json fields = party_of(facts);
  fields.update(Json{{"uid", uid}, {"type", token_type_of(type)}, {"contract_id", uid}});
  return fields;
}

/// The CDR of a session of the run; of one that is open what is known so far.
Json made_cdr(const RecordedRun& run, const RecordedSession& session, const std::string& id, const Facts& facts) {
  // ISO 4217; XXX is its code for no currency.
  const bool is_currency = run.currency.size() == 3 && std::all_of(run.currency.begin(), run.currency.end(),
                                                                   [](char c) { return c >= 'A' && c <= 'Z'; });

  Json periods = Json::array();
  double charging_h = 0.0, parking_h = 0.0;
  for (const PeriodStretch& stretch : stretches_of(session)) {
    const double hours = kernel::hours_between(stretch.start_ns, stretch.end_ns);
    (stretch.flows ? charging_h : parking_h) += hours;
    Json dimensions = Json::array();
    if (stretch.flows) dimensions.push_back({{"type", "ENERGY"}, {"volume", to_milliwatt_hours(stretch.kwh)}});
    dimensions.push_back({{"type", stretch.flows ? "TIME" : "PARKING_TIME"}, {"volume", to_seconds(hours)}});
    periods.push_back({{"start_date_time", utc_text(stretch.start_ns)}, {"dimensions", std::move(dimensions)}});
  }

  // OCPI requires one charging period at least.
  if (periods.empty()) {
    periods.push_back({{"start_date_time", utc_text(session.plugged_in_ns)},
                       {"dimensions", Json::array({{{"type", "PARKING_TIME"}, {"volume", 0.0}}})}});
  }

  Json cdr = party_of(facts);
  cdr.update(Json{{"id", id}, {"start_date_time", utc_text(session.plugged_in_ns)}});
  if (!session.open) cdr["end_date_time"] = utc_text(session.departed_ns);
  cdr.update(Json{{"session_id", id},
                  {"cdr_token", made_token(session.token, session.token_type, facts)},
                  {"auth_method", "WHITELIST"},
                  {"cdr_location", location_of(run.evses[session.evse], facts)},
                  {"currency", is_currency ? run.currency : "XXX"},
                  {"charging_periods", std::move(periods)},
                  {"total_cost", {{"excl_vat", session.paid}}},
                  {"total_energy", to_milliwatt_hours(session.got_kwh)},
                  {"total_time", to_seconds(charging_h + parking_h)},
                  {"total_parking_time", to_seconds(parking_h)},
                  {"remark", made_by_evtwin},
                  {"last_updated", utc_text(session.departed_ns)}});
  return cdr;
}

/// A record before its token is masked, with what it is ordered by.
struct Record {
  std::string start, id, text;
  std::string uid, contract;  ///< of its token
  bool ended = true;
};

Record record_of(const Json& object) {
  const auto text_in = [](const Json& json, const char* name) {
    const auto found = json.find(name);
    return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  const Json token = object.value("cdr_token", Json::object());
  return {text_in(object, "start_date_time"), text_in(object, "id"),           object.dump(), text_in(token, "uid"),
          text_in(token, "contract_id"),      object.contains("end_date_time")};
}

/// The object of OCPI that a session was read from; else one made of the other of its two objects, else nothing.
Json told(const std::string& cdr, const std::string& session, OcpiObject kind) {
  const bool as_cdr = kind == OcpiObject::cdr;
  if (const std::string& same = as_cdr ? cdr : session; !same.empty())
    return in_standard_words(Json::parse(same), kind);
  if (const std::string& other = as_cdr ? session : cdr; !other.empty()) {
    const auto other_kind = as_cdr ? OcpiObject::session : OcpiObject::cdr;
    const Json object = in_standard_words(Json::parse(other), other_kind);
    return as_cdr ? cdr_of(object) : session_of(object);
  }
  return Json::object();
}

/// All records of a kind, in order of start and id. Those that can not have all that OCPI requires are left out.
std::vector<Record> records_of(const RecordedRun& run, const Facts& facts, OcpiObject kind, std::size_t& left_out) {
  std::vector<Record> records;
  const auto keep = [&](Json object, const Json& made) {
    if (complete_record(object, made, kind)) {
      records.push_back(record_of(object));
    } else {
      ++left_out;
    }
  };

  const std::string source = run.event_hash.substr(0, 16);
  std::size_t number = 0;
  for (const RecordedSession& session : run.sessions) {
    const std::string id = fmt::format("{}-{:06}", source, ++number);
    const Json cdr = made_cdr(run, session, id, facts);
    Json object = told(session.ocpi_cdr, session.ocpi_session, kind);
    Json made = cdr;
    if (kind == OcpiObject::session) {
      made = session_of(cdr);
      if (session.open) made["status"] = "ACTIVE";
    }
    keep(object.empty() ? made : std::move(object), made);
  }

  for (const RecordedDocument& document : run.unplayed) {
    // Of a session that did not end there is no CDR, and of one that was not replayed no figure but the document's.
    const bool is_asked = kind == OcpiObject::session || !document.ocpi_cdr.empty();
    Json made = party_of(facts);
    made.update(Json{{"cdr_token", made_token("", "", facts)}, {"auth_method", "WHITELIST"}, {"currency", "XXX"}});
    if (is_asked) keep(told(document.ocpi_cdr, document.ocpi_session, kind), made);
    if (!is_asked) ++left_out;
  }

  std::stable_sort(records.begin(), records.end(),
                   [](const Record& a, const Record& b) { return std::tie(a.start, a.id) < std::tie(b.start, b.id); });
  return records;
}

/// Sessions that ended come first, cards before contracts: so a CDR and a Session of a driver have one number, and what
/// is read in again has the same.
Pseudonyms numbered_tokens(const std::vector<Record>& records) {
  Pseudonyms pseudonyms;
  for (const bool ended : {true, false}) {
    for (const auto token : {&Record::uid, &Record::contract}) {
      for (const Record& record : records)
        if (record.ended == ended) pseudonyms.pseudonym_of(record.*token);
    }
  }
  return pseudonyms;
}

}  // namespace

const std::vector<OcpiFact>& ocpi_facts() {
  static const std::vector<OcpiFact> facts{
      {"country_code", "XX", "of the operator, ISO 3166 alpha-2", 2},
      {"party_id", "EVT", "of the operator, ISO 15118", 3},
      {"location_id", "LOC1", "of the site", 36},
      {"address", "not given", "street and number", 45},
      {"city", "not given", "", 45},
      {"country", "XXX", "ISO 3166 alpha-3", 3},
      {"latitude", "0.00000", "degrees, 5 to 7 decimals", 10},
      {"longitude", "0.00000", "degrees, 5 to 7 decimals", 11},
      {"ac_connector", "IEC_62196_T2", "ConnectorType of AC EVSEs", 36},
      {"dc_connector", "IEC_62196_T2_COMBO", "ConnectorType of DC EVSEs", 36},
      {"ac_format", "SOCKET", "ConnectorFormat of AC EVSEs: SOCKET or CABLE", 6},
  };
  return facts;
}

OcpiSummary write_ocpi(const RecordedRun& run, OcpiObject kind, const Facts& given, bool anonymise,
                       const TextSink& sink) {
  OcpiSummary summary;
  const Facts facts = whole_facts(given, summary.placeholders);
  std::vector<Record> records = records_of(run, facts, kind, summary.left_out);
  Pseudonyms pseudonyms = numbered_tokens(records);
  for (Record& record : records) {
    Json object = Json::parse(record.text);
    if (anonymise) mask_record(object, kind, pseudonyms);
    sink(summary.records++ == 0 ? "[\n" : ",\n");
    sink(analysis::json_text(object, -1));
  }
  sink(summary.records == 0 ? "[]\n" : "\n]\n");
  return summary;
}

std::vector<std::string> session_ids(const RecordedRun& run, bool anonymise) {
  std::vector<std::string> ids;
  Pseudonyms pseudonyms;
  std::map<std::string, int> visits;
  for (const RecordedSession& session : run.sessions) {
    const bool named_by_run = session.token == token_of(session.name);
    if (!anonymise && named_by_run) {
      ids.push_back(session.name);
      continue;
    }
    const std::string& driver = anonymise ? pseudonyms.pseudonym_of(session.token) : session.token;
    ids.push_back(fmt::format("{}#{}", driver, ++visits[driver]));
  }
  return ids;
}

void write_session_table(const RecordedRun& run, bool anonymise, const TextSink& sink) {
  const market::Calendar calendar(run.timezone);
  sink("arrival,departure,energy_kwh,requested_kwh,evse,session_id,charging_type\n");
  const std::vector<std::string> ids = session_ids(run, anonymise);
  for (std::size_t i = 0; i < run.sessions.size(); ++i) {
    const RecordedSession& session = run.sessions[i];
    const RecordedEvse& evse = run.evses[session.evse];
    sink(fmt::format("{},{},{},{},{},{},{}\n", calendar.format_iso(session.plugged_in_ns),
                     calendar.format_iso(session.departed_ns), session.got_kwh, session.requested_kwh,
                     kernel::csv_cell(evse.name), kernel::csv_cell(ids[i]), evse.dc ? "dc" : "ac"));
  }
}

}  // namespace evtwin::replay
