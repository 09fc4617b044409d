#include "replay/identifier_fields.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string>
#include <unordered_set>

#include "ocpp/frame_text.hpp"

namespace evtwin::replay {
namespace {

using View = std::string_view;

// Lower case, without '_' and '-'. Of OCPP 1.6, 2.0.1 and 2.1, ISO 15118, OCPI 2.2.1, and what back ends call them;
// people, their vehicles, contracts, accounts and addresses.
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
                                              "evemaid",
                                              "contractid",
                                              "contractnumber",
                                              "contractno",
                                              "evcoid",
                                              "pcid",
                                              "visualnumber",
                                              "authid",
                                              "tokenuid",
                                              "tagid",
                                              "rfid",
                                              "rfidtag",
                                              "rfiduid",
                                              "rfidcard",
                                              "carduid",
                                              "cardid",
                                              "cardno",
                                              "cardnumber",
                                              "cardserial",
                                              "cardserialnumber",
                                              "badgeid",
                                              "userid",
                                              "username",
                                              "useremail",
                                              "userphone",
                                              "loginname",
                                              "driverid",
                                              "drivername",
                                              "driveremail",
                                              "driverphone",
                                              "customerid",
                                              "customername",
                                              "customernumber",
                                              "customerno",
                                              "customeremail",
                                              "customerphone",
                                              "customeraddress",
                                              "accountid",
                                              "accountnumber",
                                              "accountholder",
                                              "accountno",
                                              "memberid",
                                              "membernumber",
                                              "membershipid",
                                              "employeeid",
                                              "employeenumber",
                                              "email",
                                              "emailaddress",
                                              "mail",
                                              "phone",
                                              "phonenumber",
                                              "phoneno",
                                              "mobile",
                                              "mobilephone",
                                              "mobilenumber",
                                              "telephone",
                                              "tel",
                                              "telno",
                                              "telnr",
                                              "telnumber",
                                              "handy",
                                              "msisdn",
                                              "firstname",
                                              "lastname",
                                              "fullname",
                                              "familyname",
                                              "surname",
                                              "homeaddress",
                                              "billingaddress",
                                              "iban",
                                              "pan",
                                              "cardholder",
                                              "cardholdername",
                                              "creditcard",
                                              "creditcardnumber",
                                              "dateofbirth",
                                              "birthdate",
                                              "birthday",
                                              "plate",
                                              "plateno",
                                              "platenumber",
                                              "numberplate",
                                              "carplate",
                                              "vehicleplate",
                                              "licenseplate",
                                              "licenceplate",
                                              "licenseplatenumber",
                                              "licenceplatenumber",
                                              "vehicleregistration",
                                              "registrationnumber",
                                              "registrationno",
                                              "regno",
                                              "regnumber",
                                              "kennzeichen",
                                              "macaddress",
                                              "iccid",
                                              "imsi",
                                              "imei",
                                              "authorizationreference",
                                              "이름",
                                              "성명",
                                              "고객명",
                                              "회원명",
                                              "사용자명",
                                              "운전자명",
                                              "전화",
                                              "전화번호",
                                              "연락처",
                                              "휴대폰",
                                              "휴대폰번호",
                                              "휴대전화",
                                              "주소",
                                              "이메일",
                                              "생년월일",
                                              "차량번호",
                                              "번호판",
                                              "카드번호",
                                              "회원번호",
                                              "고객번호",
                                              "계좌번호"};
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

// Names that mean software as often as people ("driver": "postgres"): their value counts where it looks like a
// person's, with a figure, a blank, an @ or a letter beyond ASCII, for those that are people for the most part also
// with a capital at its beginning, and is none of the software's own users.
bool may_be_person(View name) {
  static const std::unordered_set<View> names{"customer", "driver",  "user",    "member", "account",   "owner",
                                              "person",   "contact", "holder",  "guest",  "customers", "drivers",
                                              "users",    "members", "persons", "people", "contacts",  "owners"};
  return names.contains(name);
}
bool is_mostly_person(View name) {
  return name == "customer" || name == "driver" || name == "member" || name == "user" || name == "person";
}
bool is_software_user(View lower_case) {
  static const std::unordered_set<View> names{
      "admin",  "administrator", "root", "system",  "operator", "service", "public",   "default",    "anonymous",
      "guest",  "test",          "csms", "backend", "server",   "client",  "postgres", "postgresql", "mysql",
      "sqlite", "oracle",        "odbc", "mongodb", "redis",    "kafka",   "docker",   "nginx",      "internal"};
  return names.contains(lower_case);
}
// In an object of a person; elsewhere these are of stations, hosts and texts.
bool is_of_person(View name) {
  static const std::unordered_set<View> names{"name",   "displayname", "nickname", "first",    "last",      "address",
                                              "street", "housenumber", "houseno",  "line1",    "line2",     "city",
                                              "town",   "zip",         "zipcode",  "postcode", "postalcode"};
  return names.contains(name);
}
// A postal address where it reads like one; hosts have some, too.
bool is_address(View name) { return name == "address" || name == "street" || name == "streetaddress"; }
// Cards: any value of theirs counts, also one without quotes and digits.
bool is_card(View name) { return name == "idtag" || name == "parentidtag" || name == "idtoken"; }
// Objects of OCPI whose `uid` is a card's; an EVSE has a uid, too.
bool is_token_object(View name) { return name == "cdrtoken" || name == "token"; }

// Of identifiers: "idTags".
bool is_plural(View name) {
  return name.ends_with('s') && identifier_names().contains(name.substr(0, name.size() - 1));
}

constexpr std::size_t longest_name = 32;
constexpr int most_others = 16;  ///< values of a list that name nobody, of which more are not looked at

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

// Backslashes, and quotes as JSON, CSV, Python, HTML and .NET (\u0022) write them.
std::size_t quote_bytes(View text, std::size_t at) {
  if (at >= text.size()) return 0;
  constexpr std::array<View, 5> entities{"&quot;", "&#34;", "&#x22;", "&#39;", "&apos;"};
  switch (text[at]) {
    case '"':
    case '\'':
    case '`':
    case '\\':
      return 1;
    case '&':
      for (const View entity : entities)
        if (text.substr(at).starts_with(entity)) return entity.size();
      return 0;
    case 'u':
      return at > 0 && text[at - 1] == '\\' && (text.substr(at, 5) == "u0022" || text.substr(at, 5) == "u0027") ? 5 : 0;
    default:
      return 0;
  }
}

std::size_t after_blanks(View text, std::size_t at) {
  while (at < text.size() && (text[at] == ' ' || text[at] == '\t')) ++at;
  return at;
}

std::size_t slashes_before(View text, std::size_t at, std::size_t from) {
  std::size_t count = 0;
  while (at > from + count && text[at - count - 1] == '\\') ++count;
  return count;
}

struct Value {
  IdentifierPlace place;
  bool object = false, quoted = false;
  bool list = false;     ///< of several: the place is that of one
  View name_quote{};     ///< of a list's name
  bool at_once = false;  ///< right behind '=' or ':': no prose
};

// Whether a quote behind `slashes` backslashes closes a string whose own quotes stand behind `own`. In a string of JSON
// n times inside others a quote has 2^n - 1 of them, one that belongs to the text 2^(n+1) - 1, and each backslash of
// the text 2^(n+1) more. COPY and Python double them all; where quotes have none that shows only in what follows.
bool closes_string(std::size_t slashes, std::size_t own, char next) {
  if (own > 0 && own % 2 == 0) slashes /= 2, own /= 2;
  if (slashes % (2 * (own + 1)) != own) return false;
  const bool may_be_doubled = own == 0 && slashes % 4 == 2;
  return !may_be_doubled || View(",}]):;= \t\r\n'<|").find(next) != View::npos;
}

// Where a string ends that begins at `at`; `open`: its opening quote, with its backslashes. A quote with fewer of them
// ends what the string stands in: it was cut off there.
Value quoted_value(View text, std::size_t at, View open) {
  const std::size_t own = std::min(open.find_first_not_of('\\'), open.size());
  const View quote = open.substr(own);
  const bool doubled = quote == "\"\"" || quote == "''";  // in a cell of CSV
  const std::size_t step = doubled ? 1 : quote.size();
  std::size_t line_end = at;  // looked for no further than to the next quote
  for (std::size_t i = at; (i = text.find(quote.substr(0, step), i)) != View::npos; i += step) {
    line_end = text.substr(0, i).find('\n', line_end);
    if (line_end != View::npos) break;
    line_end = i;
    const std::size_t slashes = slashes_before(text, i, at);
    if (quote.front() == 'u' && slashes == 0) continue;
    const std::size_t behind = i + quote.size();
    const bool cell_ends = doubled && (i + 1 >= text.size() || text[i + 1] != quote.front());
    if (cell_ends || slashes < own) return {{at, i - slashes, true}, false, true};
    if (closes_string(slashes, own, behind < text.size() ? text[behind] : '\n'))
      return {{at, i - own, false}, false, true};
    i = behind - step;
  }
  line_end = std::min(text.find('\n', line_end), text.size());
  while (line_end > at && text[line_end - 1] == '\r') --line_end;
  return {{at, line_end, true}, false, true};
}

// The value at `p`. A string in quotes like those of the name, else in any.
Value value_at(View text, std::size_t p, View name_quote) {
  if (!name_quote.empty() && name_quote.back() != '\\' && text.substr(p).starts_with(name_quote))
    return quoted_value(text, p + name_quote.size(), name_quote);
  std::size_t q = p;
  while (q < text.size() && text[q] == '\\') ++q;
  if (const std::size_t bytes = quote_bytes(text, q))
    return quoted_value(text, q + bytes, text.substr(p, q + bytes - p));

  if (text[p] == '{') return Value{{p, p, false}, true, false};
  const std::size_t end = std::min(text.find_first_of(" \t\r\n,}])>;&\"'\\", p), text.size());
  return Value{{p, end, false}, false, false, false, {}, text[p - 1] == '=' || text[p - 1] == ':'};
}

// The value of a list that begins at `p` or, behind blanks, in the next lines.
std::optional<Value> list_value(View text, std::size_t p, View name_quote) {
  p = text.find_first_not_of(" \t\r\n", p);
  if (p == View::npos) return std::nullopt;
  Value value = value_at(text, p, name_quote);
  value.list = true;
  value.name_quote = name_quote;
  return value;
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

  if (text[p] != '[') return value_at(text, p, name_quote);
  return list_value(text, p + 1, name_quote);
}

// The value of a list behind that one.
std::optional<Value> next_value(View text, const Value& value) {
  std::size_t p = value.place.end;
  while (const std::size_t bytes = quote_bytes(text, p)) p += bytes;
  p = after_blanks(text, p);
  if (!value.list || value.place.cut || p >= text.size() || text[p] != ',') return std::nullopt;
  return list_value(text, p + 1, value.name_quote);
}

bool has_at(View text) { return text.find('@') != View::npos; }

bool has_digit(View text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Of more than one word.
bool looks_postal(View text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return c == ' ' || static_cast<unsigned char>(c) >= 0x80; });
}

bool looks_personal(View text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || c == ' ' || c == '@' || static_cast<unsigned char>(c) >= 0x80;
  });
}

// Whether a value names somebody: not null, a status, or (outside quotes, but for cards) a word of prose.
bool names_somebody(const Value& value, View text, View name, bool in_person) {
  const View shown = text.substr(value.place.begin, value.place.end - value.place.begin);
  if (shown.find_first_not_of(" \t") == View::npos || shown.front() == '[') return false;
  std::array<char, longest_name> room{};
  if (is_protocol_word(folded(shown, room))) return false;
  if (may_be_person(name)) {
    if (is_software_user(folded(shown, room))) return false;
    const bool capital = shown.front() >= 'A' && shown.front() <= 'Z' && is_mostly_person(name);
    return value.quoted ? capital || looks_personal(shown) : has_digit(shown) || has_at(shown);
  }
  if (is_address(name) && !in_person) return value.quoted && looks_postal(shown);
  // Prose has a blank before its words: "vin: not told".
  return value.quoted || is_card(name) || has_digit(shown) || has_at(shown) || value.at_once;
}

// The word at [begin, end) as a name. Behind a backslash its first letters may be those of an escape: \nidTag,
// \u0022idTag.
View field_name(View text, std::size_t begin, std::size_t end, std::array<char, longest_name>& room) {
  const View word = text.substr(begin, end - begin);
  if (begin > 0 && text[begin - 1] == '\\') {
    const std::size_t escape = word.starts_with("u00") ? 5 : View("nrt").find(word.front()) != View::npos ? 1 : 0;
    const View rest = folded(word.substr(std::min(escape, word.size())), room);
    if (escape > 0 && (identifier_names().contains(rest) || may_be_person(rest) || is_address(rest))) return rest;
  }
  return folded(word, room);
}

// A word that JSON writes in escapes, as letters beyond ASCII are, in UTF-8 to `word`. @returns its bytes in the text,
// or 0
std::size_t escaped_word(View text, std::size_t at, std::string& word) {
  word.clear();
  std::size_t p = at;
  while (const std::optional<EscapedCharacter> next = escaped_character(text, p)) {
    if (next->code < 0x80) break;
    ocpp::append_utf8(word, next->code);
    p += next->bytes;
  }
  return p - at;
}

}  // namespace

bool is_word_byte(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         static_cast<unsigned char>(c) >= 0x80;
}

std::optional<EscapedCharacter> escaped_character(View text, std::size_t at) {
  std::size_t end = at;
  while (end < text.size() && text[end] == '\\') ++end;
  if (end == at || end + 5 > text.size() || text[end] != 'u') return std::nullopt;
  std::uint32_t code = 0;
  const char* const digits = text.data() + end + 1;
  if (std::from_chars(digits, digits + 4, code, 16).ptr != digits + 4) return std::nullopt;
  return EscapedCharacter{code, end + 5 - at};
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
  std::string word;
  for (std::size_t i = 0; i < text.size();) {
    const auto starts_name = [](char c) { return is_word_byte(c) || c == '_'; };
    // Once for a row of backslashes, at its first.
    const bool may_be_escaped = text[i] == '\\' && (i == 0 || text[i - 1] != '\\');
    const std::size_t escaped = may_be_escaped ? escaped_word(text, i, word) : 0;
    if (escaped == 0 && !starts_name(text[i])) {
      const bool opens = text[i] == '{' || text[i] == '[', closes = text[i] == '}' || text[i] == ']';
      if (depth_ > 0) depth_ += opens ? 1 : closes ? -1 : 0;
      // An object goes on in lines that are indented; where it was cut off, the next line is of something else.
      if (text[i] == '\n' && i + 1 < text.size() && View(" \t\r\n}").find(text[i + 1]) == View::npos) depth_ = 0;
      ++i;
      continue;
    }
    std::size_t end = i + escaped;
    while (escaped == 0 && end < text.size() && starts_name(text[end])) ++end;
    const View name = escaped > 0 ? View(word) : field_name(text, i, end, room);
    i = end;

    const bool in_person = depth_ > 0 && in_person_;
    const bool own_id = depth_ == own_depth_ && name == "id";
    const bool inside = depth_ > 0 && (name == "uid" || (in_person && (is_of_person(name) || own_id)));
    const bool identifier = identifier_names().contains(name) || inside || is_address(name);
    const bool secret = name == "authorizationkey" || name == "basicauthpassword";
    const bool object = is_token_object(name) || may_be_person(name);
    const bool several = !identifier && is_plural(name);
    if (!identifier && !secret && !object && !several) continue;
    std::optional<Value> value = value_behind(text, end);
    // Configuration: "key":"AuthorizationKey","value":"..."; its value is the next one on the line.
    if (secret && !value) {
      const std::size_t next = text.find("alue", end);
      if (next < std::min(text.find('\n', end), end + 60)) value = value_behind(text, next + 4);
    }
    if (!value || (several && !value->list)) continue;
    if (value->object) {
      if (object) {
        // What is a person's stays so in objects within: of a contact, of a card.
        in_person_ = may_be_person(name) || in_person;
        depth_ += value->list ? 2 : 1;
        own_depth_ = depth_;
        i = value->place.begin + 1;
      }
      continue;
    }
    if (is_token_object(name)) continue;
    // Each of a list's values up to the first that is an object: what is in that has names of its own.
    for (int others = 0; value && !value->object && others < most_others; value = next_value(text, *value)) {
      if (!names_somebody(*value, text, name, in_person)) {
        ++others;
        continue;
      }
      places_.push_back(value->place);
      i = value->place.end;
    }
  }
  return places_;
}

}  // namespace evtwin::replay
