// An animal that remembers how often it was asked and can save that; those that break their state derive from it.
#pragma once
#include <evtwin/strategy.hpp>

#include "animal.hpp"

#pragma GCC visibility push(hidden)

namespace zoo {

struct Remembering {
  static constexpr evtwin_info info = described();
  explicit Remembering(const evtwin::sdk::Setup&) {}
  void decide(const evtwin::sdk::View& view, evtwin::sdk::Decision& decision) {
    ++decisions;
    for (const std::size_t i : view.connected()) {
      decision.evse_kw[i] = decisions % 3 == 0 ? 0.0 : view.evse_car_max_kw()[i];
    }
  }
  void save(evtwin::sdk::StateWriter& out) const { out.put(decisions); }

  uint64_t decisions = 0;
};

}  // namespace zoo

#pragma GCC visibility pop
