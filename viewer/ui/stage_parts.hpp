// Parts of the stage of one run: the energy that flows, the bays and their cars, the lane of those who wait.
#pragma once
#include <string>
#include <vector>

#include "viewer/model/flows.hpp"
#include "viewer/ui/panel_state.hpp"
#include "viewer/ui/stage_layout.hpp"

namespace evtwin::viewer::ui {

/// One run on the stage in this frame.
struct Scene {
  Ui& ui;
  const model::Run& run;
  ImDrawList& list;
  StageLayout layout;
  ImVec2 origin;            ///< upper left corner of the layout
  TimeNs t = 0;             ///< within the run
  TimeNs moves = 0;         ///< how long a car takes to come into its bay; 0: nothing moves
  double beat = 0.0;        ///< 0..1, where moving marks are on their way
  std::string prefix;       ///< of names of items: "stage." or "stage_b."
  ImFont* small = nullptr;  ///< beside the letters of the stage, which are ImGui's own at the time

  bool unknown = false;  ///< the run says nothing of this instant
  StageRect covered{};   ///< by a message, in the screen's coordinates

  ImVec2 at(float x, float y) const { return {origin.x + x, origin.y + y}; }
  float em() const { return ImGui::GetFontSize(); }
  bool has_names() const { return layout.detail >= BayDetail::small_words; }
  ImFont* bay_font() const { return layout.detail == BayDetail::words ? ImGui::GetFont() : small; }
};

void draw_energy(Scene& scene);
void draw_bays(Scene& scene);
void draw_lane(Scene& scene);

/// A car from above in [min, max), filled from its tail up to `fraction` (NaN: not at all).
void draw_car_from_above(ImDrawList& list, const plot::Style& style, ImVec2 min, ImVec2 max, double fraction,
                         ImU32 colour, double alpha = 1.0);
/// A text on a background of its own, centred. @returns whether it had room
bool draw_pill(Scene& scene, ImVec2 centre, const std::string& text, float room, double alpha = 1.0);

/// The rows of EVSEs that stand on the stage: those of the selected site, in the order of the file.
const std::vector<std::uint32_t>& staged_evses(const Ui& ui, const model::Run& run);

}  // namespace evtwin::viewer::ui
