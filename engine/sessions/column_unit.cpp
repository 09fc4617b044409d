#include "sessions/column_unit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <vector>

#include "market/currency.hpp"

namespace evtwin::sessions {
namespace {

enum class Dimension : std::uint8_t { power, energy, apparent, mass };

/// value * times / per is in kW, kWh, kVA or kg.
struct Unit {
  std::string_view word;  ///< in small letters
  Dimension dimension;
  double times, per;
  std::string_view shown;
};

constexpr std::array units{
    Unit{"w", Dimension::power, 1, 1000, "W"},
    Unit{"watt", Dimension::power, 1, 1000, "W"},
    Unit{"watts", Dimension::power, 1, 1000, "W"},
    Unit{"kw", Dimension::power, 1, 1, "kW"},
    Unit{"kilowatt", Dimension::power, 1, 1, "kW"},
    Unit{"kilowatts", Dimension::power, 1, 1, "kW"},
    Unit{"mw", Dimension::power, 1000, 1, "MW"},
    Unit{"megawatt", Dimension::power, 1000, 1, "MW"},
    Unit{"megawatts", Dimension::power, 1000, 1, "MW"},
    Unit{"gw", Dimension::power, 1e6, 1, "GW"},
    Unit{"wh", Dimension::energy, 1, 1000, "Wh"},
    Unit{"kwh", Dimension::energy, 1, 1, "kWh"},
    Unit{"mwh", Dimension::energy, 1000, 1, "MWh"},
    Unit{"gwh", Dimension::energy, 1e6, 1, "GWh"},
    Unit{"kj", Dimension::energy, 1, 3600, "kJ"},
    Unit{"mj", Dimension::energy, 1, 3.6, "MJ"},
    Unit{"gj", Dimension::energy, 1000, 3.6, "GJ"},
    Unit{"va", Dimension::apparent, 1, 1000, "VA"},
    Unit{"kva", Dimension::apparent, 1, 1, "kVA"},
    Unit{"mva", Dimension::apparent, 1000, 1, "MVA"},
    Unit{"g", Dimension::mass, 1, 1000, "g"},
    Unit{"kg", Dimension::mass, 1, 1, "kg"},
    Unit{"t", Dimension::mass, 1000, 1, "t"},
    Unit{"ton", Dimension::mass, 1000, 1, "t"},
    Unit{"tons", Dimension::mass, 1000, 1, "t"},
    Unit{"tonne", Dimension::mass, 1000, 1, "t"},
    Unit{"tonnes", Dimension::mass, 1000, 1, "t"},
    // The avoirdupois pound of the agreement of 1959.
    Unit{"lb", Dimension::mass, 0.45359237, 1, "lb"},
    Unit{"lbs", Dimension::mass, 0.45359237, 1, "lb"},
};

/// Installed PV: kW (or W) of peak power.
constexpr std::array peaks{Unit{"wp", Dimension::power, 1, 1000, "Wp"}, Unit{"kwp", Dimension::power, 1, 1, "kWp"},
                           Unit{"mwp", Dimension::power, 1000, 1, "MWp"}};

/// Names and signs of money, and the currencies that they may mean. `parts` of it make one: 100 cents. An empty list:
/// of any currency.
struct Money {
  std::string_view word;
  double parts;
  std::string_view codes;
};

constexpr std::array monies{
    Money{"€", 1, "EUR"},
    Money{"euro", 1, "EUR"},
    Money{"euros", 1, "EUR"},
    Money{"eurocent", 100, "EUR"},
    Money{"eurocents", 100, "EUR"},
    Money{"£", 1, "GBP"},
    Money{"pound", 1, "GBP"},
    Money{"pounds", 1, "GBP"},
    Money{"p", 100, "GBP"},
    Money{"pence", 100, "GBP"},
    Money{"₩", 1, "KRW"},
    Money{"원", 1, "KRW"},
    Money{"won", 1, "KRW KPW"},
    Money{"円", 1, "JPY"},
    Money{"yen", 1, "JPY"},
    Money{"¥", 1, "JPY CNY"},
    Money{"元", 1, "CNY TWD"},
    Money{"yuan", 1, "CNY"},
    Money{"rmb", 1, "CNY"},
    Money{"ntd", 1, "TWD"},
    Money{"$", 1, "USD AUD CAD NZD SGD HKD TWD MXN CLP COP ARS"},
    Money{"dollar", 1, "USD AUD CAD NZD SGD HKD TWD"},
    Money{"dollars", 1, "USD AUD CAD NZD SGD HKD TWD"},
    Money{"₹", 1, "INR"},
    Money{"rs", 1, "INR PKR LKR NPR MUR"},
    Money{"kr", 1, "SEK NOK DKK ISK"},
    Money{"zł", 1, "PLN"},
    Money{"c", 100, ""},
    Money{"¢", 100, ""},
    Money{"ct", 100, ""},
    Money{"cts", 100, ""},
    Money{"cent", 100, ""},
    Money{"cents", 100, ""},
};

/// Codes that are words: a currency only in capitals.
constexpr std::array<std::string_view, 8> words_too{"all", "bam", "cup", "gel", "mad", "pen", "top", "try"};

struct Word {
  std::string text;   ///< as written; "/" for `per`
  std::string small;  ///< in small letters
  bool bracketed = false;
};

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         static_cast<unsigned char>(c) >= 0x80;
}

std::string small_letters(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

// Words of a name: letters and digits, every sign of money and every '/' by itself.
std::vector<Word> words_of(std::string_view name) {
  std::vector<Word> words;
  std::string word;
  int depth = 0;
  const auto close = [&] {
    if (word.empty()) return;
    const std::string small = small_letters(word);
    words.push_back({small == "per" ? "/" : word, small == "per" ? "/" : small, depth > 0});
    word.clear();
  };
  for (std::size_t i = 0; i < name.size();) {
    const auto sign = std::find_if(monies.begin(), monies.end(), [&](const Money& money) {
      const bool is_word = money.word.front() >= 'a' && money.word.front() <= 'z';
      return !is_word && name.substr(i).starts_with(money.word);
    });
    if (name[i] == '/' || sign != monies.end()) {
      close();
      word = name[i] == '/' ? "/" : std::string(sign->word);
      i += word.size();
      close();
    } else if (name.substr(i).starts_with("\u2082")) {  // CO₂
      word += '2';
      i += 3;
    } else if (is_letter_or_digit(name[i])) {
      word += name[i++];
    } else {
      close();
      if (name[i] == '(' || name[i] == '[' || name[i] == '{') ++depth;
      if ((name[i] == ')' || name[i] == ']' || name[i] == '}') && depth > 0) --depth;
      ++i;
    }
  }
  close();
  return words;
}

bool is_per(std::span<const Word> words, std::size_t i) { return i < words.size() && words[i].text == "/"; }

template <std::size_t n>
const Unit* find_unit(const std::array<Unit, n>& table, std::string_view small) {
  const auto at = std::find_if(table.begin(), table.end(), [&](const Unit& unit) { return unit.word == small; });
  return at == table.end() ? nullptr : &*at;
}

// "gco2eq" is g.
std::string_view without_co2(std::string_view small) {
  const std::size_t at = small.find("co2");
  return at == std::string_view::npos || at == 0 ? small : small.substr(0, at);
}

struct Found {
  const Unit* unit = nullptr;
  std::size_t at = 0;
};

// Units in a name. A single letter is one where it ends the name, stands in brackets or beside a '/'.
std::vector<Found> units_in(std::span<const Word> words) {
  std::vector<Found> found;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const Unit* unit = find_unit(units, without_co2(words[i].small));
    if (unit == nullptr) continue;
    const bool beside_per = is_per(words, i + 1) || (i > 0 && is_per(words, i - 1));
    if (words[i].text.size() == 1 && i + 1 < words.size() && !words[i].bracketed && !beside_per) continue;
    found.push_back({unit, i});
  }
  return found;
}

// The one that a name means: of several the one in brackets. @returns nullptr when two are left
const Found* one_of(std::span<const Found> found, std::span<const Word> words) {
  std::vector<const Found*> bracketed;
  for (const Found& one : found)
    if (words[one.at].bracketed) bracketed.push_back(&one);
  if (bracketed.size() == 1) return bracketed.front();
  return found.size() == 1 ? &found.front() : nullptr;
}

std::string two_units(std::span<const Found> found) {
  std::string names;
  for (const Found& one : found) names += (names.empty() ? "" : " and ") + std::string(one.unit->shown);
  return "names more than one unit, " + names;
}

ColumnUnit power_unit(std::span<const Word> words) {
  std::vector<Found> found;
  for (const Found& one : units_in(words)) {
    const bool denominator = one.at > 0 && is_per(words, one.at - 1);
    if (one.unit->dimension != Dimension::mass && !denominator) found.push_back(one);
  }
  ColumnUnit out;
  if (found.empty()) return out;
  const Found* one = one_of(found, words);
  if (one == nullptr) {
    out.says = "two units";
    out.trouble = two_units(found);
    return out;
  }
  const Unit& unit = *one->unit;
  const Word* per = is_per(words, one->at + 1) && one->at + 2 < words.size() ? &words[one->at + 2] : nullptr;
  out.times = unit.times;
  out.per = unit.per;
  out.says = unit.shown;
  if (per != nullptr) out.says += "/" + per->text;

  constexpr std::array<std::string_view, 4> hour{"h", "hr", "hour", "hours"};
  const bool per_hour = per != nullptr && std::find(hour.begin(), hour.end(), per->small) != hour.end();
  if (words[one->at].text == "mW") {
    out.trouble = "names mW, which is milliwatts; a megawatt is written MW";
  } else if (unit.dimension == Dimension::apparent) {
    out.trouble = fmt::format("names apparent power ({}), not the kW that are due", unit.shown);
  } else if (unit.dimension == Dimension::energy && !per_hour) {
    out.trouble = fmt::format(
        "names energy ({}), not power: kW are due, that is kWh of a row divided by its hours (scale = 4 for rows of 15 "
        "min in kWh)",
        out.says);
  } else if (unit.dimension == Dimension::power && per != nullptr) {
    const Unit* peak = find_unit(peaks, per->small);
    if (peak == nullptr) {
      out.trouble = fmt::format("names {}, power per something, not the kW that are due", out.says);
    } else {
      out.per_kwp = true;
      out.times *= peak->per;
      out.per *= peak->times;
    }
  }
  return out;
}

struct MoneyFound {
  double parts = 1.0;
  std::string shown;
  std::vector<std::string> codes;  ///< that it may mean; none: any
};

std::optional<MoneyFound> money_at(std::span<const Word> words, std::size_t at) {
  if (at >= words.size()) return std::nullopt;
  const Word& word = words[at];
  std::string code = word.small;
  for (char& c : code) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  const bool capitals = word.text == code;
  const bool only_capitals = std::find(words_too.begin(), words_too.end(), word.small) != words_too.end();
  if (market::currency_trouble(code).empty() && (capitals || !only_capitals)) return MoneyFound{1.0, code, {code}};
  const auto known = std::find_if(monies.begin(), monies.end(), [&](const Money& m) { return m.word == word.small; });
  if (known == monies.end()) return std::nullopt;
  MoneyFound found{known->parts, word.text, {}};
  for (std::size_t i = 0; i + 3 <= known->codes.size(); i += 4) found.codes.emplace_back(known->codes.substr(i, 3));
  return found;
}

// A code in capitals or a sign: money wherever it stands.
bool is_plainly_money(const Word& word) {
  const bool sign = !is_letter_or_digit(word.text.front()) || static_cast<unsigned char>(word.text.front()) >= 0x80;
  const bool capitals = std::all_of(word.text.begin(), word.text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
  return sign || (capitals && word.text.size() == 3);
}

// The money of a price whose unit of energy is at `energy`: before it, with what its cents are of, or behind it; else
// what is plainly money, anywhere.
std::optional<MoneyFound> money_of(std::span<const Word> words, std::size_t energy) {
  const bool has_per = energy > 0 && is_per(words, energy - 1);
  const std::size_t before = has_per ? energy - 1 : energy;
  const auto is_letter = [&](std::size_t at) { return at < words.size() && words[at].text.size() == 1; };
  // "c/kWh" is cents; in "c_kwh" and "kwh c" nobody knows.
  if (before > 0 && (has_per || !is_letter(before - 1))) {
    auto money = money_at(words, before - 1);
    if (money && money->codes.empty() && before > 1) {
      if (const auto whole = money_at(words, before - 2); whole && !whole->codes.empty()) {
        money->codes = whole->codes;
        money->shown = whole->shown + " " + money->shown;
      }
    }
    if (money) return money;
  }
  if (!is_letter(energy + 1)) {
    if (const auto money = money_at(words, energy + 1)) return money;
  }
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (!is_plainly_money(words[i])) continue;
    if (const auto money = money_at(words, i)) return money;
  }
  return std::nullopt;
}

ColumnUnit price_unit(std::span<const Word> words, std::string_view currency) {
  std::vector<Found> found;
  for (const Found& one : units_in(words)) {
    if (one.unit->dimension == Dimension::energy || one.unit->dimension == Dimension::power) found.push_back(one);
  }
  ColumnUnit out;
  const Found* one = one_of(found, words);
  if (!found.empty() && one == nullptr) {
    out.says = "two units";
    out.trouble = two_units(found);
    return out;
  }
  const auto money = money_of(words, one != nullptr ? one->at : words.size());
  const std::string of_money = money ? money->shown : std::string(currency);
  if (one != nullptr) {
    out.says = of_money + "/" + std::string(one->unit->shown);
    out.times = one->unit->per;
    out.per = one->unit->times;
    if (one->unit->dimension == Dimension::power)
      out.trouble = fmt::format("names a price per {}, not one per kWh", one->unit->shown);
  }
  if (!money) return out;
  out.per *= money->parts;
  if (one == nullptr && money->parts != 1.0) out.says = money->shown;
  const auto& codes = money->codes;
  if (!currency.empty() && !codes.empty() && std::find(codes.begin(), codes.end(), currency) == codes.end()) {
    if (out.says.empty()) out.says = money->shown;
    out.trouble =
        fmt::format("names prices in {}, and the tariff's currency is {}: convert them, or give scale = {} for each {}",
                    money->shown, currency, unit_of(Quantity::price, currency), out.says);
  }
  return out;
}

ColumnUnit carbon_unit(std::span<const Word> words) {
  const Found *mass = nullptr, *energy = nullptr;
  const std::vector<Found> found = units_in(words);
  for (const Found& one : found) {
    if (one.unit->dimension == Dimension::mass) mass = &one;
    if (one.unit->dimension == Dimension::energy) energy = &one;
  }
  ColumnUnit out;
  if (mass == nullptr && energy == nullptr) return out;
  if (mass == nullptr || energy == nullptr) {
    const Unit& only = mass != nullptr ? *mass->unit : *energy->unit;
    // "co2_per_kwh" leaves the mass open.
    if (mass == nullptr && energy->at > 0 && is_per(words, energy->at - 1)) return out;
    out.says = only.shown;
    out.trouble = fmt::format("names {} only; kg/kWh are due", only.shown);
    return out;
  }
  out.says = fmt::format("{}/{}", mass->unit->shown, energy->unit->shown);
  out.times = mass->unit->times * energy->unit->per;
  out.per = mass->unit->per * energy->unit->times;
  return out;
}

}  // namespace

std::string unit_of(Quantity quantity, std::string_view currency) {
  switch (quantity) {
    case Quantity::power:
      return "kW";
    case Quantity::price:
      return fmt::format("{}/kWh", currency);
    case Quantity::carbon:
      return "kg/kWh";
    case Quantity::any:
      break;
  }
  return {};
}

ColumnUnit column_unit(std::string_view name, Quantity quantity, std::string_view currency) {
  const std::vector<Word> words = words_of(name);
  switch (quantity) {
    case Quantity::power:
      return power_unit(words);
    case Quantity::price:
      return price_unit(words, currency);
    case Quantity::carbon:
      return carbon_unit(words);
    case Quantity::any:
      break;
  }
  return {};
}

}  // namespace evtwin::sessions
