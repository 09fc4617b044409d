#include "twin/agenda.hpp"

#include <algorithm>

namespace evtwin::twin {

using kernel::Phase;

Agenda::Agenda(const World& world, std::uint32_t site_number, std::size_t members, Timers& timers, Observer* observer)
    : world_(world),
      site_(world.sites[site_number]),
      number_(site_number),
      timers_(timers),
      observer_(observer),
      clock_(world.calendar),
      plan_history_(members) {
  next_tick_ns_ = clock_.next_tick(world.start_ns, world.tick_ns);
}

void Agenda::set_interest(const Interest& interest, const SignalClocks& clocks,
                          std::span<const demand::ArrivalStream> streams) {
  interest_ = interest;
  forecaster_.reset();
  arrival_forecaster_.reset();
  if (!looks_ahead()) return;
  forecaster_.emplace(site_.forecast, world_.calendar, world_.tick_ns, world_.seed, number_, clocks.pv, clocks.load,
                      clocks.co2, clocks.tariff);
  arrival_forecaster_.emplace(site_.forecast, world_.tick_ns, world_.seed, number_,
                              std::vector<demand::ArrivalStream>(streams.begin(), streams.end()));
}

void Agenda::start(TimeNs t) {
  next_tick_ns_ = t;
  schedule();
}

void Agenda::request(std::uint32_t why, TimeNs t) {
  if ((interest_.subscribes & why) == 0) return;
  why_ |= why;
  asked_for_ns_ = t;
  schedule();
}

void Agenda::schedule() {
  timers_.schedule(EventKind::decision, Phase::decision, std::min({next_tick_ns_, wake_ns_, asked_for_ns_}));
}

void Agenda::open(TimeNs t) {
  if (t >= next_tick_ns_) {
    why_ |= EVTWIN_WHY_TICK;
    next_tick_ns_ = clock_.next_tick(t, world_.tick_ns);
  }
  if (t >= wake_ns_) why_ |= EVTWIN_WHY_WAKE;
  wake_ns_ = asked_for_ns_ = kernel::time_never;
}

void Agenda::close() {
  ++decisions_;
  why_ = 0;
  schedule();
}

void Agenda::show(evtwin_view& view, TimeNs t) {
  view.why = why_;
  view.now_ns = t;
  view.next_tick_ns = next_tick_ns_;
  view.utc_offset_ns = clock_.offset_at(t).offset_ns;
  view.decision_number = decisions_;
}

void Agenda::forecast(control::Horizon& horizon, const SignalValues& now, TimeNs t) {
  forecaster_->fill(t, interest_.horizon_steps, now.pv_kw, now.load_kw + now.standby_kw, horizon);
  arrival_forecaster_->fill(t, horizon);
}

bool Agenda::take_plan(const control::ViewColumns& columns, TimeNs t) {
  const std::size_t steps = columns.plan_steps();
  return steps > 0 &&
         plan_history_.take(t, decisions_ + 1, {columns.view.horizon_start_ns, steps + 1}, columns.decided_plan_kw());
}

void Agenda::end_plan(std::uint32_t member, TimeNs t) {
  plan_history_.end_member(member, t);
  tell_settled_plans();
}

void Agenda::end_plans(TimeNs t) {
  plan_history_.end_all(t);
  tell_settled_plans();
}

/// What has become of plans goes to the observer.
void Agenda::tell_settled_plans() {
  const std::size_t evses = site_.evses.size();
  for (const control::SettledPiece& piece : plan_history_.settled()) {
    if (observer_ == nullptr) break;
    const bool evse = piece.member < evses;
    observer_->on_plan({number_, evse ? Subject::evse : Subject::storage,
                        static_cast<std::uint32_t>(evse ? piece.member : piece.member - evses), piece.planned.decision,
                        piece.planned.start_ns, piece.planned.end_ns, piece.planned.kw, piece.replaced_ns});
  }
  plan_history_.settled().clear();
}

void Agenda::change_strategy(TimeNs t) {
  end_plans(t);
  why_ = 0;
  wake_ns_ = asked_for_ns_ = kernel::time_never;
  schedule();
}

}  // namespace evtwin::twin
