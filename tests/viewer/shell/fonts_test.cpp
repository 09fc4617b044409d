// The atlas has what is shown, and no more work is done than characters are new.
#include "viewer/ui/fonts.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "viewer/ui/words.hpp"

namespace evtwin::viewer::ui {
namespace {

/// Debian's.
constexpr const char* nanum = "/usr/share/fonts/truetype/nanum/NanumGothic.ttf";

class FontAtlas : public ::testing::Test {
 protected:
  FontAtlas() : context_(ImGui::CreateContext()) { ImGui::GetIO().IniFilename = nullptr; }
  ~FontAtlas() override { ImGui::DestroyContext(context_); }

  /// The first character of a text that the font can not show; 0: it has them all.
  static unsigned missing(const ImFont& font, const char* text) {
    const ImFontGlyph* fallback = font.FallbackGlyph;
    for (unsigned c = 0; *text != 0;) {
      const auto first = static_cast<unsigned char>(*text);
      const int bytes = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
      c = bytes == 1 ? first : first & (0x3FU >> (bytes - 1));
      for (int i = 1; i < bytes; ++i) c = (c << 6U) | (static_cast<unsigned char>(text[i]) & 0x3FU);
      text += bytes;
      if (c == '\n') continue;
      const ImFontGlyph* glyph = font.FindGlyphNoFallback(static_cast<ImWchar>(c));
      if (glyph == nullptr || (glyph == fallback && c != '?')) return c;
    }
    return 0;
  }

  ImGuiContext* context_;
  Fonts fonts;
};

TEST_F(FontAtlas, HasEveryCharacterOfEveryWordInBothLanguages) {
  if (!std::filesystem::exists(nanum)) GTEST_SKIP() << "no " << nanum << " (package fonts-nanum)";
  ASSERT_FALSE(fonts.missing_hangul());
  ASSERT_TRUE(fonts.update_atlas(1.0F));
  for (const ImFont* font : {fonts.body, fonts.small, fonts.title}) {
    for (std::size_t i = 0; i < static_cast<std::size_t>(Word::count); ++i) {
      for (const Language language : {Language::english, Language::korean}) {
        const Word word = static_cast<Word>(i);
        EXPECT_EQ(missing(*font, text_of(word, language)), 0U) << id_of(word);
      }
    }
    EXPECT_EQ(missing(*font, "0123456789 -+.,:%/()·…×±°²₩€→▲▼▶◀●■◆"), 0U);
  }
}

TEST_F(FontAtlas, TakesCharactersInWhenTheyAreNeeded) {
  if (!std::filesystem::exists(nanum)) GTEST_SKIP() << "no " << nanum << " (package fonts-nanum)";
  ASSERT_FALSE(fonts.missing_hangul());
  ASSERT_TRUE(fonts.update_atlas(1.0F));
  EXPECT_FALSE(fonts.update_atlas(1.0F));
  EXPECT_EQ(missing(*fonts.body, "뾻"), 0xBFBBU);
  fonts.need_characters("뾻");
  ASSERT_TRUE(fonts.update_atlas(1.0F));
  EXPECT_EQ(missing(*fonts.body, "뾻"), 0U);
  fonts.need_characters("뾻");
  EXPECT_FALSE(fonts.update_atlas(1.0F));
}

TEST_F(FontAtlas, AsksForNothingInTextThatIsNone) {
  fonts.update_atlas(1.0F);
  fonts.need_characters("\xff\xc3\x28 \xe2\x82");
  EXPECT_FALSE(fonts.update_atlas(1.0F));
}

TEST_F(FontAtlas, GrowsWithTheScale) {
  fonts.update_atlas(1.0F);
  EXPECT_EQ(fonts.body->FontSize, 15.0F);
  EXPECT_TRUE(fonts.update_atlas(2.0F));
  EXPECT_EQ(fonts.body->FontSize, 30.0F);
  EXPECT_EQ(fonts.small->FontSize, 24.0F);
  EXPECT_EQ(fonts.title->FontSize, 48.0F);
}

TEST_F(FontAtlas, WithoutAFontStillShowsLatinLetters) {
  Fonts bare("/nonexistent/font.ttf");
  EXPECT_TRUE(bare.missing_hangul());
  ASSERT_TRUE(bare.update_atlas(1.0F));
  EXPECT_EQ(missing(*bare.body, "Peak 12.5 kW"), 0U);
}

}  // namespace
}  // namespace evtwin::viewer::ui
