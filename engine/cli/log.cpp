// evtwin runs and evtwin diff: a folder of run files as a log of experiments.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <tuple>

#include "analysis/run_log.hpp"
#include "analysis/run_report.hpp"
#include "cli/commands.hpp"
#include "kernel/text.hpp"

namespace evtwin::cli {

namespace {

namespace fs = std::filesystem;

std::vector<fs::path> run_files_in(const std::string& folder) {
  std::error_code error;
  std::vector<fs::path> files;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    if (entry->path().extension() == ".evtwin") files.push_back(entry->path());
  }
  if (error) throw CommandError(fmt::format("{}: not a folder that can be read ({})", folder, error.message()));
  if (files.empty()) throw CommandError(fmt::format("{}: no run files (*.evtwin) in this folder", folder));
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

int list_runs(const RunsCommand& command) {
  std::vector<analysis::LoggedRun> runs;
  int status = 0;
  for (const fs::path& file : run_files_in(command.folder)) {
    try {
      runs.push_back({file.filename().string(), record::read_summary(file.string())});
    } catch (const record::RunFileError& error) {
      status = 1;  // the others are listed all the same
      fmt::print(stderr, "error: {}\n", kernel::make_printable(error.what()));
    }
  }
  std::sort(runs.begin(), runs.end(), [](const auto& a, const auto& b) {
    return std::tie(a.summary.created_at, a.file) < std::tie(b.summary.created_at, b.file);
  });
  if (command.json) {
    fmt::print("{}\n", analysis::json_text(analysis::run_log_json(runs)));
  } else if (!runs.empty()) {
    fmt::print("{}", analysis::run_log_table(runs));
  }
  return status;
}

int compare_runs(const DiffCommand& command) {
  const analysis::LoggedRun a{command.a, record::read_summary(command.a)};
  const analysis::LoggedRun b{command.b, record::read_summary(command.b)};
  if (command.json) {
    fmt::print("{}\n", analysis::json_text(analysis::difference_json(a, b)));
  } else {
    fmt::print("{}", analysis::difference_text(a, b));
  }
  return 0;
}

}  // namespace evtwin::cli
