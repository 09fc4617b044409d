#include "learned_stay.hpp"

#include <algorithm>

#include "planned_stay.hpp"

namespace evtwin::milp {
namespace {

constexpr double still_here = 0.3;         // a stay is planned until so many of those who are here are left
constexpr double likely = 0.05;            // energy that fewer want is not planned for
constexpr double learn_from_h = 1.0 / 60;  // a shorter claim tells nothing

/// As a stay of the past, to find those like it.
PastStay as_seen(const evtwin_view& view, std::uint32_t i) {
  PastStay stay;
  stay.arrived_ns = view.evse_arrived_ns[i];
  stay.claimed_ns = view.evse_claimed_departs_ns[i];
  stay.utc_offset_ns = view.utc_offset_ns;
  stay.driver = view.evse_driver[i];
  stay.requested_kwh = view.evse_requested_kwh[i];
  return stay;
}

}  // namespace

double LearnedStay::chance_there(std::int64_t at_ns) const {
  return curve.chance_beyond(hours(at_ns - seen.arrived_ns) / seen.claimed_h(), share);
}

std::optional<LearnedStay> learned_stay(const evtwin_view& view, std::uint32_t i, const SiteMemory& memory,
                                        bool lends) {
  LearnedStay stay;
  stay.seen = as_seen(view, i);
  if (stay.seen.claimed_h() <= learn_from_h) return std::nullopt;
  // The chance that a lender is gone is so dear that nothing would be lent for one that nobody has seen.
  stay.curve = memory.drivers.stay_curve(stay.seen, lends ? EarlyLeaving::unheard_of : EarlyLeaving::expected);
  stay.share = hours(view.now_ns - stay.seen.arrived_ns) / stay.seen.claimed_h();
  const double until = stay.curve.come_to(still_here, stay.share);
  const auto stay_ns = static_cast<std::int64_t>(until * stay.seen.claimed_h() * 3.6e12);
  stay.until_ns = stay.seen.arrived_ns + stay_ns;
  if (stay.until_ns <= view.now_ns) stay.until_ns = view.next_tick_ns;
  return stay;
}

LearnedWish learned_wish(const evtwin_view& view, std::uint32_t i, const SiteMemory& memory) {
  const double requested_kwh = view.evse_requested_kwh[i];
  const double seen = view.evse_got_kwh[i] / requested_kwh;
  const ShareCurve taken = memory.drivers.taken_curve(as_seen(view, i));
  // A driver who takes more than anybody seen goes on for a while: by a fifth, at first no further than the request.
  const double on = seen < 1.0 ? std::min(beyond_share, 1.0 - seen) : beyond_share * seen;
  const double mean = std::max(taken.mean_beyond(seen), on);
  const double most = taken.come_to(likely, seen);
  return {requested_kwh * mean, requested_kwh * std::max(mean, most - seen)};
}

}  // namespace evtwin::milp
