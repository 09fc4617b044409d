// Drawings of a certificate: SVG without scripts, coloured by the classes of the page around.
#pragma once
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "market/calendar.hpp"
#include "replay/scores.hpp"

namespace evtwin::replay {

/// Metered and twin power of the site over time. @param step_ns  receives the time each point is the mean of
std::string site_power_chart(std::span<const SiteStep> steps, const market::Calendar& calendar,
                             const std::string& metered_name, const std::string& twin_name, TimeNs& step_ns);

/// A dot per session: metered energy to the right, the twin's upwards, the line of equality between.
std::string energy_scatter(std::span<const SessionPair> sessions, const std::string& metered_name,
                           const std::string& twin_name);

/// A line through points (x, y), x ascending from 0, both >= 0. @param style  "seen", "twin" or "naive"
struct ChartLine {
  std::string style;
  std::vector<std::pair<double, double>> points;
};

/// Lines over each other. @param title  of the drawing. @param x_unit, y_unit  behind the last tick of each axis
std::string line_chart(const std::string& title, std::span<const ChartLine> lines, const std::string& x_unit,
                       const std::string& y_unit);

}  // namespace evtwin::replay
