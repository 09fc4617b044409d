#include "calibrate/laws.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <numeric>

#include "demand/arrivals.hpp"

namespace evtwin::calibrate {
namespace {

using sessions::LogSession;

constexpr std::size_t enough_of_hours = 60, least_of_class = 40, most_classes = 5;
constexpr double together = 0.2;  ///< rank correlation of stay and energy
constexpr double least_degrees = 5.0;
constexpr double mad_to_std = 1.4826;  ///< of a normal distribution
constexpr double sure = 2.0;           ///< standard errors of a rank correlation
constexpr double some_claim = 0.1;     ///< of the sessions: claims have a law from there on
constexpr double most_factor = 100.0;  ///< of a claim over the truth, as the scenario language takes it

DayKind kind_of(const market::Calendar& calendar, TimeNs t) {
  return market::weekday_of(calendar.local_date(t)) >= market::Weekday::saturday ? DayKind::weekend : DayKind::weekday;
}

/// Quantile of sorted values at probability p, between order statistics (type 7 of Hyndman and Fan 1996).
double quantile(const std::vector<double>& sorted, double p) {
  const double at = p * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (at - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

std::vector<double> ranks_of(const std::vector<double>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  std::vector<double> ranks(values.size());
  for (std::size_t i = 0; i < order.size();) {
    std::size_t end = i;
    while (end < order.size() && values[order[end]] == values[order[i]]) ++end;
    for (std::size_t k = i; k < end; ++k) ranks[order[k]] = 0.5 * static_cast<double>(i + end - 1);
    i = end;
  }
  return ranks;
}

/// Spearman's; 0 where one of them does not vary.
double rank_correlation(const std::vector<double>& a, const std::vector<double>& b) {
  const std::vector<double> x = ranks_of(a), y = ranks_of(b);
  const double mean = 0.5 * static_cast<double>(x.size() - 1);
  double xy = 0.0, xx = 0.0, yy = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xy += (x[i] - mean) * (y[i] - mean);
    xx += (x[i] - mean) * (x[i] - mean);
    yy += (y[i] - mean) * (y[i] - mean);
  }
  return xx > 0.0 && yy > 0.0 ? xy / std::sqrt(xx * yy) : 0.0;
}

/// Local hours of each kind of day within the days, which a change of clock makes more or fewer.
std::array<std::array<double, 24>, 2> hours_within(const market::Calendar& calendar, Days days) {
  std::array<std::array<double, 24>, 2> hours{};
  for (TimeNs t = days.from_ns; t < days.to_ns; t += kernel::hour_ns / 2) {
    const auto hour = static_cast<std::size_t>(calendar.minute_of_day(t) / 60);
    hours[static_cast<std::size_t>(kind_of(calendar, t))][hour] += 0.5;
  }
  return hours;
}

using Group = std::vector<const LogSession*>;

/// Facts that the laws of one kind of day share.
struct KindOfDay {
  DayKind kind = DayKind::weekday;
  std::array<double, 24> hours{};      ///< that the records have of each
  std::array<double, 7> of_weekday{};  ///< see Law
};

/// How the weekdays of a kind differ: arrivals a day over the mean of the kind's days.
std::array<double, 7> weekday_factors(std::span<const LogSession> sessions, const market::Calendar& calendar, Days days,
                                      DayKind kind) {
  std::array<double, 7> hours{}, count{};
  for (TimeNs t = days.from_ns; t < days.to_ns; t += kernel::hour_ns)
    hours[static_cast<std::size_t>(market::weekday_of(calendar.local_date(t)))] += 1.0;
  for (const LogSession& session : sessions)
    count[static_cast<std::size_t>(market::weekday_of(calendar.local_date(session.visit.arrival_ns)))] += 1.0;
  double all_count = 0.0, all_hours = 0.0;
  const std::size_t first = kind == DayKind::weekend ? 5 : 0, end = kind == DayKind::weekend ? 7 : 5;
  for (std::size_t day = first; day < end; ++day) {
    all_count += count[day];
    all_hours += hours[day];
  }
  std::array<double, 7> factors{};
  for (std::size_t day = first; day < end; ++day) {
    const bool known = hours[day] > 0.0 && all_count > 0.0;
    factors[day] = known ? std::round(1e4 * count[day] / hours[day] * all_hours / all_count) / 1e4 : 1.0;
  }
  return factors;
}

/// Correlation of the Gaussian copula that has this rank correlation (Nelsen 2006, 5.1); 0 where it may be chance.
double copula_of(const std::vector<double>& stays, const std::vector<double>& energies) {
  const double rank = rank_correlation(stays, energies);
  if (std::abs(rank) < sure / std::sqrt(static_cast<double>(stays.size()))) return 0.0;
  const double copula = 2.0 * std::sin(std::numbers::pi / 6.0 * rank);
  return std::round(1000.0 * std::clamp(copula, -1.0, 1.0)) / 1000.0;
}

/// What drivers said over what came true, of all sessions, those included whose drivers said nothing else.
void add_claims(const Group& group, Law& law) {
  std::vector<double> stays, energies;
  std::size_t otherwise_stays = 0, otherwise_energies = 0;
  for (const LogSession* session : group) {
    const demand::Visit& visit = session->visit;
    if (stay_h(*session) > 0.0) {
      const double claimed_h = kernel::hours_between(visit.arrival_ns, visit.claimed_departure_ns);
      stays.push_back(std::clamp(claimed_h / stay_h(*session), 0.0, most_factor));
      otherwise_stays += visit.claimed_departure_ns != visit.departure_ns ? 1 : 0;
    }
    if (visit.taken_kwh > 0.0) {
      energies.push_back(std::clamp(visit.requested_kwh / visit.taken_kwh, 0.0, most_factor));
      otherwise_energies += visit.requested_kwh != visit.taken_kwh ? 1 : 0;
    }
  }
  const auto law_from = [&](std::vector<double>& factors, std::size_t otherwise) {
    const double enough = some_claim * static_cast<double>(group.size());
    return factors.empty() || static_cast<double>(otherwise) < enough ? std::vector<double>{}
                                                                      : quantiles_of(std::move(factors));
  };
  law.claim_stay = law_from(stays, otherwise_stays);
  law.claim_energy = law_from(energies, otherwise_energies);
}

Law law_of(const Group& group, const KindOfDay& of, int from_hour, int to_hour, const market::Calendar& calendar) {
  Law law;
  law.kind = of.kind;
  law.from_hour = from_hour;
  law.to_hour = to_hour;
  law.sessions = group.size();
  law.of_weekday = of.of_weekday;
  std::vector<double> energies, stays;
  for (const LogSession* session : group) {
    energies.push_back(session->visit.taken_kwh);
    stays.push_back(stay_h(*session));
    const auto hour = static_cast<std::size_t>(calendar.minute_of_day(session->visit.arrival_ns) / 60);
    if (of.hours[hour] > 0.0) law.per_hour[hour] += 1.0 / of.hours[hour];
  }
  law.energy_with_stay = copula_of(stays, energies);
  add_claims(group, law);
  law.energy_kwh = quantiles_of(std::move(energies));
  law.stay_h = quantiles_of(std::move(stays));
  return law;
}

/// One law, or one for each class of stays where longer stays take more.
void add_laws(const Group& group, const KindOfDay& of, int from_hour, int to_hour, const market::Calendar& calendar,
              std::vector<Law>& out) {
  std::vector<double> energies, stays;
  for (const LogSession* session : group) {
    energies.push_back(session->visit.taken_kwh);
    stays.push_back(stay_h(*session));
  }
  const bool classes_of_stay = rank_correlation(stays, energies) >= together;
  const std::size_t classes =
      classes_of_stay ? std::clamp<std::size_t>(group.size() / least_of_class, 1, most_classes) : 1;
  Group ordered = group;
  std::stable_sort(ordered.begin(), ordered.end(),
                   [](const LogSession* a, const LogSession* b) { return stay_h(*a) < stay_h(*b); });
  for (std::size_t k = 0; k < classes; ++k) {
    const auto from = ordered.begin() + static_cast<std::ptrdiff_t>(k * ordered.size() / classes);
    const auto to = ordered.begin() + static_cast<std::ptrdiff_t>((k + 1) * ordered.size() / classes);
    out.push_back(law_of({from, to}, of, from_hour, to_hour, calendar));
  }
}

double claim_error(std::span<const LogSession> sessions, std::size_t& claims) {
  std::vector<double> errors;
  for (const LogSession& session : sessions) {
    const demand::Visit& visit = session.visit;
    if (visit.claimed_departure_ns == visit.departure_ns || !(stay_h(session) > 0.0)) continue;
    const double claimed = kernel::hours_between(visit.arrival_ns, visit.claimed_departure_ns);
    errors.push_back(std::abs(claimed / stay_h(session) - 1.0));
  }
  claims = errors.size();
  if (errors.empty()) return 0.0;
  std::sort(errors.begin(), errors.end());
  return std::round(1000.0 * std::min(5.0, mad_to_std * quantile(errors, 0.5))) / 1000.0;
}

/// Pearson's chi squared of the weekdays' counts over its degrees of freedom, each weekday with its own mean.
double dispersion_of(std::span<const LogSession> sessions, const market::Calendar& calendar, Days days) {
  std::map<market::LocalDate, double> count;
  for (TimeNs t = days.from_ns; t < days.to_ns; t += kernel::hour_ns) {
    if (kind_of(calendar, t) == DayKind::weekday) count[calendar.local_date(t)];
  }
  for (const LogSession& session : sessions) {
    const auto day = count.find(calendar.local_date(session.visit.arrival_ns));
    if (day != count.end()) day->second += 1.0;
  }
  std::array<double, 5> sum{}, n{};
  for (const auto& [date, arrivals] : count) {
    sum[static_cast<std::size_t>(market::weekday_of(date))] += arrivals;
    n[static_cast<std::size_t>(market::weekday_of(date))] += 1.0;
  }
  double squares = 0.0, degrees = 0.0;
  for (const auto& [date, arrivals] : count) {
    const auto day = static_cast<std::size_t>(market::weekday_of(date));
    const double mean = sum[day] / n[day];
    if (!(mean > 0.0)) continue;
    squares += (arrivals - mean) * (arrivals - mean) / mean;
    degrees += 1.0 - 1.0 / n[day];
  }
  return degrees >= least_degrees ? squares / degrees : kernel::unknown;
}

std::string list_of(std::span<const double> values) {
  std::string text;
  for (const double value : values) text += fmt::format("{}{:.6g}", text.empty() ? "" : ", ", value);
  return text;
}

}  // namespace

std::vector<double> quantiles_of(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t n = values.size(), steps = n >= 100 ? 20 : n >= 20 ? 10 : n >= 5 ? 5 : 1;
  std::vector<double> out;
  for (std::size_t i = 0; i <= steps; ++i)
    out.push_back(quantile(values, static_cast<double>(i) / static_cast<double>(steps)));
  if (steps > 1) {
    const auto mean = [](auto from, auto to) {
      return std::accumulate(from, to, 0.0) / static_cast<double>(std::max<std::ptrdiff_t>(1, to - from));
    };
    const auto of_end = static_cast<std::ptrdiff_t>(n / steps);
    out.front() = std::clamp(2.0 * mean(values.begin(), values.begin() + of_end) - out[1], values.front(), out[1]);
    out.back() =
        std::clamp(2.0 * mean(values.end() - of_end, values.end()) - out[steps - 1], out[steps - 1], values.back());
  }
  for (double& value : out) value = std::round(1000.0 * value) / 1000.0;
  return out;
}

std::string quantiles_lua(const std::vector<double>& values, double least) {
  std::vector<double> shown = values;
  for (double& value : shown) value = std::max(value, least);
  return fmt::format("quantiles {{ {} }}", list_of(shown));
}

double median_of(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

Laws fit_laws(std::span<const LogSession> sessions, const market::Calendar& calendar, Days days) {
  Laws out;
  const auto hours = hours_within(calendar, days);
  for (const DayKind kind : all_day_kinds) {
    std::array<Group, 24> by_hour;
    for (const LogSession& session : sessions) {
      if (kind_of(calendar, session.visit.arrival_ns) == kind)
        by_hour[static_cast<std::size_t>(calendar.minute_of_day(session.visit.arrival_ns) / 60)].push_back(&session);
    }
    const KindOfDay of{kind, hours[static_cast<std::size_t>(kind)], weekday_factors(sessions, calendar, days, kind)};

    Group group;
    int from_hour = 0;
    std::size_t left = 0;
    for (const Group& hour : by_hour) left += hour.size();
    for (int hour = 0; hour < 24; ++hour) {
      const Group& more = by_hour[static_cast<std::size_t>(hour)];
      group.insert(group.end(), more.begin(), more.end());
      left -= more.size();
      // The rest must be enough for a law, too, else it belongs to this one.
      if (hour < 23 && (group.size() < enough_of_hours || left < enough_of_hours)) continue;
      if (!group.empty()) add_laws(group, of, from_hour, hour + 1, calendar, out.laws);
      group.clear();
      from_hour = hour + 1;
    }
  }

  out.claim_stay_factor_std = claim_error(sessions, out.claims);
  out.dispersion = dispersion_of(sessions, calendar, days);
  return out;
}

double fitting_kw(std::span<const LogSession> sessions) {
  constexpr double unfit = 0.001;
  std::vector<std::pair<double, const LogSession*>> by_need;
  double all_kwh = 0.0;
  for (const LogSession& session : sessions) {
    if (!(stay_h(session) > 0.0) || !(session.visit.taken_kwh > 0.0)) continue;
    by_need.emplace_back(session.visit.taken_kwh / stay_h(session), &session);
    all_kwh += session.visit.taken_kwh;
  }
  if (by_need.empty()) return physics::infinite;
  std::sort(by_need.begin(), by_need.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  // Below the highest need the energy that does not fit grows with the stays of those above.
  double unfit_kwh = 0.0, stays_h = 0.0;
  for (std::size_t i = 0; i < by_need.size(); ++i) {
    stays_h += stay_h(*by_need[i].second);
    const double next = i + 1 < by_need.size() ? by_need[i + 1].first : 0.0;
    const double more_kwh = stays_h * (by_need[i].first - next);
    if (unfit_kwh + more_kwh > unfit * all_kwh) return by_need[i].first - (unfit * all_kwh - unfit_kwh) / stays_h;
    unfit_kwh += more_kwh;
  }
  return by_need.back().first;
}

namespace {

/// Cuts energies to what fits into the stays at `limit_kw`, and raises all of them by the factor that keeps their mean.
void limit_law(Law& law, double limit_kw) {
  law.max_mean_kw = limit_kw;
  if (!(limit_kw < physics::infinite)) return;
  if (law.energy_kwh.size() < 2 || law.stay_h.size() < 2) return;
  constexpr std::size_t strata = 40;
  constexpr double most_raised = 1.5;
  const auto as_drawn = [](const std::vector<double>& values) {
    demand::Distribution out;
    out.kind = demand::Distribution::Kind::quantiles;
    out.values = values;
    return out;
  };
  const demand::Distribution energy_kwh = as_drawn(law.energy_kwh), stay_h = as_drawn(law.stay_h);

  // Pairs as the law draws them, each of both uniform draws in the middle of its stratum.
  std::vector<std::pair<double, double>> pairs;  // energy, limit
  double sum_kwh = 0.0;
  const auto middle = [](std::size_t i) { return (static_cast<double>(i) + 0.5) / static_cast<double>(strata); };
  for (std::size_t i = 0; i < strata; ++i) {
    for (std::size_t j = 0; j < strata; ++j) {
      const double kwh = energy_kwh.value_at(demand::coupled_draw(middle(i), middle(j), law.energy_with_stay));
      pairs.emplace_back(kwh, limit_kw * stay_h.value_at(middle(i)));
      sum_kwh += kwh;
    }
  }
  const auto cut_sum = [&](double factor) {
    double sum = 0.0;
    for (const auto& [kwh, fits_kwh] : pairs) sum += std::min(factor * kwh, fits_kwh);
    return sum;
  };
  double low = 1.0, high = most_raised;
  for (int step = 0; step < 30; ++step) {
    const double factor = 0.5 * (low + high);
    (cut_sum(factor) < sum_kwh ? low : high) = factor;
  }
  for (double& kwh : law.energy_kwh) kwh = std::round(1000.0 * low * kwh) / 1000.0;
}

}  // namespace

Laws fit_laws_by_power(std::span<const LogSession> sessions, std::span<const CarKind> kinds,
                       const market::Calendar& calendar, Days days) {
  Laws out = fit_laws(sessions, calendar, days);  // its claims and dispersion are of all
  if (kinds.empty()) {
    const double limit_kw = fitting_kw(sessions);
    for (Law& law : out.laws) limit_law(law, limit_kw);
    return out;
  }

  // Sessions of each kind; those without power go where most are missing.
  std::vector<std::vector<LogSession>> of_kind(kinds.size());
  std::vector<double> dealt(kinds.size(), 0.0);
  for (const LogSession& session : sessions) {
    std::size_t kind = 0;
    if (session.observed_kw > 0.0) {
      while (kind + 1 < kinds.size() && session.observed_kw >= kinds[kind + 1].from_kw) ++kind;
    } else {
      for (std::size_t k = 1; k < kinds.size(); ++k)
        if ((dealt[k] + 1.0) / static_cast<double>(kinds[k].sessions) <
            (dealt[kind] + 1.0) / static_cast<double>(kinds[kind].sessions))
          kind = k;
      dealt[kind] += 1.0;
    }
    of_kind[kind].push_back(session);
  }

  out.laws.clear();
  std::vector<LogSession> group;
  std::vector<std::string> names;
  for (std::size_t k = 0; k < kinds.size(); ++k) {
    group.insert(group.end(), of_kind[k].begin(), of_kind[k].end());
    names.push_back(kinds[k].name);
    std::size_t left = 0;
    for (std::size_t after = k + 1; after < kinds.size(); ++after) left += of_kind[after].size();
    // The rest must be enough for laws, too.
    if (k + 1 < kinds.size() && (group.size() < enough_of_hours || left < enough_of_hours)) continue;
    std::stable_sort(group.begin(), group.end(),
                     [](const LogSession& a, const LogSession& b) { return a.visit.arrival_ns < b.visit.arrival_ns; });
    double held_kw = 0.0;
    for (const LogSession& session : group) held_kw = std::fmax(held_kw, session.observed_kw);
    for (Law& law : fit_laws(group, calendar, days).laws) {
      law.vehicles = names;
      limit_law(law, std::min(fitting_kw(group), held_kw > 0.0 ? held_kw : physics::infinite));
      out.laws.push_back(std::move(law));
    }
    group.clear();
    names.clear();
  }
  return out;
}

std::string lua_of(const Laws& laws, const std::string& soc_target, const std::string& indent) {
  std::string out = indent + "arrivals = {\n";
  const std::string in = indent + "  ";
  for (const Law& law : laws.laws) {
    const bool weekday = law.kind == DayKind::weekday;
    out += fmt::format("{}arrivals.poisson {{  -- {}, {:02d} to {:02d} h: {} sessions, {:.4g} a day\n", in,
                       weekday ? "Monday to Friday" : "weekend", law.from_hour, law.to_hour, law.sessions,
                       std::accumulate(law.per_hour.begin(), law.per_hour.end(), 0.0));
    out +=
        fmt::format("{}  per_hour = week({{ {} }}, {{ {} }}),\n", in, list_of(law.per_hour), list_of(law.of_weekday));
    out += fmt::format("{}  energy_kwh = {},\n", in, quantiles_lua(law.energy_kwh, 0.001));
    out += fmt::format("{}  stay_h = {},\n", in, quantiles_lua(law.stay_h, 0.001));
    if (law.energy_with_stay != 0.0) out += fmt::format("{}  energy_with_stay = {:.6g},\n", in, law.energy_with_stay);
    if (law.max_mean_kw < physics::infinite) out += fmt::format("{}  max_mean_kw = {:.6g},\n", in, law.max_mean_kw);
    if (!law.vehicles.empty()) {
      std::string names;
      for (const std::string& name : law.vehicles) names += fmt::format("{}\"{}\"", names.empty() ? "" : ", ", name);
      out += fmt::format("{}  vehicles = {{ {} }},\n", in, names);
    }
    out += fmt::format("{}  soc_target = {},\n", in, soc_target);
    if (!law.claim_stay.empty())
      out += fmt::format("{}  claim_stay_factor = {},\n", in, quantiles_lua(law.claim_stay, 0.0));
    if (!law.claim_energy.empty())
      out += fmt::format("{}  claim_energy_factor = {},\n", in, quantiles_lua(law.claim_energy, 0.0));
    out += in + "},\n";
  }
  return out + indent + "},\n";
}

std::string lua_before() {
  return R"(-- Arrivals per hour of the week: those of a day, times those of each weekday from Monday on.
local function week(of_day, of_weekday)
  local all = {}
  for d = 1, 7 do
    for h = 1, 24 do all[#all + 1] = of_day[h] * of_weekday[d] end
  end
  return all
end
)";
}

}  // namespace evtwin::calibrate
