#pragma once
// One table of a scenario, checked against its section of the language, and read by key.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lua/sandbox.hpp"
#include "scenario/keys.hpp"
#include "scenario/value.hpp"

namespace evtwin::scenario {

using lua::ScriptError;

/// The text of a scenario as messages need it.
struct SourceText {
  std::string file;
  std::string text;
};

/// Where a value stands: the call it was given to, and the way from there.
struct Where {
  std::shared_ptr<const SourceText> source;
  std::string file;  ///< of the call; another than the source's for modules
  std::string call;  ///< "site"
  int line = 0;
  std::vector<std::string> path;  ///< "stations", "[2]", "kw"
  bool json = false;              ///< of a JSON document: then label and position are its JSON pointer (RFC 6901)

  Where operator/(std::string_view key) const;
  Where operator/(std::size_t position) const;  ///< from 0
  /// Place of another call, such as a site inside its scenario.
  Where place_of(const Construct& construct) const;
  /// "site.stations[2].kw"; in JSON "/evses/1/kw", and "the request" for the whole.
  std::string field_label() const;
  /// "week.lua:12".
  std::string file_position() const;
};

/// Error of a JSON document, with the field that is wrong; `what()` is "/evses/1/kw: what, and what would be right".
struct FieldError : ScriptError {
  FieldError(std::string pointer, const std::string& text)
      : ScriptError((pointer.empty() ? "the request" : pointer) + ": " + text), field(std::move(pointer)) {}
  std::string field;  ///< JSON pointer; empty for the whole document
};

/// @throws ScriptError "FILE:LINE: text", in JSON a FieldError.
[[noreturn]] void fail_at(const Where& where, std::string_view text);
/// The same with "site.stations[2].kw " in front.
[[noreturn]] void throw_at(const Where& where, std::string_view text);

/// 7000 -> "7000", 1e6 -> "1,000,000", 0.1 -> "0.1".
std::string show_number(double value);

/// Entries of a list; `what` says in messages what they are. @throws ScriptError for holes, names as keys, other
/// values.
std::vector<const Value*> list_of(const Value& value, const Where& where, std::string_view what);
/// A finite number in [min, max]; `unit` may be empty. @throws ScriptError naming both.
double number_of(const Value& value, const Where& where, double min, double max, std::string_view unit = {});
std::int64_t whole_of(const Value& value, const Where& where, double min, double max, std::string_view unit = {});
/// UTF-8 on one line, at most 1,000 bytes, without any kernel::text_trouble.
const std::string& text_of(const Value& value, const Where& where);
/// A name or an id, without any kernel::name_trouble.
const std::string& name_of(const Value& value, const Where& where);

class Fields {
 public:
  /// @throws ScriptError for unknown keys (with the nearest known one), missing keys, wrong types, values out of range.
  Fields(const Value& table, const Section& section, Where where);

  bool has_key(std::string_view key) const { return find_value(key) != nullptr; }
  const Value* find_value(std::string_view key) const;
  /// The value, or the default of the key's row. Precondition: has_key(key), or the default is a number.
  double read_number(std::string_view key) const;
  double read_number(std::string_view key, double otherwise) const;
  std::int64_t read_whole(std::string_view key) const;
  bool read_boolean(std::string_view key) const;
  std::string text(std::string_view key, std::string_view otherwise = {}) const;
  /// Number of the chosen word in the row's `words`.
  std::size_t read_choice(std::string_view key) const;

  const std::vector<Value>& positional() const { return positional_; }
  const Section& section() const { return *section_; }
  const Where& where() const { return where_; }
  Where where(std::string_view key) const { return where_ / key; }

 private:
  void check_value(const Key& key, const Value& value) const;
  const Key& row_of_key(std::string_view key) const;

  Value value_;  // keeps the table alive: it may be a temporary of the caller
  const Table* table_ = nullptr;
  const Section* section_;
  Where where_;
  std::vector<Value> positional_;
};

}  // namespace evtwin::scenario
