// Helpers for messages: the nearest name, and text that is safe to show.

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <string>
#include <string_view>

#include "scenario/nearest.hpp"
#include "scenario/printable.hpp"

using namespace std::string_literals;

namespace evtwin::scenario {
namespace {

constexpr std::array<std::string_view, 9> names{"sessions", "site",         "scenario", "arrivals", "contract_kw",
                                                "timezone", "self_use_low", "evses",    "A"};

TEST(NearestName, FindsSlipsOfOneLetterSwapsAndUnderscores) {
  EXPECT_EQ(nearest_name("sesions", names), "sessions");
  EXPECT_EQ(nearest_name("tiemzone", names), "timezone");
  EXPECT_EQ(nearest_name("contrat_kw", names), "contract_kw");
  EXPECT_EQ(nearest_name("contract_mw", names), "contract_kw");
  EXPECT_EQ(nearest_name("evse", names), "evses");
  EXPECT_EQ(nearest_name("selfuselow", names), "self_use_low");
  EXPECT_EQ(nearest_name("Site", names), "site");
}

TEST(NearestName, SaysNothingWhenNothingIsNear) {
  EXPECT_EQ(nearest_name("xylophone", names), "");
  EXPECT_EQ(nearest_name("", names), "");
  EXPECT_EQ(nearest_name("b", names), "");
  EXPECT_EQ(nearest_name(std::string(1'000'000, 'a'), names), "");
  EXPECT_EQ(did_you_mean("xylophone", names), "");
  EXPECT_EQ(did_you_mean("sesions", names), "; did you mean sessions?");
}

TEST(Printable, EscapesWhatCouldMoveACursorOrTurnTheWritingDirection) {
  EXPECT_EQ(printable("a\x1b[2J\n\t\r\x07z"), "a\\x1B[2J\\n\\t\\r\\x07z");
  EXPECT_EQ(printable("\xC2\x9B"), "\\u{009B}");
  EXPECT_EQ(printable("\xE2\x80\xAE"), "\\u{202E}");
  EXPECT_EQ(printable("\x7f"), "\\x7F");
  EXPECT_EQ(printable("a\0b"s), "a\\x00b");
}

TEST(Printable, KeepsKoreanAndEscapesBytesThatAreNotUtf8) {
  EXPECT_EQ(printable("충전소"), "충전소");
  EXPECT_EQ(printable("\xC3\xE6\xC0\xFC"), "\\xC3\\xE6\\xC0\\xFC");  // CP949
  EXPECT_EQ(printable("\xED\xA0\x80"), "\\xED\\xA0\\x80");           // a surrogate
  EXPECT_EQ(printable("\xC0\xAF"), "\\xC0\\xAF");                    // overlong
}

TEST(Printable, CutsBetweenCharacters) {
  EXPECT_EQ(printable("충전소충전소", 10), "충전...");
  EXPECT_EQ(printable("abcdef", 6), "abcdef");
  EXPECT_EQ(printable("abcdefg", 6), "abc...");
}

RC_GTEST_PROP(Printable, IsUtf8WithoutControlCharactersAndStaysUnderTheCut, (const std::string& text)) {
  const std::string shown = printable(text, 40);
  RC_ASSERT(is_utf8(shown));
  RC_ASSERT(shown.size() <= 40u);
  for (char c : shown) RC_ASSERT(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
  RC_ASSERT(printable(shown, 40) == shown);
}

}  // namespace
}  // namespace evtwin::scenario
