#include "cli/frozen_days.hpp"

#include <algorithm>
#include <utility>

#include "kernel/random.hpp"

namespace evtwin::cli {

using kernel::TimeNs;

std::vector<LocalDay> days_of(const twin::World& world) {
  std::vector<LocalDay> whole, all;
  for (TimeNs from = world.start_ns; from < world.end_ns;) {
    const TimeNs next = world.calendar.next_day_start(from);
    LocalDay day{from, std::min(next, world.end_ns), market::format_date(world.calendar.local_date(from))};
    if (from == world.calendar.day_start(from) && next <= world.end_ns) whole.push_back(day);
    all.push_back(std::move(day));
    from = next;
  }
  return whole.empty() ? all : whole;
}

std::vector<LocalDay> frozen_days(const std::vector<LocalDay>& days, std::size_t count, std::uint64_t seed) {
  constexpr std::uint32_t purpose = kernel::purpose_of("cli.frozen_days");
  std::vector<std::size_t> order(days.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  // Fisher and Yates, as far as it is needed. The bias of the remainder is below 2^-50 for any calendar.
  for (std::size_t i = 0; i < count; ++i)
    std::swap(order[i], order[i + kernel::draw_u64(seed, 0, purpose, i) % (order.size() - i)]);
  order.resize(count);
  std::sort(order.begin(), order.end());
  std::vector<LocalDay> drawn;
  for (const std::size_t i : order) drawn.push_back(days[i]);
  return drawn;
}

twin::World on_day(twin::World world, const LocalDay& day) {
  world.start_ns = day.from_ns;
  world.end_ns = day.to_ns;
  world.days = 1;
  std::erase_if(world.events, [&](const twin::ScriptedEvent& event) {
    return event.time_ns < day.from_ns || event.time_ns >= day.to_ns;
  });
  twin::compile_clocks(world);
  return world;
}

}  // namespace evtwin::cli
