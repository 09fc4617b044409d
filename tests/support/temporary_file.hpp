// A file that lives as long as a test.
#pragma once
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "support/paths.hpp"

namespace evtwin::testing {

class TemporaryFile {
 public:
  explicit TemporaryFile(std::string_view content) {
    static int count = 0;
    path_ = ::testing::TempDir() + "evtwin-table-" + std::to_string(getpid()) + "-" + std::to_string(++count);
    std::ofstream(path_, std::ios::binary) << content;
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() { std::filesystem::remove(path_); }

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// A folder that lives as long as a test.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    static int count = 0;
    path_ = ::testing::TempDir() + "evtwin-folder-" + std::to_string(getpid()) + "-" + std::to_string(++count);
    std::filesystem::create_directories(path_);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }

  /// Writes a file into the folder. @returns its path.
  std::string write(const std::string& name, std::string_view content) const {
    const std::string file = path_ + "/" + name;
    std::ofstream(file, std::ios::binary) << content;
    return file;
  }

 private:
  std::string path_;
};

/// What an error says; "accepted" when there is none.
template <class Error, class Call>
std::string message_of(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

/// A file of the shared cases; tests skip, saying so, where it is not there.
inline std::string shared_file(std::string_view name) { return paths::shared_dir + "/" + std::string(name); }

}  // namespace evtwin::testing
