#include "control/plugin_symbols.hpp"

#include <cxxabi.h>
#include <elf.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <type_traits>

namespace evtwin::control {

namespace {

class ObjectBytes {
 public:
  ObjectBytes(const std::string& file, std::string bytes) : file_(file), bytes_(std::move(bytes)) {}
  template <class T>
  T at(std::uint64_t offset) const {
    static_assert(std::is_trivially_copyable_v<T>, "a header of ELF, as it lies in the file");
    T value;
    if (offset > bytes_.size() || sizeof value > bytes_.size() - offset) refuse("is cut short");
    std::memcpy(&value, bytes_.data() + offset, sizeof value);
    return value;
  }
  std::string_view text_at(std::uint64_t offset) const {
    if (offset >= bytes_.size()) refuse("is cut short");
    const std::string_view rest = std::string_view(bytes_).substr(offset);
    return rest.substr(0, rest.find('\0'));
  }
  [[noreturn]] void refuse(const char* why) const {
    throw std::runtime_error(fmt::format("plugin {}: {}", file_, why));
  }

 private:
  std::string file_, bytes_;
};

ObjectBytes read_object(const std::string& file) {
  const auto refuse = [&](const char* why) { throw std::runtime_error(fmt::format("plugin {}: {}", file, why)); };
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0) refuse("there is no such file");
  if (!S_ISREG(status.st_mode)) refuse("not a regular file");
  std::ifstream stream(file, std::ios::binary);
  if (!stream) refuse("can not be read; permission?");
  std::string text(static_cast<std::size_t>(status.st_size), '\0');
  stream.read(text.data(), status.st_size);
  text.resize(static_cast<std::size_t>(stream.gcount()));
  ObjectBytes bytes(file, std::move(text));
  if (status.st_size < static_cast<off_t>(sizeof(Elf64_Ehdr))) refuse("not a shared object");
  const auto header = bytes.at<Elf64_Ehdr>(0);
  if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) refuse("not a shared object");
  if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_ident[EI_DATA] != ELFDATA2LSB || header.e_type != ET_DYN)
    refuse("not a 64-bit shared object of this machine");
  return bytes;
}

/// Calls `look(symbol, name)` for every entry of the dynamic symbol table.
template <class Look>
void for_each_dynamic_symbol(const ObjectBytes& bytes, Look&& look) {
  const auto header = bytes.at<Elf64_Ehdr>(0);
  for (std::uint64_t s = 0; s < header.e_shnum; ++s) {
    const auto section = bytes.at<Elf64_Shdr>(header.e_shoff + s * sizeof(Elf64_Shdr));
    if (section.sh_type != SHT_DYNSYM) continue;
    const auto names = bytes.at<Elf64_Shdr>(header.e_shoff + std::uint64_t{section.sh_link} * sizeof(Elf64_Shdr));
    for (std::uint64_t k = 1; k < section.sh_size / sizeof(Elf64_Sym); ++k) {
      const auto symbol = bytes.at<Elf64_Sym>(section.sh_offset + k * sizeof(Elf64_Sym));
      look(symbol, bytes.text_at(names.sh_offset + symbol.st_name));
    }
  }
}

/// As its author wrote it; a name that is not C++ as it is.
std::string demangled(const std::string& name) {
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> text(abi::__cxa_demangle(name.c_str(), nullptr, nullptr, &status),
                                                    &std::free);
  return status == 0 ? std::string(text.get()) : name;
}

}  // namespace

PluginSymbols read_symbols(const std::string& file) {
  PluginSymbols found;
  const ObjectBytes bytes = read_object(file);
  for_each_dynamic_symbol(bytes, [&](const Elf64_Sym& symbol, std::string_view name) {
    const unsigned bind = ELF64_ST_BIND(symbol.st_info);
    const unsigned type = ELF64_ST_TYPE(symbol.st_info);
    const unsigned seen = ELF64_ST_VISIBILITY(symbol.st_other);
    if (symbol.st_shndx == SHN_UNDEF) {
      // GCC links its runtime to the file, so that the linker knew a function; clang leaves it to the program.
      if (name == "__asan_init") found.asan = type == STT_FUNC ? AsanRuntime::gcc : AsanRuntime::clang;
      return;
    }
    if (bind == STB_LOCAL || (seen != STV_DEFAULT && seen != STV_PROTECTED)) return;
    found.exported.push_back({std::string(name), type == STT_OBJECT, bind != STB_GLOBAL, bind == STB_GNU_UNIQUE});
  });
  return found;
}

std::vector<std::string> shared_by_name(const std::vector<ExportedSymbol>& symbols) {
  std::vector<std::string> all;
  for (const ExportedSymbol& symbol : symbols) {
    if (!symbol.unique) continue;
    std::string name = demangled(symbol.name);
    constexpr std::string_view guard = "guard variable for ";
    if (name.starts_with(guard)) name.erase(0, guard.size());
    if (name.starts_with("std::") || name.starts_with("__gnu_cxx::")) continue;
    all.push_back(std::move(name));
  }
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

}  // namespace evtwin::control
