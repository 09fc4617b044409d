// One site while it runs: the vehicles on its EVSEs, the laws of their power, its books. Internal to twin/.
#pragma once
#include <algorithm>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "control/answer.hpp"
#include "control/forecast.hpp"
#include "control/forecast_arrivals.hpp"
#include "control/guard.hpp"
#include "control/ledger.hpp"
#include "control/plan_history.hpp"
#include "control/strategy.hpp"
#include "control/view.hpp"
#include "demand/announcements.hpp"
#include "demand/arrivals.hpp"
#include "kernel/archive.hpp"
#include "kernel/event_queue.hpp"
#include "kernel/hash.hpp"
#include "market/demand_charge.hpp"
#include "market/tariff.hpp"
#include "physics/ageing.hpp"
#include "twin/observer.hpp"
#include "twin/simulation.hpp"
#include "twin/world.hpp"

namespace evtwin::twin {

/// Kinds of events; what `Event::entity` counts is named behind.
enum class EventKind : std::uint8_t {
  crossing,         ///< member (EVSE or storage)
  plug_out,         ///< EVSE
  lose_patience,    ///< -
  arrival,          ///< arrival law
  outage,           ///< -
  price,            ///< -
  pv,               ///< -
  load,             ///< -
  co2,              ///< -
  meter,            ///< -
  decision,         ///< -
  scripted,         ///< - (world)
  limit_cut,        ///< -
  setpoint,         ///< -
  announcement,     ///< -
  reservation_end,  ///< -
  command,          ///< -
};

/// What all sites of a run share.
struct RunContext {
  const World& world;
  kernel::Queue& queue;
  kernel::RollingHash& hash;
  Observer* observer;  ///< may be null
};

class SiteRun {
 public:
  SiteRun(RunContext context, std::uint32_t site_number, std::uint32_t first_timer,
          const control::StrategyFactory& strategy);

  static std::size_t timer_count(const Site& site);

  void start();
  /// Books everything up to `t` under the laws in force. Idempotent for equal times.
  void advance(TimeNs t);
  void handle(const kernel::Event& event);
  /// After the last event of an instant: guard, new laws, new crossings.
  void settle(TimeNs t);
  void finish(TimeNs t);

  // Checkpoints (site_state.cpp). A site that loads was just made, and not started.
  template <class A>
  void archive(A& a);
  /// Whether a pending event can be one of this site's.
  bool owns(const kernel::Event& event) const;
  control::Strategy& strategy() { return *strategy_; }
  /// The strategy takes up its memory.
  void resume_strategy(std::span<const std::byte> memory) { strategy_->load(memory); }
  /// Another strategy than the one that asked for what is pending.
  void change_strategy();

  SiteResult take_result() { return std::move(result_); }
  bool touched = false;  ///< an event of this instant was for this site

  // Scripted changes; the caller has advanced the site.
  double contract_kw() const { return given_contract_kw_; }
  double export_limit_kw() const { return export_limit_kw_; }
  void set_contract_kw(double kw);
  void set_export_limit_kw(double kw);
  void set_evse_available(std::uint32_t evse, bool available);
  bool evse_available(std::uint32_t evse) const { return guard_.outage[evse] == 0.0; }
  double driver_price_per_kwh, v2g_price_per_kwh;

 private:
  /// What flowed and was paid at an EVSE, as increments or totals.
  struct EvseSums {
    double net_kwh = 0.0, discharged_kwh = 0.0;  ///< metered
    double cost = 0.0, driver_revenue = 0.0, v2g_payment = 0.0;

    template <class A>
    void archive(A& a) {
      a(net_kwh, discharged_kwh, cost, driver_revenue, v2g_payment);
    }
  };
  /// The vehicle on an EVSE.
  struct Session {
    std::uint64_t number = 0;
    demand::Visit visit;
    const physics::Vehicle* vehicle = nullptr;
    TimeNs arrived_ns = 0;  ///< at the site; the visit's own arrival
    TimeNs plugged_in_ns = 0;
    double soc_start = 0.0;
    double losses_kwh = 0.0;               ///< behind the meter
    EvseSums sums;                         ///< since plug-in, without net_kwh ...
    EvseSums at_day_start;                 ///< ... and up to the last midnight
    double held_acceptance_kw = infinite;  ///< acceptance_hold only

    template <class A>
    void archive(A& a) {
      a(number, visit, arrived_ns, plugged_in_ns, soc_start, losses_kwh, sums, at_day_start, held_acceptance_kw);
    }
  };
  /// A member's power since its law began. Members: EVSEs, then storages.
  struct Motion {
    physics::Law law;
    TimeNs since_ns = 0;
    TimeNs crossing_ns = kernel::time_never;
    double setpoint_kw = 0.0;  ///< the law was made for
    double stored_at_start = 0.0;
    double metered_at_start = 0.0;  ///< session's got at the law's start
    double metered = 0.0;           ///< in this law, up to now
    bool stale = true;              ///< must be made anew at settle

    template <class A>
    void archive(A& a) {
      a(law, since_ns, crossing_ns, setpoint_kw, stored_at_start, metered_at_start, metered, stale);
    }
  };
  /// What is due next of a plan.
  enum class PlanStage : std::uint8_t { forecast, plan, set_points };
  /// What a decision asked for, on its way to the EVSEs.
  struct Plan {
    std::uint64_t decision = 0;
    PlanStage stage = PlanStage::forecast;
    TimeNs due_ns = 0;
    std::vector<double> wish_kw;         ///< by member, NaN: leave as it is
    std::vector<std::uint64_t> session;  ///< by EVSE: whom it is meant for

    template <class A>
    void archive(A& a) {
      a.choice(stage, PlanStage::set_points);
      a(decision, due_ns, wish_kw, session);
    }
  };
  /// A visit that was announced for an EVSE and has not begun.
  struct Reservation {
    std::uint32_t law = 0;
    std::uint64_t visit = 0;  ///< its number in the law
    std::string id;           ///< the visit's, for people
    std::uint32_t evse = 0;
    TimeNs held_from_ns = 0;  ///< nobody else gets the EVSE from here on
    TimeNs from_ns = 0, until_ns = 0;
    double kwh = 0.0;

    template <class A>
    void archive(A& a) {
      a(law, visit, id, evse, held_from_ns, from_ns, until_ns, kwh);
    }
  };
  /// The announcements of a law, and the next of them.
  struct Announcer {
    std::uint32_t law;
    demand::AnnouncementStream stream;
    demand::Visit next{};
    bool more = true;

    template <class A>
    void archive(A& a) {
      a(stream, next, more);
    }
  };
  struct Waiting {
    demand::Visit visit;
    TimeNs gives_up_ns = 0;

    template <class A>
    void archive(A& a) {
      a(visit, gives_up_ns);
    }
  };

  // timers
  std::uint32_t timer(EventKind kind, std::uint32_t entity = 0) const;
  void schedule(EventKind kind, kernel::Phase phase, TimeNs t, std::uint32_t entity = 0);

  // sessions (site_sessions.cpp)
  void arrive(std::uint32_t law, TimeNs t);
  void admit(demand::Visit visit, std::int32_t reserved_evse, TimeNs t);
  std::int32_t free_evse_for(const demand::Visit& visit, TimeNs t) const;
  bool fits(std::uint32_t evse, const demand::Visit& visit) const;
  void plug_in(std::uint32_t evse, demand::Visit visit, TimeNs t);
  void plug_out(std::uint32_t evse, TimeNs t);
  void show_session(std::uint32_t evse);
  void show_rating(std::uint32_t evse);
  void end_session(std::uint32_t evse, TimeNs t, SessionEnd how);
  void note_satisfaction(const SessionRecord& record);
  void turn_away(const demand::Visit& visit, TimeNs t, SessionEnd how);
  void admit_waiting(TimeNs t);
  void lose_patience(TimeNs t);
  void next_arrival(std::uint32_t law);
  double metered_left(std::uint32_t evse) const;
  void hold_acceptance(std::uint32_t evse);
  void refresh_ranges();
  physics::PowerRange charge_range(std::uint32_t evse) const;
  physics::PowerRange discharge_range(std::uint32_t evse) const;

  // reservations (site_reservations.cpp)
  void begin_announcements();
  void announce(TimeNs t);
  void reserve(std::uint32_t law, const demand::Visit& visit, TimeNs t);
  std::int32_t evse_to_reserve(const demand::Visit& visit) const;
  std::int32_t end_reservation(std::uint32_t law, const demand::Visit& visit);
  void expire_reservations(TimeNs t);
  void show_reservation(std::uint32_t evse);
  void schedule_expiry();
  bool held(std::uint32_t evse, TimeNs t) const { return !held_from_ns_.empty() && held_from_ns_[evse] <= t; }
  /// Where reservations are kept: whether the next of an EVSE begins before `t`.
  bool reserved_before(std::uint32_t evse, TimeNs t) const {
    return !held_from_ns_.empty() && columns_.reserved_until_ns[evse] != 0 && columns_.reserved_from_ns[evse] < t;
  }
  void report_event(std::string_view kind, const std::string& text, TimeNs t);

  // checkpoints (site_state.cpp)
  template <class A>
  void check_visit(A& a, const demand::Visit& visit) const;
  void rebuild();

  // commands (site_commands.cpp)
  Plan& begin_plan(TimeNs t);
  TimeNs earliest_wake_ns(TimeNs t) const;
  void move_plans(TimeNs t);
  void apply_plan(const Plan& plan, TimeNs t);
  void drop_plans(TimeNs t);
  void end_oldest_plan();
  void report_settled_plans();
  void report_plan(std::string_view kind, const Plan& plan, std::string_view what, TimeNs t);

  // books (site_books.cpp)
  void book_until(TimeNs t);
  double net_kw_at(TimeNs t);
  bool smooth(TimeNs from, TimeNs to);
  void book_piece(TimeNs from, TimeNs to);
  double metered_at(const Motion& motion, TimeNs t) const;
  void book_member(std::uint32_t member, double metered_kwh);
  /// To the driver, for energy discharged.
  double paid_per_kwh(const Session& session) const {
    return std::max(v2g_price_per_kwh, session.visit.v2g_min_price_per_kwh);
  }
  void meter_use(std::uint32_t member, TimeNs t);
  void book_storage_wear(TimeNs t);
  void sample_signals(TimeNs t);
  void close_meter_window(TimeNs t);
  void book_evse_day(std::uint32_t evse);
  void close_day(TimeNs t);
  void track_setpoint(TimeNs window_end_ns);
  void apply_cuts(TimeNs t);
  void report_signal(SignalKind kind, double value, TimeNs t);
  void change_signal(market::SignalClock& signal, double& value, EventKind kind, SignalKind shown, TimeNs t);

  // decisions (site_decisions.cpp)
  void request_decision(std::uint32_t why, TimeNs t);
  void schedule_decision();
  void decide(TimeNs t);
  void ask_strategy(TimeNs t);
  void take_answer(const control::Answered& answered, TimeNs t);
  void refresh_view(TimeNs t);
  void show_limits_ahead(TimeNs t);
  void end_motion(std::uint32_t member, TimeNs t);
  void cross(std::uint32_t member, TimeNs t);
  void renew_motion(std::uint32_t member, TimeNs t);
  void ask_guard(TimeNs t);
  void note_correction(std::uint32_t member, double asked_kw, double given_kw, Correction reason, std::int32_t limit,
                       TimeNs t);
  void note_exceeded(std::span<const std::uint32_t> rows, TimeNs t);
  void insert_active(std::uint32_t member);
  void remove_active(std::uint32_t member);
  std::size_t evse_count() const { return site_.evses.size(); }

  RunContext context_;
  const Site& site_;
  const std::uint32_t number_;
  const std::uint32_t first_timer_;

  control::Guard guard_;
  control::ViewColumns columns_;
  std::unique_ptr<control::Strategy> strategy_;
  std::unique_ptr<control::Forecaster> forecaster_;
  std::optional<control::ArrivalForecaster> arrival_forecaster_;  ///< of a strategy that wants a horizon

  // members: EVSEs, then storages
  std::vector<physics::Coupling> couplings_;
  std::vector<Session> sessions_;  // by EVSE; number 0 = empty
  std::vector<Motion> motions_;
  std::uint32_t falling_ = 0, rising_ = 0;  ///< motions whose power shrinks, or grows, towards or away from 0
  std::uint32_t holding_ = 0;               ///< sessions with acceptance_hold
  std::vector<physics::BatterySpec> storage_batteries_;
  std::vector<double> stored_kwh_;               // behind the meter
  std::vector<double> got_kwh_;                  // EVSEs: net metered in the session
  std::vector<physics::AgeingMeter> use_;        // since plug-in, or the start
  std::vector<physics::Ageing> vehicle_ageing_;  // by vehicle of the world
  std::vector<std::uint32_t> active_;            // plugged-in EVSEs and all storages, ascending
  std::vector<Correction> noted_reason_;
  std::vector<double> noted_given_kw_;
  std::vector<char> row_noted_;
  bool any_row_noted_ = false;
  std::vector<double> wished_kw_;  // scratch for recording

  // arrivals and waiting
  std::vector<demand::ArrivalStream> streams_;
  std::vector<demand::Visit> next_visit_;
  std::deque<Waiting> waiting_;
  std::vector<Announcer> announcers_;      ///< of the laws that announce visits
  std::vector<Reservation> reservations_;  ///< in order of announcement
  std::vector<TimeNs> held_from_ns_;       ///< by EVSE, time_never: for nobody; empty where nothing is ever held
  std::size_t free_evses_ = 0;
  std::uint64_t session_number_ = 0;

  // signals now
  market::TariffClock tariff_;
  market::SignalClock pv_, load_, co2_;
  std::optional<market::SignalClock> setpoint_, setpoint_ahead_;
  market::PriceNow price_{};
  double pv_kw_ = 0.0, load_kw_ = 0.0, co2_kg_per_kwh_ = 0.0, standby_kw_ = 0.0;
  double setpoint_kw_ = physics::unknown;
  double given_contract_kw_;              ///< by scenario or script
  double contract_kw_, export_limit_kw_;  ///< in force, cuts included

  // books
  TimeNs now_ns_;
  control::Ledger total_, at_last_decision_, at_window_start_;
  market::LocalClock clock_;
  market::DemandMeter meter_;
  double window_import_kwh_ = 0.0;  ///< of the open metering window
  double window_peak_kw_ = 0.0;
  double window_setpoint_kwh_ = 0.0;
  double buy_price_hours_ = 0.0;
  double row_excess_kw_ = 0.0;
  std::vector<double> feeder_kwh_, feeder_into_kwh_, feeder_before_kwh_;
  double last_window_kw_ = physics::unknown;  ///< mean net import of the window before
  std::vector<EvseSums> evse_day_;            ///< by EVSE, of what is booked of the local day
  TimeNs day_start_ns_ = 0, day_end_ns_ = 0;  ///< the local day, or what of it lies in the run

  // decisions
  TimeNs next_tick_ns_ = kernel::time_never;
  TimeNs wake_ns_ = kernel::time_never;
  TimeNs asked_for_ns_ = kernel::time_never;
  std::vector<Plan> plans_;  ///< the oldest first; behind those under way memory for more
  std::size_t plans_under_way_ = 0;
  std::uint32_t why_ = 0;
  control::PlanHistory plan_history_;  ///< what the strategy said of the time to come
  bool ranges_fresh_ = false;          ///< the guard's members know what their batteries can take and give now
  bool guard_due_ = true;              ///< something changed that setpoints depend on
  bool limits_due_ = false;            ///< only what limits can count on changed
  SiteResult result_;
};

}  // namespace evtwin::twin
