#include "viewer/shell_glfw/window.hpp"

#include <GLFW/glfw3.h>
#include <backends/imgui_impl_glfw.h>
#include <backends/imgui_impl_opengl3.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <utility>

#include "viewer/shell_glfw/gl_textures.hpp"
#include "viewer/shell_headless/hands.hpp"
#include "viewer/ui/input_queue.hpp"
#include "viewer/ui/keys.hpp"

namespace evtwin::viewer::shell {
namespace {

std::string glfw_error() {
  const char* text = nullptr;
  return glfwGetError(&text) == GLFW_NO_ERROR || text == nullptr ? "no reason given" : text;
}

/// The library and one window with its OpenGL context.
class Glfw {
 public:
  Glfw(int width, int height, const std::string& title) {
    if (glfwInit() == GLFW_FALSE) throw NoDisplay(glfw_error());
    glfwWindowHint(GLFW_CONTEXT_VERSION_MAJOR, 3);
    glfwWindowHint(GLFW_CONTEXT_VERSION_MINOR, 2);
    glfwWindowHint(GLFW_OPENGL_PROFILE, GLFW_OPENGL_CORE_PROFILE);
    glfwWindowHint(GLFW_OPENGL_FORWARD_COMPAT, GLFW_TRUE);
    glfwWindowHint(GLFW_SCALE_TO_MONITOR, width == 0 ? GLFW_TRUE : GLFW_FALSE);
    window = glfwCreateWindow(width == 0 ? 1440 : width, width == 0 ? 900 : height, title.c_str(), nullptr, nullptr);
    if (window == nullptr) {
      const std::string why = glfw_error();
      glfwTerminate();
      throw NoDisplay(why);
    }
    glfwMakeContextCurrent(window);
    glfwSwapInterval(1);
  }
  ~Glfw() {
    glfwDestroyWindow(window);
    glfwTerminate();
  }
  Glfw(const Glfw&) = delete;
  Glfw& operator=(const Glfw&) = delete;

  float display_scale() const {
    float x = 1.0F, y = 1.0F;
    glfwGetWindowContentScale(window, &x, &y);
    return std::clamp(x, 1.0F, 2.0F);
  }

  GLFWwindow* window = nullptr;
};

/// ImGui's context and its two backends.
class Backends {
 public:
  explicit Backends(GLFWwindow* window) : context_(ImGui::CreateContext()) {
    ImGui::GetIO().IniFilename = nullptr;
    ImGui::GetIO().LogFilename = nullptr;
    ImGui_ImplGlfw_InitForOpenGL(window, false);
    map_keys(ImGui::GetIO());
    ImGui_ImplOpenGL3_Init("#version 150");
  }
  ~Backends() {
    ImGui_ImplOpenGL3_Shutdown();
    ImGui_ImplGlfw_Shutdown();
    ImGui::DestroyContext(context_);
  }
  Backends(const Backends&) = delete;
  Backends& operator=(const Backends&) = delete;

 private:
  ImGuiContext* context_;
};

std::string title_of(const ui::Options& options) {
  std::string title = "evtwin";
  for (const std::string& file : options.files)
    title += (&file == &options.files.front() ? " - " : ", ") + std::filesystem::path(file).filename().string();
  return title;
}

ui::Options with_scale(ui::Options options, float display_scale) {
  if (options.scale == 0.0F) options.scale = display_scale;
  return options;
}

Image part_of(const Image& whole, const ui::App::PictureRequest& part) {
  const int left = std::clamp(part.x, 0, whole.width), top = std::clamp(part.y, 0, whole.height);
  Image image;
  image.width = std::min(part.width, whole.width - left);
  image.height = std::min(part.height, whole.height - top);
  if (image.width <= 0 || image.height <= 0) return whole;
  for (int y = top; y < top + image.height; ++y) {
    const auto row = whole.rgba.begin() + std::ptrdiff_t{y} * whole.width + left;
    image.rgba.insert(image.rgba.end(), row, row + image.width);
  }
  return image;
}

}  // namespace

struct Window::Parts {
  Glfw glfw;
  Backends backends;
  GlTextures textures;
  ui::Fonts fonts;
  ui::App app;
  Hands hands;
  ui::InputQueue input;
  bool something_happened = false;  ///< since the last frame
  std::string own_title, shown_title;
  struct {
    int x = 0, y = 0, width = 0, height = 0;
  } before_full_screen;

  Parts(const ui::Options& options, int width, int height)
      : glfw(width, height, title_of(options)),
        backends(glfw.window),
        app(with_scale(options, glfw.display_scale()), textures, fonts),
        hands([this](double seconds) { still_frame(seconds); },
              [this]() -> const ui::Items& { return app.ui().items; }) {
    own_title = title_of(options);
    glfwSetWindowSizeLimits(glfw.window, 640, 480, GLFW_DONT_CARE, GLFW_DONT_CARE);
    fonts.update_atlas(app.ui().settings.scale);
    ImGui_ImplOpenGL3_CreateDeviceObjects();
    listen();
  }

  static Parts& of(GLFWwindow* window) { return *static_cast<Parts*>(glfwGetWindowUserPointer(window)); }
  /// Queue of the user's input; asking for it asks for a frame, too.
  static ui::InputQueue& input_of(GLFWwindow* window) {
    of(window).something_happened = true;
    return of(window).input;
  }

  void listen() {
    GLFWwindow* window = glfw.window;
    glfwSetWindowUserPointer(window, this);
    glfwSetCursorPosCallback(window, [](GLFWwindow* w, double x, double y) {
      input_of(w).move_mouse(static_cast<float>(x), static_cast<float>(y));
    });
    glfwSetCursorEnterCallback(window, [](GLFWwindow* w, int entered) {
      if (entered == GLFW_FALSE) input_of(w).leave_window();
    });

    glfwSetMouseButtonCallback(window, [](GLFWwindow* w, int button, int action, int) {
      input_of(w).set_button(button, action == GLFW_PRESS);
    });
    glfwSetScrollCallback(window, [](GLFWwindow* w, double dx, double dy) {
      input_of(w).turn_wheel(static_cast<float>(dx), static_cast<float>(dy));
    });

    // ImGui repeats keys by itself.
    glfwSetKeyCallback(window, [](GLFWwindow* w, int key, int, int action, int) {
      if (action != GLFW_REPEAT) input_of(w).set_key(key, action == GLFW_PRESS);
    });
    glfwSetCharCallback(window, [](GLFWwindow* w, unsigned code) { input_of(w).type_character(code); });

    glfwSetWindowFocusCallback(window, [](GLFWwindow* w, int focused) {
      if (focused == GLFW_FALSE) input_of(w).release_all();
    });

    glfwSetWindowRefreshCallback(window, [](GLFWwindow* w) { of(w).something_happened = true; });
    glfwSetDropCallback(window, [](GLFWwindow* w, int count, const char** files) {
      of(w).something_happened = true;
      for (int i = 0; i < count; ++i) of(w).app.open_file(files[i]);
    });
  }

  void begin_frame() {
    if (fonts.update_atlas(app.ui().settings.scale)) {
      ImGui_ImplOpenGL3_DestroyFontsTexture();
      ImGui_ImplOpenGL3_CreateFontsTexture();
    }
    ImGui_ImplOpenGL3_NewFrame();
    ImGui_ImplGlfw_NewFrame();
  }

  /// Leaves the picture in the back buffer.
  void draw() {
    ImGui::NewFrame();
    app.draw_frame();
    ImGui::Render();
    int width = 0, height = 0;
    glfwGetFramebufferSize(glfw.window, &width, &height);
    glViewport(0, 0, width, height);
    const ImVec4 background = ImGui::ColorConvertU32ToFloat4(app.ui().canvas.style.background);
    glClearColor(background.x, background.y, background.z, 1.0F);
    glClear(GL_COLOR_BUFFER_BIT);
    ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());
  }

  void still_frame(double seconds) {
    glfwPollEvents();
    app.poll_runs();
    begin_frame();
    ImGuiIO& io = ImGui::GetIO();
    io.DeltaTime = static_cast<float>(seconds);
    hands.apply_input(io);
    draw();
    swap();
  }

  /// The task bar tells the moment that is shown; not while it plays, where nobody could read it.
  void tell_moment() {
    const model::Run* run = app.ui().shown_run();
    if (run == nullptr || app.ui().time.playing) return;
    std::string title = fmt::format("{} - {}", own_title, run->clock.date_time_text(app.ui().time.cursor_ns()));
    if (title == shown_title) return;
    shown_title = std::move(title);
    glfwSetWindowTitle(glfw.window, shown_title.c_str());
  }

  void user_frame() {
    begin_frame();
    if (app.ui().keyboard_due == 0) input.apply_events(ImGui::GetIO());
    draw();
    tell_moment();
    if (ImGui::IsKeyPressed(ui::key::f11, false)) toggle_full_screen();
    if (const auto request = app.take_picture_request(); !request.file.empty()) {
      try {
        write_png(request.file, part_of(read_back(), request));
        app.show_notice(request.file);
      } catch (const std::exception& error) {
        app.show_notice(error.what());
      }
    }
    swap();
  }

  void swap() {
    if (picture_wanted) last = read_back();
    glfwSwapBuffers(glfw.window);
  }

  /// Between drawing and swapping.
  Image read_back() const {
    Image image;
    glfwGetFramebufferSize(glfw.window, &image.width, &image.height);
    const auto width = static_cast<std::size_t>(image.width), height = static_cast<std::size_t>(image.height);
    image.rgba.resize(width * height);
    glPixelStorei(GL_PACK_ALIGNMENT, 4);
    glReadPixels(0, 0, image.width, image.height, GL_RGBA, GL_UNSIGNED_BYTE, image.rgba.data());
    for (std::size_t y = 0; y < height / 2; ++y)
      std::swap_ranges(image.rgba.begin() + static_cast<std::ptrdiff_t>(y * width),
                       image.rgba.begin() + static_cast<std::ptrdiff_t>((y + 1) * width),
                       image.rgba.begin() + static_cast<std::ptrdiff_t>((height - 1 - y) * width));
    for (std::uint32_t& pixel : image.rgba) pixel |= IM_COL32_A_MASK;
    return image;
  }

  void toggle_full_screen() {
    auto& was = before_full_screen;
    if (glfwGetWindowMonitor(glfw.window) != nullptr) {
      glfwSetWindowMonitor(glfw.window, nullptr, was.x, was.y, was.width, was.height, GLFW_DONT_CARE);
      return;
    }
    GLFWmonitor* monitor = glfwGetPrimaryMonitor();
    const GLFWvidmode* mode = monitor == nullptr ? nullptr : glfwGetVideoMode(monitor);
    if (mode == nullptr) return;
    glfwGetWindowPos(glfw.window, &was.x, &was.y);
    glfwGetWindowSize(glfw.window, &was.width, &was.height);
    glfwSetWindowMonitor(glfw.window, monitor, 0, 0, mode->width, mode->height, mode->refreshRate);
  }

  bool picture_wanted = false;
  Image last;
};

Window::Window(const ui::Options& options, int width, int height)
    : parts_(std::make_unique<Parts>(options, width, height)) {
  parts_->app.poll_runs(options.still);
}

Window::~Window() = default;

ui::App& Window::app() { return parts_->app; }

void Window::draw_frames(int count, double seconds) { parts_->hands.draw_frames(count, seconds); }

void Window::play_script(const std::string& steps) { play_steps(parts_->hands, steps); }

Image Window::take_picture() {
  parts_->picture_wanted = true;
  draw_frames(1);
  parts_->picture_wanted = false;
  return std::move(parts_->last);
}

void Window::run_loop() {
  GLFWwindow* window = parts_->glfw.window;
  ui::App& app = parts_->app;
  ImGui::GetIO().MouseDoubleClickTime = 0.5F;
  constexpr double frame_s = 1.0 / 60.0, text_cursor_s = 0.25, idle_s = 1.0;
  // Frames until all is as after any input. Layout and hover need three; a field that is given the keyboard takes it
  // in the fourth after the key, and what is typed until then would go to the player.
  constexpr int settling = 6;
  int frames_due = settling;
  double drawn_at = glfwGetTime();

  while (glfwWindowShouldClose(window) == GLFW_FALSE && !app.wants_exit()) {
    const bool at_work = frames_due > 0 || app.is_busy();
    const double pause = at_work                        ? drawn_at + frame_s - glfwGetTime()
                         : ImGui::GetIO().WantTextInput ? text_cursor_s
                                                        : idle_s;
    // Events that wait in the queue need a frame now, not after a pause.
    if (pause > 0.0 && parts_->input.empty())
      glfwWaitEventsTimeout(pause);
    else
      glfwPollEvents();

    // Whatever the user does is drawn to its end: as many frames as the queue needs, and those until all has settled.
    if (app.poll_runs() || std::exchange(parts_->something_happened, false) || !parts_->input.empty())
      frames_due = settling;
    if (glfwGetWindowAttrib(window, GLFW_ICONIFIED) != GLFW_FALSE) {
      glfwWaitEventsTimeout(text_cursor_s);
      continue;
    }
    drawn_at = glfwGetTime();
    parts_->user_frame();
    frames_due = std::max(0, frames_due - 1);
  }
}

}  // namespace evtwin::viewer::shell
