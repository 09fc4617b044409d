#include <GLES3/gl3.h>
#include <backends/imgui_impl_opengl3.h>
#include <emscripten/html5.h>
#include <emscripten/html5_webgl.h>

#include "viewer/shell_glfw/gl_textures.hpp"
#include "viewer/shell_web/page.hpp"

namespace evtwin::viewer::shell {
namespace {

class GlSurface final : public Surface {
 public:
  explicit GlSurface(EMSCRIPTEN_WEBGL_CONTEXT_HANDLE context) {
    emscripten_webgl_make_context_current(context);
    // ImGui's context comes after this: its side of the renderer is made with the first font.
  }
  plot::Textures& textures() override { return textures_; }

  void upload_fonts() override {
    if (!ready_) {
      ImGui_ImplOpenGL3_Init("#version 300 es");
      ready_ = true;
    }
    ImGui_ImplOpenGL3_DestroyFontsTexture();
    ImGui_ImplOpenGL3_NewFrame();
    ImGui_ImplOpenGL3_CreateFontsTexture();
  }

  void draw_data(const ImDrawData& data, ImU32 background, int width, int height) override {
    glViewport(0, 0, width, height);
    const ImVec4 colour = ImGui::ColorConvertU32ToFloat4(background);
    glClearColor(colour.x, colour.y, colour.z, 1.0F);
    glClear(GL_COLOR_BUFFER_BIT);
    ImGui_ImplOpenGL3_RenderDrawData(const_cast<ImDrawData*>(&data));  // reads it alone
  }
  const Image* page_image() const override { return nullptr; }

 private:
  GlTextures textures_;
  bool ready_ = false;
};

}  // namespace

std::unique_ptr<Surface> make_gl_surface(const std::string& selector) {
  EmscriptenWebGLContextAttributes wanted;
  emscripten_webgl_init_context_attributes(&wanted);
  wanted.majorVersion = 2;
  wanted.alpha = wanted.depth = wanted.stencil = wanted.antialias = EM_FALSE;
  const EMSCRIPTEN_WEBGL_CONTEXT_HANDLE context = emscripten_webgl_create_context(selector.c_str(), &wanted);
  if (context <= 0) return nullptr;
  return std::make_unique<GlSurface>(context);
}

}  // namespace evtwin::viewer::shell
