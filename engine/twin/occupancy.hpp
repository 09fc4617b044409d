// Vehicles at the EVSEs of a site: they arrive, wait, plug in and leave.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "control/view.hpp"
#include "demand/arrivals.hpp"
#include "kernel/archive.hpp"
#include "kernel/static_checks.hpp"
#include "market/series.hpp"
#include "physics/equipment.hpp"
#include "twin/context.hpp"
#include "twin/result.hpp"
#include "twin/stay.hpp"

namespace evtwin::twin {

class Occupancy {
 public:
  explicit Occupancy(const SiteContext& context);

  /// Nobody is there, nobody has come.
  void begin();
  /// Waits for the first of each law.
  void start_arrivals();

  /// The visit that arrives now; the law's next one is waited for.
  demand::Visit take_arrival(std::uint32_t law);
  /// Plugs the vehicle in, lets it wait, or turns it away.
  /// @param reserved_evse  the EVSE it had reserved, -1 without a reservation that still holds
  void admit(demand::Visit visit, std::int32_t reserved_evse, const Access& access, TimeNs t);
  /// Those who wait for an EVSE that is free now get it.
  void admit_waiting(const Access& access, TimeNs t);
  /// Vehicles whose patience has ended leave the queue; the timer is set for the next one.
  void end_expired_waits(TimeNs t);
  /// The vehicle on an EVSE takes no more: its driver may come back for that.
  void took_no_more(std::uint32_t evse, TimeNs t);
  /// EVSEs that got a vehicle since clear_plugged_in(), in order of plug-in.
  std::span<const std::uint32_t> plugged_in() const { return plugged_in_; }
  void clear_plugged_in() { plugged_in_.clear(); }

  const Session& session_on(std::uint32_t evse) const { return sessions_[evse]; }
  std::span<const Session> sessions() const { return sessions_; }  ///< [evses]
  const physics::Coupling& coupling_on(std::uint32_t evse) const { return couplings_[evse]; }
  std::span<const physics::Coupling> couplings() const { return couplings_; }  ///< [members]; empty for storages
  std::span<const std::uint64_t> session_numbers() const { return numbers_; }  ///< [evses] 0: nobody
  std::span<const demand::ArrivalStream> streams() const { return streams_; }
  bool any_waiting() const { return !waiting_.empty(); }

  /// The energy a visit would have taken: the truth where it is known, else what the driver asked for.
  static double wanted_kwh(const demand::Visit& visit);
  /// Record of a session that ends, as far as the stay tells it; energies and money are others' to add.
  SessionRecord record_of(std::uint32_t evse, TimeNs t, SessionEnd how) const;
  /// Counts a session that ended, or is open at the end. @param counted_kwh  what it got, as its battery counts it
  /// @param draws  whether it would take power still
  void count_session(const SessionRecord& record, double counted_kwh, bool draws);
  void plug_out(std::uint32_t evse);
  /// The run is over at `t`: those who still wait are told.
  void tell_who_waits(TimeNs t) const;
  /// Adds what is counted here to the result; those who still wait are open.
  void add_to_result(SiteResult& result, TimeNs t) const;

  /// Columns that stay for a whole session. @param available  whether the EVSE is in service
  void show_session(control::ViewColumns& columns, std::uint32_t evse, bool available) const;
  /// The answer to all that happened since the last one was given: who left and who was turned away is told anew.
  void mark_decision();
  /// Columns that move with time, those who left since the last decision, and the queue.
  void show_in_view(control::ViewColumns& columns, std::span<const std::uint32_t> connected, TimeNs t,
                    TimeNs next_tick_ns) const;

  template <class A>
  void archive_fields(A& a);

 private:
  struct Waiting {
    demand::Visit visit;
    TimeNs gives_up_ns = 0;

    template <class A>
    void archive_fields(A& a) {
      a(visit, gives_up_ns);
    }
  };
  static_assert(kernel::has_size<Waiting>(176), "a new field must be archived, and the title of checkpoints changed");
  /// Sums over sessions, as in SiteResult.
  struct Counts {
    double energy_wanted_kwh = 0.0, energy_got_kwh = 0.0;
    Satisfaction satisfaction;
    std::uint64_t sessions = 0, sessions_ended = 0, sessions_open = 0, turned_away = 0, waited = 0;
    double waiting_h = 0.0, open_kwh = 0.0, open_got_kwh = 0.0, open_cost = 0.0, open_to_come_kwh = 0.0,
           turned_away_kwh = 0.0;

    template <class A>
    void archive_fields(A& a) {
      a(energy_wanted_kwh, energy_got_kwh, satisfaction, sessions, sessions_ended, sessions_open, turned_away, waited,
        waiting_h, open_kwh, open_got_kwh, open_cost, open_to_come_kwh, turned_away_kwh);
    }
  };
  static_assert(sizeof(Counts) == 152, "a new field must be archived, and the title of checkpoints changed");

  void wait_for_next(std::uint32_t law);
  bool fits_evse(std::uint32_t evse, const demand::Visit& visit) const;
  bool fits_any(const demand::Visit& visit) const;
  std::int32_t free_evse_for(const demand::Visit& visit, const Access& access, TimeNs t) const;
  void plug_in(std::uint32_t evse, demand::Visit visit, TimeNs t);
  void turn_away(const demand::Visit& visit, TimeNs t, SessionEnd how);
  void tell_not_plugged_in(const demand::Visit& visit, TimeNs t, SessionEnd how) const;
  void note_soc(const SessionRecord& record);
  void note_satisfaction(const SessionRecord& record, double counted_kwh);
  void look_up_first_claim();
  void restore_sessions();
  /// The vehicle as it can charge where its pack is as cold or warm as the air was when it plugged in.
  const physics::Vehicle& vehicle_at_plug_in(std::uint32_t evse, std::uint32_t vehicle, TimeNs plugged_in_ns);

  const SiteContext context_;

  std::vector<Session> sessions_;               // [evses]
  std::vector<std::uint64_t> numbers_;          // [evses] of sessions_
  std::vector<physics::Coupling> couplings_;    // [members]
  std::vector<demand::ArrivalStream> streams_;  // [laws]
  std::vector<demand::Visit> next_visit_;       // [laws]
  std::vector<Waiting> waiting_;
  std::vector<std::uint32_t> plugged_in_;
  std::size_t free_evses_;
  std::uint64_t last_number_ = 0;
  Counts counts_;
  std::vector<control::Departure> departed_;          // since the last decision
  TimeNs first_claim_ns_ = kernel::time_never;        // the earliest claimed departure of those plugged in
  std::uint64_t turned_away_at_decision_ = 0;         // of counts_.turned_away
  std::unique_ptr<market::SignalClock> temperature_;  // null: the site has none
  std::vector<physics::Vehicle> at_temperature_;      // [evses] where the site has a temperature; else empty
};
static_assert(kernel::has_size<Occupancy>(456), "a new field must be archived or made anew after loading");

template <class A>
void Occupancy::archive_fields(A& a) {
  a.begin_section("occupancy");
  std::vector<std::uint8_t> occupied(sessions_.size(), 0);
  for (std::size_t i = 0; i < sessions_.size(); ++i) occupied[i] = sessions_[i].number != 0 ? 1 : 0;
  a.archive_elements(occupied);
  for (std::size_t i = 0; i < sessions_.size(); ++i) {
    if (occupied[i] == 0) continue;
    a(sessions_[i]);
    a.require_that(sessions_[i].number != 0, "a session without a number");
    check_visit(a, context_.world, context_.site, sessions_[i].visit);
  }
  a(last_number_, counts_, departed_, turned_away_at_decision_);
  for (const control::Departure& gone : departed_)
    a.require_that(gone.evse < sessions_.size(), "an EVSE that there is not");
  a.archive_elements(streams_);
  a.archive_elements(next_visit_);
  a(waiting_);
  for (const demand::Visit& visit : next_visit_) check_visit(a, context_.world, context_.site, visit);
  for (const Waiting& waiting : waiting_) check_visit(a, context_.world, context_.site, waiting.visit);
  if constexpr (A::loads) restore_sessions();
}

}  // namespace evtwin::twin
