// conformance KIND PATH...: runs golden cases of another simulator on evtwin and says how closely they agree.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "conformance/kinds.hpp"
#include "conformance/table.hpp"
#include "sessions/text_file.hpp"

namespace evtwin::conformance {

namespace {

namespace fs = std::filesystem;

constexpr std::array all_kinds{
    Kind{"acn", "ACN-Sim: whole runs through the engine, and its unit tests' calls", compare_acn},
    Kind{"composite", "libocpp: what charging profiles add up to, in its unit tests", compare_composite},
    Kind{"ev2gym", "EV2Gym: runs re-simulated from scenario and actions, and the ladder to evtwin's physics",
         compare_ev2gym},
    Kind{"milp", "plans: a site's day to the optima that several solvers agree on", compare_milp},
    Kind{"spiceev", "SpiceEV: calls of its battery", compare_spiceev},
};

bool is_table(const fs::path& file) { return file.extension() == ".table"; }
bool is_case(const fs::path& file) {
  const std::string name = file.filename().string();
  return name.ends_with(".json") || name.ends_with(".json.gz") || is_table(file);
}

/// The files of a path: itself, or the cases directly in the folder, by name.
std::vector<fs::path> files_of(const fs::path& path) {
  if (!fs::is_directory(path)) return {path};
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(path)) {
    if (entry.is_regular_file() && is_case(entry.path())) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

/// Golden cases are JSON written on one line.
constexpr std::size_t most_bytes = std::size_t{512} << 20;
constexpr sessions::TextLimits one_long_line{.file_bytes = most_bytes, .line_bytes = most_bytes};

struct Count {
  std::size_t passed = 0, failed = 0, known = 0;
};

void run_file(const Kind& kind, const fs::path& file, Count& count) {
  try {
    const std::string text = sessions::read_text_file(file.string(), file.string(), one_long_line);
    const auto documents = is_table(file) ? read_tables(text) : std::vector{nlohmann::json::parse(text)};
    for (const nlohmann::json& document : documents) {
      const auto comparisons = kind.run(document, file);
      if (comparisons.empty()) throw CaseError("holds no case");
      for (const Comparison& comparison : comparisons) {
        // A case that compared nothing has shown nothing.
        const bool nothing = comparison.passed() && !comparison.known() && comparison.compared() == 0;
        fmt::print("{}{}\n", nothing ? "FAIL  compared nothing: " : "", comparison.text());
        if (nothing || !comparison.passed())
          ++count.failed;
        else if (comparison.known())
          ++count.known;
        else
          ++count.passed;
      }
    }
  } catch (const std::exception& error) {
    fmt::print("FAIL  {}: {}\n", file.filename().string(), error.what());
    ++count.failed;
  }
  std::fflush(stdout);
}

int usage(std::string_view why) {
  fmt::print(stderr,
             "error: {}\nusage: conformance KIND PATH... (files, or folders of *.table, *.json and *.json.gz)\n", why);
  for (const Kind& kind : all_kinds) fmt::print(stderr, "  {:<9} {}\n", kind.name, kind.help);
  return 2;
}

}  // namespace

int run(const std::vector<std::string>& words) {
  if (words.size() < 2) return usage("a kind and at least one path are needed");
  const auto kind =
      std::find_if(all_kinds.begin(), all_kinds.end(), [&](const Kind& k) { return k.name == words.front(); });
  if (kind == all_kinds.end()) return usage(fmt::format("'{}' is no kind of case", words.front()));
  std::vector<fs::path> files;
  for (std::size_t i = 1; i < words.size(); ++i) {
    if (!fs::exists(words[i])) return usage(fmt::format("{}: no such file or folder", words[i]));
    const auto found = files_of(words[i]);
    if (found.empty()) return usage(fmt::format("{}: no *.table, *.json or *.json.gz in this folder", words[i]));
    files.insert(files.end(), found.begin(), found.end());
  }
  Count count;
  for (const fs::path& file : files) run_file(*kind, file, count);
  if (count.known > 0) fmt::print("{} known differences, each with its reason above\n", count.known);
  fmt::print("{} files, {} cases\n", files.size(), count.passed + count.failed + count.known);
  fmt::print("{} passed, {} failed\n", count.passed, count.failed);
  return count.failed == 0 ? 0 : 1;
}

}  // namespace evtwin::conformance

int main(int argc, char** argv) { return evtwin::conformance::run({argv + 1, argv + argc}); }
