#include "viewer/plot/draw.hpp"

#include <algorithm>
#include <cmath>

#include "kernel/text.hpp"

namespace evtwin::viewer::plot {

ImFont* small_font(const Canvas& canvas) { return canvas.small != nullptr ? canvas.small : ImGui::GetFont(); }

float small_height(const Canvas& canvas) {
  return canvas.small != nullptr ? canvas.small->FontSize : ImGui::GetFontSize();
}

ImVec2 small_size(const Canvas& canvas, std::string_view text) {
  return small_font(canvas)->CalcTextSizeA(small_height(canvas), 1e9F, 0.0F, text.data(), text.data() + text.size());
}

void small_text(ImDrawList& list, const Canvas& canvas, ImVec2 at, ImU32 colour, std::string_view text) {
  if (text.empty()) return;
  list.AddText(small_font(canvas), small_height(canvas), {std::round(at.x), std::round(at.y)}, colour, text.data(),
               text.data() + text.size());
}

std::string fit_text(const Canvas& canvas, std::string_view text, float width) {
  if (small_size(canvas, text).x <= width) return std::string(text);
  constexpr std::string_view dots = "...";
  const float room = width - small_size(canvas, dots).x;
  std::size_t kept = 0;
  float used = 0.0F;
  while (kept < text.size()) {
    const std::size_t bytes = std::max<std::size_t>(1, kernel::first_character(text.substr(kept)).bytes);
    const float next = small_size(canvas, text.substr(kept, bytes)).x;
    if (used + next > room) break;
    used += next;
    kept += bytes;
  }
  return kept == 0 ? std::string() : std::string(text.substr(0, kept)) + std::string(dots);
}

void draw_vertical(ImDrawList& list, const Style& style, float x, float top, float bottom, ImU32 colour, float width) {
  const float thick = std::max(1.0F, std::round(width * style.scale));
  const float left = std::round(x - thick / 2.0F);
  list.AddRectFilled({left, top}, {left + thick, bottom}, colour);
}

void draw_horizontal(ImDrawList& list, const Style& style, float left, float right, float y, ImU32 colour,
                     float width) {
  const float thick = std::max(1.0F, std::round(width * style.scale));
  const float top = std::round(y - thick / 2.0F);
  list.AddRectFilled({left, top}, {right, top + thick}, colour);
}

void Quads::reserve_batch() {
  if (left_ > 0) return;
  list_->PrimReserve(6 * batch, 4 * batch);
  left_ = batch;
}

void Quads::add_rect(ImVec2 min, ImVec2 max, ImU32 colour) {
  reserve_batch();
  list_->PrimRect(min, max, colour);
  --left_;
}

void Quads::add_quad(ImVec2 a, ImVec2 b, ImVec2 c, ImVec2 d, ImU32 colour) {
  reserve_batch();
  const ImVec2 white = ImGui::GetFontTexUvWhitePixel();
  list_->PrimQuadUV(a, b, c, d, white, white, white, white, colour);
  --left_;
}

void Quads::flush_quads() {
  if (left_ > 0) list_->PrimUnreserve(6 * left_, 4 * left_);
  left_ = 0;
}

}  // namespace evtwin::viewer::plot
