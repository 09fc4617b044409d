// The local days of a scenario, each to be lived by itself, and those of them that a seed draws.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "kernel/time.hpp"
#include "twin/world.hpp"

namespace evtwin::cli {

struct LocalDay {
  kernel::TimeNs from_ns = 0, to_ns = 0;
  std::string date;  ///< "2019-09-03"
};

/// The whole local days of a world, by date; of one that has none, the parts that it has.
std::vector<LocalDay> days_of(const twin::World& world);

/// So many of the days, drawn by a seed without putting back, by date. The same seed draws the same of as many days,
/// whatever else there is. Precondition: `count` is at most as many as there are.
std::vector<LocalDay> frozen_days(const std::vector<LocalDay>& days, std::size_t count, std::uint64_t seed);

/// A world of that day alone: nobody is plugged in when it begins, and storages have the scenario's SoC. It lives the
/// stretch that an episode of a fleet does.
twin::World on_day(twin::World world, const LocalDay& day);

}  // namespace evtwin::cli
