#include "replay/identifier_fields.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <unordered_set>

namespace evtwin::replay {
namespace {

using View = std::string_view;

// Lower case, without '_' and '-'. Of OCPP 1.6, 2.0.1 and 2.1, ISO 15118, OCPI 2.2.1, and what back ends call them.
const std::unordered_set<View>& identifier_names() {
  static const std::unordered_set<View> names{"idtag",
                                              "parentidtag",
                                              "idtoken",
                                              "groupidtoken",
                                              "additionalidtoken",
                                              "vin",
                                              "vehiclevin",
                                              "evvin",
                                              "vehicleid",
                                              "evccid",
                                              "emaid",
                                              "contractid",
                                              "evcoid",
                                              "visualnumber",
                                              "authid",
                                              "tokenuid",
                                              "tagid",
                                              "rfid",
                                              "rfidtag",
                                              "rfiduid",
                                              "carduid",
                                              "cardid",
                                              "cardno",
                                              "cardnumber",
                                              "userid",
                                              "useremail",
                                              "driverid",
                                              "drivername",
                                              "customerid",
                                              "customername",
                                              "email",
                                              "phone",
                                              "phonenumber",
                                              "licenseplate",
                                              "licenceplate",
                                              "platenumber",
                                              "numberplate",
                                              "macaddress",
                                              "iccid",
                                              "imsi",
                                              "authorizationreference"};
  return names;
}

// Words that stand where an identifier may and name nobody: of JSON, of OCPP's statuses and tokens, its messages, of
// loggers. In lower case.
constexpr std::array<View, 60> protocol_words{"null",
                                              "none",
                                              "undefined",
                                              "true",
                                              "false",
                                              "nil",
                                              "nan",
                                              "accepted",
                                              "blocked",
                                              "expired",
                                              "invalid",
                                              "unknown",
                                              "concurrenttx",
                                              "nocredit",
                                              "available",
                                              "preparing",
                                              "charging",
                                              "suspendedev",
                                              "finishing",
                                              "suspendedevse",
                                              "reserved",
                                              "unavailable",
                                              "faulted",
                                              "occupied",
                                              "local",
                                              "remote",
                                              "central",
                                              "cable",
                                              "keycode",
                                              "iso14443",
                                              "iso15693",
                                              "macaddress",
                                              "rfid",
                                              "appuser",
                                              "adhocuser",
                                              "other",
                                              "rejected",
                                              "noauthorization",
                                              "authorize",
                                              "idtag",
                                              "idtoken",
                                              "string",
                                              "noerror",
                                              "heartbeat",
                                              "bootnotification",
                                              "statusnotification",
                                              "starttransaction",
                                              "stoptransaction",
                                              "metervalues",
                                              "transactionevent",
                                              "datatransfer",
                                              "info",
                                              "debug",
                                              "warning",
                                              "error",
                                              "trace",
                                              "ocpp",
                                              "session",
                                              "connector",
                                              "station"};

// Cards: any value of theirs counts, also one without quotes and digits.
bool is_card(View name) { return name == "idtag" || name == "parentidtag" || name == "idtoken"; }
// Objects of OCPI whose `uid` is a card's; an EVSE has a uid, too.
bool is_token_object(View name) { return name == "cdrtoken" || name == "token"; }

constexpr std::size_t longest_name = 32;

// A word in lower case without '_'; empty: longer than any name.
View folded(View word, std::array<char, longest_name>& room) {
  std::size_t size = 0;
  for (const char c : word) {
    if (c == '_' || c == '-') continue;
    if (size == room.size()) return {};
    room[size++] = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return {room.data(), size};
}

std::size_t quote_bytes(View text, std::size_t at) {
  if (at >= text.size()) return 0;
  if (text[at] == '"' || text[at] == '\'' || text[at] == '\\' || text[at] == '`') return 1;
  return text.substr(at, 6) == "&quot;" ? 6 : 0;
}

std::size_t after_blanks(View text, std::size_t at) {
  while (at < text.size() && (text[at] == ' ' || text[at] == '\t')) ++at;
  return at;
}

struct Value {
  IdentifierPlace place;
  bool object = false, quoted = false;
};

// Where a string ends that begins at `at` and is closed by `close`.
Value quoted_value(View text, std::size_t at, View close) {
  const std::size_t line_end = std::min(text.find('\n', at), text.size());
  std::size_t end = text.find(close, at);
  while (close.size() == 1 && end != View::npos && end > at && end < line_end && text[end - 1] == '\\')
    end = text.find(close, end + 1);  // escaped
  if (end != View::npos && end < line_end) return {{at, end, false}, false, true};
  end = line_end;
  while (end > at && text[end - 1] == '\r') --end;
  return {{at, end, true}, false, true};
}

// The value of the field whose name ends at `at`; none: no field.
std::optional<Value> value_behind(View text, std::size_t at) {
  std::size_t p = at;
  while (const std::size_t bytes = quote_bytes(text, p)) p += bytes;
  const View name_quote = text.substr(at, p - at);
  p = after_blanks(text, p);
  if (p >= text.size() || (text[p] != ':' && text[p] != '=')) return std::nullopt;
  ++p;
  if (p < text.size() && text[p] == '>') ++p;
  p = after_blanks(text, p);
  if (p >= text.size()) return std::nullopt;

  // A string in quotes like those of the name, else in any.
  if (!name_quote.empty() && text.substr(p).starts_with(name_quote))
    return quoted_value(text, p + name_quote.size(), name_quote);
  if (text.substr(p).starts_with("\\\"")) return quoted_value(text, p + 2, text.substr(p, 2));
  if (text[p] == '"' || text[p] == '\'') return quoted_value(text, p + 1, text.substr(p, 1));

  if (text[p] == '{') return Value{{p, p, false}, true, false};
  const std::size_t end = std::min(text.find_first_of(" \t\r\n,}])>;&\"'\\", p), text.size());
  return Value{{p, end, false}, false, false};
}

bool has_digit(View text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Whether a value names somebody: not null, a status, or (outside quotes, but for cards) a word of prose.
bool names_somebody(const Value& value, View text, bool card) {
  const View shown = text.substr(value.place.begin, value.place.end - value.place.begin);
  if (shown.find_first_not_of(" \t") == View::npos || shown.front() == '[') return false;
  std::array<char, longest_name> room{};
  if (is_protocol_word(folded(shown, room))) return false;
  return value.quoted || card || has_digit(shown);
}

}  // namespace

bool is_word_byte(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         static_cast<unsigned char>(c) >= 0x80;
}

bool is_protocol_word(View lower_case) {
  static const std::unordered_set<View> words(protocol_words.begin(), protocol_words.end());
  return words.contains(lower_case);
}

bool IdentifierFields::names_identifier(View name) {
  std::array<char, longest_name> room{};
  return identifier_names().contains(folded(name, room));
}

const std::vector<IdentifierPlace>& IdentifierFields::find_values(View text) {
  places_.clear();
  std::array<char, longest_name> room{};
  for (std::size_t i = 0; i < text.size();) {
    const auto starts_name = [](char c) { return is_word_byte(c) || c == '_'; };
    if (!starts_name(text[i])) {
      if (token_depth_ > 0) token_depth_ += text[i] == '{' ? 1 : text[i] == '}' ? -1 : 0;
      ++i;
      continue;
    }
    std::size_t end = i;
    while (end < text.size() && starts_name(text[end])) ++end;
    const View name = folded(text.substr(i, end - i), room);
    i = end;

    const bool identifier = identifier_names().contains(name) || (token_depth_ > 0 && name == "uid");
    const bool secret = name == "authorizationkey" || name == "basicauthpassword";
    if (!identifier && !secret && !is_token_object(name)) continue;
    std::optional<Value> value = value_behind(text, end);
    // Configuration: "key":"AuthorizationKey","value":"..."; its value is the next one on the line.
    if (secret && !value) {
      const std::size_t next = text.find("alue", end);
      if (next < std::min(text.find('\n', end), end + 60)) value = value_behind(text, next + 4);
    }
    if (!value) continue;
    if (value->object) {
      if (is_token_object(name)) token_depth_ = 1, i = value->place.begin + 1;
      continue;
    }
    if (is_token_object(name) || !names_somebody(*value, text, is_card(name))) continue;
    places_.push_back(value->place);
    i = value->place.end;
  }
  return places_;
}

}  // namespace evtwin::replay
