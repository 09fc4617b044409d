// The context that the parts of a site share: the world, the stretch of it that runs, timers and the observer.
#pragma once
#include <cstdint>

#include "twin/episode.hpp"
#include "twin/observer.hpp"
#include "twin/timers.hpp"
#include "twin/world.hpp"

namespace evtwin::twin {

/// All of it outlives the parts; the episode changes before each begin().
struct SiteContext {
  const World& world;
  const Site& site;
  std::uint32_t number;
  const Episode& episode;
  Timers& timers;
  Observer* observer;  ///< may be null
};

}  // namespace evtwin::twin
