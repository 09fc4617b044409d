// A stretch of the world that a run lives.
#pragma once
#include <cstdint>

#include "twin/world.hpp"

namespace evtwin::twin {

/// A stretch of the world: other seeds are other days.
struct Episode {
  std::uint64_t seed = 0;
  TimeNs from_ns = 0, to_ns = 0;
};
/// The world's own.
inline Episode episode_of(const World& world) { return {world.seed, world.start_ns, world.end_ns}; }

}  // namespace evtwin::twin
