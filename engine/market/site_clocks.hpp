// A site's tariff and signals, compiled once and read by many: checking and compiling a tariff costs more than a
// simulated day.
#pragma once
#include <memory>
#include <optional>

#include "market/calendar.hpp"
#include "market/series.hpp"
#include "market/tariff.hpp"

namespace evtwin::market {

/// Signals that a site's clocks are made from.
struct SiteSignals {
  const Tariff& tariff;
  const Signal &pv_kw, &load_kw, &co2_kg_per_kwh;
  const std::optional<Signal>& power_setpoint_kw;
};

/// Clocks to be copied. They have been read once, at `start_ns`: a copy that begins there need not look for the next
/// change of price, which may be a year away.
class SiteClocks {
 public:
  /// @throws TariffError, SeriesError.
  SiteClocks(const SiteSignals& signals, const Calendar& calendar, TimeNs start_ns);

  /// Whether they were made from these: the same figures, the very same series.
  bool made_from(const SiteSignals& signals, const Calendar& calendar) const;

  const TariffClock& tariff() const { return tariff_; }
  const SignalClock& pv() const { return pv_; }
  const SignalClock& load() const { return load_; }
  const SignalClock& co2() const { return co2_; }
  const std::optional<SignalClock>& setpoint() const { return setpoint_; }

 private:
  Signal pv_kw_, load_kw_, co2_kg_per_kwh_;
  std::optional<Signal> power_setpoint_kw_;
  TariffClock tariff_;
  SignalClock pv_, load_, co2_;
  std::optional<SignalClock> setpoint_;
};

/// `held` where it was made from these signals, else clocks made now and read at `start_ns`.
std::shared_ptr<const SiteClocks> clocks_for(const std::shared_ptr<const SiteClocks>& held, const SiteSignals& signals,
                                             const Calendar& calendar, TimeNs start_ns);

}  // namespace evtwin::market
