// How cost grows: with the number of EVSEs, and with the length of the run.
#include <fmt/format.h>

#include "bench/suites.hpp"
#include "support/allocations.hpp"
#include "twin/worlds.hpp"

namespace evtwin::bench {

namespace {

/// Mean number of vehicles plugged in, from the arrival law: rate x mean stay (Little's law), in sessions of the run.
double mean_connected(const twin::World& world, const control::StrategyFactory& how) {
  testing::KeepingObserver seen;
  twin::RunOptions options;
  options.observer = &seen;
  twin::simulate(world, how, options);
  double connected_ns = 0.0;
  for (const auto& session : seen.sessions) {
    const auto until = std::min(session.record.departed_ns, world.end_ns);
    if (session.record.number != 0) connected_ns += static_cast<double>(until - session.record.plugged_in_ns);
  }
  return connected_ns / static_cast<double>(world.end_ns - world.start_ns);
}

Row measure(const std::string& name, const twin::World& world) {
  const auto how = testing::baseline("edf");
  twin::Result result;
  const double seconds = median_cpu_s([&] { result = twin::simulate(world, how); }, 3);
  testing::reset_peak_bytes();
  const std::int64_t before = testing::allocated_bytes();
  twin::simulate(world, how);
  const auto peak = static_cast<double>(testing::peak_bytes() - before);
  const auto decisions = static_cast<double>(result.sites[0].decisions);
  const double connected = mean_connected(world, how);
  const double ns = seconds / decisions * 1e9;
  return {{name},
          {connected, decisions / 1e3, ns, ns / connected,
           decisions * static_cast<double>(world.sites[0].evses.size()) / seconds / 1e6, peak / 1e6}};
}

}  // namespace

Table growth_table() {
  Table table{
      "growth",
      "Growth, EDF every 15 min: cost per decision follows the vehicles connected; memory does not follow time",
      {"case"},
      {"mean connected", "k decisions", "ns/decision", "ns/decision and connected", "M EVSE-steps/s", "simulation MB"},
      {}};
  for (const std::size_t evses : {25U, 100U, 1'000U, 10'000U})
    table.rows.push_back(measure(fmt::format("{} EVSEs, a week", evses), workplace(evses, 7)));
  table.rows.push_back(measure("25 EVSEs, a year", workplace(25, 365)));
  table.rows.push_back(measure("25 EVSEs, ten years", workplace(25, 3652)));
  return table;
}

}  // namespace evtwin::bench
