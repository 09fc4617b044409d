#include "viewer/model/rewards.hpp"

#include <algorithm>
#include <utility>

#include "kernel/floor_divide.hpp"
#include "viewer/model/read_parts.hpp"

namespace evtwin::viewer::model {
namespace {

std::int64_t day_number(const Clock& clock, TimeNs t) {
  return kernel::floor_divide(t + clock.utc_offset_ns(t), kernel::day_ns);
}

}  // namespace

void read_reward(const Source& source, Run& run) {
  run.reward = analysis::reward_over_time(source.database(), [&](TimeNs t) { return day_number(run.clock, t); });
}

std::vector<RewardCurve> reward_curves(const Run& run) {
  std::vector<RewardCurve> curves;
  if (!run.reward) return curves;
  for (const analysis::RewardPart& part : run.reward->parts) {
    const bool counts = part.weight != 0.0 && std::any_of(part.by_day.begin(), part.by_day.end(),
                                                          [](const auto& day) { return day.second != 0.0; });
    if (!counts) continue;
    RewardCurve& curve = curves.emplace_back(RewardCurve{part.term, part.weight, part.reward(), {}});
    for (TimeNs t = run.start_ns; t < run.known_until_ns; t = run.clock.next_day(t))
      curve.by_day.add_piece(t, part.reward_on(day_number(run.clock, t)));
    curve.by_day.finish_at(run.known_until_ns);
  }
  return curves;
}

}  // namespace evtwin::viewer::model
