// What a world and its simulation take, by counting operator new.
#include <fmt/format.h>

#include "bench/suites.hpp"
#include "support/allocations.hpp"
#include "twin/worlds.hpp"

namespace evtwin::bench {

Table memory_table() {
  Table table{"memory",
              "Memory by operator new: the world's data, and what a simulation of it needs beside",
              {"EVSEs"},
              {"world bytes/EVSE", "simulation bytes/EVSE", "simulation MB"},
              {}};
  const auto how = testing::baseline("edf");
  for (const std::size_t evses : {25U, 1'000U, 10'000U}) {
    const std::int64_t empty = testing::allocated_bytes();
    const twin::World world = workplace(evses, 1);
    const auto of_world = static_cast<double>(testing::allocated_bytes() - empty);
    testing::reset_peak_bytes();
    const std::int64_t before = testing::allocated_bytes();
    twin::simulate(world, how);
    const auto of_simulation = static_cast<double>(testing::peak_bytes() - before);
    const auto n = static_cast<double>(evses);
    table.rows.push_back({{fmt::format("{}", evses)}, {of_world / n, of_simulation / n, of_simulation / 1e6}});
  }
  return table;
}

}  // namespace evtwin::bench
