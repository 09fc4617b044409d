#include "optimise/plan_completion.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>

#include "optimise/plan_facts.hpp"

namespace evtwin::optimise {

std::size_t add_broken_sides(const PlanProblem& problem, const ModelBlock& block, const std::vector<double>& values,
                             ModelContents& contents) {
  if (problem.magnitudes.empty()) return 0;
  // Power that counts at each EVSE: the vehicle's own, or set-points where a bound has them.
  const std::size_t steps = problem.steps();
  std::vector<double> kw;
  for (std::size_t v = 0; v < problem.vehicles.size(); ++v) {
    const PlanVehicle& vehicle = problem.vehicles[v];
    const VehicleColumns& columns = block.vehicles[v];
    const std::size_t begin = vehicle.evse * steps;
    if (kw.size() < begin + steps) kw.resize(begin + steps, 0.0);
    const std::uint32_t charge = columns.set_charge == no_index ? columns.charge : columns.set_charge;
    const std::uint32_t discharge = columns.set_discharge == no_index ? columns.discharge : columns.set_discharge;
    for (std::uint32_t i = 0; i < columns.length; ++i) {
      kw[begin + vehicle.first_step + i] += values[charge + i];
      if (discharge != no_index) kw[begin + vehicle.first_step + i] -= values[discharge + i];
    }
  }

  const bool outer = problem.linearisation == Linearisation::outer;
  std::vector<PolygonSide> added;
  for (std::uint32_t m = 0; m < problem.magnitudes.size(); ++m) {
    const PlanMagnitude& magnitude = problem.magnitudes[m];
    for (std::uint32_t t = 0; t < steps; ++t) {
      const std::complex<double> sum = phasor_of(magnitude, [&](std::size_t evse) {
        const std::size_t i = evse * steps + t;
        return i < kw.size() ? kw[i] : 0.0;
      });
      const double upper = value_at_step(magnitude.upper, t), size = std::abs(sum), slack = 1e-7 * std::max(1.0, upper);
      if (size <= upper + slack) continue;

      // The side whose normal is nearest to the phasor cuts the most off.
      const double turn = std::arg(sum) / (2.0 * std::numbers::pi) * polygon_sides;
      const auto nearest = static_cast<std::int64_t>(std::llround(turn));
      const auto side = static_cast<std::uint32_t>((nearest + std::int64_t{2} * polygon_sides) % polygon_sides);
      const double off = (turn - static_cast<double>(nearest)) * 2.0 * std::numbers::pi / polygon_sides;
      // Around the circle a side may hold already where the magnitude does not.
      if (outer && size * std::cos(off) <= upper + slack) continue;
      const PolygonSide one{m, t, side};
      if (!std::binary_search(contents.sides.begin(), contents.sides.end(), one)) added.push_back(one);
    }
  }
  contents.sides.insert(contents.sides.end(), added.begin(), added.end());
  std::sort(contents.sides.begin(), contents.sides.end());
  return added.size();
}

std::size_t add_shared_time(const PlanProblem& problem, const PlanModel& model, std::size_t block,
                            const std::vector<double>& values, bool grid_too, ModelContents& contents) {
  const ModelBlock& columns = model.blocks[block];
  const auto broken = [&](std::uint32_t in, std::uint32_t out) {
    const double most_in = model.linear.column_upper[in], most_out = model.linear.column_upper[out];
    // A direction without power leaves the whole step to the other one.
    if (!(most_in > 0.0) || !(most_out > 0.0)) return false;
    constexpr double slack = 1e-7;
    return values[in] / most_in + values[out] / most_out > 1.0 + slack;
  };
  std::size_t added = 0;
  const auto ask_for = [&added](auto& list, const auto& one) {
    const auto at = std::lower_bound(list.begin(), list.end(), one);
    if (at != list.end() && *at == one) return;
    list.insert(at, one);
    ++added;
  };

  for (std::uint32_t v = 0; v < columns.vehicles.size(); ++v) {
    const VehicleColumns& vehicle = columns.vehicles[v];
    if (vehicle.charge == no_index || vehicle.discharge == no_index) continue;
    for (std::uint32_t i = 0; i < vehicle.length; ++i) {
      if (broken(vehicle.charge + i, vehicle.discharge + i))
        ask_for(contents.vehicle_one_way, AtStep{v, problem.vehicles[v].first_step + i});
    }
  }

  for (std::uint32_t s = 0; s < columns.storages.size(); ++s) {
    for (std::uint32_t t = 0; t < problem.steps(); ++t) {
      if (broken(columns.storages[s].charge + t, columns.storages[s].discharge + t))
        ask_for(contents.storage_one_way, AtStep{s, t});
    }
  }

  for (std::uint32_t t = 0; grid_too && t < columns.steps.size(); ++t) {
    const GridStep& step = columns.steps[t];
    if (step.in != no_index && step.out != no_index && broken(step.in, step.out)) ask_for(contents.grid_one_way, t);
  }
  return added;
}

bool narrow_storage_levels(const PlanProblem& problem, const Plan& plan, ModelContents& contents, bool hold) {
  // A bound keeps the relaxation.
  if (problem.linearisation == Linearisation::outer) return false;
  bool narrowed = false;
  for (std::size_t s = 0; s < problem.storages.size(); ++s) {
    const PlanStorage& storage = problem.storages[s];
    if (storage.stored_kwh >= storage.min_kwh && storage.stored_kwh <= storage.max_kwh) continue;

    if (contents.storage_lower.empty()) {
      for (const PlanStorage& one : problem.storages) {
        contents.storage_lower.emplace_back(problem.steps(), std::min(one.min_kwh, one.stored_kwh));
        contents.storage_upper.emplace_back(problem.steps(), std::max(one.max_kwh, one.stored_kwh));
      }
    }
    auto &lower = contents.storage_lower[s], &upper = contents.storage_upper[s];

    // A storage that crawls back into its window for too many rounds rests: that always holds.
    if (hold) {
      std::fill(lower.begin(), lower.end(), storage.stored_kwh);
      std::fill(upper.begin(), upper.end(), storage.stored_kwh);
      continue;
    }

    double before = storage.stored_kwh;
    for (std::size_t t = 0; t < problem.steps(); ++t) {
      const double level = plan.storages[s].stored_kwh[t];
      const double most = std::max(storage.max_kwh, before), least = std::min(storage.min_kwh, before);

      // Inwards only: the first level that moves outwards bounds itself and all later ones.
      if (level > most + 1e-7 || level < least - 1e-7) {
        for (std::size_t later = t; later < problem.steps(); ++later) {
          upper[later] = std::min(upper[later], most);
          lower[later] = std::max(lower[later], least);
        }
        narrowed = true;
        break;
      }
      before = level;
    }
  }
  return narrowed;
}

}  // namespace evtwin::optimise
