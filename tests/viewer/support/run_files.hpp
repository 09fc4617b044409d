// Run files for tests of the viewer: made by the program itself, and spoilt where a test wants that.
#pragma once
#include <sqlite3.h>

#include <string>
#include <vector>

#include "cli/command.hpp"

namespace evtwin::viewer::testing {

/// A folder of its own, the program to run, and no display.
class WithRuns : public evtwin::testing::Command {
 protected:
  /// A scenario of the repository, run. @returns the run file
  std::string run_of(const std::string& scenario, const std::vector<std::string>& more = {},
                     const std::string& name = "a.evtwin") {
    std::vector<std::string> arguments{"run", evtwin::testing::source_dir + "/scenarios/" + scenario, "--out",
                                       path(name)};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Said said = run(arguments);
    EXPECT_EQ(said.status, 0) << said.err;
    return path(name);
  }
  /// `evtwin view`, where there is no display.
  Said view(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "view");
    return run(arguments, [] {
      unsetenv("DISPLAY");
      unsetenv("WAYLAND_DISPLAY");
    });
  }
  /// Changes a run file as no program of ours would.
  static void tamper(const std::string& file, const std::string& sql) {
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open(file.c_str(), &database), SQLITE_OK);
    char* error = nullptr;
    EXPECT_EQ(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, &error), SQLITE_OK)
        << (error == nullptr ? "" : error);
    sqlite3_free(error);
    sqlite3_close(database);
  }
};

}  // namespace evtwin::viewer::testing
