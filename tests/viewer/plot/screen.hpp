// An ImGui context without a backend: frames, a mouse, and what was drawn. Nothing is shown.
#pragma once
#include <imgui.h>

#include <functional>
#include <vector>

#include "viewer/plot/time_plot.hpp"

namespace evtwin::viewer::plot {

/// 2026-03-14T00:00Z
inline constexpr TimeNs test_day = TimeNs{20526} * kernel::day_ns;

class Screen {
 public:
  explicit Screen(ImVec2 size = {900, 300}) : context_(ImGui::CreateContext()) {
    ImGui::SetCurrentContext(context_);
    ImGuiIO& io = ImGui::GetIO();
    io.IniFilename = nullptr;
    io.DisplaySize = size;
    io.DeltaTime = 1.0F / 60.0F;
    io.MousePos = {-1000, -1000};
    io.BackendFlags |= ImGuiBackendFlags_RendererHasVtxOffset;
    unsigned char* pixels = nullptr;
    int width = 0, height = 0;
    io.Fonts->GetTexDataAsRGBA32(&pixels, &width, &height);
    time.set_bounds(test_day, test_day + kernel::day_ns);
    canvas.time = &time;
    canvas.clock = &clock;
    canvas.style = light_style(1.0F);
  }
  ~Screen() { ImGui::DestroyContext(context_); }
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  /// One frame: `draw` is called in a window that fills the screen, without padding.
  void frame(const std::function<void()>& draw) {
    canvas.begin_frame();
    ImGui::NewFrame();
    ImGui::SetNextWindowPos({0, 0});
    ImGui::SetNextWindowSize(ImGui::GetIO().DisplaySize);
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(0, 0));
    ImGui::PushStyleVar(ImGuiStyleVar_WindowMinSize, ImVec2(1, 1));
    ImGui::Begin("screen", nullptr,
                 ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoBackground | ImGuiWindowFlags_NoSavedSettings);
    draw();
    ImGui::End();
    ImGui::PopStyleVar(2);
    ImGui::Render();
  }
  void frames(const std::function<void()>& draw, int count = 3) {
    for (int i = 0; i < count; ++i) frame(draw);
  }

  static void mouse(ImVec2 at) { ImGui::GetIO().MousePos = at; }
  static void button(int which, bool down) { ImGui::GetIO().MouseDown[which] = down; }
  static void wheel(float steps) { ImGui::GetIO().MouseWheel = steps; }

  struct Vertex {
    ImVec2 at;
    ImU32 colour = 0;
    ImVec4 clip;
    ImTextureID texture = nullptr;
  };
  /// Every vertex of the last frame that a triangle uses.
  static std::vector<Vertex> vertices() {
    std::vector<Vertex> found;
    const ImDrawData* data = ImGui::GetDrawData();
    for (int l = 0; l < data->CmdListsCount; ++l) {
      const ImDrawList& list = *data->CmdLists[l];
      for (const ImDrawCmd& command : list.CmdBuffer) {
        for (unsigned i = 0; i < command.ElemCount; ++i) {
          const unsigned index = list.IdxBuffer[static_cast<int>(command.IdxOffset + i)] + command.VtxOffset;
          const ImDrawVert& vertex = list.VtxBuffer[static_cast<int>(index)];
          found.push_back({vertex.pos, vertex.col, command.ClipRect, command.TextureId});
        }
      }
    }
    return found;
  }

  model::TimeModel time;
  model::Clock clock;
  Canvas canvas;

 private:
  ImGuiContext* context_;
};

/// Values that hold `step` each, from test_day on.
inline model::Series stairs(const std::vector<double>& values, TimeNs step) {
  model::Series series;
  TimeNs t = test_day;
  for (const double value : values) {
    series.add_piece(t, value);
    t += step;
  }
  series.finish_at(t);
  return series;
}

}  // namespace evtwin::viewer::plot
