#include "physics/ageing.hpp"

#include <cmath>

namespace evtwin::physics {

namespace {

/// Per day^0.75: the paper's alpha.
double alpha(const AgeingLaw& law, double mean_soc) {
  return (law.calendar_per_v * law.voltage_at(mean_soc) - law.calendar_offset) *
         std::exp(-law.calendar_activation_k / law.temperature_k);
}

/// Per sqrt(Ah): the paper's beta.
double beta(const AgeingLaw& law, const AgeingUse& use) {
  const double off_v = law.voltage_at(use.cycle_soc) - law.cyclic_best_v;
  return law.cyclic_per_v2 * off_v * off_v + law.cyclic_floor + law.cyclic_per_depth * use.depth;
}

/// Charge through one cell when `stored_kwh` flow through a battery of `capacity_kwh`.
double cell_ah(const AgeingLaw& law, double stored_kwh, double capacity_kwh) {
  return stored_kwh / capacity_kwh * law.cell_ah;
}

/// (before + more)^power - before^power, without cancellation for a small `more`.
double growth(double before, double more, double power) {
  if (before <= 0.0) return std::pow(more, power);
  return std::pow(before, power) * std::expm1(power * std::log1p(more / before));
}

}  // namespace

AgeingHistory AgeingHistory::car(double capacity_kwh) {
  constexpr double days = 730.0, km_per_day = 15'000.0 / 365.0, kwh_per_km = 0.186;
  return {days, 2.0 * days * km_per_day * kwh_per_km, capacity_kwh};
}

AgeingHistory AgeingHistory::storage(double capacity_kwh) {
  constexpr double days = 730.0;
  return {days, 2.0 * days * capacity_kwh, capacity_kwh};
}

double calendar_loss(const AgeingLaw& law, const AgeingHistory& history, const AgeingUse& use) {
  return alpha(law, use.mean_soc) * growth(history.days, use.days, law.calendar_power);
}

double cyclic_loss(const AgeingLaw& law, const AgeingHistory& history, const AgeingUse& use) {
  const double before_ah = cell_ah(law, history.stored_kwh, history.capacity_kwh);
  const double more_ah = cell_ah(law, use.stored_kwh, history.capacity_kwh);
  return beta(law, use) * growth(before_ah, more_ah, law.cyclic_power);
}

double tangent_calendar_loss(const AgeingLaw& law, const AgeingHistory& history, const AgeingUse& use) {
  return alpha(law, use.mean_soc) * law.calendar_power * use.days / std::pow(history.days, 1.0 - law.calendar_power);
}

double tangent_cyclic_loss(const AgeingLaw& law, const AgeingHistory& history, const AgeingUse& use) {
  const double more_ah = cell_ah(law, use.stored_kwh, history.capacity_kwh);
  if (more_ah == 0.0) return 0.0;
  const double before_ah = cell_ah(law, history.stored_kwh, history.capacity_kwh);
  return beta(law, use) * law.cyclic_power * more_ah / std::pow(before_ah, 1.0 - law.cyclic_power);
}

double energy_area(const Law& law, double metered_kwh, double hours) {
  const double x = law.rate_per_h * hours;
  // Below 0.1 the difference of the closed form loses digits: (e^x - 1 - x) / x^2 = 1/2! + x/3! + x^2/4! + ...
  if (std::abs(x) < 0.1) {
    const double series =
        1.0 / 2 + x * (1.0 / 6 + x * (1.0 / 24 + x * (1.0 / 120 + x * (1.0 / 720 + x * (1.0 / 5'040 + x / 40'320)))));
    return law.kw * hours * hours * series;
  }
  return (metered_kwh - law.kw * hours) / law.rate_per_h;
}

void AgeingMeter::add(double from_kwh, double change_kwh, const Law& law, double metered_kwh, double begin_h,
                      double hours) {
  // Content over time, by parts: now x T less the sum of (when it changed) x change.
  const double per_metered = change_kwh / metered_kwh;
  moment_kwh_h_ += (begin_h + hours) * change_kwh - per_metered * energy_area(law, metered_kwh, hours);
  const double flow_kwh = std::abs(change_kwh);
  stored_kwh_ += flow_kwh;
  level_kwh2_ += flow_kwh * (from_kwh + 0.5 * change_kwh);
  if (half_cycle_kwh_ * change_kwh < 0.0) {
    half_cycles_kwh2_ += half_cycle_kwh_ * half_cycle_kwh_;
    half_cycle_kwh_ = 0.0;
  }
  half_cycle_kwh_ += change_kwh;
}

AgeingUse AgeingMeter::use(double capacity_kwh, double now_kwh, double hours) const {
  AgeingUse use;
  use.days = hours / 24.0;
  use.mean_soc = (hours > 0.0 ? now_kwh - moment_kwh_h_ / hours : now_kwh) / capacity_kwh;
  use.stored_kwh = stored_kwh_;
  if (stored_kwh_ > 0.0) {
    use.cycle_soc = level_kwh2_ / stored_kwh_ / capacity_kwh;
    use.depth = (half_cycles_kwh2_ + half_cycle_kwh_ * half_cycle_kwh_) / stored_kwh_ / capacity_kwh;
  }
  return use;
}

}  // namespace evtwin::physics
