#include "scenario/library_tariffs.hpp"

#include <algorithm>

#include "kernel/nearest.hpp"
#include "kernel/text.hpp"
#include "scenario/build.hpp"

namespace evtwin::scenario {
namespace {

constexpr std::string_view folder_prefix = "tariffs.";

/// Script that asks a module of tariffs for its tables that have a currency.
std::string question(const std::string& module) {
  return "local all = require \"" + module + R"lua("
local function is_tariff(value)
  if type(value) ~= "table" then return false end
  for key in pairs(value) do if key == "currency" then return true end end
  return false
end
local tariffs = {}
if type(all) == "table" then
  for name, value in pairs(all) do if type(name) == "string" and is_tariff(value) then tariffs[name] = value end end
end
return site { tariffs = tariffs }
)lua";
}

/// A module's tariffs as the script wrote them.
struct Module {
  std::shared_ptr<const Construct> made;
  Where where;
  const Table* tariffs = nullptr;
};

Module ask(const std::string& module, const std::string& folder) {
  LoadOptions options;
  options.library_dir = folder;
  options.text = question(module);
  auto source = std::make_shared<ScenarioSource>(module, std::move(options));
  Language language(source, 0);
  Module out;
  out.made = language.evaluate_file(print_line);
  out.where = language.place_of(*out.made) / "tariffs";
  const Table* arguments = out.made->arguments.front().as_table();
  const Value* tariffs = arguments != nullptr ? arguments->find_value("tariffs") : nullptr;
  out.tariffs = tariffs != nullptr ? tariffs->as_table() : nullptr;
  if (out.tariffs == nullptr) throw ScriptError(module + ": its tariffs can not be read");
  return out;
}

std::vector<std::string> modules_of(const std::string& folder) {
  std::vector<std::string> modules = modules_below(folder);
  std::erase_if(modules, [](const std::string& name) { return !name.starts_with(folder_prefix); });
  return modules;
}

std::string text_at(const Table& table, std::string_view key) {
  const Value* value = table.find_value(key);
  const std::string* text = value != nullptr ? value->as_text() : nullptr;
  return text != nullptr ? kernel::make_printable(*text, 1000) : std::string();
}

[[noreturn]] void no_such(const std::string& name, const std::string& folder) {
  std::vector<std::string> names;
  for (const LibraryTariff& tariff : library_tariffs(folder)) names.push_back(tariff.name);
  const std::vector<std::string_view> known(names.begin(), names.end());
  throw ScriptError("--change tariff=" + kernel::make_printable(name, 60) +
                    ": the scenario library has no such tariff" + kernel::did_you_mean(name, known) +
                    "; evtwin tariffs lists them");
}

}  // namespace

std::vector<LibraryTariff> library_tariffs(std::string folder) {
  if (folder.empty()) folder = library_folder();
  std::vector<LibraryTariff> out;
  for (const std::string& module : modules_of(folder)) {
    const Module asked = ask(module, folder);
    for (const auto& [name, value] : asked.tariffs->named) {
      const Table* table = value.as_table();
      if (table == nullptr) continue;
      out.push_back({module.substr(folder_prefix.size()) + "." + name, text_at(*table, "currency"),
                     text_at(*table, "source"), text_at(*table, "valid_from"), text_at(*table, "doubts")});
    }
  }
  return out;
}

market::Tariff library_tariff(Build& build, const std::string& name) {
  const std::string& folder = build.source.options().library_dir;
  const std::size_t dot = name.rfind('.');
  if (dot == std::string::npos) no_such(name, folder);
  const std::string module = std::string(folder_prefix) + name.substr(0, dot);
  const std::vector<std::string> modules = modules_of(folder);
  if (std::find(modules.begin(), modules.end(), module) == modules.end()) no_such(name, folder);
  std::string file;
  static_cast<void>(build.source.read_module(module, file));  // from now on a fingerprint of it belongs to the scenario
  const Module asked = ask(module, folder);
  const std::string tariff_name = name.substr(dot + 1);
  const Value* value = asked.tariffs->find_value(tariff_name);
  if (value == nullptr) no_such(name, folder);
  return tariff_of(build, *value, asked.where / tariff_name);
}

}  // namespace evtwin::scenario
