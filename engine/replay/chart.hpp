// Drawings of a certificate: SVG without scripts, coloured by the classes of the page around.
#pragma once
#include <span>
#include <string>
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

}  // namespace evtwin::replay
