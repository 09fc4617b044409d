#include "kernel/program_folder.hpp"

#include <filesystem>
#include <system_error>

namespace evtwin::kernel {

namespace fs = std::filesystem;

std::string program_file() {
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  return error ? std::string() : program.string();
}

std::string program_folder(std::string_view installed, std::string_view in_source) {
  const fs::path program = program_file();
  if (program.empty()) return {};
  std::error_code error;
  const fs::path shared = program.parent_path().parent_path() / "share" / "evtwin" / installed;
  if (fs::is_directory(shared, error)) return shared.string();
  for (fs::path at = program.parent_path(); at.has_relative_path(); at = at.parent_path()) {
    if (fs::is_directory(at / in_source, error)) return (at / in_source).string();
  }
  return {};
}

}  // namespace evtwin::kernel
