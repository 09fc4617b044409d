// A learning curve as TensorBoard reads it: a TFRecord file of Event messages.
#pragma once
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

namespace evtwin::record {

/// CRC-32C (Castagnoli; RFC 3720, B.4).
std::uint32_t crc32c(std::string_view bytes);

struct EventScalar {
  std::string tag;  ///< "policy/entropy"
  float value = 0.0F;
};

/// Records of eight bytes of length, four of the length's CRC, the message and four of its CRC
/// (tensorflow/core/lib/io/record_writer.h); messages as in tensorflow/core/util/event.proto, version 2.
class EventFile {
 public:
  /// Makes the folder and a new file in it. Where `from_step` is above 0, all that files of the same folder tell of it
  /// and later steps is void. @throws RunFileError
  EventFile(const std::string& folder, double wall_s, std::uint64_t from_step);
  ~EventFile();
  EventFile(const EventFile&) = delete;
  EventFile& operator=(const EventFile&) = delete;

  /// @param wall_s  seconds since 1970. @throws RunFileError
  void append_scalars(double wall_s, std::uint64_t step, const std::vector<EventScalar>& scalars);
  void flush_file();
  /// Nothing can be added any more.
  void close_file();
  /// Takes the file away, and its folder if nothing else is in it.
  void remove_file();

 private:
  void write_record(std::string_view message);

  std::string file_;
  std::FILE* stream_ = nullptr;
};

}  // namespace evtwin::record
