#include "existing_way.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>
#include <numeric>

#include "optimise/plan_facts.hpp"
#include "optimise/plan_model.hpp"

namespace evtwin::milp {
namespace {

using optimise::PlanProblem;
using optimise::PlanVehicle;
using optimise::value_at_step;

constexpr double slack_kw = 1e-9;

/// A limit of one step: what each charging vehicle adds to it. Discharging and storage are at rest.
struct Row {
  struct Member {
    std::size_t vehicle = 0;
    std::complex<double> per_kw;
  };
  std::vector<Member> members;
  double base = 0.0, lower = -optimise::infinite, upper = optimise::infinite;
  bool magnitude = false;

  std::complex<double> sum(const std::vector<double>& kw) const {
    std::complex<double> sum = base;
    for (const Member& member : members) sum += member.per_kw * kw[member.vehicle];
    return sum;
  }
  double level(const std::vector<double>& kw) const { return magnitude ? std::abs(sum(kw)) : sum(kw).real(); }

  /// Most that a member may be raised by. Of a magnitude: the larger root of |sum + per_kw x| = upper.
  double room_kw(std::complex<double> sum, std::complex<double> per_kw) const {
    if (std::norm(per_kw) == 0.0) return optimise::infinite;
    if (!magnitude) {
      const double rise = per_kw.real();
      return std::max(0.0, (rise > 0.0 ? upper - sum.real() : lower - sum.real()) / rise);
    }
    const double along = (sum * std::conj(per_kw)).real();
    const double inside = along * along + std::norm(per_kw) * (upper * upper - std::norm(sum));
    return inside > 0.0 ? std::max(0.0, (std::sqrt(inside) - along) / std::norm(per_kw)) : 0.0;
  }
};

/// One step's sharing.
class Step {
 public:
  Step(const PlanProblem& problem, std::uint32_t step) : most_kw_(problem.vehicles.size(), 0.0) {
    for (std::size_t v = 0; v < problem.vehicles.size(); ++v)
      if (step >= problem.vehicles[v].first_step && step < problem.vehicles[v].end_step) present_.push_back(v);
    std::vector<std::size_t> by_evse = present_;
    std::stable_sort(by_evse.begin(), by_evse.end(),
                     [&](std::size_t a, std::size_t b) { return problem.vehicles[a].evse < problem.vehicles[b].evse; });
    const auto put = [&](Row& row, std::uint32_t evse, std::complex<double> per_kw) {
      auto at = std::lower_bound(by_evse.begin(), by_evse.end(), evse, [&](std::size_t v, std::uint32_t number) {
        return problem.vehicles[v].evse < number;
      });
      for (; at != by_evse.end() && problem.vehicles[*at].evse == evse; ++at) row.members.push_back({*at, per_kw});
    };

    for (const optimise::PlanLimit& limit : problem.limits) {
      Row row;
      row.base = limit.base.empty() ? 0.0 : value_at_step(limit.base, step);
      // A limit that is broken without any car is not to be broken further.
      row.lower = std::min(value_at_step(limit.lower, step), row.base);
      row.upper = std::max(value_at_step(limit.upper, step), row.base);
      for (const optimise::PlanLimit::Member& member : limit.members)
        if (!member.storage) put(row, member.index, member.coefficient);
      rows_.push_back(std::move(row));
    }

    for (const optimise::PlanMagnitude& magnitude : problem.magnitudes) {
      Row row;
      row.magnitude = true;
      row.upper = std::cos(std::numbers::pi / optimise::polygon_sides) * value_at_step(magnitude.upper, step);
      for (const optimise::PlanMagnitude::Member& member : magnitude.members)
        put(row, member.evse, {member.re, member.im});
      rows_.push_back(std::move(row));
    }

    // The grid connection last, as the guard looks at them.
    Row grid;
    grid.base = problem.load_kw[step] - problem.pv_kw[step];
    grid.upper = std::max(problem.import_limit_kw[step], grid.base);
    for (const std::size_t v : present_) grid.members.push_back({v, problem.vehicles[v].grid_kw_per_charge_kw});
    rows_.push_back(std::move(grid));
  }

  const std::vector<std::size_t>& present() const { return present_; }
  void set_most_kw(std::size_t vehicle, double kw) { most_kw_[vehicle] = kw; }

  /// [vehicles] what each gets of its most_kw.
  std::vector<double> shared() const {
    std::vector<double> kw = most_kw_;
    if (!restrain(kw)) hand_out(kw);
    return kw;
  }

 private:
  /// Members of a row that is broken are lowered by one factor. Each pass only lowers, so rows that pull in opposite
  /// directions end with everybody at 0, where every row holds.
  /// @returns whether nobody had to be lowered
  bool restrain(std::vector<double>& kw) const {
    constexpr int most_passes = 100;
    for (int pass = 0; pass < most_passes; ++pass) {
      bool held = true;
      for (const Row& row : rows_) held = holds_or_lower(row, kw) && held;
      if (held) return pass == 0;
    }
    std::fill(kw.begin(), kw.end(), 0.0);
    return false;
  }

  static bool holds_or_lower(const Row& row, std::vector<double>& kw) {
    const double level = row.level(kw);
    const bool above = level > row.upper + slack_kw;
    if (!above && level >= row.lower - slack_kw) return true;
    const auto pushes = [&](const Row::Member& member) {
      return row.magnitude || (member.per_kw.real() > 0.0) == above;
    };
    double factor = row.upper / level;
    if (!row.magnitude) {
      double pushed = 0.0;
      for (const Row::Member& member : row.members)
        if (pushes(member)) pushed += member.per_kw.real() * kw[member.vehicle];
      factor = std::clamp(1.0 - (level - (above ? row.upper : row.lower)) / pushed, 0.0, 1.0);
    }
    for (const Row::Member& member : row.members)
      if (pushes(member)) kw[member.vehicle] *= factor;
    return false;
  }

  /// Gives what restraint left over to those who lack most first, to each as far as every row holds.
  void hand_out(std::vector<double>& kw) const {
    struct Use {
      std::size_t row = 0;
      std::complex<double> per_kw;
    };
    std::vector<std::vector<Use>> uses(kw.size());
    std::vector<std::complex<double>> sums;
    for (std::size_t r = 0; r < rows_.size(); ++r) {
      sums.push_back(rows_[r].sum(kw));
      for (const Row::Member& member : rows_[r].members) uses[member.vehicle].push_back({r, member.per_kw});
    }
    std::vector<std::size_t> order = present_;
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return most_kw_[a] - kw[a] > most_kw_[b] - kw[b]; });
    for (const std::size_t v : order) {
      double more_kw = most_kw_[v] - kw[v];
      for (const Use& use : uses[v]) more_kw = std::min(more_kw, rows_[use.row].room_kw(sums[use.row], use.per_kw));
      if (more_kw <= slack_kw) continue;
      kw[v] += more_kw;
      for (const Use& use : uses[v]) sums[use.row] += use.per_kw * more_kw;
    }
  }

  std::vector<std::size_t> present_;
  std::vector<double> most_kw_;
  std::vector<Row> rows_;
};

/// Vehicles at full power, step after step, as long as they want more.
void charge(const PlanProblem& problem, optimise::Plan& plan, std::vector<double>& net_kw) {
  std::vector<double> wanted_kwh, room_kwh;  // [vehicles] still, at the meter
  for (const PlanVehicle& vehicle : problem.vehicles) {
    const double counted = vehicle.need_at == optimise::NeedAt::battery ? vehicle.charge_efficiency : 1.0;
    wanted_kwh.push_back(std::min(vehicle.wanted_kwh, vehicle.most_kwh) / counted);
    room_kwh.push_back(vehicle.room_kwh / vehicle.charge_efficiency);
    optimise::VehiclePlan& stay = plan.vehicles.emplace_back();
    stay.first_step = vehicle.first_step;
    stay.charge_kw.assign(vehicle.end_step - vehicle.first_step, 0.0);
    stay.discharge_kw.assign(stay.charge_kw.size(), 0.0);
  }

  for (std::uint32_t k = 0; k < problem.steps(); ++k) {
    Step step(problem, k);
    for (const std::size_t v : step.present()) {
      const double left_kw = std::max(0.0, std::min(wanted_kwh[v], room_kwh[v])) / problem.hours[k];
      step.set_most_kw(v, std::min(optimise::most_charge_kw(problem.vehicles[v], k), left_kw));
    }

    const std::vector<double> kw = step.shared();
    for (const std::size_t v : step.present()) {
      plan.vehicles[v].charge_kw[k - problem.vehicles[v].first_step] = kw[v];
      net_kw[k] += kw[v] * problem.vehicles[v].grid_kw_per_charge_kw;
      wanted_kwh[v] -= kw[v] * problem.hours[k];
      room_kwh[v] -= kw[v] * problem.hours[k];
    }
  }

  for (std::size_t v = 0; v < plan.vehicles.size(); ++v) {
    const PlanVehicle& vehicle = problem.vehicles[v];
    plan.vehicles[v].unmet_kwh =
        std::max(0.0, vehicle.wanted_kwh - optimise::got_kwh(problem, vehicle, plan.vehicles[v]));
  }
}

}  // namespace

optimise::Plan plan_uncontrolled(const PlanProblem& problem) {
  const std::size_t steps = problem.steps();
  optimise::Plan plan;
  plan.outcome = optimise::Outcome::optimal;
  std::vector<double> net_kw(steps);
  for (std::size_t k = 0; k < steps; ++k) net_kw[k] = problem.load_kw[k] - problem.pv_kw[k];
  charge(problem, plan, net_kw);
  for (const optimise::PlanStorage& storage : problem.storages) {
    plan.storages.push_back(
        {std::vector<double>(steps), std::vector<double>(steps), std::vector<double>(steps, storage.stored_kwh)});
  }
  plan.curtailed_kw.assign(steps, 0.0);
  for (const double kw : net_kw) {
    plan.import_kw.push_back(std::max(0.0, kw));
    plan.export_kw.push_back(std::max(0.0, -kw));
  }
  plan.peak_kw = optimise::highest_windows_kw(problem, plan.import_kw);
  plan.over_limit_kwh = optimise::over_limit_kwh(problem, plan);
  plan.objective = cost_of(problem, plan);
  plan.bound = -optimise::infinite;
  return plan;
}

double unmet_kwh(const optimise::Plan& plan) {
  return std::accumulate(plan.vehicles.begin(), plan.vehicles.end(), 0.0,
                         [](double sum, const optimise::VehiclePlan& vehicle) { return sum + vehicle.unmet_kwh; });
}

}  // namespace evtwin::milp
