// When and how far a car whose driver opted in is discharged.
#pragma once
#include <evtwin/strategy.h>

#include <cstdint>
#include <span>
#include <vector>

#include "car.hpp"
#include "sharing.hpp"
#include "site_rows.hpp"

namespace evtwin::baseline {

struct DischargeTerms {
  double cheap_per_kwh = 0.0;  ///< prices up to this count as cheap: only then a car is charged again
  double round_trip = 1.0;     ///< meter to meter: kWh given back / kWh taken to put the car where it was
  bool must_pay = true;        ///< false: whatever a kWh is worth now, into export too
};

/// Discharges cars, in row order, where a kWh is worth more now than what its driver is paid and what it costs to put
/// back (`must_pay`):
///
///     worth x evse_efficiency > evse_v2g_price + mean cheap price before departure / (round_trip x evse_efficiency)
///
/// worth is the buy price up to the site's own import, and beyond it the sell price (nothing is exported where that
/// does not pay). Payments of drivers for the energy put back are left out: they move money, they make none. Until the
/// next tick a car gives
///  - no more than lies above its SoC floor, the discharging loss taken as sqrt(round_trip);
///  - no more than the cheap hours between the next tick and its departure estimate put back, besides what it still
///  wants,
///    with the power it gets when all cars charge at once;
///  - nothing when it is charging, or when SoC, capacity or floor are unknown.
class VehicleToGrid {
 public:
  void reserve_rows(const evtwin_view& first);
  /// @param grid_kw  power at the grid connection before
  /// @param evse_kw  in: the powers given; out: negative where a car is discharged, which has been added to `rows`
  void discharge_cars(const evtwin_view& view, const DischargeTerms& terms, double grid_kw, SiteRows& rows,
                      std::span<double> evse_kw);

 private:
  SiteRows all_charging_;
  std::vector<Car> cars_;
  CarOrder order_;
  SharingScratch scratch_;
};

}  // namespace evtwin::baseline
