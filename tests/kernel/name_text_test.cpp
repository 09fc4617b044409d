// Names and texts from outside: what makes them unreadable, or two of them alike.
#include "kernel/name_text.hpp"

#include <gtest/gtest.h>

namespace evtwin::kernel {
namespace {

using namespace std::string_literals;

TEST(NameText, OrdinaryNamesOfManyScriptsPass) {
  for (const char* name : {"A", "A-1", "CA/308", "충전소 1호", "Café Zürich", "東京がくえん", "Đà Nẵng",
                           "می‌خواهم", "👩‍🔧 depot", "a, b; c \"d\" <e>", "x̂"})
    EXPECT_EQ(name_trouble(name), "") << name;
  EXPECT_EQ(name_trouble(std::string(255, 'A')), "");
  std::string korean;
  for (int i = 0; i < 255; ++i) korean += "충";
  EXPECT_EQ(name_trouble(korean), "");
}

// England, Scotland and Wales are written in tags, which are seen as a flag. Other tags are not seen: a black flag, or
// one of Texas, would look like any other.
TEST(NameText, FlagsOfTagsPassWhereTheyAreSeen) {
  const std::string black = "\U0001F3F4";
  const auto tags = [](std::string_view letters) {
    std::string out;
    for (const char c : letters)
      out += {'\xF3', '\xA0', c >= 0x40 ? '\x81' : '\x80', static_cast<char>(0x80 | (c & 0x3F))};
    return out;
  };
  const std::string end = "\U000E007F";
  ASSERT_EQ(tags("g"), "\U000E0067");
  for (const char* place : {"gbeng", "gbsct", "gbwls"}) {
    EXPECT_EQ(name_trouble("A " + black + tags(place) + end + " B"), "") << place;
    EXPECT_EQ(name_trouble(black + tags(place) + end), "") << place;
  }
  for (const std::string& hidden :
       {black + tags("ustx") + end, black + tags("gbeng"), black + tags("gben") + end, black + tags("gbenga") + end,
        tags("gbeng") + end, "A" + tags("gbeng") + end, black + tags("gbeng") + end + tags("gbeng") + end, black + end})
    EXPECT_NE(name_trouble(hidden).find("that can not be seen (U+E00"), std::string::npos) << hidden;
}

TEST(NameText, SaysWhatIsWrong) {
  EXPECT_EQ(name_trouble(""), "is empty");
  EXPECT_EQ(name_trouble("  "), "has only blanks: \"  \"");
  EXPECT_EQ(name_trouble("\u3000\u00A0"), "has only blanks: \"\u3000\u00A0\"");
  EXPECT_EQ(name_trouble(" A"), "begins or ends with a blank: \" A\"");
  EXPECT_EQ(name_trouble("A\u00A0"), "begins or ends with a blank: \"A\u00A0\"");
  EXPECT_EQ(name_trouble(std::string(256, 'A')), "has 256 characters; at most 255 are allowed");
  EXPECT_EQ(name_trouble("A\x1B[2J"), "has control characters or others that can not be seen (U+001B): \"A\\x1B[2J\"");
  EXPECT_EQ(name_trouble("A\u200B"), "has control characters or others that can not be seen (U+200B): \"A\\u{200B}\"");
  EXPECT_EQ(name_trouble("A\u200DB"),
            "has control characters or others that can not be seen (U+200D): \"A\\u{200D}B\"");
  EXPECT_EQ(name_trouble("A\U000E0041"),
            "has control characters or others that can not be seen (U+E0041): \"A\\u{E0041}\"");
  EXPECT_EQ(name_trouble("A\xC0\xAF"), "has bytes that are not UTF-8: \"A\\xC0\\xAF\"; save the file as UTF-8");
  EXPECT_NE(name_trouble("\uFFFD\uFFFD").find("U+FFFD, which stands where letters were lost"), std::string::npos);
}

TEST(NameText, LettersApartFromTheirMarksAreNotComposed) {
  EXPECT_EQ(name_trouble("cafe\u0301"),
            "has a letter and its mark apart (U+0065 U+0301), which look like one character and are two: "
            "\"cafe\u0301\"; write it composed (Unicode NFC)");
  for (const char* name : {"\u1112\u1161", "\uD558\u11AB", "\u304B\u3099", "Zu\u0308rich"})
    EXPECT_NE(name_trouble(name).find("write it composed (Unicode NFC)"), std::string::npos) << name;
}

TEST(NameText, WideEncodingsAreKnownWithAndWithoutTheirMark) {
  const auto wide = [](const std::string& text, std::size_t bytes, bool big) {
    std::string out;
    for (const char c : text) {
      std::string one(bytes, '\0');
      one[big ? bytes - 1 : 0] = c;
      out += one;
    }
    return out;
  };
  const std::string text = "arrival,departure";
  for (const bool big : {false, true}) {
    EXPECT_EQ(wide_encoding(wide(text, 2, big)), "UTF-16");
    EXPECT_EQ(wide_encoding(wide(text, 4, big)), "UTF-32");
  }
  EXPECT_EQ(wide_encoding("\xFF\xFE" + wide(text, 2, false)), "UTF-16");
  EXPECT_EQ(wide_encoding("\xFF\xFE\0\0"s + wide(text, 4, false)), "UTF-32");
  EXPECT_EQ(wide_encoding(text), "");
  EXPECT_EQ(wide_encoding("a\0b and more text without NUL bytes"s), "");
  EXPECT_EQ(wide_encoding(std::string(16, '\0')), "");
  EXPECT_EQ(wide_encoding(""), "");
}

}  // namespace
}  // namespace evtwin::kernel
