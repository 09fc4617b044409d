#include "viewer/model/user_best.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "analysis/kpi.hpp"

namespace evtwin::viewer::model {

std::map<std::string, OwnersOfStation> owners_by_station(const Run& run) {
  const auto name_of = [&](const Evse& evse) {
    return run.sites.size() > 1 ? run.sites[evse.site].name + " / " + evse.station : evse.station;
  };
  std::map<std::string, OwnersOfStation> owners;
  std::vector<OwnersOfStation*> of_evse;
  of_evse.reserve(run.evses.size());
  for (const Evse& evse : run.evses) of_evse.push_back(&owners[name_of(evse)]);
  for (const Session& session : run.sessions) {
    if (session.number == 0 || session.evse >= of_evse.size()) continue;
    of_evse[session.evse]->money += session.v2g_payment - session.driver_revenue - session.wear_cost;
    of_evse[session.evse]->kwh += session.got_kwh;
  }
  return owners;
}

namespace {

/// Among the runs at equal energy the one with the most money per kWh; nobody charged: all are alike.
void choose_best(BestForUser& best) {
  double most_kwh = 0.0;
  for (const OwnersOfStation& one : best.all) most_kwh = std::max(most_kwh, std::isnan(one.kwh) ? 0.0 : one.kwh);

  best.money_per_kwh = none;
  double least = none;
  for (std::size_t i = 0; i < best.all.size(); ++i) {
    const OwnersOfStation& one = best.all[i];
    if (std::isnan(one.kwh) || !analysis::serves_alike(one.kwh, most_kwh)) continue;
    ++best.compared;
    const double per_kwh = one.kwh > 0.0 ? one.money / one.kwh : 0.0;
    if (std::isnan(least) || per_kwh < least) least = per_kwh;
    if (!std::isnan(best.money_per_kwh) && !(per_kwh > best.money_per_kwh)) continue;
    best.money_per_kwh = per_kwh;
    best.run = i;
  }
  constexpr double noise = 1e-3;
  best.alike = best.compared > 1 && best.money_per_kwh - least <= noise * std::abs(best.money_per_kwh);
}

}  // namespace

std::vector<BestForUser> best_for_user(std::span<const Run* const> runs) {
  std::vector<std::map<std::string, OwnersOfStation>> owners;
  std::set<std::string> stations;
  for (const Run* run : runs) {
    owners.push_back(owners_by_station(*run));
    for (const auto& [station, value] : owners.back()) stations.insert(station);
  }
  std::vector<BestForUser> out;
  for (const std::string& station : stations) {
    BestForUser& best = out.emplace_back();
    best.station = station;
    for (const auto& of_run : owners) {
      const auto found = of_run.find(station);
      best.all.push_back(found == of_run.end() ? OwnersOfStation{none, none} : found->second);
    }
    choose_best(best);
  }
  return out;
}

}  // namespace evtwin::viewer::model
