#include "twin/signals.hpp"

#include <algorithm>

#include "control/demand_response.hpp"
#include "market/owed_energy.hpp"

namespace evtwin::twin {
namespace {

/// The first step after t.
auto driver_step_after(const Site& site, TimeNs t) {
  return std::upper_bound(site.driver_price_steps.begin(), site.driver_price_steps.end(), t,
                          [](TimeNs at, const auto& step) { return at < step.first; });
}

double driver_price_at(const Site& site, TimeNs t) {
  const auto next = driver_step_after(site, t);
  return next == site.driver_price_steps.begin() ? site.driver_price_per_kwh : std::prev(next)->second;
}

/// When a step begins after t; time_never: none.
TimeNs next_driver_price_ns(const Site& site, TimeNs t) {
  const auto next = driver_step_after(site, t);
  return next == site.driver_price_steps.end() ? kernel::time_never : next->first;
}

}  // namespace

Signals::Signals(const SiteContext& context)
    : context_(context),
      clocks_(market::clocks_for(context.site.clocks, context.site.signals(), context.world.calendar,
                                 context.episode.from_ns)),
      tariff_(clocks_->tariff()),
      pv_(clocks_->pv()),
      load_(clocks_->load()),
      co2_(clocks_->co2()),
      setpoint_(clocks_->setpoint()),
      setpoint_ahead_(clocks_->setpoint()) {
  for (const LimitSeries& series : context.site.limit_series)
    limit_clocks_.emplace_back(series.value, context.world.calendar);
  limit_clocks_ahead_ = limit_clocks_;
  limit_bounds_.resize(limit_clocks_.size());
  bound_until_ns_.resize(limit_clocks_.size());
}

void Signals::begin() {
  const TimeNs t = context_.episode.from_ns;
  const Site& site = context_.site;
  now_ = {};
  now_.price = tariff_.price_at(t);
  now_.pv_kw = pv_.sample_at(t).value;
  now_.load_kw = load_.sample_at(t).value;
  for (const physics::Storage& storage : site.storages) now_.standby_kw += storage.standby_kw;
  now_.co2_kg_per_kwh = co2_.sample_at(t).value;
  if (setpoint_) now_.setpoint_kw = setpoint_->sample_at(t).value;
  now_.given_contract_kw = site.contract_kw;
  now_.contract_kw = control::limit_in_force(site.cuts, site.contract_kw, t);
  now_.export_limit_kw = site.export_limit_kw;
  now_.driver_price_per_kwh = driver_price_at(site, t);
  now_.v2g_price_per_kwh = site.v2g_price_per_kwh;
  for (std::size_t k = 0; k < limit_clocks_.size(); ++k) {
    limit_bounds_[k] = limit_clocks_[k].sample_at(t).value;
    bound_until_ns_[k] = t;
  }
  bounds_until_ns_ = kernel::time_never;
}

void Signals::start_signals(TimeNs t) {
  now_.price = tariff_.price_at(t);
  tell_observer(SignalKind::buy_price, now_.price.buy_per_kwh, t);
  tell_observer(SignalKind::sell_price, now_.price.sell_per_kwh, t);

  const auto sample = [&](market::SignalClock& signal, double& value, TimeNs& until_ns, SignalKind shown) {
    const market::Sample sample_now = signal.sample_at(t);
    value = sample_now.value;
    until_ns = sample_now.until_ns;
    tell_observer(shown, value, t);
  };

  sample(pv_, now_.pv_kw, pv_until_ns_, SignalKind::pv_kw);
  sample(load_, now_.load_kw, load_until_ns_, SignalKind::load_kw);
  sample(co2_, now_.co2_kg_per_kwh, co2_until_ns_, SignalKind::co2_kg_per_kwh);

  // Without a set-point series nothing is ever due.
  setpoint_until_ns_ = kernel::time_never;
  if (setpoint_) sample(*setpoint_, now_.setpoint_kw, setpoint_until_ns_, SignalKind::power_setpoint_kw);

  // Values without a series: they hold until a cut or a script changes them.
  tell_observer(SignalKind::contract_kw, now_.contract_kw, t);
  tell_observer(SignalKind::uncut_contract_kw, now_.given_contract_kw, t);
  tell_observer(SignalKind::export_limit_kw, now_.export_limit_kw, t);
  tell_observer(SignalKind::driver_price_per_kwh, now_.driver_price_per_kwh, t);
  tell_observer(SignalKind::v2g_price_per_kwh, now_.v2g_price_per_kwh, t);

  take_bounds(t);
  cuts_until_ns_ = control::next_change(context_.site.cuts, t);
  outages_until_ns_ = context_.site.outages.empty() ? kernel::time_never : t;
  schedule_next(t);
}

void Signals::schedule_next(TimeNs t) {
  const TimeNs next_ns = std::min({now_.price.until_ns, pv_until_ns_, load_until_ns_, co2_until_ns_, setpoint_until_ns_,
                                   cuts_until_ns_, outages_until_ns_, bounds_until_ns_,
                                   next_call_edge(context_.site.calls, t), next_driver_price_ns(context_.site, t)});
  context_.timers.schedule_timer(EventKind::signal, kernel::Phase::signal, next_ns);
}

std::uint32_t Signals::take_changes(TimeNs t) {
  std::uint32_t changed = nothing;
  if (t >= now_.price.until_ns) {
    const market::PriceNow before = now_.price;
    now_.price = tariff_.price_at(t);
    if (now_.price.buy_per_kwh != before.buy_per_kwh || now_.price.sell_per_kwh != before.sell_per_kwh) {
      tell_observer(SignalKind::buy_price, now_.price.buy_per_kwh, t);
      tell_observer(SignalKind::sell_price, now_.price.sell_per_kwh, t);
      changed |= price_changed;
    }
  }
  if (t >= pv_until_ns_) changed |= take_change(pv_, now_.pv_kw, pv_until_ns_, SignalKind::pv_kw, t);
  if (t >= load_until_ns_) changed |= take_change(load_, now_.load_kw, load_until_ns_, SignalKind::load_kw, t);
  // CO2 is booked and moves nothing.
  if (t >= co2_until_ns_) take_change(co2_, now_.co2_kg_per_kwh, co2_until_ns_, SignalKind::co2_kg_per_kwh, t);
  if (t >= setpoint_until_ns_ &&
      take_change(*setpoint_, now_.setpoint_kw, setpoint_until_ns_, SignalKind::power_setpoint_kw, t) != nothing)
    changed |= setpoint_changed;
  if (t >= cuts_until_ns_) {
    // Strategies are asked at an announcement too, which changes their horizon.
    apply_cuts(t);
    cuts_until_ns_ = control::next_change(context_.site.cuts, t);
    changed |= limit_changed;
  }
  if (t >= bounds_until_ns_) {
    take_bounds(t);
    changed |= limit_changed;
  }
  if (t >= outages_until_ns_) {
    outages_until_ns_ = next_outage_edge(t);
    changed |= outage_changed;
  }
  // Booked and moves nothing, as CO2.
  if (next_driver_price_ns(context_.site, t - 1) == t) {
    set_driver_price_per_kwh(driver_price_at(context_.site, t), t);
    changed |= driver_price_changed;
  }
  if (next_call_edge(context_.site.calls, t - 1) == t) changed |= calls_changed;
  schedule_next(t);
  return changed;
}

/// @returns power_changed where the value is another.
std::uint32_t Signals::take_change(market::SignalClock& signal, double& value, TimeNs& until_ns, SignalKind shown,
                                   TimeNs t) {
  const market::Sample sample = signal.sample_at(t);
  until_ns = sample.until_ns;
  if (sample.value == value) return nothing;
  value = sample.value;
  tell_observer(shown, value, t);
  return power_changed;
}

/// Bounds of feeders and rows that are others from `t` on.
void Signals::take_bounds(TimeNs t) {
  bounds_until_ns_ = kernel::time_never;
  for (std::size_t k = 0; k < limit_clocks_.size(); ++k) {
    if (t >= bound_until_ns_[k]) {
      const market::Sample sample = limit_clocks_[k].sample_at(t);
      limit_bounds_[k] = sample.value;
      bound_until_ns_[k] = sample.until_ns;
      if (context_.observer != nullptr)
        context_.observer->on_limit_step({context_.number, static_cast<std::uint32_t>(k), t, sample.value});
    }
    bounds_until_ns_ = std::min(bounds_until_ns_, bound_until_ns_[k]);
  }
}

TimeNs Signals::next_outage_edge(TimeNs t) const {
  TimeNs next = kernel::time_never;
  for (const Outage& outage : context_.site.outages) {
    for (const TimeNs edge : {outage.from_ns, outage.to_ns}) {
      if (edge > t) next = std::min(next, edge);
    }
  }
  return next;
}

void Signals::set_contract_kw(double kw, TimeNs t) {
  if (kw != now_.given_contract_kw) tell_observer(SignalKind::uncut_contract_kw, kw, t);
  now_.given_contract_kw = kw;
  apply_cuts(t);
}

void Signals::apply_cuts(TimeNs t) {
  const double before_kw = now_.contract_kw;
  now_.contract_kw = control::limit_in_force(context_.site.cuts, now_.given_contract_kw, t);
  if (now_.contract_kw != before_kw) tell_observer(SignalKind::contract_kw, now_.contract_kw, t);
}

void Signals::set_export_limit_kw(double kw, TimeNs t) {
  now_.export_limit_kw = kw;
  tell_observer(SignalKind::export_limit_kw, kw, t);
}

void Signals::set_driver_price_per_kwh(double price, TimeNs t) {
  now_.driver_price_per_kwh = price;
  tell_observer(SignalKind::driver_price_per_kwh, price, t);
}

void Signals::set_v2g_price_per_kwh(double price, TimeNs t) {
  now_.v2g_price_per_kwh = price;
  tell_observer(SignalKind::v2g_price_per_kwh, price, t);
}

void Signals::show_in_view(evtwin_view& view) const {
  view.pv_kw = now_.pv_kw;
  view.load_kw = now_.load_kw + now_.standby_kw;
  view.contract_kw = now_.contract_kw;
  view.power_setpoint_kw = now_.setpoint_kw;
  view.export_limit_kw = now_.export_limit_kw;
  view.buy_per_kwh = now_.price.buy_per_kwh;
  view.sell_per_kwh = now_.price.sell_per_kwh;
  view.driver_price_per_kwh = now_.driver_price_per_kwh;
  view.v2g_price_per_kwh = now_.v2g_price_per_kwh;
}

void Signals::show_ahead(control::Horizon& horizon, TimeNs t) {
  const std::size_t steps = horizon.pv_kw.size();
  horizon.power_setpoint_kw.resize(steps, physics::unknown);
  for (std::size_t k = 0; setpoint_ahead_ && k < steps; ++k)
    horizon.power_setpoint_kw[k] = control::mean_of(*setpoint_ahead_, horizon.start_ns[k], horizon.start_ns[k + 1]);
  horizon.contract_kw.assign(steps, now_.given_contract_kw);
  for (std::size_t k = 0; !context_.site.cuts.empty() && k < steps; ++k) {
    horizon.contract_kw[k] = control::lowest_known_limit(context_.site.cuts, now_.given_contract_kw, t,
                                                         horizon.start_ns[k], horizon.start_ns[k + 1]);
  }
}

std::span<const double> Signals::tightest_bounds(std::span<const TimeNs> edges_ns) {
  tightest_bounds_.clear();
  for (std::size_t s = 0; s < limit_clocks_ahead_.size(); ++s) {
    const bool is_lower = context_.site.limit_series[s].of == LimitSeries::Of::row_lower;
    for (std::size_t k = 0; k + 1 < edges_ns.size(); ++k) {
      market::Sample sample = limit_clocks_ahead_[s].sample_at(edges_ns[k]);
      double tightest = sample.value;
      while (sample.until_ns < edges_ns[k + 1]) {
        sample = limit_clocks_ahead_[s].sample_at(sample.until_ns);
        tightest = is_lower ? std::max(tightest, sample.value) : std::min(tightest, sample.value);
      }
      tightest_bounds_.push_back(tightest);
    }
  }
  return tightest_bounds_;
}

void Signals::report_prices_beyond(TimeNs end_ns, TimeNs until_ns) const {
  if (context_.observer == nullptr) return;
  market::TariffClock tariff = clocks_->tariff();
  for (TimeNs t = end_ns; t < until_ns;) {
    const market::KnownPrice price = market::known_price(tariff, t);
    tell_observer(SignalKind::buy_price_beyond_end, price.buy_per_kwh, t);
    t = price.until_ns;
  }
}

void Signals::tell_observer(SignalKind kind, double value, TimeNs t) const {
  if (context_.observer != nullptr) context_.observer->on_signal({context_.number, kind, t, value});
}

}  // namespace evtwin::twin
