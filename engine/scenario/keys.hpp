#pragma once
// Every key of the scenario language in one place: its type, unit, range, default and meaning. The checks of scenarios,
// the editor definitions (scenarios/evtwin.d.lua) and the reference (scenarios/README.md) all come from these tables.

#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

namespace evtwin::scenario {

enum class KeyType : std::uint8_t {
  number,  ///< finite, within [min, max]
  whole,   ///< a number without a fraction, within [min, max]; with `words` one of those
  boolean,
  text,    ///< UTF-8 on one line, not empty
  name,    ///< the same, short, without blanks at its ends
  choice,  ///< one of the words in `words`
  other,   ///< checked where it is used: tables, signals, functions
};

struct Key {
  std::string_view name;
  KeyType type = KeyType::other;
  std::string_view unit;  ///< "kW", "0..1"; empty when it has none
  double min = 0.0;       ///< number, whole: smallest, allowed unless `above_min`
  double max = 0.0;
  bool above_min = false;
  bool required = false;
  std::string_view fallback;  ///< what holds without the key; numbers and choices are read from it
  std::string_view words;     ///< choice: "enforce|record"; whole: "15|30|60"
  std::string_view lua_type;  ///< as the editor definitions write it
  std::string_view help;      ///< one or two sentences
  bool varies = false;        ///< number: a signal over time may stand in its place, checked where it is used
};

/// A word of the language: its form before the braces, and the keys inside.
struct Section {
  std::string_view name;  ///< in messages and as the class of the editor definitions: "station"
  std::string_view form;  ///< how it is written: "stations = { { ... } }"
  std::string_view help;
  std::string_view positional;  ///< what entries without a key are; empty: none may be there
  std::span<const Key> keys;
};

/// All sections in the order of the reference.
std::span<const Section> reference_sections();
/// @throws std::logic_error for a name that is no section.
const Section& find_section(std::string_view name);
/// nullptr when the section has no such key.
const Key* find_key(const Section& section, std::string_view name);

/// Names that may follow a dot in the functions of a scenario: the view of a strategy, the world of at().
struct Field {
  std::string_view name;
  std::string_view unit;
  std::string_view lua_type;
  bool writable = false;
  std::string_view help;
};
struct FieldSection {
  std::string_view name;  ///< "view", "view_evse", "world_site" ...
  std::string_view help;
  std::span<const Field> fields;
};
std::span<const FieldSection> field_sections();
/// Of "decision": what a strategy may answer beside the powers.
std::span<const Field> decision_answers();

/// The functions of the language.
struct Word {
  std::string_view name;
  std::string_view signature;  ///< as the editor definitions write it, after "function "
  std::string_view doc;        ///< editor annotations (@param, @return), separated by '\n'
  std::string_view help;
};
std::span<const Word> reference_words();

}  // namespace evtwin::scenario
