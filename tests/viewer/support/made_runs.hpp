// Run files made by the program itself, once per test program: what the viewer is tested on.
#pragma once
#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <stdexcept>
#include <string>

#include "support/paths.hpp"

namespace evtwin::viewer::testing {

/// A folder of this test program's own, removed at its end.
inline const std::filesystem::path& made_folder() {
  struct Folder {
    std::filesystem::path path =
        std::filesystem::temp_directory_path() / fmt::format("evtwin-viewer-test-{}", ::getpid());
    Folder() { std::filesystem::create_directories(path); }
    ~Folder() {
      std::error_code error;
      std::filesystem::remove_all(path, error);
    }
  };
  static const Folder folder;
  return folder.path;
}

/// `evtwin run SCENARIO OPTIONS --out FILE`: the file's path. @throws std::runtime_error when evtwin fails.
inline std::string made_run(const std::string& scenario, const std::string& options) {
  static std::map<std::string, std::string> made;
  const std::string key = scenario + " " + options;
  if (const auto known = made.find(key); known != made.end()) return known->second;
  const std::string file = (made_folder() / fmt::format("run-{}.evtwin", made.size())).string();
  const std::string command =
      fmt::format("'{}' run '{}' {} --out '{}' >/dev/null 2>&1", paths::program, scenario, options, file);
  if (std::system(command.c_str()) != 0) throw std::runtime_error("failed: " + command);
  return made.emplace(key, file).first->second;
}

/// One of scenarios/NAME.lua under a strategy.
inline std::string scenario_run(const std::string& name, const std::string& strategy) {
  return made_run(fmt::format("{}/scenarios/{}.lua", paths::source_dir, name), "--strategy " + strategy);
}

/// A scenario written here. @param body Lua, without "return scenario {" ... "}"
inline std::string written_run(const std::string& name, const std::string& body, const std::string& options = {}) {
  const std::string file = (made_folder() / (name + ".lua")).string();
  if (!std::filesystem::exists(file)) std::ofstream(file) << "return scenario {\n" << body << "\n}\n";
  return made_run(file, options);
}

}  // namespace evtwin::viewer::testing
