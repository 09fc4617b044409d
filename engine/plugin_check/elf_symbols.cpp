#include "plugin_check/elf_symbols.hpp"

#include <elf.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string_view>

namespace evtwin::plugin_check {

namespace {

class ObjectBytes {
 public:
  ObjectBytes(const std::string& file, std::string bytes) : file_(file), bytes_(std::move(bytes)) {}
  template <class T>
  T at(std::uint64_t offset) const {
    T value;
    if (offset > bytes_.size() || sizeof value > bytes_.size() - offset) refuse("is cut short");
    std::memcpy(&value, bytes_.data() + offset, sizeof value);
    return value;
  }
  std::string text_at(std::uint64_t offset) const {
    if (offset >= bytes_.size()) refuse("is cut short");
    const std::string_view rest = std::string_view(bytes_).substr(offset);
    return std::string(rest.substr(0, rest.find('\0')));
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
  ObjectBytes bytes(file, {std::istreambuf_iterator<char>(stream), {}});
  if (status.st_size < static_cast<off_t>(sizeof(Elf64_Ehdr))) refuse("not a shared object");
  const auto header = bytes.at<Elf64_Ehdr>(0);
  if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) refuse("not a shared object");
  if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_ident[EI_DATA] != ELFDATA2LSB || header.e_type != ET_DYN)
    refuse("not a 64-bit shared object of this machine");
  return bytes;
}

}  // namespace

std::vector<ExportedSymbol> exported_symbols(const std::string& file) {
  const ObjectBytes bytes = read_object(file);
  const auto header = bytes.at<Elf64_Ehdr>(0);
  std::vector<ExportedSymbol> all;
  for (std::uint64_t s = 0; s < header.e_shnum; ++s) {
    const auto section = bytes.at<Elf64_Shdr>(header.e_shoff + s * sizeof(Elf64_Shdr));
    if (section.sh_type != SHT_DYNSYM) continue;
    const auto names = bytes.at<Elf64_Shdr>(header.e_shoff + std::uint64_t{section.sh_link} * sizeof(Elf64_Shdr));
    for (std::uint64_t k = 1; k < section.sh_size / sizeof(Elf64_Sym); ++k) {
      const auto symbol = bytes.at<Elf64_Sym>(section.sh_offset + k * sizeof(Elf64_Sym));
      const unsigned bind = ELF64_ST_BIND(symbol.st_info);
      const unsigned type = ELF64_ST_TYPE(symbol.st_info);
      const unsigned seen = ELF64_ST_VISIBILITY(symbol.st_other);
      if (symbol.st_shndx == SHN_UNDEF || bind == STB_LOCAL || (seen != STV_DEFAULT && seen != STV_PROTECTED)) continue;
      all.push_back({bytes.text_at(names.sh_offset + symbol.st_name), type == STT_OBJECT, bind != STB_GLOBAL});
    }
  }
  return all;
}

}  // namespace evtwin::plugin_check
