#include "audit/bill.hpp"

#include <algorithm>
#include <cmath>

namespace evtwin::audit {
namespace {

/// The highest contract power that was in force for any time of the month within the run.
double contract_of(const Recorded& run, const Site& site, MonthNumber month) {
  const Ns from = std::max(run.clock.month_begin(month), run.start_ns);
  const Ns to = std::min(run.clock.month_begin(month + 1), run.end_ns);
  const std::vector<Step>& steps = site.signals[static_cast<std::size_t>(Kind::uncut_contract_kw)];
  double highest_kw = -infinite;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const Ns until = i + 1 < steps.size() ? steps[i + 1].start_ns : run.end_ns;
    if (std::max(steps[i].start_ns, from) < std::min(until, to)) highest_kw = std::max(highest_kw, steps[i].value);
  }
  return highest_kw == -infinite ? site.contract_kw : highest_kw;
}

double billed_kw(const Site& site, MonthNumber month, double contract_kw, const Recount& recount) {
  const DemandTerms& terms = site.demand;
  if (terms.by_contract) return contract_kw;
  double kw = recount.months.at(month).peak_kw;
  const auto count_past = [&](MonthNumber past, double peak_kw) {
    const bool in_reach = past < month && past >= month - terms.look_back_months;
    const bool in_ratchet = terms.in_ratchet[static_cast<std::size_t>(month_of_year(past)) - 1];
    // A peak of the month itself from before the run is the month's own.
    if (past == month || (in_reach && in_ratchet)) kw = std::max(kw, peak_kw);
  };
  for (const auto& [past, peak_kw] : terms.past_peaks_kw) count_past(past, peak_kw);
  for (const auto& [past, bill] : recount.months) count_past(past, bill.peak_kw);
  return std::isfinite(contract_kw) ? std::max(kw, terms.floor_fraction * contract_kw) : kw;
}

/// Share of the month's duration that lies in the run.
double share_in_run(const Recorded& run, MonthNumber month) {
  const Ns begin = run.clock.month_begin(month), end = run.clock.month_begin(month + 1);
  return hours_between(std::max(begin, run.start_ns), std::min(end, run.end_ns)) / hours_between(begin, end);
}

}  // namespace

void bill_demand(const Recorded& run, const Site& site, Recount& recount) {
  for (auto& [month, bill] : recount.months) {
    const double price_per_kw = site.demand.price_per_kw[static_cast<std::size_t>(month_of_year(month)) - 1];
    const double contract_kw = contract_of(run, site, month);
    const double fraction = site.demand.whole_months ? 1.0 : share_in_run(run, month);
    // A month without a price bills nothing, whatever the rule says.
    bill.billed_kw = price_per_kw > 0.0 ? billed_kw(site, month, contract_kw, recount) : bill.peak_kw;
    double own_peak_kw = bill.peak_kw;
    for (const auto& [past, peak_kw] : site.demand.past_peaks_kw)
      if (past == month) own_peak_kw = std::max(own_peak_kw, peak_kw);
    bill.excess_kw = own_peak_kw > contract_kw * (1.0 + 1e-9) ? own_peak_kw - contract_kw : 0.0;
    bill.price_per_kw = price_per_kw;
    bill.fraction = fraction;
    bill.excess_cost = bill.excess_kw * site.demand.excess_price_per_kw * fraction;
    bill.cost = bill.billed_kw * price_per_kw * fraction + bill.excess_cost;
    recount.sums.demand_charge += bill.cost;
    recount.sums.contract_excess_cost += bill.excess_cost;
    recount.sums.contract_excess_kw = std::max(recount.sums.contract_excess_kw, bill.excess_kw);
  }
}

}  // namespace evtwin::audit
