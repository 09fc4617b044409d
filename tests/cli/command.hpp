// Starts the real program and looks at what it says.
#pragma once
#include <gtest/gtest.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "support/paths.hpp"

namespace evtwin::testing {

using paths::shared_dir;
using paths::source_dir;

inline std::string read_all(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// A folder of its own for each test, removed with it.
class Command : public ::testing::Test {
 protected:
  struct Said {
    int status = 0;  ///< exit status; minus the signal if one ended it
    std::string out, err;
    long peak_kib = 0;
    nlohmann::json json() const { return nlohmann::json::parse(out); }
  };

  Command() {
    static int count = 0;
    folder_ = ::testing::TempDir() + "evtwin-cli-" + std::to_string(getpid()) + "-" + std::to_string(++count);
    std::filesystem::create_directories(folder_);
  }
  ~Command() override { std::filesystem::remove_all(folder_); }

  std::string path(const std::string& name) const { return folder_ + "/" + name; }
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(path(name), std::ios::binary) << text;
    return path(name);
  }

  /// Starts the program; `in_child` may set limits before it runs.
  pid_t start(const std::vector<std::string>& arguments, const std::function<void()>& in_child = {}) const {
    const pid_t child = fork();
    if (child != 0) return child;
    setenv("EVTWIN_LIBRARY", (source_dir + "/scenarios/lib").c_str(), 1);
    if (freopen((folder_ + "/.out").c_str(), "wb", stdout) == nullptr ||
        freopen((folder_ + "/.err").c_str(), "wb", stderr) == nullptr)
      _exit(99);
    if (in_child) in_child();
    std::vector<char*> argv;
    std::string program = paths::program;
    argv.push_back(program.data());
    std::vector<std::string> copies = arguments;
    for (std::string& argument : copies) argv.push_back(argument.data());
    argv.push_back(nullptr);
    execv(program.c_str(), argv.data());
    _exit(98);
  }

  Said finish(pid_t child) const {
    int status = 0;
    rusage usage{};
    wait4(child, &status, 0, &usage);
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status), read_all(folder_ + "/.out"),
            read_all(folder_ + "/.err"), usage.ru_maxrss};
  }

  Said run(const std::vector<std::string>& arguments, const std::function<void()>& in_child = {}) const {
    return finish(start(arguments, in_child));
  }

  std::string folder_;
};

/// Rows of a query, each a map from column to text.
inline std::vector<std::map<std::string, std::string>> query(const std::string& file, const std::string& sql) {
  sqlite3* database = nullptr;
  std::vector<std::map<std::string, std::string>> rows;
  EXPECT_EQ(sqlite3_open_v2(file.c_str(), &database, SQLITE_OPEN_READONLY, nullptr), SQLITE_OK);
  sqlite3_stmt* statement = nullptr;
  EXPECT_EQ(sqlite3_prepare_v2(database, sql.c_str(), -1, &statement, nullptr), SQLITE_OK) << sqlite3_errmsg(database);
  while (statement != nullptr && sqlite3_step(statement) == SQLITE_ROW) {
    auto& row = rows.emplace_back();
    for (int c = 0; c < sqlite3_column_count(statement); ++c) {
      const auto* text = sqlite3_column_text(statement, c);
      row[sqlite3_column_name(statement, c)] = text == nullptr ? "" : reinterpret_cast<const char*>(text);
    }
  }
  sqlite3_finalize(statement);
  sqlite3_close(database);
  return rows;
}

}  // namespace evtwin::testing
