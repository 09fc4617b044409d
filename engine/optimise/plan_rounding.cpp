#include "optimise/plan_rounding.hpp"

#include <algorithm>

namespace evtwin::optimise {

namespace {

constexpr double nothing_kw = 1e-7;

struct Run {
  std::uint32_t begin = 0, end = 0;  // steps of the stay
  double kwh = 0.0;
  bool goes_on = false;  // from before step 0: no start
};

/// Steps of the stay that stay on when only so many starts are allowed.
std::vector<std::uint8_t> within_starts(const PlanProblem& problem, const PlanVehicle& vehicle, const VehiclePlan& plan,
                                        const std::vector<std::uint8_t>& on) {
  std::vector<Run> runs;
  for (std::uint32_t i = 0; i < on.size(); ++i) {
    if (on[i] == 0) continue;
    if (runs.empty() || runs.back().end != i)
      runs.push_back({i, i, 0.0, i == 0 && vehicle.first_step == 0 && vehicle.charging_now});
    runs.back().end = i + 1;
    runs.back().kwh += plan.charge_kw[i] * problem.hours[vehicle.first_step + i];
  }
  std::sort(runs.begin(), runs.end(), [](const Run& a, const Run& b) {
    if (a.goes_on != b.goes_on) return a.goes_on;
    return a.kwh != b.kwh ? a.kwh > b.kwh : a.begin < b.begin;
  });
  const std::size_t kept = vehicle.max_starts + (!runs.empty() && runs.front().goes_on ? 1u : 0u);
  std::vector<std::uint8_t> result(on.size(), 0);
  for (std::size_t r = 0; r < std::min(kept, runs.size()); ++r)
    std::fill(result.begin() + runs[r].begin, result.begin() + runs[r].end, std::uint8_t{1});
  return result;
}

}  // namespace

void round_plan(const PlanProblem& problem, const ModelBlock& block, const Plan& plan, double threshold,
                std::vector<double>& values) {
  // Which steps charge; a step's rates decide with it.
  const auto& wholes = block.wholes;
  std::vector<std::vector<std::uint8_t>> on(problem.vehicles.size());
  for (std::size_t v = 0; v < on.size(); ++v) on[v].assign(plan.vehicles[v].charge_kw.size(), 0);
  std::vector<std::size_t> chosen(wholes.size(), 0);  // at an `on`: index of the rate
  for (std::size_t w = 0; w < wholes.size(); ++w) {
    if (wholes[w].part != Part::on) continue;
    const PlanVehicle& vehicle = problem.vehicles[wholes[w].of];
    const std::uint32_t i = wholes[w].step - vehicle.first_step;
    const double kw = plan.vehicles[wholes[w].of].charge_kw[i];
    bool is_on = kw > nothing_kw && kw >= threshold * wholes[w].kw - nothing_kw;
    if (w + 1 < wholes.size() && wholes[w + 1].part == Part::rate && !vehicle.rates_kw.empty()) {
      // The highest rate that is no more than threshold of the way above the power.
      double below = 0.0;
      for (std::size_t r = w + 1; r < wholes.size() && wholes[r].part == Part::rate; ++r) {
        if (kw < below + threshold * (wholes[r].kw - below) - nothing_kw) break;
        chosen[w] = r;
        below = wholes[r].kw;
      }
      is_on = chosen[w] != 0;
    }
    on[wholes[w].of][i] = is_on ? 1 : 0;
  }
  for (std::size_t v = 0; v < on.size(); ++v)
    if (problem.vehicles[v].max_starts > 0)
      on[v] = within_starts(problem, problem.vehicles[v], plan.vehicles[v], on[v]);

  for (std::size_t w = 0; w < wholes.size(); ++w) {
    const WholeColumn& whole = wholes[w];
    double value = 0.0;
    switch (whole.part) {
      case Part::on: {
        const std::uint32_t i = whole.step - problem.vehicles[whole.of].first_step;
        value = on[whole.of][i];
        break;
      }
      case Part::rate:
        break;  // set with its `on`
      case Part::back: {
        const std::uint32_t i = whole.step - problem.vehicles[whole.of].first_step;
        const double kw = plan.vehicles[whole.of].discharge_kw[i];
        // A step that charges does not discharge.
        value = on[whole.of][i] == 0 && kw > nothing_kw && kw >= threshold * whole.kw - nothing_kw ? 1.0 : 0.0;
        break;
      }
      case Part::storage_way:
        value = plan.storages[whole.of].charge_kw[whole.step] > nothing_kw ? 1.0 : 0.0;
        break;
      default:
        value = plan.import_kw[whole.step] > nothing_kw ? 1.0 : 0.0;
        break;
    }
    if (whole.part == Part::rate) continue;
    values[whole.column] = value;
    if (whole.part != Part::on) continue;
    for (std::size_t r = w + 1; r < wholes.size() && wholes[r].part == Part::rate; ++r)
      values[wholes[r].column] = value > 0.0 && chosen[w] == r ? 1.0 : 0.0;
  }
}

namespace {

/// One battery's directions over its steps, by what was left over: the share of a step in which it would charge with
/// all power, discharging with all power for the rest, to store what the plan stores. Shares add up until they make a
/// step of charging; one for which there is no room waits.
class Turns {
 public:
  Turns(double max_charge_kw, double max_discharge_kw, double charge_efficiency, double discharge_efficiency,
        double room_kwh, double dischargeable_kwh)
      : most_in_kw_(charge_efficiency * max_charge_kw),
        most_out_kw_(max_discharge_kw / discharge_efficiency),
        charge_efficiency_(charge_efficiency),
        discharge_efficiency_(discharge_efficiency),
        room_kwh_(room_kwh),
        dischargeable_kwh_(dischargeable_kwh) {}

  /// @returns whether the battery charges in the next step. @param charge_kw, discharge_kw of the plan, one of them 0
  bool charges_next(double hours, double charge_kw, double discharge_kw) {
    const double stored_kw = charge_efficiency_ * charge_kw - discharge_kw / discharge_efficiency_;
    const double both_kw = most_in_kw_ + most_out_kw_;
    due_ += both_kw > 0.0 ? std::clamp((stored_kw + most_out_kw_) / both_kw, 0.0, 1.0) : 0.0;

    // A whole step's worth must fit: else the other way makes room, or fills.
    constexpr double nearly = 1.0 - 1e-9;
    bool charges = due_ >= 0.5;
    if (charges && room_kwh_ < nearly * hours * most_in_kw_) charges = false;
    if (!charges && dischargeable_kwh_ < nearly * hours * most_out_kw_) charges = true;
    if (charges) due_ -= 1.0;
    const double moved_kwh =
        charges ? std::min(room_kwh_, hours * most_in_kw_) : -std::min(dischargeable_kwh_, hours * most_out_kw_);
    room_kwh_ -= moved_kwh;
    dischargeable_kwh_ += moved_kwh;
    return charges;
  }

 private:
  double most_in_kw_, most_out_kw_, charge_efficiency_, discharge_efficiency_;
  double room_kwh_, dischargeable_kwh_;
  double due_ = 0.0;  // steps of charging
};

}  // namespace

void round_by_turns(const PlanProblem& problem, const ModelBlock& block, const Plan& plan, bool lends_only,
                    std::vector<double>& values) {
  std::vector<Turns> storages;
  for (const PlanStorage& storage : problem.storages)
    storages.emplace_back(storage.max_charge_kw, storage.max_discharge_kw, storage.charge_efficiency,
                          storage.discharge_efficiency, storage.max_kwh - storage.stored_kwh,
                          storage.stored_kwh - storage.min_kwh);
  std::vector<Turns> vehicles;
  for (const PlanVehicle& vehicle : problem.vehicles)
    vehicles.emplace_back(vehicle.max_kw, vehicle.max_discharge_kw, vehicle.charge_efficiency,
                          vehicle.discharge_efficiency, vehicle.room_kwh, vehicle.dischargeable_kwh);

  // Columns of one battery lie in the order of their steps; a step's `on` lies before its `back`.
  bool charges = false;
  for (const WholeColumn& whole : block.wholes) {
    if (whole.part == Part::storage_way) {
      const StoragePlan& powers = plan.storages[whole.of];
      charges = storages[whole.of].charges_next(problem.hours[whole.step], powers.charge_kw[whole.step],
                                                powers.discharge_kw[whole.step]);
      values[whole.column] = charges ? 1.0 : 0.0;
      continue;
    }
    if (!lends_only || (whole.part != Part::on && whole.part != Part::back)) continue;
    if (whole.part == Part::on) {
      const VehiclePlan& powers = plan.vehicles[whole.of];
      const std::uint32_t i = whole.step - problem.vehicles[whole.of].first_step;
      charges = vehicles[whole.of].charges_next(problem.hours[whole.step], powers.charge_kw[i], powers.discharge_kw[i]);
    }
    values[whole.column] = charges == (whole.part == Part::on) ? 1.0 : 0.0;
  }
}

void set_at_rest(const PlanProblem& problem, const ModelBlock& block, std::vector<double>& values) {
  for (const WholeColumn& whole : block.wholes)
    values[whole.column] =
        whole.part == Part::grid_way && problem.load_kw[whole.step] >= problem.pv_kw[whole.step] ? 1.0 : 0.0;
}

}  // namespace evtwin::optimise
