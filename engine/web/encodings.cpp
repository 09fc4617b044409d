#include "web/encodings.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <cstddef>
#include <new>

#include "kernel/static_checks.hpp"
#include "kernel/text.hpp"

namespace evtwin::web {

std::string gzip_bytes(std::string_view bytes) {
  z_stream stream{};
  constexpr int with_gzip_header = 15 + 16, memory = 9;
  if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, with_gzip_header, memory, Z_DEFAULT_STRATEGY) != Z_OK)
    throw std::bad_alloc();

  // zlib counts in 32 bits: a piece at a time.
  constexpr std::size_t piece = std::size_t{1} << 20;
  std::string packed;
  std::string room(piece, '\0');
  int status = Z_OK;
  for (std::size_t at = 0; status != Z_STREAM_END;) {
    const std::size_t size = std::min(piece, bytes.size() - at);
    std::string input(bytes.substr(at, size));
    at += size;
    stream.next_in = reinterpret_cast<Bytef*>(input.data());
    stream.avail_in = static_cast<uInt>(size);
    const int flush = at == bytes.size() ? Z_FINISH : Z_NO_FLUSH;

    do {
      stream.next_out = reinterpret_cast<Bytef*>(room.data());
      stream.avail_out = static_cast<uInt>(room.size());
      status = deflate(&stream, flush);
      packed.append(room, 0, room.size() - stream.avail_out);
    } while (stream.avail_out == 0);
  }
  deflateEnd(&stream);
  return packed;
}

std::string base64_of(std::string_view bytes) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  static_assert(digits.size() == 64 && kernel::has_unique_keys(digits), "RFC 4648, table 1");
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const std::size_t there = std::min<std::size_t>(3, bytes.size() - at);
    unsigned group = 0;
    for (std::size_t i = 0; i < 3; ++i)
      group = (group << 8U) | (i < there ? static_cast<unsigned char>(bytes[at + i]) : 0U);
    for (std::size_t i = 0; i < 4; ++i) text += i <= there ? digits[(group >> (18U - 6U * i)) & 63U] : '=';
  }
  return text;
}

std::string script_string(std::string_view text) {
  std::string quoted = "\"";
  while (!text.empty()) {
    const kernel::Utf8Character first = kernel::first_character(text);
    const std::string_view as_it_is = text.substr(0, first.bytes);
    text.remove_prefix(std::max<std::size_t>(first.bytes, 1));
    if (first.bytes == 0) {
      quoted += "\\ufffd";
    } else if (first.code == '"' || first.code == '\\') {
      quoted += '\\';
      quoted += as_it_is;
    } else if (first.code < 0x20U || first.code == 0x7FU || first.code == '<' || first.code == '>' ||
               first.code == '&' || first.code == 0x2028U || first.code == 0x2029U) {
      quoted += fmt::format("\\u{:04x}", first.code);
    } else {
      quoted += as_it_is;
    }
  }
  return quoted + '"';
}

}  // namespace evtwin::web
