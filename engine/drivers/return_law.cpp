#include "drivers/return_law.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace evtwin::drivers {
namespace {

/// Standard deviation of the kernel that spreads an arrival over the hours around it.
constexpr double hour_spread_h = 0.7;
constexpr int site_rounds = 40, driver_rounds = 5;

/// Hours of the site's arrivals, one visit spread over all of them so that no hour is impossible.
std::array<double, 24> site_hours(const Histories& histories, TimeNs now_ns) {
  std::array<double, 24> hours{};
  hours.fill(1.0 / 24.0);
  double sum = 1.0;
  for (const Driver& driver : histories.drivers) {
    for (const DriverVisit& visit : visits_before(driver, now_ns)) {
      hours[static_cast<std::size_t>(part_of_day(visit.local_ns) * 24.0)] += 1.0;
      sum += 1.0;
    }
  }
  for (double& hour : hours) hour /= sum;
  return hours;
}

double share_of_site(const std::array<double, 24>& hours, double part) {
  const double h = std::clamp(part, 0.0, 1.0) * 24.0;
  const auto full = static_cast<std::size_t>(h);
  const double before = std::accumulate(hours.begin(), hours.begin() + static_cast<std::ptrdiff_t>(full), 0.0);
  return full >= 24 ? 1.0 : before + hours[full] * (h - static_cast<double>(full));
}

/// Days from one visit to the next, or to now where there is none yet.
void count_gap(Exposure& exposure, const std::array<double, 24>& hours, TimeNs from_local_ns, TimeNs to_local_ns,
               bool came) {
  const std::int64_t first = local_day(from_local_ns), last = local_day(to_local_ns);
  for (std::int64_t day = first; day <= last; ++day) {
    const double from = day == first ? share_of_site(hours, part_of_day(from_local_ns)) : 0.0;
    const double to = day == last && !came ? share_of_site(hours, part_of_day(to_local_ns)) : 1.0;
    exposure.days[gap_class(day - first)][weekday_of_day(day)] += std::max(0.0, to - from);
  }
  if (came) exposure.visits[gap_class(last - first)][weekday_of_day(last)] += 1.0;
}

/// Days at risk at one rate.
struct AtRate {
  double days, rate;
};

/// The factor f for which came + prior = sum of days x (1 - exp(-f x rate)) + prior x f. The right side is concave and
/// grows with f, so that Newton's steps from the factor of small chances, which is never too large, stay below the
/// root.
double solve_factor(std::span<const AtRate> at, double came, double prior) {
  double due = prior;
  for (const AtRate& one : at) due += one.days * one.rate;
  double f = (came + prior) / due;
  constexpr int steps = 20;
  for (int step = 0; step < steps; ++step) {
    double over = prior * f - came - prior, slope = prior;
    for (const AtRate& one : at) {
      const double none = std::exp(-f * one.rate);
      over += one.days * (1.0 - none);
      slope += one.days * one.rate * none;
    }
    const double by = -over / slope;
    f += by;
    if (std::abs(by) < 1e-9 * f) break;
  }
  return f;
}

/// Visits of a row or column of cells, and its days at risk at the rates given.
template <class Rate>
double factor_of_gap(const Exposure& exposure, std::size_t g, double prior, Rate rate) {
  std::array<AtRate, 7> at{};
  double came = 0.0;
  for (std::size_t w = 0; w < 7; ++w) {
    came += exposure.visits[g][w];
    at[w] = {exposure.days[g][w], rate(w)};
  }
  return solve_factor(at, came, prior);
}

template <class Rate>
double factor_of_weekday(const Exposure& exposure, std::size_t w, double prior, Rate rate) {
  std::array<AtRate, gap_classes> at{};
  double came = 0.0;
  for (std::size_t g = 0; g < gap_classes; ++g) {
    came += exposure.visits[g][w];
    at[g] = {exposure.days[g][w], rate(g)};
  }
  return solve_factor(at, came, prior);
}

/// A distance and weekday at which a driver could have come.
struct Cell {
  std::size_t driver, gap, weekday;
  double visits, days;
};

std::vector<Cell> cells_of(const std::vector<Exposure>& exposures) {
  std::vector<Cell> cells;
  for (std::size_t d = 0; d < exposures.size(); ++d) {
    for (std::size_t g = 0; g < gap_classes; ++g) {
      for (std::size_t w = 0; w < 7; ++w) {
        if (exposures[d].days[g][w] > 0.0)
          cells.push_back({d, g, w, exposures[d].visits[g][w], exposures[d].days[g][w]});
      }
    }
  }
  return cells;
}

/// The factors of groups of cells, `group_of(cell)` < factors.size(), each of which multiplies `rate_of(cell)`.
/// @returns the largest relative change of a factor
template <class Group, class Rate>
double solve_groups(const std::vector<Cell>& cells, double prior, std::span<double> factors, Group group_of,
                    Rate rate_of) {
  std::vector<std::vector<AtRate>> at(factors.size());
  std::vector<double> came(factors.size());
  for (const Cell& cell : cells) {
    at[group_of(cell)].push_back({cell.days, rate_of(cell)});
    came[group_of(cell)] += cell.visits;
  }
  double change = 0.0;
  for (std::size_t i = 0; i < factors.size(); ++i) {
    const double factor = solve_factor(at[i], came[i], prior);
    change = std::max(change, std::abs(factor - factors[i]) / factor);
    factors[i] = factor;
  }
  return change;
}

/// Distances, weekdays and drivers in turn, each given the others. Drivers have a factor here too: if all counted as
/// alike, the chance to come would seem to fall with the distance, since mostly those who come seldom are away for long
/// (gamma frailty, fitted by EM: Klein 1992; a driver's factor is the mean of its posterior).
void fit_site(const std::vector<Exposure>& exposures, double prior_own, SiteLaw& site) {
  const std::vector<Cell> cells = cells_of(exposures);
  std::vector<double> own(exposures.size(), 1.0);
  std::array<double, gap_classes> gap{};
  site.of_weekday.fill(1.0);

  // A class that nobody has been in gets a visit in 50 days, told by one day; a weekday without any, the mean of all.
  constexpr double prior_per_day = 0.02, prior_of_weekday = 0.5, enough = 1e-3;
  double change = 1.0;
  for (int round = 0; round < site_rounds && change > enough; ++round) {
    solve_groups(
        cells, prior_per_day, gap, [](const Cell& c) { return c.gap; },
        [&](const Cell& c) { return prior_per_day * site.of_weekday[c.weekday] * own[c.driver]; });
    for (std::size_t g = 0; g < gap_classes; ++g) site.of_gap[g] = prior_per_day * gap[g];
    solve_groups(
        cells, prior_of_weekday, site.of_weekday, [](const Cell& c) { return c.weekday; },
        [&](const Cell& c) { return site.of_gap[c.gap] * own[c.driver]; });
    change = solve_groups(
        cells, prior_own, own, [](const Cell& c) { return c.driver; },
        [&](const Cell& c) { return site.of_gap[c.gap] * site.of_weekday[c.weekday]; });
  }
}

/// A driver's factors, each given the others.
struct OwnFactors {
  double own = 1.0;
  std::array<double, gap_classes> gap{};
  std::array<double, 7> weekday{};
};

OwnFactors fit_factors(const Exposure& exposure, const ByGapAndWeekday<double>& site_rate, const Priors& priors) {
  OwnFactors f;
  f.gap.fill(1.0);
  f.weekday.fill(1.0);
  for (int round = 0; round < driver_rounds; ++round) {
    std::array<AtRate, 7 * gap_classes> at{};
    double came = 0.0;
    std::size_t cells = 0;
    for (std::size_t g = 0; g < gap_classes; ++g) {
      for (std::size_t w = 0; w < 7; ++w) {
        if (exposure.days[g][w] <= 0.0) continue;
        came += exposure.visits[g][w];
        at[cells++] = {exposure.days[g][w], site_rate[g][w] * f.gap[g] * f.weekday[w]};
      }
    }
    f.own = solve_factor(std::span(at).first(cells), came, priors.own);

    // Then what is his of each weekday and of each distance.
    for (std::size_t w = 0; w < 7; ++w)
      f.weekday[w] = factor_of_weekday(exposure, w, priors.own_weekday,
                                       [&](std::size_t g) { return site_rate[g][w] * f.own * f.gap[g]; });
    for (std::size_t g = 0; g < gap_classes; ++g)
      f.gap[g] = factor_of_gap(exposure, g, priors.own_gap,
                               [&](std::size_t w) { return site_rate[g][w] * f.own * f.weekday[w]; });
  }
  return f;
}

/// The driver's arrivals, each spread around its hour on the circle of the day, with the site's as so many visits.
std::array<double, 25> hours_passed_of(const SiteLaw& site, std::span<const DriverVisit> visits, double prior) {
  if (visits.size() > memory_visits) visits = visits.last(memory_visits);
  std::array<double, 24> weight{};
  for (std::size_t h = 0; h < 24; ++h) weight[h] = prior * site.of_hour[h];
  for (const DriverVisit& visit : visits) {
    const double at_h = part_of_day(visit.local_ns) * 24.0;
    std::array<double, 24> spread{};
    double sum = 0.0;
    for (std::size_t h = 0; h < 24; ++h) {
      const double off = std::remainder(static_cast<double>(h) + 0.5 - at_h, 24.0) / hour_spread_h;
      sum += spread[h] = std::exp(-0.5 * off * off);
    }
    for (std::size_t h = 0; h < 24; ++h) weight[h] += spread[h] / sum;
  }

  std::array<double, 25> passed{};
  for (std::size_t h = 0; h < 24; ++h) passed[h + 1] = passed[h] + weight[h];
  for (double& share : passed) share /= passed.back();
  return passed;
}

}  // namespace

Returns fit_returns(const Histories& histories, TimeNs now_ns) {
  Returns out;
  out.now_ns = now_ns;
  out.site.of_hour = site_hours(histories, now_ns);
  const TimeNs now_local_ns = market::LocalClock(histories.calendar).local_ns(now_ns);
  for (const Driver& driver : histories.drivers) {
    Exposure& exposure = out.exposures.emplace_back();
    const std::span<const DriverVisit> visits = visits_before(driver, now_ns);
    for (std::size_t i = 0; i < visits.size(); ++i) {
      const bool came = i + 1 < visits.size();
      count_gap(exposure, out.site.of_hour, visits[i].local_ns, came ? visits[i + 1].local_ns : now_local_ns, came);
    }
  }
  fit_site(out.exposures, Priors().own, out.site);
  return out;
}

DriverLaw driver_law(const Returns& returns, const Exposure& exposure, std::span<const DriverVisit> visits,
                     const Priors& priors) {
  ByGapAndWeekday<double> site_rate{};
  for (std::size_t g = 0; g < gap_classes; ++g) {
    for (std::size_t w = 0; w < 7; ++w) site_rate[g][w] = returns.site.of_gap[g] * returns.site.of_weekday[w];
  }
  const OwnFactors f = fit_factors(exposure, site_rate, priors);
  DriverLaw law;
  for (std::size_t g = 0; g < gap_classes; ++g) {
    for (std::size_t w = 0; w < 7; ++w)
      law.chance[g][w] = -std::expm1(-site_rate[g][w] * f.own * f.gap[g] * f.weekday[w]);
  }
  law.hours_passed = hours_passed_of(returns.site, visits, priors.own_hour);
  return law;
}

double share_before(const DriverLaw& law, double part) {
  const double h = std::clamp(part, 0.0, 1.0) * 24.0;
  const std::size_t full = std::min<std::size_t>(23, static_cast<std::size_t>(h));
  const double in_hour = law.hours_passed[full + 1] - law.hours_passed[full];
  return law.hours_passed[full] + in_hour * (h - static_cast<double>(full));
}

double part_of_share(const DriverLaw& law, double share) {
  const auto after = std::lower_bound(law.hours_passed.begin() + 1, law.hours_passed.end() - 1, share);
  const auto hour = static_cast<std::size_t>(after - law.hours_passed.begin()) - 1;
  const double in_hour = law.hours_passed[hour + 1] - law.hours_passed[hour];
  const double part = in_hour > 0.0 ? (share - law.hours_passed[hour]) / in_hour : 0.0;
  return std::clamp((static_cast<double>(hour) + part) / 24.0, 0.0, 1.0);
}

}  // namespace evtwin::drivers
