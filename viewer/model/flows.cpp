#include "viewer/model/flows.hpp"

#include <algorithm>
#include <cmath>

#include "viewer/model/state.hpp"

namespace evtwin::viewer::model {
namespace {

double known(double kw) { return std::isnan(kw) ? 0.0 : kw; }

double highest(const Series& series) {
  const Extent all = series.extent_of(series.start_ns(), series.end_ns());
  return std::max(std::abs(known(all.min)), std::abs(known(all.max)));
}

}  // namespace

SiteFlows flows_at(const Run& run, std::uint32_t site, TimeNs t) {
  t = std::min(t, run.known_until_ns - 1);
  const auto counts = [&](std::uint32_t of) { return site == no_row || site == of; };
  SiteFlows flows;
  for (std::uint32_t row = 0; row < run.sites.size(); ++row) {
    if (!counts(row)) continue;
    flows.pv += known(run.sites[row].pv_kw.value_at(t));
    flows.building += known(run.sites[row].load_kw.value_at(t));
  }
  for (const Storage& storage : run.storages) {
    if (!counts(storage.site)) continue;
    flows.storage += storage.kw.value_at(t);
    flows.building += storage.standby_kw;
  }

  // EVSEs that no feeder serves hang on the busbar itself.
  for (const Evse& evse : run.evses) {
    if (!counts(evse.site)) continue;
    const double kw = evse.kw.value_at(t);
    flows.vehicles_metered += kw;
    if (evse.feeder == no_row) flows.vehicles += kw >= 0.0 ? kw / evse.efficiency : kw * evse.efficiency;
  }

  if (!run.feeders.empty()) {
    const std::vector<double> into = feeder_kw(run, t);
    for (std::uint32_t row = 0; row < run.feeders.size(); ++row) {
      if (run.feeders[row].parent == no_row && counts(run.feeders[row].site)) flows.vehicles += into[row];
    }
  }

  // The grid takes up the balance of the busbar.
  flows.grid = flows.building + flows.storage + flows.vehicles - flows.pv;
  return flows;
}

double widest_flow(const Run& run, std::uint32_t site) {
  double widest = 1.0;
  for (std::uint32_t row = 0; row < run.sites.size(); ++row) {
    if (site != no_row && site != row) continue;
    const Site& s = run.sites[row];
    for (const Series* series : {&s.grid_kw, &s.ev_kw, &s.pv_kw, &s.load_kw, &s.storage_kw})
      widest = std::max(widest, highest(*series));
  }
  return widest;
}

}  // namespace evtwin::viewer::model
