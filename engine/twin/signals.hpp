// What holds at a site from outside: prices, sun, base load, CO2, set-point, limits with their cuts, outages' times.
#pragma once
#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>

#include "control/view.hpp"
#include "market/series.hpp"
#include "market/site_clocks.hpp"
#include "market/tariff.hpp"
#include "twin/context.hpp"
#include "twin/signal_values.hpp"

namespace evtwin::twin {

class Signals {
 public:
  /// What an event changed, as bits.
  static constexpr std::uint32_t nothing = 0, price_changed = 1, power_changed = 2, setpoint_changed = 4,
                                 limit_changed = 8;

  explicit Signals(const SiteContext& context);

  /// As they are at the start of the episode.
  void begin();

  /// Tells every signal as it is at the start, and sets the timers of their next changes; limits' come last.
  void start(TimeNs t);
  void start_limits(TimeNs t);

  /// A price, PV, load, CO2, set-point or limit_cut event. @returns what is another now.
  std::uint32_t handle(EventKind kind, TimeNs t);

  /// Calls `set(evse, available)` for outages that begin or end at `t`, and waits for the next.
  template <class Set>
  void apply_outages(TimeNs t, Set&& set);

  const SignalValues& now() const { return now_; }
  bool has_setpoint() const { return setpoint_.has_value(); }

  // Scripted changes, in force from `t` on.
  void set_contract_kw(double kw, TimeNs t);
  void set_export_limit_kw(double kw, TimeNs t);
  void set_driver_price_per_kwh(double price) { now_.driver_price_per_kwh = price; }
  void set_v2g_price_per_kwh(double price) { now_.v2g_price_per_kwh = price; }

  // The clocks behind the signals, for those who look ahead: to be copied.
  const market::SiteClocks& clocks() const { return *clocks_; }

  /// The site's scalars of a view.
  void show(evtwin_view& view) const;
  /// The horizon's columns of limits and set-points, for steps that begin at `horizon.start_ns`.
  void show_ahead(control::Horizon& horizon, TimeNs t);

  template <class A>
  void archive(A& a) {
    a.section("signals");
    a(now_);
  }

 private:
  void report(SignalKind kind, double value, TimeNs t) const;
  std::uint32_t change(market::SignalClock& signal, double& value, EventKind kind, SignalKind shown, TimeNs t);
  void apply_cuts(TimeNs t);

  const SiteContext context_;

  std::shared_ptr<const market::SiteClocks> clocks_;
  market::TariffClock tariff_;
  market::SignalClock pv_, load_, co2_;
  std::optional<market::SignalClock> setpoint_, setpoint_ahead_;
  SignalValues now_;
};

template <class Set>
void Signals::apply_outages(TimeNs t, Set&& set) {
  TimeNs next = kernel::time_never;
  for (const Outage& outage : context_.site.outages) {
    const bool out = outage.from_ns <= t && t < outage.to_ns;
    if (outage.from_ns == t || (out && t == context_.episode.from_ns)) set(outage.evse, false);
    if (outage.to_ns == t) set(outage.evse, true);
    for (const TimeNs edge : {outage.from_ns, outage.to_ns}) {
      if (edge > t) next = std::min(next, edge);
    }
  }
  context_.timers.schedule(EventKind::outage, kernel::Phase::signal, next);
}

}  // namespace evtwin::twin
