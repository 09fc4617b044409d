#include "plugin_check/timing.hpp"

#include <algorithm>
#include <bit>
#include <chrono>
#include <vector>

#include "plugin_check/scene.hpp"

namespace evtwin::plugin_check {

namespace {

using Clock = std::chrono::steady_clock;
constexpr int decisions = 8;
constexpr std::size_t most_calls = 2000, fewest_calls = 16;
constexpr double enough_s = 0.06;

/// Calls on the present view until there are enough of them; ns each.
void time_view(const evtwin_strategy& strategy, const evtwin_view& view, control::ViewColumns& columns,
               std::vector<double>& all) {
  const CallMark mark("decide(), timed");
  const auto began = Clock::now();
  for (std::size_t k = 0; k < most_calls / decisions; ++k) {
    evtwin_decision& decision = columns.blank_decision();
    const auto from = Clock::now();
    strategy.decide(const_cast<evtwin_strategy*>(&strategy), &view, &decision);
    const auto to = Clock::now();
    all.push_back(std::chrono::duration<double, std::nano>(to - from).count());
    if (k + 1 >= fewest_calls / decisions && std::chrono::duration<double>(to - began).count() > enough_s / decisions)
      break;
  }
}

}  // namespace

void time_calls(const Specimen& specimen, const evtwin_info& info) {
  for (const int evses : timed_sites) {
    Scene scene(1, {.evses = evses, .storages = 1, .decisions = decisions, .occupancy = 0.8});
    Instance instance(specimen, info, scene.view());
    scene.columns().make_plan(instance.c_strategy().plan_steps);
    std::vector<double> all;
    while (scene.next_decision(instance.c_strategy()))
      time_view(instance.c_strategy(), scene.view(), scene.columns(), all);
    instance.destroy();
    std::sort(all.begin(), all.end());
    const std::array<std::uint64_t, 2> kept{std::bit_cast<std::uint64_t>(all[all.size() / 2]),
                                            std::bit_cast<std::uint64_t>(all[all.size() * 99 / 100])};
    keep_in_box(kept);
  }
}

}  // namespace evtwin::plugin_check
