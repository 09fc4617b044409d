#include "kernel/random.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <set>

namespace evtwin::kernel {
namespace {

using Block = std::array<std::uint32_t, 4>;

TEST(Philox, GivesThePublishedKnownAnswers) {
  // Random123's kat_vectors, philox4x32 with 10 rounds.
  EXPECT_EQ(philox_block({0, 0, 0, 0}, {0, 0}), (Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox_block({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}),
            (Block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox_block({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Draw, PacksSeedEntityPurposeAndIndexAsDocumented) {
  const std::uint64_t seed = 0x299f31d0'a4093822U;
  const std::uint64_t entity = 0x03707344'13198a2eU;
  const std::uint64_t even = 2 * std::uint64_t{0x243f6a88};
  EXPECT_EQ(draw_u64(seed, entity, 0x85a308d3, even), 0x94fdcceb'd16cfe09U);
  EXPECT_EQ(draw_u64(seed, entity, 0x85a308d3, even + 1), 0x24126ea1'5001e420U);
  EXPECT_EQ(draw_u64(0, 0, 0, 0), 0xe169c58d'6627e8d5U);
}

TEST(Draw, ChangesWithEveryOneOfItsCoordinates) {
  std::set<std::uint64_t> seen;
  for (std::uint64_t bit = 0; bit < 64; ++bit) {
    const std::uint64_t one = std::uint64_t{1} << bit;
    seen.insert(draw_u64(one, 0, 0, 0));
    seen.insert(draw_u64(0, one, 0, 0));
    seen.insert(draw_u64(0, 0, 0, one));
    if (bit < 32) seen.insert(draw_u64(0, 0, static_cast<std::uint32_t>(one), 0));
  }
  seen.insert(draw_u64(0, 0, 0, 0));
  EXPECT_EQ(seen.size(), 64U * 3 + 32 + 1);
}

TEST(Draw, BeyondTwoToThe33StartsNoStreamAnew) {
  EXPECT_NE(draw_u64(7, 1, 2, std::uint64_t{1} << 33), draw_u64(7, 1, 2, 0));
  EXPECT_NE(draw_u64(7, 1, 2, (std::uint64_t{1} << 33) + 5), draw_u64(7, 1, 2, 5));
  EXPECT_NE(draw_u64(7, 1, 2, std::uint64_t{1} << 34), draw_u64(7, 1, 2, std::uint64_t{1} << 33));
}

TEST(Unit, StaysInsideTheOpenInterval) {
  EXPECT_EQ(unit_from_bits(0), 0x1p-53);
  EXPECT_EQ(unit_from_bits(~std::uint64_t{0}), 1.0 - 0x1p-53);
  EXPECT_LT(unit_from_bits(~std::uint64_t{0}), 1.0);
}

TEST(Unit, IsSymmetricAboutAHalf) {
  for (std::uint64_t index = 0; index < 1000; ++index) {
    const std::uint64_t bits = draw_u64(1, 2, 3, index);
    EXPECT_EQ(unit_from_bits(~bits), 1.0 - unit_from_bits(bits));
  }
}

TEST(Unit, HasTheMomentsOfTheUniformDistribution) {
  // Mean 1/2, variance 1/12, no correlation between neighbours in index or in entity. Standard errors with n draws:
  // sqrt(1/12n), sqrt(1/180n), 1/(12 sqrt(n)); five of each allowed, the seed is fixed.
  constexpr int n = 200'000;
  double sum = 0, square = 0, along_index = 0, along_entity = 0;
  for (int i = 0; i < n; ++i) {
    const auto index = static_cast<std::uint64_t>(i);
    const double centred = draw_unit(2025, 11, 4, index) - 0.5;
    sum += centred;
    square += centred * centred;
    along_index += centred * (draw_unit(2025, 11, 4, index + 1) - 0.5);
    along_entity += centred * (draw_unit(2025, 12, 4, index) - 0.5);
  }
  EXPECT_NEAR(sum / n, 0.0, 5 * std::sqrt(1.0 / (12.0 * n)));
  EXPECT_NEAR(square / n, 1.0 / 12, 5 * std::sqrt(1.0 / (180.0 * n)));
  EXPECT_NEAR(along_index / n, 0.0, 5.0 / (12 * std::sqrt(n)));
  EXPECT_NEAR(along_entity / n, 0.0, 5.0 / (12 * std::sqrt(n)));
}

TEST(Unit, SetsEachBitHalfTheTime) {
  // Standard error of a bit's share: 0.5 / sqrt(n) = 0.005.
  constexpr int n = 10'000;
  std::array<int, 64> ones{};
  for (int i = 0; i < n; ++i) {
    const std::uint64_t bits = draw_u64(99, static_cast<std::uint64_t>(i), 0, 0);
    for (std::size_t bit = 0; bit < 64; ++bit) ones[bit] += static_cast<int>((bits >> bit) & 1);
  }
  for (const int count : ones) EXPECT_NEAR(static_cast<double>(count) / n, 0.5, 0.025);
}

TEST(Stream, IsTheFreeFunctionsWithNamedArguments) {
  constexpr Stream stream{.seed = 7, .entity = 42, .purpose = purpose_of("demand.arrival_gap")};
  EXPECT_EQ(stream.u64(5), draw_u64(7, 42, purpose_of("demand.arrival_gap"), 5));
  EXPECT_EQ(stream.unit_draw(5), draw_unit(7, 42, purpose_of("demand.arrival_gap"), 5));
}

TEST(Purpose, DiffersByName) {
  static_assert(purpose_of("demand.arrival_gap") != purpose_of("demand.energy"));
  static_assert(purpose_of("a") != purpose_of("b"));
}

}  // namespace
}  // namespace evtwin::kernel
