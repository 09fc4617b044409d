// Functions that page.js calls. One page, made by page_start(); everything else before that is nothing.
#include <emscripten.h>

#include <cstdlib>
#include <exception>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "viewer/shell_web/page.hpp"

namespace evtwin::viewer::shell {
namespace {

using nlohmann::json;

std::unique_ptr<Page> the_page;  // never destroyed: the browser takes the whole memory
std::string answer;              // of the last call that gives a text

/// A text that stays until the next one.
const char* text(json value) {
  answer = value.dump(-1, ' ', false, json::error_handler_t::replace);
  return answer.c_str();
}

std::vector<std::string> lines_of(const char* lines) {
  std::vector<std::string> all;
  std::istringstream stream(lines);
  for (std::string line; std::getline(stream, line);) {
    if (!line.empty()) all.push_back(line);
  }
  return all;
}

const char* css_cursor(ImGuiMouseCursor cursor) {
  switch (cursor) {
    case ImGuiMouseCursor_None:
      return "none";
    case ImGuiMouseCursor_TextInput:
      return "text";
    case ImGuiMouseCursor_ResizeAll:
      return "move";
    case ImGuiMouseCursor_ResizeNS:
      return "ns-resize";
    case ImGuiMouseCursor_ResizeEW:
      return "ew-resize";
    case ImGuiMouseCursor_ResizeNESW:
      return "nesw-resize";
    case ImGuiMouseCursor_ResizeNWSE:
      return "nwse-resize";
    case ImGuiMouseCursor_Hand:
      return "pointer";
    case ImGuiMouseCursor_NotAllowed:
      return "not-allowed";
    default:
      return "default";
  }
}

/// Tables that the screen wrote since the last frame: it writes them where it runs, which is nobody's disk.
json written_tables() {
  json files = json::array();
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(".", error)) {
    if (entry.path().extension() == ".csv") files.push_back(entry.path().filename().string());
  }
  return files;
}

json picture_of(const ui::App::PictureRequest& picture) {
  if (picture.file.empty()) return nullptr;
  return {
      {"file", picture.file}, {"x", picture.x}, {"y", picture.y}, {"width", picture.width}, {"height", picture.height}};
}

}  // namespace
}  // namespace evtwin::viewer::shell

extern "C" {

using namespace evtwin::viewer;

/// @param files  a line each. @returns "" , or what is wrong; "no WebGL" where the canvas can not be drawn on
EMSCRIPTEN_KEEPALIVE const char* page_start(const char* files, const char* fragment, const char* language, int dark,
                                            int cpu) {
  shell::Link link;
  std::string wrong;
  try {
    link = shell::read_link(fragment);
  } catch (const std::exception& error) {
    link.options.scale = 0.0F;
    wrong = error.what();
  }
  std::unique_ptr<shell::Surface> surface;
  if (cpu == 0 && !link.cpu) surface = shell::make_gl_surface("#screen");
  if (!surface) surface = shell::make_cpu_surface();
  try {
    shell::the_page =
        std::make_unique<shell::Page>(std::move(surface), link, shell::lines_of(files), language, dark != 0);
    if (!wrong.empty()) shell::the_page->app().show_notice(wrong);
    return "";
  } catch (const std::exception& error) {
    shell::answer = error.what();
    return shell::answer.c_str();
  }
}

/// Names of runs that the link asks for, as a JSON list; [] where it names none or makes no sense.
EMSCRIPTEN_KEEPALIVE const char* page_runs(const char* fragment) {
  try {
    return shell::text(shell::read_link(fragment).runs);
  } catch (const std::exception&) {
    return "[]";
  }
}

EMSCRIPTEN_KEEPALIVE void page_resize(int width, int height, float ratio) {
  shell::the_page->resize_to(width, height, ratio);
}
EMSCRIPTEN_KEEPALIVE void page_mouse(float x, float y) { shell::the_page->input.move_mouse(x, y); }
EMSCRIPTEN_KEEPALIVE void page_mouse_away() { shell::the_page->input.mouse_away(); }
EMSCRIPTEN_KEEPALIVE void page_button(int which, int down) { shell::the_page->input.set_button(which, down != 0); }
EMSCRIPTEN_KEEPALIVE void page_wheel(float x, float y) { shell::the_page->input.turn_wheel(x, y); }
EMSCRIPTEN_KEEPALIVE void page_key(int code, int down) { shell::the_page->input.set_key(code, down != 0); }
EMSCRIPTEN_KEEPALIVE void page_modifiers(int ctrl, int shift, int alt, int meta) {
  shell::the_page->input.set_modifiers(ctrl != 0, shift != 0, alt != 0, meta != 0);
}
EMSCRIPTEN_KEEPALIVE void page_text(const char* utf8) { shell::the_page->input.type_text(utf8); }
EMSCRIPTEN_KEEPALIVE void page_let_go() { shell::the_page->input.let_go(); }
EMSCRIPTEN_KEEPALIVE void page_open(const char* file) { shell::the_page->open_file(file); }
EMSCRIPTEN_KEEPALIVE void page_follow(const char* fragment) { shell::the_page->follow_link(fragment); }
EMSCRIPTEN_KEEPALIVE void page_use_font(const char* file) { shell::the_page->use_font(file); }
EMSCRIPTEN_KEEPALIVE int page_lacks_characters() { return shell::the_page->lacks_characters() ? 1 : 0; }
EMSCRIPTEN_KEEPALIVE void page_say(const char* notice) { shell::the_page->app().show_notice(notice); }

/// Draws. @returns the page's Wishes as JSON
EMSCRIPTEN_KEEPALIVE const char* page_frame(double seconds) {
  const shell::Wishes wishes = shell::the_page->draw_frame(seconds);
  return shell::text({{"again", wishes.again},
                      {"keyboard", wishes.keyboard},
                      {"chooseFile", wishes.choose_file},
                      {"cursor", shell::css_cursor(wishes.cursor)},
                      {"picture", shell::picture_of(wishes.picture)},
                      {"tables", shell::written_tables()},
                      {"link", wishes.link}});
}

/// RGBA rows from the top, where the page has to show them itself; 0: they are on the canvas.
EMSCRIPTEN_KEEPALIVE const std::uint32_t* page_pixels() {
  const shell::Image* image = shell::the_page->page_image();
  return image == nullptr || image->rgba.empty() ? nullptr : image->rgba.data();
}

/// For tests: where a named part of the screen is, [x, y, width, height] in canvas pixels, or null.
EMSCRIPTEN_KEEPALIVE const char* page_item(const char* name) {
  const ui::Items::Rect* rect = shell::the_page->app().ui().items.find_rect(name);
  if (rect == nullptr) return "null";
  return shell::text({rect->min.x, rect->min.y, rect->max.x - rect->min.x, rect->max.y - rect->min.y});
}

/// For tests: what the screen is a function of.
EMSCRIPTEN_KEEPALIVE const char* page_state() {
  const ui::Ui& ui = shell::the_page->app().ui();
  shell::json runs = shell::json::array();
  // A run that is still being read has no sessions yet.
  for (const ui::OpenRun& run : ui.runs) {
    const model::FeedStatus status = run.feed->feed_status();
    runs.push_back({{"label", run.label},
                    {"loading", status.loading},
                    {"trouble", status.trouble},
                    {"sessions", run.run ? run.run->sessions.size() : 0}});
  }

  return shell::text({{"runs", runs},
                      {"t", ui.time.cursor_ns()},
                      {"from", ui.time.from_ns()},
                      {"to", ui.time.to_ns()},
                      {"start", ui.time.start_ns()},
                      {"end", ui.time.end_ns()},
                      {"playing", ui.time.playing},
                      {"evse", ui.selection.evse == ui::no_row ? -1 : static_cast<int>(ui.selection.evse)},
                      {"compare", static_cast<int>(ui.compare)},
                      {"korean", ui.is_korean()},
                      {"dark", ui.settings.dark},
                      {"search", ui.search},
                      {"help", ui.help},
                      {"notice", ui.notice},
                      {"onGpu", shell::the_page->page_image() == nullptr}});
}

}  // extern "C"
