// evtwin plugin layout: strategy.h and forecaster.h as tables, for faces in other languages.
#include <evtwin/forecaster.h>
#include <evtwin/strategy.h>
#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>
#include <string>

#include "analysis/run_report.hpp"
#include "cli/commands.hpp"
#include "control/abi_layout.hpp"

namespace evtwin::cli {

namespace {

using control::AbiField;
using control::AbiHeader;
using control::AbiType;
using nlohmann::ordered_json;

constexpr std::array headers{AbiHeader::strategy, AbiHeader::forecaster};

std::string type_text(const AbiField& field, AbiType type) {
  return std::string(type == AbiType::structure ? field.structure : control::name_of(type));
}

ordered_json json_of(const AbiField& field) {
  ordered_json json{
      {"name", field.name}, {"offset", field.offset}, {"size", field.size}, {"type", type_text(field, field.type)}};
  if (field.type == AbiType::pointer) json["of"] = type_text(field, field.of);
  if (!field.length.empty()) json["length"] = field.length;
  if (field.count > 1) json["count"] = field.count;
  return json;
}

ordered_json layout_json() {
  ordered_json json{{"abi_major", EVTWIN_ABI_MAJOR},
                    {"abi_minor", EVTWIN_ABI_MINOR},
                    {"abi_digest", EVTWIN_ABI_DIGEST},
                    {"forecaster_abi_major", EVTWIN_FORECASTER_ABI_MAJOR},
                    {"forecaster_abi_minor", EVTWIN_FORECASTER_ABI_MINOR},
                    {"forecaster_abi_digest", EVTWIN_FORECASTER_ABI_DIGESTS},
                    {"structs", ordered_json::array()},
                    {"constants", ordered_json::object()}};

  for (const AbiHeader header : headers) {
    for (const control::AbiStruct& known : control::abi_structs(header)) {
      ordered_json fields = ordered_json::array();
      for (const AbiField& field : known.fields) fields.push_back(json_of(field));
      json["structs"].push_back(
          {{"name", known.name}, {"header", control::name_of(header)}, {"size", known.size}, {"fields", fields}});
    }

    // A constant is a number or a text, as in the header.
    for (const control::AbiConstant& constant : control::abi_constants(header)) {
      ordered_json& value = json["constants"][std::string(constant.name)];
      if (constant.text.empty())
        value = constant.number;
      else
        value = constant.text;
    }
  }
  return json;
}

/// A Rust type; what a function takes no table says, so that a face casts it.
std::string rust_type(const AbiField& field, AbiType type, bool writable) {
  switch (type) {
    case AbiType::f64:
      return "f64";
    case AbiType::text:
      return "*const c_char";
    case AbiType::structure:
      return std::string(field.structure);
    case AbiType::pointer:
      return (writable ? "*mut " : "*const ") + rust_type(field, field.of, writable);
    case AbiType::function:
      return "*const c_void";
    case AbiType::opaque:
      return "c_void";
    default:
      return std::string(control::name_of(type));
  }
}

/// Words of Rust's that are fields of ours.
std::string rust_name(std::string_view name) {
  return std::string(name) + (name == "self" || name == "type" ? "_" : "");
}

void print_rust(AbiHeader header) {
  for (const control::AbiStruct& known : control::abi_structs(header)) {
    const bool writable = known.name == "evtwin_decision";  // its columns are the plugin's to fill
    fmt::print("\n#[repr(C)]\n#[derive(Clone, Copy)]\npub struct {} {{\n", known.name);
    for (const AbiField& field : known.fields) {
      std::string type = rust_type(field, field.type, writable);
      if (field.type == AbiType::opaque) type = "*mut c_void";
      if (field.count > 1) type = fmt::format("[{}; {}]", type, field.count);
      fmt::print("    pub {}: {},{}\n", rust_name(field.name), type,
                 field.length.empty() ? std::string() : fmt::format(" // [{}]", field.length));
    }
    fmt::print("}}\nconst _: () = assert!(core::mem::size_of::<{}>() == {});\n", known.name, known.size);
  }
  fmt::print("\n");
  for (const control::AbiConstant& constant : control::abi_constants(header)) {
    if (constant.text.empty())
      fmt::print("pub const {}: u32 = {};\n", constant.name, constant.number);
    else
      fmt::print("pub const {}: &str = \"{}\\0\";\n", constant.name, constant.text);
  }
}

void print_header(AbiHeader header) {
  for (const control::AbiStruct& known : control::abi_structs(header)) {
    fmt::print("\n{}, {} bytes\n", known.name, known.size);
    for (const AbiField& field : known.fields) {
      std::string type = type_text(field, field.type);
      if (field.type == AbiType::pointer) type += " to " + type_text(field, field.of);
      if (!field.length.empty()) type += fmt::format(" [{}]", field.length);
      if (field.count > 1) type += fmt::format(", {} of them", field.count);
      fmt::print("{:>6} {:>3}  {:<32} {}\n", field.offset, field.size, field.name, type);
    }
  }
  fmt::print("\n");
  for (const control::AbiConstant& constant : control::abi_constants(header)) {
    fmt::print("{} = {}\n", constant.name,
               constant.text.empty() ? std::to_string(constant.number) : fmt::format("\"{}\"", constant.text));
  }
}

}  // namespace

int plugin_layout(const PluginLayoutCommand& command) {
  if (command.json) {
    fmt::print("{}\n", analysis::json_text(layout_json()));
    return 0;
  }
  if (command.rust) {
    fmt::print(
        "// strategy.h of ABI {}.{} as this evtwin lays it out: evtwin plugin layout --rust. Not to be edited.\n"
        "#![allow(dead_code, non_camel_case_types)]\n"
        "use core::ffi::c_void;\nuse std::os::raw::c_char;\n\n"
        "pub const EVTWIN_ABI_DIGEST: &str = \"{}\\0\";\n",
        EVTWIN_ABI_MAJOR, EVTWIN_ABI_MINOR, EVTWIN_ABI_DIGEST);
    print_rust(AbiHeader::strategy);
    return 0;
  }
  fmt::print("strategy.h of ABI {}.{}, {}\n", EVTWIN_ABI_MAJOR, EVTWIN_ABI_MINOR, EVTWIN_ABI_DIGEST);
  print_header(AbiHeader::strategy);
  fmt::print("\nforecaster.h of ABI {}.{}, {}\n", EVTWIN_FORECASTER_ABI_MAJOR, EVTWIN_FORECASTER_ABI_MINOR,
             EVTWIN_FORECASTER_ABI_DIGEST);
  print_header(AbiHeader::forecaster);
  return 0;
}

}  // namespace evtwin::cli
