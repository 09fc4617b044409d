// The books of a site: what flowed since the last instant, exactly, and what it cost.
#include <algorithm>
#include <cmath>

#include "twin/site_run.hpp"

namespace evtwin::twin {

using kernel::Phase;

double SiteRun::metered_at(const Motion& motion, TimeNs t) const {
  if (motion.law.kw == 0.0) return 0.0;
  return t >= motion.crossing_ns ? motion.law.metered_kwh
                                 : motion.law.metered_after(kernel::hours_between(motion.since_ns, t));
}

/// Import (> 0) or export at the grid connection at `t` under the laws in force.
double SiteRun::net_kw_at(TimeNs t) {
  double net = load_kw_ + standby_kw_ - pv_kw_;
  std::fill(feeder_kwh_.begin(), feeder_kwh_.end(), 0.0);
  for (const std::uint32_t i : active_) {
    const Motion& m = motions_[i];
    if (m.law.kw == 0.0 || t > m.crossing_ns) continue;
    const double kw = m.law.kw_at(std::min(kernel::hours_between(m.since_ns, t), m.law.hours));
    if (i >= evse_count()) {
      net += kw;
      continue;
    }
    const double ac_kw = physics::through(kw, site_.evses[i].efficiency);
    const std::int32_t feeder = site_.evses[i].feeder;
    (feeder < 0 ? net : feeder_kwh_[static_cast<std::size_t>(feeder)]) += ac_kw;
  }
  if (!feeder_kwh_.empty()) net += guard_.tree().flows(feeder_kwh_, feeder_into_kwh_);
  return net;
}

namespace {

/// Which side of the levels that matter a net power is on: how many of them it is above. They are 0, the contract, the
/// export limit, and minus the PV, below which more leaves the site than the sun gave.
int zone(double net_kw, double contract_kw, double export_limit_kw, double pv_kw) {
  return (net_kw > contract_kw ? 1 : 0) + (net_kw > 0.0 ? 1 : 0) + (net_kw >= -export_limit_kw ? 1 : 0) +
         (net_kw > -pv_kw ? 1 : 0);
}

/// Energy beyond a limit; what rounding makes of a power that stands exactly at its limit is none, and neither is what
/// flows in the nanosecond to which a crossing is rounded up (350 kW in 1 ns are 1e-10 kWh).
double excess_kwh(double kwh, double limit_kwh) {
  const double excess = kwh - limit_kwh;
  return excess > 1e-9 * limit_kwh + 1e-10 ? excess : 0.0;
}

}  // namespace

/// Whether nothing changes sides within (from, to): then energies alone tell import, export and overload exactly.
bool SiteRun::smooth(TimeNs from, TimeNs to) {
  if (falling_ == 0 && rising_ == 0) return true;
  // Powers that rise and fall at once may cross a level and come back: look closer than a minute.
  if (falling_ > 0 && rising_ > 0 && to - from > kernel::minute_ns) return false;

  const double net_from = net_kw_at(from);
  feeder_before_kwh_ = feeder_into_kwh_;
  const double net_to = net_kw_at(to);
  if (zone(net_from, contract_kw_, export_limit_kw_, pv_kw_) != zone(net_to, contract_kw_, export_limit_kw_, pv_kw_))
    return false;
  for (std::size_t f = 0; f < feeder_before_kwh_.size(); ++f) {
    if ((feeder_before_kwh_[f] > 0.0) != (feeder_into_kwh_[f] > 0.0)) return false;
  }
  return true;
}

/// Books (now, t], divided where the site changes from import to export or over a limit while vehicles taper.
void SiteRun::book_until(TimeNs t) {
  while (now_ns_ < t) {
    TimeNs to = t;
    if (!smooth(now_ns_, to)) {
      // The last instant that is still smooth, by bisection to the nanosecond.
      TimeNs good = now_ns_, bad = to;
      while (bad - good > 1) {
        const TimeNs middle = good + (bad - good) / 2;
        (smooth(now_ns_, middle) ? good : bad) = middle;
      }
      to = std::max(good, now_ns_ + 1);
    }
    book_piece(now_ns_, to);
    now_ns_ = to;
  }
}

void SiteRun::book_member(std::uint32_t i, double metered_kwh) {
  if (i >= evse_count()) {
    const physics::Storage& storage = site_.storages[i - evse_count()];
    if (metered_kwh > 0.0) {
      total_.storage_charge_kwh += metered_kwh;
      result_.storage_losses_kwh += metered_kwh * (1.0 - storage.charge_efficiency);
    } else {
      total_.storage_discharge_kwh -= metered_kwh;
      total_.wear_cost -= metered_kwh * site_.wear_price_per_kwh;
      result_.storage_losses_kwh -= metered_kwh * (1.0 / storage.discharge_efficiency - 1.0);
    }
    return;
  }
  Session& s = sessions_[i];
  const double ac_kwh = physics::through(metered_kwh, site_.evses[i].efficiency);
  total_.losses_kwh += ac_kwh - metered_kwh;
  s.sums.cost += ac_kwh * price_.buy_per_kwh;
  if (metered_kwh > 0.0) {
    total_.ev_charge_kwh += metered_kwh;
    total_.driver_revenue += metered_kwh * driver_price_per_kwh;
    s.sums.driver_revenue += metered_kwh * driver_price_per_kwh;
    s.losses_kwh += metered_kwh * (1.0 - s.vehicle->battery.charge_efficiency);
  } else {
    total_.ev_discharge_kwh -= metered_kwh;
    const double price_per_kwh = paid_per_kwh(s);
    total_.v2g_payment -= metered_kwh * price_per_kwh;
    total_.wear_cost -= metered_kwh * site_.wear_price_per_kwh;
    s.sums.v2g_payment -= metered_kwh * price_per_kwh;
    s.sums.discharged_kwh -= metered_kwh;
    s.losses_kwh -= metered_kwh * (1.0 / s.vehicle->battery.discharge_efficiency - 1.0);
  }
}

/// What a law that ends at `t` did to a battery of known size.
void SiteRun::meter_use(std::uint32_t i, TimeNs t) {
  const Motion& m = motions_[i];
  const bool evse = i < evse_count();
  if (m.metered == 0.0 || (evse && sessions_[i].vehicle->battery.capacity_kwh == infinite)) return;
  const TimeNs begin_ns = evse ? sessions_[i].plugged_in_ns : context_.world.start_ns;
  const double change_kwh = stored_kwh_[i] - m.stored_at_start;
  if (m.law.rate_per_h == 0.0) {
    use_[i].add_constant(m.stored_at_start, change_kwh,
                         kernel::hours_between(begin_ns, m.since_ns + (t - m.since_ns) / 2));
  } else {
    use_[i].add(m.stored_at_start, change_kwh, m.law, m.metered, kernel::hours_between(begin_ns, m.since_ns),
                kernel::hours_between(m.since_ns, t));
  }
}

void SiteRun::book_storage_wear(TimeNs t) {
  const double hours = kernel::hours_between(context_.world.start_ns, t);
  for (std::size_t s = 0; s < site_.storages.size(); ++s) {
    const double capacity_kwh = site_.storages[s].capacity_kwh;
    const physics::Ageing ageing({}, physics::AgeingHistory::storage(capacity_kwh));
    StorageUse& used = result_.storage_use.emplace_back();
    used.use = use_[evse_count() + s].use(capacity_kwh, stored_kwh_[evse_count() + s], hours);
    total_.storage_wear_calendar += used.wear_calendar = ageing.calendar_loss(used.use);
    total_.storage_wear_cyclic += used.wear_cyclic = ageing.cyclic_loss(used.use);
  }
}

void SiteRun::book_piece(TimeNs from, TimeNs to) {
  const double hours = kernel::hours_between(from, to);
  const double pv_kwh = pv_kw_ * hours;
  const double load_kwh = load_kw_ * hours;
  const double standby_kwh = standby_kw_ * hours;
  double net_kwh = load_kwh + standby_kwh - pv_kwh;
  double constant_kw = load_kw_ + standby_kw_ - pv_kw_;
  bool tapers = false;

  std::fill(feeder_kwh_.begin(), feeder_kwh_.end(), 0.0);
  for (const std::uint32_t i : active_) {
    Motion& m = motions_[i];
    if (m.law.kw == 0.0) continue;
    const double metered = metered_at(m, to);
    const double delta = metered - m.metered;
    m.metered = metered;
    tapers = tapers || m.law.rate_per_h != 0.0;
    constant_kw += i < evse_count() ? physics::through(m.law.kw, site_.evses[i].efficiency) : m.law.kw;
    if (delta == 0.0) continue;
    book_member(i, delta);
    const double ac_kwh = i < evse_count() ? physics::through(delta, site_.evses[i].efficiency) : delta;
    const std::int32_t feeder = i < evse_count() ? site_.evses[i].feeder : -1;
    (feeder < 0 ? net_kwh : feeder_kwh_[static_cast<std::size_t>(feeder)]) += ac_kwh;
  }
  if (!feeder_kwh_.empty()) {
    double below_kwh = 0.0;
    for (const double kwh : feeder_kwh_) below_kwh += kwh;
    const double into_kwh = guard_.tree().flows(feeder_kwh_, feeder_into_kwh_);
    net_kwh += into_kwh;
    total_.losses_kwh += into_kwh - below_kwh;
  }
  total_.pv_kwh += pv_kwh;
  total_.load_kwh += load_kwh;
  total_.losses_kwh += standby_kwh;

  const double import_kwh = std::max(0.0, net_kwh);
  const double export_kwh = std::max(0.0, -net_kwh);
  total_.import_kwh += import_kwh;
  window_import_kwh_ += import_kwh;
  total_.export_kwh += export_kwh;
  total_.pv_used_kwh += pv_kwh - std::min(pv_kwh, export_kwh);
  total_.energy_cost += import_kwh * price_.buy_per_kwh - export_kwh * price_.sell_per_kwh;
  total_.co2_kg += import_kwh * co2_kg_per_kwh_;
  total_.overload_kwh += excess_kwh(import_kwh, contract_kw_ * hours);
  total_.export_overload_kwh += excess_kwh(export_kwh, export_limit_kw_ * hours);
  total_.feeder_overload_kwh += row_excess_kw_ * hours;
  buy_price_hours_ += price_.buy_per_kwh * hours;
  if (setpoint_) window_setpoint_kwh_ += setpoint_kw_ * hours;

  // Within a piece power only falls or only rises: its ends are its extremes.
  double peak_kw = constant_kw;
  if (tapers || !feeder_kwh_.empty()) peak_kw = std::max(net_kw_at(from), net_kw_at(to));
  window_peak_kw_ = std::max(window_peak_kw_, peak_kw);
}

void SiteRun::report_signal(SignalKind kind, double value, TimeNs t) {
  if (context_.observer != nullptr) context_.observer->on_signal({number_, kind, t, value});
}

/// Reads every signal at `t`, sets the timers of their next changes.
void SiteRun::sample_signals(TimeNs t) {
  price_ = tariff_.at(t);
  schedule(EventKind::price, Phase::signal, price_.until_ns);
  report_signal(SignalKind::buy_price, price_.buy_per_kwh, t);
  report_signal(SignalKind::sell_price, price_.sell_per_kwh, t);
  const auto sample = [&](market::SignalClock& signal, double& value, EventKind kind, SignalKind shown) {
    const market::Sample now = signal.at(t);
    value = now.value;
    schedule(kind, Phase::signal, now.until_ns);
    report_signal(shown, value, t);
  };
  sample(pv_, pv_kw_, EventKind::pv, SignalKind::pv_kw);
  sample(load_, load_kw_, EventKind::load, SignalKind::load_kw);
  sample(co2_, co2_kg_per_kwh_, EventKind::co2, SignalKind::co2_kg_per_kwh);
  if (setpoint_) {
    schedule(EventKind::setpoint, Phase::signal, setpoint_->at(t).until_ns);
    report_signal(SignalKind::power_setpoint_kw, setpoint_kw_, t);
  }
  report_signal(SignalKind::contract_kw, contract_kw_, t);
  report_signal(SignalKind::export_limit_kw, export_limit_kw_, t);
}

/// Mean net import of the window that ends against its mean set-point.
void SiteRun::track_setpoint(TimeNs window_end_ns) {
  const double hours = kernel::hours_between(meter_.window_begin_ns(), window_end_ns);
  const double share = hours / kernel::hours_between(0, meter_.window_ns());
  const double net_kwh = window_import_kwh_ - (total_.export_kwh - at_window_start_.export_kwh);
  const double above_kw = (net_kwh - window_setpoint_kwh_) / hours;
  Tracking& tracking = *result_.tracking;
  tracking.above_kw += std::max(0.0, above_kw) * share;
  tracking.squared_kw2 += above_kw * above_kw * share;
  tracking.deviation_kwh += std::abs(net_kwh - window_setpoint_kwh_);
  window_setpoint_kwh_ = 0.0;
}

/// The end of a metering window: the month's demand charge grows, the window's books go to the observer.
void SiteRun::close_meter_window(TimeNs t) {
  const TimeNs begin_ns = meter_.window_begin_ns();
  if (setpoint_) track_setpoint(t);
  const double net_kw =
      (window_import_kwh_ - (total_.export_kwh - at_window_start_.export_kwh)) / kernel::hours_between(begin_ns, t);
  if (!std::isnan(last_window_kw_)) result_.ramp_kw += std::abs(net_kw - last_window_kw_);
  last_window_kw_ = net_kw;
  if (t < context_.world.end_ns) {
    meter_.close(window_import_kwh_);
  } else {
    meter_.finish(window_import_kwh_);
  }
  total_.demand_charge = meter_.charge();
  result_.peak_kw = meter_.peak_kw();
  result_.peak_instant_kw = std::max(result_.peak_instant_kw, window_peak_kw_);
  if (context_.observer != nullptr) {
    const control::Ledger increment = total_ - at_window_start_;
    context_.observer->on_meter({number_, begin_ns, t, &increment, window_peak_kw_});
  }
  at_window_start_ = total_;
  window_import_kwh_ = window_peak_kw_ = 0.0;
  if (t >= day_end_ns_) close_day(t);
}

/// What the session on an EVSE added to the day since it was last asked.
void SiteRun::book_evse_day(std::uint32_t evse) {
  Session& s = sessions_[evse];
  s.sums.net_kwh = got_kwh_[evse];
  EvseSums& day = evse_day_[evse];
  for (double EvseSums::*sum : {&EvseSums::net_kwh, &EvseSums::discharged_kwh, &EvseSums::cost,
                                &EvseSums::driver_revenue, &EvseSums::v2g_payment})
    day.*sum += s.sums.*sum - s.at_day_start.*sum;
  s.at_day_start = s.sums;
}

/// The end of a local day, or of the run: what each EVSE and its drivers had of it goes to the observer.
void SiteRun::close_day(TimeNs t) {
  for (std::uint32_t i = 0; i < evse_count(); ++i) {
    if (sessions_[i].number != 0) book_evse_day(i);
    const EvseSums& day = evse_day_[i];
    const double charged_kwh = day.net_kwh + day.discharged_kwh;
    if (context_.observer != nullptr && (charged_kwh != 0.0 || day.discharged_kwh != 0.0)) {
      context_.observer->on_evse_day(
          {number_, i, day_start_ns_, charged_kwh, day.discharged_kwh, day.cost, day.driver_revenue, day.v2g_payment});
    }
    evse_day_[i] = {};
  }
  const market::Calendar& calendar = clock_.calendar();
  day_start_ns_ = t;
  day_end_ns_ = calendar.start_of(market::date_of_days(market::days_since_epoch(calendar.date(t)) + 1));
}

}  // namespace evtwin::twin
