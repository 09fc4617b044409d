// A picture as lines, discs and texts, and its files: SVG, a page, PNG.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace evtwin::sweep {

struct Color {
  std::uint8_t red = 0, green = 0, blue = 0;
};

/// Places are in points from the upper left corner.
struct Drawing {
  struct Line {
    double x1, y1, x2, y2, width;
    Color color;
  };
  struct Disc {
    double x, y, radius;
    Color color;
  };
  enum class Anchor : std::uint8_t { start, middle, end };
  struct Text {
    double x, y;  ///< of the base line
    double size;
    Anchor anchor;
    Color color;
    std::string text;
    bool upright = false;  ///< read from below, turned by 90 degrees
  };
  double width = 0.0, height = 0.0;
  std::string title;
  std::vector<Line> lines;  ///< below the discs, those below the texts
  std::vector<Disc> discs;
  std::vector<Text> texts;
};

std::string svg_of(const Drawing& drawing);
/// One file, nothing beside it. @param notes  lines below the picture
std::string page_of(const Drawing& drawing, const std::vector<std::string>& notes, std::string_view language);
/// Two pixels a point, 8 bit RGB, on white. Texts are drawn with EVTWIN_FONT, else Debian's NanumGothic.
/// @throws SweepError where there is no font.
std::string png_of(const Drawing& drawing);

}  // namespace evtwin::sweep
