// Text from outside: what may reach a terminal, and how wide it is there.
#include "kernel/text.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

using namespace std::string_literals;

namespace evtwin::kernel {
namespace {

TEST(Text, OrdinaryAndKoreanTextStaysAsItIs) { EXPECT_EQ(make_printable("edf, 충전소 1번 ₩"), "edf, 충전소 1번 ₩"); }

TEST(Text, ControlCharactersAreWrittenOut) {
  EXPECT_EQ(make_printable("a\x1b[31m\n\t\x7f"), "a\\x1B[31m\\n\\t\\x7F");
  EXPECT_EQ(make_printable("a\r\x07\0b"s), "a\\r\\x07\\x00b");
  EXPECT_EQ(make_printable("\xC2\x9B"), "\\u{009B}");      // C1 "CSI" as UTF-8
  EXPECT_EQ(make_printable("\xE2\x80\xAE"), "\\u{202E}");  // right-to-left override
}

TEST(Text, BytesThatAreNotUtf8AreWrittenOut) {
  EXPECT_EQ(make_printable("\xFF"), "\\xFF");
  EXPECT_EQ(make_printable("\xC3\xE6\xC0\xFC"), "\\xC3\\xE6\\xC0\\xFC");  // CP949
  EXPECT_EQ(make_printable("\xC0\x80"), "\\xC0\\x80");                    // overlong NUL
  EXPECT_EQ(make_printable("\xED\xA0\x80"), "\\xED\\xA0\\x80");           // surrogate
  EXPECT_EQ(make_printable("\xEA\xB0"), "\\xEA\\xB0");                    // cut in the middle
}

TEST(Text, KoreanTakesTwoColumnsACharacter) {
  EXPECT_EQ(display_width("edf"), 3U);
  EXPECT_EQ(display_width("총비용"), 6U);
  EXPECT_EQ(display_width("e\xCC\x81"), 1U);  // e and a combining acute
}

RC_GTEST_PROP(Text, AnyBytesBecomeOneSafeLine, (const std::string& bytes)) {
  std::string_view rest = bytes;
  const std::string shown = make_printable(rest);
  rest = shown;
  while (!rest.empty()) {
    const Utf8Character character = first_character(rest);
    RC_ASSERT(character.bytes > 0U);
    RC_ASSERT(!is_control(character.code));
    rest.remove_prefix(character.bytes);
  }
}

TEST(Text, IsCutBetweenCharacters) {
  EXPECT_EQ(make_printable("충전소충전소", 10), "충전...");
  EXPECT_EQ(make_printable("abcdef", 6), "abcdef");
  EXPECT_EQ(make_printable("abcdefg", 6), "abc...");
}

RC_GTEST_PROP(Text, IsUtf8WithoutControlCharactersAndStaysUnderTheCut, (const std::string& text)) {
  const std::string shown = make_printable(text, 40);
  RC_ASSERT(is_utf8(shown));
  RC_ASSERT(shown.size() <= 40u);
  for (char c : shown) RC_ASSERT(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
  RC_ASSERT(make_printable(shown, 40) == shown);
}

TEST(Text, AFlagOfTagsIsOneCharacter) {
  const std::string wales = "\U0001F3F4\U000E0067\U000E0062\U000E0077\U000E006C\U000E0073\U000E007F";
  EXPECT_EQ(make_printable(wales), wales);
  EXPECT_EQ(display_width(wales), 2U);
  EXPECT_EQ(make_printable(wales + wales, 40), wales + "...");
  EXPECT_EQ(make_printable("\U000E0067"), "\\u{E0067}");
}

}  // namespace
}  // namespace evtwin::kernel
