// Text from outside: what may reach a terminal, and how wide it is there.
#include "kernel/text.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

namespace evtwin::kernel {
namespace {

TEST(Text, OrdinaryAndKoreanTextStaysAsItIs) { EXPECT_EQ(printable("edf, 충전소 1번 ₩"), "edf, 충전소 1번 ₩"); }

TEST(Text, ControlCharactersAreWrittenOut) {
  EXPECT_EQ(printable("a\x1b[31m\n\t\x7f"), "a\\x1B[31m\\n\\t\\x7F");
  EXPECT_EQ(printable("\xC2\x9B"), "\\u{009B}");      // C1 "CSI" as UTF-8
  EXPECT_EQ(printable("\xE2\x80\xAE"), "\\u{202E}");  // right-to-left override
}

TEST(Text, BytesThatAreNotUtf8AreWrittenOut) {
  EXPECT_EQ(printable("\xFF"), "\\xFF");
  EXPECT_EQ(printable("\xC0\x80"), "\\xC0\\x80");           // overlong NUL
  EXPECT_EQ(printable("\xED\xA0\x80"), "\\xED\\xA0\\x80");  // surrogate
  EXPECT_EQ(printable("\xEA\xB0"), "\\xEA\\xB0");           // cut in the middle
}

TEST(Text, KoreanTakesTwoColumnsACharacter) {
  EXPECT_EQ(display_width("edf"), 3U);
  EXPECT_EQ(display_width("총비용"), 6U);
  EXPECT_EQ(display_width("e\xCC\x81"), 1U);  // e and a combining acute
}

RC_GTEST_PROP(Text, AnyBytesBecomeOneSafeLine, (const std::string& bytes)) {
  std::string_view rest = bytes;
  const std::string shown = printable(rest);
  rest = shown;
  while (!rest.empty()) {
    const Utf8Character character = first_character(rest);
    RC_ASSERT(character.bytes > 0U);
    RC_ASSERT(!is_control(character.code));
    rest.remove_prefix(character.bytes);
  }
}

}  // namespace
}  // namespace evtwin::kernel
