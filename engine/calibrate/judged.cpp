#include "calibrate/judged.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>

#include "demand/arrivals.hpp"

namespace evtwin::calibrate {
namespace {

/// Batteries of that size and above are put in the place of unknown ones.
constexpr double most_known_battery_kwh = 1999.0;

double relative(double made, double seen) { return seen > 0.0 ? made / seen - 1.0 : kernel::unknown; }

std::vector<double> minutes_until(const Visits& visits, const std::vector<TimeNs>& until_ns) {
  std::vector<double> out;
  for (std::size_t i = 0; i < visits.size(); ++i)
    out.push_back(60.0 * kernel::hours_between(visits.arrival_ns[i], until_ns[i]));
  return out;
}

std::vector<double> stays_min(const Visits& visits) { return minutes_until(visits, visits.departure_ns); }

std::vector<double> known_of(const std::vector<double>& values) {
  std::vector<double> out;
  std::copy_if(values.begin(), values.end(), std::back_inserter(out), [](double v) { return kernel::is_known(v); });
  return out;
}

/// NaN where one of both does not know any.
double w1_of_known(const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<double> known_a = known_of(a), known_b = known_of(b);
  if (known_a.empty() || known_b.empty()) return kernel::unknown;
  return wasserstein_1(std::move(known_a), std::move(known_b));
}

/// Energies by classes of stays, each a fifth of the stays seen. A class that nobody made is compared with no energy.
double energy_of_stays(const Visits& seen, const Visits& made) {
  constexpr std::size_t classes = 5;
  const std::vector<double> seen_min = stays_min(seen), made_min = stays_min(made);
  std::vector<double> edges = seen_min;
  std::sort(edges.begin(), edges.end());
  const auto class_of = [&](double minutes) {
    std::size_t k = 0;
    while (k + 1 < classes && minutes >= edges[(k + 1) * edges.size() / classes]) ++k;
    return k;
  };

  std::array<std::vector<double>, classes> of_seen, of_made;
  for (std::size_t i = 0; i < seen.size(); ++i) of_seen[class_of(seen_min[i])].push_back(seen.energy_kwh[i]);
  for (std::size_t i = 0; i < made.size(); ++i) of_made[class_of(made_min[i])].push_back(made.energy_kwh[i]);
  double sum = 0.0;
  for (std::size_t k = 0; k < classes; ++k) {
    if (of_seen[k].empty()) continue;
    if (of_made[k].empty()) of_made[k].push_back(0.0);
    const auto share = static_cast<double>(of_seen[k].size()) / static_cast<double>(seen.size());
    sum += share * wasserstein_1(of_seen[k], of_made[k]);
  }
  return sum;
}

void add_all(const Visits& from, Visits& to) {
  const auto add = [](const auto& more, auto& all) { all.insert(all.end(), more.begin(), more.end()); };
  add(from.arrival_ns, to.arrival_ns);
  add(from.departure_ns, to.departure_ns);
  add(from.claimed_departure_ns, to.claimed_departure_ns);
  add(from.energy_kwh, to.energy_kwh);
  add(from.requested_kwh, to.requested_kwh);
  add(from.soc_arrival, to.soc_arrival);
  add(from.soc_departure, to.soc_departure);
  add(from.served_kwh, to.served_kwh);
}

double sum_of(const std::vector<double>& values) {
  double sum = 0.0;
  for (const double value : values) sum += value;
  return sum;
}

double average_of(const std::vector<double>& values) { return sum_of(values) / static_cast<double>(values.size()); }

double served_share(const Visits& visits) { return sum_of(visits.served_kwh) / sum_of(visits.energy_kwh); }

/// What a car takes that charges at once until it leaves.
double served_at_once(const demand::Visit& visit, const physics::BatterySpec& battery, double evse_kw) {
  const double hours = kernel::hours_between(visit.arrival_ns, visit.departure_ns);
  if (!(battery.capacity_kwh < physics::infinite))
    return std::min(visit.taken_kwh, hours * std::min(evse_kw, battery.charge.max_kw()));
  return physics::run_for(battery, visit.soc_start * battery.capacity_kwh, evse_kw, hours, visit.taken_kwh).metered_kwh;
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

void Visits::add_visit(const demand::Visit& visit, double soc_at_arrival, double soc_at_departure, double served) {
  arrival_ns.push_back(visit.arrival_ns);
  departure_ns.push_back(visit.departure_ns);
  claimed_departure_ns.push_back(visit.claimed_departure_ns);
  requested_kwh.push_back(visit.requested_kwh);
  soc_arrival.push_back(soc_at_arrival);
  soc_departure.push_back(soc_at_departure);
  energy_kwh.push_back(visit.taken_kwh == visit.taken_kwh ? visit.taken_kwh : visit.requested_kwh);
  served_kwh.push_back(kernel::is_known(served) ? served : energy_kwh.back());
}

double middle_evse_kw(const twin::World& world) {
  std::vector<double> rated;
  for (const physics::Evse& evse : world.sites.front().evses) rated.push_back(physics::rated_kw(evse));
  return rated.empty() ? 0.0 : median_of(std::move(rated));
}

Visits visits_of(std::span<const sessions::LogSession> sessions, std::span<const CarTold> cars, double evse_kw) {
  Visits out;
  for (const sessions::LogSession& session : sessions) {
    const CarTold& car = told_of(cars, session);
    const bool metered = session.observed_kw > 0.0 || !(evse_kw < physics::infinite);
    out.add_visit(session.visit, car.soc_arrival, car.soc_departure,
                  metered ? kernel::unknown : std::min(session.visit.taken_kwh, evse_kw * stay_h(session)));
  }
  return out;
}

Visits made_visits(const twin::World& world, std::uint64_t seed, bool with_soc) {
  Visits out;
  const double evse_kw = middle_evse_kw(world);
  std::uint64_t source = 0;
  for (const auto& law : world.sites.front().arrivals) {
    demand::ArrivalStream stream(law, {seed, source++, world.start_ns, world.end_ns, world.calendar, &world.vehicles});
    demand::Visit visit;
    while (stream.next_visit(visit)) {
      const physics::BatterySpec& battery = world.vehicles[visit.vehicle].battery;
      const bool known = with_soc && battery.capacity_kwh < most_known_battery_kwh;
      const double gain = visit.taken_kwh * battery.charge_efficiency / battery.capacity_kwh;
      out.add_visit(visit, known ? visit.soc_start : kernel::unknown,
                    known ? std::min(1.0, visit.soc_start + gain) : kernel::unknown,
                    served_at_once(visit, battery, evse_kw));
    }
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
    add_all(one, all);
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
    out.energy_of_stays_w1_kwh = out.served = out.mean_energy = out.mean_stay = kernel::unknown;
    return out;
  }

  out.served = served_share(all) - served_share(seen);
  out.mean_energy = relative(average_of(all.energy_kwh), average_of(seen.energy_kwh));
  out.mean_stay = relative(average_of(stays_min(all)), average_of(stays_min(seen)));
  out.energy_ks = ks_statistic(seen.energy_kwh, all.energy_kwh);
  out.energy_w1_kwh = wasserstein_1(seen.energy_kwh, all.energy_kwh);
  out.stay_ks = ks_statistic(stays_min(seen), stays_min(all));
  out.stay_w1_min = wasserstein_1(stays_min(seen), stays_min(all));
  out.energy_of_stays_w1_kwh = energy_of_stays(seen, all);
  out.soc_arrival_w1 = w1_of_known(seen.soc_arrival, all.soc_arrival);
  out.soc_departure_w1 = w1_of_known(seen.soc_departure, all.soc_departure);
  if (seen.claimed_departure_ns != seen.departure_ns)
    out.claimed_stay_w1_min =
        wasserstein_1(minutes_until(seen, seen.claimed_departure_ns), minutes_until(all, all.claimed_departure_ns));
  if (seen.requested_kwh != seen.energy_kwh)
    out.requested_w1_kwh = wasserstein_1(seen.requested_kwh, all.requested_kwh);
  return out;
}

}  // namespace evtwin::calibrate
