#include "sessions/column_unit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <span>
#include <vector>

#include "kernel/text.hpp"
#include "sessions/column_money.hpp"
#include "sessions/column_words.hpp"

namespace evtwin::sessions {
namespace {

using Words = std::span<const NameWord>;

struct Found {
  const NamedUnit* unit = nullptr;
  std::size_t at = 0;
};

// Units in a name. A single letter is one where units are looked for, or before a unit of energy (g_kwh).
std::vector<Found> units_in(Words words) {
  std::vector<Found> found;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const NamedUnit* unit = named_unit(words[i].small);
    if (unit == nullptr) continue;
    const NamedUnit* next = i + 1 < words.size() ? named_unit(words[i + 1].small) : nullptr;
    const bool before_energy = next != nullptr && next->dimension == Dimension::energy;
    const bool joule = unit->word == "j" && words[i].group == 0 && !is_per(words, i + 1);
    if (words[i].text.size() == 1 && (joule || (!in_unit_position(words, i) && !before_energy))) continue;
    found.push_back({unit, i});
  }
  return found;
}

// The one that a name means: of several the one in brackets, unless another is written out. @returns nullptr when two
// are left
const Found* one_of(std::span<const Found> found, Words words) {
  const Found* bracketed = nullptr;
  for (const Found& one : found) {
    if (words[one.at].group == 0) continue;
    if (bracketed != nullptr) return nullptr;
    bracketed = &one;
  }
  if (bracketed == nullptr) return found.size() == 1 ? &found.front() : nullptr;
  const auto contradicts = [&](const Found& one) {
    return words[one.at].text.size() > 1 && one.unit->shown != bracketed->unit->shown;
  };
  return std::any_of(found.begin(), found.end(), contradicts) ? nullptr : bracketed;
}

ColumnUnit two_units(std::span<const Found> found) {
  std::string names;
  for (const Found& one : found) names += (names.empty() ? "" : " and ") + std::string(one.unit->shown);
  ColumnUnit out;
  out.says = "two units";
  out.trouble = "names more than one unit, " + names;
  return out;
}

/// Result so far, and the words that it takes.
struct Reading {
  ColumnUnit unit;
  std::vector<bool> used;

  explicit Reading(Words words) : used(words.size()) {}
  bool uses(std::size_t at) const { return at < used.size() && used[at]; }
  void use(std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < to && i < used.size(); ++i) used[i] = true;
  }
};

std::size_t letters_in(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80; }));
}

bool is_short_and_strange(const NameWord& word) {
  const bool number = is_number(word.small);
  return letters_in(word.text) <= 3 && !number && !is_time(word.small) && !is_plain(word.small);
}

// Whether a word beside '/' makes a unit of it: "cars/h", "EUR/therm"; not "import/export".
bool is_like_a_unit(Words words, std::size_t at, std::string_view currency) {
  if (at >= words.size()) return false;
  const NameWord& word = words[at];
  return named_unit(word.small) != nullptr || peak_unit(word.small) != nullptr || is_other_unit(word.small) ||
         is_time(word.small) || is_number(word.small) || (named_money(words, at, currency) && !is_plain(word.small)) ||
         is_short_and_strange(word);
}

// One left word in brackets.
bool is_strange_in_brackets(Words words, std::size_t at, const Reading& read, Quantity quantity,
                            std::string_view currency, bool any_used) {
  const NameWord& word = words[at];
  bool own_group = false, alone = true;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i == at || words[i].group != word.group) continue;
    alone = false;
    own_group = own_group || read.uses(i);
  }
  if (quantity == Quantity::power && alone && word.small == "t") return false;  // P(t): over time
  if (is_plain(word.small)) return false;
  if (named_unit(word.small) != nullptr || peak_unit(word.small) != nullptr || is_scale_word(word.small)) return true;
  if (is_number(word.small)) {
    const bool before_unit =
        at + 1 < words.size() && words[at + 1].group == word.group && named_unit(words[at + 1].small);
    return before_unit || (own_group && !word.after_comma);
  }
  if (named_money(words, at, currency) && (quantity != Quantity::price || any_used)) return true;
  if (own_group ? word.after_comma : any_used) return false;
  return is_short_and_strange(word);
}

// A word outside of brackets that changes the meaning of the unit beside it: k€, 10^3 W, thousand EUR/MWh, W x1000.
bool changes_the_next(Words words, std::size_t at, const Reading& read, Quantity quantity) {
  const std::string_view small = words[at].small;
  if (at > 0 && read.uses(at - 1) && small.size() > 1 && small.front() == 'x' && is_scale_word(small)) return true;
  if (!read.uses(at + 1) || words[at + 1].after_comma || words[at + 1].group != words[at].group) return false;
  // "building 10 kW" is the tenth; 10 EUR are ten.
  const bool many = is_power_of_ten(small) && (quantity == Quantity::price || small.size() > 2);
  return is_scale_word(small) || many || (words[at + 1].touches && is_short_and_strange(words[at]));
}

// current_a, load_k: letters that are units behind these words, and names of buildings behind others.
bool is_letter_of(std::string_view letter, std::string_view before) {
  if (letter == "a" || letter == "v") return before == "current" || before == "voltage";
  return letter == "k" && (before == "load" || before == "power" || before == "demand" || before == "price");
}

// Of the words that nothing was made of the first that looks like a part of a unit.
std::optional<std::size_t> not_understood(Words words, const Reading& read, Quantity quantity,
                                          std::string_view currency) {
  const bool any_used = std::find(read.used.begin(), read.used.end(), true) != read.used.end();
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (read.uses(i)) continue;

    const NameWord& word = words[i];
    // A '/' is strange beside a word that may be a unit: "cars/h"; in "import/export" it is prose.
    if (is_per(words, i)) {
      const std::size_t left = i > 0 ? i - 1 : words.size();
      const bool strange = is_like_a_unit(words, left, currency) || is_like_a_unit(words, i + 1, currency);
      const bool beside_unit = read.uses(left) || read.uses(i + 1) ||
                               (left < words.size() && is_other_unit(words[left].small)) ||
                               (i + 1 < words.size() && is_other_unit(words[i + 1].small));
      if (strange && (!any_used || beside_unit)) {
        if (left < words.size() && !read.uses(left) && is_like_a_unit(words, left, currency)) return left;
        return i + 1 < words.size() && !read.uses(i + 1) ? i + 1 : i;
      }
      continue;
    }

    if (any_used && word.text == "%" && i > 0 && is_number(words[i - 1].small)) continue;  // incl. 19 % VAT
    if (word.text.find('^') != std::string::npos || word.text == "%" || word.text == "‰") return i;
    if (is_other_unit(word.small) && letters_in(word.text) > 1 && in_unit_position(words, i)) return i;
    if (word.group > 0 && is_strange_in_brackets(words, i, read, quantity, currency, any_used)) return i;
    if (word.group == 0 && changes_the_next(words, i, read, quantity)) return i;
    if (i > 0 && is_letter_of(word.small, words[i - 1].small) && in_unit_position(words, i)) return i;
  }
  return std::nullopt;
}

std::string_view units_taken(Quantity quantity) {
  switch (quantity) {
    case Quantity::power:
      return "W, kW, MW, GW, kWh/h";
    case Quantity::price:
      return "the currency or its cents per Wh, kWh, MWh, GWh";
    case Quantity::carbon:
      return "g, kg, t, lb per Wh, kWh, MWh, GWh";
    case Quantity::any:
      break;
  }
  return {};
}

ColumnUnit strange(ColumnUnit out, const NameWord& word, Quantity quantity, std::string_view currency) {
  const std::string due = unit_of(quantity, currency);
  const std::string text = kernel::make_printable(word.text, 30);
  out.trouble = fmt::format(
      "holds '{}', which is not understood{}; units taken: {}; for another one give scale = what 1 of it is in {}",
      text, out.says.empty() ? " as a unit" : " beside " + out.says, units_taken(quantity), due);
  out.says = out.says.empty() ? text : text + " " + out.says;
  return out;
}

// Refuses what is understood in part only.
ColumnUnit finished(Words words, const Reading& read, Quantity quantity, std::string_view currency = {}) {
  if (!read.unit.trouble.empty()) return read.unit;
  const auto at = not_understood(words, read, quantity, currency);
  return at ? strange(read.unit, words[*at], quantity, currency) : read.unit;
}

Reading power_unit(Words words) {
  std::vector<Found> found;
  for (const Found& one : units_in(words)) {
    const bool denominator = one.at > 0 && is_per(words, one.at - 1);
    if (one.unit->dimension != Dimension::mass && !denominator) found.push_back(one);
  }

  Reading read(words);
  if (found.empty()) return read;
  ColumnUnit& out = read.unit;
  const Found* one = one_of(found, words);
  if (one == nullptr) {
    out = two_units(found);
    return read;
  }

  // The unit's word; with "/ h" behind it three words.
  const NamedUnit& unit = *one->unit;
  const NameWord* per = is_per(words, one->at + 1) && one->at + 2 < words.size() ? &words[one->at + 2] : nullptr;
  read.use(one->at, one->at + (per != nullptr ? 3 : 1));
  out.times = unit.times;
  out.per = unit.per;
  out.says = unit.shown;
  if (per != nullptr) out.says += "/" + kernel::make_printable(per->text, 20);

  // Energy per time is power: kWh/h, kWh/15min.
  const double hours = per != nullptr ? hours_of(per->small) : 0.0;
  if (words[one->at].text == "mW") {
    out.trouble = "names mW, which is milliwatts; a megawatt is written MW";
  } else if (unit.dimension == Dimension::apparent) {
    out.trouble = fmt::format("names apparent power ({}), not the kW that are due", unit.shown);
  } else if (unit.dimension == Dimension::energy && hours == 0.0) {
    out.trouble = fmt::format(
        "names energy ({}), not power: kW are due, that is kWh of a row divided by its hours (scale = 4 for rows of 15 "
        "min in kWh)",
        out.says);
  } else if (unit.dimension == Dimension::energy) {
    out.times *= std::round(1.0 / hours);
  } else if (per != nullptr) {
    const NamedUnit* peak = peak_unit(per->small);
    if (peak == nullptr) {
      out.trouble = fmt::format("names {}, power per something, not the kW that are due", out.says);
    } else {
      out.per_kwp = true;
      out.times *= peak->per;
      out.per *= peak->times;
    }
  }
  return read;
}

// A code in capitals or a sign: money wherever it stands.
bool is_plainly_money(const NameWord& word) {
  const bool sign = word.text.front() == '$' || static_cast<unsigned char>(word.text.front()) >= 0x80;
  const bool capitals = std::all_of(word.text.begin(), word.text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
  return sign || (capitals && word.text.size() == 3);
}

// Money of a price: before `energy` (the words of "per 100 kWh"), behind it, at the end or in brackets; else what is
// plainly money, anywhere.
std::optional<NamedMoney> money_of(Words words, std::size_t from, std::size_t to, std::string_view currency) {
  const bool has_per = from < words.size() && is_per(words, from);
  const auto is_letter = [&](std::size_t at) { return words[at].text.size() == 1 && words[at].group == 0; };
  // "c/kWh" is cents; in "c_kwh" and "kwh c" nobody knows.
  if (from > 0 && from < words.size() && (has_per || !is_letter(from - 1) || is_plainly_money(words[from - 1]))) {
    if (auto money = named_money(words, from - 1, currency)) return money;
  }
  if (to < words.size() && (!is_letter(to) || is_plainly_money(words[to]))) {
    if (auto money = named_money(words, to, currency)) return money;
  }
  for (std::size_t i = 0; i < words.size(); ++i) {
    const bool likely = is_plainly_money(words[i]) || (!is_letter(i) && in_unit_position(words, i));
    if (!likely || (i >= from && i < to)) continue;
    if (auto money = named_money(words, i, currency)) return money;
  }
  return std::nullopt;
}

// n of "per n kWh", with `at` at kWh; 1 without.
double number_before(Words words, std::size_t at) {
  if (at < 2 || !is_per(words, at - 2)) return 1.0;
  const std::string& text = words[at - 1].text;
  unsigned number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() && number > 0 ? number : 1.0;
}

Reading price_unit(Words words, std::string_view currency) {
  std::vector<Found> found;
  for (const Found& one : units_in(words)) {
    if (one.unit->dimension == Dimension::energy || one.unit->dimension == Dimension::power) found.push_back(one);
  }
  Reading read(words);
  ColumnUnit& out = read.unit;
  const Found* one = one_of(found, words);
  if (!found.empty() && one == nullptr) {
    out = two_units(found);
    return read;
  }

  // In "per 100 kWh" the number and the "per" belong to the unit of energy.
  std::size_t from = words.size();
  const double number = one != nullptr ? number_before(words, one->at) : 1.0;
  if (one != nullptr) {
    from = one->at - (number != 1.0 ? 1 : 0);
    if (from > 0 && is_per(words, from - 1)) --from;
    read.use(from, one->at + 1);
  }

  const auto money = money_of(words, from, one != nullptr ? one->at + 1 : from, currency);
  if (money) read.use(money->from, money->to);

  if (one != nullptr) {
    const std::string many = number != 1.0 ? fmt::format("{:g} ", number) : "";
    out.says = fmt::format("{}/{}{}", money ? money->shown : std::string(currency), many, one->unit->shown);
    out.times = one->unit->per;
    out.per = one->unit->times * number;
    if (one->unit->dimension == Dimension::power)
      out.trouble = fmt::format("names a price per {}, not one per kWh", one->unit->shown);
    // Money nobody knows: "BTC/kWh".
    const bool money_there = money && money->to == from;
    if (out.trouble.empty() && is_per(words, from) && from > 0 && !money_there && !is_plain(words[from - 1].small)) {
      out.says = "/" + many + std::string(one->unit->shown);
      out = strange(out, words[from - 1], Quantity::price, currency);
    }
  }

  if (!money) return read;
  out.per *= money->parts;
  if (one == nullptr && money->parts != 1.0) out.says = money->shown;
  if (!currency.empty() && !money->may_be(currency)) {
    if (out.says.empty()) out.says = money->shown;
    out.trouble =
        fmt::format("names prices in {}, and the tariff's currency is {}: convert them, or give scale = {} for each {}",
                    money->shown, currency, unit_of(Quantity::price, currency), out.says);
  }
  return read;
}

Reading carbon_unit(Words words) {
  Reading read(words);
  const Found *mass = nullptr, *energy = nullptr;
  const std::vector<Found> found = units_in(words);
  for (const Found& one : found) {
    const Found* same = one.unit->dimension == Dimension::mass ? mass : energy;
    if (same != nullptr && same->unit->dimension == one.unit->dimension && same->unit->shown != one.unit->shown) {
      read.unit = two_units(found);
      return read;
    }
    if (one.unit->dimension == Dimension::mass && (mass == nullptr || energy == nullptr)) mass = &one;
    if (one.unit->dimension == Dimension::energy && (energy == nullptr || mass == nullptr)) energy = &one;
  }

  ColumnUnit& out = read.unit;
  if (mass == nullptr && energy == nullptr) return read;
  const double number = energy != nullptr ? number_before(words, energy->at) : 1.0;
  std::size_t from = energy != nullptr ? energy->at - (number != 1.0 ? 1 : 0) : words.size();
  const bool has_per = from > 0 && from < words.size() && is_per(words, from - 1);
  if (has_per) --from;
  if (energy != nullptr) read.use(from, energy->at + 1);
  // The substance may stand between mass and energy: g CO2 / kWh.
  std::size_t left = from;
  while (left > 0 && is_substance(words[left - 1].small)) --left;

  if (mass == nullptr || energy == nullptr) {
    const NamedUnit& only = mass != nullptr ? *mass->unit : *energy->unit;
    out.says = only.shown;
    // "co2_per_kwh" leaves the mass open.
    if (mass == nullptr && has_per) {
      const bool open = left < from || left == 0 || is_plain(words[left - 1].small);
      if (!open) {
        out.says = "/" + out.says;
        out = strange(out, words[left - 1], Quantity::carbon, {});
      } else if (energy->unit->times != energy->unit->per || number != 1.0) {
        out.says = fmt::format("kg/{}{}", number != 1.0 ? fmt::format("{:g} ", number) : "", only.shown);
        out.trouble = fmt::format("names /{} and no mass; kg/kWh are due", only.shown);
      } else {
        out.says.clear();
      }
      return read;
    }
    out.trouble = fmt::format("names {} only; kg/kWh are due", only.shown);
    return read;
  }

  read.use(mass->at, mass->at + 1);
  if (has_per && left != mass->at + 1 && mass->at + 1 != from) {
    out = strange(out, words[left > 0 ? left - 1 : 0], Quantity::carbon, {});
    return read;
  }

  out.says =
      fmt::format("{}/{}{}", mass->unit->shown, number != 1.0 ? fmt::format("{:g} ", number) : "", energy->unit->shown);
  out.times = mass->unit->times * energy->unit->per;
  out.per = mass->unit->per * energy->unit->times * number;
  return read;
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
  const std::vector<NameWord> words = name_words(name);
  switch (quantity) {
    case Quantity::power:
      return finished(words, power_unit(words), quantity);
    case Quantity::price:
      return finished(words, price_unit(words, currency), quantity, currency);
    case Quantity::carbon:
      return finished(words, carbon_unit(words), quantity);
    case Quantity::any:
      break;
  }
  return {};
}

}  // namespace evtwin::sessions
