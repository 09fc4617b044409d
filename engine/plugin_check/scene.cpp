#include "plugin_check/scene.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <string>

#include "kernel/time.hpp"

namespace evtwin::plugin_check {

namespace {

using physics::infinite;
using physics::unknown;

constexpr std::int64_t second_ns = 1'000'000'000, minute_ns = 60 * second_ns, hour_ns = 60 * minute_ns,
                       day_ns = 24 * hour_ns;
static_assert(day_ns == kernel::day_ns);
static_assert(std::chrono::sys_days(std::chrono::year(2025) / 1 / 1).time_since_epoch() ==
              std::chrono::seconds(1'735'689'600));
static_assert(std::chrono::sys_days(std::chrono::year(2262) / 1 / 1).time_since_epoch() ==
              std::chrono::seconds(9'214'646'400));
static_assert(9'214'646'400 * second_ns < kernel::time_never - 60 * day_ns, "a scene's horizon fits behind it");

/// What may ask a strategy between two ticks; nobody is woken here.
std::uint32_t events_of(std::uint32_t subscribes) { return subscribes & ~(EVTWIN_WHY_TICK | EVTWIN_WHY_WAKE); }

/// Most scenes play in 2025, some where times are smallest, or as large as int64 nanoseconds allow (2262).
std::int64_t random_start(Dice& dice) {
  if (dice.draw_chance(0.15)) return dice.draw_instant(0, day_ns);
  if (dice.draw_chance(0.15)) return 9'214'646'400 * second_ns + dice.draw_instant(0, day_ns);  // 2262-01-01
  return 1'735'689'600 * second_ns + dice.draw_instant(0, 365 * day_ns);                        // 2025-01-01
}

/// kWh, mostly what people want, sometimes nothing, next to nothing or far too much.
double random_energy(Dice& dice) {
  if (dice.draw_chance(0.05)) return 0.0;
  if (dice.draw_chance(0.05)) return 1e-9;
  if (dice.draw_chance(0.05)) return 1e6;
  return dice.draw_real(1.0, 80.0);
}

evtwin_ledger random_ledger(Dice& dice) {
  // The last field, adjusted_kwh, is of live sites alone: 0 here.
  const auto some = [&] { return dice.draw_chance(0.3) ? 0.0 : dice.draw_real(0.0, 1000.0); };
  return {sizeof(evtwin_ledger),
          0,
          some(),
          some(),
          some(),
          some(),
          some(),
          some(),
          some(),
          some(),
          some(),
          some(),
          some(),
          some(),
          some(),
          some(),
          some(),
          some(),
          some(),
          some(),
          some(),
          0.0};
}

}  // namespace

Scene::Scene(std::uint64_t seed, const SceneShape& shape)
    : dice_(seed),
      site_(random_site(dice_, shape)),
      limits_(shape.limits),
      limits_change_(shape.limits && seed % 4 == 3) {
  const double contract_kw = dice_.draw_chance(0.25) || !shape.limits ? infinite
                             : dice_.draw_chance(0.1)                 ? 0.0
                                                                      : dice_.draw_real(5.0, 500.0);
  const double export_kw = dice_.draw_chance(0.5) || !shape.limits ? infinite
                           : dice_.draw_chance(0.3)                ? 0.0
                                                                   : dice_.draw_real(0.0, 100.0);

  guard_ = std::make_unique<control::Guard>(site_.evses, site_.storages, physics::FeederTree(site_.feeders), site_.rows,
                                            contract_kw, export_kw);
  columns_ = std::make_unique<control::ViewColumns>(site_.evses, site_.storages, *guard_,
                                                    control::most_curve_points(site_.vehicles));

  guests_.resize(site_.evses.size());
  occupancy_ = shape.occupancy >= 0.0 ? shape.occupancy : dice_.draw_real(0.1, 1.0);
  decisions_ = static_cast<std::uint64_t>(shape.decisions >= 0 ? shape.decisions : dice_.draw_whole(4, 12));
  base_price_ = dice_.draw_chance(0.1)   ? 0.0
                : dice_.draw_chance(0.3) ? dice_.draw_real(50.0, 300.0)
                                         : dice_.draw_real(0.05, 0.6);

  evtwin_view& view = columns_->view;

  // Ticks of 1 to 60 min, clocks off UTC by whole and half hours.
  view.tick_ns = std::array{1, 5, 15, 15, 15, 60}[static_cast<std::size_t>(dice_.draw_whole(0, 5))] * minute_ns;
  view.utc_offset_ns = std::array{0, 540, 330, -480}[static_cast<std::size_t>(dice_.draw_whole(0, 3))] * minute_ns;
  view.now_ns = random_start(dice_);
  view.next_tick_ns = tick_after(view.now_ns, view.tick_ns);
  view.last_decision_ns = view.now_ns;
  if (dice_.draw_chance(0.7)) view.end_ns = view.now_ns + 40 * day_ns;  // a dozen decisions end sooner

  view.contract_kw = contract_kw;
  view.export_limit_kw = export_kw;
  view.storage_policy = static_cast<std::uint32_t>(dice_.draw_whole(0, 3));

  view.demand_basis = static_cast<std::uint32_t>(dice_.draw_whole(0, 2));
  view.month_end_ns = view.now_ns + dice_.draw_instant(hour_ns, 31 * day_ns);
  view.billed_peak_kw = dice_.draw_chance(0.3) ? 0.0 : dice_.draw_real(0.0, 300.0);
  view.month_peak_kw = dice_.draw_real(0.0, 1.0) * view.billed_peak_kw;
  view.demand_price_per_kw = view.demand_basis == EVTWIN_DEMAND_PEAK ? dice_.draw_real(0.0, 8000.0) : 0.0;
  view.demand_fraction = dice_.draw_chance(0.5) ? 1.0 : dice_.draw_real(0.0, 1.0);

  view.next_month_demand_price_per_kw =
      view.demand_basis != EVTWIN_DEMAND_PEAK ? 0.0 : view.demand_price_per_kw * dice_.draw_real(0.0, 2.0);
  view.next_month_demand_fraction = dice_.draw_chance(0.5) ? 0.0 : dice_.draw_real(0.0, 1.0);
  view.next_month_floor_kw = dice_.draw_chance(0.5) ? 0.0 : dice_.draw_real(0.0, 1.0) * view.billed_peak_kw;

  view.metering_window_ns = std::array{15, 15, 30, 60}[static_cast<std::size_t>(dice_.draw_whole(0, 3))] * minute_ns;
  show_site();
  show_money();
}

/// The first instant after t that the local clock shows as a multiple of `every_ns`.
std::int64_t Scene::tick_after(std::int64_t t_ns, std::int64_t every_ns) const {
  const std::int64_t shown = t_ns + columns_->view.utc_offset_ns;
  const std::int64_t into = (shown % every_ns + every_ns) % every_ns;
  return t_ns + every_ns - into;
}

double Scene::draw_price() {
  if (dice_.draw_chance(0.05)) return -base_price_;
  if (dice_.draw_chance(0.05)) return 0.0;
  return base_price_ * dice_.draw_real(0.3, 2.0);
}

void Scene::move_time(std::uint32_t subscribes) {
  evtwin_view& view = columns_->view;
  const bool first = !started_;
  started_ = true;
  columns_->clear_departures();
  view.turned_away = 0;
  view.why = EVTWIN_WHY_TICK;
  if (first) {  // the run's first decision comes at its start
    add_departed_before();
    return;
  }
  ++view.decision_number;
  view.last_decision_ns = view.now_ns;
  const bool between =
      events_of(subscribes) != 0 && view.next_tick_ns - view.now_ns > second_ns && dice_.draw_chance(0.4);
  if (between) {
    view.why = 0;
    view.now_ns += dice_.draw_instant(1, view.next_tick_ns - view.now_ns - 1);
  } else {
    view.now_ns = view.next_tick_ns;
    if (dice_.draw_chance(0.1))
      view.now_ns += view.tick_ns * dice_.draw_whole(1, 40);  // the strategy's views are a sample
    view.next_tick_ns = tick_after(view.now_ns, view.tick_ns);
  }
}

/// Vehicles that left before the run, as a scenario's history has them.
void Scene::add_departed_before() {
  control::ViewColumns& c = *columns_;
  if (guests_.empty() || dice_.draw_chance(0.5)) return;
  const int vehicles = dice_.draw_whole(1, 40);
  for (int v = 0; v < vehicles; ++v) {
    control::Departure gone;
    gone.evse = static_cast<std::uint32_t>(dice_.draw_whole(0, static_cast<int>(guests_.size()) - 1));
    gone.at_ns = c.view.now_ns - (vehicles - v) * hour_ns;
    gone.arrived_ns = gone.at_ns - dice_.draw_instant(minute_ns, 12 * hour_ns);
    gone.claimed_ns = gone.arrived_ns + dice_.draw_instant(1, 12 * hour_ns);
    gone.requested_kwh = random_energy(dice_);
    gone.got_kwh = gone.requested_kwh * dice_.draw_real(0.0, 1.5);
    gone.max_kw = physics::rated_kw(site_.evses[gone.evse]);
    gone.draws = dice_.draw_chance(0.3) ? 1 : 0;
    c.add_departure(gone);
  }
}

void Scene::plug_in(std::uint32_t evse) {
  const auto& vehicle =
      site_.vehicles[static_cast<std::size_t>(dice_.draw_whole(0, static_cast<int>(site_.vehicles.size()) - 1))];
  const physics::Coupling coupling = physics::couple_vehicle(site_.evses[evse], vehicle, dice_.draw_chance(0.7));
  if (coupling.max_kw <= 0.0) return;
  guests_[evse] = {&vehicle, coupling, dice_.draw_chance(0.1) ? 0.0 : dice_.draw_real(0.0, 0.95)};
  control::ViewColumns& c = *columns_;
  c.plug_in(evse, coupling);
  c.session[evse] = ++sessions_;
  if (dice_.draw_chance(0.8)) c.name_session(evse, "stay-" + std::to_string(sessions_));
  c.driver[evse] = dice_.draw_chance(0.3) ? 0 : static_cast<std::uint64_t>(dice_.draw_whole(1, 20));
  if (dice_.draw_chance(0.8)) c.vehicle[evse] = static_cast<std::uint32_t>(&vehicle - site_.vehicles.data());
  c.arrived_ns[evse] = c.view.now_ns;
  c.claimed_departs_ns[evse] =
      c.view.now_ns + (dice_.draw_chance(0.05)   ? dice_.draw_instant(0, 90 * day_ns)
                       : dice_.draw_chance(0.05) ? 1
                                                 : dice_.draw_instant(minute_ns, 12 * hour_ns));
  c.requested_kwh[evse] = random_energy(dice_);
  c.got_kwh[evse] = 0.0;
  c.priority[evse] = dice_.draw_chance(0.7) ? 0.0 : dice_.draw_real(0.0, 3.0);
  guests_[evse].v2g_min_price_per_kwh = dice_.draw_chance(0.7) ? 0.0 : base_price_ * dice_.draw_real(0.0, 2.0);
  c.setpoint_kw[evse] = c.power_kw[evse] = 0.0;
  if (vehicle.soc_known) c.know_battery(evse, vehicle);
}

/// Draws the car's power now and its energy so far: anything that its limits allow.
void Scene::draw_power(std::uint32_t evse) {
  control::ViewColumns& c = *columns_;
  Guest& guest = guests_[evse];
  const bool out_of_service = dice_.draw_chance(0.05);
  c.max_kw[evse] = out_of_service ? 0.0 : physics::rated_kw(site_.evses[evse]);
  c.car_max_kw[evse] = out_of_service ? 0.0 : guest.coupling.max_kw;
  c.draws[evse] = dice_.draw_chance(0.85) ? 1 : 0;
  c.v2g_price_per_kwh[evse] = std::max(c.view.v2g_price_per_kwh, guest.v2g_min_price_per_kwh);
  c.departs_ns[evse] = control::departs_ns(c.claimed_departs_ns[evse], c.view.now_ns, c.view.next_tick_ns);
  if (c.arrived_ns[evse] == c.view.now_ns) {
    c.remaining_kwh[evse] = c.requested_kwh[evse];
  } else {
    c.setpoint_kw[evse] = dice_.draw_chance(0.2)
                              ? 0.0
                              : physics::floor_to_allowed(guest.coupling, dice_.draw_real(0.0, c.car_max_kw[evse]));
    if (guest.coupling.max_discharge_kw > 0.0 && dice_.draw_chance(0.2))
      c.setpoint_kw[evse] = -dice_.draw_real(0.0, guest.coupling.max_discharge_kw);
    c.power_kw[evse] =
        c.draws[evse] != 0 ? c.setpoint_kw[evse] * (dice_.draw_chance(0.7) ? 1.0 : dice_.draw_real(0.0, 1.0)) : 0.0;
    c.got_kwh[evse] += c.power_kw[evse] * dice_.draw_real(0.0, 0.5);
    c.remaining_kwh[evse] = std::max(0.0, c.requested_kwh[evse] - c.got_kwh[evse]);
    guest.soc = std::clamp(guest.soc + dice_.draw_real(-0.05, 0.15), 0.0, 1.0);
  }
  if (guest.vehicle->soc_known) c.soc[evse] = guest.soc;
}

void Scene::come_and_go(std::uint32_t subscribes) {
  control::ViewColumns& c = *columns_;
  for (std::uint32_t i = 0; i < guests_.size(); ++i) {
    if (c.session[i] != 0 && dice_.draw_chance(0.25)) {
      const std::int64_t left_ns =
          c.view.last_decision_ns + 1 + dice_.draw_instant(0, c.view.now_ns - c.view.last_decision_ns);
      c.add_departure({i, c.session[i], std::min(left_ns, c.view.now_ns), c.got_kwh[i], c.requested_kwh[i],
                       c.arrived_ns[i], c.claimed_departs_ns[i], c.driver[i], guests_[i].coupling.max_kw, c.draws[i]});
      c.plug_out(i);
      guests_[i] = {};
      c.max_kw[i] = physics::rated_kw(site_.evses[i]);
      c.view.why |= subscribes & EVTWIN_WHY_DEPARTURE;
    }

    if (c.session[i] == 0 && dice_.draw_chance(occupancy_ * 0.5)) {
      plug_in(i);
      c.view.why |= subscribes & EVTWIN_WHY_ARRIVAL;
    }

    const bool reserved = dice_.draw_chance(0.1);
    c.reserved_from_ns[i] = reserved ? c.view.now_ns + dice_.draw_instant(0, day_ns) : 0;
    c.reserved_until_ns[i] = reserved ? c.reserved_from_ns[i] + dice_.draw_instant(minute_ns, day_ns) : 0;
    c.reserved_kwh[i] = reserved ? random_energy(dice_) : 0.0;
  }

  c.view.n_connected = 0;
  for (std::uint32_t i = 0; i < guests_.size(); ++i) {
    if (c.session[i] == 0) continue;
    c.connected_evse[c.view.n_connected++] = i;
    draw_power(i);
  }
  // A moment between two ticks needs a reason.
  const std::uint32_t events = events_of(subscribes);
  if (c.view.why == 0) c.view.why = events & (~events + 1U);
}

void Scene::show_site() {
  evtwin_view& view = columns_->view;
  view.pv_kw = dice_.draw_chance(0.4) ? 0.0 : dice_.draw_real(0.0, 200.0);
  view.load_kw = dice_.draw_chance(0.2) ? 0.0 : dice_.draw_real(0.0, 200.0);
  view.power_setpoint_kw = dice_.draw_chance(0.7) ? unknown : dice_.draw_real(-50.0, 200.0);
  if (started_ && dice_.draw_chance(0.1) && limits_) {
    view.contract_kw = dice_.draw_chance(0.3) ? 0.0 : dice_.draw_real(5.0, 500.0);
    guard_->set_contract(view.contract_kw, view.export_limit_kw);
  }
  guard_->set_base_kw(view.load_kw - view.pv_kw);
  columns_->show_limits(*guard_);
  for (std::size_t s = 0; s < site_.storages.size(); ++s) {
    const physics::Storage& storage = site_.storages[s];
    columns_->storage_soc[s] = dice_.draw_chance(0.2)   ? storage.soc_min
                               : dice_.draw_chance(0.2) ? storage.soc_max
                                                        : dice_.draw_real(storage.soc_min, storage.soc_max);
    columns_->storage_power_kw[s] = dice_.draw_real(-storage.max_discharge_kw, storage.max_charge_kw);
  }
}

void Scene::show_money() {
  evtwin_view& view = columns_->view;
  view.buy_per_kwh = draw_price();
  view.sell_per_kwh = dice_.draw_chance(0.3) ? 0.0 : draw_price();
  view.driver_price_per_kwh = dice_.draw_chance(0.5) ? 0.0 : draw_price();
  view.v2g_price_per_kwh = dice_.draw_chance(0.5) ? 0.0 : draw_price();
  view.unmet_price_per_kwh = dice_.draw_chance(0.5) ? 0.0 : 5.0 * base_price_;
  view.wear_price_per_kwh = dice_.draw_chance(0.5) ? 0.0 : 0.2 * base_price_;
  view.window_end_ns = tick_after(view.now_ns, view.metering_window_ns);
  view.window_import_kwh = dice_.draw_real(0.0, 50.0);
  columns_->since_last = random_ledger(dice_);
  columns_->so_far = random_ledger(dice_);
}

/// Draws the outcome of the last answers: mostly as asked, sometimes less, with a reason.
void Scene::show_what_was_granted() {
  control::ViewColumns& c = *columns_;
  const auto rows = static_cast<int>(c.view.n_limits);
  const auto grant = [&](double given_kw, double& asked_kw, std::uint32_t& reason, std::int32_t& row) {
    asked_kw = given_kw;
    reason = EVTWIN_REASON_NONE;
    row = -1;
    if (!dice_.draw_chance(0.2)) return;
    asked_kw += dice_.draw_real(0.1, 10.0);
    reason = dice_.draw_chance(0.5) ? EVTWIN_REASON_LIMIT : EVTWIN_REASON_FINITE_RATE;
    if (reason == EVTWIN_REASON_LIMIT) row = dice_.draw_whole(0, rows - 1);
  };
  for (std::uint32_t k = 0; k < c.view.n_connected; ++k) {
    const std::uint32_t i = c.connected_evse[k];
    grant(c.setpoint_kw[i], c.asked_kw[i], c.reason[i], c.limit_row[i]);
  }
  for (std::size_t s = 0; s < site_.storages.size(); ++s) {
    c.storage_setpoint_kw[s] = c.storage_power_kw[s];
    grant(c.storage_setpoint_kw[s], c.storage_asked_kw[s], c.storage_reason[s], c.storage_limit_row[s]);
  }
  c.view.commands_under_way = dice_.draw_chance(0.8) ? 0 : static_cast<std::uint32_t>(dice_.draw_whole(1, 3));
  c.view.commands_lost = dice_.draw_chance(0.9) ? 0 : 1;
}

void Scene::show_queue() {
  evtwin_view& view = columns_->view;
  view.n_waiting = dice_.draw_chance(0.7) ? 0 : static_cast<std::uint32_t>(dice_.draw_whole(1, 5));
  view.waiting_kwh = view.n_waiting * dice_.draw_real(1.0, 60.0);
  view.waiting_since_ns = view.n_waiting == 0 ? 0 : view.now_ns - dice_.draw_instant(0, std::min(view.now_ns, hour_ns));
  view.turned_away = dice_.draw_chance(0.8) ? 0 : static_cast<std::uint64_t>(dice_.draw_whole(1, 3));
}

void Scene::show_horizon(const evtwin_strategy& asked) {
  const std::uint32_t steps = asked.horizon_steps;
  if (steps == 0) return;
  const evtwin_view& view = columns_->view;

  // Forecasts may be of now, or older than the view.
  control::Horizon& ahead = columns_->horizon;
  ahead.issued_ns = view.now_ns - (dice_.draw_chance(0.5) ? 0 : dice_.draw_instant(0, std::min(view.now_ns, hour_ns)));

  ahead.start_ns.resize(steps + std::size_t{1});
  ahead.window_end_ns.resize(steps);
  for (auto* column : {&ahead.pv_kw, &ahead.load_kw, &ahead.buy_per_kwh, &ahead.sell_per_kwh, &ahead.co2_kg_per_kwh,
                       &ahead.contract_kw, &ahead.power_setpoint_kw, &ahead.arrivals, &ahead.arrivals_kwh})
    column->resize(steps);

  ahead.start_ns[0] = view.now_ns;
  for (std::uint32_t k = 0; k < steps; ++k) {
    ahead.start_ns[k + std::size_t{1}] = view.next_tick_ns + static_cast<std::int64_t>(k) * view.tick_ns;
    ahead.window_end_ns[k] = tick_after(ahead.start_ns[k], view.metering_window_ns);
    ahead.pv_kw[k] = dice_.draw_chance(0.5) ? 0.0 : dice_.draw_real(0.0, 200.0);
    ahead.load_kw[k] = dice_.draw_real(0.0, 200.0);

    // The first step is the present: its prices are those that the view has.
    ahead.buy_per_kwh[k] = k == 0 ? view.buy_per_kwh : draw_price();
    ahead.sell_per_kwh[k] = k == 0 ? view.sell_per_kwh : draw_price();
    ahead.co2_kg_per_kwh[k] = dice_.draw_real(0.0, 1.0);

    ahead.contract_kw[k] = dice_.draw_chance(0.9) ? view.contract_kw : 0.5 * view.contract_kw;
    ahead.power_setpoint_kw[k] = std::isnan(view.power_setpoint_kw) ? unknown : dice_.draw_real(-50.0, 200.0);
    ahead.arrivals[k] = dice_.draw_real(0.0, 3.0);
    ahead.arrivals_kwh[k] = ahead.arrivals[k] * dice_.draw_real(5.0, 40.0);
  }

  // Some sites have bounds that change over time: mostly as now, at times less.
  if (limits_change_) {
    for (auto* bounds : {&ahead.limit_lower, &ahead.limit_upper}) bounds->clear();
    for (std::uint32_t r = 0; r < view.n_limits; ++r) {
      for (std::uint32_t k = 0; k < steps; ++k) {
        const double share = k == 0 || dice_.draw_chance(0.7) ? 1.0 : dice_.draw_real(0.1, 1.0);
        ahead.limit_lower.push_back(view.limit_lower[r] * share);
        ahead.limit_upper.push_back(r == 0 ? ahead.contract_kw[k] : view.limit_upper[r] * share);
      }
    }
  }

  ahead.level.assign(asked.levels, asked.levels + asked.n_levels);
  for (auto* column : {&ahead.level_pv_kw, &ahead.level_load_kw, &ahead.level_buy_per_kwh, &ahead.level_arrivals,
                       &ahead.level_arrivals_kwh})
    column->resize(std::size_t{steps} * asked.n_levels);

  for (std::size_t l = 0; l < ahead.level.size(); ++l) {
    for (std::size_t k = 0; k < steps; ++k) {
      const std::size_t cell = l * steps + k;
      const double spread = 0.5 + ahead.level[l];
      ahead.level_pv_kw[cell] = ahead.pv_kw[k] * spread;
      ahead.level_load_kw[cell] = ahead.load_kw[k] * spread;
      ahead.level_buy_per_kwh[cell] = ahead.buy_per_kwh[k];
      ahead.level_arrivals[cell] = std::floor(ahead.arrivals[k] * 2.0 * ahead.level[l]);
      ahead.level_arrivals_kwh[cell] = ahead.level_arrivals[cell] * 20.0;
    }
  }

  ahead.reads = asked.horizon_reads == 0 ? EVTWIN_READS_ALL : asked.horizon_reads;
  control::blank_unread(ahead);
  columns_->show_horizon();
}

bool Scene::next_decision(const evtwin_strategy& asked) {
  if (started_ && columns_->view.decision_number + 1 >= decisions_) return false;
  if (decisions_ == 0) return false;
  move_time(asked.subscribes);
  come_and_go(asked.subscribes);
  show_site();
  show_what_was_granted();
  show_queue();
  show_money();
  show_horizon(asked);
  return true;
}

}  // namespace evtwin::plugin_check
