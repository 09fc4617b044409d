// EV2Gym's runs: re-simulated from scenario and actions, then taken apart on the ladder to evtwin's own physics.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>
#include <set>

#include "conformance/acn_run_case.hpp"
#include "conformance/ev2gym_ladder.hpp"
#include "conformance/ev2gym_rewards.hpp"
#include "conformance/kinds.hpp"

namespace evtwin::conformance {

namespace {

using nlohmann::json;
using namespace ev2gym;
using Series = std::vector<double>;

constexpr double step_tolerance = 1e-9;

double number(const json& value) { return value.is_null() ? std::nan("") : value.get<double>(); }

Series numbers(const json& list) {
  Series values;
  for (const json& value : list) values.push_back(number(value));
  return values;
}

double sum(const Series& values) { return std::accumulate(values.begin(), values.end(), 0.0); }
double mean(const Series& values) {
  return values.empty() ? std::nan("") : sum(values) / static_cast<double>(values.size());
}

void compare_stays(const Scenario& scenario, const Run& run, const json& reference, Comparison& comparison) {
  const json& sessions = reference.at("sessions");
  if (sessions.size() != scenario.cars.size()) comparison.fail("another number of sessions than cars");
  for (std::size_t i = 0; i < scenario.cars.size(); ++i) {
    const Car& car = scenario.cars[i];
    const Stay& stay = run.stays[i];
    const json& expected = sessions.is_array() ? sessions.at(i) : sessions.at(std::to_string(i));
    require_known(expected,
                  {"port", "amps_cmd", "energy_kwh", "current_a", "capacity_kwh", "final_capacity_kwh",
                   "max_energy_afap_kwh", "user_satisfaction", "calendar_loss", "cyclic_loss", "abs_energy_kwh",
                   "net_energy_kwh", "charging_cycles", "emergency_crossings"},
                  "a session of a run");
    const auto one = [&](const char* field, double got) {
      comparison.relative(fmt::format("session {} {}", i, field), got, number(expected.at(field)), step_tolerance);
    };
    const auto all = [&](const char* field, const Series& got) {
      comparison.relative(fmt::format("session {} {}", i, field), got, numbers(expected.at(field)), step_tolerance);
    };
    const Ageing aged = ageing(scenario, car, stay);
    one("port", car.port);
    all("amps_cmd", stay.commanded_a);
    all("energy_kwh", stay.energy_kwh);
    all("current_a", stay.current_a);
    all("capacity_kwh", stay.capacity_kwh);
    one("final_capacity_kwh", stay.final_kwh);
    one("max_energy_afap_kwh", energy_as_fast_as_possible_kwh(scenario, car));
    one("user_satisfaction", satisfaction(car, stay.final_kwh));
    one("abs_energy_kwh", stay.absolute_kwh);
    one("net_energy_kwh", stay.net_kwh);
    one("charging_cycles", stay.cycles);
    one("emergency_crossings", stay.emergency_crossings);
    // Losses are fractions of some 1e-5: relative to themselves, not to 1.
    comparison.absolute(fmt::format("session {} calendar_loss", i), aged.calendar, number(expected.at("calendar_loss")),
                        step_tolerance * std::abs(number(expected.at("calendar_loss"))));
    comparison.absolute(fmt::format("session {} cyclic_loss", i), aged.cyclic, number(expected.at("cyclic_loss")),
                        step_tolerance * std::abs(number(expected.at("cyclic_loss"))));
  }
}

void compare_series(const Run& run, const json& reference, Comparison& comparison) {
  const auto one = [&](const char* field, const Series& got) {
    comparison.relative(field, got, numbers(reference.at(field)), step_tolerance);
  };
  const auto many = [&](const char* field, const std::vector<Series>& got) {
    const json& expected = reference.at(field);
    if (expected.size() != got.size()) return comparison.fail(fmt::format("{} has {} rows", field, expected.size()));
    for (std::size_t k = 0; k < got.size(); ++k)
      comparison.relative(fmt::format("{}[{}]", field, k), got[k], numbers(expected[k]), step_tolerance);
  };
  many("charger_power_kw", run.charger_kw);
  many("charger_current_a", run.charger_a);
  many("transformer_power_kw", run.transformer_kw);
  many("transformer_overload_kw", run.overload_kw);
  many("user_satisfaction", run.satisfaction);
  one("total_power_kw", run.total_kw);
  one("charge_power_potential_kw", run.potential_kw);
  one("profit_eur", run.profit_eur);
  one("departed", run.departed);
  one("arrived", run.arrived);
  one("parked", run.parked);
  one("invalid_actions", run.invalid_actions);
  const json& totals = reference.at("charger_totals");
  if (totals.size() != run.totals.size()) return comparison.fail("another number of charger_totals than chargers");
  for (std::size_t c = 0; c < totals.size(); ++c) {
    const auto total = [&](const char* field, double got) {
      comparison.relative(fmt::format("charger {} {}", c, field), got, number(totals[c].at(field)), step_tolerance);
    };
    total("profit_eur", run.totals[c].profit_eur);
    total("energy_charged_kwh", run.totals[c].charged_kwh);
    total("energy_discharged_kwh", run.totals[c].discharged_kwh);
    total("evs_served", run.totals[c].served);
    total("user_satisfaction_sum", run.totals[c].satisfaction_sum);
  }
}

std::map<std::string, double> statistics(const Scenario& scenario, const Run& run, double total_reward) {
  std::map<std::string, double> stats;
  Series satisfied;  // of the chargers that served anybody
  for (const ChargerTotals& totals : run.totals) {
    stats["total_ev_served"] += totals.served;
    stats["total_profits"] += totals.profit_eur;
    stats["total_energy_charged"] += totals.charged_kwh;
    stats["total_energy_discharged"] += totals.discharged_kwh;
    if (totals.served > 0) satisfied.push_back(totals.satisfaction_sum / totals.served);
  }
  stats["average_user_satisfaction"] = mean(satisfied);
  stats["power_tracker_violation"] = stats["tracking_error"] = stats["energy_tracking_error"] = 0.0;
  for (std::size_t t = 0; t < run.total_kw.size(); ++t) {
    const double off_kw = scenario.setpoint_kw[t] - run.total_kw[t];
    stats["tracking_error"] += off_kw * off_kw;
    stats["energy_tracking_error"] += std::abs(off_kw) * scenario.step_min / 60.0;
    stats["power_tracker_violation"] += std::max(0.0, -off_kw);
  }
  Series reached_percent;
  stats["total_steps_min_emergency_battery_capacity_violation"] = 0.0;
  stats["battery_degradation_calendar"] = stats["battery_degradation_cycling"] = 0.0;
  for (std::size_t i = 0; i < scenario.cars.size(); ++i) {
    const Stay& stay = run.stays[i];
    reached_percent.push_back(stay.final_kwh / energy_as_fast_as_possible_kwh(scenario, scenario.cars[i]) * 100.0);
    stats["total_steps_min_emergency_battery_capacity_violation"] += stay.emergency_crossings;
    const Ageing aged = ageing(scenario, scenario.cars[i], stay);
    stats["battery_degradation_calendar"] += aged.calendar;
    stats["battery_degradation_cycling"] += aged.cyclic;
  }
  stats["battery_degradation"] = stats["battery_degradation_calendar"] + stats["battery_degradation_cycling"];
  const double reached = mean(reached_percent);
  double variance = 0.0;
  for (const double percent : reached_percent) variance += (percent - reached) * (percent - reached);
  stats["energy_user_satisfaction"] = reached;
  stats["std_energy_user_satisfaction"] = std::sqrt(variance / static_cast<double>(reached_percent.size()));
  stats["min_energy_user_satisfaction"] =
      reached_percent.empty() ? std::nan("") : *std::min_element(reached_percent.begin(), reached_percent.end());
  stats["total_transformer_overload"] = 0.0;
  for (const Series& overload : run.overload_kw) stats["total_transformer_overload"] += sum(overload);
  stats["total_reward"] = total_reward;
  // No power flow was simulated.
  for (const char* name :
       {"saved_grid_energy", "voltage_violation", "voltage_violation_counter", "voltage_violation_counter_per_step"})
    stats[name] = 0.0;
  return stats;
}

void compare_rewards_and_stats(const Scenario& scenario, const Run& run, const json& reference,
                               Comparison& comparison) {
  const auto all = rewards(scenario, run);
  std::set<std::string> not_compared;
  for (const auto& [name, series] : reference.at("rewards").items()) {
    const auto found = all.find(name);
    if (found == all.end()) {
      not_compared.insert("reward " + name);
    } else {
      comparison.relative("reward " + name, found->second, numbers(series), step_tolerance);
    }
  }
  double total_reward = std::nan("");
  const auto main_reward = all.find(reference.at("main_reward").get<std::string>());
  if (main_reward == all.end()) {
    not_compared.insert("reward");
    not_compared.insert("stats total_reward");
  } else {
    comparison.relative("reward", main_reward->second, numbers(reference.at("reward")), step_tolerance);
    total_reward = sum(main_reward->second);
  }
  const auto stats = statistics(scenario, run, total_reward);
  for (const auto& [name, expected] : reference.at("stats").items()) {
    const auto found = stats.find(name);
    if (found == stats.end()) {
      not_compared.insert("stats " + name);
    } else if (!not_compared.contains("stats " + name)) {
      comparison.relative("stats " + name, found->second, number(expected), step_tolerance);
    }
  }
  if (!not_compared.empty()) comparison.remark(fmt::format("not compared: {}", fmt::join(not_compared, ", ")));
}

Comparison compare_agent(const Scenario& scenario, const json& reference, std::string name) {
  Comparison comparison(std::move(name));
  try {
    // What agents observed is theirs, not the simulator's physics: state_function and observations are not compared.
    require_known(reference,
                  {"actions",
                   "sessions",
                   "charger_power_kw",
                   "charger_current_a",
                   "transformer_power_kw",
                   "transformer_overload_kw",
                   "total_power_kw",
                   "charge_power_potential_kw",
                   "profit_eur",
                   "departed",
                   "arrived",
                   "parked",
                   "user_satisfaction",
                   "invalid_actions",
                   "rewards",
                   "main_reward",
                   "reward",
                   "charger_totals",
                   "stats",
                   "state_function",
                   "observations"},
                  "a run");
    const auto actions = reference.at("actions").get<Actions>();
    if (actions.size() != static_cast<std::size_t>(scenario.steps))
      throw CaseError("another number of actions than steps");
    for (const auto& step : actions) {
      if (step.size() != scenario.ports) throw CaseError("another number of actions in a step than ports");
    }
    const Run run = ev2gym::simulate(scenario, actions, Quirks{});
    compare_stays(scenario, run, reference, comparison);
    compare_series(run, reference, comparison);
    compare_rewards_and_stats(scenario, run, reference, comparison);
    climb(scenario, actions, comparison);
  } catch (const std::exception& error) {
    comparison.fail(error.what());
  }
  return comparison;
}

}  // namespace

std::vector<Comparison> compare_ev2gym(const json& document, const std::filesystem::path& file) {
  if (document.value("format", "") != "ev2gym-golden/1") throw CaseError("its format is not ev2gym-golden/1");
  const Scenario scenario = scenario_of(document);
  std::string stem = file.filename().string();
  stem = stem.substr(0, stem.find('.'));
  std::vector<Comparison> all;
  for (const auto& [agent, reference] : document.at("runs").items())
    all.push_back(compare_agent(scenario, reference, fmt::format("{} {}", stem, agent)));
  return all;
}

}  // namespace evtwin::conformance
