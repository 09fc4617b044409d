#include "calibrate/cars.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "calibrate/laws.hpp"
#include "kernel/text.hpp"
#include "replay/seen_evse.hpp"

namespace evtwin::calibrate {
namespace {

using kernel::is_known;
using sessions::LogSession;

constexpr std::size_t kinds_of_vehicles = 5, least_vehicles = 10, least_of_kind = 3;
constexpr double apart = 1.1;  ///< powers that differ so much are of different kinds
constexpr std::size_t most_models = 12, least_of_model = 5;
/// A battery of which a taper that was seen is the last fifth, as chargers' and cars' tapers begin about 80 %.
constexpr double taper_from_soc = 0.8;
constexpr double room = 1.25;                   ///< of the largest energy: what a battery holds for it at least
constexpr double unknown_battery_kwh = 2000.0;  ///< the largest there is: it never fills
constexpr double least_gain = 0.2;              ///< of the SoC, which cars tell in whole percent: 5 % of error at most
constexpr std::size_t least_efficiencies = 30, least_targets = 20;
/// Stored over metered energy: less or more is no efficiency but another figure in the battery's column.
constexpr double least_efficiency = 0.6, most_efficiency = 1.02;

/// A car of which the records tell something.
struct KnownCar {
  std::string model;
  double max_kw = kernel::unknown, battery_kwh = kernel::unknown;
};

/// Cars by the name of their kind.
using Kinds = std::vector<std::pair<std::string, std::vector<KnownCar>>>;

double gain_of(const CarTold& car) { return car.soc_departure - car.soc_arrival; }

/// Where sorted powers part into kinds: first where there is a gap, the widest before others, then in the middle of the
/// kind that spreads most. @returns first indices of the kinds, ascending
std::vector<std::size_t> first_of_kinds(const std::vector<const LogSession*>& powered) {
  const std::size_t n = powered.size(), least = std::max<std::size_t>(least_of_kind, n / 20);
  const auto kw = [&](std::size_t i) { return powered[i]->observed_kw; };
  std::vector<std::size_t> firsts{0};
  const auto add = [&](std::size_t first) {
    firsts.insert(std::upper_bound(firsts.begin(), firsts.end(), first), first);
  };

  std::vector<std::size_t> gaps;
  for (std::size_t i = 1; i < n; ++i)
    if (kw(i) > apart * kw(i - 1)) gaps.push_back(i);
  std::stable_sort(gaps.begin(), gaps.end(),
                   [&](std::size_t a, std::size_t b) { return kw(a) / kw(a - 1) > kw(b) / kw(b - 1); });
  for (const std::size_t gap : gaps) {
    const auto after = std::upper_bound(firsts.begin(), firsts.end(), gap);
    const std::size_t to = after == firsts.end() ? n : *after;
    if (firsts.size() < kinds_of_vehicles && gap - *std::prev(after) >= least && to - gap >= least) add(gap);
  }

  while (firsts.size() < kinds_of_vehicles) {
    std::size_t best = 0;
    double widest = apart;
    for (std::size_t k = 0; k < firsts.size(); ++k) {
      const std::size_t from = firsts[k], to = k + 1 < firsts.size() ? firsts[k + 1] : n, middle = (from + to) / 2;
      // Equal powers are one kind's.
      if (middle - from < least || !(kw(middle) > kw(middle - 1))) continue;
      const double spread = kw(to - 1 - (to - from) / 10) / kw(from + (to - from) / 10);
      if (spread <= widest) continue;
      widest = spread;
      best = middle;
    }
    if (best == 0) break;
    add(best);
  }
  return firsts;
}

/// Kinds of vehicles by the power that they hold; none where too few sessions tell it.
void fit_readings(std::span<const LogSession> sessions, Cars& out) {
  std::vector<const LogSession*> powered;
  for (const LogSession& session : sessions) {
    if (session.observed_kw > 0.0) powered.push_back(&session);
  }

  if (powered.size() < least_vehicles) return;
  std::stable_sort(powered.begin(), powered.end(),
                   [](const LogSession* a, const LogSession* b) { return a->observed_kw < b->observed_kw; });
  out.lua = "  vehicles = {\n";
  const std::vector<std::size_t> firsts = first_of_kinds(powered);

  // The middle one stands for its kind.
  for (std::size_t k = 0; k < firsts.size(); ++k) {
    const std::size_t from = firsts[k], to = k + 1 < firsts.size() ? firsts[k + 1] : powered.size();
    std::vector<double> tapers, ends;
    for (std::size_t i = from; i < to; ++i) {
      if (!(powered[i]->taper.over_kwh > 0.0)) continue;
      tapers.push_back(powered[i]->taper.over_kwh);
      ends.push_back(powered[i]->taper.end_share);
    }

    const double kw = powered[(from + to) / 2]->observed_kw;
    const bool tapering = 2 * tapers.size() >= to - from;
    const double end_kw = tapering ? kw * median_of(ends) : kw;
    double battery_kwh = unknown_battery_kwh, bend = taper_from_soc;
    if (tapering) {
      // A fifth of the battery, or less where the kind's energies need a larger one.
      const double taper_kwh = median_of(tapers);
      double most_kwh = 0.0;
      for (std::size_t i = from; i < to; ++i) most_kwh = std::max(most_kwh, powered[i]->visit.taken_kwh);
      battery_kwh = std::min(unknown_battery_kwh, std::max(taper_kwh / (1.0 - taper_from_soc), room * most_kwh));
      bend = 1.0 - taper_kwh / battery_kwh;
    }

    out.by_power.push_back({fmt::format("kind {}", k + 1), powered[from]->observed_kw, to - from});
    out.lua += fmt::format(
        "    {{ name = \"{}\", share = {}, battery_kwh = {:.4g}, efficiency = 1, curve = {{ {{ 0, {:.4g} }}, {{ "
        "{:.4g}, "
        "{:.4g} }}, {{ 1, {:.4g} }} }} }},  -- {}\n",
        out.by_power.back().name, to - from, battery_kwh, kw, bend, kw, end_kw,
        tapering ? "its taper is taken for the end of a battery" : "its battery is not known: it never fills");
  }
  out.lua += "  },\n";
  out.source = CarSource::readings;
  out.kinds = out.by_power.size();
}

/// Median of stored over metered energy of sessions that tell battery and states of charge.
void find_efficiency(std::span<const LogSession> sessions, std::span<const CarTold> cars, Cars& out) {
  std::vector<double> found;
  for (const LogSession& session : sessions) {
    const CarTold& car = told_of(cars, session);
    if (car.battery_kwh > 0.0 && gain_of(car) >= least_gain && session.visit.taken_kwh > 0.0)
      found.push_back(gain_of(car) * car.battery_kwh / session.visit.taken_kwh);
  }
  if (found.size() < least_efficiencies) return;
  out.efficiency_sessions = found.size();
  out.efficiency = median_of(std::move(found));
}

/// A kind of vehicle, by the medians of its cars.
std::string told_kind(const std::string& name, std::span<const KnownCar> cars, double efficiency) {
  std::vector<double> batteries, powers;
  for (const KnownCar& car : cars) {
    if (is_known(car.battery_kwh)) batteries.push_back(car.battery_kwh);
    if (is_known(car.max_kw)) powers.push_back(car.max_kw);
  }
  const double battery_kwh = batteries.empty() ? unknown_battery_kwh : median_of(std::move(batteries));
  std::string curve;
  if (!powers.empty()) {
    const double kw = median_of(std::move(powers));
    curve = fmt::format(", curve = {{ {{ 0, {:.4g} }}, {{ 1, {:.4g} }} }}", kw, kw);
  }
  return fmt::format("    {{ name = {}, share = {}, battery_kwh = {:.4g}, efficiency = {:.4g}{} }},{}\n",
                     replay::lua_text(name), cars.size(), std::min(battery_kwh, unknown_battery_kwh), efficiency, curve,
                     battery_kwh < unknown_battery_kwh ? "" : "  -- its battery is not known: it never fills");
}

/// Models with enough sessions each, the others together.
Kinds by_model(const std::vector<KnownCar>& cars) {
  std::map<std::string, std::vector<KnownCar>> all;
  for (const KnownCar& car : cars) all[car.model].push_back(car);
  Kinds kinds(all.begin(), all.end());
  std::stable_sort(kinds.begin(), kinds.end(),
                   [](const auto& a, const auto& b) { return a.second.size() > b.second.size(); });
  Kinds named;
  std::vector<KnownCar> others;
  for (auto& kind : kinds) {
    const bool own = !kind.first.empty() && named.size() < most_models && kind.second.size() >= least_of_model;
    if (own)
      named.push_back(std::move(kind));
    else
      others.insert(others.end(), kind.second.begin(), kind.second.end());
  }
  if (!others.empty()) named.emplace_back("other cars", std::move(others));
  return named;
}

/// Five kinds by battery, or by power where no battery is known; of equally many sessions.
Kinds by_size(std::vector<KnownCar> cars) {
  const bool by_battery =
      std::any_of(cars.begin(), cars.end(), [](const KnownCar& car) { return is_known(car.battery_kwh); });
  const auto size = [&](const KnownCar& car) { return by_battery ? car.battery_kwh : car.max_kw; };
  std::erase_if(cars, [&](const KnownCar& car) { return !is_known(size(car)); });
  std::stable_sort(cars.begin(), cars.end(), [&](const KnownCar& a, const KnownCar& b) { return size(a) < size(b); });
  Kinds kinds;
  for (std::size_t k = 0; k < kinds_of_vehicles; ++k) {
    const auto from = cars.begin() + static_cast<std::ptrdiff_t>(k * cars.size() / kinds_of_vehicles);
    const auto to = cars.begin() + static_cast<std::ptrdiff_t>((k + 1) * cars.size() / kinds_of_vehicles);
    kinds.emplace_back(fmt::format("kind {}", k + 1), std::vector<KnownCar>(from, to));
  }
  std::erase_if(kinds, [](const auto& kind) { return kind.second.empty(); });
  return kinds;
}

void fit_told(std::span<const LogSession> sessions, std::span<const CarTold> cars, Cars& out) {
  const bool fits = out.efficiency >= least_efficiency && out.efficiency <= most_efficiency;
  const double efficiency = fits ? std::min(1.0, out.efficiency) : 1.0;
  const bool trusted = fits || out.efficiency_sessions == 0;
  std::vector<KnownCar> known;
  std::size_t models = 0;
  for (const LogSession& session : sessions) {
    const CarTold& told = told_of(cars, session);
    KnownCar car{told.model, told.max_kw, trusted ? told.battery_kwh : kernel::unknown};
    if (!is_known(car.battery_kwh) && gain_of(told) >= least_gain && session.visit.taken_kwh > 0.0)
      car.battery_kwh = session.visit.taken_kwh * efficiency / gain_of(told);
    if (!is_known(car.battery_kwh) && !is_known(car.max_kw)) continue;
    models += car.model.empty() ? 0U : 1U;
    known.push_back(std::move(car));
  }
  if (known.size() < least_vehicles) return;

  const auto kinds = 2 * models >= known.size() ? by_model(known) : by_size(known);
  out.source = CarSource::told;
  out.kinds = kinds.size();
  out.lua = "  vehicles = {\n";
  for (const auto& [name, of] : kinds) out.lua += told_kind(kernel::make_printable(name, 80), of, efficiency);
  out.lua += "  },\n";
}

}  // namespace

const CarTold& told_of(std::span<const CarTold> cars, const LogSession& session) {
  static const CarTold nothing;
  return session.transaction < cars.size() ? cars[session.transaction] : nothing;
}

CarTold car_told(const ocpp::Transaction& t) {
  CarTold out;
  out.max_kw = t.max_power_kw;
  out.battery_kwh = t.battery_kwh;
  out.soc_arrival = sessions::told_soc(t);
  for (const ocpp::Sample& sample : t.samples) {
    if (is_known(sample.soc)) out.soc_departure = sample.soc;
  }
  return out;
}

Cars fit_cars(std::span<const LogSession> sessions, std::span<const CarTold> cars) {
  Cars out;
  find_efficiency(sessions, cars, out);
  std::vector<double> arrivals, departures;
  for (const LogSession& session : sessions) {
    const CarTold& car = told_of(cars, session);
    if (is_known(car.soc_arrival)) arrivals.push_back(car.soc_arrival);
    if (is_known(car.soc_departure)) departures.push_back(car.soc_departure);
  }

  fit_readings(sessions, out);
  if (out.source == CarSource::readings) return out;
  fit_told(sessions, cars, out);
  if (departures.size() >= least_targets) {
    constexpr double least_target = 0.01;
    out.soc_target = quantiles_lua(quantiles_of(departures), least_target);
    out.median_soc_departure = median_of(std::move(departures));
  }
  if (arrivals.size() >= least_targets) out.median_soc_arrival = median_of(std::move(arrivals));
  return out;
}

}  // namespace evtwin::calibrate
