// Where things stand on the stage: a band for energy above, bays for cars in the middle, the lane of those who wait
// below. No ImGui.
#pragma once
#include <cstdint>

namespace evtwin::viewer::ui {

/// Detail that a bay has room for.
enum class BayDetail : std::uint8_t {
  car,          ///< the car and how full it is
  few,          ///< and its SoC
  small_words,  ///< and the EVSE's name and kW, in small letters
  words,        ///< in letters of the stage
};

struct StageRect {
  float x = 0.0F, y = 0.0F, width = 0.0F, height = 0.0F;
  float right() const { return x + width; }
  float bottom() const { return y + height; }
  bool contains(float at_x, float at_y) const { return at_x >= x && at_x < right() && at_y >= y && at_y < bottom(); }
};

struct StageLayout {
  StageRect energy, park, lane;
  std::uint32_t columns = 1, rows = 1;
  float bay_width = 0.0F, bay_height = 0.0F;  ///< of one bay with the gap around it
  float left = 0.0F, top = 0.0F;              ///< of the first bay
  float row_gap = 0.0F;                       ///< the road between two rows
  BayDetail detail = BayDetail::words;

  StageRect bay_rect(std::uint32_t index) const;
};

/// Fills width x height with `bays` bays, as large as they can be.
/// @param em height of a line of text
StageLayout stage_layout(std::uint32_t bays, float width, float height, float em);

}  // namespace evtwin::viewer::ui
