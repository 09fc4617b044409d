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
  if (std::isnan(value)) fail(where, "is not a number (nan); it must be " + range_text(min, max, above_min, unit));
  if (value < min || value > max || (above_min && value <= min)) {
    fail(where,
         "= " + show_number(value) + " must be " + range_text(min, max, above_min, unit) + unit_hint(value, max, unit));
  }
}

[[noreturn]] void fail_type(const Where& where, const std::string& due, const Value& value) {
  if (const auto* unusable = std::get_if<Unusable>(&value.data)) fail(where, unusable->why);
  const Table* table = where.json ? value.table() : nullptr;
  const std::string got = table == nullptr ? describe(value) : table->numbered.empty() ? "an object" : "an array";
  fail(where, "must be " + due + ", got " + got);
}

/// Tokens of a JSON pointer: '~' and '/' have a meaning of their own there (RFC 6901).
std::string pointer_of(const std::vector<std::string>& path) {
  std::string out;
  for (const std::string& step : path) {
    out += '/';
    for (const char c : kernel::printable(step, 60)) out += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
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

Where Where::at(const Construct& construct) const {
  return {source, construct.file, construct.kind, construct.line, {}};
}

std::string Where::label() const {
  if (json) return path.empty() ? "the request" : pointer_of(path);
  std::string out = call;
  for (const std::string& step : path) out += step.starts_with('[') ? step : "." + kernel::printable(step, 60);
  return out;
}

std::string Where::position() const {
  if (json) return label();
  int at = line;
  if (source && source->file == file) {
    const std::size_t dot = call.rfind('.');
    at = line_of(source->text, dot == std::string::npos ? call : std::string_view(call).substr(dot + 1), line, path);
  }
  return kernel::printable(file, 300) + ":" + std::to_string(at);
}

void fail_at(const Where& where, std::string_view text) {
  if (where.json) {
    // The pointer stands in front of every message: "/evses/1/kw = 0 must be" is "/evses/1/kw: 0 must be".
    if (const std::string label = where.label(); text.starts_with(label)) text.remove_prefix(label.size());
    text.remove_prefix(std::min(text.find_first_not_of(":= "), text.size()));
    throw FieldError(pointer_of(where.path), std::string(text));
  }
  throw ScriptError(where.position() + ": " + std::string(text));
}

void fail(const Where& where, std::string_view text) { fail_at(where, where.label() + " " + std::string(text)); }

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
  const Table* table = value.table();
  if (table == nullptr || (where.json && !table->named.empty()))
    fail_type(where, "a list of " + std::string(what), value);
  if (!table->named.empty()) {
    fail(where, "is a list of " + std::string(what) + ", but has the key '" +
                    kernel::printable(table->named.front().first, 60) + "'; write { { ... }, { ... } }");
  }
  if (!table->is_list()) {
    fail(where, "has a hole: entry " + std::to_string(table->list_length() + 1) + " is nil");
  }
  std::vector<const Value*> out;
  out.reserve(table->numbered.size());
  for (const auto& entry : table->numbered) out.push_back(&entry.second);
  return out;
}

double number_of(const Value& value, const Where& where, double min, double max, std::string_view unit) {
  if (!value.is_number()) fail_type(where, unit.empty() ? "a number" : "a number in " + std::string(unit), value);
  check_range(where, value.number(), min, max, false, unit);
  return value.number();
}

std::int64_t whole_of(const Value& value, const Where& where, double min, double max, std::string_view unit) {
  const double number = number_of(value, where, min, max, unit);
  if (std::floor(number) != number) fail(where, "= " + show_number(number) + " must be a whole number");
  return static_cast<std::int64_t>(number);
}

const std::string& text_of(const Value& value, const Where& where) {
  const std::string* text = value.text();
  if (text == nullptr) fail_type(where, "text in quotes", value);
  if (text->size() > longest_text)
    fail(where, "has " + show_number(static_cast<double>(text->size())) + " bytes; at most 1,000 are allowed");
  if (const std::string trouble = kernel::text_trouble(*text); !trouble.empty()) fail(where, trouble);
  return *text;
}

const std::string& name_of(const Value& value, const Where& where) {
  const std::string& text = text_of(value, where);
  if (const std::string trouble = kernel::name_trouble(text); !trouble.empty()) fail(where, trouble);
  return text;
}

Fields::Fields(const Value& value, const Section& section, Where where)
    : value_(value), table_(value_.table()), section_(&section), where_(std::move(where)) {
  if (where_.json && (table_ == nullptr || !table_->numbered.empty())) fail_type(where_, "an object", value);
  if (table_ == nullptr) fail_type(where_, "a table in braces", value);
  // Unknown keys first: a misspelt key is the likeliest cause of a missing one.
  for (const auto& [name, entry] : table_->named) {
    if (find_key(section, name) != nullptr) continue;
    std::vector<std::string_view> known;
    for (const Key& key : section.keys) known.push_back(key.name);
    std::string text = "unknown key '" + kernel::printable(name, 60) + "' in " + where_.label();
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
      fail(where_ /
               (table_->numbered.front().first > 0 ? static_cast<std::size_t>(table_->numbered.front().first - 1) : 0),
           "has no key; entries of " + where_.label() + " are written key = value");
    }

    // An entry that is nil leaves a hole: the ones after it would move up unseen.
    if (!table_->is_list()) fail(where_, "has a hole: entry " + std::to_string(table_->list_length() + 1) + " is nil");
    for (const auto& entry : table_->numbered) positional_.push_back(entry.second);
  }

  for (const auto& [name, entry] : table_->named) {
    if (!entry.is_nil()) check(*find_key(section, name), entry);
  }
  for (const Key& key : section.keys) {
    if (key.required && !has(key.name)) {
      fail_at(where_, where_.label() + " needs " + std::string(key.name) +
                          (key.unit.empty() ? "" : " (" + std::string(key.unit) + ")") + ": " + std::string(key.help));
    }
  }
}

void Fields::check(const Key& key, const Value& value) const {
  const Where at = where_ / key.name;
  if (const auto* unusable = std::get_if<Unusable>(&value.data)) fail(at, unusable->why);
  switch (key.type) {
    case KeyType::number:
    case KeyType::whole:
      if (!value.is_number()) fail_type(at, article_of(key), value);

      // Some numbers are choices, such as 1 or 3 phases: no range says that.
      if (!key.words.empty()) {
        const std::vector<std::string_view> words = split(key.words);
        const std::string given = show_number(value.number());
        if (std::find(words.begin(), words.end(), given) == words.end())
          fail(at, "= " + given + " must be " + numbers_text(key));
        break;
      }
      check_range(at, value.number(), key.min, key.max, key.above_min, key.unit);
      if (key.type == KeyType::whole && std::floor(value.number()) != value.number()) {
        fail(at, "= " + show_number(value.number()) + " must be a whole number");
      }
      break;

    case KeyType::boolean:
      if (value.boolean() == nullptr) fail_type(at, article_of(key), value);
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
      if (value.text() == nullptr) fail_type(at, "one of " + known, value);
      if (std::find(words.begin(), words.end(), *value.text()) != words.end()) break;
      fail(at, "= \"" + kernel::printable(*value.text(), 60) + "\" must be one of " + known +
                   kernel::did_you_mean(*value.text(), words));
    }
    case KeyType::other:
      break;
  }
}

const Value* Fields::find(std::string_view key) const {
  row(key);
  const Value* value = table_->find(key);
  return value == nullptr || value->is_nil() ? nullptr : value;  // JSON's null is a key left out
}

const Key& Fields::row(std::string_view key) const {
  const Key* found = find_key(*section_, key);
  if (found == nullptr)
    throw std::logic_error("no key " + std::string(key) + " in section " + std::string(section_->name));
  return *found;
}

double Fields::number(std::string_view key) const {
  const Value* value = find(key);
  return value != nullptr ? value->number() : parsed(row(key));
}

double Fields::number(std::string_view key, double otherwise) const {
  const Value* value = find(key);
  return value != nullptr ? value->number() : otherwise;
}

std::int64_t Fields::whole(std::string_view key) const { return static_cast<std::int64_t>(number(key)); }

bool Fields::boolean(std::string_view key) const {
  const Value* value = find(key);
  return value != nullptr ? *value->boolean() : row(key).fallback == "true";
}

std::string Fields::text(std::string_view key, std::string_view otherwise) const {
  const Value* value = find(key);
  return value != nullptr ? *value->text() : std::string(otherwise);
}

std::size_t Fields::choice(std::string_view key) const {
  const Value* value = find(key);
  const std::string_view chosen = value != nullptr ? std::string_view(*value->text()) : row(key).fallback;
  const std::vector<std::string_view> words = split(row(key).words);
  return static_cast<std::size_t>(std::find(words.begin(), words.end(), chosen) - words.begin());
}

}  // namespace evtwin::scenario
