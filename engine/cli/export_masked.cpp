// evtwin export LOG --masked: a log that can be handed on.
#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <map>
#include <stdexcept>

#include "analysis/text_table.hpp"
#include "cli/commands.hpp"
#include "cli/new_file.hpp"
#include "kernel/text.hpp"
#include "replay/masked_log.hpp"

namespace evtwin::cli {
namespace {

namespace fs = std::filesystem;
using analysis::number_text;

bool is_run_file(const std::string& name) {
  std::string head(16, '\0');
  std::FILE* file = std::fopen(name.c_str(), "rb");
  if (file == nullptr) return false;
  head.resize(std::fread(head.data(), 1, head.size(), file));
  std::fclose(file);
  return head.starts_with("SQLite format 3");
}

/// Where the masked text of a file goes: the file asked for, or one of its name in the folder asked for.
class MaskedFiles {
 public:
  MaskedFiles(std::string target, bool folder) : target_(std::move(target)), folder_(folder) {
    std::error_code error;
    if (folder_ && fs::exists(target_, error))
      throw CommandError(target_ + ": is there already and is kept; name another folder");
  }
  void write(const std::string& name, std::string_view text) {
    auto found = files_.find(name);
    if (found == files_.end()) {
      finish();
      const fs::path path = folder_ ? fs::path(target_) / name : fs::path(target_);
      std::error_code error;
      if (folder_) fs::create_directories(path.parent_path(), error);
      if (error) throw CommandError(fmt::format("{}: can not be made a folder ({})", target_, error.message()));
      found = files_.emplace(name, NewFile(path.string())).first;
    }
    found->second.write_text(text);
  }
  void finish() {
    for (auto& [name, file] : files_) file.finish_file();
    files_.clear();
  }

 private:
  std::string target_;
  bool folder_;
  std::map<std::string, NewFile> files_;  // the one that is being written
};

}  // namespace

int export_masked(const ExportCommand& command) {
  if (is_run_file(command.runs.front()))
    throw CommandError(
        fmt::format("{}: is a run file; --masked is for logs, and --ocpp, --ocpi and --sessions of a "
                    "run file number the drivers as they are",
                    kernel::make_printable(command.runs.front())));

  // A folder of logs becomes a folder, a file a file.
  std::error_code error;
  MaskedFiles files(command.masked, fs::is_directory(command.runs.front(), error));
  replay::MaskedLogSummary done;
  try {
    done = replay::mask_log(command.runs.front(),
                            [&](const std::string& name, std::string_view text) { files.write(name, text); });
  } catch (const std::invalid_argument& wrong) {
    throw CommandError(wrong.what());
  }
  files.finish();

  const auto count = [](std::uint64_t n) { return number_text(static_cast<double>(n), 0); };
  fmt::print("{}: {} identifiers of drivers, cards and vehicles in {} places are numbers now, in {} file{}\n",
             kernel::make_printable(command.masked), count(done.identifiers), count(done.replaced), done.files,
             done.files == 1 ? "" : "s");

  // A mask that missed something is worse than none: each doubt is counted for a person to look at.
  for (const std::string& name : done.left_out)
    fmt::print("  left out: {} holds binary data\n", kernel::make_printable(name));
  if (done.left > 0)
    fmt::print("  {} words or numbers equal an identifier, may be something else, and are kept\n", count(done.left));
  if (done.broken > 0)
    fmt::print("  {} identifiers go on in the next line: their first part is masked, the rest is not; look for it\n",
               count(done.broken));

  fmt::print(
      "  Fields are known by their names (idTag, idToken, vin, emaid, userId ...). Names of people in other words "
      "stay:\n"
      "  look it through before you hand it on. Stations keep their names.\n");
  return 0;
}

}  // namespace evtwin::cli
