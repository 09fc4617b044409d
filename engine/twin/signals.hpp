// Signals that hold at a site from outside: prices, sun, base load, CO2, set-point, limits with their cuts, outages'
// times.
#pragma once
#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "control/view.hpp"
#include "kernel/static_checks.hpp"
#include "market/series.hpp"
#include "market/site_clocks.hpp"
#include "market/tariff.hpp"
#include "twin/context.hpp"
#include "twin/signal_values.hpp"

namespace evtwin::twin {

class Signals {
 public:
  /// Changes that an event makes, as bits.
  static constexpr std::uint32_t nothing = 0, price_changed = 1, power_changed = 2, setpoint_changed = 4,
                                 limit_changed = 8, outage_changed = 16, calls_changed = 32, driver_price_changed = 64;
  static_assert((price_changed | power_changed | setpoint_changed | limit_changed | outage_changed | calls_changed |
                 driver_price_changed) == (1U << 7) - 1,
                "seven bits, each its own");

  explicit Signals(const SiteContext& context);

  /// As they are at the start of the episode.
  void begin();

  /// Tells every signal as it is at the start, and waits for the next change.
  void start_signals(TimeNs t);

  /// The signal event: takes every change that is due and waits for the next. @returns what is another now; outages are
  /// the caller's to ask for.
  std::uint32_t take_changes(TimeNs t);

  /// Calls `set(evse, available)` for outages that begin or end at `t`.
  template <class Set>
  void apply_outages(TimeNs t, Set&& set) const;

  const SignalValues& values_now() const { return now_; }
  bool has_setpoint() const { return setpoint_.has_value(); }
  /// [Site::limit_series] bounds in force, kW or A.
  std::span<const double> limit_bounds() const { return limit_bounds_; }

  // Scripted changes, in force from `t` on.
  void set_contract_kw(double kw, TimeNs t);
  void set_export_limit_kw(double kw, TimeNs t);
  void set_driver_price_per_kwh(double price, TimeNs t);
  void set_v2g_price_per_kwh(double price, TimeNs t);

  // The clocks behind the signals, for those who look ahead: to be copied.
  const market::SiteClocks& clocks() const { return *clocks_; }

  /// Tells the observer the known buy prices of [end_ns, until_ns): what open sessions owe is worked out from them.
  void report_prices_beyond(TimeNs end_ns, TimeNs until_ns) const;

  /// The site's scalars of a view.
  void show_in_view(evtwin_view& view) const;
  /// The horizon's columns of limits and set-points, for steps that begin at `horizon.start_ns`; bounds of rows are
  /// Grants' to show.
  void show_ahead(control::Horizon& horizon, TimeNs t);
  /// [limit_series * steps] The tightest of each curve of Site::limit_series within the steps between these edges.
  /// @param edges_ns  [steps + 1]
  std::span<const double> tightest_bounds(std::span<const TimeNs> edges_ns);

  template <class A>
  void archive_fields(A& a) {
    a.begin_section("signals");
    a(now_, pv_until_ns_, load_until_ns_, co2_until_ns_, setpoint_until_ns_, cuts_until_ns_, outages_until_ns_,
      bounds_until_ns_);
    a.archive_elements(limit_bounds_);
    a.archive_elements(bound_until_ns_);
  }

 private:
  void tell_observer(SignalKind kind, double value, TimeNs t) const;
  std::uint32_t take_change(market::SignalClock& signal, double& value, TimeNs& until_ns, SignalKind shown, TimeNs t);
  void apply_cuts(TimeNs t);
  void take_bounds(TimeNs t);
  TimeNs next_outage_edge(TimeNs t) const;
  void schedule_next(TimeNs t);

  const SiteContext context_;

  std::shared_ptr<const market::SiteClocks> clocks_;
  market::TariffClock tariff_;
  market::SignalClock pv_, load_, co2_;
  std::optional<market::SignalClock> setpoint_, setpoint_ahead_;
  SignalValues now_;
  // When each is another one; the price's stands with it.
  TimeNs pv_until_ns_ = 0, load_until_ns_ = 0, co2_until_ns_ = 0, setpoint_until_ns_ = 0, cuts_until_ns_ = 0,
         outages_until_ns_ = 0, bounds_until_ns_ = 0;
  // Bounds of feeders and rows that change over time, by series
  std::vector<market::SignalClock> limit_clocks_, limit_clocks_ahead_;
  std::vector<double> limit_bounds_, tightest_bounds_;
  std::vector<TimeNs> bound_until_ns_;
};
static_assert(kernel::has_size<Signals>(1648), "a new field must be archived or made anew after loading");

template <class Set>
void Signals::apply_outages(TimeNs t, Set&& set) const {
  for (const Outage& outage : context_.site.outages) {
    const bool out = outage.from_ns <= t && t < outage.to_ns;
    if (outage.from_ns == t || (out && t == context_.episode.from_ns)) set(outage.evse, false);
    if (outage.to_ns == t) set(outage.evse, true);
  }
}

}  // namespace evtwin::twin
