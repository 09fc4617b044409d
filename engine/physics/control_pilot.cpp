#include "physics/control_pilot.hpp"

#include <algorithm>

#include "kernel/static_checks.hpp"
#include "kernel/unknown.hpp"

namespace evtwin::physics {

std::string_view name_of(PilotState state) {
  constexpr std::string_view names[] = {"unknown", "A", "B", "C", "D", "E", "F"};
  static_assert(kernel::names_each<PilotState>(names));
  return names[static_cast<std::size_t>(state)];
}

PilotOffer offer_of_duty(double duty) {
  using Kind = PilotOffer::Kind;
  if (duty == 100.0) return {.kind = Kind::not_permitted, .a = 0.0};
  if (duty >= 3.0 && duty <= 7.0) return {.kind = Kind::digital, .a = 0.0};
  if (duty >= 8.0 && duty < 10.0) return {.kind = Kind::current, .a = 6.0};
  if (duty >= 10.0 && duty <= 85.0) return {.kind = Kind::current, .a = duty * 0.6};
  if (duty > 85.0 && duty <= 96.0) return {.kind = Kind::current, .a = (duty - 64.0) * 2.5};
  if (duty > 96.0 && duty <= 97.0) return {.kind = Kind::current, .a = 80.0};
  return {};
}

std::optional<double> duty_of_current(double a) {
  // Rounding must not carry a duty cycle into the next range, where it would offer more.
  if (a >= 6.0 && a <= 52.5) return std::clamp(a / 0.6, 10.0, 85.0);
  if (a > 52.5 && a <= 80.0) return a / 2.5 + 64.0;
  return std::nullopt;
}

double high_level_v(PilotState state) {
  switch (state) {
    case PilotState::a:
      return 12.0;
    case PilotState::b:
      return 9.0;
    case PilotState::c:
      return 6.0;
    case PilotState::d:
      return 3.0;
    case PilotState::e:
      return 0.0;
    case PilotState::f:
      return -12.0;
    case PilotState::none:
      break;
  }
  return kernel::unknown;
}

bool follows_at_once(PilotState from, PilotState to) {
  if (from == to || from == PilotState::none || to == PilotState::none) return true;
  const auto faulty = [](PilotState state) { return state == PilotState::e || state == PilotState::f; };
  if (faulty(from) || faulty(to)) return true;
  // Of A to D, what is left out: ready at the instant of plugging in, and from one kind of ready to the other.
  const auto ready = [](PilotState state) { return state == PilotState::c || state == PilotState::d; };
  return !(ready(to) && (from == PilotState::a || ready(from)));
}

std::vector<PilotState> passed_between(PilotState from, PilotState to) {
  if (follows_at_once(from, to)) return {};
  return {PilotState::b};  // every way that is barred leads over B
}

bool ControlPilot::on_event(Event event) {
  const bool there = vehicle_ != PilotState::a, is_ready = vehicle_ == PilotState::c || vehicle_ == PilotState::d;
  const auto set = [](auto& member, auto value, bool possible) {
    if (possible) member = value;
    return possible;
  };
  switch (event) {
    case Event::plug_in:
      return set(vehicle_, PilotState::b, !there);
    case Event::unplug:
      // The offer was made to the vehicle that leaves.
      if (there) offered_ = false;
      return set(vehicle_, PilotState::a, there);
    case Event::ready:
      return set(vehicle_, PilotState::c, there && !is_ready);
    case Event::ready_ventilate:
      return set(vehicle_, PilotState::d, there && !is_ready);
    case Event::not_ready:
      return set(vehicle_, PilotState::b, is_ready);
    case Event::offer:
      // An offer needs a vehicle, and no fault.
      return set(offered_, true, there && !offered_ && fault_ == PilotState::none);
    case Event::withdraw:
      return set(offered_, false, offered_);
    case Event::lose_pilot:
    case Event::out_of_service:
      // Whoever comes back from a fault begins without an offer.
      offered_ = false;
      fault_ = event == Event::lose_pilot ? PilotState::e : PilotState::f;
      return true;
    case Event::restore:
      return set(fault_, PilotState::none, fault_ != PilotState::none);
  }
  return false;
}

PilotState ControlPilot::pilot_state() const { return fault_ == PilotState::none ? vehicle_ : fault_; }

bool ControlPilot::energy_flows() const {
  return is_oscillating() && (vehicle_ == PilotState::c || vehicle_ == PilotState::d);
}

}  // namespace evtwin::physics
