// Golden images: what a screen looked like when somebody looked at it and found it right. Pixel by pixel: nothing may
// differ. EVTWIN_WRITE_GOLDENS=1 writes them anew.
#pragma once
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include "viewer/shell_headless/rasteriser.hpp"

namespace evtwin::viewer::testing {

/// How two pictures of one size differ.
struct PictureDifference {
  std::size_t pixels = 0;      ///< that are not the same
  std::size_t far_pixels = 0;  ///< by more than 8 of 255 in a channel
  shell::Image shown;          ///< white where equal, light red where near, dark red where far
};

inline PictureDifference difference(const shell::Image& a, const shell::Image& b) {
  PictureDifference result;
  result.shown = {a.width, a.height, std::vector<std::uint32_t>(a.rgba.size(), IM_COL32_WHITE)};
  for (std::size_t i = 0; i < a.rgba.size(); ++i) {
    int most = 0;
    for (unsigned shift = 0; shift < 32; shift += 8) {
      const auto channel = [&](std::uint32_t pixel) { return static_cast<int>((pixel >> shift) & 0xFFU); };
      most = std::max(most, std::abs(channel(a.rgba[i]) - channel(b.rgba[i])));
    }
    if (most == 0) continue;
    ++result.pixels;
    if (most > 8) ++result.far_pixels;
    result.shown.rgba[i] = most > 8 ? IM_COL32(160, 0, 0, 255) : IM_COL32(255, 140, 140, 255);
  }
  return result;
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

/// Compares with tests/viewer/golden/NAME.png. Where they differ, the new picture and the difference lie in the build
/// folder, and the failure says where.
inline void expect_golden(const shell::Image& image, const std::string& name) {
  namespace fs = std::filesystem;
  const fs::path golden = fs::path(EVTWIN_SOURCE_DIR) / "tests/viewer/golden" / (name + ".png");
  if (std::getenv("EVTWIN_WRITE_GOLDENS") != nullptr) {
    fs::create_directories(golden.parent_path());
    shell::write_png(golden, image);
    return;
  }
  const fs::path folder = fs::path(EVTWIN_BINARY).parent_path().parent_path() / "golden";
  fs::create_directories(folder);
  const std::string now = folder / (name + ".png"), shown = folder / (name + ".difference.png");
  ASSERT_TRUE(fs::exists(golden)) << golden << " is not there; EVTWIN_WRITE_GOLDENS=1 writes it";
  const shell::Image wanted = shell::read_png(golden);
  if (wanted.width != image.width || wanted.height != image.height) {
    shell::write_png(now, image);
    FAIL() << name << " is " << image.width << "x" << image.height << ", not " << wanted.width << "x" << wanted.height
           << ": " << now;
  }
  const PictureDifference different = difference(image, wanted);
  if (different.pixels == 0) return;
  shell::write_png(now, image);
  shell::write_png(shown, different.shown);
  FAIL() << name << ": " << different.pixels << " pixels differ, " << different.far_pixels
         << " by more than 8/255: see " << now << " and " << shown
         << "; if it is meant to look so, EVTWIN_WRITE_GOLDENS=1 writes it anew";
}

}  // namespace evtwin::viewer::testing
