// Numbers as SQLite's file format has them (sqlite.org/fileformat2.html): most significant byte first.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace evtwin::record {

/// Writes the lower `bytes` bytes of `value`. @returns the place behind them.
template <std::size_t bytes>
inline unsigned char* put_big_endian(unsigned char* place, std::uint64_t value) {
  static_assert(bytes >= 1 && bytes <= 8);
  if constexpr (bytes == 8 && std::endian::native == std::endian::little) {
    value = __builtin_bswap64(value);
    std::memcpy(place, &value, bytes);
    return place + bytes;
  }
  for (std::size_t i = 0; i < bytes; ++i) place[i] = static_cast<unsigned char>(value >> (8 * (bytes - 1 - i)));
  return place + bytes;
}

inline constexpr std::size_t max_varint_bytes = 9;

/// Huffman-like code of 1 to 9 bytes, seven bits each but for a ninth. @returns the place behind them.
inline unsigned char* put_varint(unsigned char* place, std::uint64_t value) {
  if (value < 0x80) {
    *place = static_cast<unsigned char>(value);
    return place + 1;
  }
  constexpr std::uint64_t below_nine_bytes = std::uint64_t{1} << 56;
  if (value >= below_nine_bytes) {
    // Eight groups of seven bits, then all of the last byte.
    for (int i = 0; i < 8; ++i) place[i] = static_cast<unsigned char>(((value >> (8 + 7 * (7 - i))) & 0x7f) | 0x80);
    place[8] = static_cast<unsigned char>(value);
    return place + 9;
  }
  int groups = 2;
  while (groups < 8 && (value >> (7 * groups)) != 0) ++groups;
  for (int i = 0; i < groups; ++i) {
    const auto bits = static_cast<unsigned char>((value >> (7 * (groups - 1 - i))) & 0x7f);
    place[i] = i + 1 < groups ? static_cast<unsigned char>(bits | 0x80) : bits;
  }
  return place + groups;
}

}  // namespace evtwin::record
