#include "decide/advisor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>

#include "control/answer.hpp"
#include "control/guard.hpp"
#include "control/view.hpp"
#include "decide/request_keys.hpp"
#include "market/demand_charge.hpp"
#include "scenario/fields.hpp"

namespace evtwin::decide {

using control::Correction;

namespace {

std::vector<physics::Evse> evses_of(const Request& request) {
  std::vector<physics::Evse> out;
  for (const RequestedEvse& evse : request.evses) out.push_back(evse.evse);
  return out;
}

std::vector<physics::Storage> storages_of(const Request& request) {
  std::vector<physics::Storage> out;
  for (const RequestedStorage& s : request.storages) out.push_back(s.storage);
  return out;
}

bool same(const physics::Evse& a, const physics::Evse& b) {
  const auto all = [](const physics::Evse& e) {
    return std::tie(e.id, e.phases, e.voltage_v, e.phase_angle_deg, e.max_a, e.min_a, e.rates_a, e.max_kw, e.min_kw,
                    e.bidirectional, e.max_discharge_a, e.max_discharge_kw, e.efficiency, e.feeder);
  };
  return all(a) == all(b);
}

bool same(const physics::Storage& a, const physics::Storage& b) {
  const auto all = [](const physics::Storage& s) {
    return std::tie(s.id, s.capacity_kwh, s.max_charge_kw, s.max_discharge_kw, s.charge_efficiency,
                    s.discharge_efficiency, s.soc_min, s.soc_max);
  };
  return all(a) == all(b);
}

bool same(const physics::LimitRow& a, const physics::LimitRow& b) {
  const auto same_member = [](const physics::LimitMember& x, const physics::LimitMember& y) {
    return std::tie(x.evse, x.coefficient, x.angle_deg) == std::tie(y.evse, y.coefficient, y.angle_deg);
  };
  return a.name == b.name && a.kind == b.kind && std::ranges::equal(a.members, b.members, same_member);
}

/// Which limits a feeder has decides which rows there are; how high they are may change.
bool same(const physics::Feeder& a, const physics::Feeder& b) {
  const auto all = [](const physics::Feeder& f) {
    return std::tuple(f.name, f.parent, f.efficiency, std::isinf(f.max_kw) && std::isinf(f.max_export_kw),
                      std::isinf(f.max_a));
  };
  return all(a) == all(b);
}

/// A strategy sized itself for the installation of the first request.
template <class T, class Same>
void check_same(const std::vector<T>& first, const std::vector<T>& now, const std::string& pointer, Same&& is_same) {
  if (first.size() != now.size())
    throw scenario::FieldError(pointer, fmt::format("has {} entries, the first request of this stream had {}; the "
                                                    "installation stays the same in a stream",
                                                    now.size(), first.size()));
  for (std::size_t i = 0; i < now.size(); ++i) {
    if (!is_same(first[i], now[i]))
      throw scenario::FieldError(fmt::format("{}/{}", pointer, i),
                                 "is not what the first request of this stream described; the installation stays the "
                                 "same in a stream");
  }
}

void check_installation(const Request& first, const Request& now) {
  check_same(first.evses, now.evses, "/evses", [](const auto& a, const auto& b) { return same(a.evse, b.evse); });
  check_same(first.storages, now.storages, "/storages",
             [](const auto& a, const auto& b) { return same(a.storage, b.storage); });
  const auto plain = [](const auto& a, const auto& b) { return same(a, b); };
  check_same(first.feeders, now.feeders, "/site/feeders", plain);
  check_same(first.rows, now.rows, "/site/rows", plain);
  if (first.tick_ns != now.tick_ns)
    throw scenario::FieldError("/tick_min", "is another than in the first request of this stream");
}

}  // namespace

/// The site of one request: its guard, and the columns that a strategy is shown.
struct Advisor::Situation {
  const Request& request;
  std::vector<physics::Evse> evses;
  std::vector<physics::Storage> storages;
  control::Guard guard;
  control::ViewColumns columns;
  std::vector<physics::Coupling> couplings;
  std::vector<std::uint32_t> active;  // connected EVSEs and all storages, ascending

  explicit Situation(const Request& r)
      : request(r),
        evses(evses_of(r)),
        storages(storages_of(r)),
        guard(evses, storages, physics::FeederTree(r.feeders), r.rows, r.present.contract_kw, r.export_limit_kw),
        columns(evses, storages, guard, most_curve_points),
        couplings(guard.member_count()) {
    show_site();
    for (std::uint32_t s = 0; s < storages.size(); ++s) add_storage(s);
    for (std::uint32_t i = 0; i < evses.size(); ++i) show_evse(i);
    guard.set_base_kw(r.present.load_kw - r.present.pv_kw);
    columns.show_limits(guard);
  }

  void show_site() {
    evtwin_view& view = columns.view;
    view.why = request.why;
    view.now_ns = request.now_ns;
    view.next_tick_ns = request.calendar.next_tick(request.now_ns, request.tick_ns);
    view.tick_ns = request.tick_ns;
    view.utc_offset_ns = request.calendar.offset_at(request.now_ns).offset_ns;
    view.storage_policy = request.storage_policy;

    // Powers and prices of this instant.
    const Step& now = request.present;
    view.pv_kw = now.pv_kw;
    view.load_kw = now.load_kw;
    view.contract_kw = now.contract_kw;
    view.export_limit_kw = request.export_limit_kw;
    view.power_setpoint_kw = now.power_setpoint_kw;
    view.buy_per_kwh = now.buy_per_kwh;
    view.sell_per_kwh = now.sell_per_kwh;
    view.driver_price_per_kwh = request.driver_price_per_kwh;
    view.v2g_price_per_kwh = request.v2g_price_per_kwh;
    view.unmet_price_per_kwh = request.unmet_price_per_kwh;
    view.wear_price_per_kwh = request.wear_price_per_kwh;

    // Only a charge on peaks changes with decisions: on any other basis the next month's price is 0.
    const Demand& demand = request.demand;
    view.demand_basis = demand.basis;
    view.demand_price_per_kw = demand.price_per_kw;
    view.demand_fraction = demand.fraction;
    view.billed_peak_kw = demand.billed_peak_kw;
    view.month_peak_kw = demand.month_peak_kw;
    view.next_month_demand_price_per_kw = demand.basis == EVTWIN_DEMAND_PEAK ? demand.next_price_per_kw : 0.0;
    view.next_month_demand_fraction = demand.next_fraction;
    view.next_month_floor_kw = demand.next_floor_kw;

    view.metering_window_ns = market::whole_window_ns(request.calendar, demand.window_ns, request.now_ns);
    view.month_end_ns = demand.month_end_ns;
    view.window_import_kwh = demand.window_import_kwh;
    view.window_end_ns = demand.window_end_ns;

    view.last_decision_ns = request.last_decision_ns;
    view.end_ns = request.end_ns;
    view.changed = request.changed;
    view.commands_under_way = request.commands_under_way;
    view.commands_lost = request.commands_lost;

    columns.since_last = request.since_last;
    columns.so_far = request.so_far;
  }

  void add_storage(std::uint32_t s) {
    const auto member = static_cast<std::uint32_t>(evses.size() + s);
    const physics::Storage& storage = storages[s];
    control::GuardMember& m = guard.members[member];
    m.charge = {storage.max_charge_kw, storage.max_charge_kw, false};
    m.discharge = {storage.max_discharge_kw, storage.max_discharge_kw, false};
    m.wish_kw = request.storages[s].setpoint_kw;
    guard.stored_kwh[s] = storage.soc_start * storage.capacity_kwh;
    columns.storage_soc[s] = storage.soc_start;
    columns.storage_power_kw[s] = request.storages[s].power_kw;
    const RequestedStorage& asked = request.storages[s];
    columns.storage_setpoint_kw[s] = asked.setpoint_kw;
    show_granted(asked.granted, columns.storage_asked_kw[s], columns.storage_reason[s], columns.storage_limit_row[s],
                 fmt::format("/storages/{}/limit", s));
    active.push_back(member);
  }

  void show_granted(const Granted& granted, double& asked_kw, std::uint32_t& reason, std::int32_t& row,
                    const std::string& pointer) const {
    asked_kw = granted.asked_kw;
    reason = granted.reason;
    row = -1;
    if (granted.limit.empty()) return;
    const auto& rows = guard.rows();
    const auto at = std::ranges::find_if(rows, [&](const control::GuardRow& r) { return r.name == granted.limit; });
    if (at == rows.end())
      throw scenario::FieldError(pointer, fmt::format("\"{}\" is no limit of the site", granted.limit));
    row = static_cast<std::int32_t>(at - rows.begin());
  }

  /// Shows departures and the queue: with the cars, to the first decision and not to create().
  void show_traffic() {
    for (const control::Departure& d : request.departed) columns.add_departure(d);
    columns.view.n_waiting = request.waiting.count;
    columns.view.waiting_kwh = request.waiting.kwh;
    columns.view.waiting_since_ns = request.waiting.since_ns;
    columns.view.turned_away = request.turned_away;
  }

  void show_evse(std::uint32_t i) {
    const RequestedEvse& evse = request.evses[i];
    columns.reserved_from_ns[i] = evse.reserved_from_ns;
    columns.reserved_until_ns[i] = evse.reserved_until_ns;
    columns.reserved_kwh[i] = evse.reserved_kwh;
    if (evse.available) return;
    guard.outage[i] = 1.0;
    columns.max_kw[i] = 0.0;
  }

  /// The cars come after the strategy was made: create() is shown the empty site.
  void plug_in(std::span<const std::uint64_t> numbers) {
    const std::size_t n_storages = active.size();
    for (std::uint32_t i = 0; i < evses.size(); ++i) {
      if (!request.evses[i].car) continue;
      plug_in(i, *request.evses[i].car, numbers[i]);
      columns.connected_evse[active.size() - n_storages] = i;
      active.push_back(i);
    }
    std::sort(active.begin(), active.end());
    columns.view.n_connected = static_cast<std::uint32_t>(active.size() - n_storages);
    show_traffic();
  }

  void plug_in(std::uint32_t i, const Car& car, std::uint64_t number) {
    couplings[i] = physics::couple_vehicle(evses[i], car.vehicle, car.v2g);
    control::GuardMember& m = guard.members[i];
    set_ranges(car, couplings[i], m);
    m.wish_kw = m.given_kw = car.setpoint_kw;

    columns.plug_in(i, couplings[i]);
    if (guard.outage[i] != 0.0) columns.car_max_kw[i] = 0.0;
    columns.session[i] = number;
    columns.name_session(i, car.id);
    columns.driver[i] = car.driver;
    columns.vehicle[i] = car.model;

    show_granted(car.granted, columns.asked_kw[i], columns.reason[i], columns.limit_row[i],
                 fmt::format("/evses/{}/session/limit", i));

    // Without a word of the request the battery says whether the car would draw.
    columns.draws[i] = car.draws.value_or(m.charge.now_kw > 0.0) ? 1 : 0;
    columns.setpoint_kw[i] = car.setpoint_kw;
    columns.power_kw[i] = car.power_kw;
    columns.arrived_ns[i] = car.arrived_ns;
    columns.claimed_departs_ns[i] = car.departs_ns;

    // A claimed departure that has passed counts as the next tick: the car is still there.
    columns.departs_ns[i] = control::departs_ns(car.departs_ns, request.now_ns, columns.view.next_tick_ns);
    columns.requested_kwh[i] = car.requested_kwh;
    columns.got_kwh[i] = car.got_kwh;
    columns.remaining_kwh[i] = std::max(0.0, car.requested_kwh - car.got_kwh);
    columns.priority[i] = car.priority;
    columns.v2g_price_per_kwh[i] = std::max(request.v2g_price_per_kwh, car.v2g_min_price_per_kwh);

    if (!car.vehicle.soc_known) return;
    columns.know_battery(i, car.vehicle);
    columns.soc[i] = car.soc;
  }

  /// Powers that the battery can take and give as far as the request tells; without a state of charge all that the car
  /// can.
  static void set_ranges(const Car& car, const physics::Coupling& coupling, control::GuardMember& m) {
    physics::BatterySpec battery = car.vehicle.battery;
    if (std::isnan(car.soc)) battery.capacity_kwh = physics::infinite;
    const bool known = std::isfinite(battery.capacity_kwh);
    const double stored_kwh = known ? car.soc * battery.capacity_kwh : 0.0;
    if (car.draws.value_or(true)) {
      m.charge = known ? physics::charge_range(battery, stored_kwh)
                       : physics::charge_range({}, 0.0);  // a curve without a place on it binds nothing
      if (known && car.vehicle.acceptance_hold && m.charge.now_kw > 0.0) {
        const double held_kw = battery.charge.kw_at(car.soc);
        m.charge = {held_kw, held_kw, false};
      }
    }
    if (coupling.max_discharge_kw > 0.0)
      m.discharge =
          physics::discharge_range(battery, stored_kwh, known ? car.vehicle.soc_floor * battery.capacity_kwh : 0.0);
  }

  std::vector<Exceeded> ask_guard() {
    std::vector<Exceeded> out;
    for (const std::uint32_t r : guard.give_setpoints(active, couplings, request.enforce)) {
      const control::GuardRow& row = guard.rows()[r];
      const double high = guard.value_of_row(row, control::Side::upper, couplings);
      out.push_back({row.name, high > row.upper ? high : guard.value_of_row(row, control::Side::lower, couplings),
                     row.lower, row.upper});
    }
    return out;
  }

  /// Outcome of a member's answer.
  Asked outcome(std::uint32_t member, const std::string& id, double asked_kw, bool connected) const {
    if (!connected) {
      const bool stray = !std::isnan(asked_kw) && asked_kw != 0.0;
      return {id, false, asked_kw, 0.0, stray ? Correction::not_plugged_in : Correction::none, {}};
    }
    const control::GuardMember& m = guard.members[member];
    return {id,         true,     asked_kw,
            m.given_kw, m.reason, m.limit >= 0 ? guard.rows()[static_cast<std::size_t>(m.limit)].name : std::string()};
  }
};

/// A car keeps its number as long as it stays; new ones are counted in order of arrival.
void Advisor::number_sessions(const Request& request) {
  numbers_.resize(request.evses.size());
  arrived_ns_.resize(request.evses.size(), kernel::time_never);

  // Numbers that the request gives are taken; others are counted around them.
  std::set<std::uint64_t> taken;
  std::vector<std::uint32_t> fresh;
  for (std::uint32_t i = 0; i < request.evses.size(); ++i) {
    const auto& car = request.evses[i].car;
    if (!car) {
      arrived_ns_[i] = kernel::time_never;
    } else if (car->number != 0) {
      numbers_[i] = car->number;
      taken.insert(car->number);
    }
  }

  // The same arrival at the same EVSE is the same car.
  for (std::uint32_t i = 0; i < request.evses.size(); ++i) {
    const auto& car = request.evses[i].car;
    if (!car || car->number != 0) continue;
    const bool stays = arrived_ns_[i] == car->arrived_ns && !taken.contains(numbers_[i]);
    if (!stays) fresh.push_back(i);
  }

  std::ranges::sort(fresh, {}, [&](std::uint32_t i) { return std::pair(request.evses[i].car->arrived_ns, i); });
  if (!taken.empty()) last_number_ = std::max(last_number_, *taken.rbegin());
  for (const std::uint32_t i : fresh) numbers_[i] = ++last_number_;

  for (std::uint32_t i = 0; i < request.evses.size(); ++i) {
    if (request.evses[i].car) arrived_ns_[i] = request.evses[i].car->arrived_ns;
  }
}

std::optional<AnsweredPlan> Advisor::plan_of(const Situation& situation) {
  const std::size_t steps = situation.columns.plan_steps();
  const auto kw = situation.columns.decided_plan_kw();
  if (std::all_of(kw.begin(), kw.end(), [](double x) { return std::isnan(x); })) return {};
  AnsweredPlan plan;
  const std::int64_t* start_ns = situation.columns.view.horizon_start_ns;
  plan.start_ns.assign(start_ns, start_ns + steps + 1);
  for (std::size_t m = 0; m < kw.size() / steps; ++m) {
    const auto row = kw.subspan(m * steps, steps);
    if (std::all_of(row.begin(), row.end(), [](double x) { return std::isnan(x); })) continue;
    const bool evse = m < situation.evses.size();
    (evse ? plan.evses : plan.storages)
        .push_back({evse ? situation.evses[m].id : situation.storages[m - situation.evses.size()].id,
                    {row.begin(), row.end()}});
  }
  return plan;
}

twin::World world_of(const Request& request) {
  twin::World world;
  world.calendar = request.calendar;
  world.tick_ns = request.tick_ns;
  world.seed = request.seed;
  twin::Site& site = world.sites.emplace_back();
  site.evses = evses_of(request);
  site.storages = storages_of(request);
  return world;
}

Answer Advisor::answer_request(const Request& request) {
  // The strategy is made from the first request, and sized for its installation.
  if (first_) check_installation(*first_, request);
  Situation situation(request);
  control::ViewColumns& columns = situation.columns;
  columns.view.decision_number = request.decision_number.value_or(decisions_);
  if (!first_) {
    if (choose_) chosen_ = choose_(request);
    strategy_ = chosen_.factory(columns.shown, request.seed, 0);
    first_ = request;
  }

  number_sessions(request);
  situation.plug_in(numbers_);
  if (strategy_->horizon_steps > 0) {
    columns.horizon.level = strategy_->levels;
    columns.horizon.reads = strategy_->horizon_reads;
    fill_horizon(request, columns.view.next_tick_ns, strategy_->horizon_steps, columns.horizon);
    fill_limits_ahead(request, situation.guard.rows(), columns.horizon);
    control::blank_unread(columns.horizon);
    columns.show_horizon();
  }

  // Checked before the guard is asked: a strategy's slip ends in an error, not in a correction.
  columns.make_plan(strategy_->plan_steps);
  evtwin_decision& decision = columns.blank_decision();
  strategy_->decide(columns.shown, decision);
  const std::string who = strategy_->name_in_messages();
  const control::Answered answered{
      who, columns, decision, situation.active, situation.evses, situation.storages, request.calendar};
  control::check_answer(answered);
  control::each_wish(
      answered, [&](std::size_t member, double kw) { situation.guard.members[member].wish_kw = kw; },
      [](std::size_t) {});
  ++decisions_;

  Answer answer;
  answer.strategy = chosen_.label;
  answer.exceeded = situation.ask_guard();

  const auto evse_kw = columns.decided_evse_kw();
  for (std::uint32_t i = 0; i < situation.evses.size(); ++i) {
    if (std::isinf(evse_kw[i])) control::refuse_infinite(answered, i, evse_kw[i]);  // also where nobody is plugged in
    answer.evses.push_back(situation.outcome(i, situation.evses[i].id, evse_kw[i], request.evses[i].car.has_value()));
  }
  const auto storage_kw = columns.decided_storage_kw();
  for (std::uint32_t s = 0; s < situation.storages.size(); ++s) {
    const auto member = static_cast<std::uint32_t>(situation.evses.size() + s);
    answer.storages.push_back(situation.outcome(member, situation.storages[s].id, storage_kw[s], true));
  }

  answer.wake_ns = decision.wake_ns;
  answer.quiet_until_ns = decision.quiet_until_ns;
  answer.expected_cost = decision.expected_cost;
  answer.plan = plan_of(situation);
  answer.remarks = std::exchange(strategy_->remarks, {});
  return answer;
}

}  // namespace evtwin::decide
