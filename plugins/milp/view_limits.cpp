#include "view_limits.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "optimise/plan_facts.hpp"

namespace evtwin::milp {
namespace {

using optimise::PlanLimit;
using optimise::PlanMagnitude;

constexpr double same_limit_kw = 1e-9;

/// Which EVSEs anybody of the problem uses.
std::vector<bool> evses_in_use(const evtwin_view& view, const ViewProblem& out) {
  std::vector<bool> used(view.n_evses, false);
  for (const optimise::PlanVehicle& vehicle : out.problem.vehicles) {
    if (vehicle.evse < view.n_evses) used[vehicle.evse] = true;
  }
  return used;
}

/// kW of 1 A on row i; 0 where amperes mean nothing.
double kw_per_a(const evtwin_view& view, std::uint32_t i) {
  if (i >= view.n_evses) return 0.0;
  if (view.evse_session[i] != 0) return view.evse_kw_per_a[i];
  return view.evse_phases[i] * view.evse_voltage_v[i] / 1000.0;
}

/// A row's base over the steps: what is behind it now tells whether it follows load, PV or both.
std::vector<double> base_ahead(const evtwin_view& view, std::uint32_t r, const ViewProblem& out) {
  const double now = view.limit_base[r];
  const auto is = [&](double kw) { return std::abs(now - kw) <= same_limit_kw * (1.0 + std::abs(now)); };
  if (view.limit_kind[r] != EVTWIN_LIMIT_POWER_KW || is(0.0)) return {now};
  const bool both = is(view.load_kw - view.pv_kw);
  const bool load = !both && is(view.load_kw);
  const bool pv = !both && !load && is(-view.pv_kw);
  if (!both && !load && !pv) return {now};
  std::vector<double> base(out.problem.steps(), now);
  for (std::size_t k = 0; k < base.size(); ++k) {
    if (both || load) base[k] += out.problem.load_kw[k] - out.problem.load_kw[0];
    if (both || pv) base[k] -= out.problem.pv_kw[k] - out.problem.pv_kw[0];
  }
  return base;
}

/// A row's bounds over the blocks: within each the tightest, in the first also that of now.
struct BoundsAhead {
  std::vector<double> lower, upper;  ///< [steps], or [1] where they stay
};

BoundsAhead bounds_ahead(const evtwin_view& view, std::uint32_t r, const ViewProblem& out) {
  BoundsAhead bounds{{view.limit_lower[r]}, {view.limit_upper[r]}};
  if (r >= view.n_limits_ahead) return bounds;
  const double* const lower = view.horizon_limit_lower + std::size_t{r} * view.horizon_steps;
  const double* const upper = view.horizon_limit_upper + std::size_t{r} * view.horizon_steps;
  const auto all = [](const double* cells, const Block& block, double as_now) {
    return std::all_of(cells + block.first, cells + block.last, [&](double cell) { return cell == as_now; });
  };
  const bool stay = std::all_of(out.blocks.begin(), out.blocks.end(), [&](const Block& block) {
    return all(lower, block, bounds.lower.front()) && all(upper, block, bounds.upper.front());
  });
  if (stay) return bounds;
  bounds.lower.resize(out.blocks.size(), -optimise::infinite);
  bounds.upper.resize(out.blocks.size(), optimise::infinite);
  for (std::size_t k = 0; k < out.blocks.size(); ++k) {
    for (std::uint32_t h = out.blocks[k].first; h < out.blocks[k].last; ++h) {
      bounds.lower[k] = std::max(bounds.lower[k], lower[h]);
      bounds.upper[k] = std::min(bounds.upper[k], upper[h]);
    }
  }
  return bounds;
}

void put_sum(const evtwin_view& view, std::uint32_t r, const std::vector<bool>& used, ViewProblem& out) {
  PlanLimit limit;
  limit.name = view.limit_name[r];
  BoundsAhead bounds = bounds_ahead(view, r, out);
  limit.lower = std::move(bounds.lower);
  limit.upper = std::move(bounds.upper);
  const bool amperes = view.limit_kind[r] == EVTWIN_LIMIT_CURRENT_A;
  for (std::uint32_t m = view.limit_start[r]; m < view.limit_start[r + 1]; ++m) {
    const std::uint32_t member = view.limit_member[m];
    const bool storage = member >= view.n_evses;
    if (!storage && !used[member]) continue;
    if (storage && (amperes || out.problem.storages.empty())) continue;
    double coefficient = view.limit_coefficient[m];
    if (amperes) {
      const double unit_kw = kw_per_a(view, member);
      if (unit_kw <= 0.0) continue;
      coefficient /= unit_kw;
    }
    if (coefficient != 0.0) limit.members.push_back({storage ? member - view.n_evses : member, storage, coefficient});
  }
  if (limit.members.empty()) return;
  limit.base = base_ahead(view, r, out);
  out.problem.limits.push_back(std::move(limit));
}

void put_magnitude(const evtwin_view& view, std::uint32_t r, const std::vector<bool>& used, ViewProblem& out) {
  PlanMagnitude magnitude;
  magnitude.name = view.limit_name[r];
  magnitude.upper = bounds_ahead(view, r, out).upper;
  for (double& upper : magnitude.upper) upper = std::max(0.0, upper - std::abs(view.limit_base[r]));
  for (std::uint32_t m = view.limit_start[r]; m < view.limit_start[r + 1]; ++m) {
    const std::uint32_t member = view.limit_member[m];
    if (member >= view.n_evses || !used[member]) continue;
    const double unit_kw = kw_per_a(view, member);
    if (unit_kw <= 0.0) continue;
    const double per_kw = view.limit_coefficient[m] / unit_kw;
    const double angle = view.limit_angle_deg[m] * std::numbers::pi / 180.0;
    magnitude.members.push_back({member, per_kw * std::cos(angle), per_kw * std::sin(angle)});
  }
  if (!magnitude.members.empty()) out.problem.magnitudes.push_back(std::move(magnitude));
}

/// The import limit of the first step as a row over powers at the EVSEs and storages.
PlanLimit connection_row(const optimise::PlanProblem& problem) {
  PlanLimit row;
  row.name = "grid connection";
  row.upper = {problem.import_limit_kw[0]};
  row.base = {problem.load_kw[0] - problem.pv_kw[0]};
  for (const optimise::PlanVehicle& vehicle : problem.vehicles) {
    if (vehicle.first_step == 0) row.members.push_back({vehicle.evse, false, vehicle.grid_kw_per_charge_kw});
  }
  for (std::uint32_t s = 0; s < problem.storages.size(); ++s) row.members.push_back({s, true, 1.0});
  return row;
}

/// A step's limits hold for its means; a car that leaves within the first step draws its energy in less time, beside
/// the others: until it has left, powers count as they are. Once it has there is another plan.
void put_until_first_leaves(const evtwin_view& view, ViewProblem& out) {
  optimise::PlanProblem& problem = out.problem;
  std::vector<double> there(view.n_evses, 1.0), most_kw(view.n_evses, 0.0);
  for (const optimise::PlanVehicle& vehicle : problem.vehicles) {
    if (vehicle.first_step != 0 || vehicle.evse >= view.n_evses) continue;
    there[vehicle.evse] = share_of(vehicle, 0);
    most_kw[vehicle.evse] = vehicle.max_kw;
  }

  const auto leaves = [&](const PlanLimit::Member& member) { return !member.storage && there[member.index] < 1.0; };
  const auto count_as_they_are = [&](PlanLimit row) {
    if (std::none_of(row.members.begin(), row.members.end(), leaves)) return;
    double sum_kw = row.base.empty() ? 0.0 : row.base.front();
    for (PlanLimit::Member& member : row.members) {
      sum_kw +=
          member.coefficient * (member.storage ? problem.storages[member.index].max_charge_kw : most_kw[member.index]);
      if (leaves(member)) member.coefficient /= there[member.index];
    }

    // A row that all of them at full power can not reach needs no second one.
    if (sum_kw <= row.upper.front()) return;
    row.name += ", until a car leaves";
    row.upper.resize(1);
    row.upper.resize(problem.steps(), optimise::infinite);
    row.lower.assign(problem.steps(), -optimise::infinite);
    problem.limits.push_back(std::move(row));
  };

  // A copy: rows are added to the list meanwhile.
  const std::vector<PlanLimit> rows = problem.limits;
  count_as_they_are(connection_row(problem));
  for (const PlanLimit& row : rows) count_as_they_are(row);
}

}  // namespace

void put_limits(const evtwin_view& view, ViewProblem& out) {
  std::vector<double> at_grid(view.n_evses);
  for (std::uint32_t i = 0; i < view.n_evses; ++i) at_grid[i] = 1.0 / std::max(1e-6, view.evse_efficiency[i]);

  // Row 0 has the losses on the way to the grid connection; without it only those of the EVSE are known.
  if (view.n_limits > 0) {
    for (std::uint32_t m = view.limit_start[0]; m < view.limit_start[1]; ++m) {
      if (view.limit_member[m] < view.n_evses && view.limit_coefficient[m] > 0.0)
        at_grid[view.limit_member[m]] = view.limit_coefficient[m];
    }
  }

  // Expected cars are at no EVSE: the mean of all counts.
  double mean_at_grid = 0.0;
  for (const double kw : at_grid) mean_at_grid += kw / static_cast<double>(view.n_evses);
  for (optimise::PlanVehicle& vehicle : out.problem.vehicles) {
    vehicle.grid_kw_per_charge_kw = vehicle.evse < view.n_evses ? at_grid[vehicle.evse] : mean_at_grid;
    vehicle.grid_kw_per_discharge_kw = 1.0 / vehicle.grid_kw_per_charge_kw;
  }

  const std::vector<bool> used = evses_in_use(view, out);
  for (std::uint32_t r = 1; r < view.n_limits; ++r) {
    const bool bounds = std::isfinite(view.limit_upper[r]) || std::isfinite(view.limit_lower[r]);
    if (!bounds && r >= view.n_limits_ahead) continue;
    if (view.limit_kind[r] == EVTWIN_LIMIT_MAGNITUDE_A) {
      put_magnitude(view, r, used, out);
    } else {
      put_sum(view, r, used, out);
    }
  }
  put_until_first_leaves(view, out);
}

}  // namespace evtwin::milp
