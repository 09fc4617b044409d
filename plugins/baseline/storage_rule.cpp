#include "storage_rule.hpp"

#include <algorithm>
#include <cmath>

#include "car.hpp"
#include "horizon.hpp"

namespace evtwin::baseline {
namespace {

/// Reach of storage s until the next tick.
struct Reach {
  double charge_kw = 0.0, discharge_kw = 0.0;  // both >= 0, at the AC terminals
  double fill_h = 0.0, empty_h = 0.0;          // hours at full power until the window ends
  double round_trip = 1.0;
};

Reach reach_of(const evtwin_view& view, std::uint32_t s) {
  Reach reach;
  const double kwh = view.storage_kwh[s];
  const double charge_efficiency = view.storage_charge_efficiency[s];
  const double discharge_efficiency = view.storage_discharge_efficiency[s];
  const double takes_kwh = std::max(0.0, view.storage_soc_max[s] - view.storage_soc[s]) * kwh / charge_efficiency;
  const double gives_kwh = std::max(0.0, view.storage_soc[s] - view.storage_soc_min[s]) * kwh * discharge_efficiency;
  const double until_tick_h = hours(view.next_tick_ns - view.now_ns);
  reach.charge_kw = view.storage_max_charge_kw[s];
  reach.discharge_kw = view.storage_max_discharge_kw[s];
  reach.fill_h = reach.charge_kw > 0.0 ? takes_kwh / reach.charge_kw : 0.0;
  reach.empty_h = reach.discharge_kw > 0.0 ? gives_kwh / reach.discharge_kw : 0.0;
  if (until_tick_h > 0.0) {
    reach.charge_kw = std::min(reach.charge_kw, takes_kwh / until_tick_h);
    reach.discharge_kw = std::min(reach.discharge_kw, gives_kwh / until_tick_h);
  }
  reach.round_trip = charge_efficiency * discharge_efficiency;
  return reach;
}

/// Prices of the horizon, looked at once per decision.
struct Prices {
  PriceRange range;
  double mean = 0.0, hours_cheaper = 0.0, hours_dearer = 0.0;
};

Prices prices_of(const evtwin_view& view) {
  return {buy_range(view), mean_buy_per_kwh(view, view.horizon_steps), hours_cheaper(view), hours_dearer(view)};
}

double self_consumption_kw(double grid_kw) { return -grid_kw; }

double peak_shaving_kw(double grid_kw, double target_kw, const Prices& prices, const Reach& reach) {
  if (grid_kw > target_kw) return target_kw - grid_kw;
  if (grid_kw < 0.0) return -grid_kw;
  const bool cheap = prices.hours_cheaper < reach.fill_h;
  return cheap ? target_kw - grid_kw : 0.0;
}

double arbitrage_kw(const evtwin_view& view, double grid_kw, const Prices& prices, const Reach& reach) {
  const double buy = view.buy_per_kwh;
  const bool below_mean = buy <= prices.mean;
  if (below_mean && prices.hours_cheaper < reach.fill_h && prices.range.high * reach.round_trip > buy + same_price) {
    return reach.charge_kw;
  }
  const double worth = prices.range.low + same_price;  // what the energy costs to put back
  if (!below_mean && prices.hours_dearer < reach.empty_h && buy * reach.round_trip > worth) {
    const bool export_pays = view.sell_per_kwh * reach.round_trip > worth;
    const double export_kw = export_pays ? view.export_limit_kw : 0.0;
    return -std::max(0.0, grid_kw + export_kw);
  }
  return 0.0;
}

}  // namespace

void drive_storage(const evtwin_view& view, double wished_kw, double expected_grid_kw, SiteRows& rows,
                   std::span<double> storage_kw) {
  std::fill(storage_kw.begin(), storage_kw.end(), 0.0);
  if (storage_kw.empty() || view.storage_policy == EVTWIN_STORAGE_OFF) return;
  const bool looks_at_prices = view.storage_policy != EVTWIN_STORAGE_SELF_CONSUMPTION;
  const Prices prices = looks_at_prices ? prices_of(view) : Prices{};
  const double target_kw = std::min(view.contract_kw, std::isnan(wished_kw) ? view.billed_peak_kw : wished_kw);

  double grid_kw = expected_grid_kw;
  for (std::uint32_t s = 0; s < view.n_storages; ++s) {
    const Reach reach = reach_of(view, s);
    const std::uint32_t member = view.n_evses + s;
    // Wishes are at the grid connection; `share` turns them into kW of this storage.
    const double share = rows.grid_coefficient(member) > 0.0 ? 1.0 / rows.grid_coefficient(member) : 1.0;

    double kw = 0.0;
    switch (view.storage_policy) {
      case EVTWIN_STORAGE_SELF_CONSUMPTION:
        kw = self_consumption_kw(grid_kw) * share;
        break;
      case EVTWIN_STORAGE_PEAK_SHAVING:
        kw = peak_shaving_kw(grid_kw, target_kw, prices, reach) * share;
        break;
      case EVTWIN_STORAGE_ARBITRAGE:
        kw = arbitrage_kw(view, grid_kw, prices, reach) * share;
        break;
      default:
        break;
    }

    // Rows and battery bound the wish; the next storage sees the grid as this one leaves it.
    if (kw > 0.0) {
      kw = rows.room_up(member, std::min(kw, reach.charge_kw));
    } else if (kw < 0.0) {
      kw = -rows.room_down(member, std::min(-kw, reach.discharge_kw));
    }
    storage_kw[s] = kw;
    rows.add_power(member, kw);
    grid_kw += kw * rows.grid_coefficient(member);
  }
}

std::uint32_t storage_horizon_steps(const evtwin_view& first) {
  const bool looks_at_prices =
      first.storage_policy == EVTWIN_STORAGE_PEAK_SHAVING || first.storage_policy == EVTWIN_STORAGE_ARBITRAGE;
  return first.n_storages > 0 && looks_at_prices ? steps_of_a_day(first) : 0;
}

}  // namespace evtwin::baseline
