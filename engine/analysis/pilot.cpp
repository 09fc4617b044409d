#include "analysis/pilot.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace evtwin::analysis {
namespace {

constexpr double digital_duty = 5.0;  // IEC 61851-1 table A.8: 3 to 7 %, nominally 5 %
constexpr double most_a = 80.0;
constexpr double least_a = 6.0;
static_assert(digital_duty > 3.0 && digital_duty < 7.0 && least_a < most_a);

}  // namespace

PilotReading pilot_of(const EvseFacts& facts) {
  PilotReading reading;
  if (!facts.in_service) {
    reading.state = physics::PilotState::f;
    return reading;
  }
  if (!facts.connected) {
    reading.state = physics::PilotState::a;
    return reading;
  }

  // Energy that flows is offered, whatever the setpoint has become.
  const bool flows = facts.kw != 0.0;
  const double asked_kw = kernel::is_known(facts.setpoint_kw) ? facts.setpoint_kw : facts.max_kw;
  const double offered_kw = std::min(std::max(asked_kw, facts.kw), facts.max_kw);
  reading.state = flows || asked_kw <= 0.0 ? physics::PilotState::c : physics::PilotState::b;
  reading.oscillates = flows || asked_kw > 0.0;
  if (!reading.oscillates) return reading;

  if (facts.dc || facts.kw < 0.0) {
    reading.duty = digital_duty;
    return reading;
  }
  if (facts.phases <= 0 || !(facts.voltage_v > 0.0)) return reading;
  reading.offered_a = std::min(most_a, 1000.0 * offered_kw / (facts.voltage_v * facts.phases));
  // 6 A given in kW and divided again may be a rounding error below it.
  const double a = std::abs(reading.offered_a - least_a) < 1e-9 ? least_a : reading.offered_a;
  reading.duty = physics::duty_of_current(a).value_or(kernel::unknown);
  if (kernel::is_known(reading.duty) || flows) return reading;

  // Less than a duty cycle can offer is no offer, unless it flows nevertheless.
  reading.state = physics::PilotState::c;
  reading.oscillates = false;
  reading.offered_a = kernel::unknown;
  return reading;
}

std::string name_of(const PilotReading& reading) {
  std::string name(physics::name_of(reading.state));
  if (reading.state == physics::PilotState::b || reading.state == physics::PilotState::c)
    name += reading.oscillates ? '2' : '1';
  return name;
}

std::string text_of(const PilotReading& reading) {
  std::string text = name_of(reading);
  if (kernel::is_known(reading.duty)) text += fmt::format(", {:.3g} %", reading.duty);
  if (kernel::is_known(reading.offered_a)) text += fmt::format(" ({:.1f} A)", reading.offered_a);
  return text;
}

}  // namespace evtwin::analysis
