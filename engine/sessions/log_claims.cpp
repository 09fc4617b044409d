// Claims of drivers as they would have made them on arrival, had they been asked to go by their own past.
#include <map>
#include <queue>

#include "kernel/running_median.hpp"
#include "sessions/log_sessions.hpp"

namespace evtwin::sessions {
namespace {

struct Habit {
  kernel::RunningMedian<kernel::TimeNs> stay_ns;
  kernel::RunningMedian<double> energy_kwh;
  void add(const demand::Visit& visit) {
    stay_ns.add_value(visit.departure_ns - visit.arrival_ns);
    energy_kwh.add_value(visit.taken_kwh);
  }
};

}  // namespace

void claim_from_history(const ocpp::SiteLog& log, std::vector<LogSession>& sessions) {
  std::map<std::string, Habit, std::less<>> by_tag;
  Habit everybody;
  using Ending = std::pair<kernel::TimeNs, std::size_t>;
  std::priority_queue<Ending, std::vector<Ending>, std::greater<>> there;

  // Only visits that were over when this one came are its past.
  for (std::size_t i = 0; i < sessions.size(); ++i) {
    demand::Visit& visit = sessions[i].visit;
    for (; !there.empty() && there.top().first <= visit.arrival_ns; there.pop()) {
      const LogSession& ended = sessions[there.top().second];
      if (log.transactions[ended.transaction].is_part()) continue;  // how long it stayed nobody knows
      everybody.add(ended.visit);
      by_tag[log.transactions[ended.transaction].id_tag].add(ended.visit);
    }

    there.emplace(visit.departure_ns, i);
    const ocpp::Transaction& t = log.transactions[sessions[i].transaction];
    const auto own = t.id_tag.empty() ? by_tag.end() : by_tag.find(t.id_tag);
    const Habit& habit = own != by_tag.end() ? own->second : everybody;
    if (!habit.stay_ns.empty()) {
      visit.claimed_departure_ns = visit.arrival_ns + habit.stay_ns.lower_of_middle();
      visit.requested_kwh = habit.energy_kwh.lower_of_middle();
    }

    // A claim that the log tells counts before one made from the past.
    if (t.claimed_departure_ns != kernel::time_never && t.claimed_departure_ns >= visit.arrival_ns)
      visit.claimed_departure_ns = t.claimed_departure_ns;
    if (t.requested_kwh >= 0.0) visit.requested_kwh = t.requested_kwh;
  }
}

}  // namespace evtwin::sessions
