#include "viewer/shell_headless/headless.hpp"

#include <utility>

#include "viewer/shell_headless/hands.hpp"

namespace evtwin::viewer::shell {
namespace {

const char* clipboard_text(void* text) { return static_cast<std::string*>(text)->c_str(); }
void set_clipboard_text(void* to, const char* text) { *static_cast<std::string*>(to) = text; }

/// Destroys itself last.
struct Context {
  ImGuiContext* context = ImGui::CreateContext();
  Context() = default;
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context() { ImGui::DestroyContext(context); }
  void use() const { ImGui::SetCurrentContext(context); }
};

ui::Options held_still(ui::Options options) {
  options.still = true;
  return options;
}

}  // namespace

struct Headless::Parts {
  Context context;
  std::string clipboard;
  Rasteriser rasteriser;
  ui::Fonts fonts;
  std::unique_ptr<ui::App> app;
  Hands hands;

  Parts(int width, int height)
      : hands([this](double seconds) { frame(seconds); }, [this]() -> const ui::Items& { return app->ui().items; }) {
    context.use();
    ImGuiIO& io = ImGui::GetIO();
    io.IniFilename = nullptr;
    io.LogFilename = nullptr;
    io.DisplaySize = {static_cast<float>(width), static_cast<float>(height)};
    io.BackendFlags |= ImGuiBackendFlags_RendererHasVtxOffset;
    io.ConfigInputTextCursorBlink = false;
    io.GetClipboardTextFn = clipboard_text;
    io.SetClipboardTextFn = set_clipboard_text;
    io.ClipboardUserData = &clipboard;
    map_keys(io);
  }
  ~Parts() {
    context.use();
    app.reset();
  }

  void frame(double seconds) {
    context.use();
    app->poll_runs();
    if (fonts.update_atlas(app->ui().settings.scale)) rasteriser.upload_fonts();
    ImGuiIO& io = ImGui::GetIO();
    io.DeltaTime = static_cast<float>(seconds);
    hands.apply_input(io);
    ImGui::NewFrame();
    app->draw_frame();
    ImGui::Render();
  }
};

Headless::Headless(ui::Options options, int width, int height) : parts_(std::make_unique<Parts>(width, height)) {
  parts_->app = std::make_unique<ui::App>(held_still(std::move(options)), parts_->rasteriser, parts_->fonts);
  parts_->app->poll_runs(true);
}

Headless::~Headless() = default;

ui::App& Headless::app() { return *parts_->app; }
const ui::Ui& Headless::ui() const { return std::as_const(*parts_->app).ui(); }

void Headless::draw_frames(int count, double seconds) { parts_->hands.draw_frames(count, seconds); }

Image Headless::take_picture() {
  parts_->context.use();
  if (ImGui::GetDrawData() == nullptr) draw_frames();
  const plot::Style& style = ui().canvas.style;
  return parts_->rasteriser.draw_image(*ImGui::GetDrawData(), style.background | IM_COL32_A_MASK);
}

void Headless::move_to(const std::string& item) { parts_->hands.move_to(item); }
void Headless::click_item(const std::string& item, int button, bool ctrl, bool shift) {
  parts_->hands.click_item(item, button, ctrl, shift);
}
void Headless::double_click(const std::string& item) { parts_->hands.double_click(item); }
void Headless::drag_item(const std::string& item, float dx, float dy, int button) {
  parts_->hands.drag_item(item, dx, dy, button);
}
void Headless::turn_wheel(const std::string& item, float steps) { parts_->hands.turn_wheel(item, steps); }
void Headless::press_key(int code, bool ctrl, bool shift) { parts_->hands.press_key(code, ctrl, shift); }
void Headless::type_text(const std::string& utf8) { parts_->hands.type_text(utf8); }
void Headless::play_script(const std::string& steps) { play_steps(parts_->hands, steps); }

}  // namespace evtwin::viewer::shell
