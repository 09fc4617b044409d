#include "audit/flows.hpp"

#include <algorithm>
#include <cmath>

namespace evtwin::audit {

FlowCounter::FlowCounter(const Site& site)
    : site_(site), feeders_(site.feeders), rows_(site.rows), coefficient_(site.evses.size(), 0.0), own_(site.feeders.size()), into_(site.feeders.size()) {
  // A feeder comes once all that hang on it have come.
  std::vector<std::size_t> children(site.feeders.size(), 0);
  for (const Feeder& feeder : site.feeders) {
    if (feeder.parent >= 0) ++children[static_cast<std::size_t>(feeder.parent)];
  }
  for (std::size_t f = 0; f < site.feeders.size(); ++f) {
    if (children[f] == 0) leaves_first_.push_back(f);
  }
  for (std::size_t i = 0; i < leaves_first_.size(); ++i) {
    const int parent = site.feeders[leaves_first_[i]].parent;
    if (parent >= 0 && --children[static_cast<std::size_t>(parent)] == 0)
      leaves_first_.push_back(static_cast<std::size_t>(parent));
  }
}

void FlowCounter::set_bound(const LimitStep& step) {
  switch (step.of) {
    case LimitStep::Of::feeder_kw:
      feeders_[step.index].max_kw = step.value;
      break;
    case LimitStep::Of::feeder_export_kw:
      feeders_[step.index].max_export_kw = step.value;
      break;
    case LimitStep::Of::row_upper:
      rows_[step.index].upper_kw = step.value;
      break;
    case LimitStep::Of::row_lower:
      rows_[step.index].lower_kw = step.value;
      break;
  }
}

Flows FlowCounter::count_flows(const std::vector<UnitPower>& powers, const Levels& levels, double hours) {
  Flows flows;
  grid_power_.clear();
  direct_.clear();
  direct_.add_constant(levels.base_kw);
  for (PowerSum& own : own_) own.clear();
  for (const UnitPower& power : powers) {
    const auto unit = static_cast<std::size_t>(power.unit);
    if (unit >= site_.evses.size()) {
      direct_.add_power(power.taper);
      continue;
    }
    // More is drawn than comes out of the outlet, and less comes back than goes in.
    const Evse& evse = site_.evses[unit];
    const double ac_per_metered = power.taper.kw >= 0.0 ? 1.0 / evse.efficiency : evse.efficiency;
    flows.evse_losses_kwh += (ac_per_metered - 1.0) * power.taper.energy_kwh(0.0, hours);
    (evse.feeder < 0 ? direct_ : own_[static_cast<std::size_t>(evse.feeder)]).add_power(power.taper, ac_per_metered);
  }
  count_between(0.0, hours, levels, 0, flows);
  count_rows(powers, hours, flows);
  return flows;
}

/// Settles the feeders from the leaves up: the power into a lossy one depends on its direction, so time is split where
/// that turns. Those before `settled` are known not to turn in [from, to].
void FlowCounter::count_between(double from, double to, const Levels& levels, std::size_t settled, Flows& flows) {
  for (; settled < leaves_first_.size(); ++settled) {
    const std::size_t f = leaves_first_[settled];
    PowerSum out;
    // Leaves it downwards: its own EVSEs and the feeders that hang on it, which are settled already.
    out.add_power(own_[f], 1.0);
    for (std::size_t child = 0; child < site_.feeders.size(); ++child) {
      if (site_.feeders[child].parent == static_cast<int>(f)) out.add_power(into_[child], 1.0);
    }

    // A lossless feeder takes in as much as it gives out, so its turns need no split.
    const double efficiency = site_.feeders[f].efficiency;
    if (efficiency != 1.0) {
      const std::vector<double> turns = out.crossing_hours(0.0, from, to);
      if (!turns.empty()) {
        for (const double turn : turns) {
          count_between(from, turn, levels, settled, flows);
          from = turn;
        }
        count_between(from, to, levels, settled, flows);
        return;
      }
    }

    // Within [from, to] the direction is one, so the middle tells it for all of it.
    const bool delivers = out.kw_at(0.5 * (from + to)) >= 0.0;
    into_[f].clear();
    into_[f].add_power(out, delivers ? 1.0 / efficiency : efficiency);
    // A split further on comes back with `settled` beyond this feeder: its sum holds in all the pieces.
  }
  count_grid(from, to, levels, flows);
}

void FlowCounter::count_grid(double from, double to, const Levels& levels, Flows& flows) {
  net_.clear();
  net_.add_power(direct_, 1.0);
  for (std::size_t f = 0; f < site_.feeders.size(); ++f) {
    const Feeder& feeder = feeders_[f];
    flows.feeder_overload_kwh += into_[f].energy_above(feeder.max_kw, from, to);
    flows.feeder_overload_kwh += into_[f].energy_below(-feeder.max_export_kw, from, to);
    flows.feeder_losses_kwh -= own_[f].energy_kwh(from, to);
    if (feeder.parent >= 0) continue;
    net_.add_power(into_[f], 1.0);
    flows.feeder_losses_kwh += into_[f].energy_kwh(from, to);
  }
  if (keeps_grid_power_) grid_power_.push_back({from, to, net_});
  flows.import_kwh += net_.energy_above(0.0, from, to);
  const double export_kwh = net_.energy_below(0.0, from, to);
  flows.export_kwh += export_kwh;
  if (export_kwh > 0.0 && levels.pv_kw > 0.0)
    flows.pv_exported_kwh += export_kwh - net_.energy_below(-levels.pv_kw, from, to);
  flows.overload_kwh += net_.energy_above(levels.contract_kw, from, to);
  flows.contract_excess_h += net_.hours_above(levels.uncut_contract_kw, from, to);
  flows.export_overload_kwh += net_.energy_below(-levels.export_limit_kw, from, to);
  flows.peak_kw = std::max(flows.peak_kw, net_.highest_kw(from, to));
}

void FlowCounter::count_rows(const std::vector<UnitPower>& powers, double hours, Flows& flows) {
  for (const PowerRow& row : rows_) {
    for (const auto& [evse, coefficient] : row.members) coefficient_[static_cast<std::size_t>(evse)] += coefficient;
    sum_.clear();
    for (const UnitPower& power : powers) {
      const auto unit = static_cast<std::size_t>(power.unit);
      if (unit < site_.evses.size()) sum_.add_power(power.taper, coefficient_[unit]);
    }
    flows.feeder_overload_kwh += sum_.energy_above(row.upper_kw, 0.0, hours);
    flows.feeder_overload_kwh += sum_.energy_below(row.lower_kw, 0.0, hours);
    for (const auto& [evse, coefficient] : row.members) coefficient_[static_cast<std::size_t>(evse)] = 0.0;
  }
}

}  // namespace evtwin::audit
