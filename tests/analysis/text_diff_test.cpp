#include "analysis/text_diff.hpp"

#include <gmock/gmock.h>

#include <random>

namespace evtwin::analysis {
namespace {

std::string shown(std::string_view a, std::string_view b) {
  std::string text;
  for (const LineChange& change : text_diff(a, b))
    text += change.mark + std::to_string(change.line) + change.text + " ";
  return text;
}

TEST(TextDiff, ALineThatComesInIsOneLine) {
  EXPECT_EQ(shown("a\nb\nc\n", "x\na\nb\nc\n"), "+1x ");  // by position all four would differ
  EXPECT_EQ(shown("a\nb\nc\n", "a\nc\n"), "-2b ");
  EXPECT_EQ(shown("a\nb\nc\n", "a\nB\nc\n"), "-2b +2B ");
  EXPECT_EQ(shown("a\n", "a"), "");
  EXPECT_EQ(shown("", "a\nb\n"), "+1a +2b ");
  EXPECT_EQ(shown("", ""), "");
}

// Whatever the texts: the first less what goes and with what comes is the second, and no line goes and comes
// needlessly.
TEST(TextDiff, ChangesMakeTheSecondOfTheFirst) {
  std::mt19937 random(5);
  const auto text_of = [&](std::size_t lines) {
    std::vector<std::string> text;
    for (std::size_t i = 0; i < lines; ++i) text.push_back(std::string(1, static_cast<char>('a' + random() % 4)));
    return text;
  };
  const auto joined_lines = [](const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines) text += line + "\n";
    return text;
  };
  for (int round = 0; round < 200; ++round) {
    const std::vector<std::string> a = text_of(random() % 12), b = text_of(random() % 12);
    std::vector<std::string> made;
    std::size_t from = 0, fewer = 0, more = 0;
    for (const LineChange& change : text_diff(joined_lines(a), joined_lines(b))) {
      if (change.mark == '-') {
        ++fewer;
        while (from + 1 < change.line) made.push_back(a[from++]);
        EXPECT_EQ(a[from], change.text);
        ++from;
      } else {
        ++more;
        while (made.size() + 1 < change.line) made.push_back(a[from++]);
        made.push_back(change.text);
      }
    }
    while (from < a.size()) made.push_back(a[from++]);
    EXPECT_EQ(made, b);
    EXPECT_EQ(a.size() - fewer, b.size() - more) << "as many lines stay in both";
  }
}

TEST(TextDiff, LongOnesAreCut) {
  const std::string text = text_diff_text(text_diff("", "a\nb\nc\n"), 2);
  EXPECT_EQ(text, "+    1  a\n+    2  b\n... and 1 more\n");
}

}  // namespace
}  // namespace evtwin::analysis
