#include "sessions/json_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>

#include "kernel/text.hpp"
#include "sessions/text_file.hpp"

namespace evtwin::sessions {
namespace {

using nlohmann::json;

/// A scalar as a cell's text; empty where it is missing, null, a list or an object.
std::string cell_of(const json& item, const char* key) {
  const auto found = item.find(key);
  if (found == item.end()) return {};
  if (found->is_string()) return found->get<std::string>();
  return found->is_number() || found->is_boolean() ? found->dump() : std::string();
}

/// "Wed, 25 Apr 2018 11:08:04 GMT" (RFC 7231) as ISO 8601; any other text as it is.
std::string iso_of(const std::string& text) {
  constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  if (text.size() != 29 || text.substr(3, 2) != ", " || !text.ends_with(" GMT")) return text;
  const auto month = std::find(months.begin(), months.end(), text.substr(8, 3));
  if (month == months.end()) return text;
  return fmt::format("{}-{:02}-{}T{}Z", text.substr(12, 4), month - months.begin() + 1, text.substr(5, 2),
                     text.substr(17, 8));
}

void add_cell(std::string& row, std::string_view text, bool last = false) {
  row += '"';
  for (const char c : text) {
    if (c == '"') row += '"';
    row += c == '\n' || c == '\r' ? ' ' : c;  // a row is a line
  }
  row += last ? "\"\n" : "\",";
}

/// What the driver said on arrival; null: nothing.
const json* first_input(const json& item) {
  const auto inputs = item.find("userInputs");
  if (inputs == item.end() || !inputs->is_array() || inputs->empty()) return nullptr;
  return inputs->front().is_object() ? &inputs->front() : nullptr;
}

void add_item(std::string& table, const json& item) {
  const json nothing = json::object();
  const json& of = item.is_object() ? item : nothing;
  const json* const said = first_input(of);
  add_cell(table, iso_of(cell_of(of, "connectionTime")));
  add_cell(table, iso_of(cell_of(of, "disconnectTime")));
  add_cell(table, said == nullptr ? std::string() : iso_of(cell_of(*said, "requestedDeparture")));
  add_cell(table, said == nullptr ? std::string() : cell_of(*said, "kWhRequested"));
  add_cell(table, cell_of(of, "kWhDelivered"));
  add_cell(table, cell_of(of, "stationID"));
  add_cell(table, cell_of(of, "sessionID"));
  add_cell(table, cell_of(of, "userID"));
  add_cell(table, said == nullptr ? "false" : "true", true);
}

/// The list of sessions; null: there is none of a layout that is known.
const json* items_of(const json& root) {
  const json* items = &root;
  if (root.is_object()) {
    const auto found = root.find("_items");
    if (found == root.end()) return nullptr;
    items = &*found;
  }
  if (!items->is_array()) return nullptr;
  const bool known = items->empty() || std::any_of(items->begin(), items->end(), [](const json& item) {
                       return item.is_object() && item.contains("connectionTime");
                     });
  return known ? items : nullptr;
}

}  // namespace

bool is_json_text(std::string_view text) {
  const auto next_of = [text](std::size_t from) { return text.find_first_not_of(" \t\r\n", from); };
  const std::size_t first = next_of(0);
  if (first == std::string_view::npos) return false;
  if (text[first] == '{') return true;
  const std::size_t second = next_of(first + 1);
  return text[first] == '[' && second != std::string_view::npos && (text[second] == '{' || text[second] == ']');
}

std::string table_of_json(const std::string& shown, std::string_view text) {
  json root;
  try {
    root = json::parse(text);
  } catch (const json::parse_error& error) {
    const auto line =
        1 +
        std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(std::min(error.byte, text.size())), '\n');
    throw InputError(shown, static_cast<std::size_t>(line),
                     fmt::format("is no JSON from byte {} on; it may be cut off: export it again", error.byte));
  } catch (const json::exception&) {
    throw InputError(shown, 0, "holds a number beyond all that there are; export it again");
  }
  const json* const items = items_of(root);
  if (items == nullptr)
    throw InputError(
        shown, 0,
        "is JSON, but not ACN-Data's sessions ({\"_items\": [{\"connectionTime\": ...}]}); give them, or a CSV");

  std::string table =
      "arrival,departure,estimated_departure,requested_energy (kWh),delivered_energy "
      "(kWh),station_id,session_id,driver,"
      "claimed\n";
  for (const json& item : *items) add_item(table, item);
  return table;
}

}  // namespace evtwin::sessions
