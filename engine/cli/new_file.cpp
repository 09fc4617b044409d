#include "cli/new_file.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <utility>

#include "cli/commands.hpp"

namespace evtwin::cli {

namespace fs = std::filesystem;

void can_not_write(const std::string& file, int why) {
  throw CommandError(fmt::format("{}: can not be written ({})", file, std::strerror(why)));
}

namespace {

bool begins_with(const std::string& file, std::string_view own) {
  std::error_code ignored;
  if (own.empty() || !fs::is_regular_file(fs::symlink_status(file, ignored))) return false;
  std::string begin(own.size(), '\0');
  std::ifstream stream(file, std::ios::binary);
  return stream.read(begin.data(), static_cast<std::streamsize>(begin.size())) && begin == own;
}

}  // namespace

NewFile::NewFile(std::string name, std::string_view own) : name_(std::move(name)), part_(name_ + ".part") {
  std::error_code ignored;
  if (fs::exists(name_, ignored) && !begins_with(name_, own))
    throw CommandError(name_ + ": is there already and is kept; name another file");
  if (fs::is_symlink(name_, ignored)) {
    throw CommandError(fmt::format("{}: is a link to {}, which is not there; the link is kept; name another file",
                                   name_, fs::read_symlink(name_, ignored).string()));
  }
  file_ = std::fopen(part_.c_str(), "wb");
  if (file_ == nullptr) can_not_write(name_, errno);
}

NewFile::NewFile(NewFile&& other) noexcept
    : name_(std::move(other.name_)), part_(std::move(other.part_)), file_(std::exchange(other.file_, nullptr)) {}

NewFile::~NewFile() {
  if (file_ == nullptr) return;
  std::fclose(file_);
  std::remove(part_.c_str());
}

void NewFile::write_text(std::string_view text) {
  if (text.empty()) return;  // its data() may be null, which fwrite does not take
  if (std::fwrite(text.data(), 1, text.size(), file_) != text.size()) can_not_write(name_, errno);
}

void NewFile::finish_file() {
  const bool closed = std::fclose(std::exchange(file_, nullptr)) == 0;
  if (closed && std::rename(part_.c_str(), name_.c_str()) == 0) return;
  const int why = errno;
  std::remove(part_.c_str());
  can_not_write(name_, why);
}

void write_new_file(const std::string& name, std::string_view text, std::string_view own) {
  NewFile file(name, own);
  file.write_text(text);
  file.finish_file();
}

void replace_file(const std::string& name, std::string_view text) {
  const std::string part = fmt::format("{}.{}.part", name, ::getpid());
  std::FILE* stream = std::fopen(part.c_str(), "wb");
  if (stream == nullptr) can_not_write(name, errno);
  const bool written = std::fwrite(text.data(), 1, text.size(), stream) == text.size();
  int why = errno;
  const bool closed = std::fclose(stream) == 0;
  if (written && !closed) why = errno;
  if (!written || !closed || ::rename(part.c_str(), name.c_str()) != 0) {
    if (written && closed) why = errno;
    ::unlink(part.c_str());
    can_not_write(name, why);
  }
}

}  // namespace evtwin::cli
