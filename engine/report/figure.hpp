// Figures as SVG: one drawing of the data, in a frame of HTML that fits any screen, and in one of its own for slides.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "report/axis.hpp"
#include "report/recorded_run.hpp"
#include "report/words.hpp"

namespace evtwin::report {

/// A line over time. Samples put together from several recorded values have a band from the lowest to the highest.
struct Series {
  Text name;
  int colour = 0;  ///< of the palette of eight
  bool dashed = false;
  bool shown = true;    ///< at first; the legend turns it on and off
  bool smooth = false;  ///< corners joined by straight lines instead of steps
  Samples samples;
  Text hint;  ///< shown where the pointer rests on the line; may be empty
};

enum class FigureKind : std::uint8_t { lines, heat, bars, points };

/// EVSE x time as colours.
struct Heat {
  std::vector<std::string> rows;
  const Grid* grid = nullptr;  ///< energies
  const Grid* plan = nullptr;  ///< may be null
  std::vector<double> max_kw;  ///< by row: what the EVSE can give
  double full_share = 1.0;     ///< of max_kw, which is the full colour: the same in all heat maps of a report
  std::size_t run = 0;
};

struct Bars {
  std::vector<Text> groups;
  std::vector<std::string> runs;
  std::vector<std::vector<double>> values;  ///< [group][run]
};

struct Points {
  std::vector<std::string> runs;
  std::string x_kpi, y_kpi;
  std::vector<double> x, y;
};

struct Figure {
  std::string id;  ///< also the name of its files
  FigureKind kind = FigureKind::lines;
  Text title, note;
  std::string unit;
  int decimals = 1;
  bool tall = true;
  std::vector<Series> series;
  Heat heat;
  Bars bars;
  Points points;
};

/// Levels of colour of a heat map, each way from 0.
inline constexpr int heat_levels = 16;

/// Words beside the full colour of a heat map.
Text full_colour_text(const Heat& heat);

/// The figure as a part of the page.
std::string html_figure(const Figure& figure, const TimeFrame& frame);

/// The figure as an SVG file of its own, 1280 x 560 or higher, light, in one language.
std::string svg_file(const Figure& figure, const TimeFrame& frame, bool korean);

}  // namespace evtwin::report
