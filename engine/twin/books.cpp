#include "twin/books.hpp"

#include <algorithm>
#include <cmath>

namespace evtwin::twin {

Books::Books(const SiteContext& context, const physics::FeederTree& tree)
    : context_(context),
      tree_(tree),
      limits_(context.site),
      meter_({&context.site.tariff, context.site.contract_kw, context.site.past_peaks, context.site.part_month,
              context.episode.from_ns, context.episode.to_ns},
             context.world.calendar),
      accounts_(context.site.evses.size()),
      evse_day_(context.site.evses.size()),
      feeder_kwh_(context.site.feeders.size()),
      feeder_into_kwh_(context.site.feeders.size()),
      metered_kwh_(context.site.evses.size()) {
  for (const physics::Vehicle& vehicle : context.world.vehicles) {
    vehicle_ageing_.emplace_back(vehicle.ageing.fitted_law(),
                                 physics::AgeingHistory::of_typical_car(vehicle.battery.capacity_kwh));
    const auto same = std::find(fleet_ageing_.begin(), fleet_ageing_.end(), vehicle.ageing);
    fleet_of_vehicle_.push_back(static_cast<std::uint32_t>(same - fleet_ageing_.begin()));
    if (same == fleet_ageing_.end()) fleet_ageing_.push_back(vehicle.ageing);
  }
  fleet_use_.resize(fleet_ageing_.size());
  storage_use_.reserve(context.site.storages.size());
}

void Books::begin() {
  total_ = at_last_decision_ = at_window_start_ = {};
  meter_.begin(context_.episode.from_ns, context_.episode.to_ns);
  window_import_kwh_ = window_peak_kw_ = window_setpoint_kwh_ = 0.0;
  last_window_kw_ = physics::unknown;
  ramp_kw_ = peak_instant_kw_ = storage_losses_kwh_ = vehicle_losses_kwh_ = contract_excess_h_ = 0.0;
  sessions_aged_ = 0;
  tracking_.reset();
  if (context_.site.power_setpoint_kw) tracking_.emplace();
  storage_use_.clear();
  std::fill(accounts_.begin(), accounts_.end(), Account{});
  std::fill(evse_day_.begin(), evse_day_.end(), EvseSums{});
  std::fill(fleet_use_.begin(), fleet_use_.end(), physics::FleetUse{});
  open_day(context_.episode.from_ns);
}

// ---- Time passes

namespace {

/// Energy beyond a limit; what rounding makes of a power that stands exactly at its limit is none.
/// @param rounded_kwh  see rounded_away_kwh
double excess_kwh(double kwh, double limit_kwh, double rounded_kwh) {
  const double excess = kwh - limit_kwh;
  return excess > 1e-9 * std::abs(limit_kwh) + rounded_kwh ? excess : 0.0;
}

/// Part of all that flows in a piece that is no excess, whatever the limit: the rounding of sums in which it cancels
/// out, and the energy of the nanosecond to which a crossing is rounded up. A part of what flows and no number of kWh,
/// so that a small excess counts whatever the tick, and a nanosecond of ten megawatts does not.
double rounded_away_kwh(double flowing_kwh, kernel::TimeNs length_ns) {
  return flowing_kwh * (1e-12 + 1.0 / static_cast<double>(length_ns));
}

}  // namespace

void Books::book_storage(const physics::Storage& storage, double metered_kwh) {
  if (metered_kwh > 0.0) {
    total_.storage_charge_kwh += metered_kwh;
    storage_losses_kwh_ += metered_kwh * (1.0 - storage.charge_efficiency);
  } else {
    total_.storage_discharge_kwh -= metered_kwh;
    total_.wear_cost -= metered_kwh * context_.site.wear_price_per_kwh;
    storage_losses_kwh_ -= metered_kwh * (1.0 / storage.discharge_efficiency - 1.0);
  }
}

void Books::book_member(std::uint32_t i, double metered_kwh, const SignalValues& now) {
  if (i >= evse_count()) {
    book_storage(context_.site.storages[i - evse_count()], metered_kwh);
    return;
  }
  Account& account = accounts_[i];
  const double ac_kwh = physics::power_into(metered_kwh, context_.site.evses[i].efficiency);
  total_.losses_kwh += ac_kwh - metered_kwh;
  account.sums.cost += ac_kwh * now.price.buy_per_kwh;
  if (metered_kwh > 0.0) {
    total_.ev_charge_kwh += metered_kwh;
    total_.driver_revenue += metered_kwh * now.driver_price_per_kwh;
    account.sums.driver_revenue += metered_kwh * now.driver_price_per_kwh;
    account.losses_kwh += metered_kwh * (1.0 - account.battery->charge_efficiency);
  } else {
    total_.ev_discharge_kwh -= metered_kwh;
    const double price_per_kwh = paid_per_kwh(i, now);
    total_.v2g_payment -= metered_kwh * price_per_kwh;
    total_.wear_cost -= metered_kwh * context_.site.wear_price_per_kwh;
    account.sums.v2g_payment -= metered_kwh * price_per_kwh;
    account.sums.discharged_kwh -= metered_kwh;
    account.losses_kwh -= metered_kwh * (1.0 / account.battery->discharge_efficiency - 1.0);
  }
}

/// Energy beyond the limits of feeders and rows, each on one side of them all the while. @pre feeder_into_kwh_ is known
void Books::book_excess_below(const Flow& flow, double hours, double rounded_kwh) {
  if (limits_.all_limits().empty()) return;
  for (const MemberFlow& member : flow.members) {
    if (member.member < evse_count()) metered_kwh_[member.member] = member.kwh;
  }
  for (const PowerLimits::Limit& limit : limits_.all_limits()) {
    const double kwh =
        PowerLimits::value_of(limit, feeder_into_kwh_, [&](std::uint32_t evse) { return metered_kwh_[evse]; });
    total_.feeder_overload_kwh +=
        excess_kwh(kwh, limit.upper_kw * hours, rounded_kwh) + excess_kwh(-kwh, -limit.lower_kw * hours, rounded_kwh);
  }
  for (const MemberFlow& member : flow.members) {
    if (member.member < evse_count()) metered_kwh_[member.member] = 0.0;
  }
}

void Books::book_piece(const Piece& piece, const SignalValues& now) {
  const double hours = kernel::hours_between(piece.from_ns, piece.to_ns);
  const double pv_kwh = now.pv_kw * hours;
  const double load_kwh = now.load_kw * hours;
  const double standby_kwh = now.standby_kw * hours;
  double net_kwh = load_kwh + standby_kwh - pv_kwh;
  double constant_kw = now.base_kw();
  double flowing_kwh = load_kwh + standby_kwh + pv_kwh;

  // Members without a feeder are at the grid connection; the others reach it with the losses of the way.
  std::fill(feeder_kwh_.begin(), feeder_kwh_.end(), 0.0);
  for (const MemberFlow& flow : piece.flow.members) {
    const bool evse = flow.member < evse_count();
    const double efficiency = evse ? context_.site.evses[flow.member].efficiency : 1.0;
    constant_kw += physics::power_into(flow.kw, efficiency);
    if (flow.kwh == 0.0) continue;
    flowing_kwh += std::abs(flow.kwh);
    book_member(flow.member, flow.kwh, now);
    const std::int32_t feeder = evse ? context_.site.evses[flow.member].feeder : -1;
    (feeder < 0 ? net_kwh : feeder_kwh_[static_cast<std::size_t>(feeder)]) += physics::power_into(flow.kwh, efficiency);
  }

  // Feeders lose in the direction of the flow through them, and so can only be worked out together.
  if (!feeder_kwh_.empty()) {
    double below_kwh = 0.0;
    for (const double kwh : feeder_kwh_) below_kwh += kwh;
    const double into_kwh = tree_.sum_flows(feeder_kwh_, feeder_into_kwh_);
    net_kwh += into_kwh;
    total_.losses_kwh += into_kwh - below_kwh;
  }

  total_.pv_kwh += pv_kwh;
  total_.load_kwh += load_kwh;
  total_.losses_kwh += standby_kwh;

  const double import_kwh = std::max(0.0, net_kwh);
  const double export_kwh = std::max(0.0, -net_kwh);
  total_.import_kwh += import_kwh;
  total_.export_kwh += export_kwh;
  // Export counts against PV first: whatever leaves the site is PV as far as there is any.
  total_.pv_used_kwh += pv_kwh - std::min(pv_kwh, export_kwh);
  total_.energy_cost += import_kwh * now.price.buy_per_kwh - export_kwh * now.price.sell_per_kwh;
  total_.co2_kg += import_kwh * now.co2_kg_per_kwh;

  // Overload is against the contract as cut, excess hours against the contract before cuts.
  const double rounded_kwh = rounded_away_kwh(flowing_kwh, piece.to_ns - piece.from_ns);
  total_.overload_kwh += excess_kwh(import_kwh, now.contract_kw * hours, rounded_kwh);
  if (excess_kwh(import_kwh, now.given_contract_kw * hours, rounded_kwh) > 0.0) contract_excess_h_ += hours;
  total_.export_overload_kwh += excess_kwh(export_kwh, now.export_limit_kw * hours, rounded_kwh);
  book_excess_below(piece.flow, hours, rounded_kwh);

  window_import_kwh_ += import_kwh;
  if (tracking_) window_setpoint_kwh_ += now.setpoint_kw * hours;
  window_peak_kw_ = std::max(window_peak_kw_, std::isnan(piece.peak_kw) ? constant_kw : piece.peak_kw);
}

void Books::close_window(TimeNs t) { end_window(t, false); }

void Books::close_last_window(TimeNs t) {
  if (t > meter_.window_begin_ns()) end_window(t, true);
}

// The mean power of a metering window, from pieces of time that each import or export as a whole (GridPower cuts them
// where the net power turns):
//
//   N_i = integral of (load + standby - PV + members through their losses) over piece i       kWh
//   E = sum of max(0, N_i), X = sum of max(0, -N_i)                                           imported, exported
//   mean net power = (E - X) / h          of the h hours that the run has of the window: ramp, tracking of a set-point
//   metered power  = E / H                of the whole window's H hours: market/demand_charge.cpp, rule 1
//
// Ours. Example: 10 min at 12 kW and 5 min at -6 kW are E = 2 kWh, X = 0.5 kWh: 6 kW net, and 8 kW for the bill.
void Books::end_window(TimeNs t, bool last) {
  const TimeNs begin_ns = meter_.window_begin_ns();
  const double hours = kernel::hours_between(begin_ns, t);
  const double net_kwh = window_import_kwh_ - (total_.export_kwh - at_window_start_.export_kwh);
  if (tracking_) track_setpoint(net_kwh, hours);
  const double net_kw = net_kwh / hours;
  if (!std::isnan(last_window_kw_)) ramp_kw_ += std::abs(net_kw - last_window_kw_);
  last_window_kw_ = net_kw;
  peak_instant_kw_ = std::max(peak_instant_kw_, window_peak_kw_);

  if (last) {
    meter_.finish_at(window_import_kwh_, t);
  } else {
    meter_.close_window(window_import_kwh_);
  }
  total_.demand_charge = meter_.total_charge();
  if (context_.observer != nullptr) {
    const control::Ledger increment = total_ - at_window_start_;
    context_.observer->on_meter({context_.number, begin_ns, t, &increment, window_peak_kw_});
  }
  at_window_start_ = total_;
  window_import_kwh_ = window_peak_kw_ = window_setpoint_kwh_ = 0.0;
}

/// Mean net import of the window that ends against its mean set-point.
void Books::track_setpoint(double net_kwh, double hours) {
  const double share = hours / kernel::hours_between(0, meter_.window_ns());
  const double above_kw = (net_kwh - window_setpoint_kwh_) / hours;
  tracking_->above_kw += std::max(0.0, above_kw) * share;
  tracking_->squared_kw2 += above_kw * above_kw * share;
  tracking_->deviation_kwh += std::abs(net_kwh - window_setpoint_kwh_);
}

/// Adds to the day the session's sums since the last call.
void Books::book_evse_day(std::uint32_t evse, double got_kwh) {
  Account& account = accounts_[evse];
  account.sums.net_kwh = got_kwh;
  EvseSums& day = evse_day_[evse];
  for (double EvseSums::*sum : {&EvseSums::net_kwh, &EvseSums::discharged_kwh, &EvseSums::cost,
                                &EvseSums::driver_revenue, &EvseSums::v2g_payment})
    day.*sum += account.sums.*sum - account.at_day_start.*sum;
  account.at_day_start = account.sums;
}

void Books::close_day(TimeNs t, std::span<const double> got_kwh) {
  for (std::uint32_t i = 0; i < evse_count(); ++i) {
    if (accounts_[i].battery != nullptr) book_evse_day(i, got_kwh[i]);
    const EvseSums& day = evse_day_[i];
    const double charged_kwh = day.net_kwh + day.discharged_kwh;
    if (context_.observer != nullptr && (charged_kwh != 0.0 || day.discharged_kwh != 0.0)) {
      context_.observer->on_evse_day({context_.number, i, day_start_ns_, charged_kwh, day.discharged_kwh, day.cost,
                                      day.driver_revenue, day.v2g_payment});
    }
    evse_day_[i] = {};
  }
  open_day(t);
}

void Books::open_day(TimeNs t) {
  const market::Calendar& calendar = context_.world.calendar;
  day_start_ns_ = t;
  day_end_ns_ = calendar.start_of(market::date_of_days(market::days_since_epoch(calendar.local_date(t)) + 1));
}

// ---- Sessions

void Books::restore_account(std::uint32_t evse, const demand::Visit& visit) {
  accounts_[evse].battery = &context_.world.vehicles[visit.vehicle].battery;
  accounts_[evse].v2g_min_price_per_kwh = visit.v2g_min_price_per_kwh;
}

void Books::plug_in(std::uint32_t evse, const demand::Visit& visit) {
  accounts_[evse] = {};
  restore_account(evse, visit);
}

void Books::end_session(std::uint32_t evse, double got_kwh, SessionRecord& record,
                        const std::optional<physics::AgeingUse>& use) {
  book_evse_day(evse, got_kwh);
  Account& account = accounts_[evse];
  record.discharged_kwh = account.sums.discharged_kwh;
  record.cost = account.sums.cost;
  record.driver_revenue = account.sums.driver_revenue;
  record.v2g_payment = account.sums.v2g_payment;
  record.wear_cost = account.sums.discharged_kwh * context_.site.wear_price_per_kwh;
  if (use) {
    const physics::Ageing& ageing = vehicle_ageing_[record.vehicle_row];
    total_.ev_wear_calendar += record.wear_calendar = ageing.calendar_loss(*use);
    total_.ev_wear_cyclic += record.wear_cyclic = ageing.cyclic_loss(*use);
    sessions_aged_ += 1;
    const double capacity_kwh = context_.world.vehicles[record.vehicle_row].battery.capacity_kwh;
    fleet_use_[fleet_of_vehicle_[record.vehicle_row]].add_battery(*use, capacity_kwh,
                                                                  record.soc_end - record.soc_start);
  }
  vehicle_losses_kwh_ += account.losses_kwh;
  if (record.end == SessionEnd::departed) total_.unmet_kwh += record.unmet_kwh;
  account.battery = nullptr;
}

// ---- The end

void Books::book_storage_wear(std::uint32_t storage, const physics::AgeingUse& use) {
  const double capacity_kwh = context_.site.storages[storage].capacity_kwh;
  const physics::Ageing ageing(context_.site.storages[storage].ageing.fitted_law(),
                               physics::AgeingHistory::of_typical_storage(capacity_kwh));
  StorageUse& used = storage_use_.emplace_back();
  used.use = use;
  total_.storage_wear_calendar += used.wear_calendar = ageing.calendar_loss(use);
  total_.storage_wear_cyclic += used.wear_cyclic = ageing.cyclic_loss(use);
}

void Books::add_to_result(TimeNs t, SiteResult& result) {
  result.months = market::demand_bill(context_.site.tariff, context_.world.calendar, context_.episode.from_ns, t,
                                      meter_.month_peaks(), context_.site.past_peaks, context_.site.contract_kw,
                                      context_.site.part_month, meter_.month_contracts());
  result.ledger = total_;
  result.peak_kw = meter_.peak_kw();
  result.peak_instant_kw = peak_instant_kw_;
  result.ramp_kw = ramp_kw_;
  result.storage_losses_kwh = storage_losses_kwh_;
  result.contract_excess_h = contract_excess_h_;
  result.vehicle_losses_kwh = vehicle_losses_kwh_;
  result.tracking = tracking_;
  result.sessions_aged = sessions_aged_;
  result.storage_use = storage_use_;
  for (std::size_t i = 0; i < fleet_use_.size(); ++i) {
    if (fleet_use_[i].sessions > 0.0) result.fleets.push_back({fleet_ageing_[i], fleet_use_[i]});
  }
}

namespace {

/// The books as strategies see them: what came since `before`.
void show_ledger(const control::Ledger& now, const control::Ledger& before, evtwin_ledger& to) {
  to = {sizeof(evtwin_ledger),
        0,
        now.import_kwh - before.import_kwh,
        now.export_kwh - before.export_kwh,
        now.pv_kwh - before.pv_kwh,
        now.load_kwh - before.load_kwh,
        now.ev_charge_kwh - before.ev_charge_kwh,
        now.ev_discharge_kwh - before.ev_discharge_kwh,
        now.storage_charge_kwh - before.storage_charge_kwh,
        now.storage_discharge_kwh - before.storage_discharge_kwh,
        now.losses_kwh - before.losses_kwh,
        now.energy_cost - before.energy_cost,
        now.demand_charge - before.demand_charge,
        now.driver_revenue - before.driver_revenue,
        now.v2g_payment - before.v2g_payment,
        now.wear_cost - before.wear_cost,
        now.co2_kg - before.co2_kg,
        now.unmet_kwh - before.unmet_kwh,
        now.overload_kwh - before.overload_kwh,
        now.feeder_overload_kwh - before.feeder_overload_kwh,
        now.export_overload_kwh - before.export_overload_kwh,
        0.0};
}

}  // namespace

void Books::show_v2g_prices(control::ViewColumns& columns, const SignalValues& now,
                            std::span<const std::uint32_t> connected) const {
  for (const std::uint32_t i : connected) columns.v2g_price_per_kwh[i] = paid_per_kwh(i, now);
}

void Books::show_in_view(control::ViewColumns& columns) const {
  evtwin_view& view = columns.view;
  const bool by_peak = context_.site.tariff.demand.basis == market::DemandBasis::peak;
  view.demand_price_per_kw = by_peak ? meter_.price_per_kw() : 0.0;
  view.demand_fraction = meter_.charged_fraction();
  view.billed_peak_kw = meter_.billed_kw();
  view.month_peak_kw = meter_.month_peak_kw();
  view.month_end_ns = meter_.month_end_ns();
  view.window_import_kwh = window_import_kwh_;
  view.window_end_ns = meter_.window_end_ns();
  view.metering_window_ns = meter_.whole_window_ns();
  const market::NextMonthDemand& next = meter_.next_month();
  view.next_month_demand_price_per_kw = by_peak ? next.price_per_kw : 0.0;
  view.next_month_demand_fraction = next.fraction;
  view.next_month_floor_kw = next.floor_kw;
  show_ledger(total_, at_last_decision_, columns.since_last);
  show_ledger(total_, {}, columns.so_far);
}

}  // namespace evtwin::twin
