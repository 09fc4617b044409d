// Curves as triangles: lines, dashes, areas, bands.
#include <algorithm>
#include <cmath>

#include "viewer/plot/curve.hpp"
#include "viewer/plot/draw.hpp"

namespace evtwin::viewer::plot {
namespace {

constexpr std::size_t points_at_once = 2000;  // of a polyline: its vertices are at most eight times as many
static_assert(8 * points_at_once < 65'536, "indices of 16 bits");
constexpr float dash_on = 7.0F, dash_off = 4.0F;

void polyline(ImDrawList& list, std::span<const ImVec2> points, ImU32 colour, float width) {
  for (std::size_t start = 0; start + 1 < points.size(); start += points_at_once - 1) {
    const std::size_t count = std::min(points_at_once, points.size() - start);
    list.AddPolyline(points.data() + start, static_cast<int>(count), colour, ImDrawFlags_None, width);
  }
}

float length_of(std::span<const ImVec2> points) {
  float length = 0.0F;
  for (std::size_t i = 1; i < points.size(); ++i) {
    length += std::hypot(points[i].x - points[i - 1].x, points[i].y - points[i - 1].y);
  }
  return length;
}

/// Dashes along the line; `measure` is what of a step counts as its length.
template <typename Measure>
void dashes(ImDrawList& list, std::span<const ImVec2> points, ImU32 colour, float width, float scale, Measure measure) {
  static thread_local std::vector<ImVec2> dash;
  dash.clear();
  dash.push_back(points.front());
  bool on = true;
  // Rest of the dash or gap that is being drawn; it goes on from step to step, so bends do not restart the pattern.
  float left = dash_on * scale;

  for (std::size_t i = 1; i < points.size(); ++i) {
    ImVec2 at = points[i - 1];
    const ImVec2 to = points[i];
    float step = measure(at, to);
    while (step > left) {
      const float part = left / step;
      at = {at.x + (to.x - at.x) * part, at.y + (to.y - at.y) * part};
      step -= left;
      if (on) {
        dash.push_back(at);
        polyline(list, dash, colour, width);
      }
      on = !on;
      dash.clear();
      if (on) dash.push_back(at);
      left = (on ? dash_on : dash_off) * scale;
    }

    left -= step;
    if (on) dash.push_back(to);
  }
  if (on) polyline(list, dash, colour, width);
}

}  // namespace

void draw_curve(ImDrawList& list, const Curve& curve, ImU32 colour, float width, bool dashed, float scale) {
  for (std::size_t i = 0; i < curve.run_starts.size(); ++i) {
    const std::span<const ImVec2> run = curve.points_of_run(i);
    if (run.size() < 2) continue;
    if (!dashed) {
      polyline(list, run, colour, width);
      continue;
    }
    const float across = run.back().x - run.front().x;
    if (length_of(run) <= 4.0F * across + 400.0F * scale) {
      dashes(list, run, colour, width, scale, [](ImVec2 a, ImVec2 b) { return std::hypot(b.x - a.x, b.y - a.y); });
    } else {
      dashes(list, run, colour, width, scale, [](ImVec2 a, ImVec2 b) { return b.x - a.x; });
    }
  }
}

void fill_curve(ImDrawList& list, const Curve& curve, float base, ImU32 above, ImU32 below) {
  Quads quads(list);
  const auto fill = [&](ImVec2 a, ImVec2 b) {
    const bool up = std::min(a.y, b.y) < base;
    quads.add_quad(a, b, {b.x, base}, {a.x, base}, up ? above : below);
  };
  for (std::size_t i = 0; i < curve.run_starts.size(); ++i) {
    const std::span<const ImVec2> run = curve.points_of_run(i);
    for (std::size_t k = 1; k < run.size(); ++k) {
      const ImVec2 a = run[k - 1], b = run[k];
      if (b.x <= a.x) continue;
      if ((a.y < base && b.y > base) || (a.y > base && b.y < base)) {
        const ImVec2 crossing{a.x + (b.x - a.x) * ((base - a.y) / (b.y - a.y)), base};
        fill(a, crossing);
        fill(crossing, b);
      } else {
        fill(a, b);
      }
    }
  }
}

void draw_bands(ImDrawList& list, const Curve& curve, ImU32 colour) {
  Quads quads(list);
  for (const Band& band : curve.bands) quads.add_rect({band.left, band.top}, {band.right, band.bottom}, colour);
}

}  // namespace evtwin::viewer::plot
