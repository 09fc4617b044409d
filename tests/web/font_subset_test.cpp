#include "web/font_subset.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#ifdef EVTWIN_HAS_STB
#include <stb_truetype.h>
#endif

namespace evtwin::web {
namespace {

constexpr const char* nanum = "/usr/share/fonts/truetype/nanum/NanumGothic.ttf";

std::string whole_font() {
  std::ifstream stream(nanum, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::set<std::uint32_t> characters_in(const std::string& text) {
  std::set<std::uint32_t> characters;
  add_characters(text, characters);
  return characters;
}

TEST(AddCharacters, TakesTextAndLeavesWhatIsNone) {
  EXPECT_EQ(characters_in("a가\n\xff\xea\xb0"), (std::set<std::uint32_t>{'a', 0xAC00}));
}

#ifdef EVTWIN_HAS_STB
/// What a rasteriser makes of a character: width, place and pixels at 40 px. Empty where the font does not have it.
std::vector<int> drawn(const std::string& font, std::uint32_t character) {
  stbtt_fontinfo info;
  const auto* bytes = reinterpret_cast<const unsigned char*>(font.data());
  if (stbtt_InitFont(&info, bytes, stbtt_GetFontOffsetForIndex(bytes, 0)) == 0) return {};
  const int glyph = stbtt_FindGlyphIndex(&info, static_cast<int>(character));
  if (glyph == 0) return {};
  const float scale = stbtt_ScaleForPixelHeight(&info, 40.0F);
  int advance = 0, bearing = 0, width = 0, height = 0, x = 0, y = 0;
  stbtt_GetGlyphHMetrics(&info, glyph, &advance, &bearing);
  std::vector<int> all{advance, bearing};
  unsigned char* pixels = stbtt_GetGlyphBitmap(&info, scale, scale, glyph, &width, &height, &x, &y);
  all.insert(all.end(), {width, height, x, y});
  if (pixels != nullptr) all.insert(all.end(), pixels, pixels + static_cast<std::ptrdiff_t>(width) * height);
  stbtt_FreeBitmap(pixels, nullptr);
  return all;
}

// stb_truetype reads both fonts by its own code: it must see the same glyphs, Latin composed of parts among them.
TEST(FontSubset, DrawsEachCharacterAsTheWholeFontDoes) {
  const std::string font = whole_font();
  if (font.empty()) GTEST_SKIP() << "no " << nanum << " (fonts-nanum)";
  const std::set<std::uint32_t> characters = characters_in("AZaz09 é Ü ñ ₩€½→가각힣판교충전소뷁漢");
  const std::string subset = font_subset(font, characters);
  int there = 0;
  for (const std::uint32_t c : characters) {
    EXPECT_EQ(drawn(subset, c), drawn(font, c)) << "U+" << std::hex << c;
    there += drawn(subset, c).empty() ? 0 : 1;
  }
  EXPECT_GT(there, 20);
  EXPECT_TRUE(drawn(subset, 'B').empty());
  EXPECT_TRUE(drawn(subset, 0xAC02).empty());
  EXPECT_LT(subset.size(), font.size() / 50);
}

// Nothing on paper says that the subset of a subset is a font; it is read again here.
TEST(FontSubset, OfASubsetIsASubset) {
  const std::string font = whole_font();
  if (font.empty()) GTEST_SKIP() << "no " << nanum << " (fonts-nanum)";
  const std::string once = font_subset(font, characters_in("é가나다 xyz"));
  const std::string twice = font_subset(once, characters_in("é나 y"));
  for (const std::uint32_t c : characters_in("é나y")) EXPECT_EQ(drawn(twice, c), drawn(font, c));
  EXPECT_EQ(font_subset(font, characters_in("é나 y")), twice);
}
#endif

TEST(FontSubset, RefusesWhatIsNoFont) {
  EXPECT_THROW(font_subset("", {'a'}), FontError);
  EXPECT_THROW(font_subset("OTTO with outlines of another kind", {'a'}), FontError);
  EXPECT_THROW(font_subset(std::string("\0\1\0\0\0\0\0\0\0\0\0\0", 12), {'a'}), FontError);
}

// Damaged in any byte or cut anywhere, a font is refused or read within its bounds (the sanitizers look).
TEST(FontSubset, ReadsNothingBeyondADamagedFont) {
  const std::string font = whole_font();
  if (font.empty()) GTEST_SKIP() << "no " << nanum << " (fonts-nanum)";
  const std::set<std::uint32_t> characters = characters_in("é가");
  const std::string small = font_subset(font, characters);
  int refused = 0;
  const auto look = [&](const std::string& bytes) {
    try {
      (void)font_subset(bytes, characters);
    } catch (const FontError&) {
      ++refused;
    }
  };
  for (std::size_t size = 0; size < small.size(); ++size) look(small.substr(0, size));
  const int cut = refused;
  EXPECT_GT(cut, static_cast<int>(small.size()) * 9 / 10);
  for (std::size_t at = 0; at < small.size(); ++at) {
    std::string bytes = small;
    bytes[at] = static_cast<char>(~bytes[at]);
    look(bytes);
  }
  EXPECT_GT(refused, cut);
}

}  // namespace
}  // namespace evtwin::web
