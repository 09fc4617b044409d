// A golden file of EV2Gym as plain data: chargers, cars, series. Names and units as in the file; see its README.
#pragma once
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace evtwin::conformance::ev2gym {

/// EV2Gym looks an efficiency up by the whole amperes commanded, or has one figure for all.
struct Efficiency {
  double at_all_currents = 1.0;   ///< fraction; where by_ampere is empty
  std::vector<double> by_ampere;  ///< percent at 0, 1 ... 100 A
  double at(double amps) const;   ///< fraction at round-half-even(|amps|); beyond the table 0.01, as EV2Gym has it
  double largest() const;
};

struct Charger {
  std::uint32_t transformer = 0;
  std::uint32_t ports = 1;
  std::uint32_t first_port = 0;  ///< number of its first port among all
  double min_charge_a, max_charge_a;
  double min_discharge_a, max_discharge_a;  ///< <= 0
  double voltage_ll_v;                      ///< line to line
  int phases;
};

struct Transformer {
  std::vector<double> max_kw, min_kw;     ///< by step; max already reduced by demand response
  std::vector<double> load_kw, solar_kw;  ///< by step; solar <= 0
};

struct Car {
  std::uint32_t charger = 0;
  std::uint32_t port = 0;  ///< of the charger, lowest free one at arrival
  int arrival_step = 0;    ///< first step with power
  int departure_step = 0;  ///< last step with power, then it leaves
  double capacity_kwh, initial_kwh, desired_kwh, min_kwh, min_emergency_kwh;
  double max_charge_kw, min_charge_kw;        ///< AC
  double max_discharge_kw, min_discharge_kw;  ///< <= 0
  int phases;
  double transition_soc, transition_multiplier;
  Efficiency charge_efficiency, discharge_efficiency;
};

struct Scenario {
  double step_min = 15.0;
  int steps = 0;
  std::vector<Charger> chargers;
  std::vector<Transformer> transformers;
  std::vector<Car> cars;  ///< by arrival
  std::uint32_t ports = 0;
  std::vector<double> charge_price_per_kwh;     ///< EUR, by step, negative: a cost
  std::vector<double> discharge_price_per_kwh;  ///< EUR, by step, positive: revenue
  std::vector<double> setpoint_kw;              ///< of the whole site, by step
};

/// What an agent commanded: [step][port], -1 .. 1.
using Actions = std::vector<std::vector<double>>;

/// @throws CaseError, nlohmann::json::exception.
Scenario scenario_of(const nlohmann::json& document);

}  // namespace evtwin::conformance::ev2gym
