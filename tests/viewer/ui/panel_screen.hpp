// A panel in a window of its own, without a display: frames, the user's hands, and what is on the screen.
#pragma once
#include <functional>

#include "viewer/model/run_files.hpp"
#include "viewer/shell_headless/hands.hpp"
#include "viewer/shell_headless/rasteriser.hpp"
#include "viewer/ui/panels.hpp"

namespace evtwin::viewer::ui::test {

/// scenarios/NAME.lua under a strategy of the plugin baseline, or "milp.so#milp": simulated once per program.
struct Recorded {
  std::string file;
  model::RunPtr run;
};
inline const Recorded& recorded(const std::string& scenario, const std::string& strategy) {
  static const record::test::Folder folder;
  static std::map<std::string, Recorded> runs;
  Recorded& recorded = runs[scenario + " " + strategy];
  if (recorded.run == nullptr) {
    recorded.file = folder / (std::to_string(runs.size()) + ".run");
    model::test::record_scenario(recorded.file, scenario, strategy);
    recorded.run = model::read_run(recorded.file);
  }
  return recorded;
}

class PanelScreen {
 public:
  using Draw = std::function<void(Ui&, ImVec2)>;

  /// @param b may be null
  PanelScreen(Draw draw, ImVec2 size, const model::RunPtr& a, const model::RunPtr& b = nullptr)
      : draw_(std::move(draw)),
        size_(size),
        ui(rasteriser_, fonts_),
        hands([this](double seconds) { frame(seconds); }, [this]() -> const Items& { return ui.items; }) {
    ImGuiIO& io = ImGui::GetIO();
    io.IniFilename = nullptr;
    io.DisplaySize = {size.x + 200.0F, size.y + 200.0F};
    io.BackendFlags |= ImGuiBackendFlags_RendererHasVtxOffset;
    shell::map_keys(io);
    ui.runs.push_back({"a.run", nullptr, a, "A"});
    if (b != nullptr) {
      ui.runs.push_back({"b.run", nullptr, b, "B"});
      ui.b = 1;
      ui.compare = Compare::overlay;
    }
    ui.time.set_bounds(a->start_ns, a->end_ns);
    ui.canvas.time = &ui.time;
    ui.canvas.clock = &a->clock;
    ui.canvas.textures = &rasteriser_;
    for (std::uint16_t w = 0; w < static_cast<std::uint16_t>(Word::count); ++w) {
      fonts_.need_characters(text_of(static_cast<Word>(w), Language::english));
      fonts_.need_characters(text_of(static_cast<Word>(w), Language::korean));
    }
  }

 private:
  struct Context {
    ImGuiContext* context = ImGui::CreateContext();
    Context() { ImGui::SetCurrentContext(context); }
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;
    ~Context() { ImGui::DestroyContext(context); }
  };

  void frame(double seconds) {
    if (fonts_.update_atlas(ui.settings.scale)) rasteriser_.upload_fonts();
    ui.canvas.style = ui.settings.dark ? plot::dark_style(ui.settings.scale) : plot::light_style(ui.settings.scale);
    ui.canvas.begin_frame();
    ui.items.begin_frame();
    ImGuiIO& io = ImGui::GetIO();
    io.DeltaTime = static_cast<float>(seconds);
    hands.apply_input(io);
    ImGui::NewFrame();
    ImGui::SetNextWindowPos({0, 0});
    ImGui::SetNextWindowSize(io.DisplaySize);
    ImGui::Begin("screen", nullptr, ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoSavedSettings);
    origin = ImGui::GetCursorScreenPos();
    draw_(ui, size_);
    ImGui::End();
    ImGui::Render();
  }

  Context context_;
  shell::Rasteriser rasteriser_;
  Fonts fonts_;
  Draw draw_;
  ImVec2 size_;

 public:
  Ui ui;
  shell::Hands hands;
  ImVec2 origin;

  bool inside(const Items::Rect& rect) const {
    return rect.min.x >= origin.x - 0.5F && rect.min.y >= origin.y - 0.5F && rect.max.x <= origin.x + size_.x + 0.5F &&
           rect.max.y <= origin.y + size_.y + 0.5F;
  }
};

}  // namespace evtwin::viewer::ui::test
