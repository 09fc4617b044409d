// check_plan: whether a plan keeps what its problem says, seen without any solver's matrix.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "optimise/plan_facts.hpp"

namespace evtwin::optimise {

namespace {

/// The first thing that is wrong ends the look; NaN is wrong everywhere.
struct WrongPlan {
  std::string what;
};

class Look {
 public:
  Look(const PlanProblem& problem, const Plan& plan, double tolerance_kw)
      : problem_(problem), plan_(plan), tolerance_kw_(tolerance_kw) {
    double hours = 0.0;
    for (const double h : problem.hours) hours += h;
    tolerance_kwh_ = tolerance_kw * std::max(1.0, hours);
  }

  void all() const {
    sizes();
    for (std::size_t v = 0; v < problem_.vehicles.size(); ++v) vehicle(v);
    for (std::size_t s = 0; s < problem_.storages.size(); ++s) storage(s);
    grid();
    if (!problem_.limits.empty() || !problem_.magnitudes.empty()) limits();
    sums();
  }

 private:
  template <typename... Args>
  [[noreturn]] static void wrong(fmt::format_string<Args...> text, Args&&... args) {
    throw WrongPlan{fmt::format(text, std::forward<Args>(args)...)};
  }

  /// `where` names the quantity; lower <= got <= upper but for the tolerance, and a last digit of large numbers.
  template <typename Where>
  static void within(double got, double lower, double upper, double tolerance, const char* unit, const Where& where) {
    const double slack = tolerance + 1e-12 * std::abs(got);
    if (got >= lower - slack && got <= upper + slack) return;
    wrong("{} is {} {}, must lie in {} to {}", where(), got, unit, lower, upper);
  }

  static void size(std::size_t got, std::size_t expected, const char* what) {
    if (got != expected) wrong("{} has {} values, must have {}", what, got, expected);
  }

  void sizes() const {
    const std::size_t steps = problem_.steps();
    size(plan_.vehicles.size(), problem_.vehicles.size(), "vehicles");
    size(plan_.storages.size(), problem_.storages.size(), "storages");
    size(plan_.import_kw.size(), steps, "import_kw");
    size(plan_.export_kw.size(), steps, "export_kw");
    size(plan_.curtailed_kw.size(), steps, "curtailed_kw");
    size(plan_.peak_kw.size(), problem_.periods.size(), "peak_kw");
    for (std::size_t v = 0; v < plan_.vehicles.size(); ++v) {
      const PlanVehicle& spec = problem_.vehicles[v];
      const std::size_t stay = spec.end_step > spec.first_step ? spec.end_step - spec.first_step : 0;
      size(plan_.vehicles[v].charge_kw.size(), stay, "a vehicle's charge_kw");
      if (!plan_.vehicles[v].discharge_kw.empty())
        size(plan_.vehicles[v].discharge_kw.size(), stay, "a vehicle's discharge_kw");
      if (stay > 0 && plan_.vehicles[v].first_step != spec.first_step)
        wrong("vehicle {} begins at step {}, must begin at {}", v, plan_.vehicles[v].first_step, spec.first_step);
    }
    for (const StoragePlan& one : plan_.storages) {
      size(one.charge_kw.size(), steps, "a storage's charge_kw");
      size(one.discharge_kw.size(), steps, "a storage's discharge_kw");
      size(one.stored_kwh.size(), steps, "a storage's stored_kwh");
    }
  }

  void vehicle(std::size_t v) const {
    const PlanVehicle& spec = problem_.vehicles[v];
    const VehiclePlan& made = plan_.vehicles[v];
    const auto name = [&](const char* what, std::size_t k) {
      return [=, &spec] {
        return fmt::format("{} of vehicle {} (key {}) in step {}", what, v, spec.key, spec.first_step + k);
      };
    };

    EnergyCount count(spec);
    for (std::size_t k = 0; k < made.charge_kw.size(); ++k) {
      const auto step = static_cast<std::uint32_t>(spec.first_step + k);
      const double discharge_kw = made.discharge_kw.empty() ? 0.0 : made.discharge_kw[k];
      count.add_step(problem_, made, k);
      within(made.charge_kw[k], 0.0, most_charge_kw(spec, step), tolerance_kw_, "kW", name("charging", k));
      within(discharge_kw, 0.0, most_discharge_kw(spec, step), tolerance_kw_, "kW", name("discharging", k));
      within(count.stored_kwh(), -spec.dischargeable_kwh, spec.room_kwh, tolerance_kwh_, "kWh",
             name("energy stored since the start", k));
      within(count.got_kwh(), -infinite, spec.most_kwh, tolerance_kwh_, "kWh", name("energy got", k));
      if (plan_.method == Method::milp) whole_numbers(spec, step, made.charge_kw[k], discharge_kw, name("power", k));
    }

    // Unmet energy has a price: a plan must say neither more nor less than what lacks.
    const double unmet_kwh = std::max(0.0, spec.wanted_kwh - count.got_kwh());
    within(made.unmet_kwh, unmet_kwh, unmet_kwh, tolerance_kwh_, "kWh",
           [&] { return fmt::format("unmet energy of vehicle {} (key {})", v, spec.key); });
    if (plan_.method == Method::milp && spec.max_starts > 0) starts(v);
  }

  bool nearly(double a, double b) const { return std::abs(a - b) <= tolerance_kw_; }

  template <typename Where>
  void whole_numbers(const PlanVehicle& spec, std::uint32_t step, double charge_kw, double discharge_kw,
                     const Where& where) const {
    const double share = share_of(spec, step);
    const bool charges = charge_kw > tolerance_kw_, discharges = discharge_kw > tolerance_kw_;
    if (charges && discharges)
      wrong("{}: charges {} kW and discharges {} kW at once", where(), charge_kw, discharge_kw);
    if (charges && charge_kw < spec.min_kw * share - tolerance_kw_)
      wrong("{} is {} kW, must be 0 or at least {}", where(), charge_kw, spec.min_kw * share);
    if (discharges && discharge_kw < spec.min_discharge_kw * share - tolerance_kw_)
      wrong("{} is {} kW of discharging, must be 0 or at least {}", where(), discharge_kw,
            spec.min_discharge_kw * share);
    if (!charges || spec.rates_kw.empty()) return;
    const auto is_it = [&](double rate) { return nearly(charge_kw, rate * share); };
    if (std::none_of(spec.rates_kw.begin(), spec.rates_kw.end(), is_it))
      wrong("{} is {} kW, must be 0 or one of the rates", where(), charge_kw);
  }

  void starts(std::size_t v) const {
    const PlanVehicle& spec = problem_.vehicles[v];
    bool on = spec.charging_now && spec.first_step == 0;
    std::uint32_t count = 0;
    for (const double kw : plan_.vehicles[v].charge_kw) {
      const bool charges = kw > tolerance_kw_;
      if (charges && !on) ++count;
      on = charges;
    }
    if (count > spec.starts_left())
      wrong("vehicle {} (key {}) starts {} times, may start {}", v, spec.key, count, spec.starts_left());
  }

  void storage(std::size_t s) const {
    const PlanStorage& spec = problem_.storages[s];
    const StoragePlan& made = plan_.storages[s];
    double before_kwh = spec.stored_kwh;
    for (std::size_t t = 0; t < problem_.steps(); ++t) {
      const auto name = [&](const char* what) {
        return [=, &spec] { return fmt::format("{} of storage {} (key {}) in step {}", what, s, spec.key, t); };
      };
      const double charge_kw = made.charge_kw[t], discharge_kw = made.discharge_kw[t];
      const bool rests = t >= spec.end_step;
      within(charge_kw, 0.0, rests ? 0.0 : spec.max_charge_kw, tolerance_kw_, "kW", name("charging"));
      within(discharge_kw, 0.0, rests ? 0.0 : spec.max_discharge_kw, tolerance_kw_, "kW", name("discharging"));
      if (plan_.method == Method::milp && charge_kw > tolerance_kw_ && discharge_kw > tolerance_kw_)
        wrong("{}: charges and discharges at once", name("power")());
      const double stored_kwh = before_kwh + problem_.hours[t] * (charge_kw * spec.charge_efficiency -
                                                                  discharge_kw / spec.discharge_efficiency);
      within(made.stored_kwh[t], stored_kwh, stored_kwh, tolerance_kwh_, "kWh",
             name("stored energy, from its powers,"));
      // From outside of the window it moves inwards only; a bound knows the start alone.
      const double from_kwh = problem_.linearisation == Linearisation::inner ? before_kwh : spec.stored_kwh;
      within(made.stored_kwh[t], std::min(spec.min_kwh, from_kwh), std::max(spec.max_kwh, from_kwh), tolerance_kwh_,
             "kWh", name("stored energy"));
      before_kwh = made.stored_kwh[t];
    }
  }

  void grid() const {
    const std::size_t steps = problem_.steps();
    std::vector<double> supply_kw(steps), demand_kw(problem_.load_kw);
    for (std::size_t t = 0; t < steps; ++t) {
      connection(t);
      supply_kw[t] = problem_.pv_kw[t] - plan_.curtailed_kw[t] + plan_.import_kw[t] - plan_.export_kw[t];
      for (const StoragePlan& made : plan_.storages) {
        demand_kw[t] += made.charge_kw[t];
        supply_kw[t] += made.discharge_kw[t];
      }
    }
    for (std::size_t v = 0; v < problem_.vehicles.size(); ++v) {
      const PlanVehicle& spec = problem_.vehicles[v];
      const VehiclePlan& made = plan_.vehicles[v];
      for (std::size_t k = 0; k < made.charge_kw.size(); ++k)
        demand_kw[spec.first_step + k] += spec.grid_kw_per_charge_kw * made.charge_kw[k];
      for (std::size_t k = 0; k < made.discharge_kw.size(); ++k)
        supply_kw[spec.first_step + k] += spec.grid_kw_per_discharge_kw * made.discharge_kw[k];
    }
    for (std::size_t t = 0; t < steps; ++t) {
      within(supply_kw[t] - demand_kw[t], 0.0, 0.0, tolerance_kw_ + 1e-9 * std::abs(demand_kw[t]), "kW",
             [t] { return fmt::format("supply less demand in step {}", t); });
    }
  }

  void connection(std::size_t t) const {
    const auto name = [t](const char* what) { return [=] { return fmt::format("{} in step {}", what, t); }; };
    const double most_import_kw = import_broken_at_rest(problem_, t) ? infinite : problem_.import_limit_kw[t];
    const double most_export_kw = export_broken_at_rest(problem_, t) ? infinite : problem_.export_limit_kw[t];
    const double most_curtailed_kw = problem_.curtail_pv ? problem_.pv_kw[t] : 0.0;
    const double import_kw = plan_.import_kw[t], export_kw = plan_.export_kw[t];
    within(import_kw, 0.0, most_import_kw, tolerance_kw_, "kW", name("import"));
    within(export_kw, 0.0, most_export_kw, tolerance_kw_, "kW", name("export"));
    within(plan_.curtailed_kw[t], 0.0, most_curtailed_kw, tolerance_kw_, "kW", name("curtailed PV"));
    if (plan_.method == Method::milp && import_kw > tolerance_kw_ && export_kw > tolerance_kw_)
      wrong("step {}: imports {} kW and exports {} kW at once", t, import_kw, export_kw);
  }

  void limits() const {
    const EvsePowers powers(problem_, plan_);
    for (const PlanLimit& one : problem_.limits) {
      for (std::size_t t = 0; t < problem_.steps(); ++t) {
        if (broken_at_rest(one, t)) continue;
        within(level_of(plan_, powers, one, t), value_at_step(one.lower, t), value_at_step(one.upper, t),
               tolerance_of(one), "in its unit", [&] { return fmt::format("limit '{}' in step {}", one.name, t); });
      }
    }
    // An outer polygon lets through what the circle does not: that is what a bound's relaxation is.
    if (problem_.linearisation != Linearisation::inner) return;
    for (const PlanMagnitude& one : problem_.magnitudes) {
      for (std::size_t t = 0; t < problem_.steps(); ++t) {
        const double amps = std::abs(phasor_of(one, [&](std::uint32_t evse) { return powers.kw_in_step(evse, t); }));
        within(amps, 0.0, value_at_step(one.upper, t), tolerance_of(one), "in its unit",
               [&] { return fmt::format("magnitude '{}' in step {}", one.name, t); });
      }
    }
  }

  /// A row in amperes has amperes per kW as coefficients.
  template <typename Limit>
  double tolerance_of(const Limit& one) const {
    double largest = 1.0;
    for (const auto& member : one.members) largest = std::max(largest, size_of(member));
    return tolerance_kw_ * largest;
  }
  static double size_of(const PlanLimit::Member& member) { return std::abs(member.coefficient); }
  static double size_of(const PlanMagnitude::Member& member) { return std::hypot(member.re, member.im); }

  void sums() const {
    const auto highest = highest_windows_kw(problem_, plan_.import_kw);
    for (std::size_t p = 0; p < highest.size(); ++p) {
      within(plan_.peak_kw[p], highest[p], highest[p], tolerance_kw_ + 1e-9 * highest[p], "kW",
             [p] { return fmt::format("peak of period {}", p); });
    }
    const double over_kwh = over_limit_kwh(problem_, plan_);
    within(plan_.over_limit_kwh, over_kwh, over_kwh, tolerance_kwh_ + 1e-9 * over_kwh, "kWh",
           [] { return std::string("energy over limits"); });
    // A power that is off by the tolerance is a cost that is off by its price.
    const double cost = cost_of(problem_, plan_);
    const double slack = std::max(1.0, std::abs(cost)) * tolerance_kw_;
    within(plan_.objective, cost, cost, slack, "in money", [] { return std::string("objective"); });
    within(plan_.bound, -infinite, plan_.objective, slack, "in money", [] { return std::string("bound"); });
  }

  const PlanProblem& problem_;
  const Plan& plan_;
  double tolerance_kw_, tolerance_kwh_ = 0.0;
};

}  // namespace

std::string check_plan(const PlanProblem& problem, const Plan& plan, double tolerance_kw) {
  try {
    Look(problem, plan, tolerance_kw).all();
  } catch (const WrongPlan& wrong) {
    return wrong.what;
  }
  return {};
}

}  // namespace evtwin::optimise
