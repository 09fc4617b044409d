#include "viewer/model/user_best.hpp"

#include <cmath>
#include <set>

namespace evtwin::viewer::model {

std::map<std::string, double> owner_money_by_station(const Run& run) {
  const auto name_of = [&](const Evse& evse) {
    return run.sites.size() > 1 ? run.sites[evse.site].name + " / " + evse.station : evse.station;
  };
  std::map<std::string, double> money;
  std::vector<double*> of_evse;
  of_evse.reserve(run.evses.size());
  for (const Evse& evse : run.evses) of_evse.push_back(&money[name_of(evse)]);
  for (const Session& session : run.sessions) {
    if (session.number == 0 || session.evse >= of_evse.size()) continue;
    *of_evse[session.evse] += session.v2g_payment - session.driver_revenue - session.wear_cost;
  }
  return money;
}

std::vector<BestForUser> best_for_user(std::span<const Run* const> runs) {
  std::vector<std::map<std::string, double>> money;
  std::set<std::string> stations;
  for (const Run* run : runs) {
    money.push_back(owner_money_by_station(*run));
    for (const auto& [station, value] : money.back()) stations.insert(station);
  }
  std::vector<BestForUser> out;
  for (const std::string& station : stations) {
    BestForUser& best = out.emplace_back();
    best.station = station;
    best.money = none;
    for (std::size_t i = 0; i < runs.size(); ++i) {
      const auto found = money[i].find(station);
      best.all.push_back(found == money[i].end() ? none : found->second);
      if (found == money[i].end() || !(std::isnan(best.money) || found->second > best.money)) continue;
      best.money = found->second;
      best.run = i;
    }
  }
  return out;
}

}  // namespace evtwin::viewer::model
