#include "viewer/ui/planned.hpp"

#include <algorithm>
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
  series.add(end, 0.0);
  for (const model::Plan* piece : stood) {
    if (piece->start_ns > end) series.add(end, 0.0);
    series.add(std::max(piece->start_ns, end), piece->kw);
    end = std::max(end, piece->end_ns);
  }
  series.add(end, 0.0);
  series.finish(std::max(end, run.end_ns));
  return series;
}

FirstPlan first_plan(const Run& run, std::uint32_t row) {
  FirstPlan first;
  const model::Session& session = run.sessions[row];
  if (session.evse == no_row || session.plugged_in_ns == kernel::time_never) return first;
  const model::Evse& evse = run.evses[session.evse];
  const model::Series& price = run.sites[session.site].buy_price;
  auto at = std::lower_bound(run.decisions.begin(), run.decisions.end(), session.plugged_in_ns,
                             [](const model::Decision& d, TimeNs t) { return d.time_ns < t; });
  // Several decisions may fall on one instant, also such as do not know of the vehicle yet: the first that plans.
  for (; at != run.decisions.end() && at->time_ns < session.departed_ns; ++at) {
    if (at->site != session.site) continue;
    bool any = false;
    double kwh = 0.0, cost = 0.0;
    for (const std::uint32_t plan : evse.plans) {
      const model::Plan& piece = run.plans[plan];
      if (piece.decision > at->number) break;  // in the order of decision
      const TimeNs from = std::max(piece.start_ns, at->time_ns);
      const TimeNs to = std::min(piece.end_ns, session.departed_ns);
      const bool stands = piece.replaced_ns == kernel::time_never || piece.replaced_ns > at->time_ns;
      if (!stands || from >= to) continue;
      any = true;
      kwh += piece.kw * kernel::hours_between(from, to);
      if (!price.empty()) cost += piece.kw * price.extent(from, to).integral_h;
    }
    if (!any) continue;
    first.decision = static_cast<std::uint32_t>(at - run.decisions.begin());
    first.kwh = kwh;
    first.cost = cost;
    return first;
  }
  return first;
}

}  // namespace evtwin::viewer::ui
