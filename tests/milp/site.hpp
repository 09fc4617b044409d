// Sites made by hand for the planning strategies.
#pragma once
#include "baseline/view_builder.hpp"

namespace evtwin::milp::test {

using baseline::test::Answer;
using baseline::test::decide;
using baseline::test::Driver;
using baseline::test::EvseRow;
using baseline::test::hour;
using baseline::test::LimitRow;
using baseline::test::minute;
using baseline::test::nan;
using baseline::test::start;
using baseline::test::StorageRow;
using baseline::test::unlimited;
using baseline::test::ViewBuilder;

/// A site with one price over `steps` ticks of 15 min.
inline ViewBuilder site_with(std::size_t steps, double price = 0.2) {
  ViewBuilder site;
  site.buy = price;
  site.horizon_buy.assign(steps, price);
  return site;
}

/// A car that gives 7 kW back, of a battery that the charger knows: 60 kWh, half full, floor at 0.2.
inline EvseRow v2g_car() {
  EvseRow row;
  row.max_discharge_kw = row.car_max_discharge_kw = 7.0;
  row.soc = 0.5;
  row.battery_kwh = 60.0;
  row.soc_floor = 0.2;
  row.car_charge_efficiency = row.car_discharge_efficiency = 0.95;
  return row;
}

}  // namespace evtwin::milp::test
