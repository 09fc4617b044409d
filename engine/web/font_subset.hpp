// A font that holds the characters of one page alone: NanumGothic has 4.7 MB, a page shows a few hundred of them.
#pragma once
#include <cstdint>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>

namespace evtwin::web {

struct FontError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The glyphs of `characters` and what they are composed of, under the same characters, drawn as in `font`. Characters
/// that the font lacks are left out. Kept are the tables that a rasteriser of outlines needs (cmap as format 12, glyf,
/// head, hhea, hmtx, loca, maxp): no hinting, no kerning, no names.
/// @param font  bytes of a TrueType font with outlines (OpenType specification 1.9, glyf)
/// @throws FontError where it is none, or a table contradicts another
std::string font_subset(std::string_view font, const std::set<std::uint32_t>& characters);

/// Characters of a UTF-8 text, added to `characters`; bytes that are no UTF-8 are passed over.
void add_characters(std::string_view utf8, std::set<std::uint32_t>& characters);

}  // namespace evtwin::web
