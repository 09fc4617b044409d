// Golden images: what a screen looked like when somebody looked at it and found it right. A new picture may differ from
// its golden in the last digits of smooth edges, as Closeness says, and in nothing else. EVTWIN_WRITE_GOLDENS=1 writes
// the goldens anew, and every test that does so fails.
#pragma once
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include "support/paths.hpp"
#include "viewer/shell_headless/rasteriser.hpp"

namespace evtwin::viewer::testing {

/// What another make of CPU may change. ImGui smooths the edges of lines and polygons over one pixel, along normals
/// that it makes with the CPU's approximate reciprocal square root (RSQRTSS): its relative error is at most 1.5 x
/// 2^-12, and the digits beyond are each maker's own. Glyphs, rectangles and pictures need no root. Of an edge that
/// moves by so much
///   - its pixels change by 1 level: a corner moves by less than 1/1000 pixel, so by one step of the rasteriser's grid
///   of
///     1/256; where both edges of a thin line meet in a pixel, by 2. Every pixel of every edge of a picture may: seen
///     between an Intel and an AMD are 280 of one picture, 1,805 of two runs' stage. Away from edges only so many may,
///     where an edge is too faint to be one (`edge_levels`);
///   - the pixels of a spike change by up to 10: ImGui multiplies the error at a sharp joint by up to 100, which makes
///   it
///     0.037 pixel, 9.4 levels. Seen: 6 pixels, up to 8 levels;
///   - a pixel is there or not where its centre lies on the edge: at an end or a joint. Seen: 1 pixel, 87 levels.
/// A pixel that differs by more than `slight_levels` counts among the strong ones, by more than `strong_levels` among
/// the flipped ones. The smallest digit for another is many flipped pixels, and so is a line moved by a pixel.
struct Closeness {
  static constexpr int slight_levels = 2, strong_levels = 10, edge_levels = 16;
  static constexpr std::size_t most_slight = 500, most_strong = 8, most_flipped = 1;
};

inline int channel_of(std::uint32_t pixel, unsigned shift) { return static_cast<int>((pixel >> shift) & 0xFFU); }
/// Levels of the channel in which two pixels differ most, 0 to 255.
inline int levels_between(std::uint32_t a, std::uint32_t b) {
  int levels = 0;
  for (unsigned shift = 0; shift < 32; shift += 8)
    levels = std::max(levels, std::abs(channel_of(a, shift) - channel_of(b, shift)));
  return levels;
}
/// Whether a pixel differs from one of its eight neighbours as at the edge of something that is seen.
inline bool is_edge(const shell::Image& image, std::size_t pixel) {
  const auto width = static_cast<std::ptrdiff_t>(image.width), height = static_cast<std::ptrdiff_t>(image.height);
  const std::ptrdiff_t x = static_cast<std::ptrdiff_t>(pixel) % width, y = static_cast<std::ptrdiff_t>(pixel) / width;
  for (std::ptrdiff_t row = std::max<std::ptrdiff_t>(0, y - 1); row <= std::min(height - 1, y + 1); ++row) {
    for (std::ptrdiff_t column = std::max<std::ptrdiff_t>(0, x - 1); column <= std::min(width - 1, x + 1); ++column) {
      const std::uint32_t other = image.rgba[static_cast<std::size_t>(row * width + column)];
      if (levels_between(image.rgba[pixel], other) >= Closeness::edge_levels) return true;
    }
  }
  return false;
}

/// How two pictures of one size differ. The levels of a pixel are those of its channel that differs most, 0 to 255.
struct PictureDifference {
  std::size_t pixels = 0;                           ///< that are not the same
  std::size_t at_edges = 0;                         ///< of these, slightly and at an edge: as many as there are edges
  std::size_t slight = 0, strong = 0, flipped = 0;  ///< the others, by Closeness
  std::size_t far_pixels = 0;                       ///< by more than 8 levels
  int most_levels = 0;
  shell::Image shown;  ///< white where equal, light red where slight, dark red elsewhere

  bool close() const {
    return slight <= Closeness::most_slight && strong <= Closeness::most_strong && flipped <= Closeness::most_flipped;
  }
};

/// @param b the golden, whose edges count
inline PictureDifference difference(const shell::Image& a, const shell::Image& b) {
  PictureDifference result;
  result.shown = {a.width, a.height, std::vector<std::uint32_t>(a.rgba.size(), IM_COL32_WHITE)};
  for (std::size_t i = 0; i < a.rgba.size(); ++i) {
    const int levels = levels_between(a.rgba[i], b.rgba[i]);
    if (levels == 0) continue;
    ++result.pixels;
    const bool slight = levels <= Closeness::slight_levels;
    ++(slight && is_edge(b, i)              ? result.at_edges
       : slight                             ? result.slight
       : levels <= Closeness::strong_levels ? result.strong
                                            : result.flipped);
    if (levels > 8) ++result.far_pixels;
    result.most_levels = std::max(result.most_levels, levels);
    result.shown.rgba[i] = levels > Closeness::slight_levels ? IM_COL32(160, 0, 0, 255) : IM_COL32(255, 140, 140, 255);
  }
  return result;
}

/// Empty where `image` looks like `wanted`; else how they differ.
inline std::string why_not_alike(const shell::Image& image, const shell::Image& wanted) {
  if (wanted.width != image.width || wanted.height != image.height)
    return fmt::format("{}x{} pixels, not {}x{}", image.width, image.height, wanted.width, wanted.height);
  const PictureDifference different = difference(image, wanted);
  if (different.close()) return {};
  return fmt::format(
      "{} pixels differ, by up to {} levels of 255: {} slightly at edges, as another CPU may, {} slightly elsewhere, "
      "{} "
      "strongly, {} wholly, where another CPU may change {}, {} and {}",
      different.pixels, different.most_levels, different.at_edges, different.slight, different.strong,
      different.flipped, Closeness::most_slight, Closeness::most_strong, Closeness::most_flipped);
}

/// The goldens were drawn with this very file (Debian's fonts-nanum 20200506-1).
inline constexpr const char* golden_font = "/usr/share/fonts/truetype/nanum/NanumGothic.ttf";
inline constexpr const char* golden_font_sha256 = "48a28e97b34fc8e5b157657633670cd1b7de126cfc414da65ce9c3d5bc8be733";

inline bool has_golden_font() {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(
      popen((std::string("sha256sum ") + golden_font + " 2>/dev/null").c_str(), "r"), pclose);
  std::array<char, 65> sum{};
  return pipe != nullptr && std::fread(sum.data(), 1, 64, pipe.get()) == 64 &&
         std::string(sum.data()) == golden_font_sha256;
}

inline std::filesystem::path golden_folder() {
  return std::filesystem::path(paths::source_dir) / "tests/viewer/golden";
}

/// Compares with NAME.png. Where they are not alike, the new picture and the difference lie in the build folder, and
/// the failure says where.
inline void expect_golden(const shell::Image& image, const std::string& name,
                          const std::filesystem::path& goldens = golden_folder()) {
  namespace fs = std::filesystem;
  const fs::path golden = goldens / (name + ".png");
  if (std::getenv("EVTWIN_WRITE_GOLDENS") != nullptr) {
    fs::create_directories(goldens);
    shell::write_png(golden, image);
    // A picture compared with itself shows nothing.
    FAIL() << golden << " was written anew and nothing was compared: look at it, then unset EVTWIN_WRITE_GOLDENS";
  }
  const fs::path folder = fs::path(paths::build_dir) / "golden";
  fs::create_directories(folder);
  const std::string now = folder / (name + ".png"), shown = folder / (name + ".difference.png");
  ASSERT_TRUE(fs::exists(golden)) << golden << " is not there; EVTWIN_WRITE_GOLDENS=1 writes it";
  const shell::Image wanted = shell::read_png(golden);
  const std::string why = why_not_alike(image, wanted);
  if (why.empty()) return;
  shell::write_png(now, image);
  if (wanted.rgba.size() == image.rgba.size()) shell::write_png(shown, difference(image, wanted).shown);
  FAIL() << name << ": " << why << ": see " << now << " and " << shown
         << "; if it is meant to look so, EVTWIN_WRITE_GOLDENS=1 writes it anew";
}

}  // namespace evtwin::viewer::testing
