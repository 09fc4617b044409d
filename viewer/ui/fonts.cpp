#include "viewer/ui/fonts.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <iterator>

#include "viewer/ui/words.hpp"

namespace evtwin::viewer::ui {
namespace {

constexpr const char* debian_nanum = "/usr/share/fonts/truetype/nanum/NanumGothic.ttf";

/// Marks that plots and panels use beside the words of words.def, and the time axis' words. The font has no minus sign
/// (U+2212), check mark or warning sign.
constexpr const char* marks = "…·–—‘’“”•×±÷≤≥≈∞₩€°²³µ→←↑↓↗↘▲▼△▽▶◀●○■□◆◇□년월일시분초주오전후화수목금토";

/// The character at `at`, which moves on; one that is no UTF-8 counts as one byte and is 0.
unsigned next_character(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = byte(at++);
  if (first < 0x80U) return first;
  const std::size_t more = first >= 0xF0U ? 3 : first >= 0xE0U ? 2 : first >= 0xC0U ? 1 : 0;
  if (more == 0 || at + more > text.size()) return 0;
  unsigned code = first & (0x3FU >> more);
  for (std::size_t i = 0; i < more; ++i) {
    if ((byte(at + i) & 0xC0U) != 0x80U) return 0;
    code = (code << 6U) | (byte(at + i) & 0x3FU);
  }
  at += more;
  return code;
}

std::string read(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// Consecutive characters as ImGui wants them: first, last, ..., 0.
std::vector<ImWchar> ranges_of(const std::set<ImWchar>& characters) {
  std::vector<ImWchar> ranges;
  for (const ImWchar c : characters) {
    if (!ranges.empty() && ranges.back() + 1 == c)
      ranges.back() = c;
    else
      ranges.insert(ranges.end(), {c, c});
  }
  ranges.push_back(0);
  return ranges;
}

}  // namespace

Fonts::Fonts(std::string file) {
  use_file(file.empty() ? debian_nanum : std::move(file));
  for (unsigned c = 0x20; c < 0x7F; ++c) need_character(c);
  for (unsigned c = 0xA0; c < 0x100; ++c) need_character(c);
  need_characters(marks);
  for (std::size_t i = 0; i < static_cast<std::size_t>(Word::count); ++i) {
    need_characters(text_of(static_cast<Word>(i), Language::english));
    need_characters(text_of(static_cast<Word>(i), Language::korean));
  }
}

void Fonts::use_file(std::string file) {
  file_ = std::move(file);
  bytes_ = read(file_);
  if (bytes_.empty()) file_.clear();
  stale_ = true;
}

bool Fonts::lacks_characters() const {
  // Characters that came since the atlas was made are in the next one, or not.
  if (stale_) return false;
  constexpr ImWchar hanja_begin = 0x4E00, hanja_end = 0xA000, hangul_begin = 0xAC00, hangul_end = 0xD7A4;
  const auto lacking = [&](ImWchar c) {
    const bool east_asian = (c >= hanja_begin && c < hanja_end) || (c >= hangul_begin && c < hangul_end);
    return east_asian && body != nullptr && body->FindGlyphNoFallback(c) == nullptr;
  };
  return std::any_of(wanted_.begin(), wanted_.end(), lacking);
}

void Fonts::need_characters(std::string_view utf8) {
  for (std::size_t at = 0; at < utf8.size();) need_character(next_character(utf8, at));
}

void Fonts::need_character(unsigned code) {
  // ImGui is compiled with characters of 16 bits: what lies beyond is drawn as its sign for "no such character".
  if (code < 0x20U || code > IM_UNICODE_CODEPOINT_MAX) return;
  if (wanted_.insert(static_cast<ImWchar>(code)).second) stale_ = true;
}

bool Fonts::update_atlas(float scale) {
  // Another scale, or a character that no text had before, makes the atlas anew.
  if (!stale_ && scale == scale_) return false;
  ImFontAtlas& atlas = *ImGui::GetIO().Fonts;
  atlas.Clear();
  ranges_ = ranges_of(wanted_);

  const auto add = [&](float pixels) {
    ImFontConfig config;
    config.SizePixels = std::round(pixels * scale);
    config.OversampleH = 1;
    config.OversampleV = 1;
    config.PixelSnapH = true;
    config.GlyphRanges = ranges_.data();
    if (missing_hangul()) return atlas.AddFontDefault(&config);
    config.FontDataOwnedByAtlas = false;
    return atlas.AddFontFromMemoryTTF(bytes_.data(), static_cast<int>(bytes_.size()), config.SizePixels, &config);
  };

  body = add(15.0F);
  small = add(12.0F);
  title = add(24.0F);
  atlas.Build();
  ImGui::GetIO().FontDefault = body;
  scale_ = scale;
  stale_ = false;
  return true;
}

}  // namespace evtwin::viewer::ui
