// Arrivals at a site in an episode.
#pragma once
#include <cstdint>
#include <vector>

#include "demand/arrivals.hpp"
#include "twin/episode.hpp"
#include "twin/world.hpp"

namespace evtwin::twin {

/// Makes `streams` one for each of the site's laws, none asked yet. Arrivals depend on the seed and on nothing that is
/// decided.
inline void begin_arrivals(const World& world, std::uint32_t site, const Episode& episode,
                           std::vector<demand::ArrivalStream>& streams) {
  streams.clear();
  const auto& laws = world.sites[site].arrivals;
  for (std::size_t law = 0; law < laws.size(); ++law) {
    const std::uint64_t source = (std::uint64_t{site} << 32) | law;
    streams.emplace_back(laws[law], demand::StreamContext{episode.seed, source, episode.from_ns, episode.to_ns,
                                                          world.calendar, &world.vehicles});
  }
}

}  // namespace evtwin::twin
