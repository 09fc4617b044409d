#include "sessions/column_words.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

#include "kernel/static_checks.hpp"
#include "sessions/column_money.hpp"

namespace evtwin::sessions {
namespace {

constexpr std::array units{
    NamedUnit{"w", Dimension::power, 1, 1000, "W"},
    NamedUnit{"watt", Dimension::power, 1, 1000, "W"},
    NamedUnit{"watts", Dimension::power, 1, 1000, "W"},
    NamedUnit{"kw", Dimension::power, 1, 1, "kW"},
    NamedUnit{"kwe", Dimension::power, 1, 1, "kW"},
    NamedUnit{"kwel", Dimension::power, 1, 1, "kW"},
    NamedUnit{"kwac", Dimension::power, 1, 1, "kW"},
    NamedUnit{"kwdc", Dimension::power, 1, 1, "kW"},
    NamedUnit{"kilowatt", Dimension::power, 1, 1, "kW"},
    NamedUnit{"kilowatts", Dimension::power, 1, 1, "kW"},
    NamedUnit{"mw", Dimension::power, 1000, 1, "MW"},
    NamedUnit{"mwe", Dimension::power, 1000, 1, "MW"},
    NamedUnit{"mwel", Dimension::power, 1000, 1, "MW"},
    NamedUnit{"mwac", Dimension::power, 1000, 1, "MW"},
    NamedUnit{"mwdc", Dimension::power, 1000, 1, "MW"},
    NamedUnit{"megawatt", Dimension::power, 1000, 1, "MW"},
    NamedUnit{"megawatts", Dimension::power, 1000, 1, "MW"},
    NamedUnit{"gw", Dimension::power, 1e6, 1, "GW"},
    NamedUnit{"gigawatt", Dimension::power, 1e6, 1, "GW"},
    NamedUnit{"gigawatts", Dimension::power, 1e6, 1, "GW"},
    NamedUnit{"tw", Dimension::power, 1e9, 1, "TW"},
    NamedUnit{"wh", Dimension::energy, 1, 1000, "Wh"},
    NamedUnit{"watthour", Dimension::energy, 1, 1000, "Wh"},
    NamedUnit{"watthours", Dimension::energy, 1, 1000, "Wh"},
    NamedUnit{"kwh", Dimension::energy, 1, 1, "kWh"},
    NamedUnit{"kwhe", Dimension::energy, 1, 1, "kWh"},
    NamedUnit{"kwhel", Dimension::energy, 1, 1, "kWh"},
    NamedUnit{"kilowatthour", Dimension::energy, 1, 1, "kWh"},
    NamedUnit{"kilowatthours", Dimension::energy, 1, 1, "kWh"},
    NamedUnit{"kilowattstunde", Dimension::energy, 1, 1, "kWh"},
    NamedUnit{"kilowattstunden", Dimension::energy, 1, 1, "kWh"},
    NamedUnit{"mwh", Dimension::energy, 1000, 1, "MWh"},
    NamedUnit{"mwhe", Dimension::energy, 1000, 1, "MWh"},
    NamedUnit{"mwhel", Dimension::energy, 1000, 1, "MWh"},
    NamedUnit{"megawatthour", Dimension::energy, 1000, 1, "MWh"},
    NamedUnit{"megawatthours", Dimension::energy, 1000, 1, "MWh"},
    NamedUnit{"megawattstunde", Dimension::energy, 1000, 1, "MWh"},
    NamedUnit{"megawattstunden", Dimension::energy, 1000, 1, "MWh"},
    NamedUnit{"gwh", Dimension::energy, 1e6, 1, "GWh"},
    NamedUnit{"twh", Dimension::energy, 1e9, 1, "TWh"},
    NamedUnit{"j", Dimension::energy, 1, 3.6e6, "J"},
    NamedUnit{"kj", Dimension::energy, 1, 3600, "kJ"},
    NamedUnit{"mj", Dimension::energy, 1, 3.6, "MJ"},
    NamedUnit{"gj", Dimension::energy, 1000, 3.6, "GJ"},
    NamedUnit{"va", Dimension::apparent, 1, 1000, "VA"},
    NamedUnit{"kva", Dimension::apparent, 1, 1, "kVA"},
    NamedUnit{"mva", Dimension::apparent, 1000, 1, "MVA"},
    NamedUnit{"mg", Dimension::mass, 1, 1e6, "mg"},
    NamedUnit{"g", Dimension::mass, 1, 1000, "g"},
    NamedUnit{"gram", Dimension::mass, 1, 1000, "g"},
    NamedUnit{"grams", Dimension::mass, 1, 1000, "g"},
    NamedUnit{"kg", Dimension::mass, 1, 1, "kg"},
    NamedUnit{"t", Dimension::mass, 1000, 1, "t"},
    NamedUnit{"ton", Dimension::mass, 1000, 1, "t"},
    NamedUnit{"tons", Dimension::mass, 1000, 1, "t"},
    NamedUnit{"tonne", Dimension::mass, 1000, 1, "t"},
    NamedUnit{"tonnes", Dimension::mass, 1000, 1, "t"},
    // The avoirdupois pound of the agreement of 1959, and 2000 of them.
    NamedUnit{"lb", Dimension::mass, 0.45359237, 1, "lb"},
    NamedUnit{"lbs", Dimension::mass, 0.45359237, 1, "lb"},
    NamedUnit{"short ton", Dimension::mass, 907.18474, 1, "short tons"},
};
static_assert(kernel::has_unique_keys(units, &NamedUnit::word));
static_assert(2000 * 0.45359237 == 907.18474, "pounds of a short ton");

/// Installed PV: kW (or W) of peak power.
constexpr std::array peaks{NamedUnit{"wp", Dimension::power, 1, 1000, "Wp"},
                           NamedUnit{"kwp", Dimension::power, 1, 1, "kWp"},
                           NamedUnit{"mwp", Dimension::power, 1000, 1, "MWp"}};

/// Units that end a word without a sign before them: netload_kwh as well as netloadkwh. In the order in which they are
/// tried.
constexpr auto endings = std::to_array<std::string_view>(
    {"kwhel", "mwhel", "kwhe", "mwhe", "kwh", "mwh", "gwh", "kwp", "mwp", "kw", "mw", "gw"});
static_assert(kernel::none_is_hidden(endings, kernel::RowItself{},
                                     [](std::string_view earlier, std::string_view later) {
                                       return later.ends_with(earlier);
                                     }),
              "the first that fits is cut off");

constexpr auto other_units = std::to_array<std::string_view>(
    {"%",       "‰",    "pct",  "percent", "pu",    "a",     "ma",        "ka",        "amp",    "amps", "ampere",
     "amperes", "v",    "kv",   "mv",      "volt",  "volts", "ah",        "mah",       "kah",    "hp",   "bhp",
     "ps",      "btu",  "kbtu", "mbtu",    "mmbtu", "btuh",  "mbh",       "therm",     "therms", "thm",  "cal",
     "kcal",    "mcal", "tr",   "kvar",    "mvar",  "kvarh", "varh",      "kvah",      "hz",     "°c",   "°f",
     "°",       "degc", "degf", "kelvin",  "bar",   "mwth",  "kwth",      "kwhth",     "mwhth",  "kwp",  "wp",
     "mwp",     "m2",   "m^2",  "m3",      "m^3",   "tce",   "milliwatt", "milliwatts"});
static_assert(kernel::has_unique_keys(other_units));

/// Short words beside units that are none, and words of any length that stand before '/'.
constexpr auto plain_words = std::to_array<std::string_view>(
    {"in",       "of",        "at",        "on",     "by",     "for",         "the",      "and",   "or",   "an",
     "im",       "net",       "pv",        "ev",     "ac",     "dc",          "el",       "all",   "day",  "own",
     "ref",      "raw",       "est",       "act",    "no",     "avg",         "min",      "max",   "sum",  "std",
     "med",      "vat",       "inc",       "exc",    "incl",   "excl",        "de",       "lu",    "utc",  "cet",
     "dst",      "smp",       "lmp",       "dam",    "rtm",    "rt",          "da",       "id",    "15",   "energy",
     "power",    "total",     "gross",     "spot",   "market", "index",       "value",    "ahead", "buy",  "sell",
     "import",   "export",    "fee",       "levy",   "charge", "supply",      "grid",     "moer",  "aoer", "carbon",
     "emission", "emissions", "intensity", "factor", "ghg",    "electricity", "wholesale"});
static_assert(kernel::has_unique_keys(plain_words));

/// Parts of words for prices in several languages.
constexpr auto price_words =
    std::to_array<std::string_view>({"price", "preis", "pris", "prix", "preci", "prezz", "prijs", "cena", "tari",
                                     "cost", "kost", "rate", "가격", "요금", "단가", "价"});

constexpr auto statistics = std::to_array<std::string_view>(
    {"avg",    "average",  "mean", "max",   "maximum",       "min",      "minimum", "median",
     "sum",    "total",    "net",  "gross", "hourly",        "daily",    "value",   "values",
     "actual", "forecast", "raw",  "inst",  "instantaneous", "measured", "est",     "mittel"});
static_assert(kernel::has_unique_keys(statistics));

template <std::size_t n>
bool holds(const std::array<std::string_view, n>& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Signs of other scripts as the plain ones; superscripts as ^2.
struct Sign {
  std::string_view written, plain;
};
constexpr std::array signs{
    Sign{"\u00a0", " "},  Sign{"\u2007", " "},  Sign{"\u2009", " "},  Sign{"\u202f", " "},  Sign{"\u3000", " "},
    Sign{"\ufeff", " "},  Sign{"\u00b7", "*"},  Sign{"\u22c5", "*"},  Sign{"\u2219", "*"},  Sign{"\u2022", "*"},
    Sign{"\u00d7", "*"},  Sign{"\u2215", "/"},  Sign{"\u2044", "/"},  Sign{"\uff0f", "/"},  Sign{"\uff08", "("},
    Sign{"\uff09", ")"},  Sign{"\u3010", "("},  Sign{"\u3011", ")"},  Sign{"\uff3b", "["},  Sign{"\uff3d", "]"},
    Sign{"\u2013", "-"},  Sign{"\u2014", "-"},  Sign{"\u2010", "-"},  Sign{"\u2011", "-"},  Sign{"\u2212", "-"},
    Sign{"\uff0c", ","},  Sign{"\u00b9", "^1"}, Sign{"\u00b2", "^2"}, Sign{"\u00b3", "^3"}, Sign{"\u2070", "^0"},
    Sign{"\u2074", "^4"}, Sign{"\u2075", "^5"}, Sign{"\u2076", "^6"}, Sign{"\u2079", "^9"}, Sign{"\u207b", "^"},
    Sign{"\u2080", "0"},  Sign{"\u2081", "1"},  Sign{"\u2082", "2"},  Sign{"\u2083", "3"},  Sign{"\uff05", "%"},
    Sign{"\u33be", "kW"}, Sign{"\u33bf", "MW"}, Sign{"\u338f", "kg"},
};
static_assert(kernel::has_unique_keys(signs, &Sign::written));

std::string with_plain_signs(std::string_view name) {
  std::string out;
  for (std::size_t i = 0; i < name.size();) {
    const auto sign = std::find_if(signs.begin(), signs.end(),
                                   [&](const Sign& one) { return name.substr(i).starts_with(one.written); });
    if (sign == signs.end()) {
      out += name[i++];
    } else {
      out += sign->plain;
      i += sign->written.size();
    }
  }
  return out;
}

// Lets a sign that is also a syllable (원) be one only by itself.
bool is_east_asian(std::string_view text, std::size_t at) {
  return at < text.size() && static_cast<unsigned char>(text[at]) >= 0xe3 &&
         static_cast<unsigned char>(text[at]) < 0xee;
}

bool is_whole_sign(std::string_view name, std::size_t at, std::size_t size) {
  if (!is_east_asian(name, at)) return true;
  return !is_east_asian(name, at + size) && !(at >= 3 && is_east_asian(name, at - 3));
}

// Whether a word of letters and digits may stand before a unit that touches it.
bool may_touch(std::string_view head) {
  const std::string small = small_letters(head);
  const bool letters = std::any_of(head.begin(), head.end(), [](char c) { return !is_digit(c); });
  const NameWord word{std::string(head), small};
  return letters && (head.size() >= 3 || small == "pv" || small == "ev" || named_unit(small) != nullptr ||
                     named_money({&word, 1}, 0, "").has_value());
}

void split_word(const std::string& word, std::vector<std::string>& parts) {
  const std::string small = small_letters(word);
  if (named_unit(small) != nullptr || peak_unit(small) != nullptr || is_substance(small)) return parts.push_back(word);

  // EURperMWh, netloadkwh: a unit at the end, perhaps with "per" before it.
  for (const std::string_view ending : endings) {
    if (!small.ends_with(ending)) continue;
    std::string head = word.substr(0, word.size() - ending.size());
    const bool per = small_letters(head).ends_with("per");
    if (per) head.resize(head.size() - 3);
    if (head.empty() ? !per : !may_touch(head)) break;
    if (!head.empty()) split_word(head, parts);
    if (per) parts.emplace_back("/");
    return parts.push_back(word.substr(word.size() - ending.size()));
  }

  // loadW, kWAvg: a capital behind a small letter, and one before a small letter behind capitals.
  for (std::size_t i = 1; i < word.size(); ++i) {
    const bool rises = is_lower(word[i - 1]) && is_upper(word[i]);
    const bool begins = i + 1 < word.size() && is_upper(word[i - 1]) && is_upper(word[i]) && is_lower(word[i + 1]);
    const std::string head = word.substr(0, i), tail = word.substr(i);
    const bool unit = i >= 2 && named_unit(small_letters(head)) != nullptr;
    if ((rises && i >= 2 && !is_digit(word.front())) || (begins && unit)) {
      split_word(head, parts);
      return split_word(tail, parts);
    }
  }
  parts.push_back(word);
}

std::size_t leading_digits(std::string_view word) {
  return static_cast<std::size_t>(std::find_if(word.begin(), word.end(), [](char c) { return !is_digit(c); }) -
                                  word.begin());
}

// Joins kW and h, 15 and min, short and ton; parts 100kWh behind '/' or in brackets; "pro kWh" is "per kWh".
std::vector<NameWord> joined(const std::vector<NameWord>& words) {
  std::vector<NameWord> out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    NameWord word = words[i];
    const NameWord* next = i + 1 < words.size() && words[i + 1].group == word.group ? &words[i + 1] : nullptr;
    const NamedUnit* unit = named_unit(word.small);
    const NamedUnit* next_unit = next != nullptr ? named_unit(next->small) : nullptr;
    const std::size_t digits = leading_digits(word.small);
    const bool behind_per = !out.empty() && out.back().text == "/";

    // kW and h are energy, also where they are written apart.
    if (next != nullptr && !next->after_comma && unit != nullptr && unit->dimension == Dimension::power &&
        is_hour(next->small)) {
      word.text = word.small = small_letters(unit->shown) + "h";
      ++i;
    } else if (next != nullptr && is_number(word.small) && hours_of(next->small) > 0.0) {
      word.text += " " + next->text;
      word.small += next->small;
      ++i;
    } else if (next_unit != nullptr && next_unit->dimension == Dimension::mass && word.small == "short") {
      word.text = "short ton";
      word.small = "short ton";
      ++i;
    } else if (digits > 0 && digits < word.small.size() && (behind_per || word.group > 0) &&
               named_unit(std::string_view(word.small).substr(digits)) != nullptr) {
      // Elsewhere than behind '/' or in brackets, digits before a unit may be a part of a name.
      NameWord number = word;
      number.text = number.small = word.small.substr(0, digits);
      out.push_back(number);
      word.text = word.text.substr(digits);
      word.small = word.small.substr(digits);
      word.after_comma = false;
    } else if (next_unit != nullptr && !out.empty() &&
               (word.small == "pro" || word.small == "je" || word.small == "par" || word.small == "por")) {
      word.text = word.small = "/";
    }

    out.push_back(word);
  }
  return out;
}

}  // namespace

std::string small_letters(std::string_view text) {
  std::string out(text);
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto byte = static_cast<unsigned char>(out[i]);
    const bool latin = i > 0 && static_cast<unsigned char>(out[i - 1]) == 0xc3 && byte >= 0x80 && byte <= 0x9e;
    if (is_upper(out[i]) || latin) out[i] = static_cast<char>(byte + 0x20);
  }
  return out;
}

std::vector<NameWord> name_words(std::string_view written) {
  const std::string name = with_plain_signs(written);
  std::vector<NameWord> words;
  std::string word;
  std::vector<int> open;
  int groups = 0;
  bool comma = false, apart = true;

  const auto put = [&](const std::string& text, bool touches) {
    const std::string small = small_letters(text);
    const bool per = small == "per";
    words.push_back({per ? "/" : text, per ? "/" : small, open.empty() ? 0 : open.back(), comma, touches});
    comma = apart = false;
  };

  const auto close = [&] {
    if (word.empty()) return;
    std::vector<std::string> parts;
    split_word(word, parts);
    word.clear();
    for (std::size_t i = 0; i < parts.size(); ++i) put(parts[i], i == 0 && !apart);
  };

  // Signs of money, '/' and '%' are words by themselves; letters, digits and '^' make words; all else parts them.
  for (std::size_t i = 0; i < name.size();) {
    const char c = name[i];
    std::size_t sign = money_sign(std::string_view(name).substr(i));
    if (sign > 0 && !is_whole_sign(name, i, sign)) sign = 0;
    if (sign == 0 && (c == '/' || c == '%')) sign = 1;
    if (sign > 0) {
      close();
      put(name.substr(i, sign), !apart);
      i += sign;
    } else if (is_upper(c) || is_lower(c) || is_digit(c) || c == '^' || static_cast<unsigned char>(c) >= 0x80) {
      word += c;
      ++i;
    } else {
      close();
      apart = true;
      comma = comma || c == ',' || c == ';' || c == '|' || c == ':';
      if (c == '(' || c == '[' || c == '{') open.push_back(++groups);
      if ((c == ')' || c == ']' || c == '}') && !open.empty()) open.pop_back();
      ++i;
    }
  }
  close();
  return joined(words);
}

const NamedUnit* named_unit(std::string_view small) {
  const std::size_t co2 = small.find("co2");
  if (co2 != std::string_view::npos && co2 > 0 && is_substance(small.substr(co2))) small = small.substr(0, co2);
  const auto at = std::find_if(units.begin(), units.end(), [&](const NamedUnit& unit) { return unit.word == small; });
  return at == units.end() ? nullptr : &*at;
}

const NamedUnit* peak_unit(std::string_view small) {
  const auto at = std::find_if(peaks.begin(), peaks.end(), [&](const NamedUnit& unit) { return unit.word == small; });
  return at == peaks.end() ? nullptr : &*at;
}

double hours_of(std::string_view small) {
  if (is_hour(small)) return 1.0;
  if (small == "min" || small == "mins" || small == "minute" || small == "minutes") return 1.0 / 60.0;
  if (small == "s" || small == "sec" || small == "second" || small == "seconds") return 1.0 / 3600.0;
  return 0.0;
}

bool is_per(std::span<const NameWord> words, std::size_t at) { return at < words.size() && words[at].text == "/"; }

bool is_hour(std::string_view small) {
  return holds(std::to_array<std::string_view>({"h", "hr", "hrs", "hour", "hours"}), small);
}

bool is_time(std::string_view small) {
  constexpr auto longer = std::to_array<std::string_view>({"d", "day", "days", "week", "month", "year", "yr", "annum"});
  return hours_of(small.substr(leading_digits(small))) > 0.0 || holds(longer, small);
}

bool is_substance(std::string_view small) {
  constexpr auto substances = std::to_array<std::string_view>(
      {"co2", "co2e", "co2eq", "co2equiv", "co2eqv", "eq", "equiv", "eqv", "eqs", "equivalent", "equivalents"});
  return holds(substances, small);
}

bool is_other_unit(std::string_view small) { return holds(other_units, small); }

bool is_number(std::string_view small) {
  return !small.empty() && is_digit(small.front()) &&
         std::all_of(small.begin(), small.end(), [](char c) { return is_digit(c) || c == '^' || c == 'e'; });
}

bool is_power_of_ten(std::string_view small) {
  if (!is_number(small)) return false;
  const auto zeros = static_cast<std::size_t>(std::count(small.begin(), small.end(), '0'));
  return small.find_first_of("^e") != std::string_view::npos ||
         (zeros > 0 && zeros + (small.front() == '1') == small.size());
}

bool is_scale_word(std::string_view small) {
  constexpr auto scales =
      std::to_array<std::string_view>({"k", "m", "g", "t", "n", "kilo", "mega", "giga", "milli", "thousand",
                                       "thousands", "million", "millions", "mio", "mn", "tsd"});
  const bool times_number = small.size() > 1 && small.front() == 'x' && is_number(small.substr(1));
  return times_number || holds(scales, small);
}

bool is_statistic(std::string_view small) { return holds(statistics, small); }

bool is_plain(std::string_view small) {
  const auto inside = [&](std::string_view part) { return small.find(part) != std::string_view::npos; };
  return holds(plain_words, small) || is_statistic(small) || is_substance(small) ||
         (small.size() > 4 && std::any_of(price_words.begin(), price_words.end(), inside)) || holds(price_words, small);
}

bool in_unit_position(std::span<const NameWord> words, std::size_t at) {
  if (words[at].group > 0 || is_per(words, at + 1) || (at > 0 && is_per(words, at - 1))) return true;
  std::size_t next = at + 1;
  while (next < words.size() && is_substance(words[next].small)) ++next;
  if (next > at + 1 && is_per(words, next)) return true;
  for (next = at + 1; next < words.size(); ++next) {
    const std::string& small = words[next].small;
    const bool scale = small.size() > 1 && is_scale_word(small);
    if (words[next].group == 0 && !is_statistic(small) && !scale) return false;
  }
  return true;
}

}  // namespace evtwin::sessions
