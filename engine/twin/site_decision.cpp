// One decision of a site: the view is shown, the answer taken, its set-points sent on their way.
#include <algorithm>
#include <cmath>

#include "twin/shared_limits.hpp"
#include "twin/site_run.hpp"

namespace evtwin::twin {

/// Brings the columns of connected vehicles and storages, and the site's scalars, up to `t`.
void SiteRun::refresh_view(TimeNs t) {
  const auto connected = power_.connected_evses();
  power_.show_in_view(columns_, t);
  grants_.set_base_kw(signals_.values_now().base_kw());
  grants_.show_in_view(columns_, power_.active_members());
  columns_.show_limits(grants_.guard());
  occupancy_.show_in_view(columns_, connected, t, agenda_.next_tick_ns());
  bookings_.show_in_view(columns_);
  commands_.show_in_view(columns_.view);
  agenda_.show_in_view(columns_.view, t);
  signals_.show_in_view(columns_.view);
  if ((changed_ & (EVTWIN_CHANGED_PRICES | EVTWIN_CHANGED_SESSIONS)) != 0)
    books_.show_v2g_prices(columns_, signals_.values_now(), connected);
  books_.show_in_view(columns_);
}

void SiteRun::look_ahead(TimeNs t, SharedLimits* shared) {
  if (!agenda_.looks_ahead()) return;
  agenda_.fill_forecast(columns_.horizon, signals_.values_now(), t);
  signals_.show_ahead(columns_.horizon, t);
  if (shared != nullptr) shared->show_ahead(number_, columns_.horizon);
  grants_.show_ahead(columns_.horizon, signals_.tightest_bounds(columns_.horizon.start_ns));
  if (columns_.show_horizon()) changed_ |= EVTWIN_CHANGED_HORIZON;
  agenda_.tell_forecast(columns_.horizon.reads, signals_.values_now(), t);
}

/// The view of a run that is over: nothing is asked, and the books are closed.
void SiteRun::show_end(TimeNs t) {
  refresh_view(t);
  columns_.view.why = columns_.view.changed = 0;
}

void SiteRun::open_decision(TimeNs t, SharedLimits* shared) {
  agenda_.open_decision(t);
  refresh_view(t);
  look_ahead(t, shared);
  columns_.view.changed = changed_;
  remarks_.clear();
  decision_ = &columns_.blank_decision();
}

void SiteRun::take_decision(TimeNs t) {
  const evtwin_decision& decision = *decision_;
  const control::Answered answered{agenda_.interest().who,  columns_,    decision,
                                   power_.active_members(), site_.evses, site_.storages,
                                   context_.world.calendar};
  control::check_answer(answered);
  take_wishes(answered, t);
  if (const control::Talker* words = agenda_.new_forecast_words()) {
    conduct_.hear_remarks(words->remarks, t, Conduct::Speaker::forecaster);
    conduct_.leave_out_remarks(words->unheard);
  }
  conduct_.hear_remarks(remarks_, t);
  remarks_.clear();
  if (power_.hold_acceptances()) {
    ranges_fresh_ = false;
    grants_.ask_again();
  }
  tell_decision(decision, agenda_.take_plan(columns_, t), t);
  agenda_.tell_settled_plans();
  take_strays(answered, t);
  books_.mark_decision();
  occupancy_.mark_decision();
  commands_.mark_decision();
  changed_ = 0;
  grants_.note_decision();
  agenda_.close_decision(t, decision.quiet_until_ns);
}

/// Powers asked of EVSEs where nobody is.
void SiteRun::take_strays(const control::Answered& answered, TimeNs t) {
  if (!columns_.strayed()) return;
  for (std::uint32_t i = 0; i < evse_count(); ++i) {
    const double kw = columns_.decided_evse_kw()[i];
    if (std::isnan(kw) || occupancy_.session_on(i).number != 0) continue;
    if (std::isinf(kw)) control::refuse_infinite(answered, i, kw);
    grants_.tell_not_plugged_in(i, kw, t);
  }
}

/// The powers asked for and the wake-up. Where a member is left as it is, its last wish stands.
void SiteRun::take_wishes(const control::Answered& answered, TimeNs t) {
  const TimeNs wake_ns = answered.decision.wake_ns;
  if (wake_ns != 0) agenda_.wake_at(std::max(wake_ns, commands_.earliest_wake_ns(t)), t);
  // Where commands are under way, a member that stands at 0 may have been asked for already.
  const bool none_under_way = columns_.view.commands_under_way == 0;
  const auto left = [&](std::size_t member) {
    if (none_under_way) note_left_standing(member);
  };
  if (commands_.is_instant()) {
    const auto wish = [&](std::size_t member, double kw) {
      grants_.set_wish_kw(static_cast<std::uint32_t>(member), kw);
    };
    control::each_wish(answered, wish, left);
    if (!dispatch_.promises().empty()) hold_to_calls();
    return;
  }
  const auto wish_kw = commands_.send_decision(agenda_.decision_count(), occupancy_.session_numbers(), t);
  control::each_wish(
      answered, [&](std::size_t member, double kw) { wish_kw[member] = kw; }, left);
  move_commands(t);
}

void SiteRun::move_commands(TimeNs t) {
  for (std::uint32_t i = 0; i < member_kw_.size(); ++i) member_kw_[i] = grants_.wish_kw(i);
  if (!commands_.move_decisions(t, occupancy_.session_numbers(), member_kw_)) return;
  for (std::uint32_t i = 0; i < member_kw_.size(); ++i) grants_.set_wish_kw(i, member_kw_[i]);
  hold_to_calls();
  grants_.ask_again();
}

/// An answer of NaN, where 0/0 or a sum with a NaN in it was not meant, leaves a vehicle standing in silence.
void SiteRun::note_left_standing(std::size_t member) {
  if (member >= evse_count()) return;  // a storage may stand
  const auto i = static_cast<std::uint32_t>(member);
  if (grants_.wish_kw(i) == 0.0 && columns_.draws[i] != 0 && columns_.car_max_kw[i] > 0.0) conduct_.leave_standing(i);
}

void SiteRun::tell_decision(const evtwin_decision& decision, bool planned, TimeNs t) {
  if (context_.observer == nullptr || agenda_.decision_count() >= Conduct::most_decisions) return;
  const auto evse_kw = columns_.decided_evse_kw();
  const auto storage_kw = columns_.decided_storage_kw();
  std::copy(evse_kw.begin(), evse_kw.end(), member_kw_.begin());
  std::copy(storage_kw.begin(), storage_kw.end(), member_kw_.begin() + static_cast<std::ptrdiff_t>(evse_count()));
  context_.observer->on_decision(
      {number_, agenda_.decision_count() + 1, t, agenda_.why(), decision.expected_cost, member_kw_, planned});
}

}  // namespace evtwin::twin
