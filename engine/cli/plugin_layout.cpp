// evtwin plugin layout: strategy.h as a table, for faces in other languages.
#include <evtwin/strategy.h>
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string>

#include "analysis/run_report.hpp"
#include "cli/commands.hpp"
#include "control/abi_layout.hpp"

namespace evtwin::cli {

namespace {

using control::AbiField;
using control::AbiType;
using nlohmann::ordered_json;

std::string type_text(const AbiField& field, AbiType type) {
  return std::string(type == AbiType::structure ? field.structure : control::name_of(type));
}

ordered_json json_of(const AbiField& field) {
  ordered_json json{
      {"name", field.name}, {"offset", field.offset}, {"size", field.size}, {"type", type_text(field, field.type)}};
  if (field.type == AbiType::pointer) json["of"] = type_text(field, field.of);
  if (!field.length.empty()) json["length"] = field.length;
  return json;
}

ordered_json layout_json() {
  ordered_json json{{"abi_major", EVTWIN_ABI_MAJOR},
                    {"abi_minor", EVTWIN_ABI_MINOR},
                    {"abi_digest", EVTWIN_ABI_DIGEST},
                    {"structs", ordered_json::array()},
                    {"constants", ordered_json::object()}};
  for (const control::AbiStruct& known : control::abi_structs()) {
    ordered_json fields = ordered_json::array();
    for (const AbiField& field : known.fields) fields.push_back(json_of(field));
    json["structs"].push_back({{"name", known.name}, {"size", known.size}, {"fields", fields}});
  }
  for (const control::AbiConstant& constant : control::abi_constants()) {
    ordered_json& value = json["constants"][std::string(constant.name)];
    if (constant.text.empty())
      value = constant.number;
    else
      value = constant.text;
  }
  return json;
}

}  // namespace

int plugin_layout(const PluginLayoutCommand& command) {
  if (command.json) {
    fmt::print("{}\n", analysis::json_text(layout_json()));
    return 0;
  }
  fmt::print("strategy.h of ABI {}.{}, {}\n", EVTWIN_ABI_MAJOR, EVTWIN_ABI_MINOR, EVTWIN_ABI_DIGEST);
  for (const control::AbiStruct& known : control::abi_structs()) {
    fmt::print("\n{}, {} bytes\n", known.name, known.size);
    for (const AbiField& field : known.fields) {
      std::string type = type_text(field, field.type);
      if (field.type == AbiType::pointer) type += " to " + type_text(field, field.of);
      if (!field.length.empty()) type += fmt::format(" [{}]", field.length);
      fmt::print("{:>6} {:>3}  {:<32} {}\n", field.offset, field.size, field.name, type);
    }
  }
  fmt::print("\n");
  for (const control::AbiConstant& constant : control::abi_constants()) {
    fmt::print("{} = {}\n", constant.name,
               constant.text.empty() ? std::to_string(constant.number) : fmt::format("\"{}\"", constant.text));
  }
  return 0;
}

}  // namespace evtwin::cli
