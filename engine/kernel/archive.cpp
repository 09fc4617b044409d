#include "kernel/archive.hpp"

#include <algorithm>

#include "kernel/hash.hpp"
#include "kernel/text.hpp"

namespace evtwin::kernel {
namespace {

constexpr std::size_t digest_bytes = 8;
static_assert(digest_bytes == sizeof(digest64("")));
constexpr std::size_t longest_name = 100;

std::uint64_t digest_of(std::span<const std::byte> bytes) {
  return digest64({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

}  // namespace

void seal_archive(std::span<std::byte> bytes) {
  const std::uint64_t digest = digest_of(bytes.first(bytes.size() - digest_bytes));
  std::memcpy(bytes.data() + bytes.size() - digest_bytes, &digest, digest_bytes);
}

void ArchiveWriter::put_bytes(const void* data, std::size_t bytes) {
  const std::size_t at = bytes_.size();
  bytes_.resize(at + bytes);
  std::memcpy(bytes_.data() + at, data, bytes);
}

std::vector<std::byte> ArchiveWriter::take_bytes() {
  std::vector<std::byte> bytes = std::move(bytes_);
  bytes_.clear();
  bytes.resize(bytes.size() + digest_bytes);
  seal_archive(bytes);
  return bytes;
}

ArchiveReader::ArchiveReader(std::span<const std::byte> bytes, std::string_view title) {
  std::uint64_t digest = 0;
  if (bytes.size() < digest_bytes) throw ArchiveError("the saved state is truncated");
  bytes_ = bytes.first(bytes.size() - digest_bytes);
  std::memcpy(&digest, bytes.data() + bytes_.size(), digest_bytes);
  if (digest != digest_of(bytes_)) throw ArchiveError("the saved state is damaged: its digest does not match");
  const std::string found = read_name();
  if (found != title) {
    throw ArchiveError("the saved state is \"" + make_printable(found) + "\", this evtwin reads \"" +
                       std::string(title) + "\"");
  }
  section_ = title;
}

void ArchiveReader::throw_error(const std::string& what) const {
  throw ArchiveError("the saved state is malformed: " + what + " in its section \"" + section_ + "\"");
}

void ArchiveReader::read_bytes(void* target, std::size_t bytes) {
  if (bytes > bytes_.size() - at_) throw_error("the bytes end");
  std::memcpy(target, bytes_.data() + at_, bytes);
  at_ += bytes;
}

std::string ArchiveReader::read_name() {
  std::uint64_t size = 0;
  archive_number(size);
  if (size > longest_name) throw_error("a name that is none");
  std::string text(static_cast<std::size_t>(size), '\0');
  read_bytes(text.data(), text.size());
  return text;
}

void ArchiveReader::begin_section(std::string_view name) {
  const std::string found = this->read_name();
  if (found != name) throw_error("section \"" + std::string(name) + "\" does not follow");
  section_ = name;
}

void ArchiveReader::require_that(bool so, const char* what) {
  if (!so) throw_error(what);
}

void ArchiveReader::require_count(std::size_t count) {
  std::uint64_t found = 0;
  archive_number(found);
  if (found != count) throw_error(std::to_string(found) + " entries instead of " + std::to_string(count));
}

void ArchiveReader::require_end() {
  if (at_ != bytes_.size()) throw_error("bytes left over");
}

}  // namespace evtwin::kernel
