// A golden case with one thing changed, and what the conformance program says of it.
#pragma once
#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "support/paths.hpp"

namespace evtwin::conformance::test {

using nlohmann::json;

struct Verdict {
  int status = -1;
  std::string text;
};

/// What the program says of the cases in a file.
inline Verdict judged(const std::string& kind, const std::filesystem::path& file) {
  Verdict verdict;
  FILE* pipe =
      popen((paths::quoted(paths::conformance) + " " + kind + " " + paths::quoted(file) + " 2>&1").c_str(), "r");
  std::array<char, 4096> piece{};
  for (std::size_t n = 0; (n = fread(piece.data(), 1, piece.size(), pipe)) > 0;) verdict.text.append(piece.data(), n);
  const int status = pclose(pipe);
  verdict.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return verdict;
}

inline void add(json& number, double difference) { number = number.get<double>() + difference; }

class Bites : public testing::Test {
 protected:
  /// @param kind  of case. @param folder  in which its golden cases lie; none: of the same name
  explicit Bites(std::string kind, const std::string& folder = "")
      : kind_(std::move(kind)),
        golden_(std::filesystem::path(paths::shared_dir) / "golden" / (folder.empty() ? kind_ : folder)) {}

  void SetUp() override {
    if (!std::filesystem::exists(golden_)) GTEST_SKIP() << golden_ << " is not there";
    folder_ = std::filesystem::temp_directory_path() / ("evtwin_bite_" + std::to_string(getpid()));
    std::filesystem::create_directories(folder_ / "tariffs");
    // What cases refer to lies beside them; copied one by one, since a read-only folder would be copied as one.
    if (!std::filesystem::exists(golden_ / "tariffs")) return;
    for (const auto& tariff : std::filesystem::directory_iterator(golden_ / "tariffs"))
      std::filesystem::copy(tariff.path(), folder_ / "tariffs" / tariff.path().filename());
  }
  void TearDown() override {
    if (!folder_.empty()) std::filesystem::remove_all(folder_);
  }

  /// NAME.json, or NAME.json.gz.
  json read(const std::string& name) const {
    if (std::ifstream in(golden_ / (name + ".json")); in) return json::parse(in);
    std::string text;
    const gzFile file = gzopen((golden_ / (name + ".json.gz")).c_str(), "rb");
    std::array<char, 65536> piece{};
    for (int n = 0; (n = gzread(file, piece.data(), piece.size())) > 0;)
      text.append(piece.data(), static_cast<std::size_t>(n));
    gzclose(file);
    return json::parse(text);
  }

  /// What the program says of `document`.
  Verdict judge(const json& document) const {
    const std::filesystem::path file = folder_ / "case.json";
    std::ofstream(file) << document;
    return judged(kind_, file);
  }

  /// The case as it is passes; after `change` it fails and the line of the failure names `what`.
  void expect_noticed(const std::string& name, const char* what, const std::function<void(json&)>& change) const {
    json document = read(name);
    EXPECT_EQ(judge(document).status, 0) << name;
    change(document);
    const Verdict verdict = judge(document);
    EXPECT_EQ(verdict.status, 1) << verdict.text;
    EXPECT_THAT(verdict.text, testing::HasSubstr("FAIL")) << name;
    EXPECT_THAT(verdict.text, testing::HasSubstr(what)) << name;
  }

 private:
  std::string kind_;
  std::filesystem::path golden_, folder_;
};

}  // namespace evtwin::conformance::test
