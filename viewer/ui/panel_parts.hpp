// Small things several panels draw alike.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "viewer/ui/status_look.hpp"
#include "viewer/ui/ui.hpp"

namespace evtwin::viewer::ui {

/// Text at a place of the window, cut to `width`. @returns its width as drawn
float text_at(Ui& ui, ImVec2 place, std::string_view text, float width, ImU32 colour);
/// The same with its right end at `place`.
float text_right(Ui& ui, ImVec2 place, std::string_view text, float width, ImU32 colour);
/// A figure that is never cut: where it has no room it is small, and then without its unit. @returns its width as drawn
float figure_at(Ui& ui, ImVec2 place, std::string_view text, float width, ImU32 colour);
/// "24 sessions", "1 session", in Korean "24건". @param of in the words of the run file's scores; another word stays
std::string count_text(const Ui& ui, std::int64_t count, std::string_view of);
/// Lines of at most `width` pixels, broken between words only: ImGui's own wrapping also breaks "+2,453" in two.
std::vector<std::string> lines_of(std::string_view text, float width);
/// One of several lines of a tooltip about what was drawn last; nothing where the mouse is elsewhere.
void draw_tooltip(Ui& ui, std::string_view text);

/// A combo whose preview is cut to its width. Ends with ImGui::EndCombo() where it returns true.
bool begin_combo(Ui& ui, const char* id, std::string_view preview, float width);
/// A choice in a combo, registered as an item. @returns whether it was just chosen
bool draw_choice(Ui& ui, std::string_view item, std::string_view text, bool chosen);

/// A switch that shows its state by fill and by mark, as wide as its words. @returns whether it was clicked
bool draw_chip(Ui& ui, std::string_view item, std::string_view text, bool on, const Look* look = nullptr);
float chip_width(const Ui& ui, std::string_view text);

/// Places items beside each other as long as the line lasts.
class Flow {
 public:
  explicit Flow(float gap) : right_(ImGui::GetCursorScreenPos().x + ImGui::GetContentRegionAvail().x), gap_(gap) {}
  /// Before an item of `width` pixels.
  void place_next(float width) {
    if (!first_ && ImGui::GetItemRectMax().x + gap_ + width <= right_) ImGui::SameLine(0.0F, gap_);
    first_ = false;
  }

 private:
  float right_, gap_;
  bool first_ = true;
};

/// Message in the middle of what is left of the window.
void say_nothing_there(Ui& ui, Word word);

/// Plugged-in session's SoC: a bar, filled to `fraction` (NaN: outline only).
void draw_bar(ImDrawList& list, const plot::Style& style, ImVec2 min, ImVec2 max, double fraction, ImU32 colour);
/// Where power goes: towards `to_right` or the other way.
void draw_arrow(ImDrawList& list, ImVec2 centre, float size, bool to_right, ImU32 colour);

/// Draws a plot, or first writes what it shows where `ui.csv` asks for it, and registers it under its id.
void finish_plot(Ui& ui, plot::TimePlot& plot, const char* id);

}  // namespace evtwin::viewer::ui
