#include "physics/ageing.hpp"

#include <cmath>

namespace evtwin::physics {

namespace {

double arrhenius(const AgeingLaw& law) { return std::exp(-law.calendar_activation_k / law.temperature_k); }

/// The paper's alpha, per day^0.75.
double alpha(const AgeingLaw& law, double arrhenius, double mean_soc) {
  return (law.calendar_per_v * law.voltage_at(mean_soc) - law.calendar_offset) * arrhenius;
}

/// The paper's beta, per sqrt(Ah).
double beta(const AgeingLaw& law, const AgeingUse& use) {
  const double off_v = law.voltage_at(use.cycle_soc) - law.cyclic_best_v;
  return law.cyclic_per_v2 * off_v * off_v + law.cyclic_floor + law.cyclic_per_depth * use.depth;
}

/// Charge through one cell when `stored_kwh` flow through a battery of `capacity_kwh`.
double cell_ah(const AgeingLaw& law, double stored_kwh, double capacity_kwh) {
  return stored_kwh / capacity_kwh * law.cell_ah;
}

/// (before + more)^power - before^power, without cancellation for a small `more`.
/// @param grown  before^power
double growth(double before, double more, double power, double grown) {
  if (before <= 0.0) return std::pow(more, power);
  const double x = more / before;
  // A session is little beside what was before: the first terms of (1 + x)^power - 1 are all of it.
  if (x < 1e-2) {
    const double p = power;
    double terms = 1.0;
    for (int k = 7; k > 1; --k) terms = 1.0 + x * (p - k + 1) / k * terms;
    return grown * p * x * terms;
  }
  return grown * std::expm1(power * std::log1p(x));
}

}  // namespace

AgeingLaw FittedAgeing::fitted_law() const {
  AgeingLaw law;
  law.replaced_at = replaced_at;
  // Terms that depend on voltage, depth and temperature leave; the constant ones stay.
  if (calendar) {
    law.calendar_per_v = law.calendar_activation_k = 0.0;
    law.calendar_offset = -*calendar;
  }
  if (cyclic) {
    law.cyclic_per_v2 = law.cyclic_per_depth = 0.0;
    law.cyclic_floor = *cyclic;
    law.cyclic_power = power;
    law.cell_ah = 0.5;  // both directions of a full cycle are one
  }
  return law;
}

AgeingHistory AgeingHistory::of_typical_car(double capacity_kwh) {
  constexpr double days = 730.0, km_per_day = 15'000.0 / 365.0, kwh_per_km = 0.186;
  static_assert(days == 2.0 * 365.0 && days == AgeingHistory{}.days, "two years, as EV2Gym takes them");
  return {days, 2.0 * days * km_per_day * kwh_per_km, capacity_kwh};
}

AgeingHistory AgeingHistory::of_typical_storage(double capacity_kwh) {
  constexpr double days = 730.0;
  return {days, 2.0 * days * capacity_kwh, capacity_kwh};
}

Ageing::Ageing(const AgeingLaw& law, const AgeingHistory& history)
    : law_(law),
      history_(history),
      arrhenius_(arrhenius(law)),
      before_ah_(cell_ah(law, history.stored_kwh, history.capacity_kwh)),
      grown_days_(std::pow(history.days, law.calendar_power)),
      grown_ah_(std::pow(before_ah_, law.cyclic_power)) {}

double Ageing::calendar_loss(const AgeingUse& use) const {
  return alpha(law_, arrhenius_, use.mean_soc) * growth(history_.days, use.days, law_.calendar_power, grown_days_);
}

double Ageing::cyclic_loss(const AgeingUse& use) const {
  const double more_ah = cell_ah(law_, use.stored_kwh, history_.capacity_kwh);
  return beta(law_, use) * growth(before_ah_, more_ah, law_.cyclic_power, grown_ah_);
}

double calendar_loss(const AgeingLaw& law, const AgeingHistory& history, const AgeingUse& use) {
  return Ageing(law, history).calendar_loss(use);
}

double cyclic_loss(const AgeingLaw& law, const AgeingHistory& history, const AgeingUse& use) {
  return Ageing(law, history).cyclic_loss(use);
}

double tangent_calendar_loss(const AgeingLaw& law, const AgeingHistory& history, const AgeingUse& use) {
  return alpha(law, arrhenius(law), use.mean_soc) * law.calendar_power * use.days /
         std::pow(history.days, 1.0 - law.calendar_power);
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

void AgeingMeter::add_power(double from_kwh, double change_kwh, const Law& law, double metered_kwh, double begin_h,
                            double hours) {
  const double per_metered = change_kwh / metered_kwh;
  moment_kwh_h_ += (begin_h + hours) * change_kwh - per_metered * energy_area(law, metered_kwh, hours);
  add_flow(from_kwh, change_kwh);
}

AgeingUse AgeingMeter::use_until(double capacity_kwh, double now_kwh, double hours) const {
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
