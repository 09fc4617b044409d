#include "conformance/milp_case.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "conformance/acn_run_case.hpp"
#include "conformance/kinds.hpp"

namespace evtwin::conformance {

namespace {

using nlohmann::json;
using optimise::NeedAt;
using optimise::PlanProblem;
using optimise::PlanStorage;
using optimise::PlanVehicle;

/// What all vehicles have in common.
struct Fleet {
  double efficiency = 1.0, min_kw = 0.0, unmet_price_per_kwh = 0.0, wear_per_kwh = 0.0;
};

std::vector<double> series(const json& document, const char* field, std::size_t steps) {
  auto values = document.at(field).get<std::vector<double>>();
  if (values.size() != steps)
    throw CaseError(fmt::format("{} has {} values, steps is {}", field, values.size(), steps));
  return values;
}

std::vector<double> series_or_0(const json& document, const char* field, std::size_t steps) {
  return document.contains(field) ? series(document, field, steps) : std::vector<double>(steps, 0.0);
}

PlanVehicle vehicle_of(const json& v, std::uint32_t index, const Fleet& fleet, std::size_t steps) {
  require_known(v, {"arrive_step", "depart_step", "max_kw", "battery_kwh", "energy_kwh", "wanted_kwh", "v2g"},
                "a vehicle");
  PlanVehicle vehicle;
  vehicle.key = index;
  vehicle.evse = index;
  const auto arrive = v.at("arrive_step").get<std::int64_t>(), depart = v.at("depart_step").get<std::int64_t>();
  if (arrive < 0 || depart < arrive || depart > static_cast<std::int64_t>(steps))
    throw CaseError(fmt::format("vehicle {} stays from step {} to {} of {}", index, arrive, depart, steps));
  vehicle.first_step = static_cast<std::uint32_t>(arrive);
  vehicle.end_step = static_cast<std::uint32_t>(depart);
  vehicle.max_kw = v.at("max_kw");
  vehicle.min_kw = vehicle.min_discharge_kw = fleet.min_kw;
  vehicle.charge_efficiency = vehicle.discharge_efficiency = fleet.efficiency;
  vehicle.need_at = NeedAt::battery;
  const double battery_kwh = v.at("battery_kwh"), energy_kwh = v.at("energy_kwh");
  vehicle.wanted_kwh = v.at("wanted_kwh");
  vehicle.unmet_price_per_kwh = fleet.unmet_price_per_kwh;
  vehicle.room_kwh = std::max(0.0, battery_kwh - energy_kwh);
  if (v.contains("v2g") && v["v2g"].get<bool>()) {
    vehicle.max_discharge_kw = vehicle.max_kw;
    vehicle.dischargeable_kwh = energy_kwh - std::min(energy_kwh, 0.1 * battery_kwh);
    vehicle.discharge_price_per_kwh = fleet.wear_per_kwh;
  } else {
    vehicle.most_kwh = vehicle.wanted_kwh;
  }
  return vehicle;
}

PlanStorage storage_of(const json& s) {
  require_known(s, {"kwh", "kw", "efficiency", "min_soc", "max_soc", "start_soc", "end_soc_at_least", "wear_per_kwh"},
                "the storage");
  PlanStorage storage;
  const double kwh = s.at("kwh");
  storage.max_charge_kw = storage.max_discharge_kw = s.at("kw");
  storage.charge_efficiency = storage.discharge_efficiency = s.at("efficiency");
  storage.stored_kwh = s.at("start_soc").get<double>() * kwh;
  storage.min_kwh = s.at("min_soc").get<double>() * kwh;
  storage.max_kwh = s.at("max_soc").get<double>() * kwh;
  storage.end_at_least_kwh = s.at("end_soc_at_least").get<double>() * kwh;
  storage.discharge_price_per_kwh = s.at("wear_per_kwh");
  return storage;
}

/// The day's highest step is billed.
void add_demand_charge(PlanProblem& problem, double price_per_kw) {
  problem.periods.resize(1);
  problem.periods[0].price_per_kw = price_per_kw;
  for (std::uint32_t t = 0; t < problem.steps(); ++t) problem.windows.push_back({t, t + 1, problem.hours[t], 0.0, 0});
}

}  // namespace

PlanCase read_plan_case(const json& document) {
  if (!document.is_object() || document.value("format", "") != "plan-case/1")
    throw CaseError("is no plan case: \"format\" must be \"plan-case/1\"");
  require_known(document,
                {"format", "name", "steps", "step_h", "currency", "import_limit_kw", "import_price_per_kwh",
                 "export_limit_kw", "export_price_per_kwh", "pv_kw", "demand_price_per_kw", "vehicle_wear_per_kwh",
                 "vehicle_efficiency", "min_charge_kw", "unmet_penalty_per_kwh", "storage", "vehicles", "optimum"},
                "a plan case");
  PlanCase c;
  c.name = document.at("name");
  c.currency = document.at("currency");
  const auto steps = document.at("steps").get<std::size_t>();
  PlanProblem& problem = c.problem;
  problem.hours.assign(steps, document.at("step_h").get<double>());
  problem.buy_per_kwh = series(document, "import_price_per_kwh", steps);
  problem.sell_per_kwh = series_or_0(document, "export_price_per_kwh", steps);
  problem.pv_kw = series_or_0(document, "pv_kw", steps);
  problem.load_kw.assign(steps, 0.0);
  problem.import_limit_kw.assign(steps, document.at("import_limit_kw").get<double>());
  problem.export_limit_kw.assign(steps, document.value("export_limit_kw", 0.0));
  if (document.contains("storage")) problem.storages.push_back(storage_of(document["storage"]));
  if (document.contains("demand_price_per_kw")) add_demand_charge(problem, document["demand_price_per_kw"]);

  Fleet fleet;
  fleet.efficiency = document.at("vehicle_efficiency");
  fleet.min_kw = document.at("min_charge_kw");
  fleet.unmet_price_per_kwh = document.at("unmet_penalty_per_kwh");
  fleet.wear_per_kwh = document.value("vehicle_wear_per_kwh", 0.0);
  for (const json& v : document.at("vehicles"))
    problem.vehicles.push_back(vehicle_of(v, static_cast<std::uint32_t>(problem.vehicles.size()), fleet, steps));

  const json& optimum = document.at("optimum");
  require_known(optimum, {"lp", "milp", "tolerance_relative"}, "optimum");
  c.lp_optimum = optimum.at("lp");
  c.milp_optimum = optimum.at("milp");
  c.tolerance = optimum.at("tolerance_relative");
  if (!(c.tolerance > 0.0 && c.tolerance <= 1e-6))
    throw CaseError(fmt::format("tolerance_relative is {}, must lie in 0 to 1e-6", c.tolerance));
  return c;
}

}  // namespace evtwin::conformance
