// Powers between instants: each member's law, what it stores and meters, when it crosses a threshold. Members are the
// EVSEs, then the storages.
#pragma once
#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "control/view.hpp"
#include "kernel/archive.hpp"
#include "kernel/static_checks.hpp"
#include "physics/ageing.hpp"
#include "physics/battery.hpp"
#include "physics/equipment.hpp"
#include "twin/context.hpp"
#include "twin/flow.hpp"

namespace evtwin::twin {

/// A vehicle on an EVSE, as its power needs to know it.
struct PluggedCar {
  std::uint64_t session = 0;  ///< number; 0: nobody
  const physics::Vehicle* vehicle = nullptr;
  double taken_kwh = physics::unknown;  ///< hidden stop; unknown: the battery alone stops
  TimeNs plugged_in_ns = 0;
  double requested_kwh = 0.0;  ///< what strategies are told
};

class Power {
 public:
  explicit Power(const SiteContext& context);

  /// Nobody is plugged in, storages have what they start with.
  void begin();

  // Vehicles and members
  void plug_in(std::uint32_t evse, const PluggedCar& car, double soc_start);
  void plug_out(std::uint32_t evse);
  /// Members that may have power, ascending: plugged-in EVSEs and all storages.
  std::span<const std::uint32_t> active_members() const { return active_; }
  std::uint32_t connected_count() const {
    return static_cast<std::uint32_t>(active_.size() - context_.site.storages.size());
  }
  std::span<const std::uint32_t> connected_evses() const { return active_members().first(connected_count()); }

  // Time passes
  /// What each member with power metered since the last call, until `t`. Valid until the next call. States follow the
  /// laws from where they began, so that the number of instants in between changes nothing.
  Flow flow_until(TimeNs t);
  /// Members that have power under the law in force, ascending.
  std::span<const std::uint32_t> moving_members() const { return moving_; }
  /// Whether powers shrink or grow by themselves while the laws in force last.
  bool any_falls() const { return falling_ > 0; }
  bool any_rises() const { return rising_ > 0; }
  /// Members whose powers do, ascending. Valid until the next call.
  std::span<const std::uint32_t> tapering_members();
  /// Power of a member at `t` under the law in force, kW; 0 after its crossing.
  double kw_at(std::uint32_t member, TimeNs t) const;

  // Laws
  /// Ends a member's law at `t`: its segment is told, its use of the battery is counted.
  void end(std::uint32_t member, TimeNs t);
  /// A law has run its course: the state is set to the threshold itself. @returns which.
  physics::LawEnd cross_threshold(std::uint32_t member, TimeNs t);
  /// A new law from `t` on.
  void renew_law(std::uint32_t member, double setpoint_kw, TimeNs t);
  /// Whether a member needs a new law although its setpoint stays.
  bool is_stale(std::uint32_t member) const { return motions_[member].stale; }
  double setpoint_kw(std::uint32_t member) const { return motions_[member].setpoint_kw; }
  void stop_crossing(std::uint32_t evse) { context_.timers.cancel_timer(EventKind::crossing, evse); }
  /// Holds the acceptance of this moment until the next call, as stepped tools do, for vehicles that ask for it.
  /// @returns whether there are any.
  bool hold_acceptances();

  // Power that batteries can take and give at this moment
  /// Whether the vehicle would take power if offered.
  bool would_draw(std::uint32_t evse) const {
    return motions_[evse].law.kw < 0.0 ? charge_range(evse).now_kw > 0.0 : draws_[evse] != 0;
  }
  physics::PowerRange charge_range(std::uint32_t evse) const;
  physics::PowerRange discharge_range(std::uint32_t evse) const;
  /// Rounding may reach a threshold a nanosecond before its crossing does: what can flow no more does not flow.
  /// @returns whether its law must be renewed for that.
  bool stop_where_nothing_flows(std::uint32_t evse, bool can_charge, bool can_discharge);

  double got_kwh(std::uint32_t evse) const { return got_kwh_[evse]; }  ///< net metered in the session
  /// As its battery counts it: what was discharged takes more to put back, 1 / (charge x discharge efficiency) of it.
  double counted_kwh(std::uint32_t evse) const { return counted_kwh_[evse]; }
  std::span<const double> got_kwh() const { return got_kwh_; }
  double stored_kwh(std::uint32_t member) const { return stored_kwh_[member]; }
  /// Use of a battery of known size since plug-in, or the start, until `t`.
  physics::AgeingUse use_until(std::uint32_t member, TimeNs t) const;

  /// Columns of powers, energies and SoC.
  void show_in_view(control::ViewColumns& columns, TimeNs t);

  template <class A>
  void archive_fields(A& a);
  /// After loading: who is on an EVSE, all of them in ascending order, then the storages.
  void restore_member(std::uint32_t evse, const PluggedCar& car);
  void restore_storages();

 private:
  /// A member's power since its law began.
  struct Motion {
    physics::Law law;
    TimeNs since_ns = 0;
    TimeNs crossing_ns = kernel::time_never;
    double setpoint_kw = 0.0;  ///< the law was made for
    double stored_at_start = 0.0;
    double metered_at_start = 0.0;  ///< session's got at the law's start
    double counted_at_start = 0.0;  ///< ... as its battery counts it
    double metered = 0.0;           ///< in this law, up to now
    bool stale = true;

    template <class A>
    void archive_fields(A& a) {
      a(law, since_ns, crossing_ns, setpoint_kw, stored_at_start, metered_at_start, counted_at_start, metered, stale);
    }
  };
  static_assert(sizeof(Motion) == 112, "a new field must be archived, and the title of checkpoints changed");

  std::size_t evse_count() const { return context_.site.evses.size(); }
  double metered_left(std::uint32_t evse) const;
  void hold_acceptance(std::uint32_t evse);
  void count_use(std::uint32_t member, TimeNs t);
  void insert_active(std::uint32_t member);
  void look_whether_it_draws(std::uint32_t evse);
  void follow_law(std::uint32_t member);

  const SiteContext context_;

  std::vector<PluggedCar> cars_;                 // [evses]
  std::vector<Motion> motions_;                  // [members]
  std::vector<double> stored_kwh_;               // [members] behind the meter
  std::vector<double> got_kwh_, counted_kwh_;    // [evses]
  std::vector<physics::AgeingMeter> use_;        // [members]
  std::vector<double> held_acceptance_kw_;       // [evses]
  std::vector<physics::BatterySpec> batteries_;  // [storages]
  std::vector<std::uint32_t> active_, moving_;
  std::uint32_t falling_ = 0, rising_ = 0;  // motions whose power shrinks towards, or grows away from, 0
  std::vector<std::uint8_t> draws_;         // [evses] changes at plug-in, at a crossing and by discharging
  std::uint32_t holding_ = 0;               // vehicles with acceptance_hold
  std::vector<MemberFlow> flows_;           // scratch
  std::vector<std::uint32_t> tapering_;     // scratch
  std::vector<std::uint8_t> shown_;         // [evses] stands at 0 kW, and the view shows it as it is
};
static_assert(kernel::has_size<Power>(400), "a new field must be archived or made anew after loading");

template <class A>
void Power::archive_fields(A& a) {
  a.begin_section("power");
  a.archive_elements(motions_);
  a.archive_elements(stored_kwh_);
  a.archive_elements(got_kwh_);
  a.archive_elements(counted_kwh_);
  a.archive_elements(use_);
  a.archive_elements(held_acceptance_kw_);
  a.archive_elements(draws_);
  a(falling_, rising_);
}

}  // namespace evtwin::twin
