#include "audit/ageing.hpp"

#include <algorithm>
#include <cmath>

namespace evtwin::audit {
namespace {

constexpr double age_days = 730.0;  // of every battery when it first comes (EV2Gym)

/// Integral over [0, hours] of the energy that has flowed since 0, kWh h: kw x hours^2 x (e^x - 1 - x) / x^2.
double energy_area(const Taper& taper, double hours) {
  const double x = taper.rate_per_h * hours;
  double share = 0.0;
  if (std::abs(x) < 0.5) {
    double term = 0.5;
    for (int k = 3; k < 20; ++k) {
      share += term;
      term *= x / k;
    }
  } else {
    share = (std::expm1(x) - x) / (x * x);
  }
  return taper.kw * hours * hours * share;
}

}  // namespace

double car_history_kwh() { return 2.0 * age_days * (15'000.0 / 365.0) * 0.186; }
double storage_history_kwh(double capacity_kwh) { return 2.0 * age_days * capacity_kwh; }

BatteryUse::BatteryUse(double capacity_kwh, double stored_kwh, double charge_gain, double discharge_gain, Ns begin_ns)
    : capacity_kwh_(capacity_kwh),
      stored_kwh_(stored_kwh),
      charge_gain_(charge_gain),
      discharge_gain_(discharge_gain),
      begin_ns_(begin_ns),
      known_until_ns_(begin_ns) {}

void BatteryUse::add_power(Ns from_ns, Ns to_ns, const Taper& metered) {
  const double hours = hours_between(from_ns, to_ns);
  const double gain = metered.kw > 0.0 ? charge_gain_ : discharge_gain_;
  const double change_kwh = gain * metered.energy_kwh(0.0, hours);
  content_kwh_h_ += stored_kwh_ * hours_between(known_until_ns_, to_ns) + gain * energy_area(metered, hours);
  known_until_ns_ = to_ns;
  if (stored_kwh_ + change_kwh == stored_kwh_) return;
  flow_kwh_ += std::abs(change_kwh);
  flow_level_kwh2_ += std::abs(change_kwh) * (stored_kwh_ + 0.5 * change_kwh);
  // A half cycle lasts until energy flows the other way; a pause does not end it.
  if (half_cycle_kwh_ * change_kwh < 0.0) {
    half_cycles_kwh2_ += half_cycle_kwh_ * half_cycle_kwh_;
    half_cycle_kwh_ = 0.0;
  }
  half_cycle_kwh_ += change_kwh;
  stored_kwh_ += change_kwh;
}

UseUntil BatteryUse::use_until(Ns end_ns) const {
  const double hours = hours_between(begin_ns_, end_ns);
  const double content_kwh_h = content_kwh_h_ + stored_kwh_ * hours_between(known_until_ns_, end_ns);
  const double half_cycles_kwh2 = half_cycles_kwh2_ + half_cycle_kwh_ * half_cycle_kwh_;
  UseUntil use;
  use.days = hours / 24.0;
  use.mean_soc = (hours > 0.0 ? content_kwh_h / hours : stored_kwh_) / capacity_kwh_;
  use.flow_kwh = flow_kwh_;
  if (flow_kwh_ > 0.0) {
    use.cycle_soc = flow_level_kwh2_ / flow_kwh_ / capacity_kwh_;
    use.depth = half_cycles_kwh2 / flow_kwh_ / capacity_kwh_;
  }
  return use;
}

namespace {

/// Per day^0.75. Open-circuit voltage as a line over SoC; 25 C.
double by_time(const AgeingTerms& terms, double mean_soc) {
  if (terms.calendar != AgeingTerms::published) return terms.calendar;
  return (7.543e6 * (3.3324 + 0.8263 * mean_soc) - 23.75e6) * std::exp(-6976.0 / 298.15);
}

/// What capacities, `turns` of them both directions, take that flow through a battery after `before` of them.
double by_cycles(const AgeingTerms& terms, double cycle_soc, double depth, double before, double turns) {
  if (!(turns > 0.0)) return 0.0;
  if (terms.cyclic == AgeingTerms::published) {
    constexpr double cell_ah = 2.05;
    const double beta = 7.348e-3 * std::pow(3.3324 + 0.8263 * cycle_soc - 3.667, 2) + 7.6e-4 + 4.081e-3 * depth;
    // Growth of the root, written so that little use keeps its digits.
    return beta * cell_ah * turns / (std::sqrt(cell_ah * (before + turns)) + std::sqrt(cell_ah * before));
  }
  // A full cycle is two turns.
  if (!(before > 0.0)) return terms.cyclic * std::pow(turns / 2.0, terms.power);
  return terms.cyclic * std::pow(before / 2.0, terms.power) * std::expm1(terms.power * std::log1p(turns / before));
}

}  // namespace

Wear BatteryUse::wear_until(Ns end_ns, double history_kwh, const AgeingTerms& terms) const {
  const auto [days, mean_soc, flow_kwh, cycle_soc, depth] = use_until(end_ns);
  const double grown_days = std::pow(age_days, 0.75) * std::expm1(0.75 * std::log1p(days / age_days));
  return {by_time(terms, mean_soc) * grown_days,
          by_cycles(terms, cycle_soc, depth, history_kwh / capacity_kwh_, flow_kwh / capacity_kwh_)};
}

DailyUse daily_use(const UseUntil& use, double capacity_kwh) {
  return {use.mean_soc, use.flow_kwh / capacity_kwh / use.days, use.cycle_soc, use.depth};
}

double health_after(const AgeingTerms& terms, const DailyUse& day, double days) {
  return 1.0 - by_time(terms, day.mean_soc) * std::pow(days, 0.75) -
         by_cycles(terms, day.cycle_soc, day.depth, 0.0, day.turns * days);
}

double years_until_replaced(const AgeingTerms& terms, const DailyUse& day) {
  constexpr double most_days = 100.0 * 365.25;
  if (health_after(terms, day, most_days) > terms.replaced_at) return 100.0;
  // Its binary digits from the highest down: each stays that does not make it too long.
  double days = 0.0;
  for (double step = most_days; step > 1e-12; step /= 2.0) {
    if (health_after(terms, day, days + step) > terms.replaced_at) days += step;
  }
  return days / 365.25;
}

double health_after_five_years(const AgeingTerms& terms, const DailyUse& day) {
  return std::max(0.0, health_after(terms, day, 5.0 * 365.25));
}

}  // namespace evtwin::audit
