// ACN-Sim's Battery and Linear2StageBattery on the engine's battery.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "conformance/acn_unit.hpp"
#include "conformance/kinds.hpp"
#include "physics/battery.hpp"
#include "scenario/loader.hpp"

namespace evtwin::conformance {

namespace {

using nlohmann::json;

constexpr double tolerance = 1e-9;

/// Whether the scenario language takes these words; evtwin checks figures where they enter and nowhere else.
bool scenario_accepts(const std::string& world_keys, const std::string& site_keys) {
  const auto file = std::filesystem::temp_directory_path() / fmt::format("evtwin-conformance-{}.lua", getpid());
  std::ofstream(file) << "return scenario { name = 'x', start = '2019-05-06', days = 1, timezone = 'UTC', "
                      << world_keys << " site { stations = { { name = 'A', evses = 1, kw = 7, " << site_keys
                      << " } } } }\n";
  bool accepted = true;
  try {
    scenario::load_scenario(file.string());
  } catch (const std::exception&) {
    accepted = false;
  }
  std::filesystem::remove(file);
  return accepted;
}

struct Call {
  bool two_stage = false;
  bool stepwise = false;
  double capacity_kwh, stored_kwh, max_kw, pilot_a, voltage_v, period_min;
  double transition_soc = 1.0;
  double noise_draw_kw = 0.0;  ///< the draw of its normal distribution that the call made; 0 without noise
};

Call call_of(const json& c) {
  Call call;
  const std::string type = c.at("type");
  if (type != "Battery" && type != "Linear2StageBattery")
    throw CaseError(fmt::format("battery type '{}' is unknown", type));
  call.two_stage = type == "Linear2StageBattery";
  call.capacity_kwh = c.at("capacity");
  call.stored_kwh = c.at("charge_before");
  call.max_kw = c.at("max_power");
  call.pilot_a = c.at("pilot");
  call.voltage_v = c.at("voltage");
  call.period_min = c.at("period");
  if (call.two_stage) {
    const std::string mode = c.at("mode");
    if (mode != "continuous" && mode != "stepwise") throw CaseError(fmt::format("mode '{}' is unknown", mode));
    call.stepwise = mode == "stepwise";
    call.transition_soc = c.at("transition_soc");
    if (c.contains("normal_draws")) call.noise_draw_kw = c.at("normal_draws").at(0);
  }
  return call;
}

physics::BatterySpec battery_of(const Call& call) {
  physics::BatterySpec battery;
  battery.capacity_kwh = call.capacity_kwh;
  battery.charge = call.two_stage && call.transition_soc < 1.0
                       ? physics::Curve{{{0.0, call.max_kw}, {call.transition_soc, call.max_kw}, {1.0, 0.0}}}
                       : physics::Curve::constant(call.max_kw);
  return battery;
}

/// Metered kWh of the period. The noise is ACN-Sim's: a normal draw taken off the power (its size only, but added with
/// its sign in the tail of the stepwise mode).
double metered_kwh(const Call& call) {
  const physics::BatterySpec battery = battery_of(call);
  const double hours = call.period_min / 60.0;
  const double pilot_kw = call.pilot_a * call.voltage_v / 1000.0;
  if (!call.stepwise) {
    const double exact = run_for(battery, call.stored_kwh, pilot_kw, hours).metered_kwh;
    return exact - std::abs(call.noise_draw_kw) * hours;
  }
  // The acceptance of the period's start holds until its end, or until the battery is full.
  const double soc = call.stored_kwh / call.capacity_kwh;
  double held_kw = std::min(pilot_kw, battery.charge.at(soc));
  const bool tail = soc >= call.transition_soc;
  if (tail) {
    held_kw = std::min({held_kw + call.noise_draw_kw, pilot_kw, call.max_kw});
  } else {
    held_kw -= std::abs(call.noise_draw_kw);
  }
  if (held_kw <= 0.0) return 0.0;
  return physics::held_law(battery, call.stored_kwh, held_kw, physics::infinite, 0.0).metered_after(hours);
}

Comparison compare_case(const json& c, std::size_t number) {
  const std::string test = c.at("test");
  Comparison comparison(fmt::format("unit_battery[{}] {}", number, test.substr(test.find("Test"))));
  const Call call = call_of(c);
  if (c.contains("raises")) {
    // evtwin has no call with a voltage or a period: both are refused where they enter.
    const bool refused =
        call.period_min <= 0.0
            ? !scenario_accepts(fmt::format("tick_min = {},", call.period_min), "")
            : call.voltage_v <= 0.0 && !scenario_accepts("", fmt::format("voltage_v = {}", call.voltage_v));
    comparison.equal("verdict", refused ? "refused" : "accepted", "refused");
    return comparison;
  }
  const double kwh = metered_kwh(call);
  const double mean_kw = kwh * 60.0 / call.period_min;
  comparison.absolute("rate A", mean_kw * 1000.0 / call.voltage_v, c.at("rate"), tolerance);
  comparison.absolute("kWh after", call.stored_kwh + kwh, c.at("charge_after"), tolerance);
  comparison.absolute("mean kW", mean_kw, c.at("power_kW"), tolerance);
  return comparison;
}

}  // namespace

std::vector<Comparison> compare_acn_battery(const json& document, const std::filesystem::path&) {
  std::vector<Comparison> all;
  for (const json& c : document.at("cases")) all.push_back(compare_case(c, all.size()));
  return all;
}

}  // namespace evtwin::conformance
