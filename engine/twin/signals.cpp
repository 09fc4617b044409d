#include "twin/signals.hpp"

#include "control/demand_response.hpp"

namespace evtwin::twin {

using kernel::Phase;

Signals::Signals(const SiteContext& context)
    : context_(context),
      clocks_(market::clocks_for(context.site.clocks, context.site.signals(), context.world.calendar)),
      tariff_(clocks_->tariff()),
      pv_(clocks_->pv()),
      load_(clocks_->load()),
      co2_(clocks_->co2()),
      setpoint_(clocks_->setpoint()),
      setpoint_ahead_(clocks_->setpoint()) {}

void Signals::begin() {
  const TimeNs t = context_.episode.from_ns;
  const Site& site = context_.site;
  now_ = {};
  now_.price = tariff_.at(t);
  now_.pv_kw = pv_.at(t).value;
  now_.load_kw = load_.at(t).value;
  for (const physics::Storage& storage : site.storages) now_.standby_kw += storage.standby_kw;
  now_.co2_kg_per_kwh = co2_.at(t).value;
  if (setpoint_) now_.setpoint_kw = setpoint_->at(t).value;
  now_.given_contract_kw = site.contract_kw;
  now_.contract_kw = control::limit_in_force(site.cuts, site.contract_kw, t);
  now_.export_limit_kw = site.export_limit_kw;
  now_.driver_price_per_kwh = site.driver_price_per_kwh;
  now_.v2g_price_per_kwh = site.v2g_price_per_kwh;
}

void Signals::start(TimeNs t) {
  now_.price = tariff_.at(t);
  context_.timers.schedule(EventKind::price, Phase::signal, now_.price.until_ns);
  report(SignalKind::buy_price, now_.price.buy_per_kwh, t);
  report(SignalKind::sell_price, now_.price.sell_per_kwh, t);

  const auto sample = [&](market::SignalClock& signal, double& value, EventKind kind, SignalKind shown) {
    const market::Sample now = signal.at(t);
    value = now.value;
    context_.timers.schedule(kind, Phase::signal, now.until_ns);
    report(shown, value, t);
  };
  sample(pv_, now_.pv_kw, EventKind::pv, SignalKind::pv_kw);
  sample(load_, now_.load_kw, EventKind::load, SignalKind::load_kw);
  sample(co2_, now_.co2_kg_per_kwh, EventKind::co2, SignalKind::co2_kg_per_kwh);
  if (setpoint_) {
    context_.timers.schedule(EventKind::setpoint, Phase::signal, setpoint_->at(t).until_ns);
    report(SignalKind::power_setpoint_kw, now_.setpoint_kw, t);
  }
  report(SignalKind::contract_kw, now_.contract_kw, t);
  report(SignalKind::export_limit_kw, now_.export_limit_kw, t);
}

void Signals::start_limits(TimeNs t) {
  if (!context_.site.cuts.empty())
    context_.timers.schedule(EventKind::limit_cut, Phase::signal, control::next_change(context_.site.cuts, t));
  if (!context_.site.outages.empty()) context_.timers.schedule(EventKind::outage, Phase::signal, t);
}

std::uint32_t Signals::handle(EventKind kind, TimeNs t) {
  switch (kind) {
    case EventKind::price: {
      const market::PriceNow before = now_.price;
      now_.price = tariff_.at(t);
      context_.timers.schedule(EventKind::price, Phase::signal, now_.price.until_ns);
      if (now_.price.buy_per_kwh == before.buy_per_kwh && now_.price.sell_per_kwh == before.sell_per_kwh)
        return nothing;
      report(SignalKind::buy_price, now_.price.buy_per_kwh, t);
      report(SignalKind::sell_price, now_.price.sell_per_kwh, t);
      return price_changed;
    }
    case EventKind::pv:
      return change(pv_, now_.pv_kw, kind, SignalKind::pv_kw, t);
    case EventKind::load:
      return change(load_, now_.load_kw, kind, SignalKind::load_kw, t);
    case EventKind::co2:
      return change(co2_, now_.co2_kg_per_kwh, kind, SignalKind::co2_kg_per_kwh, t);
    case EventKind::setpoint: {
      const market::Sample now = setpoint_->at(t);
      context_.timers.schedule(EventKind::setpoint, Phase::signal, now.until_ns);
      if (now.value == now_.setpoint_kw) return nothing;
      now_.setpoint_kw = now.value;
      report(SignalKind::power_setpoint_kw, now_.setpoint_kw, t);
      return setpoint_changed;
    }
    case EventKind::limit_cut:
      // Strategies are asked at an announcement too, which changes their horizon.
      apply_cuts(t);
      context_.timers.schedule(EventKind::limit_cut, Phase::signal, control::next_change(context_.site.cuts, t));
      return limit_changed;
    default:
      return nothing;
  }
}

std::uint32_t Signals::change(market::SignalClock& signal, double& value, EventKind kind, SignalKind shown, TimeNs t) {
  const market::Sample now = signal.at(t);
  context_.timers.schedule(kind, Phase::signal, now.until_ns);
  if (now.value == value) return nothing;
  value = now.value;
  report(shown, value, t);
  return power_changed;
}

void Signals::set_contract_kw(double kw, TimeNs t) {
  now_.given_contract_kw = kw;
  apply_cuts(t);
}

void Signals::apply_cuts(TimeNs t) {
  const double before_kw = now_.contract_kw;
  now_.contract_kw = control::limit_in_force(context_.site.cuts, now_.given_contract_kw, t);
  if (now_.contract_kw != before_kw) report(SignalKind::contract_kw, now_.contract_kw, t);
}

void Signals::set_export_limit_kw(double kw, TimeNs t) {
  now_.export_limit_kw = kw;
  report(SignalKind::export_limit_kw, kw, t);
}

void Signals::show(evtwin_view& view) const {
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
    horizon.power_setpoint_kw[k] = setpoint_ahead_->at(horizon.start_ns[k]).value;
  horizon.contract_kw.assign(steps, now_.given_contract_kw);
  for (std::size_t k = 0; !context_.site.cuts.empty() && k < steps; ++k) {
    horizon.contract_kw[k] = control::lowest_known_limit(context_.site.cuts, now_.given_contract_kw, t,
                                                         horizon.start_ns[k], horizon.start_ns[k + 1]);
  }
}

void Signals::report(SignalKind kind, double value, TimeNs t) const {
  if (context_.observer != nullptr) context_.observer->on_signal({context_.number, kind, t, value});
}

}  // namespace evtwin::twin
