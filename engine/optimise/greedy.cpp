#include "optimise/greedy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>

#include "optimise/laminar.hpp"
#include "optimise/plan_facts.hpp"
#include "optimise/slot_flow.hpp"

namespace evtwin::optimise {

namespace {

/// kWh at the battery per kWh at the meter, by the vehicle's own count.
double counted_per_metered(const PlanVehicle& vehicle) {
  return vehicle.need_at == NeedAt::battery ? vehicle.charge_efficiency : 1.0;
}

/// Worth of a metered kWh to the plan, its energy not paid yet.
double value_per_kwh(const PlanVehicle& vehicle) {
  return vehicle.unmet_price_per_kwh * counted_per_metered(vehicle) - vehicle.charge_price_per_kwh;
}

/// Metered kWh that the vehicle would take by its goal, and that it could take at all.
double most_metered_kwh(const PlanVehicle& vehicle) {
  return std::min(vehicle.most_kwh / counted_per_metered(vehicle), vehicle.room_kwh / vehicle.charge_efficiency);
}
double goal_metered_kwh(const PlanVehicle& vehicle) {
  return std::min(vehicle.wanted_kwh / counted_per_metered(vehicle), most_metered_kwh(vehicle));
}

bool takes_part(const PlanVehicle& vehicle) {
  return vehicle.first_step < vehicle.end_step && goal_metered_kwh(vehicle) > 0.0;
}

bool same(double a, double b) { return std::abs(a - b) <= 1e-12 * std::max(std::abs(a), std::abs(b)); }

std::string vehicles_misfit(const PlanProblem& problem) {
  const PlanVehicle* first = nullptr;
  const double cheapest =
      problem.steps() == 0 ? 0.0 : *std::min_element(problem.buy_per_kwh.begin(), problem.buy_per_kwh.end());
  for (std::size_t v = 0; v < problem.vehicles.size(); ++v) {
    const PlanVehicle& vehicle = problem.vehicles[v];
    const auto no = [&](const char* why) { return fmt::format("vehicle {} (key {}) {}", v, vehicle.key, why); };
    if (vehicle.max_discharge_kw > 0.0) return no("may discharge");
    if (vehicle.end_value_per_kwh != 0.0) return no("has an end value");
    if (!vehicle.step_charge_price_per_kwh.empty()) return no("has prices of its own for every step");
    const bool has_headroom = most_metered_kwh(vehicle) > goal_metered_kwh(vehicle);
    if (has_headroom && vehicle.charge_price_per_kwh + std::min(0.0, cheapest) * vehicle.grid_kw_per_charge_kw < 0.0)
      return no("would be paid for what it does not want");
    if (!takes_part(vehicle)) continue;
    if (first == nullptr) first = &vehicle;
    if (!same(value_per_kwh(vehicle), value_per_kwh(*first))) return no("values a kWh otherwise than the ones before");
    if (!same(vehicle.grid_kw_per_charge_kw, first->grid_kw_per_charge_kw)) return no("has other losses on the way");
  }
  return {};
}

std::string limits_misfit(const PlanProblem& problem) {
  for (const PlanLimit& limit : problem.limits) {
    double coefficient = 0.0;
    std::set<std::uint32_t> evses;
    for (const PlanLimit::Member& member : limit.members) {
      if (member.storage || member.coefficient == 0.0) continue;
      if (!evses.insert(member.index).second) return fmt::format("limit '{}' names an EVSE twice", limit.name);
      if (coefficient == 0.0) coefficient = member.coefficient;
      if (member.coefficient < 0.0) return fmt::format("limit '{}' has a negative coefficient", limit.name);
      if (!same(member.coefficient, coefficient)) return fmt::format("limit '{}' has unlike coefficients", limit.name);
    }
    for (std::size_t t = 0; t < problem.steps(); ++t) {
      if (broken_at_rest(limit, t)) return fmt::format("limit '{}' is broken at rest in step {}", limit.name, t);
    }
  }
  return limit_forest(problem.limits) ? "" : "limits overlap without being nested";
}

std::string misfit(const PlanProblem& problem) {
  for (const PlanStorage& storage : problem.storages) {
    if (storage.max_charge_kw > 0.0 || storage.max_discharge_kw > 0.0) return "there is a storage";
  }

  // A price on highest windows ties steps to each other: a kWh then costs by more than its slot.
  const bool billed = std::any_of(problem.windows.begin(), problem.windows.end(), [&](const MeterWindow& window) {
    return problem.periods[window.period].price_per_kw != 0.0;
  });
  const bool ratcheted = std::any_of(problem.periods.begin(), problem.periods.end(), [](const DemandPeriod& period) {
    return period.price_per_kw != 0.0 && !period.ratchets.empty();
  });
  if (billed || ratcheted) return "there is a demand charge";

  const GridWishes& grid = problem.grid;
  if (grid.peak_price_per_kw != 0.0 || grid.ramp_price_per_kw != 0.0 || grid.pressure_price_per_kwh != 0.0)
    return "the grid has wishes";
  if (problem.fairness != Fairness::none) return "shares are to be fair";
  if (!problem.magnitudes.empty()) return "there are magnitude rows";

  // Costs of a slot may not fall with the amount: 0 for PV that would be lost, then the sell price, then the buy price.
  for (std::size_t t = 0; t < problem.steps(); ++t) {
    if (import_broken_at_rest(problem, t) || export_broken_at_rest(problem, t))
      return fmt::format("load or PV alone breaks a limit in step {}", t);
    if (problem.pv_kw[t] > 0.0 && problem.buy_per_kwh[t] < 0.0)
      return fmt::format("PV would be curtailed to buy at a negative price in step {}", t);
    if (problem.pv_kw[t] > problem.load_kw[t] &&
        (problem.sell_per_kwh[t] < 0.0 || problem.sell_per_kwh[t] > problem.buy_per_kwh[t]))
      return fmt::format("PV is left in step {} and selling pays more than buying costs, or less than nothing", t);
  }

  const std::string vehicles = vehicles_misfit(problem);
  return vehicles.empty() ? limits_misfit(problem) : vehicles;
}

/// Part of a slot whose kWh at the grid connection all cost the same.
struct Piece {
  double price_per_kwh = 0.0;
  std::uint32_t step = 0;
  double kw = 0.0;
};

/// PV that would be curtailed, then PV that would be sold, then what is bought.
std::vector<Piece> pieces_of(const PlanProblem& problem) {
  std::vector<Piece> pieces;
  for (std::uint32_t t = 0; t < problem.steps(); ++t) {
    const double spare_kw = problem.pv_kw[t] - problem.load_kw[t];
    const double sold_kw = std::clamp(spare_kw, 0.0, std::max(0.0, problem.export_limit_kw[t]));
    if (spare_kw > sold_kw) pieces.push_back({0.0, t, spare_kw - sold_kw});
    if (sold_kw > 0.0) pieces.push_back({problem.sell_per_kwh[t], t, sold_kw});
    pieces.push_back({problem.buy_per_kwh[t], t, problem.import_limit_kw[t] + std::min(0.0, spare_kw)});
  }
  std::sort(pieces.begin(), pieces.end(), [](const Piece& a, const Piece& b) {
    return std::tie(a.price_per_kwh, a.step) < std::tie(b.price_per_kwh, b.step);
  });
  return pieces;
}

/// Vehicles, slots, and each limit in each slot, as a flow of metered kWh.
class Network {
 public:
  explicit Network(const PlanProblem& problem)
      : problem_(problem),
        vehicles_(static_cast<std::uint32_t>(problem.vehicles.size())),
        steps_(static_cast<std::uint32_t>(problem.steps())),
        forest_(*limit_forest(problem.limits)),
        flow_(vehicles_ + steps_ * (1 + static_cast<std::uint32_t>(problem.limits.size())), arcs_at_most(problem)) {
    add_limits();
    for (std::uint32_t v = 0; v < vehicles_; ++v) add_vehicle(v);
  }

  double drain(std::uint32_t step, double kwh) { return flow_.drain_node(vehicles_ + step, kwh); }

  void read(Plan& plan) const {
    plan.vehicles.resize(vehicles_);
    for (std::uint32_t v = 0; v < vehicles_; ++v) {
      const PlanVehicle& vehicle = problem_.vehicles[v];
      VehiclePlan& made = plan.vehicles[v];
      made.first_step = vehicle.first_step;
      const std::uint32_t stay = vehicle.end_step > vehicle.first_step ? vehicle.end_step - vehicle.first_step : 0;
      made.charge_kw.assign(stay, 0.0);
      made.discharge_kw.assign(stay, 0.0);
      for (std::uint32_t k = 0; k < stay && takes_part(vehicle); ++k)
        made.charge_kw[k] = flow_.arc_flow(first_arc_[v] + k) / problem_.hours[vehicle.first_step + k];
      made.unmet_kwh = std::max(0.0, vehicle.wanted_kwh - got_kwh(problem_, vehicle, made));
    }
  }

 private:
  static std::size_t arcs_at_most(const PlanProblem& problem) {
    std::size_t arcs = problem.steps() * problem.limits.size();
    for (const PlanVehicle& vehicle : problem.vehicles) {
      if (vehicle.end_step > vehicle.first_step) arcs += vehicle.end_step - vehicle.first_step;
    }
    return arcs;
  }

  /// The limit's node in a slot, or the slot itself.
  std::uint32_t node_of(std::uint32_t limit, std::uint32_t step) const {
    return vehicles_ + step + (limit == no_limit ? 0 : (1 + limit) * steps_);
  }

  void add_limits() {
    for (std::uint32_t l = 0; l < problem_.limits.size(); ++l) {
      const PlanLimit& limit = problem_.limits[l];
      const auto counts = [](const PlanLimit::Member& m) { return !m.storage && m.coefficient != 0.0; };
      const auto member = std::find_if(limit.members.begin(), limit.members.end(), counts);
      if (member == limit.members.end()) continue;
      for (std::uint32_t t = 0; t < steps_; ++t) {
        const double kw = (value_at_step(limit.upper, t) - (limit.base.empty() ? 0.0 : value_at_step(limit.base, t))) /
                          member->coefficient;
        flow_.add_arc(node_of(l, t), node_of(forest_.parent[l], t), kw * problem_.hours[t]);
      }
    }
  }

  void add_vehicle(std::uint32_t v) {
    const PlanVehicle& vehicle = problem_.vehicles[v];
    first_arc_.push_back(0);
    if (!takes_part(vehicle)) return;
    flow_.add_supply(v, goal_metered_kwh(vehicle));
    const std::uint32_t limit = forest_.smallest_around(vehicle.evse);
    for (std::uint32_t t = vehicle.first_step; t < vehicle.end_step; ++t) {
      const std::uint32_t arc =
          flow_.add_arc(v, node_of(limit, t), std::max(0.0, most_charge_kw(vehicle, t)) * problem_.hours[t]);
      if (t == vehicle.first_step) first_arc_[v] = arc;
    }
  }

  const PlanProblem& problem_;
  std::uint32_t vehicles_, steps_;
  LimitForest forest_;
  SlotFlow flow_;
  std::vector<std::uint32_t> first_arc_;
};

/// Power at the grid connection when the vehicles take what they take.
void settle_grid(const PlanProblem& problem, Plan& plan) {
  std::vector<double> net_kw(problem.load_kw);
  for (std::size_t v = 0; v < plan.vehicles.size(); ++v) {
    const VehiclePlan& made = plan.vehicles[v];
    for (std::size_t k = 0; k < made.charge_kw.size(); ++k)
      net_kw[made.first_step + k] += problem.vehicles[v].grid_kw_per_charge_kw * made.charge_kw[k];
  }
  plan.import_kw.assign(problem.steps(), 0.0);
  plan.export_kw = plan.curtailed_kw = plan.import_kw;
  for (std::size_t t = 0; t < problem.steps(); ++t) {
    net_kw[t] -= problem.pv_kw[t];
    plan.import_kw[t] = std::max(0.0, net_kw[t]);
    plan.export_kw[t] = std::clamp(-net_kw[t], 0.0, std::max(0.0, problem.export_limit_kw[t]));
    plan.curtailed_kw[t] = std::max(0.0, -net_kw[t] - plan.export_kw[t]);
  }
}

}  // namespace

bool fits_greedy(const PlanProblem& problem, std::string* why) {
  std::string reason = misfit(problem);
  const bool fits = reason.empty();
  if (why != nullptr) *why = std::move(reason);
  return fits;
}

Plan greedy_plan(const PlanProblem& problem) {
  Plan plan;
  plan.method = Method::greedy;
  plan.outcome = Outcome::optimal;
  Network network(problem);
  const auto charged = std::find_if(problem.vehicles.begin(), problem.vehicles.end(), takes_part);
  if (charged != problem.vehicles.end()) {
    const double per_kwh = charged->grid_kw_per_charge_kw, worth = value_per_kwh(*charged);
    for (const Piece& piece : pieces_of(problem)) {
      if (piece.price_per_kwh * per_kwh >= worth) break;  // missing is cheaper from here on
      network.drain(piece.step, piece.kw * problem.hours[piece.step] / per_kwh);
    }
  }
  network.read(plan);
  for (const PlanStorage& storage : problem.storages) {
    const std::vector<double> still(problem.steps(), 0.0);
    plan.storages.push_back({still, still, std::vector<double>(problem.steps(), storage.stored_kwh)});
  }
  settle_grid(problem, plan);
  plan.peak_kw = highest_windows_kw(problem, plan.import_kw);
  plan.over_limit_kwh = over_limit_kwh(problem, plan);
  plan.objective = plan.bound = cost_of(problem, plan);
  return plan;
}

}  // namespace evtwin::optimise
