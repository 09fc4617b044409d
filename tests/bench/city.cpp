// Many sites in one world: what an event costs beside a world of one site, and what a site takes.
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

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

/// Worlds whose costs are summed: one of each kind of site, or one with all kinds.
struct CityCase {
  std::string sites;
  std::vector<twin::World> worlds;
  double count = 0.0;  ///< of sites
  double events = 0.0, world_bytes = 0.0, simulation_bytes = 0.0;
  std::vector<double> ns_per_event;  ///< by round
};

CityCase case_of(int sites, bool shared) {
  CityCase made;
  made.sites = fmt::format("{}", sites);
  const std::int64_t empty = testing::allocated_bytes();
  if (sites == 1) {
    for (int kind = 1; kind <= 3; ++kind) made.worlds.push_back(city(1, kind, shared));
  } else {
    made.worlds.push_back(city(sites, 0, shared));
  }
  made.world_bytes = static_cast<double>(testing::allocated_bytes() - empty);
  made.count = static_cast<double>(sites == 1 ? made.worlds.size() : static_cast<std::size_t>(sites));
  return made;
}

/// Runs each world once, so that it is warm and its memory is known.
void warm_up(CityCase& made, const control::StrategyFactory& how) {
  for (const twin::World& world : made.worlds) {
    testing::reset_peak_bytes();
    const std::int64_t before = testing::allocated_bytes();
    made.events += static_cast<double>(twin::simulate(world, how).events);
    made.simulation_bytes += static_cast<double>(testing::peak_bytes() - before);
  }
}

void time_round(CityCase& made, const control::StrategyFactory& how) {
  // Short runs are repeated, or the clock's steps would show.
  const int times = made.events < 1e5 ? static_cast<int>(1e5 / made.events) : 1;
  const double begun = cpu_seconds(Clock::thread);
  for (int n = 0; n < times; ++n)
    for (const twin::World& world : made.worlds) twin::simulate(world, how);
  made.ns_per_event.push_back((cpu_seconds(Clock::thread) - begun) / times / made.events * 1e9);
}

double middle_of(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

}  // namespace

Table city_table() {
  Table table{
      "city",
      "Many sites in one world (scenarios/city.lua, EDF): cost of an event beside that of worlds of one site, of "
      "each kind, and memory; 10 days, medians of five rounds, each of which runs every world",
      {"sites", "one limit for all"},
      {"k events", "ns/event", "x one site", "world kB/site", "simulation kB/site"},
      {}};
  const auto how = testing::baseline("edf");
  for (const bool shared : {false, true}) {
    std::vector<CityCase> cases;
    for (const int sites : {1, 30, 1000}) warm_up(cases.emplace_back(case_of(sites, shared)), how);
    for (int round = 0; round < 5; ++round)
      for (CityCase& made : cases) time_round(made, how);
    for (const CityCase& made : cases) {
      // What disturbs the machine disturbs all worlds of a round alike.
      std::vector<double> ratios;
      for (std::size_t round = 0; round < made.ns_per_event.size(); ++round)
        ratios.push_back(made.ns_per_event[round] / cases[0].ns_per_event[round]);
      table.rows.push_back({{made.sites, shared ? "yes" : "no"},
                            {made.events / 1e3, middle_of(made.ns_per_event), middle_of(ratios),
                             made.world_bytes / made.count / 1e3, made.simulation_bytes / made.count / 1e3}});
    }
  }
  return table;
}

}  // namespace evtwin::bench
