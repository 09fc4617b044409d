// Many sites in one world: what an event costs beside a world of one site, and what a site takes.
#include <fmt/format.h>

#include "bench/suites.hpp"
#include "scenario/loader.hpp"
#include "support/allocations.hpp"
#include "support/paths.hpp"
#include "twin/worlds.hpp"

namespace evtwin::bench {

namespace {

/// The same for all worlds, so that beginning and end weigh alike in each.
constexpr int city_days = 10;

/// scenarios/city.lua. @param kind  0: all kinds of sites in turn
twin::World city(int sites, int kind, bool shared) {
  scenario::LoadOptions options;
  options.set = {{"sites", fmt::format("{}", sites)}, {"kind", fmt::format("{}", kind)}};
  options.days = city_days;
  twin::World world = scenario::load_scenario(paths::source_dir + "/scenarios/city.lua", options).world;
  if (!shared) world.shared_limits.clear();
  return world;
}

struct Cost {
  double events = 0.0, seconds = 0.0, world_bytes = 0.0, simulation_bytes = 0.0;
  double ns_per_event() const { return seconds / events * 1e9; }
};

void add_cost(Cost& cost, int sites, int kind, bool shared) {
  const auto how = testing::baseline("edf");
  const std::int64_t empty = testing::allocated_bytes();
  const twin::World world = city(sites, kind, shared);
  cost.world_bytes += static_cast<double>(testing::allocated_bytes() - empty);
  twin::Result result;
  cost.seconds += median_cpu_s([&] { result = twin::simulate(world, how); }, 3);
  cost.events += static_cast<double>(result.events);
  testing::reset_peak_bytes();
  const std::int64_t before = testing::allocated_bytes();
  twin::simulate(world, how);
  cost.simulation_bytes += static_cast<double>(testing::peak_bytes() - before);
}

}  // namespace

Table city_table() {
  Table table{
      "city",
      "Many sites in one world (scenarios/city.lua, EDF): cost of an event beside that of worlds of one site, of "
      "each kind, and memory; 10 days",
      {"sites", "one limit for all"},
      {"k events", "ns/event", "x one site", "world kB/site", "simulation kB/site"},
      {}};
  for (const bool shared : {false, true}) {
    Cost one;
    for (int kind = 1; kind <= 3; ++kind) add_cost(one, 1, kind, shared);
    const auto add_row = [&](const std::string& sites, const Cost& cost, double count) {
      table.rows.push_back({{sites, shared ? "yes" : "no"},
                            {cost.events / 1e3, cost.ns_per_event(), cost.ns_per_event() / one.ns_per_event(),
                             cost.world_bytes / count / 1e3, cost.simulation_bytes / count / 1e3}});
    };
    add_row("1", one, 3.0);
    for (const int sites : {30, 1000}) {
      Cost many;
      add_cost(many, sites, 0, shared);
      add_row(fmt::format("{}", sites), many, sites);
    }
  }
  return table;
}

}  // namespace evtwin::bench
