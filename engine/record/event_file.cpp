#include "record/event_file.hpp"

#include <fmt/format.h>

#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "record/run_file.hpp"

namespace evtwin::record {

namespace fs = std::filesystem;

namespace {

constexpr std::array<std::uint32_t, 256> crc_table = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1U) != 0 ? 0x82f63b78U : 0U);
    table[i] = crc;
  }
  return table;
}();
static_assert(crc_table[1] == 0xf26b8303U && crc_table[255] == 0xad7d5351U,
              "CRC-32C: Castagnoli's polynomial, reflected");

/// As it stands in the file: a CRC of bytes that hold CRCs would be weak.
std::uint32_t masked_crc(std::string_view bytes) { return std::rotr(crc32c(bytes), 15) + 0xa282ead8U; }

void put_fixed(std::string& to, std::uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) to += static_cast<char>(value >> (8 * i));
}

// Protocol buffers' wire format: a key is the field's number and how its value is written.
enum Wire : std::uint8_t { varint = 0, fixed64 = 1, bytes = 2, fixed32 = 5 };

void put_varint(std::string& to, std::uint64_t value) {
  for (; value >= 128; value >>= 7) to += static_cast<char>((value & 127U) | 128U);
  to += static_cast<char>(value);
}
void put_key(std::string& to, unsigned field, Wire wire) { put_varint(to, field << 3U | wire); }
void put_bytes(std::string& to, unsigned field, std::string_view value) {
  put_key(to, field, bytes);
  put_varint(to, value.size());
  to += value;
}

/// Event: wall_time = 1, step = 2, then one of file_version = 3, summary = 5, session_log = 7.
std::string event(double wall_s, std::uint64_t step, unsigned field, std::string_view what) {
  std::string message;
  put_key(message, 1, fixed64);
  put_fixed(message, std::bit_cast<std::uint64_t>(wall_s), 8);
  put_key(message, 2, varint);
  put_varint(message, step);
  put_bytes(message, field, what);
  return message;
}

}  // namespace

std::uint32_t crc32c(std::string_view text) {
  std::uint32_t crc = 0xffffffffU;
  for (const char c : text) crc = (crc >> 8) ^ crc_table[(crc ^ static_cast<unsigned char>(c)) & 255U];
  return ~crc;
}

EventFile::EventFile(const std::string& folder, double wall_s, std::uint64_t from_step) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) refuse_file(folder, fmt::format("not a folder that can be written ({})", error.message()));
  // TensorBoard reads files of a folder in the order of their names, which begin with the second.
  for (int n = 0; stream_ == nullptr && n < 1000; ++n) {
    file_ = (fs::path(folder) /
             fmt::format("events.out.tfevents.{:010}.{:03}.evtwin", static_cast<std::int64_t>(wall_s), n))
                .string();
    stream_ = std::fopen(file_.c_str(), "wbx");
    if (stream_ == nullptr && errno != EEXIST) break;
  }
  if (stream_ == nullptr) refuse_file(file_, fmt::format("can not be written ({})", std::strerror(errno)));
  write_record(event(wall_s, 0, 3, "brain.Event:2"));
  // SessionLog: status = 1, START.
  if (from_step > 0) write_record(event(wall_s, from_step, 7, std::string_view("\x08\x01", 2)));
}

EventFile::~EventFile() { close_file(); }

void EventFile::close_file() {
  if (stream_ != nullptr) std::fclose(stream_);
  stream_ = nullptr;
}

void EventFile::remove_file() {
  close_file();
  std::error_code ignored;
  fs::remove(file_, ignored);
  fs::remove(fs::path(file_).parent_path(), ignored);
}

void EventFile::write_record(std::string_view message) {
  std::string framed;
  put_fixed(framed, message.size(), 8);
  put_fixed(framed, masked_crc(framed), 4);
  framed += message;
  put_fixed(framed, masked_crc(message), 4);
  if (std::fwrite(framed.data(), 1, framed.size(), stream_) != framed.size())
    refuse_file(file_, fmt::format("can not be written ({})", std::strerror(errno)));
}

void EventFile::append_scalars(double wall_s, std::uint64_t step, const std::vector<EventScalar>& scalars) {
  std::string summary;  // Summary: value = 1; Summary.Value: tag = 1, simple_value = 2
  for (const EventScalar& scalar : scalars) {
    std::string value;
    put_bytes(value, 1, scalar.tag);
    put_key(value, 2, fixed32);
    put_fixed(value, std::bit_cast<std::uint32_t>(scalar.value), 4);
    put_bytes(summary, 1, value);
  }
  write_record(event(wall_s, step, 5, summary));
}

void EventFile::flush_file() {
  if (std::fflush(stream_) != 0) refuse_file(file_, fmt::format("can not be written ({})", std::strerror(errno)));
}

}  // namespace evtwin::record
