#include "viewer/shell_web/page.hpp"

#include <algorithm>
#include <exception>
#include <optional>
#include <utility>

#include "viewer/shell_headless/hands.hpp"

namespace evtwin::viewer::shell {
namespace {

/// Destroys itself last.
struct PageContext {
  ImGuiContext* context = ImGui::CreateContext();
  PageContext() {
    use();
    ImGuiIO& io = ImGui::GetIO();
    io.IniFilename = nullptr;
    io.LogFilename = nullptr;
    map_keys(io);
  }
  PageContext(const PageContext&) = delete;
  PageContext& operator=(const PageContext&) = delete;
  ~PageContext() { ImGui::DestroyContext(context); }
  void use() const { ImGui::SetCurrentContext(context); }
};

/// With what the browser says where the link says nothing. @param asks  what the link asks for, too
ui::Options page_options(const Link& link, const std::vector<std::string>& files, const std::string& language,
                         bool dark, bool asks) {
  ui::Options options;
  if (asks) options = link.options;
  options.files = files;
  options.in_page = true;
  options.still = link.options.still;
  if (options.scale == 0.0F) options.scale = 1.0F;
  if (options.language.empty()) options.language = language.starts_with("ko") ? "ko" : "en";
  if (options.theme.empty()) options.theme = dark ? "dark" : "light";
  return options;
}

}  // namespace

struct Page::Parts {
  PageContext context;
  std::unique_ptr<Surface> surface;
  std::unique_ptr<ui::Fonts> fonts = std::make_unique<ui::Fonts>();
  std::unique_ptr<ui::App> app;
  float asked_scale = 0.0F;  ///< of the link; 0: the display's
  int width = 1, height = 1;
  int frames_due = settling;
  bool drawn = false;                 ///< the first frame comes before anything is read, which may take seconds
  static constexpr int settling = 3;  // frames until layout and hover are as after any input
};

Page::Page(std::unique_ptr<Surface> surface, const Link& link, const std::vector<std::string>& files,
           const std::string& language, bool dark)
    : parts_(std::make_unique<Parts>()) {
  Parts& parts = *parts_;
  parts.surface = std::move(surface);
  parts.asked_scale = link.options.scale;
  const auto make = [&](bool asks) {
    parts.app = std::make_unique<ui::App>(page_options(link, files, language, dark, asks), parts.surface->textures(),
                                          *parts.fonts);
  };
  // A link that makes no sense shows the run all the same, and says what is wrong with the link.
  try {
    make(true);
  } catch (const std::invalid_argument& wrong) {
    make(false);
    parts.app->show_notice(wrong.what());
  }
}

Page::~Page() {
  parts_->context.use();
  parts_->app.reset();
}

ui::App& Page::app() { return *parts_->app; }
const Image* Page::page_image() const { return parts_->surface->page_image(); }

void Page::resize_to(int width, int height, float ratio) {
  parts_->width = std::max(width, 1);
  parts_->height = std::max(height, 1);
  if (parts_->asked_scale == 0.0F) parts_->app->ui().settings.scale = std::clamp(ratio, 1.0F, 2.0F);
  parts_->frames_due = Parts::settling;
}

Wishes Page::draw_frame(double seconds) {
  Parts& parts = *parts_;
  ui::App& app = *parts.app;
  parts.context.use();
  bool fresh = false;
  try {
    if (std::exchange(parts.drawn, true)) fresh = app.poll_runs();
  } catch (const std::invalid_argument& wrong) {
    app.show_notice(wrong.what());
  }
  if (parts.fonts->update_atlas(app.ui().settings.scale)) parts.surface->upload_fonts();

  ImGuiIO& io = ImGui::GetIO();
  io.DisplaySize = {static_cast<float>(parts.width), static_cast<float>(parts.height)};
  // Where the page was out of sight for long, time goes on from now.
  constexpr double longest_s = 1.0, shortest_s = 1e-4;
  io.DeltaTime = static_cast<float>(std::clamp(seconds, shortest_s, longest_s));

  fresh = input.apply_input(io) || fresh;
  ImGui::NewFrame();
  app.draw_frame();
  ImGui::Render();
  parts.surface->draw_data(*ImGui::GetDrawData(), app.ui().canvas.style.background | IM_COL32_A_MASK, parts.width,
                           parts.height);

  Wishes wishes;
  parts.frames_due = fresh ? Parts::settling : std::max(0, parts.frames_due - 1);
  wishes.again = parts.frames_due > 0 || app.is_busy();
  wishes.keyboard = io.WantTextInput;
  wishes.choose_file = std::exchange(app.ui().choose_file, false);
  wishes.cursor = ImGui::GetMouseCursor();
  wishes.picture = app.take_picture_request();
  wishes.link = write_link(app.ui());
  return wishes;
}

void Page::open_file(const std::string& file) {
  parts_->app->open_file(file);
  parts_->frames_due = Parts::settling;
}

void Page::follow_link(const std::string& fragment) {
  parts_->frames_due = Parts::settling;
  try {
    parts_->app->follow_options(read_link(fragment).options);
  } catch (const std::invalid_argument& wrong) {
    parts_->app->show_notice(wrong.what());
  }
}

bool Page::lacks_characters() const { return parts_->fonts->lacks_characters(); }

void Page::use_font(const std::string& file) {
  parts_->fonts->use_file(file);
  parts_->frames_due = Parts::settling;
}

}  // namespace evtwin::viewer::shell
