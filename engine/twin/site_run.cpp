#include "twin/site_run.hpp"

#include <algorithm>
#include <cmath>

namespace evtwin::twin {

using kernel::Phase;

namespace {

/// Timers of a site: one per member and EVSE, one per arrival law, one per signal.
constexpr std::uint32_t single_timers = 13;

std::uint32_t single(EventKind kind) {
  switch (kind) {
    case EventKind::lose_patience:
      return 0;
    case EventKind::outage:
      return 1;
    case EventKind::price:
      return 2;
    case EventKind::pv:
      return 3;
    case EventKind::load:
      return 4;
    case EventKind::co2:
      return 5;
    case EventKind::meter:
      return 6;
    case EventKind::limit_cut:
      return 7;
    case EventKind::setpoint:
      return 8;
    case EventKind::announcement:
      return 9;
    case EventKind::reservation_end:
      return 10;
    case EventKind::command:
      return 11;
    default:
      return 12;  // decision
  }
}

std::uint32_t demand_basis_of(const market::DemandCharge& charge) {
  const bool free =
      std::all_of(charge.price_per_kw.begin(), charge.price_per_kw.end(), [](double p) { return p == 0.0; });
  if (free) return EVTWIN_DEMAND_NONE;
  return charge.basis == market::DemandBasis::peak ? EVTWIN_DEMAND_PEAK : EVTWIN_DEMAND_CONTRACT;
}

}  // namespace

std::size_t SiteRun::timer_count(const Site& site) {
  return 2 * site.evses.size() + site.storages.size() + site.arrivals.size() + single_timers;
}

SiteRun::SiteRun(RunContext context, std::uint32_t site_number, std::uint32_t first_timer,
                 const control::StrategyFactory& strategy)
    : driver_price_per_kwh(context.world.sites[site_number].driver_price_per_kwh),
      v2g_price_per_kwh(context.world.sites[site_number].v2g_price_per_kwh),
      context_(context),
      site_(context.world.sites[site_number]),
      number_(site_number),
      first_timer_(first_timer),
      guard_(site_.evses, site_.storages, physics::FeederTree(site_.feeders), site_.rows, site_.contract_kw,
             site_.export_limit_kw),
      columns_(site_.evses, site_.storages, guard_, control::most_curve_points(context.world.vehicles)),
      tariff_(site_.tariff, context.world.calendar),
      pv_(site_.pv_kw, context.world.calendar),
      load_(site_.load_kw, context.world.calendar),
      co2_(site_.co2_kg_per_kwh, context.world.calendar),
      given_contract_kw_(site_.contract_kw),
      contract_kw_(control::limit_in_force(site_.cuts, site_.contract_kw, context.world.start_ns)),
      export_limit_kw_(site_.export_limit_kw),
      now_ns_(context.world.start_ns),
      clock_(context.world.calendar),
      meter_({&site_.tariff, site_.contract_kw, site_.past_peaks, site_.part_month, context.world.start_ns,
              context.world.end_ns},
             context.world.calendar),
      plan_history_(guard_.member_count()) {
  guard_.set_contract(contract_kw_, export_limit_kw_);
  const std::size_t members = guard_.member_count();
  couplings_.resize(members);
  sessions_.resize(evse_count());
  motions_.resize(members);
  stored_kwh_.assign(members, 0.0);
  got_kwh_.assign(evse_count(), 0.0);
  evse_day_.resize(evse_count());
  use_.resize(members);
  noted_reason_.assign(members, Correction::none);
  noted_given_kw_.assign(members, 0.0);
  row_noted_.assign(guard_.rows().size(), 0);
  wished_kw_.resize(members);
  active_.reserve(members);
  feeder_kwh_.resize(site_.feeders.size());
  feeder_into_kwh_.resize(site_.feeders.size());
  feeder_before_kwh_.resize(site_.feeders.size());
  free_evses_ = evse_count();

  for (std::size_t s = 0; s < site_.storages.size(); ++s) {
    const physics::Storage& storage = site_.storages[s];
    storage_batteries_.push_back(physics::storage_battery(storage));
    guard_.members[evse_count() + s].charge = {storage.max_charge_kw, storage.max_charge_kw, false};
    guard_.members[evse_count() + s].discharge = {storage.max_discharge_kw, storage.max_discharge_kw, false};
    stored_kwh_[evse_count() + s] = storage.soc_start * storage.capacity_kwh;
    standby_kw_ += storage.standby_kw;
    result_.storage_energy_start_kwh += stored_kwh_[evse_count() + s];
    result_.storage_capacity_kwh += (storage.soc_max - storage.soc_min) * storage.capacity_kwh;
    active_.push_back(static_cast<std::uint32_t>(evse_count() + s));
  }
  const World& world = context_.world;
  if (site_.power_setpoint_kw) {
    setpoint_.emplace(*site_.power_setpoint_kw, world.calendar);
    setpoint_ahead_ = setpoint_;
    setpoint_kw_ = setpoint_->at(now_ns_).value;
    result_.tracking.emplace();
  }
  for (const physics::Vehicle& vehicle : world.vehicles)
    vehicle_ageing_.emplace_back(physics::AgeingLaw{}, physics::AgeingHistory::car(vehicle.battery.capacity_kwh));
  for (std::size_t a = 0; a < site_.arrivals.size(); ++a) {
    const std::uint64_t source = (std::uint64_t{number_} << 32) | a;
    streams_.emplace_back(site_.arrivals[a], demand::StreamContext{world.seed, source, world.start_ns, world.end_ns,
                                                                   world.calendar, &world.vehicles});
  }
  next_visit_.resize(streams_.size());
  for (std::uint32_t a = 0; a < streams_.size(); ++a) {
    if (demand::announces(*site_.arrivals[a]))
      announcers_.push_back({a, demand::AnnouncementStream(*site_.arrivals[a], streams_[a])});
  }
  if (!announcers_.empty() && site_.reservations.block) held_from_ns_.assign(evse_count(), kernel::time_never);

  // The first view shows the empty site, so that a strategy can size itself.
  price_ = tariff_.at(now_ns_);
  pv_kw_ = pv_.at(now_ns_).value;
  load_kw_ = load_.at(now_ns_).value;
  co2_kg_per_kwh_ = co2_.at(now_ns_).value;
  next_tick_ns_ = clock_.next_tick(now_ns_, world.tick_ns);
  close_day(now_ns_);
  columns_.view.demand_basis = demand_basis_of(tariff_.tariff().demand);
  columns_.view.tick_ns = world.tick_ns;
  columns_.view.unmet_price_per_kwh = site_.unmet_price_per_kwh;
  columns_.view.wear_price_per_kwh = site_.wear_price_per_kwh;
  columns_.view.storage_policy = static_cast<std::uint32_t>(site_.storage_policy);
  refresh_view(now_ns_);
  strategy_ = strategy(columns_.shown, world.seed, number_);
  columns_.make_plan(strategy_->plan_steps);
  forecaster_ = std::make_unique<control::Forecaster>(site_.forecast, world.calendar, world.tick_ns, world.seed,
                                                      number_, pv_, load_, co2_, tariff_);
  if (strategy_->horizon_steps > 0)
    arrival_forecaster_.emplace(site_.forecast, world.tick_ns, world.seed, number_, streams_);
}

std::uint32_t SiteRun::timer(EventKind kind, std::uint32_t entity) const {
  const auto members = static_cast<std::uint32_t>(guard_.member_count());
  const auto evses = static_cast<std::uint32_t>(evse_count());
  switch (kind) {
    case EventKind::crossing:
      return first_timer_ + entity;
    case EventKind::plug_out:
      return first_timer_ + members + entity;
    case EventKind::arrival:
      return first_timer_ + members + evses + entity;
    default:
      return first_timer_ + members + evses + static_cast<std::uint32_t>(streams_.size()) + single(kind);
  }
}

void SiteRun::schedule(EventKind kind, Phase phase, TimeNs t, std::uint32_t entity) {
  context_.queue.schedule(timer(kind, entity), t, phase, static_cast<std::uint8_t>(kind), entity);
}

void SiteRun::start() {
  const TimeNs t = now_ns_;
  sample_signals(t);
  schedule(EventKind::meter, Phase::signal, meter_.window_end_ns());
  begin_announcements();
  for (std::uint32_t a = 0; a < streams_.size(); ++a) next_arrival(a);
  next_tick_ns_ = t;  // the first tick is the start itself
  schedule_decision();
  if (!site_.cuts.empty()) schedule(EventKind::limit_cut, Phase::signal, control::next_change(site_.cuts, t));
  if (!site_.outages.empty()) schedule(EventKind::outage, Phase::signal, t);
}

void SiteRun::advance(TimeNs t) {
  if (t == now_ns_) return;
  book_until(t);
  ranges_fresh_ = false;
  // State follows the laws from where they began, so that the number of instants in between changes nothing.
  for (const std::uint32_t i : active_) {
    const Motion& m = motions_[i];
    if (m.law.kw == 0.0) continue;
    if (i >= evse_count()) {
      const physics::Storage& s = site_.storages[i - evse_count()];
      stored_kwh_[i] =
          m.stored_at_start + (m.metered > 0.0 ? m.metered * s.charge_efficiency : m.metered / s.discharge_efficiency);
      continue;
    }
    got_kwh_[i] = m.metered_at_start + m.metered;
    const physics::BatterySpec& battery = sessions_[i].vehicle->battery;
    if (battery.capacity_kwh < infinite) {
      stored_kwh_[i] = m.stored_at_start + (m.metered > 0.0 ? m.metered * battery.charge_efficiency
                                                            : m.metered / battery.discharge_efficiency);
    }
  }
}

void SiteRun::handle(const kernel::Event& event) {
  const TimeNs t = event.time;
  ranges_fresh_ = false;
  switch (static_cast<EventKind>(event.kind)) {
    case EventKind::crossing:
      cross(event.entity, t);
      break;
    case EventKind::plug_out:
      plug_out(event.entity, t);
      if (!waiting_.empty()) admit_waiting(t);
      break;
    case EventKind::lose_patience:
      lose_patience(t);
      break;
    case EventKind::arrival:
      arrive(event.entity, t);
      break;
    case EventKind::outage: {
      TimeNs next = kernel::time_never;
      for (const Outage& outage : site_.outages) {
        const bool out = outage.from_ns <= t && t < outage.to_ns;
        if (outage.from_ns == t || (out && t == context_.world.start_ns)) set_evse_available(outage.evse, false);
        if (outage.to_ns == t) set_evse_available(outage.evse, true);
        for (const TimeNs edge : {outage.from_ns, outage.to_ns}) {
          if (edge > t) next = std::min(next, edge);
        }
      }
      schedule(EventKind::outage, Phase::signal, next);
      break;
    }
    case EventKind::price: {
      const market::PriceNow before = price_;
      price_ = tariff_.at(t);
      schedule(EventKind::price, Phase::signal, price_.until_ns);
      if (price_.buy_per_kwh == before.buy_per_kwh && price_.sell_per_kwh == before.sell_per_kwh) break;
      report_signal(SignalKind::buy_price, price_.buy_per_kwh, t);
      report_signal(SignalKind::sell_price, price_.sell_per_kwh, t);
      request_decision(EVTWIN_WHY_PRICE, t);
      break;
    }
    case EventKind::pv:
      change_signal(pv_, pv_kw_, EventKind::pv, SignalKind::pv_kw, t);
      break;
    case EventKind::load:
      change_signal(load_, load_kw_, EventKind::load, SignalKind::load_kw, t);
      break;
    case EventKind::co2:
      change_signal(co2_, co2_kg_per_kwh_, EventKind::co2, SignalKind::co2_kg_per_kwh, t);
      break;
    case EventKind::setpoint: {
      const market::Sample now = setpoint_->at(t);
      schedule(EventKind::setpoint, Phase::signal, now.until_ns);
      if (now.value == setpoint_kw_) break;
      setpoint_kw_ = now.value;
      report_signal(SignalKind::power_setpoint_kw, setpoint_kw_, t);
      request_decision(EVTWIN_WHY_LIMIT, t);
      break;
    }
    case EventKind::meter:
      close_meter_window(t);
      schedule(EventKind::meter, Phase::signal, meter_.window_end_ns());
      break;
    case EventKind::decision:
      decide(t);
      break;
    case EventKind::limit_cut:
      apply_cuts(t);
      schedule(EventKind::limit_cut, Phase::signal, control::next_change(site_.cuts, t));
      break;
    case EventKind::announcement:
      announce(t);
      break;
    case EventKind::reservation_end:
      expire_reservations(t);
      break;
    case EventKind::command:
      move_plans(t);
      break;
    case EventKind::scripted:
      break;  // the world's, handled by the simulation
  }
}

void SiteRun::change_signal(market::SignalClock& signal, double& value, EventKind kind, SignalKind shown, TimeNs t) {
  const market::Sample now = signal.at(t);
  schedule(kind, Phase::signal, now.until_ns);
  if (now.value == value) return;
  value = now.value;
  guard_due_ = true;
  report_signal(shown, value, t);
}

void SiteRun::set_contract_kw(double kw) {
  given_contract_kw_ = kw;
  apply_cuts(now_ns_);
}

/// The import limit as it is from now on; strategies are asked at an announcement too, which changes their horizon.
void SiteRun::apply_cuts(TimeNs t) {
  const double before_kw = contract_kw_;
  contract_kw_ = control::limit_in_force(site_.cuts, given_contract_kw_, t);
  guard_.set_contract(contract_kw_, export_limit_kw_);
  guard_due_ = true;
  if (contract_kw_ != before_kw) report_signal(SignalKind::contract_kw, contract_kw_, t);
  request_decision(EVTWIN_WHY_LIMIT, t);
}

void SiteRun::set_export_limit_kw(double kw) {
  export_limit_kw_ = kw;
  guard_.set_contract(contract_kw_, export_limit_kw_);
  guard_due_ = true;
  report_signal(SignalKind::export_limit_kw, kw, now_ns_);
  request_decision(EVTWIN_WHY_LIMIT, now_ns_);
}

void SiteRun::set_evse_available(std::uint32_t evse, bool available) {
  if (evse_available(evse) == available) return;
  guard_.outage[evse] = available ? 0.0 : 1.0;
  show_rating(evse);
  guard_due_ = true;
  if (context_.observer != nullptr) {
    context_.observer->on_event(
        {number_, now_ns_, available ? "evse_available" : "evse_unavailable", site_.evses[evse].id});
  }
  request_decision(EVTWIN_WHY_LIMIT, now_ns_);
  if (available && !waiting_.empty()) admit_waiting(now_ns_);
}

/// What an EVSE offers, and its vehicle can use: nothing while it is out of service.
void SiteRun::show_rating(std::uint32_t evse) {
  const bool available = evse_available(evse);
  columns_.max_kw[evse] = available ? physics::rated_kw(site_.evses[evse]) : 0.0;
  columns_.car_max_kw[evse] = available ? couplings_[evse].max_kw : 0.0;
}

void SiteRun::finish(TimeNs t) {
  advance(t);
  drop_plans(t);
  for (std::uint32_t i = 0; i < evse_count(); ++i) {
    if (sessions_[i].number != 0) end_session(i, t, SessionEnd::open_at_end);
  }
  result_.sessions_open += waiting_.size();
  for (const Waiting& w : waiting_)
    result_.unmet_open_kwh += std::isnan(w.visit.taken_kwh) ? w.visit.requested_kwh : w.visit.taken_kwh;
  for (std::size_t s = 0; s < site_.storages.size(); ++s) {
    const auto member = static_cast<std::uint32_t>(evse_count() + s);
    end_motion(member, t);
    result_.storage_energy_end_kwh += stored_kwh_[member];
  }
  plan_history_.end_all(t);
  report_settled_plans();
  book_storage_wear(t);
  if (t > meter_.window_begin_ns()) close_meter_window(t);
  close_day(t);
  const double hours = kernel::hours_between(context_.world.start_ns, t);
  const double mean_price = hours > 0.0 ? buy_price_hours_ / hours : 0.0;
  result_.storage_energy_value = (result_.storage_energy_end_kwh - result_.storage_energy_start_kwh) * mean_price;
  result_.months = market::demand_bill(tariff_.tariff(), context_.world.calendar, context_.world.start_ns, t,
                                       meter_.peaks(), site_.past_peaks, site_.contract_kw, site_.part_month);
  result_.ledger = total_;
}

}  // namespace evtwin::twin
