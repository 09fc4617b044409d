// Short scenarios for tests, and what loading them says.
#pragma once
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

/// A scenario of one day in Seoul; what is given last in a Lua table holds, so the parts may repeat keys.
inline std::string scenario_text(std::string_view in_site = "", std::string_view in_scenario = "") {
  return "return scenario {\n"
         "  start = \"2025-06-02\", days = 1, timezone = \"Asia/Seoul\", seed = 7,\n"
         "  arrivals = arrivals.poisson { per_hour = 1, energy_kwh = 10, stay_h = 3 },\n"
         "  site { contract_kw = 100, stations = { { name = \"A\", evses = 2, kw = 7 } }, tariff = { currency = "
         "\"EUR\", periods = { { from = "
         "\"00:00\", to = \"24:00\", price_per_kwh = 1 } } },\n" +
         std::string(in_site) + "\n  },\n" + std::string(in_scenario) + "\n}\n";
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
