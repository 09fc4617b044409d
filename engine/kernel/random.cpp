#include "kernel/random.hpp"

#include <Random123/philox.h>

namespace evtwin::kernel {
namespace {

constexpr std::uint32_t low_word(std::uint64_t value) { return static_cast<std::uint32_t>(value); }
constexpr std::uint32_t high_word(std::uint64_t value) { return static_cast<std::uint32_t>(value >> 32); }
static_assert(low_word(0x0123456789abcdefU) == 0x89abcdefU && high_word(0x0123456789abcdefU) == 0x01234567U);

}  // namespace

std::array<std::uint32_t, 4> philox_block(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key) {
  static_assert(philox4x32_rounds == 10, "Philox4x32-10: Random123 can be built with fewer");
  const r123::Philox4x32::ctr_type block = r123::Philox4x32()({{counter[0], counter[1], counter[2], counter[3]}},  //
                                                              {{key[0], key[1]}});
  return {block[0], block[1], block[2], block[3]};
}

std::uint64_t draw_u64(std::uint64_t seed, std::uint64_t entity, std::uint32_t purpose, std::uint64_t index) {
  const std::uint64_t key = seed ^ mix_bits(index >> 33);  // mix_bits(0) == 0
  const auto block = philox_block({low_word(index >> 1), purpose, low_word(entity), high_word(entity)},
                                  {low_word(key), high_word(key)});
  const std::size_t half = (index & 1) * 2;
  return block[half] | (std::uint64_t{block[half + 1]} << 32);
}

double draw_unit(std::uint64_t seed, std::uint64_t entity, std::uint32_t purpose, std::uint64_t index) {
  return unit_from_bits(draw_u64(seed, entity, purpose, index));
}

}  // namespace evtwin::kernel
