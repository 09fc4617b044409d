// Draws what ImGui drew into memory, without a graphics card or display. Same triangles, same pixels, on every machine:
// no contraction, no fast-math, no threads that could change an order. (ImGui's own corners of smoothed edges depend on
// the CPU in their last digits.)
#pragma once
#include <imgui.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "viewer/plot/textures.hpp"

namespace evtwin::viewer::shell {

struct Image {
  int width = 0, height = 0;
  std::vector<std::uint32_t> rgba;  ///< IM_COL32 order, row by row from the top
};

class Rasteriser final : public plot::Textures {
 public:
  ImTextureID create_texture(int width, int height, std::span<const std::uint32_t> rgba) override;
  void destroy_texture(ImTextureID texture) override;
  /// Takes the current context's font atlas over; to be called when it was rebuilt.
  void upload_fonts();
  /// Triangles with bilinear font texture and nearest others, source-over blending, clip rectangles, VtxOffset. Corners
  /// are rounded to 1/256 pixel, a pixel belongs to a triangle when its centre does (top-left rule); what lies more
  /// than a million pixels outside is moved there. A command whose picture is gone is left out.
  Image draw_image(const ImDrawData& data, ImU32 background);

 private:
  struct Fonts {
    int width = 0, height = 0;
    std::vector<unsigned char> alpha;
  };
  std::map<ImTextureID, std::unique_ptr<Image>> pictures_;  ///< a picture's address is its id
  Fonts fonts_;                                             ///< likewise
};

/// @throws std::runtime_error "FILE: what" when it can not be written. A half-written file is never left.
void write_png(const std::string& file, const Image& image);
/// @throws std::runtime_error.
Image read_png(const std::string& file);

}  // namespace evtwin::viewer::shell
