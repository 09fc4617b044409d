#include "conformance/ev2gym_case.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "conformance/acn_run_case.hpp"
#include "conformance/kinds.hpp"

namespace evtwin::conformance::ev2gym {

using nlohmann::json;

double Efficiency::at(double amps) const {
  if (by_ampere.empty()) return at_all_currents;
  const double rounded = std::nearbyint(std::abs(amps));  // to even, the default rounding
  constexpr double beyond_percent = 1.0;
  return (rounded < static_cast<double>(by_ampere.size()) ? by_ampere[static_cast<std::size_t>(rounded)]
                                                          : beyond_percent) /
         100.0;
}

double Efficiency::largest() const {
  return by_ampere.empty() ? at_all_currents : *std::max_element(by_ampere.begin(), by_ampere.end()) / 100.0;
}

namespace {

Efficiency efficiency_of(const json& value) {
  Efficiency efficiency;
  if (value.is_number()) {
    efficiency.at_all_currents = value;
  } else {
    efficiency.by_ampere = value.get<std::vector<double>>();
    if (efficiency.by_ampere.empty()) throw CaseError("an efficiency table is empty");
  }
  return efficiency;
}

std::vector<double> series(const json& object, const char* field, int steps) {
  auto values = object.at(field).get<std::vector<double>>();
  if (values.size() != static_cast<std::size_t>(steps))
    throw CaseError(fmt::format("{} has {} values, {} steps were simulated", field, values.size(), steps));
  return values;
}

Charger charger_of(const json& c, std::uint32_t first_port) {
  require_known(c,
                {"id", "transformer", "n_ports", "min_charge_current_a", "max_charge_current_a",
                 "min_discharge_current_a", "max_discharge_current_a", "voltage_ll_v", "phases", "type",
                 "max_charge_power_kw", "min_charge_power_kw", "max_discharge_power_kw"},
                "a charger");
  if (c.at("type") != "AC")
    throw CaseError(fmt::format("a charger of type {}: EV2Gym knows AC only", c.at("type").dump()));
  return {c.at("transformer"),
          c.at("n_ports"),
          first_port,
          c.at("min_charge_current_a"),
          c.at("max_charge_current_a"),
          c.at("min_discharge_current_a"),
          c.at("max_discharge_current_a"),
          c.at("voltage_ll_v"),
          c.at("phases")};
}

Car car_of(const json& s) {
  require_known(s,
                {"uid", "charger", "arrival_step", "departure_step", "battery_capacity_kwh", "initial_energy_kwh",
                 "desired_energy_kwh", "min_battery_kwh", "min_emergency_kwh", "max_ac_charge_kw", "min_ac_charge_kw",
                 "max_dc_charge_kw", "max_discharge_kw", "min_discharge_kw", "phases", "transition_soc",
                 "transition_soc_multiplier", "charge_efficiency", "discharge_efficiency"},
                "a session");
  Car car;
  car.charger = s.at("charger");
  car.arrival_step = s.at("arrival_step");
  car.departure_step = s.at("departure_step");
  car.capacity_kwh = s.at("battery_capacity_kwh");
  car.initial_kwh = s.at("initial_energy_kwh");
  car.desired_kwh = s.at("desired_energy_kwh");
  car.min_kwh = s.at("min_battery_kwh");
  car.min_emergency_kwh = s.at("min_emergency_kwh");
  car.max_charge_kw = s.at("max_ac_charge_kw");
  car.min_charge_kw = s.at("min_ac_charge_kw");
  car.max_discharge_kw = s.at("max_discharge_kw");
  car.min_discharge_kw = s.at("min_discharge_kw");
  car.phases = s.at("phases");
  car.transition_soc = s.at("transition_soc");
  car.transition_multiplier = s.at("transition_soc_multiplier");
  car.charge_efficiency = efficiency_of(s.at("charge_efficiency"));
  car.discharge_efficiency = efficiency_of(s.at("discharge_efficiency"));
  return car;
}

/// The lowest port that is free: a car holds its port until the end of its departure step, the next one comes after it.
void give_ports(Scenario& scenario) {
  for (std::size_t i = 0; i < scenario.cars.size(); ++i) {
    Car& car = scenario.cars[i];
    std::vector<bool> taken(scenario.chargers.at(car.charger).ports);
    for (std::size_t k = 0; k < i; ++k) {
      const Car& earlier = scenario.cars[k];
      if (earlier.charger == car.charger && earlier.departure_step >= car.arrival_step) taken[earlier.port] = true;
    }
    const auto free = std::find(taken.begin(), taken.end(), false);
    if (free == taken.end()) throw CaseError(fmt::format("session {} finds no free port at its charger", i));
    car.port = static_cast<std::uint32_t>(free - taken.begin());
  }
}

}  // namespace

Scenario scenario_of(const json& document) {
  require_known(document,
                {"format", "ev2gym_commit", "config_name", "config", "seed", "sim_start", "timescale_min",
                 "simulation_length", "n_ports_total", "chargers", "transformers", "charge_price_eur_kwh",
                 "discharge_price_eur_kwh", "power_setpoints_kw", "sessions", "runs"},
                "the file");
  Scenario scenario;
  scenario.step_min = document.at("timescale_min");
  scenario.steps = document.at("simulation_length");
  for (const json& c : document.at("chargers")) {
    scenario.chargers.push_back(charger_of(c, scenario.ports));
    scenario.ports += scenario.chargers.back().ports;
  }
  for (const json& t : document.at("transformers")) {
    // Forecasts and notices are what agents saw; limits are given with every cut applied.
    require_known(
        t,
        {"id", "cs_ids", "voltage_v", "max_power_kw", "min_power_kw", "max_current_a", "inflexible_load_kw",
         "solar_power_kw", "inflexible_load_forecast_kw", "pv_generation_forecast_kw", "steps_ahead", "dr_events"},
        "a transformer");
    scenario.transformers.push_back(
        {series(t, "max_power_kw", scenario.steps), series(t, "min_power_kw", scenario.steps),
         series(t, "inflexible_load_kw", scenario.steps), series(t, "solar_power_kw", scenario.steps)});
  }
  for (const json& s : document.at("sessions")) scenario.cars.push_back(car_of(s));
  scenario.charge_price_per_kwh = series(document, "charge_price_eur_kwh", scenario.steps);
  scenario.discharge_price_per_kwh = series(document, "discharge_price_eur_kwh", scenario.steps);
  scenario.setpoint_kw = series(document, "power_setpoints_kw", scenario.steps);
  for (const Charger& charger : scenario.chargers) {
    if (charger.transformer >= scenario.transformers.size())
      throw CaseError("a charger hangs on a transformer that is not there");
  }
  give_ports(scenario);
  return scenario;
}

}  // namespace evtwin::conformance::ev2gym
