// Events of a site, and its timers in the run's queue: each timer waits for one instant at most.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "kernel/event_queue.hpp"
#include "twin/world.hpp"

namespace evtwin::twin {

/// Kinds of events; `Event::entity` counts the thing named behind.
enum class EventKind : std::uint8_t {
  crossing,         ///< member (EVSE or storage)
  plug_out,         ///< EVSE
  lose_patience,    ///< -
  arrival,          ///< arrival law
  signal,           ///< - the earliest next change of any signal, limit or outage
  clock,            ///< - the earliest of metering window, tick, wake-up and what was asked for
  scripted,         ///< - (world)
  announcement,     ///< -
  reservation_end,  ///< -
  command,          ///< -
  world_part,       ///< part (world)
};

std::string_view name_of(EventKind kind);

/// Numbers a site's timers from `first` on: members, EVSEs (plug-out), arrival laws, then one of each other kind.
class Timers {
 public:
  Timers(kernel::Queue& queue, const Site& site, std::uint32_t first);

  static std::size_t timer_count(const Site& site);

  /// Sets the timer, instead of what it waited for; time_never stops it.
  void schedule_timer(EventKind kind, kernel::Phase phase, TimeNs t, std::uint32_t entity = 0) {
    queue_.schedule(timer_number(kind, entity), t, phase, static_cast<std::uint8_t>(kind), entity);
  }
  void cancel_timer(EventKind kind, std::uint32_t entity = 0) { queue_.cancel(timer_number(kind, entity)); }

  std::uint32_t timer_number(EventKind kind, std::uint32_t entity) const;
  /// How many entities have a timer of this kind.
  std::uint32_t entity_count(EventKind kind) const;

 private:
  kernel::Queue& queue_;
  std::uint32_t first_, members_, evses_, laws_;
};

}  // namespace evtwin::twin
