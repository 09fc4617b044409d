// Colours and sizes of plots. Categories: Okabe-Ito (Okabe and Ito 2008, "Color Universal Design"); heat-maps: viridis;
// differences: blue - white - orange. Red and green are never the only carrier of a meaning.
#pragma once
#include <imgui.h>

#include <array>
#include <cstdint>
#include <span>

namespace evtwin::viewer::plot {

struct Style {
  bool dark = false;
  ImU32 background = 0, frame = 0, grid = 0, text = 0, text_weak = 0, cursor = 0, marker_a = 0, marker_b = 0,
        selection = 0;
  float scale = 1.0F;  ///< of all widths and gaps; 1 at 100 %
};
Style light_style(float scale);
Style dark_style(float scale);

enum class Category : std::uint8_t { black, orange, sky_blue, green, yellow, blue, vermillion, purple };
ImU32 colour_of(const Style& style, Category category);  ///< readable on the style's background
/// Of a second run's line where the first one's is of that category: no line of the first run has it.
ImU32 second_colour_of(const Style& style, Category category);
ImU32 viridis_colour(double fraction);                       ///< 0..1, clamped; NaN: transparent
ImU32 diverging_colour(double fraction, bool dark = false);  ///< -1 blue .. 0 light grey (dark: dark grey) .. 1 orange
ImU32 with_alpha(ImU32 colour, double alpha);                ///< alpha 0..1 replaces the colour's

/// The shape that goes with a colour wherever a state or category is shown as a mark.
enum class Shape : std::uint8_t { circle, square, diamond, triangle, hourglass, cross, ring };
void draw_shape(ImDrawList& list, Shape shape, ImVec2 centre, float radius, ImU32 colour);

}  // namespace evtwin::viewer::plot
