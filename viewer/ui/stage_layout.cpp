#include "viewer/ui/stage_layout.hpp"

#include <algorithm>
#include <cmath>

namespace evtwin::viewer::ui {
namespace {

constexpr float tallest = 1.75F;   // height of a bay over its width
constexpr float flattest = 1.15F;  // below this a car no longer looks like one
constexpr float road = 0.16F;      // between two rows, of a bay's height
constexpr float widest_em = 14.0F;

/// Size of a bay in so many rows; width 0 where they do not fit.
struct Bays {
  std::uint32_t rows = 1, columns = 1;
  float width = 0.0F, height = 0.0F;
  float area() const { return width * height; }
};

Bays in_rows(std::uint32_t bays, std::uint32_t rows, float width, float height, float em) {
  Bays out;
  out.rows = rows;
  out.columns = (bays + rows - 1) / rows;
  const auto lines = static_cast<float>(rows);
  out.height = height / (lines + (lines - 1.0F) * road);
  out.width = std::min(width / static_cast<float>(out.columns), em * widest_em);
  out.height = std::min(out.height, out.width * tallest);
  if (out.height < out.width * flattest) out.width = out.height / flattest;
  return out;
}

}  // namespace

StageRect StageLayout::bay_rect(std::uint32_t index) const {
  const std::uint32_t row = index / columns, column = index % columns;
  return {left + static_cast<float>(column) * bay_width, top + static_cast<float>(row) * (bay_height + row_gap),
          bay_width, bay_height};
}

StageLayout stage_layout(std::uint32_t bays, float width, float height, float em) {
  StageLayout layout;
  const float energy = std::clamp(height * 0.30F, em * 4.2F, em * 7.0F);
  const float lane = std::clamp(height * 0.14F, em * 1.5F, em * 2.6F);
  const float park = std::max(1.0F, height - energy - lane);
  layout.energy = {0.0F, 0.0F, width, energy};
  layout.park = {0.0F, energy, width, park};
  layout.lane = {0.0F, energy + park, width, lane};

  const std::uint32_t count = std::max(1U, bays);
  const float inside = std::max(1.0F, width - em);
  // As many rows as make the bays largest.
  Bays best;
  for (std::uint32_t rows = 1; rows <= count; ++rows) {
    const Bays bay = in_rows(count, rows, inside, park - em * 0.4F, em);
    if (bay.area() > best.area()) best = bay;
    // By the rows alone: of many bays in one row the width is what makes them small.
    if (park / static_cast<float>(rows) < em * 0.4F) break;
  }

  layout.columns = best.columns;
  layout.rows = best.rows;
  layout.bay_width = best.width;
  layout.bay_height = best.height;
  layout.row_gap = best.height * road;
  const float used = static_cast<float>(best.rows) * best.height + static_cast<float>(best.rows - 1) * layout.row_gap;
  layout.left = (width - static_cast<float>(best.columns) * best.width) / 2.0F;
  layout.top = energy + std::max(0.0F, (park - used) / 2.0F);
  layout.detail = best.width >= em * 3.6F && best.height >= em * 4.6F   ? BayDetail::words
                  : best.width >= em * 2.7F && best.height >= em * 3.6F ? BayDetail::small_words
                  : best.width >= em * 2.0F                             ? BayDetail::few
                                                                        : BayDetail::car;
  return layout;
}

}  // namespace evtwin::viewer::ui
