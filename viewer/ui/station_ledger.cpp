#include "viewer/ui/station_ledger.hpp"

#include <algorithm>

namespace evtwin::viewer::ui {

StationSums StationLedger::sums_until(model::TimeNs t) const {
  const auto after = std::upper_bound(departed_ns.begin(), departed_ns.end(), t);
  return after == departed_ns.begin() ? StationSums{} : sums[static_cast<std::size_t>(after - departed_ns.begin()) - 1];
}

StationLedger station_ledger(const model::Run& run, std::string_view station) {
  std::vector<std::uint32_t> rows;
  for (const model::Evse& evse : run.evses) {
    if (evse.station == station) rows.insert(rows.end(), evse.sessions.begin(), evse.sessions.end());
  }
  std::stable_sort(rows.begin(), rows.end(), [&](std::uint32_t a, std::uint32_t b) {
    return run.sessions[a].departed_ns < run.sessions[b].departed_ns;
  });

  StationLedger ledger;
  StationSums sum;
  for (const std::uint32_t row : rows) {
    const model::Session& session = run.sessions[row];
    sum.sessions += 1;
    sum.got_kwh += session.got_kwh;
    sum.missed_kwh += session.unmet_kwh;
    sum.paid += session.paid;
    sum.cost += session.cost;
    const FirstPlan first = run.plans.empty() ? FirstPlan{} : first_plan(run, row);
    if (first.decision != model::no_row) {
      sum.planned += 1;
      sum.expected_cost += first.cost;
      sum.planned_cost += session.cost;
    }
    // Sums so far by departure: any instant is looked up.
    ledger.departed_ns.push_back(session.departed_ns);
    ledger.sums.push_back(sum);
  }
  return ledger;
}

}  // namespace evtwin::viewer::ui
