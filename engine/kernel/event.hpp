// Events of a simulation, as plain data. Nothing here knows about charging but the names of the phases.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "kernel/static_checks.hpp"
#include "kernel/time.hpp"

namespace evtwin::kernel {

/// The order of events at one instant; events of one phase keep the order in which they were scheduled.
/// Everything up to `signal` comes before the one decision at that instant, which therefore sees all of it.
enum class Phase : std::uint8_t {
  replayed_message = 0,  ///< a message of a recorded log
  crossing = 1,          ///< a physical threshold: full, empty, end of a curve segment
  plug_out = 2,
  plug_in = 3,
  signal = 4,    ///< price, PV, load or limit sample; scripted changes
  decision = 5,  ///< the strategy is asked
  record = 6,    ///< observers
};

inline constexpr std::size_t phase_count = 7;
static_assert(phase_count == enum_count<Phase>());
static_assert(Phase::signal < Phase::decision && Phase::decision < Phase::record,
              "a decision sees all that happens at its instant, and is recorded after it was made");

/// A timer's event as it fires. `timer` is the slot it was scheduled in; `entity` and `kind` are the scheduler's own
/// (which EVSE, which of its event kinds) and come back untouched.
struct Event {
  TimeNs time;
  std::uint32_t timer;
  std::uint32_t entity;
  std::uint8_t kind;
  Phase phase;

  friend bool operator==(const Event&, const Event&) = default;
};

static_assert(std::is_trivially_copyable_v<Event> && std::is_standard_layout_v<Event>);
static_assert(sizeof(Event) == 24 && alignof(Event) == 8);
static_assert(offsetof(Event, timer) == 8 && offsetof(Event, entity) == 12 && offsetof(Event, kind) == 16);

}  // namespace evtwin::kernel
