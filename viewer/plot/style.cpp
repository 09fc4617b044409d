#include "viewer/plot/style.hpp"

#include <algorithm>
#include <cmath>

namespace evtwin::viewer::plot {
namespace {

struct Rgb {
  double r, g, b;
};

ImU32 packed(Rgb colour, int alpha = 255) {
  const auto channel = [](double value) { return static_cast<int>(std::lround(std::clamp(value, 0.0, 1.0) * 255.0)); };
  return IM_COL32(channel(colour.r), channel(colour.g), channel(colour.b), alpha);
}

Rgb between(const Rgb& a, const Rgb& b, double t) {
  return {a.r + (b.r - a.r) * t, a.g + (b.g - a.g) * t, a.b + (b.b - a.b) * t};
}

template <std::size_t N>
Rgb along(const std::array<Rgb, N>& stops, double fraction) {
  const double place = std::clamp(fraction, 0.0, 1.0) * static_cast<double>(N - 1);
  const auto left = std::min(static_cast<std::size_t>(place), N - 2);
  return between(stops[left], stops[left + 1], place - static_cast<double>(left));
}

// viridis (van der Walt and Smith 2015, CC0) at every eighth of its way.
constexpr std::array<Rgb, 9> viridis_stops{{{0.267, 0.005, 0.329},
                                            {0.279, 0.175, 0.483},
                                            {0.230, 0.322, 0.546},
                                            {0.173, 0.449, 0.558},
                                            {0.128, 0.567, 0.551},
                                            {0.158, 0.684, 0.502},
                                            {0.369, 0.789, 0.383},
                                            {0.678, 0.864, 0.190},
                                            {0.993, 0.906, 0.144}}};

// Blue and orange of Okabe-Ito around a light grey.
constexpr std::array<Rgb, 3> diverging_stops{{{0.0, 0.447, 0.698}, {0.93, 0.93, 0.93}, {0.902, 0.624, 0.0}}};
constexpr std::array<Rgb, 3> diverging_in_the_dark{{{0.337, 0.706, 0.914}, {0.16, 0.175, 0.195}, {0.945, 0.69, 0.2}}};

}  // namespace

Style light_style(float scale) {
  Style style;
  style.dark = false;
  style.background = IM_COL32(255, 255, 255, 255);
  style.frame = IM_COL32(170, 174, 180, 255);
  style.grid = IM_COL32(226, 229, 233, 255);
  style.text = IM_COL32(28, 32, 38, 255);
  style.text_weak = IM_COL32(92, 99, 108, 255);
  style.cursor = IM_COL32(200, 40, 90, 255);
  style.marker_a = IM_COL32(0, 114, 178, 255);
  style.marker_b = IM_COL32(213, 94, 0, 255);
  style.selection = IM_COL32(0, 114, 178, 48);
  style.scale = scale;
  return style;
}

Style dark_style(float scale) {
  Style style;
  style.dark = true;
  style.background = IM_COL32(24, 27, 32, 255);
  style.frame = IM_COL32(86, 92, 100, 255);
  style.grid = IM_COL32(46, 51, 58, 255);
  style.text = IM_COL32(228, 231, 235, 255);
  style.text_weak = IM_COL32(158, 165, 174, 255);
  style.cursor = IM_COL32(255, 105, 150, 255);
  style.marker_a = IM_COL32(86, 180, 233, 255);
  style.marker_b = IM_COL32(240, 150, 80, 255);
  style.selection = IM_COL32(86, 180, 233, 56);
  style.scale = scale;
  return style;
}

ImU32 colour_of(const Style& style, Category category) {
  switch (category) {
    case Category::black:
      return style.text;
    case Category::orange:
      return IM_COL32(230, 159, 0, 255);
    case Category::sky_blue:
      return IM_COL32(86, 180, 233, 255);
    case Category::green:
      return IM_COL32(0, 158, 115, 255);
    case Category::yellow:
      return style.dark ? IM_COL32(240, 228, 66, 255) : IM_COL32(196, 176, 0, 255);
    case Category::blue:
      return style.dark ? IM_COL32(70, 150, 220, 255) : IM_COL32(0, 114, 178, 255);
    case Category::vermillion:
      return IM_COL32(213, 94, 0, 255);
    case Category::purple:
      return IM_COL32(204, 121, 167, 255);
  }
  return style.text;
}

// Wine, olive, indigo and others in the manner of Tol's "muted" scheme (Tol 2021, "Colour schemes"), made lighter on
// dark.
ImU32 second_colour_of(const Style& style, Category category) {
  switch (category) {
    case Category::black:
      return style.dark ? IM_COL32(150, 158, 168, 255) : IM_COL32(120, 126, 134, 255);
    case Category::orange:
      return style.dark ? IM_COL32(198, 150, 112, 255) : IM_COL32(122, 76, 36, 255);
    case Category::sky_blue:
      return style.dark ? IM_COL32(176, 142, 255, 255) : IM_COL32(106, 61, 190, 255);
    case Category::green:
      return style.dark ? IM_COL32(170, 220, 110, 255) : IM_COL32(92, 128, 0, 255);
    case Category::yellow:
      return style.dark ? IM_COL32(186, 176, 120, 255) : IM_COL32(120, 112, 50, 255);
    case Category::blue:
      return style.dark ? IM_COL32(255, 80, 140, 255) : IM_COL32(190, 0, 90, 255);
    case Category::vermillion:
      return style.dark ? IM_COL32(255, 160, 150, 255) : IM_COL32(120, 0, 0, 255);
    case Category::purple:
      return style.dark ? IM_COL32(130, 220, 225, 255) : IM_COL32(0, 96, 110, 255);
  }
  return style.text;
}

ImU32 viridis_colour(double fraction) {
  if (std::isnan(fraction)) return 0;
  return packed(along(viridis_stops, fraction));
}

ImU32 diverging_colour(double fraction, bool dark) {
  if (std::isnan(fraction)) return 0;
  return packed(along(dark ? diverging_in_the_dark : diverging_stops, 0.5 + std::clamp(fraction, -1.0, 1.0) / 2.0));
}

ImU32 with_alpha(ImU32 colour, double alpha) {
  const auto value = static_cast<ImU32>(std::lround(std::clamp(alpha, 0.0, 1.0) * 255.0));
  return (colour & ~IM_COL32_A_MASK) | (value << IM_COL32_A_SHIFT);
}

void draw_shape(ImDrawList& list, Shape shape, ImVec2 c, float r, ImU32 colour) {
  // The factors give all shapes about the same weight to the eye.
  switch (shape) {
    case Shape::circle:
      list.AddCircleFilled(c, r, colour, 16);
      break;
    case Shape::ring:
      list.AddCircle(c, r * 0.85F, colour, 16, std::max(1.0F, r * 0.3F));
      break;
    case Shape::square:
      list.AddRectFilled({c.x - r * 0.88F, c.y - r * 0.88F}, {c.x + r * 0.88F, c.y + r * 0.88F}, colour);
      break;

    case Shape::diamond:
      list.AddQuadFilled({c.x, c.y - r * 1.2F}, {c.x + r * 1.2F, c.y}, {c.x, c.y + r * 1.2F}, {c.x - r * 1.2F, c.y},
                         colour);
      break;
    case Shape::triangle:
      list.AddTriangleFilled({c.x, c.y - r * 1.1F}, {c.x + r * 1.1F, c.y + r}, {c.x - r * 1.1F, c.y + r}, colour);
      break;

    case Shape::hourglass:
      list.AddTriangleFilled({c.x - r, c.y - r}, {c.x + r, c.y - r}, c, colour);
      list.AddTriangleFilled({c.x, c.y}, {c.x + r, c.y + r}, {c.x - r, c.y + r}, colour);
      break;
    case Shape::cross:
      list.AddLine({c.x - r, c.y - r}, {c.x + r, c.y + r}, colour, std::max(1.5F, r * 0.4F));
      list.AddLine({c.x - r, c.y + r}, {c.x + r, c.y - r}, colour, std::max(1.5F, r * 0.4F));
      break;
  }
}

}  // namespace evtwin::viewer::plot
