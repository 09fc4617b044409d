#include "twin/timers.hpp"

#include "kernel/static_checks.hpp"

namespace evtwin::twin {

namespace {

constexpr std::uint32_t single_timers = 6;
static_assert(single_timers + 3 + 2 == kernel::enum_count<EventKind>(),
              "beside those of members, EVSEs and laws, and the two of the world that Run sets itself");

/// The place of a kind that a site has one timer of, behind those that it has many of.
std::uint32_t single(EventKind kind) {
  switch (kind) {
    case EventKind::lose_patience:
      return 0;
    case EventKind::signal:
      return 1;
    case EventKind::announcement:
      return 2;
    case EventKind::reservation_end:
      return 3;
    case EventKind::command:
      return 4;
    default:
      return 5;  // clock
  }
}

}  // namespace

Timers::Timers(kernel::Queue& queue, const Site& site, std::uint32_t first)
    : queue_(queue),
      first_(first),
      members_(static_cast<std::uint32_t>(site.evses.size() + site.storages.size())),
      evses_(static_cast<std::uint32_t>(site.evses.size())),
      laws_(static_cast<std::uint32_t>(site.arrivals.size())) {}

std::size_t Timers::timer_count(const Site& site) {
  return 2 * site.evses.size() + site.storages.size() + site.arrivals.size() + single_timers;
}

std::uint32_t Timers::timer_number(EventKind kind, std::uint32_t entity) const {
  switch (kind) {
    case EventKind::crossing:
      return first_ + entity;
    case EventKind::plug_out:
      return first_ + members_ + entity;
    case EventKind::arrival:
      return first_ + members_ + evses_ + entity;
    default:
      return first_ + members_ + evses_ + laws_ + single(kind);
  }
}

std::uint32_t Timers::entity_count(EventKind kind) const {
  switch (kind) {
    case EventKind::crossing:
      return members_;
    case EventKind::plug_out:
      return evses_;
    case EventKind::arrival:
      return laws_;
    case EventKind::scripted:
    case EventKind::world_part:
      return 0;  // the world's
    default:
      return kind <= EventKind::command ? 1 : 0;
  }
}

}  // namespace evtwin::twin
