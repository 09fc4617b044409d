// One site while it runs: the conductor of its parts. It owns the order of things and no fact of its own; parts do not
// know each other, and what passes between them passes through here.
//
//   1 time passes     power -- flows --> books -- imported energy of the window --> demand meter
//   2 things happen   signals, occupancy, bookings, commands that arrive, powers that cross a threshold
//   3 who asks        agenda <-- columns of the view -- every part
//   4 it settles      wishes --> grants (the guard) -- set-points --> power (new laws, new crossings)
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "control/answer.hpp"
#include "control/strategy.hpp"
#include "control/view.hpp"
#include "kernel/event_queue.hpp"
#include "kernel/hash.hpp"
#include "twin/agenda.hpp"
#include "twin/bookings.hpp"
#include "twin/books.hpp"
#include "twin/commands.hpp"
#include "twin/conduct.hpp"
#include "twin/context.hpp"
#include "twin/dispatch.hpp"
#include "twin/grants.hpp"
#include "twin/grid_power.hpp"
#include "twin/occupancy.hpp"
#include "twin/owed.hpp"
#include "twin/power.hpp"
#include "twin/result.hpp"
#include "twin/signals.hpp"
#include "twin/timers.hpp"

namespace evtwin::twin {

/// The context that all sites of a run share.
struct RunContext {
  const World& world;
  const Episode& episode;
  kernel::Queue& queue;
  kernel::RollingHash& hash;
  Observer* observer;  ///< may be null
};

/// Import that a site asks for of the limits it shares, kW >= 0, as it may reach it until its next event.
struct ShareRequest {
  double floor_kw = 0.0;    ///< base load: no guard can lower it
  double kw = 0.0;          ///< by the site's own limits
  bool only_holds = false;  ///< set-points may be lowered alone: it is what is left of what it had
};

class SharedLimits;

class SiteRun {
 public:
  /// Its view shows the empty site, so that a strategy can size itself.
  SiteRun(RunContext context, std::uint32_t site_number, std::uint32_t first_timer);
  SiteRun(const SiteRun&) = delete;
  SiteRun& operator=(const SiteRun&) = delete;

  /// Interest of the strategy that will answer, before begin().
  void set_interest(const Interest& interest);

  /// Everything as it is at the start of the episode; nothing is due yet.
  void begin();
  void start_episode();
  /// Books everything up to `t` under the laws in force. Idempotent for equal times.
  void book_until(TimeNs t);
  /// Any event but a clock that rings for a decision: of that there is ring_clock(), then open_decision().
  void handle_event(const kernel::Event& event);
  bool is_decision_due(TimeNs t) const { return agenda_.is_due(t); }
  void ring_clock(TimeNs t);
  // Of a site that shares limits, before settle_instant(): whether its guard is to look, with what it asks for then,
  // and how it is held to a share, of the shared limit with that number. @returns import that it may reach, kW
  bool is_share_due() const { return grants_.is_due(); }
  void ask_again_where_held() {
    if (grants_.is_held_down()) grants_.ask_again();
  }
  ShareRequest ask_share();
  double take_share(double kw, std::int32_t shared_limit);
  /// Import that it may come to with all who are there now: base load, what cars could still draw, what storages could
  /// take, within its own import limit.
  ShareRequest most_import() const;
  /// After the last event of an instant: guard, new laws, new crossings.
  void settle_instant(TimeNs t);
  /// The run is over at `t`: closes the books.
  /// Its view then shows the closed books.
  SiteResult close_books(TimeNs t);

  // A decision: the view is brought up to now, whoever answers writes into the decision, the answer is taken.
  /// @param shared  limits that it shares with others; null: none
  void open_decision(TimeNs t, SharedLimits* shared);
  evtwin_decision& decision() { return *decision_; }
  const evtwin_view& view() const { return columns_.shown; }
  const control::Ledger& ledger() const { return books_.total_ledger(); }
  /// Something the strategy has to tell; recorded with its answer.
  void add_remark(const control::Strategy::Remark& remark) { remarks_.push_back(remark); }
  /// How many more it had to tell than anybody has room for.
  void leave_out_remarks(std::uint64_t count) { conduct_.leave_out_remarks(count); }
  /// @throws control::StrategyError for what can not be an answer.
  void take_decision(TimeNs t);

  // Checkpoints. A site that loads was just made, and not started.
  template <class A>
  void archive_fields(A& a);
  /// Whether a pending event can be one of this site's.
  bool owns_event(const kernel::Event& event) const;
  /// Another strategy than the one that asked for what is pending.
  void change_strategy() { agenda_.change_strategy(now_ns_); }

  // Scripted changes; the caller has advanced the site.
  const SignalValues& signals() const { return signals_.values_now(); }
  void set_contract_kw(double kw);
  void set_export_limit_kw(double kw);
  void set_driver_price_per_kwh(double price);
  void set_v2g_price_per_kwh(double price);
  void set_evse_available(std::uint32_t evse, bool available);
  bool evse_available(std::uint32_t evse) const { return grants_.is_available(evse); }

 private:
  // Events
  void take_arrival(std::uint32_t law, TimeNs t);
  void admit_waiting(TimeNs t);
  static PluggedCar car_of(const Session& s);
  void connect_plugged_in(TimeNs t);
  void plug_out(std::uint32_t evse, TimeNs t);
  void end_session(std::uint32_t evse, TimeNs t, SessionEnd how);
  void end_sessions(TimeNs t);
  double unmet_kwh(std::uint32_t evse) const;
  void look_beyond_end(TimeNs t);
  market::OwedEnergy owed_by(const Session& s, std::uint32_t evse, TimeNs t) const;
  void change_signals(TimeNs t);
  void limits_changed(TimeNs t);
  void set_bounds_below();
  void close_window(TimeNs t);
  void move_commands(TimeNs t);
  void end_law(std::uint32_t member, TimeNs t);
  void bookings_changed(TimeNs t);
  void change_calls(TimeNs t);
  void hold_to_calls();

  // Decisions
  void refresh_view(TimeNs t);
  void look_ahead(TimeNs t, SharedLimits* shared);
  void show_end(TimeNs t);
  void refresh_ranges();
  void refresh_ranges_of(std::span<const std::uint32_t> members);
  void take_wishes(const control::Answered& answered, TimeNs t);
  void note_left_standing(std::size_t member);
  void take_strays(const control::Answered& answered, TimeNs t);
  void tell_decision(const evtwin_decision& decision, bool planned, TimeNs t);
  void show_rating(std::uint32_t evse);

  Access access_to_evses() const { return {grants_.outage_flags(), bookings_.current_holds()}; }
  void look_at_wishes();
  void grant_power(TimeNs t);
  void log_decision(TimeNs t) const;
  bool decided_at(TimeNs t) const { return agenda_.decision_count() > 0 && agenda_.last_decision_ns() == t; }
  std::size_t evse_count() const { return site_.evses.size(); }
  void restore_parts();

  RunContext context_;
  const Site& site_;
  const std::uint32_t number_;
  Timers timers_;
  const SiteContext parts_context_;

  Signals signals_;
  Occupancy occupancy_;
  Bookings bookings_;
  Power power_;
  Grants grants_;
  Commands commands_;
  Books books_;
  Agenda agenda_;
  Conduct conduct_;
  Dispatch dispatch_;
  GridPower grid_;
  control::ViewColumns columns_;

  TimeNs now_ns_;
  std::uint32_t changed_ = 0;  ///< EVTWIN_CHANGED_* bits since the last decision
  bool ranges_fresh_ = false;  ///< grants know what the batteries can take and give now
  evtwin_decision* decision_ = nullptr;
  std::vector<control::Strategy::Remark> remarks_;
  std::vector<double> member_kw_;      // [members] scratch
  std::vector<CallableCar> callable_;  // scratch
  std::vector<double> to_come_kwh_;    // [evses] of sessions open at the end, together
};

}  // namespace evtwin::twin
