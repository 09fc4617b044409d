#include "vehicle_to_grid.hpp"

#include <algorithm>
#include <cmath>

#include "horizon.hpp"

namespace evtwin::baseline {
namespace {

bool may_discharge(const evtwin_view& view, std::uint32_t i) {
  return view.evse_session[i] != 0 && view.evse_car_max_discharge_kw[i] > 0.0 && view.evse_max_discharge_kw[i] > 0.0;
}

/// kWh at the meter above the floor; 0 when unknown.
double above_floor_kwh(const evtwin_view& view, std::uint32_t i, double round_trip) {
  const double kwh = (view.evse_soc[i] - view.evse_soc_floor[i]) * view.evse_battery_kwh[i] * std::sqrt(round_trip);
  return kwh > 0.0 ? kwh : 0.0;  // false for NaN too
}

}  // namespace

void VehicleToGrid::reserve_rows(const evtwin_view& first) {
  cars_.reserve(first.n_evses);
  order_.reserve_cars(first.n_evses);
  scratch_.reserve_cars(first.n_evses);
  all_charging_.learn_rows(first);
}

void VehicleToGrid::discharge_cars(const evtwin_view& view, const DischargeTerms& terms, double grid_kw, SiteRows& rows,
                                   std::span<double> evse_kw) {
  const double until_tick_h = hours(view.next_tick_ns - view.now_ns);
  if (until_tick_h <= 0.0) return;
  // The power each car gets when all charge at once.
  cars_.clear();
  bool any = false;
  for (std::uint32_t k = 0; k < view.n_connected; ++k) {
    const std::uint32_t i = view.connected_evse[k];
    if (view.evse_draws[i] == 0 && !may_discharge(view, i)) continue;
    cars_.push_back(car_at(view, i));
    cars_.back().request_met = false;  // what is taken from it is to be put back like any request
    any = any || may_discharge(view, i);
  }
  if (!any) return;

  order_.sort_cars(cars_);
  all_charging_.reset_powers(view);
  share_equally(all_charging_, cars_, scratch_);
  std::sort(cars_.begin(), cars_.end(), [](const Car& a, const Car& b) { return a.row < b.row; });

  double import_kw = std::max(0.0, grid_kw);
  for (const Car& car : cars_) {
    const std::uint32_t i = car.row;
    if (!may_discharge(view, i) || evse_kw[i] > 0.0) continue;
    const CheapTime cheap = cheap_time(view, view.next_tick_ns, view.evse_departs_ns[i], terms.cheap_per_kwh);
    if (cheap.hours <= 0.0) continue;

    const double efficiency = view.evse_efficiency[i];
    const double costs = view.evse_v2g_price_per_kwh[i] + cheap.mean_per_kwh / (terms.round_trip * efficiency);
    const bool import_pays = !terms.must_pay || view.buy_per_kwh * efficiency > costs + same_price;
    const bool export_pays = !terms.must_pay || view.sell_per_kwh * efficiency > costs + same_price;
    if (!import_pays && !export_pays) continue;

    const double put_back_kwh = (cheap.hours * car.power_kw - view.evse_remaining_kwh[i]) * terms.round_trip;
    const double kwh = std::min(above_floor_kwh(view, i, terms.round_trip), put_back_kwh);
    double kw = std::min({view.evse_car_max_discharge_kw[i], view.evse_max_discharge_kw[i], kwh / until_tick_h});
    if (!export_pays) kw = std::min(kw, import_kw / efficiency);
    if (!(kw > same_kw)) continue;

    kw = rows.room_down(i, kw);
    if (kw <= same_kw) continue;
    rows.add_power(i, -kw);
    evse_kw[i] = -kw;
    import_kw = std::max(0.0, import_kw - kw * efficiency);
  }
}

}  // namespace evtwin::baseline
