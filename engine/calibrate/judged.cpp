#include "calibrate/judged.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "demand/arrivals.hpp"

namespace evtwin::calibrate {
namespace {

double relative(double made, double seen) { return seen > 0.0 ? made / seen - 1.0 : kernel::unknown; }

std::vector<double> stays_min(const Visits& visits) {
  std::vector<double> out;
  for (std::size_t i = 0; i < visits.size(); ++i)
    out.push_back(60.0 * kernel::hours_between(visits.arrival_ns[i], visits.departure_ns[i]));
  return out;
}

/// Mean over days of the most cars that are there at once.
double mean_busiest(const Visits& visits, const market::Calendar& calendar, Days days) {
  std::vector<std::pair<TimeNs, int>> changes;
  for (std::size_t i = 0; i < visits.size(); ++i) {
    changes.emplace_back(visits.arrival_ns[i], 1);
    changes.emplace_back(visits.departure_ns[i], -1);
  }
  std::sort(changes.begin(), changes.end());  // who leaves at an instant leaves first
  std::map<market::LocalDate, int> most;
  for (TimeNs t = days.from_ns; t < days.to_ns; t += kernel::hour_ns) most[calendar.local_date(t)];
  int there = 0;
  for (const auto& [t, change] : changes) {
    there += change;
    const auto day = most.find(calendar.local_date(t));
    if (day != most.end()) day->second = std::max(day->second, there);
  }
  double sum = 0.0;
  for (const auto& [date, n] : most) sum += n;
  return most.empty() ? 0.0 : sum / static_cast<double>(most.size());
}

/// Both samples' distribution functions between the points where one of them steps.
template <class Use>
void along(std::vector<double>& a, std::vector<double>& b, Use use) {
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  std::size_t i = 0, j = 0;
  double from = 0.0;
  bool begun = false;
  while (i < a.size() || j < b.size()) {
    const double at = j == b.size() || (i < a.size() && a[i] <= b[j]) ? a[i] : b[j];
    const double difference = std::abs(static_cast<double>(i) / static_cast<double>(a.size()) -
                                       static_cast<double>(j) / static_cast<double>(b.size()));
    if (begun) use(difference, at - from);
    while (i < a.size() && a[i] <= at) ++i;
    while (j < b.size() && b[j] <= at) ++j;
    from = at;
    begun = true;
  }
}

}  // namespace

void Visits::add_visit(const demand::Visit& visit) {
  arrival_ns.push_back(visit.arrival_ns);
  departure_ns.push_back(visit.departure_ns);
  energy_kwh.push_back(visit.taken_kwh == visit.taken_kwh ? visit.taken_kwh : visit.requested_kwh);
}

Visits visits_of(std::span<const sessions::LogSession> sessions) {
  Visits out;
  for (const sessions::LogSession& session : sessions) out.add_visit(session.visit);
  return out;
}

Visits made_visits(const twin::World& world, std::uint64_t seed) {
  Visits out;
  std::uint64_t source = 0;
  for (const auto& law : world.sites.front().arrivals) {
    demand::ArrivalStream stream(law, {seed, source++, world.start_ns, world.end_ns, world.calendar, &world.vehicles});
    demand::Visit visit;
    while (stream.next_visit(visit)) out.add_visit(visit);
  }
  return out;
}

std::array<double, 48> mean_days(const Visits& visits, const market::Calendar& calendar, Days days, double copies) {
  std::array<double, 48> there{}, hours{};
  const auto slot = [&](TimeNs t) {
    const bool weekend = market::weekday_of(calendar.local_date(t)) >= market::Weekday::saturday;
    return (weekend ? 24U : 0U) + static_cast<std::size_t>(calendar.minute_of_day(t) / 60);
  };
  constexpr TimeNs step = kernel::hour_ns / 4;
  for (TimeNs t = days.from_ns; t < days.to_ns; t += step) hours[slot(t)] += 0.25;
  for (std::size_t i = 0; i < visits.size(); ++i) {
    const TimeNs from = std::max(visits.arrival_ns[i], days.from_ns), to = std::min(visits.departure_ns[i], days.to_ns);
    for (TimeNs t = from; t < to;) {
      const TimeNs next = std::min(to, days.from_ns + ((t - days.from_ns) / step + 1) * step);
      there[slot(t)] += kernel::hours_between(t, next);
      t = next;
    }
  }
  for (std::size_t i = 0; i < there.size(); ++i) there[i] = hours[i] > 0.0 ? there[i] / hours[i] / copies : 0.0;
  return there;
}

double ks_statistic(std::vector<double> a, std::vector<double> b) {
  double most = 0.0;
  along(a, b, [&](double difference, double) { most = std::max(most, difference); });
  return most;
}

double wasserstein_1(std::vector<double> a, std::vector<double> b) {
  double area = 0.0;
  along(a, b, [&](double difference, double width) { area += difference * width; });
  return area;
}

Differences measure_differences(const Visits& seen, std::span<const Visits> made, const market::Calendar& calendar,
                                Days days) {
  // All seeds together are one sample, as many times larger than the records.
  Visits all;
  double busiest = 0.0;
  for (const Visits& one : made) {
    all.arrival_ns.insert(all.arrival_ns.end(), one.arrival_ns.begin(), one.arrival_ns.end());
    all.departure_ns.insert(all.departure_ns.end(), one.departure_ns.begin(), one.departure_ns.end());
    all.energy_kwh.insert(all.energy_kwh.end(), one.energy_kwh.begin(), one.energy_kwh.end());
    busiest += mean_busiest(one, calendar, days) / static_cast<double>(made.size());
  }

  Differences out;
  const auto copies = static_cast<double>(made.size());
  out.arrivals = relative(static_cast<double>(all.size()) / copies, static_cast<double>(seen.size()));
  out.busiest = relative(busiest, mean_busiest(seen, calendar, days));
  const std::array<double, 48> of_made = mean_days(all, calendar, days, copies);
  const std::array<double, 48> of_seen = mean_days(seen, calendar, days, 1.0);

  // Occupancy is compared over the hours of a weekday and of a day of the weekend: CV(RMSE) of the 48.
  double squares = 0.0, sum = 0.0;
  for (std::size_t i = 0; i < of_seen.size(); ++i) {
    squares += (of_made[i] - of_seen[i]) * (of_made[i] - of_seen[i]);
    sum += of_seen[i];
  }
  const auto n = static_cast<double>(of_seen.size());
  out.occupancy = sum > 0.0 ? std::sqrt(squares / n) / (sum / n) : kernel::unknown;

  if (seen.size() == 0 || all.size() == 0) {
    out.energy_ks = out.energy_w1_kwh = out.stay_ks = out.stay_w1_min = kernel::unknown;
    return out;
  }

  out.energy_ks = ks_statistic(seen.energy_kwh, all.energy_kwh);
  out.energy_w1_kwh = wasserstein_1(seen.energy_kwh, all.energy_kwh);
  out.stay_ks = ks_statistic(stays_min(seen), stays_min(all));
  out.stay_w1_min = wasserstein_1(stays_min(seen), stays_min(all));
  return out;
}

}  // namespace evtwin::calibrate
