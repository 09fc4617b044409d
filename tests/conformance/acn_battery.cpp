// ACN-Sim's Battery and Linear2StageBattery on the engine's battery.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>

#include "conformance/acn_run_case.hpp"
#include "conformance/acn_unit.hpp"
#include "conformance/cases.hpp"
#include "conformance/kinds.hpp"
#include "physics/battery.hpp"
#include "scenario/loader.hpp"

namespace evtwin::conformance {

namespace {

using nlohmann::json;

constexpr double call_tolerance = 1e-9;

struct Call {
  bool two_stage = false;
  bool stepwise = false;
  double capacity_kwh, stored_kwh, max_kw, pilot_a, voltage_v, period_min;
  double transition_soc = 1.0;
  double noise_kw = 0.0;       ///< standard deviation
  double noise_draw_kw = 0.0;  ///< the draw of its normal distribution that the call made

  double hours() const { return period_min / 60.0; }
  double pilot_kw() const { return pilot_a * voltage_v / 1000.0; }
  double soc() const { return stored_kwh / capacity_kwh; }
};

Call call_of(const json& c) {
  require_known(c,
                {"test", "type", "capacity", "charge_before", "max_power", "pilot", "voltage", "period", "noise",
                 "transition_soc", "mode", "normal_draws", "rate", "charge_after", "power_kW", "raises"},
                "a call");
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
  if (!call.two_stage) return call;

  const std::string mode = c.at("mode");
  if (mode != "continuous" && mode != "stepwise") throw CaseError(fmt::format("mode '{}' is unknown", mode));
  call.stepwise = mode == "stepwise";
  call.transition_soc = c.at("transition_soc");
  call.noise_kw = c.at("noise");
  const auto draws = c.value("normal_draws", std::vector<double>{});
  if (draws.size() > 1) throw CaseError("has more than one normal draw; a call makes one");
  if (!draws.empty()) call.noise_draw_kw = draws.front();
  const bool draws_one = call.noise_kw > 0.0 && (call.stepwise || call.pilot_a != 0.0) && !c.contains("raises");
  if (draws_one && draws.empty()) throw CaseError("has noise and no normal_draws: it can not be repeated");
  return call;
}

physics::BatterySpec battery_of(const Call& call) {
  physics::BatterySpec battery;
  battery.capacity_kwh = call.capacity_kwh;
  battery.charge = physics::Curve::constant(call.max_kw);
  if (!call.two_stage || call.transition_soc >= 1.0) return battery;
  battery.charge.knots = {{0.0, call.max_kw}, {call.transition_soc, call.max_kw}, {1.0, 0.0}};
  if (call.transition_soc == 0.0) battery.charge.knots.erase(battery.charge.knots.begin());
  return battery;
}

/// Metered kWh of the period by the engine, without noise.
double metered_kwh(const Call& call) {
  const physics::BatterySpec battery = battery_of(call);
  if (!call.stepwise) return run_for(battery, call.stored_kwh, call.pilot_kw(), call.hours()).metered_kwh;
  // The acceptance of the period's start holds until its end, or until the battery is full.
  const double held_kw = std::min(call.pilot_kw(), battery.charge.kw_at(call.soc()));
  return physics::held_law(battery, call.stored_kwh, held_kw, physics::infinite, 0.0).metered_after(call.hours());
}

/// ACN-Sim's noise on a mean power: the draw's size is taken off, save in the stepwise mode above the transition,
/// where it is added with its sign; the stepwise mode keeps the result within 0 and its limits. The engine has no
/// noise.
double with_noise(const Call& call, double mean_kw) {
  if (call.noise_draw_kw == 0.0) return mean_kw;
  if (!call.stepwise) return mean_kw - std::abs(call.noise_draw_kw);
  if (call.soc() < call.transition_soc) return std::max(mean_kw - std::abs(call.noise_draw_kw), 0.0);
  const double fills_kw = (call.capacity_kwh - call.stored_kwh) / call.hours();
  return std::min({std::max(mean_kw + call.noise_draw_kw, 0.0), call.pilot_kw(), call.max_kw, fills_kw});
}

/// What the scenario language says to these words; nothing when it takes them.
std::optional<std::string> refusal(const std::string& scenario_keys, const std::string& station_keys) {
  const auto file = std::filesystem::temp_directory_path() / fmt::format("evtwin-conformance-{}.lua", getpid());
  std::ofstream(file) << "return scenario { name = 'x', start = '2019-05-06', days = 1, timezone = 'UTC', "
                      << "arrivals = arrivals.poisson { per_hour = 0 }, " << scenario_keys
                      << " site { stations = { { name = 'A', evses = 1, max_a = 32, " << station_keys << " } } } }\n";
  std::optional<std::string> why;
  try {
    scenario::load_scenario(file.string());
  } catch (const scenario::ScriptError& error) {
    why = error.message;
    if (const auto at = why->find(".lua:1: "); at != std::string::npos) why->erase(0, at + 8);
  }
  std::filesystem::remove(file);
  return why;
}

/// evtwin has no call with a voltage or a period: figures are checked where they enter, and nowhere else.
void compare_refusal(Comparison& comparison, const Call& call) {
  const auto period = [](double minutes) { return fmt::format("tick_min = {},", minutes); };
  const auto voltage = [](double volts) { return fmt::format("voltage_v = {}", volts); };
  // The same words with a sound figure are taken: it is the figure that is refused.
  if (const auto why = refusal(period(5), voltage(208)))
    return comparison.fail(fmt::format("evtwin refuses even a sound scenario: {}", *why));
  std::optional<std::string> why;
  if (call.voltage_v <= 0.0)
    why = refusal(period(5), voltage(call.voltage_v));
  else if (call.period_min <= 0.0)
    why = refusal(period(call.period_min), voltage(208));
  comparison.equal("verdict", why ? "refused" : "accepted", "refused");
  if (why) comparison.remark(fmt::format("evtwin: {}", *why));
}

void compare_call(Comparison& comparison, const json& c) {
  const Call call = call_of(c);
  if (c.contains("raises")) return compare_refusal(comparison, call);
  if (call.pilot_a < 0.0) throw CaseError("a negative pilot: ACN-Sim warns that its formula does not hold there");
  const double mean_kw = with_noise(call, metered_kwh(call) / call.hours());
  comparison.absolute("rate A", mean_kw * 1000.0 / call.voltage_v, c.at("rate"), call_tolerance);
  comparison.absolute("kWh after", call.stored_kwh + mean_kw * call.hours(), c.at("charge_after"), call_tolerance);
  comparison.absolute("mean kW", mean_kw, c.at("power_kW"), call_tolerance);
}

}  // namespace

std::vector<Comparison> compare_acn_battery(const json& document, const std::filesystem::path&) {
  const auto name = [](const json& c, std::size_t number) {
    const auto test = c.at("test").get<std::string>();
    const auto at = test.find("Test");
    return fmt::format("unit_battery[{}] {}", number, at == std::string::npos ? test : test.substr(at));
  };
  return each_case(cases_of(document), name, compare_call);
}

}  // namespace evtwin::conformance
