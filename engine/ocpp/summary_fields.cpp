#include "ocpp/summary_fields.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "kernel/text.hpp"
#include "ocpp/timestamp.hpp"

namespace evtwin::ocpp {
namespace {

std::string as_compared(std::string_view key) {
  std::string name;
  for (const char c : key.substr(0, 80)) {
    if (c == '_' || c == '-') continue;
    name += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return name;
}

}  // namespace

void SummaryContext::add_flag(std::string_view code, std::string text) {
  flags.add_flag(code, subject, std::move(text), place);
  if (std::find(codes.begin(), codes.end(), code) == codes.end()) codes.emplace_back(code);
}

void SummaryContext::leave_unused(std::string path) {
  constexpr std::size_t most_names = 200;
  if (unused.size() < most_names || unused.contains(path)) ++unused[std::move(path)];
}

SummaryFields::SummaryFields(std::optional<Json> object, std::string path, SummaryContext& context)
    : context_(context), path_(std::move(path)) {
  simdjson::dom::object members;
  if (!object || object->get(members) != simdjson::SUCCESS) return;
  for (const auto member : members)
    entries_.push_back({.name = as_compared(member.key), .key = member.key, .value = member.value});
}

SummaryFields::Entry* SummaryFields::find_entry(std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    for (Entry& entry : entries_)
      if (entry.name == name && !entry.value.is_null()) return &entry;
  }
  return nullptr;
}

bool SummaryFields::has_member(std::initializer_list<std::string_view> names) const {
  for (const Entry& entry : entries_) {
    for (const std::string_view name : names)
      if (entry.name == name) return true;
  }
  return false;
}

std::string SummaryFields::path_of(const Entry& entry) const {
  return path_ + kernel::make_printable(entry.key.substr(0, 60));
}

std::optional<Json> SummaryFields::take_member(std::initializer_list<std::string_view> names) {
  Entry* entry = find_entry(names);
  if (!entry) return std::nullopt;
  entry->used = true;
  return entry->value;
}

SummaryFields& SummaryFields::take_object(std::initializer_list<std::string_view> names) {
  Entry* entry = find_entry(names);
  if (!entry || !entry->value.is_object()) return children_.emplace_back(std::nullopt, path_, context_);
  entry->used = true;
  return children_.emplace_back(entry->value, path_of(*entry) + ".", context_);
}

std::string SummaryFields::take_text(std::initializer_list<std::string_view> names) {
  Entry* entry = find_entry(names);
  if (!entry) return {};
  std::string text = text_of(entry->value);
  entry->used = !text.empty();
  return text;
}

double SummaryFields::take_number(std::initializer_list<std::string_view> names) {
  Entry* entry = find_entry(names);
  if (!entry) return kernel::unknown;
  entry->used = true;
  if (const auto value = number_of(entry->value)) return *value;
  context_.add_flag("field_malformed", fmt::format("{} is {}: a number", path_of(*entry), show_value(entry->value)));
  return kernel::unknown;
}

TimeNs SummaryFields::take_time(std::initializer_list<std::string_view> names) {
  Entry* entry = find_entry(names);
  if (!entry) return kernel::time_never;
  entry->used = true;
  std::string_view text;
  if (entry->value.get(text) == simdjson::SUCCESS) {
    const auto stamp = timestamp_of(text);
    if (stamp && !stamp->clamped) return stamp->ns;
  }
  context_.add_flag("field_malformed",
                    fmt::format("{} is {}: a date-time of the years 1678 to 2261 as 2025-06-25T14:00:00Z",
                                path_of(*entry), show_value(entry->value)));
  return kernel::time_never;
}

void SummaryFields::report_unused() const {
  for (const Entry& entry : entries_)
    if (!entry.used && !entry.value.is_null()) context_.leave_unused(path_of(entry));
  for (const SummaryFields& child : children_) child.report_unused();
}

}  // namespace evtwin::ocpp
