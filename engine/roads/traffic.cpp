#include "roads/traffic.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <map>
#include <tuple>
#include <unordered_map>

#include "kernel/distributions.hpp"
#include "kernel/event_queue.hpp"
#include "kernel/floor_divide.hpp"
#include "kernel/random.hpp"
#include "roads/distances.hpp"

namespace evtwin::roads {
namespace {

constexpr double charge_step = 0.01;

/// A driver who came to so many full stations joins the next queue however long it is: two full stations at one place
/// would otherwise send a driver to and fro for ever.
constexpr std::uint32_t most_refusals = 3;

/// Leaving a station full, hours to a destination over further stations, and the station that comes next.
struct Onward {
  std::vector<float> hours;         // [stations]; infinite: it can not be reached from there
  std::vector<std::uint32_t> next;  // [stations]; no_index: the destination itself
};

enum class Kind : std::uint8_t { depart, at_station, charged, arrived, station_fails, station_returns, hour_begins };

struct DriverState {
  double soc = 0.0;
  std::uint32_t trip = 0;            // under way or next
  std::uint32_t node = 0;            // last one
  std::uint32_t station = no_index;  // on the way to, waiting or charging at
  std::uint32_t habit = no_index;
  std::uint32_t choices = 0;
  std::uint32_t refusals = 0;  // full or failed stations since the last charge
  std::size_t visit = 0;       // of the figures, the last one
  std::size_t drive = 0;       // likewise
  TimeNs since_ns = 0;         // parked, waiting or charging
  double target_soc = 0.0;
  double price_per_kwh = 0.0;  // of the charge under way
  bool waits = false, out = false;
};

struct StationNow {
  std::uint32_t busy = 0;
  std::uint32_t failures = 0;  // that it is in the midst of
  bool is_open() const { return failures == 0; }
  std::deque<std::uint32_t> queue;
  double session_h = 0.0;  // sum of the sessions begun, for the expected wait
  std::uint64_t sessions = 0;
  double price_per_kwh = 0.0;  // where a rule sets it
  double busy_h = 0.0;         // charger-hours of this hour until busy_until_ns
  TimeNs busy_until_ns = 0;
};

/// Of one who joins `waiting` cars where all chargers are taken: half a session is left of those that charge, on
/// average.
double expected_queue_h(std::size_t waiting, std::uint32_t chargers, double sessions_h, std::uint64_t sessions) {
  constexpr double first_guess_h = 0.5;
  const double mean_h = sessions == 0 ? first_guess_h : sessions_h / static_cast<double>(sessions);
  return mean_h * (static_cast<double>(waiting) + 0.5) / chargers;
}

/// When the clock changes next.
TimeNs next_step_ns(std::span<const ClockStep> clock, TimeNs t) {
  const auto next = std::find_if(clock.begin(), clock.end(), [&](const ClockStep& step) { return step.from_ns > t; });
  return next == clock.end() ? kernel::time_never : next->from_ns;
}

/// When the local clock next shows a full hour, or changes.
TimeNs next_hour_ns(std::span<const ClockStep> clock, TimeNs t) {
  const TimeNs local = local_ns(clock, t);
  const TimeNs full_ns = (kernel::floor_divide(local, kernel::hour_ns) + 1) * kernel::hour_ns;
  return std::min(t + full_ns - local, next_step_ns(clock, t));
}

class Traffic {
 public:
  Traffic(const Network& network, std::span<const Station> stations, const TrafficPlan& plan);
  TrafficFigures run();

 private:
  void check_plan() const;
  void prepare_tables();
  void depart(std::uint32_t d, TimeNs now);
  void go_on(std::uint32_t d, TimeNs now, std::uint32_t not_here);
  void arrive_at_station(std::uint32_t d, TimeNs now);
  void join_queue(std::uint32_t d, TimeNs now);
  void strand(std::uint32_t d, TimeNs now);
  void begin_charging(std::uint32_t d, TimeNs now);
  void end_charging(std::uint32_t d, TimeNs now);
  void call_next(std::uint32_t s, TimeNs now);
  void arrive(std::uint32_t d, TimeNs now);
  void fail_station(std::uint32_t s, TimeNs now);
  void count_in_vain(std::uint32_t s, std::uint32_t d, TimeNs until);
  bool has_rule(std::uint32_t s) const { return s < plan_.price_rules.size() && plan_.price_rules[s] != nullptr; }
  double price_of(std::uint32_t s, std::uint32_t hour) const {
    return has_rule(s) ? now_[s].price_per_kwh : stations_[s].price_at(hour);
  }
  void change_busy(std::uint32_t s, TimeNs now, int by);
  void begin_hour(TimeNs now);
  void schedule_hour(TimeNs now);
  void note_prices();
  void note_peaks();
  void count_choice();
  void note_leg(std::uint32_t d, std::uint32_t from, std::uint32_t to, TimeNs now, double hours) {
    figures_.legs.push_back({d, from, to, now, kernel::after_hours_rounded_up(now, hours)});
  }
  void charge_at_home(std::uint32_t d, TimeNs now);
  void drive(DriverState& state, std::uint32_t car, double hours, double km, double kwh);
  bool choose_station(std::uint32_t d, TimeNs now, std::uint32_t not_here);
  double expected_wait_h(std::uint32_t s) const;
  double target_soc(std::uint32_t d, std::uint32_t s);
  const Onward& onward_from(std::uint32_t car, std::uint32_t to);
  Onward work_out_onward(std::uint32_t car, std::uint32_t to) const;
  double hours_on(std::uint32_t car, std::uint32_t s, std::uint32_t to);
  const Trip& trip_of(std::uint32_t d) const { return plan_.drivers[d].trips[states_[d].trip]; }
  const WayFigures& way_of(std::uint32_t d) const { return ways_[first_way_[d] + states_[d].trip]; }
  double capacity_kwh(std::uint32_t car) const { return plan_.cars[car].battery.capacity_kwh; }
  void schedule(std::uint32_t d, TimeNs at, Kind kind) {
    queue_.schedule(d, at, kernel::Phase::signal, static_cast<std::uint8_t>(kind), d);
  }
  void finish();

  const Network& network_;
  std::span<const Station> stations_;
  const TrafficPlan& plan_;
  StationDistances distances_;
  std::vector<WayFigures> ways_;         // of every trip
  std::vector<std::size_t> first_way_;   // [drivers]
  std::vector<double> offer_kw_;         // [cars x stations]
  std::vector<std::uint32_t> table_of_;  // [cars x stations]
  std::vector<ChargeTable> tables_;
  std::unordered_map<std::uint64_t, Onward> onward_;
  std::vector<DriverState> states_;
  std::vector<StationNow> now_;
  kernel::Queue queue_;
  TrafficFigures figures_;
  TimeNs hour_began_ns_ = 0;
  std::vector<std::uint32_t> candidates_;
  std::vector<Offer> offers_;
  std::vector<double> chances_;
};

Traffic::Traffic(const Network& network, std::span<const Station> stations, const TrafficPlan& plan)
    : network_(network), stations_(stations), plan_(plan), states_(plan.drivers.size()), now_(stations.size()) {
  check_plan();
  prepare_tables();
  figures_.stations.resize(stations.size());
  note_prices();
  queue_.reserve_timers(plan.drivers.size() + 2 * plan.failures.size() + 1);
  schedule_hour(plan.start_ns);
  for (std::uint32_t d = 0; d < plan.drivers.size(); ++d) {
    const Driver& driver = plan.drivers[d];
    DriverState& state = states_[d];
    state.soc = driver.soc;
    state.since_ns = plan.start_ns;
    if (driver.trips.empty()) continue;
    state.node = driver.trips.front().from;
    schedule(d, std::max(plan.start_ns, driver.trips.front().depart_ns), Kind::depart);
  }
  for (std::uint32_t f = 0; f < plan.failures.size(); ++f) {
    const StationFailure& failure = plan.failures[f];
    const auto timer = static_cast<std::uint32_t>(plan.drivers.size()) + 2 * f;
    queue_.schedule(timer, std::max(plan.start_ns, failure.from_ns), kernel::Phase::crossing,
                    static_cast<std::uint8_t>(Kind::station_fails), failure.station);
    queue_.schedule(timer + 1, std::max(plan.start_ns, failure.to_ns), kernel::Phase::crossing,
                    static_cast<std::uint8_t>(Kind::station_returns), failure.station);
  }
}

void Traffic::check_plan() const {
  for (const RoadCar& car : plan_.cars) {
    if (!(car.battery.capacity_kwh < infinite)) throw RoadError("", "a car on the roads whose battery is not known");
  }
  for (std::size_t d = 0; d < plan_.drivers.size(); ++d) {
    const Driver& driver = plan_.drivers[d];
    if (driver.car >= plan_.cars.size()) throw RoadError("", fmt::format("driver {} has no car", d));
    for (std::size_t t = 1; t < driver.trips.size(); ++t) {
      if (driver.trips[t].from != driver.trips[t - 1].to)
        throw RoadError("", fmt::format("trip {} of driver {} begins elsewhere than the one before it ends", t, d));
    }
  }
}

void Traffic::prepare_tables() {
  std::vector<std::vector<double>> edge_kwh;
  for (const RoadCar& car : plan_.cars) edge_kwh.push_back(edge_energies(network_, car.drive, plan_.temperature_c));
  distances_ = station_distances(network_, stations_, edge_kwh);

  std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs;
  for (const Driver& driver : plan_.drivers) {
    first_way_.push_back(pairs.size());
    for (const Trip& trip : driver.trips) pairs.emplace_back(trip.from, trip.to);
  }
  ways_ = pair_ways(network_, pairs, edge_kwh);

  std::map<std::pair<std::uint32_t, double>, std::uint32_t> known;
  for (std::uint32_t car = 0; car < plan_.cars.size(); ++car) {
    for (const Station& station : stations_) {
      const double kw = offered_kw(plan_.cars[car], station);
      const auto [at, is_new] = known.try_emplace({car, kw}, static_cast<std::uint32_t>(tables_.size()));
      if (is_new) tables_.emplace_back(plan_.cars[car].battery, std::max(kw, 1e-9), charge_step);
      offer_kw_.push_back(kw);
      table_of_.push_back(at->second);
    }
  }
}

// Bellman over the stations from the destination back: a leg is possible where a battery charged to the most holds it
// above the reserve, and each further stop charges about what its leg takes.
Onward Traffic::work_out_onward(std::uint32_t car, std::uint32_t to) const {
  const std::size_t count = stations_.size();
  const double usable_kwh = (plan_.most_soc - plan_.reserve_soc) * capacity_kwh(car);
  const std::vector<float>& from_kwh = distances_.from_kwh[car];
  Onward onward{std::vector<float>(count, static_cast<float>(infinite)), std::vector<std::uint32_t>(count, no_index)};
  for (std::size_t s = 0; s < count; ++s) {
    const std::size_t cell = to * count + s;
    if (static_cast<double>(from_kwh[cell]) <= usable_kwh) onward.hours[s] = distances_.from_h[cell];
  }

  for (bool changed = true; changed;) {
    changed = false;
    for (std::uint32_t m = 0; m < count; ++m) {
      const double kw = offer_kw_[car * count + m];
      if (onward.hours[m] >= static_cast<float>(infinite) || kw <= 0.0) continue;
      for (std::uint32_t s = 0; s < count; ++s) {
        const std::size_t leg = stations_[m].node * count + s;
        const double leg_kwh = static_cast<double>(from_kwh[leg]);
        if (s == m || leg_kwh > usable_kwh) continue;
        const double stop_h =
            plan_.stop_h + std::max(0.0, leg_kwh) / std::min(kw, plan_.cars[car].battery.charge.max_kw());
        const auto hours = static_cast<float>(static_cast<double>(distances_.from_h[leg]) + stop_h) + onward.hours[m];
        if (hours >= onward.hours[s]) continue;
        onward.hours[s] = hours;
        onward.next[s] = m;
        changed = true;
      }
    }
  }
  return onward;
}

const Onward& Traffic::onward_from(std::uint32_t car, std::uint32_t to) {
  const std::uint64_t key = (static_cast<std::uint64_t>(car) << 32) | to;
  const auto known = onward_.find(key);
  if (known != onward_.end()) return known->second;
  return onward_.emplace(key, work_out_onward(car, to)).first->second;
}

// Straight there where the battery allows it: the table over further stations is for the others.
double Traffic::hours_on(std::uint32_t car, std::uint32_t s, std::uint32_t to) {
  const std::size_t cell = to * stations_.size() + s;
  const double usable_kwh = (plan_.most_soc - plan_.reserve_soc) * capacity_kwh(car);
  if (static_cast<double>(distances_.from_kwh[car][cell]) <= usable_kwh)
    return static_cast<double>(distances_.from_h[cell]);
  return static_cast<double>(onward_from(car, to).hours[s]);
}

double Traffic::target_soc(std::uint32_t d, std::uint32_t s) {
  const std::uint32_t car = plan_.drivers[d].car, to = trip_of(d).to;
  const std::size_t count = stations_.size();
  const double usable_kwh = (plan_.most_soc - plan_.reserve_soc) * capacity_kwh(car);
  double leg_kwh = static_cast<double>(distances_.from_kwh[car][to * count + s]);
  if (leg_kwh > usable_kwh) {
    const std::uint32_t next = onward_from(car, to).next[s];
    leg_kwh = static_cast<double>(distances_.from_kwh[car][stations_[next].node * count + s]);
  }
  const double needed = leg_kwh / capacity_kwh(car) + plan_.reserve_soc + plan_.margin_soc;
  return std::clamp(std::max(needed, plan_.usual_soc), 0.0, plan_.most_soc);
}

double Traffic::expected_wait_h(std::uint32_t s) const {
  const StationNow& now = now_[s];
  if (now.busy < stations_[s].chargers) return 0.0;
  return expected_queue_h(now.queue.size(), stations_[s].chargers, now.session_h, now.sessions);
}

bool Traffic::choose_station(std::uint32_t d, TimeNs now, std::uint32_t not_here) {
  DriverState& state = states_[d];
  const std::uint32_t car = plan_.drivers[d].car, to = trip_of(d).to;
  const double there_kwh = (state.soc - plan_.reserve_soc) * capacity_kwh(car);
  const auto to_kwh = distances_.row(distances_.to_kwh[car], state.node);
  const auto to_h = distances_.row(distances_.to_h, state.node);
  const auto to_km = distances_.row(distances_.to_km, state.node);
  const std::uint32_t hour = hour_of_day(plan_.clock, now);
  candidates_.clear();
  offers_.clear();

  for (std::uint32_t s = 0; s < stations_.size(); ++s) {
    if (static_cast<double>(to_kwh[s]) > there_kwh || s == not_here || !now_[s].is_open()) continue;
    if (offer_kw_[car * stations_.size() + s] <= 0.0) continue;
    const double on_h = hours_on(car, s, to);
    if (!(on_h < infinite)) continue;
    const double soc_in = state.soc - static_cast<double>(to_kwh[s]) / capacity_kwh(car);
    const double charge_h = tables_[table_of_[car * stations_.size() + s]].hours_between(soc_in, target_soc(d, s));
    candidates_.push_back(s);
    offers_.push_back({static_cast<double>(to_h[s]) + plan_.stop_h + expected_wait_h(s) + charge_h + on_h,
                       price_of(s, hour), static_cast<double>(now_[s].queue.size()), s == state.habit ? 1.0 : 0.0});
  }
  if (candidates_.empty()) return false;

  chances_.resize(offers_.size());
  choice_chances(plan_.choice, offers_, chances_);
  count_choice();
  const double u = kernel::draw_unit(plan_.seed, d, kernel::purpose_of("roads.choice"), state.choices++);
  const std::uint32_t chosen = candidates_[drawn_offer(chances_, u)];
  state.station = chosen;
  note_leg(d, state.node, stations_[chosen].node, now, static_cast<double>(to_h[chosen]));
  drive(state, car, static_cast<double>(to_h[chosen]), static_cast<double>(to_km[chosen]),
        static_cast<double>(to_kwh[chosen]));
  schedule(d, kernel::after_hours_rounded_up(now, static_cast<double>(to_h[chosen])), Kind::at_station);
  return true;
}

void Traffic::drive(DriverState& state, std::uint32_t car, double hours, double km, double kwh) {
  const double soc = std::min(1.0, state.soc - kwh / capacity_kwh(car));
  figures_.drive_kwh += (state.soc - soc) * capacity_kwh(car);
  figures_.drive_h += hours;
  figures_.km += km;
  TripFigures& trip = figures_.drives[state.drive];
  trip.drive_h += hours;
  trip.km += km;
  trip.drive_kwh += (state.soc - soc) * capacity_kwh(car);
  state.soc = soc;
}

void Traffic::depart(std::uint32_t d, TimeNs now) {
  DriverState& state = states_[d];
  charge_at_home(d, now);
  const WayFigures& way = way_of(d);
  if (way.hours == infinite) {
    ++figures_.no_way;
    state.out = true;
    return;
  }
  ++figures_.trips;
  state.drive = figures_.drives.size();
  TripFigures& trip = figures_.drives.emplace_back();
  trip.driver = d;
  trip.from = trip_of(d).from;
  trip.to = trip_of(d).to;
  trip.depart_ns = now;
  trip.soc_start = state.soc;
  const double kwh = static_cast<double>(way.kwh[plan_.drivers[d].car]);
  if (state.soc - kwh / capacity_kwh(plan_.drivers[d].car) >= plan_.reserve_soc) {
    note_leg(d, trip.from, trip.to, now, way.hours);
    drive(state, plan_.drivers[d].car, way.hours, way.km, kwh);
    schedule(d, kernel::after_hours_rounded_up(now, way.hours), Kind::arrived);
    return;
  }
  go_on(d, now, no_index);
}

/// From a station on: to the end where the battery reaches, else to a station.
void Traffic::go_on(std::uint32_t d, TimeNs now, std::uint32_t not_here) {
  DriverState& state = states_[d];
  const std::uint32_t car = plan_.drivers[d].car;
  if (state.station != no_index) {
    const std::size_t cell = trip_of(d).to * stations_.size() + state.station;
    const double kwh = static_cast<double>(distances_.from_kwh[car][cell]);
    const double hours = static_cast<double>(distances_.from_h[cell]);
    if (state.soc - kwh / capacity_kwh(car) >= plan_.reserve_soc) {
      note_leg(d, stations_[state.station].node, trip_of(d).to, now, hours);
      drive(state, car, hours, static_cast<double>(distances_.from_km[cell]), kwh);
      state.station = no_index;
      schedule(d, kernel::after_hours_rounded_up(now, hours), Kind::arrived);
      return;
    }
  }
  if (choose_station(d, now, not_here)) return;
  strand(d, now);
}

void Traffic::arrive_at_station(std::uint32_t d, TimeNs now) {
  DriverState& state = states_[d];
  const std::uint32_t s = state.station;
  state.node = stations_[s].node;
  StationNow& here = now_[s];
  const std::size_t most = static_cast<std::size_t>(plan_.most_waiting_per_charger) * stations_[s].chargers;
  if (here.is_open() && here.busy < stations_[s].chargers) {
    state.since_ns = now;
    begin_charging(d, now);
    return;
  }
  const bool stays = here.queue.size() < most || state.refusals >= most_refusals;
  if (here.is_open() && stays) return join_queue(d, now);

  // Another one, unless none is within reach: then the queue is joined however long it is.
  ++state.refusals;
  ++figures_.stations[s].went_on;
  if (choose_station(d, now, s)) return;
  if (here.is_open()) return join_queue(d, now);
  strand(d, now);
}

void Traffic::strand(std::uint32_t d, TimeNs now) {
  DriverState& state = states_[d];
  figures_.stranded.push_back({d, state.station != no_index ? stations_[state.station].node : state.node, now});
  state.out = true;
}

void Traffic::join_queue(std::uint32_t d, TimeNs now) {
  DriverState& state = states_[d];
  std::deque<std::uint32_t>& queue = now_[state.station].queue;
  queue.push_back(d);
  state.since_ns = now;
  state.waits = true;
  StationFigures& figures = figures_.stations[state.station];
  figures.longest_queue = std::max(figures.longest_queue, static_cast<std::uint32_t>(queue.size()));
}

void Traffic::begin_charging(std::uint32_t d, TimeNs now) {
  DriverState& state = states_[d];
  const std::uint32_t s = state.station, car = plan_.drivers[d].car;
  const double wait_h = kernel::hours_between(state.since_ns, now);
  StationFigures& figures = figures_.stations[s];
  ++figures.visits;
  figures.waited += state.waits ? 1U : 0U;
  figures.wait_h += wait_h;
  figures.longest_wait_h = std::max(figures.longest_wait_h, wait_h);
  figures_.wait_h += wait_h;

  state.target_soc = std::max(state.soc, target_soc(d, s));
  const double hours =
      tables_[table_of_[car * stations_.size() + s]].hours_between(state.soc, state.target_soc) + plan_.stop_h;
  state.visit = figures_.visits.size();
  figures_.visits.push_back({s, d, state.since_ns, now, now, state.soc, state.soc, 0.0, 0.0});
  state.waits = false;
  state.refusals = 0;
  state.since_ns = now;
  state.price_per_kwh = price_of(s, hour_of_day(plan_.clock, now));
  change_busy(s, now, 1);
  ++now_[s].sessions;
  now_[s].session_h += hours;
  schedule(d, kernel::after_hours_rounded_up(now, hours), Kind::charged);
}

void Traffic::end_charging(std::uint32_t d, TimeNs now) {
  DriverState& state = states_[d];
  const std::uint32_t s = state.station, car = plan_.drivers[d].car;
  const double hours = kernel::hours_between(state.since_ns, now);
  const double stored_kwh = (state.target_soc - state.soc) * capacity_kwh(car);
  const double meter_kwh = stored_kwh / plan_.cars[car].battery.charge_efficiency;
  const double money = meter_kwh * state.price_per_kwh;
  StationFigures& figures = figures_.stations[s];
  figures.charge_h += hours;
  figures.meter_kwh += meter_kwh;
  figures.money += money;
  figures_.charge_h += hours;
  figures_.road_kwh += meter_kwh;
  figures_.charged_kwh += stored_kwh;
  ++figures_.stops;
  ++figures_.drives[state.drive].stops;
  figures_.drives[state.drive].charged_kwh += meter_kwh;

  StationVisit& visit = figures_.visits[state.visit];
  visit.end_ns = now;
  visit.soc_out = state.target_soc;
  visit.meter_kwh = meter_kwh;
  visit.money = money;
  state.soc = state.target_soc;
  state.habit = s;
  change_busy(s, now, -1);
  call_next(s, now);
  go_on(d, now, s);
}

void Traffic::call_next(std::uint32_t s, TimeNs now) {
  StationNow& here = now_[s];
  while (here.is_open() && here.busy < stations_[s].chargers && !here.queue.empty()) {
    const std::uint32_t next = here.queue.front();
    here.queue.pop_front();
    begin_charging(next, now);
  }
}

void Traffic::fail_station(std::uint32_t s, TimeNs now) {
  StationNow& here = now_[s];
  ++here.failures;
  // Those who wait look for another station; those who charge come to the end of it.
  std::deque<std::uint32_t> queue;
  queue.swap(here.queue);
  for (const std::uint32_t d : queue) {
    count_in_vain(s, d, now);
    states_[d].waits = false;
    ++figures_.stations[s].went_on;
    if (choose_station(d, now, s)) continue;
    strand(d, now);
  }
}

void Traffic::count_in_vain(std::uint32_t s, std::uint32_t d, TimeNs until) {
  figures_.vain_waits.push_back({s, d, states_[d].since_ns, until});
  const double wait_h = kernel::hours_between(states_[d].since_ns, until);
  StationFigures& figures = figures_.stations[s];
  ++figures.waited_in_vain;
  figures.wait_h += wait_h;
  figures.longest_wait_h = std::max(figures.longest_wait_h, wait_h);
  figures_.wait_h += wait_h;
}

void Traffic::charge_at_home(std::uint32_t d, TimeNs now) {
  const Driver& driver = plan_.drivers[d];
  DriverState& state = states_[d];
  if (driver.home != state.node || driver.home_kw <= 0.0) return;
  const physics::BatterySpec& battery = plan_.cars[driver.car].battery;
  const double most_kwh = driver.home_kw * battery.charge_efficiency * kernel::hours_between(state.since_ns, now);
  const double stored_kwh = std::min((1.0 - state.soc) * battery.capacity_kwh, most_kwh);
  state.soc += stored_kwh / battery.capacity_kwh;
  figures_.charged_kwh += stored_kwh;
  figures_.home_kwh += stored_kwh / battery.charge_efficiency;
}

void Traffic::arrive(std::uint32_t d, TimeNs now) {
  DriverState& state = states_[d];
  ++figures_.trips_ended;
  figures_.drives[state.drive].arrive_ns = now;
  figures_.drives[state.drive].soc_end = state.soc;
  state.node = trip_of(d).to;
  state.station = no_index;
  state.since_ns = now;
  if (++state.trip < plan_.drivers[d].trips.size()) schedule(d, std::max(now, trip_of(d).depart_ns), Kind::depart);
}

// Own elasticity of each choice, weighted by its chance: price_elasticity() of all offers in one pass.
void Traffic::count_choice() {
  for (std::size_t i = 0; i < candidates_.size(); ++i) {
    StationFigures& figures = figures_.stations[candidates_[i]];
    figures.choices += chances_[i];
    figures.price_response += chances_[i] * plan_.choice.per_price * offers_[i].price_per_kwh * (1.0 - chances_[i]);
  }
}

void Traffic::change_busy(std::uint32_t s, TimeNs now, int by) {
  StationNow& here = now_[s];
  here.busy_h += here.busy * kernel::hours_between(here.busy_until_ns, now);
  here.busy_until_ns = now;
  here.busy += static_cast<std::uint32_t>(by);
}

// Where nobody's price depends on what happens, hours need no events.
void Traffic::schedule_hour(TimeNs now) {
  const auto first = static_cast<std::uint32_t>(plan_.price_rules.size());
  std::uint32_t s = 0;
  while (s < first && !has_rule(s)) ++s;
  if (s == first) return;
  queue_.schedule(static_cast<std::uint32_t>(plan_.drivers.size() + 2 * plan_.failures.size()),
                  next_hour_ns(plan_.clock, now), kernel::Phase::crossing, static_cast<std::uint8_t>(Kind::hour_begins),
                  0);
}

void Traffic::begin_hour(TimeNs now) {
  for (std::uint32_t s = 0; s < stations_.size(); ++s) {
    if (!has_rule(s)) continue;
    change_busy(s, now, 0);
    StationNow& here = now_[s];
    const double hours = kernel::hours_between(hour_began_ns_, now);
    const std::uint32_t hour = hour_of_day(plan_.clock, now);
    const double price = plan_.price_rules[s]({now, hour, here.busy_h / (stations_[s].chargers * hours), here.busy,
                                               static_cast<std::uint32_t>(here.queue.size()),
                                               stations_[s].price_at(hour), here.price_per_kwh});
    here.busy_h = 0.0;
    if (price == here.price_per_kwh) continue;
    here.price_per_kwh = price;
    figures_.prices.push_back({s, now, price});
  }
  hour_began_ns_ = now;
  schedule_hour(now);
}

// The prices at the start, and all that follow where no rule sets them.
void Traffic::note_prices() {
  hour_began_ns_ = plan_.start_ns;
  for (std::uint32_t s = 0; s < stations_.size(); ++s) {
    now_[s].busy_until_ns = plan_.start_ns;
    now_[s].price_per_kwh = stations_[s].price_at(hour_of_day(plan_.clock, plan_.start_ns));
    figures_.prices.push_back({s, plan_.start_ns, now_[s].price_per_kwh});
    if (has_rule(s) || stations_[s].price_by_hour.empty()) continue;
    for (TimeNs t = plan_.start_ns; t < plan_.end_ns;) {
      const double price = stations_[s].price_at(hour_of_day(plan_.clock, t));
      if (price != figures_.prices.back().price_per_kwh) figures_.prices.push_back({s, t, price});
      t = next_hour_ns(plan_.clock, t);
    }
  }
}

void Traffic::note_peaks() {
  struct Step {
    TimeNs at_ns;
    std::uint32_t station;
    double kw;
  };
  std::vector<Step> steps;
  for (const StationVisit& visit : figures_.visits) {
    if (visit.end_ns <= visit.begin_ns) continue;
    const double kw = visit.meter_kwh / kernel::hours_between(visit.begin_ns, visit.end_ns);
    steps.push_back({visit.begin_ns, visit.station, kw});
    steps.push_back({visit.end_ns, visit.station, -kw});
  }
  // Who leaves makes room before who comes.
  std::sort(steps.begin(), steps.end(), [](const Step& a, const Step& b) {
    return std::tie(a.at_ns, a.kw, a.station) < std::tie(b.at_ns, b.kw, b.station);
  });
  std::vector<double> kw(stations_.size());
  double all_kw = 0.0;
  for (const Step& step : steps) {
    kw[step.station] += step.kw;
    all_kw += step.kw;
    StationFigures& figures = figures_.stations[step.station];
    figures.peak_kw = std::max(figures.peak_kw, kw[step.station]);
    figures_.peak_kw = std::max(figures_.peak_kw, all_kw);
  }
}

TrafficFigures Traffic::run() {
  while (!queue_.empty() && queue_.next_time() < plan_.end_ns) {
    const kernel::Event event = queue_.pop();
    ++figures_.events;
    switch (static_cast<Kind>(event.kind)) {
      case Kind::depart:
        depart(event.entity, event.time);
        break;
      case Kind::at_station:
        arrive_at_station(event.entity, event.time);
        break;
      case Kind::charged:
        end_charging(event.entity, event.time);
        break;
      case Kind::arrived:
        arrive(event.entity, event.time);
        break;
      case Kind::station_fails:
        fail_station(event.entity, event.time);
        break;
      case Kind::station_returns:
        --now_[event.entity].failures;
        break;
      case Kind::hour_begins:
        begin_hour(event.time);
        break;
    }
  }
  finish();
  return std::move(figures_);
}

void Traffic::finish() {
  const double hours = kernel::hours_between(plan_.start_ns, plan_.end_ns);
  // Who charges still has used the charger, too.
  for (const StationVisit& visit : figures_.visits) {
    if (visit.end_ns > visit.begin_ns) continue;
    const double so_far_h = kernel::hours_between(visit.begin_ns, plan_.end_ns);
    figures_.stations[visit.station].charge_h += so_far_h;
    figures_.charge_h += so_far_h;
  }
  double most_h = 0.0;
  for (std::uint32_t s = 0; s < stations_.size(); ++s) {
    StationFigures& figures = figures_.stations[s];
    for (const std::uint32_t d : now_[s].queue) count_in_vain(s, d, plan_.end_ns);
    figures.use = figures.charge_h / (stations_[s].chargers * hours);
    if (figures.wait_h > most_h) {
      most_h = figures.wait_h;
      figures_.bottleneck = s;
    }
  }
  note_peaks();
  std::stable_sort(figures_.prices.begin(), figures_.prices.end(),
                   [](const PriceStep& a, const PriceStep& b) { return a.station < b.station; });
  for (std::size_t d = 0; d < states_.size(); ++d)
    figures_.battery_change_kwh += (states_[d].soc - plan_.drivers[d].soc) * capacity_kwh(plan_.drivers[d].car);
}

}  // namespace

TimeNs local_ns(std::span<const ClockStep> clock, TimeNs t) {
  TimeNs offset_ns = clock.empty() ? 0 : clock.front().offset_ns;
  for (const ClockStep& step : clock) {
    if (step.from_ns > t) break;
    offset_ns = step.offset_ns;
  }
  return t + offset_ns;
}

std::uint32_t hour_of_day(std::span<const ClockStep> clock, TimeNs t) {
  const TimeNs local = local_ns(clock, t);
  return static_cast<std::uint32_t>(kernel::floor_divide(local, kernel::hour_ns) -
                                    24 * kernel::floor_divide(local, kernel::day_ns));
}

TrafficFigures run_traffic(const Network& network, std::span<const Station> stations, const TrafficPlan& plan) {
  return Traffic(network, stations, plan).run();
}

std::vector<StationState> states_at(std::span<const Station> stations, const TrafficPlan& plan,
                                    const TrafficFigures& figures, TimeNs now_ns) {
  std::vector<StationState> states(stations.size());
  std::vector<std::uint32_t> busy(stations.size());
  for (const StationVisit& visit : figures.visits) {
    // A visit that the end of the run cut off has no end of its own.
    const bool goes_on = now_ns < visit.end_ns || visit.end_ns == visit.begin_ns;
    if (visit.begin_ns <= now_ns && goes_on) ++busy[visit.station];
    if (visit.arrive_ns <= now_ns && now_ns < visit.begin_ns) ++states[visit.station].waiting;
  }
  for (const VainWait& wait : figures.vain_waits) {
    if (wait.arrive_ns <= now_ns && now_ns < wait.until_ns) ++states[wait.station].waiting;
  }
  for (const StationFailure& failure : plan.failures) {
    if (failure.from_ns <= now_ns && now_ns < failure.to_ns) states[failure.station].open = false;
  }
  for (std::size_t s = 0; s < stations.size(); ++s) {
    const std::uint32_t chargers = stations[s].chargers;
    states[s].free = chargers - std::min(chargers, busy[s]);
    if (states[s].free > 0) continue;
    const StationFigures& f = figures.stations[s];
    states[s].wait_h = expected_queue_h(states[s].waiting, chargers, f.charge_h, f.visits);
  }
  return states;
}

std::vector<double> prices_at(std::span<const Station> stations, const TrafficFigures& figures, TimeNs now_ns) {
  std::vector<double> prices(stations.size());
  for (const PriceStep& step : figures.prices) {
    if (step.from_ns <= now_ns) prices[step.station] = step.price_per_kwh;
  }
  return prices;
}

std::vector<Driver> drawn_drivers(const TripLaw& law, std::uint64_t seed, std::uint64_t law_number, TimeNs start_ns,
                                  TimeNs end_ns, std::span<const ClockStep> clock) {
  std::vector<Driver> drivers;
  std::vector<double> weights;
  for (const auto& [car, weight] : law.cars) weights.push_back(weight);
  std::uint64_t draws = 0;
  const auto unit = [&] { return kernel::draw_unit(seed, law_number, kernel::purpose_of("roads.trips"), draws++); };

  // Piece by piece of constant rate: an exponential gap that leaves the hour begins anew at its end.
  const TimeNs midnight_ns = kernel::floor_divide(local_ns(clock, start_ns), kernel::day_ns) * kernel::day_ns;
  TimeNs now = start_ns;
  while (now < end_ns) {
    const TimeNs since_ns = local_ns(clock, now) - midnight_ns;
    const auto hour = static_cast<std::size_t>(since_ns / kernel::hour_ns);
    const TimeNs hour_end = std::min(now + kernel::hour_ns - since_ns % kernel::hour_ns, next_step_ns(clock, now));
    const double rate = law.per_hour[hour % law.per_hour.size()];
    const TimeNs next =
        rate > 0.0 ? kernel::after_hours_rounded_up(now, kernel::exponential_draw(unit(), 1.0 / rate)) : hour_end;
    now = std::min(next, hour_end);
    if (next >= hour_end || now >= end_ns) continue;
    Driver driver;
    driver.car = law.cars[kernel::discrete_draw(unit(), weights)].first;
    driver.soc = kernel::uniform_draw(unit(), law.soc_low, law.soc_high);
    driver.trips.push_back({now, law.from, law.to});
    drivers.push_back(std::move(driver));
  }
  return drivers;
}

}  // namespace evtwin::roads
