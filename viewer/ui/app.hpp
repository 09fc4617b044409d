// The viewer, one frame at a time. A shell makes the ImGui context, hands over input and shows what was drawn.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "viewer/ui/files.hpp"
#include "viewer/ui/ui.hpp"

namespace evtwin::viewer::ui {

/// The command line: what to open and what to show first.
struct Options {
  std::vector<std::string> files;
  std::string t, window;  ///< "2026-03-14T18:45", "6h"; empty: start, everything
  std::string from;       ///< where the window begins; empty: half of it before t
  std::string select;     ///< name of an EVSE, storage, session or station
  std::string layout;     ///< "stakeholder", "researcher"; empty: researcher
  std::string compare;    ///< "a", "b", "overlay", "split", "difference"; empty: overlay where there are two
  std::string language;   ///< "en", "ko"; empty: of LANG
  std::string theme;      ///< "light", "dark"
  float scale = 1.0F;
  std::string open;                ///< what to start with: "help", "roads", "plan", "site", "quadrant"
  std::string evtwin;              ///< the program a what-if runs
  bool still = false;              ///< for a picture
  bool in_page = false;            ///< see Ui::in_page
  std::shared_ptr<Files> machine;  ///< its files; null: files can only be named, not looked for
};

class App {
 public:
  /// @throws std::invalid_argument for an option that says nothing sensible, record::RunFileError never: what is wrong
  /// with a file is shown.
  App(Options options, plot::Textures& textures, Fonts& fonts);
  ~App();

  /// One more run file, while others are shown.
  void open_file(const std::string& file);
  /// Goes where options say: time, window, selection, look, comparison; what is empty stays as it is. Files, `evtwin`
  /// and what a picture needs are the constructor's. @throws std::invalid_argument: then what came before it in that
  /// order holds
  void follow_options(const Options& options);

  /// Between frames: takes over what was read. With `wait`, until every file is read. @returns whether something new
  /// came
  bool poll_runs(bool wait = false);
  /// Between ImGui::NewFrame and ImGui::Render.
  void draw_frame();

  bool wants_exit() const;
  /// Something changes by itself (playing, loading, following): the next frame should come without input.
  bool is_busy() const;
  /// A picture asked for by key or menu, of the window or one plot. Cleared by the call; file empty: none.
  struct PictureRequest {
    std::string file;
    int x = 0, y = 0, width = 0, height = 0;  ///< pixels; width 0: the whole window
  };
  PictureRequest take_picture_request();
  /// CSV of a panel's visible range (see CsvRequest), written in the next frame.
  void request_csv(std::string panel, std::string file);
  void show_notice(std::string notice);
  /// One line per file that can not be shown; empty: all are.
  std::string trouble_text() const;
  Ui& ui();
  const Ui& ui() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace evtwin::viewer::ui
