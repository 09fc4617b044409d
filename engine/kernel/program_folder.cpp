#include "kernel/program_folder.hpp"

#include <dlfcn.h>
#include <link.h>

#include <filesystem>
#include <system_error>

namespace evtwin::kernel {

namespace fs = std::filesystem;

std::string program_file() {
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  return error ? std::string() : program.string();
}

std::string own_file() {
  static const char here = 0;
  Dl_info info{};
  link_map* map = nullptr;
  const int found = dladdr1(&here, &info, reinterpret_cast<void**>(&map), RTLD_DL_LINKMAP);
  if (found == 0 || map == nullptr || map->l_name == nullptr || map->l_name[0] == '\0') return program_file();
  std::error_code error;
  const fs::path library = fs::canonical(map->l_name, error);
  return error ? program_file() : library.string();
}

std::string program_folder(std::string_view installed, std::string_view in_source) {
  const fs::path own = own_file();
  if (own.empty()) return {};
  std::error_code error;
  const fs::path shared = own.parent_path().parent_path() / "share" / "evtwin" / installed;
  if (fs::is_directory(shared, error)) return shared.string();
  for (fs::path at = own.parent_path(); at.has_relative_path(); at = at.parent_path()) {
    if (fs::is_directory(at / in_source, error)) return (at / in_source).string();
  }
  return {};
}

}  // namespace evtwin::kernel
