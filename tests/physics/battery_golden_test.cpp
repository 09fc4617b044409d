// SpiceEV 1.1.0's battery cases (shared/golden/spiceev; semantics in its README), where that folder is there.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "physics/battery.hpp"

namespace evtwin::physics {
namespace {

using nlohmann::json;

Curve curve_of(const json& points) {
  Curve curve;
  for (const json& point : points) curve.knots.push_back({point.at(0).get<double>(), point.at(1).get<double>()});
  return curve;
}

/// The case's call as one stretch of constant setpoint that a target may cut short.
Outcome run_case(const json& c) {
  BatterySpec battery;
  battery.capacity_kwh = c.at("capacity_kWh");
  battery.charge_efficiency = c.at("efficiency");
  battery.discharge_efficiency = battery.charge_efficiency;
  battery.charge = curve_of(c.at("charge_curve"));
  battery.discharge = curve_of(c.at(c.at("discharge_curve").is_null() ? "charge_curve" : "discharge_curve"));

  const double soc = c.at("soc");
  const double hours = c.at("seconds").get<double>() / 3600.0;
  const bool loads = c.at("op") == "load";
  const double max_kw = c.at("max_power_kW").is_null() ? infinite : c.at("max_power_kW").get<double>();

  // A target power fixes the average over the step, so it is a target of energy too.
  double target_soc = loads ? 1.0 : 0.0;
  if (!c.at("target_soc").is_null()) target_soc = c.at("target_soc");
  if (!c.at("target_power_kW").is_null()) {
    const double asked_kwh = c.at("target_power_kW").get<double>() * hours;
    target_soc = soc + (loads ? asked_kwh * battery.charge_efficiency : -asked_kwh / battery.charge_efficiency) /
                           battery.capacity_kwh;
  }

  const double stored_kwh = soc * battery.capacity_kwh;
  if (!loads)
    return run_for(battery, stored_kwh, -max_kw, hours, infinite, std::max(target_soc, 0.0) * battery.capacity_kwh);
  const double metered_kwh = (std::min(target_soc, 1.0) - soc) * battery.capacity_kwh / battery.charge_efficiency;
  return run_for(battery, stored_kwh, max_kw, hours, std::max(metered_kwh, 0.0));
}

TEST(BatteryGolden, AgreesWithSpiceEvWithin1e9KilowattHours) {
  const std::filesystem::path file = std::filesystem::path(EVTWIN_SHARED_DIR) / "golden/spiceev/battery_cases.json";
  if (!std::filesystem::exists(file)) GTEST_SKIP() << "no golden cases at " << file;
  const json cases = json::parse(std::ifstream(file)).at("cases");
  ASSERT_GT(cases.size(), 400U);

  // SpiceEV treats |target - SoC| <= 1e-5 kWh / capacity as "there"; the engine goes the rest of the way.
  constexpr double spiceev_eps_kwh = 1e-5;
  std::size_t within_eps = 0;
  for (const json& c : cases) {
    const bool agreed = c.at("status") == "agreed";
    const json& expect = agreed ? c.at("expect") : c.at("independent");
    const double capacity_kwh = c.at("capacity_kWh");
    const double hours = c.at("seconds").get<double>() / 3600.0;
    const Outcome outcome = run_case(c);

    const double stored_off_kwh = std::abs(outcome.stored_kwh - expect.at("soc_after").get<double>() * capacity_kwh);
    const double metered_off_kwh =
        std::abs(std::abs(outcome.metered_kwh) - expect.at("avg_power_kW").get<double>() * hours);
    if (stored_off_kwh > 1e-9 && stored_off_kwh <= spiceev_eps_kwh) {
      ++within_eps;
      continue;
    }
    EXPECT_LE(stored_off_kwh, 1e-9) << "case " << c.at("id") << " " << c.at("status");
    EXPECT_LE(metered_off_kwh, 2e-9) << "case " << c.at("id") << " " << c.at("status");
  }
  EXPECT_EQ(within_eps, 0U);
}

}  // namespace
}  // namespace evtwin::physics
