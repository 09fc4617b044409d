// One part of a site on its own: the world, the queue and the observer that it needs, and no other part.
#pragma once
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "kernel/archive.hpp"
#include "twin/context.hpp"
#include "twin/worlds.hpp"

namespace evtwin::testing {

inline TimeNs at_h(double h) { return monday_ns + static_cast<TimeNs>(h * static_cast<double>(hour_ns)); }

/// Also keeps what only parts are asked about.
struct PartObserver : KeepingObserver {
  std::vector<twin::SignalRecord> signals;
  std::vector<twin::EvseDayRecord> evse_days;
  std::vector<twin::PlanRecord> plans;

  void on_signal(const twin::SignalRecord& signal) override { signals.push_back(signal); }
  void on_evse_day(const twin::EvseDayRecord& day) override { evse_days.push_back(day); }
  void on_plan(const twin::PlanRecord& plan) override { plans.push_back(plan); }
};

struct Bench {
  explicit Bench(twin::World what)
      : world(std::move(what)),
        site(world.sites[0]),
        episode(twin::episode_of(world)),
        timers(queue, site, 0),
        context{world, site, 0, episode, timers, &seen} {
    queue.reserve_timers(twin::Timers::timer_count(site));
  }
  Bench(const Bench&) = delete;
  Bench& operator=(const Bench&) = delete;

  /// Whether this kind of event is pending.
  bool waits(twin::EventKind kind, std::uint32_t entity = 0) const {
    return queue.pending(timers.timer_number(kind, entity));
  }

  twin::World world;
  const twin::Site& site;
  twin::Episode episode;
  kernel::Queue queue;
  twin::Timers timers;
  PartObserver seen;
  twin::SiteContext context;
};

template <class Part>
std::vector<std::byte> bytes_of(Part& part) {
  kernel::ArchiveWriter writer("part");
  part.archive_fields(writer);
  return writer.take_bytes();
}

template <class Part>
void load(Part& part, const std::vector<std::byte>& bytes) {
  kernel::ArchiveReader reader(bytes, "part");
  part.archive_fields(reader);
  reader.require_end();
}

}  // namespace evtwin::testing
