// SpiceEV's battery: single calls of its Battery.load() and unload(), each one stretch of constant setpoint.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "conformance/acn_run_case.hpp"
#include "conformance/cases.hpp"
#include "conformance/kinds.hpp"
#include "physics/battery.hpp"

namespace evtwin::conformance {

namespace {

using nlohmann::json;
using physics::infinite;

constexpr double tolerance_kwh = 1e-9;

physics::Curve curve_of(const json& points) {
  physics::Curve curve;
  for (const json& point : points) curve.knots.push_back({point.at(0).get<double>(), point.at(1).get<double>()});
  return curve;
}

double number_or(const json& value, double otherwise) { return value.is_null() ? otherwise : value.get<double>(); }

/// SpiceEV's curves are in kW at the station, its efficiency applies once each way: the engine's own terms.
physics::BatterySpec battery_of(const json& c) {
  physics::BatterySpec battery;
  battery.capacity_kwh = c.at("capacity_kWh");
  battery.charge_efficiency = battery.discharge_efficiency = c.at("efficiency");
  battery.charge = curve_of(c.at("charge_curve"));
  battery.discharge = curve_of(c.at(c.at("discharge_curve").is_null() ? "charge_curve" : "discharge_curve"));
  return battery;
}

/// The call: setpoint max_power_kW until the target is reached or the time is over.
physics::Outcome call(const physics::BatterySpec& battery, const json& c, double hours) {
  const double soc = c.at("soc");
  const std::string op = c.at("op");
  if (op != "load" && op != "unload") throw CaseError(fmt::format("op '{}' is neither load nor unload", op));
  const bool loads = op == "load";
  const double max_kw = number_or(c.at("max_power_kW"), infinite);

  // A target power fixes the average over the step, so it is a target of energy too.
  double target_soc = number_or(c.at("target_soc"), loads ? 1.0 : 0.0);
  if (!c.at("target_power_kW").is_null()) {
    if (!c.at("target_soc").is_null()) throw CaseError("has target_soc and target_power_kW; a call has one of them");
    const double asked_kwh = c.at("target_power_kW").get<double>() * hours;
    target_soc = soc + (loads ? asked_kwh * battery.charge_efficiency : -asked_kwh / battery.discharge_efficiency) /
                           battery.capacity_kwh;
  }
  const double stored_kwh = soc * battery.capacity_kwh;
  if (!loads) {
    return run_for(battery, stored_kwh, -max_kw, hours, infinite, std::max(target_soc, 0.0) * battery.capacity_kwh);
  }
  const double metered_kwh = (std::min(target_soc, 1.0) - soc) * battery.capacity_kwh / battery.charge_efficiency;
  return run_for(battery, stored_kwh, max_kw, hours, std::max(metered_kwh, 0.0));
}

void compare_battery_call(Comparison& comparison, const json& c) {
  require_known(c,
                {"id", "op", "capacity_kWh", "efficiency", "charge_curve", "discharge_curve", "curve_kind", "soc",
                 "seconds", "max_power_kW", "target_soc", "target_power_kW", "status", "expect", "independent"},
                "a call");
  const std::string status = c.at("status");
  const bool agreed = status == "agreed";
  if (!agreed && status != "spiceev_defect_negative_soc" && status != "spiceev_assertion")
    throw CaseError(fmt::format("status '{}' is unknown", status));
  const json& expected = c.at(agreed ? "expect" : "independent");
  const physics::BatterySpec battery = battery_of(c);
  const double soc = c.at("soc");
  const double hours = c.at("seconds").get<double>() / 3600.0;
  const physics::Outcome outcome = call(battery, c, hours);

  const auto in_kwh = [&](const char* field) { return expected.at(field).get<double>() * battery.capacity_kwh; };
  comparison.absolute("stored kWh after", outcome.stored_kwh, in_kwh("soc_after"), tolerance_kwh);
  if (expected.contains("soc_delta")) {
    comparison.absolute("stored kWh moved", std::abs(outcome.stored_kwh - soc * battery.capacity_kwh),
                        std::abs(in_kwh("soc_delta")), tolerance_kwh);
  }
  comparison.absolute("metered kWh", std::abs(outcome.metered_kwh), expected.at("avg_power_kW").get<double>() * hours,
                      tolerance_kwh);
  // The independent solver answers the call alone.
  if (expected.contains("available_power_kW") && !expected.at("available_power_kW").is_null()) {
    const physics::Outcome emptied = run_for(battery, soc * battery.capacity_kwh, -infinite, hours);
    comparison.absolute("kWh an unlimited unload gives", -emptied.metered_kwh,
                        expected.at("available_power_kW").get<double>() * hours, tolerance_kwh);
  }
  if (!agreed) comparison.remark("SpiceEV itself is wrong here; compared with the independent solver's answer");
}

}  // namespace

std::vector<Comparison> compare_spiceev(const json& document, const std::filesystem::path&) {
  const auto name = [](const json& c, std::size_t) {
    return fmt::format("battery case {} {} ({})", c.at("id").dump(), c.at("op").get<std::string>(),
                       c.at("status").get<std::string>());
  };
  return each_case(cases_of(document), name, compare_battery_call);
}

}  // namespace evtwin::conformance
