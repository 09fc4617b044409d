// The viewer in a page: one canvas, input and files handed in by the page's script (page.js), no thread.
#pragma once
#include <array>
#include <bitset>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "viewer/shell_headless/rasteriser.hpp"
#include "viewer/shell_web/link.hpp"
#include "viewer/ui/app.hpp"
#include "viewer/ui/input_queue.hpp"
#include "viewer/ui/keys.hpp"

namespace evtwin::viewer::shell {

/// Draws what ImGui made, and keeps the pictures that go with it.
class Surface {
 public:
  virtual ~Surface() = default;
  virtual plot::Textures& textures() = 0;
  virtual void upload_fonts() = 0;
  virtual void draw_data(const ImDrawData& data, ImU32 background, int width, int height) = 0;
  /// Pixels for the page to show; null: they are on the canvas already.
  virtual const Image* page_image() const = 0;
};
/// On the canvas `selector` by WebGL 2; null where the browser has none.
std::unique_ptr<Surface> make_gl_surface(const std::string& selector);
/// In memory, for browsers without a graphics card: the very pixels of evtwin view --headless.
std::unique_ptr<Surface> make_cpu_surface();

/// The user's input, in the order in which it was done, however late the next frame comes.
class Input {
 public:
  void move_mouse(float x, float y);
  void mouse_away();
  void set_button(int which, bool down);
  void turn_wheel(float x, float y);
  void set_key(int code, bool down);  ///< numbered as in ui/keys.hpp; modifiers are those of set_modifiers
  void set_modifiers(bool ctrl, bool shift, bool alt, bool meta);
  void type_text(const std::string& utf8);
  void let_go();  ///< the page lost the keyboard: nothing is held any more

  /// For the frame that follows: as much as it can tell apart. @returns whether there was anything
  bool apply_input(ImGuiIO& io);

 private:
  ui::InputQueue queue_;
  std::bitset<ui::key::first_modifier> keys_;
  std::array<bool, 3> modifiers_{};  ///< Shift, Ctrl, Alt
};

/// Requests to the page's script after a frame.
struct Wishes {
  bool again = false;     ///< another frame without input: something moves, loads, or settles
  bool keyboard = false;  ///< a text field is active
  bool choose_file = false;
  ImGuiMouseCursor cursor = ImGuiMouseCursor_Arrow;
  ui::App::PictureRequest picture;
  std::string link;  ///< of what is shown
};

class Page {
 public:
  /// @param link of the page's address; what of it makes no sense is told on the screen instead
  /// @param language, dark  of the browser, where the link says nothing
  Page(std::unique_ptr<Surface> surface, const Link& link, const std::vector<std::string>& files,
       const std::string& language, bool dark);
  ~Page();

  void resize_to(int width, int height, float ratio);  ///< canvas pixels, and those of the display per CSS pixel
  Wishes draw_frame(double seconds);
  void open_file(const std::string& file);
  void follow_link(const std::string& fragment);
  /// Characters that a run needs and the font does not have: the page may bring another font.
  bool lacks_characters() const;
  void use_font(const std::string& file);

  Input input;
  ui::App& app();
  const Image* page_image() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace evtwin::viewer::shell
