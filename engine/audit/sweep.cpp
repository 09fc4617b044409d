#include "audit/sweep.hpp"

#include <algorithm>
#include <cmath>

#include "audit/ageing.hpp"
#include "audit/flows.hpp"

namespace evtwin::audit {
namespace {

/// The values of all signals, as time goes on.
class Signals {
 public:
  explicit Signals(const Site& site) : site_(site) {}

  void advance_to(Ns t) {
    for (std::size_t kind = 0; kind < kinds; ++kind) {
      const std::vector<Step>& steps = site_.signals[kind];
      for (; next_[kind] < steps.size() && steps[next_[kind]].start_ns <= t; ++next_[kind])
        value_[kind] = steps[next_[kind]].value;
    }
  }
  double operator[](Kind kind) const { return value_[static_cast<std::size_t>(kind)]; }

 private:
  const Site& site_;
  std::array<std::size_t, kinds> next_{};
  std::array<double, kinds> value_{};
};

/// Sums of the metering window that is open.
struct Window {
  double import_kwh = 0.0, export_kwh = 0.0, setpoint_kwh = 0.0;
  double peak_kw = 0.0;  ///< highest instantaneous import
};

class Sweep {
 public:
  Sweep(const Recorded& run, const Site& site)
      : run_(run),
        site_(site),
        signals_(site),
        flows_(site),
        running_(site.evses.size() + site.storages.size()),
        day_(site.evses.size()) {
    if (site.shares_limits) flows_.keep_grid_power();
    recount_.sessions.resize(site.sessions.size());
    for (const Storage& storage : site.storages) {
      standby_kw_ += storage.standby_kw;
      storage_use_.emplace_back(storage.capacity_kwh, storage.soc_start * storage.capacity_kwh,
                                storage.charge_efficiency, 1.0 / storage.discharge_efficiency, run.start_ns);
    }
    list_batteries();
    for (const Segment& segment : site.segments) note_segment(segment);
  }

  Recount count() {
    const std::vector<Ns> windows = run_.clock.stretch_starts(run_.start_ns, run_.end_ns, site_.window_ns);
    std::vector<Ns> edges = edges_with(windows);
    const std::vector<Ns> days = run_.clock.stretch_starts(run_.start_ns, run_.end_ns, day_ns);
    std::size_t next_window = 1, next_day = 0;
    for (std::size_t i = 0; i + 1 < edges.size(); ++i) {
      if (next_day < days.size() && days[next_day] <= edges[i]) {
        close_day();
        day_begin_ns_ = days[next_day++];
      }
      count_piece(edges[i], edges[i + 1]);
      const bool last = i + 2 == edges.size();
      if (last || (next_window < windows.size() && edges[i + 1] == windows[next_window])) {
        close_window(windows[next_window - 1], edges[i + 1]);
        ++next_window;
      }
    }
    finish();
    return std::move(recount_);
  }

 private:
  std::vector<Ns> edges_with(const std::vector<Ns>& windows) const {
    std::vector<Ns> edges = windows;
    edges.push_back(run_.end_ns);
    for (const Segment& segment : site_.segments) {
      edges.push_back(segment.start_ns);
      edges.push_back(segment.end_ns);
    }
    for (const std::vector<Step>& steps : site_.signals) {
      for (const Step& step : steps) {
        if (step.start_ns > run_.start_ns && step.start_ns < run_.end_ns) edges.push_back(step.start_ns);
      }
    }
    for (const LimitStep& step : site_.limit_steps) edges.push_back(step.start_ns);
    std::sort(edges.begin(), edges.end());
    edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
    return edges;
  }

  /// A battery for each session whose vehicle's size is known.
  void list_batteries() {
    battery_of_session_.assign(site_.sessions.size(), -1);
    for (std::size_t s = 0; s < site_.sessions.size(); ++s) {
      const Session& session = site_.sessions[s];
      const Vehicle& vehicle = run_.vehicles[static_cast<std::size_t>(session.vehicle)];
      if (session.number == 0 || !std::isfinite(vehicle.battery_kwh)) continue;
      battery_of_session_[s] = static_cast<int>(vehicle_use_.size());
      vehicle_use_.emplace_back(vehicle.battery_kwh, session.soc_start * vehicle.battery_kwh, vehicle.charge_efficiency,
                                1.0 / vehicle.discharge_efficiency, session.plugged_in_ns);
    }
  }

  /// All that needs no other power and no signal.
  void note_segment(const Segment& segment) {
    const Taper taper{segment.kw, segment.slope_per_h};
    const double kwh = taper.energy_kwh(0.0, hours_between(segment.start_ns, segment.end_ns));
    const double apart_kwh = std::abs(kwh - segment.energy_kwh);
    if (recount_.worst_segment == nullptr || !(apart_kwh <= most_apart_kwh_)) {
      most_apart_kwh_ = apart_kwh;
      recount_.worst_segment = &segment;
      recount_.worst_segment_kwh = kwh;
    }
    if (segment.session < 0) {
      const std::size_t s = static_cast<std::size_t>(segment.unit) - site_.evses.size();
      const Storage& storage = site_.storages[s];
      storage_use_[s].add_power(segment.start_ns, segment.end_ns, taper);
      recount_.sums.storage_losses_kwh += losses(kwh, storage.charge_efficiency, storage.discharge_efficiency);
      return;
    }
    const auto row = static_cast<std::size_t>(segment.session);
    const Vehicle& vehicle = run_.vehicles[static_cast<std::size_t>(site_.sessions[row].vehicle)];
    recount_.sums.vehicle_losses_kwh += losses(kwh, vehicle.charge_efficiency, vehicle.discharge_efficiency);
    const int battery = battery_of_session_[row];
    if (battery >= 0)
      vehicle_use_[static_cast<std::size_t>(battery)].add_power(segment.start_ns, segment.end_ns, taper);
  }

  /// Lost between the meter and what is stored.
  static double losses(double metered_kwh, double charge_efficiency, double discharge_efficiency) {
    return metered_kwh > 0.0 ? metered_kwh * (1.0 - charge_efficiency)
                             : -metered_kwh * (1.0 / discharge_efficiency - 1.0);
  }

  /// Units that have power at `t` until the next edge.
  void look_who_runs(Ns t) {
    for (; next_segment_ < site_.segments.size() && site_.segments[next_segment_].start_ns <= t; ++next_segment_) {
      const Segment& segment = site_.segments[next_segment_];
      running_[static_cast<std::size_t>(segment.unit)] = &segment;
    }
    powers_.clear();
    for (const Segment*& segment : running_) {
      if (segment == nullptr) continue;
      if (segment->end_ns <= t) {
        segment = nullptr;
        continue;
      }
      const Taper since_start{segment->kw, segment->slope_per_h};
      powers_.push_back(
          {segment->unit, {since_start.kw_at(hours_between(segment->start_ns, t)), segment->slope_per_h}});
    }
  }

  void count_piece(Ns from, Ns to) {
    const double hours = hours_between(from, to);
    signals_.advance_to(from);
    for (; next_step_ < site_.limit_steps.size() && site_.limit_steps[next_step_].start_ns <= from; ++next_step_)
      flows_.set_bound(site_.limit_steps[next_step_]);
    look_who_runs(from);
    for (const UnitPower& power : powers_) count_unit(power, hours);

    const double pv_kw = signals_[Kind::pv_kw], load_kw = signals_[Kind::load_kw];
    const Flows flows = flows_.count_flows(powers_,
                                           {load_kw + standby_kw_ - pv_kw, pv_kw, signals_[Kind::contract_kw],
                                            signals_[Kind::uncut_contract_kw], signals_[Kind::export_limit_kw]},
                                           hours);

    const double piece_h = hours_between(run_.start_ns, from);
    for (const GridPower& power : flows_.grid_power())
      recount_.grid.push_back({piece_h + power.from, piece_h + power.to, piece_h, power.net});

    // Standby of storages is drawn like load, but is booked as a loss: it serves nobody.
    Sums& sums = recount_.sums;
    sums.pv_kwh += pv_kw * hours;
    sums.load_kwh += load_kw * hours;
    sums.import_kwh += flows.import_kwh;
    sums.export_kwh += flows.export_kwh;
    sums.pv_exported_kwh += flows.pv_exported_kwh;
    sums.losses_kwh += flows.evse_losses_kwh + flows.feeder_losses_kwh + standby_kw_ * hours;
    sums.overload_kwh += flows.overload_kwh;
    sums.contract_excess_h += flows.contract_excess_h;
    sums.export_overload_kwh += flows.export_overload_kwh;
    sums.feeder_overload_kwh += flows.feeder_overload_kwh;

    // Signals are constant within the piece, so its energies have one price and one kg/kWh.
    sums.energy_cost += flows.import_kwh * signals_[Kind::buy_price] - flows.export_kwh * signals_[Kind::sell_price];
    sums.co2_kg += flows.import_kwh * signals_[Kind::co2_kg_per_kwh];
    sums.peak_instant_kw = std::max(sums.peak_instant_kw, flows.peak_kw);

    // Peak, ramp and tracking are of a window's means: they wait until it closes.
    window_.import_kwh += flows.import_kwh;
    window_.export_kwh += flows.export_kwh;
    window_.peak_kw = std::max(window_.peak_kw, flows.peak_kw);
    if (tracks()) window_.setpoint_kwh += signals_[Kind::power_setpoint_kw] * hours;
  }

  void count_unit(const UnitPower& power, double hours) {
    Sums& sums = recount_.sums;
    const double kwh = power.taper.energy_kwh(0.0, hours);
    const auto unit = static_cast<std::size_t>(power.unit);
    if (unit >= site_.evses.size()) {
      (kwh > 0.0 ? sums.storage_charge_kwh : sums.storage_discharge_kwh) += std::abs(kwh);
      return;
    }

    if (kwh == 0.0) return;
    const auto row = static_cast<std::size_t>(running_[unit]->session);
    SessionSums& session = recount_.sessions[row];
    EvseDaySums& day = day_[unit];

    // Valued on the AC side at the buy price: energy given back is worth what it saves the site there.
    const double efficiency = site_.evses[unit].efficiency;
    const double cost = (kwh > 0.0 ? kwh / efficiency : kwh * efficiency) * signals_[Kind::buy_price];
    session.cost += cost;
    day.cost += cost;

    // Drivers pay, and are paid, by the kWh at the EVSE's meter; a session's own lowest V2G price is kept.
    if (kwh > 0.0) {
      const double revenue = kwh * signals_[Kind::driver_price_per_kwh];
      session.charged_kwh += kwh;
      session.driver_revenue += revenue;
      day.charged_kwh += kwh;
      day.driver_revenue += revenue;
    } else {
      const double payment =
          -kwh * std::max(signals_[Kind::v2g_price_per_kwh], site_.sessions[row].v2g_min_price_per_kwh);
      session.discharged_kwh -= kwh;
      session.v2g_payment += payment;
      session.wear_cost -= kwh * site_.wear_price_per_kwh;
      day.discharged_kwh -= kwh;
      day.v2g_payment += payment;
    }
  }

  /// Length of the window that begins at `from`, or that the run's start cuts there, as the local clock has it.
  double whole_window_hours(Ns from) const {
    const std::vector<Ns> around = run_.clock.stretch_starts(from - day_ns, from + day_ns, site_.window_ns);
    const auto after = std::upper_bound(around.begin(), around.end(), from);
    return hours_between(*(after - 1), *after);
  }

  /// A window that the run cuts counts towards the peak with its full length, as a real meter would.
  void close_window(Ns from, Ns to) {
    Sums& sums = recount_.sums;
    const double hours = hours_between(from, to), full_hours = hours_between(0, site_.window_ns);
    const bool cut = from == run_.start_ns || to == run_.end_ns;
    const double peak_kw = window_.import_kwh / (cut ? whole_window_hours(from) : hours);
    MonthBill& month = recount_.months[run_.clock.month_at(from)];
    month.peak_kw = std::max(month.peak_kw, peak_kw);
    sums.peak_kw = std::max(sums.peak_kw, peak_kw);
    recount_.window_peaks_kw[{from, to}] = window_.peak_kw;

    const double net_kwh = window_.import_kwh - window_.export_kwh;
    const double net_kw = net_kwh / hours;
    if (last_window_kw_ == last_window_kw_) sums.ramp_kw += std::abs(net_kw - last_window_kw_);
    last_window_kw_ = net_kw;
    if (tracks()) {
      const double above_kw = net_kw - window_.setpoint_kwh / hours;
      sums.above_setpoint_kw += std::max(0.0, above_kw) * (hours / full_hours);
      sums.setpoint_error_kw2 += above_kw * above_kw * (hours / full_hours);
      sums.setpoint_error_kwh += std::abs(above_kw) * hours;
    }
    window_ = {};
  }

  void close_day() {
    for (std::size_t e = 0; e < day_.size(); ++e) {
      if (day_[e].charged_kwh == 0.0 && day_[e].discharged_kwh == 0.0) continue;
      recount_.evse_days[{static_cast<int>(e), day_begin_ns_}] = day_[e];
      day_[e] = {};
    }
  }

  void finish() {
    close_day();
    Sums& sums = recount_.sums;
    sums.tracks = tracks();

    // A battery of unknown size has no wear: its session is not among those that means are made of.
    for (std::size_t s = 0; s < site_.sessions.size(); ++s) {
      SessionSums& session = recount_.sessions[s];
      sums.ev_charge_kwh += session.charged_kwh;
      sums.ev_discharge_kwh += session.discharged_kwh;
      sums.driver_revenue += session.driver_revenue;
      sums.v2g_payment += session.v2g_payment;
      sums.ev_wear_cost += session.wear_cost;
      if (battery_of_session_[s] < 0) continue;
      const BatteryUse& use = vehicle_use_[static_cast<std::size_t>(battery_of_session_[s])];
      const Vehicle& vehicle = run_.vehicles[static_cast<std::size_t>(site_.sessions[s].vehicle)];
      const Ns until_ns = std::min(site_.sessions[s].departed_ns, run_.end_ns);
      const Wear wear = use.wear_until(until_ns, car_history_kwh(), vehicle.ageing);
      session.soc_end = use.stored_kwh() / vehicle.battery_kwh;
      count_visit(use.use_until(until_ns), vehicle, session.soc_end - site_.sessions[s].soc_start);
      session.wear_calendar = wear.calendar;
      session.wear_cyclic = wear.cyclic;
      sums.wear_calendar += wear.calendar;
      sums.wear_cyclic += wear.cyclic;
      sums.aged += 1;
    }
    finish_storages();
    sums.imbalance_kwh =
        std::abs(sums.pv_kwh + sums.import_kwh + sums.ev_discharge_kwh + sums.storage_discharge_kwh - sums.load_kwh -
                 sums.ev_charge_kwh - sums.storage_charge_kwh - sums.export_kwh - sums.losses_kwh);
  }

  void count_visit(const UseUntil& use, const Vehicle& vehicle, double soc_rise) {
    FleetSums& fleet = recount_.sums.fleets[vehicle.ageing];
    const double turns = use.flow_kwh / vehicle.battery_kwh;
    fleet.visits += 1.0;
    fleet.days += use.days;
    fleet.soc_days += use.days * use.mean_soc;
    fleet.turns += turns;
    fleet.level_turns += turns * use.cycle_soc;
    fleet.depth_turns += turns * use.depth;
    if (soc_rise > 0.0) fleet.taken_away += soc_rise;
  }

  void finish_storages() {
    Sums& sums = recount_.sums;
    sums.storages = static_cast<std::int64_t>(site_.storages.size());
    sums.storage_wear_cost = sums.storage_discharge_kwh * site_.wear_price_per_kwh;
    for (std::size_t s = 0; s < site_.storages.size(); ++s) {
      const Storage& storage = site_.storages[s];
      const Wear wear =
          storage_use_[s].wear_until(run_.end_ns, storage_history_kwh(storage.capacity_kwh), storage.ageing);
      const UseUntil use = storage_use_[s].use_until(run_.end_ns);
      recount_.storage_use.push_back(
          {use.days, use.mean_soc, use.flow_kwh, use.cycle_soc, use.depth, wear.calendar, wear.cyclic});
      if (use.days > 0.0) {
        const DailyUse day = daily_use(use, storage.capacity_kwh);
        sums.storage_life_years = std::fmin(sums.storage_life_years, years_until_replaced(storage.ageing, day));
        sums.storage_soh_5y = std::fmin(sums.storage_soh_5y, health_after_five_years(storage.ageing, day));
      }
      sums.storage_wear_calendar += wear.calendar;
      sums.storage_wear_cyclic += wear.cyclic;
      sums.usable_storage_kwh += (storage.soc_max - storage.soc_min) * storage.capacity_kwh;
      const double more_kwh = storage_use_[s].stored_kwh() - storage.soc_start * storage.capacity_kwh;
      sums.storage_value += storage_value(more_kwh / storage.charge_efficiency, storage.max_charge_kw);
    }
  }

  /// Of what charging it takes at the terminals. More than at the start: at the lowest price of the run. Less: what
  /// refilling it costs, at full power where the run was cheapest; what does not fit into the run, at its highest
  /// price.
  double storage_value(double more_kwh, double full_kw) const {
    struct Slot {
      double price_per_kwh, hours;
    };
    const std::vector<Step>& steps = site_.signals[static_cast<std::size_t>(Kind::buy_price)];
    std::vector<Slot> slots;
    for (std::size_t i = 0; i < steps.size(); ++i) {
      const Ns until = i + 1 < steps.size() ? steps[i + 1].start_ns : run_.end_ns;
      if (until > steps[i].start_ns) slots.push_back({steps[i].value, hours_between(steps[i].start_ns, until)});
    }
    if (slots.empty()) return 0.0;
    std::sort(slots.begin(), slots.end(), [](Slot a, Slot b) { return a.price_per_kwh < b.price_per_kwh; });
    if (more_kwh >= 0.0) return more_kwh * slots.front().price_per_kwh;
    double owed_kwh = -more_kwh, cost = 0.0;
    for (const Slot& slot : slots) {
      const double kwh = std::min(owed_kwh, full_kw * slot.hours);
      cost += kwh * std::max(0.0, slot.price_per_kwh);
      owed_kwh -= kwh;
    }
    return -(cost + owed_kwh * std::max(0.0, slots.back().price_per_kwh));
  }

  bool tracks() const { return !site_.signals[static_cast<std::size_t>(Kind::power_setpoint_kw)].empty(); }

  const Recorded& run_;
  const Site& site_;
  Recount recount_;
  Signals signals_;
  FlowCounter flows_;
  double standby_kw_ = 0.0;
  Ns day_begin_ns_ = 0;                  // of the local day, or the run's start
  std::vector<const Segment*> running_;  // by unit; null: no power
  std::vector<EvseDaySums> day_;         // by EVSE, of the local day that is open
  std::size_t next_segment_ = 0, next_step_ = 0;
  std::vector<UnitPower> powers_;
  Window window_;
  double last_window_kw_ = unknown;
  double most_apart_kwh_ = 0.0;
  std::vector<int> battery_of_session_;  // row of vehicle_use_; -1: its size is unknown
  std::vector<BatteryUse> vehicle_use_, storage_use_;
};

}  // namespace

Recount recount_site(const Recorded& run, const Site& site) { return Sweep(run, site).count(); }

}  // namespace evtwin::audit
