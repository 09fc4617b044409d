// The same picture in pixels: edges are smoothed by how far a pixel's middle lies from them.
#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <vector>

#include "kernel/text.hpp"
#include "sweep/drawing.hpp"
#include "sweep/plan.hpp"

#if EVTWIN_HAS_STB
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wold-style-cast"
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wdouble-promotion"
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wpedantic"
#define STBTT_STATIC
#define STB_TRUETYPE_IMPLEMENTATION
#include <stb_truetype.h>
#pragma GCC diagnostic pop
#endif

namespace evtwin::sweep {

namespace {

constexpr double scale = 2.0;  // pixels a point

class Raster {
 public:
  Raster(double width, double height)
      : width_(static_cast<std::size_t>(std::lround(width * scale))),
        height_(static_cast<std::size_t>(std::lround(height * scale))),
        bytes_(width_ * height_ * 3, 0xff) {}

  /// @param cover  0..1
  void blend(std::ptrdiff_t x, std::ptrdiff_t y, Color color, double cover) {
    if (x < 0 || y < 0 || x >= static_cast<std::ptrdiff_t>(width_) || y >= static_cast<std::ptrdiff_t>(height_)) return;
    if (!(cover > 0.0)) return;
    const std::array<std::uint8_t, 3> channels{color.red, color.green, color.blue};
    std::uint8_t* pixel = &bytes_[(static_cast<std::size_t>(y) * width_ + static_cast<std::size_t>(x)) * 3];
    for (std::size_t c = 0; c < 3; ++c)
      pixel[c] = static_cast<std::uint8_t>(std::lround(pixel[c] + (channels[c] - pixel[c]) * std::min(cover, 1.0)));
  }

  void line(const Drawing::Line& line) {
    const double x1 = line.x1 * scale, y1 = line.y1 * scale, x2 = line.x2 * scale, y2 = line.y2 * scale;
    const double half = line.width * scale / 2.0;
    const double length2 = (x2 - x1) * (x2 - x1) + (y2 - y1) * (y2 - y1);
    each_pixel(
        std::min(x1, x2) - half, std::min(y1, y2) - half, std::max(x1, x2) + half, std::max(y1, y2) + half,
        [&](double x, double y) {
          const double along =
              length2 > 0.0 ? std::clamp(((x - x1) * (x2 - x1) + (y - y1) * (y2 - y1)) / length2, 0.0, 1.0) : 0.0;
          return 0.5 + half - std::hypot(x - (x1 + along * (x2 - x1)), y - (y1 + along * (y2 - y1)));
        },
        line.color);
  }
  void disc(const Drawing::Disc& disc) {
    const double x0 = disc.x * scale, y0 = disc.y * scale, radius = disc.radius * scale;
    each_pixel(
        x0 - radius, y0 - radius, x0 + radius, y0 + radius,
        [&](double x, double y) { return 0.5 + radius - std::hypot(x - x0, y - y0); }, disc.color);
  }

  std::string png() const {
    std::string raw;
    raw.reserve(height_ * (width_ * 3 + 1));
    for (std::size_t y = 0; y < height_; ++y) {
      raw += '\0';  // no filter
      raw.append(reinterpret_cast<const char*>(&bytes_[y * width_ * 3]), width_ * 3);
    }
    uLongf size = compressBound(static_cast<uLong>(raw.size()));
    std::string packed(size, '\0');
    if (compress2(reinterpret_cast<Bytef*>(packed.data()), &size, reinterpret_cast<const Bytef*>(raw.data()),
                  static_cast<uLong>(raw.size()), 9) != Z_OK)
      throw SweepError("the picture could not be packed");
    packed.resize(size);
    std::string head = big_endian(width_) + big_endian(height_);
    head += {'\x08', '\x02', '\0', '\0', '\0'};  // 8 bit, RGB
    return "\x89PNG\r\n\x1a\n" + chunk("IHDR", head) + chunk("IDAT", packed) + chunk("IEND", "");
  }

 private:
  template <class Cover>
  void each_pixel(double left, double top, double right, double bottom, Cover cover, Color color) {
    for (auto y = static_cast<std::ptrdiff_t>(std::floor(top)) - 1; y <= static_cast<std::ptrdiff_t>(bottom) + 1; ++y)
      for (auto x = static_cast<std::ptrdiff_t>(std::floor(left)) - 1; x <= static_cast<std::ptrdiff_t>(right) + 1; ++x)
        blend(x, y, color, cover(static_cast<double>(x) + 0.5, static_cast<double>(y) + 0.5));
  }
  static std::string big_endian(std::size_t number) {
    std::string text;
    for (const int shift : {24, 16, 8, 0}) text += static_cast<char>((number >> shift) & 0xffU);
    return text;
  }
  static std::string chunk(const std::string& kind, const std::string& data) {
    const std::string body = kind + data;
    const uLong sum = crc32(0, reinterpret_cast<const Bytef*>(body.data()), static_cast<uInt>(body.size()));
    return big_endian(data.size()) + body + big_endian(sum);
  }

  std::size_t width_, height_;
  std::vector<std::uint8_t> bytes_;
};

#if EVTWIN_HAS_STB
/// A font, and texts in it.
class Letters {
 public:
  Letters() {
    const char* set = std::getenv("EVTWIN_FONT");
    const std::string file = set != nullptr && *set != '\0' ? set : "/usr/share/fonts/truetype/nanum/NanumGothic.ttf";
    std::ifstream stream(file, std::ios::binary);
    bytes_.assign(std::istreambuf_iterator<char>(stream), {});
    const auto* data = reinterpret_cast<const unsigned char*>(bytes_.data());
    if (bytes_.empty() || stbtt_InitFont(&font_, data, stbtt_GetFontOffsetForIndex(data, 0)) == 0)
      throw SweepError(fmt::format(
          "{}: no font to write with; install fonts-nanum, set EVTWIN_FONT to a TrueType file, or write .svg or .html",
          kernel::make_printable(file)));
  }

  void draw(Raster& raster, const Drawing::Text& text) {
    const float size = stbtt_ScaleForPixelHeight(&font_, static_cast<float>(text.size * scale * 1.2));
    const std::vector<int> letters = letters_of(text.text);
    double width = 0.0;
    for (const int letter : letters) width += static_cast<double>(size) * advance(letter);
    double at = text.anchor == Drawing::Anchor::start ? 0.0
                : text.anchor == Drawing::Anchor::end ? -width
                                                      : -width / 2.0;
    for (const int letter : letters) {
      int w = 0, h = 0, dx = 0, dy = 0;
      unsigned char* cover = stbtt_GetCodepointBitmap(&font_, 0.0F, size, letter, &w, &h, &dx, &dy);
      for (int y = 0; y < h; ++y) {
        for (int x = 0; x < w; ++x) {
          // Along the line and across it, in pixels from its beginning.
          const auto along = static_cast<std::ptrdiff_t>(std::lround(at)) + dx + x;
          const std::ptrdiff_t across = dy + y;
          const auto x0 = static_cast<std::ptrdiff_t>(std::lround(text.x * scale));
          const auto y0 = static_cast<std::ptrdiff_t>(std::lround(text.y * scale));
          raster.blend(text.upright ? x0 + across : x0 + along, text.upright ? y0 - along : y0 + across, text.color,
                       cover[y * w + x] / 255.0);
        }
      }
      stbtt_FreeBitmap(cover, nullptr);
      at += static_cast<double>(size) * advance(letter);
    }
  }

 private:
  int advance(int letter) const {
    int width = 0, left = 0;
    stbtt_GetCodepointHMetrics(&font_, letter, &width, &left);
    return width;
  }
  static std::vector<int> letters_of(std::string_view text) {
    std::vector<int> letters;
    while (!text.empty()) {
      const kernel::Utf8Character first = kernel::first_character(text);
      letters.push_back(first.bytes == 0 ? '?' : static_cast<int>(first.code));
      text.remove_prefix(std::max<std::size_t>(first.bytes, 1));
    }
    return letters;
  }

  std::string bytes_;
  stbtt_fontinfo font_{};
};
#endif

}  // namespace

std::string png_of([[maybe_unused]] const Drawing& drawing) {
#if EVTWIN_HAS_STB
  Letters letters;
  Raster raster(drawing.width, drawing.height);
  for (const Drawing::Line& line : drawing.lines) raster.line(line);
  for (const Drawing::Disc& disc : drawing.discs) raster.disc(disc);
  for (const Drawing::Text& text : drawing.texts) letters.draw(raster, text);
  return raster.png();
#else
  throw SweepError("this evtwin was built without libstb-dev and writes no PNG; write .svg or .html");
#endif
}

}  // namespace evtwin::sweep
