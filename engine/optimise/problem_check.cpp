// check_problem: one line on the first thing that is wrong.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <unordered_set>

#include "optimise/plan_problem.hpp"

namespace evtwin::optimise {

namespace {

struct WrongProblem {
  std::string what;
};

template <typename... Args>
[[noreturn]] void wrong(fmt::format_string<Args...> text, Args&&... args) {
  throw WrongProblem{fmt::format(text, std::forward<Args>(args)...)};
}

/// A number of a vehicle, storage or row: `what` is its field.
struct Owner {
  const char* kind;
  std::size_t index;

  std::string field(const char* what) const { return fmt::format("{} {}: {}", kind, index, what); }
  void finite(double value, const char* what) const {
    if (!std::isfinite(value)) wrong("{} is {}, must be a finite number", field(what), value);
  }
  void at_least_0(double value, const char* what) const {
    if (!(value >= 0.0 && value < infinite)) wrong("{} is {}, must be a finite number >= 0", field(what), value);
  }
  void at_least_0_or_infinite(double value, const char* what) const {
    if (!(value >= 0.0)) wrong("{} is {}, must be >= 0, infinite where there is no bound", field(what), value);
  }
  void within_0_1(double value, const char* what) const {
    if (!(value >= 0.0 && value <= 1.0)) wrong("{} is {}, must lie in 0 to 1", field(what), value);
  }
  void efficiency(double value, const char* what) const {
    if (!(value > 0.0 && value <= 1.0)) wrong("{} is {}, must be above 0 and at most 1", field(what), value);
  }
};

void check_series(const std::vector<double>& series, std::size_t steps, const char* name, bool may_be_infinite,
                  bool may_be_negative) {
  if (series.size() != steps) wrong("{} has {} values, must have one per step, {}", name, series.size(), steps);
  for (std::size_t t = 0; t < steps; ++t) {
    const double value = series[t];
    if (std::isnan(value) || (!may_be_infinite && std::isinf(value)))
      wrong("{} is {} in step {}, must be a {}number", name, value, t, may_be_infinite ? "" : "finite ");
    if (!may_be_negative && value < 0.0) wrong("{} is {} in step {}, must be >= 0", name, value, t);
  }
}

void check_site(const PlanProblem& problem) {
  const std::size_t steps = problem.steps();
  for (std::size_t t = 0; t < steps; ++t)
    if (!(problem.hours[t] > 0.0 && problem.hours[t] < infinite))
      wrong("hours is {} in step {}, must be a finite number above 0", problem.hours[t], t);
  check_series(problem.buy_per_kwh, steps, "buy_per_kwh", false, true);
  check_series(problem.sell_per_kwh, steps, "sell_per_kwh", false, true);
  check_series(problem.load_kw, steps, "load_kw", false, false);
  check_series(problem.pv_kw, steps, "pv_kw", false, false);
  check_series(problem.import_limit_kw, steps, "import_limit_kw", true, false);
  check_series(problem.export_limit_kw, steps, "export_limit_kw", true, false);
  if (!(problem.over_limit_price_per_kwh > 0.0 && problem.over_limit_price_per_kwh < infinite))
    wrong("over_limit_price_per_kwh is {}, must be a finite number above 0", problem.over_limit_price_per_kwh);
}

void check_vehicle(const PlanProblem& problem, std::size_t index) {
  const PlanVehicle& v = problem.vehicles[index];
  const Owner vehicle{"vehicle", index};
  const std::size_t steps = problem.steps();
  if (v.first_step > v.end_step || v.end_step > steps)
    wrong("vehicle {}: steps {} to {} do not lie in the horizon, must be first_step <= end_step <= {}", index,
          v.first_step, v.end_step, steps);
  if (v.evse >= 1u << 24) wrong("vehicle {}: evse is {}, must be below {}", index, v.evse, 1u << 24);

  vehicle.within_0_1(v.first_share, "first_share");
  vehicle.within_0_1(v.last_share, "last_share");
  vehicle.at_least_0(v.max_kw, "max_kw");
  vehicle.at_least_0(v.min_kw, "min_kw");
  vehicle.at_least_0(v.max_discharge_kw, "max_discharge_kw");
  vehicle.at_least_0(v.min_discharge_kw, "min_discharge_kw");
  vehicle.at_least_0(v.max_setpoint_kw, "max_setpoint_kw");
  vehicle.at_least_0(v.max_discharge_setpoint_kw, "max_discharge_setpoint_kw");

  if (!v.step_max_kw.empty() && v.step_max_kw.size() != v.end_step - v.first_step)
    wrong("vehicle {}: step_max_kw has {} values, must have one per step of the stay, {}", index, v.step_max_kw.size(),
          v.end_step - v.first_step);
  for (const double kw : v.step_max_kw) vehicle.at_least_0(kw, "step_max_kw");
  if (!v.step_charge_price_per_kwh.empty() && v.step_charge_price_per_kwh.size() != v.end_step - v.first_step)
    wrong("vehicle {}: step_charge_price_per_kwh has {} values, must have one per step of the stay, {}", index,
          v.step_charge_price_per_kwh.size(), v.end_step - v.first_step);
  for (const double price : v.step_charge_price_per_kwh) vehicle.at_least_0(price, "step_charge_price_per_kwh");
  for (std::size_t r = 0; r < v.rates_kw.size(); ++r)
    if (!(v.rates_kw[r] > (r == 0 ? 0.0 : v.rates_kw[r - 1]) && v.rates_kw[r] < infinite))
      wrong("vehicle {}: rates_kw[{}] is {}, must be finite, above 0 and above the one before", index, r,
            v.rates_kw[r]);
  vehicle.efficiency(v.charge_efficiency, "charge_efficiency");
  vehicle.efficiency(v.discharge_efficiency, "discharge_efficiency");
  vehicle.at_least_0(v.wanted_kwh, "wanted_kwh");
  vehicle.at_least_0_or_infinite(v.most_kwh, "most_kwh");
  vehicle.at_least_0_or_infinite(v.room_kwh, "room_kwh");
  vehicle.at_least_0(v.dischargeable_kwh, "dischargeable_kwh");
  vehicle.at_least_0(v.unmet_price_per_kwh, "unmet_price_per_kwh");

  // Later energy comes cheapest first; at the unmet price nobody would take it.
  for (std::size_t b = 0; b < v.later.size(); ++b) {
    const auto& [kwh, price_per_kwh] = v.later[b];
    vehicle.at_least_0(kwh, "later kwh");
    if (!(price_per_kwh < v.unmet_price_per_kwh && (b == 0 || price_per_kwh >= v.later[b - 1].price_per_kwh)))
      wrong(
          "vehicle {}: later[{}] costs {} per kWh, must be below unmet_price_per_kwh, {}, and no less than the one "
          "before",
          index, b, price_per_kwh, v.unmet_price_per_kwh);
  }

  vehicle.finite(v.charge_price_per_kwh, "charge_price_per_kwh");
  vehicle.finite(v.discharge_price_per_kwh, "discharge_price_per_kwh");
  vehicle.at_least_0(v.end_value_per_kwh, "end_value_per_kwh");
  // Else raising `unmet` and `beyond` together would earn money without end.
  if (v.end_value_per_kwh > v.unmet_price_per_kwh && (v.wanted_kwh > 0.0 || v.max_discharge_kw > 0.0))
    wrong("vehicle {}: end_value_per_kwh is {}, must be at most unmet_price_per_kwh, {}", index, v.end_value_per_kwh,
          v.unmet_price_per_kwh);

  vehicle.at_least_0(v.grid_kw_per_charge_kw, "grid_kw_per_charge_kw");
  vehicle.at_least_0(v.grid_kw_per_discharge_kw, "grid_kw_per_discharge_kw");
}

void check_storage(const PlanStorage& s, std::size_t index) {
  const Owner storage{"storage", index};
  storage.at_least_0(s.max_charge_kw, "max_charge_kw");
  storage.at_least_0(s.max_discharge_kw, "max_discharge_kw");
  storage.efficiency(s.charge_efficiency, "charge_efficiency");
  storage.efficiency(s.discharge_efficiency, "discharge_efficiency");
  storage.finite(s.stored_kwh, "stored_kwh");
  storage.finite(s.min_kwh, "min_kwh");
  storage.finite(s.max_kwh, "max_kwh");

  if (s.min_kwh > s.max_kwh)
    wrong("storage {}: min_kwh is {}, must be at most max_kwh, {}", index, s.min_kwh, s.max_kwh);
  storage.finite(s.discharge_price_per_kwh, "discharge_price_per_kwh");
  storage.finite(s.end_value_per_kwh, "end_value_per_kwh");
  storage.at_least_0(s.hold_value_per_kwh_h, "hold_value_per_kwh_h");
  storage.at_least_0(s.end_excess_price_per_kwh, "end_excess_price_per_kwh");
  if (std::isinf(s.end_reference_kwh))
    wrong("storage {}: end_reference_kwh is {}, must be finite, or NaN for stored_kwh", index, s.end_reference_kwh);

  // Energy that lacks at the end is bought cheapest first, and the last block sells any amount.
  double before_per_kwh = 0.0;
  for (const PlanStorage::Lack& lack : s.end_lacks) {
    if (!(lack.kwh >= 0.0)) wrong("storage {}: end_lacks has a block of {} kWh, must be at least 0", index, lack.kwh);
    if (!(lack.price_per_kwh >= before_per_kwh && lack.price_per_kwh < infinite))
      wrong("storage {}: end_lacks has the price {} after {}, must be finite and not lower", index, lack.price_per_kwh,
            before_per_kwh);
    before_per_kwh = lack.price_per_kwh;
  }
  if (!s.end_lacks.empty() && s.end_lacks.back().kwh != infinite)
    wrong("storage {}: end_lacks ends with a block of {} kWh, must end with an infinite one", index,
          s.end_lacks.back().kwh);

  if (std::isnan(s.end_at_least_kwh) || s.end_at_least_kwh == infinite)
    wrong("storage {}: end_at_least_kwh is {}, must be a number", index, s.end_at_least_kwh);
}

void check_row_series(const Owner& row, const std::vector<double>& series, std::size_t steps, const char* name) {
  if (series.size() != 1 && series.size() != steps)
    wrong("{} has {} values, must have 1 or one per step, {}", row.field(name), series.size(), steps);
}

void check_limits(const PlanProblem& problem) {
  const std::size_t steps = problem.steps();
  for (std::size_t l = 0; l < problem.limits.size(); ++l) {
    const PlanLimit& limit = problem.limits[l];
    const Owner row{"limit", l};
    check_row_series(row, limit.lower, steps, "lower");
    check_row_series(row, limit.upper, steps, "upper");
    if (!limit.base.empty()) check_row_series(row, limit.base, steps, "base");

    // A series of one value stands for all steps.
    for (std::size_t t = 0; t < std::max({limit.lower.size(), limit.upper.size(), limit.base.size()}); ++t) {
      const double lower = limit.lower.size() == 1 ? limit.lower[0] : limit.lower[t];
      const double upper = limit.upper.size() == 1 ? limit.upper[0] : limit.upper[t];
      if (!(lower <= upper) || lower == infinite || upper == -infinite)
        wrong("limit {} ('{}'): lower is {} and upper {} in step {}, must be lower <= upper", l, limit.name, lower,
              upper, t);
    }

    for (const double base : limit.base) row.finite(base, "base");
    for (const PlanLimit::Member& member : limit.members) {
      row.finite(member.coefficient, "coefficient");
      if (member.storage && member.index >= problem.storages.size())
        wrong("limit {} ('{}'): storage {} is not there, must be below {}", l, limit.name, member.index,
              problem.storages.size());
    }
  }

  for (std::size_t m = 0; m < problem.magnitudes.size(); ++m) {
    const PlanMagnitude& magnitude = problem.magnitudes[m];
    const Owner row{"magnitude", m};
    check_row_series(row, magnitude.upper, steps, "upper");
    for (const double upper : magnitude.upper) row.at_least_0_or_infinite(upper, "upper");
    for (const PlanMagnitude::Member& member : magnitude.members) {
      row.finite(member.re, "re");
      row.finite(member.im, "im");
    }
  }
}

void check_demand(const PlanProblem& problem) {
  const std::size_t steps = problem.steps();
  for (std::size_t p = 0; p < problem.periods.size(); ++p) {
    const DemandPeriod& one = problem.periods[p];
    const Owner period{"period", p};
    period.at_least_0(one.price_per_kw, "price_per_kw");
    period.at_least_0(one.floor_kw, "floor_kw");
    for (const DemandPeriod::Ratchet& ratchet : one.ratchets) {
      if (ratchet.period >= problem.periods.size())
        wrong("period {}: ratchet of period {}, must be below {}", p, ratchet.period, problem.periods.size());
      period.at_least_0(ratchet.share, "ratchet share");
    }
  }

  for (std::size_t w = 0; w < problem.windows.size(); ++w) {
    const MeterWindow& one = problem.windows[w];
    const Owner window{"window", w};
    if (one.first_step > one.end_step || one.end_step > steps)
      wrong("window {}: steps {} to {} do not lie in the horizon, must be first_step <= end_step <= {}", w,
            one.first_step, one.end_step, steps);
    if (!(one.hours > 0.0 && one.hours < infinite)) wrong("window {}: hours is {}, must be above 0", w, one.hours);
    window.at_least_0(one.so_far_kwh, "so_far_kwh");
    if (one.period >= problem.periods.size())
      wrong("window {}: period is {}, must be below {}", w, one.period, problem.periods.size());
  }

  const Owner wishes{"grid wishes", 0};
  wishes.at_least_0(problem.grid.peak_price_per_kw, "peak_price_per_kw");
  wishes.at_least_0(problem.grid.ramp_price_per_kw, "ramp_price_per_kw");
  wishes.at_least_0(problem.grid.pressure_price_per_kwh, "pressure_price_per_kwh");
  wishes.at_least_0(problem.grid.pressure_from, "pressure_from");
  // NaN: the net import before is not known.
  if (std::isinf(problem.grid.last_net_kw)) wrong("grid wishes: last_net_kw is infinite, must be a number or NaN");
}

template <typename Owners>
void check_keys(const Owners& owners, const char* kind) {
  std::unordered_set<std::uint64_t> keys;
  keys.reserve(owners.size());
  for (std::size_t i = 0; i < owners.size(); ++i)
    if (!keys.insert(owners[i].key).second)
      wrong("{} {}: key {} is another {}'s too, must be unique", kind, i, owners[i].key, kind);
}

}  // namespace

std::string check_problem(const PlanProblem& problem) {
  try {
    check_site(problem);
    check_keys(problem.vehicles, "vehicle");
    for (std::size_t v = 0; v < problem.vehicles.size(); ++v) check_vehicle(problem, v);
    check_keys(problem.storages, "storage");
    for (std::size_t s = 0; s < problem.storages.size(); ++s) check_storage(problem.storages[s], s);
    check_limits(problem);
    check_demand(problem);
  } catch (const WrongProblem& wrong) {
    return wrong.what;
  }
  return {};
}

}  // namespace evtwin::optimise
