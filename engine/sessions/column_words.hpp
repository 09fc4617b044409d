#pragma once
// Words of a column's name and the units among them: "Load (kW·h)" is load and kWh, "Price_EURperMWh" price, EUR, per,
// MWh.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace evtwin::sessions {

enum class Dimension : std::uint8_t { power, energy, apparent, mass };

/// value * times / per is in kW, kWh, kVA or kg.
struct NamedUnit {
  std::string_view word;  ///< in small letters
  Dimension dimension;
  double times, per;
  std::string_view shown;
};

struct NameWord {
  std::string text;  ///< as written; "/" for `per`
  std::string small;
  int group = 0;             ///< number of the brackets around it, from 1; 0: in none
  bool after_comma = false;  ///< a comma, a semicolon or a bar stands before it
  bool touches = false;      ///< nothing stands between it and the word before: k€
};

/// Splits at signs, brackets, '/' and "per", signs of money, and within words where a unit ends or begins (loadW,
/// load_kwh, EURMWh); joins kW·h. Full-width signs, superscripts and subscripts are read as the plain ones.
std::vector<NameWord> name_words(std::string_view name);

std::string small_letters(std::string_view text);

/// The unit that a word is, alone or with what it is of (gCO2eq); nullptr: none.
const NamedUnit* named_unit(std::string_view small);
/// Wp, kWp or MWp; nullptr: none.
const NamedUnit* peak_unit(std::string_view small);
/// Hours of h, min, s; 0: none of these.
double hours_of(std::string_view small);

bool is_per(std::span<const NameWord> words, std::size_t at);
bool is_hour(std::string_view small);
bool is_time(std::string_view small);          ///< h, day, 15min
bool is_substance(std::string_view small);     ///< CO2, eq
bool is_other_unit(std::string_view small);    ///< a unit that no series is in: hp, A, %, btu
bool is_number(std::string_view small);        ///< 100, 10^3
bool is_power_of_ten(std::string_view small);  ///< 10, 1000, 000, 10^3
bool is_scale_word(std::string_view small);    ///< k, kilo, million, x1000
bool is_statistic(std::string_view small);     ///< avg, hourly: may follow a unit
bool is_plain(std::string_view small);         ///< known to be no unit: net, pv, price

/// Whether units are looked for there: in brackets, beside '/', or at the end but for statistics and brackets.
bool in_unit_position(std::span<const NameWord> words, std::size_t at);

}  // namespace evtwin::sessions
