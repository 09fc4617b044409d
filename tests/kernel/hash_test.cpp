#include "kernel/hash.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <set>

namespace evtwin::kernel {
namespace {

template <class... Words>
std::uint64_t hash_of(Words... words) {
  RollingHash hash;
  (hash.mix_in(words), ...);
  return hash.value();
}

TEST(Fnv1a, GivesThePublishedValues) {
  // Test vectors of draft-eastlake-fnv, 64 bit FNV-1a.
  EXPECT_EQ(digest64(""), 0xcbf29ce484222325U);
  EXPECT_EQ(digest64("a"), 0xaf63dc4c8601ec8cU);
  EXPECT_EQ(digest64("foobar"), 0x85944171f73967e8U);
}

TEST(Fnv1a, TakesBytesAboveAsciiAsUnsigned) { EXPECT_NE(digest64("\xc3\xa9"), digest64("\xc3\x29")); }

TEST(RollingHash, OfAKnownHistoryIsFrozen) {
  // Event hashes are stored in run files: a change of this value makes all of them unreproducible.
  EXPECT_EQ(hash_of(), 0x65767477696e2f31U);
  EXPECT_EQ(hash_of(std::int64_t{1'748'790'000'000'000'000}, 3U, 7.4), 0x3b84c30d15869567U);
}

TEST(RollingHash, DependsOnOrderAndNumberOfWords) {
  EXPECT_NE(hash_of(1, 2), hash_of(2, 1));
  EXPECT_NE(hash_of(0), hash_of(0, 0));
  EXPECT_NE(hash_of(), hash_of(0));
  EXPECT_NE(hash_of(1, 2, 3), hash_of(3, 2, 1));
}

TEST(RollingHash, OfAContinuedCopyIsThatOfTheWhole) {
  RollingHash straight;
  for (int i = 0; i < 10; ++i) straight.mix_in(i);
  RollingHash first_half;
  for (int i = 0; i < 5; ++i) first_half.mix_in(i);
  RollingHash resumed = first_half;
  for (int i = 5; i < 10; ++i) resumed.mix_in(i);
  EXPECT_EQ(resumed.value(), straight.value());
}

TEST(RollingHash, SeesTheLastBitOfADouble) { EXPECT_NE(hash_of(7.4), hash_of(std::nextafter(7.4, 8.0))); }

TEST(RollingHash, TakesEqualNumbersAsEqual) {
  EXPECT_EQ(hash_of(-0.0), hash_of(0.0));
  EXPECT_NE(hash_of(-1.0), hash_of(1.0));
}

TEST(RollingHash, TakesEveryNanAsTheSame) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(hash_of(-nan), hash_of(nan));
  EXPECT_EQ(hash_of(std::bit_cast<double>(0x7ff8'0000'0000'1234U)), hash_of(nan));
}

TEST(RollingHash, TakesIntegersByValueWhateverTheirWidth) {
  EXPECT_EQ(hash_of(std::int32_t{-5}), hash_of(std::int64_t{-5}));
  EXPECT_EQ(hash_of(std::uint8_t{200}), hash_of(std::uint64_t{200}));
}

TEST(RollingHash, FlipsHalfItsBitsForOneFlippedBit) {
  // Mean over 64 x 64 single-bit flips: 32, standard error 4 / 64 if bits were independent coins. Five of them: 0.31.
  int flipped = 0;
  for (std::uint64_t word = 0; word < 64; ++word) {
    const std::uint64_t base = word * 0x9e3779b97f4a7c15U;
    for (unsigned bit = 0; bit < 64; ++bit) {
      const int distance = std::popcount(hash_of(base) ^ hash_of(base ^ (std::uint64_t{1} << bit)));
      EXPECT_GT(distance, 8);  // six standard deviations below the mean
      flipped += distance;
    }
  }
  EXPECT_NEAR(flipped / 4096.0, 32.0, 0.3125);
}

TEST(RollingHash, DoesNotCollideOnSmallNeighbours) {
  std::set<std::uint64_t> seen;
  for (int a = 0; a < 200; ++a) {
    for (int b = 0; b < 200; ++b) seen.insert(hash_of(a, b));
  }
  EXPECT_EQ(seen.size(), 40'000U);
}

}  // namespace
}  // namespace evtwin::kernel
