#pragma once
// Files that a scenario may read: those of its own folder, and no others.

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace evtwin::scenario {

/// A path that leads nowhere, or where a scenario may not read; `what()` names it and says what is right.
struct FolderError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A regular file, open for reading.
class OpenFile {
 public:
  OpenFile(int descriptor, std::string shown) : descriptor_(descriptor), shown_(std::move(shown)) {}
  OpenFile(OpenFile&& other) noexcept;
  OpenFile& operator=(OpenFile&&) = delete;
  ~OpenFile();

  /// The path for messages.
  const std::string& shown_path() const { return shown_; }
  /// A path that opens this very file, whatever happens to its name meanwhile; valid while this object lives.
  std::string stable_path() const;
  /// All of it. @throws FolderError when it is larger than `most_bytes` ("size").
  std::string read_all(std::size_t most_bytes) const;

 private:
  int descriptor_;
  std::string shown_;
};

/// Opens a file below `folder`. Refuses absolute paths, "..", symbolic links, NUL bytes, folders, pipes and devices,
/// each step checked on the opened folder itself (openat), so that nothing can be swapped in between. @throws
/// FolderError
OpenFile open_below(const std::string& folder, std::string_view path);

/// Opens a regular file by a path that the user gave on the command line. @throws FolderError
OpenFile open_users_file(const std::string& path);

/// Whether something of that name is there (without opening it).
bool exists_below(const std::string& folder, std::string_view path);

/// Folder of a file's path: "" becomes ".".
std::string folder_of(const std::string& file);

/// Module names ("tariffs.kepco_ev") of all .lua files below a folder, two levels deep, in byte order.
std::vector<std::string> modules_below(const std::string& folder);

}  // namespace evtwin::scenario
