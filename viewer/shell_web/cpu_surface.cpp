#include "viewer/shell_web/page.hpp"

namespace evtwin::viewer::shell {
namespace {

class CpuSurface final : public Surface {
 public:
  plot::Textures& textures() override { return rasteriser_; }
  void upload_fonts() override { rasteriser_.upload_fonts(); }
  void draw_data(const ImDrawData& data, ImU32 background, int /*width*/, int /*height*/) override {
    image_ = rasteriser_.draw_image(data, background);
  }
  const Image* page_image() const override { return &image_; }

 private:
  Rasteriser rasteriser_;
  Image image_;
};

}  // namespace

std::unique_ptr<Surface> make_cpu_surface() { return std::make_unique<CpuSurface>(); }

}  // namespace evtwin::viewer::shell
