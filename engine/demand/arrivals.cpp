#include "demand/arrivals.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "kernel/distributions.hpp"
#include "kernel/floor_divide.hpp"
#include "kernel/random.hpp"

namespace evtwin::demand {

double Distribution::value_at(double u) const {
  double value = a;
  switch (kind) {
    case Kind::fixed:
      break;
    case Kind::uniform:
      value = kernel::uniform_draw(u, a, b);
      break;
    case Kind::normal:
      value = kernel::normal_draw(u, a, b);
      break;
    case Kind::lognormal:
      value = kernel::lognormal_draw(u, std::log(a), b);
      break;
    case Kind::exponential:
      value = kernel::exponential_draw(u, a);
      break;
    case Kind::quantiles: {
      // Equally likely steps, the first value at u = 0 and the last at 1, linear between.
      const double at = u * static_cast<double>(values.size() - 1);
      const std::size_t below = std::min(static_cast<std::size_t>(at), values.size() - 2);
      value = values[below] + (at - static_cast<double>(below)) * (values[below + 1] - values[below]);
      break;
    }
    case Kind::choice: {
      // Weights need not add up to 1.
      double total = 0.0;
      for (const auto& [figure, weight] : choices) total += weight;
      double left = u * total;
      for (const auto& [figure, weight] : choices) {
        value = figure;
        left -= weight;
        if (left < 0.0) break;
      }
      break;
    }
  }
  return std::clamp(value, min, max);
}

TimeNs notice_ns(double hours) { return static_cast<TimeNs>(hours * static_cast<double>(kernel::hour_ns)); }

ArrivalStream::ArrivalStream(std::shared_ptr<const ArrivalLaw> law, StreamContext context)
    : law_(std::move(law)), context_(context), now_ns_(context_.start_ns) {}

bool ArrivalStream::next_visit(Visit& visit) {
  if (const auto* recorded = std::get_if<Recorded>(law_.get())) {
    while (number_ < recorded->visits.size()) {
      const Visit& candidate = recorded->visits[number_++];
      if (candidate.arrival_ns < context_.start_ns || candidate.arrival_ns >= context_.end_ns) continue;
      visit = candidate;
      visit.number = number_ - 1;
      return true;
    }
    return false;
  }
  return next_poisson(std::get<Poisson>(*law_), visit);
}

double ArrivalStream::rate_at(const Poisson& law, TimeNs t) const {
  auto hour = static_cast<std::size_t>((t - context_.start_ns) / kernel::hour_ns);
  if (law.weekly) {
    // One look at the zone for both: the hour of the week, from Monday 00:00 on. 1970-01-01 was a Thursday.
    const TimeNs reading_ns = market::LocalClock(context_.calendar).local_ns(t);
    const std::int64_t hours =
        kernel::floor_divide(reading_ns, kernel::hour_ns) + 24 * static_cast<std::int64_t>(market::Weekday::thursday);
    hour = static_cast<std::size_t>(hours - kernel::floor_divide(hours, 168) * 168);
  }
  // A rate below 0 is none, and must not give back what other hours have spent.
  return hour < law.rate_per_h.size() ? std::max(law.rate_per_h[hour], 0.0) : 0.0;
}

double coupled_draw(double of_other, double own, double correlation) {
  const double r = correlation;
  const double z = r * kernel::standard_normal(of_other) + std::sqrt(1.0 - r * r) * kernel::standard_normal(own);
  return std::clamp(0.5 * std::erfc(-z / std::numbers::sqrt2), 0x1p-53, 1.0 - 0x1p-53);
}

namespace {

double unit(const StreamContext& context, std::string_view purpose, std::uint64_t number) {
  return kernel::draw_unit(context.seed, context.source, kernel::purpose_of(purpose), number);
}

/// A figure drawn from a law. What is fixed needs no draw: each purpose and number has its own, so that none moves.
double figure(const Distribution& law, const StreamContext& context, std::string_view purpose, std::uint64_t number) {
  return law.value_at(law.kind == Distribution::Kind::fixed ? 0.5 : unit(context, purpose, number));
}

/// Index drawn by weight.
template <class Weights>
std::size_t drawn(const Weights& items, double u, auto weight_of) {
  double total = 0.0;
  for (const auto& item : items) total += weight_of(item);
  double left = u * total;
  for (std::size_t i = 0; i < items.size(); ++i) {
    left -= weight_of(items[i]);
    if (left < 0.0) return i;
  }
  return items.size() - 1;
}

/// The draw of the energy, as dependent on the stay's as the law says.
double energy_draw(const Poisson& law, const StreamContext& context, std::uint64_t k) {
  const double own = unit(context, "demand.energy", k);
  if (law.energy_with_stay == 0.0) return own;
  return coupled_draw(unit(context, "demand.stay", k), own, law.energy_with_stay);
}

/// The stay, and the one that the driver claims, from the arrival on.
void draw_stay(const Poisson& law, const StreamContext& context, Visit& visit) {
  const std::uint64_t k = visit.number;
  const double stay_h = std::max(figure(law.stay_h, context, "demand.stay", k), 1.0 / 60.0);
  visit.departure_ns = kernel::after_hours_rounded_up(visit.arrival_ns, stay_h);
  const double claim_error = law.claim_stay_factor_std == 0.0 ? 0.0
                                                              : kernel::normal_draw(unit(context, "demand.claim", k),
                                                                                    0.0, law.claim_stay_factor_std);
  const double factor = figure(law.claim_stay_factor, context, "demand.claim_stay", k);
  visit.claimed_departure_ns =
      kernel::after_hours_rounded_up(visit.arrival_ns, std::max(stay_h * factor * (1.0 + claim_error), 1.0 / 60.0));
}

/// Energy that does not fit the battery is not wanted: at most from SoC 0.05 to full, metered.
void draw_energy(const Poisson& law, const StreamContext& context, const physics::BatterySpec& battery, Visit& visit) {
  const std::uint64_t k = visit.number;
  const double limit_kwh = law.max_mean_kw * kernel::hours_between(visit.arrival_ns, visit.departure_ns);
  double energy = std::clamp(law.energy_kwh.value_at(energy_draw(law, context, k)), 0.0, limit_kwh);
  if (battery.capacity_kwh < physics::infinite)
    energy = std::min(energy, 0.95 * battery.capacity_kwh / battery.charge_efficiency);
  visit.taken_kwh = energy;
  visit.requested_kwh = energy * figure(law.claim_energy_factor, context, "demand.claim_energy", k);
  visit.soc_start = soc_for(battery, energy, figure(law.soc_target, context, "demand.soc_target", k));
}

/// Priority, V2G, reservation and leaving when full: each by a draw of its own.
void draw_choices(const Poisson& law, const StreamContext& context, bool v2g_capable, Visit& visit) {
  const std::uint64_t k = visit.number;
  if (!law.priorities.empty()) {
    visit.priority = law.priorities[drawn(law.priorities, unit(context, "demand.priority", k),
                                          [](const auto& p) { return p.second; })]
                         .first;
  }
  visit.v2g = v2g_capable && unit(context, "demand.v2g", k) < law.v2g_share;
  visit.v2g_min_price_per_kwh = std::max(0.0, figure(law.v2g_min_price_per_kwh, context, "demand.v2g_price", k));
  if (law.reserved_share > 0.0 && unit(context, "demand.reserved", k) < law.reserved_share) {
    visit.announced_ns =
        visit.arrival_ns - notice_ns(law.reserved_h_before.value_at(unit(context, "demand.notice", k)));
    visit.reserved_from_ns = visit.arrival_ns;
    visit.reserved_until_ns = visit.claimed_departure_ns;
  }
  if (law.leaves_when_full_share > 0.0 && unit(context, "demand.leaves", k) < law.leaves_when_full_share)
    visit.leaves_h_after_full =
        std::max(0.0, law.leaves_h_after_full.value_at(unit(context, "demand.leaves_after", k)));
}

}  // namespace

// The time-change theorem: a unit exponential is spent over the hours at each hour's rate; exact, and one draw an
// arrival. @returns false when the run ends before the next arrival
bool ArrivalStream::go_to_arrival(const Poisson& law) {
  double to_spend = kernel::exponential_draw(unit(context_, "demand.gap", number_), 1.0);
  market::LocalClock clock(context_.calendar);
  while (true) {
    if (now_ns_ >= context_.end_ns) return false;
    const TimeNs hour_end = std::min(
        law.weekly ? clock.next_tick(now_ns_, kernel::hour_ns)
                   : context_.start_ns + ((now_ns_ - context_.start_ns) / kernel::hour_ns + 1) * kernel::hour_ns,
        context_.end_ns);
    const double rate = rate_at(law, now_ns_);
    const double available = rate * kernel::hours_between(now_ns_, hour_end);
    if (available > to_spend) {
      now_ns_ = kernel::after_hours_rounded_up(now_ns_, to_spend / rate);
      return now_ns_ < context_.end_ns;
    }
    to_spend -= available;
    now_ns_ = hour_end;
  }
}

bool ArrivalStream::next_poisson(const Poisson& law, Visit& visit) {
  if (!go_to_arrival(law)) return false;

  const std::uint64_t k = number_++;
  visit = Visit{};
  visit.id = law.name + "-" + std::to_string(k + 1);
  visit.number = k;
  visit.arrival_ns = now_ns_;
  visit.stay_counts_from_plug_in = true;
  const auto& vehicles = *context_.vehicles;
  if (law.vehicles.size() == 1) {
    visit.vehicle = law.vehicles[0];
  } else if (!law.vehicles.empty()) {
    visit.vehicle = law.vehicles[drawn(law.vehicles, unit(context_, "demand.vehicle", k),
                                       [&](std::uint32_t v) { return vehicles[v].share; })];
  }

  const physics::Vehicle& vehicle = vehicles[visit.vehicle];
  draw_stay(law, context_, visit);
  draw_energy(law, context_, vehicle.battery, visit);
  draw_choices(law, context_, vehicle.v2g_capable, visit);
  return true;
}

}  // namespace evtwin::demand
