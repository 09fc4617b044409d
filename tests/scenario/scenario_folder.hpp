// Short scenarios for tests, and what loading them says.
#pragma once
#include <algorithm>
#include <filesystem>
#include <string>
#include <string_view>

#include "scenario/loader.hpp"
#include "support/paths.hpp"
#include "support/temporary_file.hpp"

namespace evtwin::scenario::testing {

using evtwin::testing::message_of;
using evtwin::testing::shared_file;
using evtwin::testing::TemporaryFile;
using evtwin::testing::TemporaryFolder;

inline LoadOptions options_with_library() {
  LoadOptions options;
  options.library_dir = paths::source_dir + "/scenarios/lib";
  return options;
}

/// Whether a part of a table has `key = ` between braces and brackets of its own.
inline bool gives(std::string_view part, std::string_view key) {
  int depth = 0;
  for (std::size_t at = 0; at < part.size(); ++at) {
    if (part[at] == '{' || part[at] == '(') ++depth;
    if (part[at] == '}' || part[at] == ')') --depth;
    if (depth < 0) return false;  // behind the table that it is a part of
    if (depth != 0 || !part.substr(at).starts_with(key)) continue;
    const std::size_t next = part.find_first_not_of(' ', at + key.size());
    const bool begins = at == 0 || std::string_view(" ,\n").find(part[at - 1]) != std::string_view::npos;
    if (begins && next < part.size() && part[next] == '=') return true;
  }
  return false;
}

/// The entries of `base` whose keys `part` does not give, and `part`.
inline std::string with_entries(std::string_view base, std::string_view part) {
  std::string out;
  int depth = 0;
  std::size_t begin = 0;
  for (std::size_t at = 0; at <= base.size(); ++at) {
    if (at < base.size() && (base[at] == '{' || base[at] == '(')) ++depth;
    if (at < base.size() && (base[at] == '}' || base[at] == ')')) --depth;
    if (at < base.size() && (base[at] != ',' || depth != 0)) continue;
    std::string_view entry = base.substr(begin, at - begin);
    begin = at + 1;
    entry.remove_prefix(std::min(entry.find_first_not_of(' '), entry.size()));
    const std::string_view key = entry.substr(0, std::min(entry.find_first_of(" ="), entry.size()));
    if (!entry.empty() && !gives(part, key)) out += std::string(entry) + ", ";
  }
  return out + std::string(part);
}

/// A scenario of one day in Seoul; the parts may give keys of their own instead of its.
inline std::string scenario_text(std::string_view in_site = "", std::string_view in_scenario = "") {
  const auto entry = [](std::string_view part, std::string_view key, std::string_view value) {
    return gives(part, key) ? std::string() : std::string(key) + " = " + std::string(value) + ", ";
  };
  return "return scenario {\n  " + entry(in_scenario, "start", "\"2025-06-02\"") + entry(in_scenario, "days", "1") +
         entry(in_scenario, "timezone", "\"Asia/Seoul\"") + entry(in_scenario, "seed", "7") + "\n  " +
         entry(in_scenario, "arrivals", "arrivals.poisson { per_hour = 1, energy_kwh = 10, stay_h = 3 }") +
         "\n  site { " + entry(in_site, "contract_kw", "100") +
         entry(in_site, "stations", "{ { name = \"A\", evses = 2, kw = 7 } }") +
         entry(in_site, "tariff",
               "{ currency = \"EUR\", periods = { { from = \"00:00\", to = \"24:00\", price_per_kwh = 1 } } }") +
         "\n" + std::string(in_site) + "\n  },\n" + std::string(in_scenario) + "\n}\n";
}

inline LoadedScenario load_text(std::string_view text, LoadOptions options = options_with_library()) {
  const TemporaryFolder folder;
  return load_scenario(folder.write("test.lua", text), options);
}

/// The message without the folder in front: "test.lua:3: ..."; "accepted" when there is none.
inline std::string load_error(const TemporaryFolder& folder, std::string_view text,
                              LoadOptions options = options_with_library()) {
  const std::string file = folder.write("test.lua", text);
  try {
    load_scenario(file, options);
  } catch (const ScriptError& error) {
    std::string message = error.message;
    const std::string prefix = std::filesystem::path(file).parent_path().string() + "/";
    for (std::size_t at = message.find(prefix); at != std::string::npos; at = message.find(prefix))
      message.erase(at, prefix.size());
    return message;
  }
  return "accepted";
}

inline std::string load_error(std::string_view text, LoadOptions options = options_with_library()) {
  const TemporaryFolder folder;
  return load_error(folder, text, std::move(options));
}

}  // namespace evtwin::scenario::testing
