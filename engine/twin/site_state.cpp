// A site as bytes and back: what moves while it runs, and what is rebuilt from that.
#include <algorithm>

#include "twin/site_run.hpp"

namespace evtwin::twin {

template <class A>
void SiteRun::check_visit(A& a, const demand::Visit& visit) const {
  a.require(visit.vehicle < context_.world.vehicles.size(), "a vehicle that there is not");
  a.require(visit.evse >= demand::any_evse && visit.evse < static_cast<std::int32_t>(evse_count()),
            "an EVSE that there is not");
}

// Not in here, since the constructor makes it from the world: the guard's rows, the strategies, forecasts, tariff and
// signals (their clocks remember a place, but answer the same from any other). Not in here, since it is made anew at
// every decision: the horizon and what refresh_view() shows.
template <class A>
void SiteRun::archive(A& a) {
  a.section("vehicles");
  std::vector<std::uint8_t> occupied(evse_count(), 0);
  for (std::size_t i = 0; i < evse_count(); ++i) occupied[i] = sessions_[i].number != 0 ? 1 : 0;
  a.fixed(occupied);
  for (std::size_t i = 0; i < evse_count(); ++i) {
    if (occupied[i] == 0) continue;
    a(sessions_[i]);
    a.require(sessions_[i].number != 0, "a session without a number");
    check_visit(a, sessions_[i].visit);
  }
  a.fixed(motions_);
  a.fixed(stored_kwh_);
  a.fixed(got_kwh_);
  a.fixed(use_);
  a(falling_, rising_, session_number_);

  a.section("arrivals");
  a.fixed(streams_);
  a.fixed(next_visit_);
  a(waiting_);
  for (const demand::Visit& visit : next_visit_) check_visit(a, visit);
  for (const Waiting& waiting : waiting_) check_visit(a, waiting.visit);

  a.section("reservations");
  a.fixed(announcers_);
  for (const Announcer& announcer : announcers_) {
    check_visit(a, announcer.next);
    check_visit(a, announcer.stream.ahead());
    for (const demand::Visit& visit : announcer.stream.waiting()) check_visit(a, visit);
  }
  a(reservations_);
  for (const Reservation& reservation : reservations_)
    a.require(reservation.evse < evse_count(), "a reservation of an EVSE that there is not");

  a.section("guard");
  a(guard_, contract_kw_, given_contract_kw_, export_limit_kw_);
  a.fixed(noted_reason_);
  for (const Correction reason : noted_reason_)
    a.require(static_cast<std::size_t>(reason) < control::correction_count, "a correction that there is not");
  a.fixed(noted_given_kw_);
  a.fixed(row_noted_);
  a(any_row_noted_, row_excess_kw_);

  a.section("commands");
  std::vector<Plan> under_way(plans_.begin(), plans_.begin() + static_cast<std::ptrdiff_t>(plans_under_way_));
  a(under_way);
  for (const Plan& plan : under_way) {
    a.require(plan.wish_kw.size() == guard_.member_count() && plan.session.size() == evse_count(),
              "a plan for another site");
    const CommandPath& path = site_.commands;
    a.require(plan.due_ns >= context_.world.start_ns &&
                  plan.due_ns <= context_.world.end_ns + path.forecast_ns + path.plan_ns + path.apply_ns,
              "a plan of another time");
  }
  if constexpr (A::loads) {
    plans_under_way_ = under_way.size();
    plans_ = std::move(under_way);
  }

  a.section("signals");
  a(price_, pv_kw_, load_kw_, co2_kg_per_kwh_, setpoint_kw_, driver_price_per_kwh, v2g_price_per_kwh);

  a.section("books");
  a(now_ns_, total_, at_last_decision_, at_window_start_, meter_, window_import_kwh_, window_peak_kw_,
    window_setpoint_kwh_, buy_price_hours_);
  a(last_window_kw_, day_start_ns_, day_end_ns_);
  a.fixed(evse_day_);
  a(result_);
  a.require(result_.tracking.has_value() == setpoint_.has_value(), "a set-point that there is not");

  a.section("decisions");
  a(next_tick_ns_, wake_ns_, asked_for_ns_, why_, ranges_fresh_, guard_due_, limits_due_);
  a(plan_history_);
  a.fixed(columns_.rate_kw);  // of rows where nobody is, too: there the last vehicle's stay

  if constexpr (A::loads) rebuild();
}

template void SiteRun::archive(kernel::ArchiveWriter&);
template void SiteRun::archive(kernel::ArchiveReader&);

/// What follows from the state that was loaded.
void SiteRun::rebuild() {
  const std::vector<double> rate_kw(columns_.rate_kw.begin(), columns_.rate_kw.end());
  active_.clear();
  free_evses_ = 0;
  holding_ = 0;
  for (std::uint32_t i = 0; i < evse_count(); ++i) {
    Session& s = sessions_[i];
    if (s.number == 0) {
      ++free_evses_;
    } else {
      s.vehicle = &context_.world.vehicles[s.visit.vehicle];
      couplings_[i] = physics::couple(site_.evses[i], *s.vehicle, s.visit.v2g);
      holding_ += s.vehicle->acceptance_hold ? 1U : 0U;
      active_.push_back(i);
      show_session(i);
    }
    if (!evse_available(i)) show_rating(i);
    show_reservation(i);
  }
  for (std::size_t s = 0; s < site_.storages.size(); ++s)
    active_.push_back(static_cast<std::uint32_t>(evse_count() + s));
  std::copy(rate_kw.begin(), rate_kw.end(), columns_.rate_kw.begin());
  guard_.set_contract(contract_kw_, export_limit_kw_);
}

bool SiteRun::owns(const kernel::Event& event) const {
  const auto kind = static_cast<EventKind>(event.kind);
  const auto evses = static_cast<std::uint32_t>(evse_count());
  std::uint32_t entities = 1;
  bool there = true;
  switch (kind) {
    case EventKind::crossing:
      entities = static_cast<std::uint32_t>(guard_.member_count());
      there = event.entity >= evses || sessions_[event.entity].number != 0;
      break;
    case EventKind::plug_out:
      entities = evses;
      there = event.entity < evses && sessions_[event.entity].number != 0;
      break;
    case EventKind::arrival:
      entities = static_cast<std::uint32_t>(streams_.size());
      break;
    case EventKind::setpoint:
      there = setpoint_.has_value();
      break;
    case EventKind::scripted:
      return false;
    default:
      if (event.kind > static_cast<std::uint8_t>(EventKind::command)) return false;
  }
  return there && event.entity < entities && timer(kind, event.entity) == event.timer;
}

void SiteRun::change_strategy() {
  plan_history_.end_all(now_ns_);
  report_settled_plans();
  why_ = 0;
  wake_ns_ = asked_for_ns_ = kernel::time_never;
  schedule_decision();
}

}  // namespace evtwin::twin
