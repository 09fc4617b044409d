#include "viewer/shell_headless/local_files.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>

#include "kernel/text.hpp"

namespace evtwin::viewer::shell {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t most_recent = 10;

/// Run files have no fixed name; what is surely something else is not listed.
bool may_be_a_run(const fs::path& file) {
  const std::string suffix = file.extension().string();
  return suffix == ".evtwin" || suffix == ".run" || suffix == ".db" || suffix == ".sqlite";
}

std::string absolute(const std::string& path) {
  std::error_code error;
  const fs::path whole = fs::absolute(path.empty() ? fs::current_path(error) : fs::path(path), error);
  return whole.lexically_normal().string();
}

}  // namespace

LocalFiles::LocalFiles(std::string recent_file) : recent_file_(std::move(recent_file)) {}

ui::Folder LocalFiles::list_folder(const std::string& path) {
  ui::Folder folder;
  folder.path = absolute(path);
  const fs::path here(folder.path);
  if (here.has_parent_path() && here.parent_path() != here) folder.parent = here.parent_path().string();
  std::error_code error;
  for (fs::directory_iterator it(here, fs::directory_options::skip_permission_denied, error), end; !error && it != end;
       it.increment(error)) {
    std::error_code ignored;
    const std::string name = it->path().filename().string();
    if (name.starts_with('.')) continue;
    const bool is_folder = it->is_directory(ignored);
    if (!is_folder && !may_be_a_run(it->path())) continue;
    folder.entries.push_back({name, is_folder, is_folder ? 0 : it->file_size(ignored)});
  }
  if (error) folder.trouble = kernel::make_printable(folder.path + ": " + error.message());
  std::sort(folder.entries.begin(), folder.entries.end(), [](const ui::FileEntry& a, const ui::FileEntry& b) {
    return a.folder != b.folder ? a.folder : a.name < b.name;
  });
  return folder;
}

std::string LocalFiles::join_path(const std::string& folder, const std::string& name) {
  return (fs::path(folder) / name).string();
}

std::vector<std::string> LocalFiles::recent_files() {
  std::vector<std::string> files;
  std::ifstream in(recent_file_);
  std::error_code error;
  for (std::string line; std::getline(in, line) && files.size() < most_recent;) {
    if (!line.empty() && fs::is_regular_file(line, error)) files.push_back(line);
  }
  return files;
}

void LocalFiles::remember_file(const std::string& file) {
  std::error_code error;
  if (recent_file_.empty() || !fs::is_regular_file(file, error)) return;
  const std::string whole = absolute(file);
  std::vector<std::string> files = recent_files();
  std::erase(files, whole);
  files.insert(files.begin(), whole);
  fs::create_directories(fs::path(recent_file_).parent_path(), error);
  std::ofstream out(recent_file_, std::ios::trunc);
  for (std::size_t i = 0; i < std::min(files.size(), most_recent); ++i) out << files[i] << '\n';
}

std::string recent_file_of_user() {
  const auto of = [](const char* name) {
    const char* value = std::getenv(name);
    return std::string(value == nullptr ? "" : value);
  };
  if (const std::string state = of("XDG_STATE_HOME"); !state.empty()) return state + "/evtwin/recent_runs";
  if (const std::string home = of("HOME"); !home.empty()) return home + "/.local/state/evtwin/recent_runs";
  return {};
}

}  // namespace evtwin::viewer::shell
