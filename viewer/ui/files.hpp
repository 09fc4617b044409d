// Questions of the viewer to the machine about files: an interface, so that a shell in a browser can answer otherwise.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace evtwin::viewer::ui {

struct FileEntry {
  std::string name;
  bool folder = false;
  std::uintmax_t bytes = 0;
};

struct Folder {
  std::string path;                ///< absolute
  std::string parent;              ///< empty: there is none
  std::vector<FileEntry> entries;  ///< folders first, by name; files that may be runs
  std::string trouble;             ///< why nothing is listed; empty: it is
};

class Files {
 public:
  Files() = default;
  Files(const Files&) = delete;
  Files& operator=(const Files&) = delete;
  virtual ~Files() = default;

  /// A dialogue of the system's own (a browser's): shows it, and the shell opens what is chosen. @returns false: it has
  /// none
  virtual bool ask_for_files() { return false; }
  /// @param path empty: where the user works
  virtual Folder list_folder(const std::string& path) = 0;
  virtual std::string join_path(const std::string& folder, const std::string& name) = 0;
  /// Files opened before, the last one first.
  virtual std::vector<std::string> recent_files() { return {}; }
  virtual void remember_file(const std::string&) {}
};

}  // namespace evtwin::viewer::ui
