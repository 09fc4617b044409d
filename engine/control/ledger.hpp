// The ledger: the only book-keeper. Every figure of a KPI, bill, reward or report is a sum over it.
#pragma once
#include <cstdint>
#include <span>

namespace evtwin::control {

/// Energies in kWh and money in the site's currency, as increments or totals. All energies are >= 0.
struct Ledger {
  double import_kwh = 0.0, export_kwh = 0.0;  ///< at the grid connection
  double pv_kwh = 0.0, load_kwh = 0.0;
  double ev_charge_kwh = 0.0, ev_discharge_kwh = 0.0;            ///< at the EVSE meters
  double storage_charge_kwh = 0.0, storage_discharge_kwh = 0.0;  ///< at the storages' AC terminals
  double losses_kwh = 0.0;   ///< DC EVSEs, feeders, storage standby: between the meters
  double pv_used_kwh = 0.0;  ///< PV that did not leave the site
  double energy_cost = 0.0;  ///< import x buy - export x sell
  double demand_charge = 0.0;
  double driver_revenue = 0.0, v2g_payment = 0.0;  ///< transfers between driver and site
  double co2_kg = 0.0;                             ///< of the imported energy
  double unmet_kwh = 0.0;
  double wear_cost = 0.0;
  double ev_wear_calendar = 0.0, ev_wear_cyclic = 0.0;            ///< fractions of capacity lost, sum over sessions
  double storage_wear_calendar = 0.0, storage_wear_cyclic = 0.0;  ///< the same, sum over storages
  double overload_kwh = 0.0;                                      ///< above the import limit in force
  double export_overload_kwh = 0.0;                               ///< beyond the export limit
  double feeder_overload_kwh = 0.0;                               ///< above limits in kW of feeders and rows, summed

  Ledger& operator+=(const Ledger& other);

  template <class A>
  void archive_fields(A& a) {
    std::span<double> columns(&import_kwh, sizeof(Ledger) / sizeof(double));  // doubles and nothing else
    a.archive_elements(columns);
  }
};

Ledger operator-(const Ledger& a, const Ledger& b);

/// PV + import + discharge - (load + charge + export + losses): 0 in a right world, kWh.
double imbalance_kwh(const Ledger& ledger);
/// The larger of the two sides of the balance, for relative checks.
double turnover_kwh(const Ledger& ledger);

}  // namespace evtwin::control
