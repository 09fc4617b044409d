#include "web/font_subset.hpp"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>
#include <vector>

#include "kernel/text.hpp"

namespace evtwin::web {
namespace {

/// Big-endian figures of a table; past its end there is nothing to be read.
class Bytes {
 public:
  explicit Bytes(std::string_view bytes) : bytes_(bytes) {}

  std::uint32_t u8(std::size_t at) const { return static_cast<unsigned char>(part(at, 1)[0]); }
  std::uint32_t u16(std::size_t at) const { return (u8(at) << 8U) | u8(at + 1); }
  std::uint32_t u32(std::size_t at) const { return (u16(at) << 16U) | u16(at + 2); }
  std::size_t size() const { return bytes_.size(); }
  std::string_view part(std::size_t at, std::size_t size) const {
    if (at > bytes_.size() || size > bytes_.size() - at) throw FontError("the font is cut short or malformed");
    return bytes_.substr(at, size);
  }

 private:
  std::string_view bytes_;
};

void put16(std::string& to, std::uint32_t value) {
  to += static_cast<char>((value >> 8U) & 0xFFU);
  to += static_cast<char>(value & 0xFFU);
}
void put32(std::string& to, std::uint32_t value) {
  put16(to, value >> 16U);
  put16(to, value & 0xFFFFU);
}
void set16(std::string& in, std::size_t at, std::uint32_t value) {
  in[at] = static_cast<char>((value >> 8U) & 0xFFU);
  in[at + 1] = static_cast<char>(value & 0xFFU);
}

/// The table of a font; empty where it has none of that name.
std::string_view table_of(const Bytes& font, std::string_view name) {
  const std::uint32_t count = font.u16(4);
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::size_t row = 12 + std::size_t{16} * i;
    if (font.part(row, 4) == name) return font.part(font.u32(row + 8), font.u32(row + 12));
  }
  return {};
}

/// Where the subtable with the most characters begins: 32 bits (3, 10) before 16 bits (3, 1) before Unicode's own.
std::size_t best_subtable(const Bytes& cmap) {
  std::size_t best = 0;
  int best_rank = 0;
  for (std::uint32_t i = 0; i < cmap.u16(2); ++i) {
    const std::size_t row = 4 + std::size_t{8} * i;
    const std::uint32_t platform = cmap.u16(row), encoding = cmap.u16(row + 2);
    const std::size_t at = cmap.u32(row + 4);
    const std::uint32_t format = cmap.u16(at);
    if (format != 4 && format != 12) continue;
    const int rank = platform == 3 && encoding == 10 ? 3 : platform == 3 && encoding == 1 ? 2 : platform == 0 ? 1 : 0;
    if (rank > best_rank) {
      best_rank = rank;
      best = at;
    }
  }
  if (best == 0) throw FontError("the font maps no Unicode characters");
  return best;
}

std::uint32_t glyph_in_format_4(const Bytes& cmap, std::size_t at, std::uint32_t character) {
  if (character > 0xFFFFU) return 0;
  const std::size_t segments = cmap.u16(at + 6) / 2;
  const std::size_t ends = at + 14, starts = ends + 2 * segments + 2, deltas = starts + 2 * segments,
                    offsets = deltas + 2 * segments;
  for (std::size_t i = 0; i < segments; ++i) {
    if (cmap.u16(ends + 2 * i) < character) continue;
    const std::uint32_t start = cmap.u16(starts + 2 * i);
    if (start > character) return 0;
    const std::uint32_t delta = cmap.u16(deltas + 2 * i), offset = cmap.u16(offsets + 2 * i);
    if (offset == 0) return (character + delta) & 0xFFFFU;
    const std::uint32_t glyph = cmap.u16(offsets + 2 * i + offset + std::size_t{2} * (character - start));
    return glyph == 0 ? 0 : (glyph + delta) & 0xFFFFU;
  }
  return 0;
}

std::uint32_t glyph_in_format_12(const Bytes& cmap, std::size_t at, std::uint32_t character) {
  const std::uint32_t groups = cmap.u32(at + 12);
  for (std::uint32_t i = 0; i < groups; ++i) {
    const std::size_t group = at + 16 + std::size_t{12} * i;
    const std::uint32_t first = cmap.u32(group), last = cmap.u32(group + 4);
    if (character >= first && character <= last) return cmap.u32(group + 8) + (character - first);
  }
  return 0;
}

/// Outlines by number.
class Glyphs {
 public:
  explicit Glyphs(const Bytes& font)
      : loca_(table_of(font, "loca")),
        glyf_(table_of(font, "glyf")),
        wide_(Bytes(table_of(font, "head")).u16(50) != 0),
        count_(Bytes(table_of(font, "maxp")).u16(4)) {}

  std::uint32_t count() const { return count_; }
  std::string_view outline(std::uint32_t glyph) const {
    if (glyph >= count_) throw FontError("the font points at a glyph that is not there");
    const std::size_t from = offset(glyph), to = offset(glyph + 1);
    if (to < from) throw FontError("the font's glyphs are out of order");
    return glyf_.part(from, to - from);
  }

 private:
  std::size_t offset(std::uint32_t glyph) const {
    return wide_ ? loca_.u32(std::size_t{4} * glyph) : std::size_t{2} * loca_.u16(std::size_t{2} * glyph);
  }

  Bytes loca_, glyf_;
  bool wide_;
  std::uint32_t count_;
};

/// Where an outline names the glyphs it is composed of; empty for one that is drawn itself.
std::vector<std::size_t> component_places(std::string_view outline) {
  std::vector<std::size_t> places;
  const Bytes bytes(outline);
  if (outline.empty() || (bytes.u16(0) & 0x8000U) == 0) return places;
  constexpr std::uint32_t words = 0x1U, one_scale = 0x8U, more = 0x20U, two_scales = 0x40U, matrix = 0x80U;
  for (std::size_t at = 10;;) {
    const std::uint32_t flags = bytes.u16(at);
    places.push_back(at + 2);
    at += 4 + ((flags & words) != 0 ? 4U : 2U);
    at += (flags & one_scale) != 0 ? 2U : (flags & two_scales) != 0 ? 4U : (flags & matrix) != 0 ? 8U : 0U;
    if ((flags & more) == 0) return places;
  }
}

/// Old numbers of the glyphs to keep, in their new order: 0 (for "no such character") first.
std::vector<std::uint32_t> kept_glyphs(const Glyphs& glyphs, const std::map<std::uint32_t, std::uint32_t>& glyph_of) {
  std::set<std::uint32_t> kept{0};
  std::vector<std::uint32_t> waiting{0};
  for (const auto& [character, glyph] : glyph_of) {
    if (kept.insert(glyph).second) waiting.push_back(glyph);
  }
  while (!waiting.empty()) {
    const std::string_view outline = glyphs.outline(waiting.back());
    waiting.pop_back();
    for (const std::size_t place : component_places(outline)) {
      const std::uint32_t part = Bytes(outline).u16(place);
      if (kept.insert(part).second) waiting.push_back(part);
    }
  }
  return {kept.begin(), kept.end()};
}

/// cmap, format 12: a group for each run of characters whose glyphs follow each other.
std::string new_cmap(const std::map<std::uint32_t, std::uint32_t>& glyph_of) {
  struct Group {
    std::uint32_t first, last, glyph;
  };
  std::vector<Group> groups;
  for (const auto& [character, glyph] : glyph_of) {
    if (!groups.empty() && groups.back().last + 1 == character &&
        groups.back().glyph + (character - groups.back().first) == glyph)
      groups.back().last = character;
    else
      groups.push_back({character, character, glyph});
  }

  std::string table;
  put16(table, 0);
  put16(table, 1);  // one subtable: Windows, 32 bits
  put16(table, 3);
  put16(table, 10);
  put32(table, 12);
  put16(table, 12);
  put16(table, 0);
  put32(table, static_cast<std::uint32_t>(16 + 12 * groups.size()));
  put32(table, 0);
  put32(table, static_cast<std::uint32_t>(groups.size()));

  for (const Group& group : groups) {
    put32(table, group.first);
    put32(table, group.last);
    put32(table, group.glyph);
  }
  return table;
}

std::string new_hmtx(const Bytes& font, const std::vector<std::uint32_t>& kept) {
  const Bytes hmtx(table_of(font, "hmtx"));
  const std::uint32_t full = Bytes(table_of(font, "hhea")).u16(34);
  if (full == 0) throw FontError("the font has no widths");
  std::string table;
  for (const std::uint32_t glyph : kept) {
    const std::uint32_t width = hmtx.u16(std::size_t{4} * std::min(glyph, full - 1));
    const std::size_t bearing =
        glyph < full ? std::size_t{4} * glyph + 2 : std::size_t{4} * full + std::size_t{2} * (glyph - full);
    put16(table, width);
    put16(table, hmtx.u16(bearing));
  }
  return table;
}

/// glyf, and loca with offsets of 32 bits.
std::pair<std::string, std::string> new_outlines(const Glyphs& glyphs, const std::vector<std::uint32_t>& kept) {
  std::string glyf, loca;
  for (const std::uint32_t glyph : kept) {
    put32(loca, static_cast<std::uint32_t>(glyf.size()));
    std::string outline(glyphs.outline(glyph));
    for (const std::size_t place : component_places(outline)) {
      const auto part = std::lower_bound(kept.begin(), kept.end(), Bytes(outline).u16(place));
      set16(outline, place, static_cast<std::uint32_t>(part - kept.begin()));
    }
    glyf += outline;
    glyf.resize((glyf.size() + 3) & ~std::size_t{3}, '\0');
  }
  put32(loca, static_cast<std::uint32_t>(glyf.size()));
  return {glyf, loca};
}

std::uint32_t checksum(std::string_view table) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < table.size(); ++i)
    sum += static_cast<std::uint32_t>(static_cast<unsigned char>(table[i])) << (24U - 8U * (i % 4));
  return sum;
}

std::string assembled(std::map<std::string, std::string>& tables) {
  std::string font;
  const auto count = static_cast<std::uint32_t>(tables.size());
  std::uint32_t power = 1, log = 0;
  for (; power * 2 <= count; power *= 2) ++log;
  put32(font, 0x00010000U);
  put16(font, count);
  put16(font, power * 16);
  put16(font, log);
  put16(font, count * 16 - power * 16);
  std::string body;
  for (auto& [name, table] : tables) {
    font += name;
    put32(font, checksum(table));
    put32(font, static_cast<std::uint32_t>(12 + 16 * tables.size() + body.size()));
    put32(font, static_cast<std::uint32_t>(table.size()));
    body += table;
    body.resize((body.size() + 3) & ~std::size_t{3}, '\0');
  }
  return font + body;
}

}  // namespace

std::string font_subset(std::string_view bytes, const std::set<std::uint32_t>& characters) {
  const Bytes font(bytes);
  if (font.u32(0) != 0x00010000U) throw FontError("it is no TrueType font with outlines");
  for (const char* needed : {"cmap", "glyf", "head", "hhea", "hmtx", "loca", "maxp"}) {
    if (table_of(font, needed).empty()) throw FontError(std::string("the font has no table ") + needed);
  }

  // Characters that there are, under the numbers of their glyphs: old ones, then new ones.
  const Bytes cmap(table_of(font, "cmap"));
  const std::size_t at = best_subtable(cmap);
  const auto glyph_in = cmap.u16(at) == 4 ? glyph_in_format_4 : glyph_in_format_12;
  std::map<std::uint32_t, std::uint32_t> glyph_of;
  for (const std::uint32_t character : characters) {
    if (const std::uint32_t glyph = glyph_in(cmap, at, character); glyph != 0) glyph_of[character] = glyph;
  }
  const Glyphs glyphs(font);
  const std::vector<std::uint32_t> kept = kept_glyphs(glyphs, glyph_of);
  for (auto& [character, glyph] : glyph_of)
    glyph = static_cast<std::uint32_t>(std::lower_bound(kept.begin(), kept.end(), glyph) - kept.begin());

  std::map<std::string, std::string> tables;
  std::tie(tables["glyf"], tables["loca"]) = new_outlines(glyphs, kept);
  tables["cmap"] = new_cmap(glyph_of);
  tables["hmtx"] = new_hmtx(font, kept);
  for (const char* name : {"head", "hhea", "maxp"}) tables[name] = std::string(table_of(font, name));
  (void)Bytes(tables["head"]).part(0, 54);
  set16(tables["head"], 50, 1);  // loca has 32 bits
  (void)Bytes(tables["hhea"]).part(0, 36);
  set16(tables["hhea"], 34, static_cast<std::uint32_t>(kept.size()));
  set16(tables["maxp"], 4, static_cast<std::uint32_t>(kept.size()));
  return assembled(tables);
}

void add_characters(std::string_view utf8, std::set<std::uint32_t>& characters) {
  while (!utf8.empty()) {
    const kernel::Utf8Character first = kernel::first_character(utf8);
    if (first.bytes != 0 && first.code >= 0x20U) characters.insert(first.code);
    utf8.remove_prefix(std::max<std::size_t>(first.bytes, 1));
  }
}

}  // namespace evtwin::web
