#include "twin/grid_power.hpp"

#include <algorithm>

namespace evtwin::twin {

GridPower::GridPower(const Site& site, const physics::FeederTree& tree)
    : site_(site),
      tree_(tree),
      limits_(site),
      feeder_kw_(site.feeders.size()),
      into_kw_(site.feeders.size()),
      into_before_kw_(site.feeders.size()),
      sides_(limits_.all_limits().size()),
      sides_before_(limits_.all_limits().size()) {}

double GridPower::kw_at(const Power& power, const SignalValues& now, TimeNs t) {
  double net_kw = now.base_kw();
  std::fill(feeder_kw_.begin(), feeder_kw_.end(), 0.0);
  for (const std::uint32_t i : power.moving_members()) {
    const double kw = power.kw_at(i, t);
    if (kw == 0.0) continue;
    if (i >= site_.evses.size()) {
      net_kw += kw;
      continue;
    }
    const double ac_kw = physics::power_into(kw, site_.evses[i].efficiency);
    const std::int32_t feeder = site_.evses[i].feeder;
    (feeder < 0 ? net_kw : feeder_kw_[static_cast<std::size_t>(feeder)]) += ac_kw;
  }
  if (!feeder_kw_.empty()) net_kw += tree_.sum_flows(feeder_kw_, into_kw_);
  return net_kw;
}

namespace {

/// Which side of the levels that matter a net power is on: how many of them it is above. They are 0, the contract and a
/// cut below it, the export limit, and minus the PV, below which more leaves the site than the sun gave.
int zone(double net_kw, const SignalValues& now) {
  return (net_kw > now.contract_kw ? 1 : 0) + (net_kw > now.given_contract_kw ? 1 : 0) + (net_kw > 0.0 ? 1 : 0) +
         (net_kw >= -now.export_limit_kw ? 1 : 0) + (net_kw > -now.pv_kw ? 1 : 0);
}

}  // namespace

/// On which side of its bounds each limit below the connection is. @pre kw_at() was asked for the same instant
void GridPower::find_sides(const Power& power, TimeNs t) {
  for (std::size_t n = 0; n < sides_.size(); ++n) {
    const PowerLimits::Limit& limit = limits_.all_limits()[n];
    const double kw = PowerLimits::value_of(limit, into_kw_, [&](std::uint32_t evse) { return power.kw_at(evse, t); });
    sides_[n] = (kw > limit.upper_kw ? 1 : 0) - (kw < limit.lower_kw ? 1 : 0);
  }
}

bool GridPower::is_smooth(const Power& power, const SignalValues& now, TimeNs from, TimeNs to) {
  if (!power.any_falls() && !power.any_rises()) return true;
  // Powers that rise and fall at once may cross a level and come back: look closer than a minute.
  const bool both_ways = (power.any_falls() && power.any_rises()) || limits_.any_relief();
  if (both_ways && to - from > kernel::minute_ns) return false;

  const double net_from = kw_at(power, now, from);
  into_before_kw_ = into_kw_;
  find_sides(power, from);
  sides_before_ = sides_;
  const double net_to = kw_at(power, now, to);
  if (zone(net_from, now) != zone(net_to, now)) return false;
  find_sides(power, to);
  if (sides_ != sides_before_) return false;
  for (std::size_t f = 0; f < into_before_kw_.size(); ++f) {
    if ((into_before_kw_[f] > 0.0) != (into_kw_[f] > 0.0)) return false;
  }
  return true;
}

TimeNs GridPower::next_cut(const Power& power, const SignalValues& now, TimeNs from, TimeNs to) {
  if (is_smooth(power, now, from, to)) return to;
  // The last instant that is still smooth, by bisection to the nanosecond.
  TimeNs good = from, bad = to;
  while (bad - good > 1) {
    const TimeNs middle = good + (bad - good) / 2;
    (is_smooth(power, now, from, middle) ? good : bad) = middle;
  }
  return std::max(good, from + 1);
}

}  // namespace evtwin::twin
