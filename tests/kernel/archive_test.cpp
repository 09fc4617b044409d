// State as bytes and back; and that no bytes, however damaged, end in anything but an ArchiveError.
#include "kernel/archive.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <deque>
#include <limits>

namespace evtwin::kernel {
namespace {

enum class Colour : std::uint8_t { red, green, blue };

struct Inner {
  double x = 0.0;
  std::string text;
  template <class A>
  void archive_fields(A& a) {
    a(x, text);
  }
};

struct Outer {
  std::int64_t when = 0;
  bool flag = false;
  Colour colour = Colour::red;
  std::vector<Inner> many;
  std::deque<std::uint32_t> queue;
  std::optional<Inner> maybe;
  std::array<double, 2> pair{};
  std::vector<double> sized = std::vector<double>(3);
};

/// A free function does as well as a member.
template <class A>
void archive_fields(A& a, Outer& o) {
  a.begin_section("outer");
  a(o.when, o.flag, o.many, o.queue, o.maybe, o.pair);
  a.archive_choice(o.colour, Colour::blue);
  a.begin_section("sized");
  a.archive_elements(o.sized);
}

constexpr std::string_view title = "test 1";

Outer sample() {
  Outer o;
  o.when = std::numeric_limits<std::int64_t>::min();
  o.flag = true;
  o.colour = Colour::green;
  o.many = {{-0.0, "충전"}, {std::numeric_limits<double>::infinity(), std::string("a\0b", 3)}};
  o.queue = {1, 2, 3};
  o.maybe = Inner{0.1, ""};
  o.pair = {1e-320, std::nan("7")};
  o.sized = {1.0, 2.0, 3.0};
  return o;
}

std::vector<std::byte> bytes_of(Outer o) {
  ArchiveWriter a(title);
  a(o);
  return a.take_bytes();
}

Outer read(std::span<const std::byte> bytes) {
  Outer o;
  ArchiveReader a(bytes, title);
  a(o);
  a.require_end();
  return o;
}

std::string refusal(std::span<const std::byte> bytes) {
  try {
    read(bytes);
  } catch (const ArchiveError& error) {
    return error.what();
  }
  return {};
}

TEST(Archive, GivesBackEveryBit) {
  const std::vector<std::byte> bytes = bytes_of(sample());
  const Outer o = read(bytes);
  EXPECT_EQ(o.when, std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(o.many.at(1).text.size(), 3U);
  EXPECT_TRUE(std::signbit(o.many.at(0).x));
  EXPECT_EQ(o.queue.size(), 3U);
  EXPECT_EQ(o.maybe->x, 0.1);
  EXPECT_EQ(bytes_of(o), bytes);  // NaN payload, denormal, optional and all
}

TEST(Archive, RefusesEveryTruncation) {
  const std::vector<std::byte> bytes = bytes_of(sample());
  for (std::size_t n = 0; n < bytes.size(); ++n) EXPECT_NE(refusal(std::span(bytes).first(n)), "") << n;
}

TEST(Archive, RefusesEveryFlippedBit) {
  std::vector<std::byte> bytes = bytes_of(sample());
  for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    bytes[bit / 8] ^= static_cast<std::byte>(1U << (bit % 8));
    EXPECT_NE(refusal(bytes), "") << bit;
    bytes[bit / 8] ^= static_cast<std::byte>(1U << (bit % 8));
  }
}

// Behind a right digest: what a damaged writer or an ill-meaning hand could make.
TEST(Archive, TruncatedAndSealedAgainItStillSaysWhatIsWrong) {
  const std::vector<std::byte> whole = bytes_of(sample());
  for (std::size_t n = 8; n < whole.size(); ++n) {
    std::vector<std::byte> bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(n));
    seal_archive(bytes);
    EXPECT_NE(refusal(bytes), "") << n;
  }
}

RC_GTEST_PROP(Archive, AnyBytesBehindARightDigestAreReadOrRefused, ()) {
  std::vector<std::byte> bytes = bytes_of(sample());
  const int changes = *rc::gen::inRange(1, 8);
  for (int i = 0; i < changes; ++i) {
    const auto at = *rc::gen::inRange<std::size_t>(0, bytes.size() - 8);
    bytes[at] = static_cast<std::byte>(*rc::gen::inRange(0, 256));
  }
  seal_archive(bytes);
  try {
    read(bytes);
  } catch (const ArchiveError&) {
  }
}

TEST(Archive, ALengthBeyondTheEndAllocatesNothing) {
  ArchiveWriter a(title);
  a.begin_section("outer");
  std::int64_t when = 0;
  bool flag = false;
  std::uint64_t count = std::uint64_t{1} << 60;
  a(when, flag, count);
  EXPECT_NE(refusal(a.take_bytes()).find("a length beyond the end in its section \"outer\""), std::string::npos);
}

TEST(Archive, NamesWhatDoesNotFit) {
  Outer four = sample();
  four.sized.resize(4);
  EXPECT_EQ(refusal(bytes_of(four)), "the saved state is malformed: 4 entries instead of 3 in its section \"sized\"");
  Outer odd = sample();
  odd.colour = static_cast<Colour>(3);
  EXPECT_NE(refusal(bytes_of(odd)).find("a choice that there is not"), std::string::npos);
  Outer o = sample();
  ArchiveWriter later("test 2");
  later(o);
  EXPECT_EQ(refusal(later.take_bytes()), "the saved state is \"test 2\", this evtwin reads \"test 1\"");
  ArchiveWriter more(title);
  more(o, o.when);
  EXPECT_NE(refusal(more.take_bytes()).find("bytes left over"), std::string::npos);
  ArchiveWriter other(title);
  other.begin_section("inner");
  EXPECT_NE(refusal(other.take_bytes()).find("section \"outer\" does not follow"), std::string::npos);
}

}  // namespace
}  // namespace evtwin::kernel
