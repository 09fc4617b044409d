// Random numbers without generators: each draw is a pure function of who draws, what for, and which draw it is.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "kernel/hash.hpp"

namespace evtwin::kernel {

/// One counter-based block: Philox4x32-10 (Salmon, Moraes, Dror, Shaw 2011, "Parallel random numbers: as easy as
/// 1, 2, 3", SC'11), as Random123 computes it.
std::array<std::uint32_t, 4> philox_block(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key);

/// Names a kind of draw ("demand.arrival_gap"); rooms need no common list. Distinct names are distinct streams of one
/// entity as long as their 32-bit digests differ, which for a hundred names fails with a chance of one in a million.
constexpr std::uint32_t purpose_of(std::string_view name) {
  const std::uint64_t digest = mix_bits(digest64(name));
  return static_cast<std::uint32_t>(digest >> 32);
}

/// 64 uniform bits: draw number `index` of `entity` for `purpose` in the world seeded with `seed`.
///
/// Packing: key = seed (low, high word); counter = (index / 2, purpose, entity low, entity high); draws 2k and 2k + 1
/// are the two halves of one block. So for one seed the first 2^33 draws of every (entity, purpose) come from distinct
/// counters. Later draws have no counter bits left: they use the key seed ^ mix_bits(index / 2^33), so that none
/// repeats, but their independence of a world seeded with that very key is lost.
std::uint64_t draw_u64(std::uint64_t seed, std::uint64_t entity, std::uint32_t purpose, std::uint64_t index);

/// Uniform on the open interval (0, 1): the odd multiples of 2^-53, so that u and 1 - u are both exact and equally
/// likely, and log(u), log(1 - u) and a normal quantile are always finite.
constexpr double unit_from_bits(std::uint64_t bits) { return static_cast<double>((bits >> 12) * 2 + 1) * 0x1p-53; }
static_assert(unit_from_bits(0) > 0.0 && unit_from_bits(~std::uint64_t{0}) < 1.0, "the interval is open");
static_assert(1.0 - unit_from_bits(0) == unit_from_bits(~std::uint64_t{0}), "u and 1 - u are both exact");

/// draw_u64 as a number of the open interval (0, 1).
double draw_unit(std::uint64_t seed, std::uint64_t entity, std::uint32_t purpose, std::uint64_t index);

/// The draws of one entity for one purpose; plain data, holds no position: the caller counts, or uses a natural number
/// such as the session's.
struct Stream {
  std::uint64_t seed = 0;
  std::uint64_t entity = 0;
  std::uint32_t purpose = 0;

  std::uint64_t u64(std::uint64_t index) const { return draw_u64(seed, entity, purpose, index); }
  double unit_draw(std::uint64_t index) const { return draw_unit(seed, entity, purpose, index); }
};

}  // namespace evtwin::kernel
