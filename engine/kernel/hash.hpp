// 64-bit fingerprints: of a run (rolling, order-sensitive) and of a text. They tell differences, they keep no secrets.
#pragma once

#include <bit>
#include <concepts>
#include <cstdint>
#include <limits>
#include <string_view>

namespace evtwin::kernel {

/// The finalizer of SplitMix64 (Steele, Lea, Flood 2014, "Fast splittable pseudorandom number generators", fig. 16;
/// constants by D. Stafford, "Mix13"): a bijection of 64-bit words in which each input bit flips half the output bits.
constexpr std::uint64_t mix_bits(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31);
}

/// The hash of a run: executed events and applied decisions are mixed in as they happen, so that equal values mean
/// equal histories. Order counts, and so does the number of words. Value semantics: a copy is a checkpoint.
class RollingHash {
 public:
  /// Any integer, sign-extended to 64 bits: TimeNs, ids, phases as numbers.
  template <std::integral Integer>
  constexpr void mix_in(Integer word) {
    // Multiplying by an odd number before adding makes the order of words count; mix_bits spreads each of them.
    state_ = mix_bits(state_ * 0x9e3779b97f4a7c15U + static_cast<std::uint64_t>(word) + 1);
  }

  /// By bit pattern, so that even the last digit counts. One value is one pattern: -0.0 is taken as 0.0, and every NaN
  /// ("leave as is") as the same NaN, whatever sign and payload the processor gave it.
  constexpr void mix_in(double number) {
    const double canonical =
        number != number ? std::numeric_limits<double>::quiet_NaN() : (number == 0.0 ? 0.0 : number);
    mix_in(std::bit_cast<std::uint64_t>(canonical));
  }

  constexpr std::uint64_t value() const { return state_; }

  template <class A>
  void archive_fields(A& a) {
    a(state_);
  }

 private:
  std::uint64_t state_ = 0x6576'7477'696e'2f31U;  // "evtwin/1": the empty history
};
static_assert(sizeof(RollingHash) == 8, "a new field must be archived, and the title of checkpoints changed");
static_assert(mix_bits(0) == 0, "draws below 2^33 take the seed as their key: kernel/random.cpp");
static_assert(mix_bits(0x9e3779b97f4a7c15U) == 0xe220a8397b1dcdafU, "first output of SplitMix64 seeded with 0");
static_assert(
    [] {
      RollingHash one, other;
      one.mix_in(-0.0);
      other.mix_in(0.0);
      return one.value() == other.value();
    }(),
    "equal numbers are one pattern");
static_assert(
    [] {
      RollingHash one, other;
      one.mix_in(1);
      one.mix_in(2);
      other.mix_in(2);
      other.mix_in(1);
      return one.value() != other.value();
    }(),
    "the order of words counts");

/// FNV-1a, 64 bit (Fowler, Noll, Vo; draft-eastlake-fnv): the digest of a scenario text or a plugin file.
/// @param hash  of what comes before `text`, for a text in pieces
constexpr std::uint64_t digest64(std::string_view text, std::uint64_t hash = 0xcbf29ce484222325U) {
  for (const char byte : text) hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001b3U;
  return hash;
}
// Test vectors of the draft, appendix C.
static_assert(digest64("") == 0xcbf29ce484222325U && digest64("a") == 0xaf63dc4c8601ec8cU);
static_assert(digest64("foobar") == 0x85944171f73967e8U && digest64("bar", digest64("foo")) == digest64("foobar"));

}  // namespace evtwin::kernel
