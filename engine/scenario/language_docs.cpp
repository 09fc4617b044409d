#include "scenario/language_docs.hpp"

#include <algorithm>
#include <string_view>

#include "scenario/fields.hpp"
#include "scenario/keys.hpp"

namespace evtwin::scenario {
namespace {

// "0..1" says the range already.
std::string range_of(const Key& key) {
  if ((key.type != KeyType::number && key.type != KeyType::whole) || !key.words.empty()) return {};
  if (key.unit == "0..1") return key.above_min ? "above 0" : "";
  return (key.above_min ? "above " : "") + show_number(key.min) + " .. " + show_number(key.max);
}

std::string quoted_fallback(const Key& key) {
  if (key.required) return "required";
  if (key.fallback.empty()) return {};
  if (key.type == KeyType::choice) return "\"" + std::string(key.fallback) + "\"";
  return std::string(key.fallback);
}

// One line after a field of the editor definitions: unit, range, default, help.
std::string remark(const Key& key) {
  std::string text;
  if (!key.unit.empty()) text += "[" + std::string(key.unit) + "] ";
  text += key.help;
  const std::string range = range_of(key);
  if (!range.empty()) text += " Range: " + range + ".";
  const std::string fallback = quoted_fallback(key);
  if (!fallback.empty() && !key.required) text += " Default: " + fallback + ".";
  return text;
}

std::string table_cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c;
  }
  return out;
}

void write_sections(std::string& out) {
  for (const Section& section : reference_sections()) {
    out += "\n---" + std::string(section.help) + "\n---@class evtwin." + std::string(section.name) + "\n";
    for (const Key& key : section.keys) {
      out += "---@field " + std::string(key.name) + (key.required ? " " : "? ") + std::string(key.lua_type) + " " +
             remark(key) + "\n";
    }
    if (!section.positional.empty()) out += "---@field [integer] any " + std::string(section.positional) + "\n";
  }
}

void write_fields(std::string& out) {
  for (const FieldSection& section : field_sections()) {
    out += "\n---" + std::string(section.help) + "\n---@class evtwin." + std::string(section.name) + "\n";
    for (const Field& field : section.fields) {
      out += "---@field " + std::string(field.name) + " " + std::string(field.lua_type) + " ";
      if (!field.unit.empty()) out += "[" + std::string(field.unit) + "] ";
      out += std::string(field.help) + (field.writable ? " Can be assigned." : "") + "\n";
    }
  }
}

constexpr std::string_view head = R"(---@meta
-- The scenario language of evtwin for editors (Lua language server). Written from engine/scenario/keys.cpp; do not edit:
-- EVTWIN_WRITE_DOCS=1 bin/test_scenario --gtest_filter='Documentation.*' writes it anew.

---A number for ever, 24 numbers (also 48, 96, 288) for the steps of a day, curves by type of day or month, or a file.
---@alias evtwin.signal number|number[]|evtwin.day_types|evtwin.csv
---Made by uniform, normal, lognormal, exponential or choice.
---@class evtwin.distribution
---Made by sessions, ocpp, bookings or arrivals.poisson.
---@class evtwin.arrivals
---Made by at.
---@class evtwin.event
---Made by plugin "id" { ... }.
---@class evtwin.chosen_strategy
---Made by forecaster "id" { ... }.
---@class evtwin.chosen_forecaster
---How one quantity is foreseen.
---@alias evtwin.forecast_rule "perfect"|"yesterday"|string|evtwin.chosen_forecaster|evtwin.forecast_error|fun(past: evtwin.past, ask: evtwin.ask): number[], number[][]?
---Made by from_sessions or from_ocpp.
---@class evtwin.stations_of_file
---The keys of a station, save name and evses.
---@class evtwin.station_of_file
)";

}  // namespace

std::string editor_definitions() {
  std::string out(head);
  for (const Key& key : find_section("station").keys) {
    if (key.required) continue;
    out += "---@field " + std::string(key.name) + "? " + std::string(key.lua_type) + " " + remark(key) + "\n";
  }
  write_sections(out);
  write_fields(out);
  out += "\narrivals = {}\n";
  for (const Word& word : reference_words()) {
    out += "\n---" + std::string(word.help) + "\n";
    for (std::size_t at = 0; at < word.doc.size();) {
      const std::size_t end = std::min(word.doc.find('\n', at), word.doc.size());
      out += "---" + std::string(word.doc.substr(at, end - at)) + "\n";
      at = end + 1;
    }
    out += "function " + std::string(word.signature) + " end\n";
  }
  return out;
}

std::string language_reference() {
  // The tables of keys are the ones that scenarios are checked by: text and checks can not differ.
  std::string out;
  for (const Section& section : reference_sections()) {
    out +=
        "\n### " + std::string(section.name) + "\n\n`" + std::string(section.form) + "`: " + std::string(section.help);
    if (!section.positional.empty()) out += " Without a key: " + std::string(section.positional) + ".";
    out += "\n\n| key | unit | default | meaning |\n|---|---|---|---|\n";

    for (const Key& key : section.keys) {
      const std::string range = range_of(key);
      std::string unit(key.unit);
      if (!range.empty()) unit += (unit.empty() ? "" : ", ") + range;
      out += "| `" + std::string(key.name) + "` | " + table_cell(unit) + " | " + table_cell(quoted_fallback(key)) +
             " | " + table_cell(key.help);
      if (!key.words.empty()) out += " One of " + table_cell(key.lua_type) + ".";
      out += " |\n";
    }
  }

  out += "\n## Inside functions\n";
  for (const FieldSection& section : field_sections()) {
    out += "\n### " + std::string(section.name) + "\n\n" + std::string(section.help) +
           "\n\n| field | unit | meaning |\n|---|---|---|\n";
    for (const Field& field : section.fields) {
      out += "| `" + std::string(field.name) + "` | " + table_cell(field.unit) + " | " + table_cell(field.help) +
             (field.writable ? " Can be assigned." : "") + " |\n";
    }
  }

  out += "\n## Words\n\n";
  for (const Word& word : reference_words())
    out += "- `" + std::string(word.name) + "`: " + std::string(word.help) + "\n";
  return out;
}

}  // namespace evtwin::scenario
