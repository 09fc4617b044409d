// A run as metrics, for those who watch many with Prometheus.
#pragma once

#include <span>
#include <string>

#include "analysis/kpi.hpp"

namespace evtwin::analysis {

/// Prometheus' text exposition format 0.0.4: evtwin_kpi{name, unit, site} for every figure that applies,
/// evtwin_events_total, evtwin_decisions_total, evtwin_sessions_total, evtwin_run_seconds, evtwin_events_per_second;
/// each with the labels scenario, strategy and seed.
/// @param wall_s  seconds that the simulation took
std::string metrics_text(const twin::World& world, const twin::Result& result, const std::string& strategy,
                         std::span<const Kpi> kpis, double wall_s);

}  // namespace evtwin::analysis
