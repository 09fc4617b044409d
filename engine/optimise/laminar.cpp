#include "optimise/laminar.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace evtwin::optimise {

namespace {

std::vector<std::uint32_t> evses_of(const PlanLimit& limit) {
  std::vector<std::uint32_t> evses;
  for (const PlanLimit::Member& member : limit.members) {
    if (!member.storage && member.coefficient != 0.0) evses.push_back(member.index);
  }
  std::sort(evses.begin(), evses.end());
  evses.erase(std::unique(evses.begin(), evses.end()), evses.end());
  return evses;
}

}  // namespace

std::optional<LimitForest> limit_forest(const std::vector<PlanLimit>& limits) {
  std::vector<std::vector<std::uint32_t>> evses(limits.size());
  std::uint32_t evse_count = 0;
  for (std::size_t l = 0; l < limits.size(); ++l) {
    evses[l] = evses_of(limits[l]);
    if (!evses[l].empty()) evse_count = std::max(evse_count, evses[l].back() + 1);
  }
  std::vector<std::uint32_t> smallest_first(limits.size());
  std::iota(smallest_first.begin(), smallest_first.end(), 0U);
  std::sort(smallest_first.begin(), smallest_first.end(), [&](std::uint32_t a, std::uint32_t b) {
    return std::pair(evses[a].size(), a) < std::pair(evses[b].size(), b);
  });

  LimitForest forest{std::vector(limits.size(), no_limit), std::vector(evse_count, no_limit)};
  std::vector<std::uint32_t> widest(evse_count, no_limit);  // the largest limit seen so far around each EVSE
  std::vector<std::size_t> seen(limits.size(), 0);

  // From the smallest on: a limit holds each one that it touches wholly, or the two overlap.
  for (const std::uint32_t limit : smallest_first) {
    std::vector<std::uint32_t> inside;
    for (const std::uint32_t evse : evses[limit]) {
      if (forest.of_evse[evse] == no_limit) forest.of_evse[evse] = limit;
      const std::uint32_t child = widest[evse];
      if (child != no_limit && seen[child]++ == 0) inside.push_back(child);
      widest[evse] = limit;
    }

    for (const std::uint32_t child : inside) {
      if (seen[child] != evses[child].size()) return std::nullopt;
      forest.parent[child] = limit;
    }
  }
  return forest;
}

}  // namespace evtwin::optimise
