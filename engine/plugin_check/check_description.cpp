// Checks of what a plugin says of itself.
#include <fmt/format.h>

#include <cmath>
#include <cstring>
#include <set>
#include <thread>

#include "plugin_check/checks.hpp"
#include "plugin_check/play.hpp"

namespace evtwin::plugin_check {

namespace {

std::string text_or_null(const char* text) { return text == nullptr ? "NULL" : fmt::format("\"{}\"", text); }

}  // namespace

std::string said_by(const evtwin_info& info) {
  std::string all = fmt::format("{} {} {} {} {} {} {} {}", info.struct_size, info.flags, text_or_null(info.id),
                                text_or_null(info.name), text_or_null(info.version), text_or_null(info.help),
                                info.n_params, info.reserved);
  for (std::uint32_t p = 0; p < info.n_params; ++p) {
    const evtwin_param_info& param = info.params[p];
    all += fmt::format("\n{} {} {} {} {} {} {} {} {}", text_or_null(param.id), text_or_null(param.unit),
                       text_or_null(param.help), param.type, param.n_choices, param.min, param.max,
                       param.default_number, text_or_null(param.default_text));
    for (std::uint32_t c = 0; param.type == EVTWIN_PARAM_CHOICE && c < param.n_choices; ++c)
      all += text_or_null(param.choices[c]);
  }
  return all;
}

namespace {

/// The strategy's description again: by the number that has this id.
std::string said_now(const Specimen& specimen, const std::string& id) {
  for (std::uint32_t i = 0; i < specimen.entry().n_strategies; ++i) {
    const evtwin_info& info = specimen.info(i);
    if (id == info.id) return said_by(info);
  }
  return "nothing: its id is gone";
}

bool has_text(const char* text) { return text != nullptr && *text != '\0'; }

std::string fault_of_numbers(const evtwin_param_info& param) {
  if (!std::isfinite(param.min) || !std::isfinite(param.max)) return "its min or max is not finite";
  if (param.min > param.max) return fmt::format("its min {} is above its max {}", param.min, param.max);
  if (std::isnan(param.default_number)) return {};  // decided by the strategy; help says how
  if (!(param.default_number >= param.min && param.default_number <= param.max))
    return fmt::format("its default {} is not within {} to {}", param.default_number, param.min, param.max);
  const auto whole = [](double x) { return x == std::floor(x); };
  if (param.type == EVTWIN_PARAM_INT && !(whole(param.default_number) && whole(param.min) && whole(param.max)))
    return "an INT whose min, max or default is no whole number";
  return {};
}

std::string fault_of_choices(const evtwin_param_info& param) {
  if (param.n_choices == 0 || param.choices == nullptr) return "a CHOICE without choices";
  std::set<std::string> seen;
  for (std::uint32_t c = 0; c < param.n_choices; ++c) {
    if (!has_text(param.choices[c])) return fmt::format("choice {} has no text", c);
    if (!seen.insert(param.choices[c]).second) return fmt::format("choice '{}' stands twice", param.choices[c]);
  }
  if (param.default_text == nullptr || !seen.contains(param.default_text)) return "its default is none of its choices";
  return {};
}

std::string fault_of_parameter(const evtwin_param_info& param) {
  if (param.unit == nullptr) return "its unit is NULL; \"\" where it has none";
  if (!has_text(param.help)) return "it has no help";
  switch (param.type) {
    case EVTWIN_PARAM_BOOL:
      return param.default_number == 0.0 || param.default_number == 1.0 ? ""
                                                                        : "a BOOL whose default is neither 0 nor 1";
    case EVTWIN_PARAM_INT:
    case EVTWIN_PARAM_REAL:
      return fault_of_numbers(param);
    case EVTWIN_PARAM_TEXT:
      return param.default_text == nullptr ? "a TEXT whose default_text is NULL" : "";
    case EVTWIN_PARAM_CHOICE:
      return fault_of_choices(param);
    default:
      return fmt::format("its type {} is unknown", param.type);
  }
}

}  // namespace

void info_is_constant(const Specimen& specimen, const evtwin_info& info) {
  const std::string id = info.id;
  const std::string before = said_by(info);
  for (const char* text : {info.name, info.version, info.help}) {
    if (!has_text(text)) throw Failed("it lacks a name, a version or help");
  }
  Play play(specimen, info, 1);
  play.next_digest();
  const auto expect_unchanged = [&](const std::string& now, const char* when) {
    if (now != before) throw Failed(fmt::format("info() says something else {}", when));
  };
  expect_unchanged(said_now(specimen, id), "after create()");
  std::string elsewhere;
  std::thread([&] {
    try {
      elsewhere = said_now(specimen, id);
    } catch (const Failed& failed) {
      elsewhere = failed.what();
    }
  }).join();
  expect_unchanged(elsewhere, "on another thread");
  play.instance().destroy();
  expect_unchanged(said_now(specimen, id), "after destroy()");
}

void parameter_table_is_sound(const Specimen&, const evtwin_info& info) {
  std::set<std::string> seen;
  for (std::uint32_t p = 0; p < info.n_params; ++p) {
    const evtwin_param_info& param = info.params[p];
    if (!has_text(param.id)) throw Failed(fmt::format("parameter number {} has no id", p));
    if (std::strpbrk(param.id, ":=,# \t\n") != nullptr)
      throw Failed(fmt::format("parameter '{}' can not be written on a command line", param.id));
    if (!seen.insert(param.id).second) throw Failed(fmt::format("parameter '{}' stands twice", param.id));
    if (const std::string fault = fault_of_parameter(param); !fault.empty())
      throw Failed(fmt::format("parameter '{}': {}", param.id, fault));
  }
}

}  // namespace evtwin::plugin_check
