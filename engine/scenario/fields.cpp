#include "scenario/fields.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <stdexcept>

#include "kernel/name_text.hpp"
#include "kernel/nearest.hpp"
#include "kernel/text.hpp"
#include "lua/sandbox.hpp"
#include "scenario/source_lines.hpp"

namespace evtwin::scenario {
namespace {

constexpr std::size_t longest_text = 1000;

std::vector<std::string_view> split(std::string_view words) {
  std::vector<std::string_view> out;
  for (std::size_t at = 0; at <= words.size();) {
    const std::size_t end = std::min(words.find('|', at), words.size());
    out.push_back(words.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

/// "15, 30 or 60 min".
std::string numbers_text(const Key& key) {
  const std::vector<std::string_view> numbers = split(key.words);
  std::string text;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (i > 0) text += i + 1 == numbers.size() ? " or " : ", ";
    text += numbers[i];
  }
  return key.unit.empty() ? text : text + " " + std::string(key.unit);
}

std::string article_of(const Key& key) {
  switch (key.type) {
    case KeyType::number:
      return key.unit.empty() ? "a number" : "a number in " + std::string(key.unit);
    case KeyType::whole:
      if (!key.words.empty()) return numbers_text(key);
      return key.unit.empty() ? "a whole number" : "a whole number of " + std::string(key.unit);
    case KeyType::boolean:
      return "true or false";
    default:
      return "text in quotes";
  }
}

std::string range_text(double min, double max, bool above_min, std::string_view unit) {
  std::string text =
      (above_min ? "above " : "from ") + show_number(min) + (above_min ? " and at most " : " to ") + show_number(max);
  if (unit == "0..1") return "a fraction " + text + " (0..1)";
  if (!unit.empty()) text += " " + std::string(unit);
  return text;
}

// A slip in the unit is the likeliest cause of a figure far out of range.
std::string unit_hint(double value, double max, std::string_view unit) {
  if (unit == "0..1" && value > 1.0 && value <= 100.0)
    return "; write " + show_number(value / 100.0) + " for " + show_number(value) + " %";
  if (unit == "kW" && value > max && value / 1000.0 <= max) return "; did you write W for kW?";
  if (unit == "kWh" && value > max && value / 1000.0 <= max) return "; did you write Wh for kWh?";
  return {};
}

void check_range(const Where& where, double value, double min, double max, bool above_min, std::string_view unit) {
  if (std::isnan(value)) throw_at(where, "is not a number (nan); it must be " + range_text(min, max, above_min, unit));
  if (value < min || value > max || (above_min && value <= min)) {
    throw_at(where, "= " + show_number(value) + " must be " + range_text(min, max, above_min, unit) +
                        unit_hint(value, max, unit));
  }
}

[[noreturn]] void fail_type(const Where& where, const std::string& due, const Value& value) {
  if (const auto* unusable = std::get_if<Unusable>(&value.data)) throw_at(where, unusable->why);
  const Table* table = where.json ? value.as_table() : nullptr;
  const std::string got = table == nullptr ? describe_value(value) : table->numbered.empty() ? "an object" : "an array";
  throw_at(where, "must be " + due + ", got " + got);
}

/// Tokens of a JSON pointer: '~' and '/' have a meaning of their own there (RFC 6901).
std::string pointer_of(const std::vector<std::string>& path) {
  std::string out;
  for (const std::string& step : path) {
    out += '/';
    for (const char c : kernel::make_printable(step, 60)) out += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
  }
  return out;
}

double parsed(const Key& key) {
  double value = 0.0;
  const auto result = std::from_chars(key.fallback.data(), key.fallback.data() + key.fallback.size(), value);
  if (result.ec != std::errc()) throw std::logic_error("key " + std::string(key.name) + " has no default number");
  return value;
}

}  // namespace

Where Where::operator/(std::string_view key) const {
  Where out = *this;
  out.path.emplace_back(key);
  return out;
}

Where Where::operator/(std::size_t position) const {
  return *this / (json ? std::to_string(position) : "[" + std::to_string(position + 1) + "]");
}

Where Where::place_of(const Construct& construct) const {
  return {source, construct.file, construct.kind, construct.line, {}};
}

std::string Where::field_label() const {
  if (json) return path.empty() ? "the request" : pointer_of(path);
  std::string out = call;
  for (const std::string& step : path) out += step.starts_with('[') ? step : "." + kernel::make_printable(step, 60);
  return out;
}

std::string Where::file_position() const {
  if (json) return field_label();
  int at = line;
  if (source && source->file == file) {
    const std::size_t dot = call.rfind('.');
    at = line_of(source->text, dot == std::string::npos ? call : std::string_view(call).substr(dot + 1), line, path);
  }
  return kernel::make_printable(file, 300) + ":" + std::to_string(at);
}

void fail_at(const Where& where, std::string_view text) {
  if (where.json) {
    // The pointer stands in front of every message: "/evses/1/kw = 0 must be" is "/evses/1/kw: 0 must be".
    if (const std::string label = where.field_label(); text.starts_with(label)) text.remove_prefix(label.size());
    text.remove_prefix(std::min(text.find_first_not_of(":= "), text.size()));
    throw FieldError(pointer_of(where.path), std::string(text));
  }
  throw ScriptError(where.file_position() + ": " + std::string(text));
}

void throw_at(const Where& where, std::string_view text) {
  fail_at(where, where.field_label() + " " + std::string(text));
}

std::string show_number(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  std::array<char, 32> digits{};
  if (std::floor(value) != value || std::fabs(value) >= 1e15) {
    return {digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr};
  }
  std::string text(digits.data(),
                   std::to_chars(digits.data(), digits.data() + digits.size(), static_cast<std::int64_t>(value)).ptr);
  // Thousands are set apart from five digits on, so that 1000000 is not read as 100000.
  const std::size_t sign = value < 0 ? 1 : 0;
  if (text.size() - sign > 4) {
    for (std::size_t at = text.size(); at > sign + 3;) text.insert(at -= 3, ",");
  }
  return text;
}

std::vector<const Value*> list_of(const Value& value, const Where& where, std::string_view what) {
  const Table* table = value.as_table();
  if (table == nullptr || (where.json && !table->named.empty()))
    fail_type(where, "a list of " + std::string(what), value);
  if (!table->named.empty()) {
    throw_at(where, "is a list of " + std::string(what) + ", but has the key '" +
                        kernel::make_printable(table->named.front().first, 60) + "'; write { { ... }, { ... } }");
  }
  if (!table->is_list()) {
    throw_at(where, "has a hole: entry " + std::to_string(table->list_length() + 1) + " is nil");
  }
  std::vector<const Value*> out;
  out.reserve(table->numbered.size());
  for (const auto& entry : table->numbered) out.push_back(&entry.second);
  return out;
}

double number_of(const Value& value, const Where& where, double min, double max, std::string_view unit) {
  if (!value.is_number()) fail_type(where, unit.empty() ? "a number" : "a number in " + std::string(unit), value);
  check_range(where, value.as_number(), min, max, false, unit);
  return value.as_number();
}

std::int64_t whole_of(const Value& value, const Where& where, double min, double max, std::string_view unit) {
  const double number = number_of(value, where, min, max, unit);
  if (std::floor(number) != number) throw_at(where, "= " + show_number(number) + " must be a whole number");
  return static_cast<std::int64_t>(number);
}

const std::string& text_of(const Value& value, const Where& where) {
  const std::string* text = value.as_text();
  if (text == nullptr) fail_type(where, "text in quotes", value);
  if (text->size() > longest_text)
    throw_at(where, "has " + show_number(static_cast<double>(text->size())) + " bytes; at most 1,000 are allowed");
  if (const std::string trouble = kernel::text_trouble(*text); !trouble.empty()) throw_at(where, trouble);
  return *text;
}

const std::string& name_of(const Value& value, const Where& where) {
  const std::string& text = text_of(value, where);
  if (const std::string trouble = kernel::name_trouble(text); !trouble.empty()) throw_at(where, trouble);
  return text;
}

Fields::Fields(const Value& value, const Section& section, Where where)
    : value_(value), table_(value_.as_table()), section_(&section), where_(std::move(where)) {
  if (where_.json && (table_ == nullptr || !table_->numbered.empty())) fail_type(where_, "an object", value);
  if (table_ == nullptr) fail_type(where_, "a table in braces", value);
  // Unknown keys first: a misspelt key is the likeliest cause of a missing one.
  for (const auto& [name, entry] : table_->named) {
    if (find_key(section, name) != nullptr) continue;
    std::vector<std::string_view> known;
    for (const Key& key : section.keys) known.push_back(key.name);
    std::string text = "unknown key '" + kernel::make_printable(name, 60) + "' in " + where_.field_label();
    const std::string nearest = kernel::nearest_name(name, known);
    if (section.name == "scenario" && name.starts_with("site")) {
      text += "; a site stands there without a key: site { ... }";
    } else if (nearest.empty()) {
      text += "; known keys:";
      for (const std::string_view key : known) text += " " + std::string(key);
    } else {
      text += "; did you mean '" + nearest + "'?";
    }
    fail_at(where_ / name, text);
  }

  if (!table_->numbered.empty()) {
    if (section.positional.empty()) {
      throw_at(
          where_ /
              (table_->numbered.front().first > 0 ? static_cast<std::size_t>(table_->numbered.front().first - 1) : 0),
          "has no key; entries of " + where_.field_label() + " are written key = value");
    }

    // An entry that is nil leaves a hole: the ones after it would move up unseen.
    if (!table_->is_list())
      throw_at(where_, "has a hole: entry " + std::to_string(table_->list_length() + 1) + " is nil");
    for (const auto& entry : table_->numbered) positional_.push_back(entry.second);
  }

  for (const auto& [name, entry] : table_->named) {
    if (!entry.is_nil()) check_value(*find_key(section, name), entry);
  }
  for (const Key& key : section.keys) {
    if (key.required && !has_key(key.name)) {
      fail_at(where_, where_.field_label() + " needs " + std::string(key.name) +
                          (key.unit.empty() ? "" : " (" + std::string(key.unit) + ")") + ": " + std::string(key.help));
    }
  }
}

void Fields::check_value(const Key& key, const Value& value) const {
  const Where at = where_ / key.name;
  if (const auto* unusable = std::get_if<Unusable>(&value.data)) throw_at(at, unusable->why);
  switch (key.type) {
    case KeyType::number:
    case KeyType::whole:
      if (key.varies && !value.is_number()) break;
      if (!value.is_number()) fail_type(at, article_of(key), value);

      // Some numbers are choices, such as 1 or 3 phases: no range says that.
      if (!key.words.empty()) {
        const std::vector<std::string_view> words = split(key.words);
        const std::string given = show_number(value.as_number());
        if (std::find(words.begin(), words.end(), given) == words.end())
          throw_at(at, "= " + given + " must be " + numbers_text(key));
        break;
      }
      check_range(at, value.as_number(), key.min, key.max, key.above_min, key.unit);
      if (key.type == KeyType::whole && std::floor(value.as_number()) != value.as_number()) {
        throw_at(at, "= " + show_number(value.as_number()) + " must be a whole number");
      }
      break;

    case KeyType::boolean:
      if (value.as_boolean() == nullptr) fail_type(at, article_of(key), value);
      break;

    case KeyType::text:
      text_of(value, at);
      break;
    case KeyType::name:
      name_of(value, at);
      break;

    case KeyType::choice: {
      const std::vector<std::string_view> words = split(key.words);
      std::string known;
      for (const std::string_view word : words) known += (known.empty() ? "\"" : ", \"") + std::string(word) + "\"";
      if (value.as_text() == nullptr) fail_type(at, "one of " + known, value);
      if (std::find(words.begin(), words.end(), *value.as_text()) != words.end()) break;
      throw_at(at, "= \"" + kernel::make_printable(*value.as_text(), 60) + "\" must be one of " + known +
                       kernel::did_you_mean(*value.as_text(), words));
    }
    case KeyType::other:
      break;
  }
}

const Value* Fields::find_value(std::string_view key) const {
  row_of_key(key);
  const Value* value = table_->find_value(key);
  return value == nullptr || value->is_nil() ? nullptr : value;  // JSON's null is a key left out
}

const Key& Fields::row_of_key(std::string_view key) const {
  const Key* found = find_key(*section_, key);
  if (found == nullptr)
    throw std::logic_error("no key " + std::string(key) + " in section " + std::string(section_->name));
  return *found;
}

double Fields::read_number(std::string_view key) const {
  const Value* value = find_value(key);
  return value != nullptr ? value->as_number() : parsed(row_of_key(key));
}

double Fields::read_number(std::string_view key, double otherwise) const {
  const Value* value = find_value(key);
  return value != nullptr ? value->as_number() : otherwise;
}

std::int64_t Fields::read_whole(std::string_view key) const { return static_cast<std::int64_t>(read_number(key)); }

bool Fields::read_boolean(std::string_view key) const {
  const Value* value = find_value(key);
  return value != nullptr ? *value->as_boolean() : row_of_key(key).fallback == "true";
}

std::string Fields::text(std::string_view key, std::string_view otherwise) const {
  const Value* value = find_value(key);
  return value != nullptr ? *value->as_text() : std::string(otherwise);
}

std::size_t Fields::read_choice(std::string_view key) const {
  const Value* value = find_value(key);
  const std::string_view chosen = value != nullptr ? std::string_view(*value->as_text()) : row_of_key(key).fallback;
  const std::vector<std::string_view> words = split(row_of_key(key).words);
  return static_cast<std::size_t>(std::find(words.begin(), words.end(), chosen) - words.begin());
}

}  // namespace evtwin::scenario
