#include "conformance/ev2gym_rewards.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "physics/ageing.hpp"

namespace evtwin::conformance::ev2gym {

namespace {

double squared(double x) { return x * x; }

/// What the reward functions look at, one step at a time.
class Rewards {
 public:
  Rewards(const Scenario& scenario, const Run& run) : scenario_(scenario), run_(run) {}

  std::map<std::string, std::vector<double>> all() {
    std::map<std::string, std::vector<double>> series;
    for (std::size_t t = 0; t < run_.total_kw.size(); ++t) {
      t_ = t;
      const double tracking = -squared(reachable_kw() - used_kw());
      series["SquaredTrackingErrorReward"].push_back(tracking);
      series["SqTrError_TrPenalty_UserIncentives"].push_back(tracking_with_penalties());
      series["ProfitMax_TrPenalty_UserIncentives"].push_back(profit() - 100.0 * overload_kw() -
                                                             100.0 * disappointment());
      series["SquaredTrackingErrorRewardWithPenalty"].push_back(tracking - (idle_although_possible() ? 100.0 : 0.0));
      series["SimpleReward"].push_back(-squared(setpoint_kw() - used_kw()));
      series["MinimizeTrackerSurplusWithChargeRewards"].push_back(used_kw() - squared(surplus_kw()));
      series["profit_maximization"].push_back(profit() - 100.0 * disappointment());
      series["V2G_profitmax"].push_back(profit() - 100.0 * missing_at_departure_kwh());
      series["V2G_costs_simple"].push_back(profit());
      const double with_users = profit() - 0.05 * (lateness_kwh2() + missing_at_departure_kwh2());
      series["V2G_profitmaxV2"].push_back(with_users);
      series["pst_V2G_profitmaxV2"].push_back(with_users - 1000.0 * surplus_kw());
      series["cost_transformer_overload_usrpenalty"].push_back(100.0 * overload_kw() + 100.0 * disappointment());
    }
    return series;
  }

 private:
  double used_kw() const { return run_.total_kw[t_]; }
  double setpoint_kw() const { return scenario_.setpoint_kw[t_]; }
  double profit() const { return run_.profit_eur[t_]; }
  double reachable_kw() const { return std::min(setpoint_kw(), run_.potential_kw[t_]); }
  double surplus_kw() const { return std::max(0.0, used_kw() - setpoint_kw()); }
  double overload_kw() const {
    double kw = 0.0;
    for (const auto& transformer : run_.overload_kw) kw += transformer[t_];
    return kw;
  }
  double disappointment() const {
    double sum = 0.0;
    for (const double score : run_.satisfaction[t_]) sum += std::exp(-10.0 * score);
    return sum;
  }
  double tracking_with_penalties() const {
    // The first transformer's limit stands for all.
    double reward = -squared(std::min(reachable_kw(), scenario_.transformers.front().max_kw[t_]) - used_kw());
    reward -= 100.0 * overload_kw();
    for (const double score : run_.satisfaction[t_]) reward -= 1000.0 * (1.0 - score);
    return reward;
  }
  /// Nothing is drawn although something could have been a step before; before the first step stands the last one,
  /// which is still 0 (a negative index in Python).
  bool idle_although_possible() const { return used_kw() == 0.0 && t_ > 0 && run_.potential_kw[t_ - 1] != 0.0; }

  double missing_at_departure_kwh() const {
    double sum = 0.0;
    for (const std::uint32_t i : run_.leaving[t_])
      sum += std::max(0.0, scenario_.cars[i].desired_kwh - left_with_kwh(i));
    return sum;
  }
  double missing_at_departure_kwh2() const {
    double sum = 0.0;
    for (const std::uint32_t i : run_.leaving[t_])
      sum += squared(std::max(0.0, scenario_.cars[i].desired_kwh - left_with_kwh(i)));
    return sum;
  }
  double left_with_kwh(std::uint32_t i) const { return run_.stays[i].final_kwh; }

  /// Of the cars that stay: kWh (squared) between what they have and what they must have now to reach their wish at
  /// full power.
  double lateness_kwh2() const {
    double sum = 0.0;
    for (std::size_t i = 0; i < scenario_.cars.size(); ++i) {
      const Car& car = scenario_.cars[i];
      const int now = static_cast<int>(t_) + 1;
      if (car.arrival_step > now || car.departure_step < now) continue;
      const Stay& stay = run_.stays[i];
      const auto steps = static_cast<std::size_t>(now - car.arrival_step);
      const double kwh = steps == 0 ? car.initial_kwh : stay.capacity_kwh[steps - 1];
      const double kwh_per_step = car.max_charge_kw / (60.0 / scenario_.step_min);
      const double steps_left = car.departure_step - now;
      if ((car.desired_kwh - kwh) / kwh_per_step <= steps_left) continue;
      sum += squared(car.desired_kwh - (steps_left + 1.0) * kwh_per_step - kwh);
    }
    return sum;
  }

  const Scenario& scenario_;
  const Run& run_;
  std::size_t t_ = 0;
};

double mean(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

}  // namespace

std::map<std::string, std::vector<double>> rewards(const Scenario& scenario, const Run& run) {
  return Rewards(scenario, run).all();
}

Ageing ageing(const Scenario& scenario, const Car& car, const Stay& stay) {
  physics::AgeingUse use;
  use.days = (car.departure_step - car.arrival_step + 1) * scenario.step_min / (60.0 * 24.0);
  use.stored_kwh = stay.absolute_kwh;
  // Mean state of charge over the steps' beginnings and the end.
  std::vector<double> soc = stay.soc_before;
  soc.push_back(stay.final_kwh / car.capacity_kwh);
  use.mean_soc = mean(soc);
  // Depth of discharge: twice the mean distance from the mean, over the steps with current and the end.
  std::vector<double> active;
  for (std::size_t k = 0; k < stay.soc_before.size(); ++k) {
    if (stay.active[k]) active.push_back(stay.soc_before[k]);
  }
  active.push_back(soc.back());
  const double middle = mean(active);
  std::vector<double> distances;
  for (const double one : active) distances.push_back(std::abs(middle - one));
  use.depth = 2.0 * mean(distances);
  const physics::AgeingHistory history = physics::AgeingHistory::of_typical_car(78.0);
  return {physics::tangent_calendar_loss({}, history, use), physics::tangent_cyclic_loss({}, history, use)};
}

}  // namespace evtwin::conformance::ev2gym
