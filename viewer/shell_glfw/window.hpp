// The viewer in a window: GLFW and OpenGL 3.2.
#pragma once
#include <memory>
#include <stdexcept>
#include <string>

#include "viewer/shell_headless/rasteriser.hpp"
#include "viewer/ui/app.hpp"

namespace evtwin::viewer::shell {

/// There is no display, or it has no OpenGL 3.2; what() says which, in the system's words.
struct NoDisplay : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// One at a time.
class Window {
 public:
  /// @param width pixels; 0: 1440 x 900 at the display's scale. options.scale 0: the display's
  /// @throws NoDisplay; and as ui::App
  Window(const ui::Options& options, int width, int height);
  ~Window();

  ui::App& app();
  /// Frames without a user, as Headless draws them.
  void draw_frames(int count = 3, double seconds = 1.0 / 60.0);
  void play_script(const std::string& steps);
  Image take_picture();  ///< of the last frame
  /// Until the user closes it. Sleeps while nothing happens.
  void run_loop();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace evtwin::viewer::shell
