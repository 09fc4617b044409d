// Features that a learnt policy looks at: numbers worked out from an evtwin_view and nothing else, the same in training
// and in play.
#pragma once
#include <evtwin/strategy.h>

#include <cstddef>
#include <cstdint>
#include <span>

namespace evtwin::rl {

/// One number of the site or of an EVSE.
struct Feature {
  const char *id, *unit, *help;
};

/// Features are ratios: of powers to the site's or the EVSE's, of prices to their mean over the day ahead. So they mean
/// the same at another site, under another tariff and in another currency.
class Features {
 public:
  /// Forecasts that are seen.
  enum class Ahead : std::uint8_t { prices, all };

  /// @param first  the view of the empty site
  /// @param n_site  site features that are written: of_site().size(), or fewer of an older policy
  Features(const evtwin_view& first, std::size_t n_site);

  /// Site features; those of forecasts of load, PV and arrivals stand last, where `all` are seen.
  static std::span<const Feature> of_site(Ahead ahead);
  /// Whether the first n of them are a table that policies were learnt with, by this evtwin or an older one.
  static bool is_site_table(Ahead ahead, std::size_t n);
  static std::span<const Feature> of_evse();
  /// Of the forecast, as the strategy asks for them.
  static constexpr double levels[] = {0.1, 0.9};
  /// Steps of the horizon that are looked at: a day of ticks.
  static std::uint32_t horizon_steps(std::int64_t tick_ns);
  static std::uint32_t horizon_reads(Ahead ahead);

  /// @param row  [n_site]
  void write_site(const evtwin_view& view, float* row) const;
  /// @param row  [of_evse().size()]
  void write_evse(const evtwin_view& view, std::uint32_t evse, float* row) const;

  /// kW that powers of the site are told in: the contract where there is one, at most what all EVSEs can give.
  double site_kw() const { return site_kw_; }

 private:
  std::size_t n_site_;
  double site_kw_ = 1.0;
  double storage_kw_ = 0.0;
};

/// Whether the EVSE has a vehicle that would take power: the ones that a policy answers for.
bool can_charge(const evtwin_view& view, std::uint32_t evse);
/// Whether its vehicle may be discharged now.
bool can_lend(const evtwin_view& view, std::uint32_t evse);

}  // namespace evtwin::rl
