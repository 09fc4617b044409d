// The viewer without a display: frames are drawn into memory, input comes from a script.
#pragma once
#include <memory>
#include <string>

#include "viewer/shell_headless/rasteriser.hpp"
#include "viewer/ui/app.hpp"

namespace evtwin::viewer::shell {

/// An ImGui context, an App and a script that plays the user. Time stands still but for the frames asked for.
class Headless {
 public:
  /// Every file is read when it returns. options.still is as good as set. @throws as ui::App
  Headless(ui::Options options, int width, int height);
  ~Headless();

  ui::App& app();
  const ui::Ui& ui() const;
  /// Draws frames of `seconds` each. Default: enough of them for layout and hover to settle.
  void draw_frames(int count = 3, double seconds = 1.0 / 60.0);
  Image take_picture();  ///< of the last frame

  // The user's hands: see Hands.
  void move_to(const std::string& item);
  void click_item(const std::string& item, int button = 0, bool ctrl = false, bool shift = false);
  void double_click(const std::string& item);
  void drag_item(const std::string& item, float dx, float dy, int button = 0);
  void turn_wheel(const std::string& item, float steps);
  void press_key(int code, bool ctrl = false, bool shift = false);  ///< codes of ui/keys.hpp
  void type_text(const std::string& utf8);
  /// Steps as play_steps() in hands.hpp has them.
  void play_script(const std::string& steps);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace evtwin::viewer::shell
