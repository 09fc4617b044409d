#include "audit/ageing.hpp"

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

void BatteryUse::add(Ns from_ns, Ns to_ns, const Taper& metered) {
  const double hours = hours_between(from_ns, to_ns);
  const double gain = metered.kw > 0.0 ? charge_gain_ : discharge_gain_;
  const double change_kwh = gain * metered.energy(0.0, hours);
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

UseUntil BatteryUse::use(Ns end_ns) const {
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

Wear BatteryUse::wear(Ns end_ns, double history_kwh) const {
  const auto [days, mean_soc, flow_kwh, cycle_soc, depth] = use(end_ns);

  // Open-circuit voltage as a line over SoC; 25 C.
  const auto volt = [](double soc) { return 3.3324 + 0.8263 * soc; };
  const double alpha = (7.543e6 * volt(mean_soc) - 23.75e6) * std::exp(-6976.0 / 298.15);
  const double beta = 7.348e-3 * std::pow(volt(cycle_soc) - 3.667, 2) + 7.6e-4 + 4.081e-3 * depth;

  // Growth of days^0.75 and sqrt(Ah), written so that little use keeps its digits.
  const double grown_days = std::pow(age_days, 0.75) * std::expm1(0.75 * std::log1p(days / age_days));
  constexpr double cell_ah = 2.05;
  const double before_ah = history_kwh / capacity_kwh_ * cell_ah, now_ah = flow_kwh / capacity_kwh_ * cell_ah;
  const double grown_root_ah = now_ah / (std::sqrt(before_ah + now_ah) + std::sqrt(before_ah));
  return {alpha * grown_days, now_ah > 0.0 ? beta * grown_root_ah : 0.0};
}

}  // namespace evtwin::audit
