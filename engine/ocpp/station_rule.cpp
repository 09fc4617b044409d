#include "ocpp/station_rule.hpp"

#include <algorithm>
#include <stdexcept>

#include "ocpp/characters.hpp"

namespace evtwin::ocpp {

namespace {

using View = std::string_view;
using enum StationPlace::Kind;

constexpr std::uint32_t most_words = 40, most_cells = 20;
constexpr std::size_t most_value = 80;
constexpr std::size_t most_searched = 4096;

void add(std::vector<PlacedWord>& words, StationPlace::Kind kind, std::uint32_t index, std::string name, View word,
         Sender sender = Sender::unknown) {
  PlacedWord& one = words.emplace_back();
  one.place.kind = kind;
  one.place.index = index;
  one.place.name = std::move(name);
  one.word = word;
  one.sender = sender;
}

bool parts_words(char c) { return is_blank(c) || View("[](){}<>,;|\"'=\\\x60").find(c) != View::npos; }

std::string small(View text) {
  std::string letters;
  for (const char c : text) letters += to_lower(c);
  return letters;
}

// A date, a time of day, or a number as long as those since 1970; what stands beside them, too.
bool is_time(View word) {
  constexpr View beside =
      " am pm mon tue wed thu fri sat sun jan feb mar apr may jun jul aug sep oct nov dec utc gmt cet cest kst est edt "
      "pst pdt ";
  if (word.size() <= 4 && beside.find(" " + small(word) + " ") != View::npos) return true;
  if (word.empty() || !is_digit(word[0]) || is_card_address(word)) return false;
  const auto colons = std::count(word.begin(), word.end(), ':');
  if (colons >= 2) return true;
  const bool figures = std::all_of(word.begin(), word.end(), [](char c) {
    return is_digit(c) || c == '-' || c == '/' || c == '.' || c == ':' || c == 'T' || c == 'Z' || c == '+';
  });
  if (!figures) return false;
  const auto marks = [&](char c) { return std::count(word.begin(), word.end(), c); };
  const bool date = word.size() >= 8 && (marks('-') == 2 || marks('/') == 2 || (marks('.') == 2 && word.size() <= 10));
  // s, ms, us or ns since 1970, of the years 2001 to 2033.
  const bool epoch =
      word[0] == '1' && (word.size() == 10 || word.size() == 13 || word.size() == 16 || word.size() == 19);
  return date || (epoch && std::all_of(word.begin(), word.end(), is_digit));
}

View without_marks(View word) {
  while (!word.empty() && View(":.,-").find(word.back()) != View::npos) word.remove_suffix(1);
  while (!word.empty() && View(":,").find(word.front()) != View::npos) word.remove_prefix(1);
  return word;
}

struct Arrow {
  std::size_t begin = 0, end = 0;
  bool right = false;
};

// "->", "-->", ">>", "=>", "→" and their mirror images; a sign alone only between blanks.
std::vector<Arrow> arrows_of(View text) {
  std::vector<Arrow> arrows;
  for (std::size_t i = 0; i < text.size();) {
    if (const View three = text.substr(i, 3); three == "→" || three == "←") {
      arrows.push_back({i, i + 3, three == "→"});
      i += 3;
      continue;
    }
    if (View("<>-=").find(text[i]) == View::npos) {
      ++i;
      continue;
    }
    std::size_t end = i;
    while (end < text.size() && View("<>-=").find(text[end]) != View::npos) ++end;
    const View arrow = text.substr(i, end - i);
    const bool left = arrow.front() == '<', right = arrow.back() == '>';
    const bool alone = (i == 0 || is_blank(text[i - 1])) && (end == text.size() || is_blank(text[end]));
    if (left != right && (arrow.size() > 1 || alone)) arrows.push_back({i, end, right});
    i = end;
  }
  return arrows;
}

// The last part of a URL, which is where a station stands in it.
View last_of_url(View word) {
  if (word.find("://") == View::npos) return word;
  word = word.substr(0, word.find_first_of("?#"));
  while (!word.empty() && word.back() == '/') word.remove_suffix(1);
  return word.substr(word.rfind('/') + 1);  // there is one
}

// The word that ends before `at`, or begins behind it, with nothing but blanks and marks between.
View word_before(View text, std::size_t at) {
  while (at > 0 && parts_words(text[at - 1])) --at;
  std::size_t begin = at;
  while (begin > 0 && !parts_words(text[begin - 1])) --begin;
  return last_of_url(without_marks(text.substr(begin, at - begin)));
}
View word_behind(View text, std::size_t at) {
  while (at < text.size() && parts_words(text[at])) ++at;
  std::size_t end = at;
  while (end < text.size() && !parts_words(text[end])) ++end;
  return last_of_url(without_marks(text.substr(at, end - at)));
}

// name=value, "name":"value", also with the quotes escaped.
void add_keys(View text, std::vector<PlacedWord>& words) {
  const auto is_name = [](char c) {
    return is_letter(c) || is_digit(c) || c == '_' || c == '-' || c == '.' || c == '@';
  };
  for (std::size_t at = text.find_first_of("=:"); at != View::npos; at = text.find_first_of("=:", at + 1)) {
    std::size_t end = at;
    while (end > 0 && (text[end - 1] == '"' || text[end - 1] == '\'' || text[end - 1] == '\\')) --end;
    const bool quoted = end < at;
    std::size_t begin = end;
    while (begin > 0 && is_name(text[begin - 1])) --begin;
    if (begin == end || end - begin > 40) continue;
    std::size_t value = at + 1;
    while (value < text.size() &&
           (text[value] == ' ' || text[value] == '"' || text[value] == '\'' || text[value] == '\\'))
      ++value;
    if (text[at] == ':' && !quoted && (value == at + 1 || is_digit(text[begin]))) continue;
    if (value < text.size() && View("([{<").find(text[value]) != View::npos) continue;
    // In quotes a name may hold blanks.
    const char quote = value > at + 1 ? text[value - 1] : ' ';
    const bool may_be_long = quote == '"' || quote == '\'';
    std::size_t stop = value;
    while (stop < text.size() && stop - value < most_value &&
           (may_be_long ? text[stop] != '\n' : !is_blank(text[stop])) &&
           View("\"',;|]})\\").find(text[stop]) == View::npos)
      ++stop;
    if (may_be_long && (stop == text.size() || View("\"'\\").find(text[stop]) == View::npos))
      stop = std::min(text.find_first_of(" \t\"',;|]})\\\n", value), text.size());
    const View word = without_marks(text.substr(value, stop - value));
    if (!word.empty()) add(words, key, 0, small(text.substr(begin, end - begin)), word);
  }
}

void add_path(View text, std::vector<PlacedWord>& words) {
  std::size_t slash = text.find("://");
  if (slash != View::npos) {
    slash = text.find('/', slash + 3);
  } else {
    // A path begins a word; "</td>" is none.
    const auto begins = [&](std::size_t at) { return at == 0 || (parts_words(text[at - 1]) && text[at - 1] != '<'); };
    for (slash = text.find('/'); slash != View::npos && !begins(slash);) slash = text.find('/', slash + 1);
  }
  if (slash == View::npos) return;
  std::size_t end = slash;
  while (end < text.size() && !parts_words(text[end]) && text[end] != '?' && text[end] != '#') ++end;
  View whole = without_marks(text.substr(slash, end - slash));
  while (!whole.empty() && whole.back() == '/') whole.remove_suffix(1);
  const std::size_t last = whole.rfind('/');
  if (last != View::npos && last + 1 < whole.size()) add(words, path, 0, {}, whole.substr(last + 1));
}

std::vector<View> words_of(View text) {
  std::vector<View> plain;
  for (std::size_t at = 0; at < text.size() && plain.size() < most_words;) {
    if (parts_words(text[at])) {
      ++at;
      continue;
    }
    std::size_t end = at;
    while (end < text.size() && !parts_words(text[end])) ++end;
    const View one = without_marks(text.substr(at, end - at));
    at = end;
    const bool any = std::any_of(one.begin(), one.end(), [](char c) {
      return is_letter(c) || is_digit(c) || static_cast<unsigned char>(c) >= 0x80;
    });
    if (any && !is_time(one)) plain.push_back(one);
  }
  return plain;
}

void add_words(View text, std::vector<PlacedWord>& words) {
  const std::vector<View> plain = words_of(text);
  for (std::uint32_t i = 0; i < plain.size(); ++i) {
    if (plain[i].find_first_of("./:") != View::npos) {
      std::uint32_t number = 0;
      for (std::size_t at = 0; at < plain[i].size() && number < 15; ++number) {
        const std::size_t end = std::min(plain[i].find_first_of("./:", at), plain[i].size());
        if (end > at) add(words, segment, 16 * i + number, {}, plain[i].substr(at, end - at));
        at = end + 1;
      }
    }
    const std::size_t scheme = plain[i].find("://");
    const std::size_t slash = scheme == View::npos ? scheme : plain[i].find('/', scheme + 3);
    // The last part of a URL is a `path`.
    if (slash != View::npos && slash + 1 < plain[i].size()) continue;
    add(words, word, i, {}, plain[i]);
    add(words, last_word, static_cast<std::uint32_t>(plain.size()) - 1 - i, {}, plain[i]);
    const std::size_t mark = plain[i].find_last_of(".:/");
    add(words, part, i, {}, mark == View::npos ? plain[i] : plain[i].substr(mark + 1));
  }
}

// Rows without a head that is known: a name in them may hold blanks.
void add_cells(View text, std::vector<PlacedWord>& words) {
  for (const char separator : {'\t', ';', '|'}) {
    if (std::count(text.begin(), text.end(), separator) < 2) continue;
    std::uint32_t number = 0;
    for (std::size_t at = 0; at < text.size() && number < most_cells; ++number) {
      const std::size_t end = std::min(text.find(separator, at), text.size());
      View one = trim_blanks(text.substr(at, end - at));
      at = end + 1;
      if (one.size() >= 2 && one.front() == one.back() && (one.front() == '"' || one.front() == '\'')) {
        one.remove_prefix(1);
        one.remove_suffix(1);
      }
      if (!one.empty() && !is_time(one) && !is_time(one.substr(0, one.find(' ')))) add(words, cell, number, {}, one);
    }
    return;
  }
}

// Texts in single quotes, as SQL writes them.
void add_quoted(View text, std::vector<PlacedWord>& words) {
  std::uint32_t number = most_cells;
  for (std::size_t at = text.find('\''); at != View::npos && number < 2 * most_cells; ++number) {
    const std::size_t end = text.find('\'', at + 1);
    if (end == View::npos) return;
    const View one = text.substr(at + 1, end - at - 1);
    if (!one.empty() && one.size() <= most_value && !is_time(one.substr(0, one.find(' '))))
      add(words, cell, number, {}, one);
    at = text.find('\'', end + 1);
  }
}

// @returns the code unit of \uXXXX at `at`; 0: none there
std::uint32_t escaped_unit(View text, std::size_t at) {
  if (at + 6 > text.size() || text[at] != '\\' || text[at + 1] != 'u') return 0;
  std::uint32_t unit = 0;
  for (const char c : text.substr(at + 2, 4)) {
    const char low = to_lower(c);
    if (!is_digit(low) && (low < 'a' || low > 'f')) return 0;
    unit = 16 * unit + static_cast<std::uint32_t>(is_digit(low) ? low - '0' : low - 'a' + 10);
  }
  return unit;
}

}  // namespace

bool is_card_address(View word) {
  if (word.size() != 17) return false;
  for (std::size_t i = 0; i < word.size(); ++i) {
    const char low = to_lower(word[i]);
    const bool mark = i % 3 == 2;
    if (mark ? low != word[2] || (low != ':' && low != '-') : !is_digit(low) && (low < 'a' || low > 'f')) return false;
  }
  return true;
}

View plain_characters(View text, std::string& room) {
  std::size_t next = text.find("\\u");
  if (next == View::npos) return text;
  room.clear();
  for (std::size_t at = 0; at < text.size();) {
    std::uint32_t unit = at == next ? escaped_unit(text, at) : 0;
    if (at == next) next = text.find("\\u", at + 1);
    // Controls and halves of pairs are no letters of a name.
    const bool letter = unit >= 0x80 && (unit < 0xD800 || unit > 0xDFFF);
    if (!letter) {
      room += text[at++];
      continue;
    }
    if (unit < 0x800) {
      room += static_cast<char>(0xC0U | (unit >> 6U));
    } else {
      room += static_cast<char>(0xE0U | (unit >> 12U));
      room += static_cast<char>(0x80U | ((unit >> 6U) & 0x3FU));
    }
    room += static_cast<char>(0x80U | (unit & 0x3FU));
    at += 6;
    while (next != View::npos && next < at) next = text.find("\\u", at);
  }
  return room;
}

std::vector<PlacedWord> placed_words(View text, View after, const NamedCells* row) {
  std::vector<PlacedWord> words;
  if (row) {
    for (const NamedCell& one : *row)
      if (!one.text.empty()) add(words, key, 0, std::string(one.name), one.text);
  }
  if (after.size() >= 3) {
    after = after.substr(0, most_behind);
    const std::vector<View> plain = words_of(after);
    for (std::uint32_t i = 0; i < plain.size(); ++i) add(words, behind, i, {}, plain[i]);
    add_keys(after, words);
  }
  add_words(text, words);
  if (!row) add_cells(text, words);
  add_quoted(text, words);
  add_path(text, words);
  add_keys(text, words);
  for (const Arrow& arrow : arrows_of(text)) {
    const View left = word_before(text, arrow.begin), right = word_behind(text, arrow.end);
    if (left.empty() || right.empty()) continue;
    add(words, side, 0, std::string(right), left, arrow.right ? Sender::station : Sender::csms);
    add(words, side, 0, std::string(left), right, arrow.right ? Sender::csms : Sender::station);
  }
  return words;
}

StationRule StationRule::from_field(View name) {
  StationPlace place;
  place.kind = key;
  place.name = small(name);
  return {place, {}};
}

StationRule StationRule::from_regex(const std::string& expression) {
  StationRule rule;
  try {
    rule.regex_ = std::make_shared<const std::regex>(expression, std::regex::ECMAScript | std::regex::optimize);
  } catch (const std::regex_error&) {
    throw std::invalid_argument("'" + expression +
                                "' is no regular expression (ECMAScript's), as in '\\[(CP[0-9]+)\\]'");
  }
  rule.known_ = true;
  return rule;
}

StationRule::Found StationRule::find_station(View text, View after, const NamedCells* row) const {
  if (!known_) return {};
  if (regex_) {
    for (const View part : {text, after}) {
      std::match_results<View::const_iterator> match;
      const View looked_at = part.substr(0, most_searched);
      if (!std::regex_search(looked_at.begin(), looked_at.end(), match, *regex_)) continue;
      const auto& group = match[match.size() > 1 ? 1 : 0];
      return {looked_at.substr(static_cast<std::size_t>(group.first - looked_at.begin()),
                               static_cast<std::size_t>(group.length())),
              Sender::unknown};
    }
    return {};
  }
  const auto stripped = [&](View station) {
    if (station.size() > strip_.size() && station.substr(0, strip_.size()) == strip_)
      station.remove_prefix(strip_.size());
    return station;
  };
  if (row && place_.kind == key) {
    for (const NamedCell& one : *row)
      if (one.name == place_.name && !one.text.empty()) return {stripped(one.text), Sender::unknown};
  }
  for (const PlacedWord& one : placed_words(text, after, row)) {
    if (one.place == place_) return {stripped(one.word), one.sender};
  }
  return {};
}

}  // namespace evtwin::ocpp
