// Pictures on the graphics card, or in the memory of the CPU rasteriser: whoever runs the program provides them.
#pragma once
#include <imgui.h>

#include <cstdint>
#include <span>

namespace evtwin::viewer::plot {

class Textures {
 public:
  virtual ~Textures() = default;
  /// @param rgba width x height pixels, row by row from the top, in ImGui's order (IM_COL32). Nearest neighbour.
  virtual ImTextureID create_texture(int width, int height, std::span<const std::uint32_t> rgba) = 0;
  virtual void destroy_texture(ImTextureID texture) = 0;
};

}  // namespace evtwin::viewer::plot
