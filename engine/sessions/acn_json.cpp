#include "sessions/acn_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <nlohmann/json.hpp>

#include "kernel/csv_cell.hpp"
#include "market/calendar.hpp"
#include "sessions/json_text.hpp"
#include "sessions/text_file.hpp"

namespace evtwin::sessions {
namespace {

using Json = nlohmann::json;

/// A member as text: of a text itself, of null or nothing the empty one, of anything else its JSON.
std::string text_of_member(const Json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || found->is_null()) return {};
  std::string text = found->is_string() ? found->get<std::string>() : found->dump();
  // An item is one line of the table.
  for (char& c : text) c = c == '\n' || c == '\r' ? ' ' : c;
  return text;
}

/// "Wed, 25 Apr 2018 11:08:04 GMT" (RFC 7231, IMF-fixdate) as "2018-04-25T11:08:04Z"; any other text as it is.
std::string iso_of_http_date(const std::string& text) {
  constexpr std::string_view shape = "Www, dd Mmm yyyy hh:mm:ss GMT";
  constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                    "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  if (text.size() != shape.size() || !text.ends_with(" GMT") || text[3] != ',') return text;
  const auto month = std::find(months.begin(), months.end(), std::string_view(text).substr(8, 3));
  if (month == months.end()) return text;
  return fmt::format("{}-{:02}-{}T{}Z", text.substr(12, 4), month - months.begin() + 1, text.substr(5, 2),
                     text.substr(17, 8));
}

/// What the driver claimed, as cells; empty where nothing was.
struct Claim {
  std::string kwh, departure;
  bool is_there = false, was_changed = false;
};

Claim claim_of(const Json& item, const std::string& arrival) {
  Claim claim;
  const auto inputs = item.find("userInputs");
  if (inputs == item.end() || inputs->is_null() || (inputs->is_array() && inputs->empty())) return claim;
  claim.is_there = true;
  const bool is_list = inputs->is_array() &&
                       std::all_of(inputs->begin(), inputs->end(), [](const Json& one) { return one.is_object(); });
  if (!is_list) {
    claim.kwh = inputs->dump();  // no number: the row is named with it
    return claim;
  }

  const market::Calendar utc;
  const auto modified_ns = [&](const Json& one) {
    try {
      return market::parse_instant(iso_of_http_date(text_of_member(one, "modifiedAt")), utc);
    } catch (const market::TimeTextError&) {
      return kernel::time_never;  // without a time: as the list has them
    }
  };
  const auto first = std::min_element(inputs->begin(), inputs->end(),
                                      [&](const Json& a, const Json& b) { return modified_ns(a) < modified_ns(b); });
  claim.kwh = text_of_member(*first, "kWhRequested");
  claim.departure = iso_of_http_date(text_of_member(*first, "requestedDeparture"));
  claim.was_changed = inputs->size() > 1;

  const auto minutes = first->find("minutesAvailable");
  if (claim.departure.empty() && minutes != first->end() && minutes->is_number()) {
    try {
      const double most = 366.0 * 24.0 * 60.0;
      const double available_min = std::clamp(minutes->get<double>(), 0.0, most);
      claim.departure = utc.format_iso(market::parse_instant(arrival, utc) +
                                       static_cast<kernel::TimeNs>(available_min * kernel::minute_ns));
    } catch (const market::TimeTextError&) {  // the arrival itself is no time, and named as such
    }
  }
  return claim;
}

}  // namespace

bool is_json_name(std::string_view name) { return name.ends_with(".json") || name.ends_with(".json.gz"); }

AcnTable read_acn_json(const std::string& shown, const std::string& real) {
  const Json document = read_json_text(shown, real);
  const Json* items = &document;
  if (document.is_object()) {
    const auto found = document.find("_items");
    if (found == document.end())
      throw InputError(shown, 0,
                       "has no \"_items\"; sessions in JSON are ACN-Data's: {\"_items\": [{\"connectionTime\": ...}]}");
    items = &*found;
  }
  if (!items->is_array())
    throw InputError(shown, 0, "\"_items\" is no list; ACN-Data's are a list of sessions, each in braces");
  if (items->empty()) throw InputError(shown, 0, "no sessions: the list of items is empty");

  AcnTable table;
  table.text =
      "arrival,departure,requested_energy (kWh),delivered_energy (kWh),station_id,session_id,estimated_departure,"
      "claimed,driver\n";
  for (const Json& item : *items) {
    // What is no item stands where the arrival is due.
    const Json nothing = Json::object();
    const Json& from = item.is_object() ? item : nothing;
    const std::string arrival =
        item.is_object() ? iso_of_http_date(text_of_member(from, "connectionTime")) : item.dump();
    const Claim claim = claim_of(from, arrival);
    table.changed_claims += claim.was_changed ? 1U : 0U;
    const std::array cells{arrival,
                           iso_of_http_date(text_of_member(from, "disconnectTime")),
                           claim.kwh,
                           text_of_member(from, "kWhDelivered"),
                           text_of_member(from, "stationID"),
                           text_of_member(from, "sessionID"),
                           claim.departure,
                           std::string(claim.is_there ? "True" : "False"),
                           text_of_member(from, "userID")};
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (i > 0) table.text += ',';
      table.text += kernel::csv_cell(cells[i]);
    }
    table.text += '\n';
  }
  return table;
}

}  // namespace evtwin::sessions
