// Values that hold at a site from outside at an instant, as plain data.
#pragma once
#include "market/tariff.hpp"
#include "physics/battery.hpp"

namespace evtwin::twin {

struct SignalValues {
  market::PriceNow price{};
  double pv_kw = 0.0, load_kw = 0.0;  ///< >= 0
  double standby_kw = 0.0;            ///< of the storages, drawn like base load
  double co2_kg_per_kwh = 0.0;
  double setpoint_kw = physics::unknown;         ///< net import the site should have; unknown: none is given
  double given_contract_kw = physics::infinite;  ///< by scenario or script
  double contract_kw = physics::infinite;        ///< in force, cuts included
  double export_limit_kw = physics::infinite;
  double driver_price_per_kwh = 0.0, v2g_price_per_kwh = 0.0;

  /// Power that the site draws without its EVSEs and its storages' charging.
  double base_kw() const { return load_kw + standby_kw - pv_kw; }

  template <class A>
  void archive_fields(A& a) {
    a(price, pv_kw, load_kw, co2_kg_per_kwh, setpoint_kw, given_contract_kw, contract_kw, export_limit_kw,
      driver_price_per_kwh, v2g_price_per_kwh);
  }
};
static_assert(sizeof(SignalValues) == 112, "a new field must be archived or made anew after loading");

}  // namespace evtwin::twin
