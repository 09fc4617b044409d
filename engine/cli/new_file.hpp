// Files that commands write for people.
#pragma once
#include <cstdio>
#include <string>
#include <string_view>

namespace evtwin::cli {

/// @throws CommandError
[[noreturn]] void can_not_write(const std::string& file, int why);

/// A file that takes its name when it is whole, never over one that is there; but for one that begins with `own`, which
/// says that a command wrote it and may write it again. @throws CommandError
class NewFile {
 public:
  explicit NewFile(std::string name, std::string_view own = {});
  NewFile(NewFile&& other) noexcept;
  NewFile& operator=(NewFile&&) = delete;
  ~NewFile();

  void write_text(std::string_view text);
  void finish_file();

 private:
  std::string name_, part_;
  std::FILE* file_ = nullptr;
};

/// All of a file at once.
void write_new_file(const std::string& name, std::string_view text, std::string_view own = {});
/// In the place of one that may be there: whoever reads it meanwhile has the old one or the new one, whole.
/// @throws CommandError
void replace_file(const std::string& name, std::string_view text);

}  // namespace evtwin::cli
