// Shared by all panels: the open runs, the time model, the selection, language and look. A panel is a function of it.
#pragma once
#include <imgui.h>

#include <array>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "viewer/model/heat.hpp"
#include "viewer/model/run.hpp"
#include "viewer/model/run_feed.hpp"
#include "viewer/model/state.hpp"
#include "viewer/model/time_model.hpp"
#include "viewer/plot/heat_map.hpp"
#include "viewer/plot/time_plot.hpp"
#include "viewer/ui/fonts.hpp"
#include "viewer/ui/items.hpp"
#include "viewer/ui/words.hpp"

namespace evtwin::viewer::ui {

using kernel::TimeNs;
using model::no_row;

enum class Layout : std::uint8_t { stakeholder, researcher };
/// How two runs are shown.
enum class Compare : std::uint8_t { a, b, overlay, split, difference };

struct Settings {
  Language language = Language::english;
  Layout layout = Layout::researcher;
  bool dark = false;
  float scale = 1.0F;  ///< 1 .. 2
};

/// The selection. Rows of run A; by name where another run is shown.
struct Selection {
  std::uint32_t site = 0;  ///< no_row: all sites
  std::string station;     ///< shows only its EVSEs; empty: all
  std::uint32_t evse = no_row, storage = no_row, session = no_row;
  std::uint32_t road_station = no_row;
  void clear() { evse = storage = session = road_station = no_row; }
};

struct OpenRun {
  std::string file;
  std::unique_ptr<model::RunFeed> feed;
  model::RunPtr run;  ///< null until something is read
  std::string label;  ///< "A: edf"
};

/// Panels for the lower right of the screen.
enum class LowerTab : std::uint8_t { none, heat, sessions, vehicles, forecast, reward, events, money };

/// Something to be written by the panel that shows it, in the next frame.
struct CsvRequest {
  std::string panel;  ///< "plot.power", "plot.price", "plot.soc", "plot.vehicles", "heat"; empty: nothing is asked for
  std::string file;
};

struct PanelState;  // what the panels remember between frames (panel_state.hpp)

struct EventFilter {
  std::array<bool, model::event_kinds> show{};
  bool alerts_only = false;
  bool selected_only = false;
  EventFilter() { show.fill(true); }
};

struct Ui {
  Ui(plot::Textures& textures_, Fonts& fonts_)
      : textures(textures_), fonts(fonts_), heat_a(textures_), heat_b(textures_) {}

  plot::Textures& textures;
  Fonts& fonts;
  Settings settings;
  std::vector<OpenRun> runs;
  std::size_t a = 0, b = 0;  ///< b == a: one run only
  Compare compare = Compare::a;
  model::TimeModel time;
  Selection selection;
  plot::Canvas canvas;
  Items items;
  EventFilter events;
  model::HeatMetric heat_metric = model::HeatMetric::power_share;
  model::EvseOrder order = model::EvseOrder::file;
  plot::HeatMap heat_a, heat_b;
  std::string search;  ///< of the entity list
  bool help = false;
  bool show_feeders = false;            ///< the map shows the feeder tree
  bool show_roads = false;              ///< roads in the place of the stage, and on the map, where the run has some
  LowerTab lower_tab = LowerTab::none;  ///< tab to bring to the front in the next frame; none: as it is
  bool focus_search = false;            ///< Ctrl+F was pressed: the entity list takes the keyboard
  /// Frames until a field that was asked for has the keyboard: what is typed meanwhile is for it, and waits in the
  /// shell.
  int keyboard_due = 0;
  bool still = false;  ///< for a picture: no blinking, everything complete in one frame
  /// In a browser: files are chosen by it instead of by their path, and there is no evtwin to be asked.
  bool in_page = false;
  bool choose_file = false;  ///< the user asked for the browser's choice of files; the shell clears it
  CsvRequest csv;
  std::string hovered_panel;                   ///< of the last frame; empty: none
  std::string notice;                          ///< one line for the user, shown until the next
  mutable std::shared_ptr<PanelState> panels;  ///< made when first asked for

  /// The run to show where only one can be: A, or B in Compare::b. Null: none is read yet.
  const model::Run* shown_run() const;
  const model::Run* run_a() const;
  const model::Run* run_b() const;  ///< null: there is none
  const char* tr(Word word) const { return text_of(word, settings.language); }
  bool is_korean() const { return settings.language == Language::korean; }
  float px(float at_100_percent) const { return at_100_percent * settings.scale; }

  void select_evse(std::uint32_t evse);  ///< and nothing else; brings its station into view
  void select_session(std::uint32_t session);
};

/// Row of the EVSE of that name; no_row: there is none.
std::uint32_t find_evse(const model::Run& run, std::string_view name);
/// Draws a printable text, cut with an ellipsis to `width` pixels where it is longer (the whole text as tooltip); 0:
/// what is left of the line. Its characters are asked of the font.
void text_cut(Ui& ui, std::string_view text, float width = 0.0F);
/// The part of a text that fits, with an ellipsis where something is missing; empty: not one character fits.
std::string cut_to_width(std::string_view text, float width);
/// Money as people write it, in the run's currency (Korean: 원); "-" for NaN.
std::string money_text(const Ui& ui, const model::Run& run, double value);
/// "KRW", in Korean "원".
std::string currency_name(const Ui& ui, const model::Run& run);
/// A text of the engine's with amounts in it: "30,575 KRW" is "30,575원" in Korean.
std::string in_won(const Ui& ui, std::string text);
/// A word with the length of the metering windows in it: "Peak (15 min)"; of sites that differ, "Peak (15/30 min)".
std::string metered_text(const Ui& ui, Word word, std::initializer_list<const model::Site*> sites);
std::string metered_text(const Ui& ui, Word word, const model::Run& run);
std::string signed_money(const Ui& ui, const model::Run& run, double value);

}  // namespace evtwin::viewer::ui
