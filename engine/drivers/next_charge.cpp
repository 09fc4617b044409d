#include "drivers/next_charge.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>

namespace evtwin::drivers {
namespace {

constexpr std::int64_t most_days = 366;
/// Visits for which the site's energies and outlets stand in a driver's own.
constexpr double site_energies = 2.0, site_places = 1.0;

/// Walks the days from now on: who has not come on a day comes on the next with the chance of that.
class Walk {
 public:
  Walk(const DriverLaw& law, TimeNs last_local_ns, TimeNs now_local_ns)
      : law_(law),
        last_day_(local_day(last_local_ns)),
        now_day_(local_day(now_local_ns)),
        passed_(share_before(law, part_of_day(now_local_ns))) {}

  /// Local readings by which the driver has come with each of `chances`; time_never beyond `most_days`.
  std::array<TimeNs, chances.size()> read_chances() const {
    std::array<TimeNs, chances.size()> out{};
    out.fill(kernel::time_never);
    std::size_t next = 0;
    double away = 1.0;
    for (std::int64_t day = now_day_; day < now_day_ + most_days && next < chances.size(); ++day) {
      // Of a day's arrivals, the part F is reached with away x (1 - chance x F) / (1 - chance x passed) still to come.
      const double chance = chance_on(day), passed = day == now_day_ ? passed_ : 0.0;
      const double begun = 1.0 - chance * passed;
      for (; next < chances.size() && away * (1.0 - chance) / begun <= 1.0 - chances[next]; ++next) {
        const double share = (1.0 - (1.0 - chances[next]) * begun / away) / chance;
        const double part = part_of_share(law_, std::clamp(share, passed, 1.0));
        out[next] = day * kernel::day_ns + static_cast<TimeNs>(part * static_cast<double>(kernel::day_ns - 1));
      }
      away *= (1.0 - chance) / begun;
    }
    return out;
  }

  /// Chance to come in the next `days` days of the local clock.
  double chance_within(std::int64_t days) const {
    double away = (1.0 - chance_on(now_day_)) / (1.0 - chance_on(now_day_) * passed_);
    for (std::int64_t day = now_day_ + 1; day < now_day_ + days; ++day) away *= 1.0 - chance_on(day);
    return 1.0 - away * (1.0 - chance_on(now_day_ + days) * passed_);
  }

 private:
  double chance_on(std::int64_t day) const {
    return law_.chance[gap_class(std::max<std::int64_t>(0, day - last_day_))][weekday_of_day(day)];
  }

  const DriverLaw& law_;
  std::int64_t last_day_, now_day_;
  double passed_;  ///< of today's arrivals
};

/// Values with weights, ascending: the first at which the weights passed reach a chance of the whole.
struct Weighted {
  double value, weight;
};

Quantiles quantiles_of(std::vector<Weighted> values) {
  Quantiles out;
  out.fill(kernel::unknown);
  if (values.empty()) return out;
  std::sort(values.begin(), values.end(), [](const Weighted& a, const Weighted& b) { return a.value < b.value; });
  double total = 0.0;
  for (const Weighted& one : values) total += one.weight;
  std::size_t next = 0;
  double passed = 0.0;
  for (const Weighted& one : values) {
    passed += one.weight;
    for (; next < chances.size() && passed >= chances[next] * total; ++next) out[next] = one.value;
  }
  for (; next < chances.size(); ++next) out[next] = values.back().value;
  return out;
}

/// The driver's last energies, and the site's as so many more.
Quantiles energies_of(std::span<const DriverVisit> visits, const std::vector<double>& site_kwh, TimeNs now_ns) {
  std::vector<Weighted> values;
  for (const DriverVisit& visit : visits.size() > memory_visits ? visits.last(memory_visits) : visits) {
    if (is_over(visit, now_ns) && kernel::is_known(visit.kwh)) values.push_back({visit.kwh, 1.0});
  }
  // Twenty values at equal steps stand for all of the site.
  constexpr std::size_t steps = 20;
  for (std::size_t i = 0; i < steps && !site_kwh.empty(); ++i)
    values.push_back({site_kwh[(2 * i + 1) * site_kwh.size() / (2 * steps)], site_energies / steps});
  return quantiles_of(std::move(values));
}

double usual_stay(std::span<const DriverVisit> visits, const std::vector<double>& site_stay_h, TimeNs now_ns) {
  std::vector<double> stays;
  for (const DriverVisit& visit : visits.size() > memory_visits ? visits.last(memory_visits) : visits) {
    if (is_over(visit, now_ns)) stays.push_back(visit.stay_h);
  }
  const double own = median_of(std::move(stays));
  return kernel::is_known(own) || site_stay_h.empty() ? own : site_stay_h[site_stay_h.size() / 2];
}

std::vector<double> places_of(std::span<const DriverVisit> visits, const std::vector<double>& site_evse) {
  std::vector<double> chances_at(site_evse.size());
  const std::span<const DriverVisit> last = visits.size() > memory_visits ? visits.last(memory_visits) : visits;
  for (std::size_t e = 0; e < site_evse.size(); ++e) chances_at[e] = site_places * site_evse[e];
  for (const DriverVisit& visit : last) chances_at[visit.evse] += 1.0;
  for (double& chance : chances_at) chance /= static_cast<double>(last.size()) + site_places;
  return chances_at;
}

}  // namespace

Outlook outlook_at(const Histories& histories, TimeNs now_ns) {
  Outlook out;
  out.returns = fit_returns(histories, now_ns);
  out.site_evse.resize(histories.evse_ids.size());
  double visits = 0.0;
  for (const Driver& driver : histories.drivers) {
    for (const DriverVisit& visit : visits_before(driver, now_ns)) {
      out.site_evse[visit.evse] += 1.0;
      visits += 1.0;
      if (!is_over(visit, now_ns)) continue;
      out.site_stay_h.push_back(visit.stay_h);
      if (kernel::is_known(visit.kwh)) out.site_kwh.push_back(visit.kwh);
    }
  }
  if (visits == 0.0)
    throw std::runtime_error("nobody came before " + histories.calendar.format_local(now_ns) +
                             ": the first arrival of these records is at " +
                             histories.calendar.format_local(histories.first_ns));
  for (double& share : out.site_evse) share /= visits;
  std::sort(out.site_kwh.begin(), out.site_kwh.end());
  std::sort(out.site_stay_h.begin(), out.site_stay_h.end());
  return out;
}

NextCharge foretell(const Histories& histories, const Outlook& outlook, std::size_t driver) {
  const TimeNs now_ns = outlook.returns.now_ns;
  const std::span<const DriverVisit> visits = visits_before(histories.drivers[driver], now_ns);
  if (visits.empty()) throw std::logic_error("a driver without a visit can not be foretold");
  const DriverLaw law = driver_law(outlook.returns, outlook.returns.exposures[driver], visits);
  const TimeNs now_local_ns = market::LocalClock(histories.calendar).local_ns(now_ns);
  const Walk walk(law, visits.back().local_ns, now_local_ns);

  // Readings of the local clock become instants; a jump of the clock may not put one before now.
  const auto instant_of = [&](TimeNs local_ns) {
    return local_ns == kernel::time_never ? local_ns : std::max(now_ns, instant_of_local(histories.calendar, local_ns));
  };
  NextCharge out;
  const std::array<TimeNs, chances.size()> local_ns = walk.read_chances();
  std::transform(local_ns.begin(), local_ns.end(), out.when_ns.begin(), instant_of);
  out.within_7_days = walk.chance_within(7);

  // People are told the usual hour of the day, unless that has passed today.
  constexpr std::size_t middle = chances.size() / 2;
  if (local_ns[middle] != kernel::time_never) {
    const TimeNs day_ns = local_day(local_ns[middle]) * kernel::day_ns;
    const TimeNs usual_ns = day_ns + static_cast<TimeNs>(part_of_share(law, 0.5) * static_cast<double>(kernel::day_ns));
    out.about_ns = instant_of(usual_ns > now_local_ns ? usual_ns : local_ns[middle]);
  }

  out.kwh = energies_of(visits, outlook.site_kwh, now_ns);
  out.stay_h = usual_stay(visits, outlook.site_stay_h, now_ns);
  out.at_evse = places_of(visits, outlook.site_evse);
  return out;
}

}  // namespace evtwin::drivers
