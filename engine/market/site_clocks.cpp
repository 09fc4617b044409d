#include "market/site_clocks.hpp"

namespace evtwin::market {

SiteClocks::SiteClocks(const SiteSignals& signals, const Calendar& calendar, TimeNs start_ns)
    : pv_kw_(signals.pv_kw),
      load_kw_(signals.load_kw),
      co2_kg_per_kwh_(signals.co2_kg_per_kwh),
      power_setpoint_kw_(signals.power_setpoint_kw),
      tariff_(signals.tariff, calendar),
      pv_(signals.pv_kw, calendar),
      load_(signals.load_kw, calendar),
      co2_(signals.co2_kg_per_kwh, calendar) {
  if (signals.power_setpoint_kw) setpoint_.emplace(*signals.power_setpoint_kw, calendar);
  tariff_.price_at(start_ns);
  for (SignalClock* signal : {&pv_, &load_, &co2_}) signal->sample_at(start_ns);
  if (setpoint_) setpoint_->sample_at(start_ns);
}

bool SiteClocks::made_from(const SiteSignals& signals, const Calendar& calendar) const {
  return tariff_.calendar() == calendar && tariff_.tariff() == signals.tariff && pv_kw_ == signals.pv_kw &&
         load_kw_ == signals.load_kw && co2_kg_per_kwh_ == signals.co2_kg_per_kwh &&
         power_setpoint_kw_ == signals.power_setpoint_kw;
}

std::shared_ptr<const SiteClocks> clocks_for(const std::shared_ptr<const SiteClocks>& held, const SiteSignals& signals,
                                             const Calendar& calendar, TimeNs start_ns) {
  if (held != nullptr && held->made_from(signals, calendar)) return held;
  return std::make_shared<const SiteClocks>(signals, calendar, start_ns);
}

}  // namespace evtwin::market
