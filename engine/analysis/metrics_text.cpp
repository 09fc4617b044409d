#include "analysis/metrics_text.hpp"

#include <fmt/format.h>

#include <cmath>

namespace evtwin::analysis {
namespace {

/// A label's value: backslash, quote and end of line are escaped.
std::string label(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\' || c == '"') out += '\\';
    if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

std::string metrics_text(const twin::World& world, const twin::Result& result, const std::string& strategy,
                         std::span<const Kpi> kpis, double wall_s) {
  const std::string labels =
      fmt::format("scenario=\"{}\",strategy=\"{}\",seed=\"{}\"", label(world.name), label(strategy), world.seed);
  std::string text =
      "# HELP evtwin_kpi A key figure of the run; evtwin run tells what each is.\n# TYPE evtwin_kpi gauge\n";
  for (const Kpi& kpi : kpis) {
    // A figure that does not apply has no sample.
    if (!std::isfinite(kpi.value)) continue;
    const std::string site = kpi.site < 0 ? "" : world.sites.at(static_cast<std::size_t>(kpi.site)).name;
    text += fmt::format("evtwin_kpi{{{},name=\"{}\",unit=\"{}\",site=\"{}\"}} {}\n", labels, label(kpi.name),
                        label(kpi.unit), label(site), kpi.value);
  }

  std::uint64_t decisions = 0, sessions = 0;
  for (const twin::SiteResult& site : result.sites) {
    decisions += site.decisions;
    sessions += site.sessions;
  }
  const auto one = [&](const char* name, const char* type, const char* help, double value) {
    text += fmt::format("# HELP {0} {1}\n# TYPE {0} {2}\n{0}{{{3}}} {4}\n", name, help, type, labels, value);
  };

  one("evtwin_events_total", "counter", "Events executed.", static_cast<double>(result.events));
  one("evtwin_decisions_total", "counter", "Times that a strategy was asked.", static_cast<double>(decisions));
  one("evtwin_sessions_total", "counter", "Vehicles that plugged in.", static_cast<double>(sessions));
  one("evtwin_run_seconds", "gauge", "Seconds that the simulation took.", wall_s);
  if (wall_s > 0.0)
    one("evtwin_events_per_second", "gauge", "Events executed per second.",
        static_cast<double>(result.events) / wall_s);
  return text;
}

}  // namespace evtwin::analysis
