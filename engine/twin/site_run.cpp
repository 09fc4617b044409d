#include "twin/site_run.hpp"

#include <algorithm>
#include <cmath>

#include "control/decision_log.hpp"
#include "kernel/static_checks.hpp"
#include "market/refill_cost.hpp"

namespace evtwin::twin {

namespace {

/// Changes that a first decision is told.
constexpr std::uint32_t all_changed =
    EVTWIN_CHANGED_ROWS | EVTWIN_CHANGED_SESSIONS | EVTWIN_CHANGED_PRICES | EVTWIN_CHANGED_HORIZON;
static_assert(all_changed == 2 * EVTWIN_CHANGED_HORIZON - 1, "no kind of change is left out");

static_assert(static_cast<std::uint32_t>(StoragePolicy::off) == EVTWIN_STORAGE_OFF &&
                  static_cast<std::uint32_t>(StoragePolicy::self_consumption) == EVTWIN_STORAGE_SELF_CONSUMPTION &&
                  static_cast<std::uint32_t>(StoragePolicy::peak_shaving) == EVTWIN_STORAGE_PEAK_SHAVING &&
                  static_cast<std::uint32_t>(StoragePolicy::arbitrage) == EVTWIN_STORAGE_ARBITRAGE,
              "a view tells the policy by its number");
static_assert(kernel::is_last_enumerator<StoragePolicy::arbitrage>(), "a new policy needs a number in strategy.h");

std::uint32_t demand_basis_of(const market::DemandCharge& charge) {
  const bool free =
      std::all_of(charge.price_per_kw.begin(), charge.price_per_kw.end(), [](double p) { return p == 0.0; });
  if (free) return EVTWIN_DEMAND_NONE;
  return charge.basis == market::DemandBasis::peak ? EVTWIN_DEMAND_PEAK : EVTWIN_DEMAND_CONTRACT;
}

}  // namespace

SiteRun::SiteRun(RunContext context, std::uint32_t site_number, std::uint32_t first_timer)
    : context_(context),
      site_(context.world.sites[site_number]),
      number_(site_number),
      timers_(context.queue, site_, first_timer),
      parts_context_{context.world, site_, number_, context.episode, timers_, context.observer},
      signals_(parts_context_),
      occupancy_(parts_context_),
      bookings_(parts_context_),
      power_(parts_context_),
      grants_(parts_context_),
      commands_(parts_context_),
      books_(parts_context_, grants_.guard().tree()),
      agenda_(parts_context_, grants_.member_count()),
      conduct_(parts_context_),
      dispatch_(parts_context_),
      grid_(site_, grants_.guard().tree()),
      columns_(site_.evses, site_.storages, grants_.guard(), control::most_curve_points(context.world.vehicles)),
      now_ns_(context.episode.from_ns),
      member_kw_(grants_.member_count()) {
  evtwin_view& view = columns_.view;
  view.demand_basis = demand_basis_of(site_.tariff.demand);
  view.tick_ns = context.world.tick_ns;
  view.unmet_price_per_kwh = site_.unmet_price_per_kwh;
  view.wear_price_per_kwh = site_.wear_price_per_kwh;
  view.storage_policy = static_cast<std::uint32_t>(site_.storage_policy);
  begin();
}

void SiteRun::set_interest(const Interest& interest) {
  agenda_.set_interest(interest);
  columns_.make_plan(interest.plan_steps);
  columns_.horizon.level = interest.levels;
  columns_.horizon.reads = interest.horizon_reads;
}

void SiteRun::begin() {
  now_ns_ = context_.episode.from_ns;
  ranges_fresh_ = false;
  changed_ = all_changed;
  remarks_.clear();

  signals_.begin();
  occupancy_.begin();
  bookings_.begin(occupancy_.streams());
  power_.begin();
  grants_.begin();
  grants_.set_limits(signals_.values_now().contract_kw, signals_.values_now().export_limit_kw, signals_.limit_bounds());
  set_bounds_below();
  commands_.begin();
  conduct_.begin();
  dispatch_.begin();
  books_.begin();
  agenda_.begin(signals_.clocks(), occupancy_.streams());

  for (std::uint32_t i = 0; i < evse_count(); ++i) {
    columns_.clear_session(i);
    show_rating(i);
  }
  refresh_view(now_ns_);
}

void SiteRun::start_episode() {
  const TimeNs t = now_ns_;
  signals_.start_signals(t);
  bookings_.take_known_visits(occupancy_.sessions(), t);
  occupancy_.start_arrivals();
  agenda_.start_ticks(t, books_.meter().window_ns(), books_.meter().window_end_ns());
}

// ---- Time passes

void SiteRun::book_until(TimeNs t) {
  if (t == now_ns_) return;
  const SignalValues& now = signals_.values_now();
  while (now_ns_ < t) {
    Piece piece;
    piece.from_ns = now_ns_;
    piece.to_ns = grid_.next_cut(power_, now, now_ns_, t);
    piece.flow = power_.flow_until(piece.to_ns);
    // Within a piece power only falls or only rises: its ends are its extremes.
    if (piece.flow.tapers || !site_.feeders.empty())
      piece.peak_kw = std::max(grid_.kw_at(power_, now, piece.from_ns), grid_.kw_at(power_, now, piece.to_ns));
    books_.book_piece(piece, now);
    now_ns_ = piece.to_ns;
  }
  ranges_fresh_ = false;
}

// ---- Things happen

void SiteRun::handle_event(const kernel::Event& event) {
  const TimeNs t = event.time;
  ranges_fresh_ = false;
  switch (static_cast<EventKind>(event.kind)) {
    case EventKind::crossing:
      end_law(event.entity, t);
      break;
    case EventKind::plug_out:
      plug_out(event.entity, t);
      // The EVSE that was left is free for the queue.
      admit_waiting(t);
      break;
    case EventKind::lose_patience:
      occupancy_.end_expired_waits(t);
      break;
    case EventKind::arrival:
      take_arrival(event.entity, t);
      break;
    case EventKind::signal:
      change_signals(t);
      break;
    case EventKind::clock:
      // One timer serves windows and questions: here it rings for the window alone.
      ring_clock(t);
      agenda_.schedule_next();
      break;
    case EventKind::announcement:
      bookings_.take_announcements(occupancy_.sessions(), t);
      bookings_changed(t);
      break;
    case EventKind::reservation_end:
      bookings_.expire_holds(t);
      bookings_changed(t);
      // A reservation that was not used frees its EVSE.
      admit_waiting(t);
      break;
    case EventKind::command:
      move_commands(t);
      break;
    case EventKind::scripted:
    case EventKind::world_part:
      break;  // the world's, handled by the run
  }
}

void SiteRun::ring_clock(TimeNs t) {
  ranges_fresh_ = false;
  if (agenda_.window_ends(t)) close_window(t);
}

void SiteRun::change_signals(TimeNs t) {
  const std::uint32_t changed = signals_.take_changes(t);
  if ((changed & Signals::power_changed) != 0) {
    grants_.base_changed();
    changed_ |= EVTWIN_CHANGED_ROWS;
    agenda_.request_decision(EVTWIN_WHY_POWER, t);
  }
  if ((changed & Signals::price_changed) != 0) {
    changed_ |= EVTWIN_CHANGED_PRICES;
    agenda_.request_decision(EVTWIN_WHY_PRICE, t);
  }
  if ((changed & Signals::driver_price_changed) != 0) changed_ |= EVTWIN_CHANGED_PRICES;
  if ((changed & Signals::setpoint_changed) != 0) agenda_.request_decision(EVTWIN_WHY_LIMIT, t);
  if ((changed & Signals::limit_changed) != 0) limits_changed(t);
  if ((changed & Signals::calls_changed) != 0) change_calls(t);
  if ((changed & Signals::outage_changed) != 0)
    signals_.apply_outages(t, [&](std::uint32_t evse, bool available) { set_evse_available(evse, available); });
}

/// A call to cars is announced, begins or ends.
void SiteRun::change_calls(TimeNs t) {
  callable_.clear();
  for (const std::uint32_t evse : power_.connected_evses()) {
    const Session& s = occupancy_.session_on(evse);
    const physics::Coupling& coupling = occupancy_.coupling_on(evse);
    const physics::BatterySpec& battery = s.vehicle->battery;
    const double floor_kwh = s.vehicle->soc_floor * battery.capacity_kwh;
    const bool gives = coupling.max_discharge_kw > 0.0 && battery.capacity_kwh < infinite;
    callable_.push_back(
        {evse, s.number, s.visit.id, s.visit.claimed_departure_ns, power_.kw_at(evse, t), power_.got_kwh(evse),
         gives ? coupling.max_discharge_kw : 0.0, physics::smallest_discharge_kw(coupling),
         gives ? std::max(0.0, power_.stored_kwh(evse) - floor_kwh) * battery.discharge_efficiency : 0.0});
  }
  dispatch_.act_now(t, callable_, [&](const DispatchPromise& p) {
    // What the strategy asked for meanwhile holds again, until it is asked itself.
    if (grants_.wish_kw(p.evse) == p.most_kw() && !std::isnan(p.wanted_kw)) grants_.set_wish_kw(p.evse, p.wanted_kw);
  });
  hold_to_calls();
  agenda_.request_decision(EVTWIN_WHY_LIMIT, t);
}

/// Cars in a call that is in force draw no more than they promised, whatever the strategy asks.
void SiteRun::hold_to_calls() {
  for (DispatchPromise& p : dispatch_.promises()) {
    if (!p.in_force()) continue;
    const double wish_kw = grants_.wish_kw(p.evse);
    if (wish_kw == p.most_kw()) continue;
    p.wanted_kw = wish_kw;
    if (wish_kw > p.most_kw()) grants_.set_wish_kw(p.evse, p.most_kw());
  }
}

void SiteRun::limits_changed(TimeNs t) {
  grants_.set_limits(signals_.values_now().contract_kw, signals_.values_now().export_limit_kw, signals_.limit_bounds());
  set_bounds_below();
  changed_ |= EVTWIN_CHANGED_ROWS;
  agenda_.request_decision(EVTWIN_WHY_LIMIT, t);
}

/// Bounds of feeders and rows that change over time, for those who count what is beyond them.
void SiteRun::set_bounds_below() {
  books_.set_bounds(signals_.limit_bounds());
  grid_.set_bounds(signals_.limit_bounds());
}

void SiteRun::set_contract_kw(double kw) {
  signals_.set_contract_kw(kw, now_ns_);
  books_.set_contract_kw(kw, now_ns_);
  changed_ |= EVTWIN_CHANGED_PRICES;
  limits_changed(now_ns_);
}

void SiteRun::set_export_limit_kw(double kw) {
  signals_.set_export_limit_kw(kw, now_ns_);
  limits_changed(now_ns_);
}

void SiteRun::set_driver_price_per_kwh(double price) {
  signals_.set_driver_price_per_kwh(price, now_ns_);
  changed_ |= EVTWIN_CHANGED_PRICES;
}

void SiteRun::set_v2g_price_per_kwh(double price) {
  signals_.set_v2g_price_per_kwh(price, now_ns_);
  changed_ |= EVTWIN_CHANGED_PRICES | EVTWIN_CHANGED_SESSIONS;
}

void SiteRun::set_evse_available(std::uint32_t evse, bool available) {
  if (evse_available(evse) == available) return;
  grants_.set_available(evse, available, occupancy_.session_on(evse).number != 0);
  show_rating(evse);
  changed_ |= EVTWIN_CHANGED_SESSIONS;
  if (context_.observer != nullptr) {
    context_.observer->on_event(
        {number_, now_ns_, available ? "evse_available" : "evse_unavailable", site_.evses[evse].id});
  }
  agenda_.request_decision(EVTWIN_WHY_LIMIT, now_ns_);
  if (available) admit_waiting(now_ns_);
}

void SiteRun::close_window(TimeNs t) {
  const double billed_before_kw = books_.meter().billed_kw();
  const TimeNs month_end_before_ns = books_.meter().month_end_ns();
  books_.close_window(t);
  if (books_.meter().billed_kw() != billed_before_kw || books_.meter().month_end_ns() != month_end_before_ns)
    changed_ |= EVTWIN_CHANGED_PRICES;
  if (books_.day_ends(t)) books_.close_day(t, power_.got_kwh());
  agenda_.open_window(books_.meter().window_end_ns());
}

void SiteRun::end_law(std::uint32_t member, TimeNs t) {
  // A battery that has finished frees power, so the guard shares it out again. Where a curve starts to bind, set-points
  // are only lowered.
  if (power_.cross_threshold(member, t) == physics::LawEnd::curve) {
    grants_.ask_to_hold(member);
  } else {
    grants_.ask_again(member);
    if (member < evse_count() && !power_.would_draw(member)) {
      agenda_.request_decision(EVTWIN_WHY_FINISHED, t);
      occupancy_.took_no_more(member, t);
    }
  }
}

/// A reservation was made, moved or ended.
void SiteRun::bookings_changed(TimeNs t) {
  changed_ |= EVTWIN_CHANGED_SESSIONS;
  agenda_.request_decision(EVTWIN_WHY_BOOKING, t);
}

// ---- Vehicles

void SiteRun::take_arrival(std::uint32_t law, TimeNs t) {
  demand::Visit visit = occupancy_.take_arrival(law);
  const std::int32_t reserved_evse = bookings_.end_reservation(law, visit);
  if (reserved_evse >= 0) changed_ |= EVTWIN_CHANGED_SESSIONS;
  occupancy_.admit(std::move(visit), reserved_evse, access_to_evses(), t);
  connect_plugged_in(t);
  // An EVSE that was reserved and not taken is free for others.
  if (reserved_evse >= 0) admit_waiting(t);
}

void SiteRun::admit_waiting(TimeNs t) {
  occupancy_.admit_waiting(access_to_evses(), t);
  connect_plugged_in(t);
}

PluggedCar SiteRun::car_of(const Session& s) {
  return {s.number, s.vehicle, s.visit.taken_kwh, s.plugged_in_ns, s.visit.requested_kwh};
}

/// Tells the other parts of vehicles that were plugged in.
void SiteRun::connect_plugged_in(TimeNs t) {
  for (const std::uint32_t evse : occupancy_.plugged_in()) {
    const Session& s = occupancy_.session_on(evse);
    power_.plug_in(evse, car_of(s), s.soc_start);
    books_.plug_in(evse, s.visit);
    grants_.plug_in(evse);
    conduct_.plug_in(evse);
    occupancy_.show_session(columns_, evse, evse_available(evse));
    changed_ |= EVTWIN_CHANGED_SESSIONS;
    agenda_.request_decision(EVTWIN_WHY_ARRIVAL, t);
    if (!power_.would_draw(evse)) occupancy_.took_no_more(evse, t);
  }
  occupancy_.clear_plugged_in();
}

void SiteRun::plug_out(std::uint32_t evse, TimeNs t) {
  end_session(evse, t, SessionEnd::departed);
  dispatch_.plug_out(evse, power_.got_kwh(evse), t);
  power_.plug_out(evse);
  grants_.plug_out(evse);
  occupancy_.plug_out(evse);
  columns_.plug_out(evse);
  changed_ |= EVTWIN_CHANGED_SESSIONS;
  agenda_.request_decision(EVTWIN_WHY_DEPARTURE, t);
}

double SiteRun::unmet_kwh(std::uint32_t evse) const {
  return std::max(0.0, Occupancy::wanted_kwh(occupancy_.session_on(evse).visit) - power_.counted_kwh(evse));
}

void SiteRun::end_session(std::uint32_t evse, TimeNs t, SessionEnd how) {
  power_.end(evse, t);
  power_.stop_crossing(evse);
  agenda_.end_plan(evse, t);

  const Session& s = occupancy_.session_on(evse);
  const bool battery_known = s.vehicle->battery.capacity_kwh < infinite;
  SessionRecord record = occupancy_.record_of(evse, t, how);
  record.got_kwh = power_.got_kwh(evse);
  record.unmet_kwh = unmet_kwh(evse);
  if (how == SessionEnd::open_at_end) {
    record.open_cost = owed_by(s, evse, t).cost_of(record.unmet_kwh);
    record.open_to_come_kwh = to_come_kwh_[evse];
  }
  record.soc_start = battery_known ? s.soc_start : physics::unknown;
  record.soc_end = battery_known ? power_.stored_kwh(evse) / s.vehicle->battery.capacity_kwh : physics::unknown;
  std::optional<physics::AgeingUse> use;
  if (battery_known) use = power_.use_until(evse, t);
  books_.end_session(evse, record.got_kwh, record, use);
  conduct_.end_session(evse, record.got_kwh);
  occupancy_.count_session(record, power_.counted_kwh(evse), power_.would_draw(evse));
  if (context_.observer != nullptr) context_.observer->on_session(record);
}

/// Energies that all who stay when the run ends, at `t`, can together get until they leave.
void SiteRun::look_beyond_end(TimeNs t) {
  std::vector<MeanPower> stays;
  to_come_kwh_.assign(evse_count(), 0.0);
  for (const std::uint32_t i : power_.connected_evses()) {
    const Session& s = occupancy_.session_on(i);
    if (s.visit.departure_ns <= t) continue;
    const market::OwedEnergy owed = owed_by(s, i, t);
    to_come_kwh_[i] = owed.kwh_to_come(unmet_kwh(i));
    if (to_come_kwh_[i] > 0.0) stays.push_back({i, to_come_kwh_[i] / owed.total_hours()});
  }
  const SignalValues& now = signals_.values_now();
  const std::vector<double> parts =
      parts_together(site_, grants_.guard().tree(), now.given_contract_kw - now.load_kw, stays);
  for (std::size_t k = 0; k < stays.size(); ++k) to_come_kwh_[stays[k].evse] *= parts[k];
}

/// Energy still wanted on an EVSE after the run, which ends at `t`, and its cost.
market::OwedEnergy SiteRun::owed_by(const Session& s, std::uint32_t evse, TimeNs t) const {
  return owed_after(site_, grants_.guard().tree(), signals_.clocks().tariff(),
                    {evse, &context_.world.vehicles[s.visit.vehicle], s.visit.v2g, t, s.visit.departure_ns});
}

/// Shows the power that an EVSE offers and its vehicle can use: 0 while it is out of service.
void SiteRun::show_rating(std::uint32_t evse) {
  const bool available = evse_available(evse);
  columns_.max_kw[evse] = available ? physics::rated_kw(site_.evses[evse]) : 0.0;
  columns_.car_max_kw[evse] = available ? occupancy_.coupling_on(evse).max_kw : 0.0;
}

// ---- It settles

/// Refreshes the powers that batteries can take and give at this moment, for view and guard alike.
void SiteRun::refresh_ranges() {
  if (grants_.concerns_everybody()) {
    if (!ranges_fresh_) refresh_ranges_of(power_.active_members());
    ranges_fresh_ = true;
    return;
  }
  // While a power is constant, the guard counts with its set-point whatever the battery could take beyond it.
  if (power_.any_falls() || power_.any_rises()) refresh_ranges_of(power_.tapering_members());
  refresh_ranges_of(grants_.named_members());
}

void SiteRun::refresh_ranges_of(std::span<const std::uint32_t> members) {
  for (const std::uint32_t i : members) {
    if (i >= evse_count()) {
      grants_.set_stored_kwh(i - evse_count(), power_.stored_kwh(i));
      continue;
    }
    grants_.set_charge_range(i, power_.charge_range(i));
    if (occupancy_.coupling_on(i).max_discharge_kw > 0.0) grants_.set_discharge_range(i, power_.discharge_range(i));
    if (power_.stop_where_nothing_flows(i, grants_.can_charge(i), grants_.can_discharge(i))) grants_.name_member(i);
  }
}

void SiteRun::settle_instant(TimeNs t) {
  grant_power(t);
  if (control::logs_decisions() && decided_at(t)) [[unlikely]]
    log_decision(t);
}

void SiteRun::log_decision(TimeNs t) const {
  const auto sessions = occupancy_.sessions();
  const auto cars = std::count_if(sessions.begin(), sessions.end(), [](const Session& s) { return s.number != 0; });
  control::log_decision({agenda_.interest().who, site_.name, agenda_.decision_count(), t, context_.world.calendar,
                         static_cast<std::size_t>(cars), site_.evses},
                        grants_.guard(), power_.active_members());
}

/// The guard's look by the site's own limits.
void SiteRun::look_at_wishes() {
  grants_.set_base_kw(signals_.values_now().base_kw());
  refresh_ranges();
  grants_.look(power_.active_members(), occupancy_.couplings());
}

ShareRequest SiteRun::ask_share() {
  ShareRequest request;
  request.only_holds = grants_.only_holds();
  look_at_wishes();
  request.kw = std::max(0.0, grants_.import_kw(occupancy_.couplings()));
  request.floor_kw = std::clamp(signals_.values_now().base_kw(), 0.0, request.kw);
  return request;
}

ShareRequest SiteRun::most_import() const {
  const double base_kw = signals_.values_now().base_kw();
  double members_kw = 0.0;
  for (const std::uint32_t i : power_.connected_evses()) {
    if (evse_available(i) && power_.would_draw(i))
      members_kw += occupancy_.coupling_on(i).max_kw / site_.evses[i].efficiency;
  }
  for (const physics::Storage& storage : site_.storages) members_kw += storage.max_charge_kw;
  const double most_kw = std::max(0.0, std::min(signals_.values_now().contract_kw, base_kw + members_kw));
  return {std::clamp(base_kw, 0.0, most_kw), most_kw};
}

double SiteRun::take_share(double kw, std::int32_t shared_limit) {
  // After a checkpoint the guard may not have looked yet: it knows no base load.
  grants_.set_base_kw(signals_.values_now().base_kw());
  // Setpoints that rise again need to know what every battery can take.
  if (!ranges_fresh_) refresh_ranges_of(power_.active_members());
  ranges_fresh_ = true;
  grants_.look_within(kw, shared_limit, power_.active_members(), occupancy_.couplings());
  return std::max(0.0, grants_.import_kw(occupancy_.couplings()));
}

void SiteRun::grant_power(TimeNs t) {
  if (!grants_.has_looked()) {
    if (!grants_.is_due()) return;
    look_at_wishes();
  }
  bool limited_anew = false;
  for (const std::uint32_t i : grants_.finish_look(power_.active_members(), occupancy_.couplings(), t)) {
    grants_.tell_correction(i, t);
    const double given_kw = grants_.given_kw(i);
    if (!power_.is_stale(i) && power_.setpoint_kw(i) == given_kw) continue;
    limited_anew = limited_anew || (grants_.is_limited(i) && power_.setpoint_kw(i) != given_kw);
    context_.hash.mix_in(i);
    context_.hash.mix_in(given_kw);
    power_.renew_law(i, given_kw, t);
    if (i < evse_count() && given_kw > 0.0 && !power_.would_draw(i)) occupancy_.took_no_more(i, t);
  }
  grants_.clear_named();
  // A limit's change of an answer is told at the next question; for a change without an answer a strategy may ask for a
  // question of its own.
  if (limited_anew && !decided_at(t)) agenda_.request_decision(EVTWIN_WHY_GRANT, t);
}

/// A vehicle that leaves at the end has left; the others are open.
void SiteRun::end_sessions(TimeNs t) {
  look_beyond_end(t);
  TimeNs last_departure_ns = t;
  for (std::uint32_t i = 0; i < evse_count(); ++i) {
    const Session& s = occupancy_.session_on(i);
    if (s.number == 0) continue;
    if (s.visit.departure_ns <= t) {
      plug_out(i, t);
    } else {
      last_departure_ns = std::max(last_departure_ns, s.visit.departure_ns);
      end_session(i, t, SessionEnd::open_at_end);
    }
  }
  occupancy_.end_expired_waits(t);
  occupancy_.tell_who_waits(t);
  signals_.report_prices_beyond(t, last_departure_ns);
}

SiteResult SiteRun::close_books(TimeNs t) {
  book_until(t);
  commands_.drop_all(t);
  end_sessions(t);

  SiteResult result;
  for (std::uint32_t s = 0; s < site_.storages.size(); ++s) {
    const auto member = static_cast<std::uint32_t>(evse_count() + s);
    const physics::Storage& storage = site_.storages[s];
    power_.end(member, t);
    const double start_kwh = storage.soc_start * storage.capacity_kwh, end_kwh = power_.stored_kwh(member);
    result.storage_energy_start_kwh += start_kwh;
    result.storage_energy_end_kwh += end_kwh;

    // More than at the start is worth the lowest price of the run; less is owed, refilled in its cheapest slots.
    const double recharge_kwh = (end_kwh - start_kwh) / storage.charge_efficiency;
    const market::RefillCost refill(signals_.clocks().tariff(), context_.episode.from_ns, t, storage.max_charge_kw,
                                    std::max(0.0, -recharge_kwh));
    result.storage_energy_value += refill.value_of(recharge_kwh);
    result.storage_capacity_kwh += (storage.soc_max - storage.soc_min) * storage.capacity_kwh;
  }

  agenda_.end_plans(t);
  for (std::uint32_t s = 0; s < site_.storages.size(); ++s)
    books_.book_storage_wear(s, power_.use_until(static_cast<std::uint32_t>(evse_count() + s), t));
  books_.close_last_window(t);
  books_.close_day(t, power_.got_kwh());

  books_.add_to_result(t, result);
  occupancy_.add_to_result(result, t);
  grants_.add_to_result(result);
  dispatch_.add_to_result(result, power_.got_kwh(), t);
  result.decisions = agenda_.decision_count();
  conduct_.add_to_result(result, t);
  show_end(t);
  return result;
}

}  // namespace evtwin::twin
