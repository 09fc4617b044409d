// A site of a few EVSEs with nobody plugged in, as a strategy sees it at the start.
#pragma once
#include <cstddef>
#include <vector>

#include "control/view.hpp"

namespace evtwin::control {

struct EmptySite {
  explicit EmptySite(std::size_t n = 2) : evses(n) {
    for (auto& evse : evses) evse.max_a = 32.0;
  }
  std::vector<physics::Evse> evses;
  Guard guard{evses, {}, physics::FeederTree{}, {}, physics::infinite, physics::infinite};
  ViewColumns columns{evses, {}, guard};
};

}  // namespace evtwin::control
