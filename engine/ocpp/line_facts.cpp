#include "ocpp/line_facts.hpp"

#include <algorithm>
#include <array>

#include "kernel/static_checks.hpp"
#include "ocpp/action_table.hpp"
#include "ocpp/characters.hpp"

namespace evtwin::ocpp {
namespace {

using View = std::string_view;

bool begins_with_letters(View word, View beginning) {
  return word.size() >= beginning.size() && same_letters(word.substr(0, beginning.size()), beginning);
}

std::size_t find_letters(View text, View what, std::size_t from = 0) {
  const auto found = std::search(text.begin() + static_cast<std::ptrdiff_t>(std::min(from, text.size())), text.end(),
                                 what.begin(), what.end(), [](char x, char y) { return to_lower(x) == y; });
  return found == text.end() ? View::npos : static_cast<std::size_t>(found - text.begin());
}

// Words that tell the way; those that end in a star also begin longer ones ("Receive16").
struct WayWord {
  View word;
  bool beginning;
  Way way;
};
constexpr std::array<WayWord, 16> way_words{{{"receiv", true, Way::received},
                                             {"recv", true, Way::received},
                                             {"incoming", true, Way::received},
                                             {"inbound", true, Way::received},
                                             {"rx", false, Way::received},
                                             {"from", false, Way::received},
                                             {"rcvd", false, Way::received},
                                             {"send", true, Way::sent},
                                             {"sent", true, Way::sent},
                                             {"outgoing", true, Way::sent},
                                             {"outbound", true, Way::sent},
                                             {"transmit", true, Way::sent},
                                             {"tx", false, Way::sent},
                                             {"to", false, Way::sent},
                                             {"수신", false, Way::received},
                                             {"송신", false, Way::sent}}};
static_assert(kernel::has_unique_keys(way_words, &WayWord::word));
static_assert(std::all_of(way_words.begin(), way_words.end(),
                          [](const WayWord& one) { return one.way != Way::unknown; }));

Way way_of_letters(View word) {
  for (const WayWord& one : way_words)
    if (one.beginning ? begins_with_letters(word, one.word) : same_letters(word, one.word)) return one.way;
  // Common words unless written as a label.
  if (word == "IN") return Way::received;
  if (word == "OUT") return Way::sent;
  return Way::unknown;
}

constexpr std::array<View, 9> station_words{
    "chargepoint", "chargingstation", "charging station", "charge point", "charger", "client", "station", "evse", "cp"};
constexpr std::array<View, 8> csms_words{"centralsystem", "central system", "csms",    "cms",
                                         "target",        "server",         "backend", "cs"};
static_assert(kernel::has_unique_keys(station_words) && kernel::has_unique_keys(csms_words));

// Where one of the words stands as a word of its own.
template <std::size_t Count>
std::size_t word_at(View text, const std::array<View, Count>& words, std::size_t& length) {
  for (const View word : words) {
    for (std::size_t at = find_letters(text, word); at != View::npos; at = find_letters(text, word, at + 1)) {
      const std::size_t end = at + word.size();
      if ((at > 0 && is_letter(text[at - 1])) || (end < text.size() && is_letter(text[end]))) continue;
      length = word.size();
      return at;
    }
  }
  return View::npos;
}

bool has_any(View text, std::initializer_list<View> parts) {
  return std::any_of(parts.begin(), parts.end(), [&](View part) { return text.find(part) != View::npos; });
}

// "ChargePoint>CentralSystem", "target->client".
Sender named_sides(View text) {
  std::size_t station_length = 0, csms_length = 0;
  const std::size_t station = word_at(text, station_words, station_length);
  if (station == View::npos) return Sender::unknown;
  const std::size_t csms = word_at(text, csms_words, csms_length);
  if (csms == View::npos) return Sender::unknown;
  const bool station_first = station < csms;
  const std::size_t begin = station_first ? station + station_length : csms + csms_length;
  const std::size_t end = station_first ? csms : station;
  if (end < begin || end - begin > 8) return Sender::unknown;
  const View between = text.substr(begin, end - begin);
  const bool onwards = has_any(between, {">", "&gt;", "→"}), back = has_any(between, {"<", "&lt;", "←"});
  if (onwards == back) {
    return same_letters(trim_blanks(between), "to") ? (station_first ? Sender::station : Sender::csms)
                                                    : Sender::unknown;
  }
  return station_first == onwards ? Sender::station : Sender::csms;
}

struct FoundWay {
  Way way = Way::unknown;
  std::size_t begin = 0;  // of the word or arrow
};

// The last word or arrow that tells a way.
FoundWay last_way(View text) {
  FoundWay found;
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    if (is_letter(c) || static_cast<unsigned char>(c) >= 0x80) {
      std::size_t end = i + 1;
      const bool ascii = is_letter(c);
      while (end < text.size() && (ascii ? is_letter(text[end]) : static_cast<unsigned char>(text[end]) >= 0x80)) ++end;
      const View word = text.substr(i, end - i);
      const Way way = word == "→" ? Way::sent : word == "←" ? Way::received : way_of_letters(word);

      // Beside a digit or an underscore it is a part of a name: `cp_to_csms`.
      const bool part_of_name =
          (i > 0 && (is_digit(text[i - 1]) || text[i - 1] == '_')) || (end < text.size() && text[end] == '_');

      if (way != Way::unknown && !part_of_name) found = {way, i};
      i = end;
    } else if (c == '<' || c == '>' || c == '-') {
      std::size_t end = i;
      while (end < text.size() && (text[end] == '<' || text[end] == '>' || text[end] == '-')) ++end;
      const View arrow = text.substr(i, end - i);
      // A single sign must stand alone: "<td>" has no arrows.
      const bool alone = (i == 0 || is_blank(text[i - 1])) && (end == text.size() || is_blank(text[end]));
      const bool long_right = arrow.size() > 3 && arrow.find_first_not_of('-') == arrow.size() - 1;
      const bool long_left = arrow.size() > 3 && arrow.find_last_not_of('-') == 0 && arrow[0] == '<';

      if (arrow == ">>" || arrow == "->" || arrow == "-->" || (long_right && arrow.back() == '>') ||
          (arrow == ">" && alone))
        found = {Way::sent, i};
      if (arrow == "<<" || arrow == "<-" || arrow == "<--" || long_left || (arrow == "<" && alone))
        found = {Way::received, i};
      i = end;
    } else {
      ++i;
    }
  }
  return found;
}

constexpr std::array<View, 13> station_keys{
    "chargeboxid=", "charge_box_id=", "chargepointid=", "charge_point_id=", "chargerid=", "charger_id=", "charger=",
    "chargepoint=", "stationid=",     "station_id=",    "station=",         "cpid=",      "cp="};
static_assert(std::all_of(station_keys.begin(), station_keys.end(), [](View key) { return key.back() == '='; }),
              "keyed_station() looks at lines with a = alone");

View value_after(View text, std::size_t at) {
  if (at < text.size() && text[at] == '"') {
    const std::size_t end = text.find('"', at + 1);
    return end == View::npos ? View() : text.substr(at + 1, end - at - 1);
  }
  std::size_t end = at;
  while (end < text.size() && !is_blank(text[end]) && View(",;]})\"'").find(text[end]) == View::npos) ++end;
  return text.substr(at, end - at);
}

View keyed_station(View text) {
  if (text.find('=') == View::npos) return {};
  for (const View key : station_keys) {
    for (std::size_t at = find_letters(text, key); at != View::npos; at = find_letters(text, key, at + 1)) {
      if (at > 0 && (is_letter(text[at - 1]) || text[at - 1] == '_')) continue;
      return value_after(text, at + key.size());
    }
  }
  return {};
}

// Looks like a name that somebody gave a station, not like a word of the logger.
bool may_be_name(View text) {
  if (text.empty() || text.size() > 64) return false;
  bool digit = false, mark = false, small = false, letter = false;
  for (const char c : text) {
    if (is_digit(c)) digit = true;
    if (c == '-' || c == '_') mark = true;
    if (c >= 'a' && c <= 'z') small = true;
    if (is_letter(c)) letter = true;
    if (!is_digit(c) && !is_letter(c) && c != '-' && c != '_' && c != '.' && c != '*' && c != '#' && c != '+' &&
        c != '@' && c != '|' && c != ':' && static_cast<unsigned char>(c) < 0x80)
      return false;
  }
  if (text.back() == ':' || !(letter || digit)) return false;
  if (!letter && text.find_first_of(":.") != View::npos) return false;  // a time of day, an address, a number
  constexpr std::array<View, 12> not_names{"INFO", "DEBUG", "TRACE", "WARN", "WARNING", "ERROR",
                                           "UTC",  "GMT",   "KST",   "CEST", "CET",     "OCPP"};
  if (std::find(not_names.begin(), not_names.end(), text) != not_names.end()) return false;
  return digit || mark || !small;
}

// "... ocpp:CP1: send ", "... - INFO - CP1: receive message ", "[ocpp] CP1: send ": the name may hold anything.
bool python_station(View prefix, View& station) {
  View rest = trim_blanks(prefix);
  for (const View tail : {View("receive message"), View("send message"), View("send")}) {
    if (rest.size() <= tail.size() || rest.substr(rest.size() - tail.size()) != tail) continue;
    rest.remove_suffix(tail.size());
    rest = trim_blanks(rest);

    if (rest.empty() || rest.back() != ':') return false;
    rest.remove_suffix(1);

    // The name begins behind the logger's mark; the most specific of these is tried first.
    std::size_t begin = 0;
    bool found = false;
    for (const View mark : {View("ocpp:"), View(" - "), View("[ocpp]"), View("] ")}) {
      if (const std::size_t at = rest.rfind(mark); at != View::npos) {
        begin = at + mark.size();
        found = true;
        break;
      }
    }
    if (!found) {  // "... INFO ocpp CP1: send", "INFO:     CP1: send": the last word
      if (const std::size_t blank = rest.find_last_of(" \t"); blank != View::npos) begin = blank + 1;
      if (rest.find("ocpp") == View::npos && !may_be_name(rest.substr(begin))) return false;
    }

    station = trim_blanks(rest.substr(begin));
    return true;
  }
  return false;
}

// "from CP1: ", "recv CP1: ", "=> CP1: ": the name between a word of the way and the colon before the frame.
View named_after_way(View prefix) {
  View rest = trim_blanks(prefix);
  if (rest.empty() || rest.back() != ':') return {};
  rest.remove_suffix(1);
  const std::size_t blank = rest.find_last_of(" \t");
  if (blank == View::npos) return {};
  const View name = rest.substr(blank + 1), before = trim_blanks(rest.substr(0, blank));
  const std::size_t word = before.find_last_of(" \t");
  const View last = before.substr(word == View::npos ? 0 : word + 1);
  if (way_of_letters(last) == Way::unknown && last != "=>" && last != "->" && last != "<-" && last != "for") return {};
  return name.find_first_of("\"'[]{}<>") == View::npos ? name : View();
}

// Rows of a table whose head is missing: "<time>,CP1,Heartbeat,": the column behind the time, where another follows.
View column_behind_time(View rest) {
  if (!rest.empty() && rest[0] == '"') rest.remove_prefix(1);
  if (rest.empty() || (rest[0] != ',' && rest[0] != ';')) return {};
  const std::size_t end = rest.find(rest[0], 1);
  if (end == View::npos) return {};
  View name = rest.substr(1, end - 1);
  if (name.size() > 2 && name.front() == '"' && name.back() == '"') name = name.substr(1, name.size() - 2);
  return may_be_name(name) && !find_action(name) ? name : View();
}

}  // namespace

View trimmed_name(View text) {
  text = trim_blanks(text);
  while (!text.empty() && View("\"'").find(text.front()) != View::npos) text.remove_prefix(1);
  while (!text.empty() && View("\"'").find(text.back()) != View::npos) text.remove_suffix(1);
  // A bracket that the name does not close, or did not open.
  for (const View pair : {View("()"), View("[]"), View("{}"), View("<>")}) {
    const auto opened = std::count(text.begin(), text.end(), pair[0]),
               closed = std::count(text.begin(), text.end(), pair[1]);
    if (opened > closed && text.front() == pair[0]) text.remove_prefix(1);
    if (closed > opened && text.back() == pair[1]) text.remove_suffix(1);
  }
  return text;
}

LineFacts way_of_word(View word) {
  LineFacts facts;
  facts.sender = named_sides(word);
  if (same_letters(word, "in")) facts.way = Way::received;
  if (same_letters(word, "out")) facts.way = Way::sent;
  if (facts.way == Way::unknown) facts.way = last_way(word).way;
  return facts;
}

LineFacts facts_of(View prefix, std::size_t after_stamp) {
  LineFacts facts;
  const View tail = prefix.substr(prefix.size() - std::min<std::size_t>(prefix.size(), 160));
  facts.blocked = tail.find("BLOCKED") != View::npos;
  const View end = trim_blanks(tail);
  facts.retold = end.size() > 6 && end.substr(end.size() - 6) == "TEXT '";
  if (tail.find('>') != View::npos || tail.find("&gt;") != View::npos || tail.find('<') != View::npos ||
      tail.find("→") != View::npos)
    facts.sender = named_sides(tail);
  const FoundWay found = last_way(tail);
  facts.way = found.way;

  View station;
  if (python_station(prefix, station)) {
    facts.station = station;
    return facts;
  }
  if (station = keyed_station(prefix); station.empty()) station = named_after_way(prefix);
  if (station.empty()) {
    // KEVIT: [TXT][CP1] : MESSAGE :
    if (const std::size_t at = prefix.find("][", after_stamp); at != View::npos) {
      const std::size_t close = prefix.find(']', at + 2);
      const View name = close == View::npos ? View() : prefix.substr(at + 2, close - at - 2);
      if (may_be_name(name) && prefix.find("MESSAGE", close) != View::npos) station = name;
    }
  }
  if (station.empty() && found.way != Way::unknown) {
    // "CP1 rx [", "CP1 <- [", "CP1 Received <code>[": the word before the way, if nothing else is between.
    const std::size_t way_at = prefix.size() - tail.size() + found.begin;
    const View before =
        trim_blanks(prefix.substr(std::min(after_stamp, way_at), way_at - std::min(after_stamp, way_at)));
    const std::size_t blank = before.find_last_of(" \t");
    const View name = before.substr(blank == View::npos ? 0 : blank + 1);
    const View between = prefix.substr(way_at);
    if (between.find("WS") == View::npos && may_be_name(name)) station = name;
  }
  if (station.empty() && after_stamp > 0) {
    // "<time> CP1 [", "<time> CP1 Request {": nothing but a name and perhaps a word behind the time.
    const View rest = trim_blanks(prefix.substr(std::min(after_stamp, prefix.size())));
    const std::size_t blank = rest.find_first_of(" \t");
    const View word = blank == View::npos ? View() : trim_blanks(rest.substr(blank));
    if (may_be_name(rest.substr(0, blank)) && word.find_first_of(" \t[]{}\"") == View::npos)
      station = rest.substr(0, blank);
  }
  if (station.empty() && after_stamp > 0 && after_stamp <= prefix.size())
    station = column_behind_time(prefix.substr(after_stamp));
  facts.station = trimmed_name(station);
  return facts;
}

View station_of_path(View line) {
  View path;
  if (const std::size_t at = line.find("GET /"); at != View::npos && line.find(" HTTP", at) != View::npos) {
    path = line.substr(at + 4, line.find(" HTTP", at) - at - 4);
  } else if (const std::size_t near = find_letters(line, "connection: /"); near != View::npos) {
    path = value_after(line, near + 12);
  } else if (std::size_t scheme = find_letters(line, "ws://");
             scheme != View::npos || (scheme = find_letters(line, "wss://")) != View::npos) {
    const std::size_t host = line.find("//", scheme) + 2, slash = line.find('/', host);
    if (slash == View::npos) return {};
    path = value_after(line, slash);
    // A blank or quote before the slash: a host without a path.
    if (line.substr(host, slash - host).find_first_of(" \t\"'") != View::npos) return {};
  } else {
    return {};
  }
  path = path.substr(0, path.find_first_of("?#"));
  while (!path.empty() && path.back() == '/') path.remove_suffix(1);
  const std::size_t slash = path.rfind('/');
  return slash == View::npos ? View() : path.substr(slash + 1);
}

LinkText link_of(View line, std::size_t after_stamp) {
  LinkText link;

  // All phrases have these letters and few lines do: one search spares twelve.
  const std::size_t at = find_letters(line, "onnect");
  if (at == View::npos) return link;

  struct Phrase {
    View text;
    bool connected;
    bool name_before;  // the station's name is the last word before the phrase; else it may follow
  };

  constexpr std::array<Phrase, 12> phrases{{{"connection is established", true, true},
                                            {"connection\tis\testablished", true, true},
                                            {"connection is closed", false, true},
                                            {"connection\tis\tclosed", false, true},
                                            {"is disconnected", false, true},
                                            {"is connected", true, true},
                                            {"websocket connection opened", true, true},
                                            {"websocket connection closed", false, true},
                                            {"charge point disconnected: ", false, false},
                                            {"charge point connected: ", true, false},
                                            {"charger disconnected: ", false, false},
                                            {"charger connected: ", true, false}}};
  static_assert(kernel::none_is_hidden(phrases, &Phrase::text,
                                       [](View earlier, View later) { return later.find(earlier) != View::npos; }),
                "the first phrase that is found counts");
  static_assert(std::all_of(phrases.begin(), phrases.end(),
                            [](const Phrase& phrase) {
                              return std::none_of(phrase.text.begin(), phrase.text.end(),
                                                  [](char c) { return c >= 'A' && c <= 'Z'; });
                            }),
                "find_letters() makes the line small, not the phrase");

  for (const Phrase& phrase : phrases) {
    const std::size_t found = find_letters(line, phrase.text);
    if (found == View::npos) continue;
    link.station = keyed_station(line.substr(0, found));
    if (link.station.empty() && !phrase.name_before) link.station = value_after(line, found + phrase.text.size());

    if (link.station.empty() && phrase.name_before) {
      const std::size_t from = std::min(after_stamp, found);
      const View before = trim_blanks(line.substr(from, found - from));
      const std::size_t blank = before.find_last_of(" \t");
      const View name = trimmed_name(before.substr(blank == View::npos ? 0 : blank + 1));
      if (may_be_name(name)) link.station = name;
    }

    link.found = !link.station.empty();
    link.connected = phrase.connected;
    return link;
  }
  return link;
}

View layout_name(View prefix) {
  struct Mark {
    View text, name;
  };
  constexpr std::array<Mark, 14> marks{{{"WebSocketLogger", "SteVe"},
                                        {"[ocpp] ", "Home Assistant"},
                                        {"- ocpp - ", "Python logging"},
                                        {":ocpp:", "Python logging"},
                                        {"JSON message ", "evcc"},
                                        {"[ocpp ", "evcc"},
                                        {"[msg-out]", "OCTT"},
                                        {"[msg-in]", "OCTT"},
                                        {"MessageLogService", "Java CSMS"},
                                        {"CentralSystem", "EVerest"},
                                        {"OCPPMiddleware", "OCPP.Core"},
                                        {"[client->target", "proxy"},
                                        {"[target->client", "proxy"},
                                        {"[TXT]", "KEVIT"}}};
  static_assert(kernel::none_is_hidden(marks, &Mark::text,
                                       [](View earlier, View later) { return later.find(earlier) != View::npos; }),
                "the first mark that is found counts");
  for (const Mark& mark : marks)
    if (prefix.find(mark.text) != View::npos) return mark.name;
  return trim_blanks(prefix).empty() ? View("bare frames") : View("lines with frames in them");
}

}  // namespace evtwin::ocpp
