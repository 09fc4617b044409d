#include "drivers/backtest.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "kernel/random.hpp"

namespace evtwin::drivers {
namespace {

double days_between(TimeNs from_ns, TimeNs to_ns) { return kernel::hours_between(from_ns, to_ns) / 24.0; }

/// Days of the records that nothing is told from, and that a morning must have before it is judged.
int horizon_of(const Histories& histories, int asked) {
  const double days = days_between(histories.first_ns, histories.last_ns);
  return std::clamp(static_cast<int>(days / 4.0), 1, asked);
}

ByMethod<TimeNs> plain_forecasts(std::span<const DriverVisit> visits, TimeNs now_ns, const market::Calendar& calendar) {
  const DriverVisit& last = visits.back();
  std::vector<double> gaps_h;
  for (std::size_t i = 1; i < visits.size(); ++i)
    gaps_h.push_back(kernel::hours_between(visits[i - 1].arrival_ns, visits[i].arrival_ns));
  const double mean_h = kernel::hours_between(visits.front().arrival_ns, last.arrival_ns) /
                        static_cast<double>(std::max<std::size_t>(1, gaps_h.size()));
  const auto after = [&](double hours) {
    return std::max(now_ns, last.arrival_ns + static_cast<TimeNs>(hours * static_cast<double>(kernel::hour_ns)));
  };

  ByMethod<TimeNs> out{};
  out[static_cast<std::size_t>(Method::last_gap)] = after(gaps_h.back());
  out[static_cast<std::size_t>(Method::mean_gap)] = after(mean_h);
  out[static_cast<std::size_t>(Method::median_gap)] = after(median_of(gaps_h));
  TimeNs local_ns = last.local_ns;
  do {
    local_ns += 7 * kernel::day_ns;
  } while (instant_of_local(calendar, local_ns) < now_ns);
  out[static_cast<std::size_t>(Method::last_weekday)] = instant_of_local(calendar, local_ns);
  return out;
}

/// Sums of a driver, of which estimates are ratios.
struct Sums {
  double over = 0.0, of = 0.0;
};

/// One figure: a ratio of sums over drivers.
class Figure {
 public:
  explicit Figure(std::size_t drivers) : sums_(drivers) {}
  void add(std::size_t driver, double value) {
    sums_[driver].over += value;
    sums_[driver].of += 1.0;
  }

  /// @param drawn  a row of drivers for each draw
  Estimate estimate(const std::vector<std::vector<std::uint32_t>>& drawn) const {
    Estimate out;
    double over = 0.0, of = 0.0;
    for (const Sums& one : sums_) over += one.over, of += one.of;
    if (of == 0.0) return out;
    out.value = over / of;

    // Draws in which nobody has this figure say nothing of it.
    std::vector<double> means;
    for (const std::vector<std::uint32_t>& row : drawn) {
      over = of = 0.0;
      for (const std::uint32_t driver : row) over += sums_[driver].over, of += sums_[driver].of;
      if (of > 0.0) means.push_back(over / of);
    }
    if (means.empty()) return out;
    std::sort(means.begin(), means.end());
    const auto at = [&](double share) {
      return means[static_cast<std::size_t>(share * static_cast<double>(means.size() - 1) + 0.5)];
    };
    out.low = at(0.025);
    out.high = at(0.975);
    return out;
  }

 private:
  std::vector<Sums> sums_;
};

/// Drivers drawn again with replacement. @param present  those who have a morning
std::vector<std::vector<std::uint32_t>> draw_drivers(const std::vector<std::uint32_t>& present, std::size_t draws) {
  std::vector<std::vector<std::uint32_t>> out(draws);
  for (std::size_t d = 0; d < draws; ++d) {
    for (std::size_t i = 0; i < present.size(); ++i) {
      const double u = kernel::draw_unit(1, d, kernel::purpose_of("drivers.bootstrap"), i);
      out[d].push_back(
          present[std::min(present.size() - 1, static_cast<std::size_t>(u * static_cast<double>(present.size())))]);
    }
  }
  return out;
}

/// Figures of TimingScore as they grow.
class Timing {
 public:
  explicit Timing(std::size_t drivers)
      : error_(all_methods.size(), Figure(drivers)),
        less_(all_methods.size(), Figure(drivers)),
        half_(drivers),
        most_(drivers) {}

  void add(const Morning& m, int horizon_days) {
    ++mornings_;
    const auto days = [&](TimeNs t) { return std::min<double>(horizon_days, days_between(m.now_ns, t)); };
    const double came = days(m.came_ns);
    const double survival = std::abs(days(m.about_ns[static_cast<std::size_t>(Method::survival)]) - came);
    for (std::size_t i = 0; i < all_methods.size(); ++i) {
      const double error = std::abs(days(m.about_ns[i]) - came);
      error_[i].add(m.driver, error);
      less_[i].add(m.driver, survival - error);
    }
    const auto inside = [&](std::size_t low, std::size_t high) {
      return days(m.told.when_ns[low]) <= came && came <= days(m.told.when_ns[high]) ? 1.0 : 0.0;
    };
    half_.add(m.driver, inside(1, chances.size() - 2));
    most_.add(m.driver, inside(0, chances.size() - 1));
  }

  TimingScore score(const std::vector<std::vector<std::uint32_t>>& drawn) const {
    TimingScore out;
    out.mornings = mornings_;
    for (std::size_t i = 0; i < all_methods.size(); ++i) {
      out.error_days[i] = error_[i].estimate(drawn);
      out.survival_less[i] = less_[i].estimate(drawn);
    }
    out.covered_half = half_.estimate(drawn);
    out.covered_90 = most_.estimate(drawn);
    return out;
  }

 private:
  std::size_t mornings_ = 0;
  std::vector<Figure> error_, less_;
  Figure half_, most_;
};

/// Figures of a visit on its morning: how much, and where.
struct VisitFigures {
  explicit VisitFigures(std::size_t drivers)
      : error(drivers),
        error_of_last(drivers),
        error_of_site(drivers),
        half(drivers),
        most(drivers),
        hit(drivers),
        hit_of_last(drivers) {}

  void add(const Histories& histories, const Morning& m, double site_kwh) {
    const Driver& driver = histories.drivers[m.driver];
    const std::span<const DriverVisit> before = visits_before(driver, m.now_ns);
    const DriverVisit& visit = driver.visits[before.size()];
    ++visits;
    const auto likeliest = std::max_element(m.told.at_evse.begin(), m.told.at_evse.end()) - m.told.at_evse.begin();
    hit.add(m.driver, static_cast<std::uint32_t>(likeliest) == visit.evse ? 1.0 : 0.0);
    hit_of_last.add(m.driver, before.back().evse == visit.evse ? 1.0 : 0.0);

    // The last energy that was known by then: a stay may still go on.
    double last_kwh = kernel::unknown;
    for (const DriverVisit& past : before) {
      if (is_over(past, m.now_ns) && kernel::is_known(past.kwh)) last_kwh = past.kwh;
    }
    const Quantiles& told = m.told.kwh;
    if (std::isnan(visit.kwh) || std::isnan(last_kwh) || std::isnan(told[2]) || std::isnan(site_kwh)) return;
    error.add(m.driver, std::abs(told[2] - visit.kwh));
    error_of_last.add(m.driver, std::abs(last_kwh - visit.kwh));
    error_of_site.add(m.driver, std::abs(site_kwh - visit.kwh));
    half.add(m.driver, told[1] <= visit.kwh && visit.kwh <= told[3] ? 1.0 : 0.0);
    most.add(m.driver, told[0] <= visit.kwh && visit.kwh <= told[4] ? 1.0 : 0.0);
  }

  std::size_t visits = 0;
  Figure error, error_of_last, error_of_site, half, most, hit, hit_of_last;
};

/// @param tell  (outlook, morning) in order
template <class Tell>
void each_morning(const Histories& histories, const BackTestRequest& request, Tell tell) {
  const market::Calendar& calendar = histories.calendar;
  const int horizon = horizon_of(histories, request.horizon_days);
  const std::int64_t first = market::days_since_epoch(calendar.local_date(histories.first_ns)) + horizon;
  for (std::int64_t day = first;; ++day) {
    const TimeNs now_ns = calendar.start_of(market::date_of_days(day));
    if (now_ns + horizon * kernel::day_ns > histories.last_ns) return;
    std::optional<Outlook> outlook;
    for (std::size_t d = 0; d < histories.drivers.size(); ++d) {
      const Driver& driver = histories.drivers[d];
      const std::span<const DriverVisit> before = visits_before(driver, now_ns);
      if (before.size() < std::max<std::size_t>(2, request.least_visits)) continue;
      if (!outlook) outlook = outlook_at(histories, now_ns);
      Morning morning;
      morning.driver = d;
      morning.now_ns = now_ns;
      morning.told = foretell(histories, *outlook, d);
      morning.about_ns = plain_forecasts(before, now_ns, calendar);
      morning.about_ns[static_cast<std::size_t>(Method::survival)] = morning.told.about_ns;
      if (before.size() < driver.visits.size()) morning.came_ns = driver.visits[before.size()].arrival_ns;
      tell(*outlook, std::move(morning));
    }
  }
}

}  // namespace

std::vector<Morning> mornings_of(const Histories& histories, const BackTestRequest& request) {
  std::vector<Morning> out;
  each_morning(histories, request, [&](const Outlook&, Morning morning) { out.push_back(std::move(morning)); });
  return out;
}

BackTest back_test(const Histories& histories, const BackTestRequest& request) {
  const std::size_t drivers = histories.drivers.size();
  BackTest out;
  out.least_visits = static_cast<int>(request.least_visits);
  out.horizon_days = horizon_of(histories, request.horizon_days);
  Timing all(drivers), came(drivers);
  Figure told(drivers), share(drivers), brier(drivers);
  VisitFigures of_visits(drivers);
  std::vector<char> seen(drivers);

  // A pass over the mornings; only sums by driver are kept.
  each_morning(histories, request, [&](const Outlook& outlook, const Morning& m) {
    if (out.first_ns == 0) out.first_ns = m.now_ns;
    out.last_ns = m.now_ns;
    seen[m.driver] = 1;
    all.add(m, out.horizon_days);
    const double days = days_between(m.now_ns, m.came_ns);
    if (days < out.horizon_days) came.add(m, out.horizon_days);
    const double in_week = days < 7.0 ? 1.0 : 0.0;
    told.add(m.driver, m.told.within_7_days);
    share.add(m.driver, in_week);
    brier.add(m.driver, std::pow(m.told.within_7_days - in_week, 2));
    if (days < 1.0) {
      const std::vector<double>& kwh = outlook.site_kwh;
      of_visits.add(histories, m, kwh.empty() ? kernel::unknown : kwh[kwh.size() / 2]);
    }
  });

  std::vector<std::uint32_t> present;
  for (std::size_t d = 0; d < drivers; ++d) {
    if (seen[d] != 0) present.push_back(static_cast<std::uint32_t>(d));
  }
  out.drivers = present.size();
  const auto drawn = draw_drivers(present, request.draws);
  out.all = all.score(drawn);
  out.came = came.score(drawn);
  out.brier = brier.estimate(drawn);
  out.chance_told = told.estimate(drawn);
  out.share_came = share.estimate(drawn);
  out.brier_of_base_rate.value = out.share_came.value * (1.0 - out.share_came.value);
  out.visits = of_visits.visits;
  out.kwh_error = of_visits.error.estimate(drawn);
  out.kwh_error_of_last = of_visits.error_of_last.estimate(drawn);
  out.kwh_error_of_site = of_visits.error_of_site.estimate(drawn);
  out.kwh_covered_half = of_visits.half.estimate(drawn);
  out.kwh_covered_90 = of_visits.most.estimate(drawn);
  out.place_hit = of_visits.hit.estimate(drawn);
  out.place_hit_of_last = of_visits.hit_of_last.estimate(drawn);
  return out;
}

}  // namespace evtwin::drivers
