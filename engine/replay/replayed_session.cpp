#include "replay/replayed_session.hpp"

#include <algorithm>
#include <cmath>

namespace evtwin::replay {

// kw(t) = kw e^(s h), s = slope, h = hours since the start: energy = kw (e^(s h) - 1) / s.
double energy_until(const twin::PowerSegment& segment, TimeNs t) {
  if (t >= segment.end_ns) return segment.energy_kwh;
  if (t <= segment.start_ns) return 0.0;
  const double hours = kernel::hours_between(segment.start_ns, t);
  const double slope = segment.slope_kw_per_kwh;
  return slope == 0.0 ? segment.kw * hours : segment.kw * std::expm1(slope * hours) / slope;
}

TwinEnergy::TwinEnergy(const std::vector<twin::PowerSegment>& power) : power_(power) {
  double sum = 0.0;
  until_.reserve(power.size());
  for (const twin::PowerSegment& segment : power) until_.push_back(sum += segment.energy_kwh);
}

double TwinEnergy::kwh_until(TimeNs t) const {
  const auto after = std::upper_bound(power_.begin(), power_.end(), t,
                                      [](TimeNs time, const auto& segment) { return time < segment.end_ns; });
  const auto i = static_cast<std::size_t>(after - power_.begin());
  const double before = i == 0 ? 0.0 : until_[i - 1];
  return after == power_.end() ? before : before + energy_until(*after, t);
}

TimeNs TwinEnergy::instant_of(double kwh) const {
  double before = 0.0;
  for (std::size_t i = 0; i < power_.size(); ++i) {
    if (until_[i] < kwh) {
      before = until_[i];
      continue;
    }
    const twin::PowerSegment& segment = power_[i];
    const double more = std::max(kwh - before, 0.0);
    const double slope = segment.slope_kw_per_kwh;
    if (segment.kw <= 0.0) return segment.end_ns;
    const double hours = slope == 0.0 ? more / segment.kw : std::log1p(more * slope / segment.kw) / slope;
    return std::min(kernel::after_hours_rounded_up(segment.start_ns, hours), segment.end_ns);
  }
  return kernel::time_never;
}

}  // namespace evtwin::replay
