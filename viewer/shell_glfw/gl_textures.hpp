// Pictures on the graphics card.
#pragma once
#include "viewer/plot/textures.hpp"

namespace evtwin::viewer::shell {

/// Needs the current thread's OpenGL context, as long as it lives.
class GlTextures final : public plot::Textures {
 public:
  ImTextureID create_texture(int width, int height, std::span<const std::uint32_t> rgba) override;
  void destroy_texture(ImTextureID texture) override;
};

}  // namespace evtwin::viewer::shell
