#include "control/demand_response.hpp"

#include <algorithm>

namespace evtwin::control {

namespace {

double left_by(const LimitCut& cut, double contract_kw) {
  // An infinite contract less a share of it is infinite still.
  return std::min(cut.limit_kw,
                  contract_kw < physics::infinite ? contract_kw * (1.0 - cut.reduce_fraction) : contract_kw);
}

}  // namespace

double limit_in_force(std::span<const LimitCut> cuts, double contract_kw, TimeNs t) {
  double kw = contract_kw;
  for (const LimitCut& cut : cuts) {
    if (cut.from_ns <= t && t < cut.to_ns) kw = std::min(kw, left_by(cut, contract_kw));
  }
  return kw;
}

double lowest_known_limit(std::span<const LimitCut> cuts, double contract_kw, TimeNs now, TimeNs from, TimeNs to) {
  double kw = contract_kw;
  for (const LimitCut& cut : cuts) {
    const bool known = cut.announced_ns <= now || (cut.from_ns <= now && now < cut.to_ns);
    if (known && cut.from_ns < to && from < cut.to_ns) kw = std::min(kw, left_by(cut, contract_kw));
  }
  return kw;
}

TimeNs next_change(std::span<const LimitCut> cuts, TimeNs t) {
  TimeNs next = kernel::time_never;
  for (const LimitCut& cut : cuts) {
    for (const TimeNs edge : {cut.announced_ns, cut.from_ns, cut.to_ns}) {
      if (edge > t) next = std::min(next, edge);
    }
  }
  return next;
}

}  // namespace evtwin::control
