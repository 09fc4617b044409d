#include "viewer/ui/planned.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace evtwin::viewer::ui {

using model::no_row;
using model::Run;
using model::TimeNs;

model::Series standing_plan(const Run& run, std::uint32_t evse) {
  std::vector<const model::Plan*> stood;
  for (const std::uint32_t row : run.evses[evse].plans) {
    if (run.plans[row].replaced_ns == kernel::time_never) stood.push_back(&run.plans[row]);
  }
  std::stable_sort(stood.begin(), stood.end(),
                   [](const model::Plan* a, const model::Plan* b) { return a->start_ns < b->start_ns; });
  model::Series series;
  if (stood.empty()) return series;
  TimeNs end = std::min(run.start_ns, stood.front()->start_ns);
  series.add_piece(end, 0.0);
  for (const model::Plan* piece : stood) {
    if (piece->start_ns > end) series.add_piece(end, 0.0);
    series.add_piece(std::max(piece->start_ns, end), piece->kw);
    end = std::max(end, piece->end_ns);
  }
  series.add_piece(end, 0.0);
  series.finish_at(std::max(end, run.end_ns));
  return series;
}

FirstPlan first_plan(const Run& run, std::uint32_t row) {
  FirstPlan first;
  const model::Session& session = run.sessions[row];
  if (session.evse == no_row || session.plugged_in_ns == kernel::time_never) return first;
  const model::Evse& evse = run.evses[session.evse];
  const model::Series& price = run.sites[session.site].buy_price;
  std::vector<const model::Plan*> pieces;  // that touch the stay, in the order of decision
  for (const std::uint32_t plan : evse.plans) {
    const model::Plan& piece = run.plans[plan];
    if (piece.end_ns > session.plugged_in_ns && piece.start_ns < session.departed_ns) pieces.push_back(&piece);
  }
  if (pieces.empty()) return first;

  const std::vector<std::uint32_t>& decisions = run.sites[session.site].decisions;
  auto at = std::lower_bound(decisions.begin(), decisions.end(), session.plugged_in_ns,
                             [&](std::uint32_t d, TimeNs t) { return run.decisions[d].time_ns < t; });
  // Several decisions may fall on one instant, also such as do not know of the vehicle yet: the first that plans.
  for (; at != decisions.end(); ++at) {
    const model::Decision& decision = run.decisions[*at];
    if (decision.time_ns >= session.departed_ns) break;

    bool any = false;
    double kwh = 0.0, cost = 0.0;
    for (const model::Plan* piece : pieces) {
      if (piece->decision > decision.number) break;
      const TimeNs from = std::max(piece->start_ns, decision.time_ns);
      const TimeNs to = std::min(piece->end_ns, session.departed_ns);
      const bool stands = piece->replaced_ns == kernel::time_never || piece->replaced_ns > decision.time_ns;
      if (!stands || from >= to) continue;
      any = true;
      kwh += piece->kw * kernel::hours_between(from, to);
      if (!price.empty()) cost += piece->kw * price.extent_of(from, to).integral_h;
    }

    if (!any) continue;
    first.decision = *at;
    first.kwh = kwh;
    first.cost = cost;
    return first;
  }
  return first;
}

double plan_error(const FirstPlan& first, double cost) {
  return first.cost == 0.0 ? model::none : (cost - first.cost) / std::abs(first.cost);
}

}  // namespace evtwin::viewer::ui
