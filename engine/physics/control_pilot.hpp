// The control pilot of IEC 61851-1 (annex A): the duty cycle that offers a current, and the states that answer it.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace evtwin::physics {

/// A: no vehicle. B: connected. C: it would charge, D: with ventilation. E: the pilot has no voltage. F: not available.
/// None: nobody tells it.
enum class PilotState : std::uint8_t { none, a, b, c, d, e, f };
std::string_view name_of(PilotState state);

/// Offer that a duty cycle makes to the vehicle.
struct PilotOffer {
  enum class Kind : std::uint8_t {
    none,           ///< below 3 %, between the ranges, or no duty cycle at all: charging is not allowed
    digital,        ///< 3 to 7 %, nominally 5 %: as digital communication (ISO 15118) says
    current,        ///< up to `a` may be taken
    not_permitted,  ///< 100 %: no oscillation, state x1
  };
  Kind kind = Kind::none;
  double a = 0.0;  ///< per phase
  friend bool operator==(const PilotOffer&, const PilotOffer&) = default;
};

/// 8 to below 10 %: 6 A; 10 to 85 %: 0.6 A per percent; above 85 to 96 %: 2.5 A per percent above 64; above 96 to 97 %:
/// 80 A. (IEC 61851-1 table A.8.) @param duty  %; outside 0..100 and NaN: none
PilotOffer offer_of_duty(double duty);

/// The duty cycle, %, that offers `a`, 6 to 80 A per phase, or as much of it as one can: between 51 and 52.5 A, where
/// the lines of the table do not meet, 85 % for 51 A.
/// @returns nothing for currents that no duty cycle can offer: below 6 A is to offer none (100 %).
std::optional<double> duty_of_current(double a);

/// The voltage, V, of the positive half of the pilot; NaN: unknown. State E has 0 V, F -12 V, without oscillation.
double high_level_v(PilotState state);

/// Can one state follow the other at once? From A and B, a vehicle is connected before it is ready; a ready one may be
/// cut off. Faults come from everywhere; after one, the vehicle there says where it goes on. The same state: yes.
bool follows_at_once(PilotState from, PilotState to);

/// The states passed between two that were seen, both left out: A to C passes B. The shortest way; empty: at once, or
/// one of them is unknown.
std::vector<PilotState> passed_between(PilotState from, PilotState to);

/// The state machine of a charging point: what it and the vehicle do, one event after the other.
class ControlPilot {
 public:
  enum class Event : std::uint8_t {
    plug_in,          ///< the vehicle is connected
    unplug,           ///< it is gone, whatever it did before
    ready,            ///< the vehicle closes its switch: it would charge
    ready_ventilate,  ///< the same, where it needs ventilation
    not_ready,        ///< it opens its switch
    offer,            ///< the charging point switches the oscillation on
    withdraw,         ///< and off
    lose_pilot,       ///< the pilot has no voltage: short circuit, no mains
    out_of_service,   ///< the charging point says so: -12 V
    restore           ///< either is over
  };
  /// @returns false: the event can not happen now (ready without a vehicle, plug in twice); nothing changes.
  bool on_event(Event event);

  PilotState pilot_state() const;
  bool is_oscillating() const { return offered_ && vehicle_ != PilotState::a && fault_ == PilotState::none; }
  bool energy_flows() const;

 private:
  PilotState vehicle_ = PilotState::a;   // a: none there; b, c, d: what its resistors say
  PilotState fault_ = PilotState::none;  // e, f; unknown: none
  bool offered_ = false;
};

}  // namespace evtwin::physics
