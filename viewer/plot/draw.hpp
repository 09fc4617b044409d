// Small things every plot draws: text that fits, crisp lines, many rectangles at once.
#pragma once
#include <imgui.h>

#include <string>
#include <string_view>

#include "viewer/plot/time_plot.hpp"

namespace evtwin::viewer::plot {

/// Font and height of ticks and legends.
ImFont* small_font(const Canvas& canvas);
float small_height(const Canvas& canvas);
ImVec2 small_size(const Canvas& canvas, std::string_view text);
void small_text(ImDrawList& list, const Canvas& canvas, ImVec2 at, ImU32 colour, std::string_view text);

/// `text` cut with "..." to `width` pixels of the small font; empty where not even one character fits.
std::string fit_text(const Canvas& canvas, std::string_view text, float width);

/// A vertical / horizontal line on whole pixels, `width` pixels at 100 %.
void draw_vertical(ImDrawList& list, const Style& style, float x, float top, float bottom, ImU32 colour,
                   float width = 1.0F);
void draw_horizontal(ImDrawList& list, const Style& style, float left, float right, float y, ImU32 colour,
                     float width = 1.0F);

/// Many filled rectangles or quadrilaterals without anti-aliasing, a few thousand vertices at a time, so that indices
/// of 16 bits do. flush_quads() (or the end) gives back what was reserved too much: draw nothing else into the list
/// before.
class Quads {
 public:
  explicit Quads(ImDrawList& list) : list_(&list) {}
  ~Quads() { flush_quads(); }
  Quads(const Quads&) = delete;
  Quads& operator=(const Quads&) = delete;

  void add_rect(ImVec2 min, ImVec2 max, ImU32 colour);
  void add_quad(ImVec2 a, ImVec2 b, ImVec2 c, ImVec2 d, ImU32 colour);
  void flush_quads();

 private:
  void reserve_batch();
  static constexpr int batch = 256;
  ImDrawList* list_;
  int left_ = 0;  ///< reserved and not used yet
};

}  // namespace evtwin::viewer::plot
